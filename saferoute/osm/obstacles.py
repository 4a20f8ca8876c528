"""Fixed things one can fall over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.osm.tags import Tags, has_any_value, has_tag, has_value

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray
    from saferoute.osm.tags import Tagged

SMALL_OBJECTS = {
    "natural": frozenset({"tree", "rock", "stone", "shrub", "tree_stump"}),
    "highway": frozenset({"street_lamp", "traffic_sign", "milestone", "speed_camera"}),
    "amenity": frozenset(
        "bench waste_basket waste_disposal recycling drinking_water fountain post_box telephone "
        "vending_machine bicycle_parking clock bbq shelter charging_station parcel_locker table lounger "
        "watering_place water_point grit_bin hunting_stand bicycle_repair_station".split()
    ),
    "power": frozenset({"pole", "tower", "catenary_mast"}),
    "man_made": frozenset(
        "street_cabinet utility_pole flagpole mast pole manhole monitoring_station water_well water_tap "
        "advertising planter tower antenna".split()
    ),
    "emergency": frozenset({"fire_hydrant", "life_ring", "phone", "water_tank"}),
    "tourism": frozenset({"information", "artwork"}),
    "leisure": frozenset({"picnic_table", "fitness_station", "firepit", "playground"}),
    "historic": frozenset("memorial monument wayside_cross wayside_shrine boundary_stone milestone stone".split()),
}
_FLAT_BARRIERS = frozenset({"no", "none", "kerb"})
_ROOFS = frozenset({"no", "roof", "carport"})
_THICK_BARRIERS = frozenset({"hedge", "wall"})
_ANY_VALUE = ("barrier", "advertising", "playground", "traffic_calming")


def is_small_object(points: Tagged) -> BoolArray:
    """Return a mask of fixed objects that one can fall over."""
    points = Tags.of(points)
    hit = has_any_value(points, SMALL_OBJECTS)
    for tag in _ANY_VALUE:
        hit |= has_tag(points, tag, but=("no", "none", "entrance"))
    return hit


def is_line_object(lines: Tagged) -> BoolArray:
    """Return a mask of walls, fences, hedges and rows of trees."""
    return has_tag(lines, "barrier", but=_FLAT_BARRIERS) | is_tree_row(lines)


def is_solid_area(areas: Tagged) -> BoolArray:
    """Return a mask of buildings with walls, and of hedges and walls drawn as areas."""
    return has_tag(areas, "building", but=_ROOFS) | has_value(areas, "barrier", _THICK_BARRIERS)


def is_tree(points: Tagged) -> BoolArray:
    """Return a mask of single trees."""
    return has_value(points, "natural", {"tree"})


def is_tree_row(lines: Tagged) -> BoolArray:
    """Return a mask of rows of trees."""
    return has_value(lines, "natural", {"tree_row"})


def is_slipway(lines: Tagged) -> BoolArray:
    """Return a mask of ramps by which boats are let into the water."""
    return has_value(lines, "leisure", {"slipway"})
