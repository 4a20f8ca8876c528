"""Areas that cannot be put together keep the edges that are in hand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from town import ORIGIN, lonlat, write_town

from saferoute import limits
from saferoute.limits.clearance import collect_blockers, collect_walls
from saferoute.model import Area, Place
from saferoute.sources.cache import Cache
from saferoute.sources.osm.extract import ExtractSource

AREA = Area(Place("Town", *lonlat(0, 0)), 500.0, "EPSG:32635")
MANY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

WALK = "n1 -100 0\nn2 100 0\nw1 n1,n2 highway=footway\n"
"""A footway along the x axis."""
CORNERS = "n11 -120 -3\nn12 120 -3\nn13 120 -90\nn14 -120 -90\n"
SIDES = {11: "n11,n12", 12: "n12,n13", 13: "n13,n14", 14: "n14,n11"}
"""Ways around a rectangle whose first side runs 3 m beside the footway."""
ISLAND_ACROSS_THE_SHORE = """w2 n11,n12,n13,n14,n11
n21 -140 -20\nn22 -80 -20\nn23 -80 -40\nn24 -140 -40\nw3 n21,n22,n23,n24,n21
r1 w2@outer,w3@inner type=multipolygon natural=water"""
WATER = ("natural=water", "natural=water water=river", "landuse=reservoir", "natural=bay", "waterway=riverbank")


def read(path, plan, *more, **options):
    paths = [write_town(path, plan), *more]
    return ExtractSource(paths, **options).read_features(AREA, margin_m=100)


def plan_ring(members, tags, in_hand, *, kind="multipolygon"):
    """Return a plan of the footway, and of an area whose members are not all in hand."""
    ways = "".join(f"w{way} {SIDES[way]}\n" for way in in_hand)
    ring = ",".join(f"w{way}@outer" for way in members)
    return f"{WALK}{CORNERS}{ways}r1 {ring} type={kind} {tags}\n"


def is_beside_drop(features):
    walk = features.ways.geometry[features.ways["highway"] == "footway"]
    return len(limits.Hazards(features).lines_beside_hazard(shapely.STRtree(walk), "drop", 5.0)) > 0


@MANY
@given(in_hand=st.sets(st.sampled_from(sorted(SIDES)), min_size=1), tags=st.sampled_from(WATER))
def test_each_shore_in_hand_is_a_drop_whatever_is_missing(tmp_path, in_hand, tags):
    features = read(tmp_path / "town.osm", plan_ring(SIDES, tags, sorted(in_hand)))
    whole = in_hand == set(SIDES)
    assert len(features.areas) == whole
    assert sorted(shapely.length(features.fragments.geometry).round()) == sorted(
        [] if whole else [240.0 if way in (11, 13) else 87.0 for way in in_hand]
    )
    assert is_beside_drop(features) == (11 in in_hand)
    said = any("a part is missing of 1" in note for note in features.notes)
    assert said != whole


@pytest.mark.parametrize(
    "ring",
    [
        "w2 n11,n12,n14,n13,n11 natural=water",  # crosses itself
        "w2 n11,n12,n13,n14 natural=water",  # does not close
        "w2 n11,n12,n13,n99,n11 natural=water",  # lacks a node
        "w2 n11,n12,n11 natural=water",  # goes back the way it came
        ISLAND_ACROSS_THE_SHORE,
    ],
)
@pytest.mark.parametrize("suffix", [".osm", ".osm.pbf"])
def test_shores_that_do_not_close_or_cross_are_still_shores(tmp_path, ring, suffix):
    features = read(tmp_path / f"town{suffix}", f"{WALK}{CORNERS}{ring}\n")
    assert not len(features.areas)
    assert is_beside_drop(features)
    assert any("a part is missing of 1 lake" in note for note in features.notes)


POND = "n41 -60 -70\nn42 60 -70\nn43 60 -25\nn44 -60 -25\nw4 n41,n42,n43,n44,n41\n"
"""A ring inside the rectangle, as a hole that is whole."""
ACROSS = "n51 80 -60\nn52 160 -60\nn53 160 -40\nn54 80 -40\nw5 n51,n52,n53,n54,n51\n"
"""A ring that crosses the rectangle's."""


