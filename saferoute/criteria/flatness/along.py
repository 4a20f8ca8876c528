"""Slopes of lines fitted to the heights along windows, with their errors.

Slopes from two end points or from the steepest step are noise: the steepest
10 m step averages 2–11 % on perfectly flat ground. So a line is fitted, over a
longer part of the same straight stroke where the raster is coarse.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from saferoute.criteria.flatness.across import HALF_WIDTH_M, CrossSlopes, find_half_width, fit_cross_slopes
from saferoute.criteria.flatness.errors import (
    COARSE_CELL_M,
    UNKNOWN_ACROSS_PCT,
    bending_error_pct,
    estimate_fit_error_pct,
    position_error_pct,
    widen_under_roof,
)
from saferoute.criteria.flatness.hidden import find_bridge_rows, interpolate_bridges, is_under_roof
from saferoute.criteria.flatness.steepest import Steepest, find_steepest
from saferoute.geometry import chord_headings, fit_slopes, take_slices

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Evidence, Heights, Windows

FIT_LENGTH_M = 200.0
"""Length of the fit on a coarse raster: 150–200 m bring the error with GLO-30 down to about .5 %."""
DENTS_CELL_M = 2.0
"""Largest cells with which a raster still shows dents."""
GRAIN_CELLS = 4.0
"""Length in cells below which a raster shows no slope of its own, however short the fit [M].

With 3, 90 % intervals on cells of 90 m hold 79 % of the true slopes, with 4 some 83 %."""


@dataclass(frozen=True)
class Slopes:
    """Slopes fitted to w windows, with their errors.

    Attributes
    ----------
    grade_pct, sigma_pct : ndarray of shape (w,)
        Slope in the direction of the stroke and its standard error; NaN where
        heights are unknown.
    fit_sigma_pct : ndarray of shape (w,)
        The part of that error which the fit itself has. The rest is due to the
        tilt of the ground across, which never makes steep ground less steep.
    fit_m : ndarray of shape (w,)
        Length over which the line was fitted; NaN where heights are unknown.
    roughness_m : ndarray of shape (w,)
        Root mean square of the residuals, taken every metre; NaN where no
        raster is fine enough to show dents.
    across : CrossSlopes of w windows
    steepest : Steepest of w windows
    """

    grade_pct: FloatArray
    sigma_pct: FloatArray
    fit_sigma_pct: FloatArray
    fit_m: FloatArray
    roughness_m: FloatArray
    across: CrossSlopes
    steepest: Steepest


def fit_window_slopes(windows: Windows, evidence: Evidence) -> Slopes:
    """Return the slopes of each window along and across, fitted to the finest heights available.

    Parameters
    ----------
    windows : Windows
    evidence : Evidence
        Its `elevation`, `fine` and `beside` are used; without `elevation` all
        slopes are unknown.
    """
    heights, samples = evidence.elevation, windows.samples
    nothing = np.full(len(windows), np.nan)
    if heights is None or not len(windows):
        unknown = CrossSlopes.unknown(len(windows)), Steepest(nothing, nothing)
        return Slopes(nothing, nothing, nothing, nothing, nothing, *unknown)
    hidden, roofed = find_bridge_rows(samples), is_under_roof(windows, heights, evidence)
    z = interpolate_bridges(samples, heights.elevation_m, hidden)
    lines = _fit_lines(windows, heights, evidence, z, roofed)
    lines = lines if evidence.fine is None else _prefer_fine(lines, windows, evidence.fine)
    across = fit_cross_slopes(windows, evidence, hidden, roofed)
    length = windows.n_samples * samples.step_m
    # Where ground is steep it bends, whatever the direction of the line.
    tilt = np.where(np.isnan(across.across_pct), UNKNOWN_ACROSS_PCT, across.across_pct)
    steepness = np.hypot(lines.grade_pct, tilt)
    grade, sigma, weight = _weigh_lines(lines, steepness, length)
    fit_m = 1 / (weight / length + (1 - weight) / lines.fit_m)
    bending_across = bending_error_pct(steepness, 2 * HALF_WIDTH_M, 2 * find_half_width(lines.cell_m))
    return Slopes(
        grade_pct=grade,
        sigma_pct=np.hypot(sigma, position_error_pct(across.across_pct, across.warp_pct_per_m, lines.cell_m, fit_m)),
        fit_sigma_pct=_weigh_lines(lines, np.abs(lines.grade_pct), length)[1],
        fit_m=np.where(np.isfinite(grade), lines.fit_m, np.nan),
        roughness_m=lines.roughness_m,
        across=replace(across, sigma_pct=np.hypot(across.sigma_pct, bending_across)),
        steepest=find_steepest(windows, heights, z, grade, across, roofed),
    )


class _Lines(NamedTuple):
    """Lines fitted along w windows, with the errors that heights make; arrays of shape (w,)."""

    grade_pct: FloatArray
    sigma_pct: FloatArray
    fit_m: FloatArray
    of_window_pct: FloatArray
    """Slope of the window alone, of which the fit may be longer."""
    of_window_sigma_pct: FloatArray
    roughness_m: FloatArray
    cell_m: FloatArray
    """Size of the raster's cells."""


