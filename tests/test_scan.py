"""A region tile by tile: no seam, nothing twice, nothing lost, whatever is killed on the way."""

from __future__ import annotations

import dataclasses
import gc
import gzip
import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dying
import geopandas as gpd
import mercantile
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Transformer
from town import ORIGIN, lonlat, write_town

from saferoute import candidates, scan, search
from saferoute.cli import main
from saferoute.exports import schema
from saferoute.exports.layers import flatten_table
from saferoute.memory import COLLECTED_AFTER
from saferoute.model import InvalidInput, NoCoverage, Place, SourceUnavailable
from saferoute.rows import forget_rows
from saferoute.scan import survey
from saferoute.scan.margins import Frame
from saferoute.scan.tiles import format_quadkeys, tile_numbers, tiles_covering
from saferoute.scan.workers import Work, scan_tile
from saferoute.sources.osm.extract import ExtractSource, forget_last
from saferoute.sources.profiles import load_profile
from saferoute.sources.settings import Online

if TYPE_CHECKING:
    from collections.abc import Iterator

    from saferoute.model import Profile

pytest.importorskip("pyarrow")
pytest.importorskip("pmtiles")

BEGINNER = load_profile("beginner")
FRAME_JOB = scan.Job((), (), BEGINNER, scan.ZOOMS[0], (-180.0, -80.0, 180.0, 80.0))
ZOOM = 15
"""Tiles of 610 m at 60° N: several of them in a small town."""

TOWN = """
    n1 -100 10
    n2 1300 40
    w1 n1,n2 highway=footway surface=asphalt lit=yes name="Long walk"
    n3 -50 150
    n4 400 200
    n5 800 170
    n6 1250 420
    w2 n3,n4,n5,n6 highway=path
    n7 290 -200
    n8 310 500
    w3 n7,n8 highway=footway surface=gravel width=3
    n9 620 -150
    n10 600 480
    w4 n9,n10 highway=cycleway surface=paving_stones foot=designated
    n11 900 -120
    n12 1200 -120
    n13 1200 -20
    n14 900 -20
    w5 n11,n12,n13,n14,n11 landuse=grass name="A lawn"
    n15 880 -130
    n16 1210 -130
    w6 n15,n16 highway=footway
    n17 450 250
    n18 700 250
    n19 700 420
    n20 450 420
    w7 n17,n18,n19,n20,n17 leisure=park name="[b]Park[/b] <i>x"
    n21 430 300
    n22 1000 330
    w8 n21,n22 highway=footway surface=concrete
    n23 610 170 highway=crossing
    n24 320 100 barrier=bollard
    n25 100 -250
    n26 100 480
    w9 n25,n26 highway=residential name="Road"
    n31 -300 -300
    n32 1500 -300
    n33 1500 600
    n34 -300 600
    w10 n31,n32,n33,n34,n31 boundary=administrative name="=HYPERLINK(1) town"
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_town(tmp_path_factory.mktemp("region") / "town.osm.pbf", TOWN)


def job(osm: Path, zoom: int = ZOOM, profile=BEGINNER) -> scan.Job:
    return scan.create_job(osm, profile=profile, zoom=zoom)


def untiled(osm: Path, profile=BEGINNER) -> gpd.GeoDataFrame:
    """Return the columns of a scan as one search over all of a region finds them."""
    source = ExtractSource([osm], join=search.join_ways)
    west, south, east, north = shapely.total_bounds(source.read_tables().ways.geometry)
    middle = search.area_around(Place("", (west + east) / 2, (south + north) / 2), 1000)
    # A box, as tiles are: nobody starts from its middle, so that no island is far from anybody.
    box = np.array(search.project_centre(middle))[[0, 1, 0, 1]] + [-20_000, -20_000, 20_000, 20_000]
    area = search.area_from_bounds(box, middle.crs)
    ranking = search.find(search.Query(area, features=source, profile=profile, top=100_000))
    return flatten_table(ranking.stretches, schema.ANYWHERE)


def in_order(table: gpd.GeoDataFrame) -> pd.DataFrame:
    rows = pd.DataFrame(table[schema.names_of(schema.ANYWHERE)]).assign(wkb=table.geometry.to_wkb())
    return rows.sort_values("wkb", ignore_index=True)


def same(tiled: gpd.GeoDataFrame, whole: gpd.GeoDataFrame) -> None:
    """Assert that two tables hold the same stretches to the last digit and letter."""
    pd.testing.assert_frame_equal(in_order(tiled), in_order(whole), check_dtype=False, check_exact=True)


def scanned(osm: Path, folder: Path, **more: Any) -> gpd.GeoDataFrame:
    output = folder / "out.parquet"
    scan.run_job(job(osm, more.pop("zoom", ZOOM)), output, workers=more.pop("workers", 1), **more)
    return gpd.read_parquet(output)


def contents(folder: Path) -> dict[str, bytes]:
    """Return all that a scan left in a folder, file by file."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


