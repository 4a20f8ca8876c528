"""Parsing of times, time zones of places, and daylight."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from saferoute.digests import digest_modules
from saferoute.libraries import read_distribution_version
from saferoute.model import InvalidInput, Moment, Place

if TYPE_CHECKING:
    from saferoute.sources.cache import Cache

NOW = "now"
KIND = "zones"
"""Folder of the cache that holds time zones."""
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = re.compile(r"(?:([a-z]{2,9})[\s,]+)?(\d{1,2})(?::(\d{2}))?", re.IGNORECASE)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE)
_YEARS = range(1970, 2101)
CIVIL_TWILIGHT_DEG = -6.0
"""Elevation of the sun, in degrees, above which the ground can be seen without a lamp.

End of civil twilight (U.S. Naval Observatory, "Rise, Set, and Twilight Definitions").
"""


def check_time(text: str) -> None:
    """Raise `InvalidInput` unless `parse_moment` can read a text.

    Needs no place, so that a typing error is reported before the map is fetched.
    """
    # The date only has to be some date: it resolves weekdays and hours that are then thrown away.
    _parse_wall_time(text, dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC))


def parse_moment(text: str, place: Place, *, now: dt.datetime | None = None) -> Moment:
    """Return the moment that a text names, in the local time of a place.

    Parameters
    ----------
    text : str
        ``now``; a weekday and an hour, ``sat 07:00``, or an hour, ``07:00``
        (the next one to come); or ISO 8601, ``2026-06-20T07:00``. An ISO time
        with an offset is converted to the place's local time.
    place : Place
        Its ``zone`` is looked up from its coordinates where it has none.
    now : datetime, optional
        The current time, with a time zone; by default that of the system clock.

    Returns
    -------
    Moment
        Local time, with sunrise and sunset of that date (None where the sun
        does not rise or set), and whether each of its hours is light.

    Raises
    ------
    InvalidInput
        If the text is none of these, or the time zone is not installed.
    """
    zone = _load_time_zone(place)
    here = (now or dt.datetime.now(dt.UTC)).astimezone(zone)
    local = _parse_wall_time(text, here)
    # Through UTC and back: an hour that a change of clocks skips becomes the one that clocks show.
    aware = local.replace(tzinfo=zone).astimezone(dt.UTC).astimezone(zone)
    sunrise, sunset = _sunrise_and_sunset(place, aware)
    return Moment(
        local=aware.replace(tzinfo=None),
        zone=zone.key,
        lon=place.lon,
        lat=place.lat,
        dark=_sun_elevation(place, aware) < CIVIL_TWILIGHT_DEG,
        light=_is_hour_light(place, aware),
        sunrise=sunrise,
        sunset=sunset,
    )


def parse_hour_of_week(text: str, lon: float, lat: float) -> int:
    """Return the local hour of the week, 0 = Monday 0:00 to 167, that a text names at a place.

    Reads what `parse_moment` reads, but needs no daylight and is thus fit for long tables.

    Raises
    ------
    InvalidInput
        If `parse_moment` cannot read the text, or it names no weekday.
    """
    words = text.strip()
    zone = _load_time_zone(Place("", lon, lat))
    # Any week will do: the date only serves to convert hours with an offset to local ones.
    at = _parse_wall_time(words, dt.datetime(2026, 1, 1, tzinfo=zone))
    if words.lower() == NOW or (words[0].isdigit() and not _ISO.fullmatch(words)):
        raise _unreadable_time_error(text)
    return at.weekday() * 24 + at.hour


def add_time_zone(place: Place, cache: Cache) -> Place:
    """Return a place with its time zone, from the cache if it was looked up before.

    Loading the world's time zones would take a tenth of the time of a search. A new
    version of their library is asked anew: borders of zones move every few years.
    """
    key = f"{place.lon!r},{place.lat!r} tzfpy {read_distribution_version('tzfpy')} {digest_modules(__name__)}"
    entry = cache.read_entry(KIND, key)
    if entry is None:
        entry = cache.store_entry(KIND, key, find_time_zone(place.lon, place.lat).encode())
    return replace(place, zone=entry.payload.decode())


def find_time_zone(lon: float, lat: float) -> str:
    """Return the IANA name of the time zone at a point; at sea the one for its longitude."""
    import tzfpy

    # Names in Etc count westwards: Etc/GMT-2 is two hours ahead of Greenwich.
    return tzfpy.get_tz(lon, lat) or f"Etc/GMT{-round(lon / 15):+d}"


def _load_time_zone(place: Place) -> ZoneInfo:
    """Return the rules of a place's time zone."""
    name = place.zone or find_time_zone(place.lon, place.lat)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInput(
            f"{place.lat:.5f},{place.lon:.5f}: time zone {name} is not known here; install tzdata"
        ) from error


def _parse_wall_time(text: str, here: dt.datetime) -> dt.datetime:
    """Return the local time, without a zone, that a text names if it is now `here`."""
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
    # A time that has passed today means the next day, or the next week if a weekday is named.
    if at < here.replace(tzinfo=None, second=0, microsecond=0):
        at += dt.timedelta(days=1 if day is None else 7)
    return at


def _parse_iso_time(words: str, text: str, here: dt.datetime) -> dt.datetime:
    """Return an ISO 8601 time as local time without a zone."""
    try:
        at = dt.datetime.fromisoformat(words)
    except ValueError as error:
        raise _unreadable_time_error(text) from error
    if at.year not in _YEARS:
        raise InvalidInput(f"time {text!r}: the year must lie within {_YEARS[0]} to {_YEARS[-1]}")
    return at if at.tzinfo is None else at.astimezone(here.tzinfo).replace(tzinfo=None)


def _parse_weekday(word: str) -> int | None:
    """Return the weekday whose name begins with a word, 0 = Monday; None if none or several do."""
    matches = [number for number, name in enumerate(DAYS) if name.startswith(word.lower())]
    return matches[0] if len(matches) == 1 else {"thurs": 3, "tues": 1}.get(word.lower())


def _unreadable_time_error(text: str) -> InvalidInput:
    return InvalidInput(
        f"time {text[:40]!r}: write a weekday and an hour as in 'sat 07:00', a date as in 2026-06-20T07:00, "
        "an hour as in 07:00, or now"
    )


def _sun_elevation(place: Place, at: dt.datetime) -> float:
    """Return the elevation of the sun above the horizon in degrees."""
    from astral import Observer
    from astral.sun import elevation

    return float(elevation(Observer(place.lat, place.lon), at))


def _is_hour_light(place: Place, at: dt.datetime) -> tuple[bool, ...]:
    """Return 24 flags, one per hour of a date: True if it is light at both ends of the hour."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    ends = [(midnight + dt.timedelta(hours=hour)).replace(tzinfo=at.tzinfo) for hour in range(25)]
    lit = [_sun_elevation(place, end) >= CIVIL_TWILIGHT_DEG for end in ends]
    return tuple(a and b for a, b in pairwise(lit))


def _sunrise_and_sunset(place: Place, at: dt.datetime) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Return local sunrise and sunset of a date, each None if the sun does not rise or set."""
    from astral import Observer, sun

    found: list[dt.datetime | None] = []
    for event in (sun.sunrise, sun.sunset):
        try:
            when = event(Observer(place.lat, place.lon), date=at.date(), tzinfo=at.tzinfo or dt.UTC)
            found.append(when.replace(tzinfo=None, second=0, microsecond=0))
        except ValueError:  # so astral reports polar day and polar night
            found.append(None)
    return found[0], found[1]
