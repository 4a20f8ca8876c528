"""The survey of one tile, which finds the stretches that a search of the whole region would find.

A tile owns the stretches whose middle lies in it, and is surveyed with a
margin. Two things reach across any margin: runs of overlapping windows, in
which the best stretch is chosen first and the next from what it leaves, and
pieces of open ground, on which the longest lines are chosen. Where one of
them that matters to the tile is cut off, the margin grows on that side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from saferoute import candidates, search
from saferoute.exports import schema
from saferoute.exports.layers import flatten_table
from saferoute.geometry import group_joined
from saferoute.model import WGS84, PlaceNotFound
from saferoute.scan import _base, _places
from saferoute.scan._details import OF_PAGE, add_details
from saferoute.scan.tiles import Tile, format_quadkeys, tile_numbers, zones_of_tiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Area
    from saferoute.scan._base import Piece
    from saferoute.scan._job import Job

MARGIN_M = 500.0
"""First width of the margin in metres; it is longer than two stretches."""
NO_WAY_M = 4000.0
"""Margin in metres around a tile without ways: open ground may reach that far from the last way."""
WIDEST_M = 16_000.0
"""Widest margin in metres; a longer unbroken straight is cut there, and a note says so."""
DEEP_ZOOM = 18
"""Zoom of the quadkeys of rows, which are squares of at most 153 m."""
_GROWTH = 1.5
"""Least factor by which a margin grows."""
_REACH_M = 50.0
"""Distance in metres within which an object may cut a piece of open ground."""
SIDES = 4
"""Number of sides of a tile; arrays of margins hold west, south, east and north."""


@dataclass(frozen=True)
class Found:
    """The stretches of one tile.

    Attributes
    ----------
    table : GeoDataFrame
        In WGS 84 and in the order of their keys, with the columns of
        `saferoute.exports.schema.SCAN` and two that lead over a seam between metric
        zones: ``seam`` (the zone beyond, "" far from any) and ``beyond`` (the middle lies
        in a tile of that zone).
    facts : mapping
        What was surveyed, and what users must know of it.
    base : sequence
        Parts of the base map, as `saferoute.scan._base.draw_base` returns them.
    """

    table: gpd.GeoDataFrame
    facts: dict[str, Any]
    base: Sequence[Piece] = ()


def survey_tile(tile: Tile, job: Job) -> Found | None:
    """Return the stretches of a tile, None if the map has no way in or near it."""
    frame = _Frame(tile, job)
    margin = _margin_for_ways(frame, job)
    while True:
        ground = _survey_area(search.area_from_bounds(frame.widen_box(margin), tile.crs), job)
        if ground is None:
            if margin.min() >= NO_WAY_M:
                return None
            margin = np.full(SIDES, NO_WAY_M)
            continue
        # Widen the margin until nothing that it cuts off can change a stretch of the tile.
        merged, score = search.build_stretches(ground)
        owned = _Owned(frame, ground, merged)
        needed = owned.required_margin(margin)
        wider = np.fmin(needed, WIDEST_M)
        if (wider <= margin).all():
            break
        margin = wider
    kept = candidates.is_best_of_rivals(owned.rivals, candidates.order_by_score(merged, score))
    rows = np.flatnonzero(kept & (owned.mine | owned.beyond))
    elevation = ground.evidence.elevation
    facts = {
        "area_km2": round(tile.area_km2, 4),
        "ways": len(ground.features.ways),
        "windows": len(ground.windows),
        "margin_m": margin.tolist(),
        "cut": bool((needed > margin).any()),
        "attribution": [*ground.features.attribution, *(elevation.attribution if elevation else ())],
        "data_date": ground.features.data_date,
        "notes": [*ground.features.notes, *(elevation.notes if elevation else ())],
    }
    table = _tabulate_stretches(ground, candidates.select_stretches(merged, rows), owned, rows)
    return Found(table, facts, _base.draw_base(ground.features, tile))


def _margin_for_ways(frame: _Frame, job: Job) -> FloatArray:
    """Return the margin that shows whole runs of windows on ways; it costs far less than a survey."""
    features_of, _ = job.open_data()
    margin = np.full(SIDES, MARGIN_M)
    while True:
        area = search.area_from_bounds(frame.widen_box(margin), frame.tile.crs)
        try:
            survey = search.survey_map(area, features_of=features_of, profile=job.profile, on_open_ground=False)
        except PlaceNotFound:
            return margin
        runs = _Runs(frame, survey, margin)
        needed = np.fmin(runs.required_margin(), WIDEST_M)
        if (needed <= margin).all():
            return margin
        margin = np.fmax(needed, margin)


def _survey_area(area: Area, job: Job) -> search.Survey | None:
    features_of, elevation_of = job.open_data()
    try:
        return search.survey_area(
            area,
            features_of=features_of,
            profile=job.profile,
            elevation_of=elevation_of,
            observations=job.observations,
        )
    except PlaceNotFound:
        return None


class _Frame:
    """The box of a tile in metres, and the box of the data around it."""

    def __init__(self, tile: Tile, job: Job) -> None:
        from pyproj import Transformer

        self.tile, self.profile = tile, job.profile
        self._to_metres = Transformer.from_crs(WGS84, tile.crs, always_xy=True)
        self.box = np.array(self._to_metres.transform_bounds(*tile.box))
        data = job.data_box
        # Data further than 5° away do not matter, and do not survive the projection to this zone.
        near = (
            max(data[0], tile.box[0] - 5),
            max(data[1], tile.box[1] - 5),
            min(data[2], tile.box[2] + 5),
            min(data[3], tile.box[3] + 5),
        )
        self.data_box = np.array(self._to_metres.transform_bounds(*near))

    def widen_box(self, margin: FloatArray) -> tuple[float, float, float, float]:
        """Return the tile's box with a margin on each side (west, south, east, north)."""
        west, south, east, north = self.box + np.array([-1, -1, 1, 1]) * margin
        return float(west), float(south), float(east), float(north)

    def measure_depths(self, xy: FloatArray, margin: FloatArray) -> FloatArray:
        """Return how far inside each side points lie in metres, shape (n, 4); infinite if the data end there."""
        west, south, east, north = self.widen_box(margin)
        depth = np.stack([xy[:, 0] - west, xy[:, 1] - south, east - xy[:, 0], north - xy[:, 1]], axis=1)
        ends = np.array([west, south, -east, -north]) <= self.data_box * [1, 1, -1, -1]
        depth[:, ends] = np.inf
        return depth

    def distances_outside(self, xy: FloatArray) -> FloatArray:
        """Return the distance of points to the tile's box in metres, 0 inside."""
        past = np.fmax(np.fmax(self.box[:2] - xy, xy - self.box[2:]), 0)
        return np.hypot(*past.T)

    def to_lonlat(self, xy: FloatArray) -> FloatArray:
        """Return points in metres as degrees east and north, shape (n, 2)."""
        return np.stack(self._to_metres.transform(xy[:, 0], xy[:, 1], direction="INVERSE"), axis=1)

    def distances_to_tile(self, xy: FloatArray, tile: Tile) -> FloatArray:
        """Return the distance of points to the box of another tile in metres."""
        away: FloatArray = shapely.distance(
            shapely.points(xy), shapely.box(*self._to_metres.transform_bounds(*tile.box))
        )
        return away


