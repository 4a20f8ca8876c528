"""Heights are those of the ground, or unknown; never those of a hole in the data."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from rasterio.enums import Resampling
from rasterio.transform import Affine
from rasterio.vrt import WarpedVRT
from rasters import CRS, centres, from_origin, plane, write, write_plane
from town import ORIGIN, lonlat

from saferoute.model import InvalidInput, NoCoverage
from saferoute.sources.elevation.raster import RasterSource

POINTS = np.array(ORIGIN) + np.random.default_rng(7).uniform(-200, 200, (500, 2))
GARBAGE = (-9999, -1712, 32767)


@pytest.fixture
def random():
    return np.random.default_rng(11)


def sample(*paths, xy=POINTS, crs=CRS):
    return RasterSource(paths).read_heights(xy, crs)


@pytest.mark.parametrize("nodata", [None, -32768])
@pytest.mark.parametrize("crs", [CRS, "EPSG:4326", "EPSG:3857", "EPSG:3035"])
@pytest.mark.parametrize(("dtype", "tolerance_m"), [("float32", 1e-3), ("int16", 0.501)])
def test_plane_has_its_heights_in_any_raster(tmp_path, crs, dtype, tolerance_m, nodata):
    # Over a cell of 10 m other projections bend the plane by some 10⁻⁶ m; integers are
    # off by half a metre at most, and so is every mean of them.
    path = write_plane(tmp_path / "dem.tif", crs=crs, dtype=dtype, nodata=nodata)
    np.testing.assert_allclose(sample(path).elevation_m, plane(*POINTS.T), rtol=0, atol=tolerance_m)


def test_points_may_come_in_any_crs(tmp_path):
    path = write_plane(tmp_path / "dem.tif")
    degrees = np.transpose(Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(*POINTS.T))
    np.testing.assert_allclose(sample(path, xy=degrees, crs="EPSG:4326").elevation_m, plane(*POINTS.T), atol=1e-3)


def test_raster_with_rows_from_south_to_north_is_read_the_right_way_up(tmp_path):
    transform = Affine(10, 0, ORIGIN[0] - 300, 0, 10, ORIGIN[1] - 300)
    heights = plane(*centres(transform, (60, 60))).reshape(60, 60).astype("float32")
    path = write(tmp_path / "dem.tif", heights, transform=transform)
    np.testing.assert_allclose(sample(path).elevation_m, plane(*POINTS.T), atol=1e-3)


def test_scaled_integers_are_turned_into_metres(tmp_path):
    heights = plane(*centres(from_origin(ORIGIN[0] - 300, ORIGIN[1] + 300, 10, 10), (60, 60))).reshape(60, 60)
    path = write(tmp_path / "dem.tif", ((heights - 50) * 100).round().astype("int16"))
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets = (0.01,), (50.0,)
    answer = sample(path)
    np.testing.assert_allclose(answer.elevation_m, plane(*POINTS.T), atol=0.006)
    assert answer.sigma_m[0] == pytest.approx(np.hypot(0.7, 0.01 / np.sqrt(12)))


def test_cell_centres_have_the_values_that_rasterio_samples(tmp_path, random):
    heights = random.uniform(0, 50, (40, 50)).astype("float32")
    path = write(tmp_path / "dem.tif", heights)
    with rasterio.open(path) as file:
        xy = np.transpose(centres(file.transform, file.shape))
        theirs = np.array([v[0] for v in file.sample(xy)])
    np.testing.assert_allclose(sample(path, xy=xy).elevation_m, theirs, rtol=0, atol=1e-5)


def test_between_centres_heights_are_those_of_gdals_bilinear_warp(tmp_path, random):
    path = write(tmp_path / "dem.tif", random.uniform(0, 50, (40, 50)).astype("float32"))
    with rasterio.open(path) as file:
        fine = from_origin(file.bounds.left, file.bounds.top, 10 / 8, 10 / 8)
        with WarpedVRT(
            file, crs=CRS, transform=fine, width=50 * 8, height=40 * 8, resampling=Resampling.bilinear
        ) as warped:
            theirs = warped.read(1)
        inner = np.s_[8:-8, 8:-8]  # GDAL goes on outside of the outermost centres
        xy = np.transpose(centres(fine, theirs.shape))
    ours = sample(path, xy=xy).elevation_m.reshape(theirs.shape)
    np.testing.assert_allclose(ours[inner], theirs[inner], rtol=0, atol=1e-3)


@pytest.mark.parametrize("nodata", [None, 0, *GARBAGE])
@pytest.mark.parametrize("dtype", ["int16", "float32"])
def test_garbage_and_nodata_never_enter_a_height(tmp_path, dtype, nodata, random):
    bad = [*GARBAGE, *([] if nodata is None else [nodata]), *([np.nan, np.inf] if dtype == "float32" else [])]
    heights = random.integers(100, 103, (60, 60)).astype(dtype)
    hole = random.random(heights.shape) < 0.05
    heights[hole] = random.choice(bad, hole.sum())
    path = write(tmp_path / "dem.tif", heights, nodata=nodata)
    answer = sample(path).elevation_m
    column, row = ((POINTS - (ORIGIN[0] - 300, ORIGIN[1] + 300)) / (10, -10) - 0.5).T.astype(int)
    near_hole = hole[row, column] | hole[row + 1, column] | hole[row, column + 1] | hole[row + 1, column + 1]
    assert 50 < near_hole.sum() < 450
    np.testing.assert_array_equal(np.isnan(answer), near_hole)
    known = answer[~near_hole]
    assert ((known > 100 - 1e-9) & (known < 102 + 1e-9)).all()


def test_a_hole_beside_a_cell_centre_does_not_matter_at_the_centre(tmp_path):
    heights = np.full((5, 5), 7, "float32")
    heights[2, 3] = -9999
    path = write(tmp_path / "dem.tif", heights)
    answer = sample(path, xy=np.array([[0, 0], [3, 0], [20, 20]]) + ORIGIN).elevation_m
    np.testing.assert_array_equal(answer, [7, np.nan, 7])


def test_outside_is_unknown_and_has_no_source(tmp_path):
    path = write_plane(tmp_path / "dem.tif")
    far = np.array([[0, 301], [-5000, 0], [9e6, 9e6]]) + ORIGIN
    answer = sample(path, xy=far)
    for values in (answer.elevation_m, answer.sigma_m, answer.correlation_m, answer.cell_m):
        assert np.isnan(values).all()
    assert answer.source.tolist() == [-1, -1, -1]
    assert answer.sources == ()


def test_points_that_a_projection_cannot_hold_are_unknown(tmp_path):
    path = write_plane(tmp_path / "dem.tif", crs="EPSG:3857")
    pole = np.array([[25.0, 90.0], lonlat(0, 0)])
    known = np.isfinite(sample(path, xy=pole, crs="EPSG:4326").elevation_m)
    assert known.tolist() == [False, True]


def test_no_points_give_no_heights(tmp_path):
    assert len(sample(write_plane(tmp_path / "dem.tif"), xy=np.empty((0, 2))).elevation_m) == 0


@pytest.mark.parametrize("order", [1, -1])
def test_finer_raster_goes_first_and_the_other_fills_its_gaps(tmp_path, order):
    fine = write_plane(tmp_path / "fine.tif", cell_m=2, half_m=100)
    coarse = write(tmp_path / "coarse.tif", np.full((60, 60), 100, "int16"))
    answer = sample(*[fine, coarse][::order])
    inside = (np.abs(POINTS - ORIGIN) < 99).all(axis=1)
    outside = (np.abs(POINTS - ORIGIN) > 103).any(axis=1)
    np.testing.assert_allclose(answer.elevation_m[inside], plane(*POINTS[inside].T), atol=1e-3)
    assert answer.elevation_m[outside] == pytest.approx(100)
    assert answer.sources == ("fine.tif (2 m cells)", "coarse.tif (10 m cells)")
    assert set(answer.source[inside]) == {0}
    assert set(answer.source[outside]) == {1}
    assert set(answer.sigma_m[inside]) == {0.2}
    assert answer.sigma_m[outside] == pytest.approx(np.hypot(0.7, 1 / np.sqrt(12)))
    assert set(answer.correlation_m[outside]) == {10.0}
    assert answer.cell_m[inside] == pytest.approx(2, rel=1e-3)


def test_raster_of_another_continent_does_not_change_the_order(tmp_path):
    coarse = write(tmp_path / "coarse.tif", np.full((60, 60), 5, "int16"))
    hawaii = write(tmp_path / "hawaii.tif", np.full((60, 60), 6, "int16"), crs="EPSG:32604")
    fine = write_plane(tmp_path / "fine.tif", cell_m=2)
    assert sample(coarse, hawaii, fine).sources == ("fine.tif (2 m cells)",)


@pytest.mark.parametrize(
    ("cell_m", "sigma_m", "correlation_m"), [(1, 0.2, 1), (10, 0.7, 10), (30, 0.8, 15), (90, 1.35, 45)]
)
def test_cell_size_tells_how_good_a_raster_is(tmp_path, cell_m, sigma_m, correlation_m):
    answer = sample(write_plane(tmp_path / "dem.tif", cell_m=cell_m, half_m=400))
    assert answer.sigma_m[0] == sigma_m
    assert answer.correlation_m[0] == correlation_m


def test_cells_are_measured_on_the_ground_not_in_web_mercator(tmp_path):
    answer = sample(write_plane(tmp_path / "dem.tif", crs="EPSG:3857", cell_m=10))
    assert answer.cell_m[0] == pytest.approx(10, rel=0.05)


def test_tags_of_a_raster_say_how_good_it_is_and_whose(tmp_path):
    tags = {
        "SAFEROUTE_SIGMA_M": "2.5",
        "SAFEROUTE_CORRELATION_M": "64",
        "SAFEROUTE_SOURCE": "Spot heights",
        "SAFEROUTE_ATTRIBUTION": "© Somebody",
    }
    answer = sample(write_plane(tmp_path / "dem.tif", tags=tags))
    assert (answer.sigma_m[0], answer.correlation_m[0]) == (2.5, 64)
    assert answer.sources == ("Spot heights (10 m cells)",)
    assert answer.attribution == ("© Somebody",)


@pytest.mark.parametrize("value", ["good", "-1", "0", "nan", "inf"])
def test_tag_that_is_no_length_is_refused(tmp_path, value):
    path = write_plane(tmp_path / "dem.tif", tags={"SAFEROUTE_SIGMA_M": value})
    with pytest.raises(InvalidInput, match=r"dem\.tif: tag SAFEROUTE_SIGMA_M"):
        RasterSource([path])


def test_raster_without_crs_is_refused(tmp_path):
    path = write(tmp_path / "dem.tif", np.zeros((5, 5), "float32"), crs=None)
    with pytest.raises(InvalidInput, match=r"dem\.tif: the raster has no coordinate system"):
        RasterSource([path])


@pytest.mark.parametrize("content", [b"", b"no raster at all", None], ids=["empty", "text", "missing"])
def test_what_is_no_raster_is_refused_in_one_line_that_names_it(tmp_path, content):
    path = tmp_path / "dem.tif"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidInput) as error:
        RasterSource([path])
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_folder_is_no_raster(tmp_path):
    with pytest.raises(InvalidInput, match="not a raster"):
        RasterSource([tmp_path])


def test_raster_that_was_cut_off_is_refused(tmp_path):
    path = write_plane(tmp_path / "dem.tif")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InvalidInput, match=r"dem\.tif"):
        sample(path)


def test_raster_of_another_continent_covers_nothing(tmp_path):
    source = RasterSource([write_plane(tmp_path / "dem.tif")])
    with pytest.raises(NoCoverage, match=r"dem\.tif spans latitude 59\.996 to 60\.002"):
        source.check_coverage(-43.2, -22.9, 1500)


def test_raster_that_touches_the_circle_is_enough(tmp_path):
    source = RasterSource([write_plane(tmp_path / "dem.tif")])
    source.check_coverage(*lonlat(1000, 0), 800)
    with pytest.raises(NoCoverage):
        source.check_coverage(*lonlat(1000, 0), 600)


@pytest.mark.slow
def test_voids_of_srtm_over_the_sea_stay_unknown(shared_data, random):
    path = shared_data / "hostile" / "N32E034.hgt.zip"
    with rasterio.open(path) as file:
        grid = file.read(1)
        xy = np.transpose(centres(file.transform, file.shape))
        crs = file.crs.to_string()
    assert grid.min() < -1000
    rows = random.choice(len(xy), 50_000, replace=False)
    values = grid.ravel()[rows]
    answer = sample(path, xy=xy[rows], crs=crs).elevation_m
    np.testing.assert_array_equal(np.isnan(answer), values < -500)
    np.testing.assert_allclose(answer[values >= -500], values[values >= -500], atol=1e-3)


@pytest.mark.slow
def test_no_height_between_cells_of_srtm_leaves_the_heights_of_its_cells(shared_data, random):
    path = shared_data / "hostile" / "N32E034.hgt.zip"
    with rasterio.open(path) as file:
        grid, bounds, crs = file.read(1), file.bounds, file.crs.to_string()
    real = grid[(grid > -500) & (grid < 9000)]
    xy = random.uniform(bounds[:2], bounds[2:], (100_000, 2))
    answer = sample(path, xy=xy, crs=crs).elevation_m
    assert np.isfinite(answer).any()
    assert np.nanmin(answer) >= real.min()
    assert np.nanmax(answer) <= real.max()


@pytest.mark.slow
def test_adjoining_tiles_are_both_used(shared_data, random):
    paths = [shared_data / "hostile" / f"elevation{n}.tif" for n in (1, 2)]
    expected, places = [], []
    for path in paths:
        with rasterio.open(path) as file:
            grid, xy = file.read(1).ravel(), np.transpose(centres(file.transform, file.shape))
            crs = file.crs.to_string()
            known = random.choice(np.flatnonzero((grid != file.nodata) & (grid > -500)), 500)
        places.append(xy[known])
        expected.append(grid[known])
    answer = sample(*paths, xy=np.concatenate(places), crs=crs)
    assert len(answer.sources) == 2
    assert answer.source[0] != answer.source[-1]
    np.testing.assert_allclose(answer.elevation_m, np.concatenate(expected), atol=1e-3)


@pytest.mark.parametrize(("unit", "metres"), [("ft", 0.3048), ("us-ft", 1200 / 3937), ("metre", 1.0), ("", 1.0)])
def test_heights_in_other_units_come_out_in_metres(tmp_path, unit, metres):
    path = write_plane(tmp_path / "plane.tif")
    with rasterio.open(path, "r+") as file:
        file.write(file.read(1) / np.float32(metres), 1)
        file.units = (unit,)
    points = np.array([[ORIGIN[0], ORIGIN[1]], [ORIGIN[0] + 33.0, ORIGIN[1] - 41.0]])
    assert RasterSource([path]).read_heights(points, CRS).elevation_m == pytest.approx(plane(*points.T), abs=2e-3)


def test_unit_that_nobody_knows_is_refused(tmp_path):
    path = write_plane(tmp_path / "plane.tif")
    with rasterio.open(path, "r+") as file:
        file.units = ("furlong",)
    with pytest.raises(InvalidInput, match="furlong"):
        RasterSource([path]).read_heights(np.array([ORIGIN], dtype=float), CRS)


def test_only_rasters_in_reach_are_asked(tmp_path):
    heights, paths = np.full((60, 60), 20, "float32"), []
    for shift in (0, 5_000, 300_000):
        transform = from_origin(ORIGIN[0] - 300 + shift, ORIGIN[1] + 300, 10, 10)
        paths.append(write(tmp_path / f"{shift}.tif", heights, transform=transform))
    source = RasterSource(paths)
    paths[2].write_bytes(b"no raster any more")
    assert np.isfinite(source.read_heights(POINTS, CRS).elevation_m).all()
    assert source.find_in_reach((*lonlat(-100, -100), *lonlat(5_000, 100))).tolist() == [0, 1]
    with pytest.raises(InvalidInput):
        source.read_heights(np.add(POINTS, (300_000, 0)), CRS)
