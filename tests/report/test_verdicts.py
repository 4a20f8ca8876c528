"""The verdict says what is level and quiet, and never takes what is unknown for either."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saferoute.report.verdicts import describe_verdict, write_verdicts

NAN = float("nan")
KNOWN = {
    "grade_pct": -0.4,
    "grade_sigma_pct": 0.3,
    "cross_slope_pct": 1.0,
    "cross_slope_sigma_pct": 0.5,
    "is_on_way": False,
    "is_tilted": False,
    "people_per_hour": 12.0,
    "surface": "asphalt",
    "free_lane_m": 2.0,
    "are_objects_mapped": True,
}


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({}, "Level (± 0.3 %); likely quiet at 18:30"),
        ({"grade_sigma_pct": 2.4}, "Level as far as the data tell (± 2 %); likely quiet at 18:30"),
        ({"grade_sigma_pct": NAN}, "Level as far as the data tell (error unknown); likely quiet at 18:30"),
        ({"grade_pct": 2.6}, "Slightly sloped (3 % ± 0.3 %); likely quiet at 18:30"),
        ({"grade_pct": -5.0}, "Sloped (5 % ± 0.3 %); likely quiet at 18:30"),
        ({"cross_slope_pct": -6.0}, "Level (± 0.3 %); tilted to the side (6 %); likely quiet at 18:30"),
        ({"cross_slope_pct": 6.0, "cross_slope_sigma_pct": 7.8}, "Level (± 0.3 %); likely quiet at 18:30"),
        ({"people_per_hour": 300.0}, "Level (± 0.3 %); likely busy at 18:30"),
        ({"people_per_hour": 60.0}, "Level (± 0.3 %); some people likely at 18:30"),
        ({"people_per_hour": NAN}, "Level (± 0.3 %); people unknown"),
    ],
)
def test_what_is_known_is_said_with_its_error(known: dict[str, object], said: str) -> None:
    assert describe_verdict({**KNOWN, **known}, "at 18:30") == said


@given(st.dictionaries(st.sampled_from(["grade_pct", "people_per_hour", "surface", "free_lane_m"]), st.just(NAN)))
def test_what_is_unknown_is_never_called_good(gone: dict[str, float]) -> None:
    said = describe_verdict({**KNOWN, **gone}, "at noon")
    assert ("Slope unknown" in said) == ("grade_pct" in gone)
    assert ("Level" in said) != ("grade_pct" in gone)
    assert ("quiet" in said) != ("people_per_hour" in gone)
    assert ("not mapped: look" in said) == bool({"surface", "free_lane_m"} & set(gone))


def test_guessed_surface_and_thin_mapping_are_not_mapped() -> None:
    row = {**KNOWN, "surface": "likely grass", "are_objects_mapped": False, "free_lane_m": NAN}
    assert describe_verdict(row, "x").endswith("surface, width and small obstacles not mapped: look")


def test_the_hour_is_that_of_the_search() -> None:
    early = SimpleNamespace(local=dt.datetime.fromisoformat("2026-06-20T07:05"))
    assert write_verdicts([KNOWN], [()], early) == ["Level (± 0.3 %); likely quiet at 7:05"]  # type: ignore[arg-type]
    assert write_verdicts([KNOWN], [()], None) == ["Level (± 0.3 %); likely quiet at a mean hour"]


def test_two_things_at_once_are_named_and_one_is_left_to_the_checks() -> None:
    assert describe_verdict(KNOWN, "x", ["hillside"]) == describe_verdict(KNOWN, "x")
    said = describe_verdict(KNOWN, "x", ["left", "crowd", "tilt"])
    assert said.endswith("look first at what stands close beside it, the slope to the side and how busy it is")
    assert describe_verdict(KNOWN, "x", ["left", "right"]).endswith("look first at what stands close on both sides")


def test_beside_a_way_a_steep_tilt_is_the_ground_s_and_the_way_s_cannot_be_told() -> None:
    steep = {**KNOWN, "cross_slope_pct": 17.0, "cross_slope_sigma_pct": 3.0, "is_tilted": True}
    assert "slope to the side cannot be told: the ground around tilts by 17 %" in describe_verdict(
        {**steep, "is_on_way": True}, "x"
    )
    assert "tilted to the side (17 %)" in describe_verdict({**steep, "is_on_way": False}, "x")
