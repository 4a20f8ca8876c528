"""What lies on top of what, and what one gets to on foot."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
import shapely
from grounds import Town, find_corridors, in_plan, lawn, town_with_a_walk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def corridors(tmp_path: Path):
    return partial(find_corridors, tmp_path)


def reasons(found) -> set[str]:
    return set(found.excluded["reason"])


# --- on top ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cover", ["natural=wood", "natural=scrub", "landuse=farmland", "landuse=orchard", "natural=wetland"]
)
@pytest.mark.parametrize("ground", ["leisure=park", "landuse=recreation_ground"])
def test_a_park_is_what_grows_there_however_large(corridors, ground: str, cover: str) -> None:
    park = lawn(ground)
    assert len(corridors(park).lines)
    park.box(-300, -9, 400, 400, cover)
    assert not len(corridors(park).lines)
    assert not len(corridors(lawn(f"{ground} {cover}" if "landuse" not in ground else f"{ground} natural=wood")).lines)


@pytest.mark.parametrize("ground", ["leisure=pitch sport=soccer", "natural=beach", "landuse=grass"])
def test_ground_that_says_what_it_is_lies_on_a_larger_wood(corridors, ground: str) -> None:
    town = lawn(ground)
    town.box(-300, -9, 400, 400, "natural=wood")
    assert len(corridors(town).lines)


def test_a_lawn_that_is_a_wood_by_its_own_tags_is_no_lawn(corridors) -> None:
    found = corridors(lawn("landuse=grass natural=wood"))
    assert not len(found.lines)
    assert reasons(found) == {"other use"}


def test_a_lawn_in_a_park_under_a_wood_stays_a_lawn(corridors) -> None:
    town = town_with_a_walk()
    town.box(-100, -9, 300, 200, "leisure=park")
    town.box(-200, -9, 400, 300, "natural=wood")
    town.box(0, 0, 120, 40, "landuse=grass")
    assert set(corridors(town).rows["kind"]) == {"grass"}


def test_a_wood_on_the_larger_of_two_lawns_lies_under_the_smaller(corridors) -> None:
    town = town_with_a_walk()
    town.line([(-5, -10), (-5, 90)], "highway=footway")
    town.box(0, 0, 100, 100, "landuse=grass")
    town.box(0, 50, 100, 100, "natural=wood")
    assert max(line.bounds[3] for line in in_plan(corridors(town).lines)) < 50
    town.box(0, 60, 100, 75, "landuse=grass")  # a glade, which is mown
    lines = in_plan(corridors(town).lines)
    assert any(line.bounds[1] > 60 and line.bounds[3] < 75 for line in lines)
    assert not any(line.intersects(shapely.box(0, 50, 100, 60)) for line in lines)


def test_a_use_beside_small_ground_keeps_its_margin(corridors) -> None:
    town = town_with_a_walk()
    town.box(0, 0, 120, 5, "landuse=grass")
    town.box(0, 5, 300, 300, "landuse=industrial")
    found = in_plan(corridors(town).lines)
    assert found
    assert max(line.bounds[3] for line in found) == pytest.approx(5 - 0.5 - 1.5, abs=0.05)


# --- reached -----------------------------------------------------------------------------------


def fence(town: Town, gap_m: float = 0.0, tags: str = "barrier=fence") -> None:
    """Draw a fence around the lawn that is open for `gap_m` in the south, where the footway runs."""
    town.line([(60 - gap_m / 2, -3), (-3, -3), (-3, 43), (123, 43), (123, -3), (60 + gap_m / 2, -3)], tags)


@pytest.mark.parametrize("barrier", ["fence", "wall", "hedge", "retaining_wall", "palisade_of_unheard_of_kind"])
def test_a_lawn_ringed_by_a_fence_is_out_of_reach(corridors, barrier: str) -> None:
    town = lawn()
    fence(town, tags=f"barrier={barrier}")
    found = corridors(town)
    assert not len(found.lines)
    assert reasons(found) == {"no way leads there"}


@pytest.mark.parametrize("between", ["barrier=fence", "waterway=canal", "railway=rail", "natural=cliff"])
def test_a_way_beyond_a_barrier_leads_nowhere(corridors, between: str) -> None:
    town = lawn(y=-20)
    assert len(corridors(town).lines)
    town.line([(-90, -12), (210, -12)], between)
    assert not len(corridors(town).lines)


def test_a_fence_with_a_gap_is_walked_around(corridors) -> None:
    town = lawn()
    fence(town, gap_m=2.0)
    assert len(corridors(town).lines)


@pytest.mark.parametrize(
    ("gate", "opens"),
    [
        ("barrier=gate", True),
        ("barrier=entrance", True),
        ("barrier=kissing_gate foot=yes", True),
        ("barrier=gate access=private", False),
        ("barrier=gate access=by_moonlight", False),
    ],
)
def test_a_gate_opens_a_fence_unless_it_is_private(corridors, gate: str, opens: bool) -> None:
    town = lawn()
    fence(town)
    town.point(60, -3, gate)
    assert (len(corridors(town).lines) > 0) is opens


def test_a_gate_through_which_a_private_drive_goes_opens_nothing(corridors) -> None:
    town = lawn()
    fence(town)
    town.point(60, -3, "barrier=gate")
    town.line([(60, -10), (60, -3), (60, -1)], "highway=service access=private")
    assert not len(corridors(town).lines)


def test_a_public_way_through_the_fence_opens_it(corridors) -> None:
    town = lawn()
    fence(town)
    town.line([(60, -10), (60, -3), (60, -1)], "highway=footway")
    assert len(corridors(town).lines)


def test_a_pitch_in_its_cage_is_reached_unless_only_private_ways_are_within(corridors) -> None:
    town = lawn("leisure=pitch sport=soccer")
    fence(town)
    assert len(corridors(town).lines)
    town.line([(0, -1.5), (100, -1.5)], "highway=service access=private")
    assert not len(corridors(town).lines)


def test_a_bridge_and_a_tunnel_lead_to_nothing_beside_them(corridors) -> None:
    for tags in ("highway=footway bridge=yes layer=1", "highway=footway tunnel=yes layer=-1"):
        town = Town()
        town.line([(-50, -200), (200, -200)], "highway=footway")
        town.line([(-50, -10), (200, -10)], tags)
        town.box(0, 0, 120, 40, "leisure=park")
        assert not len(corridors(town).lines)
