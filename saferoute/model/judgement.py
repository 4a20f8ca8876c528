"""How windows are judged: criteria, what they measure, and the numbers of the score."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model.features import Features
    from saferoute.model.heights import Heights
    from saferoute.model.places import Moment
    from saferoute.model.runner import Profile
    from saferoute.model.samples import Windows
    from saferoute.quantities import Quantity

WEIGHTS = {
    "surface": 0.24,
    "flatness": 0.18,
    "straightness": 0.18,
    "obstacles": 0.20,
    "crowding": 0.20,
}
"""The default profile: a criterion a line, each a module `saferoute.criteria.<name>`, and its weight [J].

They sum to 1, so a weight belongs to the whole list and not to a criterion: what one gets, another loses.
A profile may set others."""

CRITERIA = tuple(WEIGHTS)
"""Names of the criteria, in the order in which everything shows them."""

Curve = tuple[tuple[float, float], ...]
"""Breakpoints (raw value, what it is worth), piecewise linear, flat outside."""


@dataclass(frozen=True)
class Evidence:
    """What criteria may look at besides the windows themselves."""

    features: Features
    elevation: Heights | None
    """Heights at the rows of `Samples.xy`, or None where no elevation was given."""
    fine: Heights | None
    """Heights every metre, five a sample, where some raster is fine enough, else None."""
    profile: Profile
    moment: Moment | None = None
    """The hour that was asked for; None = a mean hour of the day."""


@dataclass(frozen=True)
class Measurement:
    """What one criterion finds in w windows: raw numbers, of which nothing is judged yet.

    Attributes
    ----------
    quantity : Quantity of w rows
        Values in the criterion's unit with their uncertainty; NaN = unknown.
    confidence : ndarray of shape (w,)
        0..1; 0 = nothing is known.
    gather_evidence : callable
        ``gather_evidence(rows)`` gives a DataFrame of those rows with what
        explains the values: numbers, tags and codes, no words. By default the
        values alone.
    completeness : ndarray of shape (w,), optional
        Probability that nothing is missing that would make the value worse,
        0..1; None = the value is all there is.
    bounds : mapping of str to Quantity
        Values on the scales of `Criterion.bounds`.
    hedge : Quantity, optional
        Values on the scale of `Criterion.hedge`.
    """

    quantity: Quantity
    confidence: FloatArray
    gather_evidence: Callable[[IntArray], pd.DataFrame] | None = None
    completeness: FloatArray | None = None
    bounds: Mapping[str, Quantity] = field(default_factory=dict)
    hedge: Quantity | None = None

    @property
    def value(self) -> FloatArray:
        """Raw values in the criterion's unit, NaN = unknown; shape (w,)."""
        return self.quantity.value

    def select_rows(self, rows: IntArray) -> Measurement:
        """Return what is known of some of the windows."""
        gather = self.gather_evidence
        return Measurement(
            quantity=self.quantity.select_rows(rows),
            confidence=self.confidence[rows],
            gather_evidence=None if gather is None else lambda chosen: gather(rows[chosen]),
            completeness=None if self.completeness is None else self.completeness[rows],
            bounds={name: bound.select_rows(rows) for name, bound in self.bounds.items()},
            hedge=None if self.hedge is None else self.hedge.select_rows(rows),
        )


@dataclass(frozen=True)
class Unknown:
    """What something is worth of which nothing is known: never good, never bad, and widely drawn."""

    estimate: float
    """Desirability of the best estimate."""
    draws: Curve = ()
    """Breakpoints (share of the draws, desirability), piecewise linear; without any, every draw is the estimate."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How a raw number becomes a desirability of 0 to 1."""

    unit: str
    """Of the raw number, in words."""
    curve: Curve
    """Breakpoints (raw value, desirability), piecewise linear, flat outside."""
    logarithmic: bool = False
    """Whether the curve is linear in the logarithm of the raw value."""
    unknown: Unknown | None = None
    """None: the number is always known; as a bound, one that is unknown bounds nothing."""


@dataclass(frozen=True, kw_only=True)
class Hedge:
    """A second number that has its share in a judgement: d = d₁^(1 − s) · d₂^s."""

    scale: Scale
    share: Curve
    """Breakpoints (first number, share s of the second), on the first one's scale, logarithmic or not."""


@dataclass(frozen=True, kw_only=True)
class Criterion(Scale):
    """One thing that makes ground good or bad to run backwards on.

    All of its judgement is declared here and carried out by `saferoute.scoring`; `measure` judges nothing.
    """

    name: str
    measure: Callable[[Windows, Evidence], Measurement]
    averaged: bool = False
    """Whether the best estimate is the mean over a normal error, for errors as wide as the curve;
    else it is what the best value is worth."""
    bounds: Mapping[str, Scale] = field(default_factory=dict)
    """Further numbers, by name: the criterion is never worth more than the worst of them."""
    hedge: Hedge | None = None
    of_line: bool = False
    """Whether it looks at a line as a whole, and must be asked anew when windows have become a stretch."""


@dataclass(frozen=True)
class Formula:
    """The numbers of the score, for all who compute it: `saferoute.scoring` and the map's page.

    S = (∏ dᵢ^wᵢ)^mean_share · (min dᵢ)^least_share with every dᵢ at least `floor`.
    """

    floor: float = 0.01
    """Least desirability, so that one zero leaves an order among the rest."""
    mean_share: float = 0.7
    least_share: float = 0.3
    low_pct: float = 20
    """Percentile of S by which stretches are ranked; the upper end of its interval is 100 less it."""
    ratings: tuple[tuple[str, float, float], ...] = (("A", 0.75, 0.60), ("B", 0.55, 0.45), ("C", 0.40, 0.0))
    """Rating, least S₂₀, least data quality."""
    near_m: float = 150.0
    repeat: float = 0.25
    """A stretch beside one already ranked loses up to this share in the order,
    halved every `near_m`·ln 2: a list of ten slices of one path helps nobody [J]."""
    same_line_share: float = 0.5
    """Stretches of one stroke count as this much of their distance apart [J]."""
