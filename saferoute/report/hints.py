"""Hints of a hillside in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from saferoute.report.units import Units

_WORDS = {
    "rock": "rock",
    "cliff": "a cliff",
    "wall": "a wall that holds ground",
    "bank": "a bank",
    "steps": "steps",
    "climb": "a way that climbs",
    "steep": "a way tagged as 10 % steep or more",
    "hairpin": "a hairpin bend",
    "vineyard": "a vineyard",
    "peak": "the top of a hill",
}
"""Words for the names of `saferoute.osm.relief.HINTS`."""
_MOST = 3
"""So many hints are told of, the nearest first [J]."""


def describe_hints(hints: Sequence[tuple[str, float]], units: Units) -> str:
    """Return which hints of a hillside lie how far off, ``""`` where there are none.

    Parameters
    ----------
    hints : sequence of (str, float)
        Names and distances in metres, the nearest first.
    units : Units
        Units of the words.

    Examples
    --------
    >>> from saferoute.report.units import METRIC_UNITS
    >>> describe_hints([("rock", 2.4), ("steps", 31.0)], METRIC_UNITS), describe_hints([], METRIC_UNITS)
    ('rock 2 m, steps 31 m', '')
    """
    return ", ".join(f"{_WORDS[name]} {units.format_length(away_m)}" for name, away_m in hints[:_MOST])


def describe_spot_heights(rise_m: float, apart_m: float, units: Units) -> str:
    """Return by how much heights on the map differ, ``""`` where they tell of no hillside.

    Examples
    --------
    >>> from saferoute.report.units import METRIC_UNITS
    >>> describe_spot_heights(120.0, 400.0, METRIC_UNITS), describe_spot_heights(np.nan, np.nan, METRIC_UNITS)
    ('heights on the map, 400 m apart, differ by 120 m', '')
    """
    if np.isnan(rise_m):
        return ""
    return f"heights on the map, {units.format_length(apart_m)} apart, differ by {units.format_length(rise_m)}"
