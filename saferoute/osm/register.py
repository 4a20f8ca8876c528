"""The register of values that nobody here understands.

Which keys are read, and which of their values are understood, is found by
asking: every public question of the vocabulary is put to the values at hand
and to a word that nobody knows. A value that some question tells from that
word is understood. So a question that is added is heard here at once.
"""

from __future__ import annotations

import inspect
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from saferoute.osm import (
    access,
    barriers,
    frontages,
    ground,
    keys,
    obstacles,
    owners,
    people,
    slopes,
    sports,
    surfaces,
    water,
    ways,
    widths,
)
from saferoute.osm.hours import read_condition, read_hours
from saferoute.osm.other_values import OTHER_VALUES
from saferoute.osm.values import UNKNOWN_WORDS, normalize_word, parse_height, parse_incline
from saferoute.table import Column, Tags

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from saferoute.table import Table

_VOCABULARY = (access, barriers, frontages, ground, obstacles, owners, slopes, sports, surfaces, water, ways, widths)
_NO_WORD = "\N{REPLACEMENT CHARACTER} no word"
"""A value that no question understands."""
_NO_TAGS = frozenset({"osm_type"})
"""Columns that questions read beside tags."""
ANY_VALUE_TELLS = frozenset(
    "building shop office tunnel bridge military golf construction advertising playground traffic_calming "
    "electrified traffic_sign aerialway pipeline marker utility telecom "
    "kerb crossing conveying indoor fence_type fenced building:part area:highway maxspeed".split()
) | {*keys.DISUSED_BUILDINGS, *keys.GONE_BUILDINGS, *keys.FORMER_GROUNDS}
"""Keys of which every value counts alike, but for those that say no, as a flush kerb does: all are understood."""
_READERS: dict[str, Callable[[str], object | None]] = {
    **dict.fromkeys(("width", "est_width"), widths.parse_width),
    "incline": parse_incline,
    "ele": parse_height,
    "layer": ways.parse_layer,
    "opening_hours": read_hours,
    **dict.fromkeys((f"{key}:conditional" for key in ("foot", "access", "motor_vehicle", "vehicle")), read_condition),
}
"""Readers of keys that hold no words of a vocabulary; what they return None for is not understood."""


