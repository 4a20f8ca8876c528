"""Extracts as FlatGeobuf tables in the user's cache: read once, then opened by bounding box.

An index is a folder named by what its files hold, by the version of the
tables and by the tags they keep: it is written under another name and renamed
when it is whole, so that nobody ever sees half of one. Tags are numbers into
lists of values; the node ids of ways and chains stand in plain arrays beside
the tables.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from saferoute.model import WGS84, Chains, SourceUnavailable
from saferoute.sources import tags as osm
from saferoute.sources._tables import SAID, Box, Facts, Tables

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from saferoute.sources.cache import Cache

KIND = "index"
"""Folder of the cache."""
SCHEMA = 1
"""Version of the tables and of how chains are joined: another number makes all indexes anew."""
PART = ".part"
_META = "index.json"
_TEXT = "name"
"""The one column whose values hardly recur."""
_BLOCK = 1 << 20


def key_of(paths: Sequence[Path], cache: Cache) -> str:
    """Return the name of the index of some files: by what they hold, wherever they lie.

    What a file holds is looked at once, and again when its size or one of its
    times has changed (writing changes ``ctime``, whatever ``touch`` says).
    """
    held = [_content(path.resolve(), cache.folder / KIND) for path in paths]
    kept = (SCHEMA, osm.LINE_KEYS, osm.AREA_KEYS, osm.POINT_KEYS, osm.WAY_TAGS, osm.AREA_TAGS, osm.POINT_TAGS)
    return sha256(json.dumps([held, kept]).encode()).hexdigest()[:32]


def _content(path: Path, folder: Path) -> str:
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
    handle, name = tempfile.mkstemp(suffix=PART, dir=path.parent)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    Path(name).replace(path)


def opened(
    paths: Sequence[Path], cache: Cache, *, read: Callable[[], Tables], say: Callable[[str], None]
) -> Index | Tables:
    """Return the index of some extracts, made first where there is none.

    Parameters
    ----------
    read : callable
        Reads the extracts whole; asked only where there is no index. What it
        returns is the answer where the disk takes no index.
    say : callable
        Is told that it takes a while.
    """
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

    try:
        folder = cache.folder / KIND / key_of(paths, cache)
        index = whole(folder)
        if index is not None:
            return index
        with cache.lock(KIND, say=say):
            index = whole(folder)  # another process may have made it meanwhile
            if index is not None:
                return index
            say(f"reading {', '.join(p.name for p in paths)} for the first time")
            tables = read()
            try:
                return _written(tables, folder, paths)
            except (
                OSError,
                DataSourceError,
                DataLayerError,
                FeatureError,
            ) as error:  # GDAL has its own
                reason = getattr(error, "strerror", None) or error
                cache.trouble = f"{folder.parent}: the index cannot be kept there ({reason})"
                return tables
    except SourceUnavailable:  # who made it for so long has perhaps hung: go on without
        return read()


def whole(folder: Path) -> Index | None:
    """Return the index in a folder, None where there is none or files are missing or cut off."""
    try:
        about = json.loads((folder / _META).read_text())
        sizes = {name: (folder / name).stat().st_size for name in about["files"]}
        good = sizes == about["files"] and about["schema"] == SCHEMA
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Index(folder, about) if good else None


@dataclass(frozen=True)
class Kept:
    """One index in the cache."""

    of: tuple[str, ...]
    """Names of its files; empty = it is damaged, and will be made anew."""
    bytes: int


def kept(cache: Cache) -> list[Kept]:
    """Return the indexes of a cache."""
    found = []
    for folder in _folders(cache):
        index = whole(folder)
        size = sum(path.stat().st_size for path in folder.iterdir())
        found.append(Kept(tuple(index.about["of"]) if index else (), size))
    return found


def clear(cache: Cache, *, say: Callable[[str], None]) -> int:
    """Delete all indexes, what broken-off writes left, and the notes on files; return how many indexes there were."""
    folder = cache.folder / KIND
    if not folder.is_dir():
        return 0
    with cache.lock(KIND, say=say):
        folders = _folders(cache)
        for path in (*folders, *folder.glob(f"*{PART}")):
            shutil.rmtree(path, ignore_errors=True)
            if path.is_file():
                path.unlink()
        for note in folder.glob("*.seen"):
            note.unlink(missing_ok=True)
    with suppress(OSError):  # something else may lie in it
        folder.rmdir()
    return len(folders)


def _folders(cache: Cache) -> list[Path]:
    folder = cache.folder / KIND
    named = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in named if path.is_dir() and re.fullmatch("[0-9a-f]{32}", path.name)]


def _written(tables: Tables, folder: Path, paths: Sequence[Path]) -> Index:
    """Write tables under another name, then rename them."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left in folder.parent.glob(f"*{PART}"):  # of processes that were killed: we hold the lock
        shutil.rmtree(left, ignore_errors=True)
    part = Path(tempfile.mkdtemp(suffix=PART, dir=folder.parent))
    try:
        about = {
            "schema": SCHEMA,
            "of": [p.name for p in paths],
            "values": {
                "ways": _write_table(part / "ways.fgb", _with_nodes(tables.ways, part), "LineString"),
                "areas": _write_table(part / "areas.fgb", tables.areas, "MultiPolygon"),
                "points": _write_table(part / "points.fgb", tables.points, "Point"),
            },
            "facts": _noted(tables.facts),
        }
        if tables.chains is not None:
            _write_chains(tables.chains, part)
        about["files"] = {path.name: path.stat().st_size for path in sorted(part.iterdir())}
        (part / _META).write_text(json.dumps(about))
        shutil.rmtree(folder, ignore_errors=True)  # a damaged one
        part.replace(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return Index(folder, about)


def _with_nodes(ways: gpd.GeoDataFrame, part: Path) -> gpd.GeoDataFrame:
    """Write the node ids of all ways into one array, and return where those of each begin."""
    import numpy as np

    lists = ways["nodes"].to_numpy()
    n = np.array([len(nodes) for nodes in lists], dtype=np.int64)
    flat = np.fromiter((node for nodes in lists for node in nodes), dtype=np.int64, count=int(n.sum()))
    np.save(part / "nodes.npy", flat)
    return ways.drop(columns="nodes").assign(first=np.cumsum(n) - n, n=n)


def _write_table(path: Path, table: gpd.GeoDataFrame, geometry_type: str) -> dict[str, list[str]]:
    """Write a table, and return the values its numbers stand for."""
    import numpy as np
    import pandas as pd
    import pyogrio.raw
    import shapely

    values: dict[str, list[str]] = {}
    fields, data = [], []
    for name in table.columns:
        if name == table.geometry.name:
            continue
        column = table[name]
        if pd.api.types.is_numeric_dtype(column.dtype):
            data.append(column.to_numpy(dtype=np.int64))
        elif name == _TEXT:
            data.append(column.to_numpy(dtype=object, na_value=None))
        else:
            codes, known = pd.factorize(column)
            values[name] = [str(value) for value in known]
            data.append(codes.astype(np.int32))
        fields.append(name)
    shapes = table.geometry.to_numpy()
    if geometry_type == "MultiPolygon":
        shapes = np.array([s if s.geom_type == geometry_type else shapely.MultiPolygon([s]) for s in shapes], object)
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(shapes),
        field_data=data,
        fields=np.array(fields, dtype=object),
        geometry_type=geometry_type,
        crs=WGS84,
        driver="FlatGeobuf",
    )
    return values


