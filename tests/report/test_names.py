"""Stretches have names that are true, in words, and never alike."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from town import lonlat, write_town

from saferoute import search
from saferoute.model import Place
from saferoute.osm.surfaces import EXCLUDED_SURFACES, KNOWN_SURFACES, WORDS
from saferoute.report.names import describe_ground, locate_from_start, tell_apart
from saferoute.report.units import IMPERIAL_UNITS, METRIC_UNITS
from saferoute.search import area_around
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

WALK = "\n n1 -100 0\n n2 100 0\n w1 n1,n2 highway=footway surface=paving_stones {}\n"
"""A walk of 200 m from west to east."""


@pytest.fixture
def name_of(tmp_path):
    """Return a function that searches a plan and returns the names of what it finds on ways or on open ground."""

    def names(plan: str, origin: str = "way") -> list[str]:
        source = ExtractSource([write_town(tmp_path / "town.osm", plan + road(90, (-300, -800), (300, -800), ""))])
        area = area_around(Place("here", *lonlat(0, -400)), 900)
        found = search.find(search.Query(area, source, load_profile())).stretches
        return found["name"][found["origin"] == origin].tolist()

    return names


def box(first: int, x: tuple[float, float], y: tuple[float, float], tags: str) -> str:
    """Return a rectangle of the plan, numbered from `first`."""
    corners = [(x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1])]
    nodes = "".join(f" n{first + i} {east} {north}\n" for i, (east, north) in enumerate(corners))
    ring = ",".join(f"n{first + i % 4}" for i in range(5))
    return f"{nodes} w{first} {ring} {tags}\n"


def road(first: int, start: tuple[float, float], end: tuple[float, float], name: str, kind: str = "residential") -> str:
    """Return a road of the plan, numbered from `first`."""
    nodes = f" n{first} {start[0]} {start[1]}\n n{first + 1} {end[0]} {end[1]}\n"
    return f'{nodes} w{first} n{first},n{first + 1} highway={kind} name="{name}"\n'


WOOD = box(10, (-300, 300), (-80, 80), 'landuse=forest name="Elm Wood"')
CITY = box(20, (-900, 900), (-900, 900), 'leisure=nature_reserve name="All of It"')


def test_a_name_of_its_own_is_its_name(name_of):
    assert name_of(WALK.format('name="Queen\'s Walk"') + WOOD) == ["Queen's Walk"]


def test_the_smallest_ground_with_a_name_holds_it(name_of):
    assert name_of(CITY + WALK.format("") + WOOD) == ["paving stone path in Elm Wood"]


def test_ground_that_holds_only_half_of_it_does_not(name_of):
    half = box(10, (0, 300), (-80, 80), 'leisure=park name="Elm Park"')
    assert name_of(WALK.format("") + half) == ["paving stone path by Elm Park"]


@pytest.mark.parametrize(
    ("roads", "name"),
    [
        ([((-300, 20), (300, 20), "Mill Street")], "by Mill Street"),
        ([((-300, 120), (300, 120), "Mill Street")], "south of Mill Street"),
        ([((-300, -120), (300, -120), "Mill Street")], "north of Mill Street"),
        ([((-300, 60), (300, 60), "Mill Street"), ((-300, -90), (300, -90), "Kiln Lane")],
         "between Kiln Lane and Mill Street"),
        ([((-300, 60), (300, 60), "Mill Street"), ((-300, 90), (300, 90), "Kiln Lane")], "south of Mill Street"),
        ([((-300, 300), (300, 300), "Mill Street")], ", 400 m north of the start"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_near_tells_where_it_lies(name_of, roads, name):
    plan = "".join(road(30 + 10 * number, *of) for number, of in enumerate(roads))
    separator = "" if name.startswith(",") else " "
    assert name_of(WALK.format("") + plan) == [f"paving stone path{separator}{name}"]


def test_a_road_in_a_tunnel_does_not(name_of):
    plan = road(30, (-300, 20), (300, 20), "Deep Street").rstrip() + " tunnel=yes\n"
    assert name_of(WALK.format("") + plan) == ["paving stone path, 400 m north of the start"]


def test_a_road_overhead_does_not_but_one_on_a_bridge_beside_does(name_of):
    bridge = "primary bridge=yes layer=1"
    over = road(30, (20, -60), (20, 60), "High Bridge", bridge) + road(40, (20, 60), (20, 300), "High Bridge")
    assert not [name for name in name_of(WALK.format("") + over) if "High Bridge" in name]
    beside = road(30, (-200, 25), (200, 25), "High Bridge", bridge)
    assert all("by High Bridge" in name for name in name_of(WALK.format("") + beside))


def test_a_village_tells_it_where_nothing_is_near(name_of):
    village = ' n50 0 -1300 place=hamlet name="Far"\n n51 0 1000 place=hamlet name="Newton"\n'
    assert name_of(WALK.format("") + village) == ["paving stone path, 1.0 km south of Newton"]


def test_a_straight_is_on_its_side_of_the_track(name_of):
    nodes = [(-80, 0), (80, 0), (100, 30), (80, 60), (-80, 60), (-100, 30)]
    plan = "".join(f" n{i} {x} {y}\n" for i, (x, y) in enumerate(nodes, start=1))
    plan += " w1 n1,n2,n3,n4,n5,n6,n1 leisure=track sport=running surface=tartan\n"
    names = name_of(plan + box(10, (-150, 150), (-40, 90), 'leisure=sports_centre name="Sportplatz"'), "track")
    assert sorted(names) == [f"{side} straight of the running track, Sportplatz" for side in ("north", "south")]


def test_sand_and_lawns_are_called_what_they_are(name_of):
    beach = box(10, (-150, 150), (-40, 40), 'natural=beach surface=sand name="Nordstrand"')
    beach += road(50, (-200, 45), (200, 45), "", "footway")
    assert name_of(beach, "area")[0].startswith("sand, Nordstrand")
    lawn = box(10, (-150, 150), (-12, 12), "landuse=grass") + road(
        30, (-300, -25), (300, -25), "Töölönlahdenkatu", "pedestrian"
    )
    assert name_of(lawn, "area")[0].startswith("lawn by Töölönlahdenkatu")


def test_two_of_one_name_are_told_apart_by_what_is_near_and_then_by_their_side(name_of):
    two = "\n n1 -500 0\n n2 -300 0\n n3 300 0\n n4 500 0\n" + "".join(
        f" w{k} n{2 * k - 1},n{2 * k} highway=footway surface=asphalt\n" for k in (1, 2)
    )
    wood = box(10, (-700, 700), (-80, 80), 'landuse=forest name="Elm Wood"')
    assert sorted(name_of(two + wood)) == ["asphalt path in Elm Wood (east)", "asphalt path in Elm Wood (west)"]
    lane = road(30, (-600, 15), (-200, 15), "Kiln Lane")
    assert sorted(name_of(two + wood + lane)) == ["asphalt path in Elm Wood", "asphalt path in Elm Wood, by Kiln Lane"]


@pytest.mark.parametrize(
    "name",
    ["Парк Горького", "日比谷公園", "גן הירקון", "حديقة الأزهر", "Πεδίον του Άρεως", "लोदी बाग़", "สวนลุมพินี"],
)
def test_names_stand_as_they_are_mapped_in_any_script(name_of, name):
    wood = box(10, (-300, 300), (-80, 80), f'landuse=forest name="{name}"')
    assert name_of(WALK.format("") + wood) == [f"paving stone path in {name}"]


def test_what_a_name_hides_is_removed_and_a_name_of_nothing_is_none(name_of):
    wood = box(10, (-300, 300), (-80, 80), 'landuse=forest name="\u202eElm\u2066 \u200bWood"')
    assert name_of(WALK.format('name="\u200b\u202e"') + wood) == ["paving stone path in Elm Wood"]


def test_every_material_that_is_run_on_has_a_word():
    assert set(WORDS) == KNOWN_SURFACES - EXCLUDED_SURFACES
    assert not [word for word in WORDS.values() if set(word) & set("_:;")]


@given(
    highway=st.sampled_from(["footway", "path", "track", "cycleway", "bridleway", "pedestrian", "other_way"]),
    surface=st.one_of(st.none(), st.sampled_from([*sorted(KNOWN_SURFACES), "likely grass", "x_y", "asphalt;sand"])),
)
def test_no_tag_is_shown_raw(highway, surface):
    text = describe_ground({"origin": "way", "kind": "way", "highway": highway}, surface)
    assert not set(text) & set("_:;=")
    assert "likely" not in text


NAMES = st.lists(
    st.tuples(st.sampled_from(["a", "A", "a (A)", "a (B)", "a (north)", "b"]), st.sampled_from(["", "by c"]))
)


@given(named=NAMES, data=st.data())
@settings(max_examples=200)
def test_no_two_are_alike_whatever_the_map_calls_them(named, data):
    names, nearby = [name for name, _ in named], [near for _, near in named]
    xy = data.draw(st.lists(st.tuples(*[st.integers(-500, 500)] * 2), min_size=len(named), max_size=len(named)))
    told = tell_apart(names, nearby, np.array(xy, dtype=float).reshape(-1, 2))
    assert len({name.casefold() for name in told}) == len(named)
    assert all(name.startswith(base) for name, (base, _) in zip(told, named, strict=True))


def test_sides_go_from_north_to_south_or_west_to_east():
    alike = ["x"] * 3, [""] * 3
    assert tell_apart(*alike, np.array([[0, -90.0], [10, 200], [0, 30]])) == ["x (south)", "x (north)", "x (middle)"]
    assert tell_apart(*alike, np.array([[50, 0.0], [0, 0], [90, 0]])) == ["x (middle)", "x (west)", "x (east)"]
    # Nearer than that nobody sees on which side of the other one stands.
    assert tell_apart(*alike, np.array([[5, 0.0], [0, 0], [90, 0]])) == ["x (B)", "x (A)", "x (C)"]


@given(east=st.floats(-5e3, 5e3), north=st.floats(-5e3, 5e3), units=st.sampled_from([METRIC_UNITS, IMPERIAL_UNITS]))
def test_the_start_tells_direction_and_distance(east, north, units):
    text = locate_from_start(np.array([east, north]), units)
    assert text.endswith(" of the start")
    assert text.split()[1] in {units.short, units.long}
    assert ("north" in text) <= (north >= 0)
    assert ("west" in text) <= (east <= 0)
    assert unicodedata.normalize("NFC", text) == text
