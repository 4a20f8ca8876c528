"""The map's page in Chromium and in Firefox: alone, in a frame, in a notebook, on a phone, light and dark."""

from __future__ import annotations

import dataclasses
import html
import itertools
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from firefox import SCHEMES, start_firefox
from rankings import ranking
from town import lonlat

from saferoute.page import to_html
from saferoute.search import PRESENTER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.browser

NAMES = tuple(f"Shore path {number}" for number in range(1, 7))
SIZES = {"phone": (390, 844), "desktop": (1280, 800)}
"""Width and height of a page in CSS pixels."""


@pytest.fixture(scope="module", params=itertools.product(["chromium", "firefox"], SCHEMES), ids="-".join)
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Every browser, which asks pages for light colours, then for dark ones, and reaches no network."""
    program, scheme = request.param
    if program == "firefox":
        with start_firefox(tmp_path_factory.mktemp("firefox"), scheme) as firefox:
            yield firefox
        return
    chromium = request.getfixturevalue("browser")
    with chromium.colours(scheme):
        yield chromium


def wait(seen: Any, expression: str) -> None:
    """Wait until something holds in the page."""
    end = time.monotonic() + 10
    while not seen.js(f"Boolean({expression})"):
        assert time.monotonic() < end, f"never true: {expression}"
        time.sleep(0.02)


def choose(seen: Any, number: int) -> None:
    """Choose a stretch as a hand would, and see that it is chosen."""
    card = f"#list > li:nth-of-type({number}) .choose"
    wait(seen, "document.body.classList.contains('scripted')")
    assert seen.js("[...document.querySelectorAll('#list .name')].map((e) => e.textContent)") == list(NAMES)
    seen.js(f"document.querySelector({json.dumps(card)}).scrollIntoView({{block: 'center'}})")
    seen.click(card)
    wait(seen, f"location.hash === '#s{number}' && document.querySelector('.details')")


VISIBLE = """[...document.querySelectorAll('#list .choose')].filter((card) => {
  const box = card.getBoundingClientRect();
  const top = document.elementFromPoint(box.left + box.width / 2, box.bottom - 3);
  return box.top >= 0 && box.bottom <= innerHeight && card.contains(top);
}).length"""


@pytest.mark.parametrize("size", SIZES)
def test_the_list_is_there_and_a_stretch_can_be_chosen(seen: Any, size: str, tmp_path: Path) -> None:
    page = tmp_path / "map.html"
    page.write_text(to_html(ranking(NAMES)), encoding="utf-8")
    seen.resize(*SIZES[size])
    seen.open(page)
    wait(seen, "document.body.classList.contains('scripted')")
    assert seen.js("innerWidth") == SIZES[size][0]
    assert seen.js("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert seen.js(VISIBLE) >= 3
    assert seen.js("document.querySelectorAll('.leaflet-lines-pane path.stretch').length") == len(NAMES)
    dark = seen.js("matchMedia('(prefers-color-scheme: dark)').matches")
    shade = seen.js("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)")
    assert (max(shade) < 80) == dark
    choose(seen, 2)
    assert seen.errors() == []
    assert seen.requests() == []


def test_a_regions_page_lists_stretches_and_opens_one(seen: Any, region: str) -> None:
    lon, lat = lonlat(0, 100)
    seen.resize(*SIZES["phone"])
    with seen.online():
        seen.open(region, f"#15/{lat:.5f}/{lon:.5f}")
        wait(seen, "document.documentElement.dataset.ready === 'yes' && document.querySelector('#list .choose')")
        assert seen.js("document.documentElement.scrollWidth") <= SIZES["phone"][0]
        wait(seen, f"({VISIBLE}) >= 3")  # once the list has its height
        name = seen.js("document.querySelector('#list .name').textContent")
        seen.click("#list .choose")
        wait(seen, "location.hash.startsWith('#s') && document.querySelector('.details')")
        assert seen.js("document.querySelector('.item:has(.details) .name').textContent") == name
        assert seen.errors() == []


PLACED = {
    "exported": "<body>{frame}",
    "live": "<body><div></div><script>document.querySelector('div').innerHTML = {text}</script>",
}
"""What surrounds a notebook's output: a file holds it as it is, a running notebook writes it into its page."""


@pytest.mark.parametrize("where", PLACED)
def test_a_notebook_shows_it(seen: Any, where: str, tmp_path: Path) -> None:
    page = tmp_path / "notebook.html"
    frame = dataclasses.replace(ranking(NAMES), presenter=PRESENTER).map()._repr_html_()
    text = json.dumps(frame).replace("</", "<\\/")
    page.write_text(f'<!DOCTYPE html><meta charset="utf-8">{PLACED[where].format(frame=frame, text=text)}', "utf-8")
    seen.resize(*SIZES["desktop"])
    seen.open(page)
    with seen.frame():
        choose(seen, 3)
    assert seen.errors() == []
    assert seen.requests() == []


def test_a_frame_without_scripts_shows_list_and_picture(seen: Any, tmp_path: Path) -> None:
    page = tmp_path / "framed.html"
    inner = html.escape(to_html(ranking(NAMES)), quote=True)
    size = 'style="width: 100%; height: 700px"'
    frame = f'<iframe sandbox="allow-same-origin" {size} srcdoc="{inner}"></iframe>'
    page.write_text(f'<!DOCTYPE html><meta charset="utf-8"><body>{frame}', "utf-8")
    seen.resize(*SIZES["desktop"])
    seen.open(page)
    inside = "document.querySelector('iframe').contentDocument"
    wait(seen, f"{inside}.querySelectorAll('#list .name').length === {len(NAMES)}")
    assert not seen.js(f"{inside}.body.classList.contains('scripted')")
    assert seen.js(f"{inside}.querySelector('#list .name').checkVisibility()")
    assert seen.js(f"{inside}.querySelector('#still').checkVisibility()")
    # The browsers say themselves that the frame runs no script: that is no fault of the page.
    assert [text for text in seen.errors() if "sandboxed" not in text] == []
    assert seen.requests() == []
