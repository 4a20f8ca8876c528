"""Footpaths built from the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.geometry import indices_of_slices
from saferoute.osm import access
from saferoute.osm.tags import is_tagged
from saferoute.table import Tags
from saferoute.training._costs import (
    BESIDE_COST,
    cost_per_metre,
    crossing_costs,
    is_along_busy_road,
    is_in_green,
    is_road,
    sum_crossings,
)
from saferoute.training._footpaths import FootpathGraph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Features
    from saferoute.table import Table


def build_footpaths(features: Features) -> FootpathGraph:
    """Return the graph of ways on foot of some features.

    Notes
    -----
    Ways are cut where they share a node. Motorways, trunk roads and whatever
    is closed on foot are not in it; other roads are dear.
    """
    tags = Tags.of(features.ways)
    ways = features.ways.select_rows(access.is_walkable(tags) & access.is_fit_to_run(tags))
    cut = _cut_ways(ways)
    length = shapely.length(cut.lines)
    ends = cut.node[np.r_[cut.low, cut.high]]
    crossing, crossings = sum_crossings(crossing_costs(features, cut.ids), cut.vertices, ends, len(cut.low))
    per_metre = cost_per_metre(ways)[cut.way]
    per_metre = per_metre * np.where(is_along_busy_road(features, cut.lines), BESIDE_COST, 1.0)
    on_road = is_road(ways)[cut.way]
    used, ends_used = np.unique(ends, return_inverse=True)
    where = np.zeros(len(cut.ids), dtype=np.int64)
    where[cut.node] = np.arange(len(cut.node))
    graph = FootpathGraph(
        crs=features.ways.crs,
        node_id=cut.ids[used],
        xy=cut.xy[where[used]],
        start=ends_used[: len(cut.low)],
        end=ends_used[len(cut.low) :],
        lines=cut.lines,
        length_m=length,
        cost=length * per_metre + np.where(on_road, 0.0, crossing),
        way=ways["osm_id"][cut.way],
        highway=ways["highway"][cut.way],
        name=np.where(is_tagged(ways, "name"), ways["name"], "")[cut.way],
        crossings=np.where(on_road, 0.0, crossings),
        green=is_in_green(features, cut.lines),
        part=np.zeros(len(used), dtype=np.int64),
        part_m=np.zeros(0),
    )
    return graph.select_edges(length > 0).number_parts()


@dataclass(frozen=True)
class _Cut:
    """Ways cut at the nodes that they share, into n edges.

    Attributes
    ----------
    ids : ndarray of shape (k,)
        The OSM nodes.
    node, xy : ndarray of shape (v,) and (v, 2)
        Row in `ids`, and place, of each vertex of the ways.
    low, high, way, lines : ndarray of shape (n,)
        First and last vertex, row of the way, and LineString of each edge.
    vertices : (ndarray, ndarray)
        Of each vertex of each edge the edge, and the row in `ids`.
    """

    ids: IntArray
    node: IntArray
    xy: FloatArray
    low: IntArray
    high: IntArray
    way: IntArray
    lines: NDArray[np.object_]
    vertices: tuple[IntArray, IntArray]


def _cut_ways(ways: Table) -> _Cut:
    """Cut ways, with ``nodes`` and LineStrings of as many vertices, wherever they share a node."""
    lists = [np.asarray(n, dtype=np.int64) for n in ways["nodes"]]
    node = np.concatenate([*lists, np.empty(0, np.int64)])
    of_way = np.repeat(np.arange(len(ways)), [len(n) for n in lists])
    xy = shapely.get_coordinates(ways.geometry)
    ids, inverse, seen = np.unique(node, return_inverse=True, return_counts=True)
    first = np.r_[True, np.diff(of_way) > 0] if len(node) else np.empty(0, bool)
    junction = first | np.r_[first[1:], True][: len(node)] | (seen[inverse] > 1)
    cut = np.flatnonzero(junction)
    low, high = cut[:-1], cut[1:]
    same_way = of_way[low] == of_way[high]
    low, high = low[same_way], high[same_way]
    size = high - low + 1
    at, owner = indices_of_slices(low, size), np.repeat(np.arange(len(low)), size)
    lines = shapely.linestrings(xy[at], indices=owner)
    return _Cut(ids, inverse, xy, low, high, of_way[low], lines, (owner, inverse[at]))
