"""The foot network: where one may run forwards, and what it costs to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from scipy import sparse
from scipy.sparse import csgraph

from saferoute.geometry import indices_of_slices
from saferoute.osm import access
from saferoute.osm.tags import Tags
from saferoute.osm.ways import is_in_tunnel, is_mountain_path, rate_class

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Features

COST = {
    "footway": 1.0, "path": 1.0, "pedestrian": 1.0, "track": 1.0, "bridleway": 1.2, "cycleway": 1.15,
    "living_street": 1.2, "service": 1.3, "residential": 1.4, "unclassified": 1.7, "road": 1.7,
    "tertiary": 2.2, "secondary": 3.0, "primary": 4.0, "steps": 3.0,
}  # fmt: skip
"""Cost of a metre by class, for a runner who looks for quiet [J]; steps are allowed forwards."""
_OTHER_COST = 2.0
CROSSING_M = {
    "service": 5.0, "living_street": 5.0, "residential": 15.0, "unclassified": 20.0, "road": 20.0,
    "tertiary": 40.0, "secondary": 80.0, "primary": 120.0, "trunk": 300.0, "motorway": 300.0,
}  # fmt: skip
"""Cost of crossing a road of each class, in metres of quiet footway [J]."""
_BUSY_BESIDE = {"motorway": 40.0, "trunk": 30.0, "primary": 15.0, "secondary": 12.0}
"""Within so many metres of the road's middle a way runs along it [J]."""
_BESIDE_COST, _TUNNEL_COST, _MOUNTAIN_COST, OPEN_GROUND_COST = 1.5, 1.5, 2.0, 1.2
ROADS = frozenset(CROSSING_M)
SNAP_M = 1.0
"""A point this near to a way is on it."""
_SAME_M = 0.05
_OF_EDGES = ("start", "end", "lines", "length_m", "cost", "way", "highway", "name", "crossings")
MAIN_M = 2000.0
"""A part of the network with that many metres is a place to run in, not a stray piece [J]."""


@dataclass(frozen=True)
class Network:
    """Foot ways between their junctions, as arrays.

    Attributes
    ----------
    crs : str
    node_id : ndarray of shape (n,)
        OSM ids; negative for nodes that were added on or off a way.
    xy : ndarray of shape (n, 2)
    start, end : ndarray of shape (e,)
        Nodes of each edge, which may be run both ways.
    lines : ndarray of e LineStrings
        From start to end.
    length_m, cost : ndarray of shape (e,)
        Cost is a length weighted by roads, crossings and the like.
    way : ndarray of shape (e,)
        OSM id of the way, −1 = straight over open ground.
    highway, name : ndarray of e str
        ``""`` where there is none.
    crossings : ndarray of shape (e,)
        Roads that are crossed on it; half a one for each end at a road.
    part : ndarray of shape (n,)
        Which connected part a node belongs to; 0 is the longest.
    part_m : ndarray of shape (parts,)
        Metres of each part.
    """

    crs: str
    node_id: IntArray
    xy: FloatArray
    start: IntArray
    end: IntArray
    lines: NDArray[np.object_]
    length_m: FloatArray
    cost: FloatArray
    way: IntArray
    highway: NDArray[np.object_]
    name: NDArray[np.object_]
    crossings: FloatArray
    part: IntArray
    part_m: FloatArray

    def __len__(self) -> int:
        """Return the number of edges."""
        return len(self.start)

    @property
    def on_road(self) -> BoolArray:
        """Which edges are roads for motor traffic."""
        return np.isin(self.highway.astype(str), sorted(ROADS))

    @cached_property
    def pairs(self) -> _Pairs:
        """What searches have in common, whatever the costs."""
        return _Pairs.from_network(self)

    def to_networkx(self) -> Any:
        """Return the network as OSMnx draws them: a MultiDiGraph with x, y, osmid, length and geometry."""
        import networkx as nx

        graph = nx.MultiDiGraph(crs=self.crs, simplified=True)
        for node, (x, y) in zip(self.node_id.tolist(), self.xy.tolist(), strict=True):
            graph.add_node(node, x=x, y=y)
        ids = self.node_id
        for i in range(len(self)):
            u, v = int(ids[self.start[i]]), int(ids[self.end[i]])
            tags: dict[str, Any] = {
                "osmid": int(self.way[i]),
                "length": float(self.length_m[i]),
                "cost": float(self.cost[i]),
            }
            tags |= {"highway": str(self.highway[i]) or "open ground", "oneway": False}
            tags |= {"name": str(self.name[i])} if self.name[i] else {}
            graph.add_edge(u, v, geometry=self.lines[i], reversed=False, **tags)
            graph.add_edge(v, u, geometry=shapely.reverse(self.lines[i]), reversed=True, **tags)
        degree = np.bincount(np.concatenate([self.start, self.end]), minlength=len(ids))
        nx.set_node_attributes(graph, dict(zip(ids.tolist(), degree.tolist(), strict=True)), "street_count")
        return graph


