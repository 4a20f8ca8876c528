"""Conditions of time are evaluated; all others, and nonsense, are not understood."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saferoute.osm.hours import is_open, parse_conditional, resolve_conditional

HELSINKI = (60.17, 24.94)
ZONE = ZoneInfo("Europe/Helsinki")
MONDAY_MORNING = datetime(2026, 6, 22, 8, tzinfo=ZONE)
SATURDAY_NIGHT = datetime(2026, 6, 20, 23, 30, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("hours", "morning", "night"),
    [
        ("24/7", True, True),
        ("Mo-Fr 07:00-17:00", True, False),
        ("mo–fr 7:00-17:00", True, False),
        ("22:00-06:00", False, True),
        ("sunrise-sunset", True, False),
        ("Nov-Mar", False, False),
        ("Mo-Fr; SH off", None, None),
        ("unknown", None, None),
        ("when the light is good", None, None),
        ("", None, None),
    ],
)
def test_hours_open_close_or_are_not_understood(hours, morning, night):
    assert (is_open(hours, MONDAY_MORNING, HELSINKI), is_open(hours, SATURDAY_NIGHT, HELSINKI)) == (morning, night)


def test_public_holidays_are_those_of_the_place():
    independence = datetime(2026, 12, 6, 12, tzinfo=ZONE)
    assert is_open("Mo-Su; PH off", independence, HELSINKI) is False
    assert is_open("Mo-Su; PH off", independence, (47.14, 9.52)) is True


@pytest.mark.parametrize(
    ("text", "morning", "night"),
    [
        ("no @ (22:00-06:00)", "yes", "no"),
        ("No @ 22:00-06:00", "yes", "no"),
        ("private @ (Mo-Fr 07:00-17:00); no @ (22:00-06:00)", "private", "no"),
        ("no @ (Mo-Fr); use sidepath @ (08:00-09:00)", "use_sidepath", "yes"),
        ("no @ (Mo-Fr AND 07:00-09:00)", "no", "yes"),
        ("no @ (wet AND Mo-Fr)", None, "yes"),
        ("no @ wet", None, None),
        ("no @ ()", None, None),
        ("no", None, None),
        ("@ (Mo)", None, None),
        ("", None, None),
    ],
)
def test_the_last_condition_that_holds_decides(text, morning, night):
    said = [resolve_conditional(text, "yes", at, HELSINKI) for at in (MONDAY_MORNING, SATURDAY_NIGHT)]
    assert said == [morning, night]


@given(st.text())
def test_no_text_breaks_it(text):
    assert is_open(text, MONDAY_MORNING, HELSINKI) in {True, False, None}
    clauses = parse_conditional(text)
    assert clauses is None or all(condition for _, condition in clauses)
