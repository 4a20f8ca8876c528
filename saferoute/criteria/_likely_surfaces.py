"""What ground is likely to be rated, where its tags say nothing, little, or perhaps something wrong.

Three models are learnt from the tagged ways around: of all materials for ways
that say nothing, of paved and of unpaved ones for ways that say no more than
that. A tagged material counts as told, but tags are wrong or grow old.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from saferoute.criteria import _near, _samples
from saferoute.criteria._inference import Likelihood
from saferoute.geometry import REACH_M, find_midpoints
from saferoute.osm.surfaces import ANY, GROUPS, USUAL_SURFACES
from saferoute.osm.tags import has_value, is_tagged
from saferoute.osm.ways import FOOT_CLASSES, find_foot_classes, is_highway
from saferoute.table import Tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Windows
    from saferoute.table import Table, Tagged

SLIP = 0.1
"""Share of tagged materials that are taken for what ways of their class usually are.

Of tagged materials 9 % were another one four years later in Liechtenstein, 4 % after two, and 28 % in
Helsinki after five, of which most were called by a finer name [M]."""
OVERALL_SHARE = 0.25
"""Share of what all ways around are in what a way that says nothing is likely to be.

Silence is not random: who tags a way later picks those that differ from others of their class. With this share and
the next, chosen on 257 such ways of Liechtenstein, log-loss is 2.01 there (class mode 2.06, without them 2.14), and
1.78 of 278 ways of Helsinki (class mode 2.36, without them and without what paved says 2.67) [M]."""
ANY_RATING_SHARE = 0.1
"""Share of what a class usually is that may be any rating: rare materials, and what roughness makes of others [M]."""

_REACH_VAGUE_M = REACH_M / 2 - 100.0
"""Distance beyond which a way that says no more than its group does not count, nor others for what it is.

