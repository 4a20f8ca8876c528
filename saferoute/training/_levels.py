"""What a level asks of one week: how many sections, how long, how fast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from saferoute.model import BEGINNER_LEVELS, BEGINNER_SECTION_S, BEGINNER_SECTIONS, InvalidInput, InvalidProfile

if TYPE_CHECKING:
    from saferoute.model import Profile, Wish

LAST_WEEK = 52
TIME_S = (600.0, 5 * 3600.0)
"""Least and most of a session [J]: a shorter one has no room for warm-up and cool-down."""
DISTANCE_M = (1000.0, 42_195.0)
"""Least and most of a session's way [J]."""
RETURNS = ("walk", "jog")
MOST_ABREAST = 30
"""Largest group [J]: a school class."""
_STEP_S = 5.0
"""Section times are multiples of this, so that a watch and a head can count them."""


@dataclass(frozen=True)
class Load:
    """One week's backward work."""

    sections: int
    section_s: float
    speed_m_s: float

    @property
    def section_m(self) -> float:
        """Ground that a section takes."""
        return self.section_s * self.speed_m_s


def check_wish(wish: Wish) -> None:
    """Raise `InvalidInput` where a wish breaks a rule."""
    if not 1 <= wish.week <= LAST_WEEK or wish.week != int(wish.week):
        raise InvalidInput(
            f"week {wish.week}: weeks of training are 1 to {LAST_WEEK}; for minutes write a time, as in 60min"
        )
    if wish.return_by not in RETURNS:
        raise InvalidInput(f"return {wish.return_by!r}: choose {' or '.join(RETURNS)}")
    if not 1 <= wish.abreast <= MOST_ABREAST or wish.abreast != int(wish.abreast):
        raise InvalidInput(f"abreast {wish.abreast}: a group has 1 to {MOST_ABREAST} runners")
    if wish.time_s is not None and wish.distance_m is not None:
        raise InvalidInput("a session has a time or a distance; leave one of them out")
    if wish.time_s is not None and not TIME_S[0] <= wish.time_s <= TIME_S[1]:
        raise InvalidInput(f"time {wish.time_s / 60:g} min: a session takes {TIME_S[0] / 60:g} min to 5 h")
    if wish.distance_m is not None and not DISTANCE_M[0] <= wish.distance_m <= DISTANCE_M[1]:
        raise InvalidInput(
            f"distance {wish.distance_m / 1000:g} km: a session is {DISTANCE_M[0] / 1000:g} to "
            f"{DISTANCE_M[1] / 1000:g} km long"
        )


def weekly_load(profile: Profile, week: int) -> Load:
    """Return the backward work of a week, which grows in equal steps to the last one's.

    Raises
    ------
    InvalidProfile
        If a profile of a beginner's level asks for more than a beginner may do.

    Examples
    --------
    >>> from saferoute.model import Profile
    >>> beginner = Profile("beginner", "Beginner", (1.7, 2.2), 30.0, 60.0, {})
    >>> weekly_load(beginner, 1)
    Load(sections=2, section_s=20.0, speed_m_s=1.7)
    >>> weekly_load(beginner, 8)
    Load(sections=4, section_s=30.0, speed_m_s=2.2)
    """
    training = profile.training
    done = min((week - 1) / max(training.weeks - 1, 1), 1.0)

    def between(pair: tuple[float, float]) -> float:
        return pair[0] + done * (pair[1] - pair[0])

    sections = round(between(training.sections))
    section_s = min(
        max(between(training.section_s) // _STEP_S * _STEP_S, training.section_s[0]), profile.longest_section_s
    )
    if profile.name in BEGINNER_LEVELS:
        low, high = BEGINNER_SECTIONS
        if not low <= sections <= high or section_s > BEGINNER_SECTION_S:
            raise InvalidProfile(
                f"level {profile.name}: {sections} sections of {section_s:g} s; it has {low} to {high} of at most "
                f"{BEGINNER_SECTION_S:g} s, whatever else is asked"
            )
    return Load(sections, section_s, round(between(profile.speed_m_s), 2))
