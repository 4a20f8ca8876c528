"""How far beyond a tile a survey must look, and which of its stretches are the tile's.

Two things reach across any margin: runs of overlapping windows, in which the best
stretch is chosen first and the next from what it leaves, and pieces of open ground,
on which the longest lines are chosen. Where one of them that matters to the tile is
cut off, the margin grows on that side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute import candidates, search
from saferoute.geometry import group_joined
from saferoute.model import WGS84
from saferoute.scan.tiles import overlap_of, tile_numbers, zones_of_tiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.scan._job import Job
    from saferoute.scan.tiles import Box, Tile

SIDES = 4
"""Number of sides of a tile; arrays of margins hold west, south, east and north."""
WIDEST_M = 16_000.0
"""Widest margin in metres; a longer unbroken straight is cut there, and a note says so."""
_ENDS_M = WIDEST_M + 2 * search.MARGIN_M
"""Distance in metres from a tile beyond which no survey of it sees where the data end."""
_GROWTH = 2.25
"""Least factor by which a margin grows [J]: what is seen again costs more than what is seen for nothing."""
_REACH_M = 50.0
"""Distance in metres within which an object may cut a piece of open ground."""


class Frame:
    """The box of a tile in metres, and the box of the data around it."""

    def __init__(self, tile: Tile, job: Job) -> None:
        from pyproj import Transformer

        self.tile, self.profile = tile, job.profile
        self._to_metres = Transformer.from_crs(WGS84, tile.crs, always_xy=True)
        self.box = np.array(self._to_metres.transform_bounds(*tile.box))
        self.data_box = self._project_ends(job.data_box)

    def _project_ends(self, data_box: Box) -> FloatArray:
        """Return where the data end in metres, each side by itself: none moves where another one does."""
        # Data far away do not matter, and do not survive the projection to this zone.
        wide = self.tile.widen_box(_ENDS_M)
        west, south, east, north = overlap_of(data_box, wide)
        left, _, right, _ = self._to_metres.transform_bounds(west, wide[1], east, wide[3])
        _, bottom, _, top = self._to_metres.transform_bounds(wide[0], south, wide[2], north)
        return np.array([left, bottom, right, top])

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
        away: FloatArray = shapely.distance(shapely.points(xy), self.project_tile(tile))
        return away

    def project_tile(self, tile: Tile) -> shapely.Polygon:
        """Return the box of another tile in metres."""
        return shapely.box(*self._to_metres.transform_bounds(*tile.box))


def longest_m(ground: search.Survey) -> float:
    """Return the greatest length of a stretch in metres, for the runner of a survey."""
    return max(ground.evidence.profile.longest_m, ground.windows.n_samples * candidates.STEP_M)


def margin_for_open_ground(frame: Frame, ground: search.Survey) -> FloatArray:
    """Return the margin that shows everything that may cut the open ground at a tile, 0 where there is none."""
    bounds, reach_m = ground.open_ground.bounds, longest_m(ground)
    low, high = frame.box[:2] - reach_m, frame.box[2:] + reach_m
    at = bounds[(bounds[:, :2] <= high).all(axis=1) & (bounds[:, 2:] >= low).all(axis=1)]
    if not len(at):
        return np.zeros(SIDES)
    at = np.c_[np.fmax(at[:, :2], frame.data_box[:2]), np.fmin(at[:, 2:], frame.data_box[2:])]
    reach = np.concatenate([frame.box[:2] - at[:, :2].min(axis=0), at[:, 2:].max(axis=0) - frame.box[2:]])
    needed: FloatArray = np.ceil(reach + _REACH_M - search.MARGIN_M)
    return needed


class Owned:
    """The stretches of a survey that belong to a tile, and the margin that they need.

    ``mine`` marks the stretches whose middle lies in the tile, ``beyond`` those in another
    metric zone nearby, and ``seam`` names that zone, ``""`` far from any.
    """

    def __init__(self, frame: Frame, ground: search.Survey, merged: candidates.Stretches) -> None:
        self._frame, self._longest_m = frame, longest_m(ground)
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

    def has_unsure_rivals(self, unsure: FloatArray, margin: FloatArray) -> bool:
        """Return True if a stretch that is not known may compete with one of the tile.

        Not known are those beyond the margin, and those of windows with their middles at `unsure`, shape (n, 2).
        """
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


class Runs:
    """Runs of windows that share samples, and those that the margin cuts off; runs do not affect each other."""

    def __init__(self, frame: Frame, ground: search.Survey, margin: FloatArray) -> None:
        self._frame, self._ground, self._margin = frame, ground, margin
        windows = ground.windows
        self._window_m = windows.n_samples * candidates.STEP_M
        self._middle = candidates.middles_of_windows(windows)
        stroke = windows.samples.stroke[windows.first]
        apart = (np.diff(windows.first) >= windows.n_samples) | (np.diff(stroke) != 0)
        self._run = np.cumsum(np.r_[True, apart][: len(windows)]) - 1
        self._touched = np.zeros((self._run[-1] + 1 if len(windows) else 0, SIDES), dtype=bool)
        np.logical_or.at(self._touched, self._run, frame.measure_depths(self._middle, margin) < self._window_m)

    def list_cut(self) -> FloatArray:
        """Return the middles of the windows whose runs the margin cuts off, shape (n, 2)."""
        return self._middle[np.logical_or.reduce(self._touched, axis=1)[self._run]]

    def is_in_reach(self, within_m: float) -> BoolArray:
        """Return a mask of the windows of all runs that have a window in the tile's box widened by some metres."""
        near = (self._frame.measure_depths(self._middle, np.full(SIDES, within_m)) >= 0).all(axis=1)
        reaches = np.zeros(len(self._touched), dtype=bool)
        reaches[self._run[near]] = True
        return reaches[self._run]

    def required_margin(self) -> FloatArray:
        """Return the margin that shows whole runs that may change the tile's stretches, 0 if it suffices."""
        near = self.is_in_reach(longest_m(self._ground))
        matters = near & np.logical_or.reduce(self._touched, axis=1)[self._run]
        if not matters.any():
            return np.zeros(SIDES)
        sides = self._touched[self._run[matters]].any(axis=0)
        whole = self._measure_reach(self._ground.windows.first[matters]) + 2 * self._window_m
        # Grow by a factor: a run that goes on for kilometres would be followed in many small steps.
        return np.where(sides, np.fmax(whole, _GROWTH * self._margin), 0.0)

    def _measure_reach(self, samples: IntArray) -> FloatArray:
        """Return how far the runs of free samples around some samples reach beyond each side of the tile."""
        of, free = self._ground.samples, self._ground.sample_reasons == ""
        run = np.cumsum(np.r_[True, (np.diff(of.stroke) != 0) | (free[1:] != free[:-1])])
        held = np.flatnonzero(np.isin(run, run[samples]))
        xy = of.xy[np.concatenate([held + of.stroke[held], held + of.stroke[held] + 1])]
        return np.concatenate([self._frame.box[:2] - xy.min(axis=0), xy.max(axis=0) - self._frame.box[2:]])
