"""What is near of many shapes, large ones among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.geometry._slices import indices_of_slices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray

_EDGES = 7
"""Of a piece of a long line."""
_ALONG_EDGE_M = 0.1
"""A line this near to the edge of an area runs along it and does not enter."""
_EVERY = 16
"""Of so many lines one is looked at to tell how many pairs there will be."""
MOST_PAIRS = 4_000_000
"""Pairs that are expected at a time at most: they take some 100 bytes each."""
_CHORD_M, _ON_LINE_M = 1.0, 0.05
"""Length over which the direction of a line is taken, and the distance up to which a point lies on it."""


class Nearby:
    """Shapes taken apart, so that a search by boxes finds the part of them that is near.

    Parameters
    ----------
    shapes : ndarray of n geometries

    Examples
    --------
    Of a lake and a road, the lake holds the first line and is within 2 m of the second:

    >>> things = Nearby(np.array([shapely.box(0, 0, 90, 90), shapely.LineString([(200, 0), (200, 90)])]))
    >>> lines = shapely.STRtree(shapely.from_wkt(["LINESTRING (40 40, 50 40)", "LINESTRING (91 0, 91 9)"]))
    >>> things.pairs_within(lines, np.array([2.0, 2.0])).tolist()
    [[0, 0], [0, 1]]
    """

    def __init__(self, shapes: NDArray[np.object_]) -> None:
        self._n = len(shapes)
        self._area = np.flatnonzero(shapely.get_dimensions(shapes) == 2)
        self._shapes = shapes[self._area]
        edges = shapes.copy()
        edges[self._area] = shapely.boundary(self._shapes)
        edges, of = shapely.get_parts(edges, return_index=True)
        self._pieces, piece_of = split_long_lines(edges)
        self._of = of[piece_of]

    def pairs_within(self, lines: shapely.STRtree, distance_m: FloatArray | float) -> IntArray:
        """Return the pairs (shape, line) that are near each other, shape (2, pairs), in order.

        Parameters
        ----------
        lines : STRtree of m geometries
        distance_m : ndarray of shape (n,) or float
            How far the lines may be from each shape.
        """
        reach = np.broadcast_to(distance_m, self._n)[self._of]
        # Boxes first: asking for distances one pair at a time is cheap where both are short.
        piece, line = lines.query(self._box_pieces(reach))
        near = shapely.dwithin(self._pieces[piece], lines.geometries[line], reach[piece])
        inside, held = lines.query(self._shapes, predicate="intersects")
        shape = np.concatenate([self._of[piece[near]], self._area[inside]])
        pair = np.sort(shape * len(lines) + np.concatenate([line[near], held]))
        # numpy's unique hashes numbers, which takes ten times as long for millions of them.
        pair = pair[np.flatnonzero(np.diff(pair, prepend=-1))]
        return np.stack(np.divmod(pair, max(len(lines), 1)))

    def pairs_within_in_parts(
        self, lines: NDArray[np.object_], distance_m: float, *, most: int = MOST_PAIRS
    ) -> Iterator[IntArray]:
        """Yield the pairs (shape, line) that are near each other, all those of some lines at a time.

        Where thousands of shapes meet, their pairs with the lines there fill the memory.

        Parameters
        ----------
        lines : ndarray of m geometries
        distance_m : float
        most : int
            Pairs at a time, as far as that can be told before.

        Yields
        ------
        ndarray of shape (2, pairs)
        """
        reach = np.full(len(self._of), distance_m)
        expected = _EVERY * shapely.STRtree(lines[::_EVERY]).query(self._box_pieces(reach)).shape[1]
        parts = 1 + expected // most
        for part in range(parts):
            # Every so many of them, as those that lie together have many pairs alike.
            rows = np.arange(part, len(lines), parts)
            shape, line = self.pairs_within(shapely.STRtree(lines[rows]), distance_m)
            yield np.stack([shape, rows[line]])

    def _box_pieces(self, reach_m: FloatArray) -> NDArray[np.object_]:
        """Return boxes around all pieces, each widened by a distance."""
        west, south, east, north = shapely.bounds(self._pieces).T
        boxes: NDArray[np.object_] = shapely.box(west - reach_m, south - reach_m, east + reach_m, north + reach_m)
        return boxes


def split_long_lines(shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], IntArray]:
    """Take long lines apart, so that a search by boxes finds the part that is near.

    Parameters
    ----------
    shapes : ndarray of n geometries
        All but LineStrings stay whole.

    Returns
    -------
    pieces : ndarray of m geometries
        Of at most 8 vertices each, one behind the other.
    of : ndarray of shape (m,)
        The shape each is a piece of.

    Examples
    --------
    >>> line = shapely.LineString([(x, 0) for x in range(10)])
    >>> pieces, of = split_long_lines(np.array([line, shapely.Point(0, 0)]))
    >>> [shapely.get_num_points(p).item() for p in pieces[:2]], of.tolist()
    ([8, 3], [0, 0, 1])
    """
    is_line = shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING
    edges = np.where(is_line, shapely.get_num_points(shapes) - 1, 0)
    long = edges > _EDGES
    if not long.any():
        return shapes, np.arange(len(shapes))
    xy, size = shapely.get_coordinates(shapes[long]), edges[long] + 1
    n = -(-edges[long] // _EDGES)
    begin = indices_of_slices(np.zeros_like(n), n) * _EDGES
    vertices = np.fmin(_EDGES, np.repeat(edges[long], n) - begin) + 1
    start = np.repeat(np.cumsum(size) - size, n) + begin
    cut = shapely.linestrings(
        xy[indices_of_slices(start, vertices)], indices=np.repeat(np.arange(len(start)), vertices)
    )
    pieces = np.concatenate([shapes[~long], cut])
    of = np.concatenate([np.flatnonzero(~long), np.repeat(np.flatnonzero(long), n)])
    order = np.argsort(of, kind="stable")
    return pieces[order], of[order]


def take_edges(outlines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the boundaries of polygons, and lines as they are."""
    is_polygon = shapely.get_dimensions(outlines) == 2  # an area
    edges: NDArray[np.object_] = np.where(is_polygon, shapely.boundary(outlines), outlines)
    return edges


