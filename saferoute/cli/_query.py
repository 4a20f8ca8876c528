"""From the options of a search to a query, and from ``-o`` to files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from saferoute.cli._printing import DEFAULT_FOLDER, default_map_path, print_place
from saferoute.cli._settings import look_up_setting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from saferoute.model import Place
    from saferoute.search import Query


def open_query(options: Mapping[str, Any], *, radius_m: float, top: int = 1) -> Query:
    """Return the query that the options ask, and print which place was found."""
    from saferoute.search import PlaceOptions, Query
    from saferoute.sources.settings import Online

    online = Online.from_settings(options, offline=options["offline"], refresh=options["refresh"])
    named: Any = {name: value for name, value in options.items() if name in PlaceOptions.__optional_keys__}
    query = Query.open(options["near"], radius_m=radius_m, top=top, online=online, **named)
    print_place(query.area.place, options["near"], options["pick"])
    return query


@dataclass(frozen=True)
class Outputs:
    """Where a result goes."""

    files: tuple[Path, ...]
    to_stdout: bool
    folder: Path
    """Of the map that is written where nothing is named."""

    def name_files(self, place: Place, what: str = "") -> tuple[Path, ...]:
        """Return the files to write; a map named after the place where none was asked for."""
        return self.files if self.files or self.to_stdout else (default_map_path(self.folder, place, what),)


def list_outputs(named: Sequence[Path], formats: Mapping[str, object]) -> Outputs:
    """Return what ``-o`` names, before any work is done.

    Raises
    ------
    InvalidInput
        If no format has a file's suffix, or the file cannot be written.
    """
    from saferoute.search.formats import check_format

    files = tuple(path for path in named if str(path) != "-")
    for path in files:
        check_format(path, formats)
    folder = look_up_setting(click.get_current_context(), "output-folder")
    return Outputs(files, len(files) < len(named), Path(folder).expanduser() if folder else DEFAULT_FOLDER)
