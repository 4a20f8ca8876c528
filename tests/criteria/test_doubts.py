"""Serious doubts, what one wants to see before running: which there are, and what two of them do to a rating."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from rasters import centres, from_origin, write
from surveys import judge
from town import ORIGIN

from saferoute import criteria, scoring
from saferoute.report.crowd import warn_of_routes
from saferoute.report.units import METRIC_UNITS
from saferoute.sources.elevation.raster import RasterSource

if TYPE_CHECKING:
    from pathlib import Path

    from saferoute.search import Survey

WAY = "n1 0 0\nn2 120.4 0\nw1 n1,n2 highway=footway surface=asphalt {}\n"
PITCH = (
    "n1 0 -20\nn2 110 -20\nn3 110 20\nn4 0 20\nw1 n1,n2,n3,n4,n1 leisure=pitch surface=grass sport=soccer\n"
    "n5 40 -28\nn6 70 -28\nw2 n5,n6 highway=footway\n"
)
HEDGE_NORTH = "n11 0 {0}\nn12 120 {0}\nw11 n11,n12 barrier=hedge\n"
HEDGE_SOUTH = "n21 0 -1.9\nn22 120 -1.9\nw21 n21,n22 barrier=hedge\n"
HEDGE_AHEAD = "n31 123 -6\nn32 123 6\nw31 n31,n32 barrier=hedge\n"
CYCLEWAY = "n41 -20 4\nn42 140 4\nw41 n41,n42 highway=cycleway width=2\n"
FERRY = "n51 60 15 amenity=ferry_terminal\n"


def list_doubts(found: Survey) -> set[str]:
    """Return the names of the doubts about all windows together, as one stretch."""
    first, n = found.windows.first, found.windows.n_samples
    run = np.array([first.min()]), np.array([first.max() + n - first.min()])
    judged = {name: measured.select_rows(np.array([0])) for name, measured in found.measurements.items()}
    doubts = criteria.gather_doubts(judged, *run)
    return {name for name in doubts if doubts[name].all()}


@pytest.fixture
def slope(tmp_path: Path):
    """Return a function that opens heights that rise to the north by so many per cent."""

    def open_slope(pct: float) -> RasterSource:
        corner = from_origin(ORIGIN[0] - 300, ORIGIN[1] + 200, 2.0, 2.0)
        _, y = centres(corner, (200, 400)) - np.array(ORIGIN)[:, None]
        heights = (300 + pct * y / 100).reshape(200, 400).astype("float32")
        return RasterSource([write(tmp_path / "slope.tif", heights, transform=corner)])

    return open_slope


@pytest.mark.parametrize(
    ("plan", "doubts"),
    [
        (WAY.format(""), set()),
        (WAY.format("bicycle=designated"), {"wheels"}),
        (WAY.format("") + HEDGE_NORTH.format(1.9), {"left"}),
        (WAY.format("") + HEDGE_NORTH.format(3.4), set()),
        (WAY.format("") + HEDGE_NORTH.format(1.9) + HEDGE_SOUTH, {"left", "right"}),
        (WAY.format("") + HEDGE_SOUTH + HEDGE_AHEAD, {"right", "ahead"}),
        (WAY.format("") + CYCLEWAY, {"wheels"}),
        (WAY.format("") + FERRY, {"crowd"}),
    ],
)
def test_each_thing_that_one_wants_to_see_first_is_a_doubt(look, slope, plan: str, doubts: set[str]) -> None:
    assert list_doubts(look(plan, dem=slope(0.0))) == doubts


@pytest.mark.parametrize(
    ("pct", "doubts"), [(5.0, set()), (9.5, {"tilt"}), (17.0, {"tilt", "hillside"}), (-17.0, {"tilt", "hillside"})]
)
def test_ground_that_tilts_is_a_doubt_and_a_steep_one_two(look, slope, pct: float, doubts: set[str]) -> None:
    assert list_doubts(look(WAY.format(""), dem=slope(pct))) == doubts


def test_an_unknown_slope_is_a_doubt_but_of_a_pitch_that_is_built_level(look) -> None:
    assert list_doubts(look(WAY.format(""))) == {"slope"}
    assert list_doubts(look(PITCH)) == set()


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (CYCLEWAY, "bicycles or skaters beside: a way of theirs 3.0 m to the north"),
        (
            "n41 124.4 -40\nn42 124.4 40\nw41 n41,n42 highway=cycleway width=2\n",
            "bicycles or skaters ahead: a way of theirs 13.4 m ahead of the east end",
        ),
    ],
)
def test_a_way_of_cyclists_is_told_where_it_lies_as_the_column_tells_it(look, plan: str, said: str) -> None:
    survey = look(WAY.format("") + plan)
    row = len(survey.windows) - 1
    gather = survey.measurements["crowding"].gather_along
    along = gather(survey.windows.first[[row]], np.array([survey.windows.n_samples]))
    assert warn_of_routes(along, METRIC_UNITS) == [[said]]
    assert judge(survey, "crowding").describe(np.array([row]))["bicycles"].iloc[0] == said.split(": ")[1]


def test_what_two_doubts_leave_unrated_one_of_them_does_not(look, slope) -> None:
    known, hedge = slope(0.0), HEDGE_NORTH.format(1.9)
    for plan, dem, most in ((hedge, known, 1), (hedge, None, 2), (CYCLEWAY + hedge, known, 2)):
        doubts = len(list_doubts(look(WAY.format("") + plan, dem=dem)))
        assert doubts == most
        rated = scoring.assign_ratings(*np.ones((2, 1)), *np.ones((2, 1, 5)), np.array([doubts]))
        assert (rated[0] == scoring.UNRATED) == (most > 1)
