"""Straight lines clipped to the rings of a polygon, many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray

SLACK_M = 0.001
"""Lines through vertices run this far inside the polygon they are clipped with,
so that touching a vertex or an edge never counts as leaving."""
_CHUNK = 100_000
"""Pairs of line and vertex looked at in one go: more leave the processor's cache."""


def list_ring_vertices(polygon: shapely.Geometry) -> tuple[FloatArray, IntArray]:
    """Return the vertices of all rings of a polygon, and where one ring ends.

    Parameters
    ----------
    polygon : Polygon or MultiPolygon
        Holes included.

    Returns
    -------
    ndarray of shape (n, 2)
        The vertices, ring after ring; each ring ends where it starts.
    ndarray of int
        Positions of the vertices from which no edge leads to the next: the last of each ring but the last ring's.
    """
    rings = shapely.get_rings(shapely.get_parts(polygon))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    return xy, np.flatnonzero(ring[1:] != ring[:-1])


def clip_to_rings(
    rings: tuple[FloatArray, IntArray], point: FloatArray, direction: FloatArray, shortest_m: float
) -> FloatArray:
    """Return the pieces of endless lines that lie inside the rings.

    Parameters
    ----------
    rings : tuple of ndarray
        As of `list_ring_vertices`.
    point, direction : ndarray of shape (m, 2)
        A point of each line and where it heads; lines that head nowhere have no pieces.
    shortest_m : float
        Shorter pieces are left out.

    Returns
    -------
    ndarray of shape (n, 2, 2)
        Start and end of each piece, line by line.
    """
    length = np.hypot(*direction.T)
    point, unit = point[length > 0], direction[length > 0] / length[length > 0][:, None]
    size = max(_CHUNK // max(len(rings[0]), 1), 1)
    parts = [
        _clip_chunk(*rings, point[k : k + size], unit[k : k + size], shortest_m) for k in range(0, len(point), size)
    ]
    return np.concatenate(parts) if parts else np.empty((0, 2, 2))


def _clip_chunk(xy: FloatArray, last: IntArray, point: FloatArray, unit: FloatArray, shortest_m: float) -> FloatArray:
    # Signed distance of every vertex from every line; an edge crosses where the sign changes.
    normal = np.stack([-unit[:, 1], unit[:, 0]], axis=1)
    away = normal @ (xy - xy[0]).T
    away -= (normal * (point - xy[0])).sum(axis=1)[:, None]
    # A ring ends where it starts, to the bit: else a line might cross an odd number of its edges.
    away[:, np.append(last, -1)] = away[:, np.append(0, last + 1)]
    side = away < 0
    crosses = side[:, 1:] != side[:, :-1]
    crosses[:, last] = False
    line, edge = np.divmod(np.flatnonzero(crosses), len(xy) - 1)
    first = away[line, edge]
    share = first / (first - away[line, edge + 1])
    t = np.zeros(len(line))
    for of_xy, of_point, of_unit in zip(xy.T, point.T, unit.T, strict=True):
        t += (of_xy[edge] + share * np.diff(of_xy)[edge] - of_point[line]) * of_unit[line]
    # Line by line, as sorting by two keys would, in a third of the time.
    order = np.argsort(line * np.ptp(t) * 1.01 + t) if len(t) else line
    line, t = line[order], t[order]
    # Rings are closed, so every line crosses an even number of edges: in, out, in, out.
    start, end, owner = t[0::2], t[1::2], line[0::2]
    long = end - start >= shortest_m
    start, end, owner = start[long], end[long], owner[long]
    return np.stack([point[owner] + start[:, None] * unit[owner], point[owner] + end[:, None] * unit[owner]], axis=1)
