"""Ground for sports: pitches and other fields, what stands around them, and tracks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.osm import barriers
from saferoute.osm.answers import Answer, ask_value
from saferoute.osm.ground import SCHOOLS
from saferoute.osm.tags import has_any_value, has_only_values, has_value, is_tagged
from saferoute.table import Tags

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray
    from saferoute.table import Tagged

_RUNNING_SPORTS = frozenset({"athletics", "running", "walking", "jogging", "multi", "track", "fitness"})
_WALLED_SPORTS = frozenset(
    "tennis basketball volleyball beachvolleyball padel skateboard bmx boules petanque table_tennis chess badminton "
    "squash climbing shooting archery equestrian horse_racing golf miniature_golf karting motocross ice_hockey "
    "ice_skating futsal streetball handball swimming diving model_aerodrome skiing snowboard cricket_nets pitpat "
    "long_jump high_jump triple_jump pole_vault shot_put discus javelin cycling motor exercise toboggan bobsleigh "
    "climbing_adventure team_handball netball bowling dog_training".split()
)
"""Sports with nets, walls, ramps, animals, wheels or bullets."""
_PITS = frozenset(
    "long_jump triple_jump high_jump pole_vault shot_put discus_throw discus hammer_throw javelin_throw".split()
)
"""Values of ``sport`` and ``athletics`` for what is done in sand pits, on mats and in throwing circles."""
_MORE_THAN_A_FIELD = {
    "leisure": frozenset(
        "sports_centre stadium track park garden common nature_reserve swimming_area beach_resort golf_course "
        "fitness_centre fitness_station sports_hall water_park marina resort playground".split()
    ),
    "natural": frozenset({"beach", "water"}),
    "amenity": SCHOOLS | {"university", "college"},
}
"""Ground on which a sport is played here or there, or of which other questions tell what stands there."""
_DIAMOND_SPORTS = frozenset({"baseball", "softball"})
_OPEN_SPORTS = _RUNNING_SPORTS | _DIAMOND_SPORTS | frozenset(
    "soccer football american_football australian_football canadian_football gaelic_games rugby rugby_union "
    "rugby_league field_hockey hockey lacrosse cricket frisbee ultimate disc_golf yoga gymnastics kabaddi shinty "
    "korfball ultimate_frisbee multisport".split()
)  # fmt: skip
"""Sports on ground that is flat and open when nobody plays."""


def is_pitch(areas: Tagged) -> BoolArray:
    """Return a mask of pitches for ball games and other sports."""
    return has_value(areas, "leisure", {"pitch"})


def is_sports_field(areas: Tagged) -> BoolArray:
    """Return a mask of pitches, and of any other ground for a sport that is not more besides, as a park or beach is."""
    areas = Tags.of(areas)
    is_more = has_any_value(areas, _MORE_THAN_A_FIELD) | is_tagged(areas, "building")
    return is_pitch(areas) | (is_tagged(areas, "sport") & ~is_more)


def is_walled_field(areas: Tagged) -> Answer:
    """Return whether ground for a sport has nets, walls, ramps or pits, or is for animals, wheels or shooting."""
    areas = Tags.of(areas)
    return Answer.from_mask(is_athletics_pit(areas)) | Answer.from_mask(is_sports_field(areas)) & ask_value(
        areas, "sport", _WALLED_SPORTS, _OPEN_SPORTS
    )


def is_athletics_pit(areas: Tagged) -> BoolArray:
    """Return a mask of sand pits to jump into, throwing circles and the like, sunk into sports ground or on it."""
    areas = Tags.of(areas)
    sand = is_pitch(areas) & has_value(areas, "sport", {"athletics"}) & has_value(areas, "surface", {"sand"})
    return has_value(areas, "sport", _PITS) | has_value(areas, "athletics", _PITS) | sand


def is_fenced_pitch(areas: Tagged) -> BoolArray:
    """Return a mask of pitches with a fence of their own."""
    areas = Tags.of(areas)
    return is_pitch(areas) & barriers.is_fence(areas).yes


def is_ball_diamond(areas: Tagged) -> BoolArray:
    """Return a mask of pitches with bases, a mound and a backstop in one corner."""
    areas = Tags.of(areas)
    return is_sports_field(areas) & has_value(areas, "sport", _DIAMOND_SPORTS)


def is_cricket_ground(areas: Tagged) -> BoolArray:
    """Return a mask of pitches with a strip of bare clay in the middle."""
    areas = Tags.of(areas)
    return is_sports_field(areas) & has_value(areas, "sport", {"cricket"})


def is_ball_ground(tags: Tagged) -> BoolArray:
    """Return a mask of ball diamonds and cricket grounds."""
    return is_ball_diamond(tags) | is_cricket_ground(tags)


def is_other_track(tags: Tagged) -> BoolArray:
    """Return a mask of sports tracks that are not for runners, or for something that nobody here knows, too."""
    tags = Tags.of(tags)
    track = has_value(tags, "leisure", {"track"}) & is_tagged(tags, "sport")
    for_runners = has_value(tags, "sport", _RUNNING_SPORTS) & has_only_values(tags, "sport", _OPEN_SPORTS)
    return track & ~for_runners
