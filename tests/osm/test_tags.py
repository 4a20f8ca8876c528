"""Columns of tags, and answers with three sides."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from saferoute.osm import tags
from saferoute.osm.answers import ask_value
from saferoute.osm.values import parse_metres
from saferoute.table import Tags

TABLE = pd.DataFrame(
    {
        "surface": ["sand", "Fine gravel; MUD", None, "sand", "no"],
        "width": ["2", "3'6\"", "wide", None, "-1"],
        "n": 1,
    }
)


def by_hand() -> Tags:
    """Return the same tags as numbers of combinations, in an order of their own."""
    surfaces, widths = ["no", "sand", "Fine gravel; MUD"], ["wide", "2", "-1", "3'6\""]
    codes = np.array([[0, 2], [1, 1], [1, -1], [-1, 0], [2, 3]], dtype=np.int32)
    return Tags.from_combinations({"surface": surfaces, "width": widths}, codes).select_rows(np.array([1, 4, 3, 2, 0]))


@pytest.mark.parametrize("tagged", [TABLE, Tags.from_table(TABLE), by_hand()], ids=["table", "tags", "combinations"])
def test_tables_tags_and_combinations_answer_alike(tagged):
    assert tags.has_value(tagged, "surface", {"mud"}).tolist() == [False, True, False, False, False]
    assert tags.has_value(tagged, "surface", {"fine_gravel"}).tolist() == [False, True, False, False, False]
    assert tags.has_tag(tagged, "surface").tolist() == [True, True, False, True, False]
    assert tags.has_tag(tagged, "missing", but=()).tolist() == [False] * 5
    read = tags.read_numbers(tagged, "width", parse_metres)
    assert read == pytest.approx([2, 1.0668, np.nan, np.nan, np.nan], nan_ok=True)
    worst = tags.rate_worst_value(tagged, "surface", {"sand": 0.7, "mud": 0.1, "fine-gravel": 0.5})
    assert worst == pytest.approx([0.7, 0.1, np.nan, 0.7, np.nan], nan_ok=True)
    assert Tags.of(tagged).get_text("surface").tolist() == ["sand", "Fine gravel; MUD", None, "sand", "no"]


def test_rows_are_selected_by_mask_and_by_number():
    whole = Tags.from_table(TABLE)
    rows = np.array([False, True, True, False, False])
    for some in (whole.select_rows(rows), whole.select_rows(np.flatnonzero(rows))):
        assert len(some) == 2
        assert some.get_text("width").tolist() == ["3'6\"", "wide"]
        assert some.get_text("missing").tolist() == [None, None]


def test_each_distinct_value_is_read_once():
    asked: list[str] = []

    def read(value: str) -> int:
        asked.append(value)
        return len(value)

    assert tags.map_tag_values(TABLE, "surface", read, missing=0).tolist() == [4, 16, 0, 4, 2]
    assert asked == ["sand", "Fine gravel; MUD", "no"]


def test_no_rows_have_no_answers():
    empty = TABLE.iloc[:0]
    assert len(tags.has_value(empty, "surface", {"sand"})) == 0
    assert len(ask_value(empty, "surface", {"sand"})) == 0


LIT = pd.DataFrame({"lit": ["yes", "No", None, "moonlight", "moonlight"], "lamps": ["no", None, "no", "x", "yes"]})


def test_an_answer_says_what_it_could_not_read():
    lit = ask_value(LIT, "lit", {"yes"}, {"no"})
    assert lit.yes.tolist() == [True, False, False, False, False]
    assert lit.no.tolist() == [False, True, False, False, False]
    assert lit.unknown.tolist() == [False, False, True, False, False]
    assert lit.not_understood.tolist() == [False, False, False, True, True]
    assert lit.text.tolist() == ["", "", "", "lit=moonlight", "lit=moonlight"]
    assert lit.select_rows(np.array([3, 0])).text.tolist() == ["lit=moonlight", ""]


def test_without_values_that_mean_no_every_other_does():
    assert ask_value(LIT, "lit", {"yes"}).no.tolist() == [False, True, False, True, True]
    assert ask_value(LIT, "lit", {"yes"}, missing_is_no=True).no.tolist() == [False, True, True, True, True]


def test_answers_combine_and_leave_open_what_is_open():
    lit, lamps = ask_value(LIT, "lit", {"yes"}, {"no"}), ask_value(LIT, "lamps", {"yes"}, {"no"})
    either, both, dark = lit | lamps, lit & lamps, ~lit
    assert either.yes.tolist() == [True, False, False, False, True]
    assert either.unknown.tolist() == [False, True, True, False, False]
    assert either.text.tolist() == ["", "", "", "lit=moonlight; lamps=x", ""]
    assert both.no.tolist() == [True, True, True, False, False]
    assert both.text.tolist() == ["", "", "", "lit=moonlight; lamps=x", "lit=moonlight"]
    assert dark.no.tolist() == lit.yes.tolist()
    assert dark.text.tolist() == lit.text.tolist()
