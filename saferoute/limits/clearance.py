"""Objects that a corridor over open ground must keep clear of, and by how much.

On open ground nobody has drawn a way around things, so whatever stands, grows
or runs there is taken out of the ground, with a margin [J].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from saferoute.candidates import Blockers
from saferoute.geometry import split_long_lines, take_edges
from saferoute.limits.diamonds import outline_infields
from saferoute.limits.hazards import BESIDE_DROP_M, BESIDE_ROAD_M
from saferoute.limits.shores import open_coast_at_beaches, take_beaches_off_bays
from saferoute.osm import access, barriers, ground, obstacles, sports, unread, water, ways, widths
from saferoute.osm.tags import is_tagged
from saferoute.table import Tags

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.model import Features

    _Margins = tuple[BoolArray, FloatArray | float]
    """Which things a rule holds for, and their margin."""

TREE_M, OBJECT_M = 0.75, 0.5
"""Margin around the middle of a tree, and of any other small object."""
FENCE_M, TREE_ROW_M, SLIPWAY_M, PATH_M = 0.5, 1.0, 2.0, 0.3
"""Margin on each side of a line; `PATH_M` from a path's edge."""
RAILWAY_M, FENCED_RAILWAY_M = 6.75, 3.75
"""Margin from the middle of rails, and behind a fence: 6 m and 3 m beside half of the standard gauge [J]."""
FAST_ROAD_M, BUSY_ROAD_M = 20.0, 8.0
"""Margin from the edge of motorways and trunk roads, and of primary and secondary
roads: their verges are mapped as lawns, and nobody should run on them."""
_VERGE_M = {"motorway": FAST_ROAD_M, "trunk": FAST_ROAD_M, "primary": BUSY_ROAD_M, "secondary": BUSY_ROAD_M}
BUILDING_M, USE_M, PLAYGROUND_M, CAR_PARK_M, COURT_M, LIFT_M = 0.5, 0.5, 3.0, 2.5, 2.0, 2.0
SITE_M = 5.0
"""Margin from building sites, for hoardings and lorries [J]."""
HELIPORT_M, GOLF_M = 10.0, 20.0
"""Margin from where rotors turn, and from where balls fly."""
_RAIL_EDGE_M = 3.0
"""Rails are taken apart into pieces of seven edges of this length."""
_FENCE_HALF_M = 0.05
"""Half the thickness of a fence."""
_AT_GATE_M = 0.1
"""A way this near to a gate goes through it."""


class _Cut(NamedTuple):
    """Things that open ground is cut by; the fields are those of `Blockers`."""

    geometry: NDArray[np.object_]
    margin_m: FloatArray
    yields: BoolArray
    covers: BoolArray


def collect_blockers(features: Features) -> Blockers:
    """Return everything that open ground is cut by, and the ways that lead to it."""
    points, areas, of_ways = Tags.of(features.points), Tags.of(features.outlines), Tags.of(features.ways)
    spots, outlines, lines = (table.geometry for table in (features.points, features.outlines, features.ways))
    polygons = take_beaches_off_bays(areas, outlines)
    fenced = take_edges(polygons[_is_fenced(areas)])
    fences = np.concatenate([lines[barriers.is_fence(of_ways).yes], fenced])
    spot, spot_margins = _measure_point_margins(points)
    cut, line_margins = _measure_line_margins(of_ways)
    cuts = [
        _keep_off(spots[spot], spot_margins),
        _cut_by_areas(areas, polygons),
        _keep_off(fenced, FENCE_M),
        _keep_off(outline_infields(areas, polygons, fences), USE_M),
        _keep_off(lines[cut], line_margins),
        _keep_off(_outline_railways(lines[unread.may_be_rail(of_ways) & ~ways.is_below_ground(of_ways)], fences), 0.0),
    ]
    coastline = lines[water.is_coast(of_ways)]
    private = lines[ways.is_highway(of_ways) & access.is_closed_on_foot(of_ways).possible]
    is_walkable = access.is_walkable(of_ways) & ~ways.is_off_ground(of_ways)
    cut_by = _Cut(*(np.concatenate(parts) for parts in zip(*cuts, strict=True)))
    return Blockers(
        geometry=cut_by.geometry,
        margin_m=cut_by.margin_m,
        yields=cut_by.yields,
        covers=cut_by.covers,
        walls=np.concatenate([_list_walls(areas, polygons, of_ways, lines), fenced]),
        carriageways=lines[_is_traffic(of_ways) & ~ways.is_off_ground(of_ways)],
        gates=_list_gates(points, spots, private),
        shore=np.concatenate([coastline, take_edges(polygons[water.is_water_area(areas).yes])]),
        coastline=coastline,
        walkable=lines[is_walkable],
        private=private,
        footways=lines[access.is_made_for_walking(of_ways)],
        buildings=polygons[ground.is_building(areas)],
    )


