"""The bundled sample region is what its README says, and can be made again."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import osmium
import pytest
import rasterio

REGION = Path(__file__).resolve().parents[1] / "data" / "helsinki"
PBF = REGION / "helsinki.osm.pbf"
DEM = REGION / "dem.tif"
SHA256 = "b73e9c2c82054d654209b0127f1c3287d5900d6780a6083bf3a45ead8ba3e5ee"


@pytest.fixture(scope="module")
def make_dem() -> ModuleType:
    """Load the script from its path; dataclasses look their module up by name."""
    spec = importlib.util.spec_from_file_location("make_dem", REGION / "make_dem.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_dem"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def controls(make_dem: ModuleType) -> Any:
    """Readings and shore of the extract."""
    return make_dem.read_controls(PBF)


@pytest.fixture(scope="module")
def readme() -> str:
    """Text of the README on one line, with plain minus signs."""
    return " ".join((REGION / "README.md").read_text(encoding="utf-8").replace("−", "-").split())


def test_extract_is_the_copy_it_claims_to_be(readme: str) -> None:
    assert hashlib.sha256(PBF.read_bytes()).hexdigest() == SHA256
    assert SHA256 in readme


def test_extract_opens_and_is_as_old_as_the_readme_says(readme: str) -> None:
    stamps = [item.timestamp for item in osmium.FileProcessor(str(PBF)) if hasattr(item, "timestamp")]
    assert len(stamps) == 24260 + 5130 + 620
    assert max(stamps).date().isoformat() == "2019-04-21"
    assert "**2019-04-21**" in readme


def test_controls_are_as_counted_in_the_readme(controls: Any, readme: str) -> None:
    assert f"**{len(controls.readings)} readings**" in readme
    assert f"**{len(controls.shore)} points**" in readme


def test_copies_of_a_reading_are_merged_and_neighbours_are_not(make_dem: ModuleType) -> None:
    readings = np.array([[0.0, 0.0, 5.0], [20.0, 0.0, 5.0], [40.0, 0.0, 5.0], [10.0, 0.0, 6.0], [90.0, 0.0, 5.0]])
    merged = make_dem.merge_copies(readings)
    assert sorted(map(tuple, merged)) == [(10.0, 0.0, 6.0), (20.0, 0.0, 5.0), (90.0, 0.0, 5.0)]


def test_raster_grid() -> None:
    with rasterio.open(DEM) as raster:
        assert raster.crs.to_epsg() == 32635
        assert raster.res == (10.0, 10.0)
        assert raster.dtypes == ("float32",)
        assert raster.nodata == -9999.0
        assert raster.compression.name == "deflate"
        assert (raster.width, raster.height) == (107, 170)


def test_raster_tags(make_dem: ModuleType, controls: Any, readme: str) -> None:
    sigma_m = make_dem.rms(make_dem.leave_one_out(controls))
    correlation_m = make_dem.correlation_length(make_dem.leave_pairs_out(controls), sigma_m)
    with rasterio.open(DEM) as raster:
        tags = raster.tags()
    assert float(tags["SAFEROUTE_SIGMA_M"]) == pytest.approx(sigma_m, abs=0.006)
    assert float(tags["SAFEROUTE_CORRELATION_M"]) == pytest.approx(correlation_m, abs=0.6)
    assert f"RMSE: **{tags['SAFEROUTE_SIGMA_M']} m**" in readme
    assert f"length: **{tags['SAFEROUTE_CORRELATION_M']} m**" in readme
    assert tags["SAFEROUTE_SOURCE"] == "Helsinki sample, interpolated from OSM spot heights"
    assert tags["SAFEROUTE_ATTRIBUTION"] == "Heights interpolated from OpenStreetMap ele tags, ODbL 1.0"


def test_errors_in_the_readme_are_the_ones_measured(make_dem: ModuleType, controls: Any, readme: str) -> None:
    rows = re.findall(r"\| (the reading alone|\d+ m) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| (-?[\d.]+) \|", readme)
    assert len(rows) == len(make_dem.RADII_M)
    for radius, row in zip(make_dem.RADII_M, rows, strict=True):
        assert row[0] == (f"{radius} m" if radius else "the reading alone")
        error = make_dem.leave_one_out(controls, radius)
        size = np.abs(error)
        measured = [make_dem.rms(error), np.median(size), size.max(), error.mean()]
        assert [float(v) for v in row[1:]] == pytest.approx(measured, abs=0.006)


def test_slope_errors_in_the_readme_follow_from_the_tags(make_dem: ModuleType, readme: str) -> None:
    with rasterio.open(DEM) as raster:
        tags = raster.tags()
    error = [
        make_dem.slope_error_pct(d, float(tags["SAFEROUTE_SIGMA_M"]), float(tags["SAFEROUTE_CORRELATION_M"]))
        for d in (60.0, 200.0)
    ]
    assert f"±{error[0]:.1f} % over 60 m and ±{error[1]:.1f} % over 200 m" in readme


def test_script_makes_the_same_raster_again(
    make_dem: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "first.tif", tmp_path / "second.tif"
    assert make_dem.main(["--out", str(first)]) == 0
    assert make_dem.main(["--out", str(second)]) == 0
    assert first.read_bytes() == second.read_bytes()
    with rasterio.open(DEM) as committed, rasterio.open(first) as again:
        assert "leave-one-out RMSE " + committed.tags()["SAFEROUTE_SIGMA_M"] in capsys.readouterr().out
        assert again.tags() == committed.tags()
        assert again.transform == committed.transform
        np.testing.assert_allclose(again.read(1), committed.read(1), rtol=0, atol=1e-3)


def test_heights_are_plausible(make_dem: ModuleType, controls: Any) -> None:
    with rasterio.open(DEM) as raster:
        height = raster.read(1, masked=True)
        at_readings = np.array([v[0] for v in raster.sample(controls.readings[:, :2])])
        at_shore = np.array([v[0] for v in raster.sample(controls.shore)])
    assert height.min() >= 0.0
    assert height.max() <= controls.readings[:, 2].max() + 1.0
    assert make_dem.rms(at_readings - controls.readings[:, 2]) < 0.5
    assert np.all(at_shore < 2.0)


def test_cells_far_from_any_control_are_unknown(make_dem: ModuleType, controls: Any) -> None:
    _, x, y = make_dem.grid_of(PBF)
    known = np.vstack([controls.readings[:, :2], controls.shore])
    dx = x[None, :, None] - known[:, 0]
    dy = y[:, None, None] - known[:, 1]
    far = np.hypot(dx, dy).min(axis=2) > make_dem.REACH_M
    with rasterio.open(DEM) as raster:
        np.testing.assert_array_equal(raster.read(1) == raster.nodata, far)
    assert 0.3 < far.mean() < 0.4
