"""Decoding of plain PBF blocks, as `_exporting` writes them, thousands of objects at a time.

The objects of a block are nothing but numbers of 7 bits a byte (varints), among
them numbers into one table of strings. So all of them are decoded at once and
then found by where they stand (https://wiki.openstreetmap.org/wiki/PBF_Format).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from saferoute.geometry import indices_of_slices
from saferoute.sources.osm._objects import NODE, RELATION, WAY, PartialWay
from saferoute.sources.osm._shaping import is_located
from saferoute.sources.ragged import Ragged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from saferoute.arrays import IntArray

    Bytes = NDArray[np.uint8]

_KINDS = {0x12: NODE, 0x1A: WAY, 0x22: RELATION}
"""Kinds by the first byte of a group: of dense nodes, ways or relations."""
_DATA = b"OSMData"
_ID, _KEYS, _VALUES, _INFO = 1, 2, 3, 4
"""Fields of ways and relations."""
_REFS, _LATITUDES, _LONGITUDES = 8, 9, 10
"""Fields of ways, and but for the first two of dense nodes, which have pairs of tags for longitudes."""
_ROLES, _MEMBERS, _TYPES = 8, 9, 10
"""Fields of relations."""
_DENSE_LATITUDES, _DENSE_LONGITUDES, _DENSE_PAIRS = 8, 9, 10
MEMBER_KINDS = (NODE, WAY, RELATION)
"""Kinds of the members of relations by their numbers in a file."""


@dataclass(frozen=True)
class Objects:
    """The n objects of a block.

    Attributes
    ----------
    kind : int
    strings : sequence of bytes
        What keys, values and roles are numbers into.
    osm_id : ndarray of shape (n,)
    second : ndarray of shape (n,)
        When ways were changed, in seconds since 1970; 0 = not known.
    keys, values : Ragged of n rows
    nodes : Ragged of n rows
        Ids of the nodes of ways, or of the members of relations; nodes have none.
    places : Ragged of n rows
        Longitudes and latitudes in units of 1e-7 degrees, shape (m, 2): one of each node, of ways one for each
        of `nodes`.
    roles, types : ndarray
        Of all members of relations, one behind the other: role, and kind as index into `MEMBER_KINDS`.
    """

    kind: int
    strings: Sequence[bytes]
    osm_id: IntArray
    second: IntArray
    keys: Ragged
    values: Ragged
    nodes: Ragged
    places: Ragged
    roles: IntArray
    types: IntArray

    def read_tags(self, row: int) -> dict[str, str]:
        """Return the tags of an object."""
        slices = (column.flat[column.first[row] :][: column.count[row]].tolist() for column in (self.keys, self.values))
        return {self.strings[key].decode(): self.strings[value].decode() for key, value in zip(*slices, strict=True)}

    def find_tagged(self, key: str) -> list[int]:
        """Return which objects have a tag with some key."""
        if (text := key.encode()) not in self.strings:
            return []
        at = np.flatnonzero(self.keys.flat == self.strings.index(text))
        return (np.searchsorted(self.keys.first, at, side="right") - 1).tolist()

    def read_way(self, row: int) -> PartialWay:
        """Return a way."""
        here = slice(self.nodes.first[row], self.nodes.first[row] + self.nodes.count[row])
        places = self.places.flat[here]
        held = zip(places.tolist(), is_located(places).tolist(), strict=True)
        located = [(x, y) if is_held else None for (x, y), is_held in held]
        return PartialWay(int(self.osm_id[row]), self.nodes.flat[here].tolist(), located)

    def list_ways(self, row: int) -> list[tuple[int, bytes]]:
        """Return the ids of the ways that are members of a relation, each with its role."""
        here = slice(self.nodes.first[row], self.nodes.first[row] + self.nodes.count[row])
        members = zip(self.nodes.flat[here].tolist(), self.roles[here].tolist(), self.types[here].tolist(), strict=True)
        return [(member, self.strings[role]) for member, role, kind in members if MEMBER_KINDS[kind] == WAY]


def iterate_objects(path: Path, kind: int, wanted: IntArray | None = None) -> Iterator[Objects]:
    """Yield the objects of a kind in a file of plain blocks, block by block.

    Parameters
    ----------
    path : Path
    kind : int
    wanted : ndarray of int, optional
        Ids of ways or relations in ascending order: no others are decoded.
    """
    for block in _iterate_blocks(path):
        if block.kind == kind:
            messages = _find_messages(block.group)
            if wanted is not None:
                messages = _choose_messages(messages, wanted)
            if len(messages):
                yield (_decode_nodes if kind == NODE else _decode_messages)(
                    kind, _read_strings(block.strings), messages
                )


class _Block(NamedTuple):
    kind: int
    strings: Bytes
    """Table of strings, as a message."""
    group: Bytes
    """Objects, as messages one behind the other."""


def _iterate_blocks(path: Path) -> Iterator[_Block]:
    """Yield the blocks of a file."""
    data, at = np.memmap(path, dtype=np.uint8, mode="r"), 0
    while at < len(data):
        start = at + 4 + int.from_bytes(data[at : at + 4].tobytes(), "big")
        header = _split_message(data[at + 4 : start])
        at = start + header[3][0]
        if header[1][0].tobytes() == _DATA:
            blob = np.array(data[start:at])
            (plain,) = _split_message(blob)[1]
            block = _split_message(plain)
            for group in block[2]:
                yield _Block(_KINDS[int(group[0])], block[1][0], group)


def _split_message(data: Bytes) -> dict[int, list[Any]]:
    """Return the fields of a message by their numbers, those of bytes as arrays."""
    fields: dict[int, list[Any]] = {}
    at = 0
    while at < len(data):
        key, at = _read_number(data, at)
        value: Any
        value, at = _read_number(data, at)
        if key & 7 == 2:
            value, at = data[at : at + value], at + value
        fields.setdefault(key >> 3, []).append(value)
    return fields


def _read_number(data: bytes | Bytes, at: int) -> tuple[int, int]:
    """Return the number that begins at an index, and the index behind it."""
    value = shift = 0
    while True:
        byte = int(data[at])
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def _find_messages(group: Bytes) -> Ragged:
    """Return the contents of messages that lie one behind the other, one row each."""
    data, at = group.tobytes(), 0
    starts, stops = [], []
    while at < len(data):
        size, start = data[at + 1], at + 2
        if size >= 128:
            size, start = _read_number(data, at + 1)
        at = start + size
        starts.append(start)
        stops.append(at)
    first = np.array(starts, dtype=np.int64)
    return Ragged(group, first, np.array(stops, dtype=np.int64) - first)


def _choose_messages(messages: Ragged, wanted: IntArray) -> Ragged:
    """Return the messages of objects with some ids, which are in ascending order."""
    ids = _decode_at(messages.flat, messages.first + 1)  # behind the byte that announces it
    return messages[np.searchsorted(wanted, ids) < np.searchsorted(wanted, ids, side="right")]


def _decode_at(data: Bytes, at: IntArray) -> IntArray:
    """Return the numbers that begin at some indices."""
    byte = data[at]
    value = (byte & 127).astype(np.int64)
    rows, shift = np.flatnonzero(byte >= 128), 7
    while len(rows):
        byte = data[at[rows] + shift // 7]
        value[rows] |= (byte & 127).astype(np.int64) << shift
        rows, shift = rows[byte >= 128], shift + 7
    return value


class _Numbers:
    """All numbers of a group of messages, with where the fields of each message are.

    Parameters
    ----------
    messages : Ragged of n rows
        What they hold.
    """

    def __init__(self, messages: Ragged) -> None:
        is_last = messages.flat < 128
        self._behind = np.flatnonzero(is_last) + 1
        self._index = np.concatenate([[0], np.cumsum(is_last)])
        """Index of the number that begins at each byte."""
        self.values = _decode_at(messages.flat, np.concatenate([[0], self._behind[:-1]]))
        self._fields: dict[int, tuple[IntArray, IntArray]] = {}
        self._n = len(messages)
        at, end = self._index[messages.first], self._index[messages.first + messages.count]
        rows = np.flatnonzero(at < end)
        while len(rows):
            at[rows] = self._note_fields(rows, at[rows])
            rows = rows[at[rows] < end[rows]]

    def _note_fields(self, rows: IntArray, at: IntArray) -> IntArray:
        """Note where the fields of some messages are that begin at some numbers, and return what they end at."""
        key, size = self.values[at], self.values[at + 1]
        packed = key & 7 == 2
        # One number stands where the size of several does.
        first = at + 1 + packed
        stop = np.where(packed, self._index[np.where(packed, self._behind[at + 1] + size, 0)], at + 2)
        for field in np.unique(key >> 3).tolist():
            firsts, counts = self._fields.setdefault(field, (np.zeros(self._n, np.int64), np.zeros(self._n, np.int64)))
            here = key >> 3 == field
            firsts[rows[here]], counts[rows[here]] = first[here], (stop - first)[here]
        return stop

    def pick(self, field: int) -> Ragged:
        """Return the numbers of a field of all messages, one row each."""
        none = np.zeros(self._n, np.int64)
        return Ragged(self.values, *self._fields.get(field, (none, none)))[np.arange(self._n)]

    def pick_one(self, field: int) -> IntArray:
        """Return the one number of a field of each message, 0 where there is none."""
        first, count = self._fields.get(field, (np.zeros(self._n, np.int64),) * 2)
        return np.where(count > 0, self.values[first], 0)

    def pick_differences(self, field: int) -> Ragged:
        """Return the numbers of a field that holds the difference of each from the one before in its message."""
        column = self.pick(field)
        return Ragged(_sum_within(_read_signs(column.flat), column), column.first, column.count)


def _read_signs(values: IntArray) -> IntArray:
    """Return numbers of which the last bit was a sign."""
    return ((values >> 1) & (2**63 - 1)) ^ -(values & 1)


def _sum_within(flat: IntArray, rows: Ragged) -> IntArray:
    """Return the sums of all values of a row up to each."""
    total = np.cumsum(flat)
    before = np.concatenate([[0], total])[rows.first]
    return total - np.repeat(before, rows.count)


def _read_strings(message: Bytes) -> list[bytes]:
    """Return the strings of a table."""
    return _find_messages(message).to_bytes()


def _decode_messages(kind: int, strings: list[bytes], messages: Ragged) -> Objects:
    """Return ways or relations."""
    numbers = _Numbers(messages)
    n = len(ids := numbers.pick_one(_ID))
    nothing = np.zeros(0, np.int64)
    empty = Ragged(nothing.reshape(0, 2), np.zeros(n, np.int64), np.zeros(n, np.int64))
    if kind == RELATION:
        members, places = numbers.pick_differences(_MEMBERS), empty
        roles, types = numbers.pick(_ROLES).flat, numbers.pick(_TYPES).flat
    else:
        members, roles, types = numbers.pick_differences(_REFS), nothing, nothing
        xy = [numbers.pick_differences(field).flat for field in (_LONGITUDES, _LATITUDES)]
        places = Ragged(np.column_stack(xy), members.first, members.count)
    return Objects(
        kind,
        strings,
        ids,
        _read_seconds(numbers),
        numbers.pick(_KEYS),
        numbers.pick(_VALUES),
        members,
        places,
        roles,
        types,
    )


def _read_seconds(numbers: _Numbers) -> IntArray:
    """Return when objects were changed, which is all that their information tells: a field's key and its number."""
    info = numbers.pick(_INFO)
    seconds = np.zeros(len(info), np.int64)
    seconds[info.count == 2] = info.flat[info.first[info.count == 2] + 1]
    return seconds


def _decode_nodes(kind: int, strings: list[bytes], messages: Ragged) -> Objects:
    """Return the nodes that one message holds."""
    numbers = _Numbers(messages)
    ids = numbers.pick_differences(_ID).flat
    xy = [numbers.pick_differences(field).flat for field in (_DENSE_LONGITUDES, _DENSE_LATITUDES)]
    n, pairs = len(ids), numbers.pick(_DENSE_PAIRS).flat
    # Key, value, key, value, 0: the strings of a table begin with one that nothing refers to.
    stops = np.flatnonzero(pairs == 0) if len(pairs) else np.zeros(n, np.int64)
    starts = np.concatenate([[0], stops[:-1] + 1]) if len(pairs) else stops
    count = (stops - starts) // 2
    at = np.repeat(starts, count) + 2 * indices_of_slices(np.zeros(n, np.int64), count)
    none = np.zeros(n, np.int64)
    return Objects(
        kind,
        strings,
        ids,
        none,
        Ragged.from_counts(pairs[at], count),
        Ragged.from_counts(pairs[at + 1], count),
        Ragged(none[:0], none, none),
        Ragged(np.column_stack(xy), np.arange(n), none + 1),
        none[:0],
        none[:0],
    )
