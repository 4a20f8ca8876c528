"""The way through the chosen stretches and home: loops where there are any."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.training._paths import find_cheapest_paths

if TYPE_CHECKING:
    from collections.abc import Iterable

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Training
    from saferoute.training._choose import Tour
    from saferoute.training._footpaths import FootpathGraph
    from saferoute.training._paths import Trees

_AGAIN = 2.5
"""A way that was run before costs so many times as much: what makes loops of routes [J]."""
_SECTORS = 6
_SHARES = ((0.45, 0.62), (0.62, 0.8), (0.8, 1.02))
"""Turning points are looked for where out and back take these shares of the length
that is wanted: the way back avoids the way out, and becomes longer by that."""
_MISSED, _DOUBLED, _DEAR = 2.0, 1.0, 0.15
"""What missing all of the length, running all of it twice and a cost of twice the
length weigh against each other [J]."""
_GOOD = 0.06
"""A way that loses no more than this is good enough to stop looking."""
_NEAR, _FAR_OFF = 0.07, 20.0
"""Up to this share lengths may differ; beyond, nothing else counts for much."""
_BESIDE_M = 20.0
"""What lies this near to the way out is no other way back [J]."""
_BOTH_M = 1200.0
"""A longer detour is shared between warm-up and cool-down: one big loop, not two rounds [J]."""
_ROUNDS = 6
_ENOUGH = 0.95


@dataclass
class _Used:
    """Edges run so far."""

    graph: FootpathGraph
    times: IntArray = field(init=False)

    def __post_init__(self) -> None:
        self.times = np.zeros(len(self.graph), dtype=np.int64)

    @cached_property
    def middles(self) -> shapely.STRtree:
        """The middles of all edges."""
        return shapely.STRtree(shapely.line_interpolate_point(self.graph.lines, 0.5, normalized=True))

    def weighted_cost(self) -> FloatArray:
        return np.where(self.times > 0, _AGAIN, 1.0) * self.graph.cost

    def record_edges(self, edges: IntArray) -> None:
        np.add.at(self.times, edges, 1)

    def replace_legs(self, legs: Iterable[IntArray]) -> None:
        self.times[:] = 0
        for leg in legs:
            self.record_edges(leg)


@dataclass(frozen=True)
class Route:
    """Legs between the stops of a tour, home first and last."""

    graph: FootpathGraph
    legs: tuple[IntArray, ...]
    stops: tuple[int, ...]

    def total_length_m(self) -> float:
        """Return the metres of all legs."""
        return float(sum(self.graph.length_m[leg].sum() for leg in self.legs))

    def doubled_length_m(self) -> float:
        """Return the metres that are run a second time or more."""
        edges, times = np.unique(np.concatenate(self.legs), return_counts=True)
        return float((self.graph.length_m[edges] * (times - 1)).sum())

    def road_length_m(self) -> float:
        """Return the metres on roads for motor traffic."""
        edges = np.concatenate(self.legs)
        return float(self.graph.length_m[edges][self.graph.on_road[edges]].sum())

    def count_crossings(self) -> int:
        """Return the number of roads that are crossed."""
        return round(float(self.graph.crossings[np.concatenate(self.legs)].sum()))

    def line_of_leg(self, leg: int) -> shapely.LineString:
        """Return a leg as a line in the direction it is run, a point's double where it is none."""
        at, parts = self.stops[leg], []
        for edge in self.legs[leg]:
            forward = self.graph.start[edge] == at
            line = self.graph.lines[edge]
            parts.append(shapely.get_coordinates(line if forward else shapely.reverse(line)))
            at = self.graph.end[edge] if forward else self.graph.start[edge]
        xy = np.concatenate(parts) if parts else np.repeat(self.graph.xy[[at]], 2, axis=0)
        keep = np.r_[True, np.any(np.diff(xy, axis=0) != 0, axis=1)]
        return shapely.LineString(xy[keep] if keep.sum() > 1 else xy[:2])

    def street_names_of_leg(self, leg: int) -> list[str]:
        """Return the names of the two ways that most of a leg goes along."""
        edges = self.legs[leg]
        metres: dict[str, float] = {}
        for name, length in zip(self.graph.name[edges], self.graph.length_m[edges], strict=True):
            if name:
                metres[name] = metres.get(name, 0.0) + float(length)
        return [n for n in sorted(metres, key=lambda n: -metres[n])[:2] if metres[n] > 50]


