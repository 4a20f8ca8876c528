"""Flatness: the slope of a line fitted along the stretch, with its error.

Slope from end points or from the steepest step is noise: the steepest 10 m
step averages 2–11 % on perfectly flat ground. A line is fitted instead, and
where the raster is coarse over a longer part of the same straight chain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from saferoute.geometry import chord_headings, fitted_slopes
from saferoute.model import Criterion, Measurement

if TYPE_CHECKING:
    from saferoute.model import ElevationSamples, Evidence, FloatArray, IntArray, Windows

UPHILL = ((0.0, 1.0), (1.0, 1.0), (2.0, 0.75), (3.0, 0.4), (5.0, 0.0))
"""Desirability by grade in % when running backwards uphill, the kinder direction [J]."""
DOWNHILL = ((0.0, 1.0), (1.0, 1.0), (2.0, 0.55), (3.0, 0.2), (4.0, 0.0))
UNKNOWN = 0.5
_UNKNOWN_HALF_RANGE = 0.25
"""Unknown slope is drawn from .25 to .75: never called flat, never called steep [J]."""

FIT_LENGTH_M = 200.0
"""Length of the fit on a coarse raster; 150–200 m bring GLO-30 to about .5 %."""
COARSE_CELL_M = 5.0
"""A raster of larger cells is coarse: a 60 m window has too few of them."""
_CONFIDENCE_PCT = 1.5

_QUANTILES = np.array([-1.96, -1.44, -1.15, -0.93, -0.76, -0.6, -0.46, -0.32, -0.19, -0.06])
_Z = np.concatenate([_QUANTILES, -_QUANTILES[::-1]])  # medians of 20 equal parts of a normal curve


def slopes(windows: Windows, evidence: Evidence) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Fit the slope of each window.

    Returns
    -------
    grade_pct : ndarray of shape (w,)
        Along the line's direction, NaN where a height is unknown.
    sigma_pct : ndarray of shape (w,)
        Standard error.
    fit_m : ndarray of shape (w,)
        Length over which the line was fitted.
    """
    heights = evidence.elevation
    if heights is None or not len(windows):
        nothing = np.full(len(windows), np.nan)
        return nothing, nothing.copy(), nothing.copy()
    low, high = _fit_range(windows, heights, evidence.profile.max_heading_range_deg)
    step = windows.cells.step_m
    n = high - low + 1
    grade, rms = fitted_slopes(heights.elevation_m, step, low, n)
    length = ((n - 1) * step).astype(float)
    middle = (low + high) // 2
    sigma_z = heights.sigma_m[middle]
    grain = np.fmax(np.fmax(heights.cell_m[middle], 2 * heights.correlation_m[middle]), step)
    sigma = grade_error_pct(sigma_z, length, grain)
    # Ground that is no plane is known less well than the raster's noise tells.
    with np.errstate(invalid="ignore"):
        sigma = sigma * np.fmax(1.0, rms / sigma_z)
    known = np.isfinite(grade)
    return grade, np.where(known, sigma, np.nan), np.where(known, length, np.nan)


def grade_error_pct(sigma_m: FloatArray, length_m: FloatArray, grain_m: FloatArray) -> FloatArray:
    """Return the standard error of a fitted grade in %.

    Ordinary least squares on n evenly spaced independent heights gives
    (σ/L)·√(12(n−1)/(n(n+1))); n counts what the raster can tell apart. Two
    independent ends are the least that is assumed, and the worst case.

    Examples
    --------
    Lidar (σ .2 m, correlated over 1 m) and GLO-30 over 100 m:

    >>> grade_error_pct(np.array([0.2, 0.8]), np.array([100.0, 100.0]), np.array([2.0, 30.0])).round(2).tolist()
    [0.1, 1.05]
    """
    n = np.fmax(1 + length_m / grain_m, 2.0)
    result: FloatArray = 100 * sigma_m / length_m * np.sqrt(12 * (n - 1) / (n * (n + 1)))
    return result


