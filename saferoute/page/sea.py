"""The sea, which OpenStreetMap maps by its coastline alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.osm.water import is_coast

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from saferoute.arrays import FloatArray
    from saferoute.model import Features

    Geometries = NDArray[np.object_]

_STEP_ASIDE_M = 0.2
"""Distance of the points that probe the two sides of a piece of coastline, in metres."""
_OUTSIDE_M = 5.0
"""Coastline is read this far beyond the frame, so that each line surely crosses its edge."""
_AGREED = 0.95
"""Least share of the shore of a face that must agree on sea or land [J]."""
_INSETS_M = (0.0, 50.0, 150.0)
"""Metres by which the frame shrinks, one after the other; at the edge of an extract the coastline ends early."""


def find_sea(features: Features, frame: BaseGeometry) -> tuple[BaseGeometry | None, BaseGeometry]:
    """Return the sea within a frame, and the part of the frame where sea and land are known.

    A coastline has land on its left and water on its right. The frame is cut
    along the shore, and each face is sea or land as nearly all of its shore has it.

    Parameters
    ----------
    features : Features
        With whole coastlines, in their mapped direction.
    frame : Polygon
        In the CRS of the features.

    Returns
    -------
    sea : Polygon, MultiPolygon or None
        None if there is no coastline, or if it has gaps or contradicts itself:
        land drawn as sea is worse than no sea.
    known : Polygon
        The frame, or a smaller one if the coastline ends before its edge; beyond
        it, what is not sea need not be land.
    """
    shore = _select_shore(features, frame)
    if len(shore):
        for inset in _INSETS_M:
            known = frame.buffer(-inset) if inset else frame
            found = _wet_faces(shore, known)
            if found is not None:
                return found, known
    return None, frame


def _wet_faces(shore: Geometries, frame: BaseGeometry) -> BaseGeometry | None:
    if not isinstance(frame, shapely.Polygon) or frame.is_empty:
        return None
    faces, _, dangles, _ = shapely.polygonize_full([shapely.union_all([*shore, frame.exterior])])
    # A line that ends inside the frame is a gap in the coastline.
    if shapely.intersection(dangles, frame.buffer(-0.1)).length > 0:
        return None
    parts = shapely.get_parts(faces)
    parts = parts[shapely.contains(frame, shapely.point_on_surface(parts))]
    left, right = _sum_shore_votes(shore, parts)
    votes = left + right
    agreed = np.maximum(left, right) >= _AGREED * votes
    if not (agreed & (votes > 0)).all():
        return None
    return shapely.union_all(parts[right > left])


def _select_shore(features: Features, frame: BaseGeometry) -> Geometries:
    lines = [np.empty(0, dtype=object)]
    for table in (features.ways, features.areas):
        coast = table.geometry[is_coast(table)]
        # An island that was read as a polygon has lost its direction; anticlockwise, the land is on its left.
        rings = shapely.get_type_id(coast) >= shapely.GeometryType.POLYGON
        coast[rings] = shapely.boundary(shapely.orient_polygons(coast[rings]))
        lines.append(coast)
    near = shapely.intersection(np.concatenate(lines), frame.buffer(_OUTSIDE_M))
    parts = shapely.get_parts(near)
    return np.asarray(parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING], dtype=object)


def _sum_shore_votes(shore: Geometries, faces: Geometries) -> tuple[FloatArray, FloatArray]:
    """Return the length of coastline with each face on its land side, and on its sea side."""
    xy, line = shapely.get_coordinates(shore, return_index=True)
    same = line[1:] == line[:-1]
    start, step = xy[:-1][same], np.diff(xy, axis=0)[same]
    length = np.hypot(step[:, 0], step[:, 1])
    keep = length > 0
    start, step, length = start[keep], step[keep], length[keep]
    aside = np.column_stack([-step[:, 1], step[:, 0]]) / length[:, None] * _STEP_ASIDE_M
    tree = shapely.STRtree(faces)
    votes = []
    for side in (aside, -aside):
        point, face = tree.query(shapely.points(start + step / 2 + side), predicate="within")
        votes.append(np.bincount(face, weights=length[point], minlength=len(faces)).astype(np.float64))
    return votes[0], votes[1]
