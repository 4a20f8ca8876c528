"""Collecting of OSM objects into columns, part by part where there are many."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from saferoute.sources import spill
from saferoute.sources.osm._columns import NAME, Columns, decode_shapes
from saferoute.sources.osm._combinations import Combinations
from saferoute.sources.osm._xml import NEW_ID
from saferoute.sources.osm.shaping import Shapes
from saferoute.sources.ragged import Ragged, RaggedSpill

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from saferoute.arrays import IntArray

_TYPES = {"kind": np.int8, "osm_id": np.int64, "combination": np.int32, "bounds": np.float64}
_RAGGED = {"name": np.uint8, "wkb": np.uint8, "nodes": np.int64}


_LARGER = 16
"""Times that an object which comes one by one is as large as others: relations have many vertices [J]."""


class Rows:
    """Builder of columns, to which objects are added.

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
        Where the columns are stored; by default in memory.
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
        self.combinations = Combinations((*tags, *deciding))
        self._spills = {name: spill.open_spill(dtype, folder) for name, dtype in _TYPES.items()}
        self._ragged = {name: RaggedSpill(dtype, folder) for name, dtype in _RAGGED.items()}
        self._single: list[tuple[int, int, int, bytes, bytes]] = []
        self._n = 0

    def __len__(self) -> int:
        """Return the number of objects, but for those that came one by one."""
        return self._n

    def add_object(self, kind: int, osm_id: int, tags: Mapping[str, str], wkb: str) -> None:
        """Append an object, with its WKB in hexadecimal digits as osmium writes it."""
        name = tags.get(NAME)
        encoded = b"" if name is None else b"=" + name.encode()
        self._single.append((kind, osm_id, self.combinations.number_tags(tags), encoded, bytes.fromhex(wkb)))
        if len(self._single) >= spill.AT_ONCE // _LARGER:
            self._add_single()

    def add_objects(
        self, kind: IntArray, ids: IntArray, combination: IntArray, names: Ragged, shapes: Shapes, nodes: Ragged | None
    ) -> None:
        """Append objects, without those whose shape is empty or broken; the values of ragged rows follow each other.

        Only lines have nodes, and those without length are left out.
        """
        west, south, east, north = shapes.bounds.T
        # NaN compares as false.
        whole = west <= east if nodes is None else (west < east) | (south < north)
        if nodes is not None:
            nodes = Ragged(self._restore_ids(nodes.flat), nodes.first, nodes.count)
        ragged = {"name": names, "wkb": shapes.wkb, "nodes": nodes}
        if not whole.all():
            kind, ids, combination = kind[whole], ids[whole], combination[whole]
            ragged = {name: column and column[whole] for name, column in ragged.items()}
        self._n += len(ids)
        for name, values in {
            "kind": kind,
            "osm_id": self._restore_ids(ids),
            "combination": combination,
            "bounds": shapes.bounds[whole].ravel(),
        }.items():
            self._spills[name].append(values)
        for name, column in ragged.items():
            if column is not None:
                self._ragged[name].append(column)

    def _add_single(self) -> None:
        """Append the objects that came one by one."""
        if not self._single:
            return
        kind, ids, combination, names, wkb = zip(*self._single, strict=True)
        self._single.clear()
        shapes = Ragged.from_bytes(wkb)
        self.add_objects(
            np.array(kind),
            np.array(ids, dtype=np.int64),
            np.array(combination),
            Ragged.from_bytes(names),
            Shapes(shapes, shapely.bounds(decode_shapes(shapes)).reshape(-1, 4)),
            None,
        )

    def _restore_ids(self, ids: IntArray) -> IntArray:
        """Return negative ids for new objects."""
        return np.where(ids > NEW_ID, -(ids - NEW_ID + self._file_number * NEW_ID), ids)

    def build_columns(self) -> Columns:
        """Return the added objects in their order. Nothing may be added afterwards."""
        self._add_single()
        numbers = {name: self._spills[name].read() for name in _TYPES}
        ragged = {name: of_all.read() for name, of_all in self._ragged.items()}
        return Columns(
            self.combinations.encode(self._tags),
            numbers["kind"],
            numbers["osm_id"],
            numbers["combination"],
            ragged["name"],
            ragged["wkb"],
            numbers["bounds"].reshape(-1, 4),
            ragged["nodes"] if self._with_nodes else None,
        )


class Store(NamedTuple):
    """Where the objects of a file go."""

    file_number: int
    folder: Path | None
    """None = into memory."""

    def open_rows(self, tags: tuple[str, ...], deciding: tuple[str, ...] = (), *, with_nodes: bool = False) -> Rows:
        """Return an empty builder."""
        return Rows(tags, deciding=deciding, with_nodes=with_nodes, file_number=self.file_number, folder=self.folder)
