"""Ratings and ranks of scored stretches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.scoring._score import FORMULA, SEED, combine_desirabilities, normalise_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Profile
    from saferoute.scoring._score import Scores

UNRATED = "none"
"""Rating of stretches that fall short of C."""

_DIRICHLET = 30.0
"""Concentration of drawn weights around the profile's: a spread of about ±.07 [J]."""
_WEIGHT_DRAWS = 100
"""Enough for the 5th and 95th percentile of a rank."""


def assign_ratings(
    low: FloatArray, quality: FloatArray, desirability: FloatArray, confidence: FloatArray, doubts: IntArray
) -> NDArray[np.object_]:
    """Return the rating of each row: A, B, C or ``none`` ("unrated: look first").

    Parameters
    ----------
    low, quality : ndarray of shape (n,)
        S₂₀ and data quality.
    desirability, confidence : ndarray of shape (n, 5)
        By criterion, in the order of `CRITERIA`. Every rating asks for some
        confidence in each, as what can break a wrist must not hinge on something
        that is unknown, however good all the rest is.
    doubts : ndarray of int, shape (n,)
        Number of serious doubts. One can be looked at; who must look for two at
        once is told to look first.

    Returns
    -------
    ndarray of n str

    Examples
    --------
    >>> confidence = np.full((4, 5), 0.5)
    >>> confidence[3, 0] = 0.0
    >>> low, quality = np.array([0.8, 0.8, 0.3, 0.8]), np.array([0.7, 0.5, 0.9, 0.8])
    >>> assign_ratings(low, quality, np.ones((4, 5)), confidence, np.array([0, 1, 0, 0])).tolist()
    ['A', 'B', 'none', 'none']
    >>> assign_ratings(low, quality, np.ones((4, 5)), confidence, np.array([1, 2, 0, 0])).tolist()
    ['B', 'none', 'none', 'none']
    """
    earned = [
        (low >= of.least_low)
        & (quality >= of.least_quality)
        & (desirability >= of.least_worth).all(axis=1)
        & (confidence >= of.least_confidence).all(axis=1)
        & (doubts <= of.most_doubts)
        for of in FORMULA.ratings
    ]
    return np.select(earned, [of.name for of in FORMULA.ratings], UNRATED).astype(object)


def rank_stretches(
    low: FloatArray,
    ratings: NDArray[np.object_],
    length_m: FloatArray,
    middle: FloatArray,
    ground: IntArray,
    *,
    top: int,
) -> IntArray:
    """Return the best rows by rating, and within each rating by S₂₀ and spread over the area.

    The rows are picked one by one. Each pick lowers the score of its
    neighbours, as `Formula.repeat` says, and the third one on the same stroke
    or ground falls behind, as `Formula.again` says.

    Parameters
    ----------
    low : ndarray of shape (n,)
        S₂₀.
    ratings : ndarray of n str
        As of `assign_ratings`.
    length_m : ndarray of shape (n,)
        Length of each stretch.
    middle : ndarray of shape (n, 2)
        Middle of each stretch, in metres.
    ground : ndarray of shape (n,)
        Number of the stroke or piece of open ground of each stretch, on which distances count for less.
    top : int
        Number of rows wanted.

    Returns
    -------
    ndarray of shape (min(n, top),)
        Row numbers, best first. Ties go to the longer stretch, then to the
        first row.
    """
    left = np.ones(len(low), dtype=bool)
    # Scores end at 1, so that no spreading takes a row out of its rating.
    best_first = [of.name for of in FORMULA.ratings]
    level = np.select([ratings == name for name in best_first], [*range(len(best_first), 0, -1)], 0)
    near, before = np.zeros((2, len(low)))
    ranked: list[int] = []
    for _ in range(min(top, len(low))):
        # Rounded, so that the last digits, which differ between machines, decide no rank.
        share = (1 - FORMULA.repeat * near) * (1 - FORMULA.again) ** np.fmax(before - 1, 0)
        adjusted = np.where(left, level + np.round(low * share, 6), -1.0)
        best = np.flatnonzero(adjusted == adjusted.max())
        row = int(best[np.argmax(np.round(length_m[best], 1))])
        ranked.append(row)
        left[row] = False
        away = np.hypot(*(middle - middle[row]).T)
        same = ground == ground[row]
        nearness = np.exp(-np.where(same, away * FORMULA.same_ground_share, away) / FORMULA.near_m)
        # Of all around only the nearest pick counts: with a sum, long paths would sink for having many neighbours.
        near = np.fmax(near, nearness)
        before += np.where(same, nearness, 0.0)
    return np.array(ranked, dtype=np.int64)


def estimate_rank_intervals(scores: Scores, profile: Profile) -> IntArray:
    """Return the interval of each row's rank under other weights.

    Ranks are by S alone. The weights are drawn from Dirichlet(30·w), with a
    spread of about ±.07 around each weight w of the profile.

    Returns
    -------
    ndarray of shape (n, 2)
        5th and 95th percentile of the rank, 1 = first.
    """
    n = len(scores.score)
    if not n:
        return np.empty((0, 2), dtype=np.int64)
    weights = normalise_weights(profile)
    # Dirichlet needs positive parameters, and a profile may set a weight to 0.
    drawn = np.random.default_rng(SEED).dirichlet(_DIRICHLET * weights + 1e-9, _WEIGHT_DRAWS)
    # A stable sort ranks ties in the order of rows, and so the same on every machine.
    order = np.argsort(-combine_desirabilities(scores.desirability, drawn[:, None]), axis=1, kind="stable")
    ranks = np.empty((_WEIGHT_DRAWS, n), dtype=np.int64)
    np.put_along_axis(ranks, order, np.arange(1, n + 1)[None], axis=1)
    return np.rint(np.percentile(ranks, [5, 95], axis=0)).astype(np.int64).T
