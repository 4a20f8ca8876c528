"""The boxes that an Overpass server is asked for: rounded, halved, and found again in the cache."""

from __future__ import annotations

from math import ceil, cos, floor, radians

Box = tuple[float, float, float, float]
"""West, south, east and north in degrees."""

_STEP = 0.001
"""Boxes are widened to multiples of this many degrees, about 100 m, so that searches nearby share a copy."""


def round_box(box: Box) -> Box:
    """Return a box widened to multiples of `_STEP`, cut at 180° and at the poles."""
    west, south, east, north = box
    return (
        max(round(floor(west / _STEP) * _STEP, 3), -180.0),
        max(round(floor(south / _STEP) * _STEP, 3), -90.0),
        min(round(ceil(east / _STEP) * _STEP, 3), 180.0),
        min(round(ceil(north / _STEP) * _STEP, 3), 90.0),
    )


def halve_box(box: Box) -> tuple[Box, Box]:
    """Return the halves of a box, cut across its longer side.

    Examples
    --------
    >>> halve_box((24.0, 60.0, 24.2, 60.06))
    ((24.0, 60.0, 24.1, 60.06), (24.1, 60.0, 24.2, 60.06))
    >>> halve_box((24.0, 60.0, 24.1, 60.06))
    ((24.0, 60.0, 24.1, 60.03), (24.0, 60.03, 24.1, 60.06))
    """
    west, south, east, north = box
    # Rounded as in the query, so that no strip is left between the halves.
    if (east - west) * cos(radians((south + north) / 2)) > north - south:
        cut = round((west + east) / 2, 3)
        return (west, south, cut, north), (cut, south, east, north)
    cut = round((south + north) / 2, 3)
    return (west, south, east, cut), (west, cut, east, north)


def parse_box(noted: object) -> Box | None:
    """Return a box from the notes of an entry, None if it is not one."""
    if not (isinstance(noted, list) and len(noted) == 4 and all(isinstance(n, (int, float)) for n in noted)):
        return None
    west, south, east, north = noted
    return west, south, east, north


def contains_box(outer: Box, inner: Box) -> bool:
    """Return whether a box lies within another."""
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]
