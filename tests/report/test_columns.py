"""The table of stretches fits terminals of any width, whatever the script of its names."""

from __future__ import annotations

import dataclasses
import io
import unicodedata

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from saferoute.report import closing, columns, table
from saferoute.report.units import METRIC_UNITS

NAMES = ("Long Walk", "日比谷公園の芝生、噴水の南側", "מסלול ריצה ליד הנחל", "حديقة الأزهر، الطرف الشمالي", "x" * 70)


def printed(ranking, width):
    out = io.StringIO()
    Console(file=out, width=width, highlight=False, markup=False).print(
        columns.StretchTable(table.group_stretches(ranking), {})
    )
    return out.getvalue()


def named(ranking, names):
    all_of = [names[k % len(names)] for k in range(len(ranking.stretches))]
    return dataclasses.replace(ranking, stretches=ranking.stretches.assign(name=pd.array(all_of, dtype="str")))


def titles(text):
    return [column.title for column in columns.COLUMNS if column.title in text]


@pytest.mark.parametrize("width", [60, 80, 100, 160])
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_no_line_is_wider_than_the_terminal_and_no_name_is_cut(ranking, width, name):
    lines = printed(named(ranking, [name]), width).splitlines()
    assert max(map(cell_len, lines)) <= width
    shown = "".join(c for line in lines for c in line if not c.isspace() and unicodedata.category(c) != "Cf")
    assert shown.count("".join(name.split())) == len(ranking) or width >= columns.ONE_LINE


def test_what_a_runner_needs_is_shown_at_80_and_more_the_wider_it_is(ranking):
    shown = [titles("\n".join(printed(ranking, width).splitlines()[:2])) for width in (60, 80, 100, 120, 130, 160)]
    needed = ["#", "rating", "name", "length", "away", "slope %", "surface"]
    assert shown[0] == shown[1] == shown[2] == [*needed, "weak point"]
    wider = ["score", "bend", "best hours"]
    assert shown[3:] == [[*shown[1], *wider[:more]] for more in (1, 2, 3)]


def test_what_finds_no_room_is_left_away_from_the_end(ranking):
    wide = dataclasses.replace(ranking, stretches=ranking.stretches.assign(surface="likely portuguese_pavement"))
    lines = printed(wide, 60).splitlines()
    assert titles("\n".join(lines[:2])) == ["#", "rating", "name", "length", "away", "slope %"]
    assert max(map(cell_len, lines)) <= 60


@pytest.mark.parametrize(("width", "lines"), [(60, 2), (80, 2), (100, 1), (160, 1)])
def test_a_stretch_takes_one_line_where_there_is_room(ranking, width, lines):
    mills = named(ranking, ["Mill"])
    text = printed(dataclasses.replace(mills, stretches=mills.stretches.assign(rating="B")), width).splitlines()
    titles_and_groups = lines + 1
    assert len(text) == titles_and_groups + lines * len(ranking)


@pytest.mark.parametrize("width", [60, 100])
def test_cells_stand_below_their_title(ranking, width):
    lines = printed(named(ranking, NAMES), width).splitlines()
    head = next(line for line in lines if "surface" in line)
    lengths = [f" {length:.0f} m  " for length in ranking.stretches["length_m"]]
    rows = [line for line in lines if any(length in line for length in lengths)]
    assert len(rows) == len(ranking)
    for title in ("away", "surface"):
        at = cell_len(head[: head.index(title)])
        for row in rows:
            plain = row.translate({0x2068: None, 0x2069: None})
            before = next(k for k in range(len(plain)) if cell_len(plain[:k]) == at)
            assert plain[before] != " "
            assert plain[:before].endswith("  ")


def test_names_from_right_to_left_are_isolated_line_by_line(ranking):
    for width in (60, 160):
        for line in printed(named(ranking, [NAMES[2] + " " + NAMES[3]] * 6), width).splitlines():
            has_hebrew = any(unicodedata.bidirectional(c) in {"R", "AL"} for c in line)
            assert line.count("\u2068") == line.count("\u2069") == has_hebrew


def test_objects_stand_below_a_stretch_when_asked_for(ranking):
    parts = table.ranking_parts(ranking, closing.Details(ids=True))
    out = io.StringIO()
    Console(file=out, width=80).print(parts.table)
    assert [line.strip() for line in out.getvalue().splitlines()].count("way/3") == sum(
        ids == ["way/3"] for ids in ranking.stretches["osm_ids"]
    )
    assert "way/" not in str(ranking)


@given(width=st.integers(20, 200), name=st.text(st.characters(codec="utf-8"), max_size=80))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_width_and_any_name_keep_every_number(ranking, width, name):
    text = printed(named(ranking, [name]), width)
    folded = "".join(text.split())
    assert all(f"{row:.0f}m" in folded for row in ranking.stretches["length_m"])
    assert not {c for c in text if unicodedata.category(c) in {"Cc", "Cs"}} - {"\n"}


@pytest.mark.parametrize(
    ("bearing", "text"),
    [((0.0, 320.0), "320 m N"), ((226.0, 226.0), "320 m NE"), ((-1234.0, 0.0), "1.2 km W")],
    ids=str,
)
def test_distance_and_direction_are_short(bearing, text):
    east, north = bearing
    row = {"east_m": east, "north_m": north, "distance_m": (east**2 + north**2) ** 0.5}
    assert columns.point_to(row, METRIC_UNITS) == text
