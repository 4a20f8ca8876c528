"""Clear lines against every pair of vertices, and against what one can do in one's head."""

from __future__ import annotations

import time
import tracemalloc

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate, translate

from saferoute.geometry import ALL_PAIRS_UP_TO, find_longest_lines
from saferoute.geometry.rings import clip_to_rings, list_ring_vertices

quick = settings(max_examples=60, deadline=None)


def lengths(lines: np.ndarray) -> np.ndarray:
    return np.hypot(*(lines[:, 1] - lines[:, 0]).T)


def longest(polygon: shapely.Polygon, **more) -> float:
    return float(lengths(find_longest_lines(polygon, **{"shortest_m": 1.0, **more}))[0])


def longest_of_all_pairs(polygon: shapely.Polygon) -> float:
    """Clip the lines through every two vertices with shapely; a millimetre forgives touching."""
    vertices = np.unique(shapely.get_coordinates(polygon), axis=0)
    i, j = np.triu_indices(len(vertices), 1)
    along = vertices[j] - vertices[i]
    reach = np.hypot(*np.ptp(vertices, axis=0)) * along / np.hypot(*along.T)[:, None]
    lines = shapely.linestrings(np.stack([vertices[i] - reach, vertices[j] + reach], axis=1))
    inside = shapely.intersection(shapely.buffer(polygon, 0.001, join_style="mitre"), lines)
    return float(shapely.length(shapely.get_parts(inside)).max())


def largest(geometry: shapely.Geometry) -> shapely.Polygon:
    return max(shapely.get_parts(geometry), key=shapely.area)


def star(rng: np.random.Generator, n: int, least: float = 15.0) -> shapely.Polygon:
    """Return a polygon all of which one sees from the middle."""
    angle = (np.arange(n) + rng.uniform(0, 0.9, n)) * 2 * np.pi / n
    radius = rng.uniform(least, 80, n)
    return shapely.Polygon(np.stack([radius * np.cos(angle) * 1.5, radius * np.sin(angle)], axis=1))


def ell(rng: np.random.Generator, n: int) -> shapely.Polygon:
    """Return an L whose edges are uneven and have about n vertices."""
    wide, high, arm = rng.uniform(60, 150), rng.uniform(60, 150), rng.uniform(8, 30)
    shape = shapely.Polygon([(0, 0), (wide, 0), (wide, arm), (arm, arm), (arm, high), (0, high)])
    xy = shapely.get_coordinates(shapely.segmentize(shape, shape.length / max(n - 6, 6)))[:-1]
    return shapely.Polygon(xy + rng.uniform(-0.8, 0.8, xy.shape))


