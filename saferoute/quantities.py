"""Numbers that are not known exactly: one a row, with what is known of their error.

A quantity knows its raw values and how to draw plausible ones. What they are
worth is none of its business: `saferoute.scoring` judges.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from typing import Self

    from saferoute.arrays import FloatArray, IntArray

CAUTIOUS = 0.25
"""Quantile at which a guessed value is estimated, so that silence never looks as good as speech [J]."""


@dataclass(frozen=True)
class RandomNumbers:
    """The random numbers of d draws, the same for every row.

    Attributes
    ----------
    uniform, normal : ndarray of shape (d,)
        Independent of each other.
    """

    uniform: FloatArray
    normal: FloatArray

    @cached_property
    def second_normal(self) -> FloatArray:
        """Normal numbers that are independent of `normal`, made of `uniform`; shape (d,)."""
        return np.array([NormalDist().inv_cdf(u) for u in np.clip(self.uniform, 1e-6, 1 - 1e-6)])


class Quantity(ABC):
    """One uncertain number for each of w rows."""

    value: FloatArray
    """Raw values of shape (w,); NaN = unknown."""

    @abstractmethod
    def draw(self, random: RandomNumbers) -> FloatArray:
        """Return plausible values of shape (w, d), or (w, 1) where all draws of a row are the same."""

    @abstractmethod
    def select_rows(self, rows: IntArray) -> Self:
        """Return the quantity of some of the rows."""

    def estimate_values(self) -> FloatArray:
        """Return the best estimate of each value, shape (w,)."""
        return self.value


@dataclass(frozen=True)
class Exact(Quantity):
    """Values that are as good as certain."""

    value: FloatArray

    def draw(self, random: RandomNumbers) -> FloatArray:  # noqa: ARG002
        """Return the values themselves."""
        return self.value[:, None]

    def select_rows(self, rows: IntArray) -> Exact:
        """Return the quantity of some of the rows."""
        return Exact(self.value[rows])


@dataclass(frozen=True)
class Normal(Quantity):
    """Values with a normal error.

    Attributes
    ----------
    sigma : ndarray of shape (w,) or float
        Standard error, in the unit of the values.
    """

    value: FloatArray
    sigma: FloatArray | float

    def draw(self, random: RandomNumbers) -> FloatArray:
        """Return values with an error each."""
        return self.value[:, None] + _as_column(self.sigma) * random.normal

    def select_rows(self, rows: IntArray) -> Normal:
        """Return the quantity of some of the rows."""
        return Normal(self.value[rows], _select(self.sigma, rows))


@dataclass(frozen=True)
class LogNormal(Quantity):
    """Values that are known to a factor.

    Attributes
    ----------
    sigma : ndarray of shape (w,) or float
        Standard error of their logarithm.
    independent : bool
        Whether the error is independent of that of the criterion's other
        quantities; by default all of them err together.
    """

    value: FloatArray
    sigma: FloatArray | float
    independent: bool = False

    def draw(self, random: RandomNumbers) -> FloatArray:
        """Return values with a factor each."""
        normal = random.second_normal if self.independent else random.normal
        return self.value[:, None] * np.exp(_as_column(self.sigma) * normal)

    def select_rows(self, rows: IntArray) -> LogNormal:
        """Return the quantity of some of the rows."""
        return LogNormal(self.value[rows], _select(self.sigma, rows), self.independent)


@dataclass(frozen=True)
class Guessed(Quantity):
    """Values of which some are known, and the others have a distribution over a few.

    Attributes
    ----------
    support : ndarray of shape (k,)
        Possible values, ascending; where there is none, what is unknown stays so.
    probability : ndarray of shape (m, k)
        Distributions, each with sum 1.
    distribution : ndarray of shape (w,)
        Row of `probability` of each value that is unknown, −1 of those that are known.
    """

    value: FloatArray
    support: FloatArray
    probability: FloatArray
    distribution: IntArray

    def draw(self, random: RandomNumbers) -> FloatArray:
        """Return the known values, and quantiles of the distributions of the others."""
        return self._fill(np.repeat(self.value[:, None], len(random.uniform), axis=1), random.uniform)

    def select_rows(self, rows: IntArray) -> Guessed:
        """Return the quantity of some of the rows."""
        return Guessed(self.value[rows], self.support, self.probability, self.distribution[rows])

    def estimate_values(self) -> FloatArray:
        """Return the known values, and a low quantile of the distributions of the others."""
        return self._fill(self.value[:, None].copy(), np.array([CAUTIOUS]))[:, 0]

    def _fill(self, table: FloatArray, at: FloatArray) -> FloatArray:
        guessed = self.distribution >= 0
        if self.support.size and guessed.any():
            table[guessed] = compute_quantiles(self.support, self.probability[self.distribution[guessed]], at)
        return table


@dataclass(frozen=True)
class Remainder(Quantity):
    """What one quantity leaves of another, at least 0."""

    whole: Quantity
    part: Quantity

    @property
    def value(self) -> FloatArray:  # type: ignore[override]
        """The difference of the values."""
        return np.maximum(self.whole.value - self.part.value, 0.0)

    def draw(self, random: RandomNumbers) -> FloatArray:
        """Return differences of draws; no part is negative."""
        return np.maximum(self.whole.draw(random) - np.maximum(self.part.draw(random), 0.0), 0.0)

    def select_rows(self, rows: IntArray) -> Remainder:
        """Return the quantity of some of the rows."""
        return Remainder(self.whole.select_rows(rows), self.part.select_rows(rows))


def compute_quantiles(support: FloatArray, probability: FloatArray, at: FloatArray) -> FloatArray:
    """Return quantiles of discrete distributions.

    Parameters
    ----------
    support : ndarray of shape (k,)
        Values, ascending.
    probability : ndarray of shape (m, k)
        Their probabilities in each distribution.
    at : ndarray of shape (q,)
        0..1.

    Returns
    -------
    ndarray of shape (m, q)

    Examples
    --------
    >>> compute_quantiles(np.array([0.25, 0.6, 0.85]), np.array([[0.2, 0.3, 0.5]]), np.array([0.25])).tolist()
    [[0.6]]
    """
    cumulative = np.cumsum(probability, axis=1)
    index: IntArray = (cumulative[:, None, :] < at[None, :, None] - 1e-12).sum(axis=2)
    values: FloatArray = support[np.minimum(index, len(support) - 1)]
    return values


def _as_column(numbers: FloatArray | float) -> FloatArray | float:
    return numbers[:, None] if isinstance(numbers, np.ndarray) else numbers


def _select(numbers: FloatArray | float, rows: IntArray) -> FloatArray | float:
    return numbers[rows] if isinstance(numbers, np.ndarray) else numbers
