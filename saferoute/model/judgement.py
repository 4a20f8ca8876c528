"""Criteria, their measurements and scales, and the numbers of the score."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from saferoute.arrays import BoolArray, Columns, FloatArray, IntArray
    from saferoute.model.features import Features
    from saferoute.model.heights import Heights, HeightsBeside
    from saferoute.model.observations import Seen
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
"""Criteria of the default profile and their weights [J]; each is a module `saferoute.criteria.<name>`.

The weights sum to 1: what one criterion gains, another must lose. Hence they stand together here and not
with the criteria. Profiles may set other weights."""

CRITERIA = tuple(WEIGHTS)
"""Names of the criteria, in the order of all tables and arrays."""

Curve = tuple[tuple[float, float], ...]
"""Breakpoints (raw value, desirability) of a piecewise linear function that is constant outside them."""


@dataclass(frozen=True)
class Evidence:
    """The evidence that criteria may use besides the windows themselves."""

    features: Features
    elevation: Heights | None
    """Heights at the rows of `Samples.xy`, or None without elevation data."""
    fine: Heights | None
    """Heights every metre, five per sample, or None if no raster is fine enough."""
    profile: Profile
    moment: Moment | None = None
    """The hour of the run; None = a mean hour of the day."""
    beside: HeightsBeside | None = None
    """Heights to both sides of the rows of `Samples.xy`, or None without elevation data."""
    seen: Seen | None = None
    """What people saw on foot on the samples, or None where nobody told anything."""


@dataclass(frozen=True)
class Measurement:
    """Raw numbers that one criterion measures in w windows, before any judgement.

    Attributes
    ----------
    quantity : Quantity of w rows
        Values in the unit of the criterion, with their errors; NaN = unknown.
    confidence : ndarray of shape (w,)
        0..1; 0 = nothing is known.
    gather_evidence : callable, optional
        ``gather_evidence(rows)`` returns columns of those rows by name: the
        numbers, tags and codes that explain the values, and no words. By
        default the values explain themselves.
    gather_doubts : callable, optional
        ``gather_doubts(rows, first, n_samples)`` returns a column of bool
        for each serious doubt that the criterion may hold:
        something that one wants to see before running. A row tells of a run of
        samples, `first` and `n_samples`, that is judged by the window `rows`.
        By default there are none.
    gather_along : callable, optional
        ``gather_along(first, n_samples)`` returns the same of what is met along
        runs of samples, which may be longer than a window.
    completeness : ndarray of shape (w,), optional
        Probability, 0..1, that the map lacks nothing that would make the value
        worse; by default it is complete.
    bounds : mapping of str to Quantity
        Values on the scales of `Criterion.bounds`.
    hedge : Quantity, optional
        Values on the scale of `Criterion.hedge`.
    warning : ndarray of shape (w,), optional
        What hazards that were seen on foot take off the best worth, 0..1; by default nothing.
    """

    quantity: Quantity
    confidence: FloatArray
    gather_evidence: Callable[[IntArray], Columns] | None = None
    gather_doubts: Callable[[IntArray, IntArray, IntArray], Mapping[str, BoolArray]] | None = None
    gather_along: Callable[[IntArray, IntArray], Columns] | None = None
    completeness: FloatArray | None = None
    bounds: Mapping[str, Quantity] = field(default_factory=dict)
    hedge: Quantity | None = None
    warning: FloatArray | None = None

    @property
    def value(self) -> FloatArray:
        """Raw values in the criterion's unit, NaN = unknown; shape (w,)."""
        return self.quantity.value

    def select_rows(self, rows: IntArray) -> Measurement:
        """Return the measurement of some of the windows, in the order given."""
        # Evidence is gathered late and for few rows: the lambdas map rows of the selection to rows of the whole.
        gather, doubts = self.gather_evidence, self.gather_doubts
        return Measurement(
            quantity=self.quantity.select_rows(rows),
            confidence=self.confidence[rows],
            gather_evidence=None if gather is None else lambda chosen: gather(rows[chosen]),
            gather_doubts=None if doubts is None else lambda chosen, *runs: doubts(rows[chosen], *runs),
            gather_along=self.gather_along,
            completeness=None if self.completeness is None else self.completeness[rows],
            bounds={name: bound.select_rows(rows) for name, bound in self.bounds.items()},
            hedge=None if self.hedge is None else self.hedge.select_rows(rows),
            warning=None if self.warning is None else self.warning[rows],
        )


@dataclass(frozen=True)
class Unknown:
    """The worth of an unknown value: neither good nor bad, and drawn from a wide range."""

    estimate: float
    """Desirability used for the best estimate."""
    draws: Curve = ()
    """Breakpoints (share of the draws, desirability), piecewise linear; if empty, every draw is the estimate."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A curve from raw numbers to desirabilities, 0..1."""

    unit: str
    """Unit of the raw number, in words."""
    curve: Curve
    """Breakpoints (raw value, desirability), piecewise linear and constant outside them."""
    logarithmic: bool = False
    """Whether the curve is linear in the logarithm of the raw value."""
    unknown: Unknown | None = None
    """Worth of unknown values; None if they are always known. In a bound, unknown values bound nothing."""


@dataclass(frozen=True, kw_only=True)
class Hedge:
    """A second number with a share in the desirability: d = d₁^(1 − s) · d₂^s."""

    scale: Scale
    share: Curve
    """Breakpoints (first number, share s of the second), logarithmic if the scale of the first number is."""


