"""The runner's choices: level, weights, limits and training."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Training:
    """The rules by which a level builds a session: the `[session]` table of its profile.

    Pairs are the first week's value and the last one's, between which a
    runner goes in equal steps. All defaults are the beginner's [J]:
    2–4 sections of at most 30 s inside a normal run.
    """

    sections: tuple[int, int] = (2, 4)
    section_s: tuple[float, float] = (20.0, 30.0)
    weeks: int = 8
    """Weeks until the last value is reached."""
    recovery_s: float = 60.0
    """Least time between two sections."""
    warm_up_s: float = 300.0
    """Least time of running forwards before the first section."""
    cool_down_s: float = 300.0
    """Least time of running forwards after the last section."""
    forward_speed_m_s: float = 2.4
    """An easy run, 7 min/km."""
    walk_speed_m_s: float = 1.4
    """The usual speed of pedestrians."""
    minutes: float = 30.0
    """Length of a session where none is asked for."""


BEGINNER_LEVELS = ("first-steps", "beginner")
"""Levels for which `BEGINNER_SECTIONS` and `BEGINNER_SECTION_S` hold, whatever else is asked."""


BEGINNER_SECTIONS = (2, 4)
"""Fewest and most backward sections of a beginner's session [J]."""


BEGINNER_SECTION_S = 30.0
"""Longest backward section of a beginner, s [J]."""


@dataclass(frozen=True)
class Profile:
    """A runner's choices: level, weights and limits."""

    name: str
    title: str
    speed_m_s: tuple[float, float]
    longest_section_s: float
    clear_length_m: float
    """Length of one backward section; windows have this length."""
    weights: Mapping[str, float]
    """Weight by criterion name, sum 1."""
    run_out_m: float = 10.0
    """Free length beyond each end [J]."""
    lane_m: float = 3.0
    """Free width of a corridor on open ground: where desirability reaches 1 [J]."""
    longest_m: float = 200.0
    """A longer straight is reported up to this length."""
    max_grade_pct: float = 5.0
    max_heading_range_deg: float = 20.0
    max_strip_width_m: float = 6.0
    surface_desirability: Mapping[str, float] = field(default_factory=dict)
    """Overrides of a surface's desirability (0..1)."""
    only_surfaces: frozenset[str] = frozenset()
    """If not empty: the surfaces the runner asked for; unknown is excluded, too."""
    barefoot: bool = False
    training: Training = Training()
    at: str = ""
    """When to run, as `saferoute.sources.clock` reads it, in the local time of the place;
    empty = no hour: crowding is that of a mean hour of the day, and nothing is said of light."""
