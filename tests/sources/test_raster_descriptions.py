"""Descriptions of raster files that are kept: the same as of the file itself, until it changes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasters import from_origin, write, write_plane

from saferoute.drawers import Drawers
from saferoute.model import InvalidInput
from saferoute.sources.raster_descriptions import read_raster_files_once
from saferoute.sources.rasters import read_raster_file

GRID = np.ones((4, 5), dtype="float32")


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Return rasters of many kinds: with a vertical axis, tags, a unit, longitudes up to 360, no place on earth."""
    folder = tmp_path / "dem"
    folder.mkdir()
    write_plane(folder / "metres.tif", tags={"SAFEROUTE_SOURCE": "a “survey”", "SAFEROUTE_SIGMA_M": "0.4"})
    write_plane(folder / "upright.tif", crs="EPSG:25833+5782")
    write(folder / "round.tif", GRID, crs="EPSG:4326", transform=from_origin(358.7, 1 / 3, 0.1, 0.1))
    write(folder / "beyond.tif", GRID, crs="EPSG:3035", transform=from_origin(9e9, 9e9, 1e7, 1e7))
    with rasterio.open(folder / "round.tif", "r+") as file:
        file.units = ("ft",)
    return sorted(folder.iterdir())


def forbid(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have files opened from now on noted."""
    opened: list[str] = []
    open_it = rasterio.open

    def note(name: str, *arguments: Any, **options: Any) -> Any:
        opened.append(Path(name).name)
        return open_it(name, *arguments, **options)

    monkeypatch.setattr(rasterio, "open", note)
    return opened


def test_what_is_kept_of_a_file_is_what_it_says(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, drawers = [read_raster_file(path) for path in files], Drawers(tmp_path / "kept")
    assert {file.degrees is None for file in told} == {False, True}
    assert read_raster_files_once(files, drawers) == told
    opened = forbid(monkeypatch)
    again = read_raster_files_once(files, drawers)
    assert again == told
    assert [file.named_crs.to_wkt() for file in again] == [file.named_crs.to_wkt() for file in told]
    assert not opened
    os.utime(files[1])
    assert read_raster_files_once(files[::-1], drawers) == told[::-1]
    assert set(opened) <= {files[1].name}


def test_a_file_that_changed_is_described_anew(files: list[Path], tmp_path: Path) -> None:
    drawers = Drawers(tmp_path / "kept")
    read_raster_files_once(files, drawers)
    write(files[0], GRID, crs="EPSG:32632", transform=from_origin(4e5, 5e6, 2, 2))
    (known, *_) = read_raster_files_once(files, drawers)
    assert known == read_raster_file(files[0])
    assert known.crs.to_epsg() == 32632


def test_what_is_damaged_is_described_anew(files: list[Path], tmp_path: Path) -> None:
    drawers = Drawers(tmp_path / "kept")
    told = read_raster_files_once(files, drawers)
    for path in (tmp_path / "kept").iterdir():
        content = bytearray(path.read_bytes())
        content[-9] ^= 1
        path.write_bytes(bytes(content))
    assert read_raster_files_once(files, drawers) == told


def test_a_file_that_is_missing_is_named(files: list[Path], tmp_path: Path) -> None:
    drawers = Drawers(tmp_path / "kept")
    read_raster_files_once(files, drawers)
    files[2].unlink()
    with pytest.raises(InvalidInput, match=files[2].name):
        read_raster_files_once(files, drawers)
