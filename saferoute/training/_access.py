"""From stretches to places in the network: where a section ends, and how one gets there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.model import PlaceNotFound
from saferoute.report.units import units_of
from saferoute.training._connectors import CONNECTOR_M, recall_or_find_connectors
from saferoute.training._joining import SNAP_M, add_connectors, split_at_points

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Ranking
    from saferoute.report.units import Units
    from saferoute.training._footpaths import FootpathGraph
    from saferoute.training._options import Option

MAIN_M = 2000.0
"""A part of the footpaths with that many metres is a place to run in, not a stray piece [J]."""
START_M = 500.0
"""A start may be this far from the nearest foot way [J]."""
FAR_START_M = 50.0
"""From here on the way to the network is worth a word."""
_MOST_STRETCHES, _NEAREST = 40, 15
"""So many of the best stretches, and of the nearest, are joined to the network."""
WAY_COST = 0.05 / 1000
"""What a metre of quiet footway loses a stretch, in points of score [J]: it costs little
next to a better stretch, and roads and crossings, which are many metres, cost more."""


def connect_start(graph: FootpathGraph, xy: FloatArray, units: Units) -> tuple[FootpathGraph, int, list[str]]:
    """Put the start onto the network.

    Parameters
    ----------
    graph : FootpathGraph
    xy : ndarray of shape (2,)
        The start.
    units : Units
        Units of the notes.

    Returns
    -------
    FootpathGraph
    node : int
    notes : list of str

    Raises
    ------
    PlaceNotFound
        If no part of the network worth running in comes within `START_M`.
    """
    worth = graph.part_m >= min(MAIN_M, graph.part_m.max(initial=0.0) / 2)
    edges = np.flatnonzero(worth[graph.part[graph.start]])
    if not len(edges):
        raise PlaceNotFound("the map has no way that is open on foot around here; give another place")
    tree = shapely.STRtree(graph.lines[edges])
    edge = edges[[tree.nearest(shapely.Point(xy))]]
    away = float(shapely.distance(graph.lines[edge[0]], shapely.Point(xy)))
    if away > START_M:
        raise PlaceNotFound(
            f"the start is {units.format_distance(away)} from the nearest foot way; "
            f"give a place within {units.format_distance(START_M)} of one"
        )
    part = int(graph.part[graph.start[edge[0]]])
    notes = []
    if away > FAR_START_M:
        notes.append(
            f"the nearest foot way is {units.format_distance(away)} from the start; the route begins and ends there"
        )
    if part > 0:
        own, main = (units.format_way(graph.part_m[i], 1) for i in (part, 0))
        notes.append(
            f"the start lies on a part of the network of {own} that is not connected with the larger one of {main}"
        )
    graph, node = split_at_points(graph, xy[None], edge)
    return graph, int(node[0]), notes


def find_place_there(ranking: Ranking, found: list[Option], start: FloatArray) -> tuple[FloatArray, list[str]]:
    """Return where a section on the best stretch ends, and a note on how far that is; the start where none is."""
    rated = (ranking.stretches["rating"] != "none").to_numpy()
    best = max(found, key=lambda o: (rated[o.row], o.value), default=None)
    if best is None:
        return start, []
    at = np.array(best.line.coords[-1][:2])
    stretch = ranking.stretches.iloc[best.row]
    away = units_of(ranking.units).format_distance(float(np.hypot(*(at - start))))
    where = f"stretch {stretch['rank']}, {stretch['name']}, {away} from the place"
    return at, [f"the session begins and ends at {where}: go there by other means"]


def find_options(
    ranking: Ranking,
    found: list[Option],
    *,
    graph: FootpathGraph,
    home: int,
    reach_m: float,
) -> tuple[FootpathGraph, list[Option], list[str]]:
    """Join the sections that are laid onto stretches to the network.

    Parameters
    ----------
    found : list of Option
        Without nodes.
    home : int
        The node of the start.
    reach_m : float
        Metres to run forwards in all.

    Returns
    -------
    FootpathGraph
        With the sections' ends, and lines over open ground to those off its ways.
    list of Option
        Without those which cannot be reached.
    notes : list of str
    """
    if not found:
        return graph, [], []
    part = int(graph.part[home])
    ends = np.array([o.line.coords[-1][:2] for o in found])
    edge, away = _find_nearest_edges(graph, ends, np.ones(len(graph), dtype=bool))
    on_way = away <= SNAP_M
    of_way = (ranking.stretches["origin"].to_numpy(dtype=object) == "way")[[o.row for o in found]]
    too_far = _find_nearest_edges(graph, ends, graph.part[graph.start] == part)[1] > CONNECTOR_M
    elsewhere = (graph.part[graph.start[edge]] != part) & (on_way | of_way | too_far)
    tried = ~elsewhere & (on_way | ~of_way)
    tried &= _is_promising(found, np.hypot(*(ends - graph.xy[home]).T), reach_m, tried)
    on_way &= tried
    off_way = np.flatnonzero(~on_way & tried)
    joins = recall_or_find_connectors(ranking, ends[off_way], [found[i].row for i in off_way], graph=graph, part=part)
    graph, node = _join_ends(graph, ends, np.where(on_way, edge, -1), [(int(off_way[i]), e, at) for i, e, at in joins])
    kept = [replace(o, node=int(n)) for o, n in zip(found, node, strict=True) if n >= 0]
    return graph, kept, _describe_unreached(found, kept, tried, elsewhere)


def _join_ends(
    graph: FootpathGraph, ends: FloatArray, edge: IntArray, joins: list[tuple[int, int, tuple[float, float]]]
) -> tuple[FootpathGraph, IntArray]:
    """Return the network with nodes at the ends on its edges (−1 = on none) and connectors to others; −1 = no node."""
    node = np.full(len(ends), -1, dtype=np.int64)
    on_way = np.flatnonzero(edge >= 0)
    points = np.concatenate([ends[on_way], np.array([at for _, _, at in joins]).reshape(-1, 2)])
    graph, cut = split_at_points(graph, points, np.concatenate([edge[on_way], [e for _, e, _ in joins]]).astype(int))
    node[on_way] = cut[: len(on_way)]
    off_way = np.unique([i for i, _, _ in joins]).astype(int)
    pairs = [(int(np.searchsorted(off_way, i)), int(n)) for (i, _, _), n in zip(joins, cut[len(on_way) :], strict=True)]
    graph, node[off_way] = add_connectors(graph, ends[off_way], pairs)
    return graph, node


def _find_nearest_edges(graph: FootpathGraph, xy: FloatArray, which: BoolArray) -> tuple[IntArray, FloatArray]:
    """Return the nearest edge of each point among some, and its distance."""
    edges = np.flatnonzero(which)
    points = shapely.points(xy)
    edge = edges[shapely.STRtree(graph.lines[edges]).nearest(points)]
    return edge, shapely.distance(graph.lines[edge], points)


def _is_promising(found: list[Option], away: FloatArray, reach_m: float, free: BoolArray) -> BoolArray:
    """Return a mask of options on the best stretches by score and beeline, or on the nearest."""
    worth = np.array([o.value for o in found]) - WAY_COST * 2 * away
    near = free & (2 * away <= 1.1 * reach_m)
    order = np.argsort(-np.where(near, worth, -1e9 - away), kind="stable")
    rows = list(dict.fromkeys(found[i].row for i in order if free[i]))[:_MOST_STRETCHES]
    rows += list(dict.fromkeys(found[i].row for i in np.argsort(away, kind="stable") if free[i]))[:_NEAREST]
    return np.isin([o.row for o in found], rows)


def _describe_unreached(found: list[Option], kept: list[Option], tried: BoolArray, elsewhere: BoolArray) -> list[str]:
    """Return notes on how many stretches cannot be reached, and why."""
    reached = {o.row for o in kept}
    island = {o.row for o, away in zip(found, elsewhere, strict=True) if away} - reached
    walled = {o.row for o, hit in zip(found, tried, strict=True) if hit} - reached - island
    notes = []
    if island:
        notes.append(f"{_format_stretch_count(len(island))} not used: no foot way leads there from the start")
    if walled:
        notes.append(
            f"{_format_stretch_count(len(walled))} on open ground not used: no foot way within "
            f"{CONNECTOR_M:.0f} m that a straight line over the same ground reaches"
        )
    return notes


def _format_stretch_count(n: int) -> str:
    return f"{n} stretch{'es' if n != 1 else ''}"
