"""Laps on quiet ground: what lengthens a warm-up without a road to cross."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from saferoute.training._detours import ENOUGH, UsedEdges, find_detour, find_path, find_way_of_length
from saferoute.training._paths import find_cheapest_paths

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.training._footpaths import FootpathGraph

QUIET_COST = 1.25
"""A metre of a way that costs no more is quiet: no road, no steps, no busy road beside it [J]."""
LEAST_M = 200.0
"""A connected piece of quiet ways with that many metres is worth running up and down in [J]."""
SHORTEST_M = 100.0
"""A shorter lap is turning, not running [J]."""
_MOST_SPOTS, _MOST_ROUNDS = 4, 12
_MISSED = 0.1
"""Laps may miss what is wanted of them by this share."""
_SPUR, _SPUR_COST = 0.5, 1.5
"""The way to quiet ground and back takes at most this share of what is wanted, and costs
at most so many times as much [J]."""


@dataclass(frozen=True)
class Laps:
    """Rounds of the same way on quiet ground."""

    rounds: int
    edges: IntArray
    length_m: float


@dataclass(frozen=True)
class QuietGround:
    """The part of the footpaths that crosses no road and runs on none.

    Attributes
    ----------
    graph : FootpathGraph
        On the same nodes.
    edges : ndarray of shape (e,)
        Of each edge its place among all footpaths.
    """

    graph: FootpathGraph
    edges: IntArray

    @staticmethod
    def of(graph: FootpathGraph) -> QuietGround:
        """Return the quiet part of a graph."""
        quiet = ~graph.on_road & (graph.crossings == 0) & (graph.cost <= QUIET_COST * graph.length_m)
        return QuietGround(graph.select_edges(quiet).number_parts(), np.flatnonzero(quiet))

    def metres_around(self, nodes: IntArray) -> FloatArray:
        """Return the metres of quiet ways that each node is connected with."""
        return self.graph.part_m[self.graph.part[nodes]]

    def is_green_around(self, nodes: IntArray) -> BoolArray:
        """Return a mask of nodes that are connected with enough quiet ways in a park, a wood or the like."""
        graph = self.graph
        of_part = np.bincount(graph.part[graph.start], graph.length_m * graph.green, minlength=len(graph.part_m))
        green: BoolArray = of_part[graph.part[nodes]] >= LEAST_M
        return green

    def find_laps(self, node: int, want_m: float) -> Laps | None:
        """Return as few rounds from a node as come to about a length, None where the ground is too small."""
        used = UsedEdges(self.graph)
        least = int(want_m // (2 * float(self.metres_around(np.array([node]))[0])))
        most = int(np.clip(want_m // SHORTEST_M, 1, _MOST_ROUNDS))
        for rounds in range(max(least, 1), most + 1):
            lap = find_detour(used, node, node, want_m / rounds)
            length = float(self.graph.length_m[lap].sum())
            if abs(rounds * length - want_m) <= _MISSED * want_m:
                return Laps(rounds, self.edges[lap], length)
        return None


def lengthen_leg(
    used: UsedEdges, quiet: QuietGround, ends: tuple[int, int], want_m: float
) -> tuple[IntArray, Laps | None]:
    """Return the edges of a way between two nodes of about a length, and the laps among them.

    The way itself is the cheapest. What it lacks is run in laps where it passes
    quiet ground, and only where there is none in a detour by streets.
    """
    graph = used.graph
    direct = find_path(used, *ends)
    missing_m = want_m - float(graph.length_m[direct].sum())
    if missing_m <= (1 - ENOUGH) * want_m:
        return direct, None
    for at, spur in [*_list_spots(graph, quiet, direct, ends[0]), *_list_spurs(graph, quiet, direct, ends, missing_m)]:
        nodes = _list_nodes(graph, np.concatenate([direct[:at], spur]), ends[0])
        laps = quiet.find_laps(int(nodes[-1]), missing_m - 2 * float(graph.length_m[spur].sum()))
        if laps is not None:
            rounds = [laps.edges] * laps.rounds
            return np.concatenate([direct[:at], spur, *rounds, spur[::-1], direct[at:]]), laps
    return find_way_of_length(used, *ends, want_m), None


def _list_spots(graph: FootpathGraph, quiet: QuietGround, direct: IntArray, first: int) -> list[tuple[int, IntArray]]:
    """Return after how many edges of a way laps can begin: first in the green, then on the largest quiet ground."""
    nodes = _list_nodes(graph, direct, first)
    _, at = np.unique(quiet.graph.part[nodes], return_index=True)
    metres = quiet.metres_around(nodes[at])
    order = np.lexsort((-metres, ~quiet.is_green_around(nodes[at])))
    nothing = np.empty(0, dtype=np.int64)
    return [(int(at[i]), nothing) for i in order[metres[order] >= LEAST_M][:_MOST_SPOTS]]


def _list_spurs(
    graph: FootpathGraph, quiet: QuietGround, direct: IntArray, ends: tuple[int, int], missing_m: float
) -> list[tuple[int, IntArray]]:
    """Return ways from one of two ends of a way to quiet ground off it: first into the green, then the cheapest."""
    trees = find_cheapest_paths(graph, np.array(ends), limit=_SPUR_COST * missing_m)
    found: dict[int, tuple[float, int, int]] = {}
    for row in range(len(ends)):
        near = np.flatnonzero(2 * trees.length_m[row] <= _SPUR * missing_m)
        near = near[quiet.metres_around(near) >= LEAST_M]
        for node in near[np.argsort(trees.cost[row, near], kind="stable")]:
            cost, part = float(trees.cost[row, node]), int(quiet.graph.part[node])
            if part not in found or cost < found[part][0]:
                found[part] = (cost, row, int(node))
    spurs = sorted(found.values())
    green = quiet.is_green_around(np.array([node for *_, node in spurs], dtype=np.int64))
    spurs = [spurs[i] for i in np.argsort(~green, kind="stable")]
    ways = [(row * len(direct), trees.trace_path(row, node)) for _, row, node in spurs]
    return [way for way in ways if len(way[1])][:_MOST_SPOTS]


def _list_nodes(graph: FootpathGraph, way: IntArray, first: int) -> IntArray:
    """Return the nodes along a way, one more than it has edges."""
    nodes = [first]
    for edge in way:
        nodes.append(int(graph.start[edge] + graph.end[edge] - nodes[-1]))
    return np.array(nodes, dtype=np.int64)
