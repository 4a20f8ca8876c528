"""OpenStreetMap files as columns, read with pyosmium: the fastest complete reader of those compared."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

from saferoute.memory import collect_garbage_rarely
from saferoute.model import InvalidInput
from saferoute.osm import keys
from saferoute.sources.osm._columns import KINDS, NAME, Columns, Rows, enclosing_box, merge_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import shapely

T = TypeVar("T")

SUFFIXES = (".osm.pbf", ".osm.gz", ".osm.bz2", ".osm", ".pbf")
"""Names an extract may end with."""

ALL = ("node", "way", "area")
"""What may be read: points, ways, areas."""

_PLAUSIBLE = 3.0
"""A header's box that is this much larger than what the file holds is no box of this file."""
_NODE, _RELATION, _WAY = range(len(KINDS))


@dataclass(frozen=True)
class Read:
    """What files hold, each object once; what was not asked for is empty."""

    ways: Columns
    areas: Columns
    points: Columns
    extent: shapely.Geometry | None
    """Where the files are whole, in degrees; None = one does not say."""
    data_date: str | None
    """Of the oldest file."""
    skipped: int
    """Broken objects."""


@collect_garbage_rarely()
def read_extracts(paths: Sequence[Path], what: Sequence[str] = ALL) -> Read:
    """Read extracts.

    Parameters
    ----------
    what : sequence of str
        Some of `ALL`. Areas come from a second pass of their own over the file,
        so that two processes can share the work.

    Raises
    ------
    InvalidInput
        If a file is no whole OpenStreetMap extract.
    """
    import shapely

    parts = [read_in_order(path, lambda whole: _read_extract(whole, tuple(what))) for path in paths]
    dates = [p.data_date for p in parts if p.data_date]
    extents = [p.extent for p in parts]
    return Read(
        ways=merge_columns([p.ways for p in parts]),
        areas=merge_columns([p.areas for p in parts]),
        points=merge_columns([p.points for p in parts]),
        extent=None if any(e is None for e in extents) else shapely.union_all(extents),
        data_date=min(dates) if dates else None,
        skipped=sum(p.skipped for p in parts),
    )


def osm_file(path: Path) -> Any:
    """Return what osmium opens: it knows formats by suffixes in small letters alone."""
    import osmium

    suffix = next(s for s in SUFFIXES if path.name.lower().endswith(s))
    return osmium.io.File(str(path), suffix.removeprefix("."))


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
            return read(_write_sorted_copy(path, Path(folder)))
    except (RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split()) or "cannot be decoded"
        raise InvalidInput(f"{path}: not a whole OpenStreetMap extract ({reason}); download it again") from error


_UNSORTED = ("out of order", "twice")


def _write_sorted_copy(path: Path, folder: Path) -> Path:
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


def _read_extract(path: Path, what: tuple[str, ...]) -> Read:
    ways = Rows(keys.WAY_TAGS, deciding=(*keys.LINE_KEYS, "area", "building"), with_nodes=True)
    areas, points = Rows(keys.AREA_TAGS, deciding=(*keys.AREA_KEYS, "area")), Rows(keys.POINT_TAGS)
    newest, skipped = None, 0
    add_node, add_way, add_area = _make_adders(ways, areas, points)
    for obj in _iterate_objects(path, what):
        try:
            if obj.is_node():
                add_node(obj)
            elif obj.is_area():
                add_area(obj)
            elif add_way(obj):
                newest = obj.timestamp if newest is None else max(newest, obj.timestamp)
        except RuntimeError:  # lines of one node, rings that do not close or cross themselves
            skipped += 1
    if what == ALL and not len(ways) and not len(areas):
        raise ValueError("it holds no ways")
    lines = ways.build_columns()
    return Read(
        lines,
        areas.build_columns(),
        points.build_columns(),
        _read_extent(path, lines),
        _read_data_date(path, newest),
        skipped,
    )


def _iterate_objects(path: Path, what: tuple[str, ...]) -> Iterator[Any]:
    """Iterate over the objects that may become rows; osmium drops the rest in C++."""
    import osmium
    from osmium.osm import AREA, NODE, WAY

    kinds = {"area": (AREA, keys.AREA_KEYS), "way": (WAY, keys.LINE_KEYS), "node": (NODE, keys.POINT_KEYS)}
    if "area" in what:
        processor = osmium.FileProcessor(osm_file(path)).with_areas(osmium.filter.KeyFilter(*keys.AREA_KEYS))
    else:
        processor = osmium.FileProcessor(osm_file(path), NODE | WAY).with_locations()
    asked = osmium.osm.NOTHING
    for kind, chosen in (kinds[name] for name in what):
        only = osmium.filter.KeyFilter(*chosen)
        only.enable_for(kind)
        processor = processor.with_filter(only)
        asked |= kind
    yield from processor.with_filter(osmium.filter.EntityFilter(asked))


