"""Evidence becomes words, and a criterion without words of its own is understood all the same."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saferoute.model import Criterion, Measurement
from saferoute.quantities import Exact
from saferoute.report.crowd import count_in_words, count_people, describe_quiet_hours
from saferoute.report.reasons import describe_evidence, gather_evidence

HOURS = np.arange(24)


def test_a_criterion_without_words_has_its_value_and_unit() -> None:
    shade = Criterion(name="shade", unit="share in the shade", curve=((0.0, 0.2), (1.0, 1.0)), measure=lambda *_: None)
    found = Measurement(Exact(np.array([0.25, np.nan, 1.0])), np.ones(3))
    rows = np.array([1, 0])
    table = describe_evidence(shade, gather_evidence(found, rows), found.value[rows])
    assert table["why_shade"] == ["share in the shade: unknown", "share in the shade: 0.25"]
    assert table["shade"].tolist() == [pytest.approx(np.nan, nan_ok=True), 0.25]


def test_quiet_hours_are_runs_by_kind_of_day() -> None:
    hours = np.stack([np.isin(HOURS, [6, 7, 20]), np.isin(HOURS, [9]), np.isin(HOURS, range(8, 12))])
    assert describe_quiet_hours(hours) == "Mon–Fri 6–8, 20–21; Sat 9–10; Sun 8–12"


def test_a_polar_night_has_no_hour_of_light() -> None:
    assert describe_quiet_hours(np.zeros((3, 24), dtype=bool)) == "no hour of light"


@pytest.mark.parametrize(
    ("n", "word", "words"),
    [
        (1, "university", "a university"), (1, "office", "an office"), (2, "café", "two cafés"),
        (3, "library", "three libraries"), (2, "beach", "two beaches"), (11, "bus stop", "11 bus stops"),
        (7, "parking", "parking"),
    ],
)  # fmt: skip
def test_things_are_counted_as_people_do(n: int, word: str, words: str) -> None:
    assert count_in_words(n, word) == words


@pytest.mark.parametrize(
    ("number", "log_error", "words"),
    [
        (0.4, 1.1, "hardly anybody"),
        (1.3, 1.1, "up to 3 people"),
        (26.0, 1.1, "some 10 to 50 people"),
        (999.0, 1.1, "some 500 to 2000 people"),
        (999.0, 0.5, "some 700 to 1000 people"),
    ],
)
def test_people_are_told_as_the_range_that_is_known(number: float, log_error: float, words: str) -> None:
    assert count_people(number, log_error) == words


@given(st.floats(1, 1e5), st.floats(0, 2), st.floats(0, 2))
def test_the_less_sure_a_number_of_people_the_wider_its_range(number: float, one: float, other: float) -> None:
    ranges = [re.findall(r"\d+", count_people(number, error)) for error in sorted((one, other))]
    (sure_low, sure_high), (low, high) = ([0, *map(int, ends)][-2:] for ends in ranges)
    assert low <= sure_low <= sure_high <= high
