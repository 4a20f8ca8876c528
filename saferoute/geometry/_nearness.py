"""How much things count by their distance, up to the reach beyond which nothing counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.geometry._pairs import pair_points_in_parts

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray

REACH_M = 2000.0
"""Distance in m from any point of a stretch beyond which nothing changes what is said of it [J].

With it, two maps that agree this far around a stretch agree on the stretch, however
far each of them goes on. Whatever criteria look around for ends here."""
_AT_ONCE = 2_000_000
"""Distances held in memory at a time."""

_RINGS = 8
"""Rings around a point that stand for equal weights of its surroundings."""
_ANGLES = np.radians(np.arange(0, 360, 15))
_SQUARE_M = 100.0
"""Points in one square of this grid, which is the same for every search, have the same sum [J]."""
_LEAST_REACH_M = REACH_M - _SQUARE_M * float(np.sqrt(0.5))
"""Distance from the middle of a square beyond which something is farther than `REACH_M` from a corner of it."""


def sum_nearby(points: FloatArray, things: FloatArray, amounts: FloatArray, *, decay_m: float) -> FloatArray:
    """Return Σ amount · exp(−d / `decay_m`) over the things within `REACH_M` of each point.

    The distance d is measured from the middle of a square of 100 m, and the reach
    is so much shorter that it ends before `REACH_M` from everywhere in the square.
    Sums are the same to the last digit whatever other points and things there are.

    Parameters
    ----------
    points : ndarray of shape (n, 2)
        Metres.
    things : ndarray of shape (m, 2)
    amounts : ndarray of shape (m, k)
        Of each thing.
    decay_m : float

    Returns
    -------
    ndarray of shape (n, k)

    Examples
    --------
    One thing is in the middle of the point's square, another beyond the reach:

    >>> sum_nearby(np.zeros((1, 2)), np.array([[50.0, 50.0], [0.0, 2100.0]]), np.ones((2, 1)), decay_m=700.0)
    array([[1.]])
    """
    middle, back = find_squares(points)
    sums = np.zeros((len(middle), amounts.shape[1]))
    for pairs in pair_points_in_parts(middle, things, _LEAST_REACH_M):
        weights = np.exp(-pairs.distance_m / decay_m)
        for k, of_things in enumerate(amounts.T):
            # One after the other as they come, so that what lies beyond the reach changes not even the last digit.
            sums[:, k] += np.bincount(pairs.point, weights * of_things[pairs.thing], minlength=len(middle))
    return sums[back]


def sum_nearby_by_group(
    points: FloatArray,
    things: FloatArray,
    amounts: FloatArray,
    group: tuple[IntArray, int],
    *,
    decay_m: float,
    reach_m: FloatArray | None = None,
) -> FloatArray:
    """Return what `sum_nearby` does of amounts of shape (m,), apart for each of n groups of things, shape (points, n).

    `group` is the group of each thing and n; things count up to `reach_m` of each, if that is less than the reach.

    Examples
    --------
    >>> xy, amounts, group = np.full((3, 2), 50.0), np.array([1.0, 2.0, 4.0]), np.array([2, 0, 2])
    >>> sum_nearby_by_group(xy[:1], xy, amounts, (group, 3), decay_m=700.0).tolist()
    [[2.0, 0.0, 5.0]]
    """
    (of_thing, n), (middle, back) = group, find_squares(points)
    sums = np.zeros(len(middle) * n)
    for pairs in pair_points_in_parts(middle, things, _LEAST_REACH_M):
        near = slice(None) if reach_m is None else pairs.distance_m <= reach_m[pairs.thing]
        point, thing = pairs.point[near], pairs.thing[near]
        weights = np.exp(-pairs.distance_m[near] / decay_m)
        sums += np.bincount(point * n + of_thing[thing], weights * amounts[thing], minlength=len(sums))
    return sums.reshape(len(middle), n)[back]


def find_squares(points: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return the middles of the squares of 100 m that points lie in, shape (s, 2), and the square of each point."""
    square, back = np.unique(np.floor(points / _SQUARE_M), axis=0, return_inverse=True)
    return (square + 0.5) * _SQUARE_M, back.ravel()


