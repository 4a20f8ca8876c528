"""Pairs of nodes that edges join, in the order of a sparse matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray


@dataclass(frozen=True)
class NodePairs:
    """Pairs of nodes with an edge between them, in the order of a sparse matrix.

    Attributes
    ----------
    key : ndarray of shape (p,)
        Smaller node times their number plus larger node, ascending.
    edges, pair : ndarray of shape (e,)
        Edges sorted by pair, and the pair of each.
    rivals : ndarray
        Places in `edges` of those that share their pair with others.
    row_start, column : ndarray
        Of a compressed sparse matrix with an entry a pair.
    """

    key: IntArray
    edges: IntArray
    pair: IntArray
    rivals: IntArray
    row_start: IntArray
    column: IntArray

    @staticmethod
    def from_edges(start: IntArray, end: IntArray, n: int) -> NodePairs:
        """Return the pairs of n nodes that edges join; loops lead nowhere and are dropped."""
        edges = np.flatnonzero(start != end)
        low, high = np.minimum(start, end)[edges], np.maximum(start, end)[edges]
        order = np.argsort(low * n + high, kind="stable")
        key, pair = np.unique((low * n + high)[order], return_inverse=True)
        rivals = np.flatnonzero(np.bincount(pair, minlength=len(key))[pair] > 1)
        return NodePairs(key, edges[order], pair, rivals, np.searchsorted(key, np.arange(n + 1) * n), key % n)

    def cheapest_edges(self, cost: FloatArray) -> IntArray:
        """Return the cheapest edge of each pair."""
        best = np.empty(len(self.key), dtype=np.int64)
        best[self.pair] = self.edges
        order = self.rivals[np.argsort(-cost[self.edges[self.rivals]], kind="stable")]
        best[self.pair[order]] = self.edges[order]  # the last to be written, the cheapest, stays
        return best
