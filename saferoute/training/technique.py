"""How to run backwards: short cues for each phase of a session, by level and week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from saferoute.training._levels import weekly_load

if TYPE_CHECKING:
    from saferoute.model import Profile

STEADY_M_S, QUICK_M_S = 1.9, 2.3
"""Up to the first speed one learns, from the second on steps may grow [J]: one walks
backwards below 1.63 m/s, and the level of beginners ends at 2.2 m/s."""

_UPRIGHT = "trunk upright and still, eyes level"
_AHEAD = "do not turn to look: you walked it; listen, use the edges of your sight"
_SECTIONS = {
    "first": ("small, slow steps, only the front of the foot touches", _UPRIGHT, _AHEAD),
    "steady": ("small, even steps on the front of the foot, no hurry", _UPRIGHT, _AHEAD),
    "quick": ("longer and quicker only while the trunk stays still, else shorten the steps", _UPRIGHT, _AHEAD),
}
_RESTS = {
    "first": (
        "was the trunk still? Slower and smaller next time if it was not",
        "did you turn to look? Let someone stand at the end and call out, or walk the stretch again",
    ),
    "steady": (
        "were the last steps as quiet as the first? If not, end the next section sooner",
        "look round now: has anyone come onto the stretch?",
    ),
    "quick": (
        "were the steps still on the front of the foot? If not, slower next time",
        "look round now: has anyone come onto the stretch?",
    ),
}
_WARM_UP = "easy forwards: backwards is a part of a run, never instead of it"
_COOL_DOWN = "easy forwards, backwards is over for today"
_LOOK = "walk it first: what you see now is what you will not see then"
_BAREFOOT = "shoes off only on soft ground that you have just checked for glass, nails and debris"


@dataclass(frozen=True)
class Technique:
    """The cues of one week: short enough to be read or spoken before a step begins.

    Attributes
    ----------
    stage : str
        ``first``, ``steady`` or ``quick``, by the week's speed.
    warm_up, look, cool_down : str
        For running there, for walking a stretch before it is run, and for running home.
    sections : tuple of str
        One before each backward section, in turn.
    rests : tuple of str
        One in each recovery, in turn.
    """

    stage: str
    warm_up: str
    look: str
    sections: tuple[str, ...]
    rests: tuple[str, ...]
    cool_down: str

    def cue_step(self, kind: str, section: int) -> str:
        """Return the cue of a step, ``""`` where there is none.

        Parameters
        ----------
        kind : str
            One of `saferoute.model.STEP_KINDS`.
        section : int
            Number of the section that is run, or of the one run last, from 1.

        Examples
        --------
        >>> from saferoute.model import Profile
        >>> technique = teach_technique(Profile("beginner", "Beginner", (1.7, 2.2), 30.0, 60.0, {}), 1)
        >>> technique.cue_step("backward", 1)
        'small, slow steps, only the front of the foot touches'
        """
        if kind == "backward":
            return self.sections[(section - 1) % len(self.sections)]
        if kind in ("back", "recover"):
            return self.rests[(section - 1) % len(self.rests)]
        return {"warm-up": self.warm_up, "look": self.look, "cool-down": self.cool_down}.get(kind, "")


def teach_technique(profile: Profile, week: int) -> Technique:
    """Return the cues for a level's week: smaller and slower steps the less the week asks for.

    Parameters
    ----------
    profile : Profile
    week : int
        Week of training, from 1.

    Returns
    -------
    Technique

    Raises
    ------
    InvalidProfile
        If a profile of a beginner's level asks for more than a beginner may do.
    """
    speed = weekly_load(profile, week).speed_m_s
    stage = "first" if speed <= STEADY_M_S else "steady" if speed < QUICK_M_S else "quick"
    look = f"{_LOOK}; {_BAREFOOT}" if profile.barefoot else _LOOK
    return Technique(stage, _WARM_UP, look, _SECTIONS[stage], _RESTS[stage], _COOL_DOWN)
