"""Objects of one kind as columns: ids, shapes as WKB, and the combinations of tags that recur.

Most objects share all of their tags but the name with many others, so an
object holds the number of its combination, and the tags stand once.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from saferoute.model import WGS84

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.osm.tags import Tags

KINDS = ("node", "relation", "way")
"""Kinds of objects, in the order of the tables."""
NAME = "name"
"""The one tag whose values hardly recur: it stands with the object."""


_AT_ONCE = 100_000
"""Shapes in memory at a time where only their bounds are asked for."""


def enclosing_box(bounds: FloatArray) -> tuple[float, float, float, float]:
    """Return the box around boxes of shape (n, 4), NaN where there are none."""
    if not len(bounds):
        return (float("nan"),) * 4
    west, south = bounds[:, :2].min(axis=0).tolist()
    east, north = bounds[:, 2:].max(axis=0).tolist()
    return west, south, east, north


def text_dtype() -> pd.StringDtype:
    """Return how tags are held: as Python's strings, NaN where missing.

    Rows of Arrow's strings, pandas' default where pyarrow is, are copied and
    compared at more than twice the price, and every value here stands many times.
    """
    import numpy as np
    import pandas as pd

    return pd.StringDtype("python", na_value=np.nan)


@dataclass(frozen=True)
class Vocabulary:
    """Combinations of tags, as numbers into lists of values.

    Attributes
    ----------
    known : mapping of str to list of str
        The values of each tag, the name left out.
    codes : ndarray of shape (combinations, tags)
        −1 = the tag is missing.
    """

    known: Mapping[str, list[str]]
    codes: NDArray[np.int32]

    @classmethod
    def from_combinations(cls, combinations: Iterable[Mapping[str, str]], tags: Sequence[str]) -> Vocabulary:
        """Return combinations as numbers of values, trimmed and in small letters; other tags are left out."""
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
                    codes[row, column] = numbers.setdefault(value.strip().lower(), len(numbers))
        return cls({tag: list(known[column]) for tag, column in place.items()}, codes)

    def iterate_combinations(self) -> Iterator[dict[str, str]]:
        """Yield the tags of each combination."""
        for row in self.codes.tolist():
            yield {tag: text[k] for (tag, text), k in zip(self.known.items(), row, strict=True) if k >= 0}

    def decode_tags(self, combination: IntArray) -> dict[str, pd.api.extensions.ExtensionArray]:
        """Return the values of each tag for rows of some combinations, NaN where missing."""
        import numpy as np
        import pandas as pd

        here, row = np.unique(combination, return_inverse=True)
        codes, columns = self.codes[here], {}
        for column, (tag, values) in enumerate(self.known.items()):
            of_here = pd.array([*values, None], dtype=text_dtype()).take(codes[:, column], allow_fill=True)
            columns[tag] = of_here.take(row)
        return columns


@dataclass(frozen=True)
class Columns:
    """n objects.

    Attributes
    ----------
    vocabulary : Vocabulary
    kind : ndarray of shape (n,)
        Into `KINDS`.
    osm_id : ndarray of shape (n,)
    combination : ndarray of shape (n,)
        Row of the vocabulary.
    name : ndarray of n str or None
    wkb : ndarray of n bytes
        In degrees.
    nodes : ndarray, optional
        Node ids of all objects, one behind the other.
    first, count : ndarray of shape (n,), optional
        Where the nodes of each begin, and how many they are.
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
        """Return the shapes, None where the WKB is broken."""
        import shapely

        shapes: NDArray[np.object_] = shapely.from_wkb(self.wkb, on_invalid="ignore")
        return shapes

    @cached_property
    def bounds(self) -> FloatArray:
        """Return west, south, east and north of each shape, shape (n, 4), NaN where it is broken or empty.

        The shapes of a large table would take more memory than all its other columns: they are looked at by parts.
        """
        import numpy as np
        import shapely

        if len(self) <= _AT_ONCE:
            boxes: FloatArray = shapely.bounds(self.geometry)
            return boxes
        starts = range(0, len(self), _AT_ONCE)
        parts = (shapely.from_wkb(self.wkb[k : k + _AT_ONCE], on_invalid="ignore") for k in starts)
        return np.concatenate([shapely.bounds(part) for part in parts])

    @property
    def tags(self) -> Tags:
        """Return the tags but for the name, not spelled out for each object."""
        from saferoute.osm.tags import Tags

        return Tags.from_combinations(self.vocabulary.known, self.vocabulary.codes).select_rows(self.combination)

    def select_rows(self, rows: IntArray | BoolArray) -> Columns:
        """Return some of the objects."""
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
        for name in ("geometry", "bounds"):  # not decoded a second time
            if name in self.__dict__:
                kept.__dict__[name] = self.__dict__[name][rows]
        return kept

    def build_table(self) -> gpd.GeoDataFrame:
        """Return a table in EPSG:4326."""
        import geopandas as gpd
        import numpy as np
        import pandas as pd

        data: dict[str, Any] = {"osm_type": pd.array(KINDS, dtype=text_dtype()).take(self.kind)}
        data |= self.vocabulary.decode_tags(self.combination)
        data[NAME] = pd.array(self.name, dtype=text_dtype())
        data["osm_id"] = self.osm_id
        if self.nodes is not None and self.first is not None and self.count is not None:
            lists = np.empty(len(self), dtype=object)
            lists[:] = [self.nodes[a : a + n] for a, n in zip(self.first, self.count, strict=True)]
            data["nodes"] = lists
        return gpd.GeoDataFrame(data, geometry=self.geometry, crs=WGS84)


