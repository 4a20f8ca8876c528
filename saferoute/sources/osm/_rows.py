"""Collecting of OSM objects into columns, part by part where there are many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from saferoute.sources import spill
from saferoute.sources.osm._columns import NAME, Columns, Vocabulary, decode_shapes, join_vocabularies
from saferoute.sources.osm._combinations import Combinations
from saferoute.sources.osm._xml import NEW_ID
from saferoute.sources.osm.shaping import Shapes
from saferoute.sources.ragged import Ragged, RaggedSpill, read_ragged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from saferoute.arrays import IntArray

_CODES = "codes"
"""Column of no row: the codes of combinations, where they lie in a file."""
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
    store : Store
        Where the columns go.
    """

    def __init__(
        self,
        tags: tuple[str, ...],
        *,
        deciding: tuple[str, ...] = (),
        with_nodes: bool = False,
        store: Store,
    ) -> None:
        self._tags, self._with_nodes, self._file_number = tags, with_nodes, store.file_number
        self.combinations = Combinations((*tags, *deciding))
        self._spills = {name: store.open_spill(name) for name in _TYPES}
        self._ragged = {name: store.open_ragged(name) for name in _RAGGED}
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
        numbers = {name: of_all.read() for name, of_all in self._spills.items()}
        ragged = {name: of_all.read() for name, of_all in self._ragged.items()}
        return _gather(self.combinations.encode(self._tags), numbers, ragged, with_nodes=self._with_nodes)


class Store(NamedTuple):
    """Where the objects of a file go."""

    file_number: int
    """Of the file. New objects have ids above `NEW_ID` and get negative ones: two files may use the same for different
    objects, so each file gets a range of its own."""
    folder: Path | None
    """None = into memory."""
    name: str | None = None
    """What the names of files begin with, which then stay; None = they have none."""

    def open_rows(self, tags: tuple[str, ...], deciding: tuple[str, ...] = (), *, with_nodes: bool = False) -> Rows:
        """Return an empty builder."""
        return Rows(tags, deciding=deciding, with_nodes=with_nodes, store=self)

    def open_spill(self, column: str) -> spill.Spill:
        """Return an empty spill for a column of numbers."""
        dtype = np.int32 if column == _CODES else _TYPES[column]
        return spill.open_spill(dtype, self.folder, self.name and f"{self.name}.{column}")

    def open_ragged(self, column: str) -> RaggedSpill:
        """Return an empty spill for a column of any number of values a row."""
        return RaggedSpill(_RAGGED[column], self.folder, self.name and f"{self.name}.{column}")

    def note_columns(self, columns: Columns) -> dict[str, Any]:
        """Return what `restore_columns` has to know of columns whose files have names here."""
        codes = self.open_spill(_CODES)
        codes.append(columns.vocabulary.codes.ravel())
        codes.read()
        return {"known": columns.vocabulary.known, "has_nodes": columns.nodes is not None}

    def restore_columns(self, noted: Mapping[str, Any]) -> Columns:
        """Return the columns that lie in files.

        Raises
        ------
        OSError
            If one of them does not.
        """
        assert self.folder is not None
        numbers = {name: spill.read_spill(dtype, self.folder, f"{self.name}.{name}") for name, dtype in _TYPES.items()}
        ragged = {name: read_ragged(dtype, self.folder, f"{self.name}.{name}") for name, dtype in _RAGGED.items()}
        codes = spill.read_spill(np.int32, self.folder, f"{self.name}.{_CODES}").reshape(-1, len(noted["known"]))
        return _gather(Vocabulary(noted["known"], codes), numbers, ragged, with_nodes=noted["has_nodes"])


def _gather(
    vocabulary: Vocabulary, numbers: Mapping[str, Any], ragged: Mapping[str, Ragged], *, with_nodes: bool
) -> Columns:
    return Columns(
        vocabulary,
        numbers["kind"],
        numbers["osm_id"],
        numbers["combination"],
        ragged["name"],
        ragged["wkb"],
        numbers["bounds"].reshape(-1, 4),
        ragged["nodes"] if with_nodes else None,
    )


def join_columns(vocabularies: Sequence[Vocabulary], parts: Iterable[Columns], store: Store) -> Columns:
    """Return the objects of all parts, one part after the other, with a common vocabulary.

    Parameters
    ----------
    vocabularies : sequence of Vocabulary
        Of each part.
    parts : iterable of Columns
        Asked for the next when the one before has been copied.
    store : Store
        Where they go.
    """
    vocabulary, moved = join_vocabularies(vocabularies)
    with_nodes = False
    spills = {name: store.open_spill(name) for name in _TYPES}
    ragged = {name: store.open_ragged(name) for name in _RAGGED}
    for part, numbers in zip(parts, moved, strict=True):
        with_nodes = part.nodes is not None
        spills["kind"].append(part.kind)
        spills["osm_id"].append(part.osm_id)
        spills["combination"].append(numbers[part.combination])
        spills["bounds"].append(part.bounds.ravel())
        for name in _RAGGED:
            column = getattr(part, name)
            if column is not None:
                ragged[name].append(column)
    read = {name: of.read() for name, of in spills.items()}
    return _gather(vocabulary, read, {name: of.read() for name, of in ragged.items()}, with_nodes=with_nodes)
