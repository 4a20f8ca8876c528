"""Text of strangers is made plain."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from saferoute.report.text import LONGEST, sanitize_text


@pytest.mark.parametrize("text", ["Café Ümlaut", "Ελλάδα", "東京駅", "पथ", "עברית", "مسار", "a – b × c", "[/b]", "😀"])
def test_honest_text_stays_as_it_is(text):
    assert sanitize_text(text) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("a\x00b\x7fc\x9bd", "abcd"),
        ("a\u202eb\u2066c\u200fd", "abcd"),
        ("a\ud800b", "ab"),
        ("a\u2028b\u2029c", "abc"),
        ("a\nb\r\nc\td", "a b c d"),
        ("  a   b  ", "a b"),
        ("\u200b\u200d\ufeff", ""),
        ("", ""),
    ],
)
def test_what_acts_on_a_terminal_is_taken_out(text, kept):
    assert sanitize_text(text) == kept


def test_no_character_of_unicode_gets_through_that_should_not():
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    kept = sanitize_text(everything, len(everything))
    assert {unicodedata.category(c) for c in kept} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} == set()
    assert sum(unicodedata.category(c)[0] == "L" for c in kept) == sum(c.isalpha() for c in everything)


def test_long_text_is_cut_and_says_so():
    assert len(sanitize_text("x" * 100_000)) == LONGEST
    assert sanitize_text("x" * 100_000).endswith("x…")


def test_text_of_the_longest_length_is_not_cut():
    assert sanitize_text("x" * LONGEST) == "x" * LONGEST
    assert sanitize_text("x" * 11, 10) == "x" * 9 + "…"


@pytest.mark.parametrize(("value", "text"), [(3, "3"), (2.5, "2.5"), (None, "None")])
def test_other_values_become_text(value, text):
    assert sanitize_text(value) == text
