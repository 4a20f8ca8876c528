"""Tiles of several sizes: what is found is that of tiles of one size, in fewer tiles where ways are few."""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from town import ORIGIN, write_town

from saferoute import scan
from saferoute.scan.joining import join_tiles
from saferoute.scan.tiles import MOST_ZOOM, Tile, sum_by_tile, tiles_covering
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("pyarrow")
pytest.importorskip("pmtiles")

COARSEST = 9
CLUSTERS = st.lists(
    st.tuples(st.floats(5, 13), st.floats(-0.6, 0.6), st.floats(0.001, 0.2), st.integers(1, 300)),
    min_size=1,
    max_size=12,
)
"""West, south, width and number of ways, on both sides of three seams."""


def arrays(clusters: list[tuple[float, float, float, int]]) -> tuple[np.ndarray, np.ndarray]:
    boxes = [(west, south, west + wide, south + wide) for west, south, wide, _ in clusters]
    return np.array(boxes), np.array([count for *_, count in clusters])


def touches(box: np.ndarray, tile: Tile) -> bool:
    west, south, east, north = tile.box
    return bool(box[0] < east and box[2] > west and box[1] < north and box[3] > south)


def holds(larger: Tile, tile: Tile) -> bool:
    return tile.quadkey.startswith(larger.quadkey)


@settings(deadline=None)
@given(CLUSTERS, st.integers(COARSEST, 12), st.integers(1, 600))
def test_joined_tiles_hold_each_tile_once_and_few_ways(
    clusters: list[tuple[float, float, float, int]], zoom: int, most: int
) -> None:
    boxes, counts = arrays(clusters)
    tiles = tiles_covering(boxes, zoom, margin_m=4000)
    joined = join_tiles(tiles, boxes, counts, most=most, coarsest=COARSEST)
    keys = [tile.quadkey for tile in joined]
    assert keys == sorted(keys)
    assert [joined[at] for at in range(len(joined))] == list(joined)
    for tile in tiles:
        assert sum(tile.quadkey[:end] in keys for end in range(zoom - 2, zoom + 1)) == 1
    for larger in joined:
        if larger.zoom == zoom:
            continue
        assert max(COARSEST, zoom - 2) <= larger.zoom < zoom
        assert sum(count for box, count in zip(boxes, counts, strict=True) if touches(box, larger)) <= most
        # Of no tile near a seam several zones tell; there it would matter which tile tells what.
        around = {Tile(larger.zoom, larger.x + i, larger.y + j).crs for i in (-1, 0, 1) for j in (-1, 0, 1)}
        assert around == {larger.crs} == {tile.crs for tile in tiles if holds(larger, tile)}


@given(CLUSTERS, st.integers(8, 12))
def test_all_boxes_that_touch_a_tile_are_added_up(clusters: list[tuple[float, float, float, int]], zoom: int) -> None:
    boxes, counts = arrays(clusters)
    codes, sums = sum_by_tile(boxes, counts, zoom)
    covering = tiles_covering(boxes, zoom)
    assert codes.tolist() == covering.codes.tolist()
    for tile, held in zip(covering, sums.tolist(), strict=True):
        assert held >= sum(count for box, count in zip(boxes, counts, strict=True) if touches(box, tile))
    # A box that touches one tile alone is counted in that one alone.
    alone = np.array([[9.01, 0.01, 9.011, 0.011]])
    assert sum_by_tile(alone, np.array([7]), zoom)[1].tolist() == [7]


def test_no_tile_is_joined_where_the_size_was_chosen_or_ways_are_many() -> None:
    boxes, counts = np.array([[9.01, 1.01, 9.3, 1.3]]), np.array([500])
    tiles = tiles_covering(boxes, 12)
    for most in (0, 499):
        assert list(join_tiles(tiles, boxes, counts, most=most, coarsest=COARSEST)) == list(tiles)
    assert {tile.zoom for tile in join_tiles(tiles, boxes, counts, most=500, coarsest=COARSEST)} == {10}
    assert {tile.zoom for tile in join_tiles(tiles, boxes, counts, most=500, coarsest=11)} == {11}


def test_the_ends_of_the_map_are_seams() -> None:
    # Around 180° lie two zones, and so do both sides of the equator.
    assert not any(Tile(10, x, y).is_far_from_seams for x, y in ((0, 300), (1023, 300), (540, 511), (540, 512)))
    assert all(Tile(10, 540, y).is_far_from_seams for y in (300, 510, 514))


def village(first: int, east_m: int) -> str:
    places = ((-100, 10), (900, -30), (290, -200), (310, 500), (450, 250), (700, 250), (700, 420), (450, 420))
    nodes = [f"n{first + i} {x + east_m} {y}" for i, (x, y) in enumerate(places)]
    way, cross, park = (
        f"n{first},n{first + 1}",
        f"n{first + 2},n{first + 3}",
        [f"n{first + i}" for i in (4, 5, 6, 7, 4)],
    )
    return "\n".join(
        [
            *nodes,
            f"w{first} {way} highway=footway surface=asphalt lit=yes",
            f"w{first + 1} {cross} highway=footway surface=gravel width=3",
            f"w{first + 2} {','.join(park)} leisure=park",
            f"w{first + 3} n{first + 4},n{first + 5}",
            f"r{first} w{first + 3}@outer,w{first + 90}@outer type=multipolygon natural=water",
        ]
    )