@dataclass(frozen=True, kw_only=True)
class Criterion(Scale):
    """A property that makes ground better or worse for running backwards.

    All of its judgement is declared here and carried out by `saferoute.scoring`; `measure` judges nothing.
    """

    name: str
    """Name in profiles and columns."""
    measure: Callable[[Windows, Evidence], Measurement]
    averaged: bool = False
    """Whether the best estimate is the mean desirability over a normal error, as suits errors as wide as the
    curve; otherwise it is the desirability of the best value."""
    bounds: Mapping[str, Scale] = field(default_factory=dict)
    """Scales of further numbers, by name; the criterion is never worth more than the worst of them."""
    hedge: Hedge | None = None
    keys: tuple[str, ...] = ()
    """Keys of the ground that tell of it; a value that is not understood lowers its confidence."""
    keys_beside: tuple[str, ...] = ()
    """The same of objects on or just beside a stretch."""
    by_hour: bool = False
    """Whether `measure` asks for the hour of the run; otherwise it sees none, and is asked once for all hours."""
    trust_at_hour: Callable[[Windows, Evidence], FloatArray] | None = None
    """Returns by window a factor on the confidence, which may depend on what is closed at the hour; None = 1."""
    of_lines: Callable[[Measurement, Windows], Measurement] | None = None
    """Returns what was measured of windows for the lines that they have grown into, whose strips and headings the
    windows then have; None = a line is judged by its worst window alone."""


class Rating(NamedTuple):
    """What a stretch must reach to earn a rating."""

    name: str
    least_low: float
    """Least S₂₀, 0..1."""
    least_quality: float
    """Least data quality, 0..1."""
    least_confidence: tuple[float, ...]
    """Least confidence in each of `CRITERIA`, 0..1."""
    least_worth: tuple[float, ...]
    """Least desirability by each of `CRITERIA`, 0..1."""
    most_doubts: int
    """Most serious doubts, those things that one wants to see before running."""


def _list_least(least: Mapping[str, float]) -> tuple[float, ...]:
    """Return what is asked of each of `CRITERIA`, 0 where none is named."""
    return tuple(least.get(name, 0.0) for name in CRITERIA)


_KNOWN_ENOUGH = _list_least({"surface": 0.315, "straightness": 0.2, "crowding": 0.1})
_KNOWN_OF_ALL = _list_least(
    {"surface": 0.315, "flatness": 0.05, "straightness": 0.2, "obstacles": 0.05, "crowding": 0.1}
)
"""Least confidences for C, and for A and B.

A guessed surface must be right with a chance of .63: of 400 lines in forty searches that were looked at one by one,
all 25 on open ground below it were doubtful, and 20 pitches just above it were fine [M]. At .2 and .1 half of what
straightness and crowding are learnt from lies beyond the map's edge [J]. Where nobody maps lamps and benches, as in
the country, nothing is known of obstacles, and as little was found there later as elsewhere [M]: C allows it."""
_GOOD_ENOUGH = _list_least({"surface": 0.3})
_SAFE_ENOUGH = _list_least({"surface": 0.3, "obstacles": 0.45})
"""Least desirabilities of C, and of A and B, which ask for room beside and for no second thing close at once: house
doors with a building ahead were rated B [M]. Gravel and setts are worth .25. All 16 such lines of these 400 were
doubtful, and gravel of Liechtenstein met a limit of a later map in 10 %, what is better in 4 % [M]."""


@dataclass(frozen=True)
class Formula:
    """The constants of the score, shared by `saferoute.scoring` and the map's page.

    S = (∏ dᵢ^wᵢ)^mean_share · (min dᵢ)^least_share with every dᵢ at least `floor`.
    """

    floor: float = 0.01
    """Least desirability; above 0, so that rows with a zero can still be told apart."""
    mean_share: float = 0.7
    least_share: float = 0.3
    low_pct: float = 20
    """Percentile of S by which stretches are ranked; the interval of S ends at the percentile 100 − `low_pct`."""
    ratings: tuple[Rating, ...] = (
        Rating("A", 0.70, 0.60, _KNOWN_OF_ALL, _SAFE_ENOUGH, 0),
        Rating("B", 0.50, 0.50, _KNOWN_OF_ALL, _SAFE_ENOUGH, 1),
        Rating("C", 0.40, 0.00, _KNOWN_ENOUGH, _GOOD_ENOUGH, 1),
    )
    """Ratings from the best down; what earns none of them is unrated.

    Calibrated on ground that anybody would call good where its slope is known to lidar's error: pitches and straights
    of tracks in well mapped surroundings are A, in badly mapped ones B, and wide asphalt of known width is B. Ways of
    A and B met a limit of a later map in none of 21 cases, those of C in 4 to 8 %, unrated ones in 5 to 8 % in
    Liechtenstein and 37 % in Helsinki [M, J]. Of 86 lines of C that were looked at one by one, 12 of the 22 below .40
    were doubtful, most of them for two things at once, and 9 of the 64 above it: so C begins there [M]. Of 68 lines
    that were rated then 17 were doubtful, again most of them for two things at once: so one serious doubt is allowed,
    and A allows none [M]."""
    near_m: float = 150.0
    repeat: float = 0.25
    """Share of its score that a stretch beside one already ranked loses in the order [J].

    The loss halves every `near_m`·ln 2. A list of ten slices of one path helps nobody."""
    same_ground_share: float = 0.5
    """Factor of the distance between stretches of one stroke or ground, so that they count as nearer [J]."""
    again: float = 0.6
    """Share of its score that a stretch loses besides for each of those on its stroke or ground that are ranked before
    it, but for the first, as far as it is near [J]: ten lines over one park are one answer and not ten."""
