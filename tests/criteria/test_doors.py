"""Doors of houses that the map does not draw: said, and never taken for free ground."""

from __future__ import annotations

import numpy as np
import pytest
from surveys import judge

BENCHES = "".join(f"n{100 + i} {12 * i} 70 amenity=bench\n" for i in range(20))
"""So many that the map counts as complete."""
LANE = "highway=pedestrian width=5"


def plan(tags: str, *more: str) -> str:
    """Return a way along the x axis, benches far off, and what else there is."""
    return f"n1 0 0\nn2 130 0\nw1 n1,n2 {tags}\n{BENCHES}" + "\n".join(more)


def strip(y: float, far: float, tags: str, *, number: int = 5) -> str:
    """Return ground all along the way, from `y` m to `far` m to its north."""
    n = 10 * number
    corners = f"n{n} -40 {y}\nn{n + 1} 170 {y}\nn{n + 2} 170 {far}\nn{n + 3} -40 {far}\n"
    return f"{corners}w{number} n{n},n{n + 1},n{n + 2},n{n + 3},n{n} {tags}"


def line(y: float, tags: str, *, number: int = 4) -> str:
    """Return a line along the way, `y` m to its north."""
    return f"n{10 * number} -40 {y}\nn{10 * number + 1} 170 {y}\nw{number} n{10 * number},n{10 * number + 1} {tags}"


def describe(survey) -> dict:
    """Return the columns of a window in the middle, and how sure they are."""
    judged = judge(survey, "obstacles")
    middle = len(judged.value) // 2
    row = judged.describe(np.array([middle])).iloc[0]
    return {**row, "confidence": judged.confidence[middle]}


SOUTH = strip(-24, -9, "building=apartments", number=6)
NORTH = strip(14, 30, "building=house", number=7)
STREETS = {
    "a pedestrian street": plan(LANE),
    "with houses on one side only": plan(LANE, SOUTH),
    "a pavement": plan("highway=footway footway=sidewalk", line(-6.5, "highway=tertiary width=6")),
    "a path along a street": plan("highway=path", line(-7.5, "highway=residential width=6")),
    "a path along a road in a town": plan(
        "highway=path", line(-7.5, "highway=secondary width=6"), strip(-90, 90, "landuse=retail")
    ),
    "behind trees": plan(LANE, SOUTH, line(4, "natural=tree_row")),
}
ELSEWHERE = {
    "houses on both sides": plan(LANE, SOUTH, NORTH),
    "between a house and a lawn": plan(LANE, SOUTH, strip(3, 25, "landuse=grass")),
    "between water and a field": plan(
        LANE, strip(-30, -7, "natural=water"), strip(4, 60, "landuse=farmland", number=6)
    ),
    "behind a wall": plan(LANE, SOUTH, line(6, "barrier=wall")),
    "far from every street": plan("highway=path"),
    "along a road outside of towns": plan("highway=path", line(-7.5, "highway=secondary width=6")),
    "across a street": plan("highway=path", "n40 65 -90\nn41 65 90\nw4 n40,n41 highway=residential bridge=yes layer=1"),
}


@pytest.mark.parametrize("name", STREETS)
def test_where_houses_are_likely_and_not_drawn_it_is_said_and_less_sure(look, name: str) -> None:
    told = describe(look(STREETS[name]))
    assert "houses are not drawn here" in told["why_obstacles"]
    assert "nothing mapped within" not in told["why_obstacles"]


@pytest.mark.parametrize("name", ELSEWHERE)
def test_where_houses_are_drawn_or_cannot_stand_nothing_is_said(look, name: str) -> None:
    assert "houses are not drawn" not in describe(look(ELSEWHERE[name]))["why_obstacles"]


@pytest.mark.parametrize("tags", ["highway=footway width=5", "highway=path width=5"])
def test_a_way_is_never_surer_as_a_street_than_off_the_streets(look, tags: str) -> None:
    """Neither for being a street itself, nor for one that runs beside it."""
    alone = describe(look(plan(tags)))
    for more in (plan(LANE), plan(tags, line(-9, "highway=living_street width=4"))):
        assert describe(look(more))["confidence"] < alone["confidence"]


def test_doors_open_onto_no_lawn(look) -> None:
    survey = look(plan(LANE, strip(4.5, 36, "landuse=grass")))
    samples, first = survey.windows.samples, survey.windows.first
    on_lawn = (samples.ground["origin"] == "area")[samples.pair_ground[samples.first_pair[first]]]
    judged = judge(survey, "obstacles").describe(np.arange(len(first)))
    told = judged["why_obstacles"].str.contains("houses are not drawn here").to_numpy()
    assert 0 < on_lawn.sum() < len(on_lawn)
    assert told[~on_lawn].all()
    assert not told[on_lawn].any()
