"""Reading OSM tag values: numbers with units, lists, and columns that may be absent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray

_NUMBER = re.compile(r"^\s*~?\s*(\d{1,4}(?:[.,]\d{1,3})?)\s*(m|metre|metres|meter|meters|cm|ft|')?\s*$", re.IGNORECASE)
_FEET_INCHES = re.compile(r"^\s*(\d{1,3})\s*'\s*(?:(\d{1,2})\s*\"?)?\s*$")
_FOOT_M = 0.3048


def tag_column(table: pd.DataFrame, tag: str) -> pd.Series:
    """Return a tag's column, NaN where the tag is missing, all NaN where the column is."""
    if tag not in table:
        return pd.Series(np.nan, index=table.index, dtype="str")
    return table[tag]


def has_value(table: pd.DataFrame, tag: str, values: Collection[str]) -> BoolArray:
    """Say for which rows a tag has one of `values`; a list (`a;b`) counts if any part does."""
    return map_tag_values(
        table, tag, lambda value: any(part.strip() in values for part in value.split(";")), missing=False
    )


def has_tag(table: pd.DataFrame, tag: str, *, but: Collection[str] = ("no",)) -> BoolArray:
    """Say which rows have a tag with any other value than `but`; a list (`no;yes`) is another value."""
    return map_tag_values(table, tag, lambda value: value not in but, missing=False)


def rate_worst_value(table: pd.DataFrame, tag: str, ratings: Mapping[str, float]) -> FloatArray:
    """Return the rating of a tag's value, the worst part of a list, NaN where none is known."""
    return map_tag_values(table, tag, lambda value: _rate_worst_part(value, ratings), missing=np.nan)


def map_tag_values(table: pd.DataFrame, tag: str, of: Callable[[str], Any], *, missing: float) -> NDArray[Any]:
    """Return what is told of a tag's value in each row; each value is asked for once."""
    codes, known = pd.factorize(tag_column(table, tag).to_numpy(dtype=object))
    return np.array([*map(of, known), missing])[codes]


def _rate_worst_part(value: str, ratings: Mapping[str, float]) -> float:
    parts = [ratings[p.strip()] for p in value.split(";") if p.strip() in ratings]
    return min(parts) if parts else np.nan


def read_metres(table: pd.DataFrame, tag: str) -> FloatArray:
    """Return lengths in metres, NaN where missing or not a plain length.

    Examples
    --------
    >>> metres(pd.DataFrame({"width": ["2,5", "3 m", "6'", "wide", "80 cm"]}), "width").round(2).tolist()
    [2.5, 3.0, 1.83, nan, 0.8]
    """
    return map_tag_values(table, tag, _parse_metres, missing=np.nan)


def _parse_metres(value: str) -> float:
    if match := _FEET_INCHES.match(value):
        return _FOOT_M * (int(match[1]) + int(match[2] or 0) / 12)
    if match := _NUMBER.match(value):
        number = float(match[1].replace(",", "."))
        factor = {"cm": 0.01, "ft": _FOOT_M, "'": _FOOT_M}.get((match[2] or "m").lower(), 1.0)
        return number * factor
    return float("nan")
