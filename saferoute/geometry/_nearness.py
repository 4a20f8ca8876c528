"""How much things count by their distance, up to the reach beyond which nothing counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray

REACH_M = 1900.0
"""Distance in m from any point of a stretch beyond which nothing changes what is said of it [J].

With it, two maps that agree this far around a stretch agree on the stretch, however
far each of them goes on. Whatever criteria look around for ends here."""
_AT_ONCE = 2_000_000
"""Distances held in memory at a time."""


def sum_nearby(points: FloatArray, things: FloatArray, amounts: FloatArray, *, decay_m: float) -> FloatArray:
    """Return Σ amount · exp(−d / `decay_m`) over the things within `REACH_M` of each point.

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
    One thing is at hand, another beyond the reach:

    >>> sum_nearby(np.zeros((1, 2)), np.array([[0.0, 0.0], [0.0, 2000.0]]), np.ones((2, 1)), decay_m=700.0)
    array([[1.]])
    """
    result = np.zeros((len(points), amounts.shape[1]))
    if not len(points) or not len(things):
        return result
    low, high = points.min(axis=0) - REACH_M, points.max(axis=0) + REACH_M
    near = ((things >= low) & (things <= high)).all(axis=1)
    things, amounts = things[near], amounts[near]
    for rows in np.array_split(np.arange(len(points)), 1 + len(points) * len(things) // _AT_ONCE):
        away = np.hypot(points[rows, None, 0] - things[:, 0], points[rows, None, 1] - things[:, 1])
        result[rows] = np.where(away <= REACH_M, np.exp(-away / decay_m), 0.0) @ amounts
    return result
