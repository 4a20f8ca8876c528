"""What a reader saw on foot, told in Chromium, changes the next search as the page says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from town import lonlat, write_town

from saferoute import find
from saferoute.page import to_html

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.browser

PLAN = """
n1 0 0
n2 200 0
n3 0 60
n4 200 60
w1 n1,n2 highway=footway surface=asphalt width=4 name="Long Walk"
w2 n3,n4 highway=footway surface=asphalt width=4 name="Quiet Walk"
"""
HERE = lonlat(100, 30)[::-1]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_town(tmp_path_factory.mktemp("observe") / "town.osm", PLAN)


@pytest.fixture
def page(browser: Any, town: Path, tmp_path: Path) -> Iterator[Any]:
    path = tmp_path / "map.html"
    path.write_text(to_html(find(HERE, osm=town, radius_m=400)), encoding="utf-8")
    browser.open(path, "#s1")
    browser.driver.execute_script("localStorage.removeItem('saferoute-observations')")
    browser.driver.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path / "down")}
    )
    browser.open(path, "#s1")
    yield browser
    browser.driver.execute_script("localStorage.removeItem('saferoute-observations')")


def tell(page: Any, words: str) -> None:
    """Open the form of the chosen stretch, tick a box of it, write a note and keep it."""
    page.driver.execute_script(
        "const form = document.querySelector('.check'); form.open = true;"
        "[...form.querySelectorAll('.tick')].find((e) => e.textContent === arguments[0]).click();"
        "form.querySelector('input[maxlength=\"500\"]').value = '<b>by the bench</b>';"
        "[...form.querySelectorAll('button')].find((e) => e.textContent === 'Keep it').click()",
        words,
    )


def export(page: Any, folder: Path) -> Path:
    page.driver.execute_script(
        "[...document.querySelectorAll('.check button')].find((e) => e.textContent === 'Export all').click()"
    )
    path = folder / "down" / "observations.geojson"
    for _ in range(100):
        if path.is_file() and path.stat().st_size:
            return path
        page.settle(50)
    raise AssertionError("nothing was written")


def test_glass_seen_in_the_page_excludes_in_the_next_search(page: Any, town: Path, tmp_path: Path) -> None:
    (name,) = page.texts(".item:has(.details) .name")
    tell(page, "broken glass")
    assert page.texts(".check > summary") == ["Check it (1 seen)"]
    assert "browser alone" in page.texts(".check > .said")[0]
    path = export(page, tmp_path)
    assert json.loads(path.read_text(encoding="utf-8"))["saferoute_observations"] == 1
    before, after = (find(HERE, osm=town, radius_m=400, **o) for o in ({}, {"observations": path}))
    assert name in set(before.stretches["name"])
    assert name not in set(after.stretches["name"])
    seen = after.excluded[after.excluded["reason"] == "broken glass seen"]
    assert seen["seen"].str.contains("broken glass; “<b>by the bench</b>”", regex=False).all()
    assert seen["length_m"].sum() == pytest.approx(before.stretches.set_index("name").at[name, "length_m"], abs=60)
    assert page.errors() == []


def test_fine_seen_in_the_page_is_told_by_the_next_search(page: Any, town: Path, tmp_path: Path) -> None:
    tell(page, "walked it: fine")
    after = find(HERE, osm=town, radius_m=400, observations=export(page, tmp_path))
    told = [verdict for verdict in after.stretches["verdict"] if "walked today: fine; “<b>by the bench</b>”" in verdict]
    assert len(told) == 1
    page.driver.execute_script("document.querySelector('.check li button').click()")
    assert page.texts(".check > summary") == ["Check it"]


def test_the_form_holds_on_a_phone_and_for_readers_of_screens(page: Any) -> None:
    with page.colours("dark"):
        page.resize(390, 844)
        page.driver.execute_script("document.querySelector('.check').open = true")
        page.settle()
        assert page.js("document.documentElement.scrollWidth") <= 390
        assert page.violations() == []
    page.driver.execute_script(
        "[...document.querySelectorAll('.check button')].find((e) => e.textContent === 'Keep it').click()"
    )
    assert page.texts(".check > .said") == ["Tick what you saw, or write a note."]