class _Listener(Tags):
    """Tags of no objects, but with values of keys, that note which keys are asked for and which values matter."""

    def __init__(self, values_of: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__(0, lambda key: Column(np.empty(0, dtype=np.int32), values_of.get(key, ())))
        self.asked: set[str] = set()
        self.understood: dict[str, set[str]] = {key: set() for key in values_of}
        self._texts = {
            key: {*values, *(part for value in values for part in _split_text(value))}
            for key, values in values_of.items()
        }

    def __getitem__(self, key: str) -> Column:
        self.asked.add(key)
        return super().__getitem__(key)

    def map_values(self, key: str, read: Callable[[str], Any], *, missing: Any) -> NDArray[Any]:
        codes, values = self[key]
        if values:
            of_no_word, understood = read(_NO_WORD), self.understood[key]
            new = self._texts[key] - understood
            understood.update(text for text in new if not _is_same(read(text), of_no_word))
        return np.array([missing])[codes]


def _is_same(one: Any, other: Any) -> bool:
    """Return whether two answers are equal; NaN, the answer of parsers that understand nothing, equals itself."""
    import pandas as pd

    return bool(one == other or (pd.isna(one) and pd.isna(other)))


@lru_cache(maxsize=1)
def _find_questions() -> dict[str, tuple[Callable[[Tags], Any], ...]]:
    """Return the questions that look at each key: the public functions of the vocabulary that need tags alone."""
    by_key: dict[str, tuple[Callable[[Tags], Any], ...]] = {}
    for module in _VOCABULARY:
        for name, function in vars(module).items():
            if name.startswith("_") or not inspect.isfunction(function) or function.__module__ != module.__name__:
                continue
            needed = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
            if [parameter.annotation for parameter in needed] == ["Tagged"]:
                listener = _Listener({})
                function(listener)
                by_key.update({key: (*by_key.get(key, ()), function) for key in listener.asked})
    return by_key


def _list_words(key: str) -> frozenset[str]:
    """Return the values of a key that no question need tell: those that draw people, and those that change nothing."""
    drawing = (value for by_key in people.UNITS.values() for value in by_key.get(key, ()))
    others = (value for group in OTHER_VALUES if group.key == key for value in group.words)
    return frozenset(map(normalize_word, (*drawing, *others, *UNKNOWN_WORDS)))


@lru_cache(maxsize=256)
def _find_unread(asked: tuple[tuple[str, tuple[str, ...]], ...]) -> Mapping[str, frozenset[str]]:
    """Return of some keys those of some values, which come with each, that are not understood."""
    values_of = {key: values for key, values in asked if key not in _READERS}
    listener, questions = _Listener(values_of), _find_questions()
    # Most questions look at many keys: each is put to the values of all of them at once.
    looking = (questions.get(key, ()) for key, values in values_of.items() if values)
    for question in dict.fromkeys(chain.from_iterable(looking)):
        question(listener)
    unread = {}
    for key, values in asked:
        if key in _READERS:
            is_read = _READERS[key]
            unread[key] = frozenset(v for v in values if is_read(v) is None and normalize_word(v) not in UNKNOWN_WORDS)
        else:
            heard, listed = listener.understood[key], _list_words(key) if values else frozenset()
            unread[key] = frozenset(value for value in values if not _is_understood(value, heard, listed))
    return unread


def _is_understood(value: str, heard: set[str], listed: frozenset[str]) -> bool:
    """Return whether a value, as a whole and in each part of a list, is one that questions tell or that is listed."""
    is_listed = [normalize_word(part) in listed for part in _split_text(value)]
    is_known = [part in heard or on_list for part, on_list in zip(_split_text(value), is_listed, strict=True)]
    return all(is_known) and (value in heard or any(is_listed))


def _split_text(value: str) -> list[str]:
    """Return the parts of a list as they are tagged; the value itself where it is none."""
    parts = [part.strip() for part in value.split(";")]
    return [part for part in parts if part] if len(parts) > 1 else [value]


@lru_cache(maxsize=1)
def list_read_keys() -> tuple[str, ...]:
    """Return the keys that are read, sorted."""
    return tuple(sorted({*_find_questions(), *people.KEYS, *_READERS, *ANY_VALUE_TELLS} - _NO_TAGS))


def find_unread_values(tables: Sequence[Tags], keys: Collection[str] | None = None) -> Mapping[str, frozenset[str]]:
    """Return of each key that is read those values of the objects of some tables that are not understood.

    Parameters
    ----------
    tables : sequence of Tags
        Asked together, as each question takes about as long for one value as for all.
    keys : collection of str, optional
        By default every key that is read.
    """
    asked = [key for key in list_read_keys() if key not in ANY_VALUE_TELLS and (keys is None or key in keys)]
    columns_of = ([tags[key] for tags in tables] for key in asked)
    values = (tuple(dict.fromkeys(value for _, values in columns for value in values)) for columns in columns_of)
    return _find_unread(tuple(zip(asked, values, strict=True)))


def find_unread_tags(objects: Table) -> pd.DataFrame:
    """Return the tags that are read and not understood, each with its object.

    Parameters
    ----------
    objects : Table of n rows

    Returns
    -------
    DataFrame
        ``key``, ``value``, ``osm_type`` and ``osm_id``, by key, then in the order of the objects.
    """
    import pandas as pd

    tags, found = objects.tags, []
    for key, values in find_unread_values([tags]).items():
        rows = np.flatnonzero(tags.map_values(key, values.__contains__, missing=False))
        texts = {"value": tags.get_text(key)[rows], "osm_type": objects["osm_type"][rows]}
        found.append(pd.DataFrame({"key": key, **texts, "osm_id": objects["osm_id"][rows]}))
    return pd.concat(found, ignore_index=True)
