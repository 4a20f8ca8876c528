"""Corridors on open ground: small towns whose answer one can do in one's head."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from grounds import LAWN, Point, Town, find_corridors, in_plan, lawn, town_with_a_walk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from town import lonlat, write_town

from saferoute import search
from saferoute.model import Place, Ranking
from saferoute.search import formats
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd


BEGINNER = load_profile("beginner")
HALF_LANE_M, RUN_OUT_M, STEP_M = 1.5, 10.0, 5.0
PATH_M = 1.8 / 2 + 0.3
"""What is kept from the middle of a footway without a width."""
ROUNDING_M = 0.05
"""Degrees of seven digits are good to a centimetre; lines keep 98 % of the half lane."""


@pytest.fixture
def find(tmp_path: Path):
    """Return a function that ranks a town."""

    def look(town: Town | str, *, profile=BEGINNER, radius_m: float = 700) -> Ranking:
        return search.find(
            search.Query(
                search.area_around(Place("here", *lonlat(50, 20)), radius_m),
                features=ExtractSource([write_town(tmp_path / "town.osm", str(town))]),
                profile=profile,
                top=1000,
            )
        )

    return look


@pytest.fixture(scope="module")
def corridors(tmp_path_factory: pytest.TempPathFactory):
    """Return a function that looks at a town's open ground alone: corridors with their run-outs."""
    return partial(find_corridors, tmp_path_factory.mktemp("towns"))


def on_ground(ranking: Ranking, origin: str = "area") -> gpd.GeoDataFrame:
    return ranking.stretches[ranking.stretches["origin"] == origin]


def reason_of(ranking: Ranking, osm_id: str) -> list[str]:
    rows = ranking.excluded[[ids == [osm_id] for ids in ranking.excluded["osm_ids"]]]
    return rows["reason"].tolist()


def headings_deg(lines) -> np.ndarray:
    """Return headings from the x axis, 0 to 90°."""
    ends = np.array([(line.coords[0], line.coords[-1]) for line in lines])
    ahead = np.abs(ends[:, 1] - ends[:, 0])
    return np.degrees(np.arctan2(ahead[:, 1], ahead[:, 0]))


# --- one lawn ----------------------------------------------------------------------------

DIAGONAL_M = float(np.hypot(120 - 3, 40 - 3))


def test_a_lawn_has_the_diagonal_of_what_is_left_half_a_lane_inside(corridors) -> None:
    assert shapely.length(corridors(lawn()).lines).max() == pytest.approx(DIAGONAL_M, abs=ROUNDING_M)


def test_a_footway_along_the_edge_takes_its_half_width_of_the_lawn(corridors) -> None:
    found = shapely.length(corridors(lawn(y=0)).lines).max()
    assert found == pytest.approx(np.hypot(120 - 3, 40 - 3 - PATH_M), abs=ROUNDING_M)


def test_run_outs_are_taken_off_the_corridor_in_whole_steps(find) -> None:
    # 122.35 m with a footway along the edge: 24 steps of 5 m, two run-outs of 10 m off.
    assert on_ground(find(lawn(y=0)))["length_m"].max() == pytest.approx(100, abs=0.1)


def test_the_clear_width_is_twice_the_distance_to_the_edge(corridors) -> None:
    narrow = town_with_a_walk()
    narrow.box(0, 0, 120, 5, "landuse=grass")
    found = corridors(narrow)
    edge = shapely.box(0, 0, 120, 5).exterior
    away = [line.distance(edge) for line in in_plan(found.lines)]
    assert found.rows["clear_width_m"].tolist() == pytest.approx([2 * a for a in away], abs=ROUNDING_M)


def test_the_clear_width_is_the_width_in_the_ranking(find) -> None:
    table = on_ground(find(lawn()))
    assert (table["width_m"] >= 2.9).all()
    assert (table["strip_width_m"] < 0.05).all()


def test_a_large_lawn_has_several_different_corridors(corridors) -> None:
    town = town_with_a_walk()
    town.box(0, 0, 140, 100, "landuse=grass")
    for x in (40, 70, 100):  # corners to turn about
        town.point(x, 50, "natural=tree")
    lines = in_plan(corridors(town).lines)
    assert len(lines) >= 3
    bands = [line.buffer(HALF_LANE_M, cap_style="flat") for line in lines]
    assert all(a.intersection(b).area < 0.5 * min(a.area, b.area) for k, a in enumerate(bands) for b in bands[:k])


