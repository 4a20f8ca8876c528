"""Foot ways joined end to end, whatever pieces they were drawn in."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.geometry import ragged
from saferoute.model import Chains

if TYPE_CHECKING:
    import geopandas as gpd

    from saferoute.model import BoolArray, FloatArray, IntArray

MAX_TURN_DEG = 30.0
"""At a junction a chain goes on into the straightest way, up to this turn [J]."""
NO_NODE = np.iinfo(np.int64).min
"""Node id of a vertex that is no OSM node."""
_DIRECTION_M = 10.0
"""Length over which the direction of a way's end is taken."""


def chains(ways: gpd.GeoDataFrame, free: BoolArray) -> Chains:
    """Join the free ways to chains, whatever pieces they were drawn in.

    Ways go on into each other where just two ends meet, and at junctions into
    the straightest continuation, so that splitting a way changes nothing.

    Parameters
    ----------
    ways : GeoDataFrame of n rows
        With ``nodes`` and LineStrings of as many vertices, in metres or degrees.
    free : ndarray of shape (n,)
        Which ways may be run on.
    """
    rows = np.flatnonzero(free)
    if not len(rows):
        return no_chains()
    edges = _edges(ways, rows)
    links = _links(edges)
    walks = _walks(edges, links)
    return _assemble(edges, walks)


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

    def metres(self, ahead: FloatArray, vertex: IntArray) -> FloatArray:
        """Return steps of shape (n, 2) from some vertices in metres, near enough for directions."""
        if not self.in_degrees:
            return ahead
        lat = np.radians(self.xy[vertex, 1])
        # Series of the lengths of a degree on WGS 84 (NGA, "Length of a degree of latitude and longitude").
        east = 111_412.84 * np.cos(lat) - 93.5 * np.cos(3 * lat)
        north = 111_132.92 - 559.82 * np.cos(2 * lat)
        return ahead * np.stack([east, north], axis=1)

    def end_node(self, edge: int, side: int) -> int:
        """Return the node id at an edge's start (0) or stop (1)."""
        return int(self.node[self.stop[edge] if side else self.start[edge]])


def _edges(ways: gpd.GeoDataFrame, rows: IntArray) -> _Edges:
    geometry = ways.geometry.to_numpy()[rows]
    xy, owner = shapely.get_coordinates(geometry, return_index=True)
    node = np.concatenate([np.asarray(n, dtype=np.int64) for n in ways["nodes"].to_numpy()[rows]])
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
    return _Edges(xy, node, rows[owner], start, stop, bool(ways.crs is not None and ways.crs.is_geographic))


def _directions(edges: _Edges, side: int) -> FloatArray:
    """Return the unit vectors that lead from an end into each edge, shape (edges, 2)."""
    n = edges.stop - edges.start + 1
    end = np.repeat(edges.stop if side else edges.start, n)
    away = edges.metres(edges.xy[ragged(edges.start, n)] - edges.xy[end], end)
    lines = shapely.linestrings(away, indices=np.repeat(np.arange(len(n)), n))
    reach = np.minimum(_DIRECTION_M, shapely.length(lines))
    into = shapely.get_coordinates(shapely.line_interpolate_point(lines, reach if side == 0 else -reach))
    return into / np.maximum(np.hypot(*into.T), 1e-9)[:, None]


