"""What is read of a map and not understood is found, whatever question reads it."""

from __future__ import annotations

import importlib.util
import inspect
from pathlib import Path

import pandas as pd
import pytest
from tables import to_table

from saferoute.osm import access, ground, keys, obstacles, people, register, sports, surfaces, water, ways
from saferoute.osm.barriers import blocks_way, is_fence
from saferoute.osm.other_values import OTHER_VALUES
from saferoute.osm.register import ANY_VALUE_TELLS, find_unread_tags, list_read_keys
from saferoute.osm.unread import may_be_drop
from saferoute.table import Tags

REPOSITORY = Path(__file__).resolve().parents[2]


def unread(**tags: object) -> list[str]:
    """Return the tags of one object that are not understood."""
    return unread_of([tags])


def unread_of(rows: list[dict[str, object]]) -> list[str]:
    """Return the tags of some objects that are not understood, by key, then in the order of the objects."""
    table = pd.DataFrame([{"osm_type": "way", "osm_id": number, **row} for number, row in enumerate(rows)])
    found = find_unread_tags(to_table(table))
    assert all(rows[number][key] == value for key, value, _, number in found.itertuples(index=False))
    return [f"{key}={value}" for key, value in zip(found["key"], found["value"], strict=True)]


KEYS = (
    "surface smoothness tracktype width incline lit access foot motor_vehicle vehicle barrier highway natural landuse "
    "leisure man_made waterway amenity hazard sport sac_scale trail_visibility layer area ford tourism "
    "railway aeroway water opening_hours access:conditional foot:conditional"
).split()


def test_a_word_that_nobody_knows_is_found_in_every_key_that_is_read() -> None:
    assert unread(**dict.fromkeys(KEYS, "zzz")) == [f"{key}=zzz" for key in sorted(KEYS)]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("surface", "Fine Gravel"), ("surface", "sand;grass"), ("width", "3,5 m"), ("incline", "-1:12"),
        ("incline", "up"), ("layer", "0;1"), ("barrier", "kissing gate"), ("access", "destination"),
        ("shop", "whatever it sells"),
        ("opening_hours", "Mo-Fr 08:00-18:00; Sa,Su off"),
        ("access:conditional", "no @ (22:00-06:00)"),
        ("building", "kiosk"), ("amenity", "toilets;cafe"), ("name", "Zzz"),
    ],
)  # fmt: skip
def test_what_is_understood_in_odd_writing_or_as_a_list_is_not_found(key: str, value: str) -> None:
    assert unread(**{key: value}) == []


def test_a_list_with_a_part_that_nobody_knows_is_found() -> None:
    known = [("surface", value) for value in sorted(surfaces.KNOWN_SURFACES)]
    known += [("access", value) for value in sorted(access.CLOSED)]
    assert unread_of([{key: value} for key, value in known]) == []
    assert len(unread_of([{key: f"{value};zzz"} for key, value in known])) == len(known)


def test_keys_without_a_vocabulary_are_read_whatever_they_say() -> None:
    assert unread(**dict.fromkeys(ANY_VALUE_TELLS, "zzz")) == []


@pytest.mark.parametrize("width", ["2;wide", "1.2 m at the bridge", "1-2-3", "-2"])
def test_a_width_that_says_more_than_its_numbers_is_not_understood(width: str) -> None:
    assert unread(width=width) == [f"width={width}"]


def test_what_draws_people_is_understood() -> None:
    named = [(key, value) for by_key in people.UNITS.values() for key in by_key for value in by_key[key]]
    assert unread_of([{key: value} for key, value in named if value != "*"]) == []


