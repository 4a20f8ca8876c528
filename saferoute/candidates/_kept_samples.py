"""What earlier searches found of samples, each by itself, with the same ground around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from saferoute.candidates._windows import select_windows
from saferoute.osm import widths
from saferoute.products import remember_or_make
from saferoute.rows import recall_or_compute_rows

Thing = TypeVar("Thing")

if TYPE_CHECKING:
    from collections.abc import Callable

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Features, Samples, Windows
    from saferoute.products import Arrays

SAMPLE_REACH_M = 1000.0
"""Distance from a sample beyond which nothing changes what is kept of it by itself.

What counts beside a sample is at most 160 m off; the rest is for ways and areas that tell of it, which go on [J].
"""


def recall_or_compute_samples(
    samples: Samples, features: Features, name: str, rows: IntArray, compute: Callable[[IntArray], Arrays]
) -> Arrays:
    """Return what `compute` makes of some samples, each by itself, from earlier searches for those they asked for.

    It may depend on nothing but the map within `SAMPLE_REACH_M` of a sample, its place on its stroke and its ground:
    not on the hour, the profile, heights, or which other samples are asked for. See `saferoute.rows`.

    Parameters
    ----------
    samples : Samples
    features : Features
        The map they are of.
    name : str
        Name of the product, which no other has.
    rows : ndarray of shape (r,)
        The samples.
    compute : callable
        Returns arrays of numbers by name, each with a row for every one of the samples it is given.
    """
    if features.drawers is None or samples.map_key != features.key or not len(rows):
        return compute(rows)
    asked = _identify(samples, rows, len(features.ways))
    return recall_or_compute_rows(features, name, asked, lambda new: compute(rows[new]), reach_m=SAMPLE_REACH_M)


def remember_of_samples(
    samples: Samples, features: Features, name: str, make: Callable[[], Thing], key: bytes = b""
) -> Thing:
    """Return what `make` makes of all samples of a map, as this process made it for an earlier hour if it did.

    It may depend on nothing else but what `key` tells apart: not on the hour, the profile or heights.
    """
    if samples.map_key != features.key:
        return make()
    return remember_or_make(features, name, samples.digest + key, make)


def recall_or_compute_windows(
    windows: Windows, features: Features, name: str, compute: Callable[[Windows], Arrays]
) -> Arrays:
    """Return what `compute` makes of windows, each by itself, from earlier searches for those they asked for.

    What `recall_or_compute_samples` says of samples holds of the samples of a window and its run-outs.

    Parameters
    ----------
    windows : Windows
    features : Features
        The map they are of.
    name : str
        Name of the product, which no other has.
    compute : callable
        Returns arrays of numbers by name, each with a row for every one of the windows it is given.
    """
    samples = windows.samples
    if features.drawers is None or samples.map_key != features.key or not len(windows):
        return compute(windows)
    sizes = np.tile([windows.n_samples, windows.run_out_samples], (len(windows), 1))
    asked = np.column_stack([_identify(samples, windows.first, len(features.ways)), sizes])
    return recall_or_compute_rows(
        features, name, asked, lambda new: compute(select_windows(windows, new)), reach_m=SAMPLE_REACH_M
    )


def _identify(samples: Samples, rows: IntArray, n_ways: int) -> FloatArray:
    """Return what tells some samples from all others of the same source, and how wide they are, shape (r, 11).

    Strokes of ways are numbered over the whole source; a corridor is told by its ends and the area it lies on.
    """
    ground, stroke = samples.pair_ground[samples.first_pair[rows]], samples.stroke[rows]
    first, last = (np.searchsorted(samples.stroke, stroke, side=side) for side in ("left", "right"))
    of_ground = samples.ground
    area = of_ground["osm_id"].astype(float)
    area = np.where(of_ground["osm_type"] == "relation", -area, area)
    ends = np.column_stack([samples.xy[first + stroke], samples.xy[last + stroke], area[ground]])
    of_pairs = widths.estimate_widths(of_ground)[0][samples.pair_ground]
    width = [reduce.reduceat(of_pairs, samples.first_pair[:-1])[rows] for reduce in (np.minimum, np.maximum)]
    is_corridor = ground >= n_ways
    return np.column_stack(
        [
            samples.xy[rows + stroke],
            samples.number[rows],
            np.where(is_corridor, -1, samples.source_stroke[rows]),
            np.where(is_corridor[:, None], ends, 0.0),
            *width,
        ]
    )
