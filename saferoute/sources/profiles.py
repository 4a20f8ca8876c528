"""Reading, checking and writing of profiles in TOML files."""

from __future__ import annotations

import math
from dataclasses import asdict, fields, replace
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from saferoute.model import (
    BEGINNER_LEVELS,
    BEGINNER_SECTION_S,
    BEGINNER_SECTIONS,
    CRITERIA,
    WEIGHTS,
    InvalidProfile,
    Profile,
    Training,
)
from saferoute.osm.values import normalize_word
from saferoute.sources import clock
from saferoute.sources.paths import expand_path, explain_missing
from saferoute.sources.surfaces import read_surfaces
from saferoute.sources.toml import read_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

LEVELS = ("first-steps", "beginner", "intermediate", "advanced")
"""Names of the levels that come with the package."""

# Annotations are text in that module, so that the name of the type is compared.
_NUMBERS = {field.name for field in fields(Profile) if field.type == "float"}
_KEYS = _NUMBERS | {"title", "speed_m_s", "weights", "surface_desirability", "surfaces", "barefoot", "session"}


def load_profile(level: str = "beginner", *, barefoot: bool = False, at: str = "") -> Profile:
    """Return the profile of a level or of a TOML file.

    Parameters
    ----------
    level : str
        One of `LEVELS`, in any case, or a path that ends with ``.toml``.
    barefoot : bool
        Let the values of the barefoot profile, which allows sand and grass
        only, override those of the level.
    at : str
        Time of the run, as `saferoute.sources.clock.parse_moment` reads it;
        empty = a mean hour of the week.

    Raises
    ------
    InvalidProfile
        If the file is missing, not TOML, or breaks the rules of profiles.
    InvalidInput
        If `at` is not a time.
    """
    if at:
        clock.check_time(at)
    if not level.lower().endswith(".toml"):
        level = normalize_word(level).replace("_", "-")
    values = _read_toml(level)
    if barefoot:
        values = {**values, **_read_toml("barefoot"), "title": f"{values.get('title', level)}, barefoot"}
    return replace(_build_profile(Path(level).stem, values), at=at)


def adjust_profile(
    profile: Profile, *, surfaces: frozenset[str] = frozenset(), min_length_m: float | None = None
) -> Profile:
    """Return a profile with a runner's own choice of surfaces and length.

    Parameters
    ----------
    profile : Profile
        The profile of a level or file.
    surfaces : frozenset of str
        Surfaces to run on; empty = those of the profile.
    min_length_m : float, optional
        Least clear length of a stretch in m; None = that of the profile.

    Raises
    ------
    InvalidProfile
        If the profile allows none of the surfaces, or the length is not
        between 20 m and the profile's longest stretch.
    """
    if surfaces:
        # A profile that is bound to some surfaces stays so: grit must not come in under bare feet.
        allowed = surfaces & profile.only_surfaces if profile.only_surfaces else surfaces
        if not allowed:
            raise InvalidProfile(
                f"surface {', '.join(sorted(surfaces))}: bare feet run on "
                f"{', '.join(sorted(profile.only_surfaces))} only; leave --barefoot or --surface out"
            )
        profile = replace(profile, only_surfaces=allowed)
    if min_length_m is not None:
        if not 20 <= min_length_m <= profile.longest_m:
            raise InvalidProfile(f"length {min_length_m:g} m: a stretch is 20 to {profile.longest_m:g} m long")
        profile = replace(profile, clear_length_m=min_length_m)
    return profile


_COMMENTS = {
    "speed_m_s": "m/s backwards, the slower first",
    "longest_section_s": "s, longest backward section",
    "clear_length_m": "m, least length of a stretch",
    "run_out_m": "m, free beyond each end",
    "lane_m": "m, free width on open ground",
    "longest_m": "m, longer straights are cut",
    "max_grade_pct": "%, steeper is excluded",
    "max_heading_range_deg": "degrees, most by which the direction may vary",
    "max_strip_width_m": "m, most by which the line may bend to the side",
    "barefoot": "sand and grass only",
}


