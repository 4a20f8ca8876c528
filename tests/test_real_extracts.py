"""No recommended line of a real place meets what it should not, by a reader of the tests' own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely
from own_reader import OPEN_GROUND, read_map
from town import ORIGIN, write_town

from saferoute import search
from saferoute.model import Place
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from pathlib import Path

    from own_reader import Map

PART = 0.25
"""Further starts lie this share of the extract's width and height away from its middle, and reach as far."""
SOME = {"helgoland/helgoland": 0.5, "badwildbad/badwildbad": 0.5, "sydney/sydney-cbd": 0.5,
        "helsinki/helsinki-centre": PART, "porto/porto-centre": PART}  # fmt: skip
"""Extracts, and how far to search from the middle: a share of the longer side."""
MORE = ["liechtenstein/liechtenstein", "milan/milan", "prague/prague", "heidelberg/heidelberg", "lisbon/lisbon"]

LANE = "n1 0 0\nn2 100 0\n"
IN_THE_WAY = {
    "touches w1 barrier=fence": "n3 50 -9\nn4 50 9\nw1 n3,n4 barrier=fence",
    "lies in w1 building": "n3 40 -9\nn4 60 -9\nn5 60 9\nn6 40 9\nw1 n3,n4,n5,n6,n3 building=yes",
    "has on its lane w1 building": "n3 40 1.3\nn4 60 1.3\nn5 60 9\nw1 n3,n4,n5,n3 building=yes layer=1",
    "has on its lane w1 water": "n3 40 -9\nn4 60 -9\nn5 60 9\nw1 n3,n4,n5,n3 natural=water",
    "has on its lane n3 tree": "n3 50 -1.4 natural=tree",
    "runs along w1 street": "n3 50 0\nw1 n1,n3 highway=residential",
    "runs along w1 steps": "n3 50 0\nn4 53 0\nw1 n3,n4 highway=steps",
    "runs along w1 tunnel": "w1 n1,n2 highway=footway tunnel=yes",
    "runs along w1 private": "w1 n1,n2 highway=footway access=private",
    "is too near to w1 of water r1": "n3 0 4\nn4 100 4\nn5 50 90\nw1 n3,n4,n5,n3\nr1 w1@outer "
    "type=multipolygon natural=water",
}
HARMLESS = "n3 50 -1.6 natural=tree\nw1 n1,n2 highway=footway\nn4 50 -9\nn5 50 9\nw2 n4,n5 highway=residential"


def read_lane(path: Path, more: str) -> tuple[Map, gpd.GeoDataFrame]:
    """Return the map of a town with something more in it, and a lane over its open ground."""
    (west, y), crs = ORIGIN, "EPSG:32635"
    lane = shapely.LineString([(west, y), (west + 100, y)])
    return read_map(write_town(path, LANE + more)), gpd.GeoDataFrame(
        {"rank": [1], "origin": ["area"]}, geometry=[lane], crs=crs
    )


@pytest.mark.parametrize("what", IN_THE_WAY)
def test_the_reader_sees_what_is_in_the_way(tmp_path: Path, what: str) -> None:
    truth, lane = read_lane(tmp_path / "town.osm", IN_THE_WAY[what])
    assert f"1 {what}" in [text.split(" at ")[0] for text in truth.list_violations(lane)]


def test_the_reader_lets_pass_what_is_beside_the_lane_or_crosses_it(tmp_path: Path) -> None:
    truth, lane = read_lane(tmp_path / "town.osm", HARMLESS)
    assert truth.list_violations(lane) == []


@pytest.fixture
def extract(shared_data: Path, request: pytest.FixtureRequest) -> Path:
    """Return the path of a real extract."""
    path = shared_data / f"{request.param}.osm.pbf"
    if not path.is_file():
        pytest.skip(f"there is no {path}")
    return path


def find_stretches(extract: Path, truth: Map, x: float, y: float, reach: float) -> gpd.GeoDataFrame:
    """Return the stretches around a start, given by its distance from the extract's middle, in shares of its sides."""
    west, south, east, north = truth.bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    wide_m = max((east - west) * 111_320 * math.cos(math.radians(lat)), (north - south) * 110_574)
    place = Place("here", lon + x * (east - west), lat + y * (north - south))
    area = search.area_around(place, min(reach * wide_m, search.MAX_RADIUS_M))
    return search.find(search.Query(area, ExtractSource([extract]), load_profile(), top=100_000)).stretches


@pytest.mark.slow
@pytest.mark.parametrize(("extract", "reach"), SOME.items(), ids=SOME, indirect=["extract"])
def test_no_stretch_around_the_middle_meets_what_it_should_not(extract: Path, reach: float) -> None:
    truth = read_map(extract)
    stretches = find_stretches(extract, truth, 0, 0, reach)
    assert len(stretches) > 20
    assert stretches["origin"].isin(OPEN_GROUND).any()
    assert truth.list_violations(stretches) == []


@pytest.mark.long
@pytest.mark.parametrize("extract", [*SOME, *MORE], indirect=True)
def test_no_stretch_from_any_start_meets_what_it_should_not(extract: Path) -> None:
    truth = read_map(extract)
    starts = [(0.0, 0.0, 0.5), *((x, y, PART) for x in (-PART, PART) for y in (-PART, PART))]
    assert [bad for at in starts for bad in truth.list_violations(find_stretches(extract, truth, *at))] == []
