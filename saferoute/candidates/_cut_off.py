"""Ground that no way on foot joins with a place: islands to which only a ferry goes, and stray pieces of the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.geometry import group_joined
from saferoute.osm import access, ground

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Features
    from saferoute.table import Table

CUT_OFF = "cut off"
"""Name of the doubt about ground that no way on foot joins with the place."""
_STEP_M = 30.0
"""Ways this near to each other, or to ground, are joined, whether the map joins them or not [J]."""
_START_M = 500.0
"""A place may be this far from the nearest way [J]."""
_MAIN_M = 2000.0
"""Ways on foot of that many metres, joined with each other, are a network, and not a stray piece [J]."""
_PIER_M = 100.0
"""Ways reach that far beyond the shore of an island, on piers; a bridge is longer, or its other end is as near [J]."""


def find_cut_off(
    features: Features,
    grounds: NDArray[np.object_],
    *,
    place: FloatArray,
    reach_m: float,
    known: shapely.Geometry | None,
) -> BoolArray:
    """Return a mask of the ground to which ways lead, but none that are joined with those at a place.

    Private ways join nothing, nor do ferries. Of ways that leave the known map nobody can tell what they are joined
    with, unless they all lie on an island.

    Parameters
    ----------
    features : Features
    grounds : ndarray of n geometries
        Ways, or pieces of open ground.
    place : ndarray of shape (2,)
        Where people start.
    reach_m : float
        Nothing that is farther from the place is looked at, so that it does not matter how far the map goes on.
    known : Geometry, optional
        Where the map is complete, None if nobody knows.

    Returns
    -------
    ndarray of shape (n,)
        All False for a place with no way near.
    """
    cut_off = np.zeros(len(grounds), dtype=bool)
    start = shapely.Point(place)
    shapely.prepare(start)
    ways, areas = (
        of.select_rows(shapely.dwithin(start, of.geometry, reach_m)) for of in (features.ways, features.areas)
    )
    ways = ways.select_rows(access.is_passable_on_foot(ways))
    lines, tree = ways.geometry, shapely.STRtree(ways.geometry)
    part = _join_parts(tree, _number_parts(ways), areas.geometry[ground.find_kinds(areas) != ""])
    elsewhere = ~_is_joined_with(start, tree, part)
    islands = areas.geometry[ground.is_island(areas)]
    away = elsewhere & ~np.isin(part, part[_find_leaving(lines, islands, part, elsewhere, known)])
    if not away.any():
        return cut_off
    near = np.unique(shapely.STRtree(grounds).query(lines[away], predicate="dwithin", distance=_STEP_M)[1])
    joined = shapely.STRtree(lines[~away]).query(grounds[near], predicate="dwithin", distance=_STEP_M)[0]
    cut_off[near] = True
    cut_off[near[joined]] = False
    return cut_off


def _number_parts(ways: Table) -> IntArray:
    """Return for each way which part of the network it belongs to; ways that share a node are in the same part."""
    lists = [np.asarray(nodes, dtype=np.int64) for nodes in ways["nodes"]]
    node = np.unique(np.concatenate([*lists, np.empty(0, np.int64)]), return_inverse=True)[1]
    way = np.repeat(np.arange(len(ways)), [len(nodes) for nodes in lists])
    return _connect(way, len(ways) + node)[: len(ways)]


def _join_parts(tree: shapely.STRtree, part: IntArray, open_ground: NDArray[np.object_]) -> IntArray:
    """Return the parts of ways joined where they come near each other or touch the same open ground.

    Parameters
    ----------
    tree : STRtree of n LineStrings
        The ways.
    part : ndarray of shape (n,)
        The part of each.
    open_ground : ndarray of Polygons
    """
    lines = tree.geometries
    metres = np.bincount(part, weights=shapely.length(lines))
    # The longest part is joined by all the others, and need not be asked.
    small = np.flatnonzero(part != metres.argmax()) if len(part) else part
    one, other = tree.query(lines[small], predicate="dwithin", distance=_STEP_M)
    touched = np.unique(shapely.STRtree(open_ground).query(lines[small], predicate="intersects")[1])
    piece, on_piece = tree.query(open_ground[touched], predicate="intersects")
    n = len(metres)
    return _connect(np.r_[np.arange(n), part[small[one]], n + piece], np.r_[np.arange(n), part[other], part[on_piece]])[
        part
    ]


def _is_joined_with(place: shapely.Point, tree: shapely.STRtree, part: IntArray) -> BoolArray:
    """Return a mask of the ways of the parts at a place: the nearest, and the nearest that is no stray piece.

    If no way is near, all are taken to be joined.
    """
    near = tree.query(place, predicate="dwithin", distance=_START_M)
    if not len(near):
        return np.ones(len(part), dtype=bool)
    near = near[np.argsort(shapely.distance(tree.geometries[near], place), kind="stable")]
    metres = np.bincount(part, weights=shapely.length(tree.geometries))
    main = near[metres[part[near]] >= min(_MAIN_M, metres.max() / 2)]
    return np.isin(part, part[np.r_[near[:1], main[:1]]])


def _find_leaving(
    lines: NDArray[np.object_],
    islands: NDArray[np.object_],
    part: IntArray,
    asked: BoolArray,
    known: shapely.Geometry | None,
) -> IntArray:
    """Return those of the asked ways that leave both the known map and the island that all of their part lies on."""
    rows = np.flatnonzero(asked)
    if known is not None:
        rows = rows[~shapely.covers(shapely.buffer(known, -_STEP_M), lines[rows])]
    of = np.unique(part[rows], return_inverse=True)[1]
    if not len(rows) or not len(islands):
        return rows
    whole = shapely.geometrycollections(lines[rows][np.argsort(of, kind="stable")], indices=np.sort(of))
    island = shapely.STRtree(whole).query(shapely.buffer(islands, _PIER_M), predicate="covers")[1]
    return rows[~np.isin(of, island)]


def _connect(one: IntArray, other: IntArray) -> IntArray:
    """Return a number for each node of a graph, the same for connected ones, by the ends of its edges."""
    size = int(max(one.max(initial=-1), other.max(initial=-1))) + 1
    return group_joined(size, np.stack([one, other], axis=1))
