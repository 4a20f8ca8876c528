"""What the names of stretches of real places say is so, by a reader and a geometry of the tests' own."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import osmium
import pytest
import shapely
from own_reader import draw_lines
from pyproj import Transformer

from saferoute import find

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from saferoute import Ranking

    Shapes = dict[str, list[shapely.Geometry]]

WINDS = "north north-east east south-east south south-west west north-west".split()
"""Every 45° from north, clockwise."""
MARK = re.compile(r" \((north|east|south|west|middle|[A-Z]+)\)$")
ROOM_M, ROOM_DEG = 1.0, 2.0
"""What rounding and another projection may cost."""
BESIDE_M, BETWEEN_M, NEAR_M, FAR_M = 30 + ROOM_M, 100 + ROOM_M, 150 + ROOM_M, 2000 + ROOM_M
LONGEST = 50
SOME = {"helgoland/helgoland": "54.183,7.889"}
MORE = {
    "milan/milan": "45.472,9.175", "sydney/sydney-cbd": "-33.87,151.21", "heidelberg/heidelberg": "49.41,8.70",
    "porto/porto-centre": "41.15,-8.62", "liechtenstein/liechtenstein": "47.139,9.522",
    "badwildbad/badwildbad": "48.75,8.55",
}  # fmt: skip
"""Places of real extracts, in which nearly everything has a named street near."""


def read_named(path: Path, crs: str) -> Shapes:
    """Return all shapes of an extract by name, in metres; names as they are shown."""
    to_metres = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    shapes: Shapes = defaultdict(list)
    wkb = osmium.geom.WKBFactory()
    for thing in osmium.FileProcessor(str(path)).with_areas().with_filter(osmium.filter.KeyFilter("name")):
        if thing.is_area():
            shape = shapely.make_valid(shapely.from_wkb(wkb.create_multipolygon(thing)))
        elif thing.is_way():
            shape = draw_lines(thing)
        elif thing.is_node():
            shape = shapely.Point(thing.lon, thing.lat)
        else:
            continue
        if not shape.is_empty:
            in_metres = shapely.transform(shape, lambda xy: np.column_stack(to_metres.transform(*xy.T)))
            shapes[shorten(thing.tags["name"])].append(in_metres)
    return shapes


def shorten(name: str) -> str:
    """Return a name of the map as it stands within the name of a stretch."""
    plain = " ".join(name.split())
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1].rstrip() + "…"


def look_from(shapes: Iterable[shapely.Geometry], middle: shapely.Point) -> Iterator[tuple[float, float]]:
    """Yield how far a point is from each shape, and in which direction from its nearest point, in degrees."""
    for shape in shapes:
        (x0, y0), (x1, y1) = shapely.get_coordinates(shapely.shortest_line(shape, middle))
        yield float(np.hypot(x1 - x0, y1 - y0)), float(np.degrees(np.arctan2(x1 - x0, y1 - y0)))


def turn(a: float, b: float) -> float:
    """Return the angle between two directions in degrees."""
    return abs((a - b + 180) % 360 - 180)


def relates(words: str, line: shapely.LineString, shapes: Shapes) -> bool:
    """Return whether "by Mill Street" and the like are true of a line."""
    middle = line.interpolate(0.5, normalized=True)
    if words.startswith("by "):
        return any(shape.distance(line) <= BESIDE_M for shape in shapes.get(words[3:], ()))
    if words.startswith("between "):
        ends = [part.start() for part in re.finditer(" and ", words)]
        pairs = [(words[len("between ") : at], words[at + len(" and ") :]) for at in ends]
        seen = [[list(look_from(shapes.get(name, ()), middle)) for name in pair] for pair in pairs]
        return any(
            max(m, n) <= BETWEEN_M and turn(a, b) >= 120 - ROOM_DEG for one, two in seen for m, a in one for n, b in two
        )
    far = re.fullmatch(r"(?:([\d.]+) (k?m) )?([a-z-]+) of (.*)", words)
    if far is None or far[3] not in WINDS:
        return False
    towards = 45 * WINDS.index(far[3])
    told_m = None if far[1] is None else float(far[1]) * (1000 if far[2] == "km" else 1)
    return any(
        turn(bearing, towards) <= 22.5 + ROOM_DEG
        and (shape_is_near(shape, line) if told_m is None else abs(metres - told_m) <= 51 and metres <= FAR_M)
        for shape in shapes.get(far[4], ())
        for metres, bearing in look_from([shape], middle)
    )


def shape_is_near(shape: shapely.Geometry, line: shapely.LineString) -> bool:
    """Return whether something is so near that it tells where a stretch lies."""
    return bool(shape.distance(line) <= NEAR_M)


def holds(name: str, line: shapely.LineString, shapes: Shapes) -> bool:
    """Return whether most of a line lies in or on something of a name."""
    least_m = 0.7 * line.length - ROOM_M
    return any(line.intersection(shape.buffer(ROOM_M)).length >= least_m for shape in shapes.get(name, ()))


def is_true(name: str, own: list[str], line: shapely.LineString, shapes: Shapes) -> bool:
    """Return whether all that the name of a stretch says is so, however it is taken apart."""
    behind_ground = [m for m in re.finditer(", ", name) if relates(name[m.end() :], line, shapes)]
    for ground in (name, *(name[: m.start()] for m in behind_ground)):
        if set(ground.split(", ")) <= set(own):
            return True
        if any(holds(ground[m.end() :], line, shapes) for m in re.finditer(" in | on |, ", ground)):
            return True
    what_ends = [m for m in re.finditer(",? ", name) if not re.search(" in | on |, ", name[: m.start()])]
    return any(relates(name[m.end() :], line, shapes) for m in what_ends)


def find_faults(ranking: Ranking, shapes: Shapes) -> list[str]:
    """Return the names of a ranking that say what is not so."""
    faults = []
    for row in ranking.stretches.to_dict("records"):
        own = [shorten(part) for part in row["osm_name"].split(", ")] if isinstance(row["osm_name"], str) else []
        if not is_true(MARK.sub("", row["name"]), own, row["geometry"], shapes):
            faults.append(f"{row['name']}: {row['osm_ids'][0]}")
    return faults


@pytest.fixture
def searched(shared_data: Path, request: pytest.FixtureRequest) -> tuple[Ranking, Shapes]:
    """Return a ranking of a real place, and all that has a name on its map."""
    extract, near = request.param
    path = shared_data / f"{extract}.osm.pbf"
    ranking = find(near, osm=path, elevation="none", radius_m=1200.0, top=200)
    return ranking, read_named(path, ranking.area.crs)


@pytest.mark.parametrize(
    "searched",
    [*SOME.items(), *(pytest.param(place, marks=pytest.mark.long) for place in MORE.items())],
    ids=[*SOME, *MORE],
    indirect=True,
)
def test_names_are_true_in_words_and_never_alike(searched: tuple[Ranking, Shapes]) -> None:
    ranking, shapes = searched
    names = ranking.stretches["name"]
    assert len(names) > 10
    assert names.str.casefold().is_unique
    assert not names.str.contains(" of the start").any()
    assert not names[ranking.stretches["osm_name"].isna()].str.contains(r"^\S*[_=:]").any()
    assert find_faults(ranking, shapes) == []


def test_the_reader_sees_what_is_not_so() -> None:
    line, street = shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(-500, 60), (500, 60)])
    lane, elm = shapely.LineString([(0, -90), (99, -90)]), shapely.box(-9, -9, 50, 9)
    shapes = {"Mill and Kiln": [street], "Elm": [elm], "Lane": [lane]}
    true = ["south of Mill and Kiln", "between Lane and Mill and Kiln", "by Elm"]
    assert all(relates(words, line, shapes) for words in true)
    false = ["north of Mill and Kiln", "by Mill and Kiln", "between Elm and Lane", "by Nowhere", "up of Elm", "Elm"]
    assert not any(relates(words, line, shapes) for words in false)
    assert not holds("Elm", line, shapes)
    assert holds("Elm", shapely.LineString([(0, 0), (40, 0)]), shapes)
    said = {"path by Elm": True, "path in Elm, south of Lane": False, "path, Lane, by Elm": False, "path": False}
    assert {name: is_true(name, [], line, shapes) for name in said} == said
    assert is_true("Long Walk, by Elm", ["Long Walk"], line, shapes)
    assert not is_true("Long Walk, by Lane", ["Long Walk"], line, shapes)
