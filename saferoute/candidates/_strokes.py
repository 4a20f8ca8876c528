"""Foot ways joined end to end, whatever pieces they were drawn in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.geometry import indices_of_slices
from saferoute.geometry.geodesy import degree_lengths_m
from saferoute.model import Strokes

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import WayLines

MAX_TURN_DEG = 30.0
"""At a junction a stroke goes on into the straightest way, up to this turn [J]."""
MOST_MEETING = 64
"""More ends than this at one node are no junction, and none goes on: their pairs would take all memory [J]."""
NO_NODE = np.iinfo(np.int64).min
"""Node id of a vertex that is no OSM node."""
_DIRECTION_M = 10.0
"""Length over which the direction of a way's end is taken."""


def build_strokes(lines: WayLines, free: BoolArray) -> Strokes:
    """Return the strokes of the free ways, whatever pieces they were drawn in.

    Ways go on into each other where just two ends meet, and at junctions into
    the straightest continuation, so that splitting a way changes nothing.

    Parameters
    ----------
    lines : WayLines of n ways
    free : ndarray of shape (n,)
        Which ways may be run on.
    """
    return build_in_order(lines, free)[0]


def build_in_order(lines: WayLines, free: BoolArray) -> tuple[Strokes, IntArray]:
    """Return strokes as `build_strokes`, and for each the numbers it is ordered by, shape (strokes, 6).

    The numbers depend on its own ways only: if some ways are joined apart from others, they order all strokes together.
    """
    chosen = lines.select_ways(free)
    if not len(chosen.node):
        return empty_strokes(), np.empty((0, 6), dtype=np.int64)
    edges = _cut_into_edges(chosen)
    links = _link_edges(edges)
    walks = _follow_links(edges, links)
    return _assemble_strokes(edges, walks), _order_walks(edges, links, walks)


@dataclass(frozen=True)
class _Edges:
    """Ways cut at junctions: vertex arrays, and the slice of each edge."""

    xy: FloatArray
    node: IntArray
    way: IntArray
    start: IntArray
    stop: IntArray
    """Edge k has the vertices ``start[k]`` to ``stop[k]``, both included."""
    in_degrees: bool

    def steps_to_metres(self, ahead: FloatArray, vertex: IntArray) -> FloatArray:
        """Return steps of shape (n, 2) from some vertices in metres, near enough for directions."""
        if not self.in_degrees:
            return ahead
        return ahead * degree_lengths_m(self.xy[vertex, 1])


def _cut_into_edges(lines: WayLines) -> _Edges:
    xy, node, owner = lines.xy, lines.node, lines.way
    # A doubled node makes an edge of no length, which has no direction.
    doubled = np.r_[
        False, (np.diff(owner) == 0) & ((np.diff(node) == 0) | (np.abs(np.diff(xy, axis=0)).sum(axis=1) == 0))
    ]
    xy, owner, node = xy[~doubled], owner[~doubled], node[~doubled]
    first = np.r_[True, np.diff(owner) != 0]
    last = np.r_[first[1:], True]
    _, index = np.unique(node, return_inverse=True)
    degree = np.bincount(index, weights=2 - first.astype(int) - last.astype(int))[index]
    cut = ~first & ~last & (degree > 2)
    start = np.flatnonzero((first | cut) & ~last)
    stop = np.flatnonzero((last | cut) & ~first)
    return _Edges(xy, node, owner, start, stop, lines.in_degrees)


def _directions_into_edges(edges: _Edges, side: int) -> FloatArray:
    """Return the unit vectors that lead from an end into each edge, shape (edges, 2)."""
    n = edges.stop - edges.start + 1
    end = np.repeat(edges.stop if side else edges.start, n)
    away = edges.steps_to_metres(edges.xy[indices_of_slices(edges.start, n)] - edges.xy[end], end)
    lines = shapely.linestrings(away, indices=np.repeat(np.arange(len(n)), n))
    reach = np.minimum(_DIRECTION_M, shapely.length(lines))
    into = shapely.get_coordinates(shapely.line_interpolate_point(lines, reach if side == 0 else -reach))
    return into / np.maximum(np.hypot(*into.T), 1e-9)[:, None]