HAMLET = """
    n1 100 10
    n2 700 30
    w1 n1,n2 highway=footway surface=asphalt lit=yes name="Long walk"
    n3 290 20
    n4 310 220
    w2 n3,n4 highway=footway surface=gravel width=3
"""
"""Two ways in two tiles, for what happens to a scan and not to its ground."""


@pytest.fixture(scope="module")
def hamlet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_town(tmp_path_factory.mktemp("hamlet") / "town.osm.pbf", HAMLET)


@pytest.fixture(scope="module")
def whole_hamlet(hamlet: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of one undisturbed scan of the hamlet."""
    folder = tmp_path_factory.mktemp("whole-hamlet")
    scanned(hamlet, folder)
    return folder


@pytest.fixture(scope="module")
def whole(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of one undisturbed scan of the town."""
    folder = tmp_path_factory.mktemp("whole")
    scanned(town, folder)
    return folder


# --- tiles -----------------------------------------------------------------------------------


def test_every_point_lies_in_one_tile() -> None:
    points = np.random.default_rng(1).uniform((-180, -85), (180, 85), (500, 2))
    for (lon, lat), x, y in zip(points, *tile_numbers(points, 9), strict=True):
        tile = scan.Tile(9, int(x), int(y))
        west, south, east, north = tile.box
        assert west <= lon < east
        assert south < lat <= north
        assert (tile.x, tile.y) == mercantile.tile(lon, lat, 9)[:2]


def test_a_corner_belongs_to_one_of_its_four_tiles() -> None:
    west, _, _, north = scan.Tile(10, 600, 300).box
    x, y = tile_numbers(np.array([[west, north]]), 10)
    assert (x[0], y[0]) == (600, 300)


def test_the_largest_tile_with_its_widest_margin_can_be_searched() -> None:
    frame = Frame(scan.Tile(scan.ZOOMS[0], 2 ** (scan.ZOOMS[0] - 1), 2 ** (scan.ZOOMS[0] - 1)), FRAME_JOB)
    assert search.area_from_bounds(frame.widen_box(np.full(4, survey.WIDEST_M)), frame.tile.crs).radius_m > 50_000


def test_keys_begin_with_those_of_larger_tiles() -> None:
    point = np.array([[24.94, 60.17]])
    deep = format_quadkeys(*tile_numbers(point, 18), 18)[0]
    assert all(deep.startswith(format_quadkeys(*tile_numbers(point, zoom), zoom)[0]) for zoom in range(1, 18))


def test_tiles_cover_a_box_once_and_in_order() -> None:
    tiles = tiles_covering(np.array([(24.9, 60.1, 25.1, 60.2)]), 13)
    keys = [tile.quadkey for tile in tiles]
    assert keys == sorted(set(keys))
    assert shapely.union_all([shapely.box(*t.box) for t in tiles]).contains(shapely.box(24.9, 60.1, 25.1, 60.2))


# --- no seam ---------------------------------------------------------------------------------


def test_tiles_say_what_one_search_says(town: Path, whole: Path) -> None:
    found = gpd.read_parquet(whole / "out.parquet")
    assert len(found) > 15
    assert found["quadkey"].str[:ZOOM].nunique() > 4
    same(found, untiled(town))


def test_larger_tiles_say_the_same(town: Path, whole: Path, tmp_path: Path) -> None:
    found = scanned(town, tmp_path, zoom=13).drop(columns="square")
    pd.testing.assert_frame_equal(found, gpd.read_parquet(whole / "out.parquet").drop(columns="square"))


def test_at_an_hour_tiles_say_what_one_search_says(town: Path, tmp_path: Path) -> None:
    saturday = load_profile(at="2026-06-20T07:00")
    scan.run_job(job(town, 14, saturday), tmp_path / "out.parquet", workers=1)
    found = gpd.read_parquet(tmp_path / "out.parquet")
    same(found, untiled(town, saturday))
    assert not found["people_per_hour"].equals(untiled(town)["people_per_hour"])


def test_keys_are_those_of_the_middles(whole: Path) -> None:
    found = gpd.read_parquet(whole / "out.parquet")
    lines = found.geometry.to_numpy()
    middle = shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.5, normalized=True))
    assert found["quadkey"].str[:14].tolist() == format_quadkeys(*tile_numbers(middle, 14), 14)
    assert found["quadkey"].str.len().eq(18).all()
    assert found["quadkey"].is_monotonic_increasing


