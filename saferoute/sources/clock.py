"""Times at places: their time zones and their daylight."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from saferoute.digests import digest_modules
from saferoute.libraries import read_distribution_version
from saferoute.model import InvalidInput, Moment, Place
from saferoute.sources.times import read_time

if TYPE_CHECKING:
    from saferoute.sources.cache import Cache

KIND = "zones"
"""Folder of the cache that holds time zones."""
CIVIL_TWILIGHT_DEG = -6.0
"""Elevation of the sun, in degrees, above which the ground can be seen without a lamp.

End of civil twilight (U.S. Naval Observatory, "Rise, Set, and Twilight Definitions").
"""


def check_time(text: str) -> None:
    """Raise `InvalidInput` unless `parse_moment` can read a text.

    Needs no place, so that a typing error is reported before the map is fetched.
    """
    read_time(text)


def parse_moment(text: str, place: Place, *, now: dt.datetime | None = None) -> Moment:
    """Return the moment that a text names, in the local time of a place.

    Parameters
    ----------
    text : str
        See `read_time`. An hour without a date is the next one to come, and a time
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
    local = read_time(text).to_local(here)
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
        country=find_country(zone.key),
    )


def parse_hour_of_week(text: str, lon: float, lat: float) -> int:
    """Return the local hour of the week, 0 = Monday 0:00 to 167, that a text names at a place.

    Reads what `parse_moment` reads if it names day and hour, but needs no daylight and is thus fit for long tables.

    Raises
    ------
    InvalidInput
        If `parse_moment` cannot read the text, or it names no day or no hour.
    """
    said = read_time(text)
    # An hour without a day, or a day without an hour, says nothing of when somebody counted.
    if said.moment is None and (said.clock is None or (said.weekday is None and said.date is None)):
        raise InvalidInput(f"time {text[:40]!r}: write a weekday or a date, and an hour, as in 'sat 07:00'")
    zone = _load_time_zone(Place("", lon, lat))
    # Any week will do: the date only serves to convert hours with an offset to local ones.
    at = said.to_local(dt.datetime(2026, 1, 1, tzinfo=zone))
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


def find_country(zone: str) -> str | None:
    """Return the ISO 3166 code of the country that a time zone is kept in, None where the zone is of no one country.

    Examples
    --------
    >>> find_country("Europe/Helsinki"), find_country("Etc/GMT-2")
    ('FI', None)
    """
    # "country coordinates zone comment" in each line, and one line for each zone.
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return next((country for country, _, name, *_ in lines if name == zone), None)


def _load_time_zone(place: Place) -> ZoneInfo:
    """Return the rules of a place's time zone."""
    name = place.zone or find_time_zone(place.lon, place.lat)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInput(
            f"{place.lat:.5f},{place.lon:.5f}: time zone {name} is not known here; install tzdata"
        ) from error


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
