"""Crowding in words: people and their reasons, quiet hours, wheels, and the neighbours of a stretch."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from saferoute.arrays import list_records
from saferoute.criteria import crowding
from saferoute.report.text import name_direction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from saferoute.arrays import BoolArray, Columns
    from saferoute.report.units import Units

    Row = Mapping[Any, Any]

_BICYCLES = {
    crowding.FOOT_ONLY: "not allowed",
    crowding.FOOT_BY_CLASS: "unlikely (not tagged)",
    crowding.BICYCLES: "possible",
    crowding.BICYCLES_SHARED: "share the way",
    crowding.ROUTE_BESIDE: "a route along it, on a part of its own",
    crowding.WHEELS_ROUTE: "a route along it",
}
_BESIDE = {"scooters": "scooter hire", "dogs": "dog park", "school": "school gate", "playground": "playground"}
"""Columns of outputs, and the neighbours that they tell of."""
_OF_ROUTES = ("route_m", "route_bearing_deg", "is_route_ahead")
"""Columns of evidence that tell how far from a stretch a way of cyclists or skaters runs, in which direction, and
whether beyond an end."""
_GUESSED = 0.5
"""Share of people with a guessed clock above which the hour is called a guess [J]."""
_QUARTILE = 0.674
"""Standard errors to either side within which half of all values lie."""
_NUMBERS = ("no", "a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_UNCOUNTED = frozenset({"parking"})
"""Words that have no plural."""


def describe_crowding(evidence: Columns, units: Units) -> dict[str, Any]:
    """Return the columns on people, wheels, dogs and children.

    Parameters
    ----------
    evidence : columns of n rows
        As the crowding criterion gathers it.
    units : Units
        Units of the words.

    Returns
    -------
    columns of n rows
        Two numbers, and words that are missing where they do not apply.
    """
    import pandas as pd

    rows = list_records(evidence)
    said: dict[str, list[str | None]] = {
        "best_hours": [
            None if np.isnan(row["people_per_hour"]) else describe_quiet_hours(row["quiet_hours"]) for row in rows
        ],
        "bicycles": [
            _describe_bicycles(row["bicycles"], *(row[name] for name in _OF_ROUTES), units=units) for row in rows
        ],
        "motors": [row["motors"] for row in rows],
        "runners": [
            None if np.isnan(row["runners_per_hour"]) else _describe_runners(row["runners_per_hour"], row["runners_at"])
            for row in rows
        ],
        **{column: [_describe_neighbour(name, units) if row[name] else None for row in rows]
           for column, name in _BESIDE.items()},
    }  # fmt: skip
    told = zip(list_records(said), rows, strict=True)
    return {
        "people_per_hour": evidence["people_per_hour"],
        "crowd_percentile": evidence["crowd_percentile"],
        **{column: pd.array(words, dtype="str") for column, words in said.items()},
        "why_crowding": [_describe_people(words, row, units) for words, row in told],
    }


def _describe_runners(per_hour: float, at: str) -> str:
    """Return how many runners are guessed to come in an hour, and what draws them."""
    return f"{count_people(per_hour, crowding.RUNNERS_LOG_ERROR, 'runners')} an hour by guess ({at})"


def _describe_bicycles(rated: float, away_m: float, bearing_deg: float, is_ahead: bool, *, units: Units) -> str:
    """Return what bicycles there are on a stretch, and on a way of theirs beside it."""
    if np.isnan(away_m):
        return _BICYCLES[rated]
    beside = _locate_route(away_m, bearing_deg, is_ahead, units)
    # Beside a way of theirs nobody can call them unlikely.
    return beside if rated == crowding.FOOT_BY_CLASS else f"{_BICYCLES[rated]}, {beside}"


def warn_of_routes(along: Columns, units: Units) -> list[list[str]]:
    """Return what is to be looked at of the ways of cyclists and skaters beside stretches.

    Parameters
    ----------
    along : columns of n rows
        ``route_m``, ``route_bearing_deg`` and ``is_route_ahead`` as of `saferoute.criteria.crowding`.
    units : Units
        Units of the words.

    Returns
    -------
    list of n lists of str

    Examples
    --------
    >>> from saferoute.report.units import METRIC_UNITS
    >>> along = {"route_m": np.array([4.84, np.nan, 12.0]), "route_bearing_deg": np.array([91.0, np.nan, 182.0])}
    >>> for words in warn_of_routes({**along, "is_route_ahead": np.array([False, False, True])}, METRIC_UNITS):
    ...     print(words)
    ['bicycles or skaters beside: a way of theirs 4.8 m to the east']
    []
    ['bicycles or skaters ahead: a way of theirs 12.0 m ahead of the south end']
    """
    rows = zip(*(along[name].tolist() for name in _OF_ROUTES), strict=True)
    return [list(_warn_of_route(away, bearing, is_ahead, units)) for away, bearing, is_ahead in rows]


def _warn_of_route(away_m: float, bearing_deg: float, is_ahead: bool, units: Units) -> Iterator[str]:
    if away_m <= crowding.CLOSE_M:
        yield "bicycles or skaters from behind: a route of theirs runs close beside it, joins or crosses"
    elif not np.isnan(away_m):
        place = "ahead" if is_ahead else "beside"
        yield f"bicycles or skaters {place}: {_locate_route(away_m, bearing_deg, is_ahead, units)}"


def _locate_route(away_m: float, bearing_deg: float, is_ahead: bool, units: Units) -> str:
    if np.isnan(bearing_deg):
        return "a way of theirs joins or crosses"
    direction = name_direction(bearing_deg)
    where = f"ahead of the {direction} end" if is_ahead else f"to the {direction}"
    return f"a way of theirs {units.format_length(away_m, 1)} {where}"


def _describe_neighbour(name: str, units: Units) -> str:
    return f"{name} within {units.format_reach(crowding.NEIGHBOURS_M[name])}"


def describe_quiet_hours(hours: BoolArray) -> str:
    """Return quiet hours as text, by kind of day.

    Parameters
    ----------
    hours : ndarray of bool, shape (3, 24)
        By `crowding.KINDS_OF_DAY` and hour from 0 to 23.

    Returns
    -------
    str
        "no hour of light" if all are False.

    Examples
    --------
    >>> describe_quiet_hours(np.isin(np.arange(24), [6, 7, 20]) & np.ones((3, 1), dtype=bool))
    'Mon–Fri 6–8, 20–21; Sat 6–8, 20–21; Sun 6–8, 20–21'
    """
    if not hours.any():
        return "no hour of light"
    by_day = zip(crowding.KINDS_OF_DAY, hours.tolist(), strict=True)
    return "; ".join(f"{day} {_format_hours(tuple(of_day))}" for day, of_day in by_day)


@lru_cache(maxsize=1024)  # stretches near each other are quiet at the same hours
def _format_hours(hours: tuple[bool, ...]) -> str:
    # False on both ends gives hours before midnight and after it an edge, too.
    edges = np.flatnonzero(np.diff(np.r_[False, hours, False].astype(int)))
    return ", ".join(f"{first}–{end}" for first, end in edges.reshape(-1, 2))


def _describe_people(said: Row, row: Row, units: Units) -> str:
    """Return a sentence on the people of a stretch, their causes and certainty, and what else comes along."""
    wheels = f"bicycles and scooters: {said['bicycles']}; motor vehicles: {said['motors']}"
    others = [str(said[column]) for column in ("runners", *_BESIDE) if isinstance(said[column], str)]
    rest = "; ".join([wheels, *others])
    people, share, moment = row["people_per_hour"], row["crowd_percentile"], row["moment"]
    if np.isnan(people):
        reach = units.format_reach(crowding.FAR_REACH_M)
        return f"people unknown: nothing that draws people is mapped within {reach}; {rest}"
    when = "in an average hour of the day" if moment is None else f"on {moment.local:%a at %H:%M}"
    around = units.format_reach(crowding.AROUND_M)
    drawn_by = _join_words([count_in_words(n, word) for n, word in row["attractors"]])
    return "".join(
        [
            f"{count_people(people, row['people_log_error'])} an hour {when} ({_describe_certainty(row)})",
            f", busier than {100 * share:.0f} % of the ways within {around}" if np.isfinite(share) else "",
            f", drawn by {drawn_by} within {units.format_reach(crowding.NAMED_M)}" if drawn_by else "",
            f"; quiet {said['best_hours']}; {rest}",
        ]
    )


def _join_words(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _describe_certainty(row: Row) -> str:
    if row["counters"]:
        source = f"by {row['counters']} counters"
    else:
        clock = " and the hour" if row["share_with_guessed_clock"] > _GUESSED and row["moment"] is not None else ""
        source = f"guessed from the map{clock}, nobody counted"
    return source if row["has_houses"] else f"{source}; no houses are mapped here, so there may be many more"


def count_people(number: float, log_error: float, noun: str = "people") -> str:
    """Return a number of people in words, as the range that holds it with a chance of one half.

    Parameters
    ----------
    number : float
        Best estimate.
    log_error : float
        Standard deviation of its logarithm.
    noun : str
        What they are called, in the plural.

    Examples
    --------
    >>> count_people(0.4, 1.1), count_people(1.2, 1.1), count_people(100.0, 1.1), count_people(1234.0, 0.7)
    ('hardly anybody', 'up to 3 people', 'some 50 to 200 people', 'some 800 to 2000 people')
    """
    if number < 1:
        return "hardly anybody" if noun == "people" else f"hardly any {noun}"
    factor = float(np.exp(_QUARTILE * log_error))
    low, high = (_round_to_a_digit(end) for end in (number / factor, number * factor))
    return f"some {low:.0f} to {high:.0f} {noun}" if low > 1 else f"up to {max(high, 2):.0f} {noun}"


def _round_to_a_digit(number: float) -> float:
    size = 10.0 ** np.floor(np.log10(number))
    return float(np.rint(number / size) * size)


def count_in_words(n: int, word: str) -> str:
    """Return a count and its noun in the singular or plural, with small counts in words.

    Examples
    --------
    >>> count_in_words(2, "café"), count_in_words(1, "office"), count_in_words(40, "bus stop")
    ('two cafés', 'an office', '40 bus stops')
    """
    if word in _UNCOUNTED:
        return word
    if n == 1:
        return f"{'an' if word[0] in 'aeiou' and not word.startswith('uni') else 'a'} {word}"
    plural = word[:-1] + "ies" if word.endswith("y") else word if word.endswith("s") else word + "s"
    plural = word + "es" if word.endswith(("ch", "sh")) else plural
    return f"{_NUMBERS[n] if n < len(_NUMBERS) else n} {plural}"
