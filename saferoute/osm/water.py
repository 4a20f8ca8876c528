"""Water: lines, areas and the coast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.osm import ways
from saferoute.osm.answers import Answer, ask_any_value, ask_value
from saferoute.osm.tags import has_any_value, has_value
from saferoute.table import Tags

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray
    from saferoute.table import Tagged

_STROLLED_LINES = frozenset({"river", "canal"})
_DRAWN_LINES = _STROLLED_LINES | {"stream", "ditch", "drain"}
"""Those of `_LINES` that a map draws."""
_LINES = _DRAWN_LINES | {"dock", "tidal_channel", "fish_pass", "weir", "dam", "lock_gate"}
"""Values of ``waterway`` for lines that one may fall into."""
_NO_WATER = frozenset(
    "no fuel water_point boatyard sanitary_dump_station turning_point milestone security_lock access_point "
    "portage".split()
)
_ENCLOSED = frozenset({"riverbank", "dock", "lake", "pond"})
_DRAWN_AREAS = {
    "natural": frozenset({"water"}),
    "waterway": _ENCLOSED,
    "landuse": frozenset({"reservoir", "basin", "pond"}),
}
"""Those of `_AREAS` that a map draws: bays are sea, and drawn by the coast."""
_PARTS_OF_THE_SEA = frozenset({"bay", "strait"})
_AREAS = {
    **_DRAWN_AREAS,
    "natural": _PARTS_OF_THE_SEA | {"water"},
    "leisure": frozenset({"swimming_pool", "marina"}),
    "amenity": frozenset({"fountain"}),
    "water": frozenset(
        "river lake pond reservoir basin canal stream stream_pool moat lagoon oxbow ditch drain fishpond fish_pond "
        "harbour lock rapids cove wastewater reflecting_pool salt_pool fountain tidal shallow".split()
    ),
}
"""Areas that are water, by key; ``water`` names its kind, and is read where nothing else says that it is water."""
_STROLLED_AREAS = {"natural": frozenset({"water", "beach", "bay"}), "waterway": _ENCLOSED}
"""Water, and its beaches, that people stroll along."""


def is_coast(tags: Tagged) -> BoolArray:
    """Return a mask of coastlines."""
    return has_value(tags, "natural", {"coastline"})


def is_water_line(tags: Tagged) -> Answer:
    """Return whether lines are waterways."""
    return ask_value(tags, "waterway", _LINES, _NO_WATER, missing_is_no=True)


def is_bay(areas: Tagged) -> BoolArray:
    """Return a mask of bays and straits, which are drawn over the beaches in them."""
    return has_value(areas, "natural", _PARTS_OF_THE_SEA)


def is_water_area(tags: Tagged) -> Answer:
    """Return whether areas are water, on the ground."""
    tags = Tags.of(tags)
    return ask_any_value(tags, _AREAS) & Answer.from_mask(~ways.is_off_ground(tags))


def is_drawn_line(tags: Tagged) -> BoolArray:
    """Return a mask of waterways that a map draws."""
    return has_value(tags, "waterway", _DRAWN_LINES)


def is_drawn_area(tags: Tagged) -> BoolArray:
    """Return a mask of water that a map draws."""
    return has_any_value(tags, _DRAWN_AREAS)


def is_strolled_line(tags: Tagged) -> BoolArray:
    """Return a mask of shores and rivers that people stroll along."""
    return is_coast(tags) | has_value(tags, "waterway", _STROLLED_LINES)


def is_strolled_area(tags: Tagged) -> BoolArray:
    """Return a mask of water and beaches that people stroll along."""
    return has_any_value(tags, _STROLLED_AREAS)