def _make_adders(ways: Rows, areas: Rows, points: Rows) -> tuple[Callable[[Any], Any], ...]:
    import osmium

    wkb: Any = osmium.geom.WKBFactory()
    every = osmium.geom.use_nodes.ALL  # as many vertices as node ids, doubled ones too
    is_line, is_area = _Verdicts(keys.is_line), _Verdicts(keys.is_area)
    is_multipolygon = _Verdicts(lambda get: keys.is_area(get, relation=True))

    def add_node(node: Any) -> None:
        if node.location.valid():
            tags = _read_tags(node)
            points.add_object(_NODE, node.id, points.number_combination(tags), tags.get(NAME), wkb.create_point(node))

    def add_way(way: Any) -> bool:
        tags = _read_tags(way)
        number = ways.number_combination(tags)
        if not is_line.holds_for(number, tags):
            return False
        try:
            line = wkb.create_linestring(way, every)
        except osmium.InvalidLocationError:  # the extract's edge cut nodes off
            for nodes, piece in _located_runs(way):
                ways.add_object(_WAY, way.id, number, tags.get(NAME), piece)
                ways.add_nodes(nodes)
        else:
            ways.add_object(_WAY, way.id, number, tags.get(NAME), line)
            ways.add_nodes([node.ref for node in way.nodes])
        return True

    def add_area(area: Any) -> None:
        tags = _read_tags(area)
        number, from_way = areas.number_combination(tags), area.from_way()
        if (is_area if from_way else is_multipolygon).holds_for(number, tags):
            kind = _WAY if from_way else _RELATION
            areas.add_object(kind, area.orig_id(), number, tags.get(NAME), wkb.create_multipolygon(area))

    return add_node, add_way, add_area


def _read_tags(obj: Any) -> dict[str, str]:
    """Return an object's tags; to be told that there are no more would take as long as six of them."""
    return dict(islice(obj.tags, len(obj.tags)))


class _Verdicts:
    """What a rule says of each combination of tags, asked once: the rule looks at tags that `Rows.deciding` names."""

    def __init__(self, rule: Callable[[Callable[[str], str | None]], bool]) -> None:
        self._rule = rule
        self._known: dict[int, bool] = {}

    def holds_for(self, number: int, tags: dict[str, str]) -> bool:
        known = self._known.get(number)
        if known is None:
            known = self._known[number] = self._rule(tags.get)
        return known


def _located_runs(way: Any) -> Iterator[tuple[list[int], str]]:
    """Yield the node ids and WKB in hexadecimal digits of each run of nodes that the extract holds."""
    import shapely

    run: list[tuple[int, float, float]] = []
    for node in [*way.nodes, None]:
        if node is not None and node.location.valid():
            run.append((node.ref, node.location.lon, node.location.lat))
            continue
        if len({r[1:] for r in run}) >= 2:
            yield [r[0] for r in run], shapely.to_wkb(shapely.LineString([r[1:] for r in run]), hex=True)
        run = []


def _read_extent(path: Path, ways: Columns) -> shapely.Geometry | None:
    """Return the box that the file's header names, None where it names none or a wrong one."""
    import osmium
    import shapely

    box = osmium.FileProcessor(osm_file(path)).header.box()
    if not box.valid() or not len(ways):
        return None
    west, south, east, north = enclosing_box(ways.bounds)
    named = box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat
    wide, high = named[2] - named[0], named[3] - named[1]
    if wide > _PLAUSIBLE * (east - west) or high > _PLAUSIBLE * (north - south):
        return None
    return shapely.box(*named)


def _read_data_date(path: Path, newest: Any) -> str | None:
    """Return the date of the file's header, else that of its newest way."""
    import osmium

    stamp = osmium.FileProcessor(osm_file(path)).header.get("osmosis_replication_timestamp")
    if stamp:
        return str(stamp)[:10]
    if newest is not None and newest.year > 2004:  # OpenStreetMap's first year; 1970 = not given
        return f"{newest:%Y-%m-%d}"
    return None
