"""The page of a small scan, and servers for it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from town import write_town

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTILE = "<img src=x onerror=a()>"
TOWN = f"""
    n1 -150 0
    n2 150 0
    n3 -150 200
    n4 150 200
    w1 n1,n2 highway=footway surface=asphalt width=4 lit=yes name="{HOSTILE}"
    w2 n3,n4 highway=footway surface=gravel name="Quiet walk"
    n5 -400 -400
    n6 400 -400
    n7 400 400
    n8 -400 400
    w3 n5,n6,n7,n8,n5 boundary=administrative name="{HOSTILE}"
"""


@pytest.fixture(scope="session")
def region_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the page of a small scan."""
    pytest.importorskip("pyarrow")
    pytest.importorskip("pmtiles")
    from saferoute import scan
    from saferoute.sources.profiles import load_profile

    made = tmp_path_factory.mktemp("scan")
    job = scan.create_job(write_town(made / "town.osm", TOWN), profile=load_profile(), zoom=13)
    return scan.run_job(job, made / "town.parquet", workers=1).files[-1]


@contextmanager
def serve(server: Any) -> Iterator[str]:
    """Serve meanwhile, and yield the address."""
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def region(region_folder: Path) -> Iterator[str]:
    """The address at which the page of a small scan is served, for as long as tests run."""
    from saferoute.page.view import FolderServer

    with serve(FolderServer(region_folder)) as url:
        yield url
