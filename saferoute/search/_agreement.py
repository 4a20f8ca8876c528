"""The agreement of predicted people with counters: where, when and how many, each with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from saferoute.criteria import crowding

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Moment

FEWEST = 4
"""Number of counters below which a rank correlation means nothing [J]."""
_LEAST_HOURS = 8
"""Hours of a counter below which their correlation, or its mean hour of a day, means nothing [J]."""
_DRAWS = 2000
"""Number of bootstrap draws."""
_SEED = 20_190_418


@dataclass(frozen=True)
class Estimate:
    """A figure of n counters and its 95 % bootstrap interval, counters drawn with replacement; NaN without any."""

    value: float
    low: float
    high: float
    counters: int


def correlate_places(predicted: FloatArray, truth: FloatArray) -> Estimate:
    """Return the rank correlation of predictions and counts at n counters."""

    def correlate(rows: IntArray) -> FloatArray:
        return crowding.compute_spearmans(predicted[rows], truth[rows])

    return _estimate(correlate, len(truth))


def correlate_places_by_hour(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the order of places at each hour that `FEWEST` counters counted.

    Parameters
    ----------
    rows : DataFrame
        ``site``, ``hour_of_week``, ``index`` and ``count``, a row a counter and hour.

    Returns
    -------
    DataFrame
        ``hour_of_week``, ``spearman``, ``low``, ``high`` and ``counters``, a row an hour.
    """
    import pandas as pd

    found = []
    for hour, there in rows.dropna(subset="hour_of_week").groupby("hour_of_week"):
        of_sites = there.groupby("site")[["index", "count"]].mean()
        if len(of_sites) >= FEWEST:
            order = correlate_places(of_sites["index"].to_numpy(), of_sites["count"].to_numpy())
            found.append((hour, order.value, order.low, order.high, order.counters))
    return pd.DataFrame(found, columns=["hour_of_week", "spearman", "low", "high", "counters"])


def describe_counters(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what was told and counted at each counter.

    Parameters
    ----------
    rows : DataFrame
        ``site``, ``lon``, ``lat``, ``hour_of_week``, ``count``, ``index`` and ``predicted``, a row a counter and hour.

    Returns
    -------
    DataFrame
        A row a counter, by its number: the means of these columns but the hour, and ``correlation``, the linear one
        of index and count over its hours, NaN for fewer than `_LEAST_HOURS`.
    """
    table = rows.groupby("site")[["lon", "lat", "count", "index", "predicted"]].mean()
    table["correlation"] = np.nan
    for site, there in rows.dropna(subset="hour_of_week").groupby("site"):
        if there["hour_of_week"].nunique() >= _LEAST_HOURS:
            pair = there[["index", "count"]].to_numpy(dtype=float).T
            table.loc[site, "correlation"] = crowding.compute_pearsons(pair[:1], pair[1:])[0]
    return table


def correlate_hours(counters: pd.DataFrame) -> Estimate:
    """Return the correlation of index and count over the hours of the median of the counters described."""
    return _estimate_median(counters["correlation"].to_numpy(dtype=float))


def compare_levels(predicted: FloatArray, truth: FloatArray) -> Estimate:
    """Return how many times as many people the median counter sees as are predicted."""
    ratio = np.fmax(truth, 1.0) / np.fmax(predicted, 1.0)
    return _estimate_median(ratio)


def rate_quiet_hours(rows: pd.DataFrame, activity: FloatArray, moment: Moment | None) -> Estimate:
    """Return the share of the hours named as quiet that are so by count.

    Parameters
    ----------
    rows : DataFrame
        ``site``, ``hour_of_week`` and ``count``.
    activity : ndarray of shape (sites, len(SETTINGS))
        By number of site.
    moment : Moment, optional
        The date whose season and light hold.
    """
    named = crowding.find_quiet_hours(activity, moment)
    hits, hours = np.zeros(len(activity)), np.zeros(len(activity))
    for kind, days in enumerate(crowding.KINDS_OF_DAY.values()):
        counted = _average_days(rows, len(activity), days)
        waking = counted[:, crowding.WAKING]
        n = np.isfinite(waking).sum(axis=1)
        mean, enough = np.nansum(waking, axis=1) / np.fmax(n, 1), n >= _LEAST_HOURS
        judged: BoolArray = named[:, kind] & np.isfinite(counted) & enough[:, None]
        hours += judged.sum(axis=1)
        hits += (judged & (counted < crowding.QUIET * mean[:, None])).sum(axis=1)
    hits, hours = hits[hours > 0], hours[hours > 0]
    return _estimate(lambda drawn: hits[drawn].sum(axis=-1) / hours[drawn].sum(axis=-1), len(hours))


def _average_days(rows: pd.DataFrame, sites: int, days: slice) -> FloatArray:
    """Return the mean count at each site and hour of some days of the week, NaN where nobody counted."""
    day, hour = np.divmod(rows["hour_of_week"].to_numpy(dtype=float), 24)
    here = (day >= days.start) & (day < days.stop)
    at = rows["site"].to_numpy()[here], hour[here].astype(np.int64)
    total, n = np.zeros((sites, 24)), np.zeros((sites, 24))
    np.add.at(total, at, rows["count"].to_numpy(dtype=float)[here])
    np.add.at(n, at, 1.0)
    return np.divide(total, n, out=np.full((sites, 24), np.nan), where=n > 0)


def _estimate_median(values: FloatArray) -> Estimate:
    values = values[np.isfinite(values)]
    return _estimate(lambda drawn: np.median(values[drawn], axis=-1), len(values))


def _estimate(compute: Callable[[IntArray], FloatArray], n: int) -> Estimate:
    """Return what a function of rows gives for all n counters, and its interval; it takes rows of shape (draws, n)."""
    if not n:
        return Estimate(np.nan, np.nan, np.nan, 0)
    # The seed is fixed so that the same counters give the same interval.
    drawn = np.random.default_rng(_SEED).integers(0, n, (_DRAWS, n))
    found = compute(drawn)
    low, high = np.nanpercentile(found, [2.5, 97.5]) if np.isfinite(found).any() else (np.nan, np.nan)
    return Estimate(float(compute(np.arange(n)[None])[0]), float(low), float(high), n)
