"""HTML of rankings, sessions and explanations for notebooks.

Untrusted notebooks remove scripts and style sheets, so the HTML has none. Notebooks also render text between
dollar signs as formulas, which is turned off because the names on the map are written by strangers.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from saferoute.report import explanation, table, timetable
from saferoute.report.closing import closing_lines
from saferoute.report.columns import COLUMNS
from saferoute.report.units import units_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from saferoute.model import Explanation, Ranking, Session

_NO_FORMULAS = "tex2jax_ignore mathjax_ignore"
"""Classes by which MathJax 2 and 3 leave text alone."""


def ranking_html(ranking: Ranking) -> str:
    """Return a ranking as HTML: its stretches in tables, rated ones first, the excluded ways, and the notes.

    Parameters
    ----------
    ranking : Ranking
        May be empty.

    Returns
    -------
    str
        HTML without scripts, with all text escaped.
    """
    excluded = table.exclusion_lines(ranking)
    return _wrap_parts(
        f"<p><b>{escape(table.heading_line(ranking))}</b></p>",
        f"<p>{escape(table.scope_line(ranking))}</p>" if len(ranking) else "",
        *(
            _render_paragraphs([title]) + _render_table([(c.title, c.is_number) for c in COLUMNS], rows)
            for title, rows in table.group_stretches(ranking)
        ),
        _render_folded_list(f"Excluded, for {len(excluded)} reasons", excluded) if excluded else "",
        _render_paragraphs(closing_lines(ranking)),
    )


def session_html(session: Session) -> str:
    """Return a session as HTML: its timetable, the checks and the notes; without scripts, with all text escaped."""
    if not len(session.steps):
        return _wrap_parts(
            "<p><b>No session: no stretch can be reached.</b></p>",
            _render_paragraphs(closing_lines(session.ranking, *session.notes)),
        )
    first, *others = timetable.summary_lines(session)
    units = units_of(session.ranking.units)
    return _wrap_parts(
        f"<p><b>{escape(first)}</b></p>",
        _render_table(
            timetable.list_columns(units),
            (timetable.format_row(row, units) for row in session.steps.to_dict("records")),
        ),
        _render_paragraphs(
            [
                *others,
                *(f"{title} {'; '.join(checks)}." for title, checks in timetable.list_checks(session)),
                *closing_lines(session.ranking, *session.notes),
            ]
        ),
    )


def explanation_html(answer: Explanation) -> str:
    """Return an explanation as HTML: facts, criteria and notes; without scripts, with all text escaped."""
    first, *others = explanation.fact_lines(answer)
    columns = (("criterion", False), ("desirability", True), ("confidence", True), ("why", False))
    return _wrap_parts(
        f"<p><b>{escape(first)}</b></p>",
        _render_paragraphs(others),
        *(
            [
                _render_table(columns, explanation.criterion_rows(answer)),
                _render_paragraphs([explanation.checks_line(answer)]),
            ]
            if answer.recommended
            else []
        ),
        _render_paragraphs(closing_lines(answer.ranking)),
    )


def _wrap_parts(*parts: str) -> str:
    return f'<div class="{_NO_FORMULAS}">{"".join(parts)}</div>'


def _render_table(columns: Sequence[tuple[str, bool]], rows: Iterable[Sequence[str]]) -> str:
    sides = ["right" if number else "left" for _, number in columns]
    head = _render_row("th", [title for title, _ in columns], sides)
    return (
        f"<table><thead>{head}</thead><tbody>{''.join(_render_row('td', row, sides) for row in rows)}</tbody></table>"
    )


def _render_row(kind: str, cells: Sequence[str], sides: Sequence[str]) -> str:
    inner = "".join(
        f'<{kind} style="text-align: {side}">{escape(cell)}</{kind}>' for cell, side in zip(cells, sides, strict=True)
    )
    return f"<tr>{inner}</tr>"


def _render_folded_list(title: str, lines: Sequence[str]) -> str:
    """Return a list that is folded until the reader opens it."""
    # Lines are padded for the terminal; the blanks are collapsed.
    items = "".join(f"<li>{escape(' '.join(line.split()))}</li>" for line in lines)
    return f"<details><summary>{escape(title)}</summary><ul>{items}</ul></details>"


def _render_paragraphs(lines: Iterable[str]) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in lines)