def build_network(features: Features, walkable: BoolArray) -> Network:
    """Return the foot network of some features.

    Parameters
    ----------
    features : Features
    walkable : ndarray of shape (ways,)
        By which ways one may get somewhere on foot.

    Notes
    -----
    Ways are cut where they share a node. Motorways, trunk roads and whatever
    is closed on foot are left out, other roads are dear.
    """
    ways = features.ways[walkable]
    ways = ways[access.is_fit_to_run(ways)].reset_index(drop=True)
    cut = _cut_ways(ways)
    edges = np.arange(len(cut.low))
    length = shapely.length(cut.lines)
    ends = cut.node[np.r_[cut.low, cut.high]]
    crossing, crossings = _sum_crossings(
        _crossing_costs(features, cut.ids), cut.vertices, (ends, np.r_[edges, edges]), len(edges)
    )
    per_metre = _cost_per_metre(ways)[cut.way]
    per_metre = per_metre * np.where(_is_along_busy_road(features, cut.lines), _BESIDE_COST, 1.0)
    on_road = np.isfinite(rate_class(ways, CROSSING_M))[cut.way]
    used, ends_used = np.unique(ends, return_inverse=True)
    where = np.zeros(len(cut.ids), dtype=np.int64)
    where[cut.node] = np.arange(len(cut.node))
    net = Network(
        crs=str(features.ways.crs),
        node_id=cut.ids[used],
        xy=cut.xy[where[used]],
        start=ends_used[: len(edges)],
        end=ends_used[len(edges) :],
        lines=cut.lines,
        length_m=length,
        cost=length * per_metre + np.where(on_road, 0.0, crossing),
        way=ways["osm_id"].to_numpy()[cut.way],
        highway=ways["highway"].to_numpy(dtype=object)[cut.way],
        name=ways["name"].fillna("").to_numpy(dtype=object)[cut.way],
        crossings=np.where(on_road, 0.0, crossings),
        part=np.zeros(len(used), dtype=np.int64),
        part_m=np.zeros(0),
    )
    return number_parts(_select_edges(net, length > 0))


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


def _cut_ways(ways: gpd.GeoDataFrame) -> _Cut:
    """Cut ways, with ``nodes`` and LineStrings of as many vertices, wherever they share a node."""
    lists = [np.asarray(n, dtype=np.int64) for n in ways["nodes"]]
    node = np.concatenate([*lists, np.empty(0, np.int64)])
    of_way = np.repeat(np.arange(len(ways)), [len(n) for n in lists])
    xy = shapely.get_coordinates(ways.geometry.to_numpy())
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


def _select_edges(net: Network, which: BoolArray | IntArray) -> Network:
    parts: dict[str, Any] = {name: getattr(net, name)[which] for name in _OF_EDGES}
    return replace(net, **parts)