def collect_walls(features: Features) -> NDArray[np.object_]:
    """Return what nobody walks straight across, not even forwards: buildings, water, fences, drops, rails, roads."""
    areas, of_ways = Tags.of(features.outlines), Tags.of(features.ways)
    polygons, lines = features.outlines.geometry, features.ways.geometry
    road = unread.may_be_road(of_ways) & ~ways.is_below_ground(of_ways)
    return np.concatenate([_list_walls(areas, polygons, of_ways, lines), lines[road]])


def _list_walls(
    areas: Tags, polygons: NDArray[np.object_], of_ways: Tags, lines: NDArray[np.object_]
) -> NDArray[np.object_]:
    """Return what nobody gets across on foot: buildings, water, fences, drops and rails."""
    solid = ground.is_building(areas) | water.is_water_area(areas).yes
    line = barriers.is_fence(of_ways).possible | unread.may_be_drop(of_ways) | unread.may_be_rail(of_ways)
    coast = water.is_coast(of_ways)
    on_land = lines[line & ~coast & ~ways.is_below_ground(of_ways)]
    return np.concatenate([polygons[solid], on_land, open_coast_at_beaches(lines[coast], areas, polygons)])


def _is_traffic(lines: Tags) -> BoolArray:
    """Return a mask of roads but for drives, alleys and living streets, and of rails."""
    return (ways.is_motor_road(lines) & ~ways.is_lane(lines)) | barriers.is_rail(lines)


