"""The tags of many objects as columns of numbers, and the questions that every reader of tags asks."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias
from weakref import ref

import numpy as np
import pandas as pd

from saferoute.osm.values import normalize_word, split_list

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray

    Tagged: TypeAlias = "pd.DataFrame | Tags"
    """Objects with tags: a table with a column a key, or `Tags`, which is faster when asked more than once."""


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


_SHARED: dict[int, tuple[ref[pd.DataFrame], Tags]] = {}
"""Tables that are asked by many, by their identity, and the tags of each."""


def _read_column(column: pd.Series) -> Column:
    codes, values = pd.factorize(column.to_numpy(dtype=object))
    return Column(codes.astype(np.int32), tuple(map(str, values)))


class Tags:
    """The tags of n objects; a key's column is made when it is first asked for, and kept.

    Parameters
    ----------
    count : int
        How many objects there are.
    read : callable
        Returns the column of a key, None where there is none.

    Examples
    --------
    >>> tags = Tags.from_table(pd.DataFrame({"surface": ["sand", None, "sand"]}))
    >>> tags["surface"].codes.tolist(), tags["surface"].values
    ([0, -1, 0], ('sand',))
    >>> tags["width"].codes.tolist()
    [-1, -1, -1]
    """

    # Every key has a column, so neither can be told. Without these lines Python asks for the keys 0, 1, 2, …, for ever.
    __contains__ = None
    __iter__ = None

    def __init__(self, count: int, read: Callable[[str], Column | None]) -> None:
        self._count, self._read = count, read
        self._columns: dict[str, Column] = {}

    @classmethod
    def from_table(cls, table: pd.DataFrame) -> Tags:
        """Return the tags of a table's rows; columns changed later are not seen."""
        return cls(len(table), lambda key: _read_column(table[key]) if key in table else None)

    @classmethod
    def share(cls, table: pd.DataFrame) -> None:
        """Let all who ask for the tags of a table, which nobody may change any more, have the same ones.

        A key's column is then made once and not by everybody who asks. The tags go when the table goes.

        Examples
        --------
        >>> table = pd.DataFrame({"surface": ["sand", None, "sand"]})
        >>> Tags.of(table) is Tags.of(table)
        False
        >>> Tags.share(table)
        >>> Tags.of(table) is Tags.of(table)
        True
        """
        number = id(table)
        if number not in _SHARED:
            # The tags hold the columns and not the table, which would otherwise never go.
            columns = {key: table[key] for key in table if key != "geometry"}
            tags = cls(len(table), lambda key: _read_column(columns[key]) if key in columns else None)
            _SHARED[number] = ref(table, lambda _: _SHARED.pop(number, None)), tags

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
            return Column(codes[:, place[key]], tuple(values[key])) if key in place else None

        return cls(len(codes), read)

    @classmethod
    def of(cls, tagged: Tagged) -> Tags:
        """Return the tags of a table, or the tags themselves."""
        if isinstance(tagged, Tags):
            return tagged
        _, shared = _SHARED.get(id(tagged), (None, None))
        return cls.from_table(tagged) if shared is None else shared

    def __len__(self) -> int:
        """Return the number of objects."""
        return self._count

    def __getitem__(self, key: str) -> Column:
        """Return a key's column, of missing tags alone where nobody has the key."""
        if key not in self._columns:
            column = self._read(key)
            self._columns[key] = Column(np.full(self._count, -1, dtype=np.int32), ()) if column is None else column
        return self._columns[key]

    def select_rows(self, rows: IntArray | BoolArray) -> Tags:
        """Return the tags of some objects, in the order of `rows`."""
        count = int(np.count_nonzero(rows)) if rows.dtype == bool else len(rows)
        return Tags(count, lambda key: Column(self[key].codes[rows], self[key].values))

    def map_values(self, key: str, read: Callable[[str], Any], *, missing: Any) -> NDArray[Any]:
        """Return what `read` makes of each object's value, asked once a value; `missing` where the tag is missing."""
        codes, values = self[key]
        return np.array([*map(read, values), missing])[codes]

    def get_text(self, key: str) -> NDArray[np.object_]:
        """Return a tag's value for each object as it was tagged, None where it is missing."""
        codes, values = self[key]
        return np.array([*values, None], dtype=object)[codes]

    def get_words(self, key: str) -> NDArray[np.object_]:
        """Return a tag's value for each object as `split_list` reads it, its parts joined by ``;``, None without."""
        return self.map_values(key, lambda value: ";".join(split_list(value)), missing=None).astype(object)


@lru_cache(maxsize=4096)
def _normalize_words(values: frozenset[str]) -> frozenset[str]:
    return frozenset(map(normalize_word, values))