def test_a_region_over_a_seam_in_several_sizes_is_that_in_one(tmp_path: Path) -> None:
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:32635", always_xy=True).transform(24.0, 60.0)
    plan = village(1, 0) + "\n" + village(101, 9000)
    osm = write_town(tmp_path / "seam.osm", plan, shift=(x - ORIGIN[0] - 600, y - ORIGIN[1]))
    one = scan.create_job(osm, profile=load_profile("beginner"), zoom=15)
    several = replace(one, most_ways=100)
    tiles = scan.list_tiles(several)
    assert {tile.zoom for tile in tiles} == {13, 14, 15}
    assert len({tile.crs for tile in tiles}) == 2
    assert len(tiles) < len(scan.list_tiles(one)) / 2
    facts = []
    for job in (one, several):
        folder = tmp_path / str(job.most_ways)
        folder.mkdir()
        scan.run_job(job, folder / "out.parquet", workers=1)
        facts.append(json.loads((folder / "out.parquet" / "_saferoute.json").read_text()))
    assert facts[0]["stretches"] == facts[1]["stretches"] > 5
    assert facts[0]["tiles"] > facts[1]["tiles"]
    # What is missing is told once of the whole region, not of what each tile happens to see.
    assert facts[0]["notes"] == facts[1]["notes"]
    assert [note.partition(":")[0] for note in facts[0]["notes"] if "missing of" in note] == [
        "a part is missing of 2 lakes here"
    ]
    for pattern in ("out.parquet/*/*.parquet", "out-summary.csv"):
        written = [{p.name: p.read_bytes() for p in (tmp_path / name).glob(pattern)} for name in ("0", "100")]
        assert written[0] == written[1]
        assert written[0]


def mapped_tiles(page: Path) -> set[tuple[int, int, int]]:
    """Return the vector tiles of a page in which there is land."""
    content = b"".join(part.read_bytes() for part in sorted(page.glob("tiles-*.part")))
    import mapbox_vector_tile
    from pmtiles.reader import all_tiles

    tiles = all_tiles(lambda start, length: content[start : start + length])
    return {place for place, data in tiles if "land" in mapbox_vector_tile.decode(gzip.decompress(data))}


def test_no_larger_tile_claims_a_map_of_ground_where_none_is(tmp_path: Path) -> None:
    osm = write_town(tmp_path / "town.osm", village(1, 0) + "\n" + village(101, 20_000))
    mapped = []
    for number, zoom in enumerate((scan.DEFAULT_ZOOM, None)):
        job = scan.create_job(osm, zoom=zoom)
        scan.run_job(job, tmp_path / f"{number}.parquet", workers=1)
        mapped.append(mapped_tiles(tmp_path / f"{number}-web"))
    assert mapped[0] == mapped[1]
    # Between the villages there is no way within 4 km of some of the tiles.
    at_finest = {x for z, x, _ in mapped[1] if z == MOST_ZOOM}
    assert at_finest < set(range(min(at_finest), max(at_finest) + 1))


def test_sizes_are_told_by_ways_unless_one_is_chosen(tmp_path: Path) -> None:
    osm = write_town(tmp_path / "town.osm", village(1, 0))
    chosen, not_chosen = (scan.create_job(osm, **zoom) for zoom in ({"zoom": scan.DEFAULT_ZOOM}, {}))
    assert chosen.zoom == not_chosen.zoom
    assert {tile.zoom for tile in scan.list_tiles(chosen)} == {scan.DEFAULT_ZOOM}
    assert {tile.zoom for tile in scan.list_tiles(not_chosen)} == {scan.DEFAULT_ZOOM - 2}


@pytest.mark.parametrize(("zoom", "partition"), [(9, 8), (12, 8), (14, 10)])
def test_partitions_are_no_larger_where_tiles_are(tmp_path: Path, zoom: int, partition: int) -> None:
    osm = write_town(tmp_path / "town.osm", village(1, 0))
    scan.run_job(scan.create_job(osm, zoom=zoom), tmp_path / "out.parquet", workers=1)
    squares = [folder.name.removeprefix("square=q") for folder in (tmp_path / "out.parquet").glob("square=*")]
    assert squares
    assert {len(square) for square in squares} == {partition}


def test_a_scan_goes_on_in_tiles_of_another_size(tmp_path: Path) -> None:
    osm = write_town(tmp_path / "town.osm", village(1, 0))
    one = scan.create_job(osm, profile=load_profile("beginner"), zoom=15)
    several, written = replace(one, most_ways=100), []
    for name, jobs in (("anew", [one]), ("went on", [several, one])):
        (tmp_path / name).mkdir()
        for job in jobs:
            output = tmp_path / name / "out.parquet"
            # As if the outputs had never been written.
            shutil.rmtree(output, ignore_errors=True)
            result = scan.run_job(job, output, workers=1)
        assert result.tiles == len(scan.list_tiles(one))
        written.append(
            {str(p.relative_to(tmp_path / name)): p.read_bytes() for p in (tmp_path / name).rglob("*") if p.is_file()}
        )
    assert written[0] == written[1]
