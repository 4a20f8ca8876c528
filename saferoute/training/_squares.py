"""Straight ways over squares: areas for walking that no line leads across."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.osm.ways import is_walk
from saferoute.training._network import append_edges, number_parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray
    from saferoute.model import Features
    from saferoute.training._network import Network

_ON_EDGE_M = 0.1
"""A node this near to a square's edge is one of its corners."""
_MOST_NODES = 40
"""Of a square with more ways into it, so many are joined: the first by id."""
_LOOSE_M = 0.3
"""Lines along a square's edge may leave it by this."""


def add_square_edges(net: Network, features: Features, *, walkable: BoolArray, walls: NDArray[np.object_]) -> Network:
    """Add straight edges between the nodes on the edge of each square, where they stay on it.

    Parameters
    ----------
    net : Network
    features : Features
    walkable : ndarray of shape (areas,)
        Which areas are open on foot.
    walls : ndarray of geometries
        What nobody walks across.
    """
    squares = features.areas[walkable & is_walk(features.areas)]
    shapes = squares.geometry.to_numpy()
    if not len(shapes) or not len(net):
        return net
    of, node = shapely.STRtree(shapely.points(net.xy)).query(
        shapely.boundary(shapes), predicate="dwithin", distance=_ON_EDGE_M
    )
    pairs = [
        (int(square), int(a), int(b))
        for square in np.unique(of)
        for a, b in combinations(np.sort(node[of == square])[:_MOST_NODES], 2)
    ]
    if not pairs:
        return net
    square, start, end = np.array(pairs, dtype=np.int64).T
    lines = shapely.linestrings(np.stack([net.xy[start], net.xy[end]], axis=1))
    loose = shapely.buffer(shapes, _LOOSE_M)
    shapely.prepare(loose)
    free = shapely.covers(loose[square], lines) & (shapely.length(lines) > 0)
    if len(walls):
        free[np.unique(shapely.STRtree(lines).query(walls, predicate="crosses")[1])] = False
    square, start, end, lines = square[free], start[free], end[free], lines[free]
    length = shapely.length(lines)
    more = replace(
        net, start=start, end=end, lines=lines, length_m=length, cost=length.copy(),
        way=squares["osm_id"].to_numpy()[square], highway=squares["highway"].to_numpy(dtype=object)[square],
        name=squares["name"].fillna("").to_numpy(dtype=object)[square], crossings=np.zeros(len(length)),
    )  # fmt: skip
    return number_parts(append_edges(net, more))
