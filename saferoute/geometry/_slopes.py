"""Straight lines fitted to heights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray


def fit_slopes(z: FloatArray, step_m: float, first: IntArray, n: IntArray) -> tuple[FloatArray, FloatArray]:
    """Fit a straight line (least squares) to runs of evenly spaced heights.

    Parameters
    ----------
    z : ndarray of shape (k,)
        Heights in metres, NaN = unknown.
    step_m : float
        Distance between successive heights.
    first, n : ndarray of shape (w,)
        First index and number of heights of each run.

    Returns
    -------
    grade_pct : ndarray of shape (w,)
        Rise per 100 m; NaN where any height of the run is unknown.
    rms_m : ndarray of shape (w,)
        Root mean square of the residuals.

    Examples
    --------
    >>> z = np.array([0.0, 0.1, 0.2, np.nan])
    >>> fit_slopes(z, 5.0, np.array([0, 1]), np.array([3, 3]))[0].round(9).tolist()
    [2.0, nan]
    """
    known = np.isfinite(z)
    level = float(np.mean(z[known])) if known.any() else 0.0
    filled = np.where(known, z - level, 0.0)  # near zero: running sums stay exact
    index = np.arange(len(z), dtype=float)

    def total(values: FloatArray) -> FloatArray:
        sums = np.concatenate([[0.0], np.cumsum(values)])
        return sums[first + n] - sums[first]

    middle = first + (n - 1) / 2
    s_z, s_iz, s_zz = total(filled), total(index * filled), total(filled**2)
    s_xx = n * (n**2 - 1.0) / 12
    s_xz = s_iz - middle * s_z
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = s_xz / s_xx
        rest = np.maximum(s_zz - s_z**2 / n - slope * s_xz, 0.0)
        whole = (total(known.astype(float)) == n) & (n >= 2)
        grade = np.where(whole, 100 * slope / step_m, np.nan)
        return grade, np.where(whole, np.sqrt(rest / n), np.nan)
