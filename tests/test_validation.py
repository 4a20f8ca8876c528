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
    "steepness_without_heights", "mountain_paths", "obstacles_later", "surfaces", "hazards",
}  # fmt: skip
"""Rows that read pairs of maps, or search or learn many places."""
TOGETHER = (("flat_by_rule", "inclines"), ("slopes_along_seen_coarsely", "slopes_across_seen_coarsely"))
"""Rows that measure the same ground: each pair is one test, so that it is read once."""


def _tests():
    rows = {row.__name__: row for row in validation.ROWS}
    paired = {name for pair in TOGETHER for name in pair}
    for names in (*TOGETHER, *((name,) for name in rows if name not in paired)):
        marks = [pytest.mark.xfail(reason=KNOWN[name], strict=True) for name in names if name in KNOWN]
        marks += [pytest.mark.long] if LONG.intersection(names) else []
        yield pytest.param([rows[name] for name in names], id="-".join(names), marks=marks)


@pytest.mark.slow
@pytest.mark.parametrize("rows", [*_tests()])
def test_bounds_hold(rows, shared_data, monkeypatch):
    monkeypatch.setenv("SAFEROUTE_TEST_DATA", str(shared_data))
    for result in (row() for row in rows):
        assert result.ok, f"{result.name}: {result.figures}; bound: {result.bound}"


def test_surfaces_of_an_island_are_guessed_better_than_by_its_commonest_ones(shared_data):
    guesses = validation.hidden_surfaces(shared_data / "helgoland" / "helgoland.osm.pbf")
    assert len(guesses.sure) > 100
    assert guesses.model.mean() < min(guesses.class_mode.mean(), guesses.global_mode.mean())


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
