"""The crowding index at points, and its agreement with counters."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from saferoute.criteria import crowding
from saferoute.model import InvalidInput, Place, PlaceNotFound
from saferoute.search._agreement import (
    FEWEST,
    Estimate,
    compare_levels,
    correlate_hours,
    correlate_places,
    correlate_places_by_hour,
    describe_counters,
    rate_quiet_hours,
)
from saferoute.search._area import area_around
from saferoute.sources import clock
from saferoute.sources.counts import read_counts
from saferoute.sources.osm.extract import ExtractSource

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Area, Features, Moment

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

    Warns
    -----
    UserWarning
        If points lie within 300 m of the map's edge, how many: what draws
        people beyond it is not on the map, and such points look quieter than
        they are.

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
    inside, at_edge = np.flatnonzero(_is_within_extract(source, points)), 0
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
        at_edge += int((crowding.is_near_edge(xy, features.extent) & np.isfinite(index[here])).sum())
    if at_edge:
        warnings.warn(
            f"{at_edge} of {len(points)} points lie within {crowding.EDGE_M:g} m of the map's edge: what draws people "
            "beyond is unknown, so they may be busier than said; take a larger extract",
            stacklevel=2,
        )
    return index


@dataclass(frozen=True)
class Evaluation:
    """The agreement of the crowding index with counters.

    Attributes
    ----------
    counters : int
        Number of counters that are used; one that counted at several hours is one.
    off_map, near_edge : int
        Number of those that are not used because they lie off the map or far
        from every way, and because they lie within 300 m of its edge.
    places : Estimate
        Rank correlation of the people told by the map alone with the counts,
        each at the hours counted. The map learns nothing from the counters.
    left_out : Estimate
        The same for the people predicted at each counter by the index
        calibrated with all the others (leave-one-out).
    factor, left_out_factor : float
        Typical factor between count and prediction: the exponential of the
        mean absolute error of the logarithm.
    by_hour : DataFrame
        The rank correlation at each hour that enough counters counted; see
        `saferoute.search._agreement.correlate_places_by_hour`.
    hours : Estimate
        Correlation over the hours of a counter, the median of all counters.
    level : Estimate
        People counted for each one told by the map alone, the median of all counters.
    quiet : Estimate
        Share of the hours named as quiet that have less than two thirds of
        the mean hour's people by count.
    by_counter : DataFrame
        The mean of each counter's rows and the correlation over its hours;
        see `saferoute.search._agreement.describe_counters`.
    rows : DataFrame
        ``lon``, ``lat``, ``count``, ``hour_of_week``, ``site`` (number of the
        counter), ``index`` (people told by the map alone) and ``predicted``
        (by the other counters).
    """

    counters: int
    off_map: int
    near_edge: int
    places: Estimate
    left_out: Estimate
    factor: float
    left_out_factor: float
    by_hour: pd.DataFrame
    hours: Estimate
    level: Estimate
    quiet: Estimate
    by_counter: pd.DataFrame
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
    everywhere = _count_sites(table)
    table = table[_is_within_extract(source, table[["lon", "lat"]].to_numpy())].reset_index(drop=True)
    _require_counters(_count_sites(table), everywhere, counts, "lie on the map")
    area, features, xy = _read_map_around(source, table[["lon", "lat"]].to_numpy())
    moment = clock.parse_moment(at, area.place) if at else None
    if moment is not None:
        table["hour_of_week"] = table["hour_of_week"].fillna(float(moment.hour_of_week))
    seen = crowding.estimate_activity(xy, features)
    index = crowding.index_at_hours(seen.activity, table["hour_of_week"].to_numpy(dtype=float), moment)
    table["index"] = crowding.calibrate.Scale().estimate_people(index)
    on_map, used = _count_sites(table[seen.on_map]), seen.on_map & ~crowding.is_near_edge(xy, features.extent)
    table, activity = table[used].reset_index(drop=True), seen.activity[used]
    within = f"lie near a way and {crowding.EDGE_M:g} m within the map"
    _require_counters(_count_sites(table), everywhere, counts, within)
    table["site"], first = _number_sites(table)
    found = _judge_rows(table.assign(predicted=_predict_leaving_one_out(table)), activity[first], moment)
    return replace(found, off_map=everywhere - on_map, near_edge=on_map - found.counters)


def _judge_rows(rows: pd.DataFrame, activity: FloatArray, moment: Moment | None) -> Evaluation:
    """Return the agreement of rows that are all used, and of the activity of each counter."""
    means = crowding.average_sites(rows[["index", "predicted", "count"]].to_numpy(dtype=float), rows["site"].to_numpy())
    index, predicted, truth = means.T
    by_counter = describe_counters(rows)
    return Evaluation(
        counters=len(truth),
        off_map=0,
        near_edge=0,
        places=correlate_places(index, truth),
        left_out=correlate_places(predicted, truth),
        factor=_typical_factor(index, truth),
        left_out_factor=_typical_factor(predicted, truth),
        by_hour=correlate_places_by_hour(rows),
        hours=correlate_hours(by_counter),
        level=compare_levels(index, truth),
        quiet=rate_quiet_hours(rows, activity, moment),
        by_counter=by_counter,
        rows=rows,
    )


def _count_sites(table: pd.DataFrame) -> int:
    return len(table[["lon", "lat"]].drop_duplicates())


def _number_sites(table: pd.DataFrame) -> tuple[IntArray, IntArray]:
    """Return the number of each row's counter, and a row of each counter."""
    site = crowding.number_sites(table[["lon", "lat"]].to_numpy())
    return site, np.unique(site, return_index=True)[1]


def _require_counters(usable: int, everywhere: int, counts: Path | str, where: str) -> None:
    if usable < FEWEST:
        raise InvalidInput(f"{counts}: {usable} of {everywhere} counters {where}; at least {FEWEST} are needed")


def _predict_leaving_one_out(rows: pd.DataFrame) -> FloatArray:
    """Return the people an hour of each row, by a scale fitted to all other counters."""
    site, index = rows["site"].to_numpy(), rows["index"].to_numpy(dtype=float)
    unscaled = index / np.exp(crowding.calibrate.LEVEL)
    means = crowding.average_sites(np.column_stack([unscaled, rows["count"].to_numpy(dtype=float)]), site)
    scales = [crowding.fit_scale(*np.delete(means, number, axis=0).T) for number in range(len(means))]
    return np.array([scales[number].estimate_people(one) for number, one in zip(site, unscaled, strict=True)])


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
