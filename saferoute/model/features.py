"""The OpenStreetMap features around an area, with counts of people there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from saferoute.model.places import WGS84

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import pandas as pd
    import shapely
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.drawers import Drawers
    from saferoute.products import Memory
    from saferoute.table import Table


OSM_ATTRIBUTION = "Map data © OpenStreetMap contributors, ODbL 1.0"


@dataclass(frozen=True)
class Strokes:
    """Strokes: ways joined end to end.

    Attributes
    ----------
    lines : ndarray of n LineStrings
    vertex_stroke, vertex_node : ndarray of shape (v,)
        Stroke and OSM node of every vertex, in order.
    edge_ground : ndarray of shape (v,)
        Row in the table of ways for the edge from each vertex to the next; −1
        at the last vertex of a stroke, and where the table lacks the way.
    side_paths : ndarray of shape (v,), optional
        Number of other ways that leave each vertex.
    number : ndarray of shape (n,), optional
        Number of each stroke among all strokes of the source; by default its index here.
    """

    lines: NDArray[np.object_]
    vertex_stroke: IntArray
    vertex_node: IntArray
    edge_ground: IntArray
    side_paths: FloatArray | None = None
    number: IntArray | None = None

    def select_strokes(self, chosen: BoolArray) -> Strokes:
        """Return the strokes of a mask, which keep their numbers."""
        import numpy as np

        vertex = chosen[self.vertex_stroke]
        return Strokes(
            self.lines[chosen],
            (np.cumsum(chosen) - 1)[self.vertex_stroke[vertex]],
            self.vertex_node[vertex],
            self.edge_ground[vertex],
            None if self.side_paths is None else self.side_paths[vertex],
            np.flatnonzero(chosen) if self.number is None else self.number[chosen],
        )


@dataclass(frozen=True)
class WayLines:
    """Lines of n ways as arrays.

    Attributes
    ----------
    xy : ndarray of shape (v, 2)
        Vertices in metres or degrees.
    node : ndarray of shape (v,)
        OSM node of every vertex.
    way : ndarray of shape (v,)
        Row of every vertex's way, ascending.
    in_degrees : bool
    """

    xy: FloatArray
    node: IntArray
    way: IntArray
    in_degrees: bool

    @classmethod
    def from_table(cls, ways: Table) -> WayLines:
        """Return the lines of a table of ways, as of `Features`."""
        import numpy as np
        import shapely

        xy, way = shapely.get_coordinates(ways.geometry, return_index=True)
        lists = [np.asarray(nodes, dtype=np.int64) for nodes in ways["nodes"]]
        node = np.concatenate([np.empty(0, np.int64), *lists])
        return cls(xy, node, way, ways.crs == WGS84)

    def select_ways(self, chosen: BoolArray) -> WayLines:
        """Return the lines of the ways of a mask of shape (n,); rows stay as they are."""
        here = chosen[self.way]
        return WayLines(self.xy[here], self.node[here], self.way[here], self.in_degrees)


@dataclass(frozen=True)
class Counters:
    """Counts of people on foot, and the map around them."""

    table: pd.DataFrame
    """``x_m``, ``y_m``, ``count`` of people an hour and ``hour_of_week`` (0 = Monday 0:00, NaN = a mean hour)."""
    features: Features
    """The map around all counters, in the same CRS."""


@dataclass(frozen=True)
class Features:
    """OpenStreetMap features around an area, as tables in one metric CRS.

    Every table has ``osm_type`` (``node``, ``way``, ``relation``), ``osm_id`` and the
    tags of `saferoute.osm.keys` (in small letters but for `saferoute.osm.keys.VERBATIM`);
    `ways` has also ``nodes``, the node ids in order.
    """

    ways: Table
    """Every line: highways, railways, waterways, barriers, cliffs, coastline."""
    areas: Table
    """Polygons and multipolygons, with their holes."""
    fragments: Table
    """Lines of the edges of incomplete areas, and polygons where such lines close around ground, each with the
    tags of its area. A part of such an area is missing, or its rings cross or do not close."""
    points: Table
    """Tagged nodes."""
    extent: shapely.Geometry | None
    """Area in which the source is complete; outside it a missing wall only means a missing map.
    None if the source does not say."""
    strokes: Strokes | None = None
    """Strokes of the foot ways and running tracks, joined over the whole source. If None, they are to be
    made of the tables, which may cut them at the edge of the area."""
    data_date: str | None = None
    """ISO date of the data, or None if the file does not say."""
    attribution: tuple[str, ...] = (OSM_ATTRIBUTION,)
    notes: tuple[str, ...] = ()
    """Sentences for the user on everything repaired, skipped or missing."""
    counters: Counters | None = None
    """Counts of people on foot, or None without any."""
    key: str = ""
    """Digest of all that the features were read from and cut to; whoever replaces some of them clears it.
    ``""`` = not known, so that nothing computed of them can be found again."""
    source_key: str = ""
    """Digest of what features of any area are read from, in the same CRS; counts only beside `key`."""
    whole: shapely.Geometry | None = None
    """Ground on which every feature of the source is at hand; None = not known."""
    drawers: Drawers | None = None
    """Where what searches derive from the map is kept; None = nowhere."""
    memory: Memory | None = None
    """What this process derived of the map; None = nothing is remembered."""
    population: pd.DataFrame | None = None
    """Residents by cell of a raster: ``x_m``, ``y_m``, ``people`` and ``cell_m``, including cells
    with no residents. None if unknown."""

    @cached_property
    def outlines(self) -> Table:
        """The outlines of all areas, whole or not: `areas` followed by `fragments`."""
        from saferoute.table import Table

        return Table.concatenate([self.areas, self.fragments]) if len(self.fragments) else self.areas


_READ_LATE = frozenset("ways areas fragments points extent strokes notes source_key whole memory outlines".split())
"""Attributes of features that are known only after reading them."""


class LateFeatures(Features):
    """Features that are read when somebody first asks for more than what they are of.

    Parameters
    ----------
    read : callable
        Returns the features.
    key, data_date, attribution, drawers
        As the features that are read have them.
    """

    def __init__(
        self,
        read: Callable[[], Features],
        *,
        key: str,
        data_date: str | None,
        attribution: tuple[str, ...],
        drawers: Drawers | None,
    ) -> None:
        vars(self).update(_read=read, key=key, data_date=data_date, attribution=attribution, drawers=drawers)

    def __getattribute__(self, name: str) -> Any:
        """Return an attribute; after the first of those that have to be read, this is an object like any other."""
        if name in _READ_LATE:
            held = vars(self)
            held.update(vars(held["_read"]()))
            del held["_read"]
            object.__setattr__(self, "__class__", Features)
        return object.__getattribute__(self, name)