def ring(rng: np.random.Generator, n: int) -> shapely.Polygon:
    """Return a bent strip around a hole of the same shape, as a track or a park around a pond."""
    radius, width = rng.uniform(30, 70), rng.uniform(6, 20)
    middle = shapely.LineString([(0, 0), (rng.uniform(20, 100), 0)])
    quads = max(n // 8, 2)
    return middle.buffer(radius + width, quad_segs=quads).difference(middle.buffer(radius, quad_segs=quads))


def with_holes(polygon: shapely.Polygon, rng: np.random.Generator, holes: int) -> shapely.Polygon:
    west, south, east, north = polygon.bounds
    xy = rng.uniform((west, south), (east, north), (holes, 2))
    cut = shapely.buffer(shapely.points(xy), rng.uniform(0.5, 6, holes), quad_segs=2)
    return largest(shapely.difference(polygon, shapely.union_all(cut)))


def some_polygon(seed: int, n: int, holes: int) -> shapely.Polygon:
    rng = np.random.default_rng([seed, n, holes])
    made = (star, ell, ring)[seed % 3](rng, n)
    made = with_holes(largest(shapely.make_valid(made)), rng, holes)
    return rotate(made, float(rng.uniform(0, 180)), origin=(0, 0))


POLYGONS = st.builds(some_polygon, st.integers(0, 10_000), st.integers(4, 120), st.integers(0, 8))
SMALL = st.builds(some_polygon, st.integers(0, 10_000), st.integers(4, 18), st.integers(0, 2)).filter(
    lambda p: shapely.get_num_coordinates(p) <= ALL_PAIRS_UP_TO
)


# --- as long as can be ----------------------------------------------------------------


@pytest.fixture(scope="module")
def ratios() -> np.ndarray:
    """Length found over the longest there is, for polygons too large for trying all pairs."""
    rng = np.random.default_rng(4)
    shapes = [some_polygon(k, int(rng.integers(70, 95)), int(rng.integers(0, 5))) for k in range(16)]
    large = [p for p in shapes if len(np.unique(shapely.get_coordinates(p), axis=0)) > ALL_PAIRS_UP_TO]
    assert len(large) >= 10
    return np.array([longest(p) / longest_of_all_pairs(p) for p in large])


def test_large_polygons_lose_two_thousandths_of_the_longest_line_at_most_on_average(ratios: np.ndarray) -> None:
    assert ratios.mean() >= 0.998


def test_no_large_polygon_loses_more_than_six_hundredths_of_the_longest_line(ratios: np.ndarray) -> None:
    assert ratios.min() >= 0.94


def test_no_line_is_longer_than_the_longest_of_all_pairs(ratios: np.ndarray) -> None:
    assert ratios.max() <= 1 + 1e-6


@quick
@given(SMALL)
def test_in_small_polygons_the_line_is_the_longest_of_all_pairs(polygon: shapely.Polygon) -> None:
    assert longest(polygon) == pytest.approx(longest_of_all_pairs(polygon), rel=1e-6)


@pytest.mark.parametrize(
    ("polygon", "expected"),
    [
        (shapely.box(0, 0, 40, 30), 50.0),
        (shapely.box(-60, 5, 60, 5.5), np.hypot(120, 0.5)),
        (shapely.Polygon([(0, 0), (60, 0), (60, 80)]), 100.0),
        (shapely.Polygon([(0, 0), (70, 0), (35, 20)]), 70.0),
        (shapely.Polygon([(0, 0), (100, 0), (100, 10), (10, 10), (10, 100), (0, 100)]), np.hypot(100, 10)),
        # Through the reflex corner of a wide L, from wall to wall.
        (shapely.Polygon([(0, 0), (60, 0), (60, 30), (30, 30), (30, 60), (0, 60)]), 60 * np.sqrt(2)),
        # A frame: the longest line is a side's diagonal past the hole's corners.
        (shapely.box(0, 0, 100, 100) - shapely.box(10, 10, 90, 90), np.hypot(100, 10 * 100 / 90)),
    ],
    ids=["rectangle", "ribbon", "right triangle", "flat triangle", "thin L", "wide L", "frame"],
)
def test_the_longest_line_of_a_known_shape(polygon: shapely.Polygon, expected: float) -> None:
    assert longest(polygon) == pytest.approx(expected, abs=0.15)


def test_a_rectangle_of_many_vertices_still_has_its_diagonal() -> None:
    polygon = shapely.segmentize(shapely.box(0, 0, 120, 50), 2.0)
    assert shapely.get_num_coordinates(polygon) > ALL_PAIRS_UP_TO
    assert longest(polygon) == pytest.approx(130, abs=0.01)


def test_a_slit_between_two_rows_of_vertices_is_found() -> None:
    teeth = [(x, 10 + 30 * (k % 2)) for k, x in enumerate(np.linspace(0, 100, 41))]
    polygon = shapely.Polygon([(0, 0), (100, 0), *reversed(teeth)])
    assert longest(polygon) == pytest.approx(longest_of_all_pairs(polygon), rel=0.01)


# --- inside -----------------------------------------------------------------------------


@quick
@given(POLYGONS, st.integers(1, 5))
def test_every_line_lies_inside_the_polygon(polygon: shapely.Polygon, most: int) -> None:
    lines = shapely.linestrings(find_longest_lines(polygon, shortest_m=5, most=most))
    assert shapely.covers(shapely.buffer(polygon, 0.002, join_style="mitre"), lines).all()


@quick
@given(POLYGONS, st.floats(5, 120))
def test_every_line_is_as_long_as_asked_and_the_longest_is_first(polygon: shapely.Polygon, shortest_m: float) -> None:
    found = lengths(find_longest_lines(polygon, shortest_m=shortest_m, most=4))
    assert (found >= shortest_m).all()
    assert (np.diff(found) <= 1e-5).all()


@quick
@given(POLYGONS)
def test_nothing_is_found_where_the_bounding_box_is_shorter_than_asked(polygon: shapely.Polygon) -> None:
    west, south, east, north = polygon.bounds
    assert find_longest_lines(polygon, shortest_m=np.hypot(east - west, north - south) + 0.01).shape == (0, 2, 2)


def test_nothing_is_found_where_the_longest_line_is_a_hair_shorter_than_asked() -> None:
    lawn = shapely.box(0, 0, 40, 30)
    assert len(find_longest_lines(lawn, shortest_m=49.9)) == 1
    assert len(find_longest_lines(lawn, shortest_m=50.1)) == 0


def test_an_empty_polygon_has_no_line() -> None:
    assert find_longest_lines(shapely.Polygon(), shortest_m=1).shape == (0, 2, 2)


# --- several -----------------------------------------------------------------------------


def beside(line: np.ndarray, other: np.ndarray, apart_m: float) -> float:
    """Return the share of a line within some distance of another."""
    band = shapely.buffer(shapely.linestrings(other), apart_m, quad_segs=32)
    whole = shapely.linestrings(line)
    return float(shapely.length(shapely.intersection(band, whole)) / shapely.length(whole))


@quick
@given(POLYGONS, st.floats(5, 25))
def test_several_lines_run_apart_over_most_of_their_length(polygon: shapely.Polygon, apart_m: float) -> None:
    lines = find_longest_lines(polygon, shortest_m=15, most=4, apart_m=apart_m)
    for k, line in enumerate(lines):
        for other in lines[:k]:
            # Ten points stand for a line, so a share of .4 may be .5; either may have been chosen first.
            assert min(beside(line, other, apart_m), beside(other, line, apart_m)) <= 0.55


@quick
@given(POLYGONS, st.integers(1, 4))
def test_no_more_lines_are_returned_than_asked_for(polygon: shapely.Polygon, most: int) -> None:
    assert len(find_longest_lines(polygon, shortest_m=5, most=most)) <= most


@quick
@given(POLYGONS)
def test_the_first_of_several_is_the_one_found_alone(polygon: shapely.Polygon) -> None:
    alone, among = (find_longest_lines(polygon, shortest_m=10, most=most) for most in (1, 4))
    if len(alone):
        assert lengths(among)[0] >= lengths(alone)[0] - 1e-5


def test_both_arms_of_a_cross_are_found() -> None:
    cross = shapely.box(-50, -3, 50, 3) | shapely.box(-3, -50, 3, 50)
    first, second = find_longest_lines(cross, shortest_m=90, most=2)
    assert lengths(np.stack([first, second])) == pytest.approx([np.hypot(100, 6)] * 2, abs=0.01)
    assert abs((first[1] - first[0]) @ (second[1] - second[0])) < 0.15 * 100**2


# --- turned, moved, again ---------------------------------------------------------------


@quick
@given(SMALL, st.floats(-180, 180), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_small_polygon_keeps_its_length_when_turned_and_moved(polygon, angle: float, dx: float, dy: float) -> None:
    moved = translate(rotate(polygon, angle, origin=(0, 0)), dx, dy)
    assert longest(moved) == pytest.approx(longest(polygon), rel=1e-6)


@quick
@given(POLYGONS)
def test_the_order_in_which_a_ring_is_drawn_does_not_matter(polygon: shapely.Polygon) -> None:
    again = shapely.normalize(shapely.reverse(polygon))
    one, other = (find_longest_lines(p, shortest_m=10, most=1) for p in (polygon, again))
    assert lengths(one) == pytest.approx(lengths(other), rel=1e-6)


# --- in bounds ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sieve() -> shapely.Polygon:
    """A meadow of 500 trees: about 5 000 vertices."""
    rng = np.random.default_rng(9)
    angle = np.arange(1000) * 2 * np.pi / 1000
    radius = 400 + rng.uniform(-15, 15, 1000)
    grid = np.stack(np.meshgrid(np.arange(25), np.arange(20)), axis=-1).reshape(-1, 2) * 22.0
    xy = grid - grid.mean(axis=0) + rng.uniform(-8, 8, grid.shape)
    holes = shapely.buffer(shapely.points(xy), 2.0, quad_segs=2)
    outer = shapely.Polygon(np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1))
    polygon = outer.difference(shapely.union_all(holes))
    assert len(polygon.interiors) == 500
    assert shapely.get_num_coordinates(polygon) >= 5000
    return polygon


def test_five_thousand_vertices_take_two_seconds_at_most(sieve: shapely.Polygon) -> None:
    start = time.process_time()
    assert len(find_longest_lines(sieve, shortest_m=80, most=4)) == 4
    assert time.process_time() - start <= 2.0


def test_five_thousand_vertices_take_500_megabytes_at_most(sieve: shapely.Polygon) -> None:
    tracemalloc.start()
    try:
        assert len(find_longest_lines(sieve, shortest_m=80, most=4)) == 4
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak <= 500e6


@pytest.mark.parametrize("seed", range(12))
def test_lines_through_vertices_far_from_the_origin_enter_and_leave(seed: int) -> None:
    """Signed distances of one vertex from one line once differed in the last bit: then in and out changed places."""
    random = np.random.default_rng(seed)
    turn = (np.arange(270) + 0.5 * random.random(270)) / 270 * 2 * np.pi
    away = 60 + 30 * random.random(270)
    star = shapely.Polygon(np.stack([733_000.1 + away * np.cos(turn), 5_290_000.7 + away * np.sin(turn)], axis=1))
    xy = shapely.get_coordinates(star)
    angle = np.repeat(np.arange(36) * np.pi / 36, len(xy))
    directions = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    chords = clip_to_rings(list_ring_vertices(star), np.tile(xy, (36, 1)), directions, 1.0)
    around = shapely.buffer(star, 1e-6)
    shapely.prepare(around)
    assert shapely.covers(around, shapely.linestrings(chords)).all()