def _list_gates(points: Tags, spots: NDArray[np.object_], private: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the gaps in barriers that are not closed themselves, nor the way through them."""
    gates = spots[barriers.is_gap(points) & ~access.is_closed_on_foot(points).possible]
    return np.delete(gates, shapely.STRtree(gates).query(private, predicate="dwithin", distance=_AT_GATE_M)[1])


def _is_fenced(areas: Tags) -> BoolArray:
    """Return a mask of ground with a barrier along its edge, but for what is solid itself."""
    return obstacles.is_fenced_area(areas) & (ground.is_building(areas) | ~obstacles.is_solid_area(areas))


def _keep_off(geometry: NDArray[np.object_], margin_m: FloatArray | float) -> _Cut:
    """Return things on which no ground lies."""
    no = np.zeros(len(geometry), dtype=bool)
    return _Cut(geometry, np.broadcast_to(margin_m, len(geometry)).astype(float), no, no)


def _cut_by_areas(areas: Tags, polygons: NDArray[np.object_]) -> _Cut:
    """Return the areas that open ground is cut by."""
    walled = sports.is_walled_field(areas).possible
    hard = _apply_margins(
        len(areas),
        [
            (obstacles.is_solid_area(areas), OBJECT_M),
            (ground.is_building(areas), BUILDING_M),
            (ground.is_playground(areas), PLAYGROUND_M),
            (water.is_water_area(areas).yes, BESIDE_DROP_M),
            (ground.is_car_park(areas), CAR_PARK_M),
            (walled & sports.is_pitch(areas), COURT_M),
            (ground.is_golf_course(areas), GOLF_M),
            (ground.is_heliport(areas), HELIPORT_M),
            (ways.is_lift(areas), LIFT_M),
        ],
    )
    uses: list[_Margins] = [
        (ground.is_in_use(areas), USE_M),
        (walled | sports.is_fenced_pitch(areas), COURT_M),
        (ground.is_building_site(areas), SITE_M),
    ]
    yielding = _apply_margins(len(areas), uses)
    yields = np.isnan(hard) & np.isfinite(yielding)
    margin = np.where(yields, yielding, hard)
    cut = np.isfinite(margin)
    return _Cut(polygons[cut], margin[cut], yields[cut], ground.is_overgrown(areas)[cut])


def _measure_point_margins(points: Tags) -> tuple[BoolArray, FloatArray]:
    """Return a mask of the points that open ground is cut by, and the margin around those."""
    rules: list[_Margins] = [
        (unread.may_be_object(points), OBJECT_M),
        (obstacles.is_tree(points), TREE_M),
        (ways.is_lift(points), LIFT_M),
        (ground.is_heliport(points), HELIPORT_M),
    ]
    margin = _apply_margins(len(points), rules)
    cut = np.isfinite(margin)
    return cut, margin[cut]


def _outline_railways(rails: NDArray[np.object_], fences: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the ground too near to rails, as polygons; behind a fence one may come nearer."""
    fenced = np.zeros(len(rails), dtype=bool)
    fenced[shapely.STRtree(rails).query(fences, predicate="dwithin", distance=RAILWAY_M)[1]] = True
    # Piece by piece, for the end of a fence concerns the rails there alone.
    pieces, _ = split_long_lines(shapely.segmentize(rails[fenced], _RAIL_EDGE_M))
    around = shapely.buffer(pieces, RAILWAY_M, quad_segs=2)
    piece, fence = shapely.STRtree(fences).query(around, predicate="intersects")
    for one in np.unique(piece):
        between = shapely.union_all(shapely.buffer(fences[fence[piece == one]], _FENCE_HALF_M, quad_segs=1))
        sides = shapely.get_parts(shapely.difference(around[one], between))
        this_side = sides[shapely.intersects(sides, pieces[one])]
        around[one] = shapely.union_all([*this_side, shapely.buffer(pieces[one], FENCED_RAILWAY_M, quad_segs=2)])
    return np.concatenate([shapely.buffer(rails[~fenced], RAILWAY_M, quad_segs=2), around])


def _measure_line_margins(lines: Tags) -> tuple[BoolArray, FloatArray]:
    """Return a mask of the lines that cut open ground, and the margin on each side of those."""
    width, half = widths.estimate_way_widths(lines)[0], widths.estimate_half_widths(lines)
    rules: list[_Margins] = [
        (obstacles.is_tree_row(lines), TREE_ROW_M),
        (is_tagged(lines, "barrier") | obstacles.is_line_object(lines), FENCE_M),
        (obstacles.is_slipway(lines), SLIPWAY_M),
        (ways.is_highway(lines), width / 2 + PATH_M),
        (unread.may_be_road(lines), half + BESIDE_ROAD_M),
        (np.isfinite(ways.rate_class(lines, _VERGE_M)), half + ways.rate_class(lines, _VERGE_M)),
        (ways.is_lift(lines), LIFT_M),
        (unread.may_be_drop(lines), BESIDE_DROP_M),
    ]
    margin = _apply_margins(len(lines), rules)
    margin[ways.is_below_ground(lines)] = np.nan
    cut = np.isfinite(margin)
    return cut, margin[cut]


def _apply_margins(count: int, rules: list[_Margins]) -> FloatArray:
    """Return the greatest margin of the rules that hold for each of `count` things, NaN where none does."""
    margin = np.full(count, np.nan)
    for hit, distance in rules:
        margin = np.where(hit, np.fmax(margin, distance), margin)
    return margin
