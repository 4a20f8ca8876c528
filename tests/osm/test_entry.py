"""Hours, conditions and fees tell when one may go in, or that they cannot be judged."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saferoute.osm import entry


class Hour(NamedTuple):
    """An hour in Naples."""

    aware: datetime
    lat: float = 40.85
    lon: float = 14.27
    country: str | None = None


ZONE = ZoneInfo("Europe/Rome")
SUNDAY_NOON = Hour(datetime(2026, 3, 8, 12, tzinfo=ZONE))
WEEKDAY_NIGHT = Hour(datetime(2026, 3, 10, 2, tzinfo=ZONE))
OPEN, CLOSED, DOUBT, UNTOLD = "open", "closed", "doubt", "untold"


def judge(tags: dict[str, str], hour: Hour | None) -> str:
    """Return in a word whether something is closed at an hour."""
    answer = entry.is_closed_at(pd.DataFrame([tags]), hour)
    return {0: OPEN, 1: CLOSED, 2: DOUBT, 3: UNTOLD}[
        int((1 * answer.yes + 2 * answer.not_understood + 3 * answer.unknown)[0])
    ]


@pytest.mark.parametrize(
    ("tags", "noon", "night", "any_hour"),
    [
        ({"access": "no"}, UNTOLD, UNTOLD, UNTOLD),
        ({"opening_hours": "24/7"}, OPEN, OPEN, OPEN),
        ({"opening_hours": "Sa,Su 09:00-19:00"}, OPEN, CLOSED, DOUBT),
        ({"opening_hours": "24/7", "access": "private"}, CLOSED, CLOSED, CLOSED),
        ({"opening_hours": "ask at the gate"}, DOUBT, DOUBT, DOUBT),
        ({"foot:conditional": "no @ (Su)"}, CLOSED, OPEN, DOUBT),
        ({"access:conditional": "no @ (22:00-06:00)"}, OPEN, CLOSED, DOUBT),
        ({"access:conditional": "private @ (sunset-sunrise)"}, OPEN, CLOSED, DOUBT),
        ({"access": "no", "access:conditional": "yes @ (08:00-18:00)"}, OPEN, CLOSED, DOUBT),
        ({"foot": "no", "access:conditional": "yes @ (08:00-18:00)"}, CLOSED, CLOSED, CLOSED),
        ({"foot": "yes", "access:conditional": "no @ (22:00-06:00)"}, OPEN, DOUBT, DOUBT),
        ({"access:conditional": "no @ flood"}, DOUBT, DOUBT, DOUBT),
        ({"access:conditional": "maybe @ (Su)"}, DOUBT, OPEN, DOUBT),
        ({"amenity": "marketplace", "opening_hours": "Su 07:00-14:00"}, OPEN, DOUBT, DOUBT),
        ({"amenity": "school", "opening_hours": "Mo-Fr 07:00-17:00"}, CLOSED, CLOSED, DOUBT),
    ],
)
def test_what_may_be_shut_has_three_answers(tags: dict[str, str], noon: str, night: str, any_hour: str) -> None:
    assert [judge(tags, hour) for hour in (SUNDAY_NOON, WEEKDAY_NIGHT, None)] == [noon, night, any_hour]


@pytest.mark.parametrize(
    ("text", "noon", "night"),
    [
        ("yes @ (22:00-06:00)", OPEN, CLOSED),
        ("no @ (Su)", OPEN, OPEN),
        ("delivery @ (Mo-Fr 01:00-10:00)", OPEN, DOUBT),
        ("permit_holders", DOUBT, DOUBT),
    ],
)
@pytest.mark.parametrize("key", ["motor_vehicle:conditional", "vehicle:conditional"])
def test_motors_may_come_at_some_hours(key: str, text: str, noon: str, night: str) -> None:
    # Here "closed" is: yes, they may.
    answers = [entry.is_open_to_motors_at(pd.DataFrame({key: [text]}), hour) for hour in (SUNDAY_NOON, WEEKDAY_NIGHT)]
    assert [CLOSED if a.yes else DOUBT if a.not_understood else OPEN for a in answers] == [noon, night]


def test_what_is_not_understood_is_shown_as_it_was_tagged() -> None:
    answer = entry.is_closed_at(pd.DataFrame({"opening_hours": ["Summer", "24/7"]}), SUNDAY_NOON)
    assert answer.text.tolist() == ["opening_hours=Summer", ""]


def test_only_what_costs_is_told() -> None:
    table = pd.DataFrame({"fee": ["no", "Yes", None, None], "charge": [None, "3 EUR", None, "1 GBP"]})
    assert entry.list_fees(table).tolist() == ["", "fee=Yes; charge=3 EUR", "", "charge=1 GBP"]


# Without a deadline: the first text loads the reader of opening hours.
@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["opening_hours", "access:conditional", "access"]), st.text(max_size=30)))
def test_no_text_of_other_keys_opens_what_is_closed_on_foot(tags: dict[str, str]) -> None:
    assert judge({"foot": "no", **tags}, SUNDAY_NOON) in {CLOSED, UNTOLD}
