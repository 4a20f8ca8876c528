"""Calibration of the index of activity to people an hour, by counters and a population raster."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from saferoute.criteria.crowding import when, where
from saferoute.osm.people import SETTINGS

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Features, Moment

UNCALIBRATED, CALIBRATED, WITH_POPULATION = 0.3, 0.7, 0.35
"""Confidence without counters, with enough of them, and with a population raster alone [J]."""
ENOUGH = 5
"""Least number of counters with which a city counts as calibrated [J]."""
AGREES = 0.3
"""Least rank correlation of counts and index with which counters raise the confidence [J]."""
LEVEL = math.log(2.15)
"""Logarithm of the people an hour for each unit of the index, where nobody counted.

In the centres of three cities the counters see 1.4 to 3.3 passers-by for each [M]: this is their geometric middle.
Away from centres no counter tells."""
LEVEL_SD, SLOPE_SD, NOISE_SD = 1.1, 0.3, 0.7
"""Standard deviations in logarithms [J]: priors of a city's level (a factor of 3) and of the
slope around 1, and the scatter of counters around the line (a factor of 2). Few counters
hardly move the priors; many outweigh them. In centres cities differ by .43 and the sites of
Sydney by .56, .71 together [M]; the level's is wider, since elsewhere nothing was counted."""
SLOPES = (0.2, 3.0)
"""Bounds of the slope [J]; it stays positive, so that a higher index never means fewer people."""
LEAST = 0.5
"""Value that stands for a count or an index of 0 in logarithms [J]."""


@dataclass(frozen=True)
class Scale:
    """The conversion of the index into people an hour, exp(level) · index ** slope.

    Attributes
    ----------
    level, slope : float
        Without counters `LEVEL` and 1.
    error : float
        Standard deviation of the logarithm of people an hour.
    counters : int
        Number of counters that stand near a mapped way.
    agreement : float
        Rank correlation of index and counts; NaN for fewer than three counters.
    population : bool
        Whether a population raster took the place of guessed dwellers.
    """

    level: float = LEVEL
    slope: float = 1.0
    error: float = LEVEL_SD
    counters: int = 0
    agreement: float = float("nan")
    population: bool = False

    def estimate_people(self, index: FloatArray) -> FloatArray:
        """Return the people an hour for values of the index, in the same shape."""
        scaled: FloatArray = np.exp(self.level) * index**self.slope
        return scaled

    @property
    def confidence(self) -> float:
        """Confidence in the people an hour, 0..1."""
        least = WITH_POPULATION if self.population else UNCALIBRATED
        if not self.counters or self.agreement < AGREES:
            return least
        return least + (CALIBRATED - least) * min(self.counters / ENOUGH, 1.0)


def learn_scale(features: Features, moment: Moment | None) -> Scale:
    """Return the scale fitted to the counters of the features, or the default one without counters."""
    population = features.population is not None
    if features.counters is None:
        return Scale(population=population)
    table = features.counters.table
    seen = where.estimate_activity(table[["x_m", "y_m"]].to_numpy(dtype=float), features.counters.features)
    index = index_at_hours(seen.activity, table["hour_of_week"].to_numpy(dtype=float), moment)
    count, site = table["count"].to_numpy(dtype=float), number_sites(table[["x_m", "y_m"]].to_numpy(dtype=float))
    of_sites = average_sites(np.column_stack([index, count])[seen.on_map], site[seen.on_map])
    return fit_scale(*of_sites.T, population=population)


def number_sites(xy: FloatArray) -> IntArray:
    """Return the number of the counter of each row, which is one wherever it counted at several hours."""
    return np.unique(xy, axis=0, return_inverse=True)[1].ravel()


