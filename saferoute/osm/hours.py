"""Opening hours and conditions: what a tag says at a given hour, None where that cannot be told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from saferoute.osm.values import normalize_word

if TYPE_CHECKING:
    from datetime import datetime

_CLAUSE = re.compile(r"\s*([^@;()]+?)\s*@\s*(?:\(([^()]*)\)|([^;()]*))\s*(?:;|$)")
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_LOCAL_HOLIDAYS = re.compile(r"\bSH\b", re.IGNORECASE)
"""School holidays: no library here knows them."""
_DASHES = str.maketrans("–—−", "---")


def is_open(hours: str, at: datetime, coordinates: tuple[float, float]) -> bool | None:
    """Return whether something is open, None where its hours are not understood or say nothing.

    Parameters
    ----------
    hours : str
        As of the tag ``opening_hours``.
    at : datetime
        With its time zone.
    coordinates : (latitude, longitude)
        For sunrise, sunset and public holidays.

    Examples
    --------
    >>> from datetime import datetime
    >>> from zoneinfo import ZoneInfo
    >>> saturday = datetime(2026, 6, 20, 23, tzinfo=ZoneInfo("Europe/Helsinki"))
    >>> is_open("22:00-06:00", saturday, (60.2, 24.9)), is_open("Mo-Fr", saturday, (60.2, 24.9))
    (True, False)
    >>> is_open("whenever", saturday, (60.2, 24.9)) is None
    True
    """
    from opening_hours import OpeningHours, State, validate

    hours = hours.translate(_DASHES)
    if _LOCAL_HOLIDAYS.search(hours) or not validate(hours):
        return None
    state, _ = OpeningHours(hours, coords=coordinates).state(at)
    return None if state == State.UNKNOWN else bool(state == State.OPEN)


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


def resolve_conditional(text: str, otherwise: str, at: datetime, coordinates: tuple[float, float]) -> str | None:
    """Return the value that a conditional tag gives at an hour: of the clauses that hold, the last.

    Parameters
    ----------
    otherwise : str
        The value where no condition holds.
    at : datetime
        With its time zone.
    coordinates : (latitude, longitude)

    Returns
    -------
    str or None
        None where a condition is not understood, or is none of time: ``wet``, ``weight>3``.

    Examples
    --------
    >>> from datetime import datetime
    >>> from zoneinfo import ZoneInfo
    >>> night = datetime(2026, 6, 20, 23, tzinfo=ZoneInfo("Europe/Helsinki"))
    >>> resolve_conditional("no @ (22:00-06:00)", "yes", night, (60.2, 24.9))
    'no'
    >>> resolve_conditional("no @ (22:00-06:00)", "yes", night.replace(hour=12), (60.2, 24.9))
    'yes'
    """
    clauses = parse_conditional(text)
    if clauses is None:
        return None
    value = otherwise
    for of_clause, condition in clauses:
        holds = [is_open(part, at, coordinates) for part in _AND.split(condition)]
        if None in holds and False not in holds:
            return None
        value = of_clause if all(holds) else value
    return value
