"""Opening hours and conditions: what a tag says at a given hour, None where that cannot be told."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from saferoute.osm.values import normalize_word

if TYPE_CHECKING:
    from opening_hours import OpeningHours, State

_CLAUSE = re.compile(r"\s*([^@;()]+?)\s*@\s*(?:\(([^()]*)\)|([^;()]*))\s*(?:;|$)")
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_LOCAL_HOLIDAYS = re.compile(r"\bSH\b", re.IGNORECASE)
"""School holidays: no library here knows them."""
_HOLIDAYS = re.compile(r"\bPH\b", re.IGNORECASE)
_BESIDE_HOLIDAYS = re.compile(r"\bPH\s*(?:[-+]|\[)", re.IGNORECASE)
"""Days counted from a holiday."""
_SUN = re.compile(r"\b(?:sunrise|sunset|dawn|dusk)\b", re.IGNORECASE)
_WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_CLOSING = re.compile(r"\s(?:off|closed)\s*(?:\"[^\"]*\")?\s*$", re.IGNORECASE)
"""The end of a rule that tells when something is closed."""
_DASHES = str.maketrans("–—−", "---")
_LONG_AGO = datetime.fromisoformat("2000-01-01")
"""Hours that never change after are always the same; nothing in the map closed before."""


class Hour(Protocol):
    """An hour at a place; public holidays, sunrise and sunset follow from both."""

    def __hash__(self) -> int:
        """Return the same for the same hour at the same place: what it opens is told once."""
        ...

    @property
    def aware(self) -> datetime:
        """Time with its zone."""

    @property
    def lat(self) -> float:
        """Degrees north."""

    @property
    def lon(self) -> float:
        """Degrees east."""

    @property
    def country(self) -> str | None:
        """ISO 3166 code of the country whose holidays are kept; None = to be found from the coordinates."""


def read_hours(text: str) -> str | None:
    """Return opening hours as they can be evaluated at an hour, None where they are not understood.

    Examples
    --------
    >>> read_hours("Mo–Fr 8:00–18:00"), read_hours("when it rains"), read_hours("SH 8:00-10:00")
    ('Mo-Fr 8:00-18:00', None, None)
    """
    from opening_hours import validate

    hours = text.translate(_DASHES)
    only_closes = all(_CLOSING.search(rule) for rule in hours.split(";") if rule.strip())
    return None if only_closes or _LOCAL_HOLIDAYS.search(hours) or not validate(hours) else hours


def read_condition(text: str) -> tuple[tuple[str, str], ...] | None:
    """Return what `parse_conditional` does, None also where a condition is none of time: ``wet``, ``weight>3``."""
    clauses = parse_conditional(text) or ()
    return clauses if clauses and all(read_hours(part) for _, when in clauses for part in _AND.split(when)) else None


@lru_cache(maxsize=4096)  # the same few hours stand on much of a map, and each limit asks for them
def is_open(hours: str, hour: Hour | None) -> bool | None:
    """Return whether something is open, None where its hours are not understood or say nothing.

    Parameters
    ----------
    hours : str
        As of the tag ``opening_hours``.
    hour : Hour, optional
        Without it only what is always open or always closed is told.

    Examples
    --------
    >>> is_open("24/7", None), is_open("Mo-Fr", None), is_open("whenever", None)
    (True, None, None)
    """
    from opening_hours import OpeningHours, State

    known = read_hours(hours)
    if known is None:
        return None
    hours = known
    if hour is not None:
        state, comment = _find_state(hours, hour)
    else:
        always = OpeningHours(hours)
        if _HOLIDAYS.search(hours) or always.next_change(_LONG_AGO) is not None:
            return None
        state, comment = always.state(_LONG_AGO)
    # A comment is a condition of its own: "by appointment", "members only".
    is_unsure = state == State.UNKNOWN or (state == State.OPEN and comment)
    return None if is_unsure else bool(state == State.OPEN)


def _find_state(hours: str, hour: Hour) -> tuple[State, str]:
    """Return the state of hours that are understood, and what is said of it."""
    from opening_hours import OpeningHours, State

    told = [OpeningHours(each).state(hour.aware) for each in _list_meanings(hours, hour)]
    if told and all(each == told[0] for each in told):
        return told[0]
    if _HOLIDAYS.search(hours) and not _knows_holidays(hour):
        return State.UNKNOWN, ""
    return _place_hours(hours, hour).state(hour.aware)


def _knows_holidays(hour: Hour) -> bool:
    """Return whether there is a calendar of the holidays about an hour: many a country has none, and each one ends."""
    return _place_hours("PH", hour).next_change(hour.aware) is not None


def _place_hours(hours: str, hour: Hour) -> OpeningHours:
    """Return hours by the clock, the sun and the holidays of an hour's place; without a calendar no day is one."""
    from opening_hours import OpeningHours, UnknownCountryError  # type: ignore[attr-defined]  # its stubs lack it

    coords, zone = (hour.lat, hour.lon), hour.aware.tzinfo
    assert isinstance(zone, ZoneInfo)
    try:
        # Looking up zone and country of coordinates takes .2 s the first time.
        return OpeningHours(hours, timezone=zone, country=hour.country, coords=coords, auto_country=not hour.country)
    except UnknownCountryError:
        return OpeningHours(hours, timezone=zone, coords=coords)


