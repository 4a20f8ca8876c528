"""The page of a scan in Chromium, from servers that know nothing but files."""

from __future__ import annotations

import functools
import io
import re
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from browser import PAPERS
from region_page import HOSTILE, serve
from town import lonlat

from saferoute.page.view import FolderServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.browser


class _Ranges(SimpleHTTPRequestHandler):
    """A host that knows ranges, and packs nothing."""

    def send_head(self) -> Any:
        file = super().send_head()
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if file is not None and asked:
            file = io.BytesIO(file.read()[int(asked[1]) : int(asked[2]) + 1])
        return file

    def log_message(self, *args: object) -> None:
        """Log nothing."""


@pytest.fixture
def online(browser: Any) -> Iterator[Any]:
    with browser.online():
        yield browser


def wait(browser: Any, expression: str) -> None:
    end = time.monotonic() + 20
    while not browser.js(expression):
        assert time.monotonic() < end, (expression, browser.errors())
        browser.settle(50)


def shown(browser: Any, url: str, x: float = 0, y: float = 0, fragment: str = "") -> None:
    """Open the page with a point of the town in the middle, and wait until the list is there."""
    browser.driver.get("about:blank")
    for log in ("browser", "performance"):
        browser.driver.get_log(log)
    lon, lat = lonlat(x, y)
    browser.driver.get(url + (fragment or f"#16/{lat:.6f}/{lon:.6f}"))
    wait(browser, "document.documentElement.dataset.ready === 'yes' && document.querySelector('#list .choose')")


def press(browser: Any, selector: str) -> None:
    browser.driver.execute_script("document.querySelector(arguments[0]).click()", selector)


def search_for(browser: Any, text: str) -> None:
    browser.driver.execute_script(
        "document.getElementById('query').value = arguments[0]; document.getElementById('search').requestSubmit()", text
    )


def test_the_page_lists_what_is_in_view_and_asks_nobody_else(online: Any, region: str) -> None:
    shown(online, region)
    assert online.errors() == []
    hosts = {address.split("/")[2] for address in online.requests() if address.startswith("http")}
    assert hosts <= {region.split("/")[2]}
    numbers = online.texts("#list .number")
    assert numbers == [str(n + 1) for n in range(len(numbers))]
    assert "stretches in view" in online.texts("#count")[0]
    assert "no promise" in online.texts("#caution")[0]


def test_the_ground_is_drawn_under_the_stretches(online: Any, region: str) -> None:
    shown(online, region)
    solid = (
        "[...document.querySelectorAll('#map canvas')].reduce((n, c) => n + (c.width ? c.getContext('2d')"
        ".getImageData(0, 0, c.width, c.height).data.filter((v, i) => i % 4 === 3 && v > 200).length : 0), 0)"
    )
    wait(online, f"{solid} > 50000")


