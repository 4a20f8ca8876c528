"""Slopes of the ground by the heights that the map tells of stops, guideposts and tops of hills."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from surveys import judge

from saferoute import scoring
from saferoute.arrays import list_records
from saferoute.criteria.flatness.spot_heights import SpotHeights, choose_pairs, fit_tilts

PATH = "n1 -10 0\nn2 80.4 0\nw1 n1,n2 {tags}\n"
GROUND = (
    "n20 -30 -21\nn21 110 -21\nw20 n20,n21 highway=footway\n"
    "n5 -10 -20\nn6 90 -20\nn7 90 20\nn8 -10 20\nw5 n5,n6,n7,n8,n5 surface=grass"
)
AROUND = ((-350, 240), (300, 310), (-260, -330), (420, -180), (40, 500))
KINDS = ("highway=bus_stop", "tourism=information information=guidepost", "natural=spring", "natural=peak")


def place_heights(height_of, places=AROUND) -> str:
    """Return points at some places whose height is told as `height_of` has it."""
    return "".join(f"n{90 + k} {x} {y} {KINDS[k % len(KINDS)]} ele={height_of(y)}\n" for k, (x, y) in enumerate(places))


def rise_north(share: float):
    return lambda y: round(700 + share * y)


def tell(found) -> dict:
    return list_records(judge(found, "flatness").measurement.gather_evidence(np.arange(1)))[0]


def low_of(found) -> float:
    return float(scoring.score_measurements(found.measurements, found.evidence.profile).low.max())


@pytest.mark.parametrize("tags", ["highway=footway surface=asphalt", "highway=track surface=gravel"])
def test_ways_on_a_slope_that_heights_around_tell_are_on_a_hillside_and_fall_behind(look, tags: str) -> None:
    level, hill = (look(PATH.format(tags=tags) + place_heights(rise_north(share))) for share in (0.0, 0.28))
    assert 60 < tell(hill)["spot_rise_m"] < 250
    assert tell(hill)["likely_falls_pct"] > 8
    assert np.isnan(tell(level)["spot_rise_m"])
    assert low_of(hill) < low_of(level)


@pytest.mark.parametrize(("leisure", "is_told"), [("park", True), ("pitch sport=soccer", False)])
def test_open_ground_on_a_slope_is_a_hillside_and_a_pitch_there_was_levelled(look, leisure: str, is_told: bool) -> None:
    found = look(f"{GROUND} leisure={leisure}\n{place_heights(rise_north(0.28))}")
    told = judge(found, "flatness").measurement.gather_evidence(np.arange(len(found.windows)))
    assert np.isfinite(told["spot_rise_m"][~told["is_on_way"]]).all() == is_told


def test_the_floor_of_a_valley_is_no_hillside(look) -> None:
    def valley(y: float) -> int:
        return round(424 + 0.4 * max(abs(y) - 150, 0))

    on_both_sides = [(-300, 20), (350, -30), *AROUND]
    assert np.isnan(
        tell(look(PATH.format(tags="highway=footway") + place_heights(valley, on_both_sides)))["spot_rise_m"]
    )


@pytest.mark.parametrize(
    "heights",
    [
        "n90 200 100 natural=peak ele=900\n",
        "n90 90 300 highway=bus_stop ele=up\nn91 0 -300 highway=bus_stop ele=600\n",
        "n90 90 300 place=village ele=750\nn91 0 -300 highway=bus_stop ele=600\n",
    ],
    ids=["one", "one understood", "one of a village"],
)
def test_one_height_alone_tells_nothing(look, heights: str) -> None:
    assert np.isnan(tell(look(PATH.format(tags="highway=footway") + heights))["spot_rise_m"])


def test_heights_copied_from_the_village_tell_less(look) -> None:
    def tell_by(*heights: int) -> float:
        rows = zip(((-200, 60), (-190, -310), (260, 100)), heights, strict=True)
        plan = "".join(f"n{90 + k} {x} {y} highway=bus_stop ele={z}\n" for k, ((x, y), z) in enumerate(rows))
        return tell(look(PATH.format(tags="highway=footway") + plan))["likely_falls_pct"]

    assert tell_by(504, 504, 604) < tell_by(504, 503, 604)


POINTS = st.lists(
    st.tuples(st.floats(-700, 700), st.floats(-700, 700), st.floats(200, 900)), min_size=1, max_size=12
).map(np.array)


def spot(rows: np.ndarray) -> SpotHeights:
    return SpotHeights(rows[:, :2], rows[:, 2], np.full(len(rows), 10.0))


@given(rows=POINTS, turn=st.floats(0, 6.3), lift=st.floats(-400, 3000))
def test_the_tilt_does_not_depend_on_north_and_the_sea(rows: np.ndarray, turn: float, lift: float) -> None:
    here = np.zeros((1, 2))
    turned = rows.copy()
    turned[:, :2] = rows[:, :2] @ [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
    turned[:, 2] += lift
    for one, other in zip(fit_tilts(here, spot(rows)), fit_tilts(here, spot(turned)), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=0.05)


@given(rows=POINTS)
def test_level_and_lonely_heights_are_no_hillside(rows: np.ndarray) -> None:
    here = np.array([[0.0, 0.0], [5000.0, 0.0]])
    level = rows.copy()
    level[:, 2] = 333
    assert not fit_tilts(here, spot(level)).is_hillside().any()
    assert not fit_tilts(here, spot(rows[:1])).is_hillside().any()


@given(rows=POINTS.filter(lambda rows: len(rows) > 1))
def test_the_pair_that_is_told_is_one_of_the_map(rows: np.ndarray) -> None:
    ((rise, apart),) = choose_pairs(np.zeros((1, 2)), spot(rows))
    differences = np.abs(rows[:, None] - rows)
    told = np.isclose(differences[:, :, 2], rise) & np.isclose(np.hypot(*differences[:, :, :2].T).T, apart)
    assert told.any()
