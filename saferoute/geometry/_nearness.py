"""How much things count by their distance, up to the reach beyond which nothing counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from saferoute.arrays import FloatArray

REACH_M = 2000.0
"""Distance in m from any point of a stretch beyond which nothing changes what is said of it [J].

With it, two maps that agree this far around a stretch agree on the stretch, however
far each of them goes on. Whatever criteria look around for ends here."""
_AT_ONCE = 2_000_000
"""Distances held in memory at a time."""


_SURROUNDINGS_M = 300.0
"""Decay with which places around a stretch count for how much of its surroundings a map covers [J]."""
_RINGS_M = _SURROUNDINGS_M * np.array([0.4, 0.79, 1.13, 1.49, 1.89, 2.38, 3.08, 4.47])
"""Rings that stand for equal weights of exp(−r) over the plane: quantiles of the gamma distribution of 2."""
_ANGLES = np.radians(np.arange(0, 360, 15))
_SPOKES = np.multiply.outer(_RINGS_M, np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)).reshape(-1, 2)
_SQUARE_M = 100.0
"""Points in one square of this grid, which is the same for every search, have the same sum [J]."""


def sum_nearby(
    points: FloatArray, things: FloatArray, amounts: FloatArray | csr_array, *, decay_m: float
) -> FloatArray:
    """Return Σ amount · exp(−d / `decay_m`) over the things within `REACH_M` of each point.

    The distance d is measured from the middle of a square of 100 m, and the reach
    is so much shorter that it ends before `REACH_M` from everywhere in the square.

    Parameters
    ----------
    points : ndarray of shape (n, 2)
        Metres.
    things : ndarray of shape (m, 2)
    amounts : ndarray or csr_array of shape (m, k)
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
    square, back = np.unique(np.floor(points / _SQUARE_M), axis=0, return_inverse=True)
    middle = (square + 0.5) * _SQUARE_M
    reach = REACH_M - _SQUARE_M * np.sqrt(0.5)
    sums = np.zeros((len(middle), amounts.shape[1]))
    for rows in np.array_split(np.arange(len(middle)), 1 + len(middle) * len(things) // _AT_ONCE):
        away = np.hypot(middle[rows, None, 0] - things[:, 0], middle[rows, None, 1] - things[:, 1])
        sums[rows] = np.where(away <= reach, np.exp(-away / decay_m), 0.0) @ amounts
    return sums[back.ravel()]


def count_nearby(points: FloatArray, things: FloatArray, *, decay_m: float) -> FloatArray:
    """Return Σ exp(−d / `decay_m`) over the things within `REACH_M` of each point, shape (n,).

    Things count in the middle of their square, too, so that it is fast for very many of them.
    """
    square, count = np.unique(np.floor(things / _SQUARE_M), axis=0, return_counts=True)
    return sum_nearby(points, (square + 0.5) * _SQUARE_M, count[:, None].astype(float), decay_m=decay_m)[:, 0]


def measure_coverage(points: FloatArray, extent: shapely.Geometry | None) -> FloatArray:
    """Return the share of the surroundings of each point that an extent covers, weighted by exp(−d / 300 m).

    Parameters
    ----------
    points : ndarray of shape (n, 2)
        Metres.
    extent : Geometry, optional
        Without it all is taken for covered.

    Returns
    -------
    ndarray of shape (n,)
        0..1.
    """
    share = np.ones(len(points))
    if extent is None or not len(points):
        return share
    square, back = np.unique(np.floor(points / _SQUARE_M), axis=0, return_inverse=True)
    middle = (square + 0.5) * _SQUARE_M
    near = shapely.distance(shapely.points(middle), shapely.boundary(extent)) <= _RINGS_M[-1]
    near |= ~shapely.contains_xy(extent, *middle.T)
    shapely.prepare(extent)
    around = middle[near, None] + _SPOKES
    of_square = np.ones(len(middle))
    of_square[near] = shapely.contains_xy(extent, *around.reshape(-1, 2).T).reshape(around.shape[:2]).mean(axis=1)
    return of_square[back.ravel()]
