"""Explanations in words: what a stretch scores and why, or which limit excludes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.model import CRITERIA
from saferoute.report.closing import BRIEF, close_briefly
from saferoute.report.columns import RATING_WORDS
from saferoute.report.text import LONGEST_VALUE, Parts, fold_line, sanitize_text
from saferoute.report.units import units_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, ConsoleOptions
    from rich.text import Text

    from saferoute.model import Explanation
    from saferoute.report.closing import Details

_HEAD = "criterion     value  confidence  why"
_FROM_WIDTH = 70
"""Columns of a terminal from which reasons stand beside their criterion; in narrower ones they stand below [J]."""


def explanation_parts(answer: Explanation, details: Details = BRIEF) -> Parts:
    """Return an explanation as text: the facts, the criteria with their reasons, and what to check on foot."""
    heading, *facts = fact_lines(answer)
    closing = close_briefly(answer.ranking, details=details)
    if not answer.recommended:
        return Parts(heading, None, [*facts, "", *closing])
    checks = (f"- {sanitize_text(check)}" for check in answer.row["checks"])
    lines = ["", "Check on foot:", *checks, "", *closing]
    return Parts("\n".join((heading, *facts, "")), _CriterionTable(criterion_rows(answer)), lines)


class _CriterionTable:
    """The criteria with their reasons, folded for the width of a terminal."""

    def __init__(self, rows: list[list[str]]) -> None:
        self._rows = rows

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Yield the lines."""
        from rich.text import Text

        below = options.max_width < _FROM_WIDTH
        indent = 2 if below else _HEAD.index("why")
        lines = [_HEAD.removesuffix("  why") if below else _HEAD]
        for name, value, confidence, why in self._rows:
            figures = f"{name:13} {value:>5}  {confidence:>10}"
            first, *others = fold_line(why, console, options.max_width - indent, indent="")
            if below:
                lines += [figures, " " * indent + first]
            else:
                lines.append(f"{figures}  {first}")
            lines += [" " * indent + other for other in others]
        for number, line in enumerate(lines):
            yield Text(line, style="" if number else "bold", no_wrap=True, overflow="ignore")


def fact_lines(answer: Explanation) -> list[str]:
    """Return the facts of an explanation: the place, then rating, score and ranks, or the limit and its rule."""
    row = answer.row
    what = ", ".join(sanitize_text(i) for i in row["osm_ids"][:5])
    name = sanitize_text(row["name"]) if isinstance(row["name"], str) else "no name"
    units = units_of(answer.ranking.units)
    away = f"{units.format_distance(answer.distance_m)} away" if answer.distance_m >= 5 else "right here"
    length = f", {units.format_length(row['length_m'])} long" if row["length_m"] else ", open ground"
    where = f"{answer.subject}: {name} ({what}), {away}{length}"
    if not answer.recommended:
        told = row["hours"] or row["seen"]
        because = f" ({sanitize_text(told)})" if told else ""
        return [
            where,
            f"Excluded: {sanitize_text(row['reason'])}{because}.",
            f"Rule: {sanitize_text(row['rule'], LONGEST_VALUE)}.",
        ]
    rating = RATING_WORDS.get(row["rating"], row["rating"])
    return [
        where,
        f"Rating: {rating}; weak point: {sanitize_text(row['limiting_criterion'])}",
        (
            f"Suitability: {row['score']:.2f} ({row['score_low']:.2f} to {row['score_high']:.2f}); "
            f"data quality: {row['data_quality']:.2f}"
        ),
        _describe_rank(answer),
        *([f"Best hours: {row['best_hours']}"] if isinstance(row["best_hours"], str) else []),
    ]


def _describe_rank(answer: Explanation) -> str:
    """Return which rank the stretch has among those around, and whether that hangs on the weights."""
    low, high, ranking = answer.row["rank_low"], answer.row["rank_high"], answer.ranking
    within = f"within {units_of(ranking.units).format_reach(ranking.area.radius_m)}"
    of = f"{ranking.considered['stretches']:.0f}"
    if of == "1":
        return f"Rank: the only stretch {within}"
    if low == high:
        return f"Rank: {low} of {of} stretches {within}, whatever the weights of the criteria"
    return f"Rank: {low} to {high} of {of} stretches {within}, depending on the weights of the criteria"


def criterion_rows(answer: Explanation) -> list[list[str]]:
    """Return a row of cells for each criterion: name, desirability, confidence and reason."""
    row = answer.row
    return [
        [n, f"{row[f'd_{n}']:.2f}", f"{row[f'c_{n}']:.2f}", sanitize_text(row[f"why_{n}"], LONGEST_VALUE)]
        for n in CRITERIA
    ]


def checks_line(answer: Explanation) -> str:
    """Return a line with everything to check on foot before running."""
    return "Check on foot: " + "; ".join(sanitize_text(c) for c in answer.row["checks"]) + "."