def test_a_strip_too_short_for_the_run_outs_has_none(find) -> None:
    town = town_with_a_walk()
    town.box(0, 0, 78, 10, "landuse=grass")
    ranking = find(town)
    assert on_ground(ranking).empty
    assert reason_of(ranking, "way/2") == ["no clear line"]


def test_a_strip_narrower_than_the_lane_has_none(find) -> None:
    town = town_with_a_walk()
    town.box(0, 0, 120, 2.8, "landuse=grass")
    assert on_ground(find(town)).empty


def test_grass_known_by_its_kind_alone_is_grass_with_half_the_confidence(find) -> None:
    table = on_ground(find(lawn()))
    assert len(table)
    assert set(table["surface"]) == {"grass"}
    assert set(table["c_surface"]) == {0.5}
    assert table["why_surface"].str.contains("not tagged, but it is mapped as grass", regex=False).all()


def test_a_tagged_surface_overrules_the_kind(find) -> None:
    table = on_ground(find(lawn("landuse=grass surface=artificial_turf")))
    assert set(table["surface"]) == {"artificial_turf"}
    assert set(table["c_surface"]) == {0.7}


def test_geojson_names_the_origin_of_each_stretch(find) -> None:
    town = lawn()
    town.ring(oval(), TRACK)
    features = json.loads(formats.FORMATS[".geojson"](find(town)))["features"]
    assert {f["properties"]["origin"] for f in features} == {"way", "area", "track"}


def test_a_stretch_on_a_lawn_names_the_lawn(find) -> None:
    assert on_ground(find(lawn("landuse=grass name=Green")))["osm_name"].unique().tolist() == ["Green"]
    assert on_ground(find(lawn()))["osm_ids"].iloc[0] == ["way/2"]


# --- what stands in the way ----------------------------------------------------------------


def coordinate(low: int, high: int):
    return st.integers(low * 10, high * 10).map(lambda v: v / 10)


TREES = st.lists(st.tuples(coordinate(2, 118), coordinate(2, 58)), max_size=10, unique=True)
HOUSES = st.tuples(coordinate(5, 90), coordinate(5, 45), coordinate(3, 20), coordinate(3, 12))
PATHS = st.tuples(coordinate(0, 120), coordinate(0, 120))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TREES, HOUSES, PATHS)
def test_the_lane_of_every_corridor_lies_on_free_ground(corridors, trees, house, path) -> None:
    x, y, wide, deep = house
    walk = shapely.LineString([(path[0], -20), (path[1], 80)])
    town = Town()
    town.box(0, 0, 120, 60, "landuse=grass")
    town.box(x, y, x + wide, y + deep, "building=yes")
    town.line(list(walk.coords), "highway=footway")
    for at in trees:
        town.point(*at, "natural=tree")
    taken = [shapely.Point(at).buffer(0.75, quad_segs=2) for at in trees]
    taken += [shapely.box(x, y, x + wide, y + deep).buffer(0.4), walk.buffer(PATH_M)]
    free = shapely.box(0, 0, 120, 60).difference(shapely.union_all(taken)).buffer(ROUNDING_M)
    for line in in_plan(corridors(town).lines):
        assert free.covers(line.buffer(HALF_LANE_M, cap_style="flat"))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 359), st.integers(-200, 200), st.integers(-200, 200))
def test_a_lawn_turned_and_moved_keeps_its_longest_corridor(corridors, turn_deg: int, dx: int, dy: int) -> None:
    town = Town()
    turn = np.radians(turn_deg)

    def at(x: float, y: float) -> Point:
        return (x * np.cos(turn) - y * np.sin(turn) + dx, x * np.sin(turn) + y * np.cos(turn) + dy)

    town.line([at(-50, -10), at(200, -10)], "highway=footway")
    town.ring([at(0, 0), at(120, 0), at(120, 40), at(0, 40)], "landuse=grass")
    assert shapely.length(corridors(town).lines).max() == pytest.approx(DIAGONAL_M, abs=ROUNDING_M)


def test_a_pond_in_a_lawn_is_avoided_by_more_than_five_metres(corridors) -> None:
    town = town_with_a_walk()
    outer = town.box(0, 0, 120, 60, "note=outer")
    pond = town.box(50, 20, 70, 40, "natural=water")
    town.relation(f"{outer}@outer,{pond}@inner", "landuse=grass")
    found = in_plan(corridors(town).lines)
    assert found
    # Around its corners the margin of 5 m is an octagon: 4.62 m at its sides, to the edge of the lane.
    assert all(line.distance(shapely.box(50, 20, 70, 40)) >= 4.62 + HALF_LANE_M - ROUNDING_M for line in found)


