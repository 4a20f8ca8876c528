"""What a reader with a phone does in Chromium: asks where he is, shares a stretch, keeps the screen on."""

from __future__ import annotations

import functools
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pyproj import Transformer
from rankings import CRS, X, Y, ranking
from region_page import serve

from saferoute.page import to_html

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.browser

NAMES = tuple(f"Shore path {number}" for number in range(1, 7))
"""Each starts 40 m north of the one before."""
HOST = "club.test"
"""The name of this machine in the browser of the tests, as of a host that others reach."""

STUBS = """
window.shared = []; window.copied = []; window.locks = [];
navigator.share = (what) => { window.shared.push(what); return Promise.resolve(); };
Object.defineProperty(navigator, "clipboard", {value: {writeText: async (text) => { window.copied.push(text); }}});
Object.defineProperty(navigator, "wakeLock", {configurable: true, value: {request: async (what) => {
  const lock = {what, held: true, release: async () => { lock.held = false; }};
  window.locks.push(lock);
  return lock;
}}});
"""
"""Sharing, copying and keeping awake as phones have it: a browser without a window does not, or lets nobody see."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "map.html"
    path.write_text(to_html(ranking(NAMES)), encoding="utf-8")
    return path


@pytest.fixture
def phone(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The browser as a phone of 390 × 844 pixels, whose place a test sets."""
    added = browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": STUBS})
    allow(browser, getattr(request, "param", "granted"))
    with browser.colours("light"):
        browser.resize(390, 844)
        yield browser
    browser.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)
    browser.driver.execute_cdp_cmd("Emulation.clearGeolocationOverride", {})


def allow(browser: Any, setting: str) -> None:
    browser.driver.execute_cdp_cmd("Browser.setPermission", {"permission": {"name": "geolocation"}, "setting": setting})


def stand(phone: Any, east_m: float, north_m: float, accuracy_m: float = 15) -> None:
    """Stand so far from the start of the line at the origin."""
    lon, lat = Transformer.from_crs(CRS, 4326, always_xy=True).transform(X + east_m, Y + north_m)
    phone.driver.execute_cdp_cmd(
        "Emulation.setGeolocationOverride", {"latitude": lat, "longitude": lon, "accuracy": accuracy_m}
    )


def press(phone: Any, selector: str) -> None:
    phone.driver.execute_script("document.querySelector(arguments[0]).click()", selector)
    phone.settle()


def press_words(phone: Any, words: str) -> None:
    """Press the button in sight with these words on it."""
    phone.driver.execute_script(
        "[...document.querySelectorAll('button')].find((e) => e.textContent === arguments[0] && e.checkVisibility())"
        ".click()",
        words,
    )
    phone.settle()


def locate(phone: Any) -> None:
    """Press *Near me*, and wait until the position is drawn."""
    press(phone, "#near-me")
    phone.driver.execute_async_script(
        "const done = arguments[0];"
        "const look = () => document.getElementById('position') ? done() : setTimeout(look, 10); look()"
    )


def centre(phone: Any) -> list[float]:
    place: list[float] = phone.js(
        "(({lat, lng}) => [lat, lng])(window[document.querySelector('.folium-map').id].getCenter())"
    )
    return place


def test_near_me_orders_by_distance_and_leads_to_the_start(phone: Any, page: Path) -> None:
    stand(phone, 0, 40 * 4 - 30)  # 10 m from the third, which is unrated, 30 m from the fourth
    phone.open(page)
    locate(phone)
    assert phone.texts("#position") == ["You are known to ± 15 m."]
    assert phone.js("document.querySelectorAll('path.accuracy').length") == 1
    assert phone.js("document.getElementById('order').value") == "me"
    assert all("of you" in text for text in phone.texts("#list .facts"))
    assert phone.texts("#list .number") == ["4", "2", "5", "1", "6", "3"]
    press(phone, "#list .item:nth-of-type(2) .choose")
    assert phone.texts(".way-there") == ["↑ 50 m south of you, in a straight line"]
    assert phone.violations() == []
    stand(phone, -70, 40 * 2)
    phone.settle(300)
    assert phone.texts(".way-there") == ["↑ 70 m east of you, in a straight line"]
    turn = phone.js("parseInt(document.querySelector('.turned').style.getPropertyValue('--turn'))")
    assert 80 <= turn <= 100


