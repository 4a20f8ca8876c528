"""The map opens without a network and shows hostile tags as text."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from saferoute.model import (
    CAUTION,
    CRITERIA,
    OSM_ATTRIBUTION,
    Area,
    Features,
    InvalidInput,
    Place,
    Profile,
    Ranking,
)
from saferoute.outputs.map import _base, figure, to_html
from saferoute.outputs.map._data import clean, encode, payload
from saferoute.outputs.map._grid import ALPHABET, Grid
from saferoute.outputs.map._sea import sea
from saferoute.outputs.text import LONGEST

if TYPE_CHECKING:
    from pathlib import Path

CRS = "EPSG:32635"
X, Y = 385_000.0, 6_672_000.0  # a beach in Helsinki

TEMPLATE = "{{ cycler.__init__.__globals__.os.mkdir(cycler.__name__) }}"
HOSTILE = (
    TEMPLATE,
    "{% broken",
    "{# open comment",
    "</script><script>window.pwned=1</script>",
    "${alert(1)}",
    "`;window.pwned=1;`",
    "<img src=x onerror=window.pwned=1>",
    "\"'><svg onload=window.pwned=1>",
    "javascript:window.pwned=1",
    "<!-- <script>",
    "right \u202e to left",
    "nul \x00 and bell \x07",
    "lone \ud800 surrogate",
    "separators \u2028 \u2029",
    "x" * 100_000,
)


def stretch(rank: int, text: str = "gravel path") -> dict[str, Any]:
    y = Y + 40 * rank
    return {
        "geometry": shapely.LineString([(X, y), (X + 100, y + 10)]),
        "rank": rank,
        "score": 1 - rank / 20,
        "score_low": 0.1,
        "score_high": 0.99,
        "rating": ("A", "B", "C", "none")[rank % 4],
        "data_quality": 0.5,
        "length_m": 100.5,
        "origin": "way",
        "osm_ids": [f"way/{rank}", text],
        "name": text,
        "surface": text,
        "grade_pct": 1.0,
        "grade_sigma_pct": 0.5,
        "strip_width_m": 2.0,
        "free_lane_m": 1.5,
        "heading_range_deg": 3.0,
        "limiting_criterion": text,
        **{f"{letter}_{name}": 0.5 for name in CRITERIA for letter in "dc"},
        **{f"why_{name}": text for name in CRITERIA},
        "checks": [text, "Walk it forward first."],
        "distance_m": 250.0,
    }


def table(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=None if rows else ["geometry"]), geometry="geometry", crs=CRS)


def bare(**tables: gpd.GeoDataFrame) -> Features:
    empty = table([])
    return Features(**{"ways": empty, "areas": empty, "points": empty, **tables}, tagged=pd.DataFrame(), extent=None)


def features(text: str = "Rantatie") -> Features:
    box = shapely.box(X - 600, Y - 600, X + 600, Y + 600)
    areas = [
        {"osm_type": "way", "osm_id": 1, "geometry": box, "leisure": "park", "name": text},
        {"osm_type": "way", "osm_id": 2, "geometry": shapely.box(X, Y, X + 50, Y + 50), "building": text},
    ]
    ways = [
        {
            "osm_type": "way",
            "osm_id": 3,
            "geometry": shapely.LineString([(X, Y), (X + 90, Y)]),
            "highway": "residential",
            "name": text,
        }
    ]
    return bare(ways=table(ways), areas=table(areas))


def ranking(texts: tuple[str, ...] = ("gravel path",) * 5, *, wrap: str = "Hietaranta") -> Ranking:
    lon, lat = gpd.GeoSeries([shapely.Point(X, Y)], crs=CRS).to_crs(4326).iloc[0].coords[0]
    place = Place(wrap, lon, lat)
    left_out = [
        {
            "geometry": shapely.LineString([(X, Y), (X + 9, Y)]),
            "reason": text,
            "rule": text,
            "length_m": 9.0,
            "osm_ids": [],
            "name": text,
        }
        for text in (*texts, "steps")
    ]
    return Ranking(
        area=Area(place, 500.0, CRS),
        profile=Profile("beginner", wrap, (1.0, 2.0), 20.0, 60.0, dict.fromkeys(CRITERIA, 0.2)),
        stretches=table([stretch(rank, text) for rank, text in enumerate(texts, start=1)]),
        excluded=table(left_out),
        features=features(wrap),
        considered={"ways": 12, "length_m": 3400.0, "windows": 50, "stretches": len(texts)},
        attribution=(OSM_ATTRIBUTION, wrap),
        notes=(wrap,),
        data_date=wrap,
    )


def data_of(html: str) -> Any:
    found = re.search(r'<script type="application/json" id="saferoute-data">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


class Links(HTMLParser):
    """Collects what a page would load."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "a":
            self.loads += [f"{tag} {value}" for name, value in attrs if name in ("src", "href", "srcset", "data")]