def test_a_hole_that_is_mapped_as_nothing_is_no_part_of_the_lawn(corridors) -> None:
    town = town_with_a_walk()
    outer = town.box(0, 0, 120, 60, "note=outer")
    hole = town.box(50, 20, 70, 40, "note=inner")
    town.relation(f"{outer}@outer,{hole}@inner", "landuse=grass")
    found = in_plan(corridors(town).lines)
    assert found
    assert all(line.distance(shapely.box(50, 20, 70, 40)) >= HALF_LANE_M - ROUNDING_M for line in found)


@pytest.mark.parametrize(
    ("tags", "stands"),
    [
        ("man_made=beacon", True),
        ("man_made=a_thing_of_2031", True),
        ("power=cable_distribution_cabinet", True),
        ("man_made=surveillance", False),
        ("power=generator", False),
        ("man_made=no", False),
    ],
)
def test_what_a_node_names_stands_there_unless_it_is_known_not_to(corridors, tags: str, stands: bool) -> None:
    town = Town()
    town.line([(-50, -10), (200, -10)], "highway=footway")
    town.box(0, 0, 120, 5, "landuse=grass")
    town.point(60, 2.5, tags)
    assert bool(len(corridors(town).lines)) is not stands


def test_a_footway_across_a_lawn_splits_it(corridors) -> None:
    town = lawn()
    town.line([(20, -10), (20, 50)], "highway=footway")
    found = in_plan(corridors(town).lines)
    assert found
    assert all(line.bounds[0] >= 20 + PATH_M + HALF_LANE_M - ROUNDING_M for line in found)
    longest = np.hypot(120 - 20 - PATH_M - 3, 37)
    assert max(line.length for line in found) == pytest.approx(longest, abs=ROUNDING_M)


def test_a_footway_through_the_middle_leaves_nothing_long_enough(corridors) -> None:
    town = lawn()
    town.line([(60, -10), (60, 50)], "highway=footway")
    assert not len(corridors(town).lines)


def test_a_tree_in_the_middle_is_passed_by(corridors) -> None:
    town = lawn()
    town.point(60, 20, "natural=tree")
    found = in_plan(corridors(town).lines)
    assert DIAGONAL_M - 10 < max(line.length for line in found) < DIAGONAL_M - 0.1
    # The margin around a tree is an octagon: .75 m at its corners, .69 m at its sides.
    assert all(line.distance(shapely.Point(60, 20)) >= 0.69 + HALF_LANE_M - ROUNDING_M for line in found)


def test_a_fence_across_a_lawn_is_never_crossed(corridors) -> None:
    town = lawn()
    town.line([(20, -5), (20, 45)], "barrier=fence")
    found = in_plan(corridors(town).lines)
    assert found
    assert all(line.bounds[0] >= 20 + 0.5 + HALF_LANE_M - ROUNDING_M for line in found)


def test_a_road_along_a_lawn_is_kept_three_metres_away_from(corridors) -> None:
    found = in_plan(corridors(f"{lawn()}\nn901 -50 0\nn902 200 0\nw91 n901,n902 highway=residential").lines)
    assert found
    assert min(line.bounds[1] for line in found) >= 3.0 + 3.0 + HALF_LANE_M - ROUNDING_M


def test_a_tunnel_below_a_lawn_takes_nothing_of_it(corridors) -> None:
    town = lawn()
    town.line([(60, -10), (60, 50)], "railway=rail tunnel=yes layer=-1")
    assert shapely.length(corridors(town).lines).max() == pytest.approx(DIAGONAL_M, abs=ROUNDING_M)


def test_a_forest_drawn_over_half_a_lawn_takes_that_half_only_if_it_is_smaller(corridors) -> None:
    over, below = lawn(), lawn()
    over.box(90, -5, 130, 45, "natural=wood")
    below.box(-300, -300, 400, 400, "natural=wood")
    assert max(line.bounds[2] for line in in_plan(corridors(over).lines)) <= 90 - 0.5 - HALF_LANE_M + ROUNDING_M
    # The wood begins at the lawn's edge, and keeps its half metre.
    assert shapely.length(corridors(below).lines).max() == pytest.approx(np.hypot(120 - 4, 40 - 4), abs=ROUNDING_M)


