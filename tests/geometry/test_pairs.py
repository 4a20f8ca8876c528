"""Pairs of near points, and what edges join, against scipy and networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial import cKDTree

from saferoute.geometry import group_joined, pair_points, span_shortest

# Whole metres, so that many points share a place, or lie just as far away as is asked.
PLACES = st.integers(0, 12).flatmap(lambda n: arrays(float, (n, 2), elements=st.integers(-40, 40)))
EDGES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 5)), max_size=25)


@settings(deadline=None)
@given(PLACES, PLACES, st.sampled_from([1.0, 5.0, 13.0, 200.0]))
def test_pairs_are_those_of_a_tree(points: np.ndarray, things: np.ndarray, reach_m: float) -> None:
    pairs = pair_points(points, things, reach_m)
    assert pairs.point.tolist() == sorted(pairs.point.tolist())
    found = sorted(zip(pairs.point.tolist(), pairs.thing.tolist(), strict=True))
    near = cKDTree(things).query_ball_point(points, reach_m) if len(points) and len(things) else []
    assert found == [(point, thing) for point, of_point in enumerate(near) for thing in sorted(of_point)]
    assert pairs.distance_m == pytest.approx(np.hypot(*(points[pairs.point] - things[pairs.thing]).T))


@settings(deadline=None)
@given(EDGES)
def test_groups_and_shortest_trees_are_those_of_a_graph(edges: list[tuple[int, int, int]]) -> None:
    ends, length = np.array([e[:2] for e in edges]).reshape(-1, 2).astype(int), np.array([e[2] for e in edges], float)
    graph = nx.Graph()
    graph.add_nodes_from(range(10))
    for a, b, metres in edges:
        graph.add_edge(a, b, weight=min(metres, graph.get_edge_data(a, b, {"weight": metres})["weight"]))
    lowest = {node: min(part) for part in nx.connected_components(graph) for node in part}
    assert group_joined(10, ends).tolist() == [lowest[node] for node in range(10)]
    rows = span_shortest(10, ends, length)
    assert group_joined(10, ends[rows]).tolist() == [lowest[node] for node in range(10)]
    assert len(rows) == 10 - len(set(lowest.values()))
    assert length[rows].sum() == nx.minimum_spanning_tree(graph).size("weight")