def _link_edges(edges: _Edges) -> IntArray:
    """Return which edge end continues each, −1 = none; of n edges, end k + n s is that of edge k at side s."""
    node = np.concatenate([edges.node[edges.start], edges.node[edges.stop]])
    into = np.concatenate([_directions_into_edges(edges, 0), _directions_into_edges(edges, 1)])
    order = np.argsort(node, kind="stable")
    breaks = np.flatnonzero(np.r_[True, np.diff(node[order]) != 0, True])
    first, meeting = breaks[:-1], np.diff(breaks)
    onward = np.full(len(node), -1)
    one, other = order[first[meeting == 2]], order[first[meeting == 2] + 1]
    onward[one], onward[other] = other, one
    for a, b in _rank_continuations(order, first, meeting, into):
        if onward[a] < 0 and onward[b] < 0:
            onward[a], onward[b] = b, a
    return onward


def _rank_continuations(order: IntArray, first: IntArray, meeting: IntArray, into: FloatArray) -> list[list[int]]:
    """Return the pairs of ends at junctions that one may run through, the straightest first."""
    pairs, straightness = [np.empty((0, 2), dtype=np.int64)], [np.empty(0)]
    for n in np.unique(meeting[(meeting > 2) & (meeting <= MOST_MEETING)]):
        ends = order[first[meeting == n][:, None] + np.arange(n)]
        i, j = np.triu_indices(n, 1)
        of_n = np.stack([ends[:, i], ends[:, j]], axis=-1).reshape(-1, 2)
        cosine = -(into[of_n[:, 0]] * into[of_n[:, 1]]).sum(axis=1)
        straight = cosine >= np.cos(np.radians(MAX_TURN_DEG))
        pairs.append(of_n[straight])
        straightness.append(np.round(cosine[straight], 9))
    every = np.concatenate(pairs)
    ranked: list[list[int]] = every[np.lexsort((every[:, 1], every[:, 0], -np.concatenate(straightness)))].tolist()
    return ranked


