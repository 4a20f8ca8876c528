"""Hours in words, the local time of places, and their daylight."""

from __future__ import annotations

import datetime as dt

import pytest

from saferoute.model import InvalidInput, Place
from saferoute.sources import clock
from saferoute.sources.cache import Cache

HELSINKI, AUCKLAND = Place("", 24.94, 60.17), Place("", 174.76, -36.85)
NOW = dt.datetime(2026, 11, 23, 21, 30, 40, tzinfo=dt.UTC)  # a Monday; 23:30 in Helsinki


def local(text: str, place: Place = HELSINKI) -> str:
    return clock.parse_moment(text, place, now=NOW).local.isoformat()[:16]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("now", "2026-11-23T23:30"),
        ("sat 07:00", "2026-11-28T07:00"),
        ("SATURDAY 7:00", "2026-11-28T07:00"),
        ("Sat, 07", "2026-11-28T07:00"),
        ("mon 23:30", "2026-11-23T23:30"),
        ("mon 23:29", "2026-11-30T23:29"),
        ("thurs 00:00", "2026-11-26T00:00"),
        ("07:00", "2026-11-24T07:00"),
        ("23:45", "2026-11-23T23:45"),
        ("7am", "2026-11-24T07:00"),
        ("7:00 PM", "2026-11-24T19:00"),
        ("11:45 p.m.", "2026-11-23T23:45"),
        ("12am", "2026-11-24T00:00"),
        ("12 pm", "2026-11-24T12:00"),
        ("7.30", "2026-11-24T07:30"),
        ("7h30", "2026-11-24T07:30"),
        ("noon", "2026-11-24T12:00"),
        ("tomorrow 7:00", "2026-11-24T07:00"),
        ("tomorrow at 7pm", "2026-11-24T19:00"),
        ("Today 7", "2026-11-23T07:00"),
        ("7:00 sat", "2026-11-28T07:00"),
        ("at 7am on Saturday", "2026-11-28T07:00"),
        ("sat noon", "2026-11-28T12:00"),
        ("sat", "2026-11-28T12:00"),
        ("mon", "2026-11-23T12:00"),
        ("tomorrow", "2026-11-24T12:00"),
        ("2026-06-20", "2026-06-20T12:00"),
        ("2026-06-20 7pm", "2026-06-20T19:00"),
        ("2026-06-20T07:00", "2026-06-20T07:00"),
        (" 2026-06-20 07:00 ", "2026-06-20T07:00"),
        ("2026-06-20T07:00Z", "2026-06-20T10:00"),
        ("2026-06-20T07:00-05:00", "2026-06-20T15:00"),
        ("2026-03-29T03:30", "2026-03-29T04:30"),  # an hour that the change of clocks leaves out
    ],
)
def test_an_hour_is_read_as_people_write_it(text: str, at: str) -> None:
    clock.check_time(text)
    assert local(text) == at


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "soon", "satt", "7", "13pm", "0am", "7:5am", "7:75pm", "tomorrow sat", "yesterday",
        "t 07:00", "s 7:00", "sat 24:00", "sat 7:60", "sat 7:5", "-1:00", "25:00",
        "20.06.2026", "2026-06-31", "1800-01-01", "2026-13-01T07:00", "2026-02-30T07:00", "1800-01-01T00:00",
        "9999-12-31T23:59",
        "satsun 07:00", "sat 07:00 07:00", "sat\x0007:00", "x" * 10_000,
    ],
)  # fmt: skip
def test_what_is_no_hour_is_one_clear_line(text: str) -> None:
    with pytest.raises(InvalidInput, match="time '") as error:
        clock.check_time(text)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 250


@pytest.mark.parametrize(
    ("place", "zone", "at"),
    [
        (HELSINKI, "Europe/Helsinki", "2026-11-23T23:30"),
        (AUCKLAND, "Pacific/Auckland", "2026-11-24T10:30"),
        (Place("", -157.8, 21.3), "Pacific/Honolulu", "2026-11-23T11:30"),
        (Place("", 85.3, 27.7), "Asia/Kathmandu", "2026-11-24T03:15"),
        (Place("", -30.0, 40.0), "Etc/GMT+2", "2026-11-23T19:30"),
    ],
)
def test_now_is_the_local_time_of_the_place(place: Place, zone: str, at: str) -> None:
    moment = clock.parse_moment("now", place, now=NOW)
    assert (moment.zone, moment.local.isoformat()[:16]) == (zone, at)


