"""Surfaces: the material of the ground and its roughness."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.osm.answers import Answer, ask_value

if TYPE_CHECKING:
    from saferoute.osm.tags import Tagged

EXCLUDED_SURFACES = frozenset(
    "rock rocks stone stones bedrock mud ice snow stepping_stones pebblestone pebbles cobblestone "
    "unhewn_cobblestone cobblestone:flattened cobblestone:flattened:large_stone cobblestone:rounded "
    "cobblestone:flatten shells scree boulders shingle rubble debris water chipseal:loose trackstone "
    "tyres".split()
)
"""Materials nobody should run backwards on [J]."""
KNOWN_SURFACES = EXCLUDED_SURFACES | frozenset(
    "tartan rubber rubbercrumb artificial_turf turf asphalt paved concrete concrete:plates concrete:lanes "
    "compacted fine_gravel sand clay dirt/sand bark woodchips grass paving_stones bricks brick "
    "concrete:bricks grass_paver wood boardwalk metal metal_grid unpaved ground dirt earth soil gravel "
    "sett plastic carpet salt chipseal ash portuguese_pavement".split()
)
"""Materials of which it is known how they are run on."""
SOFT_SURFACES = frozenset({"sand", "grass", "turf"})
"""Materials that bare feet may run on once they have been checked."""
_ROUGH = frozenset({"very_bad", "horrible", "very_horrible", "impassable"})
_SMOOTH = frozenset({"excellent", "very_good", "good", "intermediate", "bad"})
_FIRM_TRACKS = frozenset({"grade1", "grade2", "grade3", "grade4"})


def is_excluded_surface(tags: Tagged) -> Answer:
    """Return whether ground is of a material that nobody should run backwards on."""
    return ask_value(tags, "surface", EXCLUDED_SURFACES, KNOWN_SURFACES)


def is_rough(tags: Tagged) -> Answer:
    """Return whether ground is too uneven by its smoothness."""
    return ask_value(tags, "smoothness", _ROUGH, _SMOOTH)


def is_soft_track(tags: Tagged) -> Answer:
    """Return whether tracks are of soft soil or grass by their tracktype."""
    return ask_value(tags, "tracktype", {"grade5"}, _FIRM_TRACKS)
