"""Mountain paths of which nobody says how hard they are, by the paths graded around and by how steep the ground is.

The chance is a logistic function of two numbers, neither with a threshold. Where
few paths around have a grade, the steepness of the ground speaks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.candidates import select_windows
from saferoute.criteria import _near, _samples
from saferoute.geometry import find_midpoints, sum_nearby
from saferoute.osm.built import is_unpaved
from saferoute.osm.surfaces import is_uneven_trail
from saferoute.osm.tags import has_value
from saferoute.osm.ways import is_mountain_path
from saferoute.table import Tags

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.model import Features, Windows
    from saferoute.table import Tagged

DECAY_M = 500.0
"""A graded path at distance d counts exp(−d/500 m): best of 200, 500 and 1000 m for hidden grades of Liechtenstein."""
PRIOR_PATHS = 0.5
"""Mountain paths, and easier ones, that are added everywhere, so that few graded paths say little [J]."""
BY_GRADES, BY_STEEPNESS, AT_TEN_PCT = 0.4, 2.75, -0.75
"""Weight of the logarithms of the ratio of mountain paths to easier ones around, and of the slope across over 10 %;
and the log-odds where that is 10 % and nothing around is graded.

Fitted to the paths of Liechtenstein 2019 with a grade, each square of 500 m without its own grades, and to those
without one, ten of which count as one easier path [M, J]."""
_LEAST_PCT = 0.1
"""Slope across that stands for level ground, whose logarithm would have no end."""


def estimate_chances(windows: Windows, features: Features, across_pct: FloatArray) -> FloatArray:
    """Return the chance that windows lie on a path that is harder than hiking, though no tag says so.

    Parameters
    ----------
    windows : Windows
    features : Features
    across_pct : ndarray of shape (w,)
        Slope of the ground across each window in %, measured or likely; NaN = unknown.

    Returns
    -------
    ndarray of shape (w,)
        0..1; 0 where a tag tells it, where the ways are no unpaved paths, and where nothing tells how steep it is.
    """
    asked = _samples.reduce_ground(windows, lacks_grade(windows.samples.ground).astype(float), "max") > 0
    asked &= np.isfinite(across_pct)
    chance = np.zeros(len(windows))
    if asked.any():
        by_grades = BY_GRADES * _compare_grades(select_windows(windows, np.flatnonzero(asked)), features)
        by_slope = BY_STEEPNESS * np.log(np.fmax(np.abs(across_pct[asked]), _LEAST_PCT) / 10)
        chance[asked] = 1 / (1 + np.exp(-(AT_TEN_PCT + by_grades + by_slope)))
    return chance


def lacks_grade(ways: Tagged) -> BoolArray:
    """Return a mask of unpaved paths of which no tag tells how hard they are.

    What mountain bikers grade as even is none: of 22 such paths with a grade for hikers in five extracts one is a
    mountain path; of those with ``mtb:scale=1`` 6 of 57 are in Heidelberg, and 9 of 10 in Liechtenstein [M].
    Footways have no grade because they need none: one of 458 graded ways in four extracts is a footway [M].
    """
    tags = Tags.of(ways)
    told = is_mountain_path(tags)
    ungraded = ~told.yes & ~told.no & ~is_uneven_trail(tags).no
    return has_value(tags, "highway", {"path"}) & is_unpaved(tags) & ungraded


def _compare_grades(windows: Windows, features: Features) -> FloatArray:
    """Return the logarithm of the ratio of mountain paths to easier ones around windows, shape (w,)."""
    xy, station = _near.find_middle_stations(windows)
    told = is_mountain_path(Tags.of(features.ways))
    graded = np.flatnonzero(told.yes | told.no)
    middles = find_midpoints(features.ways.geometry[graded])
    amounts = np.column_stack([told.yes[graded], told.no[graded]]).astype(float)
    harder, easier = sum_nearby(xy, middles, amounts, decay_m=DECAY_M)[station].T + PRIOR_PATHS
    ratio: FloatArray = np.log(harder / easier)
    return ratio
