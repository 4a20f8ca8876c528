"""Slopes across: tilted planes, hillsides beside a way, open ground, rasters that end, and no raster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasters import centres, from_origin, write
from surveys import judge
from town import ORIGIN

from saferoute import scoring
from saferoute.criteria import flatness
from saferoute.criteria.flatness.errors import bending_error_pct, position_error_pct
from saferoute.sources.elevation.raster import RasterSource
from saferoute.sources.elevation.samples import InTurn

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from saferoute.arrays import BoolArray, FloatArray


@pytest.fixture
def ground(tmp_path: Path):
    """Return a function that opens a raster of heights given by metres east and north of the town's origin."""

    def open_ground(height: Callable[..., FloatArray], cell_m: float = 1.0, *, north_m: float = 200.0) -> RasterSource:
        columns, rows = int(800 / cell_m), int((200 + north_m) / cell_m)
        corner = from_origin(ORIGIN[0] - 300, ORIGIN[1] + north_m, cell_m, cell_m)
        x, y = centres(corner, (rows, columns)) - np.array(ORIGIN)[:, None]
        heights = (300 + height(x, y)).reshape(rows, columns).astype("float32")
        return RasterSource([write(tmp_path / f"ground-{cell_m}.tif", heights, transform=corner)])

    return open_ground


def tilt(across_pct: float, along_pct: float = 0.0):
    """Return a plane that rises to the north, across the ways of these tests, and to the east."""
    return lambda x, y: (across_pct * y + along_pct * x) / 100


BUILT = "highway=footway surface=asphalt"


def way(tags: str = "highway=path", *, backwards: bool = False) -> str:
    first, second = (2, 1) if backwards else (1, 2)
    return f"n{first} 0 0\nn{second} 120.4 0\nw1 n1,n2 {tags}\n"


LAWN = (
    "n1 0 -20\nn2 150 -20\nn3 150 20\nn4 0 20\nw1 n1,n2,n3,n4,n1 leisure=pitch surface=grass sport=soccer\n"
    "n5 -90 -35\nn6 240 -35\nw2 n5,n6 highway=footway\nn7 0 60\nn8 50 60\nw3 n7,n8 highway=steps\n"
)
"""A pitch, and a way that leads to it."""


def is_on_pitch(survey) -> BoolArray:
    samples = survey.windows.samples
    ground = samples.pair_ground[samples.first_pair[survey.windows.first]]
    return (samples.ground["origin"] == "area")[ground]


def across_of(survey) -> tuple[float, float]:
    fitted = flatness.fit_window_slopes(survey.windows, survey.evidence).across
    return float(np.median(np.abs(fitted.across_pct))), float(np.median(fitted.sigma_pct))


@pytest.mark.parametrize(("cell_m", "error"), [(1.0, 0.1), (10.0, 0.3), (30.0, 0.3)])
@pytest.mark.parametrize("across_pct", [0.0, 3.0, -12.0, 30.0])
def test_a_tilted_plane_has_its_slope_across(look, ground, across_pct: float, cell_m: float, error: float) -> None:
    across, sigma = across_of(look(way(BUILT), dem=ground(tilt(across_pct), cell_m)))
    assert across == pytest.approx(abs(across_pct), abs=error)
    assert 0 < sigma < 3 + 0.5 * abs(across_pct)


def test_what_rises_along_the_line_is_not_across(look, ground) -> None:
    assert across_of(look(way(), dem=ground(tilt(0.0, 4.0))))[0] == pytest.approx(0.0, abs=0.05)


def test_reversing_the_way_changes_nothing_but_the_side(look, ground) -> None:
    dem = ground(tilt(8.0, 1.0))
    there, back = look(way(), dem=dem), look(way(backwards=True), dem=dem)
    sides = [flatness.fit_window_slopes(s.windows, s.evidence).across.across_pct[0] for s in (there, back)]
    assert sides[0] == pytest.approx(-sides[1], abs=0.05)
    one, other = judge(there, "flatness"), judge(back, "flatness")
    assert one.desirability == pytest.approx(other.desirability, abs=0.01)
    assert one.confidence == pytest.approx(other.confidence, abs=0.01)


