"""The options of a runner, as the shell and Python name them, and the profile they mean."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypedDict

from saferoute.model import InvalidInput, Profile
from saferoute.sources import clock
from saferoute.sources.profiles import adjust_profile, load_profile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class RunnerOptions(TypedDict, total=False):
    """Who runs, and when.

    Attributes
    ----------
    level : str
        A level's name, or the path of a profile's TOML file; ``beginner`` by default.
    profile : Profile or str
        What `saferoute.load_profile` returns; a text means the same as for `level`.
    at : str
        ``sat 07:00``, ``2026-06-20T07:00`` or ``now``, in the local time of the place.
        By default crowding is that of a mean hour, and nothing is said of light.
    surface : str or sequence of str
        Only these surfaces, as in ``sand,grass``.
    min_length : float
        Clear length of a stretch, m; the level's by default.
    barefoot : bool
        Sand and grass only.
    """

    level: str | Path | None
    profile: Profile | str | Path | None
    at: str | None
    surface: str | Sequence[str]
    min_length: float | None
    barefoot: bool


def choose_profile(options: RunnerOptions) -> Profile:
    """Return the profile that the options of a runner name.

    Raises
    ------
    InvalidInput
        If an option breaks a rule, or two name the level.
    """
    profile, level = options.get("profile"), options.get("level")
    at, barefoot = options.get("at"), options.get("barefoot", False)
    if profile is not None and level is not None:
        raise InvalidInput("level and profile both name the runner: give one of them")
    if at is not None:
        clock.check_time(at)
    if isinstance(profile, Profile):
        if barefoot:
            raise InvalidInput("barefoot is laid over a level: load the profile with load_profile(…, barefoot=True)")
        chosen = profile if at is None else replace(profile, at=at)
    else:
        chosen = load_profile(str(profile or level or "beginner"), barefoot=barefoot, at=at or "")
    wanted = options.get("surface") or ()
    names = wanted.split(",") if isinstance(wanted, str) else wanted
    surfaces = frozenset(name.strip().lower() for name in names if name.strip())
    return adjust_profile(chosen, surfaces=surfaces, min_length_m=options.get("min_length"))
