"""Strips of green between the carriageways of roads, and beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray

ISLAND_M = 15.0
"""A carriageway nearer than this on both sides makes ground an island [J]."""
_SHARE = 0.5
"""Share of a line along which a carriageway runs beside it."""


def is_between_roads(lines: NDArray[np.object_], roads: shapely.STRtree, within_m: float) -> BoolArray:
    """Return a mask of lines with a road near on both sides, over half of their length.

    Parameters
    ----------
    lines : ndarray of n LineStrings
    roads : STRtree of LineStrings
    within_m : float
        What is farther from the line is not near.

    Examples
    --------
    >>> roads = shapely.STRtree(shapely.from_wkt(["LINESTRING (0 10, 90 10)", "LINESTRING (0 -10, 90 -10)"]))
    >>> lines = shapely.from_wkt(["LINESTRING (0 0, 90 0)", "LINESTRING (0 20, 90 20)"])
    >>> is_between_roads(lines, roads, 15.0).tolist(), is_beside_road(lines, roads, 15.0).tolist()
    ([True, False], [True, True])
    """
    return _measure_sides(lines, roads, within_m).min(axis=0) >= _SHARE


def is_beside_road(lines: NDArray[np.object_], roads: shapely.STRtree, within_m: float) -> BoolArray:
    """Return a mask of lines with a road near on one side at least, over half of their length."""
    return _measure_sides(lines, roads, within_m).max(axis=0) >= _SHARE


def _measure_sides(lines: NDArray[np.object_], roads: shapely.STRtree, within_m: float) -> FloatArray:
    """Return the metres of roads near on the left and on the right per metre of line, shape (2, n)."""
    sides = [shapely.buffer(lines, side, single_sided=True) for side in (within_m, -within_m)]
    return np.stack([_measure_beside(side, roads) for side in sides]) / shapely.length(lines)


def _measure_beside(bands: NDArray[np.object_], roads: shapely.STRtree) -> FloatArray:
    """Return the metres of roads within each band."""
    band, road = roads.query(bands, predicate="intersects")
    order = np.lexsort((road, band))
    band, road = band[order], road[order]
    metres = shapely.length(shapely.intersection(roads.geometries[road], bands[band]))
    sums: FloatArray = np.bincount(band, weights=metres, minlength=len(bands)).astype(float)
    return sums
