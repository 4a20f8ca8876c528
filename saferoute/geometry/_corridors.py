"""The longest lines inside a polygon, several and different ones.

The longest segment inside a polygon touches two of its vertices. Small
polygons try every pair. Large ones are scanned along many directions, and the
best finds are turned and shifted onto pairs of vertices near them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.geometry.rings import SLACK_M, clip_to_rings, list_ring_vertices

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray

ALL_PAIRS_UP_TO = 75
"""Vertices up to which every pair is tried; beyond, a scan is faster."""
_ANGLES = 36
_EDGE_ANGLES = 12
_OFFSETS = 64
_ALMOST = 0.8
"""Finds this much of the asked length are kept for refining, which may bring the rest."""
_SPARE = 3
"""Finds refined beyond those asked for: the longest is not always the one that grows longest."""
_REFINE_VERTICES = 20
_REFINE_ROUNDS = 4
_SAMPLES = np.linspace(0.05, 0.95, 10)
_SAME_SHARE = 0.4
"""A line with more of its points than this near a chosen one is the same again."""


def find_longest_lines(
    polygon: shapely.Polygon, *, shortest_m: float, most: int = 1, apart_m: float = 12.0
) -> FloatArray:
    """Return the longest straight lines inside a polygon, the longest first.

    Parameters
    ----------
    polygon : Polygon
        Valid, holes included, in metres.
    shortest_m : float
        Lines shorter than this are of no use.
    most : int
        Most lines to return.
    apart_m : float
        How far a further line must be from the ones chosen, over most of its
        length.

    Returns
    -------
    ndarray of shape (n, 2, 2)
        Start and end of each line.

    Examples
    --------
    A lawn of 40 by 30 m: its diagonal.

    >>> line = find_longest_lines(shapely.box(0, 0, 40, 30), shortest_m=20)[0]
    >>> round(float(np.hypot(*(line[1] - line[0]))), 2)
    50.0
    """
    west, south, east, north = polygon.bounds
    if not np.hypot(east - west, north - south) >= shortest_m:
        return np.empty((0, 2, 2))
    vertices = _unique_vertices(polygon)
    rings = list_ring_vertices(shapely.buffer(polygon, SLACK_M, join_style="mitre"))
    if len(vertices) <= ALL_PAIRS_UP_TO:
        i, j = np.triu_indices(len(vertices), 1)
        found = clip_to_rings(rings, vertices[i], vertices[j] - vertices[i], shortest_m)
    else:
        point, direction = _scan_lines(vertices, polygon, _ALMOST * shortest_m)
        found = clip_to_rings(rings, point, direction, _ALMOST * shortest_m)
        rough = _pick_different_lines(found, most=most + _SPARE, apart_m=apart_m)
        found = np.array([_refine_line(line, vertices, rings) for line in rough]).reshape(-1, 2, 2)
        found = found[_lengths_of_lines(found) >= shortest_m]
    return _pick_different_lines(found, most=most, apart_m=apart_m)


def _unique_vertices(polygon: shapely.Polygon) -> FloatArray:
    return np.unique(shapely.get_coordinates(polygon), axis=0)


def _scan_lines(vertices: FloatArray, polygon: shapely.Polygon, shortest_m: float) -> tuple[FloatArray, FloatArray]:
    """Return lines along many directions, those the polygon is long enough in, through a choice of vertices."""
    xy, last = list_ring_vertices(polygon)
    along = np.delete(np.diff(xy, axis=0), last, axis=0)
    longest = np.argsort(-np.hypot(*along.T), kind="stable")[:_EDGE_ANGLES]
    angles = np.concatenate([np.arange(_ANGLES) * np.pi / _ANGLES, np.arctan2(along[longest, 1], along[longest, 0])])
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    directions = directions[np.ptp(vertices @ directions.T, axis=0) >= shortest_m]
    across = vertices @ np.stack([-directions[:, 1], directions[:, 0]])
    # Evenly among the vertices: where there are many, there is much to pass between.
    evenly = np.unique(np.linspace(0, len(vertices) - 1, _OFFSETS).astype(np.int64))
    chosen = np.argsort(across, axis=0, kind="stable")[evenly].T
    return vertices[chosen.ravel()], np.repeat(directions, len(evenly), axis=0)


def _lengths_of_lines(lines: FloatArray) -> FloatArray:
    result: FloatArray = np.hypot(*(lines[:, 1] - lines[:, 0]).T)
    return result


def _pick_different_lines(lines: FloatArray, *, most: int, apart_m: float) -> FloatArray:
    """Pick the longest line, drop all that run beside it, and so on."""
    left = lines[np.argsort(-_lengths_of_lines(lines).round(6), kind="stable")]
    chosen: list[FloatArray] = []
    while len(left) and len(chosen) < most:
        chosen.append(left[0])
        if len(chosen) < most:
            left = left[1:][_share_near_line(left[1:], left[0], apart_m) <= _SAME_SHARE]
    return np.array(chosen).reshape(-1, 2, 2)


def _share_near_line(lines: FloatArray, other: FloatArray, apart_m: float) -> FloatArray:
    """Return the share of each line's sample points within `apart_m` of another line."""
    ahead = other[1] - other[0]
    length = np.hypot(*ahead)
    from_start = lines - other[0]
    # Both change evenly from a line's start to its end.
    along = _interpolate_between_ends(from_start @ (ahead / length))
    across = _interpolate_between_ends(from_start @ (np.array([-ahead[1], ahead[0]]) / length))
    beyond = np.maximum(np.maximum(-along, along - length), 0)
    share: FloatArray = (across**2 + beyond**2 < apart_m**2).mean(axis=1)
    return share


def _interpolate_between_ends(ends: FloatArray) -> FloatArray:
    """Return the values at the sample points of lines from those at their two ends."""
    return ends[:, :1] + _SAMPLES * (ends[:, 1:] - ends[:, :1])


def _refine_line(line: FloatArray, vertices: FloatArray, rings: tuple[FloatArray, IntArray]) -> FloatArray:
    """Turn and shift a line onto pairs of vertices beside it, as long as it grows."""
    for _ in range(_REFINE_ROUNDS):
        start, ahead = line[0], line[1] - line[0]
        length = float(np.hypot(*ahead))
        unit = ahead / length
        offset = vertices - start
        along = offset @ unit
        across = np.abs(offset @ np.array([-unit[1], unit[0]]))
        # Beside the line or just beyond its ends; further out, a turn moves more.
        beside = (along > -0.5 * length) & (along < 1.5 * length)
        nearest = np.argsort(np.where(beside, across, np.inf), kind="stable")[:_REFINE_VERTICES]
        i, j = np.triu_indices(len(nearest), 1)
        point, other = vertices[nearest[i]], vertices[nearest[j]]
        longer = clip_to_rings(rings, point, other - point, length)
        longer = longer[_share_near_line(longer, line, max(0.1 * length, 5.0)) >= 0.5]
        if not len(longer):
            return line
        gain = np.hypot(*(longer[:, 1] - longer[:, 0]).T)
        if gain.max() <= length + 1e-6:
            return line
        line = longer[int(np.argmax(gain.round(6)))]
    return line
