"""The narrowest strips that hold lines."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.geometry._slices import indices_of_slices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray

_FEW = 12
"""Up to so many vertices every pair of them is tried as a strip's direction; beyond, hulls are faster."""
_CHUNK = 1_000_000
"""Distances of vertices from pairs looked at in one go: more leave the processor's cache."""
_STRAIGHT_M = 1e-6
"""A cut this near the line between its neighbours is no bend."""


def strip_widths(lines: NDArray[np.object_]) -> FloatArray:
    """Return the width of the narrowest strip that holds each line.

    One side of the narrowest strip lies along an edge of the convex hull
    (rotating calipers), so the least over all hull edges is exact.

    Parameters
    ----------
    lines : ndarray of shape (n,)
        LineStrings or MultiPoints.

    Returns
    -------
    ndarray of shape (n,)
        Metres; 0 for a line that is exactly straight.

    Examples
    --------
    A bend of 2 m in the middle of 80 m:

    >>> line = shapely.LineString([(0, 0), (40, 2), (80, 0)])
    >>> strip_widths(np.array([line])).tolist()
    [2.0]
    """
    widths = np.zeros(len(lines))
    hulls = shapely.convex_hull(lines)
    flat = np.flatnonzero(shapely.get_type_id(hulls) == shapely.GeometryType.POLYGON)
    if not len(flat):
        return widths
    rings = shapely.get_exterior_ring(hulls[flat])
    xy, owner = shapely.get_coordinates(rings, return_index=True)
    sizes = np.bincount(owner) - 1  # the last vertex repeats the first
    starts = np.cumsum(sizes + 1) - (sizes + 1)
    # Every edge of a hull against every vertex of the same hull.
    edge = indices_of_slices(starts, sizes)
    edge_owner = np.repeat(np.arange(len(flat)), sizes)
    vertex = indices_of_slices(starts[edge_owner], sizes[edge_owner])
    base, ahead = xy[edge], xy[edge + 1] - xy[edge]
    length = np.hypot(*ahead.T)
    pair = np.repeat(np.arange(len(edge)), sizes[edge_owner])
    offset = xy[vertex] - base[pair]
    away = np.abs(ahead[pair, 0] * offset[:, 1] - ahead[pair, 1] * offset[:, 0]) / length[pair]
    first_of_edge = np.cumsum(sizes[edge_owner]) - sizes[edge_owner]
    by_edge = np.maximum.reduceat(away, first_of_edge)
    widths[flat] = np.minimum.reduceat(by_edge, np.cumsum(sizes) - sizes)
    return widths


class Strips:
    """The narrowest strips that hold runs of successive pieces of lines.

    Parameters
    ----------
    pieces : ndarray of n LineStrings
        Where a run goes on from one to the next, that starts where this ends.

    Examples
    --------
    >>> pieces = shapely.from_wkt(["LINESTRING (0 0, 40 2)", "LINESTRING (40 2, 60 1)", "LINESTRING (60 1, 80 0)"])
    >>> Strips(pieces).widths_of_runs(np.array([0, 1]), np.array([3, 2])).tolist()
    [2.0, 0.0]
    """

    def __init__(self, pieces: NDArray[np.object_]) -> None:
        xy, owner = shapely.get_coordinates(pieces, return_index=True)
        sizes = np.bincount(owner, minlength=len(pieces))
        last = np.cumsum(sizes) - 1
        first = last - sizes + 1
        self._start, self._end = xy[first], xy[last]
        bends = np.ones(len(xy), dtype=bool)
        bends[last] = False
        bends[first] = _is_bend(xy[last[:-1] - 1], xy[first[1:]], xy[first[1:] + 1])
        self._xy = xy[bends]
        self._until = np.concatenate([[0], np.cumsum(np.bincount(owner[bends], minlength=len(pieces)))])
        self._known: dict[tuple[int, int], float] = {}

    def measure_runs(self, runs: Sequence[tuple[int, int]]) -> list[float]:
        """Return the same of runs by first piece and number of pieces; no run is measured twice."""
        new = list(dict.fromkeys(run for run in runs if run not in self._known))
        if new:
            self._known.update(zip(new, self.widths_of_runs(*np.array(new).T).tolist(), strict=True))
        return [self._known[run] for run in runs]

    def widths_of_runs(self, first: IntArray, n: IntArray) -> FloatArray:
        """Return the width of the strip of each run of `n` pieces from `first` on, in metres.

        It is exact but for bends of a micrometre.
        """
        result = np.zeros(len(first))
        low, high = self._until[first], self._until[first + n]
        for k in np.flatnonzero(np.bincount(high - low)):
            rows = np.flatnonzero(high - low == k)
            between = self._xy[low[rows, None] + np.arange(k)]
            ends = self._start[first[rows], None], self._end[(first + n - 1)[rows], None]
            points = np.concatenate([ends[0], between, ends[1]], axis=1)
            result[rows] = _widths_of_few_points(points) if k + 2 <= _FEW else strip_widths(shapely.linestrings(points))
        return result


def _is_bend(before: FloatArray, at: FloatArray, after: FloatArray) -> BoolArray:
    """Return whether the line bends where the first piece and each that follows starts; it does at the first."""
    ahead, away = after - before, at - before
    across = np.abs(ahead[:, 0] * away[:, 1] - ahead[:, 1] * away[:, 0])
    return np.concatenate([[True], across > _STRAIGHT_M * np.hypot(*ahead.T)])


@cache
def _index_pairs(k: int) -> tuple[IntArray, IntArray]:
    """Return all pairs of k things, each once."""
    i, j = np.triu_indices(k, 1)
    return i, j


def _widths_of_few_points(points: FloatArray) -> FloatArray:
    """Return the width of the narrowest strip of some points, shape (n, k, 2); with a strip's edge lie two of them."""
    k = points.shape[1]
    i, j = _index_pairs(k)
    if len(i) == 1:
        return np.zeros(len(points))
    size = max(_CHUNK // (len(i) * k), 1)
    if len(points) > size:
        return np.concatenate([_widths_of_few_points(points[a : a + size]) for a in range(0, len(points), size)])
    x, y = points[..., 0] - points[:, :1, 0], points[..., 1] - points[:, :1, 1]
    east, north = x[:, j] - x[:, i], y[:, j] - y[:, i]
    length = np.hypot(east, north)
    across = east[:, :, None] * y[:, None] - north[:, :, None] * x[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        # Points that are the same have no direction.
        return np.fmin.reduce((across.max(axis=2) - across.min(axis=2)) / length, axis=1)