def _fit_range(windows: Windows, heights: ElevationSamples, max_turn_deg: float) -> tuple[IntArray, IntArray]:
    """Return the first and last row of `Cells.xy` of each fit.

    On a coarse raster the window grows at both ends, in turn, while the chain
    stays straight and its heights known.
    """
    cells = windows.cells
    chain = cells.chain[windows.first]
    low = windows.first + chain
    high = low + windows.n_cells
    chain_of_row, heading = chord_headings(cells.xy, cells.chain)
    known = np.isfinite(heights.elevation_m)
    coarse = known[(low + high) // 2] & (np.nan_to_num(heights.cell_m[(low + high) // 2]) > COARSE_CELL_M)
    view = np.lib.stride_tricks.sliding_window_view(heading, windows.n_cells - 1)[low]
    least, most = view.min(axis=1), view.max(axis=1)
    for _ in range(int(FIT_LENGTH_M / cells.step_m)):
        for outward in (-1, 1):
            beyond = low - 1 if outward < 0 else high + 1
            row = np.clip(beyond, 0, len(chain_of_row) - 1)
            chord = np.clip(row if outward < 0 else row - 2, 0, len(heading) - 1)
            wider = np.fmax(most, heading[chord]) - np.fmin(least, heading[chord])
            grow = coarse & (row == beyond) & known[row] & (chain_of_row[row] == chain) & (wider <= max_turn_deg)
            grow &= (high - low) * cells.step_m < FIT_LENGTH_M
            least = np.where(grow, np.fmin(least, heading[chord]), least)
            most = np.where(grow, np.fmax(most, heading[chord]), most)
            low, high = (low - grow, high) if outward < 0 else (low, high + grow)
    return low, high


def desirability(grade_pct: FloatArray) -> FloatArray:
    """Return how kind a grade is; positive = the runner goes uphill."""
    up, down = np.array(UPHILL), np.array(DOWNHILL)
    kind: FloatArray = np.where(grade_pct >= 0, np.interp(grade_pct, *up.T), np.interp(-grade_pct, *down.T))
    return kind


def expected_desirability(grade_pct: FloatArray, sigma_pct: FloatArray) -> FloatArray:
    """Return E[d(g)], g normal around the fitted grade, run uphill as far as is known.

    Bounded by its value on the level, so that a steeper fit never scores more.
    """

    def mean(grade: FloatArray) -> FloatArray:
        result: FloatArray = desirability(grade[:, None] + sigma_pct[:, None] * _Z).mean(axis=1)
        return result

    return np.fmin(mean(np.abs(grade_pct)), mean(np.zeros_like(grade_pct)))


def measure(windows: Windows, evidence: Evidence) -> Measurement:
    """Measure the slope of each window."""
    grade, sigma, fit_m = slopes(windows, evidence)
    known = np.isfinite(grade)
    expected = np.where(known, expected_desirability(np.nan_to_num(grade), np.nan_to_num(sigma)), UNKNOWN)

    def draw(rows: IntArray, u: FloatArray, z: FloatArray) -> FloatArray:
        drawn = desirability(np.abs(grade[rows])[:, None] + sigma[rows][:, None] * z)
        blank = UNKNOWN + _UNKNOWN_HALF_RANGE * (2 * u - 1)
        return np.where(known[rows][:, None], drawn, blank)

    return Measurement(
        value=grade,
        desirability=expected,
        confidence=np.where(known, np.exp(-np.nan_to_num(sigma) / _CONFIDENCE_PCT), 0.0),
        draw=draw,
        describe=lambda rows: _describe(windows, evidence, grade[rows], sigma[rows], fit_m[rows], rows),
    )


def _describe(
    windows: Windows, evidence: Evidence, grade: FloatArray, sigma: FloatArray, fit_m: FloatArray, rows: IntArray
) -> pd.DataFrame:
    heights = evidence.elevation
    words = []
    for g, s, length, row in zip(grade, sigma, fit_m, rows, strict=True):
        if heights is None or not np.isfinite(g):
            words.append("slope unknown: no elevation here")
            continue
        middle = windows.first[row] + windows.cells.chain[windows.first[row]] + windows.n_cells // 2
        fine = heights.cell_m[middle] <= COARSE_CELL_M
        source = heights.sources[heights.source[middle]]
        text = f"{abs(g):.1f} ± {s:.1f} %, fitted over {length:.0f} m of {source}"
        words.append(text if fine else f"{text}; dents cannot be seen in this data")
    return pd.DataFrame({"grade_pct": grade, "grade_sigma_pct": sigma, "why_flatness": words})


CRITERION = Criterion(
    name="flatness", unit="% grade uphill", curve=UPHILL, weight=0.18, unknown=UNKNOWN, measure=measure
)