EVEN = "n1 0 0\nn2 2600 0\nw1 n1,n2 highway=footway surface=asphalt"
"""A straight of 2.6 km whose windows are all alike: where one stretch ends, the next begins, from its start on."""


def test_the_margin_grows_until_a_straight_is_seen_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    osm = write_town(tmp_path / "even.osm", EVEN)
    surveyed, survey_tile = [], survey.survey_tile
    monkeypatch.setattr(survey, "survey_tile", lambda *of: surveyed.append(survey_tile(*of)) or surveyed[-1])
    same(scanned(osm, tmp_path), untiled(osm))
    assert max(max(found.facts["margin_m"]) for found in surveyed if found) > survey.MARGIN_M


def test_a_margin_that_does_not_grow_would_not_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Another map than above, of which no margin is kept.
    osm = write_town(tmp_path / "even.osm", EVEN.replace("2600", "2700"))
    monkeypatch.setattr(survey, "WIDEST_M", survey.MARGIN_M)
    found = scanned(osm, tmp_path)
    with pytest.raises(AssertionError):
        same(found, untiled(osm))
    facts = json.loads((tmp_path / "out.parquet" / "_saferoute.json").read_text())
    assert any("cut" in note for note in facts["notes"])


def test_open_ground_is_seen_whole(tmp_path: Path) -> None:
    beach = """
        n1 0 0
        n2 4500 0
        n3 4500 60
        n4 0 60
        w1 n1,n2,n3,n4,n1 natural=beach surface=sand
        n5 0 -5
        n6 4500 -5
        w2 n5,n6 highway=service access=yes foot=yes
        n7 4200 30 natural=tree
        n8 4000 30 natural=tree
        n9 300 30 natural=rock
    """
    osm = write_town(tmp_path / "beach.osm", beach)
    found = scanned(osm, tmp_path, zoom=14)
    assert (found["origin"] == "area").any()
    same(found, untiled(osm))


def test_open_ground_beyond_the_last_way_is_scanned(tmp_path: Path) -> None:
    beach = """
        n1 0 0
        n2 2000 0
        n3 2000 60
        n4 0 60
        w1 n1,n2,n3,n4,n1 natural=beach surface=sand
        n5 0 -5
        n6 100 -5
        w2 n5,n6 highway=footway
    """
    osm = write_town(tmp_path / "beach.osm", beach)
    found = scanned(osm, tmp_path)
    assert found.total_bounds[2] > lonlat(1300, 0)[0]
    same(found, untiled(osm))


@pytest.mark.long
@pytest.mark.slow
def test_a_real_island_says_what_one_search_says(shared_data: Path, tmp_path: Path) -> None:
    osm = shared_data / "helgoland" / "helgoland.osm.pbf"
    same(scanned(osm, tmp_path, zoom=13), untiled(osm))


@pytest.mark.long
@pytest.mark.slow
def test_a_real_city_says_what_one_search_says(tmp_path: Path) -> None:
    osm = Path(__file__).resolve().parents[1] / "data" / "helsinki" / "helsinki.osm.pbf"
    same(scanned(osm, tmp_path, zoom=13), untiled(osm))


def test_where_two_metric_zones_meet_nothing_is_twice_and_nothing_lost(tmp_path: Path) -> None:
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:32635", always_xy=True).transform(24.0, 60.0)
    shift = (x - ORIGIN[0] - 600, y - ORIGIN[1])
    plan = TOWN.partition("n31")[0]
    osm = write_town(tmp_path / "seam.osm", plan, shift=shift)
    zones = {tile.crs for tile in scan.list_tiles(job(osm))}
    assert zones == {"EPSG:32634", "EPSG:32635"}
    found, one_zone = scanned(osm, tmp_path), untiled(osm)
    lines = found.to_crs("EPSG:32635").geometry.to_numpy()
    assert len(candidates.find_rivals(lines, BEGINNER.lane_m)) == 0
    ground = shapely.union_all(shapely.buffer(lines, 1.5))
    for line in one_zone.to_crs("EPSG:32635").geometry:
        assert shapely.intersection(line, ground).length > 0.9 * line.length
    assert found["length_m"].sum() == pytest.approx(one_zone["length_m"].sum(), rel=0.05)


# --- what is written -------------------------------------------------------------------------