def test_the_hour_of_the_week_counts_from_monday() -> None:
    assert clock.parse_moment("2026-11-23T00:59", HELSINKI).hour_of_week == 0
    assert clock.parse_moment("2026-11-29T23:00", HELSINKI).hour_of_week == 167
    assert clock.parse_hour_of_week("wed 13:00", 24.94, 60.17) == 2 * 24 + 13
    assert clock.parse_hour_of_week("2026-06-20T07:00Z", 24.94, 60.17) == 5 * 24 + 10
    assert clock.parse_hour_of_week("2026-06-20 7pm", 24.94, 60.17) == 5 * 24 + 19
    for text in ("now", "07:00", "7am", "sat", "2026-06-20", "tomorrow 07:00"):
        with pytest.raises(InvalidInput):
            clock.parse_hour_of_week(text, 24.94, 60.17)


def test_the_sun_rises_and_sets_as_the_almanac_says() -> None:
    # University of Helsinki Almanac Office: 20 June 2026, Helsinki, 3:54 and 22:50.
    moment = clock.parse_moment("2026-06-20T07:00", HELSINKI)
    assert moment.sunrise is not None
    assert moment.sunset is not None
    assert abs(moment.sunrise - dt.datetime(2026, 6, 20, 3, 54)) <= dt.timedelta(minutes=3)  # noqa: DTZ001
    assert abs(moment.sunset - dt.datetime(2026, 6, 20, 22, 50)) <= dt.timedelta(minutes=3)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "dark"),
    [("2026-12-21T08:00", True), ("2026-12-21T09:00", False), ("2026-12-21T16:30", True), ("2026-06-20T23:00", False)],
)
def test_dark_is_after_civil_twilight(text: str, dark: bool) -> None:
    assert clock.parse_moment(text, HELSINKI).dark is dark


def test_days_and_nights_without_end_are_no_error() -> None:
    svalbard = Place("", 15.6, 78.2)
    winter, summer = clock.parse_moment("2026-12-21T12:00", svalbard), clock.parse_moment("2026-06-21T00:00", svalbard)
    assert winter.dark
    assert not any(winter.light)
    assert not summer.dark
    assert all(summer.light)
    assert {winter.sunrise, winter.sunset, summer.sunrise, summer.sunset} == {None}


# --- kept zones ---------------------------------------------------------------------------


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, float]]:
    """Note each look at the world's zones."""
    looks: list[tuple[float, float]] = []
    look = clock.find_time_zone
    monkeypatch.setattr(clock, "find_time_zone", lambda lon, lat: [looks.append((lon, lat)), look(lon, lat)][1])
    return looks


def test_the_zone_of_a_place_is_looked_up_once(tmp_path, looked_up):
    for place in (HELSINKI, HELSINKI, AUCKLAND):
        placed = clock.add_time_zone(place, Cache(tmp_path))
        assert clock.parse_moment("now", placed, now=NOW) == clock.parse_moment("now", place, now=NOW)
    assert looked_up == [(p.lon, p.lat) for p in (HELSINKI, HELSINKI, HELSINKI, AUCKLAND, AUCKLAND)]


@pytest.mark.parametrize("harm", ["of another version of the library", "cut off"])
def test_a_zone_is_looked_up_again_where_its_entry_is(tmp_path, looked_up, monkeypatch, harm):
    clock.add_time_zone(HELSINKI, Cache(tmp_path))
    (entry,) = (tmp_path / clock.KIND).iterdir()
    if harm != "cut off":
        monkeypatch.setattr(clock, "read_distribution_version", lambda _: "0.0.1")
    else:
        entry.write_bytes(entry.read_bytes()[:-3])
    assert clock.add_time_zone(HELSINKI, Cache(tmp_path)).zone == "Europe/Helsinki"
    assert len(looked_up) == 2


def test_a_zone_that_cannot_be_kept_is_known_all_the_same(tmp_path):
    (tmp_path / "file").touch()
    assert clock.add_time_zone(AUCKLAND, Cache(tmp_path / "file")).zone == "Pacific/Auckland"


@pytest.mark.parametrize(
    ("lon", "lat", "country"),
    [(9.52, 47.14, "LI"), (174.76, -36.85, "NZ"), (8.69, 47.70, "DE"), (-30.0, 45.0, None)],
    ids=["Vaduz", "Auckland", "Büsingen", "at sea"],
)
def test_country_of_the_holidays_is_that_of_the_time_zone(lon, lat, country):
    assert clock.parse_moment("2026-06-20T07:00", Place("", lon, lat)).country == country
