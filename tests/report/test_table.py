"""The table says what is known, and shows strangers' text as text."""

from __future__ import annotations

import dataclasses
import io
import unicodedata

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from saferoute.model import CAUTION
from saferoute.report import table
from saferoute.report.text import format_distance

HOSTILE = (
    "[link=file:///etc/passwd]x[/link]",
    "[/bold]",
    "\x1b[31mred\x1b]0;title\x07",
    "nul \x00 and C1 \x9b31m",
    "right \u202e to \u2066left",
    "lone \ud800 surrogate",
    "line \u2028 breaks \r\n\t",
    "x" * 100_000,
)
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def printed(ranking, *, width=200, colour=False):
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=colour, color_system="truecolor" if colour else None)
    console.print(table.ranking_table(ranking))
    return file.getvalue()


def row_of(ranking, text):
    return next(line for line in printed(ranking).splitlines() if text in line)


def rated(ranking, ratings):
    return dataclasses.replace(ranking, stretches=ranking.stretches.assign(rating=ratings))


def test_rated_stretches_stand_in_a_table_above_the_others(ranking):
    n = len(ranking.stretches)
    lines = [line for line in printed(rated(ranking, ["B", *["none"] * (n - 1)])).splitlines() if line.strip()]
    assert len(lines) == n + 6  # two titles, two heads, two rules
    first, second = lines.index(table.RECOMMENDED), lines.index(table.LOOK_FIRST)
    assert (first, second) == (0, 4)
    assert lines[first + 1] == lines[second + 1]  # column below column
    assert lines[first + 1].split()[:5] == ["#", "rating", "score", "length", "away"]


@pytest.mark.parametrize(("rating", "title"), [("C", table.RECOMMENDED), ("none", table.LOOK_FIRST)])
def test_a_group_without_stretches_has_no_table(ranking, rating, title):
    groups = table.group_stretches(rated(ranking, rating))
    assert [(name, len(rows)) for name, rows in groups] == [(title, len(ranking.stretches))]


def test_unknown_surface_is_called_unknown(ranking):
    assert "unknown" in row_of(ranking, "path, ")


def test_known_slope_stands_with_its_error_and_unknown_slope_as_unknown(ranking):
    for row in ranking.stretches.to_dict("records"):
        cells = table.format_row(row)
        if np.isnan(row["grade_pct"]):
            assert cells[5] == "unknown"
        else:
            assert cells[5].startswith("0.5 ± ")


def test_stretch_without_a_name_is_called_by_what_it_is(ranking):
    assert row_of(ranking, "path, ")
    assert not [line for line in printed(ranking).splitlines() if "nan" in line]


@pytest.mark.parametrize("name", ["[link=file:///etc/passwd]x[/link]", "[/bold]"])
def test_markup_of_the_town_is_shown_as_it_is_written(ranking, name):
    assert name[:20] in row_of(ranking, name[:20])


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: ascii(t[:20]))
def test_hostile_text_moves_nothing_in_the_terminal(ranking, text):
    stretches = ranking.stretches.copy()
    for column in ("name", "surface"):
        stretches[column] = pd.Series([text] * len(stretches), index=stretches.index, dtype=object)
    written = printed(dataclasses.replace(ranking, stretches=stretches))
    assert not {c for c in written if c != "\n" and unicodedata.category(c) in UNSEEN}
    assert len(written.splitlines()) == len(printed(ranking).splitlines())


def test_no_link_or_colour_comes_from_a_name(ranking):
    stretches = ranking.stretches.assign(name="[link=file:///etc/passwd]x[/link][red]y[/red]")
    written = printed(dataclasses.replace(ranking, stretches=stretches), colour=True)
    assert "\x1b]8" not in written
    assert "\x1b[31m" not in written


@pytest.mark.parametrize(("metres", "text"), [(0, "0 m"), (84, "80 m"), (1000, "1.0 km"), (1234, "1.2 km")])
def test_distances_are_rounded_as_people_say_them(metres, text):
    assert format_distance(metres) == text


def test_exclusions_are_counted_longest_first(ranking):
    lines = table.exclusion_lines(ranking)
    assert len(lines) == ranking.excluded["reason"].nunique()
    lengths = [float(line.split()[0]) for line in lines]
    assert lengths == sorted(lengths, reverse=True)
    assert next(line for line in lines if "motor road: roads for motor traffic" in line).split()[:4] == [
        "0.3", "km", "1", "×",
    ]  # fmt: skip


def test_closing_lines_carry_notes_date_attribution_and_caution(ranking):
    text = "\n".join(table.closing_lines(ranking))
    assert f"Note: {ranking.notes[0]}." in text
    assert "© OpenStreetMap contributors" in text
    assert "data of 2026-01-02" in text
    assert CAUTION in text


def test_unknown_date_is_said_to_be_unknown(ranking):
    lines = table.closing_lines(dataclasses.replace(ranking, data_date=None))
    assert any("date of the data unknown" in line for line in lines)
