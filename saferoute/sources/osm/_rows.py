"""Collecting of OSM objects one by one into columns, part by part where there are many."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from saferoute.sources import spill
from saferoute.sources.blocks import Ragged
from saferoute.sources.osm._columns import NAME, Columns, Vocabulary, decode_shapes, sort_objects
from saferoute.sources.osm._xml import NEW_ID

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import DTypeLike, NDArray

    from saferoute.arrays import FloatArray, IntArray


class Rows:
    """Builder of columns, to which objects are added one by one.

    Parameters
    ----------
    tags : tuple of str
        The tags that are kept.
    deciding : tuple of str
        Further tags that decide whether an object is taken; they are not stored.
    with_nodes : bool
        Whether the objects are lines, which have nodes.
    file_number : int
        Number of the file that the objects are of. New objects have ids above
        `NEW_ID` and get negative ones: two files may use the same for
        different objects, so each file gets a range of its own.
    folder : Path, optional
        Where names, shapes and nodes are stored until all are there; by default in memory.
    """

    def __init__(
        self,
        tags: tuple[str, ...],
        *,
        deciding: tuple[str, ...] = (),
        with_nodes: bool = False,
        file_number: int = 0,
        folder: Path | None = None,
    ) -> None:
        self._tags, self._with_nodes, self._file_number = tags, with_nodes, file_number
        self._wanted = frozenset((*tags, *deciding)) - {NAME}
        self._numbers: dict[tuple[tuple[str, str], ...], int] = {}
        # Arrays of machine numbers, since lists of Python's would take four times the memory of large extracts.
        self._kind, self._ids, self._combination, self._count = (array(code) for code in "bqii")
        self._names: list[bytes] = []
        self._wkb: list[bytes] = []
        self._nodes = array("q")
        self._sizes: dict[str, list[IntArray]] = {"names": [], "wkb": []}
        self._bounds: list[FloatArray] = []
        self._spills = {"names": spill.open_spill(np.uint8, folder), "wkb": spill.open_spill(np.uint8, folder)}
        self._spilt_nodes = spill.open_spill(np.int64, folder)

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self._ids)

    def number_combination(self, tags: Mapping[str, str]) -> int:
        """Return the number of an object's combination of tags, a new one if it has not come before."""
        numbers, wanted = self._numbers, self._wanted
        return numbers.setdefault(tuple([pair for pair in tags.items() if pair[0] in wanted]), len(numbers))

    def add_object(self, kind: int, osm_id: int, combination: int, name: str | None, wkb: str) -> None:
        """Append an object, with its WKB in hexadecimal digits as osmium writes it."""
        if len(self._wkb) >= spill.AT_ONCE:
            self._spill_part()
        self._kind.append(kind)
        self._ids.append(osm_id)
        self._combination.append(combination)
        self._names.append(b"" if name is None else b"=" + name.encode())
        self._wkb.append(bytes.fromhex(wkb))

    def add_nodes(self, nodes: list[int]) -> None:
        """Append the node ids of the last object."""
        self._nodes.extend(nodes)
        self._count.append(len(nodes))

    def _spill_part(self) -> None:
        """Store what the last objects hold most of."""
        for name, items in (("names", self._names), ("wkb", self._wkb)):
            values = Ragged.from_bytes(items)
            self._spills[name].append(values.flat)
            self._sizes[name].append(values.count)
            if name == "wkb":
                self._bounds.append(shapely.bounds(decode_shapes(values)))
            items.clear()
        self._spilt_nodes.append(self._restore_ids(np.array(self._nodes, dtype=np.int64)))
        del self._nodes[:]

    def _restore_ids(self, ids: IntArray) -> IntArray:
        """Return negative ids for new objects."""
        return np.where(ids > NEW_ID, -(ids - NEW_ID + self._file_number * NEW_ID), ids)

    def build_columns(self) -> Columns:
        """Return the added objects sorted by kind and id, without those whose shape is empty or broken.

        Nothing may be added afterwards.
        """
        self._spill_part()
        names, wkb = (
            Ragged.from_counts(self._spills[name].read(), np.concatenate(sizes)) for name, sizes in self._sizes.items()
        )
        # What was collected goes as soon as it is copied: with many objects each copy counts.
        self._sizes.clear()
        bounds = np.concatenate(self._bounds)
        self._bounds.clear()
        columns = Columns(
            Vocabulary.from_combinations((dict(pairs) for pairs in self._numbers), self._tags),
            _take_numbers(self._kind, np.int8),
            self._restore_ids(_take_numbers(self._ids, np.int64)),
            _take_numbers(self._combination, np.int32),
            names,
            wkb,
            bounds,
            Ragged.from_counts(self._spilt_nodes.read(), _take_numbers(self._count, np.int32))
            if self._with_nodes
            else None,
        )
        west, south, east, north = bounds.T
        # A line whose nodes all lie at one place has no length and is dropped, too. NaN compares as false.
        whole = (west < east) | (south < north) if self._with_nodes else west <= east
        return sort_objects(columns if whole.all() else columns.select_rows(whole))


def _take_numbers(collected: array[int], dtype: DTypeLike) -> NDArray[Any]:
    """Return the numbers of an array, which is empty afterwards."""
    numbers = np.array(collected, dtype=dtype)
    del collected[:]
    return numbers
