"""Cheapest paths through the footpaths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray
    from saferoute.training._footpaths import FootpathGraph


@dataclass(frozen=True)
class Trees:
    """Cheapest ways from some nodes to all others."""

    source: IntArray
    cost: FloatArray
    """Shape (sources, n); infinite where there is no way."""
    length_m: FloatArray
    """Metres along the cheapest way, shape (sources, n)."""
    before: IntArray
    """Node before each on the cheapest way from the source, negative at its start."""
    edge_before: IntArray
    """The edge from there, −1 at the start."""

    def sum_along(self, of_edge: FloatArray) -> FloatArray:
        """Return the sum of a number of each edge along the cheapest way to each node, shape (sources, n)."""
        return _sum_along_paths(self.before, self.edge_before, of_edge, self.cost)

    def trace_path(self, row: int, target: int) -> IntArray:
        """Return the edges from a source to a node, in order."""
        edges, node = [], target
        while self.edge_before[row, node] >= 0:
            edges.append(self.edge_before[row, node])
            node = self.before[row, node]
        return np.array(edges[::-1], dtype=np.int64)


def find_cheapest_paths(
    graph: FootpathGraph, sources: IntArray, *, cost: FloatArray | None = None, limit: float = np.inf
) -> Trees:
    """Search the cheapest ways from some nodes to all within a cost of `limit`."""
    from scipy import sparse  # .15 s that a session which is kept need not wait for
    from scipy.sparse import csgraph

    cost = np.maximum(graph.cost if cost is None else cost, 1e-3)
    n = len(graph.node_id)
    pairs = graph.pairs
    best = pairs.cheapest_edges(cost)
    matrix = sparse.csr_array((cost[best], pairs.column, pairs.row_start), shape=(n, n))
    found, before = csgraph.dijkstra(matrix, directed=False, indices=sources, return_predecessors=True, limit=limit)
    before = before.astype(np.int64)
    here = np.broadcast_to(np.arange(n), before.shape)
    reached = before >= 0
    wanted = np.minimum(before, here)[reached] * n + np.maximum(before, here)[reached]
    edge = np.full(before.shape, -1, dtype=np.int64)
    edge[reached] = best[np.searchsorted(pairs.key, wanted)]
    return Trees(np.asarray(sources), found, _sum_along_paths(before, edge, graph.length_m, found), before, edge)


def _sum_along_paths(before: IntArray, edge: IntArray, of_edge: FloatArray, cost: FloatArray) -> FloatArray:
    """Return what the edges to each node come to, by doubling the steps back to the source."""
    n = before.shape[1]
    here = np.arange(n)
    metres = np.where(edge >= 0, of_edge[edge], 0.0)
    jump = np.where(before >= 0, before, here[None, :])
    while True:
        further = np.take_along_axis(metres, jump, axis=1)
        if not further.any():
            break
        metres = metres + further
        jump = np.take_along_axis(jump, jump, axis=1)
    return np.where(np.isfinite(cost), metres, np.inf)