# --- pieces of ground that meet ---------------------------------------------------------------


def test_overlapping_beaches_are_one(corridors) -> None:
    town = town_with_a_walk()
    town.box(0, 0, 85, 10, "natural=beach surface=sand")
    town.box(60, 0, 160, 10, "natural=beach surface=sand")
    assert shapely.length(corridors(town).lines).max() == pytest.approx(np.hypot(157, 7), abs=ROUNDING_M)


def test_lawns_that_share_an_edge_are_one(corridors) -> None:
    town = town_with_a_walk()
    town.box(0, 0, 60, 10, "landuse=grass")
    town.box(60, 0, 120, 10, "landuse=grass")
    assert shapely.length(corridors(town).lines).max() == pytest.approx(np.hypot(117, 7), abs=ROUNDING_M)


def test_lawns_a_metre_apart_are_two(corridors) -> None:
    town = town_with_a_walk()
    town.box(0, 0, 60, 10, "landuse=grass")
    town.box(61, 0, 120, 10, "landuse=grass")
    assert not len(corridors(town).lines)


def test_beaches_of_different_surfaces_stay_apart(corridors) -> None:
    town = town_with_a_walk()
    town.box(0, 0, 120, 30, "natural=beach surface=sand")
    town.box(120, 0, 240, 30, "natural=beach surface=grass")
    found = in_plan(corridors(town).lines)
    assert found
    assert not any(line.bounds[0] < 120 < line.bounds[2] for line in found)


@pytest.fixture
def park_with_pitch() -> Town:
    town = town_with_a_walk()
    town.box(0, 0, 200, 120, "leisure=park name=Common")
    town.box(20, 20, 120, 80, "leisure=pitch sport=soccer surface=grass name=Arena")
    return town


def test_a_pitch_in_a_park_is_no_part_of_the_park(corridors, park_with_pitch: Town) -> None:
    found = corridors(park_with_pitch)
    of_park = in_plan(found.lines[found.rows["kind"] == "park"])
    assert of_park
    assert all(line.distance(shapely.box(20, 20, 120, 80)) >= HALF_LANE_M - ROUNDING_M for line in of_park)


def test_a_pitch_in_a_park_has_its_own_corridor(corridors, park_with_pitch: Town) -> None:
    found = corridors(park_with_pitch)
    of_pitch = in_plan(found.lines[found.rows["kind"] == "pitch"])
    assert of_pitch
    assert all(shapely.box(20, 20, 120, 80).covers(line) for line in of_pitch)


def test_whoever_runs_on_a_pitch_is_told_to_ask_for_permission(find, park_with_pitch: Town) -> None:
    table = on_ground(find(park_with_pitch))
    of_pitch = table[table["osm_name"] == "Arena"]
    assert len(of_pitch)
    assert all(any("permission" in check for check in checks) for checks in of_pitch["checks"])


def test_a_park_with_a_pitch_does_not_ask_for_permission(find, park_with_pitch: Town) -> None:
    table = on_ground(find(park_with_pitch))
    of_park = table[table["osm_name"] == "Common"]
    assert len(of_park)
    assert not any("permission" in check for checks in of_park["checks"] for check in checks)


# --- beaches -------------------------------------------------------------------------------


def beach(*, long: float = 600, south: float = 0, north: float = 60) -> Town:
    """Return a beach of sand along the sea, which lies south of y = 0."""
    town = Town()
    town.line([(-300, north + 10), (500, north + 10)], "highway=footway")
    town.line([(-400, 0), (600, 0)], "natural=coastline")  # the sea is on the right
    town.box(50 - long / 2, south, 50 + long / 2, north, "natural=beach surface=sand")
    return town


def test_a_long_beach_has_several_stretches(find) -> None:
    found = in_plan(on_ground(find(beach())).geometry)
    assert len(found) >= 2
    bands = [line.buffer(HALF_LANE_M, cap_style="flat") for line in found]
    assert all(a.intersection(b).area < 0.2 * min(a.area, b.area) for k, a in enumerate(bands) for b in bands[:k])


def test_stretches_run_along_the_shore(find) -> None:
    headings = headings_deg(on_ground(find(beach())).geometry)
    assert len(headings)
    assert headings.max() <= 21  # arcsin .35


def test_a_beach_as_deep_as_it_is_long_is_not_crossed_towards_the_sea(corridors) -> None:
    headings = headings_deg(corridors(beach(long=140, north=140)).lines)
    assert len(headings)
    assert headings.max() <= 21


