"""Tables of OSM features in degrees, and their conversion to features of an area in metres."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeAlias

from saferoute.model import OSM_ATTRIBUTION, WGS84, Features, Strokes
from saferoute.osm.kinds import count_kinds, name_kinds
from saferoute.sources import spill
from saferoute.sources.osm._columns import enclosing_box, sort_objects
from saferoute.sources.osm._extent import carve_cuts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy as np
    import shapely
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Area, WayLines
    from saferoute.sources.osm._columns import Columns
    from saferoute.sources.osm._reading import Read
    from saferoute.table import Table, Tagged

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


@dataclass(frozen=True)
class Facts:
    """Facts about a whole source, not only the part around an area."""

    extent: shapely.Geometry | None
    """Where the source says that it is complete, in degrees; None = it does not say."""
    cuts: FloatArray
    """Longitude and latitude, shape (n, 2), of nodes inside the extent at which ways break off."""
    data_date: str | None
    """As YYYY-MM-DD; None = not known."""
    skipped: int
    """Number of ways with fewer than two known nodes."""
    bounds: Box
    """Box around all ways."""
    ground: Box
    """Box around all ways and all areas except boundaries."""


@dataclass(frozen=True)
class Tables:
    """Tables of features in EPSG:4326, with ways in the order of the whole source."""

    ways: Table
    areas: Table
    fragments: Table
    points: Table
    row: IntArray
    """Row of each way among all ways of the source, ascending."""
    strokes: Strokes | None
    """Strokes whose ``edge_ground`` refers to `row`; None = not joined."""
    facts: Facts
    key: str = ""
    """Digest of the source and of all that made the tables; ``""`` = not known."""

    def select_within_box(self, box: Box) -> Tables:
        """Return the features and strokes that touch a box."""
        import shapely

        frame, tables = shapely.box(*box), (self.ways, self.areas, self.fragments, self.points)
        shapely.prepare(frame)
        near = [shapely.intersects(frame, table.geometry) for table in tables]
        ways, areas, fragments, points = (table.select_rows(rows) for table, rows in zip(tables, near, strict=True))
        strokes = self.strokes
        if strokes is not None:
            strokes = strokes.select_strokes(shapely.intersects(frame, strokes.lines))
        return Tables(ways, areas, fragments, points, self.row[near[0]], strokes, self.facts, self.key)

    def select_fragments(self, box: Box) -> Table:
        """Return the parts of incomplete areas that touch a box."""
        return self.select_within_box(box).fragments

    def frame_ways(self) -> tuple[FloatArray, IntArray]:
        """Return the box of each way, and that it holds one."""
        import numpy as np
        import shapely

        return shapely.bounds(self.ways.geometry), np.ones(len(self.ways), dtype=np.int64)

    def digest_within_box(self, _box: Box) -> str:
        """Return ``""``: what was read without a cache is held too shortly to be compared with anything."""
        return ""


class Joining(Protocol):
    """What joins n ways to strokes: `saferoute.candidates.Joining`."""

    @property
    def taken(self) -> BoolArray:
        """Mask of the ways that matter, shape (n,)."""
        ...

    def select_rows(self, rows: IntArray) -> Joining:
        """Return what is to be joined of ways, each of which is one of some rows."""
        ...

    def join(self, lines: WayLines) -> Strokes:
        """Return the strokes of all ways."""
        ...

    def join_parts(self, parts: Iterable[tuple[WayLines, float]]) -> Iterator[tuple[Strokes, IntArray]]:
        """Yield the strokes of ways that come in parts from west to east, and what orders them."""
        ...


Joiner: TypeAlias = "Callable[[Tagged], Joining]"
"""Function that returns what joins ways with some tags; sources may not import `saferoute.candidates`."""


class Held(Protocol):
    """Tables that are held in memory or in an index on disk."""

    @property
    def key(self) -> str:
        """Digest of the source and of all that made the tables; ``""`` = not known."""
        ...

    @property
    def facts(self) -> Facts:
        """Facts about the whole source."""
        ...

    def select_within_box(self, box: Box) -> Tables:
        """Return the features and strokes that touch a box."""
        ...

    def select_fragments(self, box: Box) -> Table:
        """Return the parts of incomplete areas that touch a box."""
        ...

    def frame_ways(self) -> tuple[FloatArray, IntArray]:
        """Return boxes in degrees that together hold all ways, shape (n, 4), and how many each holds."""
        ...

    def digest_within_box(self, box: Box) -> str:
        """Return a digest of all that is read within a box, ``""`` if it is not known."""
        ...


def build_tables(held: Read, join: Joiner | None, extent: Box | None = None) -> Tables:
    """Return the contents of files as tables, with strokes if there is a function that joins them.

    Parameters
    ----------
    held : Read
        The contents of the files.
    join : callable or None
        Function that joins ways to strokes.
    extent : (west, south, east, north), optional
        Box in degrees in which the files are complete; by default what they
        say themselves.
    """
    import numpy as np
    import shapely

    kinds = [sort_objects(columns) for columns in (held.ways, held.areas, held.fragments, held.points)]
    ways, areas, fragments, points = (columns.build_table() for columns in kinds)
    facts = collect_facts(held)
    facts = replace(facts, ground=merge_boxes(facts.bounds, enclose_areas(held.areas)))
    if extent is not None:
        facts = replace(facts, extent=shapely.box(*extent))
    row = np.arange(len(ways))
    strokes = None if join is None else join(ways.tags).join(kinds[0].read_lines(row))
    return Tables(ways, areas, fragments, points, row, strokes, facts)


def collect_facts(held: Read) -> Facts:
    """Return the facts about files; `Facts.ground` does not include areas yet."""
    bounds = enclosing_box(held.ways.bounds)
    return Facts(held.extent, held.cuts, held.data_date, held.skipped, bounds, bounds)


def enclose_areas(areas: Columns) -> Box:
    """Return the box around all areas except boundaries; NaN if there are none."""
    from saferoute.osm.tags import is_tagged
    from saferoute.table import Tags

    counted = ~is_tagged(Tags.from_combinations(areas.vocabulary.known, areas.vocabulary.codes), "boundary")
    box = enclosing_box(areas.bounds[:0])
    for start in range(0, len(areas), spill.AT_ONCE):
        rows = slice(start, start + spill.AT_ONCE)
        box = merge_boxes(box, enclosing_box(areas.bounds[rows][counted[areas.combination[rows]]]))
    return box


def merge_boxes(one: Box, other: Sequence[float]) -> Box:
    """Return the box around two boxes; one that is NaN is ignored."""
    import numpy as np

    west, south = np.fmin(one[:2], other[:2])
    east, north = np.fmax(one[2:], other[2:])
    return float(west), float(south), float(east), float(north)


def build_features(tables: Tables, area: Area) -> Features:
    """Return tables as features in the metric CRS of an area."""
    import numpy as np
    import shapely

    facts, strokes = tables.facts, tables.strokes
    row = tables.row
    layers = [tables.ways, tables.areas, tables.fragments, tables.points]
    *shapes, lines, extents, cuts = _project_to_metres(
        [
            *(layer.geometry for layer in layers),
            np.empty(0, dtype=object) if strokes is None else strokes.lines,
            np.array([facts.extent], dtype=object),
            shapely.points(facts.cuts),
        ],
        area,
    )
    ways, areas, fragments, points = (
        replace(layer, geometry=moved, crs=area.crs) for layer, moved in zip(layers, shapes, strict=True)
    )
    if strokes is not None:
        # Rows are those of the whole source: they become positions here, −1 for ways outside of the box.
        strokes = replace(strokes, lines=lines, edge_ground=find_rows(row, strokes.edge_ground))
    return Features(
        ways=ways,
        areas=areas,
        fragments=fragments,
        points=points,
        extent=carve_cuts(extents[0], shapely.get_coordinates(cuts), shapely.total_bounds(ways.geometry)),
        strokes=strokes,
        data_date=facts.data_date,
        attribution=(OSM_ATTRIBUTION,),
        notes=tuple(note_doubts(facts, fragments)),
    )


def find_rows(rows: IntArray, wanted: IntArray) -> IntArray:
    """Return where some rows stand among others, which ascend; −1 = not among them."""
    import numpy as np

    at = np.minimum(np.searchsorted(rows, wanted), max(len(rows) - 1, 0))
    here = rows[at] == wanted if len(rows) else np.zeros(len(at), dtype=bool)
    return np.where(here, at, -1)


def note_doubts(facts: Facts, fragments: Table | None = None) -> list[str]:
    """Return a note for each way in which a whole source is not complete, and one on the fragments of a part of it."""
    return list(_doubts(facts, fragments))


def _doubts(facts: Facts, fragments: Table | None) -> Iterator[str]:
    """Yield a note for each way in which the extract is not complete."""
    if facts.skipped:
        yield f"{facts.skipped} ways of the extract are not read: fewer than two of their nodes are in it"
    if fragments is not None and len(fragments):
        parts = count_kinds(name_kinds(fragments.drop_repeated()))
        yield f"a part is missing of {parts} here: the edges that are mapped count, what lies inside is unknown"
    if len(facts.cuts):
        yield f"ways break off at {len(facts.cuts)} missing nodes of the extract: beside them the map is not whole"
    if facts.extent is None:
        yield "the extract does not say where it was cut: near its edges obstacles may be missing"


def _project_to_metres(of: Sequence[NDArray[np.object_]], area: Area) -> list[NDArray[np.object_]]:
    """Return arrays of shapes in the metric CRS of an area."""
    import numpy as np
    import shapely
    from pyproj import Transformer

    to_metres = Transformer.from_crs(WGS84, area.crs, always_xy=True)
    # All in one call, which takes half the time of one per array.
    moved = shapely.transform(np.concatenate(of), to_metres.transform, interleaved=False)
    return np.split(moved, np.cumsum([len(shapes) for shapes in of])[:-1])
