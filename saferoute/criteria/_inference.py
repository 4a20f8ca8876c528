"""Likely surface ratings of untagged ways, learnt from the tagged ways of the same source.

The model is a small Bayesian hierarchy of four levels: all tagged ways, the ways
of one class, the ways of that class with the same tracktype and use, and the
tagged ways nearby. Each level is the prior of the next and weighs as much as a
fixed number of ways, so that a rare class falls back on the level above it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from saferoute.osm.tags import Tags
from saferoute.osm.ways import is_foot_way

if TYPE_CHECKING:
    import pandas as pd

    from saferoute.arrays import FloatArray, IntArray

PRIOR_OF_CLASS, PRIOR_OF_KEY, PRIOR_OF_PLACE = 5.0, 10.0, 3.0
"""Weight of the prior at each level, in ways, chosen by block cross-validation."""
NEAR_M, REACH_M = 120.0, 400.0
"""A tagged way at distance d weighs exp(−d/120 m), and nothing beyond 400 m."""
OTHER_CLASS = 0.15
"""Weight of a nearby way of another class, relative to one of the same class."""
MOST_NEAR = 12
"""Nearest tagged ways that are considered for each untagged way."""


class Likelihood:
    """A model of the ratings that a way may have, given its tags and its place.

    Parameters
    ----------
    tagged : DataFrame of n rows
        ``highway``, ``footway``, ``tracktype``, ``n``, ``x_m`` and ``y_m``, as in `Features.tagged`.
    rating : ndarray of shape (n,)
        Rating of each row, 0..1; NaN where the surface is not tagged.

    Attributes
    ----------
    support : ndarray of shape (k,)
        The distinct ratings found, ascending; empty if nothing is tagged.
    """

    def __init__(self, tagged: pd.DataFrame, rating: FloatArray) -> None:
        from scipy.spatial import cKDTree

        use = is_foot_way(tagged) & np.isfinite(rating)
        table = tagged[use]
        self.support, value = np.unique(rating[use], return_inverse=True)
        classes, keys = _read_class_keys(table)
        ways = table["n"].to_numpy(dtype=float)
        overall = np.bincount(value, weights=ways, minlength=len(self.support))
        # One way is added to each rating, so that none of them is ever impossible.
        self._overall: FloatArray = (overall + 1.0) / max(overall.sum() + len(overall), 1.0)
        priors = {name: self._overall for name in set(classes)}  # noqa: C420
        self._of_class = _estimate_distributions(classes, value, ways, priors, PRIOR_OF_CLASS)
        parents = {key: self._of_class[key[0]] for key in set(keys)}
        self._of_key = _estimate_distributions(keys, value, ways, parents, PRIOR_OF_KEY)
        # Rows that count ways of the whole source have no place and cannot be anybody's neighbours.
        lies = np.flatnonzero(np.isfinite(table["x_m"].to_numpy(dtype=float)))
        self._class, self._value = np.array(classes, dtype=object)[lies], value[lies]
        self._xy = table[["x_m", "y_m"]].to_numpy(dtype=float)[lies]
        self._tree = cKDTree(self._xy) if len(lies) else None

    def predict_probabilities(self, table: pd.DataFrame, xy: FloatArray) -> FloatArray:
        """Return the probability of each rating for untagged ways.

        Parameters
        ----------
        table : DataFrame of m rows
            ``highway``, ``footway`` and ``tracktype`` of the ways.
        xy : ndarray of shape (m, 2)
            Middle of each way, in the metres of the tagged ways.

        Returns
        -------
        ndarray of shape (m, len(support))
            Each row sums to 1.
        """
        result = np.empty((len(table), len(self.support)))
        if not len(self.support) or not len(table):
            return result
        classes, keys = _read_class_keys(table)
        distance, near = np.full((len(table), 1), np.inf), np.zeros((len(table), 1), dtype=np.int64)
        if self._tree is not None:
            distance, near = self._tree.query(xy, k=min(MOST_NEAR, len(self._xy)), distance_upper_bound=REACH_M)
            distance, near = distance.reshape(len(table), -1), near.reshape(len(table), -1)
        for i, (name, key) in enumerate(zip(classes, keys, strict=True)):
            prior = self._of_key.get(key, self._of_class.get(name, self._overall))
            # The tree pads with infinite distances where fewer ways lie within reach.
            found = near[i][np.isfinite(distance[i])]
            weight = np.exp(-distance[i][: len(found)] / NEAR_M)
            weight *= np.where(self._class[found] == name, 1.0, OTHER_CLASS)
            counts = np.bincount(self._value[found], weights=weight, minlength=len(self.support))
            result[i] = (counts + PRIOR_OF_PLACE * prior) / (counts.sum() + PRIOR_OF_PLACE)
        return result


def _estimate_distributions(
    keys: list[Any], value: IntArray, ways: FloatArray, priors: dict[Any, FloatArray], weight: float
) -> dict[Any, FloatArray]:
    """Return the distribution of values for each key, with its prior added as `weight` ways."""
    counts = {key: np.zeros_like(prior) for key, prior in priors.items()}
    for key, of, n in zip(keys, value, ways, strict=True):
        counts[key][of] += n
    return {key: (counts[key] + weight * priors[key]) / (counts[key].sum() + weight) for key in priors}


def _read_class_keys(table: pd.DataFrame) -> tuple[list[str], list[tuple[str, str, str]]]:
    """Return the class of each way, and its class, tracktype and use together."""
    tags = Tags.of(table)
    parts = [[text or "" for text in tags.get_text(key)] for key in ("highway", "tracktype", "footway")]
    return parts[0], list(zip(*parts, strict=True))