@pytest.mark.parametrize("tags", ["highway=footway", BUILT, "highway=pedestrian"])
def test_a_hillside_is_worth_less_and_known_less_well_than_a_plain(look, ground, tags: str) -> None:
    flat, steep = (judge(look(way(tags), dem=ground(tilt(pct))), "flatness") for pct in (0.0, 30.0))
    assert steep.desirability[0] < flat.desirability[0]
    assert steep.confidence[0] < 0.6 * flat.confidence[0]


def test_built_ways_feel_less_of_a_hillside_than_paths_and_paths_less_than_lawns(look, ground) -> None:
    dem = ground(tilt(9.0))
    built, path = (
        judge(look(plan, dem=dem), "flatness").desirability.min()
        for plan in (way("highway=footway surface=asphalt"), way())
    )
    survey = look(LAWN, dem=dem)
    lawn = judge(survey, "flatness").desirability[is_on_pitch(survey)]
    assert len(lawn)
    assert (lawn < path).all()
    assert path < built


def test_open_ground_that_is_tilted_beyond_doubt_is_left_out(look, ground) -> None:
    level, tilted = look(LAWN, dem=ground(tilt(2.0))), look(LAWN, dem=ground(tilt(22.0)))
    assert is_on_pitch(level).any()
    assert not is_on_pitch(tilted).any()
    assert "cross slope" in set(tilted.sample_reasons)


@pytest.mark.parametrize("cell_m", [1.0, 30.0])
@pytest.mark.parametrize("pct", [16.5, 40.0])
def test_a_trodden_path_is_left_out_where_the_ground_is_tilted_beyond_the_limit(look, ground, pct, cell_m) -> None:
    found = look(way("highway=path surface=gravel"), dem=ground(tilt(pct), cell_m))
    assert not len(found.windows)
    assert "cross slope" in set(found.sample_reasons)


@pytest.mark.parametrize("plan", [LAWN, way("highway=path"), way("highway=track")])
def test_nothing_that_lies_as_the_ground_does_is_rated_by_a_best_value_beyond_the_limit(look, ground, plan) -> None:
    dem = ground(tilt(15.5), 60.0)
    found = look(plan, dem=dem)
    scores = scoring.score_measurements(found.measurements, found.evidence.profile)
    here = is_on_pitch(found) if plan is LAWN else np.ones(len(found.windows), dtype=bool)
    assert (scores.low[here] < scoring.FORMULA.ratings[-1][1]).all()


def test_a_slope_along_is_left_out_by_its_best_value(look, ground) -> None:
    assert "slope" in set(look(way(BUILT), dem=ground(tilt(0.0, 5.4), 10.0)).sample_reasons)
    assert len(look(way(BUILT), dem=ground(tilt(0.0, 4.5), 10.0)).windows)


def test_loose_tracks_along_a_hillside_are_worth_little_and_made_ones_are_not(look, ground) -> None:
    loose, made = (
        judge(look(way(f"highway=track {tags}"), dem=ground(tilt(19.0))), "flatness").desirability
        for tags in ("surface=gravel", "surface=gravel width=3.5")
    )
    assert (loose < 0.1).all()
    assert (made > 0.5).all()


def test_a_way_on_the_same_hillside_is_not_left_out_but_to_be_looked_at(look, ground) -> None:
    found = look(way("highway=footway surface=asphalt width=4"), dem=ground(tilt(22.0)))
    told = judge(found, "flatness").describe(np.arange(1)).iloc[0]
    assert told["cross_slope_pct"] == pytest.approx(22.0, abs=0.5)
    assert told["falls_away_pct"] > flatness.HILLSIDE_PCT
    assert "% across, less where the way is cut into the ground" in told["why_flatness"]


