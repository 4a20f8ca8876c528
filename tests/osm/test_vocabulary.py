"""Each fact about tags stands once, in `osm`, and its questions answer as meant."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pandas as pd
import pytest

from saferoute.criteria.surface import MATERIALS, SMOOTHNESS, TRACKTYPES
from saferoute.osm import access, barriers, ground, names, people, sports, surfaces, water, ways
from saferoute.osm.surfaces import EXCLUDED_SURFACES, KNOWN_SURFACES

PACKAGE = Path(__file__).resolve().parents[2] / "saferoute"
ROOMS = ("candidates", "criteria", "limits", "page", "scan", "search", "training")
OSM = sorted((PACKAGE / "osm").glob("*.py"))


def sets_of_words(text: str) -> list[frozenset[str]]:
    """Return the sets of at least two words that a module writes out, as such or as one text that is split."""
    found = []
    for node in ast.walk(ast.parse(text)):
        words: list[object] = []
        if isinstance(node, ast.Set):
            words = [element.value for element in node.elts if isinstance(element, ast.Constant)]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "split":
            whole = node.func.value
            words = whole.value.split() if isinstance(whole, ast.Constant) and isinstance(whole.value, str) else []
        if len(words) > 1 and all(isinstance(word, str) for word in words):
            found.append(frozenset(words))
    return found


def values_of_osm() -> set[str]:
    """Return every word that stands in a set of `osm`."""
    return {word for path in OSM for words in sets_of_words(path.read_text(encoding="utf-8")) for word in words}


def test_no_set_of_values_is_written_out_twice() -> None:
    places = defaultdict(list)
    for path in OSM:
        if path.name != "keys.py":  # what is read is listed by table
            for words in sets_of_words(path.read_text(encoding="utf-8")):
                places[words].append(path.name)
    twice = {tuple(sorted(words)): where for words, where in places.items() if len(where) > 1}
    assert twice == {}


@pytest.mark.parametrize("room", ROOMS)
def test_no_other_room_lists_values_of_tags(room: str) -> None:
    known = values_of_osm()
    listed = [
        (path.name, sorted(words))
        for path in sorted((PACKAGE / room).rglob("*.py"))
        for words in sets_of_words(path.read_text(encoding="utf-8"))
        if words <= known
    ]
    assert listed == []


def test_a_list_of_values_is_seen_however_it_is_written() -> None:
    text = 'A = frozenset({"wood", "scrub"})\nB = frozenset("rail tram".split())\nC = {"yes"}\nD = {1, 2}\n'
    assert sets_of_words(text) == [{"wood", "scrub"}, {"rail", "tram"}]


def test_every_rated_surface_is_known_and_none_is_excluded() -> None:
    assert set(MATERIALS) == KNOWN_SURFACES - EXCLUDED_SURFACES
    assert surfaces.is_rough(pd.DataFrame({"smoothness": list(SMOOTHNESS)})).no.all()
    assert surfaces.is_soft_track(pd.DataFrame({"tracktype": list(TRACKTYPES)})).no.all()


ANSWERS = [
    (surfaces.is_excluded_surface, "surface", "Unhewn cobblestone", "asphalt", "lava"),
    (surfaces.is_rough, "smoothness", "very bad", "good", "so-so"),
    (surfaces.is_soft_track, "tracktype", "grade5", "grade2", "grade9"),
    (surfaces.is_rough_trail, "mtb:scale", "2-", "1+", "$"),
    (surfaces.is_rough_trail, "mtb:scale", "1-3", "0-1", "7"),
    (surfaces.is_uneven_trail, "mtb:scale", "0;1", "0+", "easy"),
    (ways.is_mountain_path, "sac_scale", "mountain_hiking", "hiking", "T7"),
    (ways.is_alpine_path, "sac_scale", "Alpine Hiking", "mountain_hiking", "T7"),
    (ways.is_mountain_path, "sac_scale", "T2", "T1", "T7"),
    (ways.is_hard_to_see, "trail_visibility", "horrible", "good", "in spring"),
    (ways.is_lit, "lit", "sunset-sunrise", "disused", "moonlight"),
    (ways.is_ford, "ford", "stepping stones", "no", "deep"),
    (barriers.is_fence, "barrier", "guard-rail", "kerb", "xyz"),
    (barriers.is_drop, "waterway", "weir", "fuel", "xyz"),
    (water.is_water_line, "waterway", "river", "no", "xyz"),
    (access.is_closed_on_foot, "access", "private", "yes", "perhaps"),
    (access.is_closed_on_foot, "foot", "use sidepath", "designated", "perhaps"),
    (access.is_open_to_motors, "motor_vehicle", "destination", "forestry", "perhaps"),
]


@pytest.mark.parametrize(("ask", "key", "yes", "no", "odd"), ANSWERS)
def test_what_may_bar_the_way_has_three_answers(ask, key: str, yes: str, no: str, odd: str) -> None:
    answer = ask(pd.DataFrame({key: [yes, no, odd, None]}))
    assert answer.yes.tolist() == [True, False, False, False]
    assert answer.no.tolist()[:3] == [False, True, False]
    assert answer.text.tolist() == ["", "", f"{key}={odd}", ""]
    assert not answer.not_understood[3]


def test_foot_overrules_access_and_vehicle_is_asked_before_access() -> None:
    table = pd.DataFrame({"foot": ["yes", "no", None], "access": ["no", "yes", "no"], "vehicle": ["yes", "no", None]})
    assert access.is_closed_on_foot(table).yes.tolist() == [False, True, True]
    assert access.is_private_on_foot(table).tolist() == [False, True, True]
    assert access.is_open_to_motors(table).yes.tolist() == [True, False, False]


def test_a_way_of_two_classes_is_a_road_if_either_is_and_a_foot_way_if_both_are() -> None:
    table = pd.DataFrame({"highway": ["footway;residential", "footway; path", "Footway", "xyz;path"]})
    assert ways.is_motor_road(table).tolist() == [True, False, False, False]
    assert ways.is_foot_way(table).tolist() == [False, True, True, False]


def test_slip_roads_are_of_their_roads_class() -> None:
    table = pd.DataFrame({"highway": ["primary_link", "path", None]})
    assert ways.rate_class(table, {"primary": 4.0}).tolist()[0] == 4.0
    assert pd.isna(ways.rate_class(table, {"primary": 4.0})[1:]).all()


@pytest.mark.parametrize(
    ("tags", "may_be_off", "off", "below"),
    [
        ({"layer": "0"}, False, False, False),
        ({"layer": "+0"}, False, False, False),
        ({"layer": "-1"}, True, True, True),
        ({"layer": "-1", "highway": "residential"}, True, False, False),
        ({"layer": "2"}, True, False, False),
        ({"layer": "1", "building": "yes"}, True, False, False),
        ({"layer": "upstairs"}, False, False, False),
        ({"tunnel": "culvert"}, True, True, True),
        ({"tunnel": "yes", "highway": "residential"}, True, True, True),
        ({"bridge": "viaduct"}, True, True, False),
        ({"bridge": "no"}, False, False, False),
        ({"location": "roof"}, True, True, False),
    ],
)
def test_what_is_off_the_ground_and_what_only_may_be(
    tags: dict[str, str], may_be_off: bool, off: bool, below: bool
) -> None:
    table = pd.DataFrame([tags])
    told = [ask(table).tolist() for ask in (ways.may_be_off_ground, ways.is_off_ground, ways.is_below_ground)]
    assert told == [[may_be_off], [off], [below]]


def test_water_below_the_ground_is_none_to_fear() -> None:
    table = pd.DataFrame({"natural": ["water", "water", "wood"], "location": [None, "underground", None]})
    assert water.is_water_area(table).yes.tolist() == [True, False, False]


def test_of_open_ground_the_first_kind_that_fits_counts() -> None:
    table = pd.DataFrame(
        {
            "osm_type": ["way", "way", "relation", "way"],
            "leisure": ["pitch", "track", "track", None],
            "landuse": ["grass", "grass", None, "Village green"],
        }
    )
    assert ground.find_kinds(table).tolist() == ["pitch", "grass", "track", "village green"]
    assert ground.is_recreation_ground(table).tolist() == [False, False, False, True]


def test_a_pitch_is_walled_open_or_nobody_knows() -> None:
    table = pd.DataFrame({"leisure": "pitch", "sport": ["tennis", "soccer", "bullfighting", None, "soccer;tennis"]})
    walled = sports.is_walled_field(table)
    assert walled.yes.tolist() == [True, False, False, False, True]
    assert walled.unknown.tolist() == [False, False, False, True, False]
    assert walled.text.tolist() == ["", "", "sport=bullfighting", "", ""]


def test_what_draws_most_of_a_list_counts_and_strangers_text_is_never_a_name() -> None:
    assert people.rate_attraction("amenity", "bench; Fast food").word == "fast-food outlet"
    assert people.rate_attraction("shop", "<b>odd</b>").word == "shop"
    assert people.rate_attraction("amenity", "bench").units == 0


def test_an_object_is_called_by_its_name_before_others() -> None:
    assert names.choose_name({"alt_name": "B", "name": "A"}) == "A"
    assert names.choose_name({"old_name": "C", "name:fi": "D"}) == "C"
