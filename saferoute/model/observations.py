"""What people saw on foot, and how long it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import datetime as dt

    from shapely import LineString, Point

    from saferoute.arrays import FloatArray, IntArray


class Hazard(NamedTuple):
    """How something bad that was seen counts. Its weight is 1 on its day and halves with every half-life."""

    criterion: str
    """Criterion that it lowers."""
    half_life_days: float
    most: float
    """What it takes off the best worth of that criterion on its day, 0..1."""
    is_limit: bool
    """Whether the ground is excluded for the first half-life."""


HAZARDS = {
    "glass": Hazard("surface", 14.0, 1.0, is_limit=True),
    "holes": Hazard("surface", 60.0, 1.0, is_limit=True),
    "roots": Hazard("obstacles", 730.0, 1.0, is_limit=True),
    "closed": Hazard("obstacles", 30.0, 1.0, is_limit=True),
    "narrow": Hazard("straightness", 1825.0, 1.0, is_limit=True),
    "wet": Hazard("surface", 2.0, 0.7, is_limit=False),
    "steep": Hazard("flatness", 1825.0, 0.8, is_limit=False),
    "crowded": Hazard("crowding", 90.0, 0.7, is_limit=False),
    "dogs": Hazard("crowding", 90.0, 0.5, is_limit=False),
}
"""What may be seen, by the word for it in files. Half-lives: litter is swept within weeks, holes are filled within
months, what grows or is built stays for years; crowds and dogs come and go [J]."""

FINE = {
    "surface": (0.8, 28.0),
    "flatness": (0.5, 365.0),
    "straightness": (0.7, 730.0),
    "obstacles": (0.7, 56.0),
    "crowding": (0.3, 14.0),
}
"""By criterion, the confidence of who walked ground today and found it fine, and its half-life in days [J].

A walk tells most of the ground and of what stands on it, less of a slope, and of the people only of one hour."""

MADE_OF_DAYS = 730.0
"""Half-life in days of what the ground was seen to be made of [J]."""
SLOPES = ("level", "slight", "steep")
"""Slopes as they are felt."""
GONE = 0.05
"""Weight below which something seen is history: it is still told, and asks for no look [J]."""


@dataclass(frozen=True)
class Observation:
    """What one person saw on one day on one stretch or at one point.

    Attributes
    ----------
    day : date
    where : LineString or Point
        In degrees (WGS 84).
    hazards : tuple of str
        Names of `HAZARDS`, in its order.
    is_fine : bool
        It was walked, and nothing was wrong.
    surface, slope : str
        What the ground is made of, as on the map, and one of `SLOPES`; ``""`` = not told.
    note, by : str
        As typed: text of strangers.
    """

    day: dt.date
    where: LineString | Point
    hazards: tuple[str, ...] = ()
    is_fine: bool = False
    surface: str = ""
    slope: str = ""
    note: str = ""
    by: str = ""


@dataclass(frozen=True)
class Observations:
    """Observations of many people, newest first, and the day on which they are used."""

    seen: tuple[Observation, ...]
    today: dt.date

    def to_text(self) -> str:
        """Return all of it in one text, for digests: equal for the same observations on the same day."""
        # A geometry's own repr rounds.
        return repr(([(one, one.where.wkt) for one in self.seen], self.today))

    def measure_age(self, observation: Observation) -> int:
        """Return the age of an observation in days; what was seen beyond the date line is as of today."""
        return max((self.today - observation.day).days, 0)

    def weigh(self, observation: Observation, half_life_days: float) -> float:
        """Return how much an observation still counts, 1 on its day, towards 0."""
        return float(0.5 ** (self.measure_age(observation) / half_life_days))

    def list_fresh(self, observation: Observation, least: float = GONE) -> tuple[str, ...]:
        """Return the hazards of an observation that still weigh `least` or more."""
        return tuple(
            name for name in observation.hazards if self.weigh(observation, HAZARDS[name].half_life_days) >= least
        )


LIMIT_WEIGHT = 0.5
"""Weight from which a hazard excludes: that of the first half-life."""


@dataclass(frozen=True)
class Seen:
    """Observations, and the samples of strokes that each tells of.

    Attributes
    ----------
    observations : Observations
        Those that tell of some sample.
    sample, number : ndarray of shape (p,)
        Pairs of a sample and the number of an observation, sorted by sample.
    """

    observations: Observations
    sample: IntArray
    number: IntArray

    def weigh_hazards(self, name: str) -> FloatArray:
        """Return how much each observation counts as one of a hazard; 0 where it does not tell of it."""
        import numpy as np

        of, half_life = self.observations, HAZARDS[name].half_life_days
        return np.array([of.weigh(one, half_life) if name in one.hazards else 0.0 for one in of.seen])

    def weigh_fine(self, half_life_days: float) -> FloatArray:
        """Return how much each observation counts as one of a walk on which nothing was wrong."""
        import numpy as np

        of = self.observations
        return np.array([of.weigh(one, half_life_days) if one.is_fine else 0.0 for one in of.seen])
