"""Ground that no way on foot joins with the place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from town import lonlat, write_town

from saferoute import candidates, scoring, search
from saferoute.model import Place
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

HOME = """
n1 0 0
n2 700 0
w1 n1,n2 highway=footway name="Quay path" surface=asphalt
"""
ACROSS = """
n11 100 {near}
n12 400 {near}
w11 n11,n12 highway=footway surface=asphalt {tags}
"""
ISLAND = """
n21 60 {south}
n22 480 {south}
n23 480 400
n24 60 400
w21 n21,n22,n23,n24,n21 place={kind}
"""
PLACE = Place("here", *lonlat(40, 0))
WIDE_DEG = 0.1


def read(folder: Path, plan: str, radius_m: float = 600, *, whole: bool = True):
    """Return a plan's features, whole far around the place or not known to be whole anywhere."""
    box = (PLACE.lon - WIDE_DEG, PLACE.lat - WIDE_DEG, PLACE.lon + WIDE_DEG, PLACE.lat + WIDE_DEG)
    source = ExtractSource([write_town(folder / "town.osm", plan)], extent=box if whole else None)
    return source, source.read_features(search.area_around(PLACE, radius_m), margin_m=500)


def find_cut_off(folder: Path, plan: str, *, known_m: float | None = 2000.0, reach_m: float = 2000.0) -> set[int]:
    """Return the OSM ids of the ways that are cut off, where the map is whole within `known_m` of the place."""
    _, features = read(folder, plan)
    place = search.project_centre(search.area_around(PLACE, 600))
    known = None if known_m is None else shapely.Point(place).buffer(known_m)
    hit = candidates.find_cut_off(features, features.ways.geometry, place=place, reach_m=reach_m, known=known)
    return set(features.ways["osm_id"][hit].tolist())


@pytest.mark.parametrize(
    ("near", "tags", "more", "cut_off"),
    [
        (90, "", "", {11}),
        (25, "", "", set()),
        (90, "", "w31 n1,n11 highway=steps", set()),
        (90, "", "w31 n1,n11 highway=trunk", set()),
        (90, "", "w31 n1,n11 highway=track bridge=yes access=customers", set()),
        (90, "", "w31 n1,n11 highway=footway access=private", {11}),
        (90, "", "w31 n1,n11 highway=construction construction=footway", {11}),
        (90, "", "w31 n1,n11 route=ferry foot=yes", {11}),
        (90, "", "n32 150 -5\nn33 150 95\nn34 160 50\nw31 n32,n33,n34,n32 leisure=park", set()),
        (90, "", "n32 150 -5\nn33 150 95\nn34 160 50\nw31 n32,n33,n34,n32 natural=water", {11}),
    ],
)
def test_what_is_joined_on_foot(tmp_path: Path, near: float, tags: str, more: str, cut_off: set[int]) -> None:
    assert find_cut_off(tmp_path, HOME + ACROSS.format(near=near, tags=tags) + more) == cut_off


@pytest.mark.parametrize(("known_m", "cut_off"), [(600.0, {11}), (300.0, set()), (None, set())])
def test_ways_that_leave_the_known_map_may_be_joined_beyond(
    tmp_path: Path, known_m: float | None, cut_off: set[int]
) -> None:
    assert find_cut_off(tmp_path, HOME + ACROSS.format(near=90, tags=""), known_m=known_m) == cut_off


def test_how_far_the_map_goes_on_changes_nothing(tmp_path: Path) -> None:
    # The bridge lies 350 m from the place.
    plan = HOME + ACROSS.format(near=90, tags="") + "w31 n2,n12 highway=footway\nn51 350 -90\nn52 350 80\n"
    over = plan + "w32 n51,n52 highway=footway\n"
    assert find_cut_off(tmp_path, over, known_m=250, reach_m=250) == find_cut_off(tmp_path, plan, known_m=250)


@pytest.mark.parametrize(
    ("kind", "south", "cut_off"),
    [("island", 60, {11}), ("islet", 60, {11}), ("island", 250, set()), ("farm", 60, set())],
)
def test_an_island_ends_at_its_shore_where_the_end_of_the_map_is_unknown(
    tmp_path: Path, kind: str, south: float, cut_off: set[int]
) -> None:
    plan = HOME + ACROSS.format(near=90, tags="") + ISLAND.format(kind=kind, south=south)
    assert find_cut_off(tmp_path, plan, known_m=None) == cut_off


def test_a_place_without_a_way_near_tells_nothing(tmp_path: Path) -> None:
    far = "\n".join(f"n{n} {x} 550" for n, x in ((1, 0), (2, 600)))
    plan = f"{far}\nw1 n1,n2 highway=footway\n" + ACROSS.format(near=750, tags="")
    assert find_cut_off(tmp_path, plan) == set()


def test_at_a_stray_path_the_town_around_is_home_too(tmp_path: Path) -> None:
    stray = "n41 30 -45\nn42 55 -45\nw41 n41,n42 highway=footway\n"
    assert find_cut_off(tmp_path, HOME.replace(" 0\n", " 60\n") + stray) == set()


def test_what_is_cut_off_is_unrated_and_has_a_check_but_not_in_an_area_without_a_place(tmp_path: Path) -> None:
    plan = HOME + ACROSS.format(near=90, tags="")
    source, _ = read(tmp_path, plan)
    found = search.find(search.Query(search.area_around(PLACE, 600), source, load_profile())).stretches
    over = found["osm_ids"].map(lambda ids: "way/11" in ids).to_numpy()
    said = found["checks"].map(lambda checks: any("no mapped way on foot" in check for check in checks)).to_numpy()
    assert over.any()
    assert not over.all()
    assert (said == over).all()
    assert (found["rating"][over] == scoring.UNRATED).all()
    crs = search.area_around(PLACE, 600).crs
    here = search.project_centre(search.area_around(PLACE, 600))
    square = search.area_from_bounds((*(here - 600), *(here + 600)), crs)
    survey = search.survey_area(square, features_of=source, profile=load_profile())
    assert not np.array([bool(doubts) for doubts in survey.samples.ground["doubts"]]).any()