def _write_chains(chains: Chains, part: Path) -> None:
    import numpy as np
    import pyogrio.raw
    import shapely

    assert chains.side_paths is not None
    n = np.bincount(chains.vertex_chain, minlength=len(chains.lines)).astype(np.int64)
    first = np.cumsum(n) - n
    number = np.arange(len(n))
    np.save(part / "chain_nodes.npy", chains.vertex_node)
    np.save(part / "chain_ways.npy", chains.edge_ground)
    np.save(part / "chain_sides.npy", chains.side_paths.astype(np.int16))
    pyogrio.raw.write(
        part / "chains.fgb",
        geometry=shapely.to_wkb(chains.lines),
        field_data=[number, first, n],
        fields=np.array(["number", "first", "n"], dtype=object),
        geometry_type="LineString",
        crs=WGS84,
        driver="FlatGeobuf",
    )


def _noted(facts: Facts) -> dict[str, Any]:
    import pandas as pd

    tagged = [[None if pd.isna(v) else v for v in row] for row in facts.tagged[list(SAID)].to_numpy(dtype=object)]
    return {
        "tagged": tagged,
        "n": [int(n) for n in facts.tagged["n"]],
        "extent": None if facts.extent is None else facts.extent.wkt,
        "data_date": facts.data_date,
        "skipped": facts.skipped,
        "bounds": facts.bounds,
        "ground": facts.ground,
    }


