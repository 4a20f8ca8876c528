"""Where a ranking or a session leaves: map, tables, tracks.

A file format is a function from a ranking or a session to text or bytes, and a
line in `FORMATS` or `SESSION_FORMATS`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from saferoute.model import InvalidInput, Session
from saferoute.outputs import _files, vector

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import geopandas as gpd

    from saferoute.model import Ranking


def _later(module: str, function: str) -> Callable[[Any], str | bytes]:
    """Return a function of a module that is imported when it is first called: many are slow, and not always wanted."""

    def call(thing: Any) -> str | bytes:
        done: str | bytes = getattr(import_module(f"saferoute.outputs.{module}"), function)(thing)
        return done

    return call


_OF_BOTH = {
    ".gpx": _later("gpx", "to_gpx"),
    ".gpkg": _later("geopackage", "to_geopackage"),
    ".parquet": _later("geoparquet", "to_geoparquet"),
    ".fgb": _later("flatgeobuf", "to_flatgeobuf"),
    ".kml": _later("kml", "to_kml"),
    ".csv": _later("csv", "to_csv"),
}

FORMATS: dict[str, Callable[[Ranking], str | bytes]] = {
    ".html": _later("map", "to_html"),
    ".geojson": vector.to_geojson,
    ".json": vector.to_geojson,
    **_OF_BOTH,
}
"""What a file's suffix asks of a ranking."""

SESSION_FORMATS: dict[str, Callable[[Session], str | bytes]] = {
    ".html": _later("map", "to_html"),
    ".workout.fit": _later("fit", "to_workout"),
    ".fit": _later("fit", "to_course"),
    ".geojson": _later("timetable", "to_geojson"),
    ".json": _later("timetable", "to_geojson"),
    **_OF_BOTH,
}
"""What a file's suffix asks of a session; the first that fits holds."""


def _suffix(path: Path, formats: Mapping[str, object]) -> str | None:
    # A name that is nothing but a suffix, as in ".fit", has none.
    return next((s for s in formats if path.name.lower().endswith(s) and len(path.name) > len(s)), None)


def check_format(path: Path, formats: Mapping[str, object] = FORMATS) -> None:
    """Raise `InvalidInput` for a suffix that nothing writes, before any work is done."""
    suffix = _suffix(path, formats)
    if suffix is None:
        raise InvalidInput(f"{path}: the suffix must be one of {', '.join(formats)}")
    if suffix == ".parquet":
        _require("pyarrow", f"{path}: GeoParquet needs pyarrow: pip install 'saferoute[parquet]'")
    try:
        if path.is_dir():
            raise InvalidInput(f"{path}: is a folder; give the name of a file in it")
        if not path.parent.is_dir():
            raise InvalidInput(f"{path}: the folder {path.parent} does not exist; make it first")
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be written ({error.strerror}); choose another file with -o") from error


def _require(library: str, otherwise: str) -> None:
    from importlib.util import find_spec

    if find_spec(library) is None:
        raise InvalidInput(otherwise)


def write(thing: Ranking | Session, path: Path) -> None:
    """Write a ranking or a session in the format of the path's suffix, whole or not at all.

    Raises
    ------
    InvalidInput
        If no format has this suffix, or the file cannot be written.
    """
    formats: Mapping[str, Callable[[Any], str | bytes]] = SESSION_FORMATS if isinstance(thing, Session) else FORMATS
    check_format(path, formats)
    suffix = _suffix(path, formats)
    assert suffix is not None
    _files.write_whole(path, formats[suffix](thing))


def tables(thing: Ranking | Session) -> dict[str, gpd.GeoDataFrame]:
    """Return the tables that files are made of, by name; ``attrs`` holds what must go with them.

    Returns
    -------
    dict of GeoDataFrame
        ``stretches`` of a ranking, ``steps`` and ``sections`` of a session: plain values in WGS 84.
    """
    from saferoute.outputs._layers import layers, notices

    named = {layer.name: layer.table for layer in layers(thing)}
    for table in named.values():
        table.attrs.update(notices(thing))
    return named
