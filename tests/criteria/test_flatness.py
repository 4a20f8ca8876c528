"""Flatness: planes of known grade, noise, coarse rasters and none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.transform import from_origin
from surveys import judge
from town import ORIGIN

from saferoute import scoring
from saferoute.criteria import flatness
from saferoute.model import Measurement
from saferoute.quantities import Magnitude, Normal
from saferoute.sources.elevation.raster import RasterSource
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from pathlib import Path

BEGINNER = load_profile("beginner")


@pytest.fixture
def plane(tmp_path: Path):
    """Return a function that writes a plane of some grade to the east, and opens it."""

    def write(grade_pct: float, *, cell_m: float = 1.0, noise_m: float = 0.0, east_m: float = 700.0) -> RasterSource:
        columns, rows = int(east_m / cell_m), int(400 / cell_m)
        rise = grade_pct / 100 * (np.arange(columns) + 0.5) * cell_m
        heights = 50 + np.broadcast_to(rise, (rows, columns))
        heights = heights + noise_m * np.random.default_rng(1).standard_normal(heights.shape)
        path = tmp_path / "plane.tif"
        kind = {"driver": "GTiff", "width": columns, "height": rows, "count": 1, "dtype": "float32", "crs": 32635}
        with rasterio.open(
            path, "w", transform=from_origin(ORIGIN[0] - 200, ORIGIN[1] + 200, cell_m, cell_m), **kind
        ) as raster:
            raster.write(heights.astype("float32"), 1)
        return RasterSource([path])

    return write


def straight(length_m: float = 80.4, *, backwards: bool = False) -> str:
    first, second = (2, 1) if backwards else (1, 2)
    return f"n{first} 0 0\nn{second} {length_m} 0\nw1 n1,n2 highway=footway\n"


@pytest.mark.parametrize("grade_pct", [2.0, -2.0, 0.0, 0.5, 4.0])
def test_a_plane_has_its_grade(look, plane, grade_pct: float) -> None:
    found = look(straight(), dem=plane(grade_pct))
    fitted = flatness.fit_window_slopes(found.windows, found.evidence)
    grade, sigma, fit_m = fitted.grade_pct, fitted.sigma_pct, fitted.fit_m
    assert grade == pytest.approx(grade_pct, abs=0.01)
    assert (sigma < 0.3).all()
    assert fit_m == pytest.approx(60)


def test_reversing_the_way_flips_the_sign_and_nothing_else(look, plane) -> None:
    there, back = (judge(look(straight(backwards=b), dem=plane(2.0)), "flatness") for b in (False, True))
    grades = [judged.describe(np.arange(1))["grade_pct"].iloc[0] for judged in (there, back)]
    assert grades == pytest.approx([2.0, -2.0], abs=0.01)
    assert [*there.value, *back.value] == pytest.approx([2.0, 2.0], abs=0.01)
    assert back.desirability == pytest.approx(there.desirability, abs=0.01)
    assert back.confidence == pytest.approx(there.confidence, abs=0.01)


def test_without_a_raster_the_slope_is_unknown(look) -> None:
    found = judge(look(straight()), "flatness")
    assert np.isnan(found.value).tolist() == [True]
    assert found.desirability.tolist() == [0.5]
    assert found.confidence.tolist() == [0.0]
    assert "unknown" in found.describe(np.array([0]))["why_flatness"].iloc[0]


def test_where_the_raster_ends_the_slope_is_unknown(look, plane) -> None:
    found = look(straight(300.4), dem=plane(1.0, east_m=350))  # heights up to x = 150
    value, last = judge(found, "flatness").value, found.windows.first * 5.0 + 60
    assert np.isfinite(value[last < 148]).all()
    assert np.isnan(value[last > 151]).all()
    assert {bool(known) for known in np.isfinite(value)} == {True, False}


def test_a_fine_raster_is_fitted_over_the_window_alone(look, plane) -> None:
    found = look(straight(300.4), dem=plane(1.0))
    assert set(flatness.fit_window_slopes(found.windows, found.evidence).fit_m) == {60.0}


@pytest.mark.parametrize(("length_m", "fit_m"), [(300.4, 200.0), (150.4, 150.0), (80.4, 80.0)])
def test_a_coarse_raster_is_fitted_over_up_to_200_m_of_the_straight(look, plane, length_m: float, fit_m: float) -> None:
    found = look(straight(length_m), dem=plane(2.0, cell_m=25))
    fitted = flatness.fit_window_slopes(found.windows, found.evidence)
    grade, fitted_m = fitted.grade_pct, fitted.fit_m
    assert fitted_m == pytest.approx(fit_m, abs=5)
    assert grade == pytest.approx(2.0, abs=0.02)


def test_a_coarse_fit_does_not_leave_its_own_stroke(look, plane) -> None:
    neighbour = "n3 0 50\nn4 300.4 50\nw2 n3,n4 highway=footway\n"
    found = look(straight(90.4) + neighbour, dem=plane(2.0, cell_m=25))
    fitted = flatness.fit_window_slopes(found.windows, found.evidence)
    grade, fit_m = fitted.grade_pct, fitted.fit_m
    first_stroke = found.windows.samples.stroke[found.windows.first] == 0
    assert (fit_m[first_stroke] <= 90).all()
    assert grade[first_stroke] == pytest.approx(2.0, abs=0.02)


def test_a_coarse_fit_stops_at_a_bend(look, plane) -> None:
    bend = "n1 0 0\nn2 150 0\nn3 150 150\nn4 300 150\nw1 n1,n2,n3,n4 highway=footway\n"
    found = look(bend, dem=plane(2.0, cell_m=25))
    fitted = flatness.fit_window_slopes(found.windows, found.evidence)
    grade, fit_m = fitted.grade_pct, fitted.fit_m
    to_the_east = found.windows.first * 5.0 + 60 < 145
    assert to_the_east.any()
    assert grade[to_the_east] == pytest.approx(2.0, abs=0.1)
    assert (fit_m[to_the_east] <= 155).all()


def test_a_coarse_raster_is_trusted_less(look, plane) -> None:
    fine = judge(look(straight(300.4), dem=plane(2.0)), "flatness")
    coarse = judge(look(straight(300.4), dem=plane(2.0, cell_m=25)), "flatness")
    assert coarse.confidence.max() < fine.confidence.min()
    assert "dents cannot be seen" in coarse.describe(np.array([0]))["why_flatness"].iloc[0]


def test_rough_ground_is_known_less_well_than_a_plane(look, plane) -> None:
    smooth = judge(look(straight(), dem=plane(2.0)), "flatness")
    rough = judge(look(straight(), dem=plane(2.0, noise_m=1.0)), "flatness")
    assert (rough.confidence < smooth.confidence).all()


# --- curves ----------------------------------------------------------------------------------


def rate_grade(grade_pct: np.ndarray) -> np.ndarray:
    return scoring.rate_values(flatness.CRITERION, grade_pct)


def rate_uncertain_grade(grade_pct: np.ndarray, sigma_pct: np.ndarray) -> np.ndarray:
    level = Magnitude(np.zeros(len(grade_pct)), np.zeros(len(grade_pct)))
    bounds = dict.fromkeys(flatness.CRITERION.bounds, level)
    found = Measurement(Normal(np.abs(grade_pct), sigma_pct), np.ones(len(grade_pct)), bounds=bounds)
    return scoring.judge_best_estimates(flatness.CRITERION, found)


@pytest.mark.parametrize(
    ("grade_pct", "kind"),
    [(0, 1), (1, 1), (2, 0.75), (3, 0.4), (4, 0.2), (5, 0), (9, 0), (-1, 1), (-2, 0.55), (-3, 0.2), (-4, 0), (-9, 0)],
)
def test_uphill_is_kinder_than_downhill(grade_pct: float, kind: float) -> None:
    assert rate_grade(np.array([float(grade_pct)])).tolist() == [pytest.approx(kind)]


@settings(max_examples=100, deadline=None)
@given(st.floats(0, 15), st.floats(0, 15), st.floats(0.001, 5))
def test_a_steeper_fit_is_never_expected_to_be_kinder(a: float, b: float, sigma: float) -> None:
    flat, steep = sorted((a, b))
    kind = rate_uncertain_grade(np.array([flat, steep]), np.full(2, sigma))
    assert kind[1] <= kind[0] + 5e-4  # the mean is over 20 parts of the error


@settings(max_examples=100, deadline=None)
@given(st.floats(-15, 15), st.floats(0.001, 5))
def test_the_expectation_does_not_depend_on_the_direction(grade: float, sigma: float) -> None:
    kind = rate_uncertain_grade(np.array([grade, -grade]), np.full(2, sigma))
    assert kind[0] == kind[1]


@pytest.mark.parametrize("grade", [0.0, 1.0, 2.5, 4.0])
def test_the_expectation_is_that_of_a_simulation(grade: float) -> None:
    drawn = rate_grade(grade + 0.8 * np.random.default_rng(2).standard_normal(200_000)).mean()
    level = rate_grade(0.8 * np.random.default_rng(2).standard_normal(200_000)).mean()
    kind = rate_uncertain_grade(np.array([grade]), np.array([0.8]))
    assert kind[0] == pytest.approx(min(drawn, level), abs=0.02)


@pytest.mark.parametrize(("length_m", "cell_m", "sigma_m"), [(60.0, 2.0, 0.2), (200.0, 30.0, 0.8), (100.0, 10.0, 0.5)])
def test_the_error_of_a_grade_is_that_of_a_simulation(length_m: float, cell_m: float, sigma_m: float) -> None:
    at = np.arange(0, length_m + 1e-9, length_m / round(length_m / cell_m))
    noise = sigma_m * np.random.default_rng(3).standard_normal((len(at), 20_000))
    slopes = 100 * np.polyfit(at, noise, 1)[0]
    said = flatness.grade_error_pct(np.array([sigma_m]), np.array([length_m]), np.array([at[1]]))
    assert said[0] == pytest.approx(slopes.std(), rel=0.05)
