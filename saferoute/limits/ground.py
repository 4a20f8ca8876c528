"""Limits on all ground alike: access, surface, smoothness, and what a runner has asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.limits.rules import Rule, rule
from saferoute.osm import access, entry, ground, slopes, surfaces, ways
from saferoute.osm.tags import has_value, is_tagged

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.model import Moment, Profile
    from saferoute.osm.hours import Hour
    from saferoute.table import Tags


GRADE_QUANTILE = 1.64
"""Standard errors that make sure (95 %): a slope is one if it is so many of them, and a tag excludes a whole way if
even so many less are too steep."""
_AT_HOUR_TEXT = (
    "ways and ground must be open at the hour asked for: by their own opening_hours, foot:conditional and "
    "access:conditional, and by those of the park, zoo or other ground they lie in"
)
CLOSED_AT_HOUR = ("closed at that hour", _AT_HOUR_TEXT)
"""Reason and text of what is shut at times."""
SLOPE = ("slope", "slopes above 5 % are excluded")
"""Reason and text of what is too steep."""


@rule(
    "access",
    "ways must be open to everybody on foot; fenced lawns must be tagged as open",
    asks=("hour", "every_hour"),
)
def closed_on_foot(tags: Tags, *, hour: Hour | None, every_hour: bool) -> BoolArray:
    """Return a mask of what is closed on foot, and of lawns with a fence of their own [+].

    What opens at the hour is not closed, nor with `every_hour` what may open at some hour.
    """
    at_hour = entry.is_closed_at(tags, hour)
    opens = at_hour.no | (at_hour.not_understood if every_hour else False)
    closed, fenced = tags.remember(access.is_closed_on_foot), tags.remember(ground.is_fenced_lawn)
    return (closed.yes & ~opens) | fenced


@rule(*CLOSED_AT_HOUR, asks=("hour",))
def closed_at_hour(tags: Tags, *, hour: Hour | None) -> BoolArray:
    """Return a mask of what is closed at the hour by its own tags, or always."""
    return entry.is_closed_at(tags, hour).yes


@rule("surface", "rock, mud, ice, snow, cobbles, shells and the like are excluded")
def bad_surface(tags: Tags) -> BoolArray:
    """Return a mask of ground of a material that nobody should run backwards on."""
    return surfaces.is_excluded_surface(tags).yes


@rule("smoothness", "ground tagged smoothness=very_bad or worse, tracktype=grade5 or mtb:scale=2 or harder is excluded")
def rough_ground(tags: Tags) -> BoolArray:
    """Return a mask of ground that is rough or soft."""
    return (surfaces.is_rough(tags) | surfaces.is_soft_track(tags) | surfaces.is_rough_trail(tags)).yes


@rule(
    "surface not asked for",
    "the surface must be one of those asked for; where it is unknown, it must likely be one",
)
def other_surface(tags: Tags, *, wanted: Collection[str]) -> BoolArray:
    """Return a mask of ground that is not known to be of the surfaces asked for nor, as open ground, likely to be."""
    likely = ~is_tagged(tags, "surface") & has_value(tags, "likely_surface", wanted)
    return ~(has_value(tags, "surface", wanted) | likely)


@rule("surface for bare feet", "bare feet run on sand and grass alone; other and unknown ground is excluded")
def surface_for_shoes(tags: Tags, *, wanted: Collection[str]) -> BoolArray:
    """Return a mask of ground that is not known to be kind to bare feet."""
    return ~has_value(tags, "surface", wanted)


@rule("dark, unlit", "after dark (sun more than 6° below the horizon) whatever is tagged lit=no is excluded")
def unlit_ground(tags: Tags) -> BoolArray:
    """Return a mask of what is known to have no lamps: nobody sees a hole in the dark, least of all behind him."""
    return ways.is_lit(tags).no


@rule(*SLOPE)
def steep_by_tag(tags: Tags, *, max_grade_pct: float) -> BoolArray:
    """Return a mask of ways that are too steep for sure by their tagged incline, in numbers or in words."""
    steep: BoolArray = tags.remember(_bound_inclines) > max_grade_pct
    return steep


def _bound_inclines(tags: Tags) -> FloatArray:
    """Return how steep each way is at least, by its tagged incline, in %."""
    said = slopes.read_inclines(tags)
    by_number = np.abs(said.pct) - GRADE_QUANTILE * said.sigma_pct
    # NaN, where no number is tagged, leaves what words say.
    return np.fmax(by_number, said.least_pct)


GROUND_RULES = (
    closed_on_foot, closed_at_hour, bad_surface, rough_ground, other_surface, surface_for_shoes, unlit_ground,
    steep_by_tag,
)  # fmt: skip


def choose_rules(rules: Sequence[Rule], profile: Profile | None, moment: Moment | None) -> tuple[Rule, ...]:
    """Return rules on tags alone as they hold at an hour, followed by those that depend on the runner and the hour.

    Without a runner no hour was asked for either, and only what holds at every hour does.
    """
    at_hour = (each.bind_asked(hour=moment, every_hour=profile is None) for each in rules)
    return (*at_hour, *_list_chosen_rules(profile, moment))


def _list_chosen_rules(profile: Profile | None, moment: Moment | None) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    if profile is not None and profile.only_surfaces:
        chosen = surface_for_shoes if profile.barefoot else other_surface
        rules.append(chosen.bind(wanted=profile.only_surfaces))
    if profile is not None:
        rules.append(steep_by_tag.bind(max_grade_pct=profile.max_grade_pct))
    return (*rules, unlit_ground) if moment is not None and moment.dark else tuple(rules)