def to_toml(profile: Profile) -> str:
    """Return a profile as TOML with every value in it, fit for `load_profile`.

    Two fields are not written: the name, which is that of the file, and the
    hour of the run, which profiles do not hold.

    Examples
    --------
    >>> print(to_toml(load_profile("beginner")).splitlines()[1])
    speed_m_s = [1.7, 2.2] # m/s backwards, the slower first
    """
    import tomlkit

    document = tomlkit.document()
    document["title"] = profile.title
    for key, comment in _COMMENTS.items():
        value = getattr(profile, key)
        document[key] = tomlkit.item(list(value) if isinstance(value, tuple) else value).comment(comment)
    if profile.only_surfaces:
        document["surfaces"] = {"only": sorted(profile.only_surfaces)}
    for key in ("weights", "surface_desirability"):
        if values := getattr(profile, key):
            document[key] = dict(values)
    session = asdict(profile.training)
    document["session"] = {key: list(value) if isinstance(value, tuple) else value for key, value in session.items()}
    return tomlkit.dumps(document)


def _read_toml(name: str) -> dict[str, Any]:
    """Return the values in the TOML file of a level or at a path, unchecked."""
    if name.lower().endswith(".toml"):
        path: Any = expand_path(name)
        if not path.is_file():
            otherwise = f"saferoute profile show beginner > {path.name} makes one to edit"
            raise InvalidProfile(explain_missing(path, otherwise))
    elif name in (*LEVELS, "barefoot"):
        path = resources.files("saferoute") / "profiles" / f"{name}.toml"
    else:
        like = get_close_matches(name, LEVELS, n=1)
        hint = f"did you mean {like[0]}?" if like else f"choose one of {', '.join(LEVELS)}, or a .toml file"
        raise InvalidProfile(f"level {name!r}: {hint}")
    try:
        return read_toml(path)
    except ValueError as error:
        raise InvalidProfile(f"profile {name}: not TOML ({error})") from error


def _build_profile(name: str, values: dict[str, Any]) -> Profile:
    """Return the profile with some values, once they are checked."""
    # One rule at a time, and in this order: the session is compared with values that the first rules check.
    broken = next(_broken_rules(values), None) or next(_broken_session(name, values), None)
    if broken:
        raise InvalidProfile(f"profile {name}: {broken}")
    slow, fast = values["speed_m_s"]
    numbers: dict[str, Any] = {key: float(values[key]) for key in _NUMBERS & set(values)}
    return Profile(
        name=name,
        title=str(values.get("title", name)),
        speed_m_s=(float(slow), float(fast)),
        weights={**WEIGHTS, **values.get("weights", {})},
        surface_desirability=values.get("surface_desirability", {}),
        only_surfaces=read_surfaces(values.get("surfaces", {}).get("only", [])),
        barefoot=bool(values.get("barefoot", False)),
        training=_build_training(values),
        **numbers,
    )


