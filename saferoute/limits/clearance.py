"""Objects that a corridor over open ground must keep clear of, and by how much.

On open ground nobody has drawn a way around things, so whatever stands, grows
or runs there is taken out of the ground, with a margin [J].
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.candidates import Blockers
from saferoute.geometry import take_edges
from saferoute.limits.hazards import BESIDE_DROP_M, BESIDE_ROAD_M
from saferoute.osm import access, barriers, ground, obstacles, water, ways, widths
from saferoute.osm.tags import Tags, is_tagged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.model import Features

TREE_M, OBJECT_M = 0.75, 0.5
"""Margin around the middle of a tree, and of any other small object."""
FENCE_M, TREE_ROW_M, SLIPWAY_M, PATH_M, RAILWAY_M = 0.5, 1.0, 2.0, 0.3, 3.75
"""Margin on each side of a line; `PATH_M` from a path's edge."""
FAST_ROAD_M, BUSY_ROAD_M = 20.0, 8.0
"""Margin from the edge of motorways and trunk roads, and of primary and secondary
roads: their verges are mapped as lawns, and nobody should run on them."""
_VERGE_M = {"motorway": FAST_ROAD_M, "trunk": FAST_ROAD_M, "primary": BUSY_ROAD_M, "secondary": BUSY_ROAD_M}
BUILDING_M, USE_M, PLAYGROUND_M = 0.5, 0.5, 3.0


def collect_blockers(features: Features) -> Blockers:
    """Return everything that open ground is cut by, and the ways that lead to it."""
    points, areas, of_ways = Tags.of(features.points), Tags.of(features.outlines), Tags.of(features.ways)
    small = obstacles.is_small_object(points)
    trees = obstacles.is_tree(points)[small]
    building, playground = ground.is_building(areas), ground.is_playground(areas)
    wet = water.is_water_area(areas).yes
    solid = obstacles.is_solid_area(areas) & ~building
    fenced = obstacles.is_fenced_area(areas) & ~solid
    use = ground.is_in_use(areas) & ~building & ~playground & ~wet
    polygons, lines = features.outlines.geometry.to_numpy(), features.ways.geometry.to_numpy()
    cut, line_margins = _measure_line_margins(of_ways)
    parts = [
        (features.points.geometry.to_numpy()[small], np.where(trees, TREE_M, OBJECT_M), False),
        (polygons[building], np.full(building.sum(), BUILDING_M), False),
        (polygons[solid], np.full(solid.sum(), OBJECT_M), False),
        (take_edges(polygons[fenced]), np.full(fenced.sum(), FENCE_M), False),
        (polygons[playground], np.full(playground.sum(), PLAYGROUND_M), False),
        (polygons[wet], np.full(wet.sum(), BESIDE_DROP_M), False),
        (polygons[use], np.full(use.sum(), USE_M), True),
        (lines[cut], line_margins, False),
    ]
    coastline = lines[water.is_coast(of_ways)]
    return Blockers(
        geometry=np.concatenate([p[0] for p in parts]),
        margin_m=np.concatenate([p[1] for p in parts]).astype(float),
        yields=np.concatenate([np.full(len(p[0]), p[2]) for p in parts]),
        shore=np.concatenate([coastline, take_edges(polygons[wet])]),
        coastline=coastline,
        walkable=lines[access.is_walkable(of_ways)],
        footways=lines[access.is_made_for_walking(of_ways)],
        buildings=polygons[building],
    )


def collect_walls(features: Features) -> NDArray[np.object_]:
    """Return what nobody walks straight across, not even forwards: buildings, water, fences, drops, rails, roads."""
    areas, of_ways = Tags.of(features.outlines), Tags.of(features.ways)
    solid = ground.is_building(areas) | water.is_water_area(areas).yes
    line = barriers.is_fence(of_ways).possible | barriers.is_drop(of_ways).possible | barriers.is_rail(of_ways)
    line |= ways.is_motor_road(of_ways)
    line &= ~ways.is_below_ground(of_ways)
    return np.concatenate([features.outlines.geometry.to_numpy()[solid], features.ways.geometry.to_numpy()[line]])


def _measure_line_margins(lines: Tags) -> tuple[BoolArray, FloatArray]:
    """Return a mask of the lines that cut open ground, and the margin on each side of those."""
    width, half = widths.estimate_way_widths(lines)[0], widths.estimate_half_widths(lines)
    margin = np.full(len(lines), np.nan)
    rules: list[tuple[BoolArray, FloatArray | float]] = [
        (obstacles.is_tree_row(lines), TREE_ROW_M),
        (is_tagged(lines, "barrier") | obstacles.is_line_object(lines), FENCE_M),
        (obstacles.is_slipway(lines), SLIPWAY_M),
        (ways.is_highway(lines), width / 2 + PATH_M),
        (ways.is_motor_road(lines), half + BESIDE_ROAD_M),
        (np.isfinite(ways.rate_class(lines, _VERGE_M)), half + ways.rate_class(lines, _VERGE_M)),
        (barriers.is_rail(lines), RAILWAY_M),
        (barriers.is_drop(lines).possible, BESIDE_DROP_M),
    ]
    for hit, distance in rules:
        margin = np.where(hit, np.fmax(margin, distance), margin)
    margin[ways.is_below_ground(lines)] = np.nan
    cut = np.isfinite(margin)
    return cut, margin[cut]
