"""Files of plain PBF blocks: their messages, and the numbers of which those consist.

Objects are messages of nothing but numbers of 7 bits a byte (varints), some of
them numbers into the block's table of strings. So all numbers of a block are
decoded at once and then found by where they stand
(https://wiki.openstreetmap.org/wiki/PBF_Format).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from saferoute.sources.osm.objects import NODE, RELATION, WAY
from saferoute.sources.ragged import Ragged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from saferoute.arrays import IntArray

    Bytes = NDArray[np.uint8]

_KINDS = {0x12: NODE, 0x1A: WAY, 0x22: RELATION}
"""Kinds by the first byte of a group: of dense nodes, ways or relations."""
_DATA = b"OSMData"
PART_BYTES = 32 << 20
"""Bytes of a file that are decoded in one step: a second or two [J]."""


class Block(NamedTuple):
    """Objects of one kind."""

    kind: int
    table: Bytes
    """The table of strings, as a message."""
    messages: Ragged
    """The contents of each object's message, of nodes of one for all."""

    @property
    def strings(self) -> list[bytes]:
        """Texts of the table, which keys, values and roles are numbers into."""
        return _find_messages(self.table).to_bytes()

    def read_ids(self) -> IntArray:
        """Return the ids of ways or relations."""
        return _decode_at(self.messages.flat, self.messages.first + 1)  # behind the byte that announces it

    def choose(self, rows: IntArray) -> Block:
        """Return some ways or relations."""
        return self._replace(messages=self.messages[rows])

    def encode(self) -> bytes:
        """Return the block as it stands in a file."""
        announced = bytes([next(first for first, kind in _KINDS.items() if kind == self.kind)])
        group = b"".join(announced + _encode_size(len(content)) + content for content in self.messages.to_bytes())
        plain = _encode_field(1, self.table.tobytes()) + _encode_field(2, group)
        blob = _encode_field(1, plain)
        header = _encode_field(1, _DATA) + bytes([3 << 3]) + _encode_size(len(blob))
        return len(header).to_bytes(4, "big") + header + blob


def list_spans(path: Path) -> list[tuple[int, int]]:
    """Return where parts of a file begin and end that hold whole blocks, of `PART_BYTES` at least but for the last."""
    data, at = np.memmap(path, dtype=np.uint8, mode="r"), 0
    starts = [0]
    while at < len(data):
        at = _find_blob(data, at)[2]
        if at - starts[-1] >= PART_BYTES:
            starts.append(at)
    ends = starts[1:] if starts[-1] == len(data) else [*starts[1:], len(data)]
    return list(zip(starts, ends, strict=False))


def iterate_blocks(path: Path, kind: int, span: tuple[int, int] | None = None) -> Iterator[Block]:
    """Yield the blocks of a file, or of one of its parts, that hold objects of a kind."""
    for header, blob in _iterate_blobs(path, span):
        if header[1][0].tobytes() == _DATA:
            (plain,) = _split_message(np.array(blob))[1]
            block = _split_message(plain)
            for group in block[2]:
                if _KINDS[int(group[0])] == kind:
                    yield Block(kind, block[1][0], _find_messages(group))


def read_head(path: Path) -> bytes:
    """Return the beginning of a file, which tells its reader what is in it."""
    data = np.memmap(path, dtype=np.uint8, mode="r")
    return data[: _find_blob(data, 0)[2]].tobytes()


def _iterate_blobs(path: Path, span: tuple[int, int] | None) -> Iterator[tuple[dict[int, list[Any]], Bytes]]:
    """Yield the parts of a file, each with what announces it."""
    data = np.memmap(path, dtype=np.uint8, mode="r")
    at, end = span or (0, len(data))
    while at < end:
        header, start, at = _find_blob(data, at)
        yield header, data[start:at]


def _find_blob(data: Bytes, at: int) -> tuple[dict[int, list[Any]], int, int]:
    """Return what announces the part of a file at an index, and where that part begins and ends."""
    start = at + 4 + int.from_bytes(data[at : at + 4].tobytes(), "big")
    header = _split_message(data[at + 4 : start])
    return header, start, start + header[3][0]


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


class Numbers:
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


def _encode_field(number: int, content: bytes) -> bytes:
    """Return a field of bytes of a message."""
    return bytes([number << 3 | 2]) + _encode_size(len(content)) + content


def _encode_size(size: int) -> bytes:
    """Return a number that is not negative."""
    encoded = bytearray()
    while size > 127:
        encoded.append(size & 127 | 128)
        size >>= 7
    return bytes([*encoded, size])
