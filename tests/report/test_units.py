"""A reader gets the units that he knows, everywhere; files keep metric columns."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import saferoute
from saferoute.exports.csv import to_csv
from saferoute.exports.gpx import to_gpx
from saferoute.model import CRITERIA, IMPERIAL, METRIC, InvalidInput
from saferoute.page.payload import build_payload
from saferoute.report import timetable
from saferoute.report.units import IMPERIAL_UNITS, METRIC_UNITS, choose_system, units_of

METRES = {"m": 1.0, "km": 1000.0, "ft": 0.3048, "mi": 1609.344}


def read_metres(text):
    number, unit = text.split()
    return float(number) * METRES[unit]


@pytest.mark.parametrize("system", [METRIC, IMPERIAL])
@given(metres=st.floats(0, 200_000))
def test_a_distance_means_what_it_was_to_the_digit_that_is_told(system, metres):
    units = units_of(system)
    told = units.format_distance(metres)
    step = units.step * units.short_m if told.endswith(f" {units.short}") else 0.1 * units.long_m
    assert abs(read_metres(told) - metres) <= step / 2 + 1e-6
    assert abs(read_metres(units.format_length(metres, 1)) - metres) <= 0.05 * units.short_m + 1e-6


@given(st.floats(0.5, 8))
def test_a_pace_is_the_time_of_a_kilometre_or_mile(speed):
    for units in (METRIC_UNITS, IMPERIAL_UNITS):
        minutes, seconds = re.fullmatch(r"(\d+):(\d\d) min/\w+", units.format_pace(speed)).groups()
        assert abs(60 * int(minutes) + int(seconds) - units.long_m / speed) <= 0.5
        assert int(seconds) < 60


@pytest.mark.parametrize(
    ("environment", "system"),
    [
        ({"LANG": "en_US.UTF-8"}, IMPERIAL),
        ({"LANG": "en_GB"}, IMPERIAL),
        ({"LANG": "en_US.UTF-8", "LC_MEASUREMENT": "de_AT.UTF-8"}, METRIC),
        ({"LANG": "fi_FI", "LC_ALL": "en_US.UTF-8"}, IMPERIAL),
        ({"LANG": "C.UTF-8"}, METRIC),
        ({"LANG": "sr_RS@latin"}, METRIC),
    ],
)
def test_auto_is_what_the_locale_uses(monkeypatch, environment, system):
    for key in ("LC_ALL", "LC_MEASUREMENT", "LANG"):
        monkeypatch.delenv(key, raising=False)
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    assert choose_system("Auto") == system
    assert choose_system(" IMPERIAL ") == IMPERIAL


def test_other_units_are_refused_with_those_there_are():
    with pytest.raises(InvalidInput, match="units 'stone': choose one of metric, imperial, auto"):
        choose_system("stone")


def in_feet(session):
    return replace(session, ranking=replace(session.ranking, units=IMPERIAL))


def test_timetable_is_in_feet_and_miles_where_asked_for(made):
    rows = made.steps.to_dict("records")
    for row in rows:
        metric, imperial = (timetable.format_row(row, units) for units in (METRIC_UNITS, IMPERIAL_UNITS))
        assert float(imperial[1]) == pytest.approx(float(metric[1]) / 1.609344, abs=0.012)
        assert float(imperial[4] or 0) == pytest.approx(row["distance_m"] / 0.3048, abs=0.51)
    # Below them are checks, whose words were made by the search.
    lines = " ".join(timetable.summary_lines(in_feet(made))[:3])
    assert " mi in " in lines
    assert "min/mi" in lines
    assert not re.search(r"\d (m|km)\b(?!/)", lines)
    pace = r"Pace backwards [\d:]+ min/km to [\d:]+ min/km \([\d.]+ to [\d.]+ m/s\)"
    assert re.search(pace, " ".join(timetable.summary_lines(made)))


def test_words_of_a_gpx_and_the_page_follow_and_columns_of_files_do_not(made):
    ranking, imperial = made.ranking, replace(made.ranking, units=IMPERIAL)
    length_m = ranking.stretches["length_m"].iloc[0]
    assert f"{length_m:.0f} m, " in to_gpx(ranking)
    assert f"{length_m / 0.3048:.0f} ft, " in to_gpx(imperial)
    assert to_csv(imperial) == to_csv(ranking)
    assert build_payload(imperial)["units"] == build_payload(in_feet(made))["units"] == IMPERIAL
    assert "min/mi" in build_payload(in_feet(made))["session"]["pace"]
    assert json.dumps(build_payload(ranking)).count(IMPERIAL) == 0


_METRIC = re.compile(r"\d ?(m|km|cm)\b(?!/)")


@pytest.fixture(scope="module")
def told(sample):
    """Return the texts of a search in both systems, by column."""
    return {
        system: saferoute.find("60.172,24.944", region=sample, radius_m=500, units=system).stretches
        for system in (METRIC, IMPERIAL)
    }


def texts_of(table, name):
    return [text for cell in table[name].dropna() for text in (cell if isinstance(cell, list) else [cell])]


@pytest.mark.parametrize("name", ["name", "checks", "scooters", "beside", *(f"why_{name}" for name in CRITERIA)])
def test_names_reasons_and_checks_follow_the_units(told, name):
    # What a raster calls itself is nobody's to translate.
    imperial = [re.sub(r" of Helsinki sample[^;]*", "", text) for text in texts_of(told[IMPERIAL], name)]
    assert imperial
    assert not [text for text in imperial if _METRIC.search(text)]
    metric = texts_of(told[METRIC], name)
    assert not [text for text in metric if re.search(r"\d ?(ft|mi|in|yd)\b", text)]
    assert any(_METRIC.search(text) for text in metric) == any(re.search(r"\d (ft|mi|in|yd)\b", t) for t in imperial)


def test_numbers_are_the_same_whatever_the_units(told):
    numbers = [told[system].select_dtypes("number") for system in (METRIC, IMPERIAL)]
    assert numbers[0].equals(numbers[1])


@given(metres=st.floats(0.001, 0.5), per_100m=st.floats(0, 50))
def test_small_heights_and_frequencies_mean_what_they_were(metres, per_100m):
    inches = IMPERIAL_UNITS.format_unevenness(metres)
    assert inches.endswith(" in")
    assert abs(float(inches.split()[0]) * 0.0254 - metres) <= 0.0127 + 1e-9
    per_100yd = float(IMPERIAL_UNITS.format_frequency(per_100m).split()[0])
    assert abs(per_100yd / 91.44 - per_100m / 100) <= 0.05 / 91.44 + 1e-9