def _follow_links(edges: _Edges, onward: IntArray) -> list[list[int]]:
    """Follow the links from end to end: lists of the ends at which edges are entered.

    A walk begins at the end with the smaller node id, so that the order of
    the input changes nothing; where a ring begins is settled in `_start_ring_at_bend`.
    """
    n = len(edges.start)
    end = np.arange(2 * n)
    node = np.concatenate([edges.node[edges.start], edges.node[edges.stop]])
    beside = np.concatenate([edges.node[edges.start + 1], edges.node[edges.stop - 1]])
    by_node = np.lexsort((end // n, end % n, beside, node))
    starts = [*by_node[onward[by_node] < 0].tolist(), *by_node[onward[by_node] >= 0].tolist()]
    seen, next_end = bytearray(n), onward.tolist()
    walks = []
    for start in starts:
        walk, at = [], start
        while at >= 0 and not seen[at % n]:
            seen[at % n] = True
            walk.append(at)
            at = next_end[at + n if at < n else at - n]
        if walk:
            walks.append(walk)
    return walks


def _order_walks(edges: _Edges, onward: IntArray, walks: list[list[int]]) -> IntArray:
    """Return the numbers by which `_follow_links` orders walks, the first before the others, shape (walks, 6)."""
    start = np.array([walk[0] for walk in walks], dtype=np.int64)
    edge, side = start % len(edges.start), start // len(edges.start)
    end, step = np.where(side, edges.stop[edge], edges.start[edge]), np.where(side, -1, 1)
    first_of_way = np.searchsorted(edges.way, edges.way[end])
    place = edges.start[edge] - first_of_way
    return np.column_stack([onward[start] >= 0, edges.node[end], edges.node[end + step], edges.way[end], place, side])


def _assemble_strokes(edges: _Edges, walks: list[list[int]]) -> Strokes:
    """Put the vertices of each walk's edges one behind the other."""
    n = len(edges.start)
    entered = np.array([end for walk in walks for end in walk], dtype=np.int64)
    edge, backwards = entered % n, entered >= n
    size = edges.stop[edge] - edges.start[edge]
    step = indices_of_slices(np.zeros(len(edge), dtype=np.int64), size)
    begin, way = np.where(backwards, edges.stop[edge], edges.start[edge]), edges.way[edges.start[edge]]
    vertex = np.repeat(begin, size) + np.where(np.repeat(backwards, size), -step, step)
    last_of_walk = np.cumsum([len(walk) for walk in walks]) - 1
    last = np.where(backwards, edges.start[edge], edges.stop[edge])[last_of_walk]
    stop = np.cumsum(size)[last_of_walk]
    vertex, ground = np.insert(vertex, stop, last), np.insert(np.repeat(way, size), stop, -1)
    length = np.diff(stop, prepend=0) + 1
    stop = np.cumsum(length)
    rings = (edges.node[vertex[stop - length]] == edges.node[vertex[stop - 1]]) & (length > 3)
    for a, b in zip((stop - length)[rings], stop[rings] - 1, strict=True):
        vertex[a:b], ground[a:b] = _start_ring_at_bend(edges, vertex[a:b], ground[a:b])
        vertex[b] = vertex[a]
    owner = np.repeat(np.arange(len(walks)), length)
    lines = shapely.linestrings(edges.xy[vertex], indices=owner)
    return Strokes(lines, owner, edges.node[vertex], ground)


def _start_ring_at_bend(edges: _Edges, ring: IntArray, ground: IntArray) -> tuple[IntArray, IntArray]:
    """Let a ring begin where it bends most, so that its seam lies on no straight.

    Equal bends: at the smallest node id. It goes on towards the smaller of
    the two nodes beside, so that it does not matter how it was drawn.
    """
    xy, node = edges.xy[ring], edges.node[ring]
    into, out = (
        edges.steps_to_metres(step, ring) for step in (xy - np.roll(xy, 1, axis=0), np.roll(xy, -1, axis=0) - xy)
    )
    cosine = (into * out).sum(axis=1) / np.fmax(np.hypot(*into.T) * np.hypot(*out.T), 1e-9)
    first = np.lexsort((node, np.round(cosine, 3)))[0]
    ring, ground = np.roll(ring, -first), np.roll(ground, -first)
    if edges.node[ring[1]] > edges.node[ring[-1]]:
        ring, ground = np.roll(ring[::-1], 1), ground[::-1]
    return ring, ground


def count_side_paths(strokes: Strokes, lines: WayLines, counted: BoolArray) -> FloatArray:
    """Return how many other ways leave each vertex of the strokes, shape (v,).

    Parameters
    ----------
    counted : ndarray of shape (ways,)
        Which ways are paths one may meet somebody from.
    """
    paths = lines.select_ways(counted)
    node, owner = paths.node, paths.way
    if not len(node) or not len(strokes.vertex_node):
        return np.zeros(len(strokes.vertex_node))
    changes = np.diff(owner) != 0
    weight = np.where(np.r_[True, changes] | np.r_[changes, True], 1, 2)
    ids, index = np.unique(node, return_inverse=True)
    degree = np.bincount(index, weights=weight)
    here = strokes.vertex_node
    at = np.minimum(np.searchsorted(ids, here), len(ids) - 1)
    total = np.where(ids[at] == here, degree[at], 0)
    owner = strokes.vertex_stroke
    is_end = np.r_[True, np.diff(owner) != 0] | np.r_[np.diff(owner) != 0, True]
    # A way forking off counts once whether it ends here (1) or passes through (2).
    return np.ceil(np.fmax(total - np.where(is_end, 1, 2), 0) / 2) * 1.0


def empty_strokes() -> Strokes:
    """Return no strokes."""
    nothing = np.empty(0, dtype=np.int64)
    return Strokes(np.empty(0, dtype=object), nothing, nothing, nothing)


def concatenate_strokes(parts: list[Strokes]) -> Strokes:
    """Put strokes behind each other."""
    offsets = np.cumsum([0] + [len(p.lines) for p in parts])
    return Strokes(
        np.concatenate([p.lines for p in parts]),
        np.concatenate([p.vertex_stroke + offset for p, offset in zip(parts, offsets, strict=False)]),
        np.concatenate([p.vertex_node for p in parts]),
        np.concatenate([p.edge_ground for p in parts]),
        np.concatenate([np.zeros(len(p.vertex_node)) if p.side_paths is None else p.side_paths for p in parts]),
        np.concatenate(
            [numbers_of_strokes(p) + offset for p, offset in zip(parts, _number_offsets(parts), strict=True)]
        ),
    )


def numbers_of_strokes(strokes: Strokes) -> IntArray:
    """Return the number of each stroke."""
    return np.arange(len(strokes.lines)) if strokes.number is None else strokes.number


def _number_offsets(parts: list[Strokes]) -> list[int]:
    """Return what is added to the numbers of each part, so that none is given twice."""
    last = [int(numbers_of_strokes(p).max(initial=-1)) + 1 for p in parts]
    return [sum(last[:k]) for k in range(len(parts))]
