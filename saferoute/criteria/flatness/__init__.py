"""Flatness: the slope along a stretch, from heights and from the tag ``incline``, with its error.

Lines fitted to heights (`along`) and tagged slopes (`tagged`) are combined by
their errors; where they contradict each other, the error grows and it is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from saferoute.criteria.flatness.along import (
    COARSE_CELL_M,
    DENTS_CELL_M,
    fit_window_slopes,
    grade_error_pct,
)
from saferoute.criteria.flatness.tagged import combine_slopes, read_tagged_slopes
from saferoute.model import Criterion, Measurement, Unknown
from saferoute.quantities import Normal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import IntArray
    from saferoute.model import Evidence, Heights, Windows

__all__ = [
    "COARSE_CELL_M",
    "CRITERION",
    "CURVE",
    "DENTS_CELL_M",
    "SURE",
    "UNKNOWN",
    "fit_window_slopes",
    "grade_error_pct",
    "measure_flatness",
]

CURVE = (
    (-4.0, 0.0), (-3.0, 0.2), (-2.0, 0.55), (-1.0, 1.0), (1.0, 1.0), (2.0, 0.75), (3.0, 0.4), (5.0, 0.0),
)  # fmt: skip
"""Desirability by grade in %; positive is running backwards uphill, the kinder direction [J]."""
UNKNOWN = Unknown(estimate=0.5, draws=((0.0, 0.25), (1.0, 0.75)))
"""An unknown slope is drawn from .25 to .75, so that it is called neither flat nor steep [J]."""
SURE = 1.28
"""Least |grade|/σ at which uphill is advised: the sign is then right with P > .9."""
_CONFIDENCE_PCT = 1.5
"""Standard error at which the confidence has fallen to 1/e [J]."""


def measure_flatness(windows: Windows, evidence: Evidence) -> Measurement:
    """Measure the slope of each window as it is when run uphill; NaN where neither heights nor a tag tell it."""
    fitted = fit_window_slopes(windows, evidence)
    tagged = read_tagged_slopes(windows)
    slope = combine_slopes(fitted.grade_pct, fitted.sigma_pct, tagged)

    def gather(rows: IntArray) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "grade_pct": slope.grade_pct[rows],
                "grade_sigma_pct": slope.sigma_pct[rows],
                "roughness_m": fitted.roughness_m[rows],
                "fit_m": fitted.fit_m[rows],
                "height_source": _list_height_sources(windows, evidence.elevation, rows),
                "fitted_pct": fitted.grade_pct[rows],
                "tagged_pct": tagged.grade_pct[rows],
                "tagged_up": tagged.direction[rows],
                "tagged_least_pct": tagged.least_pct[rows],
                "is_contradicted": slope.is_contradicted[rows],
            }
        )

    known = np.isfinite(slope.grade_pct)
    # The runner may choose the direction, so only the steepness counts, and it is judged as uphill.
    return Measurement(
        quantity=Normal(np.abs(slope.grade_pct), slope.sigma_pct),
        confidence=np.where(known, np.exp(-np.nan_to_num(slope.sigma_pct) / _CONFIDENCE_PCT), 0.0),
        gather_evidence=gather,
    )


def _list_height_sources(windows: Windows, heights: Heights | None, rows: IntArray) -> NDArray[np.object_]:
    """Return the name of the raster under the middle of each window, or None where there is none."""
    if heights is None or not len(rows):
        return np.full(len(rows), None, dtype=object)
    middle = windows.first[rows] + windows.samples.stroke[windows.first[rows]] + windows.n_samples // 2
    return np.array([*heights.sources, None], dtype=object)[
        heights.source[middle]
    ]  # −1, uncovered, picks the None at the end


CRITERION = Criterion(
    name="flatness",
    unit="% grade uphill",
    curve=CURVE,
    unknown=UNKNOWN,
    measure=measure_flatness,
    averaged=True,
    keys=("incline",),
)
"""Straight lines fitted to heights, and tagged slopes."""
