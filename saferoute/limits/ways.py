"""Limits on ways and running tracks, by their own tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.limits import ground
from saferoute.limits.rules import find_first_reasons, rule
from saferoute.osm import access, barriers, entry, sports, ways, widths
from saferoute.osm.tags import has_value
from saferoute.table import Tags

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray
    from saferoute.model import Moment, Profile
    from saferoute.osm.hours import Hour
    from saferoute.table import Tagged

INDOOR = ("indoor", "ways and ground inside buildings and stations are excluded, platforms and roofs too")
"""Reason and text of what is inside."""
TRACK_KIND = ("kind of track", "tracks for sports other than running are excluded")
LEAST_WIDTH_M = 1.0
"""Least tagged width of a way [J]: shoulders are .5 m wide (95th percentile of men, ISO/TR 7250-2), arms swing, and who
walks without seeing sways by as much again."""
_MOUNTAIN = ("mountain path", "paths harder than sac_scale=hiking, and paths that are hard to see, are excluded")


@rule("motor road", "roads for motor traffic are excluded, driveways and parking aisles too", asks=("hour",))
def motor_road(tags: Tags, *, hour: Hour | None) -> BoolArray:
    """Return a mask of roads, and of ways open to motors, always or at the hour."""
    driven = tags.remember(access.is_open_to_motors).yes | entry.is_open_to_motors_at(tags, hour).yes
    return tags.remember(ways.is_motor_road) | driven


@rule("steps", "steps and escalators are excluded")
def steps(tags: Tags) -> BoolArray:
    """Return a mask of steps, escalators and moving walkways."""
    return ways.is_steps(tags) | ways.is_conveyor(tags)


@rule("not built", "ways under construction, planned or gone are excluded")
def not_built(tags: Tags) -> BoolArray:
    """Return a mask of ways that are not there."""
    return ways.is_not_built(tags)


@rule(*INDOOR)
def indoor_way(tags: Tags) -> BoolArray:
    """Return a mask of ways inside buildings or stations."""
    return ways.is_indoors(tags)


@rule(*_MOUNTAIN)
def via_ferrata(tags: Tags) -> BoolArray:
    """Return a mask of climbing routes."""
    return ways.is_via_ferrata(tags)


@rule("cycleway", "a cycleway must have a part of its own for people on foot")
def cycleway(tags: Tags) -> BoolArray:
    """Return a mask of cycleways without a part for people on foot."""
    return has_value(tags, "highway", {"cycleway"}) & ~access.has_own_foot_part(tags)


@rule("bridleway", "a bridleway must be tagged foot=yes")
def bridleway(tags: Tags) -> BoolArray:
    """Return a mask of bridleways that are not said to be for people, too."""
    return has_value(tags, "highway", {"bridleway"}) & ~access.is_meant_for_feet(tags)


@rule("kind of way", "only footways, paths, pedestrian streets and tracks are searched")
def other_way(tags: Tags) -> BoolArray:
    """Return a mask of ways of a class that is not run on."""
    return ~ways.is_foot_way(tags)


@rule("crossing", "crossings and traffic islands are excluded")
def crossing(tags: Tags) -> BoolArray:
    """Return a mask of ways over roads."""
    return ways.is_crossing(tags)


@rule("tunnel", "tunnels and passages are excluded")
def tunnel(tags: Tags) -> BoolArray:
    """Return a mask of ways in tunnels."""
    return ways.is_in_tunnel(tags)


@rule("bridge", "a bridge must have a railing on the map")
def bare_bridge(tags: Tags) -> BoolArray:
    """Return a mask of bridges of which nobody says that one cannot fall off."""
    return ways.is_bridge(tags) & ~barriers.has_railing(tags)


@rule(*_MOUNTAIN)
def mountain_path(tags: Tags) -> BoolArray:
    """Return a mask of paths that are too hard to walk."""
    return ways.is_mountain_path(tags).yes


@rule(*_MOUNTAIN)
def faint_path(tags: Tags) -> BoolArray:
    """Return a mask of paths that can be lost sight of."""
    return ways.is_hard_to_see(tags).yes


@rule("too narrow", f"ways tagged as narrower than {LEAST_WIDTH_M:g} m are excluded")
def narrow_way(tags: Tags) -> BoolArray:
    """Return a mask of ways on which nobody can sway to the side."""
    narrow: BoolArray = widths.read_tagged_widths(tags) < LEAST_WIDTH_M
    return narrow


@rule("ford", "fords are excluded")
def ford(tags: Tags) -> BoolArray:
    """Return a mask of ways through water."""
    return ways.is_ford(tags).possible


@rule(*TRACK_KIND)
def other_track(tags: Tags) -> BoolArray:
    """Return a mask of tracks for horses, wheels and the like."""
    return sports.is_other_track(tags)


@rule(*INDOOR)
def track_off_ground(tags: Tags) -> BoolArray:
    """Return a mask of tracks on roofs and in halls."""
    return ways.may_be_off_ground(tags)


WAY_RULES = (
    motor_road, steps, not_built, indoor_way, via_ferrata, cycleway, bridleway, other_way, crossing,
    ground.closed_on_foot, ground.closed_at_hour, tunnel, bare_bridge, mountain_path, faint_path, narrow_way,
    ford, ground.bad_surface, ground.rough_ground,
)  # fmt: skip
"""The plainest reason first."""
TRACK_RULES = (ground.closed_on_foot, ground.closed_at_hour, other_track, ground.bad_surface, track_off_ground)


def exclude_ways(lines: Tagged, profile: Profile | None = None, moment: Moment | None = None) -> NDArray[np.object_]:
    """Return why each way is never run on.

    Parameters
    ----------
    lines : table or Tags of n rows
        With the tags of `saferoute.osm.keys.WAY_TAGS`.
    profile : Profile, optional
        Without it only what holds for every runner and hour is asked.
    moment : Moment, optional
        Without it hours that change exclude nothing.

    Returns
    -------
    ndarray of n str
        A key of `RULES`; ``""`` where no limit stands against the way, None
        for lines that are no highway.
    """
    tags = Tags.of(lines)
    reasons = find_first_reasons(ground.choose_rules(WAY_RULES, profile, moment), len(tags), tags)
    reasons[~tags.remember(ways.is_highway)] = None
    return reasons


def exclude_tracks(lines: Tagged, profile: Profile | None = None, moment: Moment | None = None) -> NDArray[np.object_]:
    """Return why each running track is never run on, None for lines that are none; the rest as of `exclude_ways`."""
    tags = Tags.of(lines)
    reasons = find_first_reasons(ground.choose_rules(TRACK_RULES, profile, moment), len(tags), tags)
    reasons[~tags.remember(ways.is_running_track)] = None
    return reasons
