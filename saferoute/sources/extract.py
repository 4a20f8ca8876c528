"""OpenStreetMap from local extracts: `.osm.pbf`, `.osm`, `.osm.gz`, `.osm.bz2`.

The whole file is read once with pyosmium (the fastest complete reader of those
compared) into tables in EPSG:4326, which are kept in the user's cache; an area
is then a bounding box of them.
"""

from __future__ import annotations

import gc
from array import array
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

from saferoute.model import WGS84, InvalidInput, PlaceNotFound
from saferoute.sources import tags as osm
from saferoute.sources._tables import Facts, Tables, combinations, features_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import geopandas as gpd
    import pandas as pd
    import shapely

    from saferoute.model import Area, Features, Place
    from saferoute.sources._tables import Box, Held, Joiner
    from saferoute.sources.cache import Cache

T = TypeVar("T")

SUFFIXES = (".osm.pbf", ".osm.gz", ".osm.bz2", ".osm", ".pbf")
"""Names an extract may end with."""


class _Rows:
    """A table under construction: WKB for the geometry, and of each tag the rows that have it.

    Most objects have a handful of the tags that are kept, and most values recur.
    """

    def __init__(self, tags: tuple[str, ...]) -> None:
        self.tags = tags
        self.kinds: list[str] = []
        self.ids = array("q")
        self.nodes: list[list[int] | None] = []
        self.wkb: list[bytes] = []
        self._columns: dict[str, tuple[dict[str, int], array[int], array[int]]] = {
            tag: ({}, array("q"), array("q")) for tag in tags
        }

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.ids)

    def add(self, osm_type: str, osm_id: int, nodes: list[int] | None, wkb: bytes, tags: dict[str, str]) -> None:
        """Append one object."""
        row = len(self.ids)
        self.kinds.append(osm_type)
        self.ids.append(osm_id)
        self.nodes.append(nodes)
        self.wkb.append(wkb)
        for tag, value in tags.items():
            column = self._columns.get(tag)
            if column is not None:
                values, rows, codes = column
                rows.append(row)
                codes.append(values.setdefault(value, len(values)))

    def _column(self, tag: str) -> pd.api.extensions.ExtensionArray:
        import numpy as np
        import pandas as pd

        values, rows, codes = self._columns[tag]
        text = list(values) if tag == "name" else [value.strip().lower() for value in values]
        code = np.full(len(self), -1)
        code[np.frombuffer(rows, dtype=np.int64)] = np.frombuffer(codes, dtype=np.int64)
        column: pd.api.extensions.ExtensionArray = pd.array([*text, None], dtype="str").take(code, allow_fill=True)
        return column

    def table(self) -> gpd.GeoDataFrame:
        """Turn the columns into a GeoDataFrame in EPSG:4326, objects once each."""
        import geopandas as gpd
        import numpy as np
        import pandas as pd
        import shapely

        geometry = shapely.from_wkb(np.array(self.wkb, dtype=object), on_invalid="ignore")
        data: dict[str, Any] = {"osm_type": pd.array(self.kinds, dtype="str")}
        data |= {tag: self._column(tag) for tag in self.tags}
        data["osm_id"] = np.frombuffer(self.ids, dtype=np.int64)
        if any(n is not None for n in self.nodes):
            data["nodes"] = pd.Series(self.nodes, dtype=object).to_numpy()
        frame = gpd.GeoDataFrame(data, geometry=geometry, crs=WGS84)
        whole = ~(frame.geometry.isna() | frame.geometry.is_empty)
        if "nodes" in frame:  # a line whose nodes are all at one place is none
            whole &= shapely.length(geometry) > 0
        return frame[whole].reset_index(drop=True)


@dataclass(frozen=True)
class _File:
    """What one file holds."""

    ways: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    points: gpd.GeoDataFrame
    extent: shapely.Geometry | None
    data_date: str | None
    skipped: int


_PLAUSIBLE = 3.0
"""A header's box that is this much larger than what the file holds is no box of this file."""


