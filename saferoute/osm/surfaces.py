"""Surfaces: the material of the ground and its roughness."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.osm.answers import Answer, ask_value
from saferoute.osm.tags import has_only_values

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray
    from saferoute.table import Tagged

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
GROUPS = {
    "paved": frozenset(
        "asphalt concrete concrete:plates concrete:lanes paving_stones sett bricks brick concrete:bricks grass_paver "
        "cobblestone unhewn_cobblestone cobblestone:flattened wood boardwalk metal metal_grid "
        "chipseal portuguese_pavement".split()
    ),
    "unpaved": frozenset(
        "compacted fine_gravel gravel ground dirt earth soil sand clay dirt/sand grass bark woodchips mud pebblestone "
        "pebbles rock rocks stone stones bedrock shells scree shingle salt".split()
    ),
}
"""Materials of the two values that tell no material."""
_PAVED = GROUPS["paved"] | {"paved", "tartan", "rubber"}
ANY = ""
"""Where not even the group of materials is told."""
USUAL_SURFACES = {
    "footway": {
        "asphalt": 0.30, "paving_stones": 0.25, "paved": 0.17, "sett": 0.05, "concrete": 0.04, "compacted": 0.03,
        "fine_gravel": 0.03, "wood": 0.03, "unpaved": 0.03, "gravel": 0.02, "cobblestone": 0.02, "ground": 0.01,
        "grass": 0.01, "pebblestone": 0.01,
    },
    "sidewalk": {
        "asphalt": 0.58, "paving_stones": 0.22, "paved": 0.13, "sett": 0.04, "concrete": 0.02, "cobblestone": 0.01,
    },
    "path": {
        "ground": 0.25, "asphalt": 0.15, "unpaved": 0.09, "compacted": 0.08, "grass": 0.08, "dirt": 0.08, "paved": 0.06,
        "paving_stones": 0.06, "fine_gravel": 0.04, "gravel": 0.03, "concrete": 0.03, "sand": 0.02, "cobblestone": 0.01,
        "rock": 0.01, "wood": 0.01,
    },
    "track": {
        "gravel": 0.21, "compacted": 0.20, "asphalt": 0.19, "ground": 0.16, "unpaved": 0.06, "grass": 0.05,
        "paved": 0.03, "dirt": 0.03, "sand": 0.02, "fine_gravel": 0.02, "concrete": 0.02, "pebblestone": 0.01,
    },
    "pedestrian": {
        "paving_stones": 0.51, "cobblestone": 0.17, "asphalt": 0.14, "sett": 0.08, "paved": 0.06, "concrete": 0.02,
        "compacted": 0.01, "gravel": 0.01,
    },
    "cycleway": {
        "asphalt": 0.67, "paved": 0.16, "paving_stones": 0.09, "concrete": 0.02, "sett": 0.01, "fine_gravel": 0.01,
        "compacted": 0.01, "wood": 0.01, "cobblestone": 0.01, "gravel": 0.01,
    },
    "bridleway": {"ground": 0.40, "grass": 0.20, "dirt": 0.15, "sand": 0.10, "gravel": 0.10, "compacted": 0.05},
}  # fmt: skip
"""Weights of the materials of each class of foot ways, all over the world.

