"""Standard errors of slopes that are fitted to heights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Heights

COARSE_CELL_M = 5.0
"""A raster with larger cells counts as coarse: a window of 60 m holds too few of them."""
ROOF_SIGMA_M = 1.0
"""Further error of a surface model near trees and buildings, added in quadrature."""
WAY_M = 3.0
"""Standard error of the position of a line on a map, in m [J]: imagery is that far off, and drawn on as carefully."""
SHIFT_CELLS = 0.3
"""Standard error of the position of coarse rasters in cells: they are off by up to half a cell, evenly distributed."""
BEND_PCT, BEND_SHARE = 0.1, 0.17
"""How much the slope of ground changes when a length twice as long is taken: percentage points, and share of its
steepness [M].

Chosen so that on made ground and on rasters of four places, seen through cells of 10, 30 and 90 m, 90 % intervals of
slopes along and across hold the truth in 85 to 95 % (docs/validation.md)."""
UNKNOWN_ACROSS_PCT = 5.0
"""Slope across that is taken for the error of position where it is unknown [J]."""


def estimate_fit_error_pct(
    heights: Heights, row: IntArray, length_m: FloatArray, rms_m: FloatArray, *, step: float
) -> FloatArray:
    """Return the standard error in % of fits centred on some rows of the heights."""
    sigma_z, grain = heights.sigma_m[row], np.fmax(find_grain(heights, row), step)
    # Where residuals exceed the raster's noise the ground is no plane, and the error grows with them.
    with np.errstate(invalid="ignore"):
        return grade_error_pct(sigma_z, length_m, grain) * np.fmax(1.0, rms_m / sigma_z)


def find_grain(heights: Heights, row: IntArray) -> FloatArray:
    """Return the distance in m from which two heights of a raster are independent, at some rows of the heights."""
    return np.fmax(heights.cell_m[row], 2 * heights.correlation_m[row])


def widen_under_roof(sigma_pct: FloatArray, sigma_m: FloatArray, roofed: BoolArray) -> FloatArray:
    """Return standard errors of slopes, larger where canopies or roofs may hide the ground."""
    return np.where(roofed, sigma_pct * np.hypot(1.0, ROOF_SIGMA_M / sigma_m), sigma_pct)


def position_error_pct(
    across_pct: FloatArray, warp_pct_per_m: FloatArray, cell_m: FloatArray, length_m: FloatArray
) -> FloatArray:
    """Return the error of a slope along that comes from reading heights beside the line, on ground tilted across.

    Both ends of the fit are off to the side by errors of their own, and the
    ground beside the line may rise otherwise than that on it.

    Parameters
    ----------
    across_pct : ndarray
        Steepness across; NaN is taken for `UNKNOWN_ACROSS_PCT`.
    warp_pct_per_m : ndarray
        How much the slope along changes with each metre to the side; NaN is taken for 0.
    cell_m : ndarray
        Size of the raster's cells.
    length_m : ndarray
        Length of the fit.

    Returns
    -------
    ndarray
        Percentage points.

    Examples
    --------
    Lidar on a slope of 30 %, and cells of 30 m, over 60 and 200 m:

    >>> cells, lengths = np.array([1.0, 30.0]), np.array([60.0, 200.0])
    >>> position_error_pct(np.array([30.0, 30.0]), np.zeros(2), cells, lengths).round(1).tolist()
    [2.1, 2.0]
    """
    off_m = np.hypot(WAY_M, np.where(cell_m > COARSE_CELL_M, SHIFT_CELLS * cell_m, 0.0))
    steepness = np.where(np.isnan(across_pct), UNKNOWN_ACROSS_PCT, np.abs(across_pct))
    result: FloatArray = off_m * np.hypot(np.sqrt(2) * steepness / length_m, np.nan_to_num(warp_pct_per_m))
    return result


def bending_error_pct(steepness_pct: FloatArray, wanted_m: FloatArray | float, fitted_m: FloatArray) -> FloatArray:
    """Return the error of a slope that was fitted over more than the length it is wanted for.

    Parameters
    ----------
    steepness_pct : ndarray
        Of the ground; steeper ground bends more.
    wanted_m, fitted_m : float or ndarray

    Returns
    -------
    ndarray
        Percentage points; 0 where no more was fitted than is wanted.
    """
    octaves = np.log2(np.fmax(fitted_m / wanted_m, 1.0))
    result: FloatArray = (BEND_PCT + BEND_SHARE * steepness_pct) * octaves
    return result


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
