"""Uncertain numbers, one per row, with their error.

A quantity holds raw values and can draw plausible ones. It does not judge them;
`saferoute.scoring` does.
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

    from saferoute.arrays import BoolArray, FloatArray, IntArray

CAUTIOUS = 0.25
"""Quantile at which a guessed value is estimated; low, so that untagged ways never look as good as tagged ones [J]."""


_NORMAL_MEDIAN = NormalDist().inv_cdf(0.75)
"""Median size of standard normal numbers."""
_ALMOST_ALL = 1 - 1e-6
"""Share that stands for 1, whose normal quantile is infinite."""


@dataclass(frozen=True)
class RandomNumbers:
    """Random numbers of d draws, which all rows share.

    Attributes
    ----------
    uniform, normal : ndarray of shape (d,)
        Uniform over 0..1 and standard normal, independent of each other.
    """

    uniform: FloatArray
    normal: FloatArray

    @cached_property
    def second_normal(self) -> FloatArray:
        """Standard normal numbers made of `uniform`, hence independent of `normal`; shape (d,)."""
        # Made of what is there: a further draw from the generator would change all draws after it.
        return _compute_normal_quantiles(np.clip(self.uniform, 1 - _ALMOST_ALL, _ALMOST_ALL))

    @cached_property
    def second_uniform(self) -> FloatArray:
        """Uniform numbers made of the later digits of `uniform`, hence as good as independent of it; shape (d,)."""
        return self.uniform * 997 % 1


class Quantity(ABC):
    """Base of uncertain numbers, one for each of w rows."""

    value: FloatArray
    """Raw values of shape (w,), NaN where they are unknown."""

    @abstractmethod
    def draw(self, random: RandomNumbers) -> FloatArray:
        """Return plausible values of each row.

        Parameters
        ----------
        random : RandomNumbers of d draws
            Quantities that are drawn from the same numbers err together.

        Returns
        -------
        ndarray of shape (w, d) or (w, 1)
            The second shape if all draws of a row are the same; NaN where the
            value is unknown.
        """

    @abstractmethod
    def select_rows(self, rows: IntArray) -> Self:
        """Return the quantity of some rows, in the order given."""

    def estimate_values(self) -> FloatArray:
        """Return the best estimate of each value, shape (w,); NaN where there is none."""
        return self.value


@dataclass(frozen=True)
class Exact(Quantity):
    """Values without a noteworthy error."""

    value: FloatArray

    def draw(self, random: RandomNumbers) -> FloatArray:  # noqa: ARG002
        """Return the values themselves, shape (w, 1)."""
        return self.value[:, None]

    def select_rows(self, rows: IntArray) -> Exact:
        """Return the quantity of some of the rows."""
        return Exact(self.value[rows])


@dataclass(frozen=True)
class Normal(Quantity):
    """Values with a normally distributed error.

    Attributes
    ----------
    sigma : ndarray of shape (w,) or float
        Standard error, in the unit of the values.
    """

    value: FloatArray
    sigma: FloatArray | float

    def draw(self, random: RandomNumbers) -> FloatArray:
        """Return the values plus errors, shape (w, d)."""
        return self.value[:, None] + _as_column(self.sigma) * random.normal

    def select_rows(self, rows: IntArray) -> Normal:
        """Return the quantity of some of the rows."""
        return Normal(self.value[rows], _select(self.sigma, rows))


@dataclass(frozen=True)
class MaybeMore(Quantity):
    """Values with a normally distributed error, some of which may be greater than they seem.

    Attributes
    ----------
    sigma : ndarray of shape (w,) or float
        Standard error, in the unit of the values.
    in_doubt : ndarray of shape (w,)
        Which values may be greater.
    share : float
        Share of their draws that is greater, by the size of a normally distributed number.
    excess : float
        Standard deviation of that number, in the unit of the values.
    """

    value: FloatArray
    sigma: FloatArray | float
    in_doubt: BoolArray
    share: float
    excess: float

    def draw(self, random: RandomNumbers) -> FloatArray:
        """Return the values plus errors, shape (w, d)."""
        # Within the share the uniform numbers are uniform again, and give the upper half of a normal distribution.
        part = np.clip(0.5 + random.second_uniform / (2 * self.share), 0.5, _ALMOST_ALL)
        more = np.where(random.second_uniform < self.share, self.excess * _compute_normal_quantiles(part), 0.0)
        return self.value[:, None] + _as_column(self.sigma) * random.normal + self.in_doubt[:, None] * more

    def select_rows(self, rows: IntArray) -> MaybeMore:
        """Return the quantity of some of the rows."""
        return MaybeMore(self.value[rows], _select(self.sigma, rows), self.in_doubt[rows], self.share, self.excess)


@dataclass(frozen=True)
class Magnitude(Quantity):
    """Sizes of values with a normally distributed error, whichever sign they have.

    The error is independent of those of the criterion's other quantities.

    Attributes
    ----------
    sigma : ndarray of shape (w,)
        Standard error, in the unit of the values.
    """

    value: FloatArray
    sigma: FloatArray

    def draw(self, random: RandomNumbers) -> FloatArray:
        """Return the sizes of the values plus errors, shape (w, d)."""
        return np.abs(self.value[:, None] + self.sigma[:, None] * random.second_normal)

    def select_rows(self, rows: IntArray) -> Magnitude:
        """Return the quantity of some of the rows."""
        return Magnitude(self.value[rows], self.sigma[rows])


@dataclass(frozen=True)
class UsualSize(Quantity):
    """Sizes of numbers scattered around 0, of which only the usual size is known, and that to a factor.

    Attributes
    ----------
    value : ndarray of shape (w,)
        Usual size: their median, were it known for sure.
    sigma : float
        Standard error of its logarithm.
    """

    value: FloatArray
    sigma: float

    def draw(self, random: RandomNumbers) -> FloatArray:
        """Return sizes of normally distributed numbers times random factors, shape (w, d)."""
        size = np.abs(random.normal) / _NORMAL_MEDIAN
        return self.value[:, None] * size * np.exp(self.sigma * random.second_normal)

    def select_rows(self, rows: IntArray) -> UsualSize:
        """Return the quantity of some of the rows."""
        return UsualSize(self.value[rows], self.sigma)


@dataclass(frozen=True)
class LogNormal(Quantity):
    """Positive values with a normally distributed error of their logarithm.

    Attributes
    ----------
    sigma : ndarray of shape (w,) or float
        Standard error of the logarithm.
    independent : bool
        Whether the error is independent of those of the criterion's other
        quantities; by default all of them are drawn together.
    """

    value: FloatArray
    sigma: FloatArray | float
    independent: bool = False

    def draw(self, random: RandomNumbers) -> FloatArray:
        """Return the values times random factors, shape (w, d)."""
        normal = random.second_normal if self.independent else random.normal
        return self.value[:, None] * np.exp(_as_column(self.sigma) * normal)

    def select_rows(self, rows: IntArray) -> LogNormal:
        """Return the quantity of some of the rows."""
        return LogNormal(self.value[rows], _select(self.sigma, rows), self.independent)


@dataclass(frozen=True)
class Guessed(Quantity):
    """Values that have discrete distributions; the best estimates of some are known all the same.

    Attributes
    ----------
    support : ndarray of shape (k,)
        Possible values, ascending; if empty, unknown values stay NaN.
    probability : ndarray of shape (m, k)
        Distributions over `support`; each row sums to 1.
    distribution : ndarray of shape (w,)
        Row of `probability` from which each value is drawn, −1 where it is drawn as it is.
    """

    value: FloatArray
    support: FloatArray
    probability: FloatArray
    distribution: IntArray

    def draw(self, random: RandomNumbers) -> FloatArray:
        """Return random quantiles of the distributions, and the values that have none; shape (w, d)."""
        table = np.repeat(self.value[:, None], len(random.uniform), axis=1)
        return self._fill(table, self.distribution >= 0, random.uniform)

    def select_rows(self, rows: IntArray) -> Guessed:
        """Return the quantity of some of the rows."""
        return Guessed(self.value[rows], self.support, self.probability, self.distribution[rows])

    def estimate_values(self) -> FloatArray:
        """Return the known values, and the quantile `CAUTIOUS` of the distributions of the others; shape (w,)."""
        guessed = np.isnan(self.value) & (self.distribution >= 0)
        return self._fill(self.value[:, None].copy(), guessed, np.array([CAUTIOUS]))[:, 0]

    def _fill(self, table: FloatArray, rows: BoolArray, at: FloatArray) -> FloatArray:
        """Return a table with quantiles of the distributions in some of its rows."""
        if self.support.size and rows.any():
            # Many rows share a distribution.
            used, of_row = np.unique(self.distribution[rows], return_inverse=True)
            table[rows] = compute_quantiles(self.support, self.probability[used], at)[of_row]
        return table


@dataclass(frozen=True)
class Chance(Quantity):
    """Things that are so, 1, or not, 0, with a probability, which is their value."""

    value: FloatArray

    def draw(self, random: RandomNumbers) -> FloatArray:
        """Return 1 in that share of the draws in which the uniform numbers are greatest, shape (w, d)."""
        if not self.value.any():
            return np.zeros((len(self.value), 1))
        column = self.value[:, None]
        return np.where(np.isnan(column), np.nan, random.uniform > 1 - column)

    def select_rows(self, rows: IntArray) -> Chance:
        """Return the quantity of some of the rows."""
        return Chance(self.value[rows])


@dataclass(frozen=True)
class Remainder(Quantity):
    """The difference of two quantities, at least 0."""

    whole: Quantity
    part: Quantity

    @property
    def value(self) -> FloatArray:  # type: ignore[override]
        """Differences of the values, at least 0; shape (w,)."""
        return np.maximum(self.whole.value - self.part.value, 0.0)

    def draw(self, random: RandomNumbers) -> FloatArray:
        """Return differences of draws, at least 0; negative draws of `part` count as 0."""
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
        Shares at which quantiles are taken, 0..1.

    Returns
    -------
    ndarray of shape (m, q)

    Examples
    --------
    >>> compute_quantiles(np.array([0.25, 0.6, 0.85]), np.array([[0.2, 0.3, 0.5]]), np.array([0.25])).tolist()
    [[0.6]]
    """
    cumulative = np.cumsum(probability, axis=1)
    # The margin keeps a sum that rounding left just short of a share from skipping to the next value.
    index: IntArray = (cumulative[:, None, :] < at[None, :, None] - 1e-12).sum(axis=2)
    values: FloatArray = support[np.minimum(index, len(support) - 1)]
    return values


def _compute_normal_quantiles(at: FloatArray) -> FloatArray:
    """Return quantiles of the standard normal distribution, shape (d,)."""
    return np.array([NormalDist().inv_cdf(u) for u in at])


def _as_column(numbers: FloatArray | float) -> FloatArray | float:
    """Return one number per row as a column that broadcasts over draws; a single number as it is."""
    return numbers[:, None] if isinstance(numbers, np.ndarray) else numbers


def _select(numbers: FloatArray | float, rows: IntArray) -> FloatArray | float:
    """Return the numbers of some rows; a single number holds for all rows."""
    return numbers[rows] if isinstance(numbers, np.ndarray) else numbers
