"""The map's page in Chromium: what people see, click, hear and print."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import shapely
from browser import PAPERS
from rankings import HOSTILE, X, Y, ranking, table
from strangers import HOSTILE as STRANGERS
from strangers import hostile_session
from tables import to_table

from saferoute import scoring
from saferoute.model import CAUTION, CRITERIA, Criterion, Measurement, Ranking, Session
from saferoute.page import to_html
from saferoute.page.payload import build_payload
from saferoute.page.values import clean_text
from saferoute.quantities import Guessed, Normal

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.browser

SCRIPTS_OF_SESSION = 5
"""Leaflet, a switch of Folium's, the map's own lines, the page, the player."""


def saved(found: Ranking | Session, folder: Path) -> Path:
    path = folder / "map.html"
    path.write_text(to_html(found), encoding="utf-8")
    return path


def set_value(browser: Any, element: str, value: object, event: str = "input") -> None:
    """Move a slider or choose from a list, as a hand would."""
    browser.driver.execute_script(
        "const node = document.getElementById(arguments[0]); node.value = arguments[1];"
        "node.dispatchEvent(new Event(arguments[2], {bubbles: true}))",
        element,
        value,
        event,
    )
    browser.settle()


def shown(browser: Any) -> list[str]:
    """Return the names of the stretches in the list, from top to bottom."""
    names: list[str] = browser.js(
        "[...document.querySelectorAll('#list > li')].filter((e) => !e.hidden)"
        ".map((e) => e.querySelector('.name').textContent)"
    )
    return names


def click_map(browser: Any, lat: float, lon: float) -> None:
    """Click where a point of the ground is drawn."""
    x, y = browser.driver.execute_script(
        "const map = window[document.querySelector('.folium-map').id];"
        "const at = map.latLngToContainerPoint([arguments[0], arguments[1]]);"
        "const box = map.getContainer().getBoundingClientRect();"
        "return [box.left + at.x, box.top + at.y]",
        lat,
        lon,
    )
    for kind in ("mousePressed", "mouseReleased"):
        browser.driver.execute_cdp_cmd(
            "Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1}
        )
    browser.settle()


def look_at(browser: Any, lat: float, lon: float) -> None:
    """Show 200 m of the ground around a point at once, with no popup open."""
    browser.driver.execute_script(
        "const map = window[document.querySelector('.folium-map').id];"
        "map.closePopup(); map.setView([arguments[0], arguments[1]], 18, {animate: false})",
        lat,
        lon,
    )
    browser.settle()


# --- security ---------------------------------------------------------------------


def test_hostile_text_is_shown_as_text(browser: Any, tmp_path: Path) -> None:
    for wrap in HOSTILE[:8:3]:
        browser.open(saved(ranking((wrap,), wrap=wrap), tmp_path), "#s1")
        assert browser.js("typeof window.pwned") == "undefined"
        assert browser.texts("h1") == [f"Stretches for running backwards near {clean_text(wrap)}"]
        assert browser.errors() == []
        assert browser.requests() == []
    browser.open(saved(ranking(HOSTILE), tmp_path))
    assert browser.texts("#list .name") == [clean_text(text) for text in HOSTILE]
    for rank, text in enumerate(HOSTILE, start=1):
        browser.js(f"document.querySelectorAll('.choose')[{rank - 1}].click()")
        browser.settle(10)
        assert clean_text(text, 300) in browser.texts(".details")[0]
        assert browser.texts(".details .links:last-of-type a")[-1] == f"way/{rank}"
        # Addresses hold numbers alone.
        links = browser.js("[...document.querySelectorAll('.details a')].map((a) => a.href)")
        assert [re.sub(r"-?\d+\.\d+", "#", link) for link in links] == [
            "geo:#,#?q=#,#",
            "https://maps.apple.com/?daddr=#,#&dirflg=w",
            "https://www.google.com/maps/dir/?api=1&destination=#,#&travelmode=walking",
            "https://www.openstreetmap.org/?mlat=#&mlon=##map=18/#/#",
            "https://www.openstreetmap.org/note/new?lat=#&lon=##map=19/#/#",
            f"https://www.openstreetmap.org/edit?way={rank}",
            f"https://www.openstreetmap.org/way/{rank}",
        ]
    assert browser.js("[...document.querySelectorAll('a[target]')].every((a) => a.rel.includes('noopener'))")
    assert browser.js("typeof window.pwned") == "undefined"
    assert browser.js("document.querySelectorAll('img, iframe, object').length") == 0
    assert browser.errors() == []
    assert browser.requests() == []


def test_hostile_names_on_the_map_and_reasons_are_text(browser: Any, tmp_path: Path) -> None:
    texts = [text for text in HOSTILE if clean_text(text)]
    found = ranking(tuple(texts))
    # A row a text, 18 m apart: a place of that name, and a line that is excluded for that reason.
    rows = [Y + 18 * k for k in range(len(texts))]
    hamlets = [
        {"geometry": shapely.Point(X - 120, y), "place": "hamlet", "name": text}
        for y, text in zip(rows, texts, strict=True)
    ]
    lines = [shapely.LineString([(X - 70, y), (X - 50, y)]) for y in rows]
    found.excluded.geometry = [*lines, found.excluded.geometry.iloc[-1]]
    features = dataclasses.replace(found.features, points=to_table(table(hamlets)))
    browser.open(saved(dataclasses.replace(found, features=features), tmp_path))
    set_value(browser, "excluded", "all", "change")
    middles = [line.centroid for line in found.excluded.to_crs(4326).geometry[:-1]]
    # From the north: a popup that fades stands above its line, so that it never covers the next one.
    for text, at in reversed(list(zip(texts, middles, strict=True))):
        look_at(browser, at.y, at.x)
        click_map(browser, at.y, at.x)
        assert clean_text(text, 32) in browser.texts(".label")
        assert clean_text(text) in browser.texts(".reason")[-1]
    assert browser.js("typeof window.pwned") == "undefined"
    assert browser.errors() == []


# --- list and map -----------------------------------------------------------------


def test_list_and_map_are_linked(browser: Any, tmp_path: Path) -> None:
    browser.open(saved(ranking(), tmp_path), "#s3")
    assert browser.js("document.querySelectorAll('#list > li').length") == 5
    assert browser.js("document.querySelector('[aria-expanded=true] .number').textContent") == "3"
    assert browser.js("document.querySelectorAll('path.stretch.selected').length") == 1
    click = "new MouseEvent('click', {bubbles: true, view: window})"
    browser.js(f"document.querySelector('path.hit').dispatchEvent({click})")
    browser.settle()
    assert browser.js("location.hash") == "#s5"  # the worst is drawn first
    assert browser.js("document.activeElement.querySelector('.number').textContent") == "5"
    assert browser.errors() == []


def test_what_a_drag_brings_into_sight_can_be_seen_and_chosen(browser: Any, tmp_path: Path) -> None:
    """Lines and numbers far outside of the first view, which nothing draws anew."""
    found = ranking(tuple(f"path {i}" for i in range(1, 41)))
    browser.open(saved(found, tmp_path))
    first, last = (line.centroid for line in found.stretches.to_crs(4326).geometry.iloc[[0, -1]])
    look_at(browser, first.y, first.x)
    assert "40" not in browser.js(
        "[...document.querySelectorAll('.leaflet-signs-pane .pin')].map((e) => e.firstChild.data)"
    )
    browser.driver.execute_script(
        "const map = window[document.querySelector('.folium-map').id];"
        "const [from, to] = [...arguments].map((at) => map.latLngToContainerPoint(at));"
        "map.panBy(to.subtract(from), {animate: false})",
        [first.y, first.x],
        [last.y, last.x],
    )
    browser.settle()
    assert "40" in browser.js(
        "[...document.querySelectorAll('.leaflet-signs-pane .pin')].map((e) => e.firstChild.data)"
    )
    click_map(browser, last.y, last.x)
    assert browser.js("location.hash") == "#s40"


def test_pins_and_arrows_tell_the_direction_only_where_it_is_known(browser: Any, tmp_path: Path) -> None:
    browser.open(saved(ranking(), tmp_path), "#s1")
    assert browser.texts(".sign") == ["Start", "End"]
    assert any("towards east (84°), uphill" in text for text in browser.texts(".values dd"))
    browser.open(saved(ranking(), tmp_path), "#s2")
    assert browser.texts(".sign") == ["One end", "Other end"]
    assert any(text.startswith("either way") for text in browser.texts(".values dd"))
    assert browser.js("document.querySelectorAll('path.arrow').length") == 3


def test_page_says_what_is_unknown_and_what_is_wrong(browser: Any, tmp_path: Path) -> None:
    found = ranking(("a path",))
    row = found.stretches.copy()
    row[["score", "score_low", "grade_pct", "d_surface", "strip_width_m"]] = np.nan
    row["rating"] = "none"
    row["heights_m"] = [[np.nan] * 21]
    browser.open(saved(dataclasses.replace(found, stretches=row), tmp_path), "#s1")
    values = browser.texts(".values dd")
    assert values[0] == "unrated: look first"
    assert values[1] == "unknown (unknown)"
    assert values.count("unknown") == 2
    assert "unknown (0.44 to 0.56), confidence 0.50" in browser.texts(".criterion .value")
    assert "whether it is flat is unknown" in browser.texts(".details")[0]
    assert CAUTION in browser.texts("#caution")[0]
    browser.open(saved(dataclasses.replace(found, stretches=table([])), tmp_path))
    assert browser.texts(".nothing")[0].startswith("No stretch found.")
    assert browser.js("document.querySelector('.about details').open") is True
    assert browser.texts("#tools .tool") == ["Near me", "More"]
    assert browser.errors() == []


def test_profile_has_a_gap_where_heights_have_and_one_scale(browser: Any, tmp_path: Path) -> None:
    browser.open(saved(ranking(("a path", "a hill")), tmp_path), "#s1")
    assert browser.js("document.querySelectorAll('.profile .ground').length") == 2
    assert browser.js("document.querySelectorAll('.profile .band').length") == 2
    words = "with gaps: highest and lowest differ by 1.0 m; the band shows the error, ± 0.4 m"
    assert words in browser.texts("figcaption")[0]
    # A metre of height is ten times as long on paper as a metre of length.
    length, rise = browser.js(
        "(() => { const points = [...document.querySelectorAll('.profile .ground')]"
        ".flatMap((path) => path.getAttribute('d').slice(1).split('L').map((p) => p.split(' ').map(Number)));"
        "return [points.at(-1)[0] - points[0][0], points[0][1] - points.at(-1)[1]] })()"
    )
    assert rise / 1.0 == pytest.approx(10 * length / 100.5, rel=0.01)


def test_details_say_best_hours_and_bare_feet(browser: Any, tmp_path: Path) -> None:
    found = ranking(("a path",))
    found.stretches["best_hours"] = "before 8 on Sundays"
    found.stretches["barefoot"] = "possible on sand"
    browser.open(saved(found, tmp_path), "#s1")
    assert "Best hoursbefore 8 on Sundays" in browser.texts(".details")[0]
    assert "Barefootpossible on sand" in browser.texts(".details")[0]


# --- filters, colours, what is excluded --------------------------------------------


def mixed() -> Ranking:
    names = ("first", "second", "third", "fourth")
    found = ranking(names)
    rows = found.stretches
    rows["surface"] = ["sand", "grass", np.nan, "sand"]
    rows["length_m"] = [60.0, 120.0, 80.0, 200.0]
    rows["score"] = [0.9, 0.7, 0.5, 0.3]
    rows["rating"] = ["A", "B", "C", "none"]
    rows["d_crowding"], rows["c_crowding"] = [0.1, 0.3, 0.95, 0.5], [0.3, 0.3, 0.3, 0.0]
    return found


def test_filters_work_together(browser: Any, tmp_path: Path) -> None:
    browser.open(saved(mixed(), tmp_path))
    assert shown(browser) == ["first", "second", "third", "fourth"]
    set_value(browser, "least-length", 75)
    assert shown(browser) == ["second", "third", "fourth"]
    assert browser.texts("#count") == ["3 of 4 stretches shown"]
    set_value(browser, "least-score", 0.4)
    assert shown(browser) == ["second", "third"]
    assert browser.js("document.querySelectorAll('path.stretch.filtered').length") == 2
    tick = "[...document.querySelectorAll('.tick')].find((e) => e.textContent === '{}').querySelector('input').click()"
    browser.js(tick.format("unknown"))
    browser.settle()
    assert shown(browser) == ["second"]
    browser.js(tick.format("B: fair by the map"))
    browser.settle()
    assert shown(browser) == []
    assert browser.texts("#count") == ["0 of 4 stretches shown"]


def test_a_title_parts_rated_stretches_from_the_others(browser: Any, tmp_path: Path) -> None:
    browser.open(saved(mixed(), tmp_path))
    above = "document.querySelector('.divider')?.parentElement.querySelector('.name').textContent"
    assert browser.js(above) == "fourth"
    assert browser.texts(".divider")[0].startswith("Look first (unrated)")
    set_value(browser, "least-score", 0.4)
    assert browser.js("document.querySelectorAll('.divider').length") == 0


def test_order_by_a_criterion_keeps_what_is_unknown_behind(browser: Any, tmp_path: Path) -> None:
    browser.open(saved(mixed(), tmp_path))
    set_value(browser, "order", "crowding", "change")
    assert shown(browser) == ["third", "second", "first", "fourth"]
    assert [text.split(" · ")[-1] for text in browser.texts("#list .facts")] == [
        "crowding 0.95", "crowding 0.30", "crowding 0.10", "crowding unknown",
    ]  # fmt: skip
    assert browser.texts("#list .number") == ["3", "2", "1", "4"]  # a number belongs to its stretch
    set_value(browser, "order", "length", "change")
    assert shown(browser) == ["second", "third", "first", "fourth"]


def test_colour_dashes_and_letter_tell_the_rating_on_map_and_list(browser: Any, tmp_path: Path) -> None:
    browser.open(saved(mixed(), tmp_path))
    looks = browser.js(
        "[...document.querySelectorAll('.leaflet-lines-pane .stretch')].map((e) => "
        "[getComputedStyle(e).stroke, getComputedStyle(e).strokeDasharray])"
    )
    assert len({colour for colour, _ in looks}) == len({dashes for _, dashes in looks}) == 4
    assert browser.texts("#list .rating strong") == ["A", "B", "C", "?"]
    pins = browser.texts(".leaflet-signs-pane .pin")
    assert set(pins) <= {"1A", "2B", "3C", "4"}
    assert "1A" in pins
    assert browser.texts("#legend li")[:4] == [
        "A: good by the map", "B: fair by the map", "C: usable by the map: checks first", "unrated: look first",
    ]  # fmt: skip


def test_what_was_left_out_is_off_at_first_and_a_click_tells_why(browser: Any, tmp_path: Path) -> None:
    found = ranking(("a path",))
    found.excluded["geometry"] = [
        shapely.LineString([(X, Y + 60 * i), (X + 90, Y + 60 * i)]) for i in range(len(found.excluded))
    ]
    found.excluded["rule"] = "steps of every kind"
    line = found.excluded.to_crs(4326).geometry.iloc[1]
    browser.open(saved(found, tmp_path))
    assert browser.js("document.getElementById('excluded').value") == "none"
    click_map(browser, line.centroid.y, line.centroid.x)
    assert browser.texts(".reason") == []
    set_value(browser, "excluded", "all", "change")
    click_map(browser, line.centroid.y, line.centroid.x)
    assert browser.texts(".reason")[0].startswith("Excluded: stepssteps of every kind")
    only = browser.js("[...document.getElementById('excluded').options].find((o) => o.text === 'a path').value")
    set_value(browser, "excluded", only, "change")
    browser.settle(400)
    click_map(browser, line.centroid.y, line.centroid.x)
    assert browser.texts(".reason") == []
    assert browser.errors() == []


# --- weights ------------------------------------------------------------------------


PLAIN = tuple(
    Criterion(name=name, unit="worth", curve=((0.0, 0.0), (1.0, 1.0)), measure=lambda *_: None) for name in CRITERIA
)
"""Criteria that take a value for what it is worth."""


def measured(n: int) -> dict[str, Measurement]:
    """Return measurements of n rows with draws of every kind: certain, smooth, in steps."""
    random = np.random.default_rng(5)
    found = {}
    for name in CRITERIA:
        d, spread = random.uniform(0, 1, n), random.choice([0.0, 0.05, 0.3], n)
        quantity = Normal(d, spread)
        if name == "surface":
            steps = np.array([0.1, 0.4, 0.8])
            quantity = Guessed(np.full(n, np.nan), steps, random.dirichlet([1, 1, 1], n), np.arange(n))
        found[name] = Measurement(quantity, random.choice([0.0, 0.3, 0.8, 1.0], n))
    return found


def test_page_scores_and_ranks_as_the_package_does(browser: Any, tmp_path: Path) -> None:
    """Eighty weightings, a slider moved for each: S and the order by the same formula, S₂₀ within its rounding."""
    n = 24
    found = ranking(tuple(f"path {i}" for i in range(n)))
    measurements = measured(n)
    first = scoring.score_measurements(measurements, found.profile, PLAIN)
    random = np.random.default_rng(11)
    stretches = found.stretches
    stretches["score"], stretches["score_low"] = first.score, first.low
    drawn = scoring.quantiles_of_draws(scoring.draw_desirabilities(measurements, PLAIN))
    for k, name in enumerate(CRITERIA):
        stretches[f"q_{name}"] = drawn[:, k].tolist()
    stretches["ground"] = random.integers(0, 6, n)
    stretches["east_m"], stretches["north_m"] = np.round(random.uniform(-900, 900, (2, n)), 1)
    stretches["length_m"] = np.round(random.uniform(60, 200, n), 1)
    stretches["doubts"] = random.integers(0, 3, n)
    for k, name in enumerate(CRITERIA):
        stretches[f"d_{name}"], stretches[f"c_{name}"] = first.desirability[:, k], first.confidence[:, k]
    browser.open(saved(found, tmp_path))
    weights = np.zeros((80, len(CRITERIA)), dtype=int)
    for k in range(1, len(weights)):
        weights[k] = weights[k - 1]
        weights[k, random.integers(len(CRITERIA))] = random.integers(0, 101)
    browser.driver.set_script_timeout(120)
    answers = browser.driver.execute_async_script(WEIGH, weights.tolist(), [f"weight-{name}" for name in CRITERIA])
    assert browser.errors() == []
    misses = []
    for weight, answer in zip(weights, answers, strict=True):
        # All at 0 means that nothing matters more than anything else; the sliders' own start is the profile itself.
        share = weight / weight.sum() if weight.any() else np.full(len(CRITERIA), 1 / len(CRITERIA))
        profile = dataclasses.replace(found.profile, weights=dict(zip(CRITERIA, share, strict=True)))
        expected = scoring.score_measurements(measurements, profile, PLAIN)
        page = pd.DataFrame(answer, columns=["rank", "score", "low", "rating", "place"]).sort_values("rank")
        low = page["low"].to_numpy()
        assert np.abs(page["score"] - expected.score).max() < 2e-3
        misses.append(low - expected.low)
        middle = stretches[["east_m", "north_m"]].to_numpy()
        ground, length = stretches["ground"].to_numpy(), stretches["length_m"].to_numpy()
        order = scoring.rank_stretches(low, page["rating"].to_numpy(dtype=object), length, middle, ground, top=n)
        assert [row[0] - 1 for row in answer] == order.tolist()
        quality = expected.confidence @ share
        clear = np.abs(quality[:, None] - [0.45, 0.6]).min(axis=1) > 1e-3  # no verdict hangs on a rounding
        ratings = scoring.assign_ratings(
            low, quality, expected.desirability, expected.confidence, stretches["doubts"].to_numpy()
        )
        assert page["rating"].to_numpy()[clear].tolist() == ratings[clear].tolist()
    misses = np.abs(misses)
    assert misses.mean() < 0.01
    assert np.percentile(misses, 99) < 0.05


WEIGH = """
const [weightings, ids, done] = arguments;
(async () => {
  const sliders = ids.map((id) => document.getElementById(id));
  const answers = [];
  for (const weights of weightings) {
    weights.forEach((value, k) => {
      if (sliders[k].valueAsNumber === value) return;
      sliders[k].value = value;
      sliders[k].dispatchEvent(new Event("input"));
    });
    await new Promise((resolve) => setTimeout(resolve));
    answers.push([...document.querySelectorAll("#list > li")].map((item, i) => [
      Number(item.dataset.rank), Number(item.dataset.score), Number(item.dataset.low),
      item.querySelector(".rating").className.split("rating-").at(-1), i + 1,
    ]));
  }
  done(answers);
})();
"""


def test_other_weights_recolour_and_can_be_taken_back(browser: Any, tmp_path: Path) -> None:
    found = ranking(("smooth", "quiet"))
    for name in CRITERIA:
        found.stretches[f"d_{name}"] = 0.8
    found.stretches["d_surface"], found.stretches["d_crowding"] = [0.9, 0.3], [0.3, 0.9]
    found.stretches["score_low"], found.stretches["score"] = [0.5, 0.45], [0.6, 0.55]
    browser.open(saved(found, tmp_path), "#s1")
    assert shown(browser) == ["smooth", "quiet"]
    set_value(browser, "weight-crowding", 100)
    assert shown(browser) == ["quiet", "smooth"]
    assert browser.texts("#count") == ["2 stretches shown, ranked by your weights"]
    assert "your weights" in browser.texts(".details")[0]
    assert browser.js("location.hash") == "#s1"  # a link goes on meaning the same stretch
    browser.js("document.querySelector('#panel-weights .plain-button').click()")
    browser.settle()
    assert shown(browser) == ["smooth", "quiet"]
    assert "0.60 (0.50 to 0.99)" in browser.texts(".details")[0]


# --- accessible, printable, quick -----------------------------------------------------

LAYOUTS = {"dark desktop": (1280, 800, "dark"), "light phone": (390, 844, "light")}


@pytest.fixture
def layout(browser: Any, request: pytest.FixtureRequest) -> Any:
    width, height, scheme = LAYOUTS[request.param]
    with browser.colours(scheme):
        browser.resize(width, height)
        yield request.param


def open_everything(browser: Any) -> None:
    browser.js("document.querySelectorAll('details').forEach((e) => (e.open = true))")
    browser.js("document.querySelectorAll('.panel-box').forEach((e) => (e.hidden = false))")
    set_value(browser, "excluded", "all", "change")


@pytest.mark.usefixtures("layout")
@pytest.mark.parametrize("layout", LAYOUTS, indirect=True)
def test_axe_finds_nothing(browser: Any, tmp_path: Path) -> None:
    found = mixed()
    line = found.excluded.to_crs(4326).geometry.iloc[0]
    browser.open(saved(found, tmp_path), "#s2")
    open_everything(browser)
    click_map(browser, line.centroid.y, line.centroid.x)
    browser.settle(400)  # the popup fades in
    assert browser.violations() == []


@pytest.mark.usefixtures("layout", "fonts")
@pytest.mark.parametrize("layout", LAYOUTS, indirect=True)
def test_targets_are_large_enough_for_fingers(browser: Any, tmp_path: Path) -> None:
    browser.open(saved(mixed(), tmp_path), "#s2")
    open_everything(browser)
    small = browser.js(
        "[...document.querySelectorAll('a, button, summary, select, input[type=range], .tick')]"
        ".filter((e) => e.checkVisibility() && !e.closest('.skip, .quiet'))"
        ".map((e) => [e.textContent.slice(0, 30), e.getBoundingClientRect()])"
        ".filter(([, box]) => box.height < 44 || box.width < 44).map(([text, box]) => [text, box.width, box.height])"
    )
    assert small == []


@pytest.mark.usefixtures("fonts")
@pytest.mark.parametrize("fragment", ["", "#s2"])
def test_prints_on_one_page(browser: Any, fragment: str, tmp_path: Path) -> None:
    found = ranking(tuple(f"A path with a name that needs {i} lines" for i in range(30)))
    found.stretches["verdict"] = "Slightly sloped; likely busy; width not mapped: look first at what stands close; " * 3
    page = saved(found, tmp_path)
    for paper in PAPERS:
        browser.open(page, fragment)  # anew, as the list is cut to a sheet the first time that it is printed
        assert browser.count_pages(paper) == 1


@pytest.fixture
def on_paper(browser: Any) -> Any:
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    yield browser
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@pytest.mark.usefixtures("fonts")
def test_paper_cuts_no_words_and_has_room_for_a_hand(on_paper: Any, tmp_path: Path) -> None:
    found = ranking(tuple(f"A path whose name goes on until it needs a second line, number {i}" for i in range(20)))
    on_paper.open(saved(found, tmp_path))
    cut = on_paper.js(
        "[...document.querySelectorAll('.choose, .name, .facts, .verdict, .legend, .about, #caution')]"
        ".filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflow !== 'visible').length"
    )
    assert cut == 0
    legend = on_paper.js("['.legend', '.view'].map((s) => document.querySelector(s).getBoundingClientRect().bottom)")
    assert legend[0] < legend[1]
    assert on_paper.texts(".blanks")[0].split() == ["Client", "Date", "Coach"]
    assert on_paper.texts(".code-words") == ["the place"]


def test_on_paper_the_layer_of_what_is_excluded_is_apart_from_the_base_map(on_paper: Any, tmp_path: Path) -> None:
    """Chromium prints two canvases in one layer as the upper one alone."""
    on_paper.open(saved(mixed(), tmp_path))
    assert float(on_paper.js("getComputedStyle(document.querySelector('.leaflet-excluded-pane')).opacity")) < 1


def test_paper_shows_where_the_chosen_stretch_lies(on_paper: Any, tmp_path: Path) -> None:
    on_paper.open(saved(mixed(), tmp_path), "#s2")
    on_paper.settle()
    assert on_paper.js("document.querySelector('#still').checkVisibility()")
    ring, number = on_paper.js(
        "[document.querySelector('#still .here'), [...document.querySelectorAll('#still text')]"
        ".find((e) => e.textContent === '2')].map((e) => [+(e.getAttribute('cx') ?? e.getAttribute('x')),"
        " +(e.getAttribute('cy') ?? e.getAttribute('y'))])"
    )
    assert np.hypot(ring[0] - number[0], ring[1] - number[1]) < 60
    assert on_paper.texts(".code-words") == ["the start"]


def test_list_works_by_keyboard(browser: Any, tmp_path: Path) -> None:
    keys = pytest.importorskip("selenium.webdriver.common.keys").Keys
    browser.open(saved(mixed(), tmp_path))
    browser.js("document.querySelector('.choose').focus()")
    browser.driver.switch_to.active_element.send_keys(keys.TAB)
    browser.driver.switch_to.active_element.send_keys(keys.ENTER)
    browser.settle()
    assert browser.js("location.hash") == "#s2"
    assert browser.js("document.activeElement.getAttribute('aria-expanded')") == "true"
    assert browser.texts("#status") == ["Stretch 2 chosen: second"]


def test_a_thousand_stretches_are_all_there(browser: Any, tmp_path: Path) -> None:
    page = saved(ranking(tuple(f"path {i}" for i in range(1000))), tmp_path)
    assert page.stat().st_size < 1_000_000
    browser.open(page)
    assert len(shown(browser)) == 1000
    assert browser.js("document.querySelectorAll('.leaflet-lines-pane .stretch').length") == 1000
    set_value(browser, "weight-surface", 90)
    assert browser.texts("#count") == ["1000 stretches shown, ranked by your weights"]
    browser.js("location.hash = 's900'")
    browser.settle(300)  # those above it have never been laid out
    card = browser.js("document.querySelector('[aria-expanded=true].choose').getBoundingClientRect()")
    panel = browser.js("document.querySelector('.toolbar').getBoundingClientRect()")
    assert abs(card["top"] - panel["bottom"]) < 5
    assert browser.errors() == []


def test_tiles_are_fetched_only_where_they_were_asked_for(browser: Any, tmp_path: Path) -> None:
    from saferoute.page import add_tiles

    page = tmp_path / "tiled.html"
    page.write_text(add_tiles(to_html(ranking()), "OpenStreetMap.Mapnik"), encoding="utf-8")
    browser.open(page)
    asked = browser.requests()
    assert asked
    assert all(re.match(r"https://tile\.openstreetmap\.org/\d+/\d+/\d+\.png$", url) for url in asked)
    assert "OpenStreetMap contributors · Map data of" in json.dumps(browser.texts(".source"), ensure_ascii=False)
    assert not any("Content Security Policy" in error for error in browser.errors())


# --- a session --------------------------------------------------------------------------


def test_session_is_a_timetable_beside_its_route(browser: Any, made: Session, tmp_path: Path) -> None:
    browser.open(saved(made, tmp_path))
    assert browser.texts("h1")[0].startswith("Session near")
    rows = browser.texts(".timetable tbody tr")
    assert len(rows) == len(made.steps)
    assert browser.texts(".timetable .backward button") == [f"Backward {n}" for n in made.sections["section"]]
    assert browser.js("document.querySelectorAll('.leaflet-route-pane .route').length") == 1
    numbers = ", ".join(text for text in browser.texts(".leaflet-signs-pane .number-sign")).split(", ")
    assert sorted(numbers, key=int) == [str(n) for n in made.sections["section"]]
    assert browser.texts("#list .number") == [str(n) for n in sorted(set(made.sections["stretch"]))]
    assert browser.js("document.getElementById('weight-surface')") is None
    assert browser.errors() == []
    assert browser.requests() == []


def test_sections_lie_where_they_are_said_to_be(browser: Any, made: Session, tmp_path: Path) -> None:
    """The drawn line starts at the section's start and goes the way that is run."""
    browser.open(saved(made, tmp_path))
    data = build_payload(made)["session"]
    steps = made.steps[made.steps["kind"] == "backward"].to_crs(4326)
    assert len(data["sections"]) == len(steps)
    for written, line in zip(data["sections"], steps.geometry, strict=True):
        browser.driver.execute_script(
            "[...document.querySelectorAll('.backward button')][arguments[0]].click()", written["section"] - 1
        )
        browser.settle(400)
        for lon, lat in (line.coords[0], line.coords[-1]):
            seen = browser.driver.execute_script(
                "return window[document.querySelector('.folium-map').id].getBounds().contains(arguments[0])", [lat, lon]
            )
            assert seen
        words = steps.loc[steps["section"] == written["section"], "words"].iloc[0]
        assert any(words in text for text in browser.texts(".timetable .backward"))