def average_sites(values: FloatArray, site: IntArray) -> FloatArray:
    """Return the geometric mean of each counter's rows, so that one with many hours says no more than one with one.

    Parameters
    ----------
    values : ndarray of shape (n, k)
        Counts or indices; `LEAST` stands for less.
    site : ndarray of shape (n,)

    Returns
    -------
    ndarray of shape (sites, k)
        In the order of the sites' numbers.
    """
    _, back, rows = np.unique(site, return_inverse=True, return_counts=True)
    total = np.zeros((len(rows), values.shape[1]))
    np.add.at(total, back, np.log(np.fmax(values, LEAST)))
    means: FloatArray = np.exp(total / rows[:, None])
    return means


def fit_scale(index: FloatArray, count: FloatArray, *, population: bool = False) -> Scale:
    """Return the scale fitted to n counters.

    The fit is a ridge regression of log counts on log index. It shrinks towards
    the level and slope that hold without counters.

    Parameters
    ----------
    index : ndarray of shape (n,)
        Index at each counter, at the hour of its count.
    count : ndarray of shape (n,)
        People an hour.
    population : bool
        Whether the index is made with a population raster.
    """
    if not len(index):
        return Scale(population=population)
    x, y = np.log(np.fmax(index, LEAST)), np.log(np.fmax(count, LEAST))
    # Centred on the counters, so that a few of them move the level and leave the slope alone.
    middle = float(x.mean())
    design = np.column_stack([np.ones(len(x)), x - middle])
    precision = design.T @ design / NOISE_SD**2 + np.diag([LEVEL_SD**-2, SLOPE_SD**-2])
    level, more = np.linalg.solve(precision, design.T @ (y - x - LEVEL) / NOISE_SD**2)
    slope = float(np.clip(1 + more, *SLOPES))
    # Scatter of a single place around the line, and the error of the line itself.
    left = float(np.hypot(NOISE_SD, np.sqrt(np.linalg.inv(precision)[0, 0])))
    return Scale(
        level=float(LEVEL + level + (1 - slope) * middle),
        slope=slope,
        error=min(left, LEVEL_SD),
        counters=len(x),
        agreement=compute_spearman(x, y),
        population=population,
    )


def index_at_hours(activity: FloatArray, hour_of_week: FloatArray, moment: Moment | None) -> FloatArray:
    """Return the index of each row at an hour of the week of its own.

    Parameters
    ----------
    activity : ndarray of shape (n, len(SETTINGS))
        Over a mean hour, as `estimate_activity` returns it.
    hour_of_week : ndarray of shape (n,)
        0 = Monday 0:00; NaN = a mean hour of the whole week.
    moment : Moment or None
        Gives month and latitude, hence the season; without it the factors are 1.

    Returns
    -------
    ndarray of shape (n,)
    """
    profiles = np.column_stack([when.PROFILES, np.ones(len(SETTINGS))])
    column = np.where(np.isfinite(hour_of_week), np.nan_to_num(hour_of_week), when.HOURS).astype(np.int64)
    factor = np.ones(len(SETTINGS)) if moment is None else when.seasonal_factors(moment.local.month, moment.lat)
    index: FloatArray = np.einsum("nk,kn->n", activity * factor, profiles[:, column])
    return index


def compute_spearman(a: FloatArray, b: FloatArray) -> float:
    """Return Spearman's rank correlation, NaN for fewer than three pairs or where one side is constant."""
    return float(compute_spearmans(a[None], b[None])[0])


def compute_spearmans(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return Spearman's rank correlation of each row of two tables, as `compute_spearman` does for one."""
    from scipy.stats import rankdata

    return compute_pearsons(rankdata(a, axis=-1), rankdata(b, axis=-1))


def compute_pearsons(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the linear correlation of each row of two tables, NaN for fewer than three pairs or a constant side."""
    if a.shape[-1] < 3:
        return np.full(len(a), np.nan)
    a, b = (side - side.mean(axis=-1, keepdims=True) for side in (a, b))
    size = np.sqrt((a**2).sum(axis=-1) * (b**2).sum(axis=-1))
    found: FloatArray = np.divide((a * b).sum(axis=-1), size, out=np.full(len(a), np.nan), where=size > 0)
    return found