def test_no_value_is_listed_that_a_question_tells_already(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = sorted((group.key, word) for group in OTHER_VALUES for word in group.words)
    assert len(set(listed)) == len(listed)
    rows: list[dict[str, object]] = [{key: word} for key, word in listed]
    assert unread_of(rows) == []
    monkeypatch.setattr(register, "OTHER_VALUES", ())
    rows += [{key: "zzz"} for key in {key for key, _ in listed}]  # other values than before, hence asked anew
    assert {f"{key}={word}" for key, word in listed} - set(unread_of(rows)) == set()


@pytest.mark.parametrize(
    ("ask", "tags"),
    [
        (blocks_way, {"crossing": "island"}),
        (blocks_way, {"crossing": "zzz"}),
        (ways.is_conveyor, {"conveying": "both"}),
        (ways.is_crossing, {"footway": "island"}),
        (access.is_closed_to_bicycles, {"bicycle": "dismount"}),
        (access.is_shared_with_bicycles, {"bicycle": "official"}),
        (obstacles.is_long_object, {"railway": "disused"}),
        (obstacles.is_small_object, {"man_made": "survey_point"}),
        (obstacles.is_small_object, {"historic": "bomb_crater"}),
        (obstacles.is_small_object, {"highway": "traffic_mirror"}),
        (ground.is_closed_ground, {"leisure": "schoolyard"}),
        (ground.is_closed_ground, {"power": "substation"}),
        (ground.is_closed_ground, {"landuse": "churchyard"}),
        (ground.is_in_use, {"landuse": "lane;parking"}),
        (ground.is_in_use, {"man_made": "crater"}),
    ],
)
def test_what_bars_or_troubles_a_runner_is_read(ask, tags: dict[str, str]) -> None:
    assert ask(pd.DataFrame([tags])).all()


@pytest.mark.parametrize(
    ("ask", "tags"),
    [
        (water.is_water_area, {"landuse": "pond"}),
        (water.is_water_area, {"water": "Fish pond"}),
        (water.is_water_area, {"waterway": "lake"}),
        (access.is_closed_on_foot, {"access": "restricted"}),
        (access.is_closed_on_foot, {"foot": "customer"}),
        (sports.is_walled_field, {"leisure": "pitch", "sport": "long_jump"}),
        (surfaces.is_excluded_surface, {"surface": "cobblestone:rounded"}),
    ],
)
def test_what_is_water_closed_or_too_rough_is_read(ask, tags: dict[str, str]) -> None:
    assert ask(pd.DataFrame([tags])).yes.all()


def test_a_tag_that_says_unknown_is_no_more_than_a_missing_one() -> None:
    table = pd.DataFrame({"surface": ["Unknown", None], "foot": ["unspecified", None], "access": "private"})
    assert surfaces.is_excluded_surface(table).unknown.all()
    assert access.is_closed_on_foot(table).yes.all()
    # A barrier of unknown kind is a barrier.
    assert is_fence(pd.DataFrame({"barrier": ["unknown"]})).not_understood.all()


def test_every_column_of_a_map_is_read_or_is_known_to_be_none_of_tags_that_judge() -> None:
    """Columns for names and pictures, and those that rules outside of the vocabulary read, are listed here."""
    elsewhere = {
        "name", "wetland", "intermittent", "seasonal", "protect_class", "dog",
        "entrance", "building:levels",
        # Told with their text, whatever they say.
        "fee", "charge",
    }  # fmt: skip
    columns = {*keys.WAY_TAGS, *keys.AREA_TAGS, *keys.POINT_TAGS}
    assert columns - set(list_read_keys()) == elsewhere


def test_the_guide_says_what_is_read() -> None:
    spec = importlib.util.spec_from_file_location("values", REPOSITORY / "docs/values.py")
    assert spec is not None
    assert spec.loader is not None
    written = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(written)
    page = (REPOSITORY / "docs/tags.md").read_text(encoding="utf-8")
    assert written.fill_page(page) == page, "python docs/values.py writes it"
    assert all(f"`{key}`" in page for key in ANY_VALUE_TELLS)


def test_every_question_of_every_module_reads_keys_that_are_listed() -> None:
    asked: set[str] = set()
    for path in (REPOSITORY / "saferoute/osm").glob("[a-z]*.py"):
        module = importlib.import_module(f"saferoute.osm.{path.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            needed = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
            if not name.startswith("_") and [p.annotation for p in needed] == ["Tagged"]:
                function(Tags(0, asked.add))
    assert {"surface", "natural"} <= asked
    assert asked - set(list_read_keys()) == {"fee", "charge", "osm_type", "name"}


def test_a_line_of_a_natural_kind_that_nobody_knows_may_be_a_cliff() -> None:
    lines = pd.DataFrame(
        {"natural": ["cliffs", "tree_row", "cliff", "sand", "cliffs"], "highway": [None, None, None, "path", "path"]}
    )
    assert may_be_drop(lines).tolist() == [True, False, True, False, False]


@pytest.mark.parametrize("layer", ["upstairs", "-1;", "0;two", ""])
def test_no_hazard_leaves_the_ground_for_a_layer_that_nobody_understands(layer: str) -> None:
    lake = pd.DataFrame({"natural": ["water"], "layer": [layer]})
    assert water.is_water_area(lake).yes.tolist() == [layer != "-1;"]


@pytest.mark.parametrize("value", ["yes", "level", "zzz"])
def test_what_is_indoors_in_whatever_way_is_indoors(value: str) -> None:
    ways_inside = pd.DataFrame({"highway": "footway", "indoor": [value, "no", None]})
    assert ways.is_indoors(ways_inside).tolist() == [True, False, False]
