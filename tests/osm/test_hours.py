"""Conditions of time are evaluated; all others, and nonsense, are not understood."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from opening_hours import OpeningHours, State

from saferoute.osm.hours import is_open, parse_conditional, read_hours, resolve_conditional


class Hour(NamedTuple):
    """An hour in Helsinki, or elsewhere."""

    aware: datetime
    lat: float = 60.17
    lon: float = 24.94
    country: str | None = None


ZONE = ZoneInfo("Europe/Helsinki")
MONDAY_MORNING = Hour(datetime(2026, 6, 22, 8, tzinfo=ZONE))
SATURDAY_NIGHT = Hour(datetime(2026, 6, 20, 23, 30, tzinfo=ZONE))


def test_hours_of_neither_holidays_nor_the_sun_need_no_place() -> None:
    nowhere = Hour(MONDAY_MORNING.aware, float("nan"), float("nan"))
    assert is_open("Mo-Fr 07:00-17:00", nowhere)
    assert not is_open("Tu,We 06:30-22:00; Su off", nowhere)
    assert is_open("Mo-Su,PH 07:00-17:00", nowhere)


WEEKDAYS = st.sampled_from(["Mo-Fr", "Sa,Su", "Mo-Su", "PH", "Mo-Th,PH", "Su,PH", "PH Sa", "Apr-Oct PH"])
TIMES = st.sampled_from(["08:00-12:00", "20:00-26:00", "off", "00:00-24:00", '10:00-12:00 "members"', "unknown"])
RULES = st.lists(st.tuples(WEEKDAYS, TIMES).map(" ".join), min_size=1, max_size=3)
HOLIDAY = datetime(2026, 5, 1, tzinfo=ZONE)


@settings(deadline=None)  # the first look-up of a place takes long
@given(RULES, st.sampled_from(["; ", ", ", " || "]), st.integers(min_value=-30, max_value=60))
def test_hours_on_and_about_a_holiday_are_those_of_a_calendar_of_its_country(rules, joined_by, hours_from):
    when, hours = HOLIDAY + timedelta(hours=hours_from), joined_by.join(rules)
    assume(read_hours(hours))
    state, comment = OpeningHours(hours, country="FI").state(when)
    unsure = state == State.UNKNOWN or (state == State.OPEN and comment)
    assert is_open(hours, Hour(when)) == (None if unsure else state == State.OPEN)


def test_days_beside_a_holiday_are_looked_up() -> None:
    assert is_open("PH +1 day 08:00-12:00", Hour(HOLIDAY + timedelta(days=1, hours=9)))


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
        ('06:00-22:00 "for members"', None, False),
        ('"by appointment"', None, None),
        ("Dec 25 off", None, None),
        ("off", False, False),
        ("when the light is good", None, None),
        ("", None, None),
    ],
)
def test_hours_open_close_or_are_not_understood(hours, morning, night):
    assert (is_open(hours, MONDAY_MORNING), is_open(hours, SATURDAY_NIGHT)) == (morning, night)


@pytest.mark.parametrize(
    ("hours", "always"),
    [("24/7", True), ("Mo-Su 00:00-24:00", True), ("Mo-Fr", None), ("Mo-Su; PH off", None), ("sunrise-sunset", None)],
)
def test_without_an_hour_only_what_never_changes_is_told(hours, always):
    assert is_open(hours, None) is always


def test_public_holidays_are_those_of_the_place():
    independence = datetime(2026, 12, 6, 12, tzinfo=ZONE)
    assert is_open("Mo-Su; PH off", Hour(independence)) is False
    assert is_open("Mo-Su; PH off", Hour(independence, 47.14, 9.52)) is True


def test_a_country_that_is_known_is_not_looked_up_and_one_without_a_calendar_is():
    unity = datetime(2026, 10, 3, 12, tzinfo=ZONE)
    assert [is_open("Mo-Su; PH off", Hour(unity, country=code)) for code in (None, "DE", "FI", "TH")] == [
        True,
        False,
        True,
        True,
    ]


# Thailand, India, Israel, the Emirates, and the open sea.
WITHOUT_A_CALENDAR = [(13.75, 100.5, "TH"), (28.6, 77.2, None), (31.77, 35.21, "IL"), (24.45, 54.4, None), (0, 0, None)]
WEDNESDAY_NOON = datetime(2026, 6, 10, 12, tzinfo=ZONE)


@pytest.mark.parametrize("place", WITHOUT_A_CALENDAR)
@pytest.mark.parametrize(
    ("hours", "opens"),
    [
        ("Mo-Su; PH off", None),
        ("Mo-Fr 10:00-16:00; PH 08:00-11:00", None),
        ("Mo-Fr 10:00-13:00; PH 11:00-18:00", True),
        ("Sa 10:00-18:00; PH off", False),
        ("Mo-Su; PH +1 day off", None),
        ("Mo-Fr 10:00-13:00", True),
    ],
)
def test_without_a_calendar_any_day_may_be_a_holiday(place, hours, opens):
    assert is_open(hours, Hour(WEDNESDAY_NOON, *place)) is opens


def test_beyond_the_end_of_a_calendar_any_day_may_be_a_holiday():
    assert is_open("Mo-Su; PH off", Hour(WEDNESDAY_NOON)) is True
    assert is_open("Mo-Su; PH off", Hour(WEDNESDAY_NOON.replace(year=2150))) is None


@settings(deadline=None)
@given(RULES, st.sampled_from(["; ", ", ", " || "]), st.integers(min_value=-80, max_value=80))
def test_without_a_calendar_hours_say_the_same_as_on_an_ordinary_day_or_nothing(rules, joined_by, hours_from):
    when, hours = WEDNESDAY_NOON + timedelta(hours=hours_from), joined_by.join(rules)
    assert is_open(hours, Hour(when, 13.75, 100.5, "TH")) in (None, is_open(hours, Hour(when)))


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
    said = [resolve_conditional(text, "yes", at) for at in (MONDAY_MORNING, SATURDAY_NIGHT)]
    assert said == [morning, night]


@given(st.text())
def test_no_text_breaks_it(text):
    assert {is_open(text, MONDAY_MORNING), is_open(text, None)} <= {True, False, None}
    clauses = parse_conditional(text)
    assert clauses is None or all(condition for _, condition in clauses)
