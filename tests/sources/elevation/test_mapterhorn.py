"""Heights from terrain tiles: no step at a seam, the finest zoom, an honest error, few requests."""

from __future__ import annotations

import re
import threading
import time
from functools import cache

import numpy as np
import pytest
from fake_server import Answer, terrarium_webp
from pyproj import Transformer

from saferoute.sources.elevation import mapterhorn
from saferoute.sources.elevation.mapterhorn import ABSENT, MOST_DAMAGED, PARALLEL, MapterhornSource
from saferoute.sources.elevation.raster import RasterSource
from saferoute.sources.elevation.terrarium import decode_terrarium, height_step_m
from saferoute.sources.settings import Online, RequestLimits
from saferoute.sources.web import Failed

CRS = "EPSG:32632"
TO_LONLAT = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
HERE = Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform(8.613281, 49.61071)
"""Where four tiles of zoom 12 meet, and of every finer one."""


def square(lon, lat):
    """Return positions on the Web Mercator square, by the book."""
    y = (1 - np.log(np.tan(np.radians(lat)) + 1 / np.cos(np.radians(lat))) / np.pi) / 2
    return (lon + 180) / 360, y


def plane(x, y):
    """Return the heights of a tilted plane on the square: 100 to 160 m around the place, 1.5 % steep."""
    return 130 + 400_000 * (x - 0.5239258) + 250_000 * (y - 0.3413086)


@cache  # most tests ask for the same ones, and to pack one takes longer than what is tried with it
def tile(level, x, y, surface=plane):
    """Return a tile of a surface, rounded as its zoom is."""
    pixel = (np.arange(512) + 0.5) / 512
    px, py = np.meshgrid((x + pixel) / 2**level, (y + pixel) / 2**level)
    step = height_step_m(level)
    return terrarium_webp(np.rint(surface(px, py) / step) * step)


def points(n=400, half_m=300.0, seed=1):
    return np.array(HERE) + np.random.default_rng(seed).uniform(-half_m, half_m, (n, 2))


@pytest.fixture
def offering(server):
    """A server with tiles of the plane; ``finest`` is changed by tests."""
    server.finest = 12
    server.surface = plane

    def answer(request):
        level, x, y = map(int, re.fullmatch(r"/(\d+)/(\d+)/(\d+)\.webp", request.path).groups())
        if callable(server.finest) and not server.finest(level, x, y):
            return Answer("no tile", 404)
        if not callable(server.finest) and level > server.finest:
            return Answer("no tile", 404)
        return Answer(tile(level, x, y, server.surface), headers={"Content-Type": "image/webp"})

    server.routes[".webp"] = answer
    return server


@pytest.fixture
def source(server, tmp_path, monkeypatch):
    monkeypatch.setattr(mapterhorn, "RETRY_S", 0.0)

    def make(**options):
        limits = options.pop("limits", RequestLimits(5.0, 4_000_000, 2.0))
        options.setdefault("mapterhorn_url", server.url)
        return MapterhornSource(Online(cache_dir=tmp_path / "cache", **options), limits=limits)

    return make


@pytest.mark.parametrize("finest", [12, 14, 16])
def test_plane_cut_into_tiles_has_no_step(offering, source, finest):
    offering.finest = finest
    xy = points()
    samples = source().read_heights(xy, CRS)
    expected = plane(*square(*TO_LONLAT.transform(*xy.T)))
    assert np.abs(samples.elevation_m - expected).max() <= height_step_m(finest) / 2 + 1e-6
    assert samples.sources == (f"Mapterhorn z{finest} ({samples.cell_m[0]:.0f} m cells)",)


def test_profile_across_a_seam_rises_evenly(offering, source):
    offering.finest = 17
    along = np.array(HERE) + np.linspace(-20, 20, 401)[:, None] * [1.0, 0.3]
    z = source().read_heights(along, CRS).elevation_m
    steps = np.diff(z)
    assert steps.max() - steps.min() < height_step_m(17)


@pytest.mark.parametrize(
    ("finest", "sigma_m", "surface"),
    [(12, 0.8, True), (13, 0.7, False), (14, 0.7, False), (15, 0.2, False), (17, 0.2, False)],
)
def test_error_tells_of_the_source_and_of_the_rounding(offering, source, finest, sigma_m, surface):
    offering.finest = finest
    samples = source().read_heights(points(20, 50), CRS)
    assert samples.sigma_m == pytest.approx(np.hypot(sigma_m, 2.0 ** (19 - finest) / 256 / np.sqrt(12)))
    assert (samples.surface_model == surface).all()
    pixel_m = 40_075_016.686 / 512 / 2**finest * np.cos(np.radians(49.6107))
    assert samples.cell_m == pytest.approx(30.0 if finest == 12 else pixel_m, rel=1e-3)


