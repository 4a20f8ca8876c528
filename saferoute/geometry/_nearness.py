"""How much things count by their distance, up to the reach beyond which nothing counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from saferoute.arrays import FloatArray

REACH_M = 1900.0
"""Distance in m from any point of a stretch beyond which nothing changes what is said of it [J].

With it, two maps that agree this far around a stretch agree on the stretch, however
far each of them goes on. Whatever criteria look around for ends here."""
_AT_ONCE = 2_000_000
"""Distances held in memory at a time."""


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

    >>> sum_nearby(np.zeros((1, 2)), np.array([[50.0, 50.0], [0.0, 2000.0]]), np.ones((2, 1)), decay_m=700.0)
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
