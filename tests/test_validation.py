"""Every bound of the validation holds, or is known not to."""

from __future__ import annotations

import pytest
import validation

KNOWN = {
    "surfaces_later": "in Helsinki the likeliest surface is right half as often as is said",
    "intervals_later": "paved is asphalt more often in a town, and strips that move as a whole stay as they are",
    "steepness_without_heights": "quays and a town below a cliff are flatter than the map lets expect",
    "mountain_paths": "13 graded paths of the steep valley of Bad Wildbad, of which 11 are easy",
    "limits_later": "open ground of a city, where maps learn most",
}
"""Rows whose bound is missed, and why; a row that comes to hold must leave this list."""


LONG = {
    "surfaces_later", "intervals_later", "limits_later", "obvious_grounds_found", "cuts_agree",
    "steepness_without_heights", "mountain_paths", "obstacles_later",
}  # fmt: skip
"""Rows that read pairs of maps, or search many places."""


def _row(row):
    marks = [pytest.mark.xfail(reason=KNOWN[row.__name__], strict=True)] if row.__name__ in KNOWN else []
    marks += [pytest.mark.long] if row.__name__ in LONG else []
    return pytest.param(row, id=row.__name__, marks=marks)


@pytest.mark.slow
@pytest.mark.parametrize("row", [_row(row) for row in validation.ROWS])
def test_bound_holds(row, shared_data, monkeypatch):
    monkeypatch.setenv("SAFEROUTE_TEST_DATA", str(shared_data))
    result = row()
    assert result.ok, f"{result.name}: {result.figures}; bound: {result.bound}"


@pytest.mark.parametrize(
    ("text", "pct"),
    [("up", float("inf")), ("-3 %", -3.0), ("7.5 %", 7.5), ("45°", 100.0), ("-20", float("-inf")), ("0%", 0.0)],
)
def test_incline_is_read_as_a_slope(text, pct):
    assert validation.incline_pct(text) == pytest.approx(pct)


@pytest.mark.parametrize("text", ["yes", "up/down", "0", "steep"])
def test_incline_that_says_nothing_is_unknown(text):
    assert validation.incline_pct(text) != validation.incline_pct(text)


def test_absent_data_is_one_plain_line(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("SAFEROUTE_TEST_DATA", str(tmp_path / "none"))
    assert validation.main() == 2
    assert "SAFEROUTE_TEST_DATA" in capsys.readouterr().out
