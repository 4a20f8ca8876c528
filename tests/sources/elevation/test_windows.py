"""Rasters of any fineness: the same heights, in bounded memory and time."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasters import CRS, from_origin, plane, write, write_plane
from town import ORIGIN

from saferoute.model import InvalidInput
from saferoute.sources.elevation import windows
from saferoute.sources.elevation.raster import RasterSource

POINTS = np.random.default_rng(4).uniform(-25, 25, (200, 2)) + ORIGIN


@pytest.mark.parametrize("cell_m", [0.05, 0.09, 0.13, 0.24])
def test_fine_cells_are_read_in_squares_and_tell_the_same_heights(tmp_path, cell_m):
    path = write_plane(tmp_path / "fine.tif", cell_m=cell_m, half_m=30)
    heights = RasterSource([path]).read_heights(POINTS, CRS)
    assert heights.elevation_m == pytest.approx(plane(*POINTS.T), abs=1e-4)
    assert 0.24 < heights.cell_m[0] <= windows.FINEST_M


def test_cells_of_lidar_are_read_one_by_one(tmp_path):
    path = write_plane(tmp_path / "lidar.tif", cell_m=0.5, half_m=30)
    assert RasterSource([path]).read_heights(POINTS, CRS).cell_m[0] == pytest.approx(0.5)


def test_a_wide_window_is_read_more_coarsely(tmp_path, monkeypatch):
    path = write_plane(tmp_path / "wide.tif", cell_m=1, half_m=40)
    monkeypatch.setattr(windows, "MOST_CELLS", 500)
    heights = RasterSource([path]).read_heights(POINTS, CRS)
    assert heights.elevation_m == pytest.approx(plane(*POINTS.T), abs=1e-3)
    assert heights.cell_m[0] == pytest.approx(3)


def test_marks_of_missing_data_never_enter_a_height(tmp_path):
    random = np.random.default_rng(8)
    cells = np.full((600, 600), 50.0, dtype="float32")
    cells[random.random(cells.shape) < 0.2] = -32767  # and nobody says so
    cell = from_origin(ORIGIN[0] - 30, ORIGIN[1] + 30, 0.1, 0.1)
    heights = RasterSource([write(tmp_path / "holes.tif", cells, transform=cell)]).read_heights(POINTS, CRS)
    known = np.isfinite(heights.elevation_m)
    assert 0.2 < known.mean() < 0.8
    assert heights.elevation_m[known] == pytest.approx(50)


def test_points_at_the_edge_stay_known_or_become_unknown_and_nothing_else(tmp_path):
    path = write_plane(tmp_path / "edge.tif", cell_m=0.1, half_m=30)
    along = np.array([ORIGIN]) + [[x, 3.0] for x in np.linspace(29, 31, 90)]
    heights = RasterSource([path]).read_heights(along, CRS).elevation_m
    known = np.isfinite(heights)
    assert heights[known] == pytest.approx(plane(*along[known].T), abs=1e-4)
    assert known[0]
    assert not known[-1]


def test_a_billion_billion_cells_are_refused_in_one_line(tmp_path):
    side = 200_000
    cells = from_origin(ORIGIN[0] - 1000, ORIGIN[1] + 1000, 0.01, 0.01)
    shape = {"width": side, "height": side, "count": 1, "dtype": "float32", "crs": CRS, "transform": cells}
    with rasterio.open(tmp_path / "1cm.tif", "w", driver="GTiff", tiled=True, SPARSE_OK=True, BIGTIFF="YES", **shape):
        pass
    source = RasterSource([tmp_path / "1cm.tif"])
    far = np.add(ORIGIN, [[-990, -990], [990, 990]])
    with pytest.raises(InvalidInput, match="39 billion cells of 1 cm are too many here; make overviews"):
        source.read_heights(far, CRS)
    assert np.isfinite(source.read_heights(POINTS, CRS).elevation_m).all()
