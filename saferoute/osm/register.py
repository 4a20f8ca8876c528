"""The register of values that nobody here understands.

Which keys are read, and which of their values are understood, is found by
asking: every public question of the vocabulary is put to the values at hand
and to a word that nobody knows. A value that some question tells from that
word is understood. So a question that is added is heard here at once.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from saferoute.osm import access, barriers, ground, obstacles, people, slopes, surfaces, water, ways, widths
from saferoute.osm.hours import read_condition, read_hours
from saferoute.osm.other_values import OTHER_VALUES
from saferoute.osm.tags import Column, Tags
from saferoute.osm.values import UNKNOWN_WORDS, normalize_word, parse_incline

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from numpy.typing import NDArray

_VOCABULARY = (access, barriers, ground, obstacles, slopes, surfaces, water, ways, widths)
_NO_WORD = "\N{REPLACEMENT CHARACTER} no word"
"""A value that no question understands."""
_NO_TAGS = frozenset({"osm_type"})
"""Columns that questions read beside tags."""
ANY_VALUE_TELLS = frozenset(
    "building shop office tunnel bridge military golf construction advertising playground traffic_calming "
    "kerb crossing conveying".split()
)
"""Keys of which every value counts alike, but for those that say no, as a flush kerb does: all are understood."""
_READERS: dict[str, Callable[[str], object | None]] = {
    **dict.fromkeys(("width", "est_width"), widths.parse_width),
    "incline": parse_incline,
    "opening_hours": read_hours,
    **dict.fromkeys((f"{key}:conditional" for key in ("foot", "access", "motor_vehicle", "vehicle")), read_condition),
}
"""Readers of keys that hold no words of a vocabulary; what they return None for is not understood."""


class _Listener(Tags):
    """Tags of no objects, but with values, that note which keys are asked for and which values an answer depends on."""

    def __init__(self, read_values: Callable[[str], tuple[str, ...]]) -> None:
        super().__init__(0, lambda key: Column(np.empty(0, dtype=np.int32), read_values(key)))
        self.heard: dict[str, set[str]] = {}

    def __getitem__(self, key: str) -> Column:
        self.heard.setdefault(key, set())
        return super().__getitem__(key)

    def map_values(self, key: str, read: Callable[[str], Any], *, missing: Any) -> NDArray[Any]:
        _, values = self[key]
        of_no_word = read(_NO_WORD)
        texts = {*values, *(part for value in values for part in _split_text(value))}
        self.heard[key].update(text for text in texts if not _is_same(read(text), of_no_word))
        return super().map_values(key, read, missing=missing)


def _is_same(one: Any, other: Any) -> bool:
    """Return whether two answers are equal; NaN, the answer of parsers that understand nothing, equals itself."""
    return bool(one == other or (pd.isna(one) and pd.isna(other)))


def _list_questions() -> list[Callable[[Tags], Any]]:
    """Return the public functions of the vocabulary that need tags alone."""
    questions: list[Callable[[Tags], Any]] = []
    for module in _VOCABULARY:
        for name, function in vars(module).items():
            if name.startswith("_") or not inspect.isfunction(function) or function.__module__ != module.__name__:
                continue
            needed = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
            if [parameter.annotation for parameter in needed] == ["Tagged"]:
                questions.append(function)
    return questions


def _list_words(key: str) -> frozenset[str]:
    """Return the values of a key that no question need tell: those that draw people, and those that change nothing."""
    drawing = (value for by_key in people.UNITS.values() for value in by_key.get(key, ()))
    others = (value for group in OTHER_VALUES if group.key == key for value in group.words)
    return frozenset(map(normalize_word, (*drawing, *others, *UNKNOWN_WORDS)))


def _is_understood(key: str, value: str, heard: set[str], listed: frozenset[str]) -> bool:
    """Return whether a value, as a whole and in each part of a list, is one that questions tell or that is listed."""
    if key in _READERS:
        return _READERS[key](value) is not None or normalize_word(value) in UNKNOWN_WORDS
    is_listed = [normalize_word(part) in listed for part in _split_text(value)]
    is_known = [part in heard or on_list for part, on_list in zip(_split_text(value), is_listed, strict=True)]
    return all(is_known) and (value in heard or any(is_listed))


def _split_text(value: str) -> list[str]:
    """Return the parts of a list as they are tagged; the value itself where it is none."""
    parts = [part.strip() for part in value.split(";")]
    return [part for part in parts if part] if len(parts) > 1 else [value]


_QUESTIONS = _list_questions()


def find_unread_values(tags: Tags, keys: Collection[str] | None = None) -> dict[str, frozenset[str]]:
    """Return of each key that is read those values of some objects that are not understood.

    Parameters
    ----------
    keys : collection of str, optional
        By default every key that is read.
    """
    listener = _Listener(lambda key: tags[key].values if keys is None or key in keys else ())  # noqa: PD011
    for question in _QUESTIONS:
        question(listener)
    found = {}
    for key in sorted({*listener.heard, *people.KEYS, *_READERS} - ANY_VALUE_TELLS - _NO_TAGS):
        heard, listed = listener.heard.get(key, set()), _list_words(key)
        _, values = listener[key]
        found[key] = frozenset(value for value in values if not _is_understood(key, value, heard, listed))
    return found


def find_unread_tags(objects: pd.DataFrame) -> pd.DataFrame:
    """Return the tags that are read and not understood, each with its object.

    Parameters
    ----------
    objects : DataFrame of n rows
        With ``osm_type``, ``osm_id`` and a column a key.

    Returns
    -------
    DataFrame
        ``key``, ``value``, ``osm_type`` and ``osm_id``, by key, then in the order of the objects.
    """
    tags, found = Tags.from_table(objects), []
    for key, values in find_unread_values(tags).items():
        rows = np.flatnonzero(tags.map_values(key, values.__contains__, missing=False))
        found.append(objects[["osm_type", "osm_id"]].iloc[rows].assign(key=key, value=tags.get_text(key)[rows]))
    return pd.concat(found, ignore_index=True)[["key", "value", "osm_type", "osm_id"]]


def list_read_keys() -> list[str]:
    """Return the keys that are read, sorted."""
    return sorted({*find_unread_values(Tags(0, lambda _: None)), *ANY_VALUE_TELLS})
