"""The questions that every reader of tags asks."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from saferoute.osm.values import normalize_word, split_list
from saferoute.table import Tags

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.table import Tagged


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
    told = list_combinations(tags, keys)
    found = np.full(len(tags), missing, dtype=object)
    read_values = np.empty(len(told.said), dtype=object)
    read_values[:] = list(map(read, told.said))
    found[told.rows] = read_values[told.number]
    return found


class Combinations(NamedTuple):
    """What objects say of some keys, those that have none of them left out.

    The rows of the objects, the number of what each says, and what it is: mappings without the keys that are missing.
    """

    rows: IntArray
    number: IntArray
    said: list[dict[str, str]]


def list_combinations(tags: Tags, keys: Sequence[str]) -> Combinations:
    """Return the combinations of values of some keys, each once."""
    codes = np.stack([tags[key].codes for key in keys], axis=1)
    rows = np.flatnonzero((codes >= 0).any(axis=1))
    combinations, number = np.unique(codes[rows], axis=0, return_inverse=True)
    texts = [tags[key][1] for key in keys]
    said = [
        {key: text[code] for key, text, code in zip(keys, texts, row, strict=True) if code >= 0}
        for row in combinations.tolist()
    ]
    return Combinations(rows, number.reshape(-1), said)


def has_value(tagged: Tagged, key: str, values: Iterable[str]) -> BoolArray:
    """Return a mask of the objects whose tag is one of `values`; a list (``a;b``) counts if any part does."""
    tags = Tags.of(tagged)
    if tags.lacks(key):
        return np.zeros(len(tags), dtype=bool)
    wanted = _normalize_words(frozenset(values))
    return map_tag_values(tags, key, lambda value: not wanted.isdisjoint(split_list(value)), missing=False)


def has_only_values(tagged: Tagged, key: str, values: Iterable[str]) -> BoolArray:
    """Return a mask of the objects whose tag is one of `values`; a list (``a;b``) counts if every part does."""
    wanted = _normalize_words(frozenset(values))
    return map_tag_values(tagged, key, lambda value: wanted.issuperset(split_list(value)), missing=False)


def has_any_value(tagged: Tagged, values_by_key: Mapping[str, Iterable[str]]) -> BoolArray:
    """Return a mask of the objects with one of the values of any of the keys.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"natural": ["water", None], "landuse": [None, "grass"]})
    >>> has_any_value(table, {"natural": {"water"}, "landuse": {"basin"}}).tolist()
    [True, False]
    """
    tags = Tags.of(tagged)
    hit = np.zeros(len(tags), dtype=bool)
    for key, values in values_by_key.items():
        if not tags.lacks(key):
            hit |= has_value(tags, key, values)
    return hit


def has_tag(tagged: Tagged, key: str, *, but: Collection[str] = ("no",)) -> BoolArray:
    """Return a mask of the objects with any value of a tag but those in `but`; of a list, any part."""
    not_meant = _normalize_words(frozenset(but))
    return map_tag_values(tagged, key, lambda value: not not_meant.issuperset(split_list(value)), missing=False)


def is_tagged(tagged: Tagged, key: str) -> BoolArray:
    """Return a mask of the objects with a tag, whatever it says."""
    return Tags.of(tagged)[key].codes >= 0


def get_words(tagged: Tagged, key: str) -> NDArray[np.object_]:
    """Return a tag's value for each object as `split_list` reads it, its parts joined by ``;``, None without."""
    return map_tag_values(tagged, key, lambda value: ";".join(split_list(value)), missing=None).astype(object)


def get_first_text(tagged: Tagged, keys: Sequence[str]) -> NDArray[np.object_]:
    """Return the value of the first of some keys that each object has, None where it has none."""
    tags = Tags.of(tagged)
    text, missing = tags.get_text(keys[0]), ~is_tagged(tags, keys[0])
    for key in keys[1:]:
        text[missing] = tags.get_text(key)[missing]
        missing &= ~is_tagged(tags, key)
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
