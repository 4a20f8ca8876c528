"""Where a ranking or a session leaves: map, tables, tracks.

A file format is a function from a ranking or a session to text or bytes, and a
line in `FORMATS` or `SESSION_FORMATS`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from saferoute.exports import _files, geojson
from saferoute.model import InvalidInput, Session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import geopandas as gpd

    from saferoute.model import Ranking


def _import_on_call(module: str, function: str) -> Callable[[Any], str | bytes]:
    """Return a function of a module that is imported when it is first called: many are slow, and not always wanted."""

    def call(thing: Any) -> str | bytes:
        done: str | bytes = getattr(import_module(module), function)(thing)
        return done

    return call


_OF_BOTH = {
    ".gpx": _import_on_call("saferoute.exports.gpx", "to_gpx"),
    ".gpkg": _import_on_call("saferoute.exports.geopackage", "to_geopackage"),
    ".parquet": _import_on_call("saferoute.exports.geoparquet", "to_geoparquet"),
    ".fgb": _import_on_call("saferoute.exports.flatgeobuf", "to_flatgeobuf"),
    ".kml": _import_on_call("saferoute.exports.kml", "to_kml"),
    ".csv": _import_on_call("saferoute.exports.csv", "to_csv"),
}

FORMATS: dict[str, Callable[[Ranking], str | bytes]] = {
    ".html": _import_on_call("saferoute.page", "to_html"),
    ".geojson": geojson.to_geojson,
    ".json": geojson.to_geojson,
    **_OF_BOTH,
}
"""What a file's suffix asks of a ranking."""

SESSION_FORMATS: dict[str, Callable[[Session], str | bytes]] = {
    ".html": _import_on_call("saferoute.page", "to_html"),
    ".workout.fit": _import_on_call("saferoute.exports.fit", "to_workout"),
    ".fit": _import_on_call("saferoute.exports.fit", "to_course"),
    ".geojson": _import_on_call("saferoute.exports.session_geojson", "to_geojson"),
    ".json": _import_on_call("saferoute.exports.session_geojson", "to_geojson"),
    **_OF_BOTH,
}
"""What a file's suffix asks of a session; the first that fits holds."""


def _find_suffix(path: Path, formats: Mapping[str, object]) -> str | None:
    # A name that is nothing but a suffix, as in ".fit", has none.
    return next((s for s in formats if path.name.lower().endswith(s) and len(path.name) > len(s)), None)


def check_format(path: Path, formats: Mapping[str, object] = FORMATS) -> None:
    """Raise `InvalidInput` for a suffix that nothing writes, before any work is done."""
    suffix = _find_suffix(path, formats)
    if suffix is None:
        raise InvalidInput(f"{path}: the suffix must be one of {', '.join(formats)}")
    if suffix == ".parquet":
        _require_library("pyarrow", f"{path}: GeoParquet needs pyarrow: pip install 'saferoute[parquet]'")
    try:
        if path.is_dir():
            raise InvalidInput(f"{path}: is a folder; give the name of a file in it")
        if not path.parent.is_dir():
            raise InvalidInput(f"{path}: the folder {path.parent} does not exist; make it first")
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be written ({error.strerror}); choose another file with -o") from error


def _require_library(library: str, otherwise: str) -> None:
    from importlib.util import find_spec

    if find_spec(library) is None:
        raise InvalidInput(otherwise)


def write_file(thing: Ranking | Session, path: Path) -> None:
    """Write a ranking or a session in the format of the path's suffix, whole or not at all.

    Raises
    ------
    InvalidInput
        If no format has this suffix, or the file cannot be written.
    """
    formats: Mapping[str, Callable[[Any], str | bytes]] = SESSION_FORMATS if isinstance(thing, Session) else FORMATS
    check_format(path, formats)
    suffix = _find_suffix(path, formats)
    assert suffix is not None
    _files.write_atomically(path, formats[suffix](thing))


def build_tables(thing: Ranking | Session) -> dict[str, gpd.GeoDataFrame]:
    """Return the tables that files are made of, by name; ``attrs`` holds what must go with them.

    Returns
    -------
    dict of GeoDataFrame
        ``stretches`` of a ranking, ``steps`` and ``sections`` of a session: plain values in WGS 84.
    """
    from saferoute.exports._layers import build_layers
    from saferoute.report.notices import collect_notices

    named = {layer.name: layer.table for layer in build_layers(thing)}
    for table in named.values():
        table.attrs.update(collect_notices(thing))
    return named
