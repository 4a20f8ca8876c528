"""Formats of the files that rankings and sessions are written to, chosen by suffix.

A format is a function from a ranking or a session to text or bytes, and a line
in `FORMATS` or `SESSION_FORMATS`.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from saferoute.exports import write_atomically
from saferoute.model import InvalidInput, Session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from saferoute.model import Ranking

__all__ = ["FORMATS", "SESSION_FORMATS", "check_format", "write_file"]


def _import_on_call(module: str, function: str) -> Callable[[Any], str | bytes]:
    """Return a function that imports its module only when it is called; many are slow and rarely used."""

    def call(result: Any) -> str | bytes:
        content: str | bytes = getattr(import_module(module), function)(result)
        return content

    return call


_OF_BOTH = {
    ".gpx": _import_on_call("saferoute.exports.gpx", "to_gpx"),
    ".gpkg": _import_on_call("saferoute.exports.geopackage", "to_geopackage"),
    ".parquet": _import_on_call("saferoute.exports.geoparquet", "to_geoparquet"),
    ".fgb": _import_on_call("saferoute.exports.flatgeobuf", "to_flatgeobuf"),
    ".kml": _import_on_call("saferoute.exports.kml", "to_kml"),
    ".semicolon.csv": _import_on_call("saferoute.exports.csv", "to_semicolon_csv"),
    ".csv": _import_on_call("saferoute.exports.csv", "to_csv"),
}

FORMATS: dict[str, Callable[[Ranking], str | bytes]] = {
    ".html": _import_on_call("saferoute.page", "to_html"),
    ".geojson": _import_on_call("saferoute.exports.geojson", "to_geojson"),
    ".json": _import_on_call("saferoute.exports.geojson", "to_geojson"),
    **_OF_BOTH,
}
"""Formats of a ranking by suffix."""

SESSION_FORMATS: dict[str, Callable[[Session], str | bytes]] = {
    ".html": _import_on_call("saferoute.page", "to_html"),
    ".workout.fit": _import_on_call("saferoute.exports.fit", "to_workout"),
    ".fit": _import_on_call("saferoute.exports.fit", "to_course"),
    ".geojson": _import_on_call("saferoute.exports.session_geojson", "to_geojson"),
    ".json": _import_on_call("saferoute.exports.session_geojson", "to_geojson"),
    **_OF_BOTH,
}
"""Formats of a session by suffix. The first match counts: ``.workout.fit`` stands before ``.fit``."""


def _find_suffix(path: Path, formats: Mapping[str, object]) -> str | None:
    # ".fit" is the name of a hidden file, not a suffix.
    return next((s for s in formats if path.name.lower().endswith(s) and len(path.name) > len(s)), None)


def check_format(path: Path, formats: Mapping[str, object] = FORMATS) -> None:
    """Raise an error if a file cannot be written, before any work is done.

    Parameters
    ----------
    path : Path
    formats : mapping
        Formats by suffix.

    Raises
    ------
    InvalidInput
        If no format has the suffix, a library for it is missing, or the path is a
        folder or lies in none.
    """
    suffix = _find_suffix(path, formats)
    if suffix is None:
        raise InvalidInput(f"{path}: {_advise_suffix(path, formats)}")
    # The library itself is imported only after the search.
    if suffix == ".parquet":
        _require_library("pyarrow", f"{path}: GeoParquet needs pyarrow: pip install 'saferoute[parquet]'")
    try:
        if path.is_dir():
            raise InvalidInput(f"{path}: is a folder; give the name of a file in it")
        if not path.parent.is_dir():
            raise InvalidInput(f"{path}: the folder {path.parent} does not exist; make it first")
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be written ({error.strerror}); choose another file with -o") from error


_FOR_PAPER = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".svg", ".ps"})
"""Suffixes of pictures and paper, which no format writes."""


def _advise_suffix(path: Path, formats: Mapping[str, object]) -> str:
    """Return how a file must be called, and the name that may have been meant."""
    if path.suffix.lower() in _FOR_PAPER:
        page = path.with_suffix(".html")
        return f"the suffix must be one of {', '.join(formats)}; write {page}, and print it from the browser"
    like = get_close_matches(path.suffix.lower(), list(formats), n=1)
    if path.is_dir():
        meant: Path | None = path / "map.html"
    elif path.name and not path.suffix:
        meant = path.with_suffix(".html")
    else:
        meant = path.with_suffix(like[0]) if like else None
    return f"the suffix must be one of {', '.join(formats)}" + (f"; did you mean {meant}?" if meant else "")


def _require_library(library: str, otherwise: str) -> None:
    if find_spec(library) is None:
        raise InvalidInput(otherwise)


def write_file(result: Ranking | Session, path: Path) -> None:
    """Write a ranking or a session in the format of its suffix, completely or not at all.

    Raises
    ------
    InvalidInput
        If no format has this suffix, or the file cannot be written.
    """
    formats: Mapping[str, Callable[[Any], str | bytes]] = SESSION_FORMATS if isinstance(result, Session) else FORMATS
    check_format(path, formats)
    suffix = _find_suffix(path, formats)
    assert suffix is not None
    write_atomically(path, formats[suffix](result))
