"""Connectors: straight lines over open ground from the ends of sections to the network of footpaths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.limits import clearance
from saferoute.products import recall_or_compute, remember_or_make

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.model import Features, Ranking
    from saferoute.products import Arrays
    from saferoute.training._footpaths import FootpathGraph

    Joins = list[tuple[int, int, tuple[float, float]]]

CONNECTOR_M = 300.0
"""Longest straight line over open ground [J]."""
OUTSIDE_M = 30.0
"""So far a connector may leave the ground that the stretch lies on [J]."""
_MOST_TRIED, _MOST_KEPT, _APART_M = 30, 2, 60.0
_CUT_M = 0.5
"""Ends of a connector that may touch what it must not cross."""


def remember_walls(features: Features) -> NDArray[np.object_]:
    """Return what of some features nobody walks straight across, collected once."""
    return remember_or_make(features, "walls", b"", lambda: clearance.collect_walls(features))


def recall_or_find_connectors(
    ranking: Ranking, xy: FloatArray, rows: list[int], *, graph: FootpathGraph, part: int
) -> Joins:
    """Return straight lines from points off the network to it, from an earlier session if it asked for the same.

    Parameters
    ----------
    ranking : Ranking
    xy : ndarray of shape (n, 2)
    rows : list of int
        Row of the stretch that each point belongs to.
    graph : FootpathGraph
    part : int
        Number of the part of it to be joined with.

    Returns
    -------
    list of (int, int, (float, float))
        Point, edge, and where they meet.
    """
    if not len(xy):
        return []
    stretches = ranking.stretches.iloc[rows]

    def find() -> Arrays:
        joins = _find_connectors(ranking, xy, rows, graph=graph, part=part)
        return {
            "pair": np.array([pair for *pair, _ in joins], dtype=np.int64).reshape(-1, 2),
            "at": np.array([at for *_, at in joins]).reshape(-1, 2),
        }

    told = b"".join([repr((part, stretches["osm_ids"].tolist())).encode(), *shapely.to_wkb(stretches.geometry)])
    lines = shapely.get_coordinates(graph.lines), shapely.get_num_coordinates(graph.lines)
    arguments = [xy, graph.xy, graph.start, graph.end, graph.part, *lines, np.frombuffer(told, dtype=np.uint8)]
    found = recall_or_compute(ranking.features, "connectors", arguments, find)
    pairs = zip(found["pair"].tolist(), found["at"].tolist(), strict=True)
    return [(point, edge, (x, y)) for (point, edge), (x, y) in pairs]


def _find_connectors(
    ranking: Ranking, xy: FloatArray, rows: list[int], *, graph: FootpathGraph, part: int
) -> list[tuple[int, int, tuple[float, float]]]:
    """Return straight lines from points off the network to it: point, edge, where they meet.

    A line stays on the ground that the stretch lies on, and crosses nothing
    that a walker could not.
    """
    edges = np.flatnonzero(graph.part[graph.start] == part)
    point, edge = shapely.STRtree(graph.lines[edges]).query(
        shapely.points(xy), predicate="dwithin", distance=CONNECTOR_M
    )
    edge = edges[edge]
    line = shapely.shortest_line(shapely.points(xy[point]), graph.lines[edge])
    order = np.lexsort((shapely.length(line), point))
    nth = np.arange(len(order)) - np.searchsorted(point[order], point[order])
    order = order[nth < _MOST_TRIED]
    point, edge, line = point[order], edge[order], line[order]
    free = _is_unobstructed(ranking, [rows[p] for p in point], line)
    joins: list[tuple[int, int, tuple[float, float]]] = []
    for p, e, join in zip(point[free], edge[free], line[free], strict=True):
        at = join.coords[-1]
        known = [j[2] for j in joins if j[0] == p]
        if len(known) < _MOST_KEPT and all(np.hypot(at[0] - k[0], at[1] - k[1]) > _APART_M for k in known):
            joins.append((int(p), int(e), (at[0], at[1])))
    return joins


def _is_unobstructed(ranking: Ranking, rows: list[int], lines: NDArray[np.object_]) -> BoolArray:
    """Return a mask of connectors that stay on their stretch's ground and meet no wall."""
    stretches, of = np.unique(np.array(rows, dtype=np.int64), return_inverse=True)
    ground = np.array([_ground_of_stretch(ranking, row) for row in stretches.tolist()], dtype=object)
    shapely.prepare(ground)
    free: BoolArray = shapely.covers(ground[of], lines)
    # Most leave the ground, and need not be cut.
    inside, walls = np.flatnonzero(free), remember_walls(ranking.features)
    free[inside[shapely.STRtree(_cut_ends(lines[inside])).query(walls, predicate="intersects")[1]]] = False
    return free


def _cut_ends(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return straight lines without `_CUT_M` at either end, of short ones the middle."""
    metres = shapely.length(lines)
    start = shapely.line_interpolate_point(lines, np.fmin(_CUT_M, metres / 2))
    end = shapely.line_interpolate_point(lines, np.fmax(metres - _CUT_M, metres / 2))
    ends = np.stack([shapely.get_coordinates(start), shapely.get_coordinates(end)], axis=1)
    return np.where(metres > 2 * _CUT_M, shapely.linestrings(ends), start)


def _ground_of_stretch(ranking: Ranking, row: int) -> shapely.Geometry:
    """Return the open ground a stretch lies on, and a little around it and the stretch itself."""
    areas = ranking.features.areas
    stretch = ranking.stretches.iloc[row]
    kind, number = areas["osm_type"], areas["osm_id"]
    own = np.zeros(len(areas), dtype=bool)
    for key in stretch["osm_ids"]:
        of_kind, _, of_number = key.partition("/")
        own |= (number == int(of_number)) & (kind == of_kind)
    return shapely.union_all([shapely.buffer(g, OUTSIDE_M) for g in (*areas.geometry[own], stretch.geometry)])
