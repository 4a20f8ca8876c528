"""From measurements to scores, ratings and an order.

S = (∏ dᵢ^wᵢ)^.7 · (min dᵢ)^.3: one bad criterion cannot be bought off by good
ones. Data quality C stands apart from S, and the order goes by S₂₀, the 20th
percentile of S over draws of all that is uncertain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from saferoute.model import CRITERIA, Formula

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Measurement, Profile

FORMULA = Formula()
DRAWS = 300
_SEED = 20_190_418
UNRATED = "none"

_DIRICHLET = 30.0
_WEIGHT_DRAWS = 100

QUANTILES = 11
"""Of each criterion's draws, evenly from the least to the greatest: what the map's page redraws S₂₀ from."""


@dataclass(frozen=True)
class Scores:
    """Scores of n rows.

    Attributes
    ----------
    desirability, confidence : ndarray of shape (n, 5)
        By criterion, in the order of `CRITERIA`.
    score, low, high, quality : ndarray of shape (n,)
    limiting : ndarray of n str
        The criterion that holds each score down most.
    """

    desirability: FloatArray
    confidence: FloatArray
    score: FloatArray
    low: FloatArray
    high: FloatArray
    quality: FloatArray
    limiting: NDArray[np.object_]


def normalise_weights(profile: Profile) -> FloatArray:
    """Return the profile's weights in the order of `CRITERIA`, sum 1."""
    weights = np.array([profile.weights[name] for name in CRITERIA], dtype=float)
    result: FloatArray = weights / weights.sum()
    return result


def combine_desirabilities(desirability: FloatArray, weights: FloatArray) -> FloatArray:
    """Return S for desirabilities of shape (…, 5).

    Examples
    --------
    One criterion at .1 and the rest at 1; a plain mean would say .82:

    >>> round(float(combine(np.array([0.1, 1, 1, 1, 1]), np.full(5, 0.2))), 2)
    0.36
    """
    d = np.maximum(desirability, FORMULA.floor)
    mean = np.exp((np.log(d) * weights).sum(axis=-1))
    result: FloatArray = mean**FORMULA.mean_share * d.min(axis=-1) ** FORMULA.least_share
    return result


def score_best_estimates(measurements: Mapping[str, Measurement], profile: Profile) -> FloatArray:
    """Return S of every row from the best estimates alone."""
    return combine_desirabilities(_stack_field(measurements, "desirability"), normalise_weights(profile))


def score_measurements(measurements: Mapping[str, Measurement], profile: Profile) -> Scores:
    """Score rows with the interval that comes of what is uncertain.

    All rows share the same draws, so that a row's score depends on no other
    row and on no order.
    """
    weights = normalise_weights(profile)
    desirability, confidence = _stack_field(measurements, "desirability"), _stack_field(measurements, "confidence")
    drawn = combine_desirabilities(_draw_desirabilities(measurements, np.arange(len(desirability))), weights)
    point = combine_desirabilities(desirability, weights)
    low, high = np.percentile(drawn, [FORMULA.low_pct, 100 - FORMULA.low_pct], axis=1) if len(drawn) else (point, point)
    # What each criterion costs: the score it would leave if it alone were perfect.
    without = np.stack(
        [
            combine_desirabilities(np.where(np.arange(len(CRITERIA)) == k, 1.0, desirability), weights)
            for k in range(len(CRITERIA))
        ],
        axis=-1,
    )
    limiting = np.array(CRITERIA, dtype=object)[without.argmax(axis=-1)] if len(drawn) else np.empty(0, object)
    return Scores(
        desirability=desirability,
        confidence=confidence,
        score=point,
        low=np.fmin(low, point),
        high=np.fmax(high, point),
        quality=confidence @ weights,
        limiting=limiting,
    )


def _draw_desirabilities(measurements: Mapping[str, Measurement], rows: IntArray) -> FloatArray:
    """Return plausible desirabilities of some rows, shape (n, `DRAWS`, 5); the same at every call."""
    if not len(rows):
        return np.empty((0, DRAWS, len(CRITERIA)))
    random = np.random.default_rng(_SEED)
    draws = []
    for name in CRITERIA:
        u, z = random.random(DRAWS), random.standard_normal(DRAWS)
        draws.append(measurements[name].draw(rows, u, z))
    return _stack_last_axis(draws)