# --- the file ---------------------------------------------------------------------


def test_nothing_is_loaded() -> None:
    html = to_html(ranking())
    assert Links(html).loads == []
    assert not re.search(r"url\(\s*['\"]?(?!data:)", html.split("</head>")[0].split("<script>")[0])
    assert "@import" not in html
    assert "sourceMappingURL" not in html


def test_layer_that_loads_is_refused() -> None:
    from branca.colormap import linear
    from branca.element import Element
    from folium.plugins import Fullscreen

    for layer in (
        Fullscreen(),
        linear.viridis,
        Element('<link rel="stylesheet" href="https://example.org/a.css">'),
    ):
        page = figure(ranking())
        if type(layer) is Element:
            page.header.add_child(layer)
        else:
            next(iter(page._children.values())).add_child(layer)
        with pytest.raises(InvalidInput, match="would be fetched"):
            page.render()


def test_same_ranking_same_bytes(tmp_path: Path) -> None:
    page = figure(ranking())
    page.save(str(tmp_path / "map.html"))
    assert (tmp_path / "map.html").read_text(encoding="utf-8") == page.render() == to_html(ranking())


def test_policy_comes_first_and_allows_each_script() -> None:
    html = to_html(ranking())
    first = html.split("<head>")[1].lstrip()
    assert first.startswith('<meta http-equiv="Content-Security-Policy"')
    policy = first.split('content="')[1].split('"')[0]
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert len(scripts) >= 3
    for script in scripts:
        assert b64encode(sha256(script.encode()).digest()).decode() in policy
    assert html.index("charset") < 1024


def test_page_can_be_zoomed_and_is_labelled() -> None:
    html = to_html(ranking())
    assert "user-scalable" not in html.split("<script>")[0]
    assert html.count('name="viewport"') == 1
    for part in ('<html lang="en">', "<title>Backward segments near Hietaranta</title>", "<h1", "<main"):
        assert part in html


def test_notebook_display() -> None:
    assert "<iframe srcdoc=" in figure(ranking())._repr_html_()


def test_folium_is_imported_late() -> None:
    code = "import sys, saferoute.outputs.map; sys.exit('folium' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:24])