What is learnt by way of it lies within the reach together, so that it is the same wherever a search begins."""


@dataclass(frozen=True)
class LikelyRatings:
    """Distributions over ratings.

    Attributes
    ----------
    support : ndarray of shape (k,)
        The ratings, ascending.
    probability : ndarray of shape (m, k)
        Each row sums to 1.
    row : ndarray of shape (pairs,)
        Row of each pair of a sample and its ground, −1 where the ground was asked nothing.
    """

    support: FloatArray
    probability: FloatArray
    row: IntArray


@dataclass(frozen=True)
class SurfaceModels:
    """What is learnt from tagged ways, by group of materials (`GROUPS`, or `ANY`).

    Attributes
    ----------
    support : ndarray of shape (k,)
        The ratings that ground may have, ascending.
    usual : mapping of str to ndarray of shape (classes + 1, k)
        What ways of each of `FOOT_CLASSES` are anywhere, at last what all are.
    learnt : mapping of str to Likelihood
    """

    support: FloatArray
    usual: Mapping[str, FloatArray]
    learnt: Mapping[str, Likelihood]

    def predict_probabilities(self, ways: Tagged, xy: FloatArray, group: NDArray[np.object_]) -> FloatArray:
        """Return the probability of each rating for n ways of which no more than a group is known, shape (n, k)."""
        tags, probability = Tags.of(ways), np.empty((len(ways), len(self.support)))
        for name, model in self.learnt.items():
            rows = np.flatnonzero(group == name)
            share = OVERALL_SHARE if name == ANY else 0.0
            probability[rows] = model.predict_probabilities(tags.select_rows(rows), xy[rows], overall_share=share)
        return probability


def learn_surfaces(
    ways: Table, rating: FloatArray, ratings: Mapping[str, float], others: tuple[float, ...]
) -> SurfaceModels:
    """Learn what foot ways are likely to be.

    Parameters
    ----------
    ways : Table of n foot ways
    rating : ndarray of shape (n,)
        NaN where no tag tells.
    ratings : mapping of str to float
        Rating of each material; of those that are not named it is 0.
    others : tuple of float
        Further ratings that ground may have.
    """
    support = np.unique([0.0, *ratings.values(), *others])
    usual = {name: _rate_usual_surfaces(ratings, support, name) for name in (ANY, *GROUPS)}
    middles = find_midpoints(ways.geometry)
    tags, told = Tags.of(ways), np.isfinite(rating)
    group = find_groups(tags, rating)
    shares = np.eye(len(support))[np.searchsorted(support, np.where(told, rating, 0.0))]
    learnt: dict[str, Likelihood] = {}
    for name, materials in GROUPS.items():
        rows = np.flatnonzero(told & (group == ANY) & has_value(tags, "surface", materials))
        learnt[name] = Likelihood(support, usual[name], tags.select_rows(rows), middles[rows], shares[rows])
        vague = np.flatnonzero(group == name)
        # A way that says no more than its group counts as each of its materials, as far as that is likely.
        shares[vague] = learnt[name].predict_probabilities(
            tags.select_rows(vague), middles[vague], reach_m=_REACH_VAGUE_M
        )
    rows = np.flatnonzero(told)
    reach_m = np.where(group[rows] == ANY, np.inf, _REACH_VAGUE_M)
    learnt[ANY] = Likelihood(support, usual[ANY], tags.select_rows(rows), middles[rows], shares[rows], reach_m)
    return SurfaceModels(support, usual, learnt)


def find_groups(ground: Tagged, rating: FloatArray) -> NDArray[np.object_]:
    """Return the group that is all that is known of some ground, `ANY` where nothing or more is; shape (n,)."""
    ground, group = Tags.of(ground), np.full(len(ground), ANY, dtype=object)
    little = np.isfinite(rating) & ~is_tagged(ground, "tracktype")
    for name in GROUPS:
        group[little & has_value(ground, "surface", {name})] = name
    return group


def _rate_usual_surfaces(ratings: Mapping[str, float], support: FloatArray, group: str) -> FloatArray:
    """Return how often ways of each class have each rating anywhere, if they are of a group.

    Returns
    -------
    ndarray of shape (classes + 1, k)
        By `FOOT_CLASSES`, at last the mean of all classes; each row sums to 1.
    """
    usual = np.zeros((len(FOOT_CLASSES) + 1, len(support)))
    for row, name in enumerate(FOOT_CLASSES):
        for material, weight in USUAL_SURFACES[name].items():
            if material not in GROUPS and (group == ANY or material in GROUPS[group]):
                usual[row, np.searchsorted(support, ratings.get(material, 0.0))] += weight
    usual[-1] = usual[:-1].mean(axis=0)
    # A class that never is of the group, as pavements are never unpaved, is taken for any other.
    usual = np.where(usual.sum(axis=1, keepdims=True) > 0, usual, usual[-1])
    certain = usual / usual.sum(axis=1, keepdims=True)
    return (1 - ANY_RATING_SHARE) * certain + ANY_RATING_SHARE / len(support)


def infer_ratings(windows: Windows, rating: FloatArray, models: SurfaceModels) -> LikelyRatings:
    """Return what the ground under windows is likely to be rated.

    Parameters
    ----------
    windows : Windows
    rating : ndarray of shape (len(samples.ground),)
        Rating of the ground by its tags, NaN where they do not tell.
    models : SurfaceModels
    """
    samples = windows.samples
    ground, used = samples.ground, _samples.mark_used(windows)[samples.pair_sample]
    group = find_groups(ground, rating)
    told = np.isfinite(rating) & (group == ANY)
    row = np.full(len(samples.pair_ground), -1)
    # Only ground under windows is inferred: looking around is the costly part.
    asked = np.flatnonzero(used & ~told[samples.pair_ground])
    xy, of_sample = _near.place_stations(samples)
    # Each piece of ground is asked about once a station.
    piece = np.stack([samples.pair_ground[asked], of_sample[samples.pair_sample[asked]]])
    (piece_ground, station), number = np.unique(piece, axis=1, return_inverse=True)
    guessed = models.predict_probabilities(Tags.of(ground).select_rows(piece_ground), xy[station], group[piece_ground])
    row[asked] = number.ravel()
    tagged = np.flatnonzero(used & (told & is_highway(ground))[samples.pair_ground])
    slips, number = _let_tags_slip(find_foot_classes(ground), rating, samples.pair_ground[tagged], models)
    row[tagged] = len(guessed) + number
    return LikelyRatings(models.support, np.concatenate([guessed, slips]), row)


def _let_tags_slip(
    of_class: IntArray, rating: FloatArray, ground: IntArray, models: SurfaceModels
) -> tuple[FloatArray, IntArray]:
    """Return distributions of ground whose rating is told, and the one of each of some rows of ground."""
    value = np.searchsorted(models.support, rating[ground])
    (classes, values), number = np.unique(np.stack([of_class[ground], value]), axis=1, return_inverse=True)
    told = np.eye(len(models.support))[values]
    return (1 - SLIP) * told + SLIP * models.usual[ANY][classes], number.ravel()
