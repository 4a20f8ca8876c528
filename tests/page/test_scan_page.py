"""The page of a scan in Chromium, from a server that knows nothing but files and ranges."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from town import lonlat, write_town

from saferoute import scan
from saferoute.page.view import FolderServer
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("pyarrow")
pytest.importorskip("pmtiles")
pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=document.title='owned'>"
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


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("scan")
    job = scan.create_job(write_town(folder / "town.osm", TOWN), profile=load_profile(), zoom=13)
    done = scan.run_job(job, folder / "town.parquet", workers=1)
    with FolderServer(done.files[-1]) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.url
        server.shutdown()
        thread.join()


@pytest.fixture
def online(browser: Any) -> Iterator[Any]:
    """The browser with a network: of loopback, since there is no other server in a test."""
    speed = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    browser.driver.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": False, **speed})
    yield browser
    browser.driver.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": True, **speed})


def shown(browser: Any, url: str, x: float = 0, y: float = 0) -> None:
    """Open the page with a point of the town in the middle, and wait until lines are drawn."""
    browser.driver.get("about:blank")
    for log in ("browser", "performance"):
        browser.driver.get_log(log)
    lon, lat = lonlat(x, y)
    browser.driver.get(f"{url}#16/{lat:.6f}/{lon:.6f}")
    end = time.monotonic() + 20
    while not (browser.js("document.documentElement.dataset.ready === 'yes'") and drawn(browser)):
        assert time.monotonic() < end, browser.errors()
        browser.settle(100)


def drawn(browser: Any) -> int:
    """Return how many dots of the map have a colour of the lines."""
    return browser.js(
        "[...document.querySelectorAll('#map canvas')].reduce((n, c) => n + (c.width ? "
        "c.getContext('2d').getImageData(0, 0, c.width, c.height).data.filter((v, i) => i % 4 === 3 && v > 200).length"
        " : 0), 0)"
    )


def click_middle(browser: Any) -> None:
    browser.driver.execute_script(
        """
        const box = document.querySelector('#map').getBoundingClientRect();
        const at = { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2, bubbles: true };
        const target = document.elementFromPoint(at.clientX, at.clientY);
        for (const kind of ['mousedown', 'mouseup', 'click']) target.dispatchEvent(new MouseEvent(kind, at));
        """
    )
    browser.settle(300)


def test_the_page_draws_stretches_and_asks_nobody_else(online: Any, page: str) -> None:
    shown(online, page)
    assert online.errors() == []
    hosts = {address.split("/")[2] for address in online.requests() if address.startswith("http")}
    assert hosts <= {page.split("/")[2]}
    assert "stretches" in online.texts("#about")[0]
    assert "no promise" in online.texts("#caution")[0]
    assert "OpenStreetMap" in online.texts("#credit")[0]


def test_what_strangers_wrote_stays_text(online: Any, page: str) -> None:
    shown(online, page)
    assert HOSTILE in online.texts("#summary td")
    click_middle(online)
    assert online.texts("#chosen h2")[0].startswith(HOSTILE)
    assert "asphalt" in online.texts("#chosen dd")
    assert online.js("document.querySelectorAll('img[src=x]').length") == 0
    assert online.js("document.title").startswith("Stretches for running backwards: Beginner")


def test_a_click_tells_of_the_stretch_there(online: Any, page: str) -> None:
    shown(online, page, 10, 200)
    click_middle(online)
    assert online.texts("#chosen h2") == ["Quiet walk (west)"]
    assert "gravel" in online.texts("#chosen dd")


def test_only_good_ratings_are_drawn_where_that_is_asked(online: Any, page: str) -> None:
    shown(online, page)
    online.driver.execute_script(
        "const e = document.getElementById('least'); e.value = '3'; e.dispatchEvent(new Event('change'))"
    )
    online.settle(500)
    assert drawn(online) == 0  # without heights there is no A
    click_middle(online)
    assert online.texts("#chosen h2") == []