def test_the_output_is_a_data_set_with_boxes_and_words(whole: Path) -> None:
    from pyarrow import dataset, parquet

    found = gpd.read_parquet(whole / "out.parquet")
    assert list(found.columns[: len(schema.SCAN)]) == schema.names_of(schema.SCAN)
    assert found.crs == "EPSG:4326"
    assert dataset.dataset(whole / "out.parquet", partitioning="hive").count_rows() == len(found)
    assert all(q.startswith(s[1:]) for q, s in zip(found["quadkey"], found["square"].astype(str), strict=True))
    west, south, east, north = found.total_bounds
    part = gpd.read_parquet(whole / "out.parquet", bbox=(west, south, (west + east) / 2, north))
    assert 0 < len(part) < len(found)
    for file in (whole / "out.parquet").rglob("*.parquet"):
        metadata = parquet.read_schema(file).metadata
        assert json.loads(metadata[b"geo"])["version"] == "1.1.0"
        assert "ODbL" in json.loads(metadata[b"saferoute"])["attribution"][0]
    facts = json.loads((whole / "out.parquet" / "_saferoute.json").read_text())
    assert facts["stretches"] == len(found)
    assert any("km is unknown" in note for note in facts["notes"])


def test_the_summary_counts_districts_and_parks(whole: Path) -> None:
    found = gpd.read_parquet(whole / "out.parquet")
    table = pd.read_csv(whole / "out-summary.csv")
    region = table[table["kind"] == "region"].iloc[0]
    assert region["stretches"] == len(found)
    assert region["length_km"] == pytest.approx(found["length_m"].sum() / 1000, abs=0.01)
    assert region[["a_km", "b_km", "c_km", "none_km"]].sum() == pytest.approx(region["length_km"], abs=0.01)
    assert region["unknown_slope_km"] == region["length_km"]
    assert region["best_score_low"] == found["score_low"].max()
    assert set(table["kind"]) == {"region", "district", "park"}
    assert table.loc[table["kind"] == "park", "stretches"].sum() == found["park"].notna().sum() > 0


def test_no_cell_of_the_summary_is_a_formula(whole: Path) -> None:
    cells = [cell for line in (whole / "out-summary.csv").read_text().splitlines() for cell in line.split(",")]
    assert not [c for c in cells if c.lstrip('"')[:1] in set("=+@")]
    assert "HYPERLINK" in (whole / "out-summary.csv").read_text()


def archive(page: Path) -> Any:
    """The pieces of a page's archive, joined to the one file that readers of PMTiles know."""
    from pmtiles.reader import MemorySource

    return MemorySource(b"".join(path.read_bytes() for path in sorted(page.glob("tiles-*.part"))))


def layers_by_zoom(source: Any) -> dict[int, list[dict[str, Any]]]:
    """The decoded tiles of each zoom."""
    import mapbox_vector_tile
    from pmtiles.reader import all_tiles

    found: dict[int, list[dict[str, Any]]] = {}
    for (zoom, *_), data in all_tiles(source):
        found.setdefault(zoom, []).append(mapbox_vector_tile.decode(gzip.decompress(data)))
    return found


def test_vector_tiles_hold_every_stretch_at_the_largest_zoom(whole: Path) -> None:
    tiles = layers_by_zoom(archive(whole / "out-web"))
    finest = [f["properties"] for tile in tiles[13] for f in tile["stretches"]["features"]]
    found = gpd.read_parquet(whole / "out.parquet")
    assert {(p["osm_ids"], round(p["length_m"], 1)) for p in finest} == set(
        zip(found["osm_ids"], found["length_m"].round(1), strict=True)
    )
    assert len({p["key"] for p in finest}) == len(found)
    assert set(tiles) == set(range(5, 14))


def test_keys_lead_to_the_square_of_a_stretch(whole: Path) -> None:
    tiles = layers_by_zoom(archive(whole / "out-web"))
    keys = {f["properties"]["key"] for of in tiles.values() for t in of for f in t["stretches"]["features"]}
    assert {key.partition("-")[0] for key in keys} == set(gpd.read_parquet(whole / "out.parquet")["quadkey"])


def test_vector_tiles_hold_the_ground_around(whole: Path) -> None:
    tiles = layers_by_zoom(archive(whole / "out-web"))
    drawn = {name for tile in tiles[13] for name in tile}
    assert {"land", "path", "names"} <= drawn
    assert all(set(tile) <= {"land", "sea", "stretches", "names"} for tile in tiles[5])


