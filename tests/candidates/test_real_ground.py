"""Open ground of real places: known beaches and parks are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import osmium
import pytest
import shapely

from saferoute import search
from saferoute.model import Place, Ranking
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import adjust_profile, load_profile

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

pytestmark = pytest.mark.slow

BEGINNER = load_profile("beginner")
SAND = adjust_profile(BEGINNER, surfaces=frozenset({"sand"}))


def rank(osm: Path, lat: float, lon: float, radius_m: float, profile=BEGINNER) -> Ranking:
    return search.find(
        search.Query(
            search.area_around(Place("here", lon, lat), radius_m),
            features=ExtractSource([osm]),
            profile=profile,
            top=10_000,
        )
    )


@pytest.fixture(scope="module")
def helgoland(shared_data: Path) -> Ranking:
    return rank(shared_data / "helgoland" / "helgoland.osm.pbf", 54.185, 7.915, 3000, SAND)


@pytest.fixture(scope="module")
def west_of_helsinki(shared_data: Path) -> Ranking:
    return rank(shared_data / "helsinki" / "helsinki-centre.osm.pbf", 60.1725, 24.905, 1500, SAND)


@pytest.fixture(scope="module")
def kaisaniemi(sample: Path) -> Ranking:
    return rank(sample / "helsinki.osm.pbf", 60.1755, 24.947, 600)


def on_open_ground(ranking: Ranking) -> gpd.GeoDataFrame:
    return ranking.stretches[ranking.stretches["origin"].isin(["area", "track"])]


def test_the_sand_of_helgolands_dune_is_among_its_ten_best(helgoland: Ranking) -> None:
    best = on_open_ground(helgoland).query("rank <= 10").to_crs("EPSG:4326")
    on_dune = best[best.geometry.bounds["minx"] > 7.9]  # the sound between the islands
    assert len(on_dune)
    assert set(on_dune["surface"]) == {"sand"}


def test_hietaranta_is_among_the_ten_best_stretches_of_sand(west_of_helsinki: Ranking) -> None:
    best = west_of_helsinki.stretches.query("rank <= 10")
    assert best["name"].str.contains("Hietaranta").any()


def test_the_park_of_kaisaniemi_has_a_stretch_on_open_ground(kaisaniemi: Ranking, sample: Path) -> None:
    wkb = osmium.geom.WKBFactory()
    parks = [
        shapely.from_wkb(wkb.create_multipolygon(thing))
        for thing in osmium.FileProcessor(str(sample / "helsinki.osm.pbf")).with_areas()
        if thing.is_area()
        and thing.tags.get("leisure") == "park"
        and thing.tags.get("name", "").startswith("Kaisaniem")
    ]
    assert parks
    lines = on_open_ground(kaisaniemi).to_crs("EPSG:4326").geometry.to_numpy()
    assert shapely.covers(shapely.union_all(parks), lines).any()