def _links(edges: _Edges) -> dict[tuple[int, int], tuple[int, int]]:
    """Pair the edge ends that continue each other; an end is (edge, side)."""
    n = len(edges.start)
    node = np.concatenate([edges.node[edges.start], edges.node[edges.stop]])
    into = np.concatenate([_directions(edges, 0), _directions(edges, 1)])
    order = np.argsort(node, kind="stable")
    breaks = np.flatnonzero(np.r_[True, np.diff(node[order]) != 0, True])
    links: dict[tuple[int, int], tuple[int, int]] = {}
    for low, high in pairwise(breaks):
        ends = order[low:high]
        if len(ends) == 2:
            pairs = [(int(ends[0]), int(ends[1]))]
        elif len(ends) > 2:
            pairs = _straightest_pairs(ends, into)
        else:
            continue
        for a, b in pairs:
            one, other = (a % n, a // n), (b % n, b // n)
            links[one], links[other] = other, one
    return links


def _straightest_pairs(ends: IntArray, into: FloatArray) -> list[tuple[int, int]]:
    """Return disjoint pairs of ends, the straightest first."""
    cosine = -(into[ends] @ into[ends].T)
    i, j = np.triu_indices(len(ends), 1)
    candidates = sorted(
        (-round(float(cosine[a, b]), 9), int(ends[a]), int(ends[b]))
        for a, b in zip(i, j, strict=True)
        if cosine[a, b] >= np.cos(np.radians(MAX_TURN_DEG))
    )
    pairs: list[tuple[int, int]] = []
    taken: set[int] = set()
    for _, a, b in candidates:
        if not taken & {a, b}:
            pairs.append((a, b))
            taken |= {a, b}
    return pairs


def _walks(edges: _Edges, links: dict[tuple[int, int], tuple[int, int]]) -> list[list[tuple[int, bool]]]:
    """Follow the links from end to end: lists of (edge, reversed).

    A walk begins at the end with the smaller node id, so that the order of
    the input changes nothing; where a ring begins is settled in `_assemble`.
    """
    seen = np.zeros(len(edges.start), dtype=bool)

    def follow(edge: int, side: int) -> list[tuple[int, bool]]:
        walk: list[tuple[int, bool]] = []
        while not seen[edge]:
            seen[edge] = True
            walk.append((edge, side == 1))
            onward = links.get((edge, 1 - side))
            if onward is None:
                break
            edge, side = onward
        return walk

    free_ends = [(e, s) for e in range(len(seen)) for s in (0, 1) if (e, s) not in links]
    ring_ends = [(e, s) for e in range(len(seen)) for s in (0, 1) if (e, s) in links]

    def by_node(end: tuple[int, int]) -> tuple[int, int]:
        edge, side = end
        beside = edges.node[edges.start[edge] + 1 if side == 0 else edges.stop[edge] - 1]
        return edges.end_node(edge, side), int(beside)

    walks = [follow(e, s) for e, s in sorted(free_ends, key=by_node)]
    walks += [follow(e, s) for e, s in sorted(ring_ends, key=by_node) if not seen[e]]
    return [w for w in walks if w]


def _assemble(edges: _Edges, walks: list[list[tuple[int, bool]]]) -> Chains:
    """Put the vertices of each walk's edges one behind the other."""
    vertex: list[IntArray] = []
    ground: list[IntArray] = []
    for walk in walks:
        runs, grounds = [], []
        for edge, backwards in walk:
            run = np.arange(edges.start[edge], edges.stop[edge] + 1)
            runs.append((run[::-1] if backwards else run)[:-1])
            grounds.append(np.full(len(run) - 1, edges.way[edges.start[edge]]))
        edge, backwards = walk[-1]
        last = edges.start[edge] if backwards else edges.stop[edge]
        of_walk, of_edges = np.concatenate(runs), np.concatenate(grounds)
        if edges.node[of_walk[0]] == edges.node[last] and len(of_walk) > 2:
            of_walk, of_edges = _from_sharpest_bend(edges, of_walk, of_edges)
            last = of_walk[0]
        vertex.append(np.append(of_walk, last))
        ground.append(np.append(of_edges, -1))
    vertices = np.concatenate(vertex)
    owner = np.repeat(np.arange(len(vertex)), [len(v) for v in vertex])
    lines = shapely.linestrings(edges.xy[vertices], indices=owner)
    return Chains(lines, owner, edges.node[vertices], np.concatenate(ground))


def _from_sharpest_bend(edges: _Edges, ring: IntArray, ground: IntArray) -> tuple[IntArray, IntArray]:
    """Let a ring begin where it bends most, so that its seam lies on no straight.

    Equal bends: at the smallest node id. It goes on towards the smaller of
    the two nodes beside, so that it does not matter how it was drawn.
    """
    xy, node = edges.xy[ring], edges.node[ring]
    into, out = (edges.metres(step, ring) for step in (xy - np.roll(xy, 1, axis=0), np.roll(xy, -1, axis=0) - xy))
    cosine = (into * out).sum(axis=1) / np.fmax(np.hypot(*into.T) * np.hypot(*out.T), 1e-9)
    first = np.lexsort((node, np.round(cosine, 3)))[0]
    ring, ground = np.roll(ring, -first), np.roll(ground, -first)
    if edges.node[ring[1]] > edges.node[ring[-1]]:
        ring, ground = np.roll(ring[::-1], 1), ground[::-1]
    return ring, ground


def side_paths(joined_chains: Chains, ways: gpd.GeoDataFrame, counted: BoolArray) -> FloatArray:
    """Return how many other ways leave each vertex of the chains, shape (v,).

    Parameters
    ----------
    counted : ndarray of shape (ways,)
        Which ways are paths one may meet somebody from.
    """
    node_lists = ways["nodes"].to_numpy()[counted]
    if not len(node_lists) or not len(joined_chains.vertex_node):
        return np.zeros(len(joined_chains.vertex_node))
    node = np.concatenate([np.asarray(n, dtype=np.int64) for n in node_lists])
    weight = np.concatenate([np.r_[1, np.full(len(n) - 2, 2), 1] for n in node_lists])
    ids, index = np.unique(node, return_inverse=True)
    degree = np.bincount(index, weights=weight)
    here = joined_chains.vertex_node
    at = np.minimum(np.searchsorted(ids, here), len(ids) - 1)
    total = np.where(ids[at] == here, degree[at], 0)
    owner = joined_chains.vertex_chain
    is_end = np.r_[True, np.diff(owner) != 0] | np.r_[np.diff(owner) != 0, True]
    # A way forking off counts once whether it ends here (1) or passes through (2).
    return np.ceil(np.fmax(total - np.where(is_end, 1, 2), 0) / 2) * 1.0


def no_chains() -> Chains:
    """Return no chains."""
    nothing = np.empty(0, dtype=np.int64)
    return Chains(np.empty(0, dtype=object), nothing, nothing, nothing)


def together(parts: list[Chains]) -> Chains:
    """Put chains behind each other."""
    offsets = np.cumsum([0] + [len(p.lines) for p in parts])
    return Chains(
        np.concatenate([p.lines for p in parts]),
        np.concatenate([p.vertex_chain + offset for p, offset in zip(parts, offsets, strict=False)]),
        np.concatenate([p.vertex_node for p in parts]),
        np.concatenate([p.edge_ground for p in parts]),
        np.concatenate([np.zeros(len(p.vertex_node)) if p.side_paths is None else p.side_paths for p in parts]),
        np.concatenate([number_of(p) + offset for p, offset in zip(parts, _numbers(parts), strict=True)]),
    )


def number_of(of: Chains) -> IntArray:
    """Return the number of each chain."""
    return np.arange(len(of.lines)) if of.number is None else of.number


def _numbers(parts: list[Chains]) -> list[int]:
    """Return what is added to the numbers of each part, so that none is given twice."""
    last = [int(number_of(p).max(initial=-1)) + 1 for p in parts]
    return [sum(last[:k]) for k in range(len(parts))]
