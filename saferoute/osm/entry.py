"""Entry: when one may go in, and what it costs, by opening hours, conditions of access and fees."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from saferoute.osm import access, ways
from saferoute.osm.answers import Answer
from saferoute.osm.hours import is_open, resolve_conditional
from saferoute.osm.tags import Combinations, has_tag, is_tagged, list_combinations, map_combinations
from saferoute.osm.values import normalize_word
from saferoute.table import Tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray
    from saferoute.osm.hours import Hour
    from saferoute.table import Tagged

HOURS_KEYS = ("opening_hours", "foot:conditional", "access:conditional")
"""Keys that say when people on foot may go in."""
_MOTOR_KEYS = ("motor_vehicle:conditional", "vehicle:conditional")
CONDITION_KEYS = (*HOURS_KEYS, *_MOTOR_KEYS)
"""Keys whose values mean something else at another hour."""
_NO_MOTORS = access.PRIVATE | {""}
_FEE_KEYS = ("fee", "charge")
_FREE = {"no", "0", "free"}
_BUSINESS_KEYS = ("shop", "office", "amenity")
_GROUNDS = frozenset("school kindergarten college university grave_yard monastery".split())
"""Values of ``amenity`` of what one enters; the hours of any other are those of what is sold or done there."""
_KNOWN_ACCESS = access.OPEN | access.OPEN_TO_SOME | access.CLOSED | {""}


def is_closed_at(tags: Tagged, hour: Hour | None) -> Answer:
    """Return whether ways or ground are closed to strangers on foot at an hour; unknown where nothing tells of hours.

    Parameters
    ----------
    hour : Hour, optional
        Without it, hours that change are not understood.
    """
    tags = Tags.of(tags)
    return _answer_at_hour(tags, tags.remember(_list_entries), partial(_judge_entry, hour=hour))


def _list_entries(tags: Tags) -> Combinations:
    """Return all that is said of entry where anything is said of hours, the same for every hour."""
    told = np.flatnonzero(np.logical_or.reduce([is_tagged(tags, key) for key in HOURS_KEYS]))
    keys = (*HOURS_KEYS, "foot", "access", *_BUSINESS_KEYS)
    found = list_combinations(tags.select_rows(told), keys)
    return found._replace(rows=told[found.rows])


def is_open_to_motors_at(tags: Tagged, hour: Hour | None) -> Answer:
    """Return whether strangers may drive there at an hour that is tagged as an exception; unknown where none is.

    Deliveries and the like are not understood: whether a van comes is not known.
    """
    tags = Tags.of(tags)
    return _answer_at_hour(tags, tags.remember(_list_motors), partial(_judge_motors, hour=hour))


def _answer_at_hour(tags: Tags, told: Combinations, judge: Callable[[Mapping[str, str]], bool | str]) -> Answer:
    """Return how each combination of what is said is judged, for all that say it; unknown where nothing is said."""
    judged = np.empty(len(told.said), dtype=object)
    judged[:] = list(map(judge, told.said))
    return Answer.from_values(judged).spread(told.rows, told.number, len(tags))


def _list_motors(tags: Tags) -> Combinations:
    """Return all that is said of exceptions for motors, the same for every hour."""
    return list_combinations(tags, _MOTOR_KEYS)


def _judge_motors(said: Mapping[str, str], hour: Hour | None) -> bool | str:
    """Return whether conditions let motors in at an hour, or the text of those that cannot be judged."""
    at_hour = {key: resolve_conditional(text, "", hour) for key, text in said.items()}
    if not access.OPEN_TO_MOTORS.isdisjoint(at_hour.values()):
        return True
    return "; ".join(f"{key}={said[key]}" for key, value in at_hour.items() if value not in _NO_MOTORS) or False


def judge_conditions(said: Mapping[str, Iterable[str]], hour: Hour | None) -> list[bool | str | None]:
    """Return what texts of `CONDITION_KEYS` say at an hour; of two hours that agree in it all here is the same.

    Examples
    --------
    >>> judge_conditions({"opening_hours": ["24/7"], "access:conditional": ["no @ (Jan-Dec)", "no @ wet"]}, None)
    [True, 'no', None]
    """
    return [
        is_open(text, hour) if key == "opening_hours" else resolve_conditional(text, "", hour)
        for key, texts in said.items()
        for text in texts
    ]


def passes_on(areas: Tagged) -> BoolArray:
    """Return a mask of areas whose hours and fees are also those of the ways and lawns within, as of no building."""
    areas = Tags.of(areas)
    return ~has_tag(areas, "building") & ~ways.is_off_ground(areas)


def has_conditions(tags: Tagged) -> BoolArray:
    """Return a mask of ways or ground with hours, or that may cost something."""
    tags = Tags.of(tags)
    hours: BoolArray = np.logical_or.reduce([is_tagged(tags, key) for key in HOURS_KEYS])
    return hours | has_tag(tags, "fee") | has_tag(tags, "charge")


def list_hours(tags: Tagged) -> NDArray[np.object_]:
    """Return what is tagged of the hours of ways or ground as ``key=value; key=value``, ``""`` where nothing is."""
    return map_combinations(tags, HOURS_KEYS, _join_tags, missing="")


def list_fees(tags: Tagged) -> NDArray[np.object_]:
    """Return what is tagged of the price of entry in the same way, ``""`` where it is free or nothing is."""

    def tell(said: Mapping[str, str]) -> str:
        return "" if {normalize_word(value) for value in said.values()} <= _FREE else _join_tags(said)

    return map_combinations(tags, _FEE_KEYS, tell, missing="")


def _join_tags(said: Mapping[str, str]) -> str:
    return "; ".join(f"{key}={value}" for key, value in said.items())


def _judge_entry(said: Mapping[str, str], hour: Hour | None) -> bool | str:
    """Return whether tags close something at an hour, or the text of those that cannot be judged."""
    opens = is_open(said["opening_hours"], hour) if "opening_hours" in said else True
    doubts = [] if opens else [f"opening_hours={said['opening_hours']}"]
    if opens is False and not _is_business(said):
        return True
    at_hour = {key: _resolve_access(said, key, hour) for key in ("foot", "access")}
    doubts += [f"{key}:conditional={said[f'{key}:conditional']}" for key, value in at_hour.items() if value is None]
    if (at_hour["access"] if at_hour["foot"] == "" else at_hour["foot"]) in access.CLOSED:
        return True
    return "; ".join(doubts) if doubts else False


def _resolve_access(said: Mapping[str, str], key: str, hour: Hour | None) -> str | None:
    """Return the value of ``foot`` or ``access`` at an hour, ``""`` if nothing is tagged, None if it is in doubt."""
    value, condition = normalize_word(said.get(key, "")), said.get(f"{key}:conditional")
    if condition is None:
        return value
    resolved = resolve_conditional(condition, value, hour)
    # What closes to all and is overruled for people on foot leaves it open whether a gate is shut.
    overruled = resolved in access.CLOSED and key == "access" and "foot" in said
    return resolved if resolved in _KNOWN_ACCESS and not overruled else None


def _is_business(said: Mapping[str, str]) -> bool:
    return any(key in said and normalize_word(said[key]) not in _GROUNDS for key in _BUSINESS_KEYS)
