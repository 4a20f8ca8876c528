"""Rankings and explanations as text and tables for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from saferoute.model import CAUTION, CRITERIA
from saferoute.report.text import Parts, format_distance, sanitize_text
from saferoute.scoring import UNRATED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import RenderableType

    from saferoute.model import Explanation, Ranking

RECOMMENDED = "Recommended, the best first:"
LOOK_FIRST = "Look first (unrated), for too little is known of these, or what is known is poor:"
"""Titles of the stretches that have a rating, and of those that have none."""
RATING_WORDS = {UNRATED: "unrated"}
"""Words for ratings that are not shown as they are."""

COLUMNS = (
    ("#", True), ("rating", False), ("score", True), ("length", True), ("away", True), ("slope %", True),
    ("strip", True), ("surface", False), ("best hours", False), ("limited by", False),
    ("on", False),
)  # fmt: skip
"""Titles of the columns of `format_row`, each with True if it holds numbers."""


def heading_line(ranking: Ranking) -> str:
    """Return a line with the number of stretches found, the place and the profile."""
    where = sanitize_text(ranking.place.name)
    if not len(ranking.stretches):
        return f"Nothing qualifies near {where}: the limits left no stretch."
    return (
        f"{len(ranking.stretches)} of {ranking.considered['stretches']:.0f} stretches near {where}, "
        f"within {format_distance(ranking.area.radius_m)}; {sanitize_text(ranking.profile.title)}"
    )


def group_stretches(ranking: Ranking) -> list[tuple[str, list[list[str]]]]:
    """Return a title and the cells of its rows for the stretches that are rated, and for those that are not.

    A group without stretches is missing. The rows are those of `format_row`, in the order of rank.
    """
    rows = ranking.stretches.to_dict("records")
    rated = [format_row(row) for row in rows if row["rating"] != UNRATED]
    unrated = [format_row(row) for row in rows if row["rating"] == UNRATED]
    return [group for group in ((RECOMMENDED, rated), (LOOK_FIRST, unrated)) if group[1]]


def ranking_table(ranking: Ranking) -> RenderableType:
    """Return tables of the stretches for a terminal, rated ones first, each under its title; columns as `COLUMNS`."""
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    groups = group_stretches(ranking)
    parts: list[RenderableType] = []
    for title, rows in groups:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
        for k, (name, right) in enumerate(COLUMNS):
            # The columns of both tables stand below each other.
            widest = max(len(row[k]) for _, others in groups for row in others)
            justify: Literal["left", "right"] = "right" if right else "left"
            table.add_column(name, justify=justify, no_wrap=name != "on", overflow="ellipsis", min_width=widest)
        for row in rows:
            table.add_row(*map(Text, row))
        parts += [Text(title), table]
    return Group(*parts)


def format_row(row: Mapping[Any, Any]) -> list[str]:
    """Return the cells of the table for a row of `Ranking.stretches`, in the order of `COLUMNS`."""
    surface = "unknown" if pd.isna(row["surface"]) else sanitize_text(row["surface"], 18)
    slope = "unknown"
    if pd.notna(row["grade_pct"]):
        slope = f"{abs(row['grade_pct']):.1f} ± {row['grade_sigma_pct']:.1f}"
    return [
        str(row["rank"]),
        RATING_WORDS.get(row["rating"], row["rating"]),
        f"{row['score']:.2f} ({row['score_low']:.2f}–{row['score_high']:.2f})",
        f"{row['length_m']:.0f} m",
        format_distance(row["distance_m"]),
        slope,
        f"{row['strip_width_m']:.1f} m",
        surface,
        "unknown" if pd.isna(row.get("best_hours")) else _shorten_hours(row["best_hours"]),
        sanitize_text(row["limiting_criterion"]),
        sanitize_text(row["name"], 30),
    ]


def _shorten_hours(best_hours: str) -> str:
    """Return the best hours of working days and Saturday only, to keep the table narrow.

    Examples
    --------
    >>> _shorten_hours("Mon–Fri 6–7, 9–11; Sat 7–9; Sun 7–9")
    'Mon–Fri 6–7, 9–11; Sat 7–9'
    """
    return "; ".join(sanitize_text(best_hours).split("; ")[:2])


def exclusion_lines(ranking: Ranking) -> list[str]:
    """Return a line for each reason of exclusion with length, number and rule, longest first."""
    return [
        f"{_format_length(e['length_m'])}  {e['pieces']:5d} × {e['reason']}: {e['rule']}" for e in ranking.exclusions()
    ]


def _format_length(metres: float) -> str:
    return f"{metres / 1000:7.1f} km" if metres else f"{'areas':>10}"


def closing_lines(ranking: Ranking) -> list[str]:
    """Return the lines that must follow every ranking: notes, attribution, date and caution."""
    date = f"data of {sanitize_text(ranking.data_date)}" if ranking.data_date else "date of the data unknown"
    return [
        *(f"Note: {sanitize_text(note, 400)}." for note in ranking.notes),
        f"{'; '.join(sanitize_text(a, 200) for a in ranking.attribution)}; {date}.",
        f"Suitability for inspection, no promise. {CAUTION}",
    ]


def ranking_parts(ranking: Ranking) -> Parts:
    """Return a ranking as text: its stretches in tables, rated ones first, the excluded ways, and the notes."""
    lines = ["Left out:", *exclusion_lines(ranking), "", *closing_lines(ranking)]
    return Parts(heading_line(ranking), ranking_table(ranking) if len(ranking.stretches) else None, lines)


def explanation_parts(answer: Explanation) -> Parts:
    """Return an explanation as text: the facts, the criteria with their reasons, and the notes."""
    heading, *lines = _explanation_lines(answer)
    return Parts(heading, None, lines)


def _explanation_lines(answer: Explanation) -> list[str]:
    if not answer.recommended:
        return [*fact_lines(answer), *closing_lines(answer.ranking)]
    # Empty lines set the facts apart here; notebooks have paragraphs for that.
    where, rating, suitability, weights, *hours = fact_lines(answer)
    return [
        *(where, rating, suitability, "", weights, ""),
        *([*hours, ""] if hours else []),
        "criterion     value confidence  why",
        *(f"{name:13} {value:>5} {confidence:>10}  {why}" for name, value, confidence, why in criterion_rows(answer)),
        *("", checks_line(answer)),
        *closing_lines(answer.ranking),
    ]


def fact_lines(answer: Explanation) -> list[str]:
    """Return the facts of an explanation: the place, then rating, score and ranks, or the limit and its rule."""
    row = answer.row
    what = ", ".join(sanitize_text(i) for i in row["osm_ids"][:5])
    name = sanitize_text(row["name"]) if isinstance(row["name"], str) else "no name"
    away = f"{format_distance(answer.distance_m)} away" if answer.distance_m >= 5 else "right here"
    length = f", {row['length_m']:.0f} m long" if row["length_m"] else ", open ground"
    where = f"{answer.subject}: {name} ({what}), {away}{length}"
    if not answer.recommended:
        hours = f" ({sanitize_text(row['hours'])})" if row["hours"] else ""
        return [
            where,
            f"Left out: {sanitize_text(row['reason'])}{hours}.",
            f"Rule: {sanitize_text(row['rule'], 400)}.",
        ]
    rating = RATING_WORDS.get(row["rating"], row["rating"])
    return [
        where,
        f"Rating {rating}, limited by {sanitize_text(row['limiting_criterion'])}",
        (
            f"Suitability {row['score']:.2f} ({row['score_low']:.2f} to {row['score_high']:.2f}), "
            f"data quality {row['data_quality']:.2f}"
        ),
        (
            f"With other weights it would rank {row['rank_low']} to {row['rank_high']} of the "
            f"{answer.ranking.considered['stretches']:.0f} stretches within {answer.ranking.area.radius_m:.0f} m"
        ),
        *([f"Best hours: {row['best_hours']}"] if isinstance(row["best_hours"], str) else []),
    ]


def criterion_rows(answer: Explanation) -> list[list[str]]:
    """Return a row of cells for each criterion: name, desirability, confidence and reason."""
    row = answer.row
    return [[n, f"{row[f'd_{n}']:.2f}", f"{row[f'c_{n}']:.2f}", sanitize_text(row[f"why_{n}"], 400)] for n in CRITERIA]


def checks_line(answer: Explanation) -> str:
    """Return a line with everything to check on foot before running."""
    return "Check on foot: " + "; ".join(sanitize_text(c) for c in answer.row["checks"]) + "."
