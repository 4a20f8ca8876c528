"""The tag incline as evidence of a slope: alone, with heights, and against them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasters import from_origin, write
from surveys import judge
from town import ORIGIN

from saferoute import scoring
from saferoute.criteria.flatness.tagged import TaggedSlopes, combine_slopes
from saferoute.sources.elevation.raster import RasterSource

if TYPE_CHECKING:
    from pathlib import Path

NAN = float("nan")


@pytest.fixture
def plane(tmp_path: Path):
    """Return a function that opens a raster of a plane that rises to the east."""

    def open_plane(grade_pct: float, cell_m: float = 1.0) -> RasterSource:
        columns = int(600 / cell_m)
        heights = np.tile(100 + grade_pct / 100 * cell_m * np.arange(columns), (int(200 / cell_m), 1))
        corner = from_origin(ORIGIN[0] - 200, ORIGIN[1] + 100, cell_m, cell_m)
        return RasterSource([write(tmp_path / "plane.tif", heights.astype("float32"), transform=corner)])

    return open_plane


def way(incline: str = "", *, backwards: bool = False) -> str:
    ends = "n2,n1" if backwards else "n1,n2"
    tag = f'incline="{incline}"' if incline else ""
    return f"n1 0 0\nn2 80.4 0\nw1 {ends} highway=footway {tag}\n"


def describe(judged) -> dict:
    return judged.describe(np.arange(1)).iloc[0].to_dict()


@pytest.mark.parametrize(("text", "pct"), [("3 %", 3.0), ("-2", 2.0), ("1:25", 4.0), ("2°", 3.5), ("level", 0.0)])
def test_a_tagged_number_is_a_slope_where_there_are_no_heights(look, text: str, pct: float) -> None:
    found = judge(look(way(text)), "flatness")
    assert found.value == pytest.approx(pct, abs=0.05)
    assert (found.confidence > 0.15).all()
    assert f"tagged as {pct:.2g} %" in describe(found)["why_flatness"]


@pytest.mark.parametrize("text", ["", "so so", "yes"])
def test_what_is_not_tagged_or_not_understood_leaves_the_slope_unknown(look, text: str) -> None:
    found = judge(look(way(text)), "flatness")
    assert np.isnan(found.value).all()
    assert found.confidence.tolist() == [0.0]


@pytest.mark.parametrize("text", ["up", "down"])
def test_up_and_down_tell_a_slope_of_unknown_size(look, text: str) -> None:
    told, untold = judge(look(way(text)), "flatness"), judge(look(way()), "flatness")
    assert (told.value > 5).all()
    assert told.desirability < untold.desirability
    assert 0 < told.confidence < 0.1
    assert "tagged as a slope; best run uphill" in describe(told)["why_flatness"]


def test_a_slope_is_told_in_the_direction_in_which_its_way_was_drawn(look, plane) -> None:
    there = judge(look(way("3 %"), dem=plane(3.0)), "flatness")
    back = judge(look(way("-3 %", backwards=True), dem=plane(3.0)), "flatness")
    wrong = judge(look(way("3 %", backwards=True), dem=plane(3.0)), "flatness")
    for agrees in (there, back):
        assert not describe(agrees)["is_contradicted"]
    told = describe(wrong)
    assert told["is_contradicted"]
    assert (
        "tagged as 3 % the other way, which contradict each other; which way is up is not sure" in told["why_flatness"]
    )
    assert told["grade_sigma_pct"] == pytest.approx(3.0, abs=0.01)


def test_ways_drawn_against_each_other_on_one_stroke_tell_one_slope(look) -> None:
    plan = "n1 0 0\nn2 60 0\nn3 120.4 0\nw1 n1,n2 highway=footway incline=4%\nw2 n3,n2 highway=footway incline=-4%\n"
    found = judge(look(plan), "flatness")
    assert len(found.value) > 5
    assert found.value == pytest.approx(4.0)


def test_a_window_of_which_a_part_is_tagged_is_known_less_well(look) -> None:
    plan = "n1 0 0\nn2 60 0\nn3 160.4 0\nw1 n1,n2 highway=footway incline=2%\nw2 n2,n3 highway=footway\n"
    found = judge(look(plan), "flatness")
    assert (np.diff(found.confidence) <= 0).all()
    assert found.confidence[0] > 1.5 * found.confidence[5] > 0


def street(beyond: str, *, length_m: float = 90.4, bend_m: float = 0.0, drawn: str = "n2,n3") -> str:
    """Return a foot way to the east without a tagged slope, and what goes on at its end."""
    return (
        f"n1 0 0\nn2 {length_m} 0\nn3 {length_m + 50} {bend_m}\n"
        f"w1 n1,n2 highway=pedestrian name=High\nw2 {drawn} {beyond}\n"
    )


@pytest.mark.parametrize("kind", ["residential", "footway", "unclassified"])
def test_the_slope_of_the_way_that_goes_on_in_line_is_carried_on_and_fades(look, kind: str) -> None:
    found = judge(look(street(f"highway={kind} incline=-9%", length_m=300.4)), "flatness")
    told = found.describe(np.arange(len(found.value)))
    near, far = found.value[-1], found.value[np.flatnonzero(np.isfinite(found.value))[0]]
    assert far < near < 9
    assert (np.diff(told["grade_sigma_pct"].dropna()) <= 0).all()
    assert np.isnan(found.value[0])
    assert "taken from the tagged slope of a way before, behind or alongside" in told["why_flatness"].iloc[-1]
    assert told["grade_pct"].iloc[-1] < 0


def run_beside(tags: str, y: float = 5.0, *, askew_m: float = 0.0) -> str:
    """Return a way without a slope, and another whose middle lies `y` m to its north."""
    return way() + f"n7 -10 {y - askew_m}\nn8 90 {y + askew_m}\nw7 n7,n8 {tags}\n"


@pytest.mark.parametrize("tags", ['highway=footway access=no incline="4 %"', 'highway=cycleway foot=no incline="-4 %"'])
def test_the_slope_of_a_way_alongside_is_that_of_the_ground_beside_it(look, tags: str) -> None:
    found = judge(look(run_beside(tags)), "flatness")
    assert found.value == pytest.approx(4.0, abs=0.1)
    assert 0 < found.confidence[0] < judge(look(way("4 %")), "flatness").confidence[0]
    assert "a way before, behind or alongside" in describe(found)["why_flatness"]


@pytest.mark.parametrize(
    "plan",
    [
        run_beside('highway=footway access=no incline="4 %"', 12.0),
        run_beside('highway=footway access=no incline="4 %"', 9.0, askew_m=40.0),
        run_beside('highway=steps incline="40 %"'),
        run_beside('highway=footway access=no bridge=yes layer=1 incline="4 %"'),
        run_beside("highway=footway incline=maybe"),
    ],
)
def test_what_is_far_askew_off_the_ground_or_not_understood_lends_no_slope(look, plan: str) -> None:
    assert np.isnan(judge(look(plan), "flatness").value).all()


def test_a_slope_is_carried_the_way_its_way_was_drawn(look) -> None:
    there, back = (
        judge(look(street("highway=residential incline=7%", drawn=drawn)), "flatness").describe(np.arange(1))
        for drawn in ("n2,n3", "n3,n2")
    )
    assert there["grade_pct"].iloc[0] == pytest.approx(-back["grade_pct"].iloc[0])
    assert there["grade_pct"].iloc[0] > 1


@pytest.mark.parametrize(
    ("beyond", "bend_m"),
    [
        ("highway=residential incline=9%", 60.0),
        ("highway=steps incline=30%", 0.0),
        ("highway=residential incline=up", 0.0),
    ],
)
def test_what_turns_off_or_tells_no_slope_of_a_way_carries_nothing_on(look, beyond: str, bend_m: float) -> None:
    assert np.isnan(judge(look(street(beyond, bend_m=bend_m)), "flatness").value).all()


def test_a_way_of_the_same_name_may_turn_farther(look) -> None:
    found = judge(look(street("highway=residential name=High incline=9%", bend_m=60.0)), "flatness")
    assert np.isfinite(found.value).all()


def test_a_street_whose_next_way_is_sloped_is_worth_less_than_one_of_which_nothing_is_known(look) -> None:
    sloped, unknown = (look(street(f"highway=residential {tags}")) for tags in ("incline=6%", ""))
    low = [scoring.score_measurements(s.measurements, s.evidence.profile).low.max() for s in (sloped, unknown)]
    assert low[0] < min(low[1], scoring.FORMULA.ratings[-1][1])
    assert "slope" in look(street("highway=residential incline=14%")).sample_reasons


@pytest.mark.parametrize("tag", ["up", "7 %"])
def test_a_contradiction_makes_a_sure_slope_unsure(look, plane, tag: str) -> None:
    alone, against = judge(look(way(), dem=plane(-2.0)), "flatness"), judge(look(way(tag), dem=plane(-2.0)), "flatness")
    assert (against.confidence < alone.confidence).all()
    assert describe(against)["is_contradicted"]
    assert abs(describe(against)["grade_pct"]) == pytest.approx(2.0, abs=0.2)


SLOPES = st.floats(-12, 12, allow_subnormal=False)
ERRORS = st.floats(0.1, 5)


def combine(grade: float, sigma: float, *, pct=NAN, pct_sigma=NAN, direction=0.0, least=0.0):
    told = (np.array([v], dtype=float) for v in (pct, pct_sigma, direction, least))
    tagged = TaggedSlopes(*told, is_carried=np.zeros(1, dtype=bool))
    result = combine_slopes(np.array([grade], dtype=float), np.array([sigma], dtype=float), tagged)
    return float(result.grade_pct[0]), float(result.sigma_pct[0]), bool(result.is_contradicted[0])


@given(SLOPES, ERRORS, SLOPES, ERRORS)
def test_two_numbers_make_one_between_them_that_is_as_sure_as_they_agree(one, error, other, other_error) -> None:
    grade, sigma, against = combine(one, error, pct=other, pct_sigma=other_error)
    assert min(one, other) - 1e-9 <= grade <= max(one, other) + 1e-9
    assert against == (abs(one - other) > 1.96 * np.hypot(error, other_error))
    assert sigma >= abs(one - other) / 2 if against else sigma <= min(error, other_error)


@given(SLOPES, ERRORS, st.sampled_from([-1.0, 1.0]), st.sampled_from([0.0, 8.0]))
def test_words_bound_a_slope(grade, sigma, direction, least) -> None:
    bounded, spread, against = combine(grade, sigma, direction=direction, least=least)
    if against:
        assert bounded == pytest.approx(grade)
        assert spread >= least - direction * grade - 1e-9
    else:
        assert direction * bounded >= least - 1e-9
        assert spread <= sigma + 1e-9


def test_words_change_nothing_of_a_slope_that_keeps_to_them() -> None:
    assert combine(5.0, 0.2, direction=1.0) == pytest.approx((5.0, 0.2, False))


@given(SLOPES, ERRORS)
def test_steep_alone_is_steep_the_way_that_heights_tell(grade, sigma) -> None:
    bounded, _, _ = combine(grade, sigma, least=8.0)
    assert np.sign(bounded) == np.sign(grade) or grade == 0