def test_a_bench_cut_into_a_hillside_shows_how_the_ground_falls_beside_it(look, ground) -> None:
    def bench(x: FloatArray, y: FloatArray) -> FloatArray:
        return 0 * x + 0.4 * np.sign(y) * np.maximum(np.abs(y) - 4.0, 0.0)

    found = look(way("highway=footway surface=asphalt"), dem=ground(bench))
    assert flatness.fit_window_slopes(found.windows, found.evidence).across.falls_pct == pytest.approx(40.0, abs=2)


def test_where_the_raster_ends_beside_the_line_the_slope_across_is_unknown(look, ground) -> None:
    found = judge(look(way(), dem=ground(tilt(0.0), north_m=8.0)), "flatness")
    whole = judge(look(way(), dem=ground(tilt(0.0))), "flatness")
    told = found.describe(np.arange(1)).iloc[0]
    assert np.isnan(told["cross_slope_pct"])
    assert "slope across unknown" in told["why_flatness"]
    assert (found.confidence < whole.confidence).all()


def test_without_a_raster_the_slope_across_is_unknown(look) -> None:
    told = judge(look(way("highway=path incline=1%")), "flatness").describe(np.arange(1)).iloc[0]
    assert np.isnan(told["cross_slope_pct"])
    assert "slope across unknown" in told["why_flatness"]


def test_a_slope_that_turns_over_along_the_line_is_known_less_well(look, ground) -> None:
    def twisted(x: FloatArray, y: FloatArray) -> FloatArray:
        return 0.1 * y * np.sign(x - 60)

    plain, turning = (across_of(look(way(), dem=ground(height)))[1] for height in (tilt(0.0), twisted))
    assert turning > plain + 3


def test_the_slope_along_is_known_less_well_on_a_hillside(look, ground) -> None:
    flat, steep = (
        flatness.fit_window_slopes(found.windows, found.evidence).sigma_pct
        for found in (look(way(BUILT), dem=ground(tilt(pct), 30.0)) for pct in (0.0, 25.0))
    )
    assert (steep > flat + 2).all()


@given(st.floats(0, 60), st.floats(0.1, 10), st.sampled_from([1.0, 10.0, 30.0, 90.0]), st.floats(40, 200))
def test_errors_of_position_grow_with_the_slope_across(across, more, cell_m, length_m) -> None:
    one, other = position_error_pct(
        np.array([across, across + more]), np.zeros(2), np.array([cell_m] * 2), np.array([length_m] * 2)
    )
    assert 0 <= one < other


def test_ground_that_rises_otherwise_beside_the_line_makes_the_slope_along_less_sure(look, ground) -> None:
    def saddle(x: FloatArray, y: FloatArray) -> FloatArray:
        return 0.002 * (x - 60) * y

    plain, warped = (
        flatness.fit_window_slopes(found.windows, found.evidence)
        for found in (look(way(), dem=ground(height)) for height in (tilt(0.0), saddle))
    )
    assert plain.across.warp_pct_per_m == pytest.approx(0.0, abs=1e-3)
    assert warped.across.warp_pct_per_m == pytest.approx(0.2, abs=1e-2)
    assert warped.grade_pct == pytest.approx(0.0, abs=0.05)
    assert (warped.sigma_pct > plain.sigma_pct + 0.4).all()


@given(st.floats(0, 60), st.floats(10, 200), st.floats(10, 300))
def test_what_is_fitted_over_no_more_than_is_wanted_bends_not(steepness, wanted_m, fitted_m) -> None:
    error = bending_error_pct(np.array([steepness]), wanted_m, np.array([fitted_m]))
    assert (error > 0) == (fitted_m > wanted_m)


def test_a_step_between_two_rasters_is_no_slope_across(look, ground) -> None:
    low, high = (
        ground(lambda x, y, h=height: h + 0 * (x + y), cell, north_m=north)
        for height, cell, north in ((0.0, 1.0, 6.0), (40.0, 2.0, 200.0))
    )
    found = look(way(), dem=InTurn([low, high]))
    fitted = flatness.fit_window_slopes(found.windows, found.evidence)
    assert np.isnan(fitted.across.across_pct).all()
    assert np.isfinite(fitted.grade_pct).all()