def clip_to_circle(net: Network, xy: FloatArray, radius_m: float) -> Network:
    """Return the network without the edges that end beyond a circle; nodes and parts stay."""
    near = np.hypot(*(net.xy - xy).T) <= radius_m
    return _select_edges(net, near[net.start] & near[net.end])


def number_parts(net: Network) -> Network:
    """Return the network with its connected parts numbered, the longest first."""
    n = len(net.node_id)
    matrix = sparse.coo_array((np.ones(len(net)), (net.start, net.end)), shape=(n, n))
    count, label = csgraph.connected_components(matrix, directed=False) if n else (0, np.zeros(0, dtype=np.int64))
    metres = np.bincount(label[net.start], weights=net.length_m, minlength=count).astype(float)
    order = np.argsort(-metres, kind="stable")
    number = np.empty(count, dtype=np.int64)
    number[order] = np.arange(count)
    return replace(net, part=number[label], part_m=metres[order])


def _cost_per_metre(ways: gpd.GeoDataFrame) -> FloatArray:
    tags = Tags.of(ways)
    cost = rate_class(tags, COST)
    cost[np.isnan(cost)] = _OTHER_COST
    cost[is_in_tunnel(tags)] *= _TUNNEL_COST
    cost[is_mountain_path(tags).yes] *= _MOUNTAIN_COST
    return cost


def _crossing_costs(features: Features, ids: IntArray) -> FloatArray:
    """Return what it costs to cross at each node: the dearest road that it lies on, 0 = none."""
    of_way = rate_class(features.ways, CROSSING_M)
    road = np.isfinite(of_way)
    lists = [np.asarray(n, dtype=np.int64) for n in features.ways.loc[road, "nodes"]]
    if not lists:
        return np.zeros(len(ids))
    cost = np.repeat(of_way[road], [len(n) for n in lists])
    dearest = pd.Series(cost).groupby(np.concatenate(lists)).max()
    return dearest.reindex(ids).fillna(0.0).to_numpy(dtype=float)


def _sum_crossings(
    road_cost: FloatArray, every: tuple[IntArray, IntArray], ends: tuple[IntArray, IntArray], n: int
) -> tuple[FloatArray, FloatArray]:
    """Return cost and number of the roads crossed on each of n edges; an end counts half.

    `every` is edge and node of all vertices, `ends` node and edge of the ends.
    """
    edge, node = every
    end_node, end_edge = ends

    def total(of_node: FloatArray) -> FloatArray:
        all_of_it = np.bincount(edge, weights=of_node[node], minlength=n)
        return all_of_it - 0.5 * np.bincount(end_edge, weights=of_node[end_node], minlength=n)

    return total(road_cost), total((road_cost > 0).astype(float))


def _is_along_busy_road(features: Features, lines: NDArray[np.object_]) -> BoolArray:
    """Return a mask of edges that have their middle beside a busy road, in the open."""
    beside = np.zeros(len(lines), dtype=bool)
    tags = Tags.of(features.ways)
    reach = rate_class(tags, _BUSY_BESIDE)
    busy = np.isfinite(reach) & ~is_in_tunnel(tags)
    if busy.any() and len(lines):
        tree = shapely.STRtree(shapely.line_interpolate_point(lines, 0.5, normalized=True))
        roads = features.ways.geometry.to_numpy()[busy]
        beside[tree.query(roads, predicate="dwithin", distance=reach[busy])[1]] = True
    return beside


