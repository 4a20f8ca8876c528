"""Straight ways over squares: areas for walking that no line leads across."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.osm import access
from saferoute.osm.tags import is_tagged
from saferoute.osm.ways import is_walk
from saferoute.table import Tags

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.model import Features
    from saferoute.training._footpaths import FootpathGraph

_ON_EDGE_M = 0.1
"""A node this near to a square's edge is one of its corners."""
_MOST_NODES = 40
"""Of a square with more ways into it, so many are joined: the first by id."""
_LOOSE_M = 0.3
"""Lines along a square's edge may leave it by this."""


def add_square_edges(graph: FootpathGraph, features: Features, *, walls: NDArray[np.object_]) -> FootpathGraph:
    """Add straight edges between the nodes on the edge of each square that is open on foot, where they stay on it.

    Parameters
    ----------
    graph : FootpathGraph
    features : Features
    walls : ndarray of geometries
        What nobody walks across.
    """
    tags = Tags.of(features.areas)
    squares = features.areas.select_rows(is_walk(tags) & ~access.is_closed_on_foot(tags).yes)
    shapes = squares.geometry
    if not len(shapes) or not len(graph):
        return graph
    of, node = shapely.STRtree(shapely.points(graph.xy)).query(
        shapely.boundary(shapes), predicate="dwithin", distance=_ON_EDGE_M
    )
    pairs = [
        (int(square), int(a), int(b))
        for square in np.unique(of)
        for a, b in combinations(np.sort(node[of == square])[:_MOST_NODES], 2)
    ]
    if not pairs:
        return graph
    square, start, end = np.array(pairs, dtype=np.int64).T
    lines = shapely.linestrings(np.stack([graph.xy[start], graph.xy[end]], axis=1))
    loose = shapely.buffer(shapes, _LOOSE_M)
    shapely.prepare(loose)
    free = shapely.covers(loose[square], lines) & (shapely.length(lines) > 0)
    if len(walls):
        free[np.unique(shapely.STRtree(lines).query(walls, predicate="crosses")[1])] = False
    square, start, end, lines = square[free], start[free], end[free], lines[free]
    length = shapely.length(lines)
    more = replace(
        graph, start=start, end=end, lines=lines, length_m=length, cost=length.copy(),
        way=squares["osm_id"][square], highway=squares["highway"][square],
        name=np.where(is_tagged(squares, "name"), squares["name"], "")[square], crossings=np.zeros(len(length)),
        green=np.zeros(len(length), dtype=bool),
    )  # fmt: skip
    return graph.append_edges(more).number_parts()
