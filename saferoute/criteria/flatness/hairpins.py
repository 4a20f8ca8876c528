"""Hairpins: where roads and paths turn back, as they wind up a hill."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.geometry import indices_of_slices
from saferoute.osm import relief
from saferoute.osm.ways import is_highway
from saferoute.products import remember_or_make

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Features

HAIRPIN_M, _HAIRPIN_DEG = 40.0, 135.0
"""A way turns back where it turns by so much within so short a length [J]."""
_LEG_M = 30.0
"""Length of both legs of a hairpin at least [M].

With this, and without bends that others join and without yards, the plain of Milan has a tenth of the hairpins that it
has otherwise, Helsinki a thirtieth, the hills of Liechtenstein two thirds; around Bad Wildbad all lie on slopes."""


def recall_hairpins(features: Features) -> FloatArray:
    """Return what `find_hairpins` does, as this process found it if it did."""
    return remember_or_make(features, "hairpins", b"", lambda: find_hairpins(features))


def find_hairpins(features: Features) -> FloatArray:
    """Return the points at which roads and paths turn back within `HAIRPIN_M`, shape (n, 2).

    Both legs of a hairpin go on for `_LEG_M`, and nothing joins it in the bend: other ways that turn back are those of
    junctions, islands in the road and car parks.
    """
    lines = features.ways.geometry
    # What is closed turns all the way round on any ground.
    winding = lines[relief.may_wind_up(features.ways) & ~shapely.is_closed(lines)]
    xy, owner = shapely.get_coordinates(winding, return_index=True)
    if len(xy) < 3:
        return np.empty((0, 2))
    step, within = np.diff(xy, axis=0), np.diff(owner) == 0
    along = np.r_[0.0, np.cumsum(np.where(within, np.hypot(*step.T), 0.0))]
    heading = np.arctan2(step[:, 1], step[:, 0])
    turn = np.angle(np.exp(1j * np.diff(heading)))
    turned = np.cumsum(np.r_[0.0, np.where(within[1:] & within[:-1], turn, 0.0), 0.0])
    # All turns from the first vertex within `HAIRPIN_M` before, on the same line, to the vertex itself.
    first, beyond = np.searchsorted(owner, owner), np.searchsorted(owner, owner, side="right")
    begin = np.fmax(np.searchsorted(along, along - HAIRPIN_M), first)
    back = np.abs(turned - np.r_[0.0, turned][begin]) > np.radians(_HAIRPIN_DEG)
    legs = np.fmin(along[begin] - along[first], along[beyond - 1] - along)
    bend = np.flatnonzero(back & ~np.r_[False, back[:-1]] & (legs >= _LEG_M))
    return xy[bend[~_are_joined(xy, begin[bend], bend, lines[is_highway(features.ways)])]]


def _are_joined(xy: FloatArray, begin: IntArray, end: IntArray, lines: NDArray[np.object_]) -> BoolArray:
    """Return a mask of runs of vertices, each of one of the lines, at which another line joins it."""
    count = end - begin + 1
    rows = indices_of_slices(begin, count)
    runs = shapely.multipoints(xy[rows], indices=np.repeat(np.arange(len(count)), count))
    run, _ = shapely.STRtree(lines).query(runs, predicate="intersects")
    touched: BoolArray = np.bincount(run, minlength=len(count)) > 1
    return touched