def split_at_points(net: Network, xy: FloatArray, edge: IntArray) -> tuple[Network, IntArray]:
    """Cut edges where points lie on them.

    Parameters
    ----------
    xy : ndarray of shape (p, 2)
        Points on, or very near to, the edges named.
    edge : ndarray of shape (p,)

    Returns
    -------
    Network
    ndarray of shape (p,)
        The node of each point: that of the edge's end where it lies there.
    """
    along = shapely.line_locate_point(net.lines[edge], shapely.points(xy))
    node = np.full(len(xy), -1, dtype=np.int64)
    node[along <= _SAME_M] = net.start[edge[along <= _SAME_M]]
    late = (along >= net.length_m[edge] - _SAME_M) & (node < 0)
    node[late] = net.end[edge[late]]
    new_xy: list[FloatArray] = []
    pieces: list[tuple[int, int, int, float, float]] = []  # edge, from node, to node, from metre, to metre
    inside = np.flatnonzero(node < 0)
    for e in np.unique(edge[inside]):
        at, last, metre = inside[edge[inside] == e], int(net.start[e]), 0.0
        for i in at[np.argsort(along[at], kind="stable")]:
            if along[i] - metre > _SAME_M or last == net.start[e]:
                number = len(net.node_id) + len(new_xy)
                new_xy.append(shapely.get_coordinates(shapely.line_interpolate_point(net.lines[e], along[i]))[0])
                pieces.append((int(e), last, number, metre, float(along[i])))
                last, metre = number, float(along[i])
            node[i] = last
        pieces.append((int(e), last, int(net.end[e]), metre, float(net.length_m[e])))
    if not pieces:
        return net, node
    return _replace_edges(net, pieces, np.array(new_xy)), node


def _replace_edges(net: Network, pieces: list[tuple[int, int, int, float, float]], new_xy: FloatArray) -> Network:
    from shapely import ops

    edge, start, end = (np.array([p[i] for p in pieces], dtype=np.int64) for i in range(3))
    share = np.array([p[4] - p[3] for p in pieces]) / net.length_m[edge]
    lines = np.array([ops.substring(net.lines[e], low, high) for e, _, _, low, high in pieces], dtype=object)
    kept = _select_edges(net, np.setdiff1d(np.arange(len(net)), edge))
    added = _select_edges(net, edge)
    grown = append_edges(kept, replace(added, start=start, end=end, lines=lines, length_m=added.length_m * share,
                                  cost=added.cost * share, crossings=added.crossings * share))  # fmt: skip
    return _append_nodes(grown, new_xy)


def append_edges(net: Network, more: Network) -> Network:
    """Return a network with the edges of another on the same nodes; parts are as before."""
    both: dict[str, Any] = {n: np.concatenate([getattr(net, n), getattr(more, n)]) for n in _OF_EDGES}
    return replace(net, **both)


def _append_nodes(net: Network, xy: FloatArray) -> Network:
    lowest = min(int(net.node_id.min(initial=0)), 0)
    ids = lowest - 1 - np.arange(len(xy))
    return number_parts(replace(net, node_id=np.concatenate([net.node_id, ids]), xy=np.concatenate([net.xy, xy])))


def add_connectors(net: Network, xy: FloatArray, joins: list[tuple[int, int]]) -> tuple[Network, IntArray]:
    """Add points off the ways, each with straight lines to some nodes.

    Parameters
    ----------
    xy : ndarray of shape (p, 2)
    joins : list of (point, node)

    Returns
    -------
    Network
    ndarray of shape (p,)
        The node of each point.
    """
    node = len(net.node_id) + np.arange(len(xy))
    point = np.array([j[0] for j in joins], dtype=np.int64)
    target = np.array([j[1] for j in joins], dtype=np.int64)
    lines = shapely.linestrings(np.stack([xy[point], net.xy[target]], axis=1)) if len(joins) else np.empty(0, object)
    length = shapely.length(lines)
    nothing = np.full(len(joins), "", dtype=object)
    more = replace(
        net, start=node[point], end=target, lines=lines, length_m=length, cost=length * OPEN_GROUND_COST,
        way=np.full(len(joins), -1), highway=nothing, name=nothing, crossings=np.zeros(len(joins)),
    )  # fmt: skip
    return _append_nodes(append_edges(net, more), xy), node


