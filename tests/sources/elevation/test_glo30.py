"""Heights of GLO-30 in parts of large files: no step at a seam, bounded, kept."""

from __future__ import annotations

import subprocess
import time

import numpy as np
import pytest
import rasterio
from fake_server import Answer, FakeServer, make_certificate, serve_ipv6
from pyproj import Transformer
from rasterio.transform import Affine

from saferoute.sources.elevation.glo30 import Glo30Source
from saferoute.sources.elevation.glo30_tiles import count_columns, tile_url
from saferoute.sources.settings import Online, RequestLimits
from saferoute.sources.trust import STORES

CRS = "EPSG:32632"
TO_UTM = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)


def plane(lon, lat):
    return 500 + 700 * (lon - 9) + 900 * (lat - 50)


@pytest.fixture(scope="module")
def cogs(tmp_path_factory):
    """Return a function that writes a tile of the plane as a cloud-optimised GeoTIFF, sparse but near its corners."""
    folder = tmp_path_factory.mktemp("cogs")

    def write(south, west, *, void=False):
        path = folder / f"{south}_{west}_{void}.tif"
        if not path.exists():
            n = count_columns(south)
            dx, dy = 1 / n, 1 / 3600
            lon, lat = np.meshgrid(west + np.arange(n) * dx, south + 1 - np.arange(3600) * dy)
            heights = np.where(void, -32767.0, plane(lon, lat)).astype("float32")
            kind = {"driver": "GTiff", "width": n, "height": 3600, "count": 1, "dtype": "float32", "nodata": -32767.0}
            kind |= {"tiled": True, "blockxsize": 1024, "blockysize": 1024, "compress": "deflate", "zlevel": 1}
            transform = Affine(dx, 0, west - dx / 2, 0, -dy, south + 1 + dy / 2)
            with rasterio.open(path, "w", crs="EPSG:4326", transform=transform, **kind) as file:
                file.write(heights, 1)
        return path.read_bytes()

    return write


@pytest.fixture
def world(server, cogs):
    """A server with the four tiles around 50° N, 9° E, where the columns' distance changes."""
    for south in (49, 50):
        for west in (8, 9):
            server.routes[tile_url("", south, west)] = Answer(cogs(south, west), headers={"Accept-Ranges": "bytes"})
    return server


@pytest.fixture
def source(server, tmp_path):
    def make(**options):
        limits = options.pop("limits", RequestLimits(5.0, 1_000_000, 2.0))
        options.setdefault("glo30_url", server.url)
        return Glo30Source(Online(cache_dir=tmp_path / "cache", **options), limits=limits)

    return make


def around(lon, lat, half_m=150.0, n=300):
    middle = np.array(TO_UTM.transform(lon, lat))
    return middle + np.random.default_rng(2).uniform(-half_m, half_m, (n, 2))


def expected(xy):
    return plane(*TO_UTM.transform(*xy.T, direction="INVERSE"))


@pytest.mark.parametrize(("lon", "lat"), [(9.0, 50.0), (9.0, 49.99), (8.99, 50.0), (8.5, 49.5), (9.0, 50.001)])
def test_plane_cut_into_tiles_has_no_step(world, source, lon, lat):
    assert world
    xy = around(lon, lat)
    samples = source().read_heights(xy, CRS)
    assert samples.elevation_m == pytest.approx(expected(xy), abs=0.001)
    assert samples.notes == ()
    assert samples.surface_model.all()
    assert (samples.sigma_m[0], samples.correlation_m[0], samples.sources) == (0.8, 15.0, ("GLO-30 (31 m cells)",))
    assert "Copernicus GLO-30" in samples.attribution[0]


def test_only_parts_are_read_and_kept(world, source):
    xy = around(8.5, 49.5)
    online = source(contact="me@club.test")
    one = online.read_heights(xy, CRS)
    sent = sum(len(r.headers) > 0 for r in world.requests)
    assert 1 < sent < 10
    assert all("Range" in r.headers or r.method == "HEAD" for r in world.requests)
    assert {r.headers["User-Agent"] for r in world.requests} == {Online(contact="me@club.test").agent}
    other = source(offline=True).read_heights(xy, CRS)
    assert len(world.requests) == sent
    np.testing.assert_array_equal(one.elevation_m, other.elevation_m)


def put_in_folder(certificate):
    """Return a folder of trusted certificates with this one, named as OpenSSL looks for it."""
    tell_hash = ["openssl", "x509", "-hash", "-noout", "-in", str(certificate)]
    told = subprocess.run(tell_hash, check=True, capture_output=True, text=True).stdout.strip()
    folder = certificate.parent / "trusted"
    folder.mkdir()
    (folder / f"{told}.0").write_bytes(certificate.read_bytes())
    return folder


@pytest.mark.parametrize(("store", "named"), [("SSL_CERT_FILE", "file"), ("REQUESTS_CA_BUNDLE", "folder")])
def test_certificates_of_the_environment_count_for_the_whole_way(cogs, source, tmp_path, monkeypatch, store, named):
    certificate, key = make_certificate(tmp_path)
    trusted = certificate if named == "file" else put_in_folder(certificate)
    for name in STORES:
        monkeypatch.delenv(name, raising=False)
    with FakeServer(certificate=(certificate, key)) as server:
        server.routes[tile_url("", 49, 8)] = Answer(cogs(49, 8), headers={"Accept-Ranges": "bytes"})
        xy = around(8.5, 49.5)
        assert "no valid certificate" in source(glo30_url=server.url).read_heights(xy, CRS).notes[0]
        monkeypatch.setenv(store, str(trusted))
        samples = source(glo30_url=server.url).read_heights(xy, CRS)
    assert samples.elevation_m == pytest.approx(expected(xy), abs=0.001)