def lay_shortest_route(graph: FootpathGraph, start: int, tour: Tour) -> Route:
    """Return the tour with the cheapest legs: on ways that were not run before, where there is time for that."""
    stops = (start, *(o.node for o in tour.options), start)
    for again in (True, False):
        used = _Used(graph)
        legs = []
        for a, b in pairwise(stops):
            legs.append(_find_path(used, a, b))
            if again:
                used.record_edges(legs[-1])
        route = Route(graph, tuple(legs), stops)
        if route.total_length_m() <= tour.most_forward_m:
            break
    return route


def lengthen_route(route: Route, tour: Tour, training: Training) -> Route:
    """Return the route with detours before the first and after the last section, to the length asked.

    Warm-up and cool-down get at least the time that the level wants.
    """
    graph, legs = route.graph, list(route.legs)
    middle_m = sum(graph.length_m[leg].sum() for leg in legs[1:-1])
    first_m = max(graph.length_m[legs[0]].sum(), training.warm_up_s * training.forward_speed_m_s)
    last_m = max(graph.length_m[legs[-1]].sum(), training.cool_down_s * training.forward_speed_m_s)
    rest_m = tour.forward_m - middle_m - first_m - last_m
    if rest_m > 0:
        first_m += rest_m / 2 if rest_m > _BOTH_M else rest_m
    used = _Used(graph)
    used.replace_legs(legs[1:])
    legs[0] = _find_way_of_length(used, route.stops[0], route.stops[1], first_m)
    used.replace_legs(legs[:-1])
    gone_m = middle_m + graph.length_m[legs[0]].sum()
    legs[-1] = _find_way_of_length(used, route.stops[-2], route.stops[-1], max(last_m, tour.forward_m - gone_m))
    return Route(graph, tuple(legs), route.stops)


def _find_path(used: _Used, a: int, b: int) -> IntArray:
    return find_cheapest_paths(used.graph, np.array([a]), cost=used.weighted_cost()).trace_path(0, b)


def _find_way_of_length(used: _Used, a: int, b: int, want_m: float) -> IntArray:
    """Return the edges from a to b along about `want_m` metres, in several rounds where one is too short."""
    graph = used.graph
    legs: list[IntArray] = []
    left_m = want_m
    for _ in range(_ROUNDS):
        leg = _find_detour(used, a, b, left_m)
        length = graph.length_m[leg].sum()
        if length >= _ENOUGH * left_m or length == 0:
            legs.append(leg)
            break
        # Too short however far one goes: a round back to a, and then on.
        leg = _find_detour(used, a, a, min(left_m - length, left_m))
        if not len(leg):
            legs.append(_find_detour(used, a, b, left_m))
            break
        legs.append(leg)
        used.record_edges(leg)
        left_m -= graph.length_m[leg].sum()
    else:
        legs.append(_find_path(used, a, b))
    return np.concatenate(legs)


def _find_detour(used: _Used, a: int, b: int, want_m: float) -> IntArray:
    """Return the edges from a to b by a turning point that makes the way about as long as wanted."""
    graph, cost = used.graph, used.weighted_cost()
    both = find_cheapest_paths(graph, np.array([a, b]), cost=cost, limit=_cost_limit(want_m))
    direct = _find_path(used, a, b)
    best, best_loss = direct, _measure_loss(used, direct, want_m)
    if graph.length_m[direct].sum() >= _ENOUGH * want_m:
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


def _measure_loss(used: _Used, way: IntArray, want_m: float, beside: IntArray | None = None) -> float:
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