def _weigh_lines(
    lines: _Lines, steepness_pct: FloatArray, length_m: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return slope, standard error and weight of the window alone, as far as the longer fit bends away from it.

    The window is a part of the longer fit, so the noise that both share is that
    of the longer one (least squares are efficient), and the best weights follow
    from what is left: the rest of the window's noise, and the bending.
    """
    seen_m = np.fmax(length_m, GRAIN_CELLS * lines.cell_m)
    unseen = bending_error_pct(steepness_pct, length_m, seen_m)
    bending = bending_error_pct(steepness_pct, seen_m, lines.fit_m) ** 2
    spare = np.fmax(lines.of_window_sigma_pct**2 - lines.sigma_pct**2, 0.0)
    both = spare + bending
    weight = np.divide(bending, both, out=np.zeros_like(both), where=both > 0)
    apart = lines.of_window_pct - lines.grade_pct
    sigma = np.sqrt(lines.sigma_pct**2 + spare * weight + unseen**2)
    # More apart than both errors allow: one of the fits is not what it is taken for.
    sigma = np.where(apart**2 > both, np.fmax(sigma, np.abs(apart)), sigma)
    return lines.grade_pct + weight * apart, sigma, weight


def _fit_lines(windows: Windows, heights: Heights, evidence: Evidence, z: FloatArray, roofed: BoolArray) -> _Lines:
    """Return lines fitted to heights z every 5 m, over more than the windows where the raster is coarse."""
    samples = windows.samples
    start = windows.first + samples.stroke[windows.first]

    def fit(low: IntArray, high: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        middle, fit_m = (low + high) // 2, ((high - low) * samples.step_m).astype(float)
        grade, rms = fit_slopes(z, samples.step_m, low, high - low + 1)
        sigma = estimate_fit_error_pct(heights, middle, fit_m, rms, step=samples.step_m)
        return grade, widen_under_roof(sigma, heights.sigma_m[middle], roofed), fit_m

    of_window = fit(start, start + windows.n_samples)
    longer = fit(*_choose_fit_range(windows, heights, evidence.profile.max_heading_range_deg))
    cell = heights.cell_m[start + windows.n_samples // 2]
    return _Lines(*longer, *of_window[:2], np.full(len(windows), np.nan), cell)


def _prefer_fine(coarse: _Lines, windows: Windows, fine: Heights) -> _Lines:
    """Return lines in which those of windows with heights every metre are fitted to these alone."""
    per_sample = len(fine.elevation_m) // len(windows.samples)
    step = windows.samples.step_m / per_sample
    first, n = windows.first * per_sample, np.full(len(windows), windows.n_samples * per_sample)
    grade, rms = fit_slopes(fine.elevation_m, step, first, n)
    # Fine heights need no longer fit: a window holds enough of them.
    length = np.full(len(windows), windows.n_samples * windows.samples.step_m)
    sigma = estimate_fit_error_pct(fine, first + n // 2, length, rms, step=step)
    is_fine = np.isfinite(grade) & (fine.cell_m[first] <= DENTS_CELL_M)
    own = _Lines(grade, sigma, length, grade, sigma, rms, fine.cell_m[first])
    return _Lines(*(np.where(is_fine, one, other) for one, other in zip(own, coarse, strict=True)))


def _choose_fit_range(windows: Windows, heights: Heights, max_turn_deg: float) -> tuple[IntArray, IntArray]:
    """Return the first and last row of `Samples.xy` of each fit.

    On a coarse raster the range grows at both ends in turn, as long as the
    stroke stays straight and its heights are known.
    """
    samples = windows.samples
    stroke = samples.stroke[windows.first]
    low = windows.first + stroke
    high = low + windows.n_samples
    stroke_of_row, heading = chord_headings(samples.xy, samples.stroke)
    known = np.isfinite(heights.elevation_m)
    coarse = known[(low + high) // 2] & (np.nan_to_num(heights.cell_m[(low + high) // 2]) > COARSE_CELL_M)
    view = take_slices(heading, low, windows.n_samples - 1)
    least, most = view.min(axis=1), view.max(axis=1)
    for _ in range(int(FIT_LENGTH_M / samples.step_m)):
        for outward in (-1, 1):
            beyond = low - 1 if outward < 0 else high + 1
            # Rows are clipped so that they can be looked up; `row == beyond` below rejects those that were.
            row = np.clip(beyond, 0, len(stroke_of_row) - 1)
            chord = np.clip(row if outward < 0 else row - 2, 0, len(heading) - 1)
            wider = np.fmax(most, heading[chord]) - np.fmin(least, heading[chord])
            grow = coarse & (row == beyond) & known[row] & (stroke_of_row[row] == stroke) & (wider <= max_turn_deg)
            grow &= (high - low) * samples.step_m < FIT_LENGTH_M
            least = np.where(grow, np.fmin(least, heading[chord]), least)
            most = np.where(grow, np.fmax(most, heading[chord]), most)
            low, high = (low - grow, high) if outward < 0 else (low, high + grow)
    return low, high
