"""Reductions of values from the ground to samples, and from samples to windows."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from saferoute import products
from saferoute.candidates import is_in_runs, remember_of_samples
from saferoute.drawers import DIGEST_BYTES
from saferoute.geometry import indices_of_slices, reduce_slices, take_slices

Thing = TypeVar("Thing")

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Features, Samples, Windows
    from saferoute.products import Arrays


def mark_used(windows: Windows, *, run_outs: bool = False) -> BoolArray:
    """Return a mask of the samples that lie in a window, or in a window and its run-outs."""
    beyond = windows.run_out_samples if run_outs else 0
    return is_in_runs(windows.first - beyond, windows.n_samples + 2 * beyond, len(windows.samples))


def recall_or_compute(
    windows: Windows, features: Features, name: str, more: Sequence[NDArray[Any]], compute: Callable[[], Arrays]
) -> Arrays:
    """Return what `compute` makes of windows on a map, and of `more` arrays, from an earlier search if there was one.

    It may depend on nothing else: not on the hour, the profile or heights.
    """
    samples = windows.samples
    if not (features.key and samples.map_key == features.key and features.drawers):
        return compute()
    sizes = np.array([windows.n_samples, windows.run_out_samples])
    digest = np.frombuffer(samples.digest, dtype=np.uint8)
    return products.recall_or_compute(features, name, (digest, windows.first, sizes, *more), compute)


def remember_of_windows(windows: Windows, features: Features, name: str, make: Callable[[], Thing]) -> Thing:
    """Return what `make` makes of windows on a map, as this process made it for another hour with the same windows.

    It may depend on nothing else: not on the hour, the profile or heights.
    """
    key = blake2b(repr((windows.n_samples, windows.run_out_samples)).encode(), digest_size=DIGEST_BYTES)
    key.update(windows.first.tobytes())
    return remember_of_samples(windows.samples, features, name, make, key.digest())


def reduce_pairs_to_samples(samples: Samples, of_pairs: FloatArray, how: str) -> FloatArray:
    """Return the least or greatest value of the pairs of each sample and its ground.

    Parameters
    ----------
    samples : Samples
        Every sample touches at least one row of the ground.
    of_pairs : ndarray of shape (len(samples.pair_ground),)
        NaN makes the result NaN.
    how : str
        ``min`` or ``max``.

    Returns
    -------
    ndarray of shape (samples,)
    """
    if not len(samples):
        return np.empty(0)
    # `reduceat` returns a wrong value for an empty slice; there is none, as every sample touches ground.
    result: FloatArray = {"min": np.minimum, "max": np.maximum}[how].reduceat(of_pairs, samples.first_pair[:-1])
    return result


def reduce_to_samples(samples: Samples, of_ground: FloatArray, how: str) -> FloatArray:
    """Return the least or greatest value of the ground that each sample touches, shape (samples,)."""
    return reduce_pairs_to_samples(samples, of_ground[samples.pair_ground], how)


def reduce_to_windows(windows: Windows, of_samples: FloatArray, how: str, *, run_outs: bool = False) -> FloatArray:
    """Return the minimum, maximum or sum over the samples of each window.

    Parameters
    ----------
    windows : Windows
    of_samples : ndarray of shape (samples,)
        NaN makes the result NaN.
    how : str
        ``min``, ``max`` or ``sum``.
    run_outs : bool
        Whether the samples of the run-outs before and behind a window count too.

    Returns
    -------
    ndarray of shape (windows,)
    """
    if not len(windows):
        return np.empty(0)
    beyond = windows.run_out_samples if run_outs else 0
    first, n = windows.first - beyond, windows.n_samples + 2 * beyond
    return take_slices(of_samples, first, n).sum(axis=1) if how == "sum" else reduce_slices(of_samples, first, n, how)


def is_met_along(of_samples: BoolArray, first: IntArray, n_samples: IntArray) -> BoolArray:
    """Return a mask of runs of samples, of lengths of their own, that hold a sample of which something is true."""
    owner = np.repeat(np.arange(len(first)), n_samples)
    return np.bincount(owner, of_samples[indices_of_slices(first, n_samples)], len(first)) > 0


def reduce_pairs(windows: Windows, of_pairs: FloatArray, how: str) -> FloatArray:
    """Return the least or greatest value of the pairs of a sample and its ground in each window, shape (windows,)."""
    return reduce_to_windows(windows, reduce_pairs_to_samples(windows.samples, of_pairs, how), how)


def reduce_ground(windows: Windows, of_ground: FloatArray, how: str) -> FloatArray:
    """Return the least or greatest value of the ground that each window touches, shape (windows,)."""
    return reduce_pairs(windows, of_ground[windows.samples.pair_ground], how)


def find_worst_pair(windows: Windows, of_pairs: FloatArray) -> IntArray:
    """Return the pair of a sample and its ground with the least value in each window, shape (windows,)."""
    samples = windows.samples
    if not len(windows):
        return np.empty(0, dtype=np.int64)
    # Sorted by value within each sample, the first pair of a sample is its worst.
    pair = np.lexsort((samples.pair_ground, of_pairs, samples.pair_sample))[samples.first_pair[:-1]]
    return pair[windows.first + take_slices(of_pairs[pair], windows.first, windows.n_samples).argmin(axis=1)]


def find_worst_ground(windows: Windows, of_ground: FloatArray) -> IntArray:
    """Return the row of `Samples.ground` with the least value under each window, shape (windows,)."""
    pair_ground = windows.samples.pair_ground
    return pair_ground[find_worst_pair(windows, of_ground[pair_ground])]