Shares among some 19 000 tagged ways of nine extracts (eight of Europe, and Sydney), each with the square root of
its number of ways [M]; of bridleways there was one, so theirs are a judgement [J]."""
USUAL_GROUND = {
    "pitch": {
        "grass": 0.46, "artificial_turf": 0.14, "asphalt": 0.12, "tartan": 0.12, "sand": 0.05, "gravel": 0.05,
        "concrete": 0.03, "compacted": 0.02, "ground": 0.01,
    },
    "track": {"tartan": 0.65, "asphalt": 0.10, "ground": 0.10, "gravel": 0.05, "compacted": 0.05, "grass": 0.05},
    "beach": {"sand": 0.70, "gravel": 0.12, "pebblestone": 0.10, "rock": 0.04, "grass": 0.04},
    "square": {
        "paving_stones": 0.50, "sett": 0.13, "cobblestone": 0.13, "asphalt": 0.12, "paved": 0.08, "concrete": 0.03,
        "compacted": 0.01,
    },
    "recreation ground": {
        "grass": 0.75, "ground": 0.08, "gravel": 0.06, "compacted": 0.05, "sand": 0.03, "asphalt": 0.03,
    },
    "park": {
        "grass": 0.75, "ground": 0.08, "gravel": 0.04, "compacted": 0.04, "paving_stones": 0.05, "woodchips": 0.02,
        "sand": 0.02,
    },
    "village green": {
        "grass": 0.82, "ground": 0.07, "gravel": 0.03, "compacted": 0.03, "paving_stones": 0.05,
    },
    "common": {
        "grass": 0.45, "ground": 0.30, "gravel": 0.10, "compacted": 0.05, "sand": 0.05, "rock": 0.05,
    },
}  # fmt: skip
"""Share of the materials of which open ground of a kind is made. Pitches and squares: of 112 and 1 388 with a
tag in nine towns of Europe and Sydney, courts aside; the others have hardly any tag and are judgement [J]. A park
is what lies between its paths, for these are cut out. Commons are pasture in England, and waste ground between
houses in many other countries; village greens are any public grass in some."""
SOFT_SURFACES = frozenset({"sand", "grass", "turf"})
"""Materials that bare feet may run on once they have been checked."""
WORDS = {
    "asphalt": "asphalt", "concrete": "concrete", "concrete:plates": "concrete slabs", "chipseal": "chip seal",
    "concrete:lanes": "concrete lanes", "paving_stones": "paving stones", "sett": "setts", "bricks": "bricks",
    "brick": "bricks", "concrete:bricks": "concrete bricks", "grass_paver": "grass pavers", "wood": "wood",
    "portuguese_pavement": "small paving stones", "boardwalk": "boards", "metal": "metal", "metal_grid": "metal grid",
    "tartan": "tartan", "rubber": "rubber", "rubbercrumb": "rubber crumb", "plastic": "plastic", "carpet": "carpet",
    "artificial_turf": "artificial turf", "turf": "turf", "grass": "grass", "compacted": "compacted gravel",
    "fine_gravel": "fine gravel", "gravel": "gravel", "sand": "sand", "clay": "clay", "dirt/sand": "earth and sand",
    "ground": "bare earth", "dirt": "earth", "earth": "earth", "soil": "earth", "bark": "bark", "salt": "salt",
    "woodchips": "wood chips", "ash": "ash", "paved": "paved", "unpaved": "unpaved",
}  # fmt: skip
"""What people call the materials that are run on."""
_ROUGH = frozenset({"very_bad", "horrible", "very_horrible", "impassable"})
_SMOOTH = frozenset({"excellent", "very_good", "good", "intermediate", "bad"})
_FIRM_TRACKS = frozenset({"grade1", "grade2", "grade3", "grade4"})
_EASIEST_ROUGH_TRAIL, _HARDEST_TRAIL = 2, 6


def _list_trail_grades(first: int, last: int) -> frozenset[str]:
    """Return the values of ``mtb:scale`` of some grades, with the sign for half a grade, and ranges up to them."""
    single = (f"{grade}{sign}" for grade in range(first, last + 1) for sign in ("", "+", "-"))
    ranges = (f"{easier}-{grade}" for grade in range(max(first, 1), last + 1) for easier in range(grade))
    return frozenset((*single, *ranges))


_ROUGH_TRAILS = _list_trail_grades(_EASIEST_ROUGH_TRAIL, _HARDEST_TRAIL)
"""From 2 on there are larger stones and roots, flat steps and loose ground by the definition of ``mtb:scale``."""
_UNEVEN_TRAILS = _list_trail_grades(1, 1)
"""Small stones and roots, loose ground in places, gutters washed out by rain."""
_EVEN_TRAILS = _list_trail_grades(0, 0)
"""Firm ground without stones and roots."""


def is_excluded_surface(tags: Tagged) -> Answer:
    """Return whether ground is of a material that nobody should run backwards on."""
    return ask_value(tags, "surface", EXCLUDED_SURFACES, KNOWN_SURFACES)


def is_paved(tags: Tagged) -> BoolArray:
    """Return a mask of ground that somebody built and levelled, by its surface."""
    return has_only_values(tags, "surface", _PAVED)


def is_rough(tags: Tagged) -> Answer:
    """Return whether ground is too uneven by its smoothness."""
    return ask_value(tags, "smoothness", _ROUGH, _SMOOTH)


def is_rough_trail(tags: Tagged) -> Answer:
    """Return whether trails have larger stones, roots and steps by what mountain bikers grade them."""
    return ask_value(tags, "mtb:scale", _ROUGH_TRAILS, _UNEVEN_TRAILS | _EVEN_TRAILS)


def is_uneven_trail(tags: Tagged) -> Answer:
    """Return whether trails have at least small stones and roots by what mountain bikers grade them."""
    return ask_value(tags, "mtb:scale", _ROUGH_TRAILS | _UNEVEN_TRAILS, _EVEN_TRAILS)


def is_soft_track(tags: Tagged) -> Answer:
    """Return whether tracks are of soft soil or grass by their tracktype."""
    return ask_value(tags, "tracktype", {"grade5"}, _FIRM_TRACKS)
