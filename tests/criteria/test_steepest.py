"""The steepest 30 m of a window and its run-outs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from rasters import centres, from_origin, write
from surveys import judge
from town import ORIGIN

from saferoute import scoring
from saferoute.arrays import list_records
from saferoute.sources.elevation.raster import RasterSource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from saferoute.arrays import FloatArray

WAY = "n1 0 0\nn2 80.4 0\nw1 n1,n2 highway=footway surface=asphalt width=3\n"
"""A way of one window of 60 m with its run-outs."""


@pytest.fixture
def measure(look, tmp_path: Path):
    """Return a function that surveys the way on heights given by metres east of its start."""

    def measure_on(height: Callable[[FloatArray], FloatArray], cell_m: float):
        corner = from_origin(ORIGIN[0] - 300, ORIGIN[1] + 200, cell_m, cell_m)
        x, _ = centres(corner, (int(400 / cell_m), int(800 / cell_m))) - np.array(ORIGIN)[:, None]
        heights = (300 + height(x)).reshape(int(400 / cell_m), int(800 / cell_m)).astype("float32")
        return look(WAY, dem=RasterSource([write(tmp_path / "ground.tif", heights, transform=corner)]))

    return measure_on


def tell(found) -> dict:
    return list_records(judge(found, "flatness").measurement.gather_evidence(np.arange(1)))[0]


def low_of(found) -> float:
    return float(scoring.score_measurements(found.measurements, found.evidence.profile).low.max())


@pytest.mark.parametrize("cell_m", [1.0, 10.0])
@pytest.mark.parametrize("slope", [0.0, 0.02, -0.04])
def test_of_a_plane_every_part_is_as_steep_as_the_whole(measure, slope: float, cell_m: float) -> None:
    told = tell(measure(lambda x: slope * x, cell_m))
    assert told["steepest_pct"] == pytest.approx(100 * abs(slope), abs=0.1)


@pytest.mark.parametrize("at", ["the end", "the beginning"])
def test_a_bank_at_an_end_and_its_run_out_counts_by_itself(measure, at: str) -> None:
    def bank(x: FloatArray) -> FloatArray:
        return 0.12 * np.maximum(x - 50 if at == "the end" else 30 - x, 0)

    even, steep = measure(lambda x: 0 * x, 1.0), measure(bank, 1.0)
    told = tell(steep)
    assert abs(told["fitted_pct"]) < 5
    assert told["steepest_pct"] == pytest.approx(12, abs=1)
    assert told["steepest_sigma_pct"] < 3
    assert low_of(steep) < 0.6 * low_of(even)
    why = judge(steep, "flatness").describe(np.arange(1))["why_flatness"][0]
    assert "on its steepest 30 m, run-outs included" in why


def test_noise_makes_no_steep_part(measure) -> None:
    rng = np.random.default_rng(7)
    for _ in range(4):
        told = tell(measure(lambda x: rng.normal(0, 0.8, x.shape), 10.0))
        assert told["steepest_pct"] < abs(told["fitted_pct"]) + 1.5


def test_without_heights_the_steepest_part_is_unknown(look) -> None:
    assert np.isnan(tell(look(WAY.replace("width=3", "incline=3%")))["steepest_pct"])
