"""Stations along the strokes, at which costly figures of the surroundings are computed once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Samples

SPACING_CELLS = 10
"""Samples from one station to the next: 50 m, over which the surroundings hardly change."""


def place_stations(samples: Samples) -> tuple[FloatArray, IntArray]:
    """Return a point for every ten samples of each stroke, and the station of each sample.

    Returns
    -------
    xy : ndarray of shape (s, 2)
        Points of the s stations, in metres.
    of_sample : ndarray of shape (samples,)
        Row in `xy` of each sample's station.
    """
    if not len(samples):
        return np.empty((0, 2)), np.empty(0, dtype=np.int64)
    # Blocks are counted along the whole stroke, so that stations stay put when only a part of it is here.
    block = samples.number // SPACING_CELLS
    begins = np.flatnonzero(np.r_[True, (np.diff(samples.stroke) != 0) | (np.diff(block) != 0)])
    of_sample = np.searchsorted(begins, np.arange(len(samples)), side="right") - 1
    sizes = np.diff(np.r_[begins, len(samples)])
    middle = begins + sizes // 2
    return samples.xy[middle + samples.stroke[middle]], of_sample
