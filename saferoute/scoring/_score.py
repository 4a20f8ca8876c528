"""The score of rows: S = (∏ dᵢ^wᵢ)^.7 · (min dᵢ)^.3, and its interval over draws of all that is uncertain."""

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
DRAWS = 300
SEED = 20_190_418

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

    >>> round(float(combine_desirabilities(np.array([0.1, 1, 1, 1, 1]), np.full(5, 0.2))), 2)
    0.36
    """
    d = np.maximum(desirability, FORMULA.floor)
    mean = np.exp((np.log(d) * weights).sum(axis=-1))
    result: FloatArray = mean**FORMULA.mean_share * d.min(axis=-1) ** FORMULA.least_share
    return result


def score_best_estimates(
    measurements: Mapping[str, Measurement], profile: Profile, criteria: Sequence[Criterion] = ALL
) -> FloatArray:
    """Return S of every row from the best estimates alone."""
    return combine_desirabilities(_judge_all(measurements, criteria), normalise_weights(profile))


def score_measurements(
    measurements: Mapping[str, Measurement], profile: Profile, criteria: Sequence[Criterion] = ALL
) -> Scores:
    """Score rows with the interval that comes of what is uncertain.

    All rows share the same draws, so that a row's score depends on no other
    row and on no order.

    Parameters
    ----------
    measurements : mapping of str to Measurement of n rows
        By the criterion's name.
    profile : Profile
        Gives the weights.
    criteria : sequence of Criterion
        What judges the measurements, in the order of `CRITERIA`.
    """
    weights, names = normalise_weights(profile), np.array(CRITERIA, dtype=object)
    desirability = _judge_all(measurements, criteria)
    confidence = _stack_last_axis([measurements[c.name].confidence for c in criteria])
    drawn = combine_desirabilities(_draw_desirabilities(measurements, criteria), weights)
    point = combine_desirabilities(desirability, weights)
    low, high = np.percentile(drawn, [FORMULA.low_pct, 100 - FORMULA.low_pct], axis=1) if len(drawn) else (point, point)
    # What each criterion costs: the score it would leave if it alone were perfect.
    perfect = (np.where(names == name, 1.0, desirability) for name in names)
    without = np.stack([combine_desirabilities(d, weights) for d in perfect], axis=-1)
    return Scores(
        desirability=desirability,
        confidence=confidence,
        score=point,
        low=np.fmin(low, point),
        high=np.fmax(high, point),
        quality=confidence @ weights,
        limiting=names[without.argmax(axis=-1)] if len(drawn) else np.empty(0, object),
    )


def quantiles_of_draws(measurements: Mapping[str, Measurement], criteria: Sequence[Criterion] = ALL) -> FloatArray:
    """Return `QUANTILES` of each criterion's draws, ascending, shape (n, 5, 11)."""
    drawn = _draw_desirabilities(measurements, criteria)
    return np.moveaxis(np.percentile(drawn, np.linspace(0, 100, QUANTILES), axis=1), 0, -1)


def _judge_all(measurements: Mapping[str, Measurement], criteria: Sequence[Criterion]) -> FloatArray:
    """Return the desirabilities of the best estimates, shape (n, 5)."""
    return _stack_last_axis([judge_best_estimates(c, measurements[c.name]) for c in criteria])


def _draw_desirabilities(measurements: Mapping[str, Measurement], criteria: Sequence[Criterion]) -> FloatArray:
    """Return plausible desirabilities, shape (n, `DRAWS`, 5); the same at every call."""
    generator = np.random.default_rng(SEED)
    draws = []
    for criterion in criteria:
        random = RandomNumbers(generator.random(DRAWS), generator.standard_normal(DRAWS))
        draws.append(judge_draws(criterion, measurements[criterion.name], random))
    return _stack_last_axis(draws)


def _stack_last_axis(by_criterion: list[FloatArray]) -> FloatArray:
    """Put the criteria side by side; in memory they stay one behind the other, which adds up six times as fast."""
    return np.moveaxis(np.stack(by_criterion), 0, -1)
