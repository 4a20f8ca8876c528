"""The steepest piece of a window and its run-outs: a bank at one end hides in the mean of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from saferoute.criteria.flatness.errors import (
    UNKNOWN_ACROSS_PCT,
    bending_error_pct,
    estimate_fit_error_pct,
    position_error_pct,
    widen_under_roof,
)
from saferoute.geometry import fit_slopes, take_slices

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.criteria.flatness.across import CrossSlopes
    from saferoute.model import Heights, Windows

PIECE_M = 30.0
"""Length of a piece [J]: that of an end with its run-out; on less, one step of a raster is a slope."""
_SURE = 2.24
"""A piece that is apart from the whole by less than so many standard errors is as steep as ground usually is there.

Of four pieces without overlap, as many as a window of 80 m with its run-outs has, one is farther apart by noise in one
case of twenty."""


class Steepest(NamedTuple):
    """Slopes of the steepest pieces of w windows and their run-outs; NaN where heights are unknown.

    Attributes
    ----------
    pct, sigma_pct : ndarray of shape (w,)
        Slope in the direction of the stroke and its standard error.
    """

    pct: FloatArray
    sigma_pct: FloatArray


def find_steepest(
    windows: Windows, heights: Heights, z: FloatArray, grade_pct: FloatArray, across: CrossSlopes, roofed: BoolArray
) -> Steepest:
    """Return the slope of the steepest piece of each window and its run-outs.

    On so short a piece much of what a raster shows is noise, and the steepest of many pieces is the one with most of
    it. So each piece keeps but that share of what it is apart from the whole that ground likely has (its usual bending
    against the noise), or that is beyond the noise for sure.

    Parameters
    ----------
    windows : Windows
    heights : Heights
        At the rows of `Samples.xy`.
    z : ndarray of shape (n,)
        The heights themselves, with bridges spanned.
    grade_pct : ndarray of shape (w,)
        Slope of the whole of each window.
    across : CrossSlopes
        Of the windows.
    roofed : ndarray of shape (w,)
        Windows where heights may show canopies and roofs.
    """
    step = windows.samples.step_m
    whole = windows.n_samples + 2 * windows.run_out_samples
    n = min(round(PIECE_M / step), whole)
    piece, noise = _fit_pieces(heights, z, step, n)
    first, count = windows.first + windows.samples.stroke[windows.first] - windows.run_out_samples, whole - n + 1
    middle = first + whole // 2
    tilt = np.where(np.isnan(across.across_pct), UNKNOWN_ACROSS_PCT, across.across_pct)
    of_position = position_error_pct(
        across.across_pct, across.warp_pct_per_m, heights.cell_m[middle], np.full(len(windows), n * step)
    )
    noise = widen_under_roof(take_slices(noise, first, count), heights.sigma_m[middle, None], roofed[:, None])
    noise = np.hypot(noise, of_position[:, None])
    apart = take_slices(piece, first, count) - grade_pct[:, None]
    usual = bending_error_pct(np.hypot(grade_pct, tilt), n * step, np.full(len(windows), whole * step))[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        kept = np.fmax(usual**2 / (usual**2 + noise**2), 1 - (_SURE * noise / apart) ** 2)
        slope = grade_pct[:, None] + kept * apart
        at = np.arange(len(windows)), np.argmax(np.nan_to_num(np.abs(slope), nan=-1.0), axis=1)
        return Steepest(slope[at], (np.sqrt(kept) * noise)[at])


def _fit_pieces(heights: Heights, z: FloatArray, step_m: float, n: int) -> tuple[FloatArray, FloatArray]:
    """Return the slope in % of the piece of n steps from each row on, and its standard error by the heights alone."""
    row = np.arange(len(z) - n)
    slope, rms = fit_slopes(z, step_m, row, np.full(len(row), n + 1))
    return slope, estimate_fit_error_pct(heights, row + n // 2, np.full(len(row), n * step_m), rms, step=step_m)
