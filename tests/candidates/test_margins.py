"""Ground beside what one keeps away from: car parks, courts, rails, roads on both sides, diamonds."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from grounds import LAWN, find_corridors, in_plan, lawn, town_with_a_walk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from pathlib import Path

HALF_LANE_M, ROUNDING_M = 1.5, 0.05


@pytest.fixture
def corridors(tmp_path: Path):
    return partial(find_corridors, tmp_path)


def highest(found) -> float:
    """Return the greatest y of any line."""
    lines = in_plan(found.lines)
    assert lines
    return max(line.bounds[3] for line in lines)


@pytest.mark.parametrize(
    ("beside", "margin"),
    [
        ("amenity=parking", 2.5),
        ("leisure=pitch sport=tennis", 2.0),
        ("landuse=recreation_ground sport=bmx", 2.0),
        ("landuse=village_green sport=boules", 2.0),
        ("sport=quidditch", 2.0),
        ("leisure=pitch sport=soccer barrier=fence", 2.0),
        ("leisure=pitch sport=soccer fenced=yes", 2.0),
        ("leisure=golf_course", 20.0),
        ("aeroway=helipad", 10.0),
        ("landuse=garages", 0.5),
        ("landuse=construction", 5.0),
    ],
)
@pytest.mark.parametrize("north", [60, 400])
def test_what_lies_beside_a_lawn_keeps_its_margin_whether_smaller_or_larger(
    corridors, beside: str, margin: float, north: int
) -> None:
    town = lawn()
    town.box(0, 40, 120, north, beside)
    assert highest(corridors(town)) == pytest.approx(40 - margin - HALF_LANE_M, abs=ROUNDING_M)


def test_a_garage_below_a_lawn_takes_nothing_of_it(corridors) -> None:
    town = lawn()
    before = shapely.length(corridors(town).lines).max()
    town.box(20, 10, 70, 40, "amenity=parking parking=underground layer=-1")
    assert shapely.length(corridors(town).lines).max() == pytest.approx(before, abs=ROUNDING_M)


@pytest.mark.parametrize(("fence", "margin"), [(None, 6.75), (42.5, 3.75), (44.9, 3.75), (46, 6.75)])
def test_one_comes_nearer_to_rails_behind_a_fence(corridors, fence: float | None, margin: float) -> None:
    town = lawn()
    town.line([(-50, 45), (170, 45)], "railway=tram")
    if fence is not None:
        town.line([(-50, fence), (170, fence)], "barrier=fence")
    expected = min(40, 45 - margin) - HALF_LANE_M
    assert highest(corridors(town)) == pytest.approx(expected, abs=ROUNDING_M)


def test_a_fence_along_half_of_the_rails_lets_one_near_there_alone(corridors) -> None:
    town = lawn()
    town.line([(-50, 45), (170, 45)], "railway=rail")
    town.line([(60, 43), (170, 43)], "barrier=fence")
    for line in in_plan(corridors(town).lines):
        here = shapely.clip_by_rect(line, -50, 0, 58, 60)
        assert here.is_empty or here.bounds[3] <= 45 - 6.75 - HALF_LANE_M + ROUNDING_M


@pytest.mark.parametrize(
    ("south", "north", "highway", "island"),
    [
        (-10, 16, "residential", True),
        (-10, 16, "service", False),
        (-10, 40, "residential", False),
        (-30, 16, "residential", False),
    ],
)
def test_a_lawn_between_two_roads_is_an_island(corridors, south: int, north: int, highway: str, island: bool) -> None:
    town = town_with_a_walk(y=-28)
    town.box(0, 0, 120, 6, "landuse=grass")
    for y in (south, north):
        town.line([(-60, y), (180, y)], f"highway={highway} width=4")
    found = corridors(town)
    assert (len(found.lines) == 0) is island
    assert ("between carriageways" in set(found.excluded["reason"])) is island


def quarter(size: int = 110) -> list[tuple[float, float]]:
    """Return a ball ground with its plate at the origin."""
    arc = np.radians(np.linspace(0, 90, 13))
    return [(0.0, 0.0), *((float(size * np.cos(a)), float(size * np.sin(a))) for a in arc)]


@pytest.mark.parametrize(
    "tags", ["landuse=recreation_ground sport=skateboard", "landuse=grass sport=archery", "sport=unheard_of"]
)
def test_ground_for_a_sport_with_ramps_or_bullets_is_cut_out_of_the_lawn_around(corridors, tags: str) -> None:
    town = lawn()
    town.box(40, 10, 90, 34, tags)
    lines = in_plan(corridors(town).lines)
    assert all(line.distance(shapely.box(40, 10, 90, 34)) > 2 for line in lines)


@pytest.mark.parametrize(
    ("tags", "kept"), [("electrified=feeder", False), ("natural=monolith_x", False), ("name=X", True)]
)
def test_a_lane_keeps_clear_of_a_point_of_an_unknown_kind(corridors, tags: str, kept: bool) -> None:
    town = lawn()
    town.point(60, 20, tags)
    lines = in_plan(corridors(town).lines)
    assert lines
    assert any(line.distance(shapely.Point(60, 20)) < 1.4 for line in lines) is kept


@pytest.mark.parametrize("sport", ["baseball", "softball", "soccer;baseball"])
def test_the_infield_of_a_diamond_is_not_run_over(corridors, sport: str) -> None:
    town = town_with_a_walk()
    town.ring(quarter(), f"leisure=pitch sport={sport}")
    lines = in_plan(corridors(town).lines)
    assert lines
    assert all(line.distance(shapely.Point(0, 0)) > 40 for line in lines)


def test_a_square_diamond_has_its_plate_where_the_backstop_stands_or_in_any_corner(corridors) -> None:
    corners = [(0, 0), (130, 0), (130, 130), (0, 130)]
    town = town_with_a_walk()
    town.ring(corners, "leisure=pitch sport=baseball")
    lines = in_plan(corridors(town).lines)
    assert lines
    assert all(line.distance(shapely.MultiPoint(corners)) > 40 for line in lines)
    town.line([(124, 132), (132, 132), (132, 124)], "barrier=fence")
    lines = in_plan(corridors(town).lines)
    assert all(line.distance(shapely.Point(130, 130)) > 40 for line in lines)
    assert any(line.distance(shapely.Point(0, 0)) < 10 for line in lines)


def test_a_diamond_without_a_corner_is_not_run_over_at_all(corridors) -> None:
    town = town_with_a_walk(y=-90)
    town.ring(list(shapely.Point(0, 0).buffer(80, quad_segs=8).exterior.coords)[:-1], "leisure=pitch sport=softball")
    assert not len(corridors(town).lines)


def test_the_strip_in_the_middle_of_a_cricket_ground_is_not_run_over(corridors) -> None:
    town = town_with_a_walk(y=-70)
    town.ring(list(shapely.Point(50, 0).buffer(65, quad_segs=8).exterior.coords)[:-1], "leisure=pitch sport=cricket")
    lines = in_plan(corridors(town).lines)
    assert lines
    assert all(line.distance(shapely.Point(50, 0)) > 15 for line in lines)


BESIDE = st.sampled_from(
    [
        "leisure=pitch sport=tennis",
        "leisure=pitch sport=baseball",
        "amenity=parking",
        "leisure=golf_course",
        "natural=wood",
    ]
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BESIDE, st.integers(-60, 140), st.integers(-5, 60), st.integers(20, 90))
def test_a_neighbour_never_makes_ground_longer(corridors, tags: str, x: int, y: int, size: int) -> None:
    town = town_with_a_walk()
    town.box(*LAWN, "leisure=park")
    before = corridors(town)
    town.box(x, y, x + size, y + size, tags)
    after = corridors(town)
    of_park = after.rows["kind"] == "park"
    assert shapely.length(after.lines[of_park]).max(initial=0) <= shapely.length(before.lines).max() + ROUNDING_M
