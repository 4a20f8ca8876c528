"""Points joined to the footpaths: on their edges, or by straight lines to them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import ops

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray
    from saferoute.training._footpaths import FootpathGraph

SNAP_M = 1.0
"""A point this near to a way is on it."""
OPEN_GROUND_COST = 1.2
"""Cost of a metre straight over open ground [J]."""
_SAME_M = 0.05
"""Points this near to each other on an edge are one."""


def split_at_points(graph: FootpathGraph, xy: FloatArray, edge: IntArray) -> tuple[FootpathGraph, IntArray]:
    """Cut edges where points lie on them.

    Parameters
    ----------
    xy : ndarray of shape (p, 2)
        Points on, or very near to, the edges named.
    edge : ndarray of shape (p,)

    Returns
    -------
    FootpathGraph
    ndarray of shape (p,)
        The node of each point: that of the edge's end where it lies there.
    """
    along = shapely.line_locate_point(graph.lines[edge], shapely.points(xy))
    node = np.full(len(xy), -1, dtype=np.int64)
    node[along <= _SAME_M] = graph.start[edge[along <= _SAME_M]]
    late = (along >= graph.length_m[edge] - _SAME_M) & (node < 0)
    node[late] = graph.end[edge[late]]
    new_xy: list[FloatArray] = []
    pieces: list[tuple[int, int, int, float, float]] = []  # edge, from node, to node, from metre, to metre
    inside = np.flatnonzero(node < 0)
    for e in np.unique(edge[inside]):
        at, last, metre = inside[edge[inside] == e], int(graph.start[e]), 0.0
        for i in at[np.argsort(along[at], kind="stable")]:
            if along[i] - metre > _SAME_M or last == graph.start[e]:
                number = len(graph.node_id) + len(new_xy)
                new_xy.append(shapely.get_coordinates(shapely.line_interpolate_point(graph.lines[e], along[i]))[0])
                pieces.append((int(e), last, number, metre, float(along[i])))
                last, metre = number, float(along[i])
            node[i] = last
        pieces.append((int(e), last, int(graph.end[e]), metre, float(graph.length_m[e])))
    if not pieces:
        return graph, node
    return _replace_edges(graph, pieces, np.array(new_xy)), node


def _replace_edges(
    graph: FootpathGraph, pieces: list[tuple[int, int, int, float, float]], new_xy: FloatArray
) -> FootpathGraph:
    edge, start, end = (np.array([p[i] for p in pieces], dtype=np.int64) for i in range(3))
    share = np.array([p[4] - p[3] for p in pieces]) / graph.length_m[edge]
    lines = np.array([ops.substring(graph.lines[e], low, high) for e, _, _, low, high in pieces], dtype=object)
    kept = graph.select_edges(np.setdiff1d(np.arange(len(graph)), edge))
    added = graph.select_edges(edge)
    grown = kept.append_edges(replace(added, start=start, end=end, lines=lines, length_m=added.length_m * share,
                                  cost=added.cost * share, crossings=added.crossings * share))  # fmt: skip
    return grown.append_nodes(new_xy)


def add_connectors(
    graph: FootpathGraph, xy: FloatArray, joins: list[tuple[int, int]]
) -> tuple[FootpathGraph, IntArray]:
    """Add points off the ways, each with straight lines to some nodes.

    Parameters
    ----------
    xy : ndarray of shape (p, 2)
    joins : list of (point, node)

    Returns
    -------
    FootpathGraph
    ndarray of shape (p,)
        The node of each point.
    """
    node = len(graph.node_id) + np.arange(len(xy))
    point = np.array([j[0] for j in joins], dtype=np.int64)
    target = np.array([j[1] for j in joins], dtype=np.int64)
    lines = shapely.linestrings(np.stack([xy[point], graph.xy[target]], axis=1)) if len(joins) else np.empty(0, object)
    length = shapely.length(lines)
    nothing = np.full(len(joins), "", dtype=object)
    more = replace(
        graph, start=node[point], end=target, lines=lines, length_m=length, cost=length * OPEN_GROUND_COST,
        way=np.full(len(joins), -1), highway=nothing, name=nothing, crossings=np.zeros(len(joins)),
        green=np.zeros(len(joins), dtype=bool),
    )  # fmt: skip
    return graph.append_edges(more).append_nodes(xy), node
