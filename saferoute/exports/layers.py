"""What leaves as tables: one or more layers of plain values, and the words that go with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd

from saferoute.arrays import as_objects
from saferoute.exports.schema import IN_PYTHON, SECTIONS, STEPS, STRETCHES, names_of
from saferoute.model import WGS84, Session
from saferoute.report.text import LONGEST_VALUE, sanitize_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from saferoute.arrays import Columns
    from saferoute.exports.schema import Column
    from saferoute.model import Ranking

_DIGITS = 3
Numbers = TypeVar("Numbers", pd.Series, "NDArray[Any]")


@dataclass(frozen=True)
class Layer:
    """A table for a file.

    Attributes
    ----------
    name : str
        ``stretches``, ``sections`` or ``steps``.
    table : GeoDataFrame
        WGS 84; numbers, and plain text whose lists are joined by "; "; missing = None or NaN.
    columns : sequence of Column
        What its columns are, without the geometry.
    """

    name: str
    table: gpd.GeoDataFrame
    columns: Sequence[Column]


def build_layers(thing: Ranking | Session) -> list[Layer]:
    """Return the tables of a ranking (stretches) or a session (steps, sections)."""
    if isinstance(thing, Session):
        return [
            Layer("steps", flatten_table(thing.steps, STEPS), STEPS),
            Layer("sections", flatten_table(thing.sections, SECTIONS), SECTIONS),
        ]
    return [Layer("stretches", flatten_table(thing.stretches, STRETCHES), STRETCHES)]


def flatten_table(table: gpd.GeoDataFrame, columns: Sequence[Column]) -> gpd.GeoDataFrame:
    """Return columns as numbers and plain text of the declared types, in WGS 84; absent ones hold missing values."""
    missing = pd.Series([None] * len(table), dtype=object)
    data = {column.name: _flatten_column(table.get(column.name, missing), column) for column in columns}
    return gpd.GeoDataFrame(data, geometry=table.geometry.to_numpy(), crs=table.crs).to_crs(WGS84)


def flatten_columns(found: Columns, columns: Sequence[Column]) -> dict[str, NDArray[Any]]:
    """Return columns as `flatten_table` does, as arrays, of which those of text hold None where a value is missing."""
    return {
        column.name: as_objects(_flatten_texts(found[column.name]))
        if column.is_text
        else _round_numbers(np.asarray(found[column.name], dtype=column.dtype), column)
        for column in columns
    }


def tabulate_columns() -> pd.DataFrame:
    """Return what the columns of stretches mean, a row a column of `Ranking.stretches`.

    Returns
    -------
    DataFrame
        By name: ``type``, ``unit``, ``meaning``, ``missing`` (what a missing value
        means) and ``in_files``, whether tables of plain values and files have it.
    """
    columns = [*STRETCHES, *IN_PYTHON]
    told = pd.DataFrame(
        [(c.type, c.unit, c.meaning, c.missing, c in STRETCHES) for c in columns],
        columns=["type", "unit", "meaning", "missing", "in_files"],
        index=pd.Index(names_of(columns), name="name"),
    )
    return told.astype({"type": "str", "unit": "str", "meaning": "str", "missing": "str"})


def _flatten_column(values: pd.Series, column: Column) -> pd.Series:
    if column.is_text:
        return pd.Series(_flatten_texts(values.to_numpy(dtype=object)), dtype="str")
    return _round_numbers(values.reset_index(drop=True).astype(column.dtype), column)


def _round_numbers(values: Numbers, column: Column) -> Numbers:
    return values.round(_DIGITS) if column.type == "number" else values


def _flatten_texts(values: Iterable[Any]) -> list[str | None]:
    # Of few words many values are made: each is cleaned once.
    known: dict[Any, str | None] = {}
    of_rows = [tuple(v) if isinstance(v, list) else v for v in values]
    for value in of_rows:
        if value not in known:
            known[value] = _flatten_value(value)
    return [known[value] for value in of_rows]


def _flatten_value(value: Any) -> str | None:
    if isinstance(value, tuple):
        return sanitize_text("; ".join(sanitize_text(v, LONGEST_VALUE) for v in value), LONGEST_VALUE)
    return None if value is None or pd.isna(value) else sanitize_text(value, LONGEST_VALUE)