class _Owned:
    """The stretches of a survey that belong to a tile, and the margin that they need.

    ``mine`` marks the stretches whose middle lies in the tile, ``beyond`` those in another
    metric zone nearby, and ``seam`` names that zone, ``""`` far from any.
    """

    def __init__(self, frame: _Frame, ground: search.Survey, merged: candidates.Stretches) -> None:
        self._frame, self._ground, self._merged = frame, ground, merged
        self._longest_m = max(frame.profile.longest_m, ground.windows.n_samples * candidates.STEP_M)
        self.middle = ground.samples.xy[candidates.middle_rows(ground.samples, merged.first, merged.n_samples)]
        self.lonlat = frame.to_lonlat(self.middle) if len(self.middle) else np.empty((0, 2))
        tile = frame.tile
        x, y = tile_numbers(self.lonlat, tile.zoom)
        self.mine: BoolArray = (x == tile.x) & (y == tile.y)
        self.seam = self._find_seam_zones(x, y)
        self.beyond: BoolArray = ~self.mine & (self.seam != "")
        self.rivals: IntArray = (
            candidates.find_rivals(merged.to_lines(), frame.profile.lane_m) if len(x) else np.empty((0, 2), int)
        )

    def _find_seam_zones(self, x: IntArray, y: IntArray) -> NDArray[np.object_]:
        """Return the other metric zone that each stretch lies in or near, ``""`` if there is none."""
        tile, frame = self._frame.tile, self._frame
        seam = np.full(len(x), "", dtype=object)
        others = [t for t in tile.adjacent_tiles() if t.crs != tile.crs]
        if not others:
            return seam
        near = frame.distances_outside(self.middle) <= self._longest_m
        of = zones_of_tiles(x, y, tile.zoom)
        seam[near & (of != tile.crs)] = of[near & (of != tile.crs)]
        for other in others:
            seam[self.mine & (frame.distances_to_tile(self.middle, other) <= 2 * self._longest_m)] = other.crs
        return seam

    def required_margin(self, margin: FloatArray) -> FloatArray:
        """Return the margin that the stretches need on each side, at least the one given."""
        runs = _Runs(self._frame, self._ground, margin)
        needed = np.fmax(np.fmax(margin, self._margin_for_open_ground()), runs.required_margin())
        return np.fmax(needed, 2 * margin) if self._has_unsure_rivals(runs.middle[runs.cut], margin) else needed

    def _margin_for_open_ground(self) -> FloatArray:
        """Return the margin that shows everything that may cut the open ground at the tile."""
        bounds, frame = self._ground.open_ground.bounds, self._frame
        low, high = frame.box[:2] - self._longest_m, frame.box[2:] + self._longest_m
        at = bounds[(bounds[:, :2] <= high).all(axis=1) & (bounds[:, 2:] >= low).all(axis=1)]
        if not len(at):
            return np.zeros(SIDES)
        at = np.c_[np.fmax(at[:, :2], frame.data_box[:2]), np.fmin(at[:, 2:], frame.data_box[2:])]
        reach = np.concatenate([frame.box[:2] - at[:, :2].min(axis=0), at[:, 2:].max(axis=0) - frame.box[2:]])
        needed: FloatArray = np.ceil(reach + _REACH_M - search.MARGIN_M)
        return needed

    def _has_unsure_rivals(self, unsure: FloatArray, margin: FloatArray) -> bool:
        """Return True if a stretch that the margin may have changed competes with one of the tile."""
        n, lane_m = len(self.middle), self._frame.profile.lane_m
        if not n:
            return False
        rows = np.arange(n)
        # Rivalry is passed on: where one stretch is dropped, a rival of its rival may stay.
        group = group_joined(n, self.rivals)
        ours = rows[np.isin(group, group[self.mine | self.beyond]) & np.isin(rows, self.rivals)]
        reach = self._longest_m + lane_m
        if (self._frame.measure_depths(self.middle[ours], margin) < reach + self._longest_m).any():
            return True
        if not len(unsure):
            return False
        tree = shapely.STRtree(shapely.points(unsure))
        return bool(len(tree.query(shapely.points(self.middle[ours]), predicate="dwithin", distance=reach)[0]))


