"""Limits on straight windows: their slopes, and what lies beyond their ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from saferoute.candidates import recall_or_compute_windows
from saferoute.geometry import take_slices
from saferoute.limits.ground import GRADE_QUANTILE, SLOPE
from saferoute.limits.hazards import BEYOND_END_M
from saferoute.limits.observed import SEEN_RULES
from saferoute.limits.rules import find_first_reasons, rule
from saferoute.osm.built import is_trodden

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.limits.hazards import Hazards
    from saferoute.model import Evidence, Profile, Windows
    from saferoute.model.observations import Seen
    from saferoute.products import Arrays


LEAST_CROSS_SLOPE_PCT = 15.0
"""Slope across ground as it lies above which nobody should run on it [J]."""

_ROUNDING_PCT = 1e-6
"""By so much a mean of slopes that are all just allowed may exceed them."""


@dataclass(frozen=True)
class WindowSlopes:
    """Slopes of w windows along and across by all evidence, with their standard errors; NaN = unknown."""

    grade_pct: FloatArray
    grade_sigma_pct: FloatArray
    across_pct: FloatArray
    across_sigma_pct: FloatArray


@dataclass(frozen=True)
class _Measured:
    """Windows with their slopes: see `exclude_windows`."""

    windows: Windows
    slopes: WindowSlopes
    beyond: Arrays
    """Masks of windows by what lies beyond an end, as `_look_beyond` returns them."""
    profile: Profile
    seen: Seen | None


def _look_beyond(windows: Windows, hazards: Hazards, run_out_m: float) -> dict[str, BoolArray]:
    """Return masks of windows beyond one of whose ends a ``drop``, ``building`` or ``barrier`` lies."""
    xy, stroke = windows.samples.xy, windows.samples.stroke[windows.first]
    start = windows.first + stroke
    end = start + windows.n_samples
    beyond = {name: np.zeros(len(windows), dtype=bool) for name in ("drop", "building", "barrier")}
    for here, inside in ((start, start + 2), (end, end - 2)):
        out = xy[here] - xy[inside]
        ends, ahead = xy[here], out / np.maximum(np.hypot(*out.T), 1e-9)[:, None]
        beyond["drop"] |= hazards.is_drop_beyond(ends, ahead)
        beyond["building"] |= hazards.is_building_beyond(ends, ahead)
        beyond["barrier"] |= hazards.is_barrier_beyond(ends, ahead, run_out_m)
    return beyond


def _is_beyond(slope_pct: FloatArray, sigma_pct: FloatArray, most_pct: float) -> BoolArray:
    """Return a mask of slopes whose best value is beyond a limit, and that are surely slopes; unknown ones are not."""
    steepness = np.abs(slope_pct)
    with np.errstate(invalid="ignore"):
        return (steepness > most_pct + _ROUNDING_PCT) & (steepness > GRADE_QUANTILE * sigma_pct)


@rule(*SLOPE)
def steep(measured: _Measured) -> BoolArray:
    """Return a mask of windows that are too steep."""
    slopes = measured.slopes
    return _is_beyond(slopes.grade_pct, slopes.grade_sigma_pct, measured.profile.max_grade_pct)


_WALL_BEYOND = (
    "wall beyond",
    f"straight ahead beyond an end there may be no building within {BEYOND_END_M:.0f} m and no barrier in the run-out",
)


@rule(*_WALL_BEYOND)
def building_beyond(measured: _Measured) -> BoolArray:
    """Return a mask of windows beyond an end of which one runs into a house, where the way itself bends away."""
    return measured.beyond["building"]


@rule(*_WALL_BEYOND)
def barrier_beyond(measured: _Measured) -> BoolArray:
    """Return a mask of windows beyond an end of which one runs into a barrier, where the way itself bends away."""
    return measured.beyond["barrier"]


@rule(
    "cross slope",
    f"open ground, and unpaved paths that are not tagged as wide, may not tilt by more than "
    f"{LEAST_CROSS_SLOPE_PCT:.0f} % across the line",
)
def tilted(measured: _Measured) -> BoolArray:
    """Return a mask of windows that are tilted as the ground is; other ways may be cut into a hillside."""
    windows, slopes = measured.windows, measured.slopes
    beyond = _is_beyond(slopes.across_pct, slopes.across_sigma_pct, LEAST_CROSS_SLOPE_PCT)
    ground, samples = windows.samples.ground, windows.samples
    as_it_lies = (ground["origin"] == "area") | is_trodden(ground)
    of_sample = np.zeros(len(samples), dtype=bool)
    of_sample[samples.pair_sample[as_it_lies[samples.pair_ground]]] = True
    return beyond & take_slices(of_sample, windows.first, windows.n_samples).any(axis=1)


@rule("drop or water beyond", "no cliff, quay, retaining wall, steps or water may lie within 15 m beyond an end")
def drop_beyond(measured: _Measured) -> BoolArray:
    """Return a mask of windows with an edge in the way of who runs on past an end."""
    return measured.beyond["drop"]


WINDOW_RULES = (steep, tilted, drop_beyond, building_beyond, barrier_beyond, *SEEN_RULES.values())


def exclude_windows(
    windows: Windows, hazards: Hazards, slopes: WindowSlopes, evidence: Evidence
) -> NDArray[np.object_]:
    """Return why each straight window is excluded, ``""`` where it may be run."""
    run_out_m = evidence.profile.run_out_m
    beyond = recall_or_compute_windows(
        windows, evidence.features, f"beyond{run_out_m:g}", lambda new: _look_beyond(new, hazards, run_out_m)
    )
    measured = _Measured(windows, slopes, beyond, evidence.profile, evidence.seen)
    return find_first_reasons(WINDOW_RULES, len(windows), measured)
