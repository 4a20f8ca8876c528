"""Compact columns of OSM objects: ids, shapes as WKB, and numbered combinations of tags.

Most objects share all tags but the name with many others. Each combination of
tags is therefore stored once, and an object holds its number.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from saferoute.geometry import indices_of_slices
from saferoute.model import WGS84, WayLines
from saferoute.osm.keys import VERBATIM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.osm.tags import Tags

KINDS = ("node", "relation", "way")
"""Kinds of objects, in the order in which tables are sorted."""
NAME = "name"
"""The one tag whose values hardly recur; it is stored with each object."""


_AT_ONCE = 100_000
"""Shapes decoded at a time when only their bounds are needed."""


def enclosing_box(bounds: FloatArray) -> tuple[float, float, float, float]:
    """Return west, south, east and north of the box around boxes of shape (n, 4); NaN if there are none."""
    if not len(bounds):
        return (float("nan"),) * 4
    west, south = bounds[:, :2].min(axis=0).tolist()
    east, north = bounds[:, 2:].max(axis=0).tolist()
    return west, south, east, north


def text_dtype() -> pd.StringDtype:
    """Return the type of columns of tags: Python strings, NaN where missing.

    With pyarrow installed, pandas would use Arrow strings by default. Copying
    and comparing those takes more than twice as long, and each value recurs
    many times here.
    """
    import numpy as np
    import pandas as pd

    return pd.StringDtype("python", na_value=np.nan)


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

    def decode_tags(self, combination: IntArray) -> dict[str, pd.api.extensions.ExtensionArray]:
        """Return the values of each tag for the given combinations, NaN where missing."""
        import numpy as np
        import pandas as pd

        # An area has few of an extract's combinations: only these are decoded, each once.
        here, row = np.unique(combination, return_inverse=True)
        codes, columns = self.codes[here], {}
        for column, (tag, values) in enumerate(self.known.items()):
            of_here = pd.array([*values, None], dtype=text_dtype()).take(codes[:, column], allow_fill=True)
            columns[tag] = of_here.take(row)
        return columns


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
    name : ndarray of n str or None
    wkb : ndarray of n bytes
        Shapes in degrees (WGS 84).
    nodes : ndarray, optional
        Node ids of all objects, concatenated; ways alone have them.
    first, count : ndarray of shape (n,), optional
        Index of each object's first node in `nodes`, and the number of its nodes.
    """

    vocabulary: Vocabulary
    kind: NDArray[np.int8]
    osm_id: IntArray
    combination: IntArray
    name: NDArray[np.object_]
    wkb: NDArray[np.object_]
    nodes: IntArray | None = None
    first: IntArray | None = None
    count: IntArray | None = None

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self.osm_id)

    @cached_property
    def geometry(self) -> NDArray[np.object_]:
        """The decoded shapes, None where the WKB is broken."""
        import shapely

        shapes: NDArray[np.object_] = shapely.from_wkb(self.wkb, on_invalid="ignore")
        return shapes

    @cached_property
    def bounds(self) -> FloatArray:
        """West, south, east and north of each shape, shape (n, 4), NaN where it is broken or empty."""
        import numpy as np
        import shapely

        if len(self) <= _AT_ONCE:
            boxes: FloatArray = shapely.bounds(self.geometry)
            return boxes
        # The shapes of a large table would take more memory than all its other columns, so not all at once.
        starts = range(0, len(self), _AT_ONCE)
        parts = (shapely.from_wkb(self.wkb[k : k + _AT_ONCE], on_invalid="ignore") for k in starts)
        return np.concatenate([shapely.bounds(part) for part in parts])

    @property
    def tags(self) -> Tags:
        """The tags of the objects except the name, still encoded."""
        from saferoute.osm.tags import Tags

        return Tags.from_combinations(self.vocabulary.known, self.vocabulary.codes).select_rows(self.combination)

    def select_rows(self, rows: IntArray | BoolArray) -> Columns:
        """Return the objects at some indices or of a mask."""
        kept = replace(
            self,
            kind=self.kind[rows],
            osm_id=self.osm_id[rows],
            combination=self.combination[rows],
            name=self.name[rows],
            wkb=self.wkb[rows],
        )
        if self.first is not None and self.count is not None:
            kept = replace(kept, first=self.first[rows], count=self.count[rows])
        # Cached properties live in the instance's dictionary: what is decoded is handed on, not decoded again.
        for name in ("geometry", "bounds"):
            if name in self.__dict__:
                kept.__dict__[name] = self.__dict__[name][rows]
        return kept

    @property
    def lines(self) -> WayLines:
        """The lines of ways with their nodes, in degrees."""
        import numpy as np
        import shapely

        assert self.nodes is not None
        assert self.first is not None
        assert self.count is not None
        starts = range(0, len(self), _AT_ONCE)
        parts = (shapely.from_wkb(self.wkb[k : k + _AT_ONCE]) for k in starts)
        xy = np.concatenate([np.empty((0, 2)), *map(shapely.get_coordinates, parts)])
        node = self.nodes[indices_of_slices(self.first, self.count)]
        return WayLines(xy, node, np.repeat(np.arange(len(self)), self.count), in_degrees=True)

    def build_table(self) -> gpd.GeoDataFrame:
        """Return the objects as a table in EPSG:4326, with one column per tag."""
        import geopandas as gpd
        import numpy as np
        import pandas as pd

        data: dict[str, Any] = {"osm_type": pd.array(KINDS, dtype=text_dtype()).take(self.kind)}
        data |= self.vocabulary.decode_tags(self.combination)
        data[NAME] = pd.array(self.name, dtype=text_dtype())
        data["osm_id"] = self.osm_id
        if self.nodes is not None and self.first is not None and self.count is not None:
            # Filled in by slice, as numpy would make a matrix of lists of equal length.
            lists = np.empty(len(self), dtype=object)
            lists[:] = [self.nodes[a : a + n] for a, n in zip(self.first, self.count, strict=True)]
            data["nodes"] = lists
        return gpd.GeoDataFrame(data, geometry=self.geometry, crs=WGS84)


