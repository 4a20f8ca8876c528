"""The ranking as a table for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from saferoute.model import CAUTION
from saferoute.outputs.text import plain

if TYPE_CHECKING:
    from rich.console import RenderableType

    from saferoute.model import Ranking

RATING_WORDS = {"none": "unrated"}


def ranking_table(ranking: Ranking) -> RenderableType:
    """Return the stretches as a table: length, slope ± error, strip, surface, best hours, limit, rating."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for title, right in (
        ("#", True), ("rating", False), ("score", True), ("length", True), ("away", True), ("slope %", True),
        ("strip", True), ("surface", False), ("best hours", False), ("limited by", False),
        ("on", False),
    ):  # fmt: skip
        table.add_column(title, justify="right" if right else "left", no_wrap=title != "on", overflow="ellipsis")
    for row in ranking.stretches.to_dict("records"):
        table.add_row(*(Text(cell) for cell in _cells(row)))
    return table


def _cells(row: dict[Any, Any]) -> list[str]:
    surface = "unknown" if pd.isna(row["surface"]) else plain(row["surface"], 18)
    where = plain(row["osm_ids"][0], 24) if pd.isna(row["name"]) else plain(row["name"], 30)
    slope = "unknown"
    if pd.notna(row["grade_pct"]):
        slope = f"{abs(row['grade_pct']):.1f} ± {row['grade_sigma_pct']:.1f}"
    return [
        str(row["rank"]),
        RATING_WORDS.get(row["rating"], row["rating"]),
        f"{row['score']:.2f} ({row['score_low']:.2f}–{row['score_high']:.2f})",
        f"{row['length_m']:.0f} m",
        distance(row["distance_m"]),
        slope,
        f"{row['strip_width_m']:.1f} m",
        surface,
        "unknown" if pd.isna(row.get("best_hours")) else _shortly(row["best_hours"]),
        str(row["limiting_criterion"]),
        where,
    ]


def _shortly(best_hours: str) -> str:
    """Return the best hours of working days and of Saturday; the rest stands in files and `explain`.

    Examples
    --------
    >>> _shortly("Mon–Fri 6–7, 9–11; Sat 7–9; Sun 7–9")
    'Mon–Fri 6–7, 9–11; Sat 7–9'
    """
    return "; ".join(plain(best_hours).split("; ")[:2])


def distance(metres: float) -> str:
    """Return a distance as people say it.

    Examples
    --------
    >>> distance(84.0), distance(1234.0)
    ('80 m', '1.2 km')
    """
    return f"{round(metres, -1):.0f} m" if metres < 995 else f"{metres / 1000:.1f} km"


def exclusion_lines(ranking: Ranking) -> list[str]:
    """Return what was left out, a line a reason, longest first; open ground has no length."""
    return [f"{_length(e['length_m'])}  {e['pieces']:5d} × {e['reason']}: {e['rule']}" for e in ranking.exclusions()]


def _length(metres: float) -> str:
    return f"{metres / 1000:7.1f} km" if metres else f"{'areas':>10}"


def closing_lines(ranking: Ranking) -> list[str]:
    """Return what must stand under every ranking: notes, date, attribution, caution."""
    date = f"data of {plain(ranking.data_date)}" if ranking.data_date else "date of the data unknown"
    return [
        *(f"Note: {plain(note, 400)}." for note in ranking.notes),
        f"{'; '.join(plain(a, 200) for a in ranking.attribution)}; {date}.",
        f"Suitability for inspection, no promise. {CAUTION}",
    ]