def _broken_rules(values: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence for each rule that a profile's values break."""
    if unknown := sorted(set(values) - _KEYS):
        yield f"unknown key {', '.join(unknown)}; known are {', '.join(sorted(_KEYS))}"
    if missing := sorted({"speed_m_s", "longest_section_s", "clear_length_m"} - set(values)):
        yield f"key {', '.join(missing)} is missing"
    yield from _broken_numbers(values)
    weights = values.get("weights", {})
    whole = {**WEIGHTS, **weights} if isinstance(weights, dict) else {}
    if set(whole) != set(CRITERIA) or not all(map(_is_number, whole.values())) or sum(whole.values()) <= 0:
        yield f"weights must be numbers ≥ 0 for {', '.join(CRITERIA)}, not all 0"
    ratings = values.get("surface_desirability", {})
    if not isinstance(ratings, dict) or not all(_is_number(r) and r <= 1 for r in ratings.values()):
        yield "surface_desirability must hold numbers from 0 to 1"
    only = values.get("surfaces", {})
    names = only.get("only", []) if isinstance(only, dict) and not set(only) - {"only"} else None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        yield "surfaces must be a table with a list of names called only"
        return
    try:
        read_surfaces(names)
    except InvalidProfile as error:
        yield str(error)
    if not isinstance(values.get("barefoot", False), bool):
        yield "barefoot must be true or false"


def _broken_numbers(values: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence for each rule that the plain numbers and the speeds break."""
    for key in sorted(_NUMBERS & set(values)):
        if not _is_number(values[key]) or values[key] > 10_000:
            yield f"{key} = {values[key]!r}; it must be a number from 0 to 10000"
    if not 20 <= values["clear_length_m"] <= values.get("longest_m", Profile.longest_m):
        yield "clear_length_m must be at least 20 and at most longest_m (200 where it is not given)"
    if values["longest_section_s"] <= 0:
        yield "longest_section_s must be above 0"
    speed = values["speed_m_s"]
    if not (isinstance(speed, list) and len(speed) == 2 and all(map(_is_number, speed)) and 0 < speed[0] <= speed[1]):
        yield f"speed_m_s = {speed!r}; it must be two speeds above 0, the slower first, as in [1.7, 2.2]"


_SESSION_RANGES = {
    "sections": (1, 20),
    "section_s": (5, 120),
    "weeks": (1, 52),
    "recovery_s": (10, 600),
    "warm_up_s": (0, 3600),
    "cool_down_s": (0, 3600),
    "forward_speed_m_s": (1, 6),
    "walk_speed_m_s": (0.5, 2.5),
    "minutes": (10, 300),
}
"""Least and greatest value of each key in `[session]` [J]."""
_SESSION_PAIRS = {"sections", "section_s"}
"""Keys with two values: for the first week and for the last."""
_SESSION_WHOLE = {"sections", "weeks"}


def _build_training(values: dict[str, Any]) -> Training:
    """Return the training from checked values, with the beginner's for keys that `[session]` lacks."""
    longest_s = float(values["longest_section_s"])
    own: dict[str, Any] = {"section_s": [min(s, longest_s) for s in Training.section_s], **values.get("session", {})}
    own |= {key: tuple(own[key]) for key in _SESSION_PAIRS & set(own)}
    return Training(**own)


def _broken_session(name: str, values: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence for each rule that `[session]` breaks."""
    session = values.get("session", {})
    if not isinstance(session, dict):
        yield "session must be a table, as in [session]"
        return
    if unknown := sorted(set(session) - set(_SESSION_RANGES)):
        yield f"unknown key {', '.join(unknown)} in [session]; known are {', '.join(_SESSION_RANGES)}"
        return
    for key, value in session.items():
        yield from _broken_session_value(key, value)
    longest_s = values["longest_section_s"]
    if max(session.get("section_s", [0])) > longest_s:
        yield f"session.section_s goes beyond longest_section_s = {longest_s:g}"
    # By name, so that no file can call itself a beginner's level and train harder.
    if name in BEGINNER_LEVELS:
        low, high = BEGINNER_SECTIONS
        few, many = session.get("sections", BEGINNER_SECTIONS)
        if few < low or many > high or longest_s > BEGINNER_SECTION_S:
            yield (
                f"level {name} has {low} to {high} sections of at most {BEGINNER_SECTION_S:g} s, whatever the file "
                "says; give the file another name to make a level of your own"
            )


def _broken_session_value(key: str, value: object) -> Iterator[str]:
    """Yield a sentence if the value of a key in `[session]` is not allowed."""
    low, high = _SESSION_RANGES[key]
    numbers = value if key in _SESSION_PAIRS else [value]
    kind = "a whole number" if key in _SESSION_WHOLE else "a number"
    if key in _SESSION_PAIRS and not (isinstance(value, list) and len(value) == 2):
        yield f"session.{key} = {value!r}; it must be a pair, first week and last, as in [{low}, {high}]"
        return
    assert isinstance(numbers, list)
    if not all(_is_number(n) and low <= n <= high and (key not in _SESSION_WHOLE or n == int(n)) for n in numbers):
        yield f"session.{key} = {value!r}; it must be {kind} from {low:g} to {high:g}"
    elif sorted(numbers) != numbers:
        yield f"session.{key} = {value!r}; the first week's must not be above the last one's"


def _is_number(value: object) -> bool:
    """Return whether a value is a finite number of at least 0."""
    # To Python, true and false are whole numbers.
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf
