"""Pairs of points that are near each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from saferoute.geometry._slices import indices_of_slices

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray

_ROW = 2**31
"""Cells in a row of the grid: more than any coordinate in metres needs."""


class Pairs(NamedTuple):
    """Pairs of a point and a thing, in the order of the points.

    Attributes
    ----------
    point, thing : ndarray of shape (pairs,)
        Their rows.
    distance_m : ndarray of shape (pairs,)
    """

    point: IntArray
    thing: IntArray
    distance_m: FloatArray


def pair_points(points: FloatArray, things: FloatArray, reach_m: float) -> Pairs:
    """Return every pair of a point and a thing that are at most `reach_m` apart.

    Parameters
    ----------
    points : ndarray of shape (n, 2)
        Metres.
    things : ndarray of shape (m, 2)
    reach_m : float
        Above 0.

    Examples
    --------
    >>> pairs = pair_points(np.array([[0.0, 0.0], [9.0, 9.0]]), np.array([[3.0, 4.0], [50.0, 0.0], [0.0, 1.0]]), 5.0)
    >>> pairs.point.tolist(), pairs.thing.tolist(), pairs.distance_m.tolist()
    ([0, 0], [0, 2], [5.0, 1.0])
    """
    # Things are sorted by the cells of a grid as wide as the reach. What is near of a point lies in three
    # columns of three cells, each column one slice of the sorted things.
    column, row = np.floor(things / reach_m).astype(np.int64).T
    order = np.argsort(column * _ROW + row, kind="stable")
    cells = (column * _ROW + row)[order]
    column, row = np.floor(points / reach_m).astype(np.int64).T
    lowest = ((column[:, None] + np.array([-1, 0, 1])) * _ROW + row[:, None] - 1).ravel()
    first = np.searchsorted(cells, lowest, side="left")
    count = np.searchsorted(cells, lowest + 2, side="right") - first
    thing = order[indices_of_slices(first, count)]
    point = np.repeat(np.repeat(np.arange(len(points)), 3), count)
    away = points[point] - things[thing]
    distance = np.sqrt((away**2).sum(axis=1))
    near = distance <= reach_m
    return Pairs(point[near], thing[near], distance[near])
