"""Limits on straight windows: their slope, and what lies beyond their ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from saferoute.limits.ground import GRADE_QUANTILE, SLOPE
from saferoute.limits.rules import find_first_reasons, rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.limits.hazards import Hazards
    from saferoute.model import Profile, Windows


@dataclass(frozen=True)
class _Measured:
    """Windows with their fitted slopes: see `exclude_windows`."""

    windows: Windows
    hazards: Hazards
    grade_pct: FloatArray
    sigma_pct: FloatArray
    profile: Profile


@rule(*SLOPE)
def steep(measured: _Measured) -> BoolArray:
    """Return a mask of windows that are too steep for sure; unknown slopes are not."""
    with np.errstate(invalid="ignore"):
        least: FloatArray = np.abs(measured.grade_pct) - GRADE_QUANTILE * measured.sigma_pct
        return least > measured.profile.max_grade_pct


@rule("drop or water beyond", "cliffs, quays, retaining walls, steps or water within 15 m beyond an end")
def drop_beyond(measured: _Measured) -> BoolArray:
    """Return a mask of windows with an edge in the way of who runs on past an end."""
    windows = measured.windows
    xy, stroke = windows.samples.xy, windows.samples.stroke[windows.first]
    start = windows.first + stroke
    end = start + windows.n_samples
    beyond = np.zeros(len(windows), dtype=bool)
    for here, inside in ((start, start + 2), (end, end - 2)):
        out = xy[here] - xy[inside]
        ahead = out / np.maximum(np.hypot(*out.T), 1e-9)[:, None]
        beyond |= measured.hazards.is_drop_beyond(xy[here], ahead)
    return beyond


WINDOW_RULES = (steep, drop_beyond)


def exclude_windows(
    windows: Windows, hazards: Hazards, grade_pct: FloatArray, sigma_pct: FloatArray, profile: Profile
) -> NDArray[np.object_]:
    """Return why each straight window is excluded, ``""`` where it may be run.

    Parameters
    ----------
    grade_pct, sigma_pct : ndarray of shape (w,)
        Fitted slope and its standard error, NaN = unknown.
    """
    measured = _Measured(windows, hazards, grade_pct, sigma_pct, profile)
    return find_first_reasons(WINDOW_RULES, len(windows), measured)
