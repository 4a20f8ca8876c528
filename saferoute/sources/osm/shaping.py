"""Shapes of many objects at a time, as WKB, from places in units of 1e-7 degrees."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from saferoute.geometry import indices_of_slices
from saferoute.sources.osm.objects import PER_DEGREE
from saferoute.sources.ragged import Ragged

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray, IntArray

_FURTHEST = np.array([1_800_000_000, 900_000_000])
"""Largest longitude and latitude."""
_WIDEST = 1 << 30
"""Widest ring, some 107°, of whose edges products are exact."""
_POINT, _LINE = struct.pack("<BI", 1, 1), struct.pack("<BI", 1, 2)
_RING = struct.pack("<BII", 1, 6, 1) + struct.pack("<BII", 1, 3, 1)
"""A multipolygon of one polygon of one ring."""


class Shapes(NamedTuple):
    """Shapes of n objects."""

    wkb: Ragged
    bounds: FloatArray
    """West, south, east and north in degrees, shape (n, 4)."""


def is_located(places: IntArray) -> BoolArray:
    """Return a mask of places, shape (n, 2), that are on Earth; missing nodes are nowhere."""
    x, y = places.T
    mask: BoolArray = (abs(x) <= _FURTHEST[0]) & (abs(y) <= _FURTHEST[1])
    return mask


def is_everywhere(mask: BoolArray, rows: Ragged) -> BoolArray:
    """Return whether a mask holds for all values of each row, and the row has any."""
    failures = np.concatenate([[0], np.cumsum(~mask)])
    whole: BoolArray = (failures[rows.first + rows.count] == failures[rows.first]) & (rows.count > 0)
    return whole


def shape_points(places: IntArray) -> Shapes:
    """Return points."""
    ones = np.ones(len(places), dtype=np.int64)
    xy = places / PER_DEGREE
    return Shapes(_write_wkb(_POINT, xy, ones, counted=False), np.concatenate([xy, xy], axis=1))


def shape_lines(places: Ragged) -> Shapes:
    """Return lines through places, at least one each; the rows follow each other."""
    return _shape(_LINE, places)


def shape_rings(places: Ragged) -> tuple[BoolArray, Shapes]:
    """Return areas that closed lines are the edges of, as osmium assembles them.

    Parameters
    ----------
    places : Ragged of n rows
        At least one place each.

    Returns
    -------
    simple : ndarray of shape (n,)
        Lines that close, with all places, and neither touch nor cross themselves: of others osmium must decide.
    shapes : Shapes
        The areas of those.
    """
    import shapely

    closed = is_everywhere(is_located(places.flat), places) & _returns(places) & (_measure_width(places) < _WIDEST)
    rings = _drop_repeated(places[closed])
    few = rings.count < 4
    closed[np.flatnonzero(closed)[few]] = False
    rings = _turn_rings(rings[~few])
    row = np.repeat(np.arange(len(rings)), rings.count)
    # Whole numbers: GEOS decides exactly, and as osmium does, whether edges touch.
    edges = shapely.linearrings(rings.flat.astype(float), indices=row) if len(rings) else np.empty(0, dtype=object)
    simple = shapely.is_valid(shapely.polygons(edges))
    closed[np.flatnonzero(closed)[~simple]] = False
    return closed, _shape(_RING, rings[simple])


def _shape(head: bytes, places: Ragged) -> Shapes:
    """Return shapes of which each has one list of places."""
    xy = places.flat / PER_DEGREE
    bounds = np.empty((len(places), 4))
    if len(places):
        bounds[:, :2] = np.minimum.reduceat(xy, places.first)
        bounds[:, 2:] = np.maximum.reduceat(xy, places.first)
    return Shapes(_write_wkb(head, xy, places.count), bounds)


def _write_wkb(head: bytes, xy: FloatArray, count: IntArray, *, counted: bool = True) -> Ragged:
    """Return shapes as WKB: for each a head, if asked the number of its places, and the places."""
    before = len(head) + 4 * counted
    column = Ragged.from_counts(np.empty(before * len(count) + 16 * len(xy), dtype=np.uint8), before + 16 * count)
    heads = np.empty((len(count), before), dtype=np.uint8)
    heads[:, : len(head)] = np.frombuffer(head, dtype=np.uint8)
    if counted:
        heads[:, len(head) :] = count.astype("<u4").view(np.uint8).reshape(-1, 4)
    column.flat[column.first[:, None] + np.arange(before)] = heads
    # What is not a head is places.
    at = indices_of_slices(column.first + before, 16 * count)
    column.flat[at] = xy.astype("<f8").view(np.uint8).ravel()
    return column


def _returns(places: Ragged) -> BoolArray:
    """Return whether lines of at least four places end where they begin."""
    ends = places.flat[places.first] == places.flat[places.first + places.count - 1]
    mask: BoolArray = ends.all(axis=1) & (places.count > 3)
    return mask


def _measure_width(places: Ragged) -> IntArray:
    """Return the greater side of the boxes around lines."""
    if not len(places):
        return np.zeros(0, dtype=np.int64)
    most, least = (of.reduceat(places.flat, places.first) for of in (np.maximum, np.minimum))
    width: IntArray = (most - least).max(axis=1)
    return width


def _drop_repeated(places: Ragged) -> Ragged:
    """Return lines without places that are the one before."""
    new = np.ones(len(places.flat), dtype=bool)
    new[1:] = (places.flat[1:] != places.flat[:-1]).any(axis=1)
    new[places.first] = True
    total = np.concatenate([[0], np.cumsum(new)])
    return Ragged.from_counts(places.flat[new], total[places.first + places.count] - total[places.first])


def _turn_rings(rings: Ragged) -> Ragged:
    """Return rings that begin at their lowest place, west before south, and go around as osmium's do."""
    n, last = rings.count - 1, rings.first + rings.count - 1
    if not len(rings):
        return rings
    # One number each that sorts as the pair does.
    shifted = (rings.flat + _FURTHEST).astype(np.uint64)
    rank = (shifted[:, 0] << np.uint64(32)) | shifted[:, 1]
    rank[last] = np.iinfo(np.uint64).max  # the first place once more
    row = np.repeat(np.arange(len(rings)), rings.count)
    lowest = np.flatnonzero(rank == np.minimum.reduceat(rank, rings.first)[row])
    lowest = lowest[np.searchsorted(row[lowest], np.arange(len(rings)))] - rings.first
    before, here, after = (rings.flat[rings.first + (lowest + step) % n] for step in (-1, 0, 1))
    one, other = here - before, after - here
    backwards = one[:, 0] * other[:, 1] < one[:, 1] * other[:, 0]
    step = np.arange(len(row)) - rings.first[row]
    at = (lowest[row] + np.where(backwards, -1, 1)[row] * step) % n[row]
    return Ragged(rings.flat[rings.first[row] + at], rings.first, rings.count)
