"""The table says what is known, and shows strangers' text as text."""

from __future__ import annotations

import dataclasses
import io
import re
import unicodedata

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from saferoute.model import CAUTION
from saferoute.report import closing, table
from saferoute.report.columns import StretchTable, format_row
from saferoute.report.units import METRIC_UNITS

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
    console.print(StretchTable(table.group_stretches(ranking), {}))
    return file.getvalue()


def row_of(ranking, text):
    return next(line for line in printed(ranking).splitlines() if text in line)


def rated(ranking, ratings):
    return dataclasses.replace(ranking, stretches=ranking.stretches.assign(rating=ratings))


def test_rated_stretches_stand_above_the_others(ranking):
    n = len(ranking.stretches)
    lines = [line for line in printed(rated(ranking, ["B", *["none"] * (n - 1)])).splitlines() if line.strip()]
    assert lines[0].split()[:5] == ["#", "rating", "name", "length", "away"]
    assert (lines.index(table.RECOMMENDED), lines.index(table.LOOK_FIRST)) == (1, 3)
    assert [line.split()[1] for line in lines[4:]] == ["unrated"] * (n - 1)


@pytest.mark.parametrize(
    ("ratings", "start"),
    [
        (["B"], "6 good places within 500 m of Town; the nearest, rated B, is "),
        (["none"], "Nothing within 500 m of Town is rated good; 6 to look at first (unrated)."),
        (["none"] * 5 + ["C"], "1 good place within 500 m of Town; the nearest, rated C, is "),
    ],
)
def test_the_first_line_tells_how_many_are_good_and_where_the_nearest_is(ranking, ratings, start):
    found = rated(ranking, (ratings * 6)[:6])
    line = table.heading_line(found)
    assert line.startswith(start)
    good = found.stretches[found.stretches["rating"] != "none"]
    if len(good):
        nearest = good.loc[good["distance_m"].idxmin()]
        assert f": {nearest['name']}" in line
        assert METRIC_UNITS.format_distance(nearest["distance_m"]) in line
    assert ("more to look at first" in line) == (0 < len(good) < 6)


def test_the_first_line_names_a_better_place_than_the_nearest_where_there_is_one(ranking):
    stretches = ranking.stretches.assign(rating=["A", *["C"] * 5], distance_m=[400.0, 30.0, 300.0, 300.0, 300.0, 300.0])
    line = table.heading_line(dataclasses.replace(ranking, stretches=stretches))
    first, second = stretches["name"].iloc[:2]
    near, better = (re.escape(name) for name in (second, first))
    assert re.search(rf"the nearest, rated C, is 30 m \S+: {near}; one rated A is 400 m \S+: {better}[.;]", line)


def test_what_is_excluded_and_noted_is_short_unless_all_is_asked_for(ranking):
    noted = dataclasses.replace(ranking, notes=tuple(f"note {k} " + "long " * 60 for k in range(5)))
    short = table.ranking_parts(noted, closing.Details(in_shell=True)).lines
    excluded = next(line for line in short if line.startswith("Excluded: "))
    assert excluded.endswith("; --excluded lists all, with their rules.")
    notes = [line for line in short if line.startswith("Note: ")]
    assert len(notes) == closing.MOST_NOTES
    assert notes[-1].endswith(" 2 more: --notes.")
    assert max(map(len, notes)) < closing.NOTE_LENGTH + 30
    full = table.ranking_parts(noted, closing.Details(excluded=True, notes=True)).lines
    assert len([line for line in full if line.startswith("Note: ")]) == 5
    assert set(table.exclusion_lines(ranking)) <= set(full)


@pytest.mark.parametrize(("rating", "title"), [("C", table.RECOMMENDED), ("none", table.LOOK_FIRST)])
def test_a_group_without_stretches_has_no_table(ranking, rating, title):
    groups = table.group_stretches(rated(ranking, rating))
    assert [(name, len(rows)) for name, rows in groups] == [(title, len(ranking.stretches))]


def test_unknown_surface_is_called_unknown(ranking):
    assert "unknown" in row_of(ranking, "path, ")


def test_known_slope_stands_with_its_error_and_unknown_slope_as_unknown(ranking):
    for row in ranking.stretches.to_dict("records"):
        cells = format_row(row, METRIC_UNITS)
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
    written = printed(dataclasses.replace(ranking, stretches=stretches), width=300)
    assert not {c for c in written if c != "\n" and unicodedata.category(c) in UNSEEN}
    assert len(written.splitlines()) == len(printed(ranking).splitlines())


def test_no_link_or_colour_comes_from_a_name(ranking):
    stretches = ranking.stretches.assign(name="[link=file:///etc/passwd]x[/link][red]y[/red]")
    written = printed(dataclasses.replace(ranking, stretches=stretches), colour=True)
    assert "\x1b]8" not in written
    assert "\x1b[31m" not in written


def test_exclusions_are_counted_longest_first(ranking):
    lines = table.exclusion_lines(ranking)
    assert len(lines) == ranking.excluded["reason"].nunique()
    lengths = [float(line.split()[0]) for line in lines]
    assert lengths == sorted(lengths, reverse=True)
    assert next(line for line in lines if "motor road: roads for motor traffic" in line).split()[:4] == [
        "0.3", "km", "1", "×",
    ]  # fmt: skip


def test_closing_lines_carry_notes_date_attribution_and_caution(ranking):
    text = "\n".join(closing.closing_lines(ranking))
    assert f"Note: {ranking.notes[0]}." in text
    assert "© OpenStreetMap contributors" in text
    assert "data of 2026-01-02" in text
    assert CAUTION in text


def test_unknown_date_is_said_to_be_unknown(ranking):
    lines = closing.closing_lines(dataclasses.replace(ranking, data_date=None))
    assert any("date of the data unknown" in line for line in lines)