def test_finest_zoom_is_found_by_few_questions(offering, source):
    offering.finest = 15
    source().read_heights(points(), CRS)
    levels = [int(r.path.split("/")[1]) for r in offering.requests]
    assert levels.count(17) == levels.count(16) == 1
    assert min(levels) == 15


def test_lidar_that_ends_in_the_middle_is_used_as_far_as_it_goes(offering, source):
    west_of = 2**15 * 0.5239258

    offering.finest = lambda level, x, _: level == 12 or (level <= 15 and x * 2 ** (15 - level) < west_of - 1)
    xy = points()
    samples = source().read_heights(xy, CRS)
    assert np.isfinite(samples.elevation_m).all()
    assert set(np.unique(samples.surface_model)) == {False, True}
    east = xy[:, 0] > HERE[0] + 5
    assert samples.surface_model[east].all()
    expected = plane(*square(*TO_LONLAT.transform(*xy.T)))
    assert np.abs(samples.elevation_m - expected).max() <= 0.26


def test_large_area_takes_a_coarser_zoom(offering, source):
    offering.finest = 17
    source().read_heights(points(4000, 2000), CRS)
    finest = max(int(r.path.split("/")[1]) for r in offering.requests)
    assert finest in {14, 15}
    assert len(offering.requests) <= 2 * mapterhorn.MOST_TILES


def test_area_beyond_all_bounds_is_unknown_and_said(offering, source):
    samples = source().read_heights(points(20_000, 100_000), CRS)
    assert np.isnan(samples.elevation_m).all()
    assert "take a smaller radius" in samples.notes[0]
    assert len(offering.requests) <= 10


@pytest.mark.parametrize("status", sorted(ABSENT))
def test_absent_tile_is_the_sea_and_unknown(server, source, status):
    server.routes[".webp"] = Answer(status=status)
    samples = source().read_heights(points(), CRS)
    assert np.isnan(samples.elevation_m).all()
    assert (samples.notes, samples.attribution) == ((), ())
    asked = len(server.requests)
    source().read_heights(points(), CRS)
    assert len(server.requests) == asked


def test_shore_between_a_tile_and_none_is_known_on_land(offering, source):
    offering.finest = lambda level, x, _: level == 12 and x < 2**12 * 0.5239258 - 0.5
    xy = points()
    samples = source().read_heights(xy, CRS)
    land = xy[:, 0] < HERE[0] - 25
    assert np.isfinite(samples.elevation_m[land]).all()
    assert np.isnan(samples.elevation_m[xy[:, 0] > HERE[0] + 25]).all()


def test_second_search_asks_nobody(offering, source):
    offering.finest = 14
    one = source().read_heights(points(), CRS)
    asked = len(offering.requests)
    other = source(offline=True).read_heights(points(), CRS)
    np.testing.assert_array_equal(one.elevation_m, other.elevation_m)
    assert len(offering.requests) == asked
    source(refresh=True).read_heights(points(), CRS)
    assert len(offering.requests) == 2 * asked


def test_offline_without_tiles_is_unknown_and_said(offering, source):
    samples = source(offline=True).read_heights(points(), CRS)
    assert np.isnan(samples.elevation_m).all()
    assert "--offline" in samples.notes[0]
    assert not offering.requests


@pytest.mark.parametrize(("half_m", "radius_m"), [(900.0, 150.0), (150.0, 900.0), (300.0, 10_000.0)])
def test_offline_any_kept_zoom_serves(offering, source, half_m, radius_m):
    offering.finest = 16
    source().read_heights(points(half_m=half_m), CRS)
    xy = np.concatenate([points(half_m=radius_m), points(20, 100.0)])
    asked = len(offering.requests)
    samples = source(offline=True).read_heights(xy, CRS)
    assert len(offering.requests) == asked
    kept = np.abs(xy - HERE).max(axis=1) < half_m - 10
    assert kept.any()
    assert np.isfinite(samples.elevation_m[kept]).all()
    assert np.abs(samples.elevation_m[kept] - source().read_heights(xy[kept], CRS).elevation_m).max() < 0.6
    assert bool(samples.notes) == bool(np.isnan(samples.elevation_m).any())


def test_offline_the_coarse_tile_of_another_search_serves(offering, source):
    source().read_heights(points(), CRS)
    offering.requests.clear()
    far = points(half_m=2_000.0)
    samples = source(offline=True).read_heights(far, CRS)
    assert np.isfinite(samples.elevation_m).all()
    assert (samples.notes, offering.requests) == ((), [])


