"""Choice of a profile by the options that the shell and the Python functions share."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, TypedDict

from saferoute.model import InvalidInput, Profile
from saferoute.sources import clock
from saferoute.sources.profiles import adjust_profile, load_profile
from saferoute.sources.surfaces import read_surfaces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class RunnerOptions(TypedDict, total=False):
    """Options that describe the runner and the time of the run.

    Attributes
    ----------
    level : str
        Name of a level, or path of a profile's TOML file; by default ``beginner``.
    profile : Profile or str
        A profile from `saferoute.load_profile`, or a text as for `level`.
    at : str
        ``sat 07:00``, ``2026-06-20T07:00`` or ``now``, in the local time of the place.
        By default crowding is that of a mean hour, and light is not considered.
    surface : str or sequence of str
        The surfaces to run on, such as ``sand,grass``; by default all.
    min_length : float
        Least clear length of a stretch in m; by default that of the level.
    barefoot : bool
        Run on sand and grass only.
    """

    level: str | Path | None
    profile: Profile | str | Path | None
    at: str | None
    surface: str | Sequence[str]
    min_length: float | None
    barefoot: bool


def choose_profile(options: RunnerOptions) -> Profile:
    """Return the profile that a runner's options describe.

    Raises
    ------
    InvalidInput
        If an option breaks a rule, or both `level` and `profile` are given.
    """
    profile, level = options.get("profile"), options.get("level")
    at, barefoot = options.get("at"), options.get("barefoot", False)
    if profile is not None and level is not None:
        raise InvalidInput("level and profile both name the runner: give one of them")
    # Checked first: a mistyped hour should not be found only after the map has been fetched.
    if at is not None:
        clock.check_time(at)
    if isinstance(profile, Profile):
        if barefoot:
            raise InvalidInput("barefoot is laid over a level: load the profile with load_profile(…, barefoot=True)")
        chosen = profile if at is None else replace(profile, at=at)
    else:
        chosen = load_profile(str(profile or level or "beginner"), barefoot=barefoot, at=at or "")
    wanted = options.get("surface") or ()
    names = re.split("[,;]", wanted) if isinstance(wanted, str) else wanted
    return adjust_profile(chosen, surfaces=read_surfaces(names), min_length_m=options.get("min_length"))