def test_the_archive_says_what_it_holds_and_what_it_is_worth(whole: Path) -> None:
    from pmtiles.reader import Reader

    metadata = Reader(archive(whole / "out-web")).metadata()
    facts = json.loads((whole / "out.parquet" / "_saferoute.json").read_text())
    for name in ("caution", "licence", "data_date"):
        assert metadata[name] == facts[name]
    assert "OpenStreetMap" in metadata["attribution"]
    layers = {layer["id"]: layer["fields"] for layer in metadata["vector_layers"]}
    held = [f["properties"] for t in layers_by_zoom(archive(whole / "out-web"))[13] for f in t["stretches"]["features"]]
    assert {name for properties in held for name in properties} <= set(layers["stretches"])
    types = {"String": str, "Number": (int, float), "Boolean": bool}
    for properties in held:
        assert all(isinstance(value, types[layers["stretches"][name]]) for name, value in properties.items())


def test_the_page_says_what_matters_without_a_script(whole: Path) -> None:
    page = (whole / "out-web" / "index.html").read_text(encoding="utf-8")
    facts = json.loads((whole / "out.parquet" / "_saferoute.json").read_text())
    for text in (facts["caution"], *facts["title"].split(": "), *facts["attribution"], *facts["notes"]):
        assert escape(text) in page
    assert "HYPERLINK" in page  # a park of the town, whose name is hostile


def test_every_name_is_found_by_the_words_that_lead_to_it(whole: Path) -> None:
    facts = json.loads((whole / "out-web" / "scan.json").read_text())
    parts = [json.loads(path.read_text()) for path in sorted((whole / "out-web").glob("names-*.json"))]
    assert len(parts) == len(facts["first_words"])
    names = {place[0] for part in parts for place in part}
    found = gpd.read_parquet(whole / "out.parquet")
    assert set(found["park"].dropna()) <= names
    assert all(any(plain in name or name in plain for name in names) for plain in found["name"])


def test_two_processes_write_what_one_writes(hamlet: Path, whole_hamlet: Path, tmp_path: Path) -> None:
    scanned(hamlet, tmp_path, workers=2)
    assert contents(tmp_path) == contents(whole_hamlet)


def test_a_region_that_holds_nothing_to_run_on_is_an_empty_data_set(tmp_path: Path, capsys) -> None:
    osm = write_town(tmp_path / "road.osm", "n1 0 0\nn2 300 0\nw1 n1,n2 highway=motorway")
    code = main(["scan", str(osm), "-o", str(tmp_path / "out.parquet"), "--workers", "1", "-q"])
    assert code == 5
    assert len(gpd.read_parquet(tmp_path / "out.parquet")) == 0
    assert capsys.readouterr().out.startswith("0 stretches")
    (tmp_path / "out.parquet" / "_saferoute.json").write_text("{}")  # so that it is written anew
    assert main(["scan", str(osm), "-o", str(tmp_path / "out.parquet"), "--workers", "1", "-q"]) == 5
    assert "out.parquet, without a stretch in place of the earlier scan" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "more", "rule"),
    [("out.txt", (), "ends with .parquet"), ("out.parquet", ("--workers", "0"), "at least 1 process")],
)
def test_what_will_be_refused_is_refused_before_the_map_is_read(tmp_path, capsys, name, more, rule) -> None:
    code = main(["scan", str(tmp_path / "no such region"), "-o", str(tmp_path / name), *more])
    err = capsys.readouterr().err
    assert code == 2
    assert rule in err
    assert "reading the map" not in err


def test_progress_tells_rate_and_time_left(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "saferoute")
    tiles, clock = tiles_covering(np.array([(24.0, 60.0, 24.5, 60.2)]), 12), [0.0]
    monkeypatch.setattr(scan.time, "monotonic", lambda: clock[0])
    progress = scan._Progress(tiles)
    for tile in tiles:
        clock[0] += 10.0
        progress.count_tile(tile)
    n, said = len(tiles), caplog.messages
    assert len(said) == n
    assert said[0].startswith(f"1 of {n} tiles, 6.0 tiles/min, 2.36 km²/s")
    assert said[1].endswith(f"{round((n - 2) * 10 / 60)} min left")
    assert said[-1].endswith("0 s left")


# --- killed, failed, resumed -----------------------------------------------------------------


def command(osm: Path, folder: Path, *more: str) -> list[str]:
    out = str(folder / "out.parquet")
    return [sys.executable, "-m", "saferoute", "scan", str(osm), "-o", out, "--zoom", str(ZOOM), *more]


def kept(folder: Path) -> list[Path]:
    return list(folder.glob(".out.parquet.tiles-*/*/*.tile"))


