"""Open ground of real places: known beaches and parks are found, and nothing stands on a corridor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import osmium
import pytest
import shapely
from pyproj import Transformer

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
HALF_LANE_M, ROUNDING_M = 1.5, 0.05


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
    park = Extract(sample / "helsinki.osm.pbf", kaisaniemi.area.crs).named("park", "Kaisaniem")
    assert shapely.covers(park, on_open_ground(kaisaniemi).geometry.to_numpy()).any()


# --- nothing in the way, read without any of the package's code ---------------------------------


def kinds(tags: dict[str, str], *, is_area: bool) -> list[str]:
    """Return what must not be on a corridor, and parks."""
    found = []
    above = tags.get("layer", "0") not in {"0", "+0"} or any(tags.get(t, "no") != "no" for t in ("tunnel", "bridge"))
    if is_area and tags.get("building", "no") != "no":
        found.append("building")
    if is_area and tags.get("natural") == "water" and not above:
        found.append("water")
    if not is_area and tags.get("natural") == "tree":
        found.append("tree")
    if is_area and tags.get("leisure") == "park":
        found.append("park")
    return found


class Extract:
    """What an extract holds, straight from osmium, in metres."""

    def __init__(self, path: Path, crs: str) -> None:
        wkb = osmium.geom.WKBFactory()
        rows: list[tuple[str, str, str]] = []
        for thing in osmium.FileProcessor(str(path)).with_areas():
            if not (thing.is_node() or thing.is_area()):
                continue
            tags = {t.k: t.v for t in thing.tags}
            for kind in kinds(tags, is_area=thing.is_area()):
                try:
                    shape = wkb.create_multipolygon(thing) if thing.is_area() else wkb.create_point(thing)
                except RuntimeError:
                    continue
                rows.append((kind, tags.get("name", ""), shape))
        to_metres = Transformer.from_crs("EPSG:4326", crs, always_xy=True)

        def metric(xy: np.ndarray) -> np.ndarray:
            return np.stack(to_metres.transform(xy[:, 0], xy[:, 1]), axis=1)

        shapes = shapely.transform(shapely.from_wkb([r[2] for r in rows]), metric)
        self._shapes = shapely.make_valid(shapes)
        self._kinds = np.array([r[0] for r in rows])
        self._names = np.array([r[1] for r in rows])

    def of(self, kind: str) -> np.ndarray:
        return self._shapes[self._kinds == kind]

    def named(self, kind: str, name: str) -> shapely.Geometry:
        hit = (self._kinds == kind) & np.char.startswith(self._names, name)
        assert hit.any(), f"the extract has no {kind} called {name}…"
        return shapely.union_all(self._shapes[hit])


@pytest.fixture(scope="module", params=["sample", "helsinki", "helgoland", "liechtenstein", "porto"])
def place(request: pytest.FixtureRequest) -> tuple[Ranking, Extract]:
    """Rankings of whole towns, and what their extracts hold."""
    if request.param == "sample":
        path, at = request.getfixturevalue("sample") / "helsinki.osm.pbf", (60.1755, 24.947)
    else:
        shared = request.getfixturevalue("shared_data")
        path, at = {
            "helsinki": (shared / "helsinki" / "helsinki-centre.osm.pbf", (60.1725, 24.905)),
            "helgoland": (shared / "helgoland" / "helgoland.osm.pbf", (54.185, 7.915)),
            "liechtenstein": (shared / "liechtenstein" / "liechtenstein.osm.pbf", (47.165, 9.51)),
            "porto": (shared / "porto" / "porto-centre.osm.pbf", (41.15, -8.63)),
        }[request.param]
    ranking = rank(path, *at, 600 if request.param == "sample" else 1500)
    return ranking, Extract(path, ranking.area.crs)


@pytest.mark.parametrize("kind", ["building", "water", "tree"])
def test_nothing_stands_on_the_lane_of_any_corridor(place: tuple[Ranking, Extract], kind: str) -> None:
    ranking, extract = place
    lines = on_open_ground(ranking)
    assert len(lines)
    lanes = shapely.buffer(lines.geometry.to_numpy(), HALF_LANE_M - ROUNDING_M, cap_style="flat")
    lane, _ = shapely.STRtree(extract.of(kind)).query(lanes, predicate="intersects")
    assert lines["osm_ids"].iloc[np.unique(lane)].tolist() == []