class _Runs:
    """Runs of windows that share samples, and those that the margin cuts off; runs do not affect each other."""

    def __init__(self, frame: _Frame, ground: search.Survey, margin: FloatArray) -> None:
        self._frame, self._ground, self._margin = frame, ground, margin
        windows = ground.windows
        self._window_m = windows.n_samples * candidates.STEP_M
        self.middle = candidates.middles_of_windows(windows)
        stroke = windows.samples.stroke[windows.first]
        apart = (np.diff(windows.first) >= windows.n_samples) | (np.diff(stroke) != 0)
        self._run = np.cumsum(np.r_[True, apart][: len(windows)]) - 1
        self._touched = np.zeros((self._run[-1] + 1 if len(windows) else 0, SIDES), dtype=bool)
        np.logical_or.at(self._touched, self._run, frame.measure_depths(self.middle, margin) < self._window_m)
        self.cut: BoolArray = np.logical_or.reduce(self._touched, axis=1)[self._run]

    def required_margin(self) -> FloatArray:
        """Return the margin that shows whole runs that may change the tile's stretches, 0 if it suffices."""
        near = np.zeros(len(self._touched), dtype=bool)
        longest_m = max(self._frame.profile.longest_m, self._window_m)
        near[self._run[self._frame.distances_outside(self.middle) <= longest_m]] = True
        matters = near & self._touched.any(axis=1)
        if not matters.any():
            return np.zeros(SIDES)
        sides = self._touched[matters].any(axis=0)
        whole = self._measure_reach(self._ground.windows.first[matters[self._run]]) + 2 * self._window_m
        # Grow by a factor: a run that goes on for kilometres would be followed in many small steps.
        return np.where(sides, np.fmax(whole, _GROWTH * self._margin), 0.0)

    def _measure_reach(self, samples: IntArray) -> FloatArray:
        """Return how far the runs of free samples around some samples reach beyond each side of the tile."""
        of, free = self._ground.samples, self._ground.sample_reasons == ""
        run = np.cumsum(np.r_[True, (np.diff(of.stroke) != 0) | (free[1:] != free[:-1])])
        held = np.flatnonzero(np.isin(run, run[samples]))
        xy = of.xy[np.concatenate([held + of.stroke[held], held + of.stroke[held] + 1])]
        return np.concatenate([self._frame.box[:2] - xy.min(axis=0), xy.max(axis=0) - self._frame.box[2:]])


