"""Profiles: a runner's level, weights, limits and training."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Training:
    """The rules by which a level builds a session: the `[session]` table of its profile.

    Pairs hold the values of the first and the last week, between which weeks
    go in equal steps. All defaults are the beginner's [J]: 2–4 sections of at
    most 30 s inside a normal run.
    """

    sections: tuple[int, int] = (2, 4)
    """Number of backward sections."""
    section_s: tuple[float, float] = (20.0, 30.0)
    """Duration of a backward section."""
    weeks: int = 8
    """Number of the week in which the last values are reached."""
    recovery_s: float = 60.0
    """Least time between two sections."""
    warm_up_s: float = 300.0
    """Least time of running forwards before the first section."""
    cool_down_s: float = 300.0
    """Least time of running forwards after the last section."""
    forward_speed_m_s: float = 2.4
    """Speed of an easy run, 7 min/km."""
    walk_speed_m_s: float = 1.4
    """The usual speed of pedestrians."""
    minutes: float = 30.0
    """Duration of a session if none is asked for."""


BEGINNER_LEVELS = ("first-steps", "beginner")
"""Levels in which `BEGINNER_SECTIONS` and `BEGINNER_SECTION_S` always hold, whatever else is asked."""


BEGINNER_SECTIONS = (2, 4)
"""Fewest and most backward sections of a beginner's session [J]."""


BEGINNER_SECTION_S = 30.0
"""Longest backward section of a beginner, in seconds [J]."""


@dataclass(frozen=True)
class Profile:
    """The choices of a runner: level, weights, limits and training."""

    name: str
    title: str
    speed_m_s: tuple[float, float]
    longest_section_s: float
    clear_length_m: float
    """Length of one backward section, and hence of windows."""
    weights: Mapping[str, float]
    """Weights by name of criterion, with sum 1."""
    run_out_m: float = 10.0
    """Free length required beyond each end of a section [J]."""
    lane_m: float = 3.0
    """Free width of a corridor on open ground, at which the desirability of lanes reaches 1 [J]."""
    longest_m: float = 200.0
    """Greatest length of a stretch; longer straights are reported up to it."""
    max_grade_pct: float = 5.0
    max_heading_range_deg: float = 20.0
    max_strip_width_m: float = 6.0
    surface_desirability: Mapping[str, float] = field(default_factory=dict)
    """Desirabilities of surfaces, 0..1, that replace the default ones."""
    only_surfaces: frozenset[str] = frozenset()
    """The only surfaces that the runner wants; if not empty, unknown surfaces are excluded too."""
    barefoot: bool = False
    training: Training = Training()
    at: str = ""
    """Time of the run, as `saferoute.sources.clock` reads it, in local time. If empty, crowding is that of a
    mean hour of the day, and daylight is not considered."""

    def keep_limits(self) -> Profile:
        """Return the profile without what decides nothing about ground: names, hour, weights and training."""
        return replace(self, name="", title="", at="", weights={}, training=Training())