def test_hostile_text_is_written_as_data(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pd.option_context("mode.string_storage", "python"):  # Arrow holds no lone surrogates
        figure(ranking((text,), wrap=text)).save("map.html")
    assert [path.name for path in tmp_path.iterdir()] == ["map.html"]
    html = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert len(html) < 300_000
    data = data_of(html)
    assert data["place"]["name"] == clean(text)
    assert clean(text) in data["stretches"]["texts"]
    assert len(re.findall("<script", html)) == 5


def test_json_cannot_close_its_element() -> None:
    text = encode({"a": "</script><!-- & \u2028\u2029"})
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == {"a": "</script><!-- & \u2028\u2029"}
    with pytest.raises(ValueError, match="JSON"):
        encode(float("nan"))


# --- what the page is told --------------------------------------------------------


def test_unknown_stays_unknown() -> None:
    found = ranking(("a path",))
    row = found.stretches.copy()
    row[["score", "grade_pct", "d_surface", "length_m"]] = np.nan
    row["name"] = np.nan
    row = row.drop(columns="c_surface")
    columns = payload(dataclasses.replace(found, stretches=row))["stretches"]["columns"]
    for name in ("score", "grade_pct", "d_surface", "c_surface", "length_m", "name"):
        assert columns[name] == [None]


def test_empty_ranking_counts_what_was_left_out() -> None:
    empty = dataclasses.replace(ranking(), stretches=table([]))
    data = data_of(to_html(empty))
    assert data["stretches"]["count"] == 0
    assert {row["reason"]: row["pieces"] for row in data["exclusions"]} == {"gravel path": 5, "steps": 1}


def test_tables_without_rows_or_columns() -> None:
    assert payload(dataclasses.replace(ranking(), features=bare()))["base"]["layers"] == []


def test_too_many_segments_are_capped_and_said() -> None:
    rows = pd.concat([ranking().stretches] * 201, ignore_index=True)
    data = payload(dataclasses.replace(ranking(), stretches=rows))
    assert data["stretches"]["count"] == 1000
    assert any("best 1000 of 1005" in note for note in data["notes"])


def test_base_map_keeps_its_size_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [layer["name"] for layer in payload(ranking())["base"]["layers"]]
    assert names == ["green", "building", "street"]
    street = len(json.dumps(payload(ranking())["base"]["layers"][-1]["parts"]))
    monkeypatch.setattr(_base, "LARGEST_BASE", street)
    data = payload(ranking())
    assert [layer["name"] for layer in data["base"]["layers"]] == ["street"]
    assert any("leaves out buildings and parks" in note for note in data["notes"])


# --- parts ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.nan, ""),
        (None, ""),
        (7, ""),
        ("  Rantatie\n 5 ", "Rantatie 5"),
        ("a\u202eb\u2066c\ufeff\x00\x1b[31m", "abc[31m"),
        ("\ud83d", ""),
        ("x" * 500, "x" * (LONGEST - 1) + "…"),
    ],
)
def test_clean(value: object, expected: str) -> None:
    assert clean(value) == expected


def decoded(word: str) -> list[int]:
    numbers, value, shift = [], 0, 0
    for char in word:
        digit = ALPHABET.index(char)
        value |= (digit & 31) << shift
        shift += 5
        if digit < 32:
            numbers.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    return numbers


def test_grid_gives_lines_back() -> None:
    grid = Grid.at(ranking().place, CRS, decimals=6)
    line = shapely.LineString([(X - 900, Y + 70), (X, Y), (X + 15, Y - 2000)])
    cells = np.cumsum(np.reshape(decoded(grid.line(line)), (-1, 2)), axis=0)
    degrees = np.asarray(gpd.GeoSeries([line], crs=CRS).to_crs(4326).iloc[0].coords)
    assert np.abs(cells * 1e-6 + [grid.lon, grid.lat] - degrees).max() < 1e-6


def test_grid_does_not_jump_at_the_date_line() -> None:
    grid = Grid.at(Place("Taveuni", 179.999, -16.8), "EPSG:32760", decimals=5)
    across = shapely.LineString([(179.999, -16.8), (-179.999, -16.8)])
    line = gpd.GeoSeries([across], crs=4326).to_crs("EPSG:32760").iloc[0]
    assert decoded(grid.line(line)) == [0, 0, 200, 0]


def coast(*lines: list[tuple[float, float]]) -> Features:
    rows = [{"geometry": shapely.LineString(line), "natural": "coastline"} for line in lines]
    return bare(ways=table(rows))


FRAME = shapely.box(0, 0, 100, 100)
ISLAND = [(10.0, 10.0), (20.0, 10.0), (20.0, 20.0), (10.0, 20.0), (10.0, 10.0)]


def test_sea_is_right_of_the_coastline() -> None:
    found = sea(coast([(5, -50), (5, 150)], ISLAND), FRAME)
    assert found is not None
    assert found.equals(shapely.box(5, 0, 100, 100) - shapely.box(10, 10, 20, 20))


