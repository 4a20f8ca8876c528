"""Lengths and durations as people write them."""

from __future__ import annotations

import re

from saferoute.model import InvalidInput
from saferoute.osm.values import parse_metres

_DECIMAL = r"\d+(?:[.,]\d+)?"
_DURATION = re.compile(rf"(?:({_DECIMAL})\s*h(?:ours?)?)?\s*(?:({_DECIMAL})\s*(?:m|mins?|minutes?|'))?", re.IGNORECASE)
_BARE = re.compile(r"[\d.,\s]+")
_THOUSANDS = re.compile(r"\d,\d{3}(?!\d)")
_SMALL_RADIUS_M = 50.0
"""A radius below this without a unit is most likely meant in kilometres or miles [J]."""


def parse_duration(text: str) -> float:
    """Return a duration such as ``30min``, ``1h15min`` or ``1.5h`` in seconds.

    Raises
    ------
    InvalidInput
        If the text is no duration.

    Examples
    --------
    >>> parse_duration("30min"), parse_duration("1h 15min"), parse_duration("1,5h")
    (1800.0, 4500.0, 5400.0)
    """
    match = _DURATION.fullmatch(text.strip())
    if not match or not any(match.groups()):
        raise InvalidInput(f"time {text!r}: write it as 30min, 1h15min or 1.5h")
    hours, minutes = (float((digits or "0").replace(",", ".")) for digits in match.groups())
    return hours * 3600 + minutes * 60


def parse_length(text: str) -> float:
    """Return a length such as ``200``, ``1.5km``, ``1,5 km``, ``1mi``, ``200 yd`` or ``200ft`` in metres.

    Raises
    ------
    InvalidInput
        If the text is no length, or its comma may part decimals or thousands.

    Examples
    --------
    >>> parse_length("200"), parse_length("1,5 km"), parse_length("1 mi"), round(parse_length("200ft"), 1)
    (200.0, 1500.0, 1609.344, 61.0)
    """
    words = text.strip()
    if _THOUSANDS.search(words):
        raise InvalidInput(f"length {text!r}: does the comma part thousands? write it without, as in 1500m or 1.5km")
    metres = parse_metres(words)
    if metres is None:
        try:
            # Numbers that break a rule are refused by the rule, which tells more.
            return float(words)
        except ValueError as error:
            raise InvalidInput(f"length {text!r}: write it as 200m, 1.5km, 1mi, 200yd or 200ft") from error
    return metres


def parse_radius(text: str) -> float:
    """Return a radius in metres; one that is small and has no unit is questioned.

    Raises
    ------
    InvalidInput
        See `parse_length`.
    """
    metres = parse_length(text)
    if _BARE.fullmatch(text) and 0 < metres < _SMALL_RADIUS_M:
        bare = text.strip()
        raise InvalidInput(f"radius {bare}: {bare} m? write {bare}km or {bare}mi; if you do mean metres, {bare}m")
    return metres


def parse_distance(text: str) -> float:
    """Return a distance with its unit, such as ``5km``, ``4500m`` or ``3mi``, in metres.

    Raises
    ------
    InvalidInput
        If the text is no distance, or has no unit.

    Examples
    --------
    >>> parse_distance("5km"), parse_distance("4500 m")
    (5000.0, 4500.0)
    """
    if _BARE.fullmatch(text) or parse_metres(text) is None:
        raise InvalidInput(f"distance {text!r}: write it as 5km, 4500m or 3mi")
    return parse_length(text)