def _list_meanings(hours: str, hour: Hour) -> list[str]:
    """Return the hours as they read at any place, whatever days are holidays there; none where words cannot tell.

    A place takes .2 s to look up the first time, and mostly nothing depends on it. On a holiday hours of holidays are
    those of that weekday; yesterday's may last past midnight.
    """
    from opening_hours import validate

    if not _HOLIDAYS.search(hours):
        return [] if _SUN.search(hours) else [hours]
    today, yesterday = (_WEEKDAYS[(hour.aware.weekday() - back) % 7] for back in (0, 1))
    as_days = [_HOLIDAYS.sub(days, hours) for days in (today, yesterday, f"{today},{yesterday}")]
    is_told = not (_SUN.search(hours) or _BESIDE_HOLIDAYS.search(hours)) and all(map(validate, as_days))
    return [hours, *as_days] if is_told else []


def parse_conditional(text: str) -> tuple[tuple[str, str], ...] | None:
    """Return the values of a conditional tag, each with its condition; None where it is not understood.

    Examples
    --------
    >>> parse_conditional("no @ (22:00-06:00); Permissive @ wet")
    (('no', '22:00-06:00'), ('permissive', 'wet'))
    >>> parse_conditional("no at night") is None
    True
    """
    clauses, end = [], 0
    text = text.strip()
    while end < len(text):
        match = _CLAUSE.match(text, end)
        if match is None:
            return None
        condition = (match[2] if match[2] is not None else match[3]).strip()
        if not condition:
            return None
        clauses.append((normalize_word(match[1]), condition))
        end = match.end()
    return tuple(clauses) or None


def resolve_conditional(text: str, otherwise: str, hour: Hour | None) -> str | None:
    """Return the value that a conditional tag gives at an hour: of the clauses that hold, the last.

    Parameters
    ----------
    otherwise : str
        The value where no condition holds.
    hour : Hour, optional
        Without it only what holds always, or never, is told.

    Returns
    -------
    str or None
        None where a condition is not understood, or is none of time: ``wet``, ``weight>3``.

    Examples
    --------
    >>> resolve_conditional("no @ (Jan-Dec)", "yes", None), resolve_conditional("no @ wet", "yes", None)
    ('no', None)
    """
    clauses = parse_conditional(text)
    if clauses is None:
        return None
    value = otherwise
    for of_clause, condition in clauses:
        holds = [is_open(part, hour) for part in _AND.split(condition)]
        if None in holds and False not in holds:
            return None
        value = of_clause if all(holds) else value
    return value
