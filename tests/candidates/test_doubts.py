"""Ground that may not be everybody's, or where little is drawn: what is said of it, and how far the map is believed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from grounds import LAWN, find_corridors, lawn, town_with_a_walk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ranked_towns import FEW, RATINGS, SCORES, rank

if TYPE_CHECKING:
    from pathlib import Path

GREEN = "landuse=village_green"
FEW_TOWNS = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def corridors(tmp_path: Path):
    return partial(find_corridors, tmp_path)


def doubts_of(found) -> set[str]:
    """Return all that is doubted of any corridor."""
    assert len(found.lines)
    return {name for names in found.rows["doubts"] for name in names}


def test_a_lawn_with_a_footway_along_it_is_not_doubted(corridors) -> None:
    assert doubts_of(corridors(lawn(y=-3))) == set()


@FEW_TOWNS
@given(
    tags=st.sampled_from(["building=school", "building=civic amenity=school", "building=kindergarten"]),
    east=st.sampled_from([128, 140, 148, 190]),
)
def test_a_school_without_ground_may_own_the_green_beside(corridors, tags: str, east: int) -> None:
    town = lawn(GREEN, y=-3)
    town.box(east, 0, east + 30, 40, tags)
    assert ("school" in doubts_of(corridors(town))) is (east - 120 < 30)


def test_a_school_whose_ground_is_mapped_owns_that_alone(corridors) -> None:
    town = lawn(GREEN, y=-3)
    town.box(130, 0, 160, 40, "building=school")
    town.box(125, -5, 200, 60, "amenity=school")
    assert doubts_of(corridors(town)) == set()


@pytest.mark.parametrize(("along", "doubted"), [(10, False), (100, True)])
def test_ground_along_which_most_ways_are_private_is_doubted(corridors, along: int, doubted: bool) -> None:
    town = lawn(GREEN, y=-20)
    town.line([(60, -20), (60, 20)], "highway=footway")
    town.line([(0, 42), (along, 42)], "highway=footway access=private")
    assert ("private" in doubts_of(corridors(town))) is doubted


def test_a_green_within_a_running_track_is_doubted_and_a_pitch_is_not(corridors) -> None:
    for tags, doubted in ((GREEN, {"infield"}), ("leisure=pitch sport=soccer", set())):
        town = lawn(tags, y=-15)
        town.ring([(-10, -5), (130, -5), (130, 45), (-10, 45)], "leisure=track sport=running")
        assert doubts_of(corridors(town)) == doubted


@pytest.mark.parametrize(
    ("tags", "around", "doubts"),
    [
        ("leisure=pitch sport=soccer", "leisure=stadium", {"stadium"}),
        (GREEN, "amenity=hospital", {"hospital"}),
        (GREEN, "amenity=nursing_home", {"hospital"}),
        (GREEN, "amenity=research_institute", {"institute"}),
        (GREEN, "landuse=institutional", {"institute"}),
        (GREEN, "landuse=grass office=government", {"institute"}),
        ("leisure=park", "amenity=college", {"institute"}),
        (GREEN, "landuse=grass historic=memorial", {"memorial"}),
        (GREEN, "historic=battlefield heritage=2", {"memorial"}),
        ("leisure=park", "historic=monument", {"memorial"}),
        (GREEN, "historic=archaeological_site", set()),
        (GREEN, 'leisure=park name="Alter Südfriedhof"', {"graves"}),
        (GREEN, "landuse=grass historic=graveyard", {"graves"}),
        (GREEN, "leisure=park name=Südpark", set()),
        (GREEN, "disused:landuse=landfill", {"gone"}),
        (GREEN, "was:landuse=cemetery", {"graves", "gone"}),
        (GREEN, "abandoned:landuse=orchard", set()),
        ("natural=sand", "landuse=industrial", set()),
        (GREEN, "landuse=residential", set()),
    ],
)
def test_ground_in_a_stadium_or_of_a_hospital_is_doubted(corridors, tags: str, around: str, doubts: set[str]) -> None:
    town = lawn(tags, y=-3)
    town.box(-20, -8, 150, 70, around)
    assert doubts_of(corridors(town)) == doubts


def test_a_stadium_is_a_matter_of_the_gate_and_a_hospital_one_of_the_ground() -> None:
    def confidence(around: str) -> float:
        town = lawn("leisure=pitch sport=soccer surface=grass", y=-3)
        town.box(-20, -8, 150, 70, around)
        of = rank(str(town)).stretches
        return float(of.loc[of["origin"] == "area", "c_surface"].max())

    assert confidence("leisure=stadium") == confidence("landuse=residential")
    assert confidence("amenity=hospital") < confidence("landuse=residential")


@pytest.mark.parametrize("key", ["razed:building", "removed:building", "was:building"])
def test_ground_on_which_a_building_stood_is_doubted(corridors, key: str) -> None:
    for north, doubts in ((10, {"gone"}), (140, set())):
        town = lawn(y=-3)
        town.box(-10, north, 140, north + 12, f"{key}=house")
        assert doubts_of(corridors(town)) == doubts


@pytest.mark.parametrize("key", ["abandoned:building", "disused:building"])
def test_a_building_out_of_use_stands_in_the_way(corridors, key: str) -> None:
    found = [lawn(y=-3) for _ in range(2)]
    for town, tags in zip(found, (f"{key}=industrial", "building=industrial"), strict=True):
        town.box(-10, 10, 60, 40, tags)
    one, other = (corridors(town) for town in found)
    assert [line.wkt for line in one.lines] == [line.wkt for line in other.lines]
    assert len(corridors(lawn(y=-3)).lines)
    assert doubts_of(one) == doubts_of(other)


def test_a_doubt_about_whose_the_ground_is_says_nothing_of_the_small_things_mapped_on_it() -> None:
    def look(around: str) -> tuple[float, bool]:
        town = lawn("leisure=pitch sport=soccer surface=grass", y=-3)
        for east in range(-60, 200, 8):
            town.point(east, 90, "highway=street_lamp")
        town.box(-20, -8, 150, 70, around)
        of = rank(str(town)).stretches
        of = of[of["origin"] == "area"]
        return float(of["c_obstacles"].max()), any("not all mapped" in check for check in of["checks"].iloc[0])

    (sure, missing), (doubted, missing_too) = look("landuse=residential"), look("amenity=clinic")
    assert doubted < 0.5 < sure
    assert not missing
    assert not missing_too


@pytest.mark.parametrize(("away", "doubted"), [(18, True), (24, True), (40, False)])
def test_a_lawn_with_roads_on_both_sides_is_doubted(corridors, away: int, doubted: bool) -> None:
    town = town_with_a_walk(y=-2)
    town.box(0, 0, 120, 6, "landuse=grass")
    for y in (3 - away, 3 + away):
        town.line([(-60, y), (180, y)], "highway=residential width=4")
    assert ("traffic" in doubts_of(corridors(town))) is doubted


def test_rails_count_as_a_road_beside_a_lawn(corridors) -> None:
    town = town_with_a_walk(y=-2)
    town.box(0, 0, 120, 6, "landuse=grass")
    town.line([(-60, -9), (180, -9)], "highway=residential width=4")
    town.line([(-60, 15), (180, 15)], "railway=tram")
    assert "between carriageways" in set(corridors(town).excluded["reason"])


def test_a_court_among_houses_is_doubted(corridors) -> None:
    town = town_with_a_walk(y=-1)
    town.box(0, 0, 100, 40, "highway=pedestrian area=yes surface=asphalt")
    assert "court" not in doubts_of(corridors(town))
    for box in ((-20, -20, 120, -2), (-20, 42, 120, 60), (-20, 0, -2, 30), (102, 10, 120, 40)):
        town.box(*box, "building=yes")
    assert "court" in doubts_of(corridors(town))


def test_the_court_of_a_castle_is_doubted_though_its_walls_are_not_all_drawn(corridors) -> None:
    town = town_with_a_walk(y=-1)
    town.box(0, 0, 100, 40, "highway=pedestrian area=yes surface=asphalt")
    around = town.box(-40, -60, 140, 100, "note=outer")
    within = town.box(-30, -50, 130, 90, "note=inner")
    town.relation(f"{around}@outer,{within}@inner", "building=castle historic=castle")
    assert "court" in doubts_of(corridors(town))


@pytest.mark.parametrize(("away", "wide", "doubted"), [(13, 6, True), (19, 15, False), (25, 6, False)])
def test_a_narrow_strip_along_a_road_is_its_verge(corridors, away: int, wide: int, doubted: bool) -> None:
    town = town_with_a_walk(y=-2)
    town.box(0, 0, 120, wide, "landuse=grass")
    town.line([(-60, away), (180, away)], "highway=residential width=4")
    assert ("traffic" in doubts_of(corridors(town))) is doubted


def test_grass_between_fields_is_a_farmers(corridors) -> None:
    town = lawn(y=-25)
    assert len(corridors(town).lines)
    town.box(0, 40, 120, 200, "landuse=farmland")
    town.box(-80, -20, 120, 0, "landuse=farmland")
    found = corridors(town)
    assert not len(found.lines)
    assert set(found.excluded["reason"]) == {"farmland"}


@FEW_TOWNS
@given(st.lists(st.tuples(st.integers(-60, 180), st.integers(45, 120)), min_size=1, max_size=40, unique=True))
def test_the_more_is_drawn_around_the_likelier_a_park_among_houses_is_a_lawn(corridors, trees) -> None:
    town = lawn("leisure=park", y=-3)
    for x in range(-40, 160, 25):
        town.box(x, -60, x + 15, -40, "building=house")
    bare = corridors(town).rows
    for at in trees:
        town.point(*at, "natural=tree")
    drawn = corridors(town).rows
    assert drawn["drawn_per_ha"].min() > bare["drawn_per_ha"].min()
    likeliest = [max(max(odds) for odds in rows["surface_odds"]) for rows in (bare, drawn)]
    assert likeliest[1] > likeliest[0]
    assert all(sum(odds) == pytest.approx(1) for odds in (*bare["surface_odds"], *drawn["surface_odds"]))
    assert set(drawn["likely_surface"]) <= {"grass"} or pd.isna(drawn["likely_surface"]).any()


def rank_ground(tags: str, more: str = "", y: float = 30) -> dict[str, float]:
    """Return the best scores on a ground with a footway beside it, and the best rating, as its row in `RATINGS`."""
    west, south, east, north = (LAWN[0], LAWN[1] + y, LAWN[2], LAWN[3] + y)
    corners = [(west, south), (east, south), (east, north), (west, north)]
    nodes = "".join(f"n{70 + k} {x} {at}\n" for k, (x, at) in enumerate(corners))
    walk = f"n60 {west} {south - 4}\nn61 {east} {south - 4}\nw60 n60,n61 highway=footway\n"
    ground = f"w70 n70,n71,n72,n73,n70 {tags}\n"
    lamps = "".join(f"n{4000 + k} {3 * k} {-40 - 5 * (k % 3)} highway=street_lamp\n" for k in range(60))
    # Where nothing draws people, how crowded it is would be known better with the thing than without.
    shops = "".join(f"n{4200 + k} {20 * k} -70 shop=bakery\n" for k in range(10))
    found = rank(nodes + walk + ground + lamps + shops + more)
    table = found.stretches[found.stretches["origin"] == "area"]
    if not len(table):
        return dict.fromkeys([*SCORES, "rating"], 0.0)
    worst = {name: float(table[name].max()) for name in SCORES}
    return {**worst, "rating": float(max(RATINGS.index(rating) for rating in table["rating"]))}


@pytest.mark.parametrize(
    ("tags", "beside"),
    [
        ("leisure=park", "barrier=fence"),
        ("landuse=grass", "leisure=pitch sport=baseball"),
        ("leisure=pitch sport=soccer surface=grass", "leisure=pitch sport=tennis"),
        (GREEN, "building=school"),
        (GREEN, "landuse=construction"),
    ],
)
@settings(FEW, max_examples=2)
@given(west=st.integers(-60, 110), south=st.integers(76, 85), size=st.integers(15, 60))
def test_a_compound_a_diamond_or_a_court_beside_ground_never_raises_it(tags, beside, west, south, size) -> None:
    corners = [(west, south), (west + size, south), (west + size, south + size), (west, south + size)]
    nodes = "".join(f"n{80 + k} {x + 0.5} {y + 0.5}\n" for k, (x, y) in enumerate(corners))
    before, after = rank_ground(tags), rank_ground(tags, f"{nodes}w80 n80,n81,n82,n83,n80 {beside}\n")
    assert all(after[name] <= before[name] + 1e-6 for name in before)
