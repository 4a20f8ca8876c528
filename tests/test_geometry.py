"""Geometry against oracles: brute force, shapely, numpy, and what one can do in one's head."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate, translate
from shapely.ops import substring

from saferoute import geometry

COORDINATE = st.integers(-2000, 2000).map(lambda v: v / 10)
LINES = st.lists(st.tuples(COORDINATE, COORDINATE), min_size=2, max_size=12, unique=True).map(shapely.LineString)
STEPS = st.sampled_from([1.0, 2.5, 5.0, 7.3])
HEIGHTS = st.lists(st.one_of(st.floats(-50, 3000), st.just(float("nan"))), min_size=3, max_size=40)

quick = settings(max_examples=50, deadline=None)


def array(*lines: shapely.Geometry) -> np.ndarray:
    result = np.empty(len(lines), dtype=object)
    result[:] = lines
    return result


def strip_width(line: shapely.Geometry) -> float:
    return float(geometry.strip_widths(array(line))[0])


def least_width_over_angles(line: shapely.LineString, angles: int = 3600) -> float:
    turn = np.arange(angles) * np.pi / angles
    across = shapely.get_coordinates(line) @ np.stack([-np.sin(turn), np.cos(turn)])
    return float(np.ptp(across, axis=0).min())


# --- ragged, slices, distances ------------------------------------------------


def test_ragged_of_no_slices_is_empty() -> None:
    assert geometry.indices_of_slices(np.empty(0, int), np.empty(0, int)).tolist() == []


def test_ragged_passes_over_slices_of_no_length() -> None:
    assert geometry.indices_of_slices(np.array([7, 3, 0]), np.array([2, 0, 1])).tolist() == [7, 8, 0]


@quick
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 6)), max_size=8))
def test_ragged_is_the_ranges_one_behind_the_other(slices: list[tuple[int, int]]) -> None:
    starts = np.array([s for s, _ in slices], dtype=int)
    counts = np.array([n for _, n in slices], dtype=int)
    assert geometry.indices_of_slices(starts, counts).tolist() == [i for s, n in slices for i in range(s, s + n)]


def test_slices_may_overlap_and_come_in_any_order() -> None:
    values = np.array([3.0, 1.0, 4.0, 2.0, 5.0])
    assert geometry.take_slices(values, np.array([2, 0, 1]), 3).tolist() == [[4, 2, 5], [3, 1, 4], [1, 4, 2]]


def test_no_slices_have_their_length_all_the_same() -> None:
    assert geometry.take_slices(np.array([1.0]), np.empty(0, int), 3).shape == (0, 3)


@given(
    st.lists(st.floats(-9, 9) | st.just(np.nan), min_size=1, max_size=40),
    st.integers(1, 40),
    st.sampled_from(["min", "max"]),
)
def test_the_least_and_the_greatest_of_slices_are_those_of_their_values(values, n: int, how: str) -> None:
    of, first = np.array(values), np.arange(max(len(values) - n + 1, 0))
    told = [getattr(of[a : a + n], how)() for a in first]
    assert np.array_equal(geometry.reduce_slices(of, first, n, how), told, equal_nan=True)


def test_distances_start_anew_with_each_line() -> None:
    xy = np.array([[0, 0], [3, 4], [3, 10], [100, 100], [100, 101]], dtype=float)
    assert geometry.distances_along(xy, np.array([0, 0, 0, 4, 4])).tolist() == [0, 5, 11, 0, 1]


@quick
@given(LINES)
def test_the_last_distance_along_is_the_length(line: shapely.LineString) -> None:
    xy = shapely.get_coordinates(line)
    along = geometry.distances_along(xy, np.zeros(len(xy), int))
    assert along[-1] == pytest.approx(line.length)


# --- strips ----------------------------------------------------------------------


@quick
@given(LINES)
def test_the_strip_is_as_narrow_as_the_narrowest_of_3600_angles(line: shapely.LineString) -> None:
    width, tried = strip_width(line), least_width_over_angles(line)
    reach = line.convex_hull.length  # turned by half a step, the width is off by less than this share of it
    assert tried - reach * np.pi / 3600 <= width <= tried + 1e-9


@quick
@given(LINES, st.floats(-180, 180), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_the_strip_keeps_its_width_when_turned_and_moved(line, angle: float, dx: float, dy: float) -> None:
    moved = translate(rotate(line, angle, origin=(0, 0)), dx, dy)
    assert strip_width(moved) == pytest.approx(strip_width(line), abs=1e-6)


@quick
@given(LINES)
def test_the_strip_keeps_its_width_when_the_line_is_reversed(line: shapely.LineString) -> None:
    assert strip_width(line.reverse()) == pytest.approx(strip_width(line), abs=1e-9)


@quick
@given(st.lists(LINES, min_size=1, max_size=5))
def test_the_strip_of_a_line_does_not_depend_on_the_other_lines(lines: list[shapely.LineString]) -> None:
    together = geometry.strip_widths(array(*lines))
    assert together.tolist() == pytest.approx([strip_width(line) for line in lines])


def test_a_straight_line_has_no_width() -> None:
    assert strip_width(shapely.LineString([(0, 0), (30, 40), (60, 80)])) == 0


def test_a_zigzag_of_three_metres_fills_a_strip_of_three_metres() -> None:
    assert strip_width(shapely.LineString([(0, 0), (20, 3), (40, 0), (60, 3), (80, 0)])) == pytest.approx(3)


def test_a_square_bend_is_as_wide_as_its_height_over_the_diagonal() -> None:
    assert strip_width(shapely.LineString([(0, 0), (40, 0), (40, 40)])) == pytest.approx(40 / np.sqrt(2))


def test_no_lines_have_no_strips() -> None:
    assert geometry.strip_widths(array()).size == 0


# --- strips of runs of pieces ------------------------------------------------------


@quick
@given(st.lists(LINES, min_size=1, max_size=4), st.data())
def test_the_strip_of_a_run_of_pieces_is_that_of_the_joined_line(lines, data: st.DataObject) -> None:
    pieces, owner, _ = geometry.cut_lines(array(*lines), 1.0)
    assume(len(pieces))
    first = data.draw(st.integers(0, len(pieces) - 1))
    n = data.draw(st.integers(1, int((owner == owner[first])[first:].sum())))
    run = np.array([first]), np.array([n])
    width = geometry.Strips(pieces).widths_of_runs(*run)[0]
    assert width == pytest.approx(strip_width(geometry.join_pieces(pieces, *run)[0]), abs=1e-5)


def test_the_strips_of_runs_with_few_and_with_many_bends_are_those_of_their_hulls() -> None:
    turn = np.arange(0, 40) * 0.05
    bow = shapely.LineString(np.stack([100 * np.sin(turn), 100 * np.cos(turn)], axis=1))
    pieces, _, _ = geometry.cut_lines(array(bow), 5.0)
    first, n = np.array([0, 3, 0, 20]), np.array([2, 9, len(pieces), 16])
    expected = geometry.strip_widths(geometry.join_pieces(pieces, first, n))
    assert geometry.Strips(pieces).widths_of_runs(first, n) == pytest.approx(expected, abs=1e-6)


def test_many_runs_at_once_have_the_strips_they_have_alone() -> None:
    xy = np.cumsum(np.random.default_rng(0).uniform([1, -1], [4, 1], (400, 2)), axis=0)
    pieces, _, _ = geometry.cut_lines(array(shapely.LineString(xy)), 5.0)
    strips = geometry.Strips(pieces)
    first = np.tile(np.arange(len(pieces) - 4), 40)
    alone = [strips.widths_of_runs(np.array([k]), np.array([4]))[0] for k in range(len(pieces) - 4)]
    assert strips.widths_of_runs(first, np.full(len(first), 4)).tolist() == alone * 40
    runs = [(k, 4) for k in range(len(alone))]
    assert [strips.measure_runs(runs[k:] + runs[:k]) for k in (3, 0)] == [alone[3:] + alone[:3], alone]
    assert strips.measure_runs([]) == []


def test_no_pieces_have_no_strips() -> None:
    nothing = np.empty(0, dtype=np.int64)
    assert geometry.Strips(array()).widths_of_runs(nothing, nothing).size == 0


# --- points along lines ------------------------------------------------------------


@quick
@given(st.lists(LINES, min_size=1, max_size=4), st.sampled_from([2.5, 10.0, 25.0]))
def test_points_evenly_along_lie_in_the_middles_of_equal_parts(lines, spacing: float) -> None:
    xy, owner = geometry.place_points_evenly(array(*lines), spacing)
    for number, line in enumerate(lines):
        n = max(round(line.length / spacing), 1)
        here = xy[owner == number]
        expected = [line.interpolate((k + 0.5) / n * line.length) for k in range(len(here))]
        assert len(here) in {n, n + 1, n - 1}  # a length just between two numbers may go to either
        if len(here) == n:
            assert here == pytest.approx(shapely.get_coordinates(expected), abs=1e-3)


@quick
@given(LINES, LINES)
def test_points_along_a_line_do_not_depend_on_the_lines_before_it(line, other) -> None:
    alone, _ = geometry.place_points_evenly(array(line), 7.0)
    xy, owner = geometry.place_points_evenly(array(other, line), 7.0)
    assert (xy[owner == 1] == alone).all()


def test_no_lines_have_no_points() -> None:
    assert [len(part) for part in geometry.place_points_evenly(array(), 5.0)] == [0, 0]


# --- what is near --------------------------------------------------------------------

SHAPES = st.one_of(
    LINES,
    st.tuples(COORDINATE, COORDINATE).map(shapely.Point),
    st.tuples(COORDINATE, COORDINATE, st.integers(1, 90), st.integers(2, 30)).map(
        lambda v: shapely.Point(v[0], v[1]).buffer(v[2], quad_segs=v[3])
    ),
    st.tuples(COORDINATE, COORDINATE, st.integers(10, 90)).map(
        lambda v: shapely.MultiPolygon(
            [
                shapely.Point(v[0], v[1]).buffer(v[2]).difference(shapely.Point(v[0], v[1]).buffer(v[2] / 2)),
                shapely.box(v[0] + 100, v[1], v[0] + 130, v[1] + 20),
            ]
        )
    ),
)


@quick
@given(st.lists(SHAPES, min_size=1, max_size=5), st.lists(LINES, min_size=1, max_size=6), st.data())
def test_near_is_what_every_pair_tells(shapes, lines, data: st.DataObject) -> None:
    distance = np.array([data.draw(st.integers(0, 60)) for _ in shapes], dtype=float) + 0.0173
    pairs = geometry.Nearby(array(*shapes)).pairs_within(shapely.STRtree(lines), distance)
    expected = [
        (i, k) for i, shape in enumerate(shapes) for k, line in enumerate(lines) if shape.distance(line) <= distance[i]
    ]
    assert list(zip(*pairs.tolist(), strict=True)) == expected


def test_nothing_is_near_where_there_is_nothing() -> None:
    tree = shapely.STRtree(array(shapely.LineString([(0, 0), (1, 1)])))
    assert geometry.Nearby(array()).pairs_within(tree, np.empty(0)).shape == (2, 0)
    assert geometry.Nearby(array(shapely.Point(0, 0))).pairs_within(shapely.STRtree([]), np.ones(1)).shape == (2, 0)


# --- headings --------------------------------------------------------------------


def chords(*xy: tuple[float, float]) -> np.ndarray:
    return geometry.chord_headings(np.array(xy, dtype=float), np.zeros(len(xy) - 1, dtype=int))[1]


def test_headings_that_wander_across_180_degrees_have_a_small_range() -> None:
    wander = chords((0, 0), (-5, 0.3), (-10, 0), (-15, -0.3), (-20, 0), (-25, 0.3), (-30, 0))
    assert 0 < np.ptp(wander) < 15


def test_a_full_turn_has_a_range_of_a_full_turn() -> None:
    turn = np.linspace(0, 2 * np.pi, 73)
    ring = list(zip(50 * np.cos(turn), 50 * np.sin(turn), strict=True))
    assert np.ptp(chords(*ring)) == pytest.approx(360 - 5, abs=5.1)


def test_headings_of_one_stroke_are_the_same_beside_another_stroke() -> None:
    one = [(0, 0), (-5, 0.3), (-10, 0), (-15, -0.3)]
    other = [(100, 0), (105, 0), (110, 5), (110, 10), (110, 15)]
    stroke, heading = geometry.chord_headings(np.array(one + other, dtype=float), np.array([0] * 3 + [1] * 4))
    assert stroke.tolist() == [0] * 4 + [1] * 5
    for number, alone in enumerate((one, other)):
        both = heading[stroke == number]
        assert np.diff(both) == pytest.approx(np.diff(chords(*alone)))


def test_headings_differ_by_the_very_same_whatever_strokes_lie_before() -> None:
    turn = np.linspace(0.1, 5, 60)
    snail = np.column_stack([np.cos(turn), np.sin(turn)]) * 40 * turn[:, None]
    rings = np.column_stack([np.cos(5 * turn), np.sin(5 * turn)]) * 70
    stroke = np.repeat([0, 1], 59)
    alone = geometry.chord_headings(snail, np.zeros(59, dtype=int))[1]
    behind = geometry.chord_headings(np.concatenate([rings, snail]), stroke)[1][60:]
    assert (behind - behind[0]).tolist() == (alone - alone[0]).tolist()
    assert (behind % 360).tolist() == (alone % 360).tolist()


def test_headings_are_those_of_chords_of_two_samples_and_the_last_one_is_repeated() -> None:
    bent = np.degrees(np.arctan2(5, 10))
    assert chords((0, 0), (5, 0), (10, 0), (15, 5)).tolist() == pytest.approx([0, bent, bent, bent])


# --- cutting and joining ------------------------------------------------------------


def same_line(a: shapely.Geometry, b: shapely.Geometry) -> bool:
    """Return whether two lines run the same course, whatever vertices lie on it."""
    return abs(a.length - b.length) < 1e-5 and shapely.hausdorff_distance(a, b, densify=0.1) < 1e-5


@quick
@given(LINES, STEPS)
def test_pieces_are_the_substrings_of_the_line(line: shapely.LineString, step: float) -> None:
    pieces, owner, cuts = geometry.cut_lines(array(line), step)
    assert len(pieces) == len(owner) == int(np.floor(line.length / step + 1e-9))
    assert len(cuts) == (len(pieces) + 1 if len(pieces) else 0)
    for i, piece in enumerate(pieces):
        oracle = substring(line, i * step, (i + 1) * step)
        assert same_line(piece, oracle)
        assert shapely.get_coordinates(piece)[[0, -1]] == pytest.approx(cuts[i : i + 2])


@quick
@given(st.lists(LINES, min_size=1, max_size=5), STEPS)
def test_a_line_is_cut_the_same_among_other_lines(lines: list[shapely.LineString], step: float) -> None:
    pieces, owner, _ = geometry.cut_lines(array(*lines), step)
    for number, line in enumerate(lines):
        alone = geometry.cut_lines(array(line), step)[0]
        among = pieces[owner == number]
        assert len(among) == len(alone)
        assert all(same_line(a, b) for a, b in zip(among, alone, strict=True))


@quick
@given(LINES, STEPS)
def test_all_pieces_joined_give_the_line_up_to_the_last_cut(line: shapely.LineString, step: float) -> None:
    assume(line.length >= step)
    pieces, _, _ = geometry.cut_lines(array(line), step)
    whole = geometry.join_pieces(pieces, np.array([0]), np.array([len(pieces)]))[0]
    assert same_line(whole, substring(line, 0, len(pieces) * step))


@quick
@given(LINES, st.data())
def test_a_run_of_pieces_joined_is_a_substring(line: shapely.LineString, data: st.DataObject) -> None:
    step = line.length / 7.5
    pieces, _, _ = geometry.cut_lines(array(line), step)
    first = data.draw(st.integers(0, 6))
    n = data.draw(st.integers(1, 7 - first))
    run = geometry.join_pieces(pieces, np.array([first]), np.array([n]))[0]
    assert same_line(run, substring(line, first * step, (first + n) * step))


def test_overlapping_runs_may_be_joined_at_once() -> None:
    pieces, _, _ = geometry.cut_lines(array(shapely.LineString([(0, 0), (20, 0)])), 5.0)
    runs = geometry.join_pieces(pieces, np.array([0, 1, 3]), np.array([3, 2, 1]))
    assert [r.bounds[0::2] for r in runs] == [(0, 15), (5, 15), (15, 20)]


def test_a_line_shorter_than_a_step_gives_no_piece() -> None:
    lines = array(shapely.LineString([(0, 0), (4, 0)]), shapely.LineString([(0, 9), (5, 9)]))
    pieces, owner, _ = geometry.cut_lines(lines, 5.0)
    assert len(pieces) == 1
    assert owner.tolist() == [1]


# --- slopes ----------------------------------------------------------------------


@quick
@given(HEIGHTS, STEPS, st.data())
def test_slopes_are_those_of_polyfit_and_unknown_where_a_height_is(z: list[float], step: float, data) -> None:
    heights = np.array(z)
    first = data.draw(st.integers(0, len(z) - 2))
    n = data.draw(st.integers(2, len(z) - first))
    grade, rms = geometry.fit_slopes(heights, step, np.array([first]), np.array([n]))
    run = heights[first : first + n]
    if not np.isfinite(run).all():
        assert np.isnan(grade[0])
        assert np.isnan(rms[0])
        return
    at = np.arange(n) * step
    slope, level = np.polyfit(at, run, 1)
    assert grade[0] == pytest.approx(100 * slope, abs=1e-4, rel=1e-6)
    assert rms[0] == pytest.approx(np.sqrt(np.mean((run - level - slope * at) ** 2)), abs=2e-3, rel=1e-6)


@quick
@given(HEIGHTS, STEPS)
def test_reversed_heights_have_the_slope_of_the_other_sign(z: list[float], step: float) -> None:
    first, n = np.array([0]), np.array([len(z)])
    up = geometry.fit_slopes(np.array(z), step, first, n)[0]
    down = geometry.fit_slopes(np.array(z)[::-1], step, first, n)[0]
    assert np.isnan(up[0]) == np.isnan(down[0])
    assert np.nan_to_num(down[0]) == pytest.approx(-np.nan_to_num(up[0]), abs=1e-6, rel=1e-6)


def test_a_plane_rising_two_in_a_hundred_has_two_per_cent_and_no_residual() -> None:
    grade, rms = geometry.fit_slopes(250 + 0.02 * 5 * np.arange(13), 5.0, np.array([0]), np.array([13]))
    assert grade[0] == pytest.approx(2.0)
    assert rms[0] == pytest.approx(0, abs=1e-6)


def test_one_height_alone_has_no_slope() -> None:
    assert np.isnan(geometry.fit_slopes(np.array([4.0, 5.0]), 5.0, np.array([0]), np.array([1]))[0][0])