@pytest.mark.parametrize(
    ("ring", "x", "y", "within"),
    [
        ("w2 n11,n12,n14,n13,n11 {}", 0, -20, True),  # crosses itself
        ("w2 n11,n12,n14,n13,n11 {}", -100, -46, False),
        (
            "w2 n11,n12,n13,n14\nw3 n14,n11\nr1 w2@outer,w3@,w99@outer type=multipolygon {}",
            0,
            -20,
            True,
        ),
        ("w2 n11,n12,n13,n14\nr1 w2@outer,w99@outer type=multipolygon {}", 0, -20, False),
        (f"{POND}w2 n11,n12,n13,n14,n11\nr1 w2@outer,w4@inner,w99@inner type=multipolygon {{}}", 0, -20, True),
        (f"{POND}w2 n11,n12,n13,n14,n11\nr1 w2@outer,w4@inner,w99@inner type=multipolygon {{}}", 0, -40, False),
        (f"{ACROSS}w2 n11,n12,n13,n14,n11\nr1 w2@outer,w5@inner type=multipolygon {{}}", 100, -50, True),
        (f"{ACROSS}w2 n11,n12,n13,n14,n11\nr1 w2@outer,w5@inner type=multipolygon {{}}", 140, -50, False),
    ],
)
def test_ground_that_lines_in_hand_close_around_is_within(tmp_path, ring, x, y, within):
    here = shapely.STRtree([shapely.LineString([(ORIGIN[0] + x + k, ORIGIN[1] + y) for k in (-1, 1)])])
    tags = ["building=yes", "landuse=quarry"]
    of_building, of_quarry = (
        limits.Hazards(read(tmp_path / f"town{k}.osm", f"{WALK}{CORNERS}{ring.format(tags[k])}\n")) for k in range(2)
    )
    assert len(of_building.lines_in_buildings(here)) == within
    assert len(of_quarry.lines_on_closed_ground(here)) == within


@pytest.mark.parametrize("kind", ["site", "Multipolygon", "waterbody", "building"])
@pytest.mark.parametrize("in_hand", [[11], [11, 12, 13, 14]])
def test_members_of_a_relation_of_another_type_are_edges_of_what_it_says_it_is(tmp_path, kind, in_hand):
    features = read(tmp_path / "town.osm", plan_ring(SIDES, "natural=Water", in_hand, kind=kind))
    assert is_beside_drop(features)
    assert any("a part is missing of 1 lake" in note for note in features.notes)


@pytest.mark.parametrize("tags", ["route=hiking", "highway=residential", "amenity=recycling", "boundary=fire"])
def test_members_of_a_relation_that_is_no_ground_are_no_edges(tmp_path, tags):
    features = read(tmp_path / "town.osm", plan_ring(SIDES, tags, [11, 12], kind="site"))
    assert not len(features.fragments)


@pytest.mark.parametrize("tags", ["landuse=military", "amenity=school", "landuse=quarry", "leisure=golf_course"])
def test_the_edge_of_closed_ground_may_not_be_crossed(tmp_path, tags):
    crossing = "n31 0 -50\nn32 0 50\nw30 n31,n32 highway=path\n"
    features = read(tmp_path / "town.osm", plan_ring(SIDES, tags, [11, 12]) + crossing)
    lines = shapely.STRtree(features.ways.geometry)
    closed = limits.Hazards(features).lines_on_closed_ground(lines)
    assert features.ways["osm_id"][closed].tolist() == [30]


def test_a_fence_of_an_area_that_is_not_whole_is_a_fence(tmp_path):
    crossing = "n31 0 -50\nn32 0 50\nw30 n31,n32 highway=path\n"
    features = read(tmp_path / "town.osm", plan_ring(SIDES, "landuse=grass barrier=fence", [11, 12]) + crossing)
    lines = shapely.STRtree(features.ways.geometry)
    crossed = limits.Hazards(features).lines_at_barriers(lines)
    assert features.ways["osm_id"][crossed].tolist() == [30]


@pytest.mark.parametrize("tags", ["building=yes", "natural=water", "leisure=playground", "landuse=forest"])
def test_open_ground_and_straight_walks_keep_clear_of_every_edge(tmp_path, tags):
    features = read(tmp_path / "town.osm", plan_ring(SIDES, tags, [11]))
    edge = features.fragments.geometry[0]
    assert any(shapely.equals(thing, edge) for thing in collect_blockers(features).geometry)
    solid = tags in ("building=yes", "natural=water")
    assert any(shapely.equals(thing, edge) for thing in collect_walls(features)) == solid


def test_kinds_are_counted_once_however_many_lines_they_have(tmp_path):
    plan = plan_ring(SIDES, "natural=water", [11, 12, 13])
    plan += "r2 w11@outer,w99@outer type=multipolygon natural=water\n"
    plan += "r3 w12@outer,w99@outer type=multipolygon amenity=school name=<b>\n"
    plan += "r4 w12@outer,w99@outer type=multipolygon amenity=<script>\n"
    notes = read(tmp_path / "town.osm", plan).notes
    assert any("missing of 2 lakes, 1 school and 1 other area here" in note for note in notes)