@dataclass
class Rows:
    """Builder of columns, to which objects are added one by one."""

    tags: tuple[str, ...]
    deciding: tuple[str, ...] = ()
    """Further tags that decide whether an object is taken; they are not stored."""
    with_nodes: bool = False
    # Arrays of machine numbers, since lists of Python's would take four times the memory of large extracts.
    _kind: array[int] = field(default_factory=lambda: array("b"))
    _ids: array[int] = field(default_factory=lambda: array("q"))
    _combination: array[int] = field(default_factory=lambda: array("i"))
    _names: list[str | None] = field(default_factory=list)
    _wkb: list[bytes] = field(default_factory=list)
    _nodes: array[int] = field(default_factory=lambda: array("q"))
    _count: array[int] = field(default_factory=lambda: array("i"))
    _numbers: dict[tuple[tuple[str, str], ...], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Collect the tags that make up a combination."""
        self.wanted = frozenset((*self.tags, *self.deciding)) - {NAME}

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self._ids)

    def number_combination(self, tags: Mapping[str, str]) -> int:
        """Return the number of an object's combination of tags, a new one if it has not come before."""
        numbers, wanted = self._numbers, self.wanted
        return numbers.setdefault(tuple([pair for pair in tags.items() if pair[0] in wanted]), len(numbers))

    def add_object(self, kind: int, osm_id: int, combination: int, name: str | None, wkb: str) -> None:
        """Append an object, with its WKB in hexadecimal digits as osmium writes it."""
        self._kind.append(kind)
        self._ids.append(osm_id)
        self._combination.append(combination)
        self._names.append(name)
        self._wkb.append(bytes.fromhex(wkb))

    def add_nodes(self, nodes: list[int]) -> None:
        """Append the node ids of the last object."""
        self._nodes.extend(nodes)
        self._count.append(len(nodes))

    def build_columns(self) -> Columns:
        """Return the added objects sorted by kind and id, without those whose shape is empty or broken."""
        import numpy as np

        count = np.frombuffer(self._count, dtype=np.int32).astype(np.int64) if self._count else np.empty(0, np.int64)
        names, wkb = np.empty(len(self), dtype=object), np.empty(len(self), dtype=object)
        names[:], wkb[:] = self._names, self._wkb
        columns = Columns(
            Vocabulary.from_combinations((dict(pairs) for pairs in self._numbers), self.tags),
            np.array(self._kind, dtype=np.int8),
            np.array(self._ids, dtype=np.int64),
            np.array(self._combination, dtype=np.int64),
            names,
            wkb,
            *((np.array(self._nodes, dtype=np.int64), np.cumsum(count) - count, count) if self.with_nodes else ()),
        )
        west, south, east, north = columns.bounds.T
        # A line whose nodes all lie at one place has no length and is dropped, too. NaN compares as false.
        whole = (west < east) | (south < north) if self.with_nodes else west <= east
        return sort_objects(columns.select_rows(whole))


def sort_objects(columns: Columns) -> Columns:
    """Return objects sorted by kind and id, with the pieces of one object in their order."""
    import numpy as np

    # lexsort is stable and takes its main key last.
    return columns.select_rows(np.lexsort((columns.osm_id, columns.kind)))
