"""Doubt: what is tagged on a stretch or beside it, concerns a criterion, and is not understood."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from saferoute.criteria import _samples
from saferoute.osm.unread import has_unread_tag

if TYPE_CHECKING:
    from collections.abc import Collection

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Criterion, Features, Windows

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
    samples = windows.samples
    own = has_unread_tag(samples.ground, criterion.keys).astype(float)
    in_doubt = _samples.reduce_to_samples(samples, own, "max")
    if criterion.keys_beside and len(samples):
        _, beside = pair_unread_beside(features, shapely.STRtree(samples.lines), criterion.keys_beside)
        in_doubt[beside] = 1.0
    return np.where(_samples.reduce_to_windows(windows, in_doubt, "max") > 0, IN_DOUBT, 1.0)


def pair_unread_beside(
    features: Features, lines: shapely.STRtree, keys: Collection[str]
) -> tuple[pd.DataFrame, IntArray]:
    """Return the pairs of lines with objects on or just beside them of which a tag is not understood.

    Returns
    -------
    objects : DataFrame of n rows
        The object of each pair, with its tags.
    line : ndarray of shape (n,)
        Its line.
    """
    found, of_lines = [], []
    for table in (features.ways, features.outlines, features.points):
        unread = np.flatnonzero(has_unread_tag(table, keys))
        thing, line = lines.query(table.geometry.to_numpy()[unread], predicate="dwithin", distance=BESIDE_M)
        found.append(pd.DataFrame(table.iloc[unread[thing]].drop(columns="geometry")))
        of_lines.append(line)
    return pd.concat(found, ignore_index=True), np.concatenate(of_lines)
