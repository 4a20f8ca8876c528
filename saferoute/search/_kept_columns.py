"""Columns of results as arrays that a product can hold, and back: the same values, types and order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from saferoute.arrays import as_objects
from saferoute.model import HeldTable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from saferoute.products import Arrays

_LISTED, _WORDS, _OBJECTS, _STACKED = "list", "words", "objects", "stacked"
"""Kinds of columns that are no numbers: lists, text of pandas, objects that JSON holds, and arrays of one shape."""


def encode_columns(begin: str, columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return columns as arrays whose names begin with a word: numbers and shapes as they are, all else as one text.

    Parameters
    ----------
    begin : str
    columns : mapping of lists, arrays of numpy or arrays of text of pandas
    """
    arrays: dict[str, Any] = {}
    texts: dict[str, tuple[str, list[Any]] | None] = {}
    for name, column in columns.items():
        held = column.flat[0] if isinstance(column, np.ndarray) and column.size else None
        if isinstance(column, list):
            texts[name] = (_LISTED, column)
        elif not isinstance(column, np.ndarray):
            texts[name] = (_WORDS, column.tolist())
        elif isinstance(held, np.ndarray):
            arrays[begin + name], texts[name] = np.stack(column.tolist()), (_STACKED, [])
        elif column.dtype == object and not isinstance(held, shapely.Geometry):
            texts[name] = (_OBJECTS, column.tolist())
        else:
            arrays[begin + name], texts[name] = column, None
    return {begin: encode_text(texts), **arrays}


def decode_columns(kept: Arrays, begin: str) -> dict[str, Any]:
    """Return the columns that `encode_columns` was given, in their order."""
    return decode_table(kept, begin).type_columns()


def decode_table(kept: Arrays, begin: str) -> HeldTable:
    """Return the columns that `encode_columns` was given, in their order, as a table that imports no pandas."""
    make: dict[str, Callable[[list[Any]], Any]] = {_LISTED: list, _WORDS: list, _OBJECTS: as_objects}
    columns: dict[str, Any] = {}
    words = set()
    for name, told in decode_text(kept[begin]).items():
        kind, values = told or ("", [])
        if kind == _WORDS:
            words.add(name)
        if kind in make:
            columns[name] = make[kind](values)
        else:
            columns[name] = as_objects(list(kept[begin + name])) if kind == _STACKED else kept[begin + name]
    return HeldTable(columns, frozenset(words))


def encode_text(value: object) -> NDArray[np.object_]:
    """Return plain values, numbers of numpy among them, as an array of one text."""
    return np.array([json.dumps(value, default=np.generic.item)], dtype=object)


def decode_text(text: NDArray[np.object_]) -> Any:
    """Return what `encode_text` was given, with the NaN of numpy: lists that hold another one are not equal."""
    return json.loads(text[0], parse_constant={"NaN": np.nan, "Infinity": np.inf, "-Infinity": -np.inf}.get)
