"""The score S = (∏ dᵢ^wᵢ)^.7 · (min dᵢ)^.3 of rows, and its interval over draws of everything uncertain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from saferoute.criteria import ALL
from saferoute.model import CRITERIA, Formula
from saferoute.quantities import RandomNumbers
from saferoute.scoring._judge import judge_best_estimates, judge_draws

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray
    from saferoute.model import Criterion, Measurement, Profile

FORMULA = Formula()
"""The numbers of the score."""
DRAWS = 300
"""Monte-Carlo draws, enough to know S₂₀ to .01 where S has a standard deviation of .1."""
SEED = 20_190_418
"""Seed of all draws, fixed so that the same data always give the same scores."""

QUANTILES = 11
"""Number of quantiles kept of each criterion's draws, from which the map's page computes S₂₀ anew."""


@dataclass(frozen=True)
class Scores:
    """Scores of n rows, with what they are made of.

    Attributes
    ----------
    desirability, confidence : ndarray of shape (n, 5)
        By criterion, in the order of `CRITERIA`, 0..1.
    score, low, high : ndarray of shape (n,)
        S of the best estimates, and its 20th and 80th percentile over draws.
    quality : ndarray of shape (n,)
        Weighted mean of the confidences, 0..1.
    limiting : ndarray of n str
        Criterion that lowers each score most.
    """

    desirability: FloatArray
    confidence: FloatArray
    score: FloatArray
    low: FloatArray
    high: FloatArray
    quality: FloatArray
    limiting: NDArray[np.object_]


def normalise_weights(profile: Profile) -> FloatArray:
    """Return the weights of a profile in the order of `CRITERIA`, scaled to sum 1; shape (5,)."""
    weights = np.array([profile.weights[name] for name in CRITERIA], dtype=float)
    result: FloatArray = weights / weights.sum()
    return result


def combine_desirabilities(desirability: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the score S of desirabilities.

    Parameters
    ----------
    desirability : ndarray of shape (…, 5)
        By criterion, in the order of `CRITERIA`.
    weights : ndarray of shape (5,)
        In the same order, with sum 1.

    Returns
    -------
    ndarray of shape (…)

    Examples
    --------
    One criterion at .1 and the others at 1, whose plain mean is .82:

    >>> round(float(combine_desirabilities(np.array([0.1, 1, 1, 1, 1]), np.full(5, 0.2))), 2)
    0.36
    """
    # Desirabilities of 0 have no logarithm, and would make all such rows equal.
    d = np.maximum(desirability, FORMULA.floor)
    mean = np.exp((np.log(d) * weights).sum(axis=-1))
    result: FloatArray = mean**FORMULA.mean_share * d.min(axis=-1) ** FORMULA.least_share
    return result


def score_best_estimates(
    measurements: Mapping[str, Measurement], profile: Profile, criteria: Sequence[Criterion] = ALL
) -> FloatArray:
    """Return the score S of every row from best estimates alone, without draws; shape (n,)."""
    return combine_desirabilities(_judge_all(measurements, criteria), normalise_weights(profile))


def score_measurements(
    measurements: Mapping[str, Measurement],
    profile: Profile,
    criteria: Sequence[Criterion] = ALL,
    drawn: FloatArray | None = None,
) -> Scores:
    """Return the scores of rows, with intervals over draws of everything uncertain.

    All rows share the same draws, so a row's score depends neither on the other
    rows nor on their order.

    Parameters
    ----------
    measurements : mapping of str to Measurement of n rows
        By name of criterion.
    profile : Profile
        Sets the weights.
    criteria : sequence of Criterion
        Criteria that judge the measurements, in the order of `CRITERIA`.
    drawn : ndarray of shape (n, `DRAWS`, 5), optional
        What `draw_desirabilities` returns of them, if that is known already.

    Returns
    -------
    Scores
    """
    weights, names = normalise_weights(profile), np.array(CRITERIA, dtype=object)
    desirability = _judge_all(measurements, criteria)
    confidence = _stack_last_axis([measurements[c.name].confidence for c in criteria])
    scores = combine_desirabilities(draw_desirabilities(measurements, criteria) if drawn is None else drawn, weights)
    point = combine_desirabilities(desirability, weights)
    ends = [FORMULA.low_pct, 100 - FORMULA.low_pct]
    low, high = np.percentile(scores, ends, axis=1) if len(scores) else (point, point)
    # The limiting criterion is the one whose perfection alone would raise the score most.
    perfect = (np.where(names == name, 1.0, desirability) for name in names)
    without = np.stack([combine_desirabilities(d, weights) for d in perfect], axis=-1)
    # The best estimate need not lie between the percentiles, as it is cautious about unknowns.
    return Scores(
        desirability=desirability,
        confidence=confidence,
        score=point,
        low=np.fmin(low, point),
        high=np.fmax(high, point),
        quality=confidence @ weights,
        limiting=names[without.argmax(axis=-1)] if len(scores) else np.empty(0, object),
    )


def quantiles_of_draws(drawn: FloatArray) -> FloatArray:
    """Return evenly spaced quantiles of what `draw_desirabilities` returns, ascending; shape (n, 5, `QUANTILES`)."""
    return np.moveaxis(np.percentile(drawn, np.linspace(0, 100, QUANTILES), axis=1), 0, -1)


def _judge_all(measurements: Mapping[str, Measurement], criteria: Sequence[Criterion]) -> FloatArray:
    """Return the desirabilities of the best estimates, shape (n, 5)."""
    return _stack_last_axis([judge_best_estimates(c, measurements[c.name]) for c in criteria])


def draw_desirabilities(measurements: Mapping[str, Measurement], criteria: Sequence[Criterion] = ALL) -> FloatArray:
    """Return plausible desirabilities, the same at every call; shape (n, `DRAWS`, 5)."""
    generator = np.random.default_rng(SEED)
    draws = []
    for criterion in criteria:
        # Every criterion has numbers of its own: their errors are independent of each other.
        random = RandomNumbers(generator.random(DRAWS), generator.standard_normal(DRAWS))
        draws.append(judge_draws(criterion, measurements[criterion.name], random))
    return _stack_last_axis(draws)


def _stack_last_axis(by_criterion: list[FloatArray]) -> FloatArray:
    """Return the arrays stacked along a new last axis."""
    # In memory each criterion stays in one piece, with which sums over criteria are six times as fast.
    return np.moveaxis(np.stack(by_criterion), 0, -1)
