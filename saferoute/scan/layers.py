"""Layers of vector tiles as bytes (MVT 2.1); all coordinates of a layer are encoded at once, on arrays."""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from saferoute.scan.tiles import EXTENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from saferoute.arrays import IntArray

POINT, LINE, POLYGON = 1, 2, 3
"""Kinds of geometry (MVT 2.1, section 4.3.4)."""
_KINDS = {
    "Point": POINT, "LineString": LINE, "MultiLineString": LINE, "Polygon": POLYGON, "MultiPolygon": POLYGON,
}  # fmt: skip
_MOVE_TO_ONE, _LINE_TO, _CLOSE = 1 << 3 | 1, 2, 1 << 3 | 7
"""Commands (MVT 2.1, section 4.3.1): the first and the last with their count of one."""
_COMMANDS = {POINT: 1, LINE: 2, POLYGON: 3}
"""Numbers of an arc besides its coordinates: one for each of its commands."""
_SEVEN = 7
"""Bits of a number that a byte holds (Protocol Buffers, base 128 varints)."""


class Arcs(NamedTuple):
    """Points, lines or rings of geometries of one kind, in whole steps of a tile."""

    kind: int
    steps: IntArray
    """Vertices, shape (v, 2); a ring ends with its first one."""
    arc: IntArray
    """The arc of each vertex, ascending, shape (v,)."""
    owner: IntArray
    """The geometry of each arc, ascending, shape (a,)."""


class Feature(NamedTuple):
    """What a layer holds of one thing."""

    kind: int
    geometry: bytes
    """Commands, as `encode_arcs` returns them; ``b""`` = nothing of it is drawn, and it is left out."""
    properties: Mapping[str, Any]
    """Texts, numbers and flags by name."""


def draw_features(geometries: NDArray[np.object_], properties: Iterable[Mapping[str, Any]]) -> list[Feature]:
    """Return features of geometries in whole steps of a tile."""
    drawn: list[tuple[int, bytes]] = [(POINT, b"")] * len(geometries)
    kinds = np.array([_KINDS[geometry.geom_type] for geometry in geometries])
    for kind in np.unique(kinds).tolist():
        rows = np.flatnonzero(kinds == kind)
        contents = encode_arcs(_split_into_arcs(kind, geometries[rows]), len(rows))
        for row, content in zip(rows.tolist(), contents, strict=True):
            drawn[row] = kind, content
    return [Feature(kind, content, of) for (kind, content), of in zip(drawn, properties, strict=True)]


def _split_into_arcs(kind: int, geometries: NDArray[np.object_]) -> Arcs:
    parts, owner = shapely.get_parts(geometries, return_index=True)
    if kind == POLYGON:
        parts, of = shapely.get_rings(parts, return_index=True)
        owner = owner[of]
    xy, arc = shapely.get_coordinates(parts, return_index=True)
    return Arcs(kind, np.rint(xy).astype(np.int64), arc, owner)


