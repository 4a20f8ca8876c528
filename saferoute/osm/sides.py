"""Sides: what may stand beside a way, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.osm import barriers, ground, obstacles, relief, sports, unread, water, ways
from saferoute.osm.tags import has_any_value, has_only_values, has_tag, has_value
from saferoute.table import Tags

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray
    from saferoute.table import Tagged

_WALLS = frozenset({"wall", "city_wall", "retaining_wall"})
_HEDGES = frozenset({"hedge", "hedge_bank"})
_WITHOUT_HOUSE_DOORS = frozenset(
    "garage garages carport roof shed greenhouse barn silo tank storage_tank bunker tower transformer_tower ruins "
    "stable cowshed sty bridge grandstand pavilion digester container service utility substation transformer "
    "electricity power technical pumping_station water_tower".split()
)
"""Values of ``building`` for what nobody steps out of onto a pavement; any other may have a door there."""
_WORKS = {
    "power": frozenset({"substation", "transformer", "switchgear", "generator", "converter"}),
    "man_made": frozenset({"pumping_station", "reservoir_covered", "storage_tank", "silo", "water_tower", "chimney"}),
}
"""Tags of technical buildings, whatever ``building`` says: they are visited once a month, and not by a crowd [J]."""


def find_line_kinds(lines: Tagged) -> dict[str, BoolArray]:
    """Return a mask of lines on the ground for each name of what may stand beside a way."""
    lines = Tags.of(lines)
    wet = water.is_water_line(lines).possible | water.is_coast(lines)
    kinds = {
        "road": ways.is_motor_road(lines),
        "rail": barriers.is_rail(lines),
        "water": wet,
        "drop": unread.may_be_drop(lines) & ~wet,
        "site": ground.is_building_site(lines),
        "steps": ways.is_steps(lines),
        "platform": ways.is_platform(lines) & ~ways.is_foot_way(lines),
        **_find_barriers(lines, obstacles.is_line_object(lines) & ~ways.is_steps(lines)),
    }
    here = ~ways.is_off_ground(lines)
    return {name: mask & here for name, mask in kinds.items()}


def find_area_kinds(areas: Tagged) -> dict[str, BoolArray]:
    """Return a mask of areas on the ground for each name of what may stand beside a way, by their edges."""
    areas = Tags.of(areas)
    site = ground.is_building_site(areas)
    building = ground.is_building(areas) & ~site
    doorless = has_only_values(areas, "building", _WITHOUT_HOUSE_DOORS) | has_any_value(areas, _WORKS)
    solid = obstacles.is_solid_area(areas)
    kinds = {
        "water": water.is_water_area(areas).yes,
        "drop": barriers.is_drop(areas).yes,
        "site": site,
        "parking": ground.is_car_park(areas),
        "doors": building & ~doorless,
        "building": solid & building & doorless,
        "wood": ground.is_thicket(areas),
        "rock": relief.is_rock(areas),
        "steps": ways.is_steps(areas),
        "pitch": sports.is_pitch(areas),
        "pit": sports.is_athletics_pit(areas),
        "platform": ways.is_platform(areas),
        **_find_barriers(areas, (solid & ~building & ~site & ~ways.is_steps(areas)) | obstacles.is_fenced_area(areas)),
    }
    here = ~ways.is_off_ground(areas)
    return {name: mask & here for name, mask in kinds.items()}


def find_point_kinds(points: Tagged) -> dict[str, BoolArray]:
    """Return a mask of points for each name of what may stand beside a way: single trees, and posts and the like."""
    points = Tags.of(points)
    tree = obstacles.is_tree(points)
    here = ~ways.is_off_ground(points)
    return {"tree": tree & here, "post": obstacles.is_small_object(points) & ~tree & here}


def _find_barriers(tags: Tags, stands: BoolArray) -> dict[str, BoolArray]:
    """Return masks of what stands, by its material."""
    wall, hedge = has_value(tags, "barrier", _WALLS), has_value(tags, "barrier", _HEDGES)
    trees = obstacles.is_tree_row(tags)
    furniture = obstacles.is_furniture(tags) & ~has_tag(tags, "barrier")
    named = {
        "wall": stands & wall,
        "hedge": stands & hedge & ~wall,
        "trees": stands & trees & ~wall & ~hedge,
        "bench": stands & furniture & ~trees,
        "old rails": stands & has_value(tags, "railway", {"disused"}) & ~has_tag(tags, "barrier") & ~furniture & ~trees,
    }
    return {**named, "barrier": stands & ~np.any(list(named.values()), axis=0)}
