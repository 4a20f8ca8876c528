"""The way through the chosen stretches and home: loops where there are any."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.training._detours import UsedEdges, find_path
from saferoute.training._laps import Laps, QuietGround, lengthen_leg

if TYPE_CHECKING:
    from collections.abc import Mapping

    from saferoute.arrays import IntArray
    from saferoute.model import Training
    from saferoute.training._choose import Tour
    from saferoute.training._footpaths import FootpathGraph

_BOTH_M = 1200.0
"""A longer detour is shared between warm-up and cool-down: one big loop, not two rounds [J]."""


@dataclass(frozen=True)
class Route:
    """Legs between the stops of a tour, home first and last.

    Attributes
    ----------
    laps : dict of int to Laps
        What the first and the last leg hold besides the way.
    """

    graph: FootpathGraph
    legs: tuple[IntArray, ...]
    stops: tuple[int, ...]
    laps: Mapping[int, Laps] = field(default_factory=dict)

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
        used = UsedEdges(graph)
        legs = []
        for a, b in pairwise(stops):
            legs.append(find_path(used, a, b))
            if again:
                used.record_edges(legs[-1])
        route = Route(graph, tuple(legs), stops)
        if route.total_length_m() <= tour.most_forward_m:
            break
    return route


def lengthen_route(route: Route, tour: Tour, training: Training, *, to_length: bool) -> Route:
    """Return the route with laps or detours before the first and after the last section.

    Warm-up and cool-down get at least the time that the level wants, and more
    only where the session is to be as long as was asked.
    """
    graph, legs = route.graph, list(route.legs)
    middle_m = sum(graph.length_m[leg].sum() for leg in legs[1:-1])
    first_m = max(graph.length_m[legs[0]].sum(), training.warm_up_s * training.forward_speed_m_s)
    last_m = max(graph.length_m[legs[-1]].sum(), training.cool_down_s * training.forward_speed_m_s)
    rest_m = tour.forward_m - middle_m - first_m - last_m if to_length else 0.0
    if rest_m > 0:
        first_m += rest_m / 2 if rest_m > _BOTH_M else rest_m
    quiet, used, laps = QuietGround.of(graph), UsedEdges(graph), {}
    used.replace_legs(legs[1:])
    legs[0], laps[0] = lengthen_leg(used, quiet, (route.stops[0], route.stops[1]), first_m)
    used.replace_legs(legs[:-1])
    gone_m = middle_m + graph.length_m[legs[0]].sum()
    if to_length:
        last_m = max(last_m, tour.forward_m - gone_m)
    last = len(legs) - 1
    legs[last], laps[last] = lengthen_leg(used, quiet, (route.stops[-2], route.stops[-1]), last_m)
    return Route(graph, tuple(legs), route.stops, {leg: run for leg, run in laps.items() if run is not None})
