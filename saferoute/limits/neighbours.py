"""What lies around open ground and tells whose it is, and how completely it is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.candidates import Neighbours
from saferoute.geometry import place_points_evenly
from saferoute.osm import graves, ground, obstacles, owners, unread, ways
from saferoute.table import Tags

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray
    from saferoute.model import Features
    from saferoute.table import Table

_DRAWN_EVERY_M = 25.0
"""Metres of a path that count as one thing drawn, as a lamp or a tree does [J]."""

_LEAST_CORNERS = 3
"""A closed line with no more vertices, the last of them the first again, encloses nothing."""


def collect_neighbours(features: Features) -> Neighbours:
    """Return what lies around open ground and tells whose it is, and how completely it is drawn."""
    areas, of_ways = Tags.of(features.areas), Tags.of(features.ways)
    polygons, lines = features.areas.geometry, features.ways.geometry
    on_ground = ~ways.is_off_ground(of_ways)
    points = features.points.geometry[unread.may_be_object(features.points)]
    paths = lines[(ways.is_foot_way(of_ways) | obstacles.is_tree_row(of_ways)) & on_ground]
    return Neighbours(
        schools=_list_schools_without_ground(areas, polygons),
        infields=_enclose_rings(lines[ways.is_running_track(of_ways)]),
        gardens=polygons[owners.is_private_garden(areas)],
        fields=polygons[ground.is_farmed(areas)],
        castles=_cover_castles(features.outlines),
        stadiums=polygons[owners.is_stadium(areas)],
        hospitals=polygons[owners.is_hospital(areas)],
        institutes=polygons[owners.is_institute(areas)],
        memorials=polygons[owners.is_memorial(areas)],
        graves=polygons[graves.is_old_burial_ground(areas)],
        gone=polygons[ground.is_gone_building(areas) | ground.is_former_ground(areas)],
        roads=lines[ways.is_motor_road(of_ways) & on_ground],
        drawn=np.concatenate([points, shapely.points(place_points_evenly(paths, _DRAWN_EVERY_M)[0])]),
    )


def _list_schools_without_ground(areas: Tags, polygons: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the buildings of schools that lie on no school's mapped ground."""
    school, building = owners.is_school(areas), ground.is_building(areas)
    buildings, grounds = polygons[school & building], polygons[school & ~building]
    with_ground: BoolArray = np.zeros(len(buildings), dtype=bool)
    with_ground[shapely.STRtree(buildings).query(grounds, predicate="intersects")[1]] = True
    return buildings[~with_ground]


def _cover_castles(outlines: Table) -> NDArray[np.object_]:
    """Return the ground within the outermost walls of each castle, its courts and broken outlines among it."""
    castles = outlines.select_rows(owners.is_castle(outlines))
    of = np.unique(castles["osm_id"], return_inverse=True)[1].ravel()
    order = np.argsort(of, kind="stable")
    return shapely.convex_hull(shapely.geometrycollections(castles.geometry[order], indices=of[order]))


def _enclose_rings(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the ground within those lines that are closed."""
    closed = lines[shapely.is_closed(lines) & (shapely.get_num_coordinates(lines) > _LEAST_CORNERS)]
    return shapely.make_valid(
        np.array([shapely.Polygon(shapely.get_coordinates(line)) for line in closed], dtype=object)
    )
