"""What is left of open ground when all that lies on it, stands on it or runs beside it is cut out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.osm.ground import DESIGNATED_KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, IntArray
    from saferoute.candidates._blockers import Blockers


class FreeGround:
    """Open ground, and all that cuts it.

    Of two things mapped on the same ground the smaller lies on top, as a pitch
    does on a park; and what grows there lies on what the ground is only called.

    Parameters
    ----------
    geometry : ndarray of n geometries
        All areas, in metres; open ground must be valid.
    kinds : ndarray of n str
        Kind of open ground of each area, ``""`` where it is none.
    blockers : Blockers
    """

    def __init__(self, geometry: NDArray[np.object_], kinds: NDArray[np.object_], blockers: Blockers) -> None:
        self._geometry, self._blockers = geometry, blockers
        self._area = shapely.area(geometry)
        self._open = np.flatnonzero(kinds != "")
        self._open_tree = shapely.STRtree(geometry[self._open])
        self._area_of_blockers = shapely.area(blockers.geometry)
        self._shapes = blockers.geometry.copy()
        self._shapes[blockers.yields] = shapely.make_valid(self._shapes[blockers.yields])
        self._tree = shapely.STRtree(blockers.geometry)
        self._reach_m = float(blockers.margin_m.max(initial=0.0))

    def cut_parts(self, whole: shapely.Geometry, members: IntArray, kind: str) -> NDArray[np.object_]:
        """Return the free polygons of touching areas of one kind.

        Parameters
        ----------
        whole : Polygon or MultiPolygon
            The areas together.
        members : ndarray of row numbers
            The areas.
        kind : str
        """
        blockers = self._blockers
        # In the order of the map: that of the tree depends on what lies far off, and the last digits on the order.
        near = np.sort(self._tree.query(whole, predicate="dwithin", distance=self._reach_m))
        near = near[shapely.distance(blockers.geometry[near], whole) <= blockers.margin_m[near]]
        uses, things = near[blockers.yields[near]], near[~blockers.yields[near]]
        top, on_top = self._take_off_what_lies_on_top(whole, members, uses, kind)
        # What the ground lies on begins at its edge, and keeps its margin there.
        below = uses[~on_top]
        around = shapely.buffer(shapely.envelope(whole), self._reach_m)
        rest = shapely.difference(shapely.intersection(self._shapes[below], around), whole)
        shapes = np.concatenate([blockers.geometry[things], rest])
        margins = np.concatenate([blockers.margin_m[things], blockers.margin_m[below]])
        left = _subtract(top, shapely.buffer(shapes, margins, quad_segs=2))
        parts = shapely.get_parts(left)
        return parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]

    def _take_off_what_lies_on_top(
        self, whole: shapely.Geometry, members: IntArray, uses: IntArray, kind: str
    ) -> tuple[shapely.Geometry, BoolArray]:
        """Return what of the areas lies open, and a mask of the uses that lie on one of them."""
        blockers = self._blockers
        other = self._open[np.sort(self._open_tree.query(whole, predicate="intersects"))]
        other = other[~np.isin(other, members)]
        things = np.concatenate(
            [shapely.buffer(blockers.geometry[uses], blockers.margin_m[uses], quad_segs=2), self._geometry[other]]
        )
        area = np.concatenate([self._area_of_blockers[uses], self._area[other]])
        covers = np.zeros(len(things), dtype=bool)
        covers[: len(uses)] = blockers.covers[uses] & (kind in DESIGNATED_KINDS)
        member, thing = shapely.STRtree(things).query(self._geometry[members], predicate="intersects")
        lies_on = covers[thing] | (area[thing] < self._area[members][member])
        member, thing = member[lies_on], thing[lies_on]
        open_top = self._geometry[members]
        for one in np.unique(member):
            open_top[one] = _subtract(open_top[one], things[thing[member == one]])
        top = shapely.union_all(open_top) if len(open_top) > 1 else open_top[0]
        return top, np.isin(np.arange(len(uses)), thing)


def _subtract(ground: shapely.Geometry, things: NDArray[np.object_]) -> shapely.Geometry:
    return shapely.difference(ground, shapely.union_all(things)) if len(things) else ground
