"""Tagged slopes of ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from saferoute.osm.tags import map_tag_values
from saferoute.osm.values import Incline, parse_incline

if TYPE_CHECKING:
    from collections.abc import Callable

    from saferoute.arrays import FloatArray
    from saferoute.table import Tagged

_LEAST_SIGMA_PCT, _SIGMA_SHARE = 1.5, 0.25
"""Standard error of a tagged slope: signs and mappers round it, and often tell the steepest part.

[M] for the share: six ways tagged with 10 to 16 % differ from heights by 3.4
percentage points (root mean square); [J] for the least.
"""
STEEP_PCT = 8.0
"""Least slope of what is called steep in words [J]: half the ways tagged ``up`` or ``down`` are steeper than 11 %."""
_DIRECTIONS = {"up": 1.0, "down": -1.0, None: 0.0}
_SILENT = Incline(None, None)


@dataclass(frozen=True)
class TaggedInclines:
    """What ``incline`` says of n ways, in the direction in which they were drawn.

    Attributes
    ----------
    pct, sigma_pct : ndarray of shape (n,)
        Rise in % and its standard error; NaN where no number is told.
    direction : ndarray of shape (n,)
        1 = up, −1 = down, 0 = not told in words.
    least_pct : ndarray of shape (n,)
        Least steepness in %; above 0 only where words call the way steep.
    """

    pct: FloatArray
    sigma_pct: FloatArray
    direction: FloatArray
    least_pct: FloatArray


def read_inclines(tags: Tagged) -> TaggedInclines:
    """Return what is tagged of each way's slope; what is not understood says nothing."""

    def read(number: Callable[[Incline], float]) -> FloatArray:
        return map_tag_values(
            tags, "incline", lambda text: number(parse_incline(text) or _SILENT), missing=number(_SILENT)
        )

    pct = read(lambda said: np.nan if said.pct is None else said.pct)
    return TaggedInclines(
        pct=pct,
        sigma_pct=np.fmax(_LEAST_SIGMA_PCT, _SIGMA_SHARE * np.abs(pct)),
        # A number tells its direction by its sign, and is not to count twice.
        direction=read(lambda said: 0.0 if said.pct is not None else _DIRECTIONS[said.direction]),
        least_pct=read(lambda said: STEEP_PCT if said.steep else 0.0),
    )
