"""How windows are judged: criteria, what they measure, and the numbers of the score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model.features import Features
    from saferoute.model.heights import Heights
    from saferoute.model.places import Moment
    from saferoute.model.runner import Profile
    from saferoute.model.samples import Windows


WEIGHTS = {
    "surface": 0.24,
    "flatness": 0.18,
    "straightness": 0.18,
    "obstacles": 0.20,
    "crowding": 0.20,
}
"""Default weights of the criteria, sum 1 [J]; a profile may set others."""


CRITERIA = tuple(WEIGHTS)
"""Names of the criteria, in the order in which everything shows them."""


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
    """What one criterion says of w windows.

    Attributes
    ----------
    value : ndarray of shape (w,)
        In the criterion's unit; NaN = unknown.
    desirability : ndarray of shape (w,)
        0..1, best estimate with what is unknown taken into account.
    confidence : ndarray of shape (w,)
        0..1; 0 = nothing is known.
    draw : callable
        ``draw(rows, u, z)`` gives d plausible desirabilities of each row,
        shape (len(rows), d), from d uniform and d normal numbers.
    describe : callable
        ``describe(rows)`` gives a DataFrame of those rows for outputs: raw
        values with their unit in the name, and ``why_<criterion>`` in words.
    """

    value: FloatArray
    desirability: FloatArray
    confidence: FloatArray
    draw: Callable[[IntArray, FloatArray, FloatArray], FloatArray]
    describe: Callable[[IntArray], pd.DataFrame]

    def select_rows(self, rows: IntArray) -> Measurement:
        """Return what is said of some of the windows."""
        return Measurement(
            value=self.value[rows],
            desirability=self.desirability[rows],
            confidence=self.confidence[rows],
            draw=lambda chosen, u, z: self.draw(rows[chosen], u, z),
            describe=lambda chosen: self.describe(rows[chosen]),
        )


@dataclass(frozen=True)
class Criterion:
    """One thing that makes ground good or bad to run backwards on."""

    name: str
    unit: str
    curve: tuple[tuple[float, float], ...]
    """Breakpoints (raw value, desirability), piecewise linear, flat outside."""
    unknown: float
    """Desirability where nothing is known."""
    measure: Callable[[Windows, Evidence], Measurement]
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
