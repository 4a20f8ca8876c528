"""From an extract to a ranking: the sample, towns made by hand, and what must never be recommended."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from town import ORIGIN, lonlat, write_town

from saferoute import search
from saferoute.model import InvalidInput, Place, PlaceNotFound, Ranking
from saferoute.sources.elevation.raster import RasterSource
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from pathlib import Path

BEGINNER = load_profile("beginner")


def rank(osm: Path, at: tuple[float, float], radius_m: float = 1500, dem: list[Path] | None = None, **more) -> Ranking:
    """Rank what lies around a longitude and latitude."""
    return search.find(
        search.Query(
            search.area_around(Place("here", *at), radius_m),
            features=ExtractSource([osm]),
            profile=more.pop("profile", BEGINNER),
            elevation=RasterSource(dem) if dem else None,
            **{"top": 10_000, **more},
        )
    )


@pytest.fixture
def find(tmp_path: Path):
    def look(plan: str, **more) -> Ranking:
        return rank(write_town(tmp_path / "town.osm", plan), lonlat(150, 0), **more)

    return look


# --- the bundled sample ----------------------------------------------------------------------

SAMPLE_AT = (24.945, 60.172)
IN_A_NEW_PROCESS = """
import sys
from saferoute import search
from saferoute.model import Place
from saferoute.search import formats
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile
from saferoute.sources.elevation.raster import RasterSource
folder, lon, lat = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
ranking = search.find(search.Query(
    search.area_around(Place("here", lon, lat), 1500),
    features=ExtractSource([folder + "/helsinki.osm.pbf"]),
    profile=load_profile("beginner"),
    elevation=RasterSource([folder + "/dem.tif"]),
    top=10_000,
))
sys.stdout.write(formats.FORMATS[".geojson"](ranking))
"""


@pytest.fixture(scope="module")
def helsinki(sample: Path) -> Ranking:
    return rank(sample / "helsinki.osm.pbf", SAMPLE_AT, dem=[sample / "dem.tif"])


def test_the_sample_holds_more_than_50_stretches(helsinki: Ranking) -> None:
    assert len(helsinki.stretches) > 50
    assert helsinki.considered["stretches"] == len(helsinki.stretches)


def test_ranks_go_from_one_without_a_gap(helsinki: Ranking) -> None:
    assert helsinki.stretches["rank"].tolist() == list(range(1, len(helsinki.stretches) + 1))


def test_every_number_of_the_sample_is_within_its_bounds(helsinki: Ranking) -> None:
    table = helsinki.stretches
    for column in table.columns[table.columns.str.match(r"score|data_quality|[dc]_")]:
        assert table[column].between(0, 1).all(), column
    assert (table["score_low"] <= table["score"]).all()
    assert (table["score"] <= table["score_high"]).all()
    assert table["length_m"].between(BEGINNER.clear_length_m - 1, BEGINNER.longest_m + 0.1).all()
    assert (table["distance_m"] <= 1500).all()
    assert table["rating"].isin(["A", "B", "C", "none"]).all()


def test_no_two_stretches_along_ways_overlap(helsinki: Ranking) -> None:
    lines = helsinki.stretches.geometry[helsinki.stretches["origin"] == "way"].to_numpy()
    a, b = shapely.STRtree(lines).query(lines, predicate="intersects")
    shared = shapely.length(shapely.intersection(lines[a[a < b]], lines[b[a < b]]))
    assert (shared < 0.01).all()


def test_no_stretch_is_also_left_out(helsinki: Ranking) -> None:
    lines = helsinki.stretches.geometry[helsinki.stretches["origin"] == "way"].to_numpy()
    left_out = helsinki.excluded.geometry.to_numpy()
    left_out = left_out[shapely.get_type_id(left_out) == shapely.GeometryType.LINESTRING]
    a, b = shapely.STRtree(lines).query(left_out, predicate="intersects")
    assert (shapely.length(shapely.intersection(lines[b], left_out[a])) < 0.01).all()


def test_a_way_is_too_short_only_where_it_is_no_part_of_a_stretch(find) -> None:
    ranking = find("n1 0 0\nn2 102 0\nn3 204 0\nn4 102 70\nw1 n1,n2,n4 highway=footway\nw2 n2,n3 highway=footway")
    assert ranking.stretches["length_m"].tolist() == [pytest.approx(180)]
    short = ranking.excluded[ranking.excluded["reason"] == "too short"]
    assert short["length_m"].sum() == pytest.approx(70, abs=5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("away_m", "edge", "named"),
    [
        (8, "natural=coastline", True),
        (12, "man_made=quay", True),
        (12, "waterway=river tunnel=culvert layer=-1", False),
        (18, "natural=coastline", False),
        (8, "highway=path", False),
    ],
)
def test_an_edge_that_is_no_limit_yet_is_to_be_looked_at(find, away_m: int, edge: str, named: bool) -> None:
    found = find(
        f"""
        n1 0 0
        n2 300 0
        n3 0 {away_m}
        n4 300 {away_m}
        w1 n1,n2 highway=pedestrian surface=asphalt
        w2 n3,n4 {edge}
        """
    )
    assert len(found.stretches)
    assert all(any(c.startswith("the edge") for c in checks) == named for checks in found.stretches["checks"])


@pytest.mark.parametrize(("lit", "asked"), [("yes", False), ("24/7", False), ("moonlight", True)])
def test_lamps_are_to_be_looked_at_unless_they_are_known_to_burn(find, lit: str, *, asked: bool) -> None:
    way = f"n1 0 0\nn2 300 0\nw1 n1,n2 highway=pedestrian surface=asphalt lit={lit}"
    found = find(way, profile=load_profile(at="2026-12-21T06:00"))
    assert len(found.stretches)
    assert all(any(c.startswith("lamps") for c in checks) == asked for checks in found.stretches["checks"])


def test_asking_for_fewer_gives_the_first_of_the_many(sample: Path, helsinki: Ranking) -> None:
    few = rank(sample / "helsinki.osm.pbf", SAMPLE_AT, dem=[sample / "dem.tif"], top=5).stretches
    assert few["osm_ids"].tolist() == helsinki.stretches["osm_ids"].tolist()[:5]
    assert few["score_low"].tolist() == helsinki.stretches["score_low"].tolist()[:5]


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["1", "4242"])
def test_a_new_process_of_another_hash_seed_writes_the_same_bytes(sample: Path, helsinki: Ranking, seed: str) -> None:
    from saferoute.search import formats

    command = [sys.executable, "-c", IN_A_NEW_PROCESS, str(sample), *map(str, SAMPLE_AT)]
    done = subprocess.run(command, capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
    here = formats.FORMATS[".geojson"](helsinki)
    assert here.count('"Feature"') > 50
    assert done.stdout == here.encode()


@pytest.mark.slow
def test_a_second_run_of_the_sample_puts_the_same_ways_first(sample: Path, helsinki: Ranking) -> None:
    again = rank(sample / "helsinki.osm.pbf", SAMPLE_AT, dem=[sample / "dem.tif"]).stretches
    assert again["osm_ids"].tolist()[:10] == helsinki.stretches["osm_ids"].tolist()[:10]
    assert again.geometry.to_wkb().tolist() == helsinki.stretches.geometry.to_wkb().tolist()


@pytest.mark.slow
def test_without_heights_no_slope_is_known_and_none_is_nought(sample: Path) -> None:
    ranking = rank(sample / "helsinki.osm.pbf", SAMPLE_AT, 600)
    assert len(ranking.stretches) > 10
    assert ranking.stretches["grade_pct"].isna().all()
    # What nothing tells of is worth a half; where steps or walls make a hill likely, less.
    assert (ranking.stretches["d_flatness"] <= 0.5).all()
    assert (ranking.stretches["d_flatness"] == 0.5).any()
    assert (ranking.stretches["c_flatness"] == 0).all()
    assert any("slopes are unknown" in note for note in ranking.notes)


# --- empty and wrong ------------------------------------------------------------------------


def test_where_nothing_qualifies_the_ranking_is_empty_and_says_why(find) -> None:
    ranking = find("n1 0 0\nn2 300 0\nn3 0 50\nn4 40 50\nw1 n1,n2 highway=primary\nw2 n3,n4 highway=footway")
    assert len(ranking.stretches) == 0
    counted = {row["reason"]: row for row in ranking.exclusions()}
    assert set(counted) == {"motor road", "too short"}
    assert counted["motor road"]["pieces"] == 1
    assert counted["motor road"]["length_m"] == pytest.approx(300, abs=0.1)
    assert {"rank", "score", "rating", "geometry"} <= set(ranking.stretches.columns)


def test_no_stretch_to_ask_for_is_an_error(find) -> None:
    with pytest.raises(InvalidInput, match="top 0"):
        find("n1 0 0\nn2 300 0\nw1 n1,n2 highway=footway", top=0)


PATHS = "n1 0 0\nn2 1000 0\nw1 n1,n2 highway=footway\nn3 0 200\nn4 1000 200\nw2 n3,n4 highway=footway"


def test_a_rectangle_holds_the_stretches_whose_middle_lies_in_it(tmp_path) -> None:
    source = ExtractSource([write_town(tmp_path / "town.osm", PATHS)])
    whole = search.find(
        search.Query(
            search.area_around(Place("here", *lonlat(500, 100)), 2000), features=source, profile=BEGINNER, top=1000
        )
    )
    x, y = ORIGIN
    box = (x + 300, y - 50, x + 900, y + 50)
    area = search.area_from_bounds(box, "EPSG:32635")
    ranking = search.find(search.Query(area, features=source, profile=BEGINNER, top=1000))
    assert {i for ids in ranking.stretches["osm_ids"] for i in ids} == {"way/1"}
    assert 0 < len(ranking.stretches) < len(whole.stretches)
    middles = ranking.stretches.geometry.interpolate(0.5, normalized=True)
    assert middles.within(shapely.box(*box)).all()
    assert {i for ids in ranking.excluded["osm_ids"] for i in ids} == {"way/1"}


@pytest.mark.parametrize(
    ("edge_m", "told"),
    [
        (0, "the map data cover "),
        (900, "the map data end near the area: towards their edge less is known"),
        (1900, None),
    ],
)
def test_how_much_of_the_area_and_its_surroundings_the_map_covers_is_told(tmp_path, edge_m: float, told) -> None:
    walk = write_town(tmp_path / "town.osm", "n1 0 0\nn2 300 0\nw1 n1,n2 highway=footway surface=asphalt")
    extent = (*lonlat(-3000, -3000), *lonlat(150 + edge_m, 3000))
    area = search.area_around(Place("middle", *lonlat(150, 0)), 500)
    ranking = search.find(search.Query(area, features=ExtractSource([walk], extent=extent), profile=BEGINNER))
    notes = [note for note in ranking.notes if note.startswith("the map data")]
    assert [note[: len(told)] for note in notes] == [told] if told else not notes


def test_distance_beyond_a_rectangle_is_that_to_its_edge() -> None:
    area = search.area_from_bounds((500_000, 6_650_000, 500_600, 6_650_200), "EPSG:32635")
    points = np.array([(500_300, 6_650_100), (500_590, 6_650_100), (500_700, 6_650_100), (500_630, 6_650_240)])
    assert search.distance_outside_m(area, points) == pytest.approx([-100, -10, 100, 50], abs=0.01)


@pytest.mark.parametrize("size", [(0, 5), (5, -1), (float("nan"), 5), (150_000, 150_000)])
def test_a_rectangle_out_of_bounds_is_an_error(size) -> None:
    with pytest.raises(InvalidInput, match="rectangle"):
        search.area_from_bounds((500_000, 6_650_000, 500_000 + size[0], 6_650_000 + size[1]), "EPSG:32635")


@pytest.mark.parametrize("radius_m", [0, -5, float("nan"), 100_001])
def test_a_radius_out_of_bounds_is_an_error(radius_m: float) -> None:
    with pytest.raises(InvalidInput, match="radius"):
        search.area_around(Place("here", 25, 60), radius_m)


@pytest.mark.parametrize(
    ("lon", "lat", "crs"),
    [(25, 60, "EPSG:32635"), (-8.6, 41.1, "EPSG:32629"), (180, 10, "EPSG:32660"), (-180, -10, "EPSG:32701"),
     (18, -34, "EPSG:32734"), (10, 85, "EPSG:32661"), (10, -85, "EPSG:32761")],
)  # fmt: skip
def test_lengths_are_taken_in_the_zone_of_the_place(lon: float, lat: float, crs: str) -> None:
    assert search.area_around(Place("here", lon, lat), 500).crs == crs


def test_a_place_outside_the_data_is_not_found(tmp_path: Path) -> None:
    osm = write_town(tmp_path / "town.osm", "n1 0 0\nn2 300 0\nw1 n1,n2 highway=footway")
    with pytest.raises(PlaceNotFound, match="outside the data"):
        rank(osm, (8.0, 48.0))


def test_the_way_nearest_to_a_place_is_explained(tmp_path: Path) -> None:
    plan = "n1 0 0\nn2 300 0\nn3 0 60\nn4 300 60\nw1 n1,n2 highway=footway\nw2 n3,n4 highway=steps"
    source = ExtractSource([write_town(tmp_path / "town.osm", plan)])
    walk, steps = (
        search.explain(search.Query(search.area_around(Place("here", *lonlat(150, y)), 250), source, BEGINNER))
        for y in (5, 55)
    )
    assert walk.recommended
    assert walk.row["osm_ids"] == ["way/1"]
    assert walk.distance_m == pytest.approx(5, abs=0.1)
    assert not steps.recommended
    assert steps.row["reason"] == "steps"


# --- one thing more on the map -----------------------------------------------------------------

WALK = "n1 0 0\nn2 102 0\nn3 210.4 0\n{way}"
ONE_WAY = "w1 n1,n2,n3 highway=footway surface=asphalt width=3\n"
THINGS = {
    "a bollard on the line": ("n2 102 0", "n2 102 0 barrier=bollard", ""),
    "a crossing on the line": ("n2 102 0", "n2 102 0 highway=crossing", ""),
    "a tree beside": ("", "", "n9 102 1.4 natural=tree\n"),
    "a tree in the band": ("", "", "n9 102 0.8 natural=tree\n"),
    "a lamp at one end": ("", "", "n9 12 1.2 highway=street_lamp\n"),
    "a side path": ("", "", "n9 102 40\nw9 n2,n9 highway=path\n"),
    "a fence alongside": ("", "", "n8 60 1.8\nn9 160 1.8\nw9 n8,n9 barrier=fence\n"),
    "a road across": ("", "", "n8 102 -50\nn9 102 50\nw9 n8,n2,n9 highway=residential\n"),
}
AROUND = {
    "bare": "",
    "mapped": "".join(f"n{100 + i} {10 * i} 40 natural=tree\n" for i in range(30)),
}


@pytest.fixture(scope="module", params=AROUND.values(), ids=AROUND)
def walk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """Return the plan of a walk, and the one stretch on it."""
    plan = WALK.format(way=ONE_WAY) + request.param
    path = write_town(tmp_path_factory.mktemp("walk") / "town.osm", plan)
    stretches = rank(path, lonlat(150, 0)).stretches
    assert len(stretches) == 1
    return plan, stretches.iloc[0]


@pytest.mark.parametrize(("old", "new", "more"), THINGS.values(), ids=THINGS)
def test_one_thing_more_in_the_way_never_raises_the_stretch_at_its_place(find, walk, old, new, more) -> None:
    plan, before = walk
    after = find(plan.replace(old, new) + more).stretches
    assert len(after) <= 3
    for column in ("score", "score_low", "data_quality"):
        # Nodes are known to a centimetre, and so is the strip, of which some draws are in the steep part of the curve.
        assert (after[column] <= before[column] + 3e-3).all(), column


@pytest.mark.parametrize("tag", ["surface=asphalt ", "width=3", "smoothness=good "])
def test_a_tag_less_never_raises_the_data_quality(find, tag: str) -> None:
    way = "w1 n1,n2,n3 highway=footway surface=asphalt smoothness=good width=3"
    before, after = (find(WALK.format(way=w)).stretches["data_quality"] for w in (way, way.replace(tag, "")))
    assert after.max() < before.min()
