"""Conversion of the options of a search to a query, and of ``-o`` to files."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from saferoute.cli._printing import DEFAULT_FOLDER, default_map_path, print_place
from saferoute.cli._settings import look_up_setting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from saferoute.model import Place, Ranking, Session
    from saferoute.search import Query

_LOG = logging.getLogger(__name__)


def open_query(options: Mapping[str, Any], *, radius_m: float | None, top: int = 1) -> Query:
    """Return the query that the options describe, and print the place that was found.

    Parameters
    ----------
    options : mapping
        Values by the names of the options, as click passes them.
    radius_m : float or None
        Radius around the place in metres; None = the usual one, or all of a large park.
    top : int
        Most stretches to return.

    Returns
    -------
    Query

    Raises
    ------
    InvalidInput, PlaceNotFound, SourceUnavailable
        See `Query.open`.
    """
    from saferoute.search import PlaceOptions, Query
    from saferoute.sources.settings import Online

    online = Online.from_settings(options, offline=options["offline"], refresh=options["refresh"])
    named: Any = {name: value for name, value in options.items() if name in PlaceOptions.__optional_keys__}
    query = Query.open(options["near"], radius_m=radius_m, top=top, online=online, **named)
    print_place(query.area.place, options["near"], options["pick"])
    return query


def save_result(result: Ranking | Session, files: Sequence[Path]) -> list[str]:
    """Write a result into files, log each as it begins, and return a line on each that is written."""
    lines = []
    for path in files:
        _LOG.info("writing %s", path, extra={"share": 0.9})
        # An earlier map would go on recommending what is excluded now: it is replaced, and that is said.
        empty = "" if result else ", without a stretch" + " in place of the earlier file" * path.exists()
        result.save(path)
        lines.append(f"wrote {path}{empty}")
    return lines


@dataclass(frozen=True)
class Outputs:
    """The destinations of a result.

    Attributes
    ----------
    files : tuple of Path
        Files named with ``-o``.
    to_stdout : bool
        Print GeoJSON, as ``-o -`` asks.
    folder : Path
        Folder of the map that is written if no output is named.
    """

    files: tuple[Path, ...]
    to_stdout: bool
    folder: Path

    def name_files(self, place: Place, what: str = "") -> tuple[Path, ...]:
        """Return the files to write; without ``-o``, a map named after the place."""
        return self.files if self.files or self.to_stdout else (default_map_path(self.folder, place, what),)


def list_outputs(named: Sequence[Path], formats: Mapping[str, object]) -> Outputs:
    """Return the destinations that ``-o`` names, after checking each of them.

    Parameters
    ----------
    named : sequence of Path
        ``-`` is stdout.
    formats : mapping
        Formats by suffix.

    Returns
    -------
    Outputs

    Raises
    ------
    InvalidInput
        If no format has a file's suffix, or a file cannot be written.
    """
    from saferoute.search.formats import check_format

    files = tuple(path for path in named if str(path) != "-")
    for path in files:
        check_format(path, formats)
    folder = look_up_setting(click.get_current_context(), "output-folder")
    return Outputs(files, len(files) < len(named), Path(folder).expanduser() if folder else DEFAULT_FOLDER)
