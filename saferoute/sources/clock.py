"""When: a runner's words for an hour, the local time of a place, and its daylight."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from saferoute.model import InvalidInput, Moment, Place

if TYPE_CHECKING:
    from saferoute.sources.cache import Cache

NOW = "now"
KIND = "zones"
"""Folder of the cache."""
_KEPT_DAYS = 180
"""Borders of zones move every few years; a new version of their library should be heard within half a year [J]."""
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = re.compile(r"(?:([a-z]{2,9})[\s,]+)?(\d{1,2})(?::(\d{2}))?", re.IGNORECASE)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE)
_YEARS = range(1970, 2101)
CIVIL_TWILIGHT_DEG = -6.0
"""Above it one sees the ground without a lamp (civil twilight, U.S. Naval Observatory, "Rise, Set, and Twilight")."""


def check_time(text: str) -> None:
    """Raise `InvalidInput` unless `parse_moment` can read a text, before any work is done."""
    _parse_wall_time(text, dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC))


def parse_moment(text: str, place: Place, *, now: dt.datetime | None = None) -> Moment:
    """Return the moment that a text names, in the local time of a place.

    Parameters
    ----------
    text : str
        ``now``; a weekday and an hour, ``sat 07:00`` (the next such hour); an
        hour, ``07:00`` (the next such); or ISO 8601, ``2026-06-20T07:00``.
        An ISO time with an offset is turned into the place's own.
    place : Place
    now : datetime, optional
        With a zone; the clock's by default.

    Raises
    ------
    InvalidInput
        If the text is none of these.
    """
    zone = _load_time_zone(place)
    here = (now or dt.datetime.now(dt.UTC)).astimezone(zone)
    local = _parse_wall_time(text, here)
    # At midnight of a change of clocks an hour may be missing; the zone says which is meant.
    aware = local.replace(tzinfo=zone).astimezone(dt.UTC).astimezone(zone)
    sunrise, sunset = _sunrise_and_sunset(place, aware)
    return Moment(
        local=aware.replace(tzinfo=None),
        zone=zone.key,
        lat=place.lat,
        dark=_sun_elevation(place, aware) < CIVIL_TWILIGHT_DEG,
        light=_is_hour_light(place, aware),
        sunrise=sunrise,
        sunset=sunset,
    )


def parse_hour_of_week(text: str, lon: float, lat: float) -> int:
    """Return the hour that a text names at a place, 0 = Monday 0:00: `parse_moment` without its sun.

    Raises
    ------
    InvalidInput
        If the text is none of those of `parse_moment`, or is one that names no weekday.
    """
    words = text.strip()
    zone = _load_time_zone(Place("", lon, lat))
    # Which week it is does not matter, only that an hour with an offset becomes the place's own.
    at = _parse_wall_time(words, dt.datetime(2026, 1, 1, tzinfo=zone))
    if words.lower() == NOW or (words[0].isdigit() and not _ISO.fullmatch(words)):
        raise _unreadable_time_error(text)
    return at.weekday() * 24 + at.hour


def add_time_zone(place: Place, cache: Cache) -> Place:
    """Return a place with its time zone, from the cache where it was looked up before.

    To load the world's zones takes a tenth of what a search does.
    """
    key = f"{place.lon!r},{place.lat!r}"
    entry = cache.read_entry(KIND, key)
    if entry is None or entry.age_days() > _KEPT_DAYS:
        entry = cache.store_entry(KIND, key, find_time_zone(place.lon, place.lat).encode())
    return replace(place, zone=entry.payload.decode())


def find_time_zone(lon: float, lat: float) -> str:
    """Return the name of the time zone of a point; at sea that of its longitude."""
    import tzfpy

    return tzfpy.get_tz(lon, lat) or f"Etc/GMT{-round(lon / 15):+d}"


def _load_time_zone(place: Place) -> ZoneInfo:
    name = place.zone or find_time_zone(place.lon, place.lat)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInput(
            f"{place.lat:.5f},{place.lon:.5f}: time zone {name} is not known here; install tzdata"
        ) from error


def _parse_wall_time(text: str, here: dt.datetime) -> dt.datetime:
    """Return the wall time that a text names, seen from the local time `here`."""
    words = text.strip()
    if words.lower() == NOW:
        return here.replace(tzinfo=None, microsecond=0)
    if _ISO.fullmatch(words):
        return _parse_iso_time(words, text, here)
    named = _WEEKDAY.fullmatch(words)
    if named is None:
        raise _unreadable_time_error(text)
    day = _parse_weekday(named[1]) if named[1] else None
    hour, minute = int(named[2]), int(named[3] or 0)
    if hour > 23 or minute > 59 or (named[1] and day is None) or (day is None and named[3] is None):
        raise _unreadable_time_error(text)
    at = here.replace(tzinfo=None, hour=hour, minute=minute, second=0, microsecond=0)
    at += dt.timedelta(days=0 if day is None else (day - at.weekday()) % 7)
    if at < here.replace(tzinfo=None, second=0, microsecond=0):
        at += dt.timedelta(days=1 if day is None else 7)
    return at


def _parse_iso_time(words: str, text: str, here: dt.datetime) -> dt.datetime:
    try:
        at = dt.datetime.fromisoformat(words)
    except ValueError as error:
        raise _unreadable_time_error(text) from error
    if at.year not in _YEARS:
        raise InvalidInput(f"time {text!r}: the year must lie within {_YEARS[0]} to {_YEARS[-1]}")
    return at if at.tzinfo is None else at.astimezone(here.tzinfo).replace(tzinfo=None)


def _parse_weekday(word: str) -> int | None:
    """Return the weekday that a word begins, 0 = Monday."""
    matches = [number for number, name in enumerate(DAYS) if name.startswith(word.lower())]
    return matches[0] if len(matches) == 1 else {"thurs": 3, "tues": 1}.get(word.lower())


def _unreadable_time_error(text: str) -> InvalidInput:
    return InvalidInput(
        f"time {text[:40]!r}: write a weekday and an hour as in 'sat 07:00', a date as in 2026-06-20T07:00, "
        "an hour as in 07:00, or now"
    )


def _sun_elevation(place: Place, at: dt.datetime) -> float:
    from astral import Observer
    from astral.sun import elevation

    return float(elevation(Observer(place.lat, place.lon), at))


def _is_hour_light(place: Place, at: dt.datetime) -> tuple[bool, ...]:
    """Say of each hour of a date whether it is light from its beginning to its end."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    ends = [(midnight + dt.timedelta(hours=hour)).replace(tzinfo=at.tzinfo) for hour in range(25)]
    lit = [_sun_elevation(place, end) >= CIVIL_TWILIGHT_DEG for end in ends]
    return tuple(a and b for a, b in pairwise(lit))


def _sunrise_and_sunset(place: Place, at: dt.datetime) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Return sunrise and sunset of a date in wall time, None where the sun stays up or down."""
    from astral import Observer, sun

    found: list[dt.datetime | None] = []
    for event in (sun.sunrise, sun.sunset):
        try:
            when = event(Observer(place.lat, place.lon), date=at.date(), tzinfo=at.tzinfo or dt.UTC)
            found.append(when.replace(tzinfo=None, second=0, microsecond=0))
        except ValueError:  # astral's word for polar day and night
            found.append(None)
    return found[0], found[1]
