"""Pairs of near points, and what edges join, against scipy and networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial import cKDTree

from saferoute.geometry import Nearby, group_joined, pair_points, pair_points_in_parts, span_shortest

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


def test_pairs_of_a_crowd_come_in_parts_that_fit_memory() -> None:
    dice = np.random.default_rng(2)
    points, things = dice.normal(0, 3, (400, 2)), np.concatenate([dice.normal(0, 3, (300, 2)), [[900.0, 0.0]]])
    parts = list(pair_points_in_parts(points, things, 4.0, most=500))
    assert len(parts) > 3
    whole = [np.concatenate(column).tolist() for column in zip(*parts, strict=True)]
    assert whole == [column.tolist() for column in pair_points(points, things, 4.0)]


@pytest.mark.parametrize("n", [250, 500, 1000])
def test_parts_do_not_grow_with_the_crowd(n: int) -> None:
    crowd = np.random.default_rng(2).uniform(0, 9, (n, 2))
    parts = [part.point for part in pair_points_in_parts(crowd, crowd, 20.0, most=5_000)]
    assert sum(map(len, parts)) == n**2
    assert max(map(len, parts)) <= 5_000
    assert not set(parts[0].tolist()) & set(parts[1].tolist())


def test_shapes_that_meet_are_paired_with_some_lines_at_a_time() -> None:
    turns = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    tips = np.stack([90 * np.cos(turns), 90 * np.sin(turns)], axis=1)
    near = Nearby(shapely.linestrings(np.stack([np.zeros_like(tips), tips], axis=1)))
    points = shapely.points(np.random.default_rng(4).uniform(-90, 90, (200, 2)))
    whole = near.pairs_within(shapely.STRtree(points), 8.0)
    parts = list(near.pairs_within_in_parts(points, 8.0, most=3000))
    assert len(parts) > 3
    assert max(part.shape[1] for part in parts) < whole.shape[1] / 2
    assert sorted(zip(*np.concatenate(parts, axis=1).tolist(), strict=True)) == sorted(
        zip(*whole.tolist(), strict=True)
    )
