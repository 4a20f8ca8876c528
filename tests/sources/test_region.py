"""A folder is a region: its extracts and its rasters, in order of name."""

from __future__ import annotations

import pytest

from saferoute.model import InvalidInput
from saferoute.sources.region import region_files


def test_files_are_told_apart_by_suffix_and_sorted(tmp_path):
    for name in ("b.osm.pbf", "a.osm", "z.tif", "N60E024.hgt.zip", "make_dem.py", "README.md", ".hidden.osm", "x.zip"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "folder.tif").mkdir()
    extracts, rasters = region_files(tmp_path)
    assert [p.name for p in extracts] == ["a.osm", "b.osm.pbf"]
    assert [p.name for p in rasters] == ["N60E024.hgt.zip", "z.tif"]


def test_bundled_region_has_an_extract_and_a_raster(sample):
    extracts, rasters = region_files(str(sample))
    assert ([p.name for p in extracts], [p.name for p in rasters]) == (["helsinki.osm.pbf"], ["dem.tif"])


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(InvalidInput, match="nowhere: no such folder"):
        region_files(tmp_path / "nowhere")


def test_file_is_no_region(tmp_path):
    (tmp_path / "a.osm").write_bytes(b"x")
    with pytest.raises(InvalidInput, match=r"a\.osm: no such folder"):
        region_files(tmp_path / "a.osm")


def test_folder_without_extract_is_refused(tmp_path):
    (tmp_path / "z.tif").write_bytes(b"x")
    with pytest.raises(InvalidInput, match="no extract in this folder"):
        region_files(tmp_path)
