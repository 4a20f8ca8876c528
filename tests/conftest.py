"""Data, a ranked town, and fast tests first."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fake_server import FakeServer
from filelock import FileLock
from town import ORIGIN, lonlat, write_town

from saferoute.sources import apart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from saferoute.model import Place, Ranking

    MakeOnce = Callable[[str, Callable[[Path], object]], Path]
    """A function that has a folder filled by the first who asks for its name, and returns it."""

REPOSITORY = Path(__file__).resolve().parents[1]
pytest_plugins = ["browser", "region_page", "surveys"]

HOSTILE_TOWN = """
    n1 -150 0
    n2 150 0
    n3 -150 200
    n4 150 200
    n5 -150 -200
    n6 150 -200
    n7 -150 400
    n8 150 400
    w1 n1,n2 highway=footway surface=asphalt width=4 lit=yes name="[link=file:///etc/passwd]x[/link]"
    w2 n3,n4 highway=footway surface=gravel name="[/bold]"
    w3 n5,n6 highway=path
    w4 n7,n8 highway=residential name="Main Street"
"""
"""Three straight walks of 300 m, the last without name and surface, and a road."""


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real extracts and rasters that are too large for the repository."""
    folder = Path(os.environ.get("SAFEROUTE_TEST_DATA") or REPOSITORY.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}; set SAFEROUTE_TEST_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def of_this_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder that all processes share which pytest-xdist runs these tests in."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def made_once(of_this_run: Path) -> MakeOnce:
    """Return a function that makes folders once for all processes."""

    def make(name: str, fill: Callable[[Path], object]) -> Path:
        folder, part = of_this_run / name, of_this_run / f"{name}.part"
        with FileLock(of_this_run / f"{name}.lock"):
            if not folder.exists():
                shutil.rmtree(part, ignore_errors=True)  # of one who failed
                part.mkdir()
                fill(part)
                part.rename(folder)
        return folder

    return make


@pytest.fixture(scope="session", autouse=True)
def no_network(tmp_path_factory: pytest.TempPathFactory, of_this_run: Path) -> None:
    """Nothing a test forgot to point elsewhere reaches a server, or this user's cache and settings."""
    os.environ["XDG_CONFIG_HOME"] = str(tmp_path_factory.mktemp("config"))
    os.environ["SAFEROUTE_UNITS"] = "metric"  # whatever the locale of this machine
    os.environ["SAFEROUTE_CACHE_DIR"] = str(of_this_run / "cache")
    for name in ("OVERPASS", "NOMINATIM", "MAPTERHORN", "GLO30"):
        os.environ[f"SAFEROUTE_{name}_URL"] = "http://127.0.0.1:9"  # the port of "discard": nobody listens


@pytest.fixture(scope="session", autouse=True)
def copied_beside_servers() -> None:
    """Files are read in a copy of this process, where what a test has replaced stays so, whatever servers it began."""
    apart.may_copy = lambda: sys.platform == "linux"


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """Programs that tests start can be interrupted, even where a script runs the tests in its background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """Return the texts that the package logs during a test, oldest first."""
    texts: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: texts.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("saferoute")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield texts
    logger.setLevel(logging.NOTSET)
    logger.removeHandler(handler)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """Services on loopback that answer 404 until a test gives them routes."""
    with FakeServer() as running:
        yield running


@pytest.fixture(scope="session")
def sample() -> Path:
    """Folder of the bundled region."""
    return REPOSITORY / "data" / "helsinki"


@pytest.fixture(scope="session")
def town_place() -> Place:
    """The middle of every town."""
    from saferoute.model import Place

    return Place("Town", *lonlat(0, 0))


@pytest.fixture(scope="session")
def write_plane() -> Callable[..., Path]:
    """Return a function that writes a plane of heights in UTM, which rises 0.5 % to the east."""

    def write(path: Path, *, shift: float = 0.0) -> Path:
        import numpy as np
        import rasterio
        from rasterio.transform import Affine

        west, north = ORIGIN[0] - 600 + shift, ORIGIN[1] + 600
        heights = np.tile(20 + 0.05 * np.arange(120), (120, 1)).astype("float32")
        kind = {"driver": "GTiff", "width": 120, "height": 120, "count": 1, "dtype": "float32"}
        with rasterio.open(path, "w", crs="EPSG:32635", transform=Affine(10, 0, west, 0, -10, north), **kind) as file:
            file.write(heights, 1)
        return path

    return write


@pytest.fixture(scope="session")
def ranking(tmp_path_factory: pytest.TempPathFactory, town_place: Place, write_plane: Callable[..., Path]) -> Ranking:
    """The hostile town, ranked; slopes are known in its west only."""
    from saferoute import search
    from saferoute.sources.elevation.raster import RasterSource
    from saferoute.sources.osm.extract import ExtractSource
    from saferoute.sources.profiles import load_profile

    folder = tmp_path_factory.mktemp("town")
    return search.find(
        search.Query(
            search.area_around(town_place, 500),
            features=ExtractSource([write_town(folder / "town.osm", HOSTILE_TOWN)]),
            profile=load_profile(),
            elevation=RasterSource([write_plane(folder / "dem.tif", shift=-500)]),
        )
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run fast tests first, then slow ones, then those in a browser."""
    items.sort(
        key=lambda item: 2 if item.get_closest_marker("browser") else 1 if item.get_closest_marker("slow") else 0
    )
