"""Rankings, sessions and explanations as a notebook shows them: a compact table, and what must stand beside it.

Notebooks that are not trusted let neither scripts nor style sheets through, so there are none here; and
they set what stands between dollar signs as formulas, which names of strangers must not be.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from saferoute.outputs import table, timetable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from saferoute.model import Explanation, Ranking, Session

_NO_FORMULAS = "tex2jax_ignore mathjax_ignore"


def ranking_html(ranking: Ranking) -> str:
    """Return the stretches as a table, what was left out, and the notes.

    Parameters
    ----------
    ranking : Ranking
        It may be empty.

    Returns
    -------
    str
        HTML without scripts; texts of the data are escaped.
    """
    left_out = table.exclusion_lines(ranking)
    return _whole(
        f"<p><b>{escape(table.heading(ranking))}</b></p>",
        _table(table.COLUMNS, map(table.cells, ranking.stretches.to_dict("records"))) if len(ranking.stretches) else "",
        _folded(f"Left out, for {len(left_out)} reasons", left_out) if left_out else "",
        _closing(table.closing_lines(ranking)),
    )


def session_html(session: Session) -> str:
    """Return the session as a timetable, what to check, and the notes, as `ranking_html` does."""
    if not len(session.steps):
        return _whole(
            "<p><b>No session: no stretch can be reached.</b></p>", _closing(timetable.closing_lines(session))
        )
    first, *others = timetable.summary_lines(session)
    return _whole(
        f"<p><b>{escape(first)}</b></p>",
        _table(timetable.COLUMNS, map(timetable.cells, session.steps.to_dict("records"))),
        _closing([*others, *timetable.closing_lines(session)]),
    )


def explanation_html(answer: Explanation, subject: str = "Nearest") -> str:
    """Return how a way scores and why, or which limit leaves it out, as `ranking_html` does."""
    first, *others = table.facts(answer, subject)
    columns = (("criterion", False), ("desirability", True), ("confidence", True), ("why", False))
    return _whole(
        f"<p><b>{escape(first)}</b></p>",
        _closing(others),
        *(
            [_table(columns, table.reasons(answer)), _closing([table.checks_line(answer)])]
            if answer.recommended
            else []
        ),
        _closing(table.closing_lines(answer.ranking)),
    )


def _whole(*parts: str) -> str:
    return f'<div class="{_NO_FORMULAS}">{"".join(parts)}</div>'


def _table(columns: Sequence[tuple[str, bool]], rows: Iterable[Sequence[str]]) -> str:
    sides = ["right" if number else "left" for _, number in columns]
    head = _row("th", [title for title, _ in columns], sides)
    return f"<table><thead>{head}</thead><tbody>{''.join(_row('td', row, sides) for row in rows)}</tbody></table>"


def _row(kind: str, cells: Sequence[str], sides: Sequence[str]) -> str:
    inner = "".join(
        f'<{kind} style="text-align: {side}">{escape(cell)}</{kind}>' for cell, side in zip(cells, sides, strict=True)
    )
    return f"<tr>{inner}</tr>"


def _folded(title: str, lines: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(' '.join(line.split()))}</li>" for line in lines)
    return f"<details><summary>{escape(title)}</summary><ul>{items}</ul></details>"


def _closing(lines: Iterable[str]) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in lines)
