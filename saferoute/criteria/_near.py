"""Stations along the strokes, at which costly figures of the surroundings are computed once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute import geometry

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Features, Samples, Windows

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


def find_middle_stations(windows: Windows) -> tuple[FloatArray, IntArray]:
    """Return the stations in the middles of windows, shape (s, 2), and which of them is that of each window."""
    xy, of_sample = place_stations(windows.samples)
    station, back = np.unique(of_sample[windows.first + windows.n_samples // 2], return_inverse=True)
    return xy[station], back


def measure_coverage(windows: Windows, features: Features, *, decay_m: float) -> FloatArray:
    """Return the share of the surroundings of each window that the map covers, shape (windows,).

    Places count exp(−d / `decay_m`) by their distance d, as what is learnt from them does.
    """
    xy, station = find_middle_stations(windows)
    return geometry.measure_coverage(xy, features.extent, decay_m=decay_m)[station]