@dataclass
class Rows:
    """Columns under construction."""

    tags: tuple[str, ...]
    deciding: tuple[str, ...] = ()
    """Further tags that decide whether an object is taken."""
    with_nodes: bool = False
    _kind: array[int] = field(default_factory=lambda: array("b"))
    _ids: array[int] = field(default_factory=lambda: array("q"))
    _combination: array[int] = field(default_factory=lambda: array("i"))
    _names: list[str | None] = field(default_factory=list)
    _wkb: list[bytes] = field(default_factory=list)
    _nodes: array[int] = field(default_factory=lambda: array("q"))
    _count: array[int] = field(default_factory=lambda: array("i"))
    _numbers: dict[tuple[tuple[str, str], ...], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Note the tags that are looked at."""
        self.wanted = frozenset((*self.tags, *self.deciding)) - {NAME}

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self._ids)

    def number_combination(self, tags: Mapping[str, str]) -> int:
        """Return the number of a combination of tags."""
        numbers, wanted = self._numbers, self.wanted
        return numbers.setdefault(tuple([pair for pair in tags.items() if pair[0] in wanted]), len(numbers))

    def add_object(self, kind: int, osm_id: int, combination: int, name: str | None, wkb: str) -> None:
        """Append one object; its WKB comes in hexadecimal digits, as osmium writes it."""
        self._kind.append(kind)
        self._ids.append(osm_id)
        self._combination.append(combination)
        self._names.append(name)
        self._wkb.append(bytes.fromhex(wkb))

    def add_nodes(self, nodes: list[int]) -> None:
        """Append the node ids of the object added last."""
        self._nodes.extend(nodes)
        self._count.append(len(nodes))

    def build_columns(self) -> Columns:
        """Return what was added, in the order of kinds and ids, without shapes that are empty or at one place."""
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
        # A line whose nodes are all at one place is none.
        whole = (west < east) | (south < north) if self.with_nodes else west <= east
        return sort_objects(columns.select_rows(whole))


def sort_objects(columns: Columns) -> Columns:
    """Return objects in the order of kinds and ids; pieces of one keep theirs."""
    import numpy as np

    return columns.select_rows(np.lexsort((columns.osm_id, columns.kind)))
