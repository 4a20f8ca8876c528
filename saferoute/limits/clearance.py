"""What a corridor over open ground keeps clear of, and by how much.

On open ground nobody has drawn a way around things, so whatever stands, grows
or runs there is taken out of the ground, with a margin [J].
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.candidates import Blockers
from saferoute.limits import _hazards, is_made_for_walking, is_walkable
from saferoute.osm import widths
from saferoute.osm.obstacles import is_small_object
from saferoute.osm.tags import has_tag, has_value, tag_column

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.model import Features

TREE_M, OBJECT_M = 0.75, 0.5
"""Margin around the middle of a tree, and of any other small object."""
FENCE_M, TREE_ROW_M, PATH_M, RAILWAY_M = 0.5, 1.0, 0.3, 3.75
"""Margin on each side of a line; `PATH_M` from a path's edge."""
FAST_ROAD_M, BUSY_ROAD_M = 20.0, 8.0
"""Margin from the edge of motorways and trunk roads, and of primary and secondary
roads: their verges are mapped as lawns, and nobody should run on them."""
_FAST, _BUSY = frozenset({"motorway", "trunk"}), frozenset({"primary", "secondary"})
BUILDING_M, USE_M, PLAYGROUND_M = 0.5, 0.5, 3.0

_USES = {
    "landuse": frozenset(
        "forest orchard vineyard farmland farmyard allotments flowerbed construction cemetery railway quarry landfill "
        "plant_nursery greenhouse_horticulture industrial military basin reservoir traffic_island brownfield "
        "greenfield garages depot".split()
    ),
    "natural": frozenset(
        "wood scrub shrubbery wetland heath scree bare_rock rock shingle mud reef glacier dune cliff stone "
        "shoal fell tundra".split()
    ),
    "leisure": frozenset(
        "garden swimming_pool marina dog_park outdoor_seating bleachers fitness_station ice_rink miniature_golf "
        "golf_course horse_riding stadium sports_hall bandstand firepit slipway".split()
    ),
    "amenity": frozenset(
        "parking fountain fuel bicycle_parking grave_yard restaurant cafe biergarten fast_food shelter toilets "
        "motorcycle_parking theatre recycling car_wash".split()
    ),
    "man_made": frozenset({"pier", "breakwater", "groyne", "storage_tank", "silo", "tower", "wastewater_plant"}),
    "tourism": frozenset({"camp_site", "caravan_site", "camp_pitch", "chalet", "zoo", "artwork"}),
    "aeroway": frozenset({"aerodrome", "apron", "runway", "taxiway", "helipad", "heliport", "terminal", "hangar"}),
    "golf": frozenset({"bunker", "fairway", "green", "tee", "rough", "driving_range", "hole", "pin"}),
}
"""Uses of ground that are not for running; the smaller of two overlapping uses holds."""


def collect_blockers(features: Features) -> Blockers:
    """Return everything that open ground is cut by, and the ways that lead to it."""
    areas, points = features.areas, features.points
    small = is_small_object(points)
    things, trees = points.geometry.to_numpy()[small], has_value(points, "natural", {"tree"})[small]
    building = has_tag(areas, "building")
    playground = has_value(areas, "leisure", {"playground"}) | has_value(areas, "landuse", {"playground"})
    water = _hazards.is_water(areas)
    use = np.zeros(len(areas), dtype=bool)
    for tag, values in _USES.items():
        use |= has_value(areas, tag, values)
    use &= ~building & ~playground & ~water
    polygons = areas.geometry.to_numpy()
    line_things, line_margins = _collect_blocking_lines(features.ways)
    parts = [
        (things, np.where(trees, TREE_M, OBJECT_M), False),
        (polygons[building], np.full(building.sum(), BUILDING_M), False),
        (polygons[playground], np.full(playground.sum(), PLAYGROUND_M), False),
        (polygons[water], np.full(water.sum(), _hazards.BESIDE_DROP_M), False),
        (polygons[use], np.full(use.sum(), USE_M), True),
        (line_things, line_margins, False),
    ]
    lines = features.ways.geometry.to_numpy()
    coastline = lines[has_value(features.ways, "natural", {"coastline"})]
    return Blockers(
        geometry=np.concatenate([p[0] for p in parts]),
        margin_m=np.concatenate([p[1] for p in parts]).astype(float),
        yields=np.concatenate([np.full(len(p[0]), p[2]) for p in parts]),
        shore=np.concatenate([coastline, shapely.boundary(polygons[water])]),
        coastline=coastline,
        walkable=lines[is_walkable(features.ways)],
        footways=lines[is_made_for_walking(features.ways)],
    )


def collect_walls(features: Features) -> NDArray[np.object_]:
    """Return what nobody walks straight across, not even forwards: buildings, water, fences, drops, rails, roads."""
    areas, ways = features.areas, features.ways
    building = has_tag(areas, "building")
    solid = building | _hazards.is_water(areas)
    line = _hazards.is_fence(ways) | _hazards.is_drop(ways) | _hazards.is_rail(ways)
    line |= tag_column(ways, "highway").isin(_hazards.MOTOR_ROADS).to_numpy()
    line &= ~_hazards.is_below_ground(ways)
    return np.concatenate([areas.geometry.to_numpy()[solid], ways.geometry.to_numpy()[line]])


def _collect_blocking_lines(ways: gpd.GeoDataFrame) -> tuple[NDArray[np.object_], FloatArray]:
    """Return the lines that cut open ground, and the margin on each side."""
    highway = tag_column(ways, "highway")
    below = _hazards.is_below_ground(ways)
    width, _ = widths.estimate_widths(ways)
    half, kind = _hazards.estimate_half_widths(ways), highway.str.removesuffix("_link")
    margin = np.full(len(ways), np.nan)
    rules: list[tuple[BoolArray, FloatArray | float]] = [
        (has_value(ways, "natural", {"tree_row"}), TREE_ROW_M),
        (has_tag(ways, "barrier", but=()), FENCE_M),
        (has_value(ways, "leisure", {"slipway"}), 2.0),
        (highway.notna().to_numpy(), width / 2 + PATH_M),
        (highway.isin(_hazards.MOTOR_ROADS).to_numpy(), half + _hazards.BESIDE_ROAD_M),
        (kind.isin(_FAST).to_numpy(), half + FAST_ROAD_M),
        (kind.isin(_BUSY).to_numpy(), half + BUSY_ROAD_M),
        (_hazards.is_rail(ways), RAILWAY_M),
        (_hazards.is_drop(ways), _hazards.BESIDE_DROP_M),
    ]
    for hit, distance in rules:
        margin = np.where(hit, np.fmax(margin, distance), margin)
    margin[below] = np.nan
    cut = np.isfinite(margin)
    return ways.geometry.to_numpy()[cut], margin[cut]
