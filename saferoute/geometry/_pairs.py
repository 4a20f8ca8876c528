"""Pairs of points that are near each other."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from saferoute.geometry._slices import indices_of_slices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from saferoute.arrays import FloatArray, IntArray

_ROW = 2**31
"""Cells in a row of the grid: more than any coordinate in metres needs."""
MOST_PAIRS = 200_000
"""Pairs looked at at a time, but for those of one point: more leave the cache, and take twice as long each."""


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
    """Return every pair of a point and a thing that are at most `reach_m` apart; see `pair_points_in_parts`.

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
    parts = list(pair_points_in_parts(points, things, reach_m))
    return parts[0] if len(parts) == 1 else Pairs(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def pair_points_in_parts(
    points: FloatArray, things: FloatArray, reach_m: float, *, most: int = MOST_PAIRS
) -> Iterator[Pairs]:
    """Yield every pair of a point and a thing that are at most `reach_m` apart, all pairs of a point at once.

    Where thousands of things lie around thousands of points their pairs fill the memory, while sums over them do not.

    Parameters
    ----------
    points : ndarray of shape (n, 2)
        Metres.
    things : ndarray of shape (m, 2)
    reach_m : float
        Above 0.
    most : int
        Pairs that may be looked at at a time, but for those of one point.

    Yields
    ------
    Pairs
        Those of some points; at least once.
    """
    # Things are sorted by the cells of a grid as wide as the reach. What is near of a point lies in three
    # columns of three cells, each column one slice of the sorted things.
    column, row = np.floor(things / reach_m).astype(np.int64).T
    order = np.argsort(column * _ROW + row, kind="stable")
    cells, (east, north) = (column * _ROW + row)[order], things[order].T.copy()
    column, row = np.floor(points / reach_m).astype(np.int64).T
    lowest = ((column[:, None] + np.array([-1, 0, 1])) * _ROW + row[:, None] - 1).ravel()
    first = np.searchsorted(cells, lowest, side="left")
    count = np.searchsorted(cells, lowest + 2, side="right") - first
    of_point = count.reshape(-1, 3).sum(axis=1)
    for start, stop in _split_points(of_point, most):
        part = slice(3 * start, 3 * stop)
        at = indices_of_slices(first[part], count[part])
        # Column by column: sums over rows of two take several times as long.
        x, y = (np.repeat(side[start:stop], of_point[start:stop]) for side in points.T)
        distance = np.sqrt((x - east[at]) ** 2 + (y - north[at]) ** 2)
        near = np.flatnonzero(distance <= reach_m)
        point = np.repeat(np.arange(start, stop), of_point[start:stop])
        yield Pairs(point[near], order[at[near]], distance[near])


def _split_points(count: IntArray, most: int) -> list[tuple[int, int]]:
    """Return from where to where points go whose numbers of pairs are at most `most` together."""
    total = np.cumsum(count)
    ends = [0]
    while ends[-1] < len(count):
        before = total[ends[-1] - 1] if ends[-1] else 0
        ends.append(max(int(np.searchsorted(total, before + most, side="right")), ends[-1] + 1))
    return list(pairwise(ends)) or [(0, 0)]
