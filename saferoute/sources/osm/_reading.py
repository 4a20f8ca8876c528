"""Reading of OpenStreetMap files into columns, by pyosmium: the fastest of the complete readers compared."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from saferoute.memory import collect_garbage_rarely
from saferoute.osm import keys
from saferoute.osm.values import split_list
from saferoute.sources.osm._columns import NAME
from saferoute.sources.osm._extent import choose_extent, drop_explained_cuts, merge_cuts
from saferoute.sources.osm._files import open_file, open_locations, read_in_order
from saferoute.sources.osm._fragments import add_fragments
from saferoute.sources.osm._merging import merge_columns, merge_fragments
from saferoute.sources.osm._objects import NODE, RELATION, WAY, locate_cuts, read_lines, read_tags, wkb_factory
from saferoute.sources.osm._rows import Rows
from saferoute.sources.osm._shared_ways import DropOfShared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import shapely

    from saferoute.arrays import FloatArray
    from saferoute.sources.osm._columns import Columns
    from saferoute.sources.osm._files import SortedFile

_DECIDE_AREAS = (*keys.AREA_KEYS, "area")
"""Keys that decide whether a closed way or a relation is an area."""
ALL = ("node", "way", "area")
"""Kinds of objects that can be read: points, ways and areas."""


@dataclass(frozen=True)
class Read:
    """Contents of files, with each object once; kinds that were not read are empty."""

    ways: Columns
    areas: Columns
    fragments: Columns
    """Lines of areas that the files do not hold whole."""
    points: Columns
    extent: shapely.Geometry | None
    """Where the files are complete, in degrees; None = at least one does not say."""
    cuts: FloatArray
    """Longitude and latitude, shape (n, 2), of nodes at which a way breaks off away from the edges of the extent."""
    data_date: str | None
    """Date of the oldest file as YYYY-MM-DD; None = not known."""
    skipped: int
    """Number of ways that became no line, as the file holds fewer than two of their nodes in a row."""


@collect_garbage_rarely()
def read_extracts(paths: Sequence[Path], what: Sequence[str] = ALL, folder: Path | None = None) -> Read:
    """Return the contents of extracts, with objects that several of them hold merged.

    Parameters
    ----------
    paths : sequence of Path
        Files whose names end with one of `SUFFIXES`.
    what : sequence of str
        The kinds to read, some of `ALL`. Fragments are read with areas. Areas
        take passes of their own over the file, so that two processes can share
        the work.
    folder : Path, optional
        Where names, shapes and nodes lie, which are most of it; by default all is held in memory.

    Raises
    ------
    InvalidInput
        If a file is not a complete OpenStreetMap extract.
    """
    import shapely

    parts = [
        read_in_order(path, partial(_read_extract, what=tuple(what), store=_Store(number, folder)))
        for number, path in enumerate(paths)
    ]
    dates = [p.data_date for p in parts if p.data_date]
    extents = [p.extent for p in parts]
    areas = merge_columns([p.areas for p in parts], folder)
    return Read(
        ways=merge_columns([p.ways for p in parts], folder),
        areas=areas,
        fragments=merge_fragments([p.fragments for p in parts], areas, folder),
        points=merge_columns([p.points for p in parts], folder),
        extent=None if any(e is None for e in extents) else shapely.union_all(extents),
        cuts=merge_cuts([p.cuts for p in parts], extents),
        data_date=min(dates) if dates else None,
        skipped=sum(p.skipped for p in parts),
    )


class _Store(NamedTuple):
    """Where the objects of a file go."""

    file_number: int
    folder: Path | None
    """None = into memory."""

    def open_rows(self, tags: tuple[str, ...], deciding: tuple[str, ...] = (), *, with_nodes: bool = False) -> Rows:
        """Return an empty builder."""
        return Rows(tags, deciding=deciding, with_nodes=with_nodes, file_number=self.file_number, folder=self.folder)


def _read_extract(file: SortedFile, what: tuple[str, ...], store: _Store) -> Read:
    """Return the contents of one sorted file."""
    reader = _Reader(_read_routes(file.path) if "way" in what else {}, store)
    newest = None
    locations = open_locations(file.path, store.folder)
    for obj in _iterate_objects(file.path, what, locations):
        if obj.is_node():
            reader.add_node(obj)
        elif obj.is_area():
            reader.add_area(obj)
        elif reader.add_way(obj):
            newest = obj.timestamp if newest is None else max(newest, obj.timestamp)
    # A part that another process reads the rest of may well be empty.
    if what == ALL and not len(reader.ways) and not len(reader.areas):
        raise ValueError("it holds no ways")
    lines = reader.ways.build_columns()
    extent = choose_extent(file.boxes, lines)
    fragments = store.open_rows(keys.AREA_TAGS, _DECIDE_AREAS)
    if "area" in what:
        add_fragments(fragments, file.path, reader.assembled, locations)
    return Read(
        ways=lines,
        areas=reader.areas.build_columns(),
        fragments=fragments.build_columns(),
        points=reader.points.build_columns(),
        extent=extent,
        cuts=drop_explained_cuts(np.array(reader.cuts, dtype=float).reshape(-1, 3), extent),
        data_date=_choose_data_date(file.timestamp, newest),
        skipped=reader.skipped,
    )


def _iterate_objects(path: Path, what: tuple[str, ...], locations: Any) -> Iterator[Any]:
    """Yield the objects that may become rows."""
    import osmium

    # Filters run in C++: an object that they drop never becomes a Python object, which is most of the time.
    in_osmium = osmium.osm
    kinds = {
        "area": (in_osmium.AREA, keys.AREA_KEYS),
        "way": (in_osmium.WAY, keys.LINE_KEYS),
        "node": (in_osmium.NODE, keys.POINT_KEYS),
    }
    if "area" in what:
        processor = osmium.FileProcessor(open_file(path)).with_locations(locations)
        processor = processor.with_areas(osmium.filter.KeyFilter(*keys.AREA_KEYS), DropOfShared())
    else:
        processor = osmium.FileProcessor(open_file(path), in_osmium.NODE | in_osmium.WAY).with_locations(locations)
    # A filter of keys applies to every kind unless it is bound to one.
    asked = in_osmium.NOTHING
    filters = [kinds[name] for name in what]
    if what == ("area",):
        # osmium hands out areas only after an object that its filters let pass. Without any it would collect all
        # areas of the file; ways with this key are few, and everywhere.
        filters.append((in_osmium.WAY, ("highway",)))
    for kind, chosen in filters:
        only = osmium.filter.KeyFilter(*chosen)
        only.enable_for(kind)
        processor = processor.with_filter(only)
        asked |= kind
    wanted = tuple(name[0] for name in what)
    for obj in processor.with_filter(osmium.filter.EntityFilter(asked)):
        if obj.type_str() in wanted:
            yield obj


def _read_routes(path: Path) -> dict[int, str]:
    """Return the kinds of `keys.ROUTES` that lead along ways, as a list in a tag, by the ids of the ways."""
    import osmium

    along: dict[int, set[str]] = {}
    relation: Any
    chosen = osmium.filter.KeyFilter("route")
    for relation in osmium.FileProcessor(open_file(path), osmium.osm.RELATION).with_filter(chosen):
        # One relation may be of several kinds.
        if kinds := keys.ROUTES.intersection(split_list(relation.tags["route"])):
            for member in relation.members:
                if member.type == "w":
                    along.setdefault(member.ref, set()).update(kinds)
    return {way: ";".join(sorted(kinds)) for way, kinds in along.items()}


class _Reader:
    """Builder of tables from the objects of one file, with notes on those that are incomplete.

    Parameters
    ----------
    routes : mapping of int to str
        By the ids of ways, the ``route`` of a relation that leads along them, which becomes a tag of theirs.
    store : _Store
    """

    def __init__(self, routes: Mapping[int, str], store: _Store) -> None:
        self._routes = routes
        self.ways = store.open_rows(keys.WAY_TAGS, (*keys.LINE_KEYS, "area", "building"), with_nodes=True)
        self.areas = store.open_rows(keys.AREA_TAGS, _DECIDE_AREAS)
        self.points = store.open_rows(keys.POINT_TAGS)
        self.assembled = array("q")
        """Areas that are whole, by osmium's numbering; see `add_fragments`."""
        self.cuts: list[tuple[float, float, float]] = []
        self.skipped = 0
        self._is_line, self._is_line_if_open = _Verdicts(keys.is_line), _Verdicts(keys.is_line_if_open)
        self._is_area = _Verdicts(keys.is_area)
        self._is_multipolygon = _Verdicts(lambda get: keys.is_area(get, relation=True))

    def add_node(self, node: Any) -> None:
        """Add a node as a point if its location is valid."""
        if node.location.valid():
            tags = read_tags(node)
            number = self.points.number_combination(tags)
            self.points.add_object(NODE, node.id, number, tags.get(NAME), wkb_factory().create_point(node))

    def add_way(self, way: Any) -> bool:
        """Add a way if its tags are those of a line, and return whether they are; missing nodes split it."""
        tags = read_tags(way)
        if way.id in self._routes:
            tags["route"] = self._routes[way.id]
        number = self.ways.number_combination(tags)
        rule = self._is_line if way.is_closed() else self._is_line_if_open
        if not rule.holds_for(number, tags):
            return False
        try:
            lines = list(read_lines(way))
        except RuntimeError:  # fewer than two nodes
            lines = []
        self.skipped += not lines
        for nodes, line in lines:
            self.ways.add_object(WAY, way.id, number, tags.get(NAME), line)
            self.ways.add_nodes(nodes)
        if not lines or len(lines[0][0]) < len(way.nodes):
            self.cuts.extend(locate_cuts(way))
        return True

    def add_area(self, area: Any) -> None:
        """Add an area if its tags are those of an area and its rings are valid."""
        tags = read_tags(area)
        number, from_way = self.areas.number_combination(tags), area.from_way()
        if (self._is_area if from_way else self._is_multipolygon).holds_for(number, tags):
            try:
                shape = wkb_factory().create_multipolygon(area)
            except RuntimeError:  # its rings do not close, or cross
                return
            self.assembled.append(area.id)
            kind = WAY if from_way else RELATION
            self.areas.add_object(kind, area.orig_id(), number, tags.get(NAME), shape)


class _Verdicts:
    """Results of a rule by combination of tags, so that it runs once for each.

    The rule may look only at tags that are part of a combination, which is why
    `Rows.deciding` names further ones.
    """

    def __init__(self, rule: Callable[[Callable[[str], str | None]], bool]) -> None:
        self._rule = rule
        self._known: dict[int, bool] = {}

    def holds_for(self, number: int, tags: dict[str, str]) -> bool:
        """Return whether the rule holds for tags, whose combination has some number."""
        known = self._known.get(number)
        if known is None:
            known = self._known[number] = self._rule(tags.get)
        return known


def _choose_data_date(named: str | None, newest: Any) -> str | None:
    """Return the date in the header of a file, or else that of its newest way, or None."""
    if named:
        return named[:10]
    if newest is not None and newest.year > 2004:  # OpenStreetMap's first year; 1970 = not given
        return f"{newest:%Y-%m-%d}"
    return None
