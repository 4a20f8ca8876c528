"""Slopes across windows, from a plane fitted to the heights on and beside them.

A line along a contour is level however steep the hill is: the foot lands on a
tilted plane, and who leaves the line runs downhill.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from saferoute.criteria.flatness.errors import find_grain, grade_error_pct, widen_under_roof
from saferoute.geometry import fit_slopes, take_slices

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Evidence, Heights, HeightsBeside, Windows

HALF_WIDTH_M = 10.0
"""Half the width of the fitted plane on lidar [J]: what a runner crosses who leaves the line and stops."""
HALF_WIDTH_CELLS = 1.5
"""Half the width of the fitted plane in cells, where those are larger: fewer show no tilt."""
OFFSETS = np.array([-1.5, -1.0, -0.5, 0.5, 1.0, 1.5])
"""Where heights beside a line are read, in half widths; the outermost show how the ground falls away."""
FALL_M = 25.0
"""Length over which the fall to a side is averaged [J]: that of a bank one can fall down."""


@dataclass(frozen=True)
class CrossSlopes:
    """Slopes across w windows; NaN where heights beside them are unknown.

    Attributes
    ----------
    across_pct, sigma_pct : ndarray of shape (w,)
        Rise to the left of the stroke's direction and its standard error.
    falls_pct : ndarray of shape (w,)
        Steepest fall of the ground to either side, away from the line, over
        `FALL_M` of it, from half to one and a half times the half width; at least
        the slope across.
    warp_pct_per_m : ndarray of shape (w,)
        How much the slope along changes with each metre to the side.
    """

    across_pct: FloatArray
    sigma_pct: FloatArray
    falls_pct: FloatArray
    warp_pct_per_m: FloatArray

    @classmethod
    def unknown(cls, count: int) -> CrossSlopes:
        """Return the slopes of as many windows with no heights beside them."""
        return cls(*(np.full(count, np.nan) for _ in range(4)))


def find_half_width(cell_m: FloatArray) -> FloatArray:
    """Return half the width in m of the plane that is fitted to cells of some size."""
    return np.fmax(HALF_WIDTH_M, HALF_WIDTH_CELLS * cell_m)


def choose_offsets(cell_m: FloatArray) -> FloatArray:
    """Return the distances from a line at which heights beside it are wanted.

    Parameters
    ----------
    cell_m : ndarray of shape (n,)
        Size of the raster's cells at each point of the line.

    Returns
    -------
    ndarray of shape (n, 6)
        Metres to the left; NaN where the cells' size is unknown.
    """
    offset: FloatArray = find_half_width(cell_m)[:, None] * OFFSETS
    return np.where(np.isnan(cell_m)[:, None], np.nan, offset)


def fit_cross_slopes(windows: Windows, evidence: Evidence, hidden: BoolArray, roofed: BoolArray) -> CrossSlopes:
    """Return the slope across each window.

    Parameters
    ----------
    windows : Windows
    evidence : Evidence
        Its `elevation` and `beside` are used; without them all slopes are unknown.
    hidden : ndarray of shape (n,)
        Rows of `Samples.xy` that lie on bridges or near them, where heights show what is below.
    roofed : ndarray of shape (w,)
        Windows where heights may show canopies and roofs.
    """
    heights, beside = evidence.elevation, evidence.beside
    if heights is None or beside is None or not len(windows):
        return CrossSlopes.unknown(len(windows))
    start, n = windows.first + windows.samples.stroke[windows.first], windows.n_samples + 1
    tilt, rms = _fit_rows(heights, beside)
    tilts = take_slices(np.where(hidden, np.nan, tilt), start, n)
    across = tilts.mean(axis=1)
    middle, length = start + windows.n_samples // 2, windows.n_samples * windows.samples.step_m
    rough = np.sqrt(take_slices(rms**2, start, n).mean(axis=1))
    width = 2 * find_half_width(heights.cell_m[middle])
    of_row = _estimate_row_error_pct(heights, middle, width, rough)
    of_row = widen_under_roof(of_row, heights.sigma_m[middle], roofed)
    # Independent heights along the window make the mean of their tilts surer.
    sigma = of_row / np.sqrt(1 + length / find_grain(heights, middle))
    # Where a window is tilted one way here and the other way there, its mean says little.
    twist = np.sqrt(np.fmax(tilts.var(axis=1) - of_row**2, 0.0))
    sigma = np.where(np.isfinite(across), np.hypot(sigma, twist), np.nan)
    falls = _find_falls(beside, start, n, windows.samples.step_m)
    warp = _find_warp(beside, start, n, windows.samples.step_m)
    return CrossSlopes(across, sigma, np.fmax(falls, np.abs(across)), warp)


def _find_warp(beside: HeightsBeside, start: IntArray, n: int, step_m: float) -> FloatArray:
    """Return by how much the slopes of two lines beside each run of n rows differ, in % per metre between them."""
    right, left = np.flatnonzero(np.abs(OFFSETS) == np.abs(OFFSETS).min())
    slopes = [fit_slopes(beside.elevation_m[:, k], step_m, start, np.full(len(start), n))[0] for k in (left, right)]
    apart = (beside.offset_m[:, left] - beside.offset_m[:, right])[start]
    result: FloatArray = np.abs(slopes[0] - slopes[1]) / apart
    return result


def _fit_rows(heights: Heights, beside: HeightsBeside) -> tuple[FloatArray, FloatArray]:
    """Return the tilt in % of a line through each point, square to the stroke, and the residuals in m."""
    # On the whole half width, but not beyond; the point on the line itself is one of them.
    near = np.abs(OFFSETS) <= 1
    u = np.column_stack([beside.offset_m[:, near], np.zeros(len(beside.offset_m))])
    z = np.column_stack([beside.elevation_m[:, near], heights.elevation_m])
    # Offsets to the left and right are alike, so their mean is 0.
    from_mean = z - z.mean(axis=1, keepdims=True)
    tilt = (u * from_mean).sum(axis=1) / (u**2).sum(axis=1)
    rms = np.sqrt(((from_mean - tilt[:, None] * u) ** 2).mean(axis=1))
    return 100 * tilt, rms


def _estimate_row_error_pct(heights: Heights, row: IntArray, width: FloatArray, rms_m: FloatArray) -> FloatArray:
    """Return the standard error in % of the tilt at some rows of the heights."""
    sigma = heights.sigma_m[row]
    # Where residuals exceed the raster's noise the ground is no plane, and the error grows with them.
    return grade_error_pct(sigma, width, find_grain(heights, row)) * np.fmax(1.0, rms_m / sigma)


def _find_falls(beside: HeightsBeside, start: IntArray, n: int, step_m: float) -> FloatArray:
    """Return the steepest fall in % away from each run of n rows, to either side, over `FALL_M` of it."""
    left_to_right = np.argsort(-OFFSETS)
    u, z = beside.offset_m[:, left_to_right], beside.elevation_m[:, left_to_right]
    with np.errstate(invalid="ignore"):
        left, right = (100 * (z[:, k] - z[:, j]) / np.abs(u[:, k] - u[:, j]) for k, j in ((2, 0), (3, 5)))
    rows = min(n, round(FALL_M / step_m) + 1)
    falls = []
    for fall in (left, right):
        sums = np.cumsum(np.pad(take_slices(fall, start, n), ((0, 0), (1, 0))), axis=1)
        falls.append(((sums[:, rows:] - sums[:, :-rows]) / rows).max(axis=1))
    return np.fmax(np.maximum(*falls), 0.0) + 0 * falls[0]
