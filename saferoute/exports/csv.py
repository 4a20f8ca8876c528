"""CSV (RFC 4180, UTF-8 with a byte order mark): a row a stretch, or a row a step; no cell is a formula."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from saferoute.exports.layers import build_layers
from saferoute.report.notices import collect_notices

if TYPE_CHECKING:
    from saferoute.model import Ranking, Session

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What makes a spreadsheet calculate; full-width signs are taken for the narrow ones."""
_PLACES = ("start_lat", "start_lon", "end_lat", "end_lon")
_WORDS = ("attribution", "licence", "data_date", "caution")


_MARK = "\ufeff"
"""Byte order mark, by which spreadsheets know that a file is UTF-8."""
_GROUP = 3
"""Digits of a group of thousands: so many decimals would be taken for one where commas part decimals."""


def to_csv(thing: Ranking | Session) -> str:
    """Return a ranking's stretches or a session's steps as CSV text.

    The columns are those of the layer, then where its line starts and ends,
    then attribution, licence, date and caution, in the first row alone. No number
    has three decimals, which spreadsheets of half the world take for thousands.
    """
    return _write_table(thing, delimiter=",", point=".")


def to_semicolon_csv(thing: Ranking | Session) -> str:
    """Return the same with semicolons between columns and decimal commas, as spreadsheets of half the world want it."""
    return _write_table(thing, delimiter=";", point=",")


def _write_table(thing: Ranking | Session, *, delimiter: str, point: str) -> str:
    table, words = build_layers(thing)[0].table, collect_notices(thing)
    out = io.StringIO()
    out.write(_MARK)
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    columns = [c for c in table.columns if c != "geometry"]
    writer.writerow([*columns, *_PLACES, *_WORDS])
    told = [words[w] for w in _WORDS]
    for row in table.to_dict("records"):
        xy = shapely.get_coordinates(row["geometry"])[[0, -1]].round(7)
        places = [xy[0, 1], xy[0, 0], xy[1, 1], xy[1, 0]]
        writer.writerow(_write_cell(value, point) for value in (*(row[c] for c in columns), *places, *told))
        told = [""] * len(told)
    return out.getvalue()


def _write_cell(value: Any, point: str) -> Any:
    value = escape_cell(value)
    if not isinstance(value, float):
        return value
    whole, _, decimals = f"{value:z.7f}".rstrip("0").rstrip(".").partition(".")
    return f"{whole}{point}{decimals}{'0' * (len(decimals) == _GROUP)}" if decimals else whole


def escape_cell(value: Any) -> Any:
    """Return a value that a spreadsheet shows and does not calculate.

    Examples
    --------
    >>> escape_cell("=1+1"), escape_cell("Park"), escape_cell(-0.5), escape_cell(None)
    ("'=1+1", 'Park', -0.5, '')
    """
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    return f"'{value}" if isinstance(value, str) and value.lstrip().startswith(_FORMULA) else value
