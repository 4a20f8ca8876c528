"""What a metre of each way costs a runner who looks for quiet, and what crossing a road does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.osm.ground import is_burial_ground, is_green
from saferoute.osm.ways import is_in_tunnel, is_mountain_path, rate_class
from saferoute.table import Tags

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Features
    from saferoute.table import Tagged

COST = {
    "footway": 1.0, "path": 1.0, "pedestrian": 1.0, "track": 1.0, "bridleway": 1.2, "cycleway": 1.15,
    "living_street": 1.5, "service": 1.6, "residential": 2.0, "unclassified": 2.4, "road": 2.4,
    "tertiary": 3.0, "secondary": 4.5, "primary": 6.0, "steps": 3.0,
}  # fmt: skip
"""Cost of a metre by class, for a runner who looks for quiet [J]; steps are allowed forwards."""
_OTHER_COST = 2.0
_CROSSING_M = {
    "service": 20.0, "living_street": 20.0, "residential": 60.0, "unclassified": 80.0, "road": 80.0,
    "tertiary": 150.0, "secondary": 250.0, "primary": 400.0, "trunk": 600.0, "motorway": 600.0,
}  # fmt: skip
"""Cost of crossing a road of each class, in metres of quiet footway [J]."""
BESIDE_COST, _TUNNEL_COST, _MOUNTAIN_COST = 1.5, 1.5, 2.0
"""What a metre beside a busy road, in a tunnel and on a mountain path costs beyond its class [J]."""
_BUSY_BESIDE = {"motorway": 40.0, "trunk": 30.0, "primary": 15.0, "secondary": 12.0}
"""Within so many metres of the road's middle a way runs along it [J]."""


def is_road(ways: Tagged) -> BoolArray:
    """Return a mask of roads for motor traffic that one has to cross, slip roads among them."""
    return np.isfinite(rate_class(ways, _CROSSING_M))


def cost_per_metre(ways: Tagged) -> FloatArray:
    """Return what a metre of each way costs, 1 = quiet footway."""
    tags = Tags.of(ways)
    cost = rate_class(tags, COST)
    cost[np.isnan(cost)] = _OTHER_COST
    cost[is_in_tunnel(tags)] *= _TUNNEL_COST
    cost[is_mountain_path(tags).yes] *= _MOUNTAIN_COST
    return cost


def crossing_costs(features: Features, ids: IntArray) -> FloatArray:
    """Return what it costs to cross at each node: the dearest road that it lies on, 0 = none."""
    of_way = rate_class(features.ways, _CROSSING_M)
    road = np.isfinite(of_way)
    lists = [np.asarray(n, dtype=np.int64) for n in features.ways["nodes"][road]]
    if not lists:
        return np.zeros(len(ids))
    cost = np.repeat(of_way[road], [len(n) for n in lists])
    node, of = np.unique(np.concatenate(lists), return_inverse=True)
    dearest = np.zeros(len(node))
    np.maximum.at(dearest, of, cost)
    at = np.minimum(np.searchsorted(node, ids), len(node) - 1)
    return np.where(node[at] == ids, dearest[at], 0.0)


def sum_crossings(
    road_cost: FloatArray, vertices: tuple[IntArray, IntArray], ends: IntArray, n: int
) -> tuple[FloatArray, FloatArray]:
    """Return cost and number of the roads crossed on each of n edges; an end counts half.

    Parameters
    ----------
    road_cost : ndarray of shape (k,)
        Cost of crossing at each node, 0 = no road.
    vertices : (ndarray, ndarray)
        Edge and node of all vertices.
    ends : ndarray of shape (2 n,)
        Nodes where the edges start, then where they end.
    n : int
    """
    edge, node = vertices
    end_edge = np.r_[np.arange(n), np.arange(n)]

    def total(of_node: FloatArray) -> FloatArray:
        all_of_it = np.bincount(edge, weights=of_node[node], minlength=n)
        return all_of_it - 0.5 * np.bincount(end_edge, weights=of_node[ends], minlength=n)

    return total(road_cost), total((road_cost > 0).astype(float))


def is_in_green(features: Features, lines: NDArray[np.object_]) -> BoolArray:
    """Return a mask of edges that have their middle in a park, a wood or the like, and not among graves."""
    inside = np.zeros(len(lines), dtype=bool)
    tags = Tags.of(features.areas)
    green = is_green(tags) & ~is_burial_ground(tags)
    if green.any() and len(lines):
        tree = shapely.STRtree(shapely.line_interpolate_point(lines, 0.5, normalized=True))
        inside[tree.query(features.areas.geometry[green], predicate="intersects")[1]] = True
    return inside


def is_along_busy_road(features: Features, lines: NDArray[np.object_]) -> BoolArray:
    """Return a mask of edges that have their middle beside a busy road, in the open."""
    beside = np.zeros(len(lines), dtype=bool)
    tags = Tags.of(features.ways)
    reach = rate_class(tags, _BUSY_BESIDE)
    busy = np.isfinite(reach) & ~is_in_tunnel(tags)
    if busy.any() and len(lines):
        tree = shapely.STRtree(shapely.line_interpolate_point(lines, 0.5, normalized=True))
        roads = features.ways.geometry[busy]
        beside[tree.query(roads, predicate="dwithin", distance=reach[busy])[1]] = True
    return beside
