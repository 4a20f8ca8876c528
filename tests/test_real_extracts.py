"""No recommended line of a real place meets a barrier, a building or water, by a reader of the tests' own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from own_reader import read_map

from saferoute import search
from saferoute.model import Place
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from pathlib import Path

SMALL = ["helgoland/helgoland", "badwildbad/badwildbad", "sydney/sydney-cbd"]
LARGE = ["helsinki/helsinki-centre", "liechtenstein/liechtenstein", "milan/milan", "prague/prague",
         "porto/porto-centre", "heidelberg/heidelberg", "lisbon/lisbon"]  # fmt: skip
PART = 0.25
"""Starts lie this share of the extract's width and height away from its middle."""


@pytest.fixture
def extract(shared_data: Path, request: pytest.FixtureRequest) -> Path:
    """Return the path of a real extract."""
    path = shared_data / f"{request.param}.osm.pbf"
    if not path.is_file():
        pytest.skip(f"there is no {path}")
    return path


def list_violations(extract: Path, *, everywhere: bool = True) -> list[str]:
    """Return what the stretches around the middle of an extract, and around four more starts, meet."""
    source, truth = ExtractSource([extract]), read_map(extract)
    west, south, east, north = truth.bounds
    lon, lat, profile = (west + east) / 2, (south + north) / 2, load_profile()
    wide_m = max((east - west) * 111_320 * math.cos(math.radians(lat)), (north - south) * 110_574)
    starts = [(0.0, 0.0, 0.5)]
    if everywhere:
        starts += [(x, y, PART) for x in (-PART, PART) for y in (-PART, PART)]
    bad = []
    for x, y, reach in starts:
        place = Place("here", lon + x * (east - west), lat + y * (north - south))
        area = search.area_around(place, min(reach * wide_m, search.MAX_RADIUS_M))
        found = search.find(search.Query(area, source, profile, top=100_000))
        bad += truth.list_violations(found.stretches)
    return bad


@pytest.mark.slow
@pytest.mark.parametrize("extract", SMALL, indirect=True)
def test_no_stretch_of_a_small_place_meets_what_it_should_not(extract: Path) -> None:
    assert not list_violations(extract, everywhere=False)


@pytest.mark.long
@pytest.mark.parametrize("extract", [*SMALL, *LARGE], indirect=True)
def test_no_stretch_from_any_start_meets_what_it_should_not(extract: Path) -> None:
    assert not list_violations(extract)
