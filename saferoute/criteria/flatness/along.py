"""Slopes of lines fitted to the heights along windows, with their errors.

Slopes from two end points or from the steepest step are noise: the steepest
10 m step averages 2–11 % on perfectly flat ground. So a line is fitted, over a
longer part of the same straight stroke where the raster is coarse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.criteria import _samples
from saferoute.geometry import chord_headings, fit_slopes, take_slices
from saferoute.osm.ground import is_wooded
from saferoute.osm.tags import is_tagged
from saferoute.osm.ways import is_bridge

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Evidence, Heights, Samples, Windows

FIT_LENGTH_M = 200.0
"""Length of the fit on a coarse raster: 150–200 m bring the error with GLO-30 down to about .5 %."""
COARSE_CELL_M = 5.0
"""A raster with larger cells counts as coarse: a window of 60 m holds too few of them."""
DENTS_CELL_M = 2.0
"""Largest cells with which a raster still shows dents."""
BENDING_PCT = 1.0
"""Difference between the slope of 200 m and that of a short part of it, in percentage points [M].

On two climbs with swissALTI3D heights, 90 % intervals of windows of 80 m fitted
on 13 m cells hold 76 and 94 % of the true slopes with .6, 86 and 95 % with 1.0,
90 and 95 % with 1.2. Heights alone say 1.0 on Helgoland, and 2 to 3 in Bad Wildbad
and on a slope of Helsinki (root mean squares), where steeper ground bends more.
"""
ROOF_SIGMA_M = 1.0
"""Further error of a surface model near trees and buildings, added in quadrature."""
APPROACH_M = 20.0
"""Length on either side of a bridge where the gap below it blurs the heights."""


@dataclass(frozen=True)
class Slopes:
    """Slopes fitted to w windows, with their errors.

    Attributes
    ----------
    grade_pct, sigma_pct : ndarray of shape (w,)
        Slope in the direction of the stroke and its standard error; NaN where
        heights are unknown.
    fit_m : ndarray of shape (w,)
        Length over which the line was fitted; NaN where heights are unknown.
    roughness_m : ndarray of shape (w,)
        Root mean square of the residuals, taken every metre; NaN where no
        raster is fine enough to show dents.
    """

    grade_pct: FloatArray
    sigma_pct: FloatArray
    fit_m: FloatArray
    roughness_m: FloatArray


def fit_window_slopes(windows: Windows, evidence: Evidence) -> Slopes:
    """Return the slope of each window, fitted to the finest heights available.

    Parameters
    ----------
    windows : Windows
    evidence : Evidence
        Its `elevation` and `fine` are used; without `elevation` all slopes
        are unknown.
    """
    heights = evidence.elevation
    nothing = np.full(len(windows), np.nan)
    if heights is None or not len(windows):
        return Slopes(nothing, nothing, nothing, nothing)
    grade, sigma, fit_m = _fit_coarse_slopes(windows, heights, evidence)
    roughness = nothing.copy()
    if evidence.fine is not None:
        per_sample = len(evidence.fine.elevation_m) // len(windows.samples)
        n = np.full(len(windows), windows.n_samples * per_sample)
        fine_grade, rms = fit_slopes(
            evidence.fine.elevation_m, windows.samples.step_m / per_sample, windows.first * per_sample, n
        )
        first = windows.first * per_sample
        is_fine = np.isfinite(fine_grade) & (evidence.fine.cell_m[first] <= DENTS_CELL_M)
        # Fine heights need no longer fit: a window holds enough of them.
        length = np.full(len(windows), windows.n_samples * windows.samples.step_m)
        fine_sigma = _estimate_sigma_pct(
            evidence.fine, first + n // 2, length, rms, step=windows.samples.step_m / per_sample
        )
        grade = np.where(is_fine, fine_grade, grade)
        sigma = np.where(is_fine, fine_sigma, sigma)
        fit_m = np.where(is_fine, length, fit_m)
        roughness = np.where(is_fine, rms, np.nan)
    return Slopes(grade, sigma, fit_m, roughness)


def _fit_coarse_slopes(
    windows: Windows, heights: Heights, evidence: Evidence
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return grade, standard error and fitted length of each window, from heights every 5 m."""
    low, high = _choose_fit_range(windows, heights, evidence.profile.max_heading_range_deg)
    step = windows.samples.step_m
    n = high - low + 1
    grade, rms = fit_slopes(_interpolate_bridges(windows.samples, heights.elevation_m), step, low, n)
    length = ((n - 1) * step).astype(float)
    sigma = _estimate_sigma_pct(heights, (low + high) // 2, length, rms, step=step)
    roofed = _is_under_roof(windows, heights, evidence)
    sigma = np.where(roofed, sigma * np.hypot(1.0, ROOF_SIGMA_M / heights.sigma_m[(low + high) // 2]), sigma)
    # The part of the fit outside the window is evidence only as far as the ground does not bend.
    sigma = np.hypot(sigma, BENDING_PCT * (1 - windows.n_samples * step / np.fmax(length, 1.0)))
    known = np.isfinite(grade)
    return grade, np.where(known, sigma, np.nan), np.where(known, length, np.nan)


def _estimate_sigma_pct(
    heights: Heights, row: IntArray, length_m: FloatArray, rms_m: FloatArray, *, step: float
) -> FloatArray:
    """Return the standard error in % of fits centred on some rows of the heights."""
    sigma_z = heights.sigma_m[row]
    grain = np.fmax(np.fmax(heights.cell_m[row], 2 * heights.correlation_m[row]), step)
    # Where residuals exceed the raster's noise the ground is no plane, and the error grows with them.
    with np.errstate(invalid="ignore"):
        return grade_error_pct(sigma_z, length_m, grain) * np.fmax(1.0, rms_m / sigma_z)


def _interpolate_bridges(samples: Samples, z: FloatArray) -> FloatArray:
    """Return heights in which each bridge and its approaches are a line from bank to bank.

    A terrain model shows the valley below a bridge, and blurs its approaches
    (ProjectSidewalk #5442: an approach of 18 m reads 17.9 %).
    """
    on_bridge = is_bridge(samples.ground)
    if not on_bridge.any() or not len(samples):
        return z
    sample = _samples.reduce_to_samples(samples, on_bridge.astype(float), "max") > 0
    row = np.flatnonzero(sample) + samples.stroke[sample]
    span = int(np.ceil(APPROACH_M / samples.step_m))
    stroke_of_row = np.repeat(np.arange(samples.stroke.max() + 1), np.bincount(samples.stroke) + 1)
    hidden = np.zeros(len(z), dtype=bool)
    # A sample ends at the next row, so the far side reaches one row further.
    for shift in range(-span, span + 2):
        beside = np.clip(row + shift, 0, len(z) - 1)
        hidden[beside[stroke_of_row[beside] == stroke_of_row[row]]] = True
    bridged = z.copy()
    for stroke in np.unique(stroke_of_row[hidden]):
        rows = np.flatnonzero(stroke_of_row == stroke)
        banks = rows[~hidden[rows] & np.isfinite(z[rows])]
        inside = rows[hidden[rows]]
        # A bridge at the end of a stroke has one bank only: its heights stay unknown.
        bridged[inside] = np.nan
        between = inside[(inside > banks.min()) & (inside < banks.max())] if len(banks) else inside[:0]
        if len(between):
            bridged[between] = np.interp(between, banks, z[banks])
    return bridged


def _is_under_roof(windows: Windows, heights: Heights, evidence: Evidence) -> BoolArray:
    """Return a mask of windows where a surface model may show a canopy or roof instead of the ground."""
    start = windows.first + windows.samples.stroke[windows.first]
    roofed = heights.surface_model[start]
    if not roofed.any():
        return roofed
    areas = evidence.features.areas
    high = is_wooded(areas) | is_tagged(areas, "building")
    middle = shapely.points(windows.samples.xy[start + windows.n_samples // 2])
    reach = windows.n_samples * windows.samples.step_m / 2 + np.nan_to_num(heights.cell_m[start])
    shapes, below = areas.geometry.to_numpy()[high], np.zeros(len(windows), dtype=bool)
    # Prepared polygons are fast only as the query's input, with the points in the tree. The query takes
    # one distance, so it runs once for each reach; there are few of them.
    shapely.prepare(shapes)
    for metres in np.unique(reach[roofed]):
        at = np.flatnonzero(roofed & (reach == metres))
        below[at[shapely.STRtree(middle[at]).query(shapes, predicate="dwithin", distance=metres)[1]]] = True
    return below


def grade_error_pct(sigma_m: FloatArray, length_m: FloatArray, grain_m: FloatArray) -> FloatArray:
    """Return the standard error of a fitted grade in %.

    Ordinary least squares on n evenly spaced independent heights gives
    (σ/L)·√(12(n−1)/(n(n+1))), where n is the number of heights that the raster
    can tell apart. At least two independent ends are assumed, which is the
    worst case.

    Parameters
    ----------
    sigma_m : ndarray
        Standard error σ of one height.
    length_m : ndarray
        Length L of the fit.
    grain_m : ndarray
        Distance from which two heights are independent.

    Returns
    -------
    ndarray
        Percentage points, in the shape to which the arguments broadcast.

    Examples
    --------
    Lidar (σ .2 m, correlated over 1 m) and GLO-30 over 100 m:

    >>> grade_error_pct(np.array([0.2, 0.8]), np.array([100.0, 100.0]), np.array([2.0, 30.0])).round(2).tolist()
    [0.1, 1.05]
    """
    n = np.fmax(1 + length_m / grain_m, 2.0)
    result: FloatArray = 100 * sigma_m / length_m * np.sqrt(12 * (n - 1) / (n * (n + 1)))
    return result


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