def test_follow_keeps_the_map_on_the_reader_until_it_is_dragged(phone: Any, page: Path) -> None:
    stand(phone, 300, 500, accuracy_m=8)
    phone.open(page)
    locate(phone)
    before = centre(phone)
    press(phone, "#follow")
    phone.settle(500)
    assert centre(phone) != before
    stand(phone, 420, 500, accuracy_m=8)
    phone.settle(300)
    lon, lat = Transformer.from_crs(CRS, 4326, always_xy=True).transform(X + 420, Y + 500)
    assert np.allclose(centre(phone), [lat, lon], atol=1e-4)
    phone.js("window[document.querySelector('.folium-map').id].fire('dragstart') && null")
    assert phone.js("document.getElementById('follow').getAttribute('aria-pressed')") == "false"
    press(phone, "#near-me")
    assert phone.js("document.querySelectorAll('path.accuracy, .me:not(.legend *)').length") == 0
    assert phone.js("document.getElementById('order').value") == "rank"


@pytest.mark.parametrize("phone", ["denied"], indirect=True)
def test_a_refused_position_says_what_to_do(phone: Any, page: Path) -> None:
    phone.open(page)
    press(phone, "#near-me")
    phone.settle(300)
    assert "allow it for this page in the browser's settings" in phone.texts("#where")[0]
    assert phone.js("document.getElementById('near-me').getAttribute('aria-pressed')") == "false"


def test_a_file_shares_and_copies_the_start_of_a_stretch(phone: Any, page: Path) -> None:
    phone.open(page, "#s2")
    press_words(phone, "Share")
    press_words(phone, "Copy link")
    assert phone.texts(".said:not(.check > .said)")[0].startswith("Link to the start copied. This page is a file")
    [shared], [copied] = phone.js("[window.shared, window.copied]")
    assert shared["title"] == NAMES[1]
    assert shared["url"] == copied
    assert copied.startswith("https://www.openstreetmap.org/?mlat=60.")
    press(phone, "[aria-controls=panel-more]")
    assert "send it the file" in phone.texts("#panel-more")[0]
    assert phone.violations() == []


def test_a_long_title_takes_two_lines_of_a_phone_and_can_be_read_whole(phone: Any, tmp_path: Path) -> None:
    name = ", ".join(["Vanha Hietarannan virkistysalue"] * 5)
    page = tmp_path / "long.html"
    page.write_text(to_html(ranking(NAMES, wrap=name)), encoding="utf-8")
    phone.open(page)
    title = "document.getElementById('title')"
    lines = f"{title}.clientHeight / parseFloat(getComputedStyle({title}).lineHeight)"
    assert phone.js(lines) == pytest.approx(2, abs=0.1)
    assert phone.js(f"{title}.title") == phone.texts("#title")[0]
    phone.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert phone.js(lines) > 2.9
    phone.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_the_screen_stays_on_while_it_is_asked_for(phone: Any, page: Path) -> None:
    phone.open(page)
    press(phone, "[aria-controls=panel-more]")
    press(phone, "#awake")
    assert phone.js("window.locks.map(({what, held}) => [what, held])") == [["screen", True]]
    phone.js("document.dispatchEvent(new Event('visibilitychange'))")
    phone.settle()
    assert phone.js("window.locks.length") == 2  # browsers let go while a page is away
    press(phone, "#awake")
    assert phone.js("window.locks.at(-1).held") is False


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Log nothing."""


def test_a_page_with_an_address_gives_it_away(phone: Any, page: Path) -> None:
    """As on a host without https: links and code lead to the page, and why there is no position is said."""
    files = functools.partial(_Quiet, directory=str(page.parent))
    with serve(ThreadingHTTPServer(("127.0.0.1", 0), files)) as url, phone.online():
        address = f"{url.replace('127.0.0.1', HOST)}map.html"
        phone.open(address, "#s3")
    press_words(phone, "Copy link")
    assert phone.texts(".said:not(.check > .said)")[0].startswith("Link copied")
    assert phone.js("window.copied") == [f"{address}#s3"]
    press(phone, "[aria-controls=panel-more]")
    assert phone.js("document.querySelector('#panel-more .code').checkVisibility()")
    assert phone.texts("#sheet .code-words") == ["this page"]
    press(phone, "#near-me")
    assert "over https" in phone.texts("#where")[0]
