"""Slices of arrays: runs of successive values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray


def indices_of_slices(starts: IntArray, counts: IntArray) -> IntArray:
    """Return the indices of n slices, one behind the other.

    Parameters
    ----------
    starts, counts : ndarray of shape (n,)
        First index and length of each slice.

    Returns
    -------
    ndarray of shape (sum of counts,)

    Examples
    --------
    >>> indices_of_slices(np.array([5, 1]), np.array([3, 2])).tolist()
    [5, 6, 7, 1, 2]
    """
    counts = np.asarray(counts, dtype=np.int64)
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(np.asarray(starts, dtype=np.int64) - (ends - counts), counts)


def take_slices(values: FloatArray, first: IntArray, n: int) -> FloatArray:
    """Return slices of n successive values, shape (len(first), n).

    Examples
    --------
    >>> take_slices(np.array([1.0, 3.0, 2.0, 5.0]), np.array([0, 2]), 2).tolist()
    [[1.0, 3.0], [2.0, 5.0]]
    """
    result: FloatArray = values[np.asarray(first)[:, None] + np.arange(n)]
    return result


def reduce_slices(values: FloatArray, first: IntArray, n: int, how: str) -> FloatArray:
    """Return the least or greatest value of each of some slices; NaN wins.

    Parameters
    ----------
    values : ndarray of shape (m,)
    first : ndarray of shape (k,)
        Number of the first value of each slice.
    n : int
        Number of successive values in a slice, at least 1.
    how : str
        ``min`` or ``max``.

    Returns
    -------
    ndarray of shape (k,)

    Examples
    --------
    >>> reduce_slices(np.array([1.0, 3.0, 2.0, 5.0]), np.array([0, 1]), 3, "max").tolist()
    [3.0, 5.0]
    """
    choose = {"min": np.minimum, "max": np.maximum}[how]
    # Of every 1, 2, 4, … successive values; a slice is two such pieces, which may overlap.
    of_pieces, size = values, 1
    while 2 * size <= n:
        of_pieces, size = choose(of_pieces[:-size], of_pieces[size:]), 2 * size
    result: FloatArray = choose(of_pieces[first], of_pieces[first + (n - size)])
    return result
