"""Sums over what is near, and the share of the surroundings that a map covers."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from saferoute.geometry import REACH_M, count_nearby, measure_coverage, sum_nearby, sum_nearby_by_group

HALF_PLANE = shapely.box(0, -10_000, 20_000, 10_000)


def test_sums_are_those_of_every_pair() -> None:
    random = np.random.default_rng(1)
    points, things = random.uniform(0, 3000, (40, 2)), random.uniform(0, 3000, (200, 2))
    amounts = random.uniform(0, 5, (200, 2))
    away = np.hypot(*np.moveaxis(points[:, None] - things[None], -1, 0))
    expected = np.where(away <= REACH_M, np.exp(-away / 700), 0.0) @ amounts
    # Points are taken for the middles of their squares, 71 m off at most.
    assert sum_nearby(points, things, amounts, decay_m=700.0) == pytest.approx(expected, rel=0.12)
    counted = np.where(away <= REACH_M, np.exp(-away / 700), 0.0).sum(axis=1)
    assert count_nearby(points, things, decay_m=700.0) == pytest.approx(counted, rel=0.12)


@settings(max_examples=50, deadline=None)
@given(st.floats(-5000, 5000), st.floats(-5000, 5000), st.floats(0, 2 * np.pi), st.floats(0.1, 3000))
def test_what_lies_beyond_the_reach_counts_nothing(x: float, y: float, angle: float, beyond: float) -> None:
    point = np.array([[x, y]])
    thing = point + (REACH_M + beyond) * np.array([[np.cos(angle), np.sin(angle)]])
    assert sum_nearby(point, thing, np.ones((1, 1)), decay_m=500.0) == 0


def test_coverage_falls_smoothly_towards_the_edge_of_the_map() -> None:
    at = np.arange(4000.0, -4000.0, -100.0) + 50
    share = measure_coverage(np.column_stack([at, np.full(len(at), 50.0)]), HALF_PLANE, decay_m=300.0)
    assert (share[0], share[-1]) == (1.0, 0.0)
    assert share[np.abs(at) < 100] == pytest.approx(0.5, abs=0.12)
    steps = -np.diff(share)
    assert (steps >= 0).all()
    assert steps.max() < 0.19


def test_the_share_that_is_covered_is_that_of_the_area() -> None:
    """Far from its corner a quarter of the plane covers a quarter of what is around the corner."""
    corner = np.array([[50.0, 50.0]])
    quarter = shapely.box(50, 50, 30_000, 30_000)
    assert measure_coverage(corner, quarter, decay_m=300.0) == pytest.approx(0.25, abs=0.05)
    assert measure_coverage(corner, None, decay_m=300.0) == 1.0
    assert measure_coverage(np.empty((0, 2)), quarter, decay_m=300.0).shape == (0,)


@pytest.mark.parametrize("decay_m", [50.0, 300.0, 700.0, 5000.0])
def test_coverage_is_asked_for_within_the_reach_alone(decay_m: float) -> None:
    middle = np.array([[50.0, 50.0]])
    assert measure_coverage(middle, shapely.Point(50, 50).buffer(REACH_M), decay_m=decay_m) == 1.0


def test_the_farther_things_count_the_more_lies_beyond_an_edge() -> None:
    """Of exp(−d / decay) around a point, (1 + r/decay)·exp(−r/decay) lies beyond the distance r."""
    disc = shapely.Point(50, 50).buffer(500.0)
    shares = [measure_coverage(np.array([[50.0, 50.0]]), disc, decay_m=decay)[0] for decay in (50, 100, 300, 700)]
    assert shares == sorted(shares, reverse=True)
    expected = [1 - (1 + 500 / decay) * np.exp(-500 / decay) for decay in (50, 100, 300)]
    assert shares[:3] == pytest.approx(expected, abs=0.07)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 9)), max_size=12))
def test_sums_by_group_are_those_of_each_group_alone(things: list[tuple[int, float]]) -> None:
    points = np.array([[50.0, 50.0], [700.0, 90.0], [720.0, 90.0]])
    xy = np.column_stack([np.arange(len(things)) * 170.0, np.zeros(len(things))])
    group, amounts = np.array([g for g, _ in things], dtype=int), np.array([a for _, a in things], dtype=float)
    alone = np.where(group[:, None] == np.arange(5), amounts[:, None], 0.0)
    sums = sum_nearby_by_group(points, xy, amounts, (group, 5), decay_m=400.0)
    assert sums == pytest.approx(sum_nearby(points, xy, alone, decay_m=400.0))


def test_sums_do_not_hang_on_what_else_is_asked_for_or_lies_beyond_the_reach() -> None:
    random = np.random.default_rng(5)
    points, things = random.uniform(0, 6000, (60, 2)), random.uniform(-2000, 8000, (900, 2))
    amounts = random.random((900, 3))
    here = points[:, 0] < 1500
    near = things[:, 0] < 1500 + REACH_M
    alone = sum_nearby(points[here], things[near], amounts[near], decay_m=700.0)
    assert alone.tolist() == sum_nearby(points, things, amounts, decay_m=700.0)[here].tolist()
    counted = count_nearby(points[here], things[near], decay_m=700.0)
    assert counted.tolist() == count_nearby(points, things, decay_m=700.0)[here].tolist()
    group = random.integers(0, 4, 900)
    grouped = sum_nearby_by_group(points[here], things[near], amounts[near, 0], (group[near], 4), decay_m=700.0)
    of_all = sum_nearby_by_group(points, things, amounts[:, 0], (group, 4), decay_m=700.0)
    assert grouped.tolist() == of_all[here].tolist()


def test_a_thing_with_a_reach_of_its_own_counts_up_to_there() -> None:
    point, things, reach_m = np.array([[50.0, 50.0]]), np.array([[350.0, 50.0]] * 2), np.array([299.0, 301.0])
    amounts, group = np.array([1.0, 2.0]), (np.zeros(2, dtype=int), 1)
    sums = sum_nearby_by_group(point, things, amounts, group, decay_m=500.0, reach_m=reach_m)
    assert sums.item() == pytest.approx(2 * np.exp(-300 / 500))