class ExtractSource:
    """Features of one or several local extracts.

    Parameters
    ----------
    paths : sequence of path
        Files whose name ends with one of `SUFFIXES`. An object that several
        of them hold counts once, in its most complete version.
    extent : (west, south, east, north), optional
        Where they are whole, in degrees; by default what their headers say.
    join : callable, optional
        Joins ways to chains; without it features come without.
    cache : Cache, optional
        Keeps the tables (`saferoute.sources.index`); without it they stay in memory.
    say : callable
        Is told when an extract is read for the first time.

    Raises
    ------
    InvalidInput
        If a file is missing, empty, cut off or no OpenStreetMap data.
    """

    def __init__(
        self,
        paths: Sequence[Path | str],
        *,
        extent: Box | None = None,
        join: Joiner | None = None,
        cache: Cache | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._extent, self._join, self._cache, self._say = extent, join, cache, say
        self.paths = tuple(Path(p) for p in paths)
        for path in self.paths:
            _check_file(path)
        self._held: Held | None = None

    def tables(self) -> Tables:
        """Return all of the extracts as tables in EPSG:4326, read anew unless they are in memory."""
        if isinstance(self._held, Tables):
            return self._held
        tables = _merge([_read(path) for path in self.paths], self._extent)
        return tables if self._join is None else replace(tables, chains=self._join(tables.ways))

    def _open(self) -> Held:
        if self._held is None:
            if self._cache is None or self._extent is not None:
                self._held = self.tables()
            else:
                from saferoute.sources import index

                self._held = index.opened(self.paths, self._cache, read=self.tables, say=self._say)
        return self._held

    def bounds(self) -> Box:
        """Return west, south, east and north of all ways, and of all areas but boundaries, degrees."""
        return self._open().facts.ground

    def features(self, area: Area, *, margin_m: float) -> Features:
        """Return what lies in the area's bounding box widened by `margin_m`.

        Raises
        ------
        PlaceNotFound
            If the extract holds nothing there.
        """
        held = self._open()
        tables = held.within(box_around(area, margin_m))
        west, south, east, north = box_around(area, 0.0)
        if tables.ways.cx[west:east, south:north].empty:
            raise PlaceNotFound(_far_away(area.place, held.facts.bounds))
        features = features_of(tables, area)
        trouble = self._cache.trouble if self._cache else None
        return replace(features, notes=(*features.notes, trouble)) if trouble else features


def bounding_box(place: Place, radius_m: float) -> tuple[float, float, float, float]:
    """Return west, south, east, north in degrees of a square around a place.

    Raises
    ------
    InvalidInput
        Within about 100 km of a pole, where degrees of longitude mean nothing.
    """
    from math import cos, radians

    if abs(place.lat) > 89:
        raise InvalidInput(f"latitude {place.lat} is at a pole: places must lie within 89° S to 89° N")
    dy = radius_m / 110_574.0
    dx = radius_m / (111_320.0 * cos(radians(place.lat)))
    return place.lon - dx, place.lat - dy, place.lon + dx, place.lat + dy


def box_around(area: Area, margin_m: float) -> tuple[float, float, float, float]:
    """Return west, south, east, north in degrees of what holds an area widened by `margin_m`.

    Raises
    ------
    InvalidInput
        As `bounding_box` does.
    """
    from pyproj import Transformer

    around = bounding_box(area.place, area.radius_m + margin_m)
    if area.half_m is None:
        return around
    to_degrees = Transformer.from_crs(area.crs, WGS84, always_xy=True)
    x, y = to_degrees.transform(area.place.lon, area.place.lat, direction="INVERSE")
    wide, high = (half + margin_m for half in area.half_m)
    west, south, east, north = to_degrees.transform_bounds(x - wide, y - high, x + wide, y + high)
    return (west, south, east, north) if west < east else around  # across the antimeridian west lies beyond east


def osm_file(path: Path) -> Any:
    """Return what osmium opens: it knows formats by suffixes in small letters alone."""
    import osmium

    suffix = next(s for s in SUFFIXES if path.name.lower().endswith(s))
    return osmium.io.File(str(path), suffix.removeprefix("."))


def _check_file(path: Path) -> None:
    if not path.name.lower().endswith(SUFFIXES):
        raise InvalidInput(f"{path}: an extract's name ends with one of {', '.join(SUFFIXES)}")
    if not path.is_file():
        raise InvalidInput(f"{path}: no such file; give the path of an OpenStreetMap extract")
    if path.stat().st_size == 0:
        raise InvalidInput(f"{path}: the file is empty; download the extract again")


def _objects(path: Path) -> Iterator[Any]:
    """Iterate over the objects that may become rows; osmium drops the rest in C++."""
    import osmium
    from osmium.osm import AREA, NODE, WAY

    processor = osmium.FileProcessor(osm_file(path)).with_areas(osmium.filter.KeyFilter(*osm.AREA_KEYS))
    for kind, keys in ((AREA, osm.AREA_KEYS), (WAY, osm.LINE_KEYS), (NODE, osm.POINT_KEYS)):
        only = osmium.filter.KeyFilter(*keys)
        only.enable_for(kind)
        processor = processor.with_filter(only)
    yield from processor


def read_in_order(path: Path, read: Callable[[Path], T]) -> T:
    """Return what `read` makes of a file whose objects are sorted by kind and id.

    Areas can only be put together from sorted files. PBF files nearly always
    are; XML written by hand or by a service may be not, and is sorted into a
    temporary copy first, older versions of an object dropped.

    Raises
    ------
    InvalidInput
        If the file is no whole OpenStreetMap extract.
    """
    try:
        if path.name.lower().endswith(".pbf"):
            try:
                return read(path)
            except RuntimeError as error:
                if not any(word in str(error) for word in _UNSORTED):
                    raise
        with TemporaryDirectory() as folder:
            return read(_sorted_copy(path, Path(folder)))
    except (RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split()) or "cannot be decoded"
        raise InvalidInput(f"{path}: not a whole OpenStreetMap extract ({reason}); download it again") from error


_UNSORTED = ("out of order", "twice")


def _sorted_copy(path: Path, folder: Path) -> Path:
    import osmium

    reader = osmium.MergeInputReader()
    suffix = next(s for s in SUFFIXES if path.name.lower().endswith(s))
    source = folder / f"source{suffix}"  # osmium knows suffixes in small letters alone
    source.symlink_to(path.resolve())
    reader.add_file(str(source))
    copy = folder / "sorted.osm.pbf"
    with osmium.SimpleWriter(str(copy), header=osmium.FileProcessor(osm_file(path)).header) as writer:
        reader.apply(writer, simplify=True)
    return copy


def _read(path: Path) -> _File:
    """Read one file; garbage collection rests meanwhile (a quarter faster)."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        return read_in_order(path, _read_tables)
    finally:
        if collecting:
            gc.enable()


def _read_tables(path: Path) -> _File:
    ways, areas, points, newest, skipped = _read_rows(path)
    if not len(ways) and not len(areas):
        raise ValueError("it holds no ways")
    tables = ways.table(), areas.table(), points.table()
    return _File(*tables, _extent(path, tables[0]), _data_date(path, newest), skipped)


def _read_rows(path: Path) -> tuple[_Rows, _Rows, _Rows, Any, int]:
    ways, areas, points = _Rows(osm.WAY_TAGS), _Rows(osm.AREA_TAGS), _Rows(osm.POINT_TAGS)
    newest, skipped = None, 0
    add_node, add_way, add_area = _adders(ways, areas, points)
    for obj in _objects(path):
        tags = dict(obj.tags)
        try:
            if obj.is_node():
                add_node(obj, tags)
            elif obj.is_way():
                if osm.is_line(tags.get):
                    newest = obj.timestamp if newest is None else max(newest, obj.timestamp)
                    add_way(obj, tags)
            elif obj.is_area() and osm.is_area(tags.get, relation=not obj.from_way()):
                add_area(obj, tags)
        except RuntimeError:  # lines of one node, rings that do not close or cross themselves
            skipped += 1
    return ways, areas, points, newest, skipped


def _adders(ways: _Rows, areas: _Rows, points: _Rows) -> tuple[Callable[[Any, Any], None], ...]:
    import osmium

    wkb: Any = osmium.geom.WKBFactory()
    every = osmium.geom.use_nodes.ALL  # as many vertices as node ids, doubled ones too

    def add_node(node: Any, tags: dict[str, str]) -> None:
        if node.location.valid():
            points.add("node", node.id, None, wkb.create_point(node), tags)

    def add_way(way: Any, tags: dict[str, str]) -> None:
        try:
            ways.add("way", way.id, [n.ref for n in way.nodes], wkb.create_linestring(way, every), tags)
        except osmium.InvalidLocationError:  # the extract's edge cut nodes off
            for nodes, piece in _located_runs(way):
                ways.add("way", way.id, nodes, piece, tags)

    def add_area(area: Any, tags: dict[str, str]) -> None:
        kind = "way" if area.from_way() else "relation"
        areas.add(kind, area.orig_id(), None, wkb.create_multipolygon(area), tags)

    return add_node, add_way, add_area


def _located_runs(way: Any) -> Iterator[tuple[list[int], bytes]]:
    """Yield the node ids and WKB of each run of nodes that the extract holds."""
    import shapely

    run: list[tuple[int, float, float]] = []
    for node in [*way.nodes, None]:
        if node is not None and node.location.valid():
            run.append((node.ref, node.location.lon, node.location.lat))
            continue
        if len({r[1:] for r in run}) >= 2:
            yield [r[0] for r in run], shapely.to_wkb(shapely.LineString([r[1:] for r in run]))
        run = []


def _extent(path: Path, ways: gpd.GeoDataFrame) -> shapely.Geometry | None:
    """Return the box that the file's header names, None where it names none or a wrong one."""
    import osmium
    import shapely

    box = osmium.FileProcessor(osm_file(path)).header.box()
    if not box.valid() or not len(ways):
        return None
    west, south, east, north = ways.total_bounds
    named = box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat
    wide, high = named[2] - named[0], named[3] - named[1]
    if wide > _PLAUSIBLE * (east - west) or high > _PLAUSIBLE * (north - south):
        return None
    return shapely.box(*named)


def _data_date(path: Path, newest: Any) -> str | None:
    """Return the date of the file's header, else that of its newest way."""
    import osmium

    stamp = osmium.FileProcessor(osm_file(path)).header.get("osmosis_replication_timestamp")
    if stamp:
        return str(stamp)[:10]
    if newest is not None and newest.year > 2004:  # OpenStreetMap's first year; 1970 = not given
        return f"{newest:%Y-%m-%d}"
    return None


def _merge(parts: list[_File], extent: Box | None) -> Tables:
    """Put the tables of several files together, every object once."""
    import numpy as np
    import pandas as pd
    import shapely

    def together(tables: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
        key = ["osm_type", "osm_id"]
        if len(tables) == 1:
            return tables[0].sort_values(key, kind="stable", ignore_index=True)
        frame = pd.concat(tables, ignore_index=True)
        # An edge may have cut an object in one file and not in the other, and files of
        # several dates hold several versions: all of it is taken from the file with most of it.
        held = frame[key].assign(file=[i for i, t in enumerate(tables) for _ in range(len(t))])
        held["points"] = frame.geometry.count_coordinates()
        most = held.groupby([*key, "file"], as_index=False)["points"].sum()
        most = most.sort_values(["points", "file"], ascending=[False, True]).drop_duplicates(key)
        chosen = held.merge(most, on=key, suffixes=("", "_chosen"), how="left")
        kept = frame[(chosen["file"] == chosen["file_chosen"]).to_numpy()]
        result: gpd.GeoDataFrame = kept.sort_values(key, kind="stable", ignore_index=True)
        return result

    dates = [p.data_date for p in parts if p.data_date]
    ways, areas, points = (together([getattr(p, name) for p in parts]) for name in ("ways", "areas", "points"))
    whole = None if any(p.extent is None for p in parts) else shapely.union_all([p.extent for p in parts])
    facts = Facts(
        tagged=combinations(ways),
        extent=whole if extent is None else shapely.box(*extent),
        data_date=min(dates) if dates else None,
        skipped=sum(p.skipped for p in parts),
        bounds=_box(ways),
        ground=_box(ways, areas[areas["boundary"].isna()]),
    )
    ways, areas, points = (table.assign(row=np.arange(len(table))) for table in (ways, areas, points))
    return Tables(ways, areas, points, None, facts)


def _box(*tables: gpd.GeoDataFrame) -> Box:
    import numpy as np

    every = np.array([table.total_bounds for table in tables])
    west, south = np.nanmin(every[:, :2], axis=0)
    east, north = np.nanmax(every[:, 2:], axis=0)
    return float(west), float(south), float(east), float(north)


def _far_away(place: Place, bounds: Box) -> str:
    """Say where the place is and where the data are; notice swapped order."""
    west, south, east, north = bounds
    if not west <= east:
        return "the extract holds no ways"
    text = (
        f"{place.lat:.5f},{place.lon:.5f} lies outside the data, which span latitude "
        f"{south:.3f} to {north:.3f} and longitude {west:.3f} to {east:.3f}"
    )
    if west <= place.lat <= east and south <= place.lon <= north:
        return f"{text}; did you write lon,lat? PLACE is lat,lon"
    return f"{text}; give a place inside, or another extract"