def test_island_in_the_sea() -> None:
    found = sea(coast(ISLAND), FRAME)
    assert found is not None
    assert found.equals(FRAME - shapely.box(10, 10, 20, 20))


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [[(60, -300), (60, 40)], [(60, 45), (60, 400)]],
        [[(60, -300), (60, 400)], [(80, -300), (80, 400)]],
        [[(60, -300), (60, 400)], ISLAND],
    ],
    ids=["no coast", "gap", "sea and land at once", "island on land"],
)
def test_doubtful_sea_is_left_out(lines: list[list[tuple[float, float]]]) -> None:
    assert sea(coast(*lines), FRAME) is None


# --- in a browser -----------------------------------------------------------------


def saved(found: Ranking, folder: Path) -> Path:
    path = folder / "map.html"
    path.write_text(to_html(found), encoding="utf-8")
    return path


@pytest.mark.browser
def test_hostile_text_in_browser(browser: Any, tmp_path: Path) -> None:
    for wrap in HOSTILE[:8]:
        browser.open(saved(ranking(HOSTILE, wrap=wrap), tmp_path), "#s1")
        assert browser.js("typeof window.pwned") == "undefined"
        assert browser.texts("h1") == [f"Backward segments near {clean(wrap)}"]
        assert browser.errors() == []
        assert browser.requests() == []
    browser.open(saved(ranking(HOSTILE), tmp_path))
    assert browser.texts("#list .name") == [clean(text) for text in HOSTILE]
    for rank, text in enumerate(HOSTILE, start=1):
        browser.js(f"document.querySelectorAll('.choose')[{rank - 1}].click()")
        browser.settle()
        assert clean(text, 300) in browser.texts(".details")[0]
        assert browser.texts(".links a") == [f"way/{rank}"]
    assert browser.js("typeof window.pwned") == "undefined"
    assert browser.js("document.querySelectorAll('img, iframe, object').length") == 0
    assert browser.errors() == []
    assert browser.requests() == []


@pytest.mark.browser
def test_list_and_map_are_linked(browser: Any, tmp_path: Path) -> None:
    browser.open(saved(ranking(), tmp_path), "#s3")
    assert browser.js("document.querySelectorAll('#list > li').length") == 5
    assert browser.js("document.querySelector('[aria-expanded=true] .number').textContent") == "3"
    assert browser.js("document.querySelectorAll('path.stretch.selected').length") == 1
    assert browser.js("document.querySelector('.links a').href") == "https://www.openstreetmap.org/way/3"
    assert browser.texts(".sign") == ["Start", "End"]
    click = "new MouseEvent('click', {bubbles: true, view: window})"
    browser.js(f"document.querySelector('path.hit').dispatchEvent({click})")
    browser.settle()
    assert browser.js("location.hash") == "#s5"  # the worst is drawn first
    assert browser.js("document.activeElement.querySelector('.number').textContent") == "5"
    assert browser.errors() == []


@pytest.mark.browser
def test_page_says_what_is_unknown_and_what_is_wrong(browser: Any, tmp_path: Path) -> None:
    found = ranking(("a path",))
    row = found.stretches.copy()
    row[["score", "score_low", "grade_pct", "d_surface", "strip_width_m"]] = np.nan
    row["rating"] = "none"
    browser.open(saved(dataclasses.replace(found, stretches=row), tmp_path), "#s1")
    values = browser.texts(".values dd")
    assert values[0] == "unrated: inspect first"
    assert values[1] == "unknown (unknown)"
    assert values.count("unknown") == 2
    assert "unknown, confidence 0.50" in browser.texts(".criterion .value")
    assert CAUTION in browser.texts("#caution")[0]
    browser.open(saved(dataclasses.replace(found, stretches=table([])), tmp_path))
    assert browser.texts(".nothing")[0].startswith("Nothing qualifies.")
    assert browser.js("document.querySelector('.about details').open") is True
    assert browser.errors() == []
