"""The table of stretches as a page holds it: by columns, and each text once."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from saferoute.model import CRITERIA
from saferoute.page.grid import ALPHABET, encode_counts, encode_heights
from saferoute.page.values import LEGAL, SENTENCE, clean_text, round_number
from saferoute.report.surfaces import describe_surface
from saferoute.report.text import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from saferoute.page.grid import Grid

# Decimals that a reader can use, by column.
_NUMBERS = {
    "rank": 0,
    "score": 4,
    "score_low": 4,
    "score_high": 3,
    "doubts": 0,
    "data_quality": 3,
    "length_m": 1,
    "distance_m": 0,
    "grade_pct": 2,
    "grade_sigma_pct": 2,
    "advised_bearing_deg": 0,
    "strip_width_m": 2,
    "free_lane_m": 1,
    "heading_range_deg": 1,
    "ground": 0,
    "east_m": 1,
    "north_m": 1,
    "height_sigma_m": 2,
    # Fine enough for the page to compute the score under other weights.
    **{f"d_{name}": 4 for name in CRITERIA},
    **{f"c_{name}": 3 for name in CRITERIA},
}
# Longest text by column, in characters.
_TEXTS = {
    **dict.fromkeys(("rating", "origin", "limiting_criterion", "height_source"), LONGEST),
    **dict.fromkeys(("barefoot", "best_hours"), SENTENCE),
}
_SENTENCES = {"name": LONGEST, "verdict": SENTENCE, **{f"why_{name}": LEGAL for name in CRITERIA}}
"""Columns that are stored piece by piece, because pieces recur where whole texts do not."""
_PIECE = re.compile(r"(?<=[,;:] )|(?<=\n)|(?= (?:and|in|by|to|within|small|%) )|(?= \()")
_LINES = {"checks": SENTENCE}
"""Columns of lists that are stored as sentences are, with line breaks between what is in a list."""
_LISTS = {"osm_ids": LONGEST}
_NUMBERS_IN_A_CELL = (list, np.ndarray)
"""Types of cells that hold several numbers; a table read back from Parquet has arrays."""


def stretch_columns(table: pd.DataFrame, grid: Grid) -> dict[str, Any]:
    """Return the table of stretches by columns, as plain JSON values.

    Parameters
    ----------
    table : DataFrame
        The stretches; a column may be missing.
    grid : Grid
        Counts the points of the lines.

    Returns
    -------
    dict
        ``count``, ``columns`` (None for a column of which nothing is known), with
        the ``decimals`` by which numbers are to be divided and indexes into
        ``texts`` for texts, several as `encode_counts` writes them, ``quantiles``, ``heights``, ``lines`` and ``grid``.
    """

    def change(name: str, rule: Callable[..., Any], *more: int) -> list[Any]:
        return [rule(value, *more) for value in _column_values(table, name)]

    texts, indexed = _index_texts(
        {
            **{name: change(name, _clean_text, limit) for name, limit in _TEXTS.items()},
            "surface": change("surface", _name_surface),
            **{name: change(name, _split_text, limit) for name, limit in _SENTENCES.items()},
            **{name: change(name, _split_lines, limit) for name, limit in _LINES.items()},
            **{name: change(name, _clean_list, limit) for name, limit in _LISTS.items()},
            "quantiles": encode_draws(table),
        }
    )
    quantiles = indexed.pop("quantiles")
    numbers = {name: change(name, _scale_number, decimals) for name, decimals in _NUMBERS.items()}
    return {
        "count": len(table),
        "texts": texts,
        "columns": {name: _leave_out_unknown(values) for name, values in (numbers | indexed).items()},
        "decimals": _NUMBERS,
        "quantiles": quantiles,
        "heights": encode_profiles(table),
        "grid": grid.to_json(),
        "lines": [grid.encode_line(geometry) for geometry in table.geometry],
    }


def _index_texts(columns: dict[str, list[Any]]) -> tuple[list[str], dict[str, list[Any]]]:
    """Return all texts of some columns once each, and the columns with their indexes in place of texts.

    What recurs most comes first and so has the shortest index.
    """
    uses = Counter(
        text
        for values in columns.values()
        for value in values
        for text in ([value] if isinstance(value, str) else value or ())
    )
    texts = [text for text, _ in uses.most_common()]
    places: dict[Any, Any] = {None: None, **{text: place for place, text in enumerate(texts)}}
    return texts, {
        name: [
            encode_counts([places[text] for text in value]) if isinstance(value, list) else places[value]
            for value in values
        ]
        for name, values in columns.items()
    }


def _leave_out_unknown(values: list[Any]) -> list[Any] | None:
    return None if all(value is None for value in values) else values


def encode_draws(table: pd.DataFrame) -> list[list[str] | None]:
    """Return the quantiles of each stretch: a text a criterion, a character a quantile; None where one is missing."""
    texts = [_encode_shares(list(_column_values(table, f"q_{name}"))) for name in CRITERIA]
    return [None if None in row else list(row) for row in zip(*texts, strict=True)]


def _encode_shares(values: list[Any]) -> list[str | None]:
    """Return each list of numbers from 0 to 1 as a text, with one of 64 characters for each; None for what is none."""
    known = [value for value in values if isinstance(value, _NUMBERS_IN_A_CELL)]
    shares = np.nan_to_num(np.concatenate([np.asarray(value, dtype=float) for value in known] or [np.empty(0)]))
    steps = np.rint(shares * (len(ALPHABET) - 1)).astype(int).clip(0, len(ALPHABET) - 1)
    letters = np.frombuffer(ALPHABET.encode(), dtype=np.uint8)[steps].tobytes().decode()
    ends = np.cumsum([len(value) for value in known]).tolist()
    texts = iter(letters[end - len(value) : end] for value, end in zip(known, ends, strict=True))
    return [next(texts) if isinstance(value, _NUMBERS_IN_A_CELL) else None for value in values]


def encode_profiles(table: pd.DataFrame) -> list[str | None]:
    """Return the heights along each stretch as a text, None where none is known."""
    return [
        encode_heights(np.asarray(value, dtype=float)) if isinstance(value, _NUMBERS_IN_A_CELL) else None
        for value in _column_values(table, "heights_m")
    ]


def _column_values(table: pd.DataFrame, name: str) -> Iterable[Any]:
    return table[name] if name in table.columns else [None] * len(table)


def _clean_text(value: object, limit: int) -> str | None:
    return clean_text(value, limit) or None


def _name_surface(value: object) -> str | None:
    return describe_surface(value) if isinstance(value, str) else None


def _clean_list(value: object, limit: int) -> list[str]:
    items = value if isinstance(value, list | tuple | np.ndarray) else ()
    return [text for item in items if (text := clean_text(item, limit))]


def _split_text(value: object, limit: int) -> list[str] | None:
    """Return the pieces of a text, None if it is empty; joined they give the whole text."""
    text = clean_text(value, limit)
    return _PIECE.split(text) if text else None


def _split_lines(value: object, limit: int) -> list[str]:
    lines = "\n".join(_clean_list(value, limit))
    return _PIECE.split(lines) if lines else []


def _scale_number(value: Any, decimals: int) -> int | None:
    """Return a number in units of its last decimal, which saves the point and leading zeros."""
    number = round_number(value, decimals)
    return None if number is None else round(number * 10**decimals)