def quantiles_of_draws(measurements: Mapping[str, Measurement], rows: IntArray) -> FloatArray:
    """Return `QUANTILES` of each criterion's draws, ascending, shape (n, 5, 11)."""
    drawn = _draw_desirabilities(measurements, rows)
    return np.moveaxis(np.percentile(drawn, np.linspace(0, 100, QUANTILES), axis=1), 0, -1)


def _stack_field(measurements: Mapping[str, Measurement], field: str) -> FloatArray:
    return _stack_last_axis([getattr(measurements[name], field) for name in CRITERIA])


def _stack_last_axis(by_criterion: list[FloatArray]) -> FloatArray:
    """Put the criteria side by side; in memory they stay one behind the other, which adds up six times as fast."""
    return np.moveaxis(np.stack(by_criterion), 0, -1)


def assign_ratings(low: FloatArray, quality: FloatArray, least_confidence: FloatArray) -> NDArray[np.object_]:
    """Return A, B, C or ``none`` ("unrated: inspect first") of each row.

    Parameters
    ----------
    low, quality : ndarray of shape (n,)
        S₂₀ and data quality.
    least_confidence : ndarray of shape (n,)
        Confidence in the criterion of which least is known. Where it is 0,
        nothing at all is known of one thing that breaks wrists, and C is the
        best rating: else a place without elevation would be full of B.

    Examples
    --------
    >>> ratings(np.array([0.8, 0.8, 0.3, 0.8]), np.array([0.7, 0.5, 0.9, 0.8]), np.array([0.3, 0.3, 0.3, 0])).tolist()
    ['A', 'B', 'none', 'C']
    """
    conditions = [
        (low >= least) & (quality >= known) & ((least_confidence > 0) | (known == 0))
        for _, least, known in FORMULA.ratings
    ]
    return np.select(conditions, [name for name, _, _ in FORMULA.ratings], UNRATED).astype(object)


def rank_stretches(
    low: FloatArray, length_m: FloatArray, middle: FloatArray, stroke: IntArray, *, top: int
) -> IntArray:
    """Return the best rows, by S₂₀ and spread over the area.

    Parameters
    ----------
    middle : ndarray of shape (n, 2)
        Middle of each stretch in metres.
    stroke : ndarray of shape (n,)
        Rows of the same stroke count as beside each other wherever they lie
        within a few hundred metres.

    Returns
    -------
    ndarray of shape (min(n, top),)
        Row numbers, best first. Ties go to the longer stretch, then to the
        first row.
    """
    left = np.ones(len(low), dtype=bool)
    near = np.zeros(len(low))
    ranked: list[int] = []
    for _ in range(min(top, len(low))):
        adjusted = np.where(left, np.round(low * (1 - FORMULA.repeat * near), 6), -1.0)
        best = np.flatnonzero(adjusted == adjusted.max())
        row = int(best[np.argmax(np.round(length_m[best], 1))])
        ranked.append(row)
        left[row] = False
        away = np.hypot(*(middle - middle[row]).T)
        away = np.where(stroke == stroke[row], away * FORMULA.same_line_share, away)
        near = np.fmax(near, np.exp(-away / FORMULA.near_m))
    return np.array(ranked, dtype=np.int64)


def estimate_rank_intervals(scores: Scores, profile: Profile) -> IntArray:
    """Return how far each row's place among all moves when the weights are others.

    Ranks go by S alone, under weights drawn from Dirichlet(30·w): a spread of
    about ±.07 around each weight.

    Returns
    -------
    ndarray of shape (n, 2)
        5th and 95th percentile of the rank, 1 = first.
    """
    n = len(scores.score)
    if not n:
        return np.empty((0, 2), dtype=np.int64)
    weights = normalise_weights(profile)
    drawn = np.random.default_rng(_SEED).dirichlet(_DIRICHLET * weights + 1e-9, _WEIGHT_DRAWS)
    ranks = np.empty((_WEIGHT_DRAWS, n), dtype=np.int64)
    for k, other in enumerate(drawn):
        ranks[k, np.argsort(-combine_desirabilities(scores.desirability, other), kind="stable")] = np.arange(1, n + 1)
    return np.rint(np.percentile(ranks, [5, 95], axis=0)).astype(np.int64).T