def wait_until(said: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


@pytest.mark.long
@pytest.mark.slow
def test_a_scan_that_is_killed_again_and_again_ends_with_the_same_files(
    town: Path, whole: Path, tmp_path: Path
) -> None:
    for workers, more in (("1", 2), ("2", 3)):
        before = len(kept(tmp_path))
        run = subprocess.Popen(command(town, tmp_path, "--workers", workers, "-q"), stderr=subprocess.DEVNULL)
        wait_until(lambda least=before + more: len(kept(tmp_path)) >= least)
        run.send_signal(signal.SIGKILL)
        run.wait()
        assert not (tmp_path / "out.parquet").exists()
    before = {path: path.stat().st_mtime_ns for path in kept(tmp_path)}
    again = subprocess.run(command(town, tmp_path, "--workers", "1"), capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert f"{len(before)} of " in again.stderr
    assert contents(tmp_path) == contents(whole)


def test_a_scan_that_is_stopped_while_it_writes_leaves_the_tiles(
    hamlet: Path, whole_hamlet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from saferoute.scan import _web, _write

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    for where in ((_write, "_encode_parquet"), (_web, "write_page"), (_write, "write_atomically")):
        with monkeypatch.context() as patch:
            patch.setattr(*where, stop)
            with pytest.raises(KeyboardInterrupt):
                scanned(hamlet, tmp_path)
        monkeypatch.setattr(scan.workers, "scan_tile", stop)  # none is looked at again
    scanned(hamlet, tmp_path)
    assert contents(tmp_path) == contents(whole_hamlet)


def test_a_page_of_another_scan_is_no_sign_of_a_whole_one(
    hamlet: Path, whole_hamlet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stop between the page's and the stretches' taking their places, an older scan being there."""
    scan.run_job(job(hamlet, zoom=13), tmp_path / "out.parquet", workers=1)
    rename = Path.rename

    def stop(self: Path, target: Path) -> Path:
        if self.name == ".out.parquet.new":
            raise KeyboardInterrupt
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", stop)
        before = contents(tmp_path / "out.parquet")
        with pytest.raises(KeyboardInterrupt):
            scanned(hamlet, tmp_path)
    assert contents(tmp_path / "out.parquet") == before
    monkeypatch.setattr(scan.workers, "scan_tile", None)  # the tiles are there
    scanned(hamlet, tmp_path)
    assert contents(tmp_path) == contents(whole_hamlet)


def test_damaged_tiles_are_surveyed_again(
    hamlet: Path, whole_hamlet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(scan, "assemble_outputs", stop)
        with pytest.raises(KeyboardInterrupt):
            scanned(hamlet, tmp_path)
    zeroed, replaced = sorted(kept(tmp_path))
    replaced.write_bytes(zeroed.read_bytes())
    zeroed.write_bytes(bytes(zeroed.stat().st_size))
    caplog.set_level("INFO", "saferoute")
    scanned(hamlet, tmp_path)
    assert contents(tmp_path) == contents(whole_hamlet)
    assert [record.message.split(";")[0] for record in caplog.records if "damaged" in record.message] == [
        f"{path}: is damaged" for path in (zeroed, replaced)
    ]


def test_a_scan_that_is_whole_is_not_done_again(
    hamlet: Path, whole_hamlet: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(scan.workers, "scan_tile", None)
    before = contents(whole_hamlet)
    caplog.set_level("INFO", "saferoute")
    done = scan.run_job(job(hamlet), whole_hamlet / "out.parquet", workers=1)
    assert done.stretches == len(gpd.read_parquet(whole_hamlet / "out.parquet"))
    assert "nothing to do" in caplog.text
    assert contents(whole_hamlet) == before


def test_another_profile_is_another_scan(hamlet: Path, whole_hamlet: Path, tmp_path: Path) -> None:
    shutil.copytree(whole_hamlet, tmp_path, dirs_exist_ok=True)
    output = tmp_path / "out.parquet"
    scan.run_job(job(hamlet, zoom=13, profile=load_profile("advanced")), output, workers=1)
    assert gpd.read_parquet(output)["length_m"].min() >= 120
    assert set(contents(tmp_path)) != set(contents(whole_hamlet))
    assert {name.split("/")[0] for name in contents(tmp_path) if name.startswith(".")} == {kept(tmp_path)[0].parts[-3]}


def forget_kept() -> None:
    """Forget all that earlier scans found, on disk and in this process."""
    Online().open_cache().drawers.delete_files()
    forget_last()
    forget_rows()


@pytest.mark.parametrize(
    ("other", "looks_again"),
    [
        (
            dataclasses.replace(
                BEGINNER, weights=dict(zip(BEGINNER.weights, (0.1, 0.3, 0.2, 0.15, 0.25), strict=True))
            ),
            False,
        ),
        (load_profile("advanced"), True),
    ],
    ids=["other weights", "other lengths"],
)
def test_on_kept_tiles_another_profile_finds_what_it_finds_from_nothing(
    hamlet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: Profile, looks_again: bool
) -> None:
    looked, look_around = [], survey.look_around
    monkeypatch.setattr(survey, "look_around", lambda *of: looked.append(of) or look_around(*of))
    searched, find_windows = [], candidates.find_windows
    monkeypatch.setattr(candidates, "find_windows", lambda *of: searched.append(of) or find_windows(*of))
    digested, digest = [], ExtractSource.digest_within_box
    monkeypatch.setattr(ExtractSource, "digest_within_box", lambda *of: digested.append(of) or digest(*of))
    forget_kept()
    for folder, profile in (("first", BEGINNER), ("kept", other)):
        (tmp_path / folder).mkdir()
        for calls in (looked, searched, digested):
            calls.clear()
        scan.run_job(job(hamlet, profile=profile), tmp_path / folder / "out.parquet", workers=1)
    assert (bool(looked), bool(searched)) == (looks_again, looks_again)
    assert not digested  # ground of which the map is the same is not read to know that
    forget_kept()
    (tmp_path / "anew").mkdir()
    scan.run_job(job(hamlet, profile=other), tmp_path / "anew" / "out.parquet", workers=1)
    assert contents(tmp_path / "kept") == contents(tmp_path / "anew")


def test_a_bad_tile_is_named_and_tried_again_alone(
    hamlet: Path, whole_hamlet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    bad = gpd.read_parquet(whole_hamlet / "out.parquet")["quadkey"].iloc[0][:ZOOM]
    looked: list[str] = []
    right = survey.survey_tile

    def broken(tile: scan.Tile, of: scan.Job) -> Any:
        looked.append(tile.quadkey)
        if tile.quadkey == bad:
            raise RuntimeError("a [bold]bad[/bold] tile\x1b[31m")
        return right(tile, of)

    arguments = command(hamlet, tmp_path, "--workers", "1", "-q")[3:]
    with monkeypatch.context() as patch:
        patch.setattr(survey, "survey_tile", broken)
        assert main(arguments) == 6
    said = capsys.readouterr().err
    assert bad in said
    assert "RuntimeError: a [bold]bad[/bold] tile" in said
    assert "\x1b" not in said
    rest = gpd.read_parquet(tmp_path / "out.parquet")
    assert not rest["quadkey"].str.startswith(bad).any()
    assert json.loads((tmp_path / "out.parquet" / "_saferoute.json").read_text())["bad_tiles"].keys() == {bad}
    looked.clear()
    monkeypatch.setattr(survey, "survey_tile", lambda tile, of: (looked.append(tile.quadkey), right(tile, of))[1])
    assert main(arguments) == 0
    assert looked == [bad]
    assert contents(tmp_path) == contents(whole_hamlet)


@pytest.mark.slow
def test_a_tile_that_kills_its_process_harms_no_other(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of = job(town)
    tiles = scan.list_tiles(of)[:3]
    monkeypatch.setattr(scan.workers, "scan_tile", dying.one_tile)
    works = [scan.workers.Work(tile) for tile in tiles]
    done = {tile: (content, why) for tile, content, why, _ in scan.workers.scan_in_processes(works, of, 2)}
    assert set(done) == set(tiles)
    assert done[tiles[0]][0] is None
    assert "its process died" in done[tiles[0]][1]
    assert all(content is not None for tile, (content, _) in done.items() if tile != tiles[0])


# --- a cluster -------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers of Dask, each a process of its own on loopback."""
    pytest.importorskip("distributed")
    folder, port = tmp_path_factory.mktemp("dask"), free_port()
    address = f"tcp://127.0.0.1:{port}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    dask = [sys.executable, "-m", "dask"]
    scheduler = subprocess.Popen(
        [*dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"], **quiet
    )
    worker = [*dask, "worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny", "--host", "127.0.0.1"]
    workers = [subprocess.Popen([*worker, "--local-directory", str(folder)], **quiet) for _ in range(2)]
    yield address, workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


@pytest.mark.long
@pytest.mark.slow
def test_a_cluster_writes_the_same_though_a_worker_is_killed(cluster, town: Path, whole: Path, tmp_path: Path) -> None:
    address, workers = cluster
    run = subprocess.Popen(command(town, tmp_path, "--scheduler", address, "-q"), stderr=subprocess.PIPE)
    wait_until(lambda: len(kept(tmp_path)) >= 3)
    workers[0].send_signal(signal.SIGKILL)
    _, said = run.communicate(timeout=120)
    assert run.returncode == 0, said
    assert contents(tmp_path) == contents(whole)


def test_no_scheduler_is_a_service_that_does_not_answer(town: Path, tmp_path: Path, monkeypatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(scan.crews, "CONNECT_S", 1)
    with pytest.raises(SourceUnavailable, match="no Dask scheduler answers"):
        scanned(town, tmp_path, scheduler=f"tcp://127.0.0.1:{free_port()}")


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (["--zoom", "8"], "zoom 8"),
        (["--zoom", "17"], "zoom 17"),
        (["--workers", "0"], "workers 0"),
        (["--at", "now"], "now"),
        (["--at", "soon"], "soon"),
        (["--at", ""], "''"),
        (["-o", "out.geojson"], "ends with .parquet"),
        (["-o", "none/out.parquet"], "does not exist"),
        (["--dem", "none.tif"], "no such file"),
    ],
)
def test_bad_input_is_one_line(town: Path, tmp_path: Path, monkeypatch, capsys, more: list[str], why: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*command(town, tmp_path, "-q")[3:], *more]) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert why in said[0]


@pytest.mark.parametrize("name", ["out.parquet", "out-web"])
def test_what_is_no_scan_is_not_overwritten(town: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "precious").touch()
    with pytest.raises(InvalidInput, match="no scan's"):
        scanned(town, tmp_path)
    assert contents(tmp_path) == {f"{name}/precious": b""}


def test_two_scans_do_not_write_one_output(town: Path, tmp_path: Path) -> None:
    from filelock import FileLock

    with FileLock(tmp_path / ".out.parquet.lock"), pytest.raises(InvalidInput, match="another scan"):
        scanned(town, tmp_path)


def test_an_hour_becomes_one_on_a_day(town: Path) -> None:
    at = scan.create_job(town, profile=load_profile(at="sat 07:00"), zoom=ZOOM).profile.at
    assert pd.Timestamp(at).day_name() == "Saturday"
    assert at.endswith("T07:00")


def test_the_fingerprint_knows_data_and_profile(town: Path, tmp_path: Path) -> None:
    first = job(town).compute_fingerprint()
    assert first == job(town).compute_fingerprint()
    others = [job(town, ZOOM - 1), job(town, profile=load_profile("advanced"))]
    others.append(job(write_town(tmp_path / "town.osm.pbf", EVEN)))
    assert len({first, *(other.compute_fingerprint() for other in others)}) == 4


def test_the_fingerprint_knows_code_and_libraries(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {job(town).compute_fingerprint()}
    for name in ("digest_modules", "digest_libraries"):
        monkeypatch.setattr(f"saferoute.scan._job.{name}", lambda *_: "another")
        found.add(job(town).compute_fingerprint())
    assert len(found) == 3


def test_a_raster_elsewhere_is_refused(town: Path, tmp_path: Path, write_plane) -> None:
    far = write_plane(tmp_path / "far.tif", shift=200_000)
    with pytest.raises(NoCoverage, match=r"far\.tif"):
        scan.create_job(town, profile=BEGINNER, dem=[far], zoom=ZOOM)


def test_heights_are_used_and_what_they_leave_open_is_said(town: Path, tmp_path: Path, write_plane) -> None:
    with_heights = scan.create_job(town, profile=BEGINNER, dem=[write_plane(tmp_path / "dem.tif")], zoom=13)
    scan.run_job(with_heights, tmp_path / "out.parquet", workers=1)
    found = gpd.read_parquet(tmp_path / "out.parquet")
    assert 0 < found["grade_pct"].notna().sum() < len(found)
    facts = json.loads((tmp_path / "out.parquet" / "_saferoute.json").read_text())
    assert any("no elevation covers them" in note for note in facts["notes"])


def test_workers_collect_garbage_rarely(hamlet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(survey, "survey_tile", lambda *_: seen.append(gc.get_threshold()[0]))
    work = job(hamlet)
    assert not scan_tile(Work(scan.list_tiles(work)[0]), work).why
    assert seen == [COLLECTED_AFTER]


def test_a_worker_with_other_code_says_so(town: Path) -> None:
    of = dataclasses.replace(job(town), code="0" * 40)
    done = scan.workers.scan_tile(scan.workers.Work(scan.list_tiles(of)[0]), of)
    assert done.ground is None
    assert "other code or libraries" in done.why
