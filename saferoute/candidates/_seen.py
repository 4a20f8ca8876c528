"""Observations on samples: which of them tells of which piece of ground."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.geometry import indices_of_slices
from saferoute.model import WGS84
from saferoute.model.observations import Seen

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Samples, Windows
    from saferoute.model.observations import Observations

BESIDE_M = 5.0
"""An observation of a line holds for what runs this close to it: half the width of what one person sees [J]."""
AROUND_M = 15.0
"""One of a point holds within so much, as a phone's position errs by 5 to 10 m [J]."""
_LEAST_M = 20.0
"""Ground that shares less with an observed line only crosses it [J]."""
_ALL = 0.8
"""Share of a stretch that must have been walked for a *fine* to hold of it [J]."""


def match_observations(samples: Samples, observations: Observations, crs: str) -> Seen | None:
    """Return the observations that tell of some of the samples, None if there are none.

    Parameters
    ----------
    samples : Samples
        In the metric system `crs`.
    observations : Observations
    crs : str
    """
    # The library for projections is needed only where something was seen.
    from pyproj import Transformer

    if not len(samples) or not observations.seen:
        return None
    project = Transformer.from_crs(WGS84, crs, always_xy=True).transform
    where = shapely.transform([one.where for one in observations.seen], lambda xy: np.column_stack(project(*xy.T)))
    is_point = shapely.get_type_id(where) == shapely.GeometryType.POINT
    zones = shapely.buffer(where, np.where(is_point, AROUND_M, BESIDE_M))
    # A projection far from its zone gives infinite coordinates: such observations lie elsewhere.
    zones[~np.isfinite(shapely.bounds(zones)).all(axis=1)] = None
    pieces = samples.tree
    # Whole pieces along a line, so that a path that crosses it shares next to nothing.
    along, at = pieces.query(zones, predicate="covers"), pieces.query(zones, predicate="intersects")
    number, sample = np.concatenate([along[:, ~is_point[along[0]]], at[:, is_point[at[0]]]], axis=1)
    if not len(sample):
        return None
    told, number = np.unique(number, return_inverse=True)
    order = np.lexsort((number, sample))
    kept = tuple(observations.seen[k] for k in told.tolist())
    return Seen(replace(observations, seen=kept), sample[order], number[order])


def pair_with_runs(seen: Seen, first: IntArray, n_samples: IntArray | int) -> tuple[IntArray, IntArray, IntArray]:
    """Return which runs of samples each observation tells of, and of how many of their samples.

    Parameters
    ----------
    first, n_samples : ndarray of shape (r,)
        First sample and number of samples of each run.

    Returns
    -------
    run, number, count : ndarray of shape (p,)
        Row of the run, number of the observation, and samples that they share.
    """
    low = np.searchsorted(seen.sample, first)
    n = np.searchsorted(seen.sample, first + n_samples) - low
    size = len(seen.observations.seen)
    key, count = np.unique(
        np.repeat(np.arange(len(first)), n) * size + seen.number[indices_of_slices(low, n)], return_counts=True
    )
    return key // size, key % size, count


def pair_warnings(seen: Seen, first: IntArray, n_samples: IntArray | int, step_m: float) -> tuple[IntArray, IntArray]:
    """Return the pairs of runs and observations whose hazards count for the run: those that more than cross it."""
    run, number, count = pair_with_runs(seen, first, n_samples)
    is_point = shapely.get_type_id([one.where for one in seen.observations.seen]) == shapely.GeometryType.POINT
    kept = is_point[number] | (count * step_m >= _LEAST_M)
    return run[kept], number[kept]


def pair_walks(seen: Seen, first: IntArray, n_samples: IntArray | int) -> tuple[IntArray, IntArray]:
    """Return the pairs of runs and observations of nearly all of the run."""
    run, number, count = pair_with_runs(seen, first, n_samples)
    whole = np.broadcast_to(n_samples, len(first))[run]
    kept = count >= _ALL * whole
    return run[kept], number[kept]


def take_highest(rows: int, run: IntArray, weight: FloatArray) -> FloatArray:
    """Return the highest weight of each row, 0 where it has none."""
    highest = np.zeros(rows)
    np.maximum.at(highest, run, weight)
    return highest


def warn_windows(seen: Seen, windows: Windows) -> tuple[IntArray, IntArray]:
    """Return the pairs of windows, their run-outs included, and observations whose hazards count for them."""
    out = windows.run_out_samples
    return pair_warnings(seen, windows.first - out, windows.n_samples + 2 * out, windows.samples.step_m)