def test_no_corridor_comes_nearer_to_the_sea_than_five_metres(corridors) -> None:
    found = in_plan(corridors(beach()).lines)
    assert found
    assert min(line.bounds[1] for line in found) >= 5 + HALF_LANE_M - ROUNDING_M


def test_a_square_beach_away_from_water_is_crossed_in_all_directions(corridors) -> None:
    town = town_with_a_walk()
    town.box(0, 0, 120, 120, "natural=beach surface=sand")
    assert headings_deg(corridors(town).lines).max() > 40


def test_what_a_beach_has_beyond_the_coastline_is_tidal(corridors) -> None:
    found = corridors(beach(south=-60))
    beyond = np.array([line.bounds[3] < 0 for line in in_plan(found.lines)])
    assert beyond.any()
    assert not beyond.all()
    assert found.rows["is_tidal"].tolist() == beyond.tolist()
    assert min(min(abs(line.bounds[1]), abs(line.bounds[3])) for line in in_plan(found.lines)) >= 5 + HALF_LANE_M - 0.05


@pytest.mark.parametrize("bay", ["", "natural=bay", "natural=strait"])
def test_a_beach_drawn_on_the_sea_alone_is_tidal_and_says_so(find, bay: str) -> None:
    town = Town()
    town.line([(-50, 5), (250, 5)], "highway=footway")
    town.line([(-400, 0), (600, 0)], "natural=coastline")
    town.box(0, -60, 200, 0, "natural=beach surface=sand")
    if bay:
        town.box(-300, -500, 500, 0, bay)
    ranking = find(town)
    assert len(on_ground(ranking))
    assert all(any("high tide" in check for check in checks) for checks in on_ground(ranking)["checks"])


def test_a_bay_without_a_beach_keeps_its_shore(corridors) -> None:
    town = lawn()
    town.box(-300, 30, 500, 500, "natural=bay")
    assert max(line.bounds[3] for line in in_plan(corridors(town).lines)) <= 30 - 5 - HALF_LANE_M + ROUNDING_M


# --- closed ground, and ground of other kinds -----------------------------------------------


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ("landuse=grass access=private", "access"),
        ("leisure=park access=customers", "access"),
        ("landuse=grass golf=green", "closed ground"),
        ("leisure=pitch sport=tennis surface=grass", "kind of pitch"),
        ("leisure=pitch sport=soccer;tennis surface=grass", "kind of pitch"),
        ("natural=beach surface=shingle", "surface"),
        ("leisure=pitch indoor=yes sport=soccer", "indoor"),
        ("leisure=track area=yes sport=horse_racing", "kind of track"),
    ],
)
def test_open_ground_is_refused_for_its_own_tags(find, tags: str, reason: str) -> None:
    ranking = find(lawn(tags))
    assert on_ground(ranking).empty
    assert on_ground(ranking, "track").empty
    assert reason in reason_of(ranking, "way/2")


def test_every_reason_of_open_ground_has_a_rule(find) -> None:
    town = lawn("leisure=pitch sport=tennis")
    town.box(0, 50, 120, 90, "landuse=grass access=private")
    ranking = find(town)
    assert {"kind of pitch", "access"} <= set(ranking.excluded["reason"])
    assert ranking.excluded["rule"].notna().all()


@pytest.mark.parametrize("foot", ["yes", "permissive", "designated"])
def test_private_ground_that_is_open_on_foot_is_used(find, foot: str) -> None:
    assert len(on_ground(find(lawn(f"landuse=grass access=private foot={foot}"))))


@pytest.mark.parametrize(
    "grounds",
    [
        "amenity=school",
        "amenity=kindergarten",
        "amenity=embassy",
        "office=diplomatic",
        "leisure=golf_course",
        "landuse=military",
        "landuse=cemetery",
    ],
)
def test_a_pitch_on_closed_ground_is_left_out(find, grounds: str) -> None:
    town = lawn("leisure=pitch sport=soccer surface=grass")
    assert len(on_ground(find(town)))
    town.box(-20, -5, 140, 60, grounds)
    assert on_ground(find(town)).empty


@pytest.mark.parametrize("grounds", ["leisure=nature_reserve", "boundary=protected_area", "natural=dune"])
def test_a_lawn_in_a_protected_area_is_left_out_and_the_path_through_it_is_not(find, grounds: str) -> None:
    town = Town()
    town.box(0, 0, 120, 40, "landuse=grass")
    town.line([(-30, 60), (170, 60)], "highway=footway")
    town.box(-100, -100, 250, 150, grounds)
    ranking = find(town)
    assert ranking.stretches["origin"].tolist() == ["way"]
    assert "protected" in set(ranking.excluded["reason"])


