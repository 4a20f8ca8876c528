"""Limits on straight windows: their slopes, and what lies beyond their ends."""

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


LEAST_CROSS_SLOPE_PCT = 15.0
"""Slope across open ground above which nobody should run on it [J]."""


@dataclass(frozen=True)
class WindowSlopes:
    """Fitted slopes of w windows along and across, with the standard errors of the fits; NaN = unknown."""

    grade_pct: FloatArray
    grade_sigma_pct: FloatArray
    across_pct: FloatArray
    across_sigma_pct: FloatArray


@dataclass(frozen=True)
class _Measured:
    """Windows with their fitted slopes: see `exclude_windows`."""

    windows: Windows
    hazards: Hazards
    slopes: WindowSlopes
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
        least: FloatArray = np.abs(measured.slopes.grade_pct) - GRADE_QUANTILE * measured.slopes.grade_sigma_pct
        return least > measured.profile.max_grade_pct


@rule("wall beyond", "buildings and barriers straight ahead within the run-out beyond an end")
def wall_beyond(measured: _Measured) -> BoolArray:
    """Return a mask of windows beyond an end of which one runs into something, where the way itself bends away."""
    length_m = measured.profile.run_out_m
    return measured.find_beyond(lambda ends, ahead: measured.hazards.is_wall_beyond(ends, ahead, length_m))


@rule("cross slope", f"open ground that falls more than {LEAST_CROSS_SLOPE_PCT:.0f} % across the line beyond doubt")
def tilted(measured: _Measured) -> BoolArray:
    """Return a mask of windows on open ground that is tilted for sure; ways may be cut into a hillside."""
    slopes, samples = measured.slopes, measured.windows.samples
    first_ground = samples.pair_ground[samples.first_pair[measured.windows.first]]
    on_open_ground = (samples.ground["origin"] == "area").to_numpy(dtype=bool)[first_ground]
    with np.errstate(invalid="ignore"):
        least: FloatArray = np.abs(slopes.across_pct) - GRADE_QUANTILE * slopes.across_sigma_pct
        return on_open_ground & (least > LEAST_CROSS_SLOPE_PCT)


@rule("drop or water beyond", "cliffs, quays, retaining walls, steps or water within 15 m beyond an end")
def drop_beyond(measured: _Measured) -> BoolArray:
    """Return a mask of windows with an edge in the way of who runs on past an end."""
    return measured.find_beyond(measured.hazards.is_drop_beyond)


WINDOW_RULES = (steep, tilted, drop_beyond, wall_beyond)


def exclude_windows(windows: Windows, hazards: Hazards, slopes: WindowSlopes, profile: Profile) -> NDArray[np.object_]:
    """Return why each straight window is excluded, ``""`` where it may be run."""
    measured = _Measured(windows, hazards, slopes, profile)
    return find_first_reasons(WINDOW_RULES, len(windows), measured)