def test_code_of_the_start_is_a_code_of_the_start(made: Session) -> None:
    import segno

    start = made.track.iloc[0]
    rows = build_payload(made)["session"]["qr"]
    expected = segno.make(f"geo:{start.lat:.6f},{start.lon:.6f}", micro=False).matrix
    assert [f"{row:0{len(rows)}b}" for row in rows] == ["".join(map(str, row)) for row in expected]


@pytest.mark.usefixtures("fonts")
def test_session_prints_on_one_page(browser: Any, made: Session, tmp_path: Path) -> None:
    browser.open(saved(made, tmp_path))
    assert [browser.count_pages(paper) for paper in PAPERS] == [1, 1]


def test_empty_session_says_why(browser: Any, made: Session, tmp_path: Path) -> None:
    nothing = dataclasses.replace(
        made,
        steps=made.steps.iloc[:0],
        sections=made.sections.iloc[:0],
        track=made.track.iloc[:0],
        notes=("no recommended stretch can be reached",),
        figures=dict.fromkeys(made.figures, 0),
    )
    browser.open(saved(nothing, tmp_path))
    assert browser.texts(".note") == ["no recommended stretch can be reached"]
    assert browser.texts("#summary")[0].startswith("Nothing to run")
    assert browser.errors() == []


def test_hostile_session_is_text(browser: Any, made: Session, tmp_path: Path) -> None:
    texts = list(dict.fromkeys((*STRANGERS, *HOSTILE)))
    for first in range(0, len(texts), 12):
        some = texts[first : first + 12]
        browser.open(saved(hostile_session(made, *some), tmp_path))
        assert browser.js("typeof window.pwned") == "undefined"
        assert browser.texts("h1") == [f"Session near {clean_text(some[0])}" if clean_text(some[0]) else "Session"]
        session = browser.texts("#session")[0]
        assert [text for text in some if clean_text(text, 300) not in session] == []
        assert (
            browser.js("document.querySelectorAll('img, iframe, object, script:not([type])').length")
            == SCRIPTS_OF_SESSION
        )
        assert browser.errors() == []
        assert browser.requests() == []


@pytest.mark.usefixtures("layout")
@pytest.mark.parametrize("layout", LAYOUTS, indirect=True)
def test_axe_finds_nothing_in_a_session(browser: Any, made: Session, tmp_path: Path) -> None:
    browser.open(saved(made, tmp_path))
    browser.js("document.querySelectorAll('details').forEach((e) => (e.open = true))")
    assert browser.violations() == []
