"""Ground that no way on foot joins with a place: islands to which only a ferry goes, and stray pieces of the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.geometry import group_joined
from saferoute.osm import access, ground
from saferoute.products import remember_or_make

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
    network = remember_or_make(features, "network on foot", b"", lambda: _Network(features))
    start = shapely.Point(place)
    shapely.prepare(start)
    here = shapely.dwithin(start, network.lines, reach_m)
    part = network.join_parts(here, shapely.dwithin(start, network.grounds, reach_m))
    elsewhere = here & ~_is_joined_with(start, network, part, here)
    islands = network.islands[shapely.dwithin(start, network.islands, reach_m - _PIER_M)]
    away = elsewhere & ~np.isin(part, part[_find_leaving(network.lines, islands, part, elsewhere, known)])
    if not away.any():
        return cut_off
    near = np.unique(shapely.STRtree(grounds).query(network.lines[away], predicate="dwithin", distance=_STEP_M)[1])
    joined = shapely.STRtree(network.lines[here & ~away]).query(grounds[near], predicate="dwithin", distance=_STEP_M)[0]
    cut_off[near] = True
    cut_off[near[joined]] = False
    return cut_off


class _Network:
    """Ways on foot and the open ground that joins them, the same for every place on a map.

    Attributes
    ----------
    lines : ndarray of n LineStrings
    metres : ndarray of shape (n,)
    tree : STRtree of the lines
    grounds : ndarray of geometries
        The pieces of ground that one may walk across.
    islands : ndarray of geometries
        With their piers.
    """

    def __init__(self, features: Features) -> None:
        ways = features.ways.select_rows(access.is_passable_on_foot(features.ways))
        self.lines, self.tree = ways.geometry, shapely.STRtree(ways.geometry)
        self.metres = shapely.length(self.lines)
        areas = features.areas
        self.grounds = areas.geometry[ground.find_kinds(areas) != ""]
        self.islands = shapely.buffer(areas.geometry[ground.is_island(areas)], _PIER_M)
        self._ground_tree = shapely.STRtree(self.grounds)
        self._way, self._node = _list_shared_nodes(ways)
        part = self._number_parts(np.ones(len(ways), dtype=bool))
        self._is_asked = ~_is_in_longest(part, self.metres)
        self._joints = self._find_joints(np.flatnonzero(self._is_asked))

    def join_parts(self, here: BoolArray, grounds_here: BoolArray) -> IntArray:
        """Return which part of the network each way belongs to, by the ways and the grounds of two masks, shape (n,).

        Ways that share a node are in the same part, and so are those that come near each other or touch one ground.
        """
        part = self._number_parts(here)
        # The longest part is joined by all the others, and need not be asked; here it may be another one.
        new = np.flatnonzero(here & ~self._is_asked)
        new = new[~_is_in_longest(part[here], self.metres[here])[(np.cumsum(here) - 1)[new]]]
        one, other, piece, on_piece = map(np.concatenate, zip(self._joints, self._find_joints(new), strict=True))
        near, on = here[one] & here[other], grounds_here[piece] & here[on_piece]
        n = int(part.max(initial=-1)) + 1
        ends = np.r_[part[one[near]], n + piece[on]], np.r_[part[other[near]], part[on_piece[on]]]
        return _connect(*ends, n)[part]

    def _number_parts(self, here: BoolArray) -> IntArray:
        """Return for each way the number of those that nodes join it with."""
        joined = here[self._way]
        return _connect(self._way[joined], len(here) + self._node[joined], len(here))[: len(here)]

    def _find_joints(self, rows: IntArray) -> tuple[IntArray, IntArray, IntArray, IntArray]:
        """Return the pairs of ways that come near some of them, and of the grounds that these touch and ways."""
        one, other = self.tree.query(self.lines[rows], predicate="dwithin", distance=_STEP_M)
        touched = np.unique(self._ground_tree.query(self.lines[rows], predicate="intersects")[1])
        piece, on_piece = self.tree.query(self.grounds[touched], predicate="intersects")
        return rows[one], other, touched[piece], on_piece


def _list_shared_nodes(ways: Table) -> tuple[IntArray, IntArray]:
    """Return the pairs of a way and the number of a node that it shares with others."""
    lists = [np.asarray(nodes, dtype=np.int64) for nodes in ways["nodes"]]
    _, node, count = np.unique(np.concatenate([*lists, np.empty(0, np.int64)]), return_inverse=True, return_counts=True)
    way, shared = np.repeat(np.arange(len(ways)), [len(nodes) for nodes in lists]), count[node] > 1
    return way[shared], node[shared]


def _is_in_longest(part: IntArray, metres: FloatArray) -> BoolArray:
    """Return a mask of the ways in the longest of their parts."""
    return part == np.bincount(part, weights=metres).argmax() if len(part) else np.zeros(0, dtype=bool)


def _is_joined_with(place: shapely.Point, network: _Network, part: IntArray, here: BoolArray) -> BoolArray:
    """Return a mask of the ways of the parts at a place: the nearest, and the nearest that is no stray piece.

    If no way is near, all are taken to be joined.
    """
    near = network.tree.query(place, predicate="dwithin", distance=_START_M)
    near = near[here[near]]
    if not len(near):
        return np.ones(len(part), dtype=bool)
    # In their own order where they are as near, whatever shape the tree has.
    near = np.sort(near)
    near = near[np.argsort(shapely.distance(network.lines[near], place), kind="stable")]
    metres = np.bincount(part[here], weights=network.metres[here])
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
        edge = shapely.boundary(known)
        shapely.prepare([known, edge])
        rows = rows[~shapely.covers(known, lines[rows]) | shapely.dwithin(edge, lines[rows], _STEP_M)]
    of = np.unique(part[rows], return_inverse=True)[1]
    if not len(rows) or not len(islands):
        return rows
    whole = shapely.geometrycollections(lines[rows][np.argsort(of, kind="stable")], indices=np.sort(of))
    island = shapely.STRtree(whole).query(islands, predicate="covers")[1]
    return rows[~np.isin(of, island)]


def _connect(one: IntArray, other: IntArray, least: int) -> IntArray:
    """Return a number for each of `least` nodes of a graph, or more, by the ends of edges; connected ones share it."""
    size = max(least, int(max(one.max(initial=-1), other.max(initial=-1))) + 1)
    return group_joined(size, np.stack([one, other], axis=1))
