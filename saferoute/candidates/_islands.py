"""Strips of green between the carriageways of roads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray

BESIDE_M = 15.0
"""A carriageway nearer than this on both sides makes ground an island [J]."""
_SHARE = 0.5
"""Share of a line along which a carriageway runs beside it."""


def is_between_roads(lines: NDArray[np.object_], roads: shapely.STRtree) -> BoolArray:
    """Return a mask of lines with a carriageway near on both sides, over half of their length.

    Parameters
    ----------
    lines : ndarray of n LineStrings
    roads : STRtree of LineStrings

    Examples
    --------
    >>> roads = shapely.STRtree(shapely.from_wkt(["LINESTRING (0 10, 90 10)", "LINESTRING (0 -10, 90 -10)"]))
    >>> lines = shapely.from_wkt(["LINESTRING (0 0, 90 0)", "LINESTRING (0 20, 90 20)"])
    >>> is_between_roads(lines, roads).tolist()
    [True, False]
    """
    metres = [_measure_beside(shapely.buffer(lines, side, single_sided=True), roads) for side in (BESIDE_M, -BESIDE_M)]
    between: BoolArray = np.fmin(*metres) >= _SHARE * shapely.length(lines)
    return between


def _measure_beside(bands: NDArray[np.object_], roads: shapely.STRtree) -> FloatArray:
    """Return the metres of roads within each band."""
    band, road = roads.query(bands, predicate="intersects")
    metres = shapely.length(shapely.intersection(roads.geometries[road], bands[band]))
    sums: FloatArray = np.bincount(band, weights=metres, minlength=len(bands)).astype(float)
    return sums
