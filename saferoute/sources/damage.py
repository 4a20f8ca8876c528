"""Reading of files that may be damaged, by libraries in C that may crash or hang on them: apart, until it went well."""

from __future__ import annotations

import os
from bisect import bisect_left
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from saferoute.digests import digest_libraries
from saferoute.drawers import DIGEST_BYTES, Key
from saferoute.model import InvalidInput
from saferoute.sources.apart import Bounds, Ended, run_apart
from saferoute.sources.raster_formats import HEAD_BYTES, find_driver, list_vrt_files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from saferoute.drawers import Drawers

T = TypeVar("T")

START_S = 40.0
"""Seconds of computing that reading may take whatever the size of the file [J]."""
_LEAST_BYTES_PER_S = {".bz2": 20_000.0, ".gz": 50_000.0, ".osm": 300_000.0, ".pbf": 100_000.0}
"""Bytes of a file that are read in a second at the very least, a thirtieth of what was measured [J]."""
_RASTER_BYTES_PER_S = 1e6
START_BYTES = 3 << 30
"""Memory that reading may take whatever the size of the file: a part of a raster takes below 1 GB [J]."""
_MOST_BYTES_PER_BYTE = {".bz2": 300, ".gz": 200, ".osm": 30, ".pbf": 40}
"""Memory per byte of an extract, more than twice of what was measured [J]; a raster's does not grow with the file."""
_LIBRARIES = ("osmium", "pyproj", "rasterio", "shapely")
"""Packages that read files: what one version reads another may crash on."""


def read_apart(paths: Sequence[Path], function: Callable[..., T], *arguments: Any) -> T:
    """Return what a function returns that reads files, after it has run in a process of its own.

    Parameters
    ----------
    paths : sequence of Path
        The files: their sizes bound time and memory.
    function, *arguments
        See `saferoute.sources.apart.run_apart`.

    Raises
    ------
    InvalidInput
        If reading crashed or took too long.
    """
    try:
        return run_apart(function, *arguments, bounds=_bound(paths))
    except Ended as error:
        names = ", ".join(map(str, paths))
        raise InvalidInput(
            f"{names}: reading it {error}: it is damaged or too large; copy or download it again"
        ) from error


def read_once_apart(
    path: Path, function: Callable[..., T], *arguments: Any, asked: bytes, drawers: Drawers | None
) -> T:
    """Return what a function reads of a file; see `read_each_once_apart`."""
    return read_each_once_apart([path], function, [arguments], asked=asked, drawers=drawers)[0]


def read_each_once_apart(
    paths: Sequence[Path],
    function: Callable[..., T],
    arguments: Sequence[tuple[Any, ...]],
    *,
    asked: bytes,
    drawers: Drawers | None,
) -> list[T]:
    """Return what a function reads of each of some files: apart for the first time, and here once that went well.

    Parameters
    ----------
    paths : sequence of Path
    function : callable
        See `saferoute.sources.apart.run_apart`.
    arguments : sequence of tuple
        What it is called with for each file.
    asked : bytes
        What else decides which part of the files is read.
    drawers : Drawers or None
        Where it is kept what went well; None = the files are known to be good.

    Raises
    ------
    InvalidInput
        If reading one of them crashed or took too long.
    """
    if drawers is None:
        return [function(*each) for each in arguments]
    for path, each in zip(paths, arguments, strict=True):
        if not path.is_file():
            function(*each)  # which says so
    asked = f"{function.__module__}.{function.__qualname__}".encode() + b"\0" + asked
    keys = make_keys(paths, "read", asked)
    new = [row for row, known in enumerate(drawers.recall(keys)) if known is None]
    found = dict(
        zip(new, _read_each_apart([paths[row] for row in new], function, [arguments[row] for row in new]), strict=True)
    )
    if new:
        drawers.keep({keys[row]: b"" for row in new})
    return [found[row] if row in found else function(*each) for row, each in enumerate(arguments)]


def _read_each_apart(
    paths: Sequence[Path], function: Callable[..., T], arguments: Sequence[tuple[Any, ...]]
) -> list[T]:
    """Return what a function reads of each of some files, all in one process unless that ends before its time."""
    if not paths:
        return []
    if len(paths) > 1:
        with suppress(Ended):
            return run_apart(_call_each, function, arguments, bounds=_bound(paths))
    # One by one, so that the file is named on which it ends.
    return [read_apart([path], function, *each) for path, each in zip(paths, arguments, strict=True)]


def _call_each(function: Callable[..., T], arguments: Sequence[tuple[Any, ...]]) -> list[T]:
    """Return what a function returns for each of several arguments."""
    return [function(*each) for each in arguments]


def _bound(paths: Sequence[Path]) -> Bounds:
    """Return what reading files may take."""
    seconds, most = START_S, START_BYTES
    for path in paths:
        size, suffix = (path.stat().st_size if path.exists() else 0), path.suffix.lower()
        seconds += size / _LEAST_BYTES_PER_S.get(suffix, _RASTER_BYTES_PER_S)
        most += size * _MOST_BYTES_PER_BYTE.get(suffix, 0)
    return Bounds(seconds, most)


def make_keys(paths: Sequence[Path], kind: str, asked: bytes) -> list[Key]:
    """Return under what is kept what follows from each of some files: their state, and that of files that belong to it.

    Parameters
    ----------
    paths : sequence of Path
        Files that are there.
    kind : str
        First word of the names of drawers, of which each folder has one.
    asked : bytes
        What it follows from besides.
    """
    # Thousands of rasters may lie in one folder, which is listed once; as paths, names would take ten times as long.
    places = [os.path.split(path if os.path.isabs(path) else path.absolute()) for path in paths]  # noqa: PTH117
    behind = digest_libraries(*_LIBRARIES).encode() + asked
    names, drawers = {}, {}
    for folder in {folder for folder, _ in places}:
        names[folder] = sorted(os.listdir(folder))  # noqa: PTH208
        drawers[folder] = f"{kind}-{sha256(folder.encode()).hexdigest()[:32]}"
    return [
        Key(drawers[folder], sha256(_tell_state(folder, name, names[folder]) + behind).digest()[:DIGEST_BYTES])
        for folder, name in places
    ]


def _tell_state(folder: str, name: str, names: Sequence[str]) -> bytes:
    """Return the state of a file and of those beside that belong to it.

    A file counts by its size and times, as in the notes of indexes: writing always changes ``ctime``. `names` are
    those of all files in its folder, sorted: what begins with its own, up to the suffix, belongs to it.
    """
    stem = os.path.splitext(name)[0]  # noqa: PTH122
    first, last = bisect_left(names, stem), bisect_left(names, f"{stem}\U0010ffff")
    beside = {f"{folder}/{other}" for other in names[first:last]}
    with open(f"{folder}/{name}", "rb", buffering=0) as file:  # noqa: PTH123
        head = file.read(HEAD_BYTES)
    if find_driver(name, head) == "VRT":
        beside.update(str(other) for other, _ in list_vrt_files(Path(folder, name)) if other.is_file())
    return repr([_describe_state(other) for other in sorted(beside)]).encode()


def _describe_state(path: str) -> tuple[str, int, int, int, int]:
    stat = os.stat(path)  # noqa: PTH116
    return path, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino
