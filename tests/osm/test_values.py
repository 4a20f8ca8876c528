"""Text is read leniently where its meaning is plain, and never made up."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saferoute.osm.values import normalize_word, parse_incline, parse_metres, parse_number, split_list

METRES = {"m": 1.0, "cm": 0.01, "km": 1000.0, "ft": 0.3048, "in": 0.0254, "": 1.0}
words = st.lists(st.text("abcdefgh", min_size=1), min_size=1, max_size=3)
numbers = st.decimals(0, 9999, places=2)
spaces = st.text(" \t", max_size=3)
odd_case = st.sampled_from([str.lower, str.upper, str.title])


def is_number(text: str) -> bool:
    """Return whether a text is a number, perhaps with a sign, a comma, a unit or a ~."""
    return re.fullmatch(r"[~\s+-]*[0-9]+([.,][0-9]+)?\s*\S*(\s*[0-9]+([.,][0-9]+)?\s*\S*)?", text.strip()) is not None


@given(words, st.lists(st.sampled_from(["_", " ", "-", "  ", " - "]), min_size=2, max_size=2), odd_case, spaces)
def test_a_word_is_the_same_in_odd_case_and_spaces(parts, gaps, case, around):
    odd = around + case(parts[0] + "".join(gap + part for gap, part in zip(gaps, parts[1:], strict=False))) + around
    assert normalize_word(odd) == "_".join(parts)


@given(st.lists(st.text("abc_", min_size=1).filter(lambda w: w.strip("_") == w), min_size=1), spaces)
def test_a_list_is_its_parts_whatever_the_spaces(parts, around):
    assert split_list(f"{around};{around}".join(parts) + ";") == tuple(parts)


@given(numbers, st.sampled_from(list(METRES)), odd_case, spaces, st.booleans(), st.sampled_from(["", "~", "~ "]))
def test_a_length_survives_its_unit_case_spaces_and_comma(number, unit, case, gap, comma, about):
    text = about + str(number).replace(".", "," if comma else ".") + gap + case(unit)
    assert parse_metres(f"{gap}{text}{gap}") == pytest.approx(float(number) * METRES[unit])


@given(st.integers(0, 200), st.integers(0, 11), st.sampled_from(["{}'{}\"", "{}' {}\"", "{} ft {} in", "{}'{}"]))
def test_feet_and_inches_add_up(feet, inches, form):
    assert parse_metres(form.format(feet, inches)) == pytest.approx((12 * feet + inches) * 0.0254)


@given(st.text().filter(lambda text: not is_number(text)))
def test_nonsense_is_never_a_number(text):
    assert parse_number(text) is None
    assert parse_metres(text) is None


@pytest.mark.parametrize(
    "text", ["", "nan", "inf", "1e5", "1_000", "2-3", "2;3", "wide", "3 kg", "3 3", "'6", "٣", "--2"]
)
def test_what_only_looks_like_a_length_is_none(text):
    assert parse_metres(text) is None
    assert parse_number(text) is None


@given(st.floats(-45, 45).map(lambda degrees: round(degrees, 1)))
def test_a_slope_is_the_same_in_percent_degrees_and_as_a_ratio(degrees):
    pct = 100 * math.tan(math.radians(degrees))
    of_degrees, of_percent = parse_incline(f"{degrees}°"), parse_incline(f"{pct:.4f}%")
    assert of_degrees.pct == pytest.approx(pct, abs=1e-3)
    assert of_percent.pct == pytest.approx(pct, abs=1e-3)
    assert of_degrees.direction == ("up" if degrees > 0 else "down" if degrees < 0 else None)


@pytest.mark.parametrize(
    ("text", "pct", "direction", "steep"),
    [
        ("up", None, "up", False),
        (" Down ", None, "down", False),
        ("steep", None, None, True),
        ("steep down", None, "down", True),
        ("1:8", 12.5, "up", False),
        ("-1/20", -5.0, "down", False),
        ("0%", 0.0, None, False),
        ("8,5 %", 8.5, "up", False),
    ],
)
def test_a_slope_in_words_and_numbers(text, pct, direction, steep):
    said = parse_incline(text)
    assert (said.pct, said.direction, said.steep) == (pct, direction, steep)


@pytest.mark.parametrize("text", ["yes", "500%", "89°", "1:0", "", "up;down", "12 m"])
def test_a_slope_that_nobody_can_read_is_none(text):
    assert parse_incline(text) is None
