"""Desirabilities of measurements on the scales that their criteria declare."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from saferoute.quantities import Normal, RandomNumbers

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray
    from saferoute.model import Criterion, Measurement, Scale, Unknown
    from saferoute.model.judgement import Curve

_LOWER_HALF = np.array([-1.96, -1.44, -1.15, -0.93, -0.76, -0.6, -0.46, -0.32, -0.19, -0.06])
_EQUAL_PARTS = RandomNumbers(uniform=np.full(20, 0.5), normal=np.concatenate([_LOWER_HALF, -_LOWER_HALF[::-1]]))
"""Medians of 20 equal parts of a normal distribution, by which it is averaged without random noise."""
_LEAST_POSITIVE = 1e-6
"""Value that stands for 0 in logarithms."""


def judge_best_estimates(criterion: Criterion, measurement: Measurement) -> FloatArray:
    """Return the desirability of the best estimate of each row.

    An unknown value is worth `Criterion.unknown`. Where the map may be
    incomplete, the result is the mean of what is seen and what is unknown,
    weighted by `Measurement.completeness`. Incompleteness never raises it.

    Parameters
    ----------
    criterion : Criterion
        Declares the scales of the measurement and of its bounds.
    measurement : Measurement of w rows

    Returns
    -------
    ndarray of shape (w,)
        0..1; NaN only if a criterion without `unknown` leaves a value unknown.
    """
    quantity, unknown = measurement.quantity, criterion.unknown
    if criterion.averaged:
        # Criteria that are averaged over their error must have a normal one.
        assert isinstance(quantity, Normal)
        worth = _average_over_error(criterion, quantity)
    else:
        worth = rate_values(criterion, quantity.estimate_values())
    if criterion.hedge is not None and measurement.hedge is not None:
        worth = _hedge(criterion, worth, quantity.estimate_values(), measurement.hedge.estimate_values())
    if unknown is not None:
        worth = np.where(np.isnan(worth), unknown.estimate, worth)
        if measurement.completeness is not None:
            whole = measurement.completeness
            worth = whole * worth + (1 - whole) * np.fmin(unknown.estimate, worth)
    # Bounds come last, so that they cap unknown values too; fmin ignores a bound that is unknown itself.
    for name, scale in criterion.bounds.items():
        worth = np.fmin(worth, rate_values(scale, measurement.bounds[name].estimate_values()))
    return worth if measurement.warning is None else np.fmin(worth, 1 - measurement.warning)


def judge_draws(criterion: Criterion, measurement: Measurement, random: RandomNumbers) -> FloatArray:
    """Return plausible desirabilities of each row.

    Unknown values are drawn from `Criterion.unknown`. Where the map may be
    incomplete, a draw takes what is seen with the probability
    `Measurement.completeness`, and otherwise what is unknown, if that is worse.

    Parameters
    ----------
    criterion : Criterion
    measurement : Measurement of w rows
    random : RandomNumbers of d draws

    Returns
    -------
    ndarray of shape (w, d)
        0..1, read-only.
    """
    drawn, unknown = measurement.quantity.draw(random), criterion.unknown
    worth = rate_values(criterion, drawn)
    if criterion.hedge is not None and measurement.hedge is not None:
        worth = _hedge(criterion, worth, drawn, measurement.hedge.draw(random))
    if unknown is not None:
        worth = np.where(np.isnan(worth), _draw_unknown(unknown, random.uniform), worth)
        if measurement.completeness is not None:
            # The uniform number decides whether the map is complete. What is missing needs a second number, which a
            # Cauchy curve makes of the normal one: between 0 and 1, and symmetric.
            missing = _draw_unknown(unknown, 0.5 + np.arctan(random.normal) / np.pi)
            worth = np.where(random.uniform < measurement.completeness[:, None], worth, np.fmin(worth, missing))
    for name, scale in criterion.bounds.items():
        worth = np.fmin(worth, rate_values(scale, measurement.bounds[name].draw(random)))
    if measurement.warning is not None:
        worth = np.fmin(worth, 1 - measurement.warning[:, None])
    return np.broadcast_to(worth, (len(worth), len(random.uniform)))


def rate_values(scale: Scale, values: FloatArray) -> FloatArray:
    """Return the desirability of raw values.

    Parameters
    ----------
    scale : Scale
    values : ndarray of any shape
        In the scale's unit.

    Returns
    -------
    ndarray of the same shape
        0..1; NaN where the value is NaN.

    Examples
    --------
    >>> from saferoute.model import Scale
    >>> people = Scale(unit="people an hour", curve=((10.0, 1.0), (1000.0, 0.0)), logarithmic=True)
    >>> rate_values(people, np.array([1.0, 100.0, np.nan])).round(2).tolist()
    [1.0, 0.5, nan]
    """
    return _interpolate(scale.curve, values, logarithmic=scale.logarithmic)


def _average_over_error(criterion: Criterion, quantity: Normal) -> FloatArray:
    """Return the mean desirability over the error of each value, capped by that of the best value.

    The cap is the mean over the same error around the best value. Without it a
    worse value could score more than the best one, if its error reaches over a
    kinder part of the curve.
    """
    raw, worth = np.array(criterion.curve).T
    middle = np.full_like(quantity.value, raw[worth == worth.max()].mean())
    means = (
        rate_values(criterion, around.draw(_EQUAL_PARTS)).mean(axis=1)
        for around in (quantity, replace(quantity, value=middle))
    )
    return np.minimum(*means)


def _hedge(criterion: Criterion, worth: FloatArray, values: FloatArray, second: FloatArray) -> FloatArray:
    """Return the desirability of a value hedged with that of a second number, by the share the value sets."""
    assert criterion.hedge is not None
    share = _interpolate(criterion.hedge.share, values, logarithmic=criterion.logarithmic)
    hedged: FloatArray = worth ** (1 - share) * rate_values(criterion.hedge.scale, second) ** share
    return hedged


def _draw_unknown(unknown: Unknown, share: FloatArray) -> FloatArray:
    """Return the desirabilities of unknown values for shares of the draws, in the same shape."""
    return np.interp(share, *np.array(unknown.draws).T) if unknown.draws else np.full_like(share, unknown.estimate)


def _interpolate(curve: Curve, values: FloatArray, *, logarithmic: bool) -> FloatArray:
    """Return the values of a piecewise linear curve; NaN stays NaN, and values outside take the end's."""
    raw, worth = np.array(curve).T
    if logarithmic:
        raw, values = np.log(raw), np.log(np.maximum(values, _LEAST_POSITIVE))
    return np.interp(values, raw, worth)
