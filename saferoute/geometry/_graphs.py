"""What is joined to what: groups and shortest trees of nodes, by the edges between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray


def group_joined(n: int, edges: IntArray) -> IntArray:
    """Return the group of each of n nodes: the lowest node that edges join it to, itself if none is lower.

    Parameters
    ----------
    n : int
    edges : ndarray of shape (m, 2)
        Pairs of nodes.

    Examples
    --------
    >>> group_joined(5, np.array([[3, 1], [4, 3]])).tolist()
    [0, 1, 2, 1, 1]
    """
    group = np.arange(n)
    while True:
        ends = group[edges]
        if (ends[:, 0] == ends[:, 1]).all():
            return group
        np.minimum.at(group, ends.max(axis=1), ends.min(axis=1))
        # Each node follows the chain to its group's lowest node.
        while not np.array_equal(lower := group[group], group):
            group = lower


def span_shortest(n: int, edges: IntArray, length: FloatArray) -> IntArray:
    """Return the rows of the edges that join n nodes by the shortest trees, ascending.

    Parameters
    ----------
    n : int
    edges : ndarray of shape (m, 2)
        Pairs of nodes.
    length : ndarray of shape (m,)
        Of edges of one length the first come first.

    Examples
    --------
    >>> span_shortest(4, np.array([[0, 1], [1, 2], [2, 0]]), np.array([1.0, 3.0, 2.0])).tolist()
    [0, 2]
    """
    # Borůvka's way: each group takes the shortest edge that leads out of it, until none does.
    by_length = np.argsort(length, kind="stable")
    chosen, group = np.empty(0, dtype=np.int64), np.arange(n)
    while True:
        by_length = by_length[group[edges[by_length, 0]] != group[edges[by_length, 1]]]
        if not len(by_length):
            return chosen
        _, first = np.unique(group[edges[by_length]], return_index=True)
        chosen = np.union1d(chosen, by_length[first // 2])
        group = group_joined(n, edges[chosen])
