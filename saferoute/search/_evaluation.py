"""The crowding index at points, and its agreement with counters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from saferoute.criteria import crowding
from saferoute.model import InvalidInput, Place, PlaceNotFound
from saferoute.search._area import area_around
from saferoute.sources import clock
from saferoute.sources.counts import read_counts
from saferoute.sources.osm.extract import ExtractSource

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    from saferoute.arrays import FloatArray
    from saferoute.model import Area, Features

FEWEST = 4
"""Number of counters below which a rank correlation means nothing [J]."""
_DRAWS = 2000
"""Number of bootstrap draws."""
_SEED = 20_190_418
_M_PER_DEGREE = 111_700.0
"""Upper bound of the length of a degree of latitude in metres."""
_MARGIN = 1.2
_LEAST_RADIUS_M = 300.0
"""Least radius of the area around a few points, in metres."""
_TILE_DEG = 0.5
"""Size in degrees of the tiles into which points are divided."""


def crowding_at(
    extract: Path | str | Sequence[Path | str] | ExtractSource, lonlat: ArrayLike, *, at: str = ""
) -> FloatArray:
    """Return the crowding index at points: people on foot per hour, to an order of magnitude.

    Parameters
    ----------
    extract : path, sequence of path or ExtractSource
        OpenStreetMap extracts. They should reach 1 km beyond the points: what
        lies outside draws nobody.
    lonlat : array_like of shape (n, 2)
        Degrees east and north, WGS 84. A point counts as on the busiest way
        within 30 m.
    at : str
        ``wed 13:00``, ``2026-06-20T07:00`` or ``now``, in the local time of
        the points. A weekday without a date is the next such day, whose
        season beaches and parks keep. By default a mean hour from 7 to 21.

    Returns
    -------
    ndarray of shape (n,)
        NaN outside the data, where no way lies within 250 m, and for points that are NaN.

    Raises
    ------
    InvalidInput
        If the points, the time or an extract break these rules.

    Examples
    --------
    >>> crowding_at("data/helsinki/helsinki.osm.pbf", [(24.9414, 60.1710), (10.0, 50.0)], at="wed 13:00").shape
    (2,)
    """
    points = np.asarray(lonlat, dtype=float)
    if points.size == 0:
        points = points.reshape(0, 2)
    if points.ndim != 2 or points.shape[1] != 2:
        raise InvalidInput(f"points of shape {points.shape}: they must have shape (n, 2), longitude and latitude")
    if at:
        clock.check_time(at)
    index = np.full(len(points), np.nan)
    source = _open_extracts(extract)
    inside = np.flatnonzero(_is_within_extract(source, points))
    # Points may lie all over a country, and each tile has its own CRS and time zone.
    tiles, tile = np.unique(np.floor(points[inside] / _TILE_DEG), axis=0, return_inverse=True)
    for number in range(len(tiles)):
        here = inside[tile.ravel() == number]
        try:
            area, features, xy = _read_map_around(source, points[here])
        except PlaceNotFound:  # no way anywhere near
            continue
        moment = clock.parse_moment(at, area.place) if at else None
        index[here] = crowding.estimate_people_per_hour(xy, features, moment)
    return index


@dataclass(frozen=True)
class Evaluation:
    """The agreement of the crowding index with counters.

    Attributes
    ----------
    counters : int
        Number of counters on the map.
    off_map : int
        Number of the others, which are not used.
    spearman, interval : float, tuple of float
        Rank correlation of the map's index with the counts, each at the hour
        counted, and its 95 % bootstrap interval, counters drawn with
        replacement. The index learns nothing from the counters.
    left_out, left_out_interval : float, tuple of float
        The same for the people per hour predicted at each counter by the index
        calibrated with all the others (leave-one-out).
    factor, left_out_factor : float
        Typical factor between count and prediction: the exponential of the
        mean absolute error of the logarithm.
    rows : DataFrame
        ``lon``, ``lat``, ``count``, ``hour_of_week``, ``index`` (from the map
        alone) and ``predicted`` (calibrated by the other counters).
    """

    counters: int
    off_map: int
    spearman: float
    interval: tuple[float, float]
    left_out: float
    left_out_interval: tuple[float, float]
    factor: float
    left_out_factor: float
    rows: pd.DataFrame


def evaluate_crowding(
    counts: Path | str, extract: Path | str | Sequence[Path | str] | ExtractSource, *, at: str = ""
) -> Evaluation:
    """Return how well the crowding index agrees with counters.

    Parameters
    ----------
    counts : path
        See `saferoute.sources.counts.read_counts`.
    extract : path, sequence of path or ExtractSource
    at : str
        The hour of the rows that name none; by default a mean hour of the week.

    Returns
    -------
    Evaluation

    Raises
    ------
    InvalidInput
        If a file breaks its rules, or fewer than `FEWEST` counters lie on the map.
    """
    if at:
        clock.check_time(at)
    table, source = read_counts(counts), _open_extracts(extract)
    everywhere = len(table)
    table = table[_is_within_extract(source, table[["lon", "lat"]].to_numpy())].reset_index(drop=True)
    _require_counters(len(table), everywhere, counts)
    area, features, xy = _read_map_around(source, table[["lon", "lat"]].to_numpy())
    moment = clock.parse_moment(at, area.place) if at else None
    if moment is not None:
        table["hour_of_week"] = table["hour_of_week"].fillna(float(moment.hour_of_week))
    seen = crowding.estimate_activity(xy, features)
    table["index"] = crowding.index_at_hours(seen.activity, table["hour_of_week"].to_numpy(dtype=float), moment)
    table = table[seen.on_map].reset_index(drop=True)
    _require_counters(len(table), everywhere, counts)
    index, truth = table["index"].to_numpy(dtype=float), table["count"].to_numpy(dtype=float)
    predicted = _predict_leaving_one_out(index, truth)
    return Evaluation(
        counters=len(table),
        off_map=everywhere - len(table),
        spearman=crowding.compute_spearman(index, truth),
        interval=_bootstrap_interval(index, truth),
        left_out=crowding.compute_spearman(predicted, truth),
        left_out_interval=_bootstrap_interval(predicted, truth),
        factor=_typical_factor(crowding.calibrate.Scale().estimate_people(index), truth),
        left_out_factor=_typical_factor(predicted, truth),
        rows=table.assign(predicted=predicted),
    )


def _require_counters(on_map: int, everywhere: int, counts: Path | str) -> None:
    if on_map < FEWEST:
        raise InvalidInput(
            f"{counts}: {on_map} of {everywhere} counters lie on the map near a way; at least {FEWEST} are needed"
        )


def _predict_leaving_one_out(index: FloatArray, count: FloatArray) -> FloatArray:
    """Return the people per hour at each counter, by a scale fitted to all the others."""
    others = ~np.eye(len(index), dtype=bool)
    return np.array([crowding.fit_scale(index[o], count[o]).estimate_people(index[~o])[0] for o in others])


def _bootstrap_interval(predicted: FloatArray, truth: FloatArray) -> tuple[float, float]:
    """Return the 95 % interval of the rank correlation, from counters drawn with replacement."""
    # The seed is fixed so that the same counters give the same interval.
    drawn = np.random.default_rng(_SEED).integers(0, len(truth), (_DRAWS, len(truth)))
    found = np.array([crowding.compute_spearman(predicted[rows], truth[rows]) for rows in drawn])
    low, high = np.nanpercentile(found, [2.5, 97.5]) if np.isfinite(found).any() else (np.nan, np.nan)
    return float(low), float(high)


def _typical_factor(predicted: FloatArray, truth: FloatArray) -> float:
    """Return the typical factor between two positive numbers; values below one per hour count as one."""
    return float(np.exp(np.abs(np.log(np.fmax(predicted, 1.0) / np.fmax(truth, 1.0))).mean()))


def _open_extracts(extract: Path | str | Sequence[Path | str] | ExtractSource) -> ExtractSource:
    if isinstance(extract, ExtractSource):
        return extract
    return ExtractSource([extract] if isinstance(extract, Path | str) else list(extract))


def _is_within_extract(source: ExtractSource, lonlat: FloatArray) -> NDArray[np.bool_]:
    """Return a mask of the points within the box of an extract's ways."""
    west, south, east, north = source.read_bounds()
    # A point that is NaN compares as outside.
    with np.errstate(invalid="ignore"):
        lon, lat = lonlat.T
        within: NDArray[np.bool_] = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return within


def _read_map_around(source: ExtractSource, lonlat: FloatArray) -> tuple[Area, Features, FloatArray]:
    """Return an area that holds points, its map with the margin of crowding, and the points in metres."""
    from pyproj import Transformer

    low, high = lonlat.min(axis=0), lonlat.max(axis=0)
    lon, lat = (float(v) for v in (low + high) / 2)
    # Measured at the latitude nearest to the equator, where a degree of longitude is longest.
    wide = (high[0] - low[0]) * np.cos(np.radians(max(abs(lat) - abs(high[1] - low[1]) / 2, 0.0)))
    reach = max(float(wide), float(high[1] - low[1])) / 2 * _M_PER_DEGREE
    area = area_around(Place("", lon, lat), max(reach, _LEAST_RADIUS_M))
    # One map unit is .9996 to 1.001 m within a zone; beyond, the margin has room for it.
    features = source.read_features(area, margin_m=_MARGIN * crowding.REACH_M)
    to_area = Transformer.from_crs("EPSG:4326", area.crs, always_xy=True)
    return area, features, np.column_stack(to_area.transform(*lonlat.T))
