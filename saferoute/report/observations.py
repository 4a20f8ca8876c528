"""Observations in words: what was seen, when and by whom, and what is to be looked at for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.report.surfaces import describe_surface
from saferoute.report.text import LIKELY, sanitize_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from saferoute.model.observations import Observation, Observations

_HAZARDS = {
    "glass": "broken glass",
    "holes": "holes",
    "roots": "roots or stones",
    "closed": "closed",
    "narrow": "too narrow",
    "wet": "wet or slippery",
    "steep": "steep",
    "crowded": "crowded",
    "dogs": "dogs",
}
MOST_TOLD = 5
"""Observations that are told of one stretch, the newest; the number of all stands behind them [J]."""
_LONGEST_NOTE, _LONGEST_NAME = 120, 40
_YESTERDAY, _WEEKS, _MONTHS = 1, 21, 120
"""Days from which ages are told in days, in weeks and in months [J]."""


def describe_age(days: int) -> str:
    """Return an age in words.

    Examples
    --------
    >>> [describe_age(days) for days in (0, 1, 3, 30, 400)]
    ['today', 'yesterday', '3 days ago', '4 weeks ago', '13 months ago']
    """
    if days <= _YESTERDAY:
        return "yesterday" if days else "today"
    if days < _WEEKS:
        return f"{days} days ago"
    return f"{days // 7} weeks ago" if days < _MONTHS else f"{days // 30} months ago"


def describe_observation(one: Observation, of: Observations) -> str:
    """Return an observation in one line: its day or age, what was seen, the note and who typed it.

    Examples
    --------
    >>> import datetime as dt
    >>> from saferoute.model.observations import Observation, Observations
    >>> day = dt.date(2026, 10, 2)
    >>> fine, glass = Observation(day, None, is_fine=True), Observation(day, None, ("glass",), note="by the bench")
    >>> of = Observations((fine, glass), dt.date(2026, 10, 5))
    >>> describe_observation(fine, of), describe_observation(glass, of)
    ('walked 3 days ago: fine', '2026-10-02: broken glass; “by the bench”')
    """
    told = [
        *(["fine"] if one.is_fine else []),
        *(_HAZARDS[name] for name in one.hazards),
        *([describe_surface(one.surface)] if one.surface else []),
        *([f"felt {one.slope}"] if one.slope and "steep" not in one.hazards else []),
    ]
    note = f"; “{sanitize_text(one.note, _LONGEST_NOTE)}”" if one.note.strip() else ""
    by = f" (by {sanitize_text(one.by, _LONGEST_NAME)})" if one.by.strip() else ""
    when = f"{one.day}" if one.hazards else f"walked {describe_age(of.measure_age(one))}"
    return f"{when}: {', '.join(told) or 'nothing said'}{note}{by}"


def list_observations(numbers: Sequence[int], of: Observations) -> list[str]:
    """Return the newest of some observations in words, and how many there are besides."""
    lines = [describe_observation(of.seen[k], of) for k in numbers[:MOST_TOLD]]
    more = len(numbers) - MOST_TOLD
    return [*lines, f"{more} earlier"] if more > 0 else lines


def list_seen_checks(numbers: Sequence[int], of: Observations, surface: object) -> list[str]:
    """Return what is to be looked at for what was seen on a stretch.

    Parameters
    ----------
    numbers : sequence of int
        Of the observations that hold for it, newest first.
    of : Observations
    surface : object
        What the map says that it is made of; anything but a str is unknown.
    """
    observed = [of.seen[k] for k in numbers]
    fresh = [(one, name) for one in observed for name in of.list_fresh(one)]
    checks = [f"{_HAZARDS[name]}: seen on {one.day}, {describe_age(of.measure_age(one))}" for one, name in fresh]
    walked = max((one.day for one in observed if one.is_fine), default=None)
    if fresh and walked is not None:
        checks.append(f"which holds: {_HAZARDS[fresh[0][1]]} on {fresh[0][0].day}, and fine on {walked}")
    other = [one for one in observed if one.surface and _is_contradicted(one.surface, surface)]
    if other:
        seen, day = describe_surface(other[0].surface), other[0].day
        checks.append(f"the surface: the map says {describe_surface(str(surface))}, and {seen} was seen on {day}")
    return list(dict.fromkeys(checks))


def tell_newest(numbers: Sequence[int], of: Observations) -> str:
    """Return the newest observation for the end of a verdict, ``""`` without any."""
    if not numbers:
        return ""
    one = of.seen[numbers[0]]
    return f"; {'seen ' if one.hazards else ''}{describe_observation(one, of)}"


def _is_contradicted(seen: str, mapped: object) -> bool:
    return isinstance(mapped, str) and not mapped.startswith(LIKELY) and mapped not in (seen, "paved", "unpaved")
