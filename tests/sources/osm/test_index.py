"""Extracts in the cache: the same tables, made once, and anew when anything is amiss."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from town import ORIGIN, lonlat, write_town

from saferoute import search
from saferoute.model import Features, InvalidInput, Place
from saferoute.sources import spill
from saferoute.sources.cache import Cache
from saferoute.sources.osm import building, exporting, index
from saferoute.sources.osm.extract import ExtractSource, forget_last
from saferoute.sources.profiles import load_profile

TOWN = """
n1 0 0
n2 300 0
n3 300 200
n4 0 200
n5 700 3
n6 60 40 natural=tree
n7 100 60
n8 100 120
n9 40 120
n10 150 -90
w1 n1,n2 highway=footway surface=asphalt name=Promenade
w2 n2,n5 highway=footway width=3
w3 n2,n10 highway=path
w4 n1,n4 highway=residential
w5 n6,n7,n8,n9,n6 leisure=park name=Green;Park
"""
AREA = search.area_around(Place("here", *lonlat(150, 0)), 500)
BEGINNER = load_profile()
ORIGIN_X = ORIGIN[0]


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def town(tmp_path: Path) -> Path:
    return write_town(tmp_path / "town.osm.pbf", TOWN)


def source(path: Path, cache: Cache | None) -> ExtractSource:
    return ExtractSource([path], join=search.join_ways, cache=cache)


def look(path: Path, cache: Cache | None) -> Features:
    forget_last()  # or nothing would be read again
    return source(path, cache).read_features(AREA, margin_m=300)


def assert_same(one: Features, other: Features) -> None:
    for name in ("ways", "areas", "points"):
        assert_geodataframe_equal(getattr(one, name).to_geodataframe(), getattr(other, name).to_geodataframe())
    assert (one.extent, one.data_date, one.notes) == (other.extent, other.data_date, other.notes)
    assert one.strokes is not None
    assert other.strokes is not None
    assert shapely.equals_exact(one.strokes.lines, other.strokes.lines).all()
    for name in ("vertex_stroke", "vertex_node", "edge_ground", "side_paths", "number"):
        assert (getattr(one.strokes, name) == getattr(other.strokes, name)).all(), name


def test_the_index_holds_what_the_extract_holds(town: Path, cache: Cache, logged: list[str]) -> None:
    in_memory, first, second = look(town, None), look(town, cache), look(town, cache)
    assert_same(first, in_memory)
    assert_same(second, in_memory)
    assert len(logged) == 1, "read once"


def files(cache: Cache) -> dict[str, bytes]:
    (folder,) = (path for path in (cache.folder / index.KIND).iterdir() if path.is_dir())
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("beside", ["python", "false"], ids=["beside", "beside, in vain"])
def test_two_processes_write_the_index_that_one_writes(
    beside: str, town: Path, cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(town, cache)
    monkeypatch.setattr(building, "SHARED_BYTES", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    if beside == "false":
        monkeypatch.setattr("sys.executable", shutil.which("false"))
    else:
        read = building.read_layers

        def read_ways(sources: Any, what: Any) -> Any:
            assert "area" not in what, "the process beside left its work undone"
            return read(sources, what)

        monkeypatch.setattr(building, "read_layers", read_ways)
    other = Cache(tmp_path / "other")
    look(town, other)
    assert files(other) == files(cache)


@pytest.mark.parametrize("at_once", [1, 2, 7])
def test_an_index_made_piece_by_piece_is_the_one_made_at_once(
    at_once: int, town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = write_town(tmp_path / "other.osm", TOWN.replace("n5 700 3", "n5 710 3").replace("w3", "w13"))
    lake = write_town(tmp_path / "lake.osm", "n-1 0 9\nn-2 9 9\nw-3 n-1,n-2 natural=water\nw-4 n-2,n-1 highway=path")
    paths, made = [town, other, lake], []
    for pieces in (False, True):
        if pieces:
            monkeypatch.setattr(spill, "AT_ONCE", at_once)
        kept = Cache(tmp_path / f"{pieces}")
        ExtractSource(paths, join=search.join_ways, cache=kept).read_bounds()
        made.append(files(kept))
    assert made[0] == made[1]


IN_MEMORY = {"a,b": (1 << 40, 0), "full": (5, 0), "small": (1 << 40, 1 << 20)}
"""A folder whose name osmium would misread, a full disk, a small extract: free bytes, and how small an extract is."""


@pytest.mark.parametrize("name", IN_MEMORY)
def test_where_places_of_nodes_do_not_lie_on_disk_they_lie_in_memory(
    name: str, town: Path, cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, small = IN_MEMORY[name]
    monkeypatch.setattr(exporting, "IN_MEMORY_BYTES", 0)
    look(town, cache)
    monkeypatch.setattr(exporting, "IN_MEMORY_BYTES", small)
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    other = Cache(tmp_path / name)
    look(town, other)
    assert files(other) == files(cache)


@pytest.mark.parametrize(("free", "told"), [(1000, True), (1 << 40, False), (None, False)])
def test_an_extract_that_memory_may_not_hold_is_announced(
    free: int | None, told: bool, town: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch, logged: list[str]
) -> None:
    monkeypatch.setattr(index, "_free_bytes", lambda: free)
    look(town, cache)
    look(town, cache)  # from the index, which takes no memory
    assert [text.startswith("it may take") for text in logged] == [False, True][: 1 + told]


@pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="this system does not say what memory is free")
def test_free_memory_is_more_than_none_and_less_than_there_is() -> None:
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert 0 < (index._free_bytes() or 0) < there


def test_a_large_file_without_a_way_is_refused_as_a_small_one_is(
    cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_town(tmp_path / "tree.osm.pbf", "n1 0 0 natural=tree")
    monkeypatch.setattr(building, "SHARED_BYTES", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    with pytest.raises(InvalidInput, match="it holds no ways"):
        look(path, cache)
    assert not index.list_indexes(cache)


@pytest.mark.slow
def test_a_real_city_is_the_same_from_the_index(shared_data: Path, cache: Cache) -> None:
    path = shared_data / "sydney" / "sydney-cbd.osm.pbf"
    area = search.area_around(Place("Sydney", 151.207, -33.868), 600)
    one, two, three = (source(path, kept).read_features(area, margin_m=500) for kept in (None, cache, cache))
    assert_same(two, one)
    assert_same(three, one)


def test_a_stroke_goes_on_beyond_what_is_looked_at(tmp_path: Path, cache: Cache) -> None:
    plan = "\n".join(f"n{k} {k * 200} 0" for k in range(1, 40)) + "\n"
    plan += "\n".join(f"w{k} n{k},n{k + 1} highway=path" for k in range(1, 39))
    features = look(write_town(tmp_path / "long.osm.pbf", plan), cache)
    assert features.strokes is not None
    assert len(features.strokes.lines) == 1
    assert shapely.length(features.strokes.lines[0]) == pytest.approx(38 * 200, rel=1e-3)
    assert (features.strokes.edge_ground < 0).any(), "most of its ways are not here"
    assert len(features.ways) < 12


def test_cells_keep_their_places_wherever_one_looks_from(tmp_path: Path, cache: Cache) -> None:
    plan = "\n".join(f"n{k} {k * 203} {k % 2 * 120}" for k in range(1, 60)) + "\n"
    plan += "\n".join(f"w{k} n{k},n{k + 1} highway=path surface=asphalt" for k in range(1, 59))
    path = write_town(tmp_path / "long.osm.pbf", plan)
    seen = []
    for east in (5000, 5900):
        area = search.area_around(Place("here", *lonlat(east, 0)), 900)
        ranking = search.find(search.Query(area, features=source(path, cache), profile=BEGINNER, top=10_000))
        inside = ranking.stretches[ranking.stretches.geometry.centroid.x.between(ORIGIN_X + 5200, ORIGIN_X + 5700)]
        seen.append({line.wkt for line in shapely.set_precision(inside.geometry.to_numpy(), 0.001)})
    assert seen[0] == seen[1] != set()


def test_a_changed_extract_is_read_anew(town: Path, cache: Cache) -> None:
    before, stat = look(town, cache), town.stat()
    write_town(town, TOWN.replace("asphalt", "gravel "))
    os.utime(town, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    after = look(town, cache)
    assert set(before.ways.tags["surface"].values) == {"asphalt"}
    assert set(after.ways.tags["surface"].values) == {"gravel"}


def test_a_copy_or_another_name_of_an_extract_needs_no_second_reading(
    town: Path, cache: Cache, tmp_path: Path, logged: list[str]
) -> None:
    look(town, cache)
    look(Path(shutil.copy(town, tmp_path / "copy.osm.pbf")), cache)
    town.touch()
    look(town, cache)
    assert len(logged) == 1


def test_other_code_makes_another_index(
    town: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch, logged: list[str]
) -> None:
    look(town, cache)
    monkeypatch.setattr(index, "digest_modules", lambda *_: "of other rules")
    look(town, cache)
    assert len(logged) == 2
    monkeypatch.undo()
    look(town, cache)
    assert len(logged) == 2, "the first is still there for the code that made it"
    assert [k.of for k in index.list_indexes(cache)] == [("town.osm.pbf",)] * 2


def test_an_index_without_strokes_is_none_with_them(town: Path, cache: Cache) -> None:
    without = ExtractSource([town], cache=cache).read_features(AREA, margin_m=300)
    assert without.strokes is None
    assert look(town, cache).strokes is not None


def harm_file(path: Path, harm: str) -> None:
    content = bytearray(path.read_bytes())
    middle = len(content) // 3
    if harm == "missing":
        path.unlink()
        return
    if harm == "cut off":
        del content[-5:]
    elif harm == "zeroed":
        content[:] = bytes(len(content))
    elif harm == "a page zeroed":
        content[middle : middle + 4096] = b"\0" * len(content[middle : middle + 4096])
    else:
        content[middle] ^= 4
    path.write_bytes(content)


def test_a_damaged_index_is_made_anew_and_one_line_says_so(town: Path, cache: Cache, logged: list[str]) -> None:
    whole = look(town, cache)
    names = sorted(files(cache))
    assert len(names) == 10
    harms = itertools.cycle(["cut off", "missing", "zeroed", "a page zeroed", "flipped"])
    for name, harm in zip(names, harms, strict=False):
        harm_file(next((cache.folder / index.KIND).glob(f"*/{name}")), harm)
        assert [k.of for k in index.list_indexes(cache)] == [()], name
        logged.clear()
        assert_same(look(town, cache), whole)
        assert logged == ["reading town.osm.pbf anew, as their index is damaged"], name
        assert [k.of for k in index.list_indexes(cache)] == [("town.osm.pbf",)]


def test_damage_far_from_the_place_is_not_read(tmp_path: Path, cache: Cache, logged: list[str]) -> None:
    n = 2000
    plan = "\n".join(f"n{k} {k * 30} 0\nn{n + k} {k * 30} {50 + k % 3}" for k in range(1, n)) + "\n"
    plan += "\n".join(f"w{k} n{k},n{n + k} highway=path" for k in range(1, n))
    path = write_town(tmp_path / "ladder.osm.pbf", plan)
    whole = look(path, cache)
    ways = next((cache.folder / index.KIND).glob("*/ways.blocks"))
    content, noticed = ways.read_bytes(), 0
    for start in range(0, len(content) // 10 * 9, len(content) // 10):
        bad = bytearray(content)
        bad[start] ^= 1
        ways.write_bytes(bad)
        logged.clear()
        assert_same(look(path, cache), whole)
        noticed += len(logged)
    assert 0 < noticed <= 2, "each block is read only where its ways are"


def test_a_disk_that_damages_all_it_stores_costs_time_and_nothing_else(
    town: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = look(town, None)
    monkeypatch.setattr("saferoute.sources.blocks.crc32", lambda *_: next(numbers))
    numbers = itertools.count()
    features = look(town, cache)
    assert any("no index can be kept there" in note for note in features.notes)
    assert_same(replace(features, notes=()), replace(whole, notes=()))


def test_where_nothing_can_be_kept_the_extract_is_read_all_the_same(town: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    features = look(town, Cache(tmp_path / "file"))
    assert any("cannot be kept" in note for note in features.notes)
    assert_same(replace(features, notes=()), replace(look(town, None), notes=()))


def test_a_disk_that_fills_while_it_is_written_leaves_nothing(
    town: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr("os.fsync", full)
    features = look(town, cache)
    assert any("no space left" in note for note in features.notes)
    assert index.list_indexes(cache) == []
    assert list((cache.folder / index.KIND).glob(f"*{index.PART}")) == []


def test_what_a_killed_process_left_is_swept_away(town: Path, cache: Cache) -> None:
    left = cache.folder / index.KIND / f"abc{index.PART}"
    left.mkdir(parents=True)
    (left / "ways.fgb").write_bytes(b"half")
    look(town, cache)
    assert not left.exists()


@pytest.mark.slow
def test_two_processes_at_once_make_one_index(town: Path, cache: Cache) -> None:
    code = (
        "import logging, sys\nfrom saferoute import search\nfrom saferoute.sources.cache import Cache\n"
        "from pathlib import Path\nfrom saferoute.sources.osm.extract import ExtractSource\n"
        "source = ExtractSource([sys.argv[1]], join=search.join_ways, cache=Cache(Path(sys.argv[2])))\n"
        "logging.basicConfig(level=logging.INFO, format='%(message)s', stream=sys.stdout)\nprint(source.read_bounds())"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(town), str(cache.folder)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert sum("for the first time" in text for text in said) == 1
    assert len({text.splitlines()[-1] for text in said}) == 1


def test_clear_takes_indexes_and_nothing_else(town: Path, cache: Cache) -> None:
    look(town, cache)
    mine = cache.folder / index.KIND / "mine.txt"
    mine.write_text("not an index")
    assert index.delete_indexes(cache) == 1
    assert index.list_indexes(cache) == []
    assert [p.name for p in mine.parent.iterdir()] == ["mine.txt"]


def test_the_second_process_ends_with_the_first() -> None:
    code = f"import time; from {building.__name__} import end_with_parent; end_with_parent(); print(); time.sleep(60)"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], **pipes) as second:
        assert second.stdin is not None
        assert second.stdout is not None
        second.stdout.readline()
        assert second.poll() is None
        second.stdin.close()  # as the system does when the first one is gone
        assert second.wait(timeout=20) == 1
