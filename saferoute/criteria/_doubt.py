"""Doubt: what is tagged on a stretch or beside it, concerns a criterion, and is not understood."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from saferoute.criteria import _samples
from saferoute.osm.unread import find_unread_rows, has_unread_tag

if TYPE_CHECKING:
    from collections.abc import Collection

    import shapely
    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Criterion, Features, Windows
    from saferoute.products import Arrays

IN_DOUBT = 0.7
"""Factor on the confidence of a criterion where a tag that concerns it is not understood [J]."""
BESIDE_M = 3.0
"""Distance in m within which an unknown thing may be in a runner's way [J]: half of a wide way, and a step."""


def estimate_trust(criterion: Criterion, windows: Windows, features: Features) -> FloatArray:
    """Return by window a factor on confidence, below 1 where a tag that concerns the criterion is not understood.

    Returns
    -------
    ndarray of shape (windows,)
    """
    keys = np.frombuffer(repr((criterion.keys, criterion.keys_beside)).encode(), dtype=np.uint8)
    compute = partial(_doubt_unread, criterion, windows, features)
    return _samples.recall_or_compute(windows, features, "understood", (keys,), compute)[""]


def _doubt_unread(criterion: Criterion, windows: Windows, features: Features) -> Arrays:
    """Return the factors that `estimate_trust` returns, as a product."""
    samples = windows.samples
    own = has_unread_tag(samples.ground, criterion.keys).astype(float)
    in_doubt = _samples.reduce_to_samples(samples, own, "max")
    if criterion.keys_beside and len(samples):
        _, beside = pair_unread_beside(features, samples.tree, criterion.keys_beside)
        in_doubt[beside] = 1.0
    doubted = _samples.reduce_to_windows(windows, in_doubt, "max") > 0
    return {"": np.where(doubted, IN_DOUBT, 1.0)}


def pair_unread_beside(
    features: Features, lines: shapely.STRtree, keys: Collection[str]
) -> tuple[NDArray[np.object_], IntArray]:
    """Return the pairs of lines with objects on or just beside them of which a tag is not understood.

    Returns
    -------
    tags : ndarray of n tuples of str
        As ``key=value``, those of the object of each pair that are not understood.
    line : ndarray of shape (n,)
        Its line.
    """
    tables = (features.ways, features.outlines, features.points)
    tags_of, lines_of = [], []
    for table, (rows, tags) in zip(tables, find_unread_rows(tables, keys), strict=True):
        thing, line = lines.query(table.geometry[rows], predicate="dwithin", distance=BESIDE_M)
        tags_of.append(tags[thing])
        lines_of.append(line)
    return np.concatenate(tags_of), np.concatenate(lines_of)
