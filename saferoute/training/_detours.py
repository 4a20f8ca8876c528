"""Ways of about a length that is wanted, by turning points that make loops where there are any."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.training._paths import find_cheapest_paths

if TYPE_CHECKING:
    from collections.abc import Iterable

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.training._footpaths import FootpathGraph
    from saferoute.training._paths import Trees

_AGAIN = 2.5
"""A way that was run before costs so many times as much: what makes loops of routes [J]."""
_SECTORS = 6
_SHARES = ((0.45, 0.62), (0.62, 0.8), (0.8, 1.02))
"""Turning points are looked for where out and back take these shares of the length
that is wanted: the way back avoids the way out, and becomes longer by that."""
_MISSED, _DOUBLED, _DEAR = 2.0, 0.5, 0.3
"""What missing all of the length, running all of it twice and a cost of twice the
length weigh against each other [J]."""
_GOOD = 0.06
"""A way that loses no more than this is good enough to stop looking."""
_NEAR, _FAR_OFF = 0.07, 20.0
"""Up to this share lengths may differ; beyond, nothing else counts for much."""
_BESIDE_M = 20.0
"""What lies this near to the way out is no other way back [J]."""
_ROUNDS = 6
ENOUGH = 0.95
"""A way that has this share of the length that is wanted is long enough."""


@dataclass
class UsedEdges:
    """How often each edge was run so far."""

    graph: FootpathGraph
    times: IntArray = field(init=False)

    def __post_init__(self) -> None:
        self.times = np.zeros(len(self.graph), dtype=np.int64)

    @cached_property
    def middles(self) -> shapely.STRtree:
        """The middles of all edges."""
        return shapely.STRtree(shapely.line_interpolate_point(self.graph.lines, 0.5, normalized=True))

    def weighted_cost(self) -> FloatArray:
        """Return the cost of each edge, dearer where it was run before."""
        return np.where(self.times > 0, _AGAIN, 1.0) * self.graph.cost

    def record_edges(self, edges: IntArray) -> None:
        """Count edges as run once more."""
        np.add.at(self.times, edges, 1)

    def replace_legs(self, legs: Iterable[IntArray]) -> None:
        """Count the edges of some legs, and no others."""
        self.times[:] = 0
        for leg in legs:
            self.record_edges(leg)


def find_path(used: UsedEdges, a: int, b: int) -> IntArray:
    """Return the edges of the cheapest way from a to b, rather where nobody has run yet."""
    return find_cheapest_paths(used.graph, np.array([a]), cost=used.weighted_cost()).trace_path(0, b)


def find_way_of_length(used: UsedEdges, a: int, b: int, want_m: float) -> IntArray:
    """Return the edges from a to b along about `want_m` metres, in several rounds where one is too short."""
    graph = used.graph
    legs: list[IntArray] = []
    left_m = want_m
    for _ in range(_ROUNDS):
        leg = find_detour(used, a, b, left_m)
        length = graph.length_m[leg].sum()
        if length >= ENOUGH * left_m or length == 0:
            legs.append(leg)
            break
        # Too short however far one goes: a round back to a, and then on.
        leg = find_detour(used, a, a, min(left_m - length, left_m))
        if not len(leg):
            legs.append(find_detour(used, a, b, left_m))
            break
        legs.append(leg)
        used.record_edges(leg)
        left_m -= graph.length_m[leg].sum()
    else:
        legs.append(find_path(used, a, b))
    return np.concatenate(legs)


def find_detour(used: UsedEdges, a: int, b: int, want_m: float) -> IntArray:
    """Return the edges from a to b by a turning point that makes the way about as long as wanted."""
    graph, cost = used.graph, used.weighted_cost()
    both = find_cheapest_paths(graph, np.array([a, b]), cost=cost, limit=_cost_limit(want_m))
    direct = find_path(used, a, b)
    best, best_loss = direct, _measure_loss(used, direct, want_m)
    if graph.length_m[direct].sum() >= ENOUGH * want_m:
        return direct
    for turn in _find_turning_points(graph, both, want_m):
        if best_loss < _GOOD:
            break
        out = both.trace_path(0, turn)
        beside = np.unique(used.middles.query(graph.lines[out], predicate="dwithin", distance=_BESIDE_M)[1])
        again = cost.copy()
        again[beside] *= _AGAIN
        home = find_cheapest_paths(graph, np.array([turn]), cost=again, limit=_cost_limit(want_m))
        if not np.isfinite(home.cost[0, b]):
            continue
        there_and_back = np.concatenate([out, home.trace_path(0, b)])
        for way in (there_and_back, _remove_spur(there_and_back, len(out))):
            loss = _measure_loss(used, way, want_m, np.setdiff1d(beside, out))
            if loss < best_loss:
                best, best_loss = way, loss
    return best


def _remove_spur(way: IntArray, turn: int) -> IntArray:
    """Return a way without what it runs in and out of again at its turning point."""
    spur = 0
    while spur < min(turn, len(way) - turn) and way[turn - 1 - spur] == way[turn + spur]:
        spur += 1
    return np.concatenate([way[: turn - spur], way[turn + spur :]])


def _cost_limit(want_m: float) -> float:
    """Return the cost beyond which no leg of that length goes."""
    return max(want_m, 300.0) * _AGAIN * _AGAIN


def _find_turning_points(graph: FootpathGraph, both: Trees, want_m: float) -> list[int]:
    """Return some nodes in all directions whose way there and back is about as long as wanted."""
    reached = np.isfinite(both.length_m).all(axis=0)
    way = np.where(reached, both.length_m.sum(axis=0), np.inf)
    dear = np.where(reached, both.cost.sum(axis=0), 0.0) / np.maximum(way, 1.0)
    middle = graph.xy[both.source].mean(axis=0)
    sector = (np.arctan2(*(graph.xy - middle).T) / (2 * np.pi / _SECTORS)).astype(int) % _SECTORS
    found = []
    for low, high in _SHARES:
        for s in range(_SECTORS):
            fit = np.flatnonzero((way >= low * want_m) & (way < high * want_m) & (sector == s))
            if len(fit):
                found.append(int(fit[dear[fit].argmin()]))
    if not found:  # a small network: as far as it goes
        near = np.flatnonzero(way < want_m)
        found = near[np.argsort(-way[near])[:4]].tolist()
    return found


def _measure_loss(used: UsedEdges, way: IntArray, want_m: float, beside: IntArray | None = None) -> float:
    """Return how far a way is from what is wanted: its length, no part run twice, quiet.

    Edges `beside` the way out, as the other pavement of a street, count as run twice.
    """
    graph = used.graph
    edges, times = np.unique(way, return_counts=True)
    length = graph.length_m[way].sum()
    twice = (graph.length_m[edges] * (times - 1 + np.minimum(used.times[edges], 1))).sum()
    if beside is not None:
        twice += graph.length_m[way[np.isin(way, beside)]].sum()
    dear = graph.cost[way].sum() / max(length, 1.0) - 1
    missed = abs(length - want_m) / want_m
    return float(
        _MISSED * missed + _FAR_OFF * max(missed - _NEAR, 0.0) + (_DOUBLED * twice / max(length, 1.0)) + _DEAR * dear
    )
