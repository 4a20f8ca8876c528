"""Objects of a map as arrays: their shapes, their tags as numbers, and what else is known of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

Answered = TypeVar("Answered")

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from typing import TypeAlias

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, IntArray

    Tagged: TypeAlias = "Table | Tags | pd.DataFrame"
    """Objects with tags; a pandas table with a column a key is slower."""


class Column(NamedTuple):
    """One key of n objects.

    Attributes
    ----------
    codes : ndarray of shape (n,)
        Row in `values` of each object, −1 = the tag is missing.
    values : tuple of str
        The distinct values; some of them may have no object.
    """

    codes: NDArray[np.int32]
    values: tuple[str, ...]

    @classmethod
    def from_texts(cls, texts: Iterable[str | None] | NDArray[np.object_]) -> Column:
        """Return the column of objects with some values, None where the tag is missing.

        Examples
        --------
        >>> Column.from_texts(["sand", None, "grass", "sand"])
        Column(codes=array([ 0, -1,  1,  0], dtype=int32), values=('sand', 'grass'))
        """
        listed = list(texts)
        return cls.make_missing(len(listed)).set_texts(np.arange(len(listed)), listed)

    @classmethod
    def make_missing(cls, count: int) -> Column:
        """Return the column of objects without the tag."""
        return cls(np.full(count, -1, dtype=np.int32), ())

    def select_rows(self, rows: IntArray | BoolArray) -> Column:
        """Return the column of some objects, in the order of `rows`."""
        return Column(self.codes[rows], self.values)

    def set_texts(self, rows: IntArray, texts: Iterable[str | None] | NDArray[np.object_]) -> Column:
        """Return the column with other values at some rows."""
        numbers: dict[str | None, int] = {None: -1, **{value: code for code, value in enumerate(self.values)}}
        codes = self.codes.copy()
        codes[rows] = [numbers.setdefault(text, len(numbers) - 1) for text in texts]
        return Column(codes, tuple(text for text in numbers if text is not None))

    def drop_unused(self) -> Column:
        """Return the column without values that no object has."""
        if not self.values:
            return self
        # Marks and numbers have one more place, the last, which stands for −1.
        is_used, numbers = np.zeros(len(self.values) + 1, dtype=bool), np.full(len(self.values) + 1, -1, dtype=np.int32)
        is_used[self.codes] = True
        used = np.flatnonzero(is_used[:-1])
        numbers[used] = np.arange(len(used))
        return Column(numbers[self.codes], tuple(self.values[code] for code in used.tolist()))


class Tags:
    """The tags of n objects; a key's column is made when it is first asked for, and kept.

    Parameters
    ----------
    count : int
        How many objects there are.
    read : callable
        Returns the column of a key, None where there is none.
    keys : collection of str, optional
        The keys that objects may have, as far as anybody lists them.

    Examples
    --------
    >>> import pandas as pd
    >>> tags = Tags.from_table(pd.DataFrame({"surface": ["sand", None, "sand"]}))
    >>> tags["surface"].codes.tolist(), tags["surface"].values
    ([0, -1, 0], ('sand',))
    >>> tags["width"].codes.tolist()
    [-1, -1, -1]
    """

    # Every key has a column, so neither can be told. Without these lines Python asks for the keys 0, 1, 2, …, for ever.
    __contains__ = None
    __iter__ = None

    def __init__(self, count: int, read: Callable[[str], Column | None], keys: Collection[str] = ()) -> None:
        self.keys = keys
        self._count, self._read = count, read
        self._columns: dict[str, Column] = {}
        self._answers: dict[Callable[[Tags], Any], Any] = {}

    @classmethod
    def from_table(cls, table: pd.DataFrame) -> Tags:
        """Return the tags of a table's rows; columns changed later are not seen."""
        return cls(len(table), lambda key: _read_column(table[key]) if key in table else None, list(map(str, table)))

    @classmethod
    def from_combinations(cls, values: Mapping[str, Sequence[str]], codes: NDArray[np.int32]) -> Tags:
        """Return the tags of combinations; `select_rows` makes objects of them.

        Parameters
        ----------
        values : mapping of k keys to their distinct values
        codes : ndarray of shape (n, k)
            Of each combination the row in the values of each key, −1 = the tag is missing.
        """
        place = {key: column for column, key in enumerate(values)}

        def read(key: str) -> Column | None:
            # A part of a country has few of its values, and every question reads all that there are.
            return Column(codes[:, place[key]], tuple(values[key])).drop_unused() if key in place else None

        return cls(len(codes), read, place)

    @classmethod
    def concatenate(cls, parts: Sequence[Tags]) -> Tags:
        """Return the tags of the objects of some parts, one after the other."""

        def read(key: str) -> Column:
            numbers: dict[str, int] = {}
            parts_of_codes = []
            for codes, values in (part[key] for part in parts):
                renumbered = [*(numbers.setdefault(value, len(numbers)) for value in values), -1]
                parts_of_codes.append(np.array(renumbered, dtype=np.int32)[codes])
            return Column(np.concatenate(parts_of_codes), tuple(numbers))

        return cls(sum(map(len, parts)), read, dict.fromkeys(key for part in parts for key in part.keys))

    @classmethod
    def of(cls, tagged: Tagged) -> Tags:
        """Return the tags of a table, or the tags themselves."""
        if isinstance(tagged, Tags):
            return tagged
        return tagged.tags if isinstance(tagged, Table) else cls.from_table(tagged)

    def __len__(self) -> int:
        """Return the number of objects."""
        return self._count

    def __getitem__(self, key: str) -> Column:
        """Return a key's column, of missing tags alone where nobody has the key."""
        if key not in self._columns:
            column = self._read(key)
            self._columns[key] = Column.make_missing(self._count) if column is None else column
        return self._columns[key]

    def lacks(self, key: str) -> bool:
        """Return whether a key has no value at all, as most keys of a small place."""
        return not self[key][1]

    def remember(self, ask: Callable[[Tags], Answered]) -> Answered:
        """Return what a question answers of these tags, asked once; nobody may change the answer."""
        if ask not in self._answers:
            self._answers[ask] = ask(self)
        answer: Answered = self._answers[ask]
        return answer

    def select_rows(self, rows: IntArray | BoolArray) -> Tags:
        """Return the tags of some objects, in the order of `rows`."""
        count = int(np.count_nonzero(rows)) if rows.dtype == bool else len(rows)
        return Tags(count, lambda key: self[key].select_rows(rows), self.keys)

    def select_keys(self, keys: Collection[str]) -> Tags:
        """Return only the tags of some keys."""
        return Tags(self._count, lambda key: self[key] if key in keys else None, keys)

    def replace(self, columns: Mapping[str, Column]) -> Tags:
        """Return the tags with some columns in place of those of their keys, or beside the others."""
        keys = dict.fromkeys((*self.keys, *columns))
        return Tags(self._count, lambda key: columns[key] if key in columns else self[key], keys)

    def map_values(self, key: str, read: Callable[[str], Any], *, missing: Any) -> NDArray[Any]:
        """Return what `read` makes of each object's value, asked once a value; `missing` where the tag is missing."""
        codes, values = self[key]
        # The code of what is missing, −1, stands for the last, and to take is faster than to index.
        return np.array([*map(read, values), missing]).take(codes, axis=0, mode="wrap")

    def get_text(self, key: str) -> NDArray[np.object_]:
        """Return a tag's value for each object as it was tagged, None where it is missing."""
        codes, values = self[key]
        return np.array([*values, None], dtype=object).take(codes, mode="wrap")


