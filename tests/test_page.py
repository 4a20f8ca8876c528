"""The map opens without a network and shows hostile tags as text."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
from base64 import b64decode, b64encode
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from rankings import CRS, HOSTILE, X, Y, bare, ranking, table

from saferoute import limits
from saferoute.model import CRITERIA, Features, InvalidInput, Place
from saferoute.page import add_tiles, base, excluded, make_figure, to_html
from saferoute.page.grid import ALPHABET, Grid, read_counts, read_line, read_lines
from saferoute.page.labels import choose_labels
from saferoute.page.payload import build_payload, encode_json, unpack_json
from saferoute.page.picture import render_picture
from saferoute.page.sea import find_sea
from saferoute.page.values import clean_text
from saferoute.report.text import LONGEST

if TYPE_CHECKING:
    from pathlib import Path

    from saferoute.model import Ranking, Session


def data_of(html: str) -> Any:
    found = re.search(r'id="saferoute-data">(.*?)</script>', html)
    assert found
    return unpack_json(found[1])


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
        page = make_figure(ranking())
        if type(layer) is Element:
            page.header.add_child(layer)
        else:
            next(iter(page._children.values())).add_child(layer)
        with pytest.raises(InvalidInput, match="would be fetched"):
            page.render()


def test_same_ranking_same_bytes(tmp_path: Path) -> None:
    page = make_figure(ranking())
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
    for part in ('<html lang="en">', "<title>Stretches for running backwards near Hietaranta</title>", "<h1", "<main"):
        assert part in html


def test_a_notebook_shows_the_page_in_a_frame_that_reaches_nothing() -> None:
    shown = make_figure(ranking())._repr_html_()
    frame = re.search(r'<iframe srcdoc="([^"]*)" title="[^"]*" sandbox="([^"]*)"', shown)
    assert frame
    assert "allow-same-origin" not in frame[2]
    assert "allow-top-navigation" not in frame[2]
    assert unescape(frame[1]) == to_html(ranking())


def test_a_notebook_that_takes_the_frame_away_shows_a_picture() -> None:
    left = re.sub(r"<iframe.*</iframe>", "", make_figure(ranking())._repr_html_(), flags=re.DOTALL)
    image = re.search(r'<img alt="[^"]+" src="data:image/svg\+xml;base64,([^"]+)"', left)
    assert image
    root = ET.fromstring(b64decode(image[1]))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    tags = {element.tag.split("}")[1] for element in root.iter()}
    assert tags <= {"svg", "rect", "path", "circle", "text", "g"}
    texts = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert "1" in texts
    assert any("OpenStreetMap" in (text or "") for text in texts)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:24])
def test_no_text_of_a_stranger_is_markup_in_a_notebook(text: str) -> None:
    with pd.option_context("mode.string_storage", "python"):  # Arrow holds no lone surrogates
        shown = make_figure(ranking((text,), wrap=text))._repr_html_()
    outside = re.sub(r'srcdoc="[^"]*"', "", shown)
    assert set(re.findall(r"<(\w+)", outside)) == {"div", "img", "p", "iframe"}
    image = re.search(r"base64,([^\"]+)", outside)
    assert image
    ET.fromstring(b64decode(image[1]))


def test_the_picture_of_nothing_is_the_circle_that_was_searched(empty: Ranking) -> None:
    root = ET.fromstring(render_picture(build_payload(empty)))
    circle = next(element for element in root if element.tag.endswith("circle"))
    assert 250 < float(circle.attrib["r"]) < 320


def test_the_picture_of_a_session_numbers_its_sections(made: Session) -> None:
    texts = [element.text for element in ET.fromstring(render_picture(build_payload(made))).iter()]
    assert {str(number) for number in made.sections["section"]} <= set(texts)


def test_what_the_grid_writes_it_reads() -> None:
    grid = Grid.around_place(Place("x", 24.9, 60.2), "EPSG:4326", decimals=5)
    south = shapely.LineString([(25, 60), (26, 61)])
    north = shapely.LineString([(24.9, 60.2), (24.91, 60.19), (24.95, 60.1)])
    assert read_line(grid.encode_line(north), grid.to_json()) == pytest.approx(shapely.get_coordinates(north))
    read = read_lines(grid.encode_lines([north, south]), grid.to_json())  # from the south
    for got, line in zip(read, (south, north), strict=True):
        assert got == pytest.approx(shapely.get_coordinates(line))


def test_folium_is_imported_late() -> None:
    code = "import sys, saferoute.page; sys.exit('folium' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:24])
def test_hostile_text_is_written_as_data(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pd.option_context("mode.string_storage", "python"):  # Arrow holds no lone surrogates
        make_figure(ranking((text,), wrap=text)).save("map.html")
    assert [path.name for path in tmp_path.iterdir()] == ["map.html"]
    html = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert len(html) < 350_000
    data = data_of(html)
    assert data["place"]["name"] == clean_text(text)
    stretches = data["stretches"]
    (name,) = stretches["columns"]["name"]
    assert "".join(stretches["texts"][piece] for piece in read_counts(name)) == clean_text(text)
    assert len(re.findall("<script", html)) == 5


def test_json_cannot_close_its_element() -> None:
    text = encode_json({"a": "</script><!-- & \u2028\u2029"})
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == {"a": "</script><!-- & \u2028\u2029"}
    with pytest.raises(ValueError, match="JSON"):
        encode_json(float("nan"))


# --- what the page is told --------------------------------------------------------


def test_unknown_stays_unknown() -> None:
    found = ranking(("a path",))
    row = found.stretches.copy()
    row[["score", "grade_pct", "d_surface", "length_m"]] = np.nan
    row["name"] = np.nan
    row = row.drop(columns="c_surface")
    columns = build_payload(dataclasses.replace(found, stretches=row))["stretches"]["columns"]
    for name in ("score", "grade_pct", "d_surface", "c_surface", "length_m", "name"):
        assert columns[name] is None


def test_numbers_are_whole_and_come_with_their_decimals() -> None:
    stretches = build_payload(ranking(("a path",)))["stretches"]
    assert stretches["columns"]["length_m"] == [1005]
    assert stretches["decimals"]["length_m"] == 1


def test_heights_have_gaps_where_nothing_is_known() -> None:
    steps = decoded(build_payload(ranking(("a path",)))["stretches"]["heights"][0])
    assert steps[:3] == [200, 5, 5]
    assert [i for i, step in enumerate(steps) if step == 2**22] == [7]
    assert sum(step for step in steps if step != 2**22) == 300


def test_without_heights_there_is_no_profile() -> None:
    found = ranking(("a path",))
    found.stretches["heights_m"] = [[np.nan] * 21]
    assert build_payload(found)["stretches"]["heights"] == [None]


def test_quantiles_are_one_character_each() -> None:
    stretches = build_payload(ranking(("a path",)))["stretches"]
    words = [stretches["texts"][index] for index in read_counts(stretches["quantiles"][0])]
    assert words == [words[0]] * len(CRITERIA)
    assert [ALPHABET.index(char) for char in words[0]] == np.rint(np.linspace(0.4, 0.6, 11) * 63).tolist()


def test_empty_ranking_counts_what_was_excluded() -> None:
    empty = dataclasses.replace(ranking(), stretches=table([]))
    data = data_of(to_html(empty))
    assert data["stretches"]["count"] == 0
    assert {row["reason"]: row["pieces"] for row in data["exclusions"]} == {"gravel path": 5, "steps": 1}


def test_tables_without_rows_or_columns() -> None:
    data = build_payload(dataclasses.replace(ranking(), features=bare()))
    assert data["base"]["layers"] == []
    assert data["base"]["labels"] == []


def test_too_many_stretches_are_capped_and_said() -> None:
    rows = pd.concat([ranking().stretches] * 201, ignore_index=True)
    data = build_payload(dataclasses.replace(ranking(), stretches=rows))
    assert data["stretches"]["count"] == 1000
    assert any("best 1000 of 1005" in note for note in data["notes"])


def test_base_map_keeps_its_size_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [layer["name"] for layer in build_payload(ranking())["base"]["layers"]]
    assert names == ["land", "green", "building", "street"]
    parts = {layer["name"]: layer["parts"] for layer in build_payload(ranking())["base"]["layers"]}
    monkeypatch.setattr(base, "LARGEST_BASE", len(parts["street"]) + len(parts["land"]))
    data = build_payload(ranking())
    assert [layer["name"] for layer in data["base"]["layers"]] == ["land", "street"]
    assert any("does not draw buildings and parks" in note for note in data["notes"])


def test_what_was_left_out_is_drawn_by_reason() -> None:
    data = build_payload(ranking(("a path",)))["excluded"]
    assert {part["reason"] for part in data["reasons"]} == {"a path", "steps"}
    assert all(read_steps(part["lines"])[0][:2] == [2, 0] for part in data["reasons"])
    assert data["roads"] is None


def test_pieces_too_small_to_see_are_not_drawn() -> None:
    found = ranking(("a path",))
    found.excluded["geometry"] = shapely.LineString([(X, Y), (X + 9, Y)])
    assert build_payload(found)["excluded"]["reasons"] == []


def test_the_reason_with_most_to_draw_goes_first_where_there_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ranking(("a path",))
    longest = shapely.LineString([(X + 20 * i, Y + 50 * (i % 2)) for i in range(20)])
    found.excluded.loc[found.excluded["reason"] == "steps", "geometry"] = longest
    monkeypatch.setattr(excluded, "LARGEST", 20)
    data = build_payload(found)
    assert [part["reason"] for part in data["excluded"]["reasons"]] == ["a path"]
    assert any("does not draw steps" in note for note in data["notes"])


def test_roads_are_drawn_once() -> None:
    assert excluded.ROADS in limits.RULES
    found = ranking(("a path",))
    found.excluded["reason"] = excluded.ROADS
    found.excluded["osm_ids"] = [["way/3"], ["way/4"]]  # a street of the base map, and a track that is open to motors
    data = build_payload(found)["excluded"]
    assert data["roads"] == excluded.ROADS
    ((only,),) = [read_steps(part["lines"]) for part in data["reasons"]]
    assert only[:2] == [2, 0]


def test_road_layers_of_the_base_map_hold_motor_roads_alone() -> None:
    classes = "service residential tertiary_link primary motorway footway cycleway track steps pedestrian path".split()
    roads = pd.DataFrame({"highway": classes})
    assert base.is_in_layers(roads, excluded.ROAD_LAYERS).tolist() == [True] * 5 + [False] * 6


def test_names_of_the_larger_things_come_first() -> None:
    found = ranking()
    names = choose_labels(found.features, shapely.box(X - 500, Y - 500, X + 500, Y + 500), found.area)
    assert [name[:2] for name in names] == [["Hietaranta", "green"]]  # the street is too short for its name


@pytest.mark.parametrize(("end", "angle"), [((300, 0), 0), ((-300, 300), -45), ((-300, -300), 45), ((1, -300), -90)])
def test_names_of_roads_follow_them_and_are_not_upside_down(end: tuple[float, float], angle: int) -> None:
    road = shapely.LineString([(X, Y), (X + end[0], Y + end[1])])
    ways = table([{"osm_type": "way", "osm_id": 3, "geometry": road, "highway": "primary", "name": "{{ Rantatie }}"}])
    (name,) = choose_labels(bare(ways=ways), shapely.box(X - 500, Y - 500, X + 500, Y + 500), ranking().area)
    assert name[:2] == ["{{ Rantatie }}", "road"]
    assert abs(name[4] - angle) <= 1 or abs(abs(name[4] - angle) - 180) <= 1
    assert name[5] == round(road.length)


@pytest.mark.slow
def test_two_hundred_stretches_of_a_city_centre_stay_under_450_kb(shared_data: Path) -> None:
    from saferoute import search
    from saferoute.sources.osm.extract import ExtractSource
    from saferoute.sources.profiles import load_profile

    found = search.find(
        search.Query(
            search.area_around(Place("Helsinki", 24.944, 60.172), 1500),
            features=ExtractSource([shared_data / "helsinki" / "helsinki-centre.osm.pbf"]),
            profile=load_profile(at="2026-06-20T07:00"),
            top=200,
        )
    )
    assert len(found.stretches) == 200
    assert len(to_html(found).encode()) < 450_000


# --- tiles ------------------------------------------------------------------------


def test_tiles_widen_the_policy_by_their_hosts_alone() -> None:
    page = to_html(ranking())
    tiled = add_tiles(page, "openstreetmap.mapnik")
    assert "img-src data: https://tile.openstreetmap.org; base-uri" in tiled
    (config,) = re.findall(r'<script type="application/json" id="saferoute-tiles">(.*?)</script>', tiled)
    assert json.loads(config)["url"] == "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
    assert "OpenStreetMap contributors" in json.loads(config)["attribution"]
    rest = tiled.replace(" https://tile.openstreetmap.org;", ";", 1)
    assert rest.replace(f'<script type="application/json" id="saferoute-tiles">{config}</script>\n', "") == page


def test_tiles_of_several_hosts() -> None:
    tiled = add_tiles(to_html(ranking()), "OpenTopoMap")
    policy = tiled.split('content="')[1].split('"')[0]
    assert all(f"https://{sub}.tile.opentopomap.org" in policy for sub in "abc")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("OpenStretMap", "did you mean"),
        ("Thunderforest.Landscape", "key"),
        ("<script>", "no such provider"),
        ("", "no"),
    ],
)
def test_tiles_that_are_not_to_be_had(name: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        add_tiles(to_html(ranking()), name)


def test_tiles_go_under_maps_of_saferoute_alone() -> None:
    with pytest.raises(InvalidInput, match="no map of this version"):
        add_tiles("<html>img-src data:;</html>", "OpenStreetMap.Mapnik")


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
    assert clean_text(value) == expected


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


def read_steps(word: str) -> list[list[int]]:
    """Return [points, x, y, steps…] of each line, with its start in full."""
    numbers, lines, start = decoded(word), [], np.zeros(2, dtype=int)
    while numbers:
        count = numbers[0]
        start = start + numbers[1:3]
        lines.append([count, *start.tolist(), *numbers[3 : 1 + 2 * count]])
        numbers = numbers[1 + 2 * count :]
    return lines


def test_grid_gives_many_lines_back() -> None:
    grid = Grid.around_place(ranking().place, CRS, decimals=6)
    lines = [
        shapely.LineString([(X + 400 * i, Y - 90 * i), (X + 15, Y + 20), (X + 15, Y + 20), (X, Y)]) for i in range(1, 4)
    ]
    found = read_steps(grid.encode_lines([*lines, shapely.LineString([(X, Y), (X, Y)])]))
    expected = [[3, *decoded(grid.encode_line(line))] for line in lines]
    assert sorted(found) == sorted(expected)


def test_grid_gives_rings_back_without_their_closing_points() -> None:
    grid = Grid.around_place(ranking().place, CRS, decimals=6)
    square = shapely.box(X, Y, X + 50, Y + 50) - shapely.box(X + 10, Y + 10, X + 20, Y + 20)
    assert [ring[0] for ring in read_steps(grid.encode_rings([square]))] == [4, 4]


def test_grid_gives_lines_back() -> None:
    grid = Grid.around_place(ranking().place, CRS, decimals=6)
    line = shapely.LineString([(X - 900, Y + 70), (X, Y), (X + 15, Y - 2000)])
    cells = np.cumsum(np.reshape(decoded(grid.encode_line(line)), (-1, 2)), axis=0)
    degrees = np.asarray(gpd.GeoSeries([line], crs=CRS).to_crs(4326).iloc[0].coords)
    assert np.abs(cells * 1e-6 + [grid.lon, grid.lat] - degrees).max() < 1e-6


def test_grid_does_not_jump_at_the_date_line() -> None:
    grid = Grid.around_place(Place("Taveuni", 179.999, -16.8), "EPSG:32760", decimals=5)
    across = shapely.LineString([(179.999, -16.8), (-179.999, -16.8)])
    line = gpd.GeoSeries([across], crs=4326).to_crs("EPSG:32760").iloc[0]
    assert decoded(grid.encode_line(line)) == [0, 0, 200, 0]


def coast(*lines: list[tuple[float, float]]) -> Features:
    rows = [{"geometry": shapely.LineString(line), "natural": "coastline"} for line in lines]
    return bare(ways=table(rows))


FRAME = shapely.box(0, 0, 100, 100)
ISLAND = [(10.0, 10.0), (20.0, 10.0), (20.0, 20.0), (10.0, 20.0), (10.0, 10.0)]


def test_sea_is_right_of_the_coastline() -> None:
    found, _ = find_sea(coast([(5, -50), (5, 150)], ISLAND), FRAME)
    assert found is not None
    assert found.equals(shapely.box(5, 0, 100, 100) - shapely.box(10, 10, 20, 20))


def test_beyond_the_end_of_the_shore_nothing_is_said() -> None:
    large = shapely.box(0, 0, 1000, 1000)
    found, known = find_sea(coast([(500, 20), (500, 980)]), large)
    assert known.equals(shapely.box(50, 50, 950, 950))
    assert found.equals(shapely.box(500, 50, 950, 950))


def test_island_in_the_sea() -> None:
    found, _ = find_sea(coast(ISLAND), FRAME)
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
def test_doubtful_sea_is_excluded(lines: list[list[tuple[float, float]]]) -> None:
    assert find_sea(coast(*lines), FRAME) == (None, FRAME)
