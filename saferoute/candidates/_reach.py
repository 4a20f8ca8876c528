"""Whether one gets to open ground on foot: by a public way, with nothing in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.candidates._blockers import Blockers

_WAY_NEAR_M = 30.0
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
        return len(self._way_tree.query(ground, predicate="dwithin", distance=_WAY_NEAR_M)) > 0

    def is_reached(self, part: shapely.Polygon, *, has_entrance: bool) -> bool:
        """Return whether a public way is near that one gets to without crossing a wall.

        Parameters
        ----------
        part : Polygon
            Ground that no wall divides.
        has_entrance : bool
            Whether people are known to get in somewhere, as onto a pitch in its cage. Then it is
            out of reach only if within the same walls there are ways, all of them private.
        """
        ways = self._walkable[self._way_tree.query(part, predicate="dwithin", distance=_WAY_NEAR_M)]
        walls = self._walls[self._wall_tree.query(part, predicate="dwithin", distance=_WAY_NEAR_M)]
        if not len(ways) or not len(walls):
            return len(ways) > 0
        # Straight across is asked first: it tells nearly always, and fast.
        straight = shapely.STRtree(shapely.shortest_line(part, ways))
        if len(np.unique(straight.query(walls, predicate="intersects")[1])) < len(ways):
            return True
        gates = self._gates[self._gate_tree.query(part, predicate="dwithin", distance=_WAY_NEAR_M)]
        within = _spread(part, walls, gates)
        if shapely.intersects(within, ways).any():
            return True
        return has_entrance and not len(self._private_tree.query(within, predicate="intersects"))


def _spread(part: shapely.Polygon, walls: NDArray[np.object_], gates: NDArray[np.object_]) -> shapely.Geometry:
    """Return the ground around a part that one gets to from there."""
    closed = shapely.union_all(shapely.buffer(walls, _WALL_M, quad_segs=1))
    if len(gates):
        closed = shapely.difference(closed, shapely.union_all(shapely.buffer(gates, _GATE_M, quad_segs=2)))
    pieces = shapely.get_parts(shapely.difference(shapely.buffer(part, _WAY_NEAR_M, quad_segs=4), closed))
    return shapely.union_all(pieces[shapely.intersects(pieces, shapely.point_on_surface(part))])