def test_a_lawn_no_way_leads_to_is_left_out(find) -> None:
    near, far = find(lawn(y=-29.5)), find(lawn(y=-30.5))
    assert len(on_ground(near))
    assert on_ground(far).empty
    assert reason_of(far, "way/2") == ["farmland"]


@pytest.mark.parametrize(
    ("tags", "open_to_all"),
    [
        ("landuse=grass barrier=fence", False),
        ("landuse=grass barrier=wall access=unknown", False),
        ("landuse=grass fenced=yes", False),
        ("landuse=grass fenced=no", True),
        ("landuse=grass barrier=fence access=yes", True),
        ("landuse=grass barrier=fence foot=permissive", True),
        ("leisure=pitch sport=soccer barrier=fence", True),
    ],
)
def test_a_lawn_within_a_fence_is_for_whom_its_tags_say(find, tags: str, open_to_all: bool) -> None:
    ranking = find(lawn(tags))
    assert on_ground(ranking).empty is not open_to_all
    assert ("access" in reason_of(ranking, "way/2")) is not open_to_all


def test_a_park_that_is_a_playground_is_no_place_to_run(find) -> None:
    assert len(on_ground(find(lawn("leisure=park"))))
    assert on_ground(find(lawn("leisure=park landuse=playground"))).empty


def test_a_private_path_leads_nowhere(find) -> None:
    town = Town()
    town.line([(-50, -200), (200, -200)], "highway=footway")
    town.line([(-50, -10), (200, -10)], "highway=footway access=private")
    town.box(*LAWN, "landuse=grass")
    assert on_ground(find(town)).empty


FIELD = (0, 0, 160, 100)


def field(tags: str, around: str | None = None) -> Town:
    town = town_with_a_walk()
    town.box(*FIELD, tags)
    if around:
        town.box(-20, -5, 180, 120, around)
    return town


@pytest.mark.parametrize("tags", ["landuse=grass", "landuse=meadow"])
def test_a_farmers_field_is_left_out(find, tags: str) -> None:
    ranking = find(field(tags))
    assert on_ground(ranking).empty
    assert "farmland" in set(ranking.excluded["reason"])


@pytest.mark.parametrize(
    ("way", "found"),
    [("footway", True), ("pedestrian", True), ("path", False), ("track", False), ("residential", False)],
)
def test_grass_by_which_nobody_walks_is_a_farmers(find, way: str, found: bool) -> None:
    town = Town()
    town.line([(-50, -10), (200, -10)], f"highway={way}")
    town.box(*LAWN, "landuse=grass")
    assert bool(len(on_ground(find(town)))) is found


ROWS_OF_HOUSES = [(x, y) for y in (-25, 50) for x in range(0, 120, 20)]


def lawn_among_houses(kept: int, tags: str = "landuse=grass", walk_y: float = -28) -> Town:
    """Return a lawn with a row of six houses on each long side, of which some are kept, and a footway behind one."""
    town = lawn(tags, y=walk_y)
    for x, y in ROWS_OF_HOUSES[:kept]:
        town.box(x, y, x + 12, y + 10, "building=house")
    return town


def test_a_lawn_is_a_plot_from_the_house_on_that_closes_half_its_edge(corridors) -> None:
    answers = [corridors(lawn_among_houses(kept)) for kept in (0, 5, 9, 12)]
    assert [len(found.lines) > 0 for found in answers] == [True, True, False, False]
    assert [set(found.excluded["reason"]) == {"garden or yard"} for found in answers] == [False, False, True, True]


@pytest.mark.parametrize(
    ("tags", "walk_y", "found"),
    [
        ("landuse=grass", -28, False),
        ("landuse=grass", -3, True),
        ("landuse=village_green", -28, True),
        ("landuse=grass foot=yes", -28, True),
        ("leisure=pitch sport=soccer", -28, True),
    ],
)
def test_a_lawn_among_houses_is_everybodys_where_a_tag_or_a_footway_along_it_says_so(
    corridors, tags: str, walk_y: float, found: bool
) -> None:
    assert bool(len(corridors(lawn_among_houses(12, tags, walk_y)).lines)) is found


