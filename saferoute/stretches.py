"""From foot ways to candidate stretches.

Ways are joined to chains, chains cut into cells, cells gathered into windows
of the level's length that are clear and straight, and after scoring windows
merge into stretches. A *stretch* is the one coined word here: a straight,
clear piece of ground long enough for one backward section, whatever ways it
is made of (a "segment" already means a node-to-node piece).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.geometry import chord_headings, cut_lines, distances_along, joined, ragged, rolling, strip_widths
from saferoute.model import Cells, Windows

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from saferoute.model import BoolArray, FloatArray, IntArray, Profile

STEP_M = 5.0
"""Grain of everything along a chain."""
MAX_TURN_DEG = 30.0
"""At a junction a chain goes on into the straightest way, up to this turn [J]."""
_DIRECTION_M = 10.0
"""Length over which the direction of a way's end is taken."""
TIE = 0.02
"""Windows this close in score are tied, and the longer stretch wins [J]."""
_SAME_LINE_M = 0.001
_WIDER_M = 0.5
"""How much wider than its best window's strip a stretch may become as it grows:
the digitising noise of the vertices."""


@dataclass(frozen=True)
class Chains:
    """Foot ways joined end to end.

    Attributes
    ----------
    lines : ndarray of n LineStrings
    vertex_chain, vertex_node : ndarray of shape (v,)
        Chain and OSM node of every vertex, in order.
    edge_ground : ndarray of shape (v,)
        Row of the ways table of the edge from each vertex to the next; −1 at
        a chain's last vertex.
    """

    lines: NDArray[np.object_]
    vertex_chain: IntArray
    vertex_node: IntArray
    edge_ground: IntArray


def chains(ways: gpd.GeoDataFrame, free: BoolArray) -> Chains:
    """Join the free ways to chains, whatever pieces they were drawn in.

    Ways go on into each other where just two ends meet, and at junctions into
    the straightest continuation, so that splitting a way changes nothing.

    Parameters
    ----------
    ways : GeoDataFrame of n rows
        With ``nodes`` and LineStrings of as many vertices, in metres.
    free : ndarray of shape (n,)
        Which ways may be run on.
    """
    rows = np.flatnonzero(free)
    if not len(rows):
        return Chains(np.empty(0, dtype=object), *(np.empty(0, dtype=np.int64) for _ in range(3)))
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
    return _Edges(xy, node, rows[owner], start, stop)


def _directions(edges: _Edges, side: int) -> FloatArray:
    """Return the unit vectors that lead from an end into each edge, shape (edges, 2)."""
    lines = shapely.linestrings(
        edges.xy[ragged(edges.start, edges.stop - edges.start + 1)],
        indices=np.repeat(np.arange(len(edges.start)), edges.stop - edges.start + 1),
    )
    reach = np.minimum(_DIRECTION_M, shapely.length(lines))
    inside = shapely.line_interpolate_point(lines, reach if side == 0 else -reach)
    ends = edges.xy[edges.stop if side else edges.start]
    into = shapely.get_coordinates(inside) - ends
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

    A walk begins at the end with the smaller node id, a ring at its smallest
    node, so that the order of the input changes nothing.
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
    chain: list[IntArray] = []
    for number, walk in enumerate(walks):
        for k, (edge, backwards) in enumerate(walk):
            run = np.arange(edges.start[edge], edges.stop[edge] + 1)
            run = run[::-1] if backwards else run
            tail = k == len(walk) - 1
            vertex.append(run if tail else run[:-1])
            of_edge = np.full(len(run), edges.way[edges.start[edge]])
            of_edge[-1] = -1
            ground.append(of_edge if tail else of_edge[:-1])
            chain.append(np.full(len(vertex[-1]), number))
    vertices, owner = np.concatenate(vertex), np.concatenate(chain)
    lines = shapely.linestrings(edges.xy[vertices], indices=owner)
    return Chains(lines, owner, edges.node[vertices], np.concatenate(ground))


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


