"""A search whose start moved is a part of a survey of more ground, and tells the same as one from nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from rasters import write_plane
from town import lonlat, write_town

from saferoute import search
from saferoute.model import Place
from saferoute.model.features import LateFeatures
from saferoute.page.payload import build_payload
from saferoute.search import area_around, find
from saferoute.sources.cache import Cache
from saferoute.sources.elevation.raster import RasterSource
from saferoute.sources.osm import extract
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from pathlib import Path

    from saferoute.model import Ranking

RADIUS_M, SIDE_M, STREETS = 300.0, 130, 8


def plan_streets() -> str:
    """Return a plan of streets that cross each other, with grounds, trees, benches and doors, by chance."""
    random = np.random.default_rng(23)
    lines = [
        f"n{100 * x + y} {SIDE_M * x + random.integers(-4, 5)} {SIDE_M * y + random.integers(-4, 5)}"
        for x in range(STREETS)
        for y in range(STREETS)
    ]
    kinds = ["footway surface=asphalt width=3", "footway", "residential", "path surface=paved", "cycleway", "steps"]
    for number in range(STREETS):
        for across in (False, True):
            nodes = [100 * (k if across else number) + (number if across else k) for k in range(STREETS)]
            tags = kinds[int(random.integers(len(kinds)))]
            lines.append(f"w{2 * number + across + 1} {','.join(f'n{node}' for node in nodes)} highway={tags}")
    whats = ["natural=tree", "amenity=bench", "shop=bakery", "entrance=yes", "highway=bus_stop", "barrier=bollard"]
    for number in range(150):
        east, north = random.uniform(-100, STREETS * SIDE_M, 2).round(1)
        lines.append(f"n{20_000 + number} {east} {north} {whats[number % len(whats)]}")
    grounds = ["leisure=park opening_hours=08:00-20:00", "leisure=pitch sport=soccer", "landuse=grass", "building=yes"]
    for number in range(30):
        east, north, side = *random.uniform(0, (STREETS - 1) * SIDE_M, 2).round(1), random.integers(20, 110)
        first = 30_000 + 4 * number
        corners = [(east, north), (east + side, north), (east + side, north + side), (east, north + side)]
        lines += [f"n{first + k} {x} {y}" for k, (x, y) in enumerate(corners)]
        ring = ",".join(f"n{first + k}" for k in (0, 1, 2, 3, 0))
        surface = " surface=grass" if number % 3 == 0 else ""
        lines.append(f"w{1000 + number} {ring} {grounds[number % len(grounds)]}{surface}")
    return "\n".join(lines) + "\n"


def ask(path: Path, cache: Path | None, xy: tuple[float, float], at: str | None = None, radius_m=RADIUS_M) -> Ranking:
    """Return what a search finds around a place of a town, in metres; without a cache it is made from nothing."""
    source = ExtractSource([path], join=search.join_ways, cache=cache and Cache(cache))
    return find(search.Query(area_around(Place("", *lonlat(*xy)), radius_m), source, load_profile(at=at), top=100))


def tell(ranking: Ranking) -> str:
    """Return all that a ranking and its page tell."""
    tables = f"{ranking.stretches.to_csv()} {ranking.excluded.to_csv()} {ranking.exclusions()}"
    return f"{tables} {ranking.notes} {ranking.doubts} {ranking.considered} {build_payload(ranking)}"


def is_part(ranking: Ranking) -> bool:
    """Return whether a ranking is made of a survey of more ground: it is no kept one, and reads its own map late."""
    return not ranking.digest and type(ranking.features) is LateFeatures


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Path:
    return write_town(tmp_path_factory.mktemp("town") / "town.osm", plan_streets())


def test_a_start_that_moves_ten_times_finds_what_a_search_from_nothing_does(town: Path, tmp_path: Path) -> None:
    random = np.random.default_rng(4)
    xy, parts = np.array([450.0, 450.0]), 0
    for step in range(10):
        at = "2026-06-20T21:30" if step in (3, 4) else None
        radius_m = 200.0 if step == 6 else RADIUS_M
        moved = ask(town, tmp_path, tuple(xy), at, radius_m)
        parts += is_part(moved)
        assert tell(moved) == tell(ask(town, None, tuple(xy), at, radius_m))
        xy += random.uniform(-120, 120, 2).round()
    assert parts >= 7


def test_the_first_search_the_first_move_and_one_far_away_survey_their_area_alone(town: Path, tmp_path: Path) -> None:
    starts = [(150, 150), (150, 150), (800, 800), (760, 800), (740, 830), (720, 800)]
    assert [is_part(ask(town, tmp_path, xy)) for xy in starts] == [False, False, False, False, True, True]


def test_a_start_from_which_other_ground_is_cut_off_is_surveyed_alone(tmp_path: Path) -> None:
    island = "n9001 -240 300\nn9002 -240 560\nw9001 n9001,n9002 highway=footway surface=asphalt\n"
    island += "n9003 -280 270\nn9004 -190 270\nn9005 -190 600\nn9006 -280 600\n"
    path = write_town(
        tmp_path / "town.osm", plan_streets() + island + "w9002 n9003,n9004,n9005,n9006,n9003 place=island\n"
    )
    starts = [(60, 300), (0, 300), (-60, 300), (-230, 320), (-60, 310)]
    found = [ask(path, tmp_path / "cache", xy) for xy in starts]
    assert [is_part(one) for one in found] == [False, False, True, False, True]
    assert [tell(one) for one in found[2:4]] == [tell(ask(path, None, xy)) for xy in starts[2:4]]


def test_a_part_reads_the_map_of_its_area_when_it_is_asked_for(town: Path, tmp_path: Path) -> None:
    for east in (400, 450):
        ask(town, tmp_path, (east, 450))
    part, alone = ask(town, tmp_path, (500, 450)), ask(town, None, (500, 450))
    assert is_part(part)
    assert part.features.ways["osm_id"].tolist() == alone.features.ways["osm_id"].tolist()
    assert part.features is part.features
    assert is_part(ask(town, tmp_path, (530, 450)))


def test_with_heights_an_area_is_surveyed_alone(town: Path, tmp_path: Path) -> None:
    heights = RasterSource([write_plane(tmp_path / "plane.tif", half_m=1500.0)])
    queries = [
        search.Query(
            area_around(Place("", *lonlat(east, 450)), RADIUS_M),
            ExtractSource([town], join=search.join_ways, cache=cache),
            load_profile(),
            heights,
        )
        for east, cache in ((420, Cache(tmp_path)), (450, Cache(tmp_path)), (500, Cache(tmp_path)), (500, None))
    ]
    *_, moved, alone = map(find, queries)
    assert not is_part(moved)
    assert tell(moved) == tell(alone)


def test_the_map_around_is_held_while_a_part_of_it_is_read(town: Path, tmp_path: Path) -> None:
    source = ExtractSource([town], join=search.join_ways, cache=Cache(tmp_path))
    large, small, other = (
        area_around(Place("", *lonlat(east, 450)), radius_m) for east, radius_m in ((450, 400), (480, 300), (600, 400))
    )
    extract.forget_last()
    whole = source.read_features(large, margin_m=100)
    assert source.read_features(small, margin_m=100) is not whole
    assert source.read_features(large, margin_m=100) is whole
    source.read_features(other, margin_m=100)
    assert source.read_features(large, margin_m=100) is not whole
