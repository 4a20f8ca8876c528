"""An extract whose every tag attacks: through the whole command, to every output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import osmium
import pytest
from rankings import HOSTILE
from town import lonlat

from saferoute.report.text import sanitize_text

if TYPE_CHECKING:
    from pathlib import Path

# What a file of OpenStreetMap can hold; the rest is in the rankings made by hand.
TEXTS = tuple(text.encode("utf-8", "ignore").decode().replace("\x00", "")[:1000] for text in HOSTILE)
KEYS = ("name", "surface", "smoothness", "width", "lit", "operator", "access:conditional", "tracktype", "incline")
"""Tags of a walk; values that nothing knows may not change what it is."""


def write_extract(path: Path) -> Path:
    """Write a walk, a road, a park, a suburb and a tree for each text, with the text wherever it may stand."""
    with osmium.SimpleWriter(str(path)) as writer:
        ways, areas, node = [], [], 0
        for i, text in enumerate(TEXTS):
            y = 60 * i - 30 * len(TEXTS)
            corners = [
                (-120, y),
                (120, y),
                (-120, y + 30),
                (120, y + 30),
                (200, y),
                (240, y),
                (240, y + 30),
                (200, y + 30),
            ]
            first = node + 1
            for x, north in corners:
                node += 1
                writer.add_node(osmium.osm.mutable.Node(id=node, location=lonlat(x, north), version=1))
            for tags in (
                {"place": "suburb", "name": text},
                {"amenity": text, "shop": text, "natural": "tree", "name": text},
            ):
                node += 1
                writer.add_node(osmium.osm.mutable.Node(id=node, location=lonlat(160, y), version=1, tags=tags))
            ways.append(([first, first + 1], {"highway": "footway", **dict.fromkeys(KEYS, text)}))
            ways.append(([first + 2, first + 3], {"highway": "residential", "name": text, "surface": text}))
            areas.append(
                ([*range(first + 4, first + 8), first + 4], {"leisure": "park", "name": text, "dog": text, "fee": text})
            )
        for number, (nodes, tags) in enumerate([*ways, *areas], start=1):
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, version=1, tags=tags))
    return path


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """All that the command leaves: files, stdout, stderr, and the folder it worked in."""
    folder = tmp_path_factory.mktemp("hostile")
    work = folder / "work"
    work.mkdir()
    write_extract(folder / "hostile.osm.pbf")
    lon, lat = lonlat(0, 0)
    run = [sys.executable, "-m", "saferoute", "find", "--near", f"{lat},{lon}", "--osm", "../hostile.osm.pbf"]
    run += ["--radius", "2000", "--top", "100", "-o", "map.html", "-o", "found.geojson"]
    done = subprocess.run(
        run, cwd=work, capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": "utf-8"}
    )
    return work, done


def test_the_command_runs_and_leaves_nothing_else(outputs: Any) -> None:
    work, done = outputs
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert sorted(path.name for path in work.iterdir()) == ["found.geojson", "map.html"]


def test_the_terminal_gets_text_alone(outputs: Any) -> None:
    _, done = outputs
    for stream in (done.stdout, done.stderr):
        text = stream.decode("utf-8")
        assert not {c for c in text if ord(c) < 32 and c != "\n"} | ({"\x7f", "\u202e", "\u2066", "\u2028"} & set(text))
        assert len(text) < 60_000


def test_geojson_holds_the_names_as_text(outputs: Any) -> None:
    work, _ = outputs
    features = json.loads((work / "found.geojson").read_text())["features"]
    names = {feature["properties"]["osm_name"] for feature in features}
    assert {sanitize_text(text, 400) for text in TEXTS if sanitize_text(text)} <= names | {None}


@pytest.mark.browser
def test_the_map_opens_and_runs_nothing_of_it(outputs: Any, browser: Any) -> None:
    work, _ = outputs
    browser.open(work / "map.html")
    names = browser.texts("#list .name")
    features = json.loads((work / "found.geojson").read_text())["features"]
    assert names == [sanitize_text(feature["properties"]["name"]) for feature in features]
    # Long names are cut, and namesakes have a side behind.
    assert [text for text in TEXTS if not any(sanitize_text(text)[:40] in name for name in names)] == []
    browser.js("document.querySelectorAll('details').forEach((e) => (e.open = true))")
    for rank in range(1, len(names) + 1):
        browser.js(f"location.hash = 's{rank}'")
        browser.settle(10)
    assert browser.js("typeof window.pwned") == "undefined"
    assert browser.js("document.querySelectorAll('img, iframe, object, embed, form').length") == 0
    assert browser.errors() == []
    assert browser.requests() == []
