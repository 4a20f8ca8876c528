"""Limits on all ground alike: access, surface, smoothness, and what a runner has asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.limits.rules import Rule, rule
from saferoute.osm import access, ground, slopes, surfaces, ways
from saferoute.osm.tags import has_value

if TYPE_CHECKING:
    from collections.abc import Collection

    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.model import Profile
    from saferoute.osm.tags import Tags


GRADE_QUANTILE = 1.64
"""The slope limit holds when even this many σ less would break it (95 %)."""
SLOPE = ("slope", "slopes that are above 5 % beyond doubt")
"""Reason and text of what is too steep."""


@rule("access", "ways that are not open to everybody on foot, and fenced lawns that do not say they are")
def closed_on_foot(tags: Tags) -> BoolArray:
    """Return a mask of what is closed on foot, and of lawns with a fence of their own [+]."""
    return access.is_closed_on_foot(tags).yes | ground.is_fenced_lawn(tags)


@rule("surface", "rock, mud, ice, snow, cobbles, shells and the like")
def bad_surface(tags: Tags) -> BoolArray:
    """Return a mask of ground of a material that nobody should run backwards on."""
    return surfaces.is_excluded_surface(tags).yes


@rule("smoothness", "smoothness very_bad or worse, and tracktype=grade5")
def rough_ground(tags: Tags) -> BoolArray:
    """Return a mask of ground that is rough or soft."""
    return (surfaces.is_rough(tags) | surfaces.is_soft_track(tags)).yes


@rule("surface not asked for", "surfaces other than the ones asked for; unknown ones too")
def other_surface(tags: Tags, *, wanted: Collection[str]) -> BoolArray:
    """Return a mask of ground that is not known to be of the surfaces asked for."""
    return ~has_value(tags, "surface", wanted)


@rule("surface for bare feet", "bare feet run on sand and grass alone; other and unknown ground is left out")
def surface_for_shoes(tags: Tags, *, wanted: Collection[str]) -> BoolArray:
    """Return a mask of ground that is not known to be kind to bare feet."""
    return ~has_value(tags, "surface", wanted)


@rule("dark, unlit", "ways and ground tagged lit=no, at an hour when the sun is more than 6° below the horizon")
def unlit_ground(tags: Tags) -> BoolArray:
    """Return a mask of what is known to have no lamps: nobody sees a hole in the dark, least of all behind him."""
    return ways.is_lit(tags).no


@rule(*SLOPE)
def steep_by_tag(tags: Tags, *, max_grade_pct: float) -> BoolArray:
    """Return a mask of ways that are too steep for sure by their tagged incline."""
    grade = np.abs(slopes.read_inclines(tags))
    with np.errstate(invalid="ignore"):
        least: FloatArray = grade - GRADE_QUANTILE * slopes.estimate_sigma_pct(grade)
        return least > max_grade_pct


GROUND_RULES = (closed_on_foot, bad_surface, rough_ground, other_surface, surface_for_shoes, unlit_ground, steep_by_tag)


def list_chosen_rules(profile: Profile | None, *, dark: bool) -> tuple[Rule, ...]:
    """Return the rules that depend on the runner and the hour."""
    rules: list[Rule] = []
    if profile is not None and profile.only_surfaces:
        chosen = surface_for_shoes if profile.barefoot else other_surface
        rules.append(chosen.bind(wanted=profile.only_surfaces))
    if profile is not None:
        rules.append(steep_by_tag.bind(max_grade_pct=profile.max_grade_pct))
    return (*rules, unlit_ground) if dark else tuple(rules)
