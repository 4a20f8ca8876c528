"""Whether one gets to open ground on foot: by a public way, with nothing in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from saferoute.candidates._blockers import Blockers

WAY_NEAR_M = 30.0
"""A way this near leads to a piece of ground [J]."""
_WALL_M = 0.1
"""Half the thickness of a wall: it must be more than none, to divide ground."""
_GATE_M = 1.0
"""Half the width of a gate [J]."""


class Reach:
    """The ways that lead to open ground, and the walls with gates in between.

    Parameters
    ----------
    blockers : Blockers
    """

    def __init__(self, blockers: Blockers) -> None:
        self._walkable, self._walls, self._gates = blockers.walkable, blockers.walls, blockers.gates
        self._way_tree = shapely.STRtree(self._walkable)
        self._wall_tree = shapely.STRtree(self._walls)
        self._private_tree = shapely.STRtree(blockers.private)
        self._gate_tree = shapely.STRtree(self._gates)

    def has_way_near(self, ground: shapely.Geometry) -> bool:
        """Return whether a public way runs near, whatever stands in between."""
        return len(self._way_tree.query(ground, predicate="dwithin", distance=WAY_NEAR_M)) > 0

    def is_reached(self, part: shapely.Polygon, whole: shapely.Geometry, *, has_entrance: bool) -> bool:
        """Return whether a public way is near that one gets to without crossing a wall.

        Parameters
        ----------
        part : Polygon
            Ground that no wall divides.
        whole : Polygon or MultiPolygon
            The ground that it is a part of, across which one gets there, too.
        has_entrance : bool
            Whether people are known to get in somewhere, as onto a pitch in its cage. Then it is
            out of reach only if within the same walls there are ways, all of them private.
        """
        near = self._walkable[self._way_tree.query(part, predicate="dwithin", distance=WAY_NEAR_M)]
        # Straight across is asked first: it tells nearly always, and fast.
        straight = shapely.STRtree(shapely.shortest_line(part, near))
        walls = self._walls[self._wall_tree.query(part, predicate="dwithin", distance=WAY_NEAR_M)]
        if len(np.unique(straight.query(walls, predicate="intersects")[1])) < len(near):
            return True
        within = self._spread(part, whole)
        if len(self._way_tree.query(within, predicate="intersects")):
            return True
        return has_entrance and not len(self._private_tree.query(within, predicate="intersects"))

    def _spread(self, part: shapely.Polygon, whole: shapely.Geometry) -> shapely.Geometry:
        """Return the ground on and around the whole that one gets to from a part."""
        walls = self._walls[np.sort(self._wall_tree.query(whole, predicate="dwithin", distance=WAY_NEAR_M))]
        gates = self._gates[np.sort(self._gate_tree.query(whole, predicate="dwithin", distance=WAY_NEAR_M))]
        closed = shapely.union_all(shapely.buffer(walls, _WALL_M, quad_segs=1))
        if len(gates):
            closed = shapely.difference(closed, shapely.union_all(shapely.buffer(gates, _GATE_M, quad_segs=2)))
        pieces = shapely.get_parts(shapely.difference(shapely.buffer(whole, WAY_NEAR_M, quad_segs=4), closed))
        return shapely.union_all(pieces[shapely.intersects(pieces, shapely.point_on_surface(part))])
