"""Corridors on one piece of open ground: the longest lines that nothing blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from saferoute.candidates._free_ground import FreeGround
from saferoute.candidates._islands import ISLAND_M, is_between_roads
from saferoute.candidates._lawns import Lawns
from saferoute.candidates._reach import Reach
from saferoute.geometry import find_longest_lines
from saferoute.osm import access
from saferoute.osm.ground import FARMED_KINDS, KEPT_KINDS, SHORE_KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.candidates._blockers import Blockers
    from saferoute.candidates._neighbours import Neighbours
    from saferoute.model import Profile
    from saferoute.table import Table

_MOST = 8
"""Most corridors on one free piece of ground."""
_AREA_PER_CORRIDOR_M2 = 2500.0
"""Ground for which one corridor more is looked for [J]."""
_APART_M = 12.0
"""Corridors nearer to each other than this are the same again [J]."""
SHORE_NEAR_M = 300.0
"""A shore farther off says nothing of the direction of a beach [J]."""
_ALONG_SHORE = 0.35
"""On a beach the ends of a corridor differ this much of its length in their
distance from the water, at the most: the rest runs across the slope [J]."""


_ISLAND, _OUT_OF_REACH = "between carriageways", "no way leads there"


class Corridor(NamedTuple):
    """A straight band of open ground that nothing blocks."""

    line: shapely.LineString
    row: int
    """The area under its middle."""
    clear_width_m: float
    """Twice the distance from the line to the edge of the free ground."""
    is_tidal: bool
    """Whether it lies on the sea's side of a coastline, which is drawn at high water."""


