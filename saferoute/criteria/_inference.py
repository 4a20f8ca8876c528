"""Likely surface ratings of untagged ways, learnt from the tagged ways around them.

The model is a small Bayesian hierarchy of four levels: what ways of a class
usually are anywhere, the tagged ways of the class around, those of the same use
(``footway``) as well, and the tagged ways close by. Each level is the prior
of the next and weighs as much as a fixed number of ways, so that where little
is tagged the level above it speaks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.geometry import pair_points_in_parts, sum_nearby_by_group
from saferoute.osm.tags import get_words
from saferoute.osm.ways import FOOT_CLASSES, find_foot_classes
from saferoute.table import Tags

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.geometry import Pairs
    from saferoute.table import Tagged

PRIOR_OF_CLASS, PRIOR_OF_USE, PRIOR_OF_PLACE = 20.0, 3.0, 3.0
"""Weight of the prior at each level, in ways at hand: the first chosen on ways of Liechtenstein that were tagged
years later, the others by block cross-validation."""
AROUND_M = 500.0
"""Around, a tagged way at distance d weighs exp(−d/500 m), chosen by the same."""
NEAR_M, NEAR_REACH_M = 120.0, 400.0
"""Close by it weighs exp(−d/120 m), and nothing beyond 400 m."""
OTHER_CLASS = 0.05
"""Weight of a way of another class, relative to one of the same class."""
MOST_NEAR = 12
"""Nearest tagged ways that are considered close by."""


class Likelihood:
    """A model of the ratings that a way may have, given its tags and its place.

    Parameters
    ----------
    support : ndarray of shape (k,)
        The distinct ratings that ways may have, ascending.
    usual : ndarray of shape (classes + 1, k)
        Usual distribution of each of `FOOT_CLASSES`, at last of all other ways; each row sums to 1.
    tagged : DataFrame or Tags of n ways
        With ``highway`` and ``footway``.
    xy : ndarray of shape (n, 2)
        Middle of each tagged way in metres.
    shares : ndarray of shape (n, k)
        Probability of each rating of each tagged way; rows sum to 1, and most are known to be one rating.
    reach_m : ndarray of shape (n,), optional
        Distance beyond which a tagged way does not count.
    """

    def __init__(
        self,
        support: FloatArray,
        usual: FloatArray,
        tagged: Tagged,
        xy: FloatArray,
        shares: FloatArray,
        reach_m: FloatArray | None = None,
    ) -> None:
        self.support, self._usual, self._xy = support, usual, xy
        self._tags = Tags.of(tagged)
        self._class, self._shares = find_foot_classes(self._tags), shares
        self._reach_m = np.full(len(xy), np.inf) if reach_m is None else reach_m

    def predict_probabilities(
        self, ways: Tagged, xy: FloatArray, *, overall_share: float = 0.0, reach_m: float = np.inf
    ) -> FloatArray:
        """Return the probability of each rating for untagged ways.

        Parameters
        ----------
        ways : DataFrame or Tags of m ways
            With ``highway`` and ``footway``.
        xy : ndarray of shape (m, 2)
            The place on each way that is asked about, in the metres of the tagged ways.
        overall_share : float
            Share of the result that is what all tagged ways around are, whatever their class.
        reach_m : float
            Distance beyond which no tagged way counts.

        Returns
        -------
        ndarray of shape (m, len(support))
            Each row sums to 1.
        """
        import pandas as pd

        tags = Tags.of(ways)
        of_class = find_foot_classes(tags)
        alike = of_class[:, None] == np.arange(len(FOOT_CLASSES) + 1)
        # Sorted, so that uses that are tagged far away alone do not change the order of sums.
        uses, number = pd.factorize(np.concatenate([_read_uses(self._tags), _read_uses(tags)]), sort=True)
        theirs, ours = np.split(uses, [len(self._tags)])
        of_uses = self._count_around(xy, theirs, len(number), reach_m)
        # All ways of a use are of one class, so that one look around tells of both.
        class_of_use = np.zeros(len(number), dtype=np.int64)
        class_of_use[theirs], class_of_use[ours] = self._class, of_class
        around = np.zeros((len(xy), len(FOOT_CLASSES) + 1, len(self.support)))
        for use, its_class in enumerate(class_of_use.tolist()):
            around[:, its_class] += of_uses[:, use]
        counts = (around * np.where(alike, 1.0, OTHER_CLASS)[:, :, None]).sum(axis=1)
        prior = _add_prior(counts, self._usual[of_class], PRIOR_OF_CLASS)
        of_use = of_uses[np.arange(len(xy)), ours]
        near = _add_prior(self._count_near(xy, of_class), _add_prior(of_use, prior, PRIOR_OF_USE), PRIOR_OF_PLACE)
        overall = _add_prior(around.sum(axis=1), self._usual[-1:], PRIOR_OF_CLASS)
        mixed: FloatArray = (1 - overall_share) * near + overall_share * overall
        return mixed

    def _count_around(self, xy: FloatArray, group: IntArray, n: int, reach_m: float) -> FloatArray:
        """Return the weights of the tagged ways around points by group and rating, shape (m, n, k)."""
        k = len(self.support)
        way, value = np.nonzero(self._shares)
        amounts, column = self._shares[way, value], group[way] * k + value
        reach = np.fmin(self._reach_m[way], reach_m)
        sums = sum_nearby_by_group(xy, self._xy[way], amounts, (column, n * k), decay_m=AROUND_M, reach_m=reach)
        return sums.reshape(len(xy), n, k)

    def _count_near(self, xy: FloatArray, of_class: IntArray) -> FloatArray:
        """Return the weights of the tagged ways close by points by rating, shape (m, k)."""
        counts = np.zeros((len(xy), len(self.support)))
        for near in pair_points_in_parts(xy, self._xy, NEAR_REACH_M):
            self._add_nearest(near, of_class, counts)
        return counts

    def _add_nearest(self, near: Pairs, of_class: IntArray, counts: FloatArray) -> None:
        """Add the weights of the nearest tagged ways of some points to their counts."""
        order = np.lexsort((near.distance_m, near.point))
        # Pairs are sorted by point, so that the nearest of each come first after the pairs of the points before.
        rank = np.arange(len(order)) - np.searchsorted(near.point, near.point)
        nearest = order[rank < MOST_NEAR]
        row, way, distance = near.point[nearest], near.thing[nearest], near.distance_m[nearest]
        weight = np.exp(-distance / NEAR_M) * np.where(self._class[way] == of_class[row], 1.0, OTHER_CLASS)
        np.add.at(counts, row, weight[:, None] * self._shares[way])


def _add_prior(counts: FloatArray, prior: FloatArray, weight: float) -> FloatArray:
    """Return the distributions of counts with a prior that weighs as much as `weight` of them, shape (m, k)."""
    mixed: FloatArray = (counts + weight * prior) / (counts.sum(axis=1, keepdims=True) + weight)
    return mixed


def _read_uses(tags: Tags) -> NDArray[np.object_]:
    """Return the class and the use of each way in one text, shape (n,)."""
    told = zip(find_foot_classes(tags).tolist(), get_words(tags, "highway"), get_words(tags, "footway"), strict=True)
    return np.array([f"{of_class} {one or ''} {other or ''}" for of_class, one, other in told], dtype=object)