def _weigh_distances(away: FloatArray, decay_m: float) -> FloatArray:
    """Return exp(−d / `decay_m`) of distances from the middle of a square, 0 beyond the reach of all of the square."""
    return np.where(away <= _LEAST_REACH_M, np.exp(-away / decay_m), 0.0)


def count_nearby(points: FloatArray, things: FloatArray, *, decay_m: float) -> FloatArray:
    """Return Σ exp(−d / `decay_m`) over the things within `REACH_M` of each point, shape (n,).

    Things count in the middle of their square, too, so that it is fast for very many of them.
    """
    square, back = np.unique(np.floor(points / _SQUARE_M).astype(np.int64), axis=0, return_inverse=True)
    if not len(square):
        return np.zeros(0)
    # From one middle to another it is a whole number of squares, so that one small table holds all weights.
    n = int(REACH_M // _SQUARE_M)
    steps = np.arange(-n, n + 1) * _SQUARE_M
    weights = _weigh_distances(np.hypot(steps[:, None], steps), decay_m)
    low, high = square.min(axis=0) - n, square.max(axis=0) + n
    column, row = (np.floor(things / _SQUARE_M).astype(np.int64) - low).T
    near = (column >= 0) & (row >= 0) & (column <= (high - low)[0]) & (row <= (high - low)[1])
    counts = np.zeros(high - low + 1)
    np.add.at(counts, (column[near], row[near]), 1.0)
    around = np.lib.stride_tricks.sliding_window_view(counts, weights.shape)
    parts = np.array_split(square - low - n, 1 + len(square) * weights.size // _AT_ONCE)
    # Row by row, as products of matrices depend in the last digit on how many rows there are.
    sums = np.concatenate([(around[tuple(part.T)] * weights).reshape(len(part), -1).sum(axis=1) for part in parts])
    return sums[back.ravel()]


def measure_coverage(points: FloatArray, extent: shapely.Geometry | None, *, decay_m: float) -> FloatArray:
    """Return the share of the surroundings of each point that an extent covers, weighted by exp(−d / `decay_m`).

    Parameters
    ----------
    points : ndarray of shape (n, 2)
        Metres.
    extent : Geometry, optional
        Without it all is taken for covered.
    decay_m : float
        That of what is learnt from the surroundings, so that as much is taken as unknown as lies beyond the edge.

    Returns
    -------
    ndarray of shape (n,)
        0..1.
    """
    share = np.ones(len(points))
    if extent is None or not len(points):
        return share
    middle, back = find_squares(points)
    rings = _place_rings(decay_m)
    near = shapely.distance(shapely.points(middle), shapely.boundary(extent)) <= rings[-1]
    near |= ~shapely.contains_xy(extent, *middle.T)
    shapely.prepare(extent)
    spokes = np.multiply.outer(rings, np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)).reshape(-1, 2)
    around = middle[near, None] + spokes
    of_square = np.ones(len(middle))
    of_square[near] = shapely.contains_xy(extent, *around.reshape(-1, 2).T).reshape(around.shape[:2]).mean(axis=1)
    return of_square[back]


def _place_rings(decay_m: float) -> FloatArray:
    """Return radii of rings that stand for equal weights of exp(−d / `decay_m`) over the plane, up to the reach."""
    reach = (REACH_M - _SQUARE_M) / decay_m
    distance = np.linspace(0, reach, 1000)
    # Weight times circumference is r·exp(−r), whose integral this is.
    within = 1 - (1 + distance) * np.exp(-distance)
    return decay_m * np.interp((np.arange(_RINGS) + 0.5) / _RINGS * within[-1], within, distance)
