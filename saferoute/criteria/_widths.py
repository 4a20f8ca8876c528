"""Widths of the ground under windows: tagged, measured, or learnt from the tagged ways around.

Few ways have a width, and those that have one are no fair sample: narrow paths
are tagged because they are narrow. So what is tagged around only pulls the
usual width of a class away from its usual value, the more of it there is and
the nearer it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.criteria import _near, _samples
from saferoute.geometry import find_midpoints, sum_nearby
from saferoute.osm import widths
from saferoute.osm.ways import find_foot_classes

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.model import Features, Windows

PRIOR_TAGS = 50.0
"""Tagged ways beside a stretch that weigh as much as the usual value of their class [J]."""
DECAY_M = 700.0
"""A tagged way at distance d counts exp(−d / 700 m) [J]."""


def estimate_widths(windows: Windows, features: Features) -> tuple[FloatArray, BoolArray]:
    """Return the width of the ground of each pair of a sample and a row of ground, and whether it is known.

    Parameters
    ----------
    windows : Windows
        Widths are learnt under these alone; elsewhere they are the usual ones of the class.
    features : Features
        The map, which should reach `saferoute.geometry.REACH_M` beyond the windows.

    Returns
    -------
    width : ndarray of shape (len(samples.pair_ground),)
        Metres.
    known : ndarray of the same shape
        Whether it is tagged or, on open ground, measured.
    """
    samples = windows.samples
    of_ground, ground_known = widths.estimate_widths(samples.ground)
    width, known = of_ground[samples.pair_ground], ground_known[samples.pair_ground]
    silent = np.flatnonzero(~known & _samples.mark_used(windows)[samples.pair_sample])
    xy, of_sample = _near.place_stations(samples)
    station, back = np.unique(of_sample[samples.pair_sample[silent]], return_inverse=True)
    of_class = find_foot_classes(samples.ground)[samples.pair_ground[silent]]
    factor = _learn_factors(xy[station], features)
    width[silent] *= factor[back, of_class]
    width[silent] = np.fmin(width[silent], widths.read_narrowest_numbers(samples.ground)[samples.pair_ground[silent]])
    return width, known


def _learn_factors(xy: FloatArray, features: Features) -> FloatArray:
    """Return by what factor ways near some points are wider than usual in their class.

    Parameters
    ----------
    xy : ndarray of shape (n, 2)

    Returns
    -------
    ndarray of shape (n, classes)
        In the order of `saferoute.osm.widths.list_usual_widths`.
    """
    width, known = widths.estimate_way_widths(features.ways)
    tagged = np.flatnonzero(known)
    of_class, usual = find_foot_classes(features.ways)[tagged], widths.list_usual_widths()
    is_of_class = np.eye(len(usual))[of_class]
    # Logarithms, as widths differ by factors.
    amounts = np.hstack([is_of_class, is_of_class * np.log(width[tagged] / usual[of_class])[:, None]])
    middles = find_midpoints(features.ways.geometry[tagged])
    count, total = np.split(sum_nearby(xy, middles, amounts, decay_m=DECAY_M), 2, axis=1)
    factor: FloatArray = np.exp(total / (count + PRIOR_TAGS))
    return factor
