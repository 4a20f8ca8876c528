"""Fixed things one can fall over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.osm.tags import has_tag, has_value

if TYPE_CHECKING:
    import geopandas as gpd

    from saferoute.arrays import BoolArray

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
_ANY_VALUE = ("barrier", "advertising", "playground", "traffic_calming")


def is_small_object(points: gpd.GeoDataFrame) -> BoolArray:
    """Say which points are fixed objects one can fall over."""
    hit = np.zeros(len(points), dtype=bool)
    for tag, values in SMALL_OBJECTS.items():
        hit |= has_value(points, tag, values)
    for tag in _ANY_VALUE:
        hit |= has_tag(points, tag, but=("no", "none", "entrance"))
    return hit