def _tabulate_stretches(
    ground: search.Survey, merged: candidates.Stretches, owned: _Owned, rows: IntArray
) -> gpd.GeoDataFrame:
    """Return the table of the tile's stretches, in the order of their keys."""
    ranked = search.stretch_table(ground, merged, max(len(rows), 1))
    table = flatten_table(add_details(ranked), (*schema.ANYWHERE, *OF_PAGE))
    # The table is in order of rank: its rows are known by their strokes and middles.
    here = owned.middle[rows] - search.project_centre(ground.area)
    of = np.empty(len(rows), dtype=np.int64)
    by_middle = np.lexsort((ranked["north_m"], ranked["east_m"], ranked["stroke"]))
    of[by_middle] = rows[np.lexsort((here[:, 1], here[:, 0], ground.samples.stroke[merged.first]))]
    table["quadkey"] = _to_text_series(format_quadkeys(*tile_numbers(owned.lonlat[of], DEEP_ZOOM), DEEP_ZOOM))
    table["name"], table["nearby"] = ranked["name"].to_numpy(), ranked["nearby"].to_numpy()
    table["seam"] = _to_text_series(owned.seam[of])
    table["beyond"] = owned.beyond[of]
    for name, values in _places.locate_points(ground.features.areas, owned.middle[of]).items():
        table[name] = _to_text_series(values)
    order = table[["quadkey", "length_m", "osm_ids"]].sort_values(["quadkey", "length_m", "osm_ids"], kind="stable")
    return table.loc[order.index].reset_index(drop=True)


def _to_text_series(values: Sequence[Any] | NDArray[np.object_]) -> pd.Series:
    return pd.Series(list(values), dtype="str")
