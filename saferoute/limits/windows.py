"""Limits on straight windows: their slope, and what lies beyond their ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from saferoute.limits.ground import GRADE_QUANTILE, SLOPE
from saferoute.limits.rules import find_first_reasons, rule

if TYPE_CHECKING:
    from collections.abc import Callable

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

    def find_beyond(self, find: Callable[[FloatArray, FloatArray], BoolArray]) -> BoolArray:
        """Return a mask of windows of which `find` says that something lies beyond one of the ends.

        Parameters
        ----------
        find : callable
            ``find(ends, ahead)``, with points and the unit vectors that lead out of the windows there.
        """
        xy, stroke = self.windows.samples.xy, self.windows.samples.stroke[self.windows.first]
        start = self.windows.first + stroke
        end = start + self.windows.n_samples
        beyond = np.zeros(len(self.windows), dtype=bool)
        for here, inside in ((start, start + 2), (end, end - 2)):
            out = xy[here] - xy[inside]
            beyond |= find(xy[here], out / np.maximum(np.hypot(*out.T), 1e-9)[:, None])
        return beyond


@rule(*SLOPE)
def steep(measured: _Measured) -> BoolArray:
    """Return a mask of windows that are too steep for sure; unknown slopes are not."""
    with np.errstate(invalid="ignore"):
        least: FloatArray = np.abs(measured.grade_pct) - GRADE_QUANTILE * measured.sigma_pct
        return least > measured.profile.max_grade_pct


@rule("wall beyond", "buildings and barriers straight ahead within the run-out beyond an end")
def wall_beyond(measured: _Measured) -> BoolArray:
    """Return a mask of windows beyond an end of which one runs into something, where the way itself bends away."""
    length_m = measured.profile.run_out_m
    return measured.find_beyond(lambda ends, ahead: measured.hazards.is_wall_beyond(ends, ahead, length_m))


@rule("drop or water beyond", "cliffs, quays, retaining walls, steps or water within 15 m beyond an end")
def drop_beyond(measured: _Measured) -> BoolArray:
    """Return a mask of windows with an edge in the way of who runs on past an end."""
    return measured.find_beyond(measured.hazards.is_drop_beyond)


WINDOW_RULES = (steep, drop_beyond, wall_beyond)


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
