"""Files on which a library crashes, hangs or takes all memory: one line and exit code 2, whatever is read."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import osmium
import pytest
import rasterio
from bad_readers import crash, leave
from rasters import write_plane
from town import lonlat, write_town

from saferoute.cli import main
from saferoute.sources import damage

if TYPE_CHECKING:
    from collections.abc import Callable

    Find = Callable[..., tuple[int, str]]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems read in another interpreter")
PLAN = """
n1 -150 0
n2 150 0
n3 0 40 amenity=cafe name="Corner"
w1 n1,n2 highway=footway surface=asphalt width=4
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an extract, and rasters of heights and of people."""
    folder = tmp_path_factory.mktemp("town")
    write_town(folder / "town.osm.pbf", PLAN)
    write_plane(folder / "dem.tif")
    return folder


AT = "{1:.6f},{0:.6f}".format(*lonlat(0, 0))


@pytest.fixture
def find(files: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Return a function that searches the town with further options, and returns exit code and stderr."""

    def run(*more: str, near: str = AT) -> tuple[int, str]:
        words = ["--osm", str(files / "town.osm.pbf"), "--cache-dir", str(tmp_path / "cache"), "-q"]
        words += ["--radius", "200", "--at", "2026-06-20T07:00", "-o", str(tmp_path / "found.geojson")]
        return main(["find", "--near", near, *words, *more]), capfd.readouterr().err

    return run


def be(what: Callable[[], None]) -> Callable[..., Any]:
    return lambda *_, **__: what()


@pytest.mark.parametrize(
    ("library", "more", "near"),
    [
        ("osmium.FileProcessor", "--osm", AT),
        ("osmium.FileProcessor", "--osm", "Corner"),
        ("rasterio.open", "--dem", AT),
        ("rasterio.open", "--population", AT),
    ],
)
def test_a_library_that_crashes_ends_in_one_line(
    files: Path, find: Find, monkeypatch: pytest.MonkeyPatch, library: str, more: str, near: str
) -> None:
    monkeypatch.setattr(library, be(crash))
    file = "town.osm.pbf" if more == "--osm" else "dem.tif"
    code, err = find(more, str(files / file), near=near)
    (line,) = err.splitlines()
    assert code == 2
    assert line.startswith("saferoute: ")
    assert f"{file}: reading it crashed a library (SIGSEGV): it is damaged or too large" in line


def test_a_reader_that_hangs_is_stopped(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(osmium, "FileProcessor", be(lambda: os.read(os.pipe()[0], 1)))
    monkeypatch.setattr(damage, "START_S", 0.04)
    code, err = find()
    assert (code, err.count("\n")) == (2, 1)
    assert "town.osm.pbf: reading it took more than 0 s and was stopped" in err


def test_a_reader_that_takes_all_memory_ends_in_one_line(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(osmium, "FileProcessor", be(lambda: bytearray(3 << 30)))
    monkeypatch.setattr(damage, "START_BYTES", 1 << 30)
    code, err = find()
    assert (code, err.count("\n")) == (2, 1)
    assert "too little memory" in err


def test_a_process_that_ends_early_is_no_answer(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(osmium, "FileProcessor", be(leave))
    code, err = find()
    assert code == 2
    assert "reading it ended without an answer" in err


def test_what_was_read_well_is_read_here_until_it_changes(
    find: Find, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    run = damage.run_apart

    def note(function: Callable[..., Any], *arguments: Any, **bounds: Any) -> Any:
        begun.append(function.__name__)
        return run(function, *arguments, **bounds)

    monkeypatch.setattr(damage, "run_apart", note)
    dem = str(write_plane(tmp_path / "dem.tif"))
    first = find("--dem", dem, near="Corner")
    assert len(set(begun)) == 4, begun  # the place, the extract, what the raster is, its heights
    count = len(begun)
    assert find("--dem", dem, near="Corner") == first
    assert len(begun) == count
    write_plane(Path(dem))
    assert find("--dem", dem, near="Corner") == first
    assert set(begun[count:]) == {name for name in begun if "raster" in name or "layer" in name}


def test_many_rasters_are_read_in_one_process_and_the_one_that_crashes_is_named(
    find: Find, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    run, open_it = damage.run_apart, rasterio.open
    dems = [str(write_plane(tmp_path / f"dem{k}.tif")) for k in range(4)]

    def note(function: Callable[..., Any], *arguments: Any, **bounds: Any) -> Any:
        begun.append(function.__name__)
        return run(function, *arguments, **bounds)

    def open_or_crash(name: str, *arguments: Any, **options: Any) -> Any:
        return crash() if name.endswith("dem2.tif") else open_it(name, *arguments, **options)

    monkeypatch.setattr(damage, "run_apart", note)
    assert find("--dem", *dems)[0] == 0
    # The extract, what the rasters are, their heights along and beside the walk.
    assert sorted(begun) == ["_call_each", "_call_each", "_call_each", "_write_index"]
    for dem in dems:
        write_plane(Path(dem))
    monkeypatch.setattr(rasterio, "open", open_or_crash)
    code, err = find("--dem", *dems)
    assert code == 2
    assert f"{dems[2]}: reading it crashed a library" in err
