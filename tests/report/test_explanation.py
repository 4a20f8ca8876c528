"""Explanations in words: folded between words for a terminal, whole in a pipe, and true about ranks."""

from __future__ import annotations

import dataclasses
import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from saferoute.model import Explanation, Ranking
from saferoute.report import closing, explanation
from saferoute.report.text import print_parts
from saferoute.search import PRESENTER

WHY = "asphalt 街道街道街道街道街道街道街道街道街道街道街道 of 12 places; " * 3 + "end"


@pytest.fixture
def answer(ranking: Ranking) -> Explanation:
    """Return the explanation of the first stretch, of which a reason is long and holds wide letters."""
    row = {**PRESENTER.explain_stretch(ranking, 1).row, "why_surface": WHY, "checks": ["holes", "dogs"]}
    noted = dataclasses.replace(ranking, notes=tuple(f"note {i}" for i in range(5)))
    return Explanation(0.0, recommended=True, row=row, ranking=noted, subject="Nearest", presenter=PRESENTER)


def write(answer: Explanation, width: int, *, is_terminal: bool = True, **details: bool) -> str:
    """Return an explanation as a terminal without colours shows it, or a pipe."""
    out = io.StringIO()
    parts = explanation.explanation_parts(answer, closing.Details(in_shell=True, **details))
    print_parts(parts, Console(file=out, width=width, force_terminal=is_terminal, no_color=True, highlight=False))
    return re.sub(r"\x1b\[\d*m", "", out.getvalue())


@pytest.mark.parametrize("width", [60, 80, 100, 160])
def test_lines_fit_the_terminal_and_hold_every_word(answer, width):
    text = write(answer, width)
    assert max(map(cell_len, text.splitlines())) <= width
    assert " ".join(WHY.split()) in " ".join(text.split())
    assert "\n- holes\n- dogs\n" in text


def test_reasons_stand_below_each_other(answer):
    begin = {line.index(word) for line in write(answer, 80).splitlines() for word in ("why", "of 12") if word in line}
    assert begin == {33}


def test_nothing_is_folded_in_a_pipe(answer):
    assert WHY in write(answer, 80, is_terminal=False)


def test_few_notes_are_shown_unless_all_are_asked_for(answer):
    few, every = write(answer, 80).count("Note: "), write(answer, 80, notes=True).count("Note: ")
    assert (few, every) == (closing.MOST_NOTES, 5)
    assert "2 more: --notes." in write(answer, 80)


@pytest.mark.parametrize(
    ("low", "high", "of", "told"),
    [
        (4, 4, 9, "Rank: 4 of 9 stretches within 250 m, whatever the weights of the criteria"),
        (2, 7, 9, "Rank: 2 to 7 of 9 stretches within 250 m, depending on the weights of the criteria"),
        (1, 1, 1, "Rank: the only stretch within 250 m"),
    ],
)
def test_a_rank_is_told_as_one_where_no_weights_change_it(answer, low, high, of, told):
    area = dataclasses.replace(answer.ranking.area, radius_m=250.0)
    around = dataclasses.replace(answer.ranking, area=area, considered={"stretches": of})
    changed = dataclasses.replace(answer, row={**answer.row, "rank_low": low, "rank_high": high}, ranking=around)
    assert told in explanation.fact_lines(changed)