@dataclass(frozen=True)
class Table:
    """n objects of a map, each with a shape and tags.

    A table is not changed: whatever selects or adds returns a new one that shares the arrays. `to_geodataframe` makes
    one for pandas, whose every step takes longer than all that is asked of a few rows.

    Attributes
    ----------
    geometry : ndarray of n shapes
    tags : Tags
        Whatever is a word of each object: its tags, ``osm_type``, and what is made of them, as the ``kind`` of ground.
    columns : mapping of str to ndarray of shape (n,)
        Whatever else is known of each object, as ``osm_id``.
    crs : str
        Coordinate system of the shapes.

    Examples
    --------
    >>> import shapely
    >>> words = {"surface": Column.from_texts(["sand", None])}
    >>> points = shapely.points([[0, 0], [1, 1]])
    >>> table = Table(points, Tags(2, words.get, words), {"osm_id": np.array([7, 8])}, "EPSG:32635")
    >>> len(table), table["osm_id"].tolist(), table["surface"].tolist()
    (2, [7, 8], ['sand', None])
    >>> table.select_rows(table["osm_id"] > 7)["surface"].tolist()
    [None]
    """

    geometry: NDArray[np.object_]
    tags: Tags
    columns: Mapping[str, NDArray[Any]]
    crs: str

    @classmethod
    def concatenate(cls, parts: Sequence[Table]) -> Table:
        """Return the objects of some tables with the same columns, one after the other."""
        one = parts[0]
        return cls(
            np.concatenate([part.geometry for part in parts]),
            Tags.concatenate([part.tags for part in parts]),
            {name: np.concatenate([part.columns[name] for part in parts]) for name in one.columns},
            one.crs,
        )

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self.geometry)

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return a column, or the values of a tag, None where it is missing.

        Raises
        ------
        KeyError
            If there is neither.
        """
        if name in self.columns:
            return self.columns[name]
        if name not in self.tags.keys:
            raise KeyError(name)
        return self.tags.get_text(name)

    def get_column(self, name: str, otherwise: Any) -> NDArray[Any]:
        """Return a column, one of nothing but `otherwise` where the table has none of that name."""
        return self.columns[name] if name in self.columns else np.full(len(self), otherwise)

    def select_rows(self, rows: IntArray | BoolArray) -> Table:
        """Return some objects, in the order of `rows`."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        return Table(self.geometry[rows], self.tags.select_rows(rows), columns, self.crs)

    def drop_repeated(self) -> Table:
        """Return the first row of each object: some areas are in several parts."""
        names = np.stack([self.tags["osm_type"].codes, self["osm_id"]])
        return self.select_rows(np.sort(np.unique(names, axis=1, return_index=True)[1]))

    def add_columns(self, **columns: NDArray[Any]) -> Table:
        """Return the objects with more columns, or others in place of those of the same names."""
        return replace(self, columns={**self.columns, **columns})

    def add_tags(self, **columns: Column) -> Table:
        """Return the objects with more tags, or others in place of those of the same keys."""
        return replace(self, tags=self.tags.replace(columns))

    def to_geodataframe(self) -> gpd.GeoDataFrame:
        """Return the objects as a table for pandas, with a column a tag, NaN where it is missing."""
        import geopandas as gpd
        import pandas as pd

        words = {key: pd.array(self.tags.get_text(key), dtype="str") for key in self.tags.keys}
        return gpd.GeoDataFrame({**words, **self.columns}, geometry=self.geometry, crs=self.crs)


def _read_column(column: pd.Series) -> Column:
    """Return a column of a pandas table, in which missing values may be None or NaN."""
    import pandas as pd

    codes, values = pd.factorize(column.to_numpy(dtype=object))
    return Column(codes.astype(np.int32), tuple(map(str, values)))
