"""Where extracts are whole: inside the boxes that they name, and not beside the nodes that they lack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.sources.osm._columns import enclosing_box

if TYPE_CHECKING:
    from collections.abc import Sequence

    import shapely

    from saferoute.arrays import FloatArray
    from saferoute.sources.osm._columns import Columns
    from saferoute.sources.osm._files import Box

_PLAUSIBLE = 3.0
"""A box that is this much larger than what the file holds is no box of this file."""
_FEWEST_INSIDE = 0.5
"""Share of the ways that touch the boxes a file names; of fewer they are boxes of something else."""
_NEAR_EDGE_M, _SEGMENTS = 100.0, 2.0
"""A way that breaks off so near the edge of a box, or within so many of its own longest segments, was cut by it."""
_JOIN_M = 500.0
"""Nodes at which ways break off are joined to a line along which the map was cut, over up to this length [J]."""
_CUT_M = 30.0
"""On both sides of that line the map is not whole [J]."""
_METRES_PER_DEGREE = 111_320.0


def choose_extent(boxes: Sequence[Box], ways: Columns) -> shapely.Geometry | None:
    """Return the boxes that a file names, None where it names none or those of something else."""
    import shapely

    if not boxes or not len(ways):
        return None
    west, south, east, north = enclosing_box(ways.bounds)
    named = shapely.union_all(shapely.box(*np.array(boxes).T))
    left, bottom, right, top = named.bounds
    if right - left > _PLAUSIBLE * (east - west) or top - bottom > _PLAUSIBLE * (north - south):
        return None
    shapely.prepare(named)
    touching = shapely.intersects(named, shapely.box(*ways.bounds.T))
    return named if touching.mean() >= _FEWEST_INSIDE else None


def drop_explained_cuts(cuts: FloatArray, extent: shapely.Geometry | None) -> FloatArray:
    """Return the nodes beside missing ones that no edge of the named boxes explains.

    Parameters
    ----------
    cuts : ndarray of shape (n, 3)
        Longitude, latitude, and the longest segment of the way in m.
    extent : Geometry, optional
        The boxes, in degrees.

    Returns
    -------
    ndarray of shape (m, 2)
        Longitude and latitude.
    """
    import shapely

    if extent is None or not len(cuts):
        return cuts[:, :2]
    shrink = np.array([np.cos(np.radians(cuts[:, 1].mean())), 1.0]) * _METRES_PER_DEGREE
    edge = shapely.boundary(shapely.transform(extent, lambda xy: xy * shrink))
    explained = shapely.distance(shapely.points(cuts[:, :2] * shrink), edge) <= np.fmax(
        _NEAR_EDGE_M, _SEGMENTS * cuts[:, 2]
    )
    return cuts[~explained, :2]


def merge_cuts(cuts: Sequence[FloatArray], extents: Sequence[shapely.Geometry | None]) -> FloatArray:
    """Return the nodes beside missing ones of several files, without those where another file is whole."""
    import shapely

    kept = []
    for number, of_file in enumerate(cuts):
        others = shapely.union_all([e for k, e in enumerate(extents) if k != number and e is not None])
        kept.append(of_file[~shapely.covers(others, shapely.points(of_file))])
    return np.concatenate(kept)


def carve_cuts(extent: shapely.Geometry | None, cuts: FloatArray, bounds: Sequence[float]) -> shapely.Geometry | None:
    """Return where the map is whole: without the ground along the lines at which ways break off.

    Parameters
    ----------
    extent : Geometry, optional
        The boxes that the files name.
    cuts : ndarray of shape (n, 2)
        Nodes beside missing ones, in m.
    bounds : sequence of float
        West, south, east and north of all that is here, which stands for `extent` where files name no box.
    """
    import shapely

    if not len(cuts):
        return extent
    whole = shapely.box(*bounds).buffer(_JOIN_M) if extent is None else extent
    lines = shapely.linestrings(cuts[_join_neighbours(cuts)])
    along = shapely.union_all([*shapely.buffer(lines, _CUT_M), *shapely.buffer(shapely.points(cuts), _CUT_M)])
    return shapely.difference(whole, along)


def _join_neighbours(xy: FloatArray) -> np.ndarray:
    """Return pairs of points that join all within reach of each other by the shortest lines, shape (m, 2)."""
    from scipy.sparse.csgraph import minimum_spanning_tree
    from scipy.spatial import cKDTree

    tree = cKDTree(xy)
    near = tree.sparse_distance_matrix(tree, _JOIN_M, output_type="coo_matrix")
    joined = minimum_spanning_tree(near).tocoo()
    return np.stack([joined.row, joined.col], axis=1)
