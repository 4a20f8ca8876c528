"""Scans of a map that has changed: what lies far from the change is not surveyed again, and nothing else differs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from town import lonlat, write_town

from saferoute import scan, search
from saferoute.cli import main
from saferoute.scan import survey
from saferoute.sources.cache import Cache
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

pytest.importorskip("pyarrow")
pytest.importorskip("pmtiles")

ZOOM = 11
FAR_M = 40_000.0
"""Distance of the two hamlets: no tile of the one reaches to the other."""

HAMLET = """
    n{a}1 {x} 10
    n{a}2 {x2} 30
    w{a}1 n{a}1,n{a}2 highway=footway surface=asphalt lit=yes name="Long walk"
    n{a}3 {x1} 20
    n{a}4 {x1} 220
    w{a}2 n{a}3,n{a}4 highway=footway surface=gravel width=3
"""
THERE, HERE = (HAMLET.format(a=a, x=x, x1=x + 200, x2=x + 600) for a, x in ((1, 0.0), (9, FAR_M)))
WATER = f"""
    n95 {FAR_M} 100
    n96 {FAR_M + 50} 100
    n97 {FAR_M} 150
    w93 n95,n96,n97,n95 natural=water
    w91"""
CHANGES = {
    "a tag": ("surface=gravel", "surface=sand"),
    "a place": (f"n94 {FAR_M + 200}", f"n94 {FAR_M + 205}"),
    "a thing more": ("    w91", f"    n95 {FAR_M + 300} 22 barrier=bollard\n    w91"),
    "a way less": ("    w92", "    # w92"),
    "an area more": ("    w91", WATER),
}


def write_both(path: Path, here: str = HERE) -> Path:
    return write_town(path, THERE + here)


def scan_town(osm: Path, folder: Path) -> scan.Result:
    """Scan a map with the rasters that lie beside it."""
    folder.mkdir(exist_ok=True)
    dem = sorted(osm.parent.glob("*.tif"))
    job = scan.create_job(osm, profile=load_profile("beginner"), zoom=ZOOM, dem=dem)
    return scan.run_job(job, folder / "out.parquet", workers=1)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def count_tiles(folder: Path) -> int:
    return len(list(folder.glob(".out.parquet.tiles-*/*/*.tile")))


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory, write_plane: Any) -> Path:
    """Folder of two hamlets with heights, and of a scan of them before any change."""
    folder = tmp_path_factory.mktemp("before")
    for name, shift in (("there", 0.0), ("here", FAR_M)):
        write_plane(folder / f"{name}.tif", shift=shift)
    scan_town(write_both(folder / "town.osm.pbf"), folder / "scan")
    return folder


@pytest.fixture
def again(before: Path, tmp_path: Path) -> Path:
    """A copy of that folder, to change something in."""
    return Path(shutil.copytree(before, tmp_path / "again"))


def test_a_change_costs_the_tiles_in_reach_of_it_alone(again: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[scan.Tile] = []
    right = survey.survey_tile
    monkeypatch.setattr(survey, "survey_tile", lambda tile, job: (looked.append(tile), right(tile, job))[1])
    old = contents(again / "scan")
    osm = write_both(again / "town.osm.pbf", HERE.replace(*CHANGES["a tag"]).replace(*CHANGES["an area more"]))
    updated = scan_town(osm, again / "scan")
    lon = lonlat(FAR_M, 0)[0]
    assert any(tile.box[0] <= lon <= tile.box[2] for tile in looked)
    assert min(tile.box[0] for tile in looked) > lonlat(FAR_M - 20_000, 0)[0]
    assert updated.unchanged == count_tiles(again / "scan") - len(looked) > 0
    assert scan_town(osm, again / "anew").unchanged == 0
    assert contents(again / "scan") == contents(again / "anew") != old


def test_a_newer_extract_with_the_same_map_changes_no_tile(before: Path, again: Path) -> None:
    osm = write_both(again / "town.osm.pbf", HERE.replace("width=3", "width=3 source=survey"))
    assert scan_town(osm, again / "scan").unchanged == count_tiles(again / "scan")
    old, new = contents(before / "scan"), contents(again / "scan")
    changed = {name for name, content in old.items() if not name.startswith(".") and new[name] != content}
    # They hold the fingerprint of the scan.
    assert changed <= {"out.parquet/_saferoute.json", "out-web/scan.json", "out-web/index.html"}


def test_heights_elsewhere_change_no_tile(again: Path, write_plane: Any) -> None:
    write_plane(again / "here.tif", shift=FAR_M + 100)
    assert 0 < scan_town(again / "town.osm.pbf", again / "scan").unchanged < count_tiles(again / "scan")


@pytest.mark.parametrize("kind", CHANGES)
def test_the_digest_of_a_place_knows_the_place_alone(tmp_path: Path, kind: str) -> None:
    """Numbers of rows, combinations and strokes change everywhere with the first object that comes or goes."""
    digests = []
    for here in (HERE, HERE.replace(*CHANGES[kind])):
        source = ExtractSource(
            [write_both(tmp_path / f"{len(digests)}.osm.pbf", here)],
            join=search.join_ways,
            cache=Cache(tmp_path / "cache"),
        )
        boxes = [(*lonlat(x - 100, -100), *lonlat(x + 700, 400)) for x in (0.0, FAR_M)]
        digests.append([source.digest_within_box(box) for box in boxes])
    assert digests[0][0] == digests[1][0]
    assert digests[0][1] != digests[1][1]


def test_a_file_of_changes_does_what_a_newer_extract_does(again: Path, capsys: pytest.CaptureFixture[str]) -> None:
    day, osm, out = again / "day.osc", again / "town.osm.pbf", again / "scan" / "out.parquet"
    tag = '<nd ref="93"/><nd ref="94"/><tag k="highway" v="footway"/><tag k="surface" v="sand"/>'
    way = f'<way id="92" version="2" timestamp="2026-03-04T00:00:00Z">{tag}</way>'
    day.write_text(f'<osmChange version="0.6"><modify>{way}</modify></osmChange>')
    dem = [str(path) for path in sorted(again.glob("*.tif"))]
    words = ["scan", str(osm), "-o", str(out), "--zoom", str(ZOOM), "--workers", "1", "--dem", *dem]
    assert main([*words, "--update", str(day)]) == 0
    assert "tiles are as before" in capsys.readouterr().err
    assert scan_town(osm, again / "anew").unchanged == 0
    assert contents(again / "scan") == contents(again / "anew")
    (again / "second.osm.pbf").write_bytes(osm.read_bytes())
    assert main([*words[:1], str(again), *words[2:], "--update", str(day)]) == 2
    assert "has 2 extracts" in capsys.readouterr().err