def map_tag_values(tagged: Tagged, key: str, read: Callable[[str], Any], *, missing: Any) -> NDArray[Any]:
    """Return what `Tags.map_values` makes of the objects of a table, or of tags."""
    return Tags.of(tagged).map_values(key, read, missing=missing)


def map_combinations(
    tagged: Tagged, keys: Sequence[str], read: Callable[[Mapping[str, str]], Any], *, missing: Any
) -> NDArray[np.object_]:
    """Return what `read` makes of each object's values of some keys, `missing` where it has none of them.

    Each combination of values is read once, as a mapping without the keys that are missing.
    """
    tags = Tags.of(tagged)
    codes = np.stack([tags[key].codes for key in keys], axis=1)
    found = np.full(len(tags), missing, dtype=object)
    told = np.flatnonzero((codes >= 0).any(axis=1))
    combinations, back = np.unique(codes[told], axis=0, return_inverse=True)
    texts = [tags[key][1] for key in keys]
    read_values = np.empty(len(combinations), dtype=object)
    read_values[:] = [
        read({key: text[code] for key, text, code in zip(keys, texts, row, strict=True) if code >= 0})
        for row in combinations.tolist()
    ]
    found[told] = read_values[back.reshape(-1)]
    return found


def has_value(tagged: Tagged, key: str, values: Iterable[str]) -> BoolArray:
    """Return a mask of the objects whose tag is one of `values`; a list (``a;b``) counts if any part does."""
    wanted = _normalize_words(frozenset(values))
    return map_tag_values(tagged, key, lambda value: not wanted.isdisjoint(split_list(value)), missing=False)


def has_only_values(tagged: Tagged, key: str, values: Iterable[str]) -> BoolArray:
    """Return a mask of the objects whose tag is one of `values`; a list (``a;b``) counts if every part does."""
    wanted = _normalize_words(frozenset(values))
    return map_tag_values(tagged, key, lambda value: wanted.issuperset(split_list(value)), missing=False)


def has_any_value(tagged: Tagged, values_by_key: Mapping[str, Iterable[str]]) -> BoolArray:
    """Return a mask of the objects with one of the values of any of the keys.

    Examples
    --------
    >>> table = pd.DataFrame({"natural": ["water", None], "landuse": [None, "grass"]})
    >>> has_any_value(table, {"natural": {"water"}, "landuse": {"basin"}}).tolist()
    [True, False]
    """
    hit = np.zeros(len(tagged), dtype=bool)
    for key, values in values_by_key.items():
        hit |= has_value(tagged, key, values)
    return hit


def has_tag(tagged: Tagged, key: str, *, but: Collection[str] = ("no",)) -> BoolArray:
    """Return a mask of the objects with any value of a tag but those in `but`; of a list, any part."""
    not_meant = _normalize_words(frozenset(but))
    return map_tag_values(tagged, key, lambda value: not not_meant.issuperset(split_list(value)), missing=False)


def is_tagged(tagged: Tagged, key: str) -> BoolArray:
    """Return a mask of the objects with a tag, whatever it says."""
    return Tags.of(tagged)[key].codes >= 0


def get_first_text(tagged: Tagged, keys: Sequence[str]) -> NDArray[np.object_]:
    """Return the value of the first of some keys that each object has, None where it has none."""
    tags = Tags.of(tagged)
    text = tags.get_text(keys[0])
    for key in keys[1:]:
        text = np.where(pd.isna(text), tags.get_text(key), text)
    return text


def rate_worst_value(tagged: Tagged, key: str, ratings: Mapping[str, float]) -> FloatArray:
    """Return the rating of each object's value, the worst part of a list, NaN where none is rated."""
    by_word = {normalize_word(value): rating for value, rating in ratings.items()}

    def rate(value: str) -> float:
        return min((by_word[part] for part in split_list(value) if part in by_word), default=np.nan)

    return map_tag_values(tagged, key, rate, missing=np.nan)


def look_up_value(
    tagged: Tagged, key: str, numbers: Mapping[str, float], *, other: float, missing: float
) -> FloatArray:
    """Return the number of each object's value, of a list of its first part that has one, `other` where none has."""

    def look_up(value: str) -> float:
        return next((numbers[part] for part in split_list(value) if part in numbers), other)

    return map_tag_values(tagged, key, look_up, missing=missing)


def read_numbers(tagged: Tagged, key: str, parse: Callable[[str], float | None]) -> FloatArray:
    """Return what `parse` makes of each object's value as a number, NaN where missing or not understood."""

    def read(value: str) -> float:
        number = parse(value)
        return np.nan if number is None else number

    return map_tag_values(tagged, key, read, missing=np.nan).astype(float)
