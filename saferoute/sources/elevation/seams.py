"""Wider errors where two sources of heights meet with a step.

Two rasters may count from different zero levels, or one may show roofs and
treetops and the other the ground. A slope fitted across the seam would then
be wrong by more than the errors of either.
"""

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
"""Distance to a seam up to which errors are widened: slopes are fitted over up to this length."""
_SIGMAS = 2.0
"""A difference of more than this many joint standard errors is a step: 95 % of chance differences are less."""
_FEWEST = 3
"""Fewest points at which a step must show; a single path across a seam has no more."""
_SHORTEST_M = 10.0
"""Least reach in m to neighbours across a seam; see `_CELLS_ACROSS`."""
_CELLS_ACROSS = 2.0
"""Reach to neighbours across a seam, in cells of the coarser source, and at least `_SHORTEST_M`.

A raster is unknown for half a cell beside its edge, and points lie 5 m apart.
"""


def widen_at_seams(heights: Heights, xy: FloatArray, known: Sequence[FloatArray]) -> Heights:
    """Return heights with larger errors near seams that have a step, and a note on each step.

    Parameters
    ----------
    heights : Heights
        Heights of n points, from several sources.
    xy : ndarray of shape (n, 2)
        The points, in m.
    known : sequence of ndarray of shape (n,)
        The heights in m that each of `heights.sources` has, NaN elsewhere, even
        at points where another source is preferred.
    """
    # Pair by pair: only sources that are next to each other somewhere can have a seam.
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
    """Return a mask of the points of either source that have one of the other source within reach."""
    beside = np.zeros(len(xy), dtype=bool)
    rows, others = np.flatnonzero(one), np.flatnonzero(other)
    points = shapely.points(xy)
    for here, there in ((rows, others), (others, rows)):
        if len(here) and len(there):
            near = shapely.STRtree(points[there]).query_nearest(points[here], max_distance=reach_m, all_matches=False)
            beside[here[near[0]]] = True
    return beside


def _measure_step(heights: Heights, xy: FloatArray, pair: tuple[int, int], known: Sequence[FloatArray]) -> float:
    """Return the size of the step between two sources in m, 0 if their errors can explain it.

    Where both sources know the same points, the step is the median of their
    differences. Otherwise it is that of neighbours across the seam, less what
    the slope of the ground can explain.
    """
    # Medians, because a bridge or a building at the seam must not make a step.
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
    """Return the rows of pairs of neighbours across a seam, and their distances in m."""
    here, there = (np.flatnonzero(heights.source == source) for source in pair)
    reach_m = max(_SHORTEST_M, _CELLS_ACROSS * float(heights.cell_m[np.concatenate([here, there])].max()))
    points = shapely.points(xy)
    (at, nearest), apart_m = shapely.STRtree(points[there]).query_nearest(
        points[here], max_distance=reach_m, return_distance=True, all_matches=False
    )
    return here[at], there[nearest], apart_m


def _steepness(heights: Heights, xy: FloatArray, rows: np.ndarray) -> float:
    """Return the median slope, as rise over run, from points to their nearest neighbours of the same source."""
    rises = []
    points = shapely.points(xy)
    for source in np.unique(heights.source[rows]):
        all_of_it = np.flatnonzero(heights.source == source)
        asked = rows[heights.source[rows] == source]
        (at, nearest), run_m = shapely.STRtree(points[all_of_it]).query_nearest(
            points[asked], exclusive=True, return_distance=True, all_matches=False
        )
        # Doubled points, where two lines meet, have no run and so no slope.
        rise_m = np.abs(heights.elevation_m[all_of_it[nearest]] - heights.elevation_m[asked[at]])
        rises.append(rise_m[run_m > 0] / run_m[run_m > 0])
    every = np.concatenate(rises)
    return float(np.median(every)) if len(every) else 0.0