def test_server_with_an_ipv6_address_alone_is_reached(cogs, source):
    with serve_ipv6() as server:
        server.routes[tile_url("", 49, 8)] = Answer(cogs(49, 8), headers={"Accept-Ranges": "bytes"})
        xy = around(8.5, 49.5)
        samples = source(glo30_url=server.url).read_heights(xy, CRS)
    assert samples.elevation_m == pytest.approx(expected(xy), abs=0.001)


def test_missing_tile_is_the_sea(server, source):
    samples = source().read_heights(around(8.5, 49.5), CRS)
    assert np.isnan(samples.elevation_m).all()
    assert (samples.notes, samples.attribution, samples.sources) == ((), (), ())
    assert [r.method for r in server.requests] == ["HEAD"]
    source().read_heights(around(8.5, 49.5), CRS)
    assert len(server.requests) == 1


def test_voids_are_unknown(server, cogs, source):
    server.routes[tile_url("", 49, 8)] = Answer(cogs(49, 8, void=True), headers={"Accept-Ranges": "bytes"})
    assert np.isnan(source().read_heights(around(8.5, 49.5), CRS).elevation_m).all()


def test_offline_without_a_copy_is_unknown_and_said(world, source):
    samples = source(offline=True).read_heights(around(8.5, 49.5), CRS)
    assert np.isnan(samples.elevation_m).all()
    assert "--offline" in samples.notes[0]
    assert not world.requests


@pytest.mark.parametrize("lon", [8.995, 8.9])
def test_offline_the_squares_that_are_kept_serve(world, source, lon):
    """A place where two tiles meet, and one whose squares of one tile meet."""
    kept = around(lon, 49.9, half_m=100.0)
    source().read_heights(kept, CRS)
    world.requests.clear()
    wide = np.concatenate([kept, around(lon, 49.9, half_m=15_000.0)])
    samples = source(offline=True).read_heights(wide, CRS)
    assert samples.elevation_m[: len(kept)] == pytest.approx(expected(kept), abs=0.001)
    assert np.isnan(samples.elevation_m).any()
    assert [note.partition(" is ")[2] for note in samples.notes] == [
        "not asked (--offline), and the cache does not hold all of this place: its heights are missing"
    ]
    assert not world.requests


def test_cache_cut_in_half_is_fetched_again(world, source, tmp_path):
    xy = around(8.5, 49.5)
    one = source().read_heights(xy, CRS)
    asked = len(world.requests)
    for entry in (tmp_path / "cache" / "glo30").iterdir():
        entry.write_bytes(entry.read_bytes()[: entry.stat().st_size // 2])
    np.testing.assert_array_equal(one.elevation_m, source().read_heights(xy, CRS).elevation_m)
    assert len(world.requests) > asked


def test_too_many_parts_are_not_asked_for(world, source):
    samples = source().read_heights(around(8.5, 49.5, half_m=90_000, n=3000), CRS)
    assert "64 are the most" in samples.notes[0]
    assert not world.requests


BROKEN = {
    "busy": (Answer(status=503, headers={"Retry-After": "60"}), "answered 503"),
    "refused": (Answer(status=403), "answered 403"),
    "nothing": (Answer(trick="close"), "without a whole answer"),
    "page": (Answer("<html>hello</html>", headers={"Accept-Ranges": "bytes"}), "without a whole answer"),
    "2 GB": (Answer(b"II*\x00", headers={"Content-Length": "2000000000"}), "without a whole answer"),
    "elsewhere": (Answer(status=302, headers={"Location": "http://localhost:1/x"}), "redirects to localhost:1"),
    "drip": (Answer("x" * 1000, trick="drip"), "without a whole answer"),
    "drip-head": (Answer("x" * 1000, trick="drip-head"), "did not answer within 2 s"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("answer", "words"), BROKEN.values(), ids=BROKEN)
def test_error_of_the_server_is_no_sea_and_ends(server, source, answer, words):
    server.routes[".tif"] = answer
    began = time.monotonic()
    samples = source(limits=RequestLimits(2.0, 1_000_000, 1.0)).read_heights(around(8.5, 49.5), CRS)
    assert np.isnan(samples.elevation_m).all()
    assert words in samples.notes[0]
    assert time.monotonic() - began < 20


def test_tile_that_lies_elsewhere_is_refused(server, cogs, source):
    server.routes[tile_url("", 49, 8)] = Answer(cogs(49, 9), headers={"Accept-Ranges": "bytes"})
    assert "none of its tiles" in source().read_heights(around(8.5, 49.5), CRS).notes[0]


def test_south_and_west_have_their_names():
    assert tile_url("http://h/", -34, 18).endswith("/Copernicus_DSM_COG_10_S34_00_E018_00_DEM.tif")
    assert "N00_00_W001" in tile_url("http://h", 0, -1)


def test_poles_and_nothing_are_unknown(source, server):
    assert np.isnan(source().read_heights(np.array([[2e6, 2e6]]), "EPSG:32661").elevation_m).all()
    assert source().read_heights(np.empty((0, 2)), CRS).elevation_m.shape == (0,)
    assert not server.requests
