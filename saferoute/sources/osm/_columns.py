"""Compact columns of OSM objects: ids, shapes as WKB, and numbered combinations of tags.

Most objects share all tags but the name with many others. Each combination of
tags is therefore stored once, and an object holds its number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from saferoute.model import WGS84, WayLines
from saferoute.osm.keys import VERBATIM
from saferoute.sources import spill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.sources.ragged import Ragged
    from saferoute.table import Table, Tags

KINDS = ("node", "relation", "way")
"""Kinds of objects, in the order in which tables are sorted."""
KIND = "osm_type"
"""What tables call the kind."""
NAME = "name"
"""The one tag whose values hardly recur; it is stored with each object."""


def make_objects(items: Sequence[Any]) -> NDArray[np.object_]:
    """Return some items as an array of objects; numpy would make a matrix of lists of equal length."""
    import numpy as np

    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


def decode_shapes(wkb: Ragged) -> NDArray[np.object_]:
    """Return shapes, None where the WKB is broken."""
    import shapely

    shapes: NDArray[np.object_] = shapely.from_wkb(make_objects(wkb.to_bytes()), on_invalid="ignore")
    return shapes


def enclosing_box(bounds: FloatArray) -> tuple[float, float, float, float]:
    """Return west, south, east and north of the box around boxes of shape (n, 4); NaN if there are none."""
    if not len(bounds):
        return (float("nan"),) * 4
    west, south = bounds[:, :2].min(axis=0).tolist()
    east, north = bounds[:, 2:].max(axis=0).tolist()
    return west, south, east, north


@dataclass(frozen=True)
class Vocabulary:
    """Combinations of tags, encoded as numbers into lists of values.

    Attributes
    ----------
    known : mapping of str to list of str
        The values of each tag except the name.
    codes : ndarray of shape (combinations, tags)
        Index into the values of the tag; −1 = the combination lacks it.
    """

    known: Mapping[str, list[str]]
    codes: NDArray[np.int32]

    @classmethod
    def from_combinations(cls, combinations: Iterable[Mapping[str, str]], tags: Sequence[str]) -> Vocabulary:
        """Return encoded combinations of the given tags; values are trimmed and mostly put in small letters."""
        import numpy as np

        place = {tag: k for k, tag in enumerate(t for t in tags if t != NAME)}
        known: list[dict[str, int]] = [{} for _ in place]
        combinations = list(combinations)
        codes = np.full((len(combinations), len(place)), -1, dtype=np.int32)
        for row, combination in enumerate(combinations):
            for tag, value in combination.items():
                column = place.get(tag)
                if column is not None:
                    numbers = known[column]
                    text = value.strip() if tag in VERBATIM else value.strip().lower()
                    codes[row, column] = numbers.setdefault(text, len(numbers))
        return cls({tag: list(known[column]) for tag, column in place.items()}, codes)

    def iterate_combinations(self) -> Iterator[dict[str, str]]:
        """Yield each combination as a mapping from tags to values."""
        for row in self.codes.tolist():
            yield {tag: text[k] for (tag, text), k in zip(self.known.items(), row, strict=True) if k >= 0}


def join_vocabularies(parts: Sequence[Vocabulary]) -> tuple[Vocabulary, list[NDArray[np.int32]]]:
    """Return the vocabulary of all parts, and for each part the number in it of each of its combinations."""
    import numpy as np

    numbers: dict[tuple[tuple[str, str], ...], int] = {}
    moved = [
        np.fromiter(
            (numbers.setdefault(tuple(tags.items()), len(numbers)) for tags in part.iterate_combinations()),
            dtype=np.int32,
            count=len(part.codes),
        )
        for part in parts
    ]
    return Vocabulary.from_combinations(map(dict, numbers), tuple(parts[0].known)), moved


@dataclass(frozen=True)
class Columns:
    """Columns of n OSM objects.

    Attributes
    ----------
    vocabulary : Vocabulary
    kind : ndarray of shape (n,)
        Index into `KINDS`.
    osm_id : ndarray of shape (n,)
    combination : ndarray of shape (n,)
        Row of the vocabulary's codes.
    name : Ragged of n rows
        Each name behind an ``=``, as a name may be empty, which is not the same as none.
    wkb : Ragged of n rows
        Shapes in degrees (WGS 84).
    bounds : ndarray of shape (n, 4)
        West, south, east and north of each shape.
    nodes : Ragged of n rows, optional
        Node ids; ways alone have them.
    """

    vocabulary: Vocabulary
    kind: NDArray[np.int8]
    osm_id: IntArray
    combination: IntArray
    name: Ragged
    wkb: Ragged
    bounds: FloatArray
    nodes: Ragged | None = None

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self.osm_id)

    @cached_property
    def geometry(self) -> NDArray[np.object_]:
        """The decoded shapes, None where the WKB is broken."""
        return decode_shapes(self.wkb)

    def map_shapes(self, measure: Callable[[NDArray[np.object_]], NDArray[Any]]) -> NDArray[Any]:
        """Return what a function makes of arrays of shapes, joined; they are never all decoded at a time."""
        import numpy as np

        parts = []
        for start in range(0, max(len(self), 1), spill.AT_ONCE):
            rows = np.arange(start, min(start + spill.AT_ONCE, len(self)))
            parts.append(measure(decode_shapes(self.wkb[rows])))
            spill.forget_pages(self.wkb.flat)
        return np.concatenate(parts)

    @property
    def tags(self) -> Tags:
        """The tags of the objects, still encoded, and ``osm_type``."""
        import numpy as np

        from saferoute.table import Column, Tags

        known, combination, name, kind = self.vocabulary.known, self.combination, self.name, self.kind
        tags = Tags.from_combinations(known, self.vocabulary.codes).select_rows(combination)

        def read(key: str) -> Column:
            if key == NAME:
                return Column.from_texts([text[1:].decode() if text else None for text in name.to_bytes()])
            return Column(kind.astype(np.int32), KINDS) if key == KIND else tags[key]

        return Tags(len(self), read, (KIND, NAME, *known))

    def select_rows(self, rows: IntArray | BoolArray) -> Columns:
        """Return the objects at some indices or of a mask."""
        kept = replace(
            self,
            kind=self.kind[rows],
            osm_id=self.osm_id[rows],
            combination=self.combination[rows],
            name=self.name.pick_rows(rows),
            wkb=self.wkb.pick_rows(rows),
            bounds=self.bounds[rows],
            nodes=None if self.nodes is None else self.nodes.pick_rows(rows),
        )
        # A cached property lives in the instance's dictionary: what is decoded is handed on, not decoded again.
        if "geometry" in self.__dict__:
            kept.__dict__["geometry"] = self.geometry[rows]
        return kept

    def read_lines(self, rows: IntArray) -> WayLines:
        """Return the lines of some ways, in degrees; each keeps the number of its row."""
        import numpy as np
        import shapely

        assert self.nodes is not None
        xy, nodes = shapely.get_coordinates(decode_shapes(self.wkb[rows])), self.nodes[rows]
        for column in (self.wkb, self.nodes):
            spill.forget_pages(column.flat)
        return WayLines(xy, nodes.flat, np.repeat(rows, nodes.count), in_degrees=True)

    def build_table(self) -> Table:
        """Return the objects as a table in EPSG:4326, of ways with a column ``nodes``."""
        from saferoute.table import Table

        columns: dict[str, NDArray[Any]] = {"osm_id": self.osm_id}
        if self.nodes is not None:
            flat, slices = self.nodes.flat, zip(self.nodes.first, self.nodes.count, strict=True)
            columns["nodes"] = make_objects([flat[a : a + n] for a, n in slices])
        return Table(self.geometry, self.tags, columns, WGS84)


def sort_objects(columns: Columns) -> Columns:
    """Return objects sorted by kind and id, with the pieces of one object in their order."""
    import numpy as np

    # Files are sorted, so that only objects of several files or kinds are not: all others are not copied.
    after, before = slice(1, None), slice(-1)
    ascending = (columns.kind[after] == columns.kind[before]) & (columns.osm_id[after] >= columns.osm_id[before])
    if (ascending | (columns.kind[after] > columns.kind[before])).all():
        return columns
    # lexsort is stable and takes its main key last.
    return columns.select_rows(np.lexsort((columns.osm_id, columns.kind)))
