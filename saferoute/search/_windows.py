"""The windows of an area, found or recalled from an earlier search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute import candidates
from saferoute.model import Windows
from saferoute.products import recall_or_compute
from saferoute.search._area import distance_outside_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray
    from saferoute.model import Area, Features, Profile, Samples
    from saferoute.products import Arrays

_OF_WINDOWS = ("first", "strip_width_m", "heading_range_deg")
"""Arrays of windows, a value a window."""


def find_windows(
    samples: Samples, free: BoolArray, profile: Profile, area: Area
) -> tuple[Windows, NDArray[np.object_]]:
    """Return the windows of free samples in an area, and why each sample is in none, wherever it is."""
    found, unfit = candidates.find_windows(samples, free, profile)
    inside = distance_outside_m(area, candidates.middles_of_windows(found)) <= 0
    return candidates.select_windows(found, inside), unfit


def recall_windows(
    features: Features, key: bytes, samples: Samples, free: BoolArray, profile: Profile, area: Area
) -> tuple[Windows, NDArray[np.object_]]:
    """Return what `find_windows` does, from an earlier search with the same `key`, which tells samples and profile."""
    reasons = ("", *candidates.UNFIT)

    def find() -> Arrays:
        windows, unfit = find_windows(samples, free, profile, area)
        return {
            **{name: getattr(windows, name) for name in _OF_WINDOWS},
            "sizes": np.array([windows.n_samples, windows.run_out_samples]),
            "unfit": np.select([unfit == reason for reason in reasons], range(len(reasons))).astype(np.uint8),
        }

    found = dict(recall_or_compute(features, "windows", [np.frombuffer(key, dtype=np.uint8)], find))
    n_samples, run_out = found.pop("sizes").tolist()
    unfit = np.array(reasons, dtype=object)[found.pop("unfit")]
    return Windows(samples=samples, n_samples=n_samples, run_out_samples=run_out, **found), unfit
