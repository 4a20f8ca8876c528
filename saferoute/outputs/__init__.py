"""Where a ranking leaves: map, GeoJSON, table.

A file format is a function from a ranking to text, and a line in `FORMATS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.model import InvalidInput
from saferoute.outputs import _files, vector

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from saferoute.model import Ranking


def _html(ranking: Ranking) -> str:
    from saferoute.outputs import map as html_map  # folium is slow to import and not always wanted

    return html_map.to_html(ranking)


FORMATS: dict[str, Callable[[Ranking], str]] = {
    ".html": _html,
    ".geojson": vector.to_geojson,
    ".json": vector.to_geojson,
}
"""What a file's suffix asks for."""


def check_format(path: Path) -> None:
    """Raise `InvalidInput` for a suffix that nothing writes, before any work is done."""
    if path.suffix.lower() not in FORMATS:
        raise InvalidInput(f"{path}: the suffix must be one of {', '.join(FORMATS)}")
    try:
        if path.is_dir():
            raise InvalidInput(f"{path}: is a folder; give the name of a file in it")
        if not path.parent.is_dir():
            raise InvalidInput(f"{path}: the folder {path.parent} does not exist; make it first")
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be written ({error.strerror}); choose another file with -o") from error


def write(ranking: Ranking, path: Path) -> None:
    """Write a ranking in the format of the path's suffix, whole or not at all.

    Raises
    ------
    InvalidInput
        If no format has this suffix, or the file cannot be written.
    """
    check_format(path)
    _files.write_whole(path, FORMATS[path.suffix.lower()](ranking))