def test_a_host_that_knows_ranges_serves_it_as_well(online: Any, region_folder: Path) -> None:
    handler = functools.partial(_Ranges, directory=str(region_folder))
    with serve(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as url:
        shown(online, url)
        assert online.errors() == []
        assert online.texts("#trouble") == [""]


def test_what_strangers_wrote_stays_text(online: Any, region: str) -> None:
    shown(online, region)
    assert HOSTILE in online.texts("#about td")
    press(online, "#list .choose")
    wait(online, "document.querySelector('.details')")
    assert any(name.startswith(HOSTILE) for name in online.texts("#list .name"))
    search_for(online, "onerror")
    wait(online, "document.querySelector('.result')")
    assert online.js("document.querySelectorAll('img[src=x]').length") == 0
    assert online.js("document.title").startswith("Stretches for running backwards: Beginner")


def test_a_card_opens_its_details_and_the_address_opens_them_again(online: Any, region: str) -> None:
    shown(online, region, 10, 200)
    quiet = "[...document.querySelectorAll('#list .item')].find((i) => i.textContent.includes('Quiet walk (west)'))"
    online.driver.execute_script(f"{quiet}.querySelector('.choose').click()")
    wait(online, "document.querySelector('.details')")
    headings = online.texts(".details h3")
    assert headings.index("Check on foot") < headings.index("Numbers")
    assert "gravel" in online.texts(".details dd")
    assert "Heights along it" in headings
    chosen = online.js("location.hash")
    shown(online, region, fragment=chosen)
    wait(online, "document.querySelector('.details')")
    assert online.texts(".item:has(.details) .name") == ["Quiet walk (west)"]
    top = "document.querySelector('.item:has(.details) .choose').getBoundingClientRect().top"
    wait(online, "document.querySelectorAll('#list .item').length < 4")  # around it alone
    before = online.js(top)
    online.js("document.querySelector('.leaflet-control-zoom-out').click()")  # more stretches come above it
    wait(online, "document.querySelectorAll('#list .item').length > 3")
    assert abs(online.js(top) - before) < 2


def test_filters_and_orders_are_those_of_a_search(online: Any, region: str) -> None:
    shown(online, region)
    total = len(online.texts("#list .item"))
    assert online.texts("#order option")[:2] == ["best first", "longest"]
    online.driver.execute_script(
        "const e = document.getElementById('order'); e.value = 'length'; e.dispatchEvent(new Event('change'))"
    )
    lengths = [float(text.split(" m")[0]) for text in online.texts("#list .facts")]
    assert lengths == sorted(lengths, reverse=True)
    assert online.texts("#panel-filter legend") == ["Rating", "Surface"]
    gravel = "[...document.querySelectorAll('#panel-filter .tick')].find((e) => e.textContent === 'gravel')"
    online.js(f"{gravel}.querySelector('input').click()")
    kept = online.texts("#list .facts")
    assert kept
    assert not any("gravel" in text for text in kept)
    assert online.texts("#count") == [f"{len(kept)} of {total} stretches in view, by your filters"]
    online.driver.execute_script(
        "const e = document.getElementById('least-length'); e.value = e.max; e.dispatchEvent(new Event('input'))"
    )
    assert len(online.texts("#list .item")) < len(kept)


def set_value(browser: Any, field: str, value: str, event: str) -> None:
    browser.driver.execute_script(
        "const e = document.getElementById(arguments[0]);"
        "e.value = arguments[1]; e.dispatchEvent(new Event(arguments[2]))",
        field,
        value,
        event,
    )


def test_other_weights_judge_the_stretches_in_view(online: Any, region: str) -> None:
    shown(online, region)
    numbers = "[...document.querySelectorAll('#list [data-score]')].map((e) => +e.dataset.score)"
    scores = online.js(numbers)
    for name in ("flatness", "straightness", "obstacles", "crowding"):
        set_value(online, f"weight-{name}", "0", "input")
    assert online.texts("#count")[0].endswith("ranked by your weights")
    assert online.js(numbers) != scores
    press(online, "#list .choose")
    wait(online, "document.querySelector('.details')")
    assert any(text.endswith("by your weights") for text in online.texts(".details dd"))
    press(online, "#panel-weights > button")
    assert set(online.js(numbers)) <= set(scores)  # fewer are in view


def test_from_afar_the_page_says_what_it_does_not_know(online: Any, region: str) -> None:
    lon, lat = lonlat(0, 0)
    shown(online, region, fragment=f"#11/{lat:.5f}/{lon:.5f}")
    assert online.texts("#order option") == ["best first", "longest"]
    afar = "document.querySelector('#panel-order > div:last-child')"
    assert online.js(f"{afar}.hidden") is False
    online.js("document.querySelector('[aria-controls=panel-weights]').click()")
    assert online.js("document.getElementById('weight-surface').checkVisibility()") is False  # it would do nothing
    online.js(f"{afar}.querySelector('button').click()")
    wait(online, f"{afar}.hidden && document.querySelectorAll('#order option').length > 2")
    assert online.js("document.getElementById('weight-surface').checkVisibility()") is True


def test_what_is_to_be_typed_for_sessions_is_for_the_middle_of_the_map(online: Any, region: str) -> None:
    shown(online, region, 40, 90)
    lon, lat = lonlat(40, 90)
    find, plan = online.texts("#panel-more .command")
    assert re.fullmatch(r"saferoute find -?[\d.]+,-?[\d.]+ -o map\.html", find)
    assert plan.startswith("saferoute plan ")
    assert [float(number) for number in find.split()[2].split(",")] == pytest.approx([lat, lon], abs=2e-4)


def test_names_and_positions_are_found(online: Any, region: str) -> None:
    shown(online, region)
    search_for(online, "quiet w")
    wait(online, "document.querySelector('.result')")
    assert online.texts(".result .name")[0].startswith("Quiet walk")
    press(online, ".result")
    wait(online, "/^#15/.test(location.hash)")
    lon, lat = lonlat(0, 0)
    search_for(online, f"{lat + 0.01:.5f}, {lon:.5f}")
    wait(online, f"location.hash.startsWith('#15/{lat + 0.01:.3f}')")
    search_for(online, "Nowhere Street")
    wait(online, "document.getElementById('results').textContent.startsWith('No stretch, park')")


def test_what_was_seen_opens_without_a_network(online: Any, region_folder: Path) -> None:
    with serve(FolderServer(region_folder)) as url:
        shown(online, url)
        wait(online, "navigator.serviceWorker.controller !== null")
        press(online, "#panel-more .plain-button")
        wait(online, "/^Kept/.test(document.querySelector('#panel-more .quiet').textContent)")
    shown(online, url)
    assert online.texts("#trouble") == [""]
    assert "no promise" in online.texts("#caution")[0]


def test_a_page_opened_as_a_file_says_what_to_do(browser: Any, region_folder: Path) -> None:
    browser.open(region_folder / "index.html")
    assert "saferoute view" in browser.texts("#trouble")[0]
    assert "no promise" in browser.texts("#caution")[0]
    assert "stretches" in browser.texts("#summary")[0]


def test_axe_finds_nothing_on_a_regions_page(online: Any, region: str) -> None:
    shown(online, region)
    assert online.violations() == []
    press(online, "#list .choose")
    wait(online, "document.querySelector('.details')")
    for button in range(2, 6):
        press(online, f".toolbar button:nth-child({button})")
        assert online.violations() == []


def test_axe_finds_nothing_where_the_reader_is_known_and_from_afar(online: Any, region: str) -> None:
    lon, lat = lonlat(30, 50)
    driver = online.driver
    granted = {"permission": {"name": "geolocation"}, "setting": "granted"}
    driver.execute_cdp_cmd("Browser.setPermission", granted)
    driver.execute_cdp_cmd("Emulation.setGeolocationOverride", {"latitude": lat, "longitude": lon, "accuracy": 9})
    try:
        with online.colours("dark"):
            online.resize(390, 844)
            shown(online, region, fragment=f"#11/{lat:.5f}/{lon:.5f}")
            press(online, ".toolbar button:nth-child(2)")
            assert online.violations() == []
            press(online, "#near-me")
            wait(
                online,
                "document.querySelector('#follow') && / of you$/.test(document.querySelector('.facts').textContent)",
            )
            press(online, "#list .choose")
            wait(online, "/ of you/.test(document.querySelector('.way-there')?.textContent)")
            press(online, ".go summary")
            assert online.violations() == []
    finally:
        driver.execute_cdp_cmd("Emulation.clearGeolocationOverride", {})


@pytest.mark.usefixtures("fonts")
def test_a_regions_page_fits_phone_and_paper(online: Any, region: str) -> None:
    with online.colours("light"):
        online.resize(390, 844)
        shown(online, region)
        assert online.js("document.documentElement.scrollWidth") <= 390
        press(online, ".toolbar button:nth-child(3)")
        assert online.js("scrollY") == 0  # the head of the page stays where the panel can be seen
        online.js("scrollTo(0, document.body.scrollHeight)")
        press(online, ".toolbar button:nth-child(5)")
        edges = online.js("['.view', '.toolbar'].map((s) => document.querySelector(s).getBoundingClientRect())")
        assert abs(edges[1]["top"] - edges[0]["bottom"]) < 3
        online.js("document.querySelectorAll('.panel-box').forEach((e) => (e.hidden = false))")
        small = online.js(
            "[...document.querySelectorAll('a, button, summary, select, input[type=range], .tick')]"
            ".filter((e) => e.checkVisibility() && !e.closest('.skip, .quiet, table'))"
            ".map((e) => [e.textContent.slice(0, 30), e.getBoundingClientRect()])"
            ".filter(([, box]) => box.height < 44 || box.width < 44).map(([text]) => text)"
        )
        assert small == []
        press(online, "#list .choose")
        wait(online, "document.querySelector('.details')")
    assert [online.count_pages(paper) for paper in PAPERS] == [1, 1]