def encode_arcs(arcs: Arcs, n: int) -> list[bytes]:
    """Return the commands that draw each of `n` geometries.

    Vertices that repeat the one before are left out, and so are lines and rings that shrink to a point.
    """
    kind, steps, arc, owner = _drop_repeated(arcs)
    size = np.bincount(arc, minlength=len(owner))
    numbers_of_arc = 2 * size + _COMMANDS[kind]
    begin = np.cumsum(numbers_of_arc) - numbers_of_arc
    # Each vertex is told from the one before, and the first of a geometry from the tile's corner.
    geometry = owner[arc]
    begins = np.r_[True, np.diff(geometry) != 0][: len(geometry)]
    moved = np.diff(steps, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    moved[begins] = steps[begins]
    numbers = np.zeros(int(numbers_of_arc.sum()), dtype=np.int64)
    number = np.arange(len(arc)) - (np.cumsum(size) - size)[arc]
    at = begin[arc] + 1 + 2 * number + (number > 0)
    numbers[at], numbers[at + 1] = ((moved << 1) ^ (moved >> 63)).T
    numbers[begin] = _MOVE_TO_ONE
    if kind != POINT:
        numbers[begin + 3] = (size - 1) << 3 | _LINE_TO
    if kind == POLYGON:
        numbers[begin + numbers_of_arc - 1] = _CLOSE
    counts = np.bincount(owner, weights=numbers_of_arc, minlength=n).astype(np.int64)
    return _pack_lists(numbers, counts)


def _drop_repeated(arcs: Arcs) -> Arcs:
    """Return arcs as they are drawn: without vertices that repeat the one before, and what is only a point then."""
    kind, steps, arc, owner = arcs
    if kind == POINT:
        return arcs
    if kind == POLYGON:
        # Closing a ring is a command.
        inner = np.r_[np.diff(arc) == 0, False][: len(arc)]
        steps, arc = steps[inner], arc[inner]
    moves = np.r_[True, (np.diff(steps, axis=0) != 0).any(axis=1) | (np.diff(arc) != 0)][: len(arc)]
    steps, arc = steps[moves], arc[moves]
    goes_on = np.bincount(arc, minlength=len(owner)) > 1
    kept = goes_on[arc]
    return Arcs(kind, steps[kept], (np.cumsum(goes_on) - 1)[arc[kept]], owner[goes_on])


def encode_layer(name: str, features: Iterable[Feature]) -> bytes:
    """Return a layer of features, which is a tile by itself or follows others."""
    drawn = [feature for feature in features if feature.geometry]
    keys: dict[str, int] = {}
    values: dict[tuple[bool, Any], int] = {}
    tags: list[int] = []
    for feature in drawn:
        for key, value in feature.properties.items():
            # A flag is equal to 0 or 1, but another value.
            told = isinstance(value, bool), value
            tags += keys.setdefault(key, len(keys)), values.setdefault(told, len(values))
    counts = np.array([2 * len(feature.properties) for feature in drawn], dtype=np.int64)
    packed = _pack_lists(np.array(tags, dtype=np.int64), counts)
    parts = [
        _encode_field(1, name.encode()),
        *(_encode_field(2, _encode_feature(feature, of)) for feature, of in zip(drawn, packed, strict=True)),
        *(_encode_field(3, key.encode()) for key in keys),
        *(_encode_field(4, _encode_value(value)) for _, value in values),
        _encode_number(5 << 3) + _encode_number(EXTENT),
        _encode_number(15 << 3) + _encode_number(2),  # the version
    ]
    return _encode_field(3, b"".join(parts))


def _encode_feature(feature: Feature, tags: bytes) -> bytes:
    told = _encode_field(2, tags) if tags else b""
    return told + bytes((3 << 3, feature.kind)) + _encode_field(4, feature.geometry)


def _encode_value(value: str | bool | float) -> bytes:
    """Return a text, flag or number as MVT tells it."""
    if isinstance(value, str):
        return _encode_field(1, value.encode())
    if isinstance(value, bool):
        return bytes((7 << 3, value))
    if isinstance(value, int):
        return bytes((4 << 3,)) + _encode_number(value % (1 << 64))
    return bytes((3 << 3 | 1,)) + struct.pack("<d", value)


def _encode_field(number: int, content: bytes) -> bytes:
    """Return a field of bytes."""
    return bytes((number << 3 | 2,)) + _encode_number(len(content)) + content


def _encode_number(value: int) -> bytes:
    out = bytearray()
    while value >= 1 << _SEVEN:
        out.append(value & 127 | 128)
        value >>= _SEVEN
    out.append(value)
    return bytes(out)


def _pack_lists(numbers: IntArray, counts: IntArray) -> list[bytes]:
    """Return numbers that are not negative as bytes, in lists that follow each other and have some counts."""
    size = np.ones(len(numbers), dtype=np.int64)
    for more in range(1, int(numbers.max(initial=0)).bit_length() // _SEVEN + 1):
        size += numbers >> _SEVEN * more > 0
    ends = np.concatenate([[0], np.cumsum(size)])
    content = np.zeros(int(ends[-1]), dtype=np.uint8)
    for nth in range(int(size.max(initial=0))):
        held = np.flatnonzero(size > nth)
        goes_on = size[held] > nth + 1
        content[ends[held] + nth] = numbers[held] >> _SEVEN * nth & 127 | goes_on << _SEVEN
    data = content.tobytes()
    cuts = ends[np.concatenate([[0], np.cumsum(counts)])].tolist()
    return [data[a:b] for a, b in pairwise(cuts)]
