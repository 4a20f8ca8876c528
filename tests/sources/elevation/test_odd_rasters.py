"""What a raster does not say, or says in its own way, is never read as flat ground."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.enums import ColorInterp
from rasterio.transform import Affine
from rasters import CRS, centres, from_origin, plane, write, write_plane
from town import ORIGIN, lonlat

from saferoute.model import InvalidInput
from saferoute.sources.elevation.raster import RasterSource

POINTS = np.array(ORIGIN) + np.random.default_rng(3).uniform(-180, 180, (200, 2))
NEW_YORK_FT = "EPSG:2263"
MANY = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def sample(*paths, xy=POINTS, crs=CRS):
    return RasterSource(paths).read_heights(xy, crs)


def write_bands(path, bands, *, dtype, **profile):
    """Write several bands of 10 m cells around the origin."""
    count, rows, columns = bands.shape
    transform = from_origin(ORIGIN[0] - 5 * columns, ORIGIN[1] + 5 * rows, 10, 10)
    shape = {"driver": "GTiff", "width": columns, "height": rows, "count": count, "transform": transform, "crs": CRS}
    with rasterio.open(path, "w", dtype=dtype, **{**shape, **profile}) as file:
        file.write(bands.astype(dtype))
    return path


def refusal(path):
    with pytest.raises(InvalidInput) as error:
        RasterSource([path])
    assert "\n" not in str(error.value)
    assert path.name in str(error.value)
    return str(error.value)


# Masks ------------------------------------------------------------------------


def is_near(hole, xy=POINTS):
    """Return a mask of points of which one of the four cells around lies in a hole."""
    column, row = ((xy - (ORIGIN[0] - 300, ORIGIN[1] + 300)) / (10, -10) - 0.5).T.astype(int)
    return hole[row, column] | hole[row + 1, column] | hole[row, column + 1] | hole[row + 1, column + 1]


@pytest.mark.parametrize("nodata", [None, -7.0])
@pytest.mark.parametrize("inside", [True, False])
def test_masked_cells_are_unknown_whatever_stands_in_them(tmp_path, inside, nodata):
    hole = np.random.default_rng(5).random((60, 60)) < 0.1
    path = write(tmp_path / "dem.tif", np.full((60, 60), 12.0, "float32"), nodata=nodata)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=inside), rasterio.open(path, "r+") as file:
        file.write_mask(~hole)
    answer = sample(path).elevation_m
    np.testing.assert_array_equal(np.isnan(answer), is_near(hole))
    assert answer[np.isfinite(answer)] == pytest.approx(12)


@pytest.mark.parametrize(("dtype", "opaque"), [("uint8", 255), ("int16", 32767), ("uint16", 65535), ("float32", 1.0)])
@pytest.mark.parametrize("nodata", [None, 99])
def test_cells_that_are_transparent_in_part_or_whole_are_unknown(tmp_path, dtype, opaque, nodata):
    random = np.random.default_rng(6)
    share = np.where(random.random((60, 60)) < 0.1, random.choice([0.0, 0.3, 0.9], (60, 60)), 1.0)
    bands = np.stack([np.full((60, 60), 12.0), share * opaque])
    path = write_bands(tmp_path / "dem.tif", bands, dtype=dtype, nodata=nodata, photometric="minisblack")
    with rasterio.open(path, "r+") as file:
        file.colorinterp = (ColorInterp.gray, ColorInterp.alpha)
    answer = sample(path).elevation_m
    np.testing.assert_array_equal(np.isnan(answer), is_near(share < 1))


# What is no raster of heights -------------------------------------------------


@pytest.mark.parametrize("photometric", ["RGB", "minisblack"])
@pytest.mark.parametrize("count", [3, 4])
def test_pictures_are_refused(tmp_path, count, photometric):
    bands = np.full((count, 20, 20), 120)
    assert "colours" in refusal(write_bands(tmp_path / "p.tif", bands, dtype="uint8", photometric=photometric))


def test_pictures_of_more_than_bytes_are_refused(tmp_path):
    path = write_bands(tmp_path / "p.tif", np.full((3, 20, 20), 4000), dtype="uint16", photometric="RGB")
    assert "red of a picture" in refusal(path)


def test_palettes_are_refused(tmp_path):
    path = write_bands(tmp_path / "p.tif", np.full((1, 20, 20), 2), dtype="uint8", photometric="palette")
    with rasterio.open(path, "r+") as file:
        file.write_colormap(1, {2: (10, 200, 30, 255)})
    assert "palette of a picture" in refusal(path)


@pytest.mark.parametrize("dtype", ["complex64", "complex_int16"])
def test_complex_numbers_are_refused(tmp_path, dtype):
    bands = np.ones((1, 20, 20), dtype="complex64")
    path = tmp_path / "p.tif"
    transform = from_origin(ORIGIN[0], ORIGIN[1], 10, 10)
    with rasterio.open(
        path, "w", driver="GTiff", width=20, height=20, count=1, dtype=dtype, crs=CRS, transform=transform
    ) as file:
        if dtype == "complex64":
            file.write(bands)
    assert "complex numbers" in refusal(path)


def test_heights_may_stand_beside_other_measurements(tmp_path):
    heights = np.full((60, 60), 12.0)
    path = write_bands(tmp_path / "dem.tif", np.stack([heights, heights * 9, heights * 7]), dtype="float32")
    assert sample(path).elevation_m == pytest.approx(12)


@pytest.mark.parametrize(
    ("crs", "name"),
    [
        ('LOCAL_CS["quarry grid",UNIT["metre",1]]', "quarry grid"),
        ("EPSG:4978", "WGS 84"),
        ('GEOGCS["Moon",DATUM["Moon",SPHEROID["Moon",1737400,0]],PRIMEM["Ref",0],UNIT["degree",0.0174532925]]', "Moon"),
    ],
    ids=["local", "geocentric", "moon"],
)
def test_coordinates_without_a_place_on_the_earth_are_refused_by_name(tmp_path, crs, name):
    assert repr(name) in refusal(write(tmp_path / "dem.tif", np.zeros((5, 5), "float32"), crs=crs))


def test_a_vertical_system_alone_is_refused(tmp_path):
    inner = write(tmp_path / "dem.tif", np.zeros((5, 5), "float32"))
    path = tmp_path / "dem.vrt"
    path.write_text(
        '<VRTDataset rasterXSize="5" rasterYSize="5"><SRS>VERT_CS["DHHN2016 height",VERT_DATUM["DHHN2016",2005],'
        'UNIT["metre",1],AXIS["Up",UP]]</SRS><GeoTransform>0,10,0,0,0,-10</GeoTransform>'
        f'<VRTRasterBand dataType="Float32" band="1"><SimpleSource><SourceFilename>{inner}</SourceFilename>'
        "<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    assert "DHHN2016 height" in refusal(path)


# Cells too coarse to say anything ---------------------------------------------


@MANY
@given(cell_m=st.floats(25, 2500))
def test_error_grows_with_the_cell_until_nothing_is_known(tmp_path, cell_m):
    path = write_plane(tmp_path / "dem.tif", cell_m=cell_m, half_m=3 * cell_m)
    answer = sample(path, xy=np.array([ORIGIN]))
    if cell_m > 400:
        assert np.isnan(answer.elevation_m).all()
        assert answer.sources == ()
        assert f"dem.tif is not used: its cells of {cell_m:.0f} m" in answer.notes[0]
    else:
        assert answer.elevation_m == pytest.approx(plane(*ORIGIN), abs=0.1)
        assert answer.sigma_m[0] >= (0.7 if cell_m <= 22 else 0.8 if cell_m <= 40 else 1.35 if cell_m <= 150 else 4)


def test_a_finer_raster_is_used_beside_one_that_is_too_coarse(tmp_path):
    fine = write_plane(tmp_path / "fine.tif")
    coarse = write_plane(tmp_path / "coarse.tif", cell_m=900, half_m=2000)
    np.testing.assert_allclose(sample(coarse, fine).elevation_m, plane(*POINTS.T), atol=1e-3)


# Units ------------------------------------------------------------------------


def write_in_feet(path, *, crs=NEW_YORK_FT, unit_m=1200 / 3937):
    """Write 20 m at the middle, rising by 5 % to the east, as numbers of `unit_m` on cells of 30 coordinate units."""
    transform = Affine(30, 0, 1_000_000 - 600, 0, -30, 200_000 + 600)
    x, _ = centres(transform, (40, 40))
    heights = (20 + 0.05 * (x - 1_000_000) * 1200 / 3937) / unit_m
    return write(path, heights.reshape(40, 40).astype("float32"), crs=crs, transform=transform)


IN_FEET = np.array([[1_000_000.0, 200_000.0], [1_000_400.0, 200_100.0]])
HEIGHTS = [20, 20 + 0.05 * 400 * 1200 / 3937]


def test_heights_without_a_unit_are_in_that_of_the_coordinates_and_it_is_said(tmp_path):
    answer = sample(write_in_feet(tmp_path / "dem.tif"), xy=IN_FEET, crs=NEW_YORK_FT)
    assert answer.elevation_m == pytest.approx(HEIGHTS, abs=1e-3)
    assert "dem.tif names no unit" in answer.notes[0]
    assert "US survey foot" in answer.notes[0]


@pytest.mark.parametrize(("unit", "unit_m"), [("m", 1.0), ("US survey foot", 1200 / 3937), (" FEET ", 0.3048)])
def test_a_band_that_names_its_unit_is_believed(tmp_path, unit, unit_m):
    path = write_in_feet(tmp_path / "dem.tif", unit_m=unit_m)
    with rasterio.open(path, "r+") as file:
        file.units = (unit,)
    answer = sample(path, xy=IN_FEET, crs=NEW_YORK_FT)
    assert answer.elevation_m == pytest.approx(HEIGHTS, abs=1e-3)
    assert answer.notes == ()


@pytest.mark.parametrize(("vertical", "unit_m"), [("EPSG:6360", 1200 / 3937), ("EPSG:5703", 1.0)])
def test_a_third_axis_that_names_its_unit_is_believed(tmp_path, vertical, unit_m):
    path = write_in_feet(tmp_path / "dem.tif", unit_m=unit_m, crs=f"{NEW_YORK_FT}+{vertical.removeprefix('EPSG:')}")
    answer = sample(path, xy=IN_FEET, crs=NEW_YORK_FT)
    assert answer.elevation_m == pytest.approx(HEIGHTS, abs=1e-3)
    assert answer.notes == ()


@pytest.mark.parametrize("per_metre", [100, 1000])
def test_heights_in_a_unit_that_nobody_named_are_doubted(tmp_path, per_metre):
    heights = plane(*centres(from_origin(ORIGIN[0] - 300, ORIGIN[1] + 300, 10, 10), (60, 60))).reshape(60, 60)
    path = write(tmp_path / "dem.tif", (heights * per_metre).astype("float32"))
    assert any("another unit" in note for note in sample(path).notes)


def test_plausible_heights_are_not_doubted(tmp_path):
    assert sample(write_plane(tmp_path / "dem.tif")).notes == ()


# Longitudes -------------------------------------------------------------------


@MANY
@given(
    lon=st.floats(-180, 180),
    lat=st.floats(-80, 80),
    start=st.sampled_from([-360, -180, 0, 180, 360]),
)
def test_longitudes_may_be_counted_from_anywhere(tmp_path, lon, lat, start):
    cell = 0.0002
    west = (lon - start) % 360 + start - 10.5 * cell
    path = write(
        tmp_path / "dem.tif",
        np.full((21, 21), 7, "float32"),
        crs="EPSG:4326",
        transform=from_origin(west, lat + 10.5 * cell, cell, cell),
    )
    source = RasterSource([path])
    source.check_coverage(lon, lat, 100)
    assert source.read_heights(np.array([[lon, lat]]), "EPSG:4326").elevation_m.tolist() == [7]


def test_both_sides_of_the_antimeridian_are_read(tmp_path):
    path = write(
        tmp_path / "dem.tif",
        np.tile(np.arange(100, 200, dtype="float32"), (20, 1)),
        crs="EPSG:4326",
        transform=from_origin(179.995, 10.001, 0.0001, 0.0001),
    )
    answer = sample(path, xy=np.array([[179.99805, 10.0], [-179.99795, 10.0]]), crs="EPSG:4326")
    assert answer.elevation_m == pytest.approx([130, 170], abs=1e-3)


def test_a_place_outside_is_still_outside(tmp_path):
    answer = sample(write_plane(tmp_path / "dem.tif", crs="EPSG:4326"), xy=np.array([lonlat(900, 0)]), crs="EPSG:4326")
    assert np.isnan(answer.elevation_m).all()


# Places -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "transform",
    [Affine(10, 20, 3e5, 5, 10, 6e6), Affine(4, -8, 3e5, 3, -6, 6e6), Affine(10, 0, 7e30, 0, -10, 6e6)],
)
def test_cells_without_size_or_beyond_the_earth_are_refused(tmp_path, transform):
    path = write(tmp_path / "dem.tif", np.full((60, 60), 12.0, "float32"), transform=transform)
    assert "have no size, or lie outside the earth" in refusal(path)


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:3067", "EPSG:4326", "EPSG:3031"])
def test_cells_far_from_the_earth_cover_nothing_soon(tmp_path, crs):
    far = from_origin(8e11, 3e9, 10, 10)
    path = write(tmp_path / "dem.tif", np.full((60, 60), 12.0, "float32"), transform=far, crs=crs)
    with pytest.raises(InvalidInput):
        RasterSource([path]).check_coverage(24.9, 60.2, 500)
