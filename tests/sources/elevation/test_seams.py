"""Where rasters that meet disagree, slopes across their seam are less sure, and it is said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasters import CRS, centres, from_origin, plane, write
from town import ORIGIN

from saferoute.sources.elevation.raster import RasterSource

PATH = np.array(ORIGIN) + np.stack([np.arange(-1000, 1000, 5.0), np.zeros(400)], axis=1)
"""A straight line from west to east, a point every 5 m."""
MANY = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def write_part(path, west_m, east_m, *, above_m=0.0, cell_m=10.0):
    """Write the plane between two distances from the origin, lifted by so many metres."""
    transform = from_origin(ORIGIN[0] + west_m, ORIGIN[1] + 100, cell_m, cell_m)
    shape = (int(200 / cell_m), int((east_m - west_m) / cell_m))
    heights = plane(*centres(transform, shape)).reshape(shape) + above_m
    return write(path, heights.astype("float32"), transform=transform)


def sample(*paths):
    return RasterSource(paths).read_heights(PATH, CRS)


@MANY
@given(step_m=st.floats(4, 60), sign=st.sampled_from([-1, 1]), overlap_m=st.sampled_from([0, 150]))
def test_a_step_is_noticed_beside_the_seam_and_there_alone(tmp_path, step_m, sign, overlap_m):
    west = write_part(tmp_path / "west.tif", -1000, overlap_m, cell_m=8)
    east = write_part(tmp_path / "east.tif", 0, 1000, above_m=sign * step_m)
    found = sample(west, east)
    assert len(found.notes) == 1
    assert "west.tif (8 m cells) and east.tif (10 m cells) differ by" in found.notes[0]
    away = np.abs(PATH[:, 0] - ORIGIN[0] - overlap_m)
    known = np.isfinite(found.elevation_m)
    assert (found.sigma_m[(away < 150) & known] > 0.9 * step_m).all()
    assert set(found.sigma_m[(away > 250) & known]) == {0.7}


@pytest.mark.parametrize("overlap_m", [0, 150])
@pytest.mark.parametrize("step_m", [0.0, 0.5])
def test_rasters_that_agree_within_their_errors_stay_as_they_are(tmp_path, overlap_m, step_m):
    west = write_part(tmp_path / "west.tif", -1000, overlap_m, cell_m=8)
    found = sample(west, write_part(tmp_path / "east.tif", 0, 1000, above_m=step_m))
    assert found.notes == ()
    assert set(found.sigma_m[np.isfinite(found.elevation_m)]) == {0.7}


def test_rasters_apart_have_no_seam(tmp_path):
    west = write_part(tmp_path / "west.tif", -1000, -200)
    assert sample(west, write_part(tmp_path / "east.tif", 200, 1000, above_m=40)).notes == ()