def test_houses_around_a_lawn_in_a_park_do_not_make_it_a_plot(corridors) -> None:
    town = lawn_among_houses(12)
    town.box(-20, -5, 140, 45, "leisure=park")
    assert "grass" in set(corridors(town).rows["kind"])


def test_a_pitch_no_way_leads_to_is_left_out(find) -> None:
    town = Town()
    town.line([(-50, -200), (200, -200)], "highway=footway")
    town.box(*LAWN, "leisure=pitch sport=soccer")
    assert "no way leads there" in set(find(town).excluded["reason"])


@pytest.mark.parametrize("tags", ["landuse=grass", "landuse=meadow"])
@pytest.mark.parametrize("around", ["leisure=park", "landuse=recreation_ground", "leisure=sports_centre"])
def test_a_field_within_a_park_is_used(corridors, tags: str, around: str) -> None:
    assert tags.split("=")[1] in set(corridors(field(tags, around)).rows["kind"])


def test_a_meadow_that_is_open_on_foot_by_tag_is_used(find) -> None:
    assert len(on_ground(find(field("landuse=meadow foot=yes"))))


def test_a_square_is_a_pedestrian_street_that_is_an_area(find) -> None:
    square = find(lawn("highway=pedestrian area=yes surface=asphalt"))
    assert len(on_ground(square))
    assert set(on_ground(square)["surface"]) == {"asphalt"}


def test_a_pedestrian_street_around_a_block_is_no_square(corridors) -> None:
    assert not len(corridors(lawn("highway=pedestrian surface=asphalt")).lines)


def test_only_the_surfaces_asked_for_are_used(find) -> None:
    from saferoute.sources.profiles import adjust_profile

    town = lawn()
    town.box(0, -60, 120, -20, "natural=beach surface=sand")
    sand = adjust_profile(BEGINNER, surfaces=frozenset({"sand"}))
    assert set(find(town, profile=sand).stretches["surface"]) == {"sand"}


def test_grass_known_by_its_kind_is_what_who_asks_for_grass_gets(find) -> None:
    from saferoute.sources.profiles import adjust_profile

    grass = adjust_profile(BEGINNER, surfaces=frozenset({"grass"}))
    assert len(on_ground(find(lawn(), profile=grass)))


# --- tracks --------------------------------------------------------------------------------

TRACK = "leisure=track sport=athletics surface=tartan"
STRAIGHT_M, BEND_M = 84.39, 36.5


def oval(radius: float = BEND_M, *, turned_by: int = 0) -> list[Point]:
    """Return the inner edge of an athletics track, with a vertex every 15° of its bends."""
    angle = np.radians(np.arange(-90, 91, 15))
    east = [(STRAIGHT_M + radius * np.cos(a), 120 + radius * np.sin(a)) for a in angle]
    west = [(-radius * np.cos(a), 120 - radius * np.sin(a)) for a in angle]
    points = [(round(float(x), 3), round(float(y), 3)) for x, y in east + west]
    return points[turned_by:] + points[:turned_by]


def track(tags: str = TRACK, **more) -> Town:
    town = Town()
    town.ring(oval(**more), tags)
    return town


@pytest.mark.parametrize("turned_by", [0, 5, 12, 13, 20])
def test_an_oval_has_a_stretch_on_each_straight(find, turned_by: int) -> None:
    table = on_ground(find(track(turned_by=turned_by)), "track")
    assert sorted(line.centroid.y for line in in_plan(table.geometry)) == pytest.approx([83.5, 156.5], abs=1)
    assert (table["length_m"] >= 59.9).all()


def test_the_outline_of_a_track_drawn_as_an_area_is_no_lane(find) -> None:
    town = town_with_a_walk(y=110)
    town.box(0, 120, 110, 130, f"{TRACK} area=yes")
    edge = shapely.box(0, 120, 110, 130).exterior
    lines = in_plan(on_ground(find(town), "track").geometry)
    assert lines
    assert min(line.distance(edge) for line in lines) > 1.4


