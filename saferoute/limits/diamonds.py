"""The parts of ball grounds that nobody should run over: bases, mounds, backstops, and the strips of cricket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.osm import sports

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray
    from saferoute.table import Tags

INFIELD_M = 40.0
"""Around the home plate: the second base of a full diamond is 38.8 m away (90 ft between bases)."""
STRIP_M = 15.0
"""Around the middle of a cricket ground: half of its pitch of 20.12 m, and who runs up to it [J]."""
_BACKSTOP_NEAR_M = 12.0
"""A barrier this near to a corner may be its backstop, 18 m behind the plate at the most [J]."""
_LEAST_SIDE_M = 15.0
_SMOOTH_M = 2.0
_SQUARE_DEG = 35.0
"""A corner with a plate has 90° up to this much [J]."""


def outline_infields(areas: Tags, polygons: NDArray[np.object_], barriers: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the infields and strips of ball grounds, as polygons.

    The home plate lies in a corner. Where the map does not tell in which, no
    corner is run over; without any, nothing of the pitch is.

    Parameters
    ----------
    areas : Tags of n rows
    polygons : ndarray of n geometries
        In metres; what is no polygon is passed over.
    barriers : ndarray of geometries
        Fences and the like, by which a backstop is told.
    """
    is_polygon = shapely.get_dimensions(polygons) == 2  # an area
    diamonds = polygons[sports.is_ball_diamond(areas) & is_polygon]
    ovals = polygons[sports.is_cricket_ground(areas) & is_polygon]
    tree = shapely.STRtree(barriers)
    infields = [_outline_infield(diamond, tree) for diamond in diamonds]
    strips = shapely.buffer(shapely.centroid(ovals), STRIP_M)
    return np.concatenate([np.array(infields, dtype=object), strips])


def _outline_infield(diamond: shapely.Geometry, barriers: shapely.STRtree) -> shapely.Geometry:
    corners = shapely.points(find_corners(diamond))
    if not len(corners):
        return diamond
    fenced = np.unique(barriers.query(corners, predicate="dwithin", distance=_BACKSTOP_NEAR_M)[0])
    plates = corners[fenced] if len(fenced) else corners
    return shapely.intersection(shapely.union_all(shapely.buffer(plates, INFIELD_M)), shapely.make_valid(diamond))


def find_corners(pitch: shapely.Geometry) -> FloatArray:
    """Return the corners of a pitch in which a home plate may lie, shape (n, 2).

    Examples
    --------
    A quarter of a circle has three, as its arc ends squarely on both sides, a rectangle four:

    >>> quarter = shapely.intersection(shapely.Point(0, 0).buffer(90, quad_segs=16), shapely.box(0, 0, 99, 99))
    >>> sorted(find_corners(quarter).round().tolist())
    [[0.0, 0.0], [0.0, 90.0], [90.0, 0.0]]
    >>> len(find_corners(shapely.box(0, 0, 60, 60)))
    4
    """
    parts = shapely.get_parts(shapely.orient_polygons(shapely.simplify(pitch, _SMOOTH_M)))
    return np.concatenate([_find_corners_of_ring(shapely.get_coordinates(part.exterior)[:-1]) for part in parts])


def _find_corners_of_ring(xy: FloatArray) -> FloatArray:
    back, ahead = xy - np.roll(xy, 1, axis=0), np.roll(xy, -1, axis=0) - xy
    turn = np.degrees(np.arctan2(back[:, 0] * ahead[:, 1] - back[:, 1] * ahead[:, 0], (back * ahead).sum(axis=1)))
    long = np.fmin(np.hypot(*back.T), np.hypot(*ahead.T)) >= _LEAST_SIDE_M
    corners: FloatArray = xy[long & (np.abs(turn - 90) <= _SQUARE_DEG)]
    return corners