@pytest.mark.parametrize("tags", ["boundary=administrative", "place=town", "boundary=administrative place=city"])
def test_borders_of_places_are_no_edges(tmp_path, tags):
    features = read(tmp_path / "town.osm", plan_ring(SIDES, tags, [11], kind="boundary"))
    assert not len(features.fragments)
    assert not any("part is missing" in note for note in features.notes)


@pytest.mark.parametrize("tags", ["man_made=pipeline", "golf=hole", "area=yes", "highway=service"])
def test_open_lines_that_need_not_close_are_no_areas_in_part(tmp_path, tags):
    assert not len(read(tmp_path / "town.osm", f"{WALK}{CORNERS}w2 n11,n12,n13 {tags}\n").fragments)


def test_another_file_that_has_the_whole_area_settles_it(tmp_path):
    part = write_town(tmp_path / "part.osm", plan_ring(SIDES, "natural=water", [11, 12]))
    features = read(tmp_path / "whole.osm", plan_ring(SIDES, "natural=water", sorted(SIDES)), part)
    assert len(features.areas) == 1
    assert not len(features.fragments)


def test_files_that_hold_different_parts_give_all_of_them_once(tmp_path):
    other = write_town(tmp_path / "other.osm", plan_ring(SIDES, "natural=water", [12, 13]))
    features = read(tmp_path / "one.osm", plan_ring(SIDES, "natural=water", [11, 12]), other)
    assert sorted(shapely.length(features.fragments.geometry).round()) == [87, 240, 240]


def test_the_index_keeps_fragments(tmp_path):
    plan = plan_ring(SIDES, "natural=water", [11])
    kept = [read(tmp_path / "town.osm", plan, cache=Cache(tmp_path / "cache")) for _ in range(2)]
    for features in (*kept, read(tmp_path / "town.osm", plan)):
        assert features.fragments["natural"].tolist() == ["water"]
        assert features.fragments.geometry[0].length == pytest.approx(240, abs=0.1)


def test_edges_lie_where_the_map_has_them(tmp_path):
    features = read(tmp_path / "town.osm", plan_ring(SIDES, "natural=water", [11]))
    x, y = np.transpose(features.fragments.geometry[0].coords)
    assert x - ORIGIN[0] == pytest.approx([-120, 120], abs=0.02)
    assert y - ORIGIN[1] == pytest.approx([-3, -3], abs=0.02)


@given(numbers=st.sets(st.integers(-9, 9).filter(bool), min_size=1, max_size=5))
@MANY
def test_a_whole_area_is_no_fragment_whatever_its_number(tmp_path, numbers):
    """Editors give new ways negative numbers, which lie in a file in another order than they count."""
    ways = sorted(numbers, key=lambda number: (number > 0, abs(number)))
    areas = "".join(f"w{way} n11,n12,n13,n14,n11 natural=water\n" for way in ways)
    features = read(tmp_path / "town.osm.pbf", f"{CORNERS}{areas}n1 0 9\nn2 9 9\nw99 n1,n2 highway=footway\n")
    assert set(features.areas["osm_id"]) == numbers
    assert not len(features.fragments)


@pytest.mark.parametrize("more", [3, 40])
def test_areas_beyond_a_thousand_along_one_way_are_fragments_and_said(tmp_path, more):
    park = "w11@outer,w12@outer type=boundary boundary=national_park"
    parks = "\n".join(f"r{number + 1} {park}" for number in range(1000 + more))
    sides = "w11 n11,n12,n13\nw12 n13,n14,n11"
    nodes = f"{WALK}{CORNERS}n21 0 50\nn22 9 50\nn23 9 59"
    ring, lake = "w13 n21,n22,n23,n21", "r5000 w13@outer type=multipolygon natural=water"
    features = read(tmp_path / "town.osm.pbf", f"{nodes}\n{sides}\n{ring}\n{parks}\n{lake}")
    assert len(features.areas) == 1000 + 1
    # Of each: both sides, and the ground that they enclose.
    assert len(features.fragments) == 3 * more
    assert (shapely.area(features.fragments.geometry) > 0).sum() == more
    assert any(f"a part is missing of {more} protected areas" in note for note in features.notes)


@pytest.mark.parametrize("tags", ["boundary=hazard", "boundary=hazard hazard=minefield"])
def test_ground_of_a_hazard_of_which_a_member_is_missing_is_no_mere_border(tmp_path, tags):
    features = read(tmp_path / "town.osm", plan_ring([*SIDES, 99], tags, sorted(SIDES), kind="boundary"))
    assert (shapely.area(features.fragments.geometry) > 0).sum() == 1
    assert any("a part is missing of 1 hazard area" in note for note in features.notes)