@dataclass(frozen=True)
class Index:
    """An index on disk.

    Attributes
    ----------
    about : mapping
        What its ``index.json`` says.
    """

    folder: Path
    about: dict[str, Any]

    @cached_property
    def facts(self) -> Facts:
        """What is known of all of it."""
        import pandas as pd
        import shapely

        noted = self.about["facts"]
        columns = zip(*noted["tagged"], strict=True) if noted["tagged"] else [[] for _ in SAID]
        tagged = pd.DataFrame({k: pd.array(list(v), dtype="str") for k, v in zip(SAID, columns, strict=True)})
        extent = None if noted["extent"] is None else shapely.from_wkt(noted["extent"])
        return Facts(
            tagged=tagged.assign(n=noted["n"]),
            extent=extent,
            data_date=noted["data_date"],
            skipped=noted["skipped"],
            bounds=tuple(noted["bounds"]),
            ground=tuple(noted["ground"]),
        )

    def within(self, box: Box) -> Tables:
        """Return what touches a box."""
        ways = self._table("ways", box).sort_values("row", ignore_index=True)
        key = ["osm_type", "osm_id"]
        areas, points = (self._table(name, box).sort_values("row", ignore_index=True) for name in ("areas", "points"))
        nodes = self._array("nodes")
        first, n = ways.pop("first").to_numpy(), ways.pop("n").to_numpy()
        lists = _objects([nodes[a : a + k].tolist() for a, k in zip(first, n, strict=True)])
        ways.insert(ways.columns.get_loc(key[1]) + 1, "nodes", lists)
        return Tables(ways, areas.drop(columns="row"), points.drop(columns="row"), self._chains(box), self.facts)

    def _array(self, name: str) -> NDArray[np.int64]:
        import numpy as np

        array: NDArray[np.int64] = np.load(self.folder / f"{name}.npy", mmap_mode="r")
        return array

    def _table(self, name: str, box: Box) -> gpd.GeoDataFrame:
        import geopandas as gpd
        import pyogrio.raw
        import shapely

        about, _, wkb, data = pyogrio.raw.read(self.folder / f"{name}.fgb", bbox=box)
        values = self.about["values"][name]
        columns = {tag: _decoded(tag, column, values) for tag, column in zip(about["fields"], data, strict=True)}
        return gpd.GeoDataFrame(columns, geometry=shapely.from_wkb(wkb), crs=WGS84)

    def _chains(self, box: Box) -> Chains | None:
        import numpy as np
        import pyogrio.raw
        import shapely

        from saferoute.geometry import ragged

        path = self.folder / "chains.fgb"
        if not path.exists():
            return None
        _, _, wkb, (number, first, n) = pyogrio.raw.read(path, bbox=box)
        order = np.argsort(number)
        vertex = ragged(first[order], n[order])
        return Chains(
            shapely.from_wkb(wkb)[order],
            np.repeat(np.arange(len(order)), n[order]),
            self._array("chain_nodes")[vertex],
            self._array("chain_ways")[vertex],
            self._array("chain_sides")[vertex].astype(float),
            number[order],
        )


def _objects(lists: list[list[int]]) -> NDArray[np.object_]:
    import numpy as np

    column = np.empty(len(lists), dtype=object)
    column[:] = lists
    return column


def _decoded(tag: str, column: Any, values: dict[str, list[str]]) -> Any:
    """Return the text behind numbers, NaN for −1."""
    import pandas as pd

    if tag == _TEXT:
        return pd.array(column, dtype="str")
    if tag not in values:
        return column
    known: pd.api.extensions.ExtensionArray = pd.array(values[tag], dtype="str")
    if not len(known):
        return pd.array([None] * len(column), dtype="str")
    return known.take(column, allow_fill=True)