def cells(joined_chains: Chains, ground: gpd.GeoDataFrame, side: FloatArray, *, shortest_m: float) -> Cells:
    """Cut the chains that are long enough into cells.

    Parameters
    ----------
    side : ndarray of shape (v,)
        Side paths at each vertex.
    shortest_m : float
        Chains shorter than this hold no window and are left out.
    """
    long_enough = shapely.length(joined_chains.lines) >= shortest_m
    number = np.cumsum(long_enough) - 1
    kept = long_enough[joined_chains.vertex_chain] if len(long_enough) else np.empty(0, dtype=bool)
    lines = joined_chains.lines[long_enough]
    pieces, chain, xy = cut_lines(lines, STEP_M)
    owner = number[joined_chains.vertex_chain[kept]] if len(number) else np.empty(0, dtype=np.int64)
    vertex_xy = shapely.get_coordinates(lines)
    along = distances_along(vertex_xy, owner)
    counts = np.bincount(chain, minlength=len(lines))
    first = np.cumsum(counts) - counts
    edge = np.flatnonzero(joined_chains.edge_ground[kept] >= 0)
    pair_cell, pair_edge = _overlaps(along[edge], along[edge + 1], counts[owner[edge]], first[owner[edge]])
    pair_ground = joined_chains.edge_ground[kept][edge][pair_edge]
    pairs = np.unique(np.stack([pair_cell, pair_ground], axis=1), axis=0)
    at = np.minimum(np.floor(along / STEP_M + 1e-9).astype(np.int64), counts[owner] - 1)
    cell_of_vertex = first[owner] + at
    on_cut = (np.abs(along / STEP_M - np.round(along / STEP_M)) < 1e-9) & (at > 0)
    node = joined_chains.vertex_node[kept]
    side_of_cell = np.bincount(cell_of_vertex, weights=side[kept], minlength=len(pieces)).astype(float)
    return Cells(
        step_m=STEP_M,
        chain=chain,
        lines=pieces,
        xy=xy,
        pair_cell=pairs[:, 0],
        pair_ground=pairs[:, 1],
        ground=ground,
        node_cell=np.concatenate([cell_of_vertex, cell_of_vertex[on_cut] - 1]),
        node_id=np.concatenate([node, node[on_cut]]),
        side_paths=side_of_cell,
    )


def _overlaps(low: FloatArray, high: FloatArray, counts: IntArray, first: IntArray) -> tuple[IntArray, IntArray]:
    """Return the pairs (cell, edge) of edges from `low` to `high` m along chains of `counts` cells."""
    begin = np.floor(low / STEP_M + 1e-9).astype(np.int64)
    end = np.minimum(np.ceil(high / STEP_M - 1e-9).astype(np.int64), counts)
    n = np.maximum(end - begin, 0)
    return ragged(first + begin, n), np.repeat(np.arange(len(low)), n)


def windows(of: Cells, free: BoolArray, profile: Profile) -> tuple[Windows, NDArray[np.object_]]:
    """Find every window of the profile's length that is clear and straight.

    Clear and straight are asked of the run-outs, too: who overshoots a bend
    has left the path. Strip and headings are measured on the window alone.

    Returns
    -------
    windows : Windows
    reasons : ndarray of shape (cells,)
        Why a free cell is in no window: ``too short`` or ``bends``, else ``""``.
    """
    n = int(np.ceil(profile.clear_length_m / of.step_m - 1e-9))
    run_out = int(np.ceil(profile.run_out_m / of.step_m - 1e-9))
    whole = n + 2 * run_out
    reasons = np.full(len(of), "", dtype=object)
    reasons[free] = "too short"
    start = np.arange(max(len(of) - whole + 1, 0))
    fits = of.chain[start] == of.chain[start + whole - 1]
    fits &= rolling(free.astype(float), whole, "min") > 0
    start = start[fits]
    reasons[covered(start, whole, len(of))] = "bends"
    heading = chord_headings(of.xy, of.chain)[1]
    row = start + of.chain[start]
    straight = _heading_range(heading, row, whole) <= profile.max_heading_range_deg
    start, row = start[straight], row[straight]
    straight = strip_widths(joined(of.lines, start, np.full(len(start), whole))) <= profile.max_strip_width_m
    start, row = start[straight], row[straight]
    first = start + run_out
    reasons[covered(start, whole, len(of))] = ""
    found = Windows(
        cells=of,
        first=first,
        n_cells=n,
        run_out_cells=run_out,
        strip_width_m=strip_widths(joined(of.lines, first, np.full(len(first), n))),
        heading_range_deg=_heading_range(heading, row + run_out, n),
    )
    return found, reasons


def _heading_range(heading: FloatArray, row: IntArray, n_cells: int) -> FloatArray:
    """Return the range of the headings of the 10 m chords of runs of cells."""
    if not len(row):
        return np.empty(0)
    view = np.lib.stride_tricks.sliding_window_view(heading, n_cells - 1)[row]
    result: FloatArray = view.max(axis=1) - view.min(axis=1)
    return result


