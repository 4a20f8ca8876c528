"""Rasters are read by named drivers, and no file of any of their formats opens a connection or a file elsewhere."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasters import plane, write, write_plane
from town import ORIGIN

from saferoute.model import InvalidInput
from saferoute.sources.elevation.raster import RasterSource
from saferoute.sources.raster_files import open_raster
from saferoute.sources.rasters import read_raster_file

POINT = np.array([ORIGIN])
CRS = "EPSG:32635"


class Listener:
    """A server on loopback that ends every connection and counts them."""

    def __init__(self):
        self.calls = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            connection.close()

    def close(self):
        self._socket.close()


@pytest.fixture
def listener():
    server = Listener()
    yield server
    server.close()


def wms(server):
    return (
        f'<GDAL_WMS><Service name="TMS"><ServerUrl>http://{server.address}/${{z}}/${{x}}/${{y}}.png</ServerUrl></Service>'
        "<DataWindow><UpperLeftX>600000</UpperLeftX><UpperLeftY>6700000</UpperLeftY><LowerRightX>700000</LowerRightX>"
        "<LowerRightY>6600000</LowerRightY><TileLevel>2</TileLevel><TileCountX>1</TileCountX><TileCountY>1</TileCountY>"
        "</DataWindow><Projection>EPSG:32635</Projection><BlockSizeX>256</BlockSizeX><BlockSizeY>256</BlockSizeY>"
        "<BandsCount>1</BandsCount></GDAL_WMS>"
    )


def wcs(server):
    return (
        f"<WCS_GDAL><ServiceURL>http://{server.address}/wcs?</ServiceURL><Version>1.0.0</Version>"
        "<CoverageName>dem</CoverageName></WCS_GDAL>"
    )


def wmts(server):
    return f"<GDAL_WMTS><GetCapabilitiesUrl>http://{server.address}/c</GetCapabilitiesUrl><Layer>d</Layer></GDAL_WMTS>"


def vrt(source, *, relative=0, kind="", size=60):
    """Return a VRT of one band that shows one file around the origin."""
    west, north = ORIGIN[0] - 5 * size, ORIGIN[1] + 5 * size
    return (
        f'<VRTDataset rasterXSize="{size}" rasterYSize="{size}"><SRS>{CRS}</SRS>'
        f"<GeoTransform>{west}, 10, 0, {north}, 0, -10</GeoTransform>"
        f'<VRTRasterBand dataType="Float32" band="1"{kind}><SimpleSource>'
        f'<SourceFilename relativeToVRT="{relative}">{source}</SourceFilename><SourceBand>1</SourceBand>'
        f'<SrcRect xOff="0" yOff="0" xSize="{size}" ySize="{size}"/>'
        f'<DstRect xOff="0" yOff="0" xSize="{size}" ySize="{size}"/></SimpleSource></VRTRasterBand></VRTDataset>'
    )


def read_all(path):
    """Read every height of a raster, as a search does."""
    return RasterSource([path]).read_heights(POINT, CRS).elevation_m


def write_square(path, **options):
    return write(path, np.full((60, 60), 12.0, "float32"), **options)


# What would open a connection --------------------------------------------------


def test_the_library_alone_would_ask_the_server(tmp_path, listener):
    """Without this the tests below could not fail."""
    path = tmp_path / "dem.vrt"
    path.write_text(vrt(f"/vsicurl/http://{listener.address}/d.tif"))
    with pytest.raises(rasterio.errors.RasterioError), rasterio.open(path) as data:
        data.read(1)
    assert listener.calls


@pytest.mark.parametrize("name", ["dem.tif", "dem.vrt", "dem.asc", "dem.img", "N60E024.hgt", "dem.txt"])
@pytest.mark.parametrize("service", [wms, wcs, wmts])
def test_a_description_of_a_server_is_no_raster_whatever_its_name(tmp_path, listener, name, service):
    path = tmp_path / name
    path.write_text(service(listener))
    with pytest.raises(InvalidInput, match="not a raster that is read"):
        read_all(path)
    assert listener.calls == 0


@pytest.mark.parametrize(
    "source",
    [
        "/vsicurl/http://{}/d.tif",
        "/vsicurl_streaming/http://{}/d.tif",
        "/VSICURL/http://{}/d.tif",
        "//vsicurl/http://{}/d.tif",
        " /vsicurl/http://{}/d.tif",
        "/vsizip//vsicurl/http://{}/d.zip/d.tif",
        "/vsicurl/http://{}/../../../../../../../../../..{folder}/inner.tif",
        "http://{}/d.tif",
        "vrt://http://{}/d.tif",
        "WCS:http://{}/?coverage=d",
        "WMS:http://{}/?layers=d",
        "&lt;GDAL_WMS&gt;&lt;Service name='TMS'/&gt;&lt;/GDAL_WMS&gt;",
        "NETCDF:d.nc:z",
    ],
)
@pytest.mark.parametrize("relative", [0, 1])
def test_a_vrt_names_no_server_and_no_archive(tmp_path, listener, source, relative):
    write_square(tmp_path / "inner.tif")
    path = tmp_path / "dem.vrt"
    path.write_text(vrt(source.format(listener.address, folder=tmp_path), relative=relative))
    with pytest.raises(InvalidInput, match=r"dem\.vrt: it names"):
        read_all(path)
    assert listener.calls == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<SimpleSource>", '<SimpleSource SourceFilename="/vsicurl/http://{}/d.tif">'),
        ("<SimpleSource>", "<SimpleSource><sourcefilename>/vsicurl/http://{}/d.tif</sourcefilename>"),
        (
            "</VRTRasterBand>",
            "<Overview><SourceFilename>/vsicurl/http://{}/d.tif</SourceFilename></Overview></VRTRasterBand>",
        ),
        ("<SRS>", '<!DOCTYPE x SYSTEM "http://{}/d"><SRS>'),
        ("<SRS>", "<!-- http://{} --><SRS>"),
        (' band="1"', ' band="1" subClass="VRTDerivedRasterBand"'),
        ("<VRTDataset ", '<VRTDataset subClass="VRTWarpedDataset" '),
        ("<SimpleSource>", "<SimpleSource><OpenOptions/>"),
    ],
)
def test_a_vrt_that_does_more_than_place_rasters_is_refused(tmp_path, listener, old, new):
    write_square(tmp_path / "inner.tif")
    path = tmp_path / "dem.vrt"
    text = vrt("inner.tif", relative=1)
    assert old in text
    path.write_text(text.replace(old, new.format(listener.address)))
    with pytest.raises(InvalidInput, match="may only place plain rasters"):
        read_all(path)
    assert listener.calls == 0


@pytest.mark.parametrize("name", ["inner.tif", "N60E024.hgt"])
def test_a_raster_in_a_vrt_is_looked_at_like_one_that_is_given(tmp_path, listener, name):
    (tmp_path / name).write_text(wms(listener))
    path = tmp_path / "dem.vrt"
    path.write_text(vrt(name, relative=1))
    with pytest.raises(InvalidInput, match="not a raster that is read"):
        read_all(path)
    assert listener.calls == 0


@pytest.mark.parametrize("ending", [".ovr", ".msk"])
@pytest.mark.parametrize("inside", [False, True], ids=["given", "in a VRT"])
def test_what_lies_beside_a_raster_opens_nothing_either(tmp_path, listener, ending, inside):
    write_square(tmp_path / "inner.tif")
    (tmp_path / f"inner.tif{ending}").write_text(vrt(f"/vsicurl/http://{listener.address}/d.tif"))
    path = tmp_path / "inner.tif"
    if inside:
        path = tmp_path / "dem.vrt"
        path.write_text(vrt("inner.tif", relative=1))
    with pytest.raises(InvalidInput, match=ending):
        read_all(path)
    assert listener.calls == 0


@pytest.mark.parametrize("beside", [False, True], ids=["in the file", "in its .aux.xml"])
def test_overviews_under_another_name_are_refused(tmp_path, listener, beside):
    path = write_square(tmp_path / "dem.tif")
    name = f"/vsicurl/http://{listener.address}/d.tif"
    if beside:
        (tmp_path / "dem.tif.aux.xml").write_text(
            f'<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">{name}</MDI></Metadata></PAMDataset>'
        )
    else:
        with rasterio.open(path, "r+") as data:
            data.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=name)
    with pytest.raises(InvalidInput, match="names overviews in"):
        read_all(path)
    assert listener.calls == 0


@pytest.mark.parametrize("name", ["dem.tif", "N60E024.hgt"])
def test_an_archive_holds_no_description_of_a_server(tmp_path, listener, name):
    path = zip_up(tmp_path / "dem.zip", {name: wms(listener).encode()})
    with pytest.raises(InvalidInput, match="not a raster that is read"):
        read_all(path)
    assert listener.calls == 0


# Files elsewhere ----------------------------------------------------------------


@pytest.mark.parametrize("source", ["../elsewhere/inner.tif", "{}/elsewhere/inner.tif", "link.tif"])
def test_a_vrt_leaves_its_folder_by_no_path(tmp_path, source):
    for folder in ("elsewhere", "region"):
        (tmp_path / folder).mkdir()
    write_square(tmp_path / "elsewhere" / "inner.tif")
    (tmp_path / "region" / "link.tif").symlink_to(tmp_path / "elsewhere" / "inner.tif")
    path = tmp_path / "region" / "dem.vrt"
    path.write_text(vrt(source.format(tmp_path), relative=int(not source.startswith("{"))))
    with pytest.raises(InvalidInput, match="outside its folder"):
        read_all(path)


@pytest.mark.parametrize("epsg", [2154, 27700])
def test_a_coordinate_system_without_a_unit_of_angles_is_one_line(tmp_path, epsg):
    write_square(tmp_path / "a.tif")
    broken = re.sub(
        r'UNIT\["degree",[0-9.]+', 'UNIT["degree",0', rasterio.CRS.from_epsg(epsg).to_wkt(version="WKT1_GDAL")
    )
    text = vrt("a.tif", relative=1).replace(CRS, broken)
    (tmp_path / "a.vrt").write_text(text.replace("<SimpleSource>", "<ColorInterp>Gray</ColorInterp><SimpleSource>"))
    with pytest.raises(InvalidInput, match=r"a\.vrt: GDAL does not understand"):
        read_raster_file(tmp_path / "a.vrt")


def raw(source):
    """Return a VRT whose band is a file of little-endian numbers."""
    head, _ = vrt("", kind=' subClass="VRTRawRasterBand"').split("<SimpleSource>")
    return (
        f'{head}<SourceFilename relativeToVRT="1">{source}</SourceFilename><PixelOffset>4</PixelOffset>'
        "<LineOffset>240</LineOffset><ByteOrder>LSB</ByteOrder></VRTRasterBand></VRTDataset>"
    )


def test_raw_cells_lie_in_the_folder(tmp_path):
    (tmp_path / "region").mkdir()
    for folder in (tmp_path, tmp_path / "region"):
        np.full(3600, 21.0, "<f4").tofile(folder / "cells.raw")
    path = tmp_path / "region" / "dem.vrt"
    path.write_text(raw("cells.raw"))
    assert read_all(path) == pytest.approx(21)
    path.write_text(raw("../cells.raw"))
    with pytest.raises(InvalidInput, match="outside its folder"):
        read_all(path)


def test_a_vrt_of_a_vrt_or_of_what_is_not_there_is_refused(tmp_path):
    path = tmp_path / "dem.vrt"
    path.write_text(vrt("dem.vrt", relative=1))
    with pytest.raises(InvalidInput, match="names the VRT"):
        read_all(path)
    path.write_text(vrt("gone.tif", relative=1))
    with pytest.raises(InvalidInput, match="which is no file"):
        read_all(path)


# What is read as before -----------------------------------------------------------


@pytest.mark.parametrize("below", ["", "tiles"])
@pytest.mark.parametrize("relative", [0, 1])
def test_a_vrt_of_plain_rasters_beside_it_is_read_through_links_too(tmp_path, below, relative):
    region = tmp_path / "region"
    (region / below).mkdir(parents=True)
    inner = write_square(region / below / "inner.tif")
    path = region / "dem.vrt"
    path.write_text(vrt(inner.relative_to(region) if relative else inner, relative=relative))
    link = tmp_path / "link.vrt"
    link.symlink_to(path)
    assert read_all(path) == pytest.approx(12)
    assert read_all(link) == pytest.approx(12)


@pytest.mark.parametrize(("name", "driver"), [("dem.tif", "GTiff"), ("dem.asc", "AAIGrid"), ("dem.img", "HFA")])
def test_formats_are_told_by_their_content(tmp_path, name, driver):
    plain = write_plane(tmp_path / "plain.tif")
    path = tmp_path / name
    rasterio.shutil.copy(plain, path, driver=driver)
    with open_raster(path) as data:
        assert data.driver == driver
    assert read_all(path) == pytest.approx(plane(*ORIGIN), abs=0.01)


def test_overviews_and_masks_beside_a_raster_are_read(tmp_path):
    path = write_square(tmp_path / "dem.tif")
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(path, "r+") as data:
        data.write_mask(np.zeros((60, 60), bool))
    assert (tmp_path / "dem.tif.msk").exists()
    assert np.isnan(read_all(path)).all()


def test_a_folder_that_is_called_like_a_connection_is_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "zip:dem!x"
    folder.mkdir()
    assert read_all(write_square(folder / "dem.tif").relative_to(tmp_path)) == pytest.approx(12)


# Archives -------------------------------------------------------------------------


def zip_up(path, contents):
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


def make_tile():
    """Return a tile of SRTM of 3 arc seconds with heights from 0 to 1200 m."""
    return np.add.outer(np.arange(1201), np.zeros(1201, int)).astype(">i2").tobytes()


def test_a_tile_in_an_archive_is_read_where_its_name_says(tmp_path):
    path = zip_up(tmp_path / "N60E024.SRTMGL3.hgt.zip", {"N60E024.hgt": make_tile()})
    heights = RasterSource([path]).read_heights(np.array([[24.5, 60.5]]), "EPSG:4326").elevation_m
    assert heights == pytest.approx(600)


def test_an_archive_brings_mask_and_coordinates_along(tmp_path):
    plain = write_square(tmp_path / "plain.tif")
    rasterio.shutil.copy(plain, tmp_path / "d.asc", driver="AAIGrid")
    files = {f"in/{name}": (tmp_path / name).read_bytes() for name in ("d.asc", "d.prj")}
    assert read_all(zip_up(tmp_path / "a.zip", files)) == pytest.approx(12)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(plain, "r+") as data:
        data.write_mask(np.zeros((60, 60), bool))
    files = {name: (tmp_path / name).read_bytes() for name in ("plain.tif", "plain.tif.msk")}
    assert np.isnan(read_all(zip_up(tmp_path / "b.zip", files))).all()


@pytest.mark.parametrize("names", [[], ["a.tif", "b.tif"]])
def test_an_archive_of_no_or_many_rasters_says_so(tmp_path, names):
    path = zip_up(tmp_path / "dem.zip", dict.fromkeys(names, b"II*\0"))
    with pytest.raises(InvalidInput, match=f"holds {len(names)} rasters"):
        read_all(path)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_archive_gives_the_same_heights_or_one_line(tmp_path, data):
    path = zip_up(tmp_path / "N60E024.hgt.zip", {"N60E024.hgt": make_tile()})
    content = bytearray(path.read_bytes())
    start = data.draw(st.integers(0, len(content) - 1))
    hurt = data.draw(st.binary(min_size=1, max_size=8))
    content[start : start + len(hurt)] = hurt
    path.write_bytes(content)
    with contextlib.suppress(InvalidInput):
        heights = RasterSource([path]).read_heights(np.array([[24.5, 60.5]]), "EPSG:4326").elevation_m
        assert heights == pytest.approx(600)


def test_a_wrong_checksum_is_one_line(tmp_path):
    path = zip_up(tmp_path / "N60E024.hgt.zip", {"N60E024.hgt": make_tile()})
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match="archive is damaged") as error:
        read_all(path)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("packed", [False, True])
def test_a_grid_of_more_cells_than_it_can_hold_is_refused_at_once(tmp_path, packed):
    content = b"ncols 61\nnrows 6104\nxllcorner 24\nyllcorner 60\ncellsize 0.001\n" + b"1 " * 3721
    path = tmp_path / "dem.asc"
    path.write_bytes(content)
    if packed:
        path = zip_up(tmp_path / "dem.zip", {"dem.asc": content})
    with pytest.raises(InvalidInput, match="is cut off: 6104 rows of 61 do not fit into it"):
        read_all(path)
