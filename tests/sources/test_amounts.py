"""Lengths, durations, surfaces and paths are read as people write them, or questioned."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saferoute.model import InvalidInput
from saferoute.osm.surfaces import EXCLUDED_SURFACES, KNOWN_SURFACES
from saferoute.sources.amounts import parse_distance, parse_duration, parse_length, parse_radius
from saferoute.sources.paths import expand_path
from saferoute.sources.surfaces import read_surfaces

UNITS_M = {
    "m": 1, " m": 1, "km": 1000, " Kilometres": 1000, "mi": 1609.344, " miles": 1609.344, "ft": 0.3048, " feet": 0.3048,
    "yd": 0.9144, " Yards": 0.9144,
}  # fmt: skip


@given(number=st.integers(1, 99_999).map(lambda n: n / 100), unit=st.sampled_from(sorted(UNITS_M)), comma=st.booleans())
def test_a_length_with_its_unit_is_read_by_everything(number, unit, comma):
    text = f"{number:.2f}{unit}".replace(".", "," if comma else ".")
    metres = number * UNITS_M[unit]
    assert parse_length(text) == parse_radius(text) == parse_distance(text) == pytest.approx(metres)


@given(st.floats(50, 1e5).map(lambda n: round(n, 2)))
def test_a_length_alone_is_metres_but_no_distance_of_a_session(number):
    assert parse_length(f"{number}") == parse_radius(f"{number}") == number
    with pytest.raises(InvalidInput, match="write it as 5km"):
        parse_distance(f"{number}")


@pytest.mark.parametrize("text", ["1.5", "1,5", "5", " 10 ", "49.9"])
def test_a_small_radius_without_a_unit_is_questioned(text):
    with pytest.raises(InvalidInput, match=f"{text.strip()} m.* write {text.strip()}km or {text.strip()}mi"):
        parse_radius(text)
    assert parse_radius(f"{text}m") == parse_length(text)


@pytest.mark.parametrize("text", ["1,500", "1,500 m", "12,000ft"])
def test_a_comma_that_may_part_thousands_is_questioned(text):
    with pytest.raises(InvalidInput, match="does the comma part thousands"):
        parse_radius(text)


@pytest.mark.parametrize("text", ["", "km", "far", "-5km", "5 leagues", "1.5.2km", "5km 3", "٣km", "1e3km"])
def test_what_is_no_length_says_how_to_write_one(text):
    with pytest.raises(InvalidInput, match="write it as 200m, "):
        parse_length(text)


@given(hours=st.integers(0, 9), minutes=st.integers(1, 59))
def test_durations_are_read(hours, minutes):
    seconds = hours * 3600 + minutes * 60
    assert parse_duration(f"{hours}h{minutes}min") == parse_duration(f"{hours} h {minutes} minutes") == seconds
    assert parse_duration(f"{hours},5h") == parse_duration(f"{hours}.5 hours") == hours * 3600 + 1800


@given(st.sampled_from(sorted(KNOWN_SURFACES - EXCLUDED_SURFACES)))
def test_surfaces_are_read_in_any_case(name):
    assert read_surfaces([name.upper(), f" {name.replace('_', ' ')} ", ""]) == {name}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gras", "did you mean grass"),
        ("fine-gravl", "did you mean fine_gravel"),
        ("xyzzy", "known are"),
        ("Rock", "nobody"),
    ],
)
def test_what_is_no_surface_is_refused_with_what_may_be_meant(name, text):
    with pytest.raises(InvalidInput, match=text):
        read_surfaces([name])


def test_home_and_variables_are_replaced_unless_a_file_is_called_so(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("WHERE", "maps")
    monkeypatch.delenv("UNSET", raising=False)
    monkeypatch.chdir(tmp_path)
    assert expand_path("~/a.tif") == tmp_path / "a.tif"
    assert expand_path(Path("$WHERE/${WHERE}.osm")) == Path("maps/maps.osm")
    assert expand_path("$UNSET/a") == Path("$UNSET/a")
    (tmp_path / "$WHERE").mkdir()
    assert expand_path("$WHERE") == Path("$WHERE")
    with pytest.raises(InvalidInput, match="the name of a user"):
        expand_path("~nobody-of-this-name/a")
