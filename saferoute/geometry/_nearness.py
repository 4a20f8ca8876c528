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

_RINGS = 8
"""Rings around a point that stand for equal weights of its surroundings."""
_ANGLES = np.radians(np.arange(0, 360, 15))
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
    square, back = np.unique(np.floor(points / _SQUARE_M), axis=0, return_inverse=True)
    middle = (square + 0.5) * _SQUARE_M
    rings = _place_rings(decay_m)
    near = shapely.distance(shapely.points(middle), shapely.boundary(extent)) <= rings[-1]
    near |= ~shapely.contains_xy(extent, *middle.T)
    shapely.prepare(extent)
    spokes = np.multiply.outer(rings, np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)).reshape(-1, 2)
    around = middle[near, None] + spokes
    of_square = np.ones(len(middle))
    of_square[near] = shapely.contains_xy(extent, *around.reshape(-1, 2).T).reshape(around.shape[:2]).mean(axis=1)
    return of_square[back.ravel()]


def _place_rings(decay_m: float) -> FloatArray:
    """Return radii of rings that stand for equal weights of exp(−d / `decay_m`) over the plane, up to the reach."""
    reach = (REACH_M - _SQUARE_M) / decay_m
    distance = np.linspace(0, reach, 1000)
    # Weight times circumference is r·exp(−r), whose integral this is.
    within = 1 - (1 + distance) * np.exp(-distance)
    return decay_m * np.interp((np.arange(_RINGS) + 0.5) / _RINGS * within[-1], within, distance)
