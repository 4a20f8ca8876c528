"""What leaves as tables: one or more layers of plain values, and the words that go with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from saferoute.model import CAUTION, WGS84, Session
from saferoute.outputs.text import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from saferoute.model import Ranking

ODBL_URL = "https://opendatacommons.org/licenses/odbl/1-0/"
LONGEST_VALUE = 400
"""Characters after which a text in a table is cut."""
_DIGITS = 3


@dataclass(frozen=True)
class Layer:
    """A table for a file.

    Attributes
    ----------
    name : str
        ``stretches``, ``sections`` or ``steps``.
    table : GeoDataFrame
        WGS 84; numbers, and plain text whose lists are joined by "; "; missing = None or NaN.
    """

    name: str
    table: gpd.GeoDataFrame


def title(thing: Ranking | Session) -> str:
    """Return one line that names a ranking or a session."""
    ranking = thing.ranking if isinstance(thing, Session) else thing
    where, level = plain(ranking.place.name, 60), plain(ranking.profile.name, 40)
    if isinstance(thing, Session):
        return f"Session from {where}: {level}, week {thing.wish.week}"
    return f"Stretches near {where}: {level}"


def notices(thing: Ranking | Session) -> dict[str, str]:
    """Return what must go with every file: attribution, licence, date of the data, caution, notes."""
    ranking = thing.ranking if isinstance(thing, Session) else thing
    notes = [*ranking.notes, *(thing.notes if isinstance(thing, Session) else ())]
    return {
        "title": title(thing),
        "attribution": "; ".join(plain(a, LONGEST_VALUE) for a in ranking.attribution),
        "licence": ODBL_URL,
        "data_date": plain(ranking.data_date) if ranking.data_date else "unknown",
        "caution": f"Suitability for inspection, no promise. {CAUTION}",
        "notes": "; ".join(plain(note, LONGEST_VALUE) for note in notes),
    }


def notice(thing: Ranking | Session) -> str:
    """Return all of the notices as one text."""
    words = notices(thing)
    date = f"Data of {words['data_date']}" if words["data_date"] != "unknown" else "Date of the data unknown"
    parts = [words["attribution"], f"Licence: {words['licence']}", date, words["caution"]]
    return ". ".join([*parts[:3], ""]) + parts[3] + (f" Notes: {words['notes']}." if words["notes"] else "")


def layers(thing: Ranking | Session) -> list[Layer]:
    """Return the tables of a ranking (stretches) or a session (steps, sections)."""
    from saferoute.outputs import timetable, vector

    if isinstance(thing, Session):
        return [
            Layer("steps", flat(thing.steps, timetable.STEPS)),
            Layer("sections", flat(thing.sections, timetable.SECTIONS)),
        ]
    return [Layer("stretches", flat(thing.stretches, vector.SCHEMA))]


def flat(table: gpd.GeoDataFrame, columns: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Return the named columns as numbers and plain text, in WGS 84."""
    data = {
        name: _column(table[name]) if name in table else _column(pd.Series([None] * len(table))) for name in columns
    }
    return gpd.GeoDataFrame(data, geometry=table.geometry.to_numpy(), crs=table.crs).to_crs(WGS84)


def _column(values: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_integer_dtype(values):
        return values.reset_index(drop=True)
    if pd.api.types.is_float_dtype(values):
        return values.astype(float).round(_DIGITS).reset_index(drop=True)
    return pd.Series([_text(v) for v in values], dtype="str")


def _text(value: Any) -> str | float:
    if isinstance(value, list | tuple):
        return plain("; ".join(plain(v, LONGEST_VALUE) for v in value), LONGEST_VALUE)
    return np.nan if value is None or pd.isna(value) else plain(value, LONGEST_VALUE)
