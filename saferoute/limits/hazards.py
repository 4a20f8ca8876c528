"""Hazards beside a line: roads, rails, drops, water and closed ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.geometry import Nearby, find_entering, find_sides, take_edges
from saferoute.limits.shores import take_beaches_off_bays
from saferoute.osm import barriers, ground, obstacles, unread, water, ways, widths
from saferoute.table import Tags

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Features

BESIDE_ROAD_M = 3.0
BESIDE_DROP_M = 5.0
BEYOND_END_M = 15.0
BESIDE_STEPS_M, BESIDE_LIFT_M = 1.5, 2.0
"""Half a metre from the edge of a usual way to steps, and room for who leaves a lift [J]."""
_ON_THE_WAY_M = 1.0
"""Who runs on past an end passes this near to what lies beyond."""
_TOUCHING_M = 0.01
"""Lines with a node in common are this near after their coordinates are rounded."""
_SIDE_M = 1.0
"""How far a thing is followed from where it meets a line, to see to which side it leaves."""
_HALF_GAUGE_M = 0.75
"""Half of the standard gauge of 1.435 m, and a rail's head."""


class Hazards:
    """Roads, rails, drops, water and closed ground of some features, indexed for queries.

    Bridges above and tunnels and culverts below are not hazards.
    """

    def __init__(self, features: Features) -> None:
        of_ways, of_areas = Tags.of(features.ways), Tags.of(features.outlines)
        lines = features.ways.geometry
        shapes = take_beaches_off_bays(of_areas, features.outlines.geometry)
        on_ground = ~ways.is_off_ground(of_ways)
        road = unread.may_be_road(of_ways) & on_ground
        rail = unread.may_be_rail(of_ways) & on_ground
        edges = lines[unread.may_be_drop(of_ways) & on_ground]
        drops = np.concatenate([edges, shapes[water.is_water_area(of_areas).yes]])
        steps = np.concatenate([lines[ways.is_steps(of_ways)], shapes[ways.is_steps(of_areas)]])
        points = features.points.geometry[ways.is_lift(features.points)]
        lifts = np.concatenate([points, lines[ways.is_lift(of_ways)], shapes[ways.is_lift(of_areas)]])
        self._by_kind = {
            "road": (lines[road], widths.estimate_half_widths(of_ways)[road]),
            "railway": (lines[rail], np.full(rail.sum(), _HALF_GAUGE_M)),
            "drop": (drops, np.zeros(len(drops))),
            "steps": (steps, np.zeros(len(steps))),
            "lift": (lifts, np.zeros(len(lifts))),
            "beyond": (np.concatenate([drops, steps]), np.zeros(len(drops) + len(steps))),
        }
        self._near = {kind: Nearby(things) for kind, (things, _) in self._by_kind.items()}
        fenced = shapes[len(features.areas) :][barriers.is_fence(of_areas).yes[len(features.areas) :]]
        self._fences = np.concatenate([lines[barriers.is_fence(of_ways).yes & on_ground], fenced])
        stands = ~ways.is_off_ground(of_areas)
        edges = take_edges(shapes[barriers.is_barrier(of_areas) & stands])
        self._barriers = np.concatenate([lines[barriers.is_barrier(of_ways) & on_ground], edges])
        edges = take_edges(shapes[obstacles.is_long_object(of_areas) & stands])
        self._objects = np.concatenate([lines[obstacles.is_long_object(of_ways) & on_ground], edges])
        self._buildings = shapes[ground.is_building(of_areas) & stands]
        self._protected = shapes[ground.is_protected(of_areas)]
        self._closed = np.concatenate([shapes[ground.is_closed_ground(of_areas)], lines[ground.is_jetty(of_ways)]])

    def lines_on_closed_ground(self, lines: shapely.STRtree) -> IntArray:
        """Return which lines enter closed ground."""
        # Shapely prepares the geometries that are queried with: preparing the large polygons pays.
        return np.unique(lines.query(self._closed, predicate="intersects")[1])

    def lines_on_protected_ground(self, lines: shapely.STRtree) -> IntArray:
        """Return which lines enter dunes or protected areas."""
        return np.unique(lines.query(self._protected, predicate="intersects")[1])

    def lines_at_barriers(self, lines: shapely.STRtree) -> IntArray:
        """Return which lines touch a barrier, or are crossed by a bench, steps, a row of trees or the like.

        A barrier that ends on the middle of a way leaves half of it at most. Steps and rows of trees that
        end there from one side lie beside it: those count where they, or several of them, leave to both.
        """
        touched = lines.query(self._barriers, predicate="dwithin", distance=_TOUCHING_M)[1]
        thing, line = lines.query(self._objects, predicate="dwithin", distance=_TOUCHING_M)
        left, right = (np.zeros(len(lines), dtype=bool) for _ in range(2))
        on_left, on_right = find_sides(lines.geometries[line], self._objects[thing], _SIDE_M)
        left[line[on_left]] = True
        right[line[on_right]] = True
        return np.union1d(touched, np.flatnonzero(left & right))

    def lines_in_buildings(self, lines: shapely.STRtree) -> IntArray:
        """Return which lines enter a building, or pass under a roof."""
        return np.unique(find_entering(self._buildings, lines)[1])

    def lines_beside_hazard(self, lines: shapely.STRtree, kind: str, distance_m: float) -> IntArray:
        """Return the lines with a hazard within `distance_m` of its edge, no fence between.

        Drops count through a fence too: a mapped fence beside water says
        nothing of its height or its gaps.
        """
        things, half = self._by_kind[kind]
        if not len(things):
            return np.empty(0, np.int64)
        thing, sample = self._near[kind].pairs_within(lines, half + distance_m)
        if kind != "drop" and len(self._fences) and len(sample):
            link = shapely.shortest_line(lines.geometries[sample], things[thing])
            fenced = np.unique(shapely.STRtree(link).query(self._fences, predicate="intersects")[1])
            # Where the hazard touches the line nothing can stand between.
            fenced = fenced[shapely.length(link[fenced]) > 0]
            sample = np.delete(sample, fenced)
        return np.unique(sample)

    def is_barrier_beyond(self, ends: FloatArray, ahead: FloatArray, length_m: float) -> BoolArray:
        """Return a mask of the ends from which a straight line of some length meets a barrier.

        Parameters
        ----------
        ends, ahead : ndarray of shape (n, 2)
            As of `is_drop_beyond`.
        """
        beyond = np.zeros(len(ends), dtype=bool)
        beyond[self.lines_at_barriers(_lead_on(ends, ahead, length_m))] = True
        return beyond

    def is_building_beyond(self, ends: FloatArray, ahead: FloatArray) -> BoolArray:
        """Return a mask of the ends from which a straight line of `BEYOND_END_M` meets a building.

        Parameters
        ----------
        ends, ahead : ndarray of shape (n, 2)
            As of `is_drop_beyond`.
        """
        beyond = np.zeros(len(ends), dtype=bool)
        beyond[self.lines_in_buildings(_lead_on(ends, ahead, BEYOND_END_M))] = True
        return beyond

    def is_drop_beyond(self, ends: FloatArray, ahead: FloatArray) -> BoolArray:
        """Return a mask of the ends at which a drop lies in the way of a runner who goes on.

        Parameters
        ----------
        ends, ahead : ndarray of shape (n, 2)
            End of each stretch, and the unit vector that leads out of it.
        """
        things, _ = self._by_kind["beyond"]
        if not len(ends) or not len(things):
            return np.zeros(len(ends), dtype=bool)
        near = self._near["beyond"]
        beyond = np.zeros(len(ends), dtype=bool)
        # Most ends are far from all of them: points tell that sooner than the ways ahead.
        here = np.unique(near.pairs_within(shapely.STRtree(shapely.points(ends)), BEYOND_END_M + _ON_THE_WAY_M)[1])
        path = shapely.linestrings(np.stack([ends[here], ends[here] + BEYOND_END_M * ahead[here]], axis=1))
        beyond[here[near.pairs_within(shapely.STRtree(path), _ON_THE_WAY_M)[1]]] = True
        return beyond


def _lead_on(ends: FloatArray, ahead: FloatArray, length_m: float) -> shapely.STRtree:
    """Return straight lines of some length that lead out of ends, indexed."""
    return shapely.STRtree(shapely.linestrings(np.stack([ends, ends + length_m * ahead], axis=1)))