def covered(first: IntArray, n: int | IntArray, size: int) -> BoolArray:
    """Say which of `size` cells lie in a run of n cells from one of `first`."""
    hit = np.zeros(size, dtype=bool)
    hit[ragged(first, np.broadcast_to(n, np.shape(first)))] = True
    return hit


def subset(of: Windows, rows: IntArray | BoolArray) -> Windows:
    """Return some of the windows."""
    return replace(
        of,
        first=of.first[rows],
        strip_width_m=of.strip_width_m[rows],
        heading_range_deg=of.heading_range_deg[rows],
    )


@dataclass(frozen=True)
class Merged:
    """Stretches: runs of windows.

    Attributes
    ----------
    worst : Windows
        Each stretch's window of least score, by which it is judged, with the
        strip and headings of the whole stretch.
    first, n_cells : ndarray of shape (s,)
        The cells of each stretch.
    """

    worst: Windows
    first: IntArray
    n_cells: IntArray

    def lines(self) -> NDArray[np.object_]:
        """Return the stretches as LineStrings, without the cuts between cells."""
        return shapely.simplify(joined(self.worst.cells.lines, self.first, self.n_cells), _SAME_LINE_M)


def merge(of: Windows, score: FloatArray, profile: Profile) -> Merged:
    """Merge windows into stretches that do not overlap, the best first.

    From the best window on, a stretch grows at both ends as long as the
    windows it takes in tie with it and the whole stays straight.
    """
    growth = _Growth(of, score, profile)
    for first in of.first[np.lexsort((of.first, -np.round(score, 6)))]:
        growth.add(int(first))
    spans = np.array(sorted(growth.spans), dtype=np.int64).reshape(-1, 2)
    low, n = spans[:, 0], spans[:, 1] - spans[:, 0] + of.n_cells
    judged = np.array([a + int(np.argmin(growth.score_at[a : b + 1])) for a, b in spans], dtype=np.int64)
    chain = of.cells.chain[low]
    turn = [growth.turn(int(a), int(a + k), int(c)) for a, k, c in zip(low, n, chain, strict=True)]
    worst = replace(
        of,
        first=judged,
        strip_width_m=strip_widths(joined(of.cells.lines, low, n)),
        heading_range_deg=np.array(turn, dtype=float),
    )
    return Merged(worst, low, n)


class _Growth:
    """Windows growing into stretches."""

    def __init__(self, of: Windows, score: FloatArray, profile: Profile) -> None:
        self.of = of
        self.score_at = np.full(len(of.cells), -np.inf)
        self.score_at[of.first] = score
        self.spans: list[tuple[int, int]] = []
        self._heading = chord_headings(of.cells.xy, of.cells.chain)[1]
        self._taken = np.zeros(len(of.cells), dtype=bool)
        self._longest = int(profile.longest_m / of.cells.step_m)
        self._max_turn = profile.max_heading_range_deg

    def turn(self, first: int, end: int, chain: int) -> float:
        """Return the range of headings of the cells from `first` up to `end`."""
        return float(np.ptp(self._heading[first + chain : end - 1 + chain]))

    def add(self, first: int) -> None:
        """Grow the window at a cell into a stretch, unless a better one took its ground."""
        n = self.of.n_cells
        if self._taken[first : first + n].any():
            return
        low = high = first
        growing = True
        while growing:
            growing = False
            if self._fits(first, low, high + 1, at=high + 1):
                high, growing = high + 1, True
            if self._fits(first, low - 1, high, at=low - 1):
                low, growing = low - 1, True
        widest = float(self.of.strip_width_m[np.searchsorted(self.of.first, first)]) + _WIDER_M
        while high > low and self._strip(low, high) > widest:
            low, high = (low, high - 1) if high - first >= first - low else (low + 1, high)
        self._taken[low : high + n] = True
        self.spans.append((low, high))

    def _fits(self, first: int, low: int, high: int, *, at: int) -> bool:
        """Say whether the windows `low` to `high` make a stretch with the new one `at`."""
        n, chain = self.of.n_cells, self.of.cells.chain
        if not 0 <= at < len(chain) or self.score_at[at] < self.score_at[first] - TIE:
            return False
        new_cell = at + n - 1 if at == high else at
        if chain[at] != chain[first] or self._taken[new_cell] or high - low + n > self._longest:
            return False
        return self.turn(low, high + n, int(chain[first])) <= self._max_turn

    def _strip(self, low: int, high: int) -> float:
        n = high - low + self.of.n_cells
        line = joined(self.of.cells.lines[low : low + n], np.array([0]), np.array([n]))
        return float(strip_widths(line)[0])