def find_entering(shapes: NDArray[np.object_], lines: shapely.STRtree) -> tuple[IntArray, IntArray]:
    """Return the pairs of shapes and lines that enter them; a line along the edge of an area does not.

    Examples
    --------
    >>> lines = shapely.STRtree(shapely.from_wkt(["LINESTRING (0 0, 9 0)", "LINESTRING (0 5, 9 5)"]))
    >>> [of.tolist() for of in find_entering(np.array([shapely.box(0, 0, 9, 9)]), lines)]
    [[0], [1]]
    """
    shape, line = lines.query(shapes, predicate="intersects")
    # A wood may hold hundreds of lines: its edge is taken off once.
    met, of = np.unique(shape, return_inverse=True)
    core = shapes[met]
    is_area = shapely.get_dimensions(core) == 2
    core[is_area] = shapely.buffer(core[is_area], -_ALONG_EDGE_M)
    shapely.prepare(core)
    enters = shapely.intersects(core[of], lines.geometries[line])
    return shape[enters], line[enters]


def find_sides(lines: NDArray[np.object_], things: NDArray[np.object_], reach_m: float) -> tuple[BoolArray, BoolArray]:
    """Return masks of the things that lie on the left, and on the right, of the lines they meet.

    Parameters
    ----------
    lines, things : ndarray of n geometries
        LineStrings, and what meets each of them.
    reach_m : float
        What lies further from the line does not count.

    Examples
    --------
    A fence across, and one that ends on the line:

    >>> line = shapely.from_wkt("LINESTRING (0 0, 10 0)")
    >>> fences = shapely.from_wkt(["LINESTRING (5 -3, 5 3)", "LINESTRING (5 0, 5 3)"])
    >>> [side.tolist() for side in find_sides(np.array([line, line]), fences, 1.0)]
    [[True, True], [True, False]]
    """
    near = shapely.intersection(things, shapely.buffer(lines, reach_m))
    xy, of = shapely.get_coordinates(near, return_index=True)
    along = shapely.line_locate_point(lines[of], shapely.points(xy))
    length = shapely.length(lines[of])
    # The line's direction there, also where it bends.
    back, ahead = (
        shapely.get_coordinates(shapely.line_interpolate_point(lines[of], np.clip(along + step, 0, length)))
        for step in (-_CHORD_M / 2, _CHORD_M / 2)
    )
    (east, north), (dx, dy) = (ahead - back).T, (xy - back).T
    offset = (east * dy - north * dx) / np.fmax(np.hypot(east, north), 1e-9)
    left, right = (np.zeros(len(lines), dtype=bool) for _ in range(2))
    left[of[offset > _ON_LINE_M]] = True
    right[of[offset < -_ON_LINE_M]] = True
    return left, right
