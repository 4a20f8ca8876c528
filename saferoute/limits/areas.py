"""Limits on open ground, by its own tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.limits import ground
from saferoute.limits.rules import find_first_reasons, rule
from saferoute.limits.ways import INDOOR, other_track
from saferoute.osm import ground as osm_ground
from saferoute.osm import sports, ways
from saferoute.table import Tags

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray
    from saferoute.model import Moment, Profile
    from saferoute.table import Tagged

_CLOSED_TEXT = (
    "military, aviation, railway, quarry, landfill, golf, cemetery and school grounds, embassies, building sites, "
    "piers, breakwaters, car parks and hazard areas are excluded; so are grounds closed to strangers, except for what "
    "is tagged as open within them"
)
CLOSED_GROUND = ("closed ground", _CLOSED_TEXT)
"""Reason and text of ground that is not for running."""


@rule(*CLOSED_GROUND)
def golf_ground(tags: Tags) -> BoolArray:
    """Return a mask of parts of golf courses."""
    return osm_ground.is_golf_ground(tags)


@rule(
    "kind of pitch",
    "pitches with nets, walls or ramps, for animals, wheels or shooting, or for unknown sports are excluded",
)
def walled_pitch(tags: Tags) -> BoolArray:
    """Return a mask of ground for sports that nobody runs across, or of which nobody can tell what they are for."""
    return sports.is_walled_field(tags).possible


@rule(*INDOOR)
def ground_inside(tags: Tags) -> BoolArray:
    """Return a mask of ground in halls, on roofs and below the ground."""
    return ways.is_indoors(tags) | ways.may_be_off_ground(tags)


@rule(
    "other use",
    "open ground that is also a wood, scrub, field, garden, terrace of tables or the like is excluded",
)
def used_otherwise(tags: Tags) -> BoolArray:
    """Return a mask of open ground that is something else besides, which nobody runs on."""
    return osm_ground.is_in_use(tags)


AREA_RULES = (
    ground.closed_on_foot, ground.closed_at_hour, golf_ground, walled_pitch, other_track, ground_inside,
    used_otherwise, ground.bad_surface, ground.rough_ground,
)  # fmt: skip
"""The plainest reason first."""


def exclude_areas(areas: Tagged, profile: Profile, moment: Moment | None = None) -> NDArray[np.object_]:
    """Return why open ground is never run on, ``""`` where no tag of its own is against it."""
    tags = Tags.of(areas)
    return find_first_reasons(ground.choose_rules(AREA_RULES, profile, moment), len(tags), tags)
