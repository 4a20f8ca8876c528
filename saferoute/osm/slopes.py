"""Tagged slopes of ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.osm.tags import read_numbers
from saferoute.osm.values import parse_incline

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray
    from saferoute.osm.tags import Tagged

_LEAST_SIGMA_PCT, _SIGMA_SHARE = 1.5, 0.2
"""Standard error of a tagged slope: signs and mappers round it, and often tell the steepest part [J]."""


def read_inclines(tags: Tagged) -> FloatArray:
    """Return the tagged slope of each way in %, positive uphill; NaN where no number is tagged."""

    def read(text: str) -> float | None:
        incline = parse_incline(text)
        return None if incline is None else incline.pct

    return read_numbers(tags, "incline", read)


def estimate_sigma_pct(grade_pct: FloatArray) -> FloatArray:
    """Return the standard error of tagged slopes, percentage points."""
    return np.fmax(_LEAST_SIGMA_PCT, _SIGMA_SHARE * np.abs(grade_pct))
