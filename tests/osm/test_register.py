"""What is read of a map and not understood is found, whatever question reads it."""

from __future__ import annotations

import pandas as pd
import pytest

from saferoute.osm import access, people, surfaces
from saferoute.osm.register import ANY_VALUE_TELLS, find_unread_tags


def unread(**tags: object) -> list[str]:
    """Return the tags of one object that are not understood."""
    return unread_of([tags])


def unread_of(rows: list[dict[str, object]]) -> list[str]:
    """Return the tags of some objects that are not understood, by key, then in the order of the objects."""
    table = pd.DataFrame([{"osm_type": "way", "osm_id": number, **row} for number, row in enumerate(rows)])
    found = find_unread_tags(table)
    assert all(rows[number][key] == value for key, value, _, number in found.itertuples(index=False))
    return [f"{key}={value}" for key, value in zip(found["key"], found["value"], strict=True)]


KEYS = (
    "surface smoothness tracktype width incline lit access foot motor_vehicle vehicle barrier highway natural landuse "
    "leisure man_made waterway amenity hazard sport sac_scale trail_visibility kerb crossing layer area ford tourism "
    "railway aeroway"
).split()


def test_a_word_that_nobody_knows_is_found_in_every_key_that_is_read() -> None:
    assert unread(**dict.fromkeys(KEYS, "zzz")) == [f"{key}=zzz" for key in sorted(KEYS)]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("surface", "Fine Gravel"), ("surface", "sand;grass"), ("width", "3,5 m"), ("incline", "-1:12"),
        ("incline", "up"), ("layer", "0;1"), ("barrier", "kissing gate"), ("access", "destination"),
        ("shop", "whatever it sells"), ("building", "kiosk"), ("amenity", "toilets;cafe"), ("name", "Zzz"),
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


def test_two_numbers_are_not_one_width() -> None:
    assert unread(width="2;3") == ["width=2;3"]


def test_what_draws_people_is_understood() -> None:
    named = [(key, value) for by_key in people.UNITS.values() for key in by_key for value in by_key[key]]
    assert unread_of([{key: value} for key, value in named if value != "*"]) == []
