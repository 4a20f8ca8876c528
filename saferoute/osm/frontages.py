"""Frontages: streets that houses stand along, drawn or not, and ground on which none stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.osm import ground, water, ways
from saferoute.osm.tags import has_any_value, has_tag, has_value
from saferoute.table import Tags

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray
    from saferoute.table import Tagged

_HOUSED = frozenset({"residential", "living_street", "pedestrian"})
"""Values of ``highway`` for streets that are there for the houses beside them."""
_BUILT_UP = {"landuse": frozenset({"residential", "retail", "commercial"})}


def is_frontage(lines: Tagged) -> BoolArray:
    """Return a mask of streets that have houses beside them wherever they are, and of pavements."""
    lines = Tags.of(lines)
    return has_value(lines, "highway", _HOUSED) | has_value(lines, "footway", {"sidewalk"})


def is_town_street(lines: Tagged) -> BoolArray:
    """Return a mask of roads that have houses beside them where they lead through a town."""
    lines = Tags.of(lines)
    return ways.is_street(lines) | (ways.is_main_road(lines) & ~ways.is_fast_road(lines))


def is_built_up(areas: Tagged) -> BoolArray:
    """Return a mask of ground of towns and villages, on which houses stand."""
    return has_any_value(areas, _BUILT_UP)


def is_without_houses(areas: Tagged) -> BoolArray:
    """Return a mask of ground on which no house stands close to the edge: green, fields, water, pitches, roads."""
    areas = Tags.of(areas)
    kept_free = ground.is_open_ground(areas) | ground.is_green(areas) | ground.is_playground(areas)
    kept_free |= has_tag(areas, "area:highway")
    unfit = ground.is_overgrown(areas) | ground.is_farmed(areas) | ground.is_closed_ground(areas)
    return kept_free | unfit | water.is_water_area(areas).yes
