"""Objects of plain PBF blocks, thousands at a time, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from saferoute.geometry import indices_of_slices
from saferoute.sources.osm.objects import NODE, RELATION, WAY, PartialWay
from saferoute.sources.osm.plain import Block, Numbers, iterate_blocks
from saferoute.sources.osm.shaping import is_located
from saferoute.sources.ragged import Ragged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from saferoute.arrays import IntArray

    Bytes = NDArray[np.uint8]

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


def iterate_objects(
    path: Path, kind: int, wanted: IntArray | None = None, *, span: tuple[int, int] | None = None
) -> Iterator[Objects]:
    """Yield the objects of a kind in a file of plain blocks, block by block.

    Parameters
    ----------
    path : Path
    kind : int
    wanted : ndarray of int, optional
        Ids of ways or relations in ascending order: no others are decoded.
    span : tuple of int, optional
        One of `list_spans`; by default the whole file.
    """
    for block in iterate_blocks(path, kind, span):
        if kind == NODE:
            yield _decode_nodes(block)
            continue
        if wanted is not None:
            ids = block.read_ids()
            rows = np.flatnonzero(np.searchsorted(wanted, ids) < np.searchsorted(wanted, ids, side="right"))
            if not len(rows):
                continue
            block = block.choose(rows)  # noqa: PLW2901
        yield _decode_messages(block)


def _decode_messages(block: Block) -> Objects:
    """Return ways or relations."""
    numbers = Numbers(block.messages)
    n = len(ids := numbers.pick_one(_ID))
    nothing = np.zeros(0, np.int64)
    empty = Ragged(nothing.reshape(0, 2), np.zeros(n, np.int64), np.zeros(n, np.int64))
    if block.kind == RELATION:
        members, places = numbers.pick_differences(_MEMBERS), empty
        roles, types = numbers.pick(_ROLES).flat, numbers.pick(_TYPES).flat
    else:
        members, roles, types = numbers.pick_differences(_REFS), nothing, nothing
        xy = [numbers.pick_differences(field).flat for field in (_LONGITUDES, _LATITUDES)]
        places = Ragged(np.column_stack(xy), members.first, members.count)
    return Objects(
        block.kind,
        block.strings,
        ids,
        _read_seconds(numbers),
        numbers.pick(_KEYS),
        numbers.pick(_VALUES),
        members,
        places,
        roles,
        types,
    )


def _read_seconds(numbers: Numbers) -> IntArray:
    """Return when objects were changed, which is all that their information tells: a field's key and its number."""
    info = numbers.pick(_INFO)
    seconds = np.zeros(len(info), np.int64)
    seconds[info.count == 2] = info.flat[info.first[info.count == 2] + 1]
    return seconds


def _decode_nodes(block: Block) -> Objects:
    """Return nodes."""
    numbers = Numbers(block.messages)
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
        block.kind,
        block.strings,
        ids,
        none,
        Ragged.from_counts(pairs[at], count),
        Ragged.from_counts(pairs[at + 1], count),
        Ragged(none[:0], none, none),
        Ragged(np.column_stack(xy), np.arange(n), none + 1),
        none[:0],
        none[:0],
    )
