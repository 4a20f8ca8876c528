"""What counters and a population raster teach: people an hour instead of a guess of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from saferoute.criteria.crowding import _when, _where
from saferoute.osm.people import SETTINGS

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray
    from saferoute.model import Features, Moment

UNCALIBRATED, CALIBRATED, WITH_POPULATION = 0.3, 0.7, 0.35
"""Confidence [J]; dwellers counted are a little better than guessed [J]."""
ENOUGH = 5
"""Counters from which on a city counts as calibrated [J]."""
AGREES = 0.3
"""Spearman below which counters contradict the map, so that it is not trusted more for them [J]."""
LEVEL_SD, SLOPE_SD, NOISE_SD = 1.1, 0.3, 0.7
"""Prior standard deviations, in logs, of a city's level (a factor of 3) and of the slope
around 1, and the scatter of a counter around the line (a factor of 2) [J]: with few
counters the prior holds, with many they do."""
SLOPES = (0.2, 3.0)
"""The slope stays above 0: more on the map is never fewer on the street."""
LEAST = 0.5
"""People an hour that a count of none, or an index of nothing, stands for in logs."""


@dataclass(frozen=True)
class Scale:
    """People an hour = exp(level) · index ** slope, and what is known of it.

    Attributes
    ----------
    error : float
        Standard deviation of the logarithm of people an hour.
    counters : int
        How many lay within the map.
    agreement : float
        Spearman of index and counts, NaN for fewer than three counters.
    """

    level: float = 0.0
    slope: float = 1.0
    error: float = LEVEL_SD
    counters: int = 0
    agreement: float = float("nan")
    population: bool = False

    def estimate_people(self, index: FloatArray) -> FloatArray:
        """Return people an hour."""
        scaled: FloatArray = np.exp(self.level) * index**self.slope
        return scaled

    @property
    def confidence(self) -> float:
        """Confidence in people an hour, 0..1."""
        least = WITH_POPULATION if self.population else UNCALIBRATED
        if not self.counters or self.agreement < AGREES:
            return least
        return least + (CALIBRATED - least) * min(self.counters / ENOUGH, 1.0)


def learn_scale(features: Features, moment: Moment | None) -> Scale:
    """Return how the index becomes people an hour here."""
    population = features.population is not None
    if features.counters is None:
        return Scale(population=population)
    table = features.counters.table
    seen = _where.estimate_activity(table[["x_m", "y_m"]].to_numpy(dtype=float), features.counters.features)
    index = index_at_hours(seen.activity, table["hour_of_week"].to_numpy(dtype=float), moment)
    count = table["count"].to_numpy(dtype=float)
    return fit_scale(index[seen.on_map], count[seen.on_map], population=population)


def fit_scale(index: FloatArray, count: FloatArray, *, population: bool = False) -> Scale:
    """Return the scale that n counters teach.

    A ridge regression of log counts on log index at the hour counted, towards
    the level and slope that hold without any counter.
    """
    if not len(index):
        return Scale(population=population)
    x, y = np.log(np.fmax(index, LEAST)), np.log(np.fmax(count, LEAST))
    # The line is tied where the counters are, so that few of them move its level and not its slope.
    middle = float(x.mean())
    design = np.column_stack([np.ones(len(x)), x - middle])
    precision = design.T @ design / NOISE_SD**2 + np.diag([LEVEL_SD**-2, SLOPE_SD**-2])
    level, more = np.linalg.solve(precision, design.T @ (y - x) / NOISE_SD**2)
    slope = float(np.clip(1 + more, *SLOPES))
    left = float(np.hypot(NOISE_SD, np.sqrt(np.linalg.inv(precision)[0, 0])))
    return Scale(
        level=float(middle + level - slope * middle),
        slope=slope,
        error=min(left, LEVEL_SD),
        counters=len(x),
        agreement=compute_spearman(x, y),
        population=population,
    )


def index_at_hours(activity: FloatArray, hour_of_week: FloatArray, moment: Moment | None) -> FloatArray:
    """Return the index at each row's own hour of the week, NaN = a mean hour of all the week."""
    profiles = np.column_stack([_when.PROFILES, np.ones(len(SETTINGS))])
    column = np.where(np.isfinite(hour_of_week), np.nan_to_num(hour_of_week), _when.HOURS).astype(np.int64)
    factor = np.ones(len(SETTINGS)) if moment is None else _when.seasonal_factors(moment.local.month, moment.lat)
    index: FloatArray = np.einsum("nk,kn->n", activity * factor, profiles[:, column])
    return index


def compute_spearman(a: FloatArray, b: FloatArray) -> float:
    """Return the rank correlation, NaN where it is none."""
    from scipy.stats import rankdata

    if len(a) < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(np.corrcoef(rankdata(a), rankdata(b))[0, 1])
