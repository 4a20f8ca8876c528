"""The extent in which extracts are complete: inside the boxes they name, but not near missing nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.geometry import pair_points, span_shortest
from saferoute.sources import spill
from saferoute.sources.osm._columns import enclosing_box

if TYPE_CHECKING:
    from collections.abc import Sequence

    import shapely

    from saferoute.arrays import FloatArray
    from saferoute.sources.osm._columns import Columns
    from saferoute.sources.osm._files import Box

_PLAUSIBLE = 3.0
"""Boxes this many times wider or higher than the contents of a file do not belong to it [J]."""
_FEWEST_INSIDE = 0.5
"""Least share of the ways that touches the boxes of a file; with less they do not belong to it [J]."""
_NEAR_EDGE_M, _SEGMENTS = 100.0, 2.0
"""A way that breaks off within this many metres, or of its longest segments, of a box's edge was cut there [J]."""
_JOIN_M = 500.0
"""Longest gap between nodes that belong to the same line along which the map was cut [J]."""
_CUT_M = 30.0
"""Distance to either side of that line within which the map is not complete [J]."""
_METRES_PER_DEGREE = 111_320.0
"""Along the equator (WGS 84); good enough for latitudes, too."""


def choose_extent(boxes: Sequence[Box], ways: Columns) -> shapely.Geometry | None:
    """Return the union of the boxes that a file names, None if it names none or wrong ones."""
    import shapely

    if not boxes or not len(ways):
        return None
    west, south, east, north = enclosing_box(ways.bounds)
    named = shapely.union_all(shapely.box(*np.array(boxes).T))
    left, bottom, right, top = named.bounds
    # Tools that cut a file may leave the header of the larger one it was cut from.
    if right - left > _PLAUSIBLE * (east - west) or top - bottom > _PLAUSIBLE * (north - south):
        return None
    shapely.prepare(named)
    # Boxes as shapes take far more memory than as numbers, so not all at once.
    touching = sum(
        int(shapely.intersects(named, shapely.box(*ways.bounds[start : start + spill.AT_ONCE].T)).sum())
        for start in range(0, len(ways), spill.AT_ONCE)
    )
    return named if touching >= _FEWEST_INSIDE * len(ways) else None


def drop_explained_cuts(cuts: FloatArray, extent: shapely.Geometry | None) -> FloatArray:
    """Return the breaks of ways that are not explained by the edge of a box.

    Parameters
    ----------
    cuts : ndarray of shape (n, 3)
        Longitude and latitude of a node next to a missing one, and the longest
        segment of its way in m.
    extent : Geometry, optional
        The boxes that the file names, in degrees.

    Returns
    -------
    ndarray of shape (m, 2)
        Longitude and latitude.
    """
    import shapely

    if extent is None or not len(cuts):
        return cuts[:, :2]
    # Degrees of longitude and latitude become metres: plain distances are enough for these limits.
    shrink = np.array([np.cos(np.radians(cuts[:, 1].mean())), 1.0]) * _METRES_PER_DEGREE
    edge = shapely.boundary(shapely.transform(extent, lambda xy: xy * shrink))
    explained = shapely.distance(shapely.points(cuts[:, :2] * shrink), edge) <= np.fmax(
        _NEAR_EDGE_M, _SEGMENTS * cuts[:, 2]
    )
    return cuts[~explained, :2]


def merge_cuts(cuts: Sequence[FloatArray], extents: Sequence[shapely.Geometry | None]) -> FloatArray:
    """Return the breaks of ways in several files, without those where another file is complete."""
    import shapely

    kept = []
    for number, of_file in enumerate(cuts):
        others = shapely.union_all([e for k, e in enumerate(extents) if k != number and e is not None])
        kept.append(of_file[~shapely.covers(others, shapely.points(of_file))])
    return np.concatenate(kept)


def carve_cuts(extent: shapely.Geometry | None, cuts: FloatArray, bounds: Sequence[float]) -> shapely.Geometry | None:
    """Return the extent in which the map is complete, without strips along the lines where ways break off.

    Parameters
    ----------
    extent : Geometry, optional
        The boxes that the files name, in m.
    cuts : ndarray of shape (n, 2)
        Nodes next to missing ones, in m.
    bounds : sequence of float
        West, south, east and north of the ways in m, used if there is no
        `extent`.

    Returns
    -------
    Geometry or None
        None if the files name no boxes and no way breaks off.
    """
    import shapely

    if not len(cuts):
        return extent
    whole = shapely.box(*bounds).buffer(_JOIN_M) if extent is None else extent
    # Between two ways cut by the same line the map is cut, too, though no node shows it.
    lines = shapely.linestrings(cuts[_join_neighbours(cuts)])
    along = shapely.union_all([*shapely.buffer(lines, _CUT_M), *shapely.buffer(shapely.points(cuts), _CUT_M)])
    return shapely.difference(whole, along)


def _join_neighbours(xy: FloatArray) -> np.ndarray:
    """Return pairs of points, shape (m, 2), that connect neighbours within `_JOIN_M` by the shortest tree."""
    near = pair_points(xy, xy, _JOIN_M)
    pairs = np.stack([near.point, near.thing], axis=1)
    return pairs[span_shortest(len(xy), pairs, near.distance_m)]
