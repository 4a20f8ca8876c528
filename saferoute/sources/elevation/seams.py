"""Steps between rasters that meet: other zero levels, or a surface against the ground."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.model import Heights

SEAM_M = 200.0
"""Slopes are fitted over up to this length: so near a seam they may lie across it."""
_SIGMAS = 2.0
"""A difference is a step from this many standard errors of both heights on."""
_FEWEST = 3
"""Points that a step must be seen at: a single path across a seam has no more."""
_SHORTEST_M = 10.0
_CELLS_ACROSS = 2.0
"""Neighbours across a seam are at most this many of the larger cells apart, or `_SHORTEST_M` where cells
are small: beside its edge a raster is unknown for half a cell, and points lie 5 m apart."""


def widen_at_seams(heights: Heights, xy: FloatArray, known: Sequence[FloatArray]) -> Heights:
    """Return the heights with larger errors beside seams with a step, and a note on each step.

    Parameters
    ----------
    xy : ndarray of shape (n, 2)
        The points, in m.
    known : sequence of ndarray of shape (n,)
        What each of `heights.sources` knows, NaN elsewhere: also where another one goes first.
    """
    sigma, notes = heights.sigma_m.copy(), []
    for one, other in combinations(range(len(known)), 2):
        beside = _points_beside(xy, heights.source == one, heights.source == other, SEAM_M)
        if not beside.any():
            continue
        step_m = _measure_step(heights, xy, (one, other), known)
        if step_m:
            sigma[beside] = np.hypot(sigma[beside], step_m)
            notes.append(
                f"{heights.sources[one]} and {heights.sources[other]} differ by {step_m:.1f} m where they meet, more "
                "than their errors explain (another zero level, or roofs and canopies): slopes across their seam are "
                "less sure"
            )
    return replace(heights, sigma_m=sigma, notes=(*heights.notes, *notes)) if notes else heights


def _points_beside(xy: FloatArray, one: BoolArray, other: BoolArray, reach_m: float) -> BoolArray:
    """Return a mask of the points of either kind with one of the other kind within reach."""
    beside = np.zeros(len(xy), dtype=bool)
    rows, others = np.flatnonzero(one), np.flatnonzero(other)
    points = shapely.points(xy)
    for here, there in ((rows, others), (others, rows)):
        if len(here) and len(there):
            near = shapely.STRtree(points[there]).query_nearest(points[here], max_distance=reach_m, all_matches=False)
            beside[here[near[0]]] = True
    return beside


def _measure_step(heights: Heights, xy: FloatArray, pair: tuple[int, int], known: Sequence[FloatArray]) -> float:
    """Return by how many m one source lies above or below another, 0 where their errors explain it.

    Where both know the same points, that is the median of their differences; else
    that of neighbours across the seam, as far as the ground's own slope does not explain it.
    """
    sigma = [heights.sigma_m[heights.source == source].max() for source in pair]
    allowed = _SIGMAS * float(np.hypot(*sigma))
    both = known[pair[1]] - known[pair[0]]
    both = both[np.isfinite(both)]
    if len(both) >= _FEWEST:
        step = abs(float(np.median(both)))
    else:
        here, there, apart_m = _neighbours_across(heights, xy, pair)
        if len(here) < _FEWEST:
            return 0.0
        step = abs(float(np.median(heights.elevation_m[there] - heights.elevation_m[here])))
        allowed += _SIGMAS * _steepness(heights, xy, np.concatenate([here, there])) * float(np.median(apart_m))
    return step if step > allowed else 0.0


def _neighbours_across(
    heights: Heights, xy: FloatArray, pair: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray, FloatArray]:
    """Return rows of points of both sources that are neighbours, and how far apart they are in m."""
    here, there = (np.flatnonzero(heights.source == source) for source in pair)
    reach_m = max(_SHORTEST_M, _CELLS_ACROSS * float(heights.cell_m[np.concatenate([here, there])].max()))
    points = shapely.points(xy)
    (at, nearest), apart_m = shapely.STRtree(points[there]).query_nearest(
        points[here], max_distance=reach_m, return_distance=True, all_matches=False
    )
    return here[at], there[nearest], apart_m


def _steepness(heights: Heights, xy: FloatArray, rows: np.ndarray) -> float:
    """Return the median rise over run between points and their nearest neighbours of the same source."""
    rises = []
    points = shapely.points(xy)
    for source in np.unique(heights.source[rows]):
        all_of_it = np.flatnonzero(heights.source == source)
        asked = rows[heights.source[rows] == source]
        (at, nearest), run_m = shapely.STRtree(points[all_of_it]).query_nearest(
            points[asked], exclusive=True, return_distance=True, all_matches=False
        )
        rise_m = np.abs(heights.elevation_m[all_of_it[nearest]] - heights.elevation_m[asked[at]])
        rises.append(rise_m[run_m > 0] / run_m[run_m > 0])
    every = np.concatenate(rises)
    return float(np.median(every)) if len(every) else 0.0
