"""Crowding: how many people and wheels to expect, from the map alone.

The index is the density of what draws people (shops, cafés, stops, sights),
weighted by distance, and its percentile among the foot ways around. It knows
no hour and no counter: network-only proxies reach a Spearman of about .35, so
its confidence is low and says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from saferoute.criteria import _cells, _near
from saferoute.criteria._tags import column, isin
from saferoute.criteria.obstacles import small_objects
from saferoute.model import Criterion, Measurement

if TYPE_CHECKING:
    import geopandas as gpd

    from saferoute.model import BoolArray, Cells, Evidence, Features, FloatArray, IntArray, Windows

CURVE = ((0.3, 1.0), (0.5, 0.8), (0.8, 0.3), (1.0, 0.1))
"""Desirability by percentile of the crowd index [J]."""
UNKNOWN_PERCENTILE = 0.6
CONFIDENCE = 0.3
"""Of an index that no counter has calibrated."""
_PERCENTILE_ERROR = 0.2
"""Standard error of a percentile whose Spearman with counts is about .35 [J]."""
_DECAY_M, _REACH_M = 150.0, 500.0
_AROUND_M = 1000.0

FOOT_ONLY, FOOT_BY_CLASS, BICYCLES, BICYCLES_SHARED, MOTORS = 1.0, 0.85, 0.7, 0.4, 0.3
"""Desirability by wheels; `FOOT_BY_CLASS`: footways and lawns that say nothing of bicycles [J]."""
_WHEELS_IN_WORDS = {
    FOOT_ONLY: "no bicycles",
    FOOT_BY_CLASS: "bicycles unlikely (not tagged)",
    BICYCLES: "bicycles possible",
    BICYCLES_SHARED: "shared with bicycles",
    MOTORS: "motor traffic possible",
}

_DRAWS_PEOPLE = ("amenity", "shop", "tourism", "office", "public_transport")
_OTHER_DRAWS = {
    "highway": frozenset({"bus_stop"}),
    "railway": frozenset({"station", "halt", "tram_stop", "subway_entrance"}),
    "leisure": frozenset({"playground", "sports_centre", "fitness_station", "marina", "beach_resort", "dance"}),
}
_QUIET_AMENITIES = frozenset({"parking_space", "hunting_stand", "grave_yard", "parking_entrance"})


def wheels(ground: pd.DataFrame) -> FloatArray:
    """Return the desirability of each way by the wheels that may use it."""
    highway, motor = column(ground, "highway"), column(ground, "motor_vehicle")
    motor = motor.where(motor.notna(), column(ground, "vehicle"))
    bicycle = column(ground, "bicycle")
    motors = (highway.eq("track") & ~motor.isin(["no"])) | (motor.notna() & ~motor.isin(["no"]))
    shared = bicycle.eq("designated") & ~isin(ground, "segregated", {"yes"})
    none = bicycle.isin(["no", "use_sidepath"])
    by_class = bicycle.isna() & (highway.eq("footway") | (highway.isna() & ~isin(ground, "kind", {"square"})))
    conditions = [motors.to_numpy(), shared.to_numpy(), none.to_numpy(), by_class.to_numpy()]
    return np.select(conditions, [MOTORS, BICYCLES_SHARED, FOOT_ONLY, FOOT_BY_CLASS], BICYCLES)


def _draws_people(table: gpd.GeoDataFrame) -> BoolArray:
    hit = np.zeros(len(table), dtype=bool)
    for tag in _DRAWS_PEOPLE:
        hit |= column(table, tag).notna().to_numpy()
    hit &= ~small_objects(table) & ~isin(table, "amenity", _QUIET_AMENITIES)
    for tag, values in _OTHER_DRAWS.items():
        hit |= isin(table, tag, values)
    return hit


def crowd_index(xy: FloatArray, features: Features) -> FloatArray:
    """Return Σ exp(−d/150 m) over all that draws people within 500 m of each point."""
    from scipy.spatial import cKDTree

    places = np.concatenate([t.geometry.to_numpy()[_draws_people(t)] for t in (features.points, features.areas)])
    if not len(places) or not len(xy):
        return np.full(len(xy), np.nan)
    tree = cKDTree(shapely.get_coordinates(shapely.point_on_surface(places)))
    pairs = cKDTree(xy).sparse_distance_matrix(tree, _REACH_M, output_type="coo_matrix")
    return np.bincount(pairs.row, weights=np.exp(-pairs.data / _DECAY_M), minlength=len(xy)).astype(float)


def _percentiles(windows: Windows, features: Features) -> FloatArray:
    """Return the highest percentile on each window, NaN where nothing is mapped.

    A percentile of the index among the cells within 1 km: the surroundings
    are a fixed circle, so that a stretch's score does not depend on how far
    around somebody looks.
    """
    from scipy.spatial import cKDTree

    xy, of_cell = _near.stations(windows.cells)
    index = crowd_index(xy, features)
    if not len(windows) or not np.isfinite(index).any():
        return np.full(len(windows), np.nan)
    # Only ways make the surroundings: how many corridors a lawn has changes nothing.
    size = np.bincount(of_cell, weights=_on_way(windows.cells), minlength=len(xy))
    percentile: FloatArray = np.full(len(xy), np.nan)
    used = np.unique(of_cell[windows.first[:, None] + np.arange(windows.n_cells)])
    for i, near in zip(used, cKDTree(xy).query_ball_point(xy[used], _AROUND_M), strict=True):
        around, weight = index[near], size[near]
        share = weight[around < index[i]].sum() + 0.5 * weight[around == index[i]].sum()
        percentile[i] = share / max(weight.sum(), 1.0)
    return _cells.over_cells(windows, np.nan_to_num(percentile, nan=-1.0)[of_cell], "max")


def _on_way(cells: Cells) -> BoolArray:
    first = np.searchsorted(cells.pair_cell, np.arange(len(cells)))
    return (cells.ground["origin"] == "way").to_numpy()[cells.pair_ground[first]]


def measure(windows: Windows, evidence: Evidence) -> Measurement:
    """Estimate crowding of each window: its busiest cell."""
    cells = windows.cells
    percentile = _percentiles(windows, evidence.features)
    known = np.isfinite(percentile)
    by_wheels = _cells.over_cells(windows, _cells.per_cell(cells, wheels(cells.ground), "min"), "min")

    def rate(of: FloatArray, limit: FloatArray) -> FloatArray:
        return np.fmin(np.interp(of, *np.array(CURVE).T), limit)

    def draw(rows: IntArray, u: FloatArray, z: FloatArray) -> FloatArray:
        around = np.clip(percentile[rows][:, None] + _PERCENTILE_ERROR * z, 0, 1)
        return rate(np.where(known[rows][:, None], around, u), by_wheels[rows][:, None])

    def describe(rows: IntArray) -> pd.DataFrame:
        words = [
            (f"busier than {100 * p:.0f} % of the foot ways around" if k else "people unknown: nothing mapped")
            + f" (a guess from the map, no counts, no hour); {_WHEELS_IN_WORDS[w]}"
            for p, k, w in zip(percentile[rows], known[rows], by_wheels[rows], strict=True)
        ]
        return pd.DataFrame({"crowd_percentile": percentile[rows], "why_crowding": words})

    return Measurement(
        value=percentile,
        desirability=rate(np.where(known, percentile, UNKNOWN_PERCENTILE), by_wheels),
        confidence=np.where(known, CONFIDENCE, 0.0),
        draw=draw,
        describe=describe,
    )


CRITERION = Criterion(
    name="crowding",
    unit="percentile of the crowd index",
    curve=CURVE,
    weight=0.20,
    unknown=UNKNOWN_PERCENTILE,
    measure=measure,
)