class CorridorFinder:
    """Finds corridors on pieces of open ground, given all that cuts them.

    Parameters
    ----------
    areas : Table of n rows
        All areas, in metres.
    kinds : ndarray of n str
        Kind of open ground of each area, ``""`` where it is none.
    for_recreation : ndarray of shape (n,)
        Areas whose grass is there for everybody, whatever its size.
    blockers : Blockers
    neighbours : Neighbours
    profile : Profile
        Its lane, clear length and run-outs are what a corridor must hold.
    """

    def __init__(
        self,
        areas: Table,
        kinds: NDArray[np.object_],
        for_recreation: BoolArray,
        blockers: Blockers,
        neighbours: Neighbours,
        profile: Profile,
    ) -> None:
        is_open = kinds != ""
        self._geometry = areas.geometry.copy()
        self._geometry[is_open] = shapely.make_valid(self._geometry[is_open])
        self._blockers = blockers
        self._ground = FreeGround(self._geometry, kinds, blockers)
        self._reach = Reach(blockers)
        self._roads = shapely.STRtree(blockers.carriageways)
        self._open_to_all = access.is_open_on_foot(areas)
        self._lawns = Lawns(blockers, neighbours)
        self._for_recreation = for_recreation
        self._shore = shapely.STRtree(blockers.shore)
        self._coast = shapely.STRtree(blockers.coastline)
        self._half_lane = profile.lane_m / 2
        self._shortest = profile.clear_length_m + 2 * profile.run_out_m

    def have_room(self, bounds: FloatArray) -> BoolArray:
        """Return a mask of boxes, shape (n, 4), that are large enough for a corridor."""
        west, south, east, north = np.moveaxis(bounds, -1, 0)
        return np.asarray(np.hypot(east - west, north - south) >= self._shortest)

    def mark(self, members: IntArray) -> bytes:
        """Return all that decides about touching areas besides their shape and what lies around them."""
        told = self._half_lane, self._shortest, self._for_recreation[members].any(), self._open_to_all[members].any()
        return np.array(told, dtype=float).tobytes()

    def find_corridors(self, members: IntArray, kind: str) -> tuple[list[Corridor], str]:
        """Return the corridors on touching areas of one kind; where there is none, why."""
        whole = shapely.union_all(self._geometry[members]) if len(members) > 1 else self._geometry[members[0]]
        if not self._are_long_enough(whole):
            return [], "no clear line"
        if kind in FARMED_KINDS and not self._for_recreation[members].any():
            reason = self._lawns.find_reason(whole, kind)
            if reason:
                return [], reason
        if not self._reach.has_way_near(whole):
            return [], _OUT_OF_REACH
        found: list[Corridor] = []
        reason = "no clear line"
        has_entrance = kind in KEPT_KINDS or bool(self._open_to_all[members].any())
        parts = self._ground.cut_parts(whole, members, kind)
        parts = parts[self._are_long_enough(parts)]
        for part, is_tidal in zip(parts, self._are_at_sea(parts), strict=True):
            corridors = self._find_in_part(part, members, kind, is_tidal=bool(is_tidal))
            if not corridors:
                continue
            between = is_between_roads(np.array([c.line for c in corridors], dtype=object), self._roads, ISLAND_M)
            if between.any():
                corridors, reason = [corridors[k] for k in np.flatnonzero(~between)], _ISLAND
            if corridors and not self._reach.is_reached(part, whole, has_entrance=has_entrance):
                corridors, reason = [], _OUT_OF_REACH
            found += corridors
        return found, reason

    def _find_in_part(self, part: shapely.Polygon, members: IntArray, kind: str, *, is_tidal: bool) -> list[Corridor]:
        """Return the corridors on one free polygon."""
        pieces = shapely.get_parts(shapely.buffer(part, -self._half_lane, quad_segs=4))
        long = pieces[self._are_long_enough(pieces)]
        lines = [line for piece in long for line in self._corridor_lines(piece, kind)]
        found = [Corridor(line, *self._locate_line(line, part, members), is_tidal) for line in lines]
        # Rounded corners of the inner polygon may let a line pass a hair too near.
        return [c for c in found if c.clear_width_m >= 2 * self._half_lane * 0.98]

    def _are_long_enough(self, polygons: shapely.Geometry | NDArray[np.object_]) -> BoolArray:
        """Return a mask of polygons in whose box a corridor has room, of shape () for one."""
        return self.have_room(shapely.bounds(polygons))

    def _are_at_sea(self, parts: NDArray[np.object_]) -> BoolArray:
        """Return a mask of the parts on the sea's side of a coastline: beaches are drawn down to low water."""
        at_sea = np.zeros(len(parts), dtype=bool)
        if not len(self._blockers.coastline) or not len(parts):
            return at_sea
        points = shapely.point_on_surface(parts)
        part, coast = self._coast.query_nearest(points, max_distance=SHORE_NEAR_M)
        # Where two pieces of a coast meet, both are nearest: the first of the map is taken.
        order = np.lexsort((coast, part))
        part, first = np.unique(part[order], return_index=True)
        coast = coast[order][first]
        line = self._blockers.coastline[coast]
        at = shapely.line_locate_point(line, points[part])
        before = shapely.get_coordinates(shapely.line_interpolate_point(line, np.fmax(at - 0.5, 0)))
        after = shapely.get_coordinates(shapely.line_interpolate_point(line, at + 0.5))
        ahead, away = after - before, shapely.get_coordinates(points[part]) - before
        at_sea[part] = ahead[:, 0] * away[:, 1] - ahead[:, 1] * away[:, 0] < 0
        return at_sea

    def _corridor_lines(self, inner: shapely.Polygon, kind: str) -> list[shapely.LineString]:
        most = int(np.clip(1 + shapely.area(inner) // _AREA_PER_CORRIDOR_M2, 1, _MOST))
        beach = kind in SHORE_KINDS
        ends = find_longest_lines(inner, shortest_m=self._shortest, most=2 * most if beach else most, apart_m=_APART_M)
        lines = shapely.linestrings(ends)
        return list((lines[self._is_along_shore(ends)] if beach and len(ends) else lines)[:most])

    def _is_along_shore(self, ends: FloatArray) -> BoolArray:
        """Return a mask of lines that run along the water; without water near, of all."""
        if not len(self._blockers.shore):
            return np.ones(len(ends), dtype=bool)
        away = np.full(2 * len(ends), np.nan)
        points = shapely.points(ends.reshape(-1, 2))
        (which, _), distance = self._shore.query_nearest(
            points, max_distance=SHORE_NEAR_M, return_distance=True, all_matches=False
        )
        away[which] = distance
        start, end = away.reshape(-1, 2).T
        length = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
        return ~(np.abs(start - end) > _ALONG_SHORE * length)

    def _locate_line(self, line: shapely.LineString, part: shapely.Polygon, members: IntArray) -> tuple[int, float]:
        """Return the row of the polygon under a line's middle, and the clear width."""
        middle = shapely.line_interpolate_point(line, 0.5, normalized=True)
        away = shapely.distance(self._geometry[members], middle)
        return int(members[int(np.argmin(away))]), 2 * float(shapely.distance(line, shapely.boundary(part)))