@dataclass(frozen=True)
class _Pairs:
    """Pairs of nodes with an edge between them, in the order of a sparse matrix.

    Attributes
    ----------
    key : ndarray of shape (p,)
        Smaller node times their number plus larger node, ascending.
    edges, pair : ndarray of shape (e,)
        Edges sorted by pair, and the pair of each.
    rivals : ndarray
        Places in `edges` of those that share their pair with others.
    row_start, column : ndarray
        Of a compressed sparse matrix with an entry a pair.
    """

    key: IntArray
    edges: IntArray
    pair: IntArray
    rivals: IntArray
    row_start: IntArray
    column: IntArray

    @staticmethod
    def from_network(net: Network) -> _Pairs:
        """Sort the edges of a network by their pairs; loops lead nowhere and are left out."""
        n = len(net.node_id)
        edges = np.flatnonzero(net.start != net.end)
        low, high = np.minimum(net.start, net.end)[edges], np.maximum(net.start, net.end)[edges]
        order = np.argsort(low * n + high, kind="stable")
        key, pair = np.unique((low * n + high)[order], return_inverse=True)
        rivals = np.flatnonzero(np.bincount(pair, minlength=len(key))[pair] > 1)
        return _Pairs(key, edges[order], pair, rivals, np.searchsorted(key, np.arange(n + 1) * n), key % n)

    def cheapest_edges(self, cost: FloatArray) -> IntArray:
        """Return the cheapest edge of each pair."""
        best = np.empty(len(self.key), dtype=np.int64)
        best[self.pair] = self.edges
        order = self.rivals[np.argsort(-cost[self.edges[self.rivals]], kind="stable")]
        best[self.pair[order]] = self.edges[order]  # the last to be written, the cheapest, stays
        return best


@dataclass(frozen=True)
class Trees:
    """Cheapest ways from some nodes to all others."""

    source: IntArray
    cost: FloatArray
    """Shape (sources, n); infinite where there is no way."""
    length_m: FloatArray
    """Metres along the cheapest way, shape (sources, n)."""
    before: IntArray
    """Node before each on the cheapest way from the source, negative at its start."""
    edge_before: IntArray
    """The edge from there, −1 at the start."""

    def trace_path(self, row: int, target: int) -> IntArray:
        """Return the edges from a source to a node, in order."""
        edges, node = [], target
        while self.edge_before[row, node] >= 0:
            edges.append(self.edge_before[row, node])
            node = self.before[row, node]
        return np.array(edges[::-1], dtype=np.int64)


def find_cheapest_paths(
    net: Network, sources: IntArray, *, cost: FloatArray | None = None, limit: float = np.inf
) -> Trees:
    """Search the cheapest ways from some nodes to all within a cost of `limit`."""
    cost = np.maximum(net.cost if cost is None else cost, 1e-3)
    n = len(net.node_id)
    pairs = net.pairs
    best = pairs.cheapest_edges(cost)
    matrix = sparse.csr_array((cost[best], pairs.column, pairs.row_start), shape=(n, n))
    found, before = csgraph.dijkstra(matrix, directed=False, indices=sources, return_predecessors=True, limit=limit)
    before = before.astype(np.int64)
    here = np.broadcast_to(np.arange(n), before.shape)
    reached = before >= 0
    wanted = np.minimum(before, here)[reached] * n + np.maximum(before, here)[reached]
    edge = np.full(before.shape, -1, dtype=np.int64)
    edge[reached] = best[np.searchsorted(pairs.key, wanted)]
    return Trees(np.asarray(sources), found, _sum_path_lengths(before, edge, net.length_m, found), before, edge)


def _sum_path_lengths(before: IntArray, edge: IntArray, length_m: FloatArray, cost: FloatArray) -> FloatArray:
    """Return the metres to each node, by doubling the steps back to the source."""
    n = before.shape[1]
    here = np.arange(n)
    metres = np.where(edge >= 0, length_m[edge], 0.0)
    jump = np.where(before >= 0, before, here[None, :])
    while True:
        further = np.take_along_axis(metres, jump, axis=1)
        if not further.any():
            break
        metres = metres + further
        jump = np.take_along_axis(jump, jump, axis=1)
    return np.where(np.isfinite(cost), metres, np.inf)
