"""An index of extracts in the user's cache: FlatGeobuf tables that are read by bounding box.

Extracts are read once and then opened from their index. An index is a folder
whose name depends on the contents of the files, and on the code and the
libraries that make it. It is written under another name and renamed when it is
complete, so that no process ever sees half of one. Combinations of tags are
numbers into lists of values. These lists, and the node ids of ways and
strokes, are stored in plain arrays beside the tables.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from saferoute.digests import digest_libraries, digest_modules
from saferoute.model import WGS84, SourceUnavailable, Strokes
from saferoute.sources.osm._columns import NAME, Columns, Vocabulary
from saferoute.sources.osm._reading import ALL, read_extracts
from saferoute.sources.osm._tables import (
    Box,
    Facts,
    Tables,
    build_tables,
    collect_facts,
    enclose_areas,
    merge_boxes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from saferoute.arrays import IntArray
    from saferoute.sources.cache import Cache
    from saferoute.sources.osm._reading import Read
    from saferoute.sources.osm._tables import Joiner

logger = logging.getLogger(__name__)

KIND = "index"
"""Folder of the cache that holds indexes."""
PART = ".part"
_META = "index.json"
_AREAS = "areas.json"
"""Name of the file in which the second process passes on its results."""
_SHARED_BYTES = 8 << 20
"""Size in bytes from which two processes read the extracts: starting the second takes half a second."""
_MEMORY = 15
"""Bytes of memory per byte of extract while the index is made; measured for 98 MB, which took 1.49 GB."""
_START_S = 1.0
_BYTES_PER_S = 3.5e6
"""Seconds that making an index takes whatever it is of, and bytes of extract a second on top; 98 MB took 27.5 s."""
_SHAPES = {"ways": "LineString", "areas": "MultiPolygon", "fragments": "Unknown", "points": "Point"}
_BLOCK = 1 << 20
"""Bytes read at a time for a checksum."""


_LIBRARIES = ("osmium", "pyogrio", "pyproj", "shapely")
"""Packages that read and write the tables."""


def make_index_key(paths: Sequence[Path], cache: Cache, join: Joiner | None) -> str:
    """Return the name of the index of some files: by what they hold, wherever they lie, and by what makes it.

    The code of this module and of the one that `join` comes from counts, with
    all that they import.

    A file's checksum is computed once, and again when its size or one of its
    times has changed. Writing always changes ``ctime``, which ``touch`` cannot
    set back.
    """
    # The tags that are kept are part of the name: a version that keeps others must not read old tables.
    held = [_hash_content(path.resolve(), cache.folder / KIND) for path in paths]
    code = digest_modules(__name__, *([join.__module__] if join else []))
    return sha256(json.dumps([held, code, digest_libraries(*_LIBRARIES)]).encode()).hexdigest()[:32]


def _hash_content(path: Path, folder: Path) -> str:
    """Return the checksum of a file, from the note of an earlier run if the file has not changed since."""
    stat = path.stat()
    seen = [str(path), stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
    note = folder / f"{sha256(str(path).encode()).hexdigest()[:32]}.seen"
    with suppress(OSError, ValueError, KeyError, TypeError):
        known = json.loads(note.read_text())
        if known["seen"] == seen:
            return str(known["sha256"])
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        _write_text(note, json.dumps({"seen": seen, "sha256": digest.hexdigest()}))
    return digest.hexdigest()


def _write_text(path: Path, text: str) -> None:
    """Write a file in such a way that it is there whole or not at all."""
    handle, name = tempfile.mkstemp(suffix=PART, dir=path.parent)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    Path(name).replace(path)


def open_index(paths: Sequence[Path], cache: Cache, *, join: Joiner | None) -> Index | Tables:
    """Return the index of some extracts, which is made first if there is none.

    If it cannot be written, or another process takes too long to make it, the
    extracts are read into memory instead, and `Cache.trouble` says why it could
    not be written.

    Parameters
    ----------
    paths : sequence of Path
        The extracts.
    cache : Cache
        The cache that holds indexes.
    join : callable or None
        Function that joins ways to strokes; without it the index has none.

    Raises
    ------
    InvalidInput
        If a file is not a complete OpenStreetMap extract.
    """
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

    # Raised if the lock is held for too long: the other process may hang, so this one goes on without an index.
    with suppress(SourceUnavailable):
        try:
            folder = cache.folder / KIND / make_index_key(paths, cache, join)
            index = load_index(folder)
            if index is not None:
                return index
            with cache.hold_lock(KIND):
                index = load_index(folder)  # another process may have made it meanwhile
                if index is not None:
                    return index
                names, seconds = ", ".join(p.name for p in paths), _estimate_seconds(paths)
                logger.info("reading %s for the first time", names, extra={"seconds": seconds})
                _warn_of_memory(paths)
                return _build_index(paths, folder, join)
        except (OSError, DataSourceError, DataLayerError, FeatureError) as error:  # pyogrio has errors of its own
            reason = getattr(error, "strerror", None) or error
            cache.trouble = f"{cache.folder / KIND}: the index cannot be kept there ({reason})"
    return build_tables(read_extracts(paths), join)


def _estimate_seconds(paths: Sequence[Path]) -> float:
    """Return about how long it takes to make an index, 0 where nobody knows."""
    if not all(path.name.lower().endswith(".pbf") for path in paths):
        return 0.0
    return _START_S + sum(path.stat().st_size for path in paths) / _BYTES_PER_S


def _warn_of_memory(paths: Sequence[Path]) -> None:
    """Log a message if reading may take more memory than is free."""
    # Linux kills a process that runs out of memory without a message, so it is given before.
    need = _MEMORY * sum(path.stat().st_size for path in paths if path.name.lower().endswith(".pbf"))
    free = _free_bytes()
    if free is not None and need > free:
        logger.info(
            "it may take %.1f GB of memory, and %.1f GB are free: if it is killed, give an extract of a smaller region",
            need / 1e9,
            free / 1e9,
        )


def _free_bytes() -> int | None:
    """Return the available memory in bytes, None if the system does not say."""
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text().splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("MemAvailable:")).split()[1])
    return None


def load_index(folder: Path) -> Index | None:
    """Return the index in a folder, None if there is none or some of its files are missing or cut off."""
    try:
        about = json.loads((folder / _META).read_text())
        sizes = {name: (folder / name).stat().st_size for name in about["files"]}
        good = sizes == about["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Index(folder, about) if good else None


@dataclass(frozen=True)
class Kept:
    """Description of an index in the cache."""

    of: tuple[str, ...]
    """Names of its extracts; empty = the index is damaged and will be made anew."""
    bytes: int
    """Size of all its files."""


def list_indexes(cache: Cache) -> list[Kept]:
    """Return a description of each index in a cache."""
    found = []
    for folder in _list_folders(cache):
        index = load_index(folder)
        size = sum(path.stat().st_size for path in folder.iterdir())
        found.append(Kept(tuple(index.about["of"]) if index else (), size))
    return found


def delete_indexes(cache: Cache) -> int:
    """Delete all indexes, notes on files and remains of interrupted writes, and return the number of indexes."""
    folder = cache.folder / KIND
    if not folder.is_dir():
        return 0
    with cache.hold_lock(KIND):
        folders = _list_folders(cache)
        for path in (*folders, *folder.glob(f"*{PART}")):
            shutil.rmtree(path, ignore_errors=True)
            if path.is_file():
                path.unlink()
        for note in folder.glob("*.seen"):
            note.unlink(missing_ok=True)
    with suppress(OSError):  # files of others may lie in it
        folder.rmdir()
    return len(folders)


def _list_folders(cache: Cache) -> list[Path]:
    """Return the folders in a cache that have the name of an index, sorted."""
    folder = cache.folder / KIND
    named = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in named if path.is_dir() and re.fullmatch("[0-9a-f]{32}", path.name)]


def _build_index(paths: Sequence[Path], folder: Path, join: Joiner | None) -> Index:
    """Return the index of some extracts, written under another name and then renamed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    # As this process holds the lock, any part that lies there is from one that was killed.
    for left in folder.parent.glob(f"*{PART}"):
        shutil.rmtree(left, ignore_errors=True)
    part = Path(tempfile.mkdtemp(suffix=PART, dir=folder.parent))
    try:
        about = {"of": [p.name for p in paths], **_write_index(paths, part, join)}
        about["files"] = {path.name: path.stat().st_size for path in sorted(part.iterdir())}
        # Last, because the sizes of all other files are in it: by them a later run sees what is cut off.
        (part / _META).write_text(json.dumps(about))
        shutil.rmtree(folder, ignore_errors=True)  # a damaged one
        part.replace(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return Index(folder, about)


def _write_index(paths: Sequence[Path], part: Path, join: Joiner | None) -> dict[str, Any]:
    """Write the tables of extracts into a folder, and return the contents of ``index.json`` on them."""
    beside = _start_areas_process(paths, part) if _worth_two_processes(paths) else None
    try:
        held = read_extracts(paths, ALL if beside is None else ("node", "way"))
        values = {
            name: _write_table(name, columns, part) for name, columns in (("ways", held.ways), ("points", held.points))
        }
        areas = None if beside is not None else _write_areas(held, part)
        ways = held.ways.build_table()
        ways["row"] = range(len(ways))
        facts = collect_facts(held)
        # Joining needs only the table, and a lot of memory.
        del held
        if join is not None:
            _write_strokes(join(ways), part)
        if beside is not None:
            areas = _await_areas(beside, paths, part)
            facts = replace(facts, skipped=facts.skipped + areas["skipped"])
    finally:
        if beside is not None:
            beside.kill()
            beside.wait()
    assert areas is not None
    if beside is not None and not len(ways) and isnan(areas["ground"][0]):
        # Neither process could tell that the files hold nothing at all; reading both kinds raises that error.
        read_extracts(paths)
    facts = replace(facts, ground=merge_boxes(facts.bounds, areas["ground"]))
    return {"values": {**values, **areas["values"]}, "facts": _serialize_facts(facts)}


def _worth_two_processes(paths: Sequence[Path]) -> bool:
    """Return whether reading by two processes is faster: for large PBF files and with two cores or more."""
    # XML would be sorted by each process.
    if (os.cpu_count() or 1) < 2 or not all(path.name.lower().endswith(".pbf") for path in paths):
        return False
    return sum(path.stat().st_size for path in paths) >= _SHARED_BYTES


def _start_areas_process(paths: Sequence[Path], part: Path) -> subprocess.Popen[bytes]:
    """Start the process that reads the areas and writes their tables, which is half of the work."""
    # -P keeps the current folder, which may hold anybody's modules, off the path.
    code = f"import sys; from {__name__} import run_areas_process; run_areas_process(sys.argv[1], sys.argv[2:])"
    return subprocess.Popen(  # noqa: S603  # this interpreter, this package
        [sys.executable, "-P", "-c", code, str(part), *(str(path.resolve()) for path in paths)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )


def run_areas_process(part: str, paths: Sequence[str]) -> None:
    """Read the areas of extracts and write their part of the index; the second process runs this."""
    about = _write_areas(read_extracts([Path(path) for path in paths], ("area",)), Path(part))
    (Path(part) / _AREAS).write_text(json.dumps(about))


def _await_areas(beside: subprocess.Popen[bytes], paths: Sequence[Path], part: Path) -> dict[str, Any]:
    """Return the results of the second process, once it has ended."""
    note = part / _AREAS
    # If it failed, its work is done again here: that either succeeds or raises the error with its message.
    if beside.wait() or not note.exists():
        return _write_areas(read_extracts(paths, ("area",)), part)
    about: dict[str, Any] = json.loads(note.read_text())
    note.unlink()
    return about


def _write_areas(held: Read, part: Path) -> dict[str, Any]:
    """Write the tables of areas and fragments, and return their part of ``index.json``."""
    return {
        "values": {name: _write_table(name, getattr(held, name), part) for name in ("areas", "fragments")},
        "ground": enclose_areas(held.areas),
        "skipped": held.skipped,
    }


def _write_table(name: str, columns: Columns, part: Path) -> Mapping[str, list[str]]:
    """Write a table, and return the values of each tag to which its combinations refer."""
    import numpy as np
    import pyogrio.raw

    data = {
        # FlatGeobuf orders rows by place; this number restores their own order.
        "row": np.arange(len(columns)),
        "kind": columns.kind.astype(np.int32),
        "osm_id": columns.osm_id,
        "combination": columns.combination.astype(np.int32),
        NAME: columns.name,
    }
    if columns.nodes is not None:
        np.save(part / "nodes.npy", columns.nodes)
        data |= {"first": columns.first, "count": columns.count}
    np.save(part / f"{name}_tags.npy", columns.vocabulary.codes)
    pyogrio.raw.write(
        part / f"{name}.fgb",
        geometry=columns.wkb,
        field_data=list(data.values()),
        fields=np.array(list(data), dtype=object),
        geometry_type=_SHAPES[name],
        crs=WGS84,
        driver="FlatGeobuf",
    )
    return columns.vocabulary.known


def _write_strokes(strokes: Strokes, part: Path) -> None:
    """Write the table of strokes, and the arrays of their vertices beside it."""
    import numpy as np
    import pyogrio.raw
    import shapely

    assert strokes.side_paths is not None
    n = np.bincount(strokes.vertex_stroke, minlength=len(strokes.lines)).astype(np.int64)
    first = np.cumsum(n) - n
    number = np.arange(len(n))
    np.save(part / "stroke_nodes.npy", strokes.vertex_node)
    np.save(part / "stroke_ways.npy", strokes.edge_ground)
    np.save(part / "stroke_sides.npy", strokes.side_paths.astype(np.int16))
    pyogrio.raw.write(
        part / "strokes.fgb",
        geometry=shapely.to_wkb(strokes.lines),
        field_data=[number, first, n],
        fields=np.array(["number", "first", "n"], dtype=object),
        geometry_type="LineString",
        crs=WGS84,
        driver="FlatGeobuf",
    )


def _serialize_facts(facts: Facts) -> dict[str, Any]:
    """Return facts in types that JSON has; `Index.facts` reads them."""
    return {
        "extent": None if facts.extent is None else facts.extent.wkt,
        "cuts": facts.cuts.tolist(),
        "data_date": facts.data_date,
        "skipped": facts.skipped,
        "bounds": facts.bounds,
        "ground": facts.ground,
    }


@dataclass(frozen=True)
class Index:
    """An index on disk, of which only the part within a box is read.

    Attributes
    ----------
    folder : Path
        The folder with its files.
    about : mapping
        The contents of its ``index.json``.
    """

    folder: Path
    about: dict[str, Any]

    @cached_property
    def facts(self) -> Facts:
        """Facts about the whole source."""
        import numpy as np
        import shapely

        noted = self.about["facts"]
        extent = None if noted["extent"] is None else shapely.from_wkt(noted["extent"])
        return Facts(
            extent=extent,
            cuts=np.array(noted["cuts"], dtype=float).reshape(-1, 2),
            data_date=noted["data_date"],
            skipped=noted["skipped"],
            bounds=tuple(noted["bounds"]),
            ground=tuple(noted["ground"]),
        )

    def select_within_box(self, box: Box) -> Tables:
        """Return the features and strokes that touch a box in degrees."""
        row, columns = self._read_columns("ways", box)
        ways = columns.build_table().assign(row=row)
        areas, fragments, points = (
            self._read_columns(name, box)[1].build_table() for name in ("areas", "fragments", "points")
        )
        return Tables(ways, areas, fragments, points, self._read_strokes(box), self.facts)

    def _load_array(self, name: str) -> NDArray[Any]:
        """Return an array of the index, mapped into memory."""
        import numpy as np

        # Mapped, so that only the pages of the rows within a box are read from disk.
        array: NDArray[Any] = np.asarray(np.load(self.folder / f"{name}.npy", mmap_mode="r"))
        return array

    def _read_columns(self, name: str, box: Box) -> tuple[IntArray, Columns]:
        """Return the numbers, in ascending order, and the contents of the rows of a table that touch a box."""
        import numpy as np
        import pyogrio.raw

        about, _, wkb, read = pyogrio.raw.read(self.folder / f"{name}.fgb", bbox=box)
        data = dict(zip(about["fields"], read, strict=True))
        order = np.argsort(data["row"])
        columns = Columns(
            vocabulary=Vocabulary(self.about["values"][name], self._load_array(f"{name}_tags")),
            wkb=wkb[order],
            nodes=self._load_array("nodes") if "first" in data else None,
            **{field: column[order] for field, column in data.items() if field != "row"},
        )
        return data["row"][order], columns

    def _read_strokes(self, box: Box) -> Strokes | None:
        """Return the strokes that touch a box, None if the index has none."""
        import numpy as np
        import pyogrio.raw
        import shapely

        from saferoute.geometry import indices_of_slices

        path = self.folder / "strokes.fgb"
        if not path.exists():
            return None
        _, _, wkb, (number, first, n) = pyogrio.raw.read(path, bbox=box)
        order = np.argsort(number)
        vertex = indices_of_slices(first[order], n[order])
        return Strokes(
            shapely.from_wkb(wkb)[order],
            np.repeat(np.arange(len(order)), n[order]),
            self._load_array("stroke_nodes")[vertex],
            self._load_array("stroke_ways")[vertex],
            self._load_array("stroke_sides")[vertex].astype(float),
            number[order],
        )