def test_an_oval_that_begins_within_a_straight_still_has_both(find) -> None:
    points = oval()
    town = Town()
    town.ring([(40.0, 156.5), *points[len(points) // 2 :], *points[: len(points) // 2]], TRACK)
    lines = in_plan(on_ground(find(town), "track").geometry)
    assert sorted(line.centroid.y for line in lines) == pytest.approx([83.5, 156.5], abs=1)


def test_no_stretch_lies_on_the_bends_of_an_oval(find) -> None:
    table = on_ground(find(track()), "track")
    assert len(table)
    for line in in_plan(table.geometry):
        west, _, east, _ = line.bounds
        assert west > -10
        assert east < STRAIGHT_M + 10
    assert headings_deg(table.geometry).max() < 8


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ("leisure=track sport=motocross", "kind of track"),
        ("leisure=track sport=athletics access=private", "access"),
        ("leisure=track sport=running surface=mud", "surface"),
    ],
)
def test_a_track_is_refused_for_its_tags(find, tags: str, reason: str) -> None:
    ranking = find(track(tags))
    assert ranking.stretches.empty
    assert reason in reason_of(ranking, "way/1")


def test_whoever_runs_on_a_track_is_told_to_ask_for_permission(find) -> None:
    table = on_ground(find(track()), "track")
    assert len(table)
    assert all(any("permission" in check for check in checks) for checks in table["checks"])


def test_an_oval_drawn_as_a_ring_has_stretches_on_both_straights(find) -> None:
    town = town_with_a_walk(y=65)
    inner, outer = town.ring(oval(), "note=inner"), town.ring(oval(BEND_M + 9.76), "note=outer")
    town.relation(f"{outer}@outer,{inner}@inner", TRACK)
    table = on_ground(find(town), "track")
    lines = in_plan(table.geometry)
    assert {line.centroid.y > 120 for line in lines} == {True, False}
    edge = shapely.Polygon(oval(BEND_M + 9.76)).difference(shapely.Polygon(oval())).buffer(ROUNDING_M)
    assert all(edge.covers(line.buffer(HALF_LANE_M, cap_style="flat")) for line in lines)
    assert headings_deg(lines).max() < 15


# --- broken drawings -------------------------------------------------------------------------

BROKEN = {
    "bow tie": ("0 100", "120 140", "120 100", "0 140", "0 100"),
    "no area": ("0 100", "60 100", "120 100", "0 100"),
    "there and back": ("0 100", "120 100", "0 100"),
    "one node twice": ("0 100", "0 100"),
    "not closed": ("0 100", "120 100", "120 140", "0 140"),
}


def broken(name: str, tags: str) -> str:
    points = BROKEN[name]
    number = {p: f"n{500 + k}" for k, p in enumerate(dict.fromkeys(points))}
    nodes = [f"{n} {p}" for p, n in number.items()]
    return "\n".join([str(lawn()), *nodes, f"w50 {','.join(number[p] for p in points)} {tags}"])


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_ring_leaves_the_lawn_beside_it_as_it_is(find, name: str) -> None:
    whole = on_ground(find(lawn()))
    assert len(whole) > 0
    for tags in ("landuse=grass", "leisure=pitch", "natural=beach", TRACK, "building=yes"):
        rows = on_ground(find(broken(name, tags))).to_dict("records")
        lengths_m = [row["length_m"] for row in rows if row["osm_ids"] == ["way/2"]]
        assert lengths_m == pytest.approx(whole["length_m"].tolist()), tags


@pytest.mark.parametrize("tags", ["landuse=grass", TRACK])
def test_an_area_that_crosses_itself_is_counted_in_the_notes(find, tags: str) -> None:
    notes = find(broken("bow tie", tags)).notes
    assert any("a part is missing of 1" in note for note in notes), notes


def test_an_area_without_extent_has_no_corridor(find) -> None:
    town = broken("no area", "landuse=grass") + "\nn601 -50 105\nn602 200 105\nw60 n601,n602 highway=footway"
    assert reason_of(find(town), "way/50") == ["no clear line"]


def test_whole_drawings_are_not_called_broken(find) -> None:
    assert not any("broken" in note for note in find(lawn()).notes)


def test_a_relation_that_misses_a_member_leaves_the_lawn_beside_it_as_it_is(find) -> None:
    town = lawn()
    piece = town.line([(0, 100), (120, 100), (120, 140)], "note=half")
    town.relation(f"{piece}@outer,w999@outer", "landuse=grass")
    assert set(on_ground(find(town))["osm_ids"].str.join("")) == {"way/2"}


def test_a_multipolygon_that_crosses_itself_is_repaired_or_left_out(find) -> None:
    town = lawn()
    outer = town.box(0, 100, 120, 160, "note=outer")
    across = town.box(100, 120, 150, 140, "note=inner")
    town.relation(f"{outer}@outer,{across}@inner", "landuse=grass")
    assert ["way/2"] in on_ground(find(town))["osm_ids"].tolist()