def test_offline_no_more_tiles_are_held_than_a_search_would_fetch(offering, source, monkeypatch):
    offering.finest = 17
    source().read_heights(points(), CRS)
    monkeypatch.setattr(mapterhorn, "MOST_TILES", 1)
    elevation = source(offline=True)
    elevation.read_heights(points(), CRS)
    assert sum(tile is not None for tile in elevation._tiles.values()) == 2


def test_tile_cut_in_half_is_fetched_again(offering, source, tmp_path):
    one = source().read_heights(points(), CRS)
    asked = len(offering.requests)
    largest = max((tmp_path / "cache" / "mapterhorn").iterdir(), key=lambda p: p.stat().st_size)
    largest.write_bytes(largest.read_bytes()[: largest.stat().st_size // 2])
    np.testing.assert_array_equal(one.elevation_m, source().read_heights(points(), CRS).elevation_m)
    assert len(offering.requests) == asked + 1


def test_few_requests_run_at_a_time_and_say_who_asks(offering, source):
    offering.finest = 16
    running, most, lock = 0, 0, threading.Lock()
    route = offering.routes[".webp"]

    def counted(request):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        try:
            return route(request)
        finally:
            with lock:
                running -= 1

    offering.routes[".webp"] = counted
    source().read_heights(points(1000, 700), CRS)
    assert 1 < most <= PARALLEL
    assert {r.headers["User-Agent"] for r in offering.requests} == {Online().agent}
    assert len({r.path for r in offering.requests}) == len(offering.requests)


BROKEN = {
    "busy": (Answer(status=503), "answered 503", 2),
    "busy for long": (Answer(status=429, headers={"Retry-After": "600"}), "answered 429", 1),
    "refused": (Answer(status=403), "answered 403", 1),
    "page": (Answer("<html>hello</html>"), "no picture of heights", 1),
    "nothing": (Answer(trick="close"), "without a whole answer", 2),
    "half": (Answer(b"x" * 100, trick="cut"), "without a whole answer", 2),
    "2 GB": (Answer(headers={"Content-Length": "2000000000"}), "more than 4 MB", 1),
    "elsewhere": (Answer(status=302, headers={"Location": "http://localhost:1/x"}), "redirects to localhost:1", 1),
    "in a circle": (Answer(status=302, headers={"Location": "/12/1/1.webp"}), "in a circle", 4),
}


@pytest.mark.parametrize(("answer", "words", "tries"), BROKEN.values(), ids=BROKEN)
def test_error_of_the_server_is_no_sea(server, source, answer, words, tries):
    server.routes[".webp"] = answer
    samples = source().read_heights(points(), CRS)
    assert np.isnan(samples.elevation_m).all()
    assert len(samples.notes) == 1
    assert words in samples.notes[0]
    assert samples.notes[0].endswith("its heights are missing")
    assert len(server.requests) == tries
    server.routes[".webp"] = Answer(tile(12, 2146, 1398))
    assert np.isfinite(source().read_heights(points(), CRS).elevation_m).any()


DAMAGED = {"empty": Answer(b""), "cut": Answer(b"RIFF\x10\x00\x00\x00WEBPVP8L"), "noise": Answer(bytes(range(256)))}


@pytest.mark.parametrize("answer", DAMAGED.values(), ids=DAMAGED)
def test_damaged_tile_is_asked_for_once_more(offering, source, answer):
    offering.faults = [answer]
    samples = source().read_heights(points(), CRS)
    assert np.isfinite(samples.elevation_m).all()
    assert samples.notes == ()
    first, second, *others = [r.path for r in offering.requests]
    assert first == second
    assert first not in others


@pytest.mark.parametrize("answer", DAMAGED.values(), ids=DAMAGED)
def test_tile_that_stays_damaged_leaves_its_ground_to_coarser_ones_and_is_said(offering, source, answer):
    offering.finest = 14
    whole = source(refresh=True).read_heights(points(), CRS)
    used = [r.path for r in offering.requests if r.path.startswith("/14/")][-1]
    route = offering.routes[".webp"]
    offering.routes[".webp"] = lambda request: answer if request.path == used else route(request)
    samples = source(refresh=True).read_heights(points(), CRS)
    assert np.isfinite(samples.elevation_m).all()
    coarser = samples.cell_m > 1.5 * whole.cell_m
    assert 0 < coarser.mean() < 0.6
    np.testing.assert_array_equal(samples.elevation_m[~coarser], whole.elevation_m[~coarser])
    assert [note.partition(" sends ")[2] for note in samples.notes] == [
        "a tile damaged, twice: heights there are coarser or missing"
    ]
    offering.routes[".webp"] = route
    again = source().read_heights(points(), CRS)
    np.testing.assert_array_equal(again.elevation_m, whole.elevation_m)  # what was damaged is not kept
    assert again.notes == ()


def test_server_whose_tiles_are_all_damaged_is_given_up(server, source):
    server.routes[".webp"] = DAMAGED["empty"]
    samples = source().read_heights(points(), CRS)
    assert np.isnan(samples.elevation_m).all()
    assert "no pictures of heights: its heights are missing" in samples.notes[0]
    assert len(server.requests) == 2 * MOST_DAMAGED


@pytest.mark.parametrize("trick", ["drip", "drip-head"])
def test_byte_a_second_ends_at_the_deadline(server, source, trick):
    server.routes[".webp"] = Answer("x" * 1000, trick=trick)
    began = time.monotonic()
    samples = source(limits=RequestLimits(1.0, 4_000_000, 1.0)).read_heights(points(), CRS)
    assert "did not answer within 1 s" in samples.notes[0]
    assert time.monotonic() - began < 4


def test_tiles_that_come_slowly_end_all_the_same(offering, source, monkeypatch):
    monkeypatch.setattr(mapterhorn, "MOST_S", 0.3)
    offering.finest = 16
    route = offering.routes[".webp"]

    def slow(request):
        time.sleep(0.2)
        return route(request)

    offering.routes[".webp"] = slow
    samples = source().read_heights(points(1000, 700), CRS)
    assert "did not send all tiles within 0 s" in samples.notes[0]


def test_redirect_within_the_host_is_followed(offering, source):
    route = offering.routes[".webp"]
    offering.routes = {"/v2/": lambda r: route(type(r)(r.at, r.method, r.path[3:], r.headers, r.body))}
    offering.routes[".webp"] = lambda r: Answer(status=301, headers={"Location": f"/v2{r.path}"})
    assert np.isfinite(source().read_heights(points(), CRS).elevation_m).all()


def test_full_disk_is_said(offering, source, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    assert offering
    monkeypatch.setattr("saferoute.kept.tempfile.mkstemp", full)
    samples = source().read_heights(points(), CRS)
    assert np.isfinite(samples.elevation_m).all()
    assert "No space left on device" in samples.notes[0]


def test_voids_and_no_points_stay_unknown(offering, source):
    offering.surface = lambda x, y: plane(x, y) - 30_000
    assert np.isnan(source().read_heights(points(), CRS).elevation_m).all()
    assert source().read_heights(np.empty((0, 2)), CRS).elevation_m.shape == (0,)


def test_point_beyond_the_square_is_unknown(offering, source):
    samples = source().read_heights(np.array([[2_000_000.0, 2_000_000.0]]), "EPSG:32661")
    assert np.isnan(samples.elevation_m).all()
    assert not offering.requests


def test_date_line_is_no_edge(offering, source):
    offering.surface = lambda x, y: 50 + 0 * x + 0 * y
    xy = np.column_stack([np.linspace(-40, 40, 9), np.full(9, 0.0)])
    crs = "+proj=tmerc +lon_0=180 +lat_0=-17 +datum=WGS84"
    assert source().read_heights(xy, crs).elevation_m == pytest.approx(50)


@pytest.mark.parametrize("shape", [(256, 256), (512, 256)])
def test_picture_of_another_size_is_refused(shape):
    with pytest.raises(Failed, match="not 512 pixels"):
        decode_terrarium(terrarium_webp(np.zeros(shape)))


def test_attribution_names_all_who_gave(offering, source):
    assert offering
    lines = source().read_heights(points(), CRS).attribution
    assert "mapterhorn.com/attribution" in lines[0]
    assert "Airbus Defence and Space" in lines[1]
    assert max(map(len, lines)) <= 200  # no output cuts it off


@pytest.mark.parametrize("place", ["helgoland", "badwildbad"])
def test_real_tiles_agree_with_the_raster_of_the_place(server, source, shared_data, place):
    """Rises over 100 m are the same to a centimetre: the rasters were made of these tiles."""
    server.routes[".webp"] = lambda r: (
        Answer(path.read_bytes()) if (path := shared_data / f"mapterhorn{r.path}").is_file() else Answer(status=404)
    )
    import rasterio
    from rasterio.warp import transform

    with rasterio.open(shared_data / place / "dem.tif") as data:
        column, row = np.meshgrid(np.arange(20, data.width - 20, 9), np.arange(20, data.height - 20, 9))
        x, y = data.xy(row.ravel(), column.ravel())
        xy = np.column_stack(transform(data.crs, CRS, x, y))
    raster = RasterSource([shared_data / place / "dem.tif"])
    tiles = source()
    beside = xy + np.array([100.0, 0.0])
    slopes = [s.read_heights(beside, CRS).elevation_m - s.read_heights(xy, CRS).elevation_m for s in (raster, tiles)]
    known = np.isfinite(slopes[0]) & np.isfinite(slopes[1])
    assert known.mean() > 0.5
    assert np.abs(slopes[0] - slopes[1])[known].max() < 0.01
