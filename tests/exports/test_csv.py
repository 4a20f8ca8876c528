"""CSV is read by Python, pandas and GDAL, and no cell of it is a formula."""

from __future__ import annotations

import csv
import dataclasses
import io
import re

import pandas as pd
import pyogrio
import pytest
from strangers import HOSTILE, hostile_ranking, hostile_session, id_of

from saferoute.exports.csv import to_csv, to_semicolon_csv
from saferoute.exports.schema import STEPS, STRETCHES, names_of
from saferoute.model import CAUTION, OSM_ATTRIBUTION

PLACES = ["start_lat", "start_lon", "end_lat", "end_lon"]
WORDS = ["attribution", "licence", "data_date", "caution"]


def rows(thing, write=to_csv, **dialect):
    text = write(thing)
    assert text.startswith("\ufeff"), "spreadsheets know by it that it is UTF-8"
    return list(csv.DictReader(io.StringIO(text[1:], newline=""), **dialect))


def test_columns_are_those_of_the_schema_places_and_words(ranking, made):
    assert list(rows(ranking)[0]) == [*names_of(STRETCHES), *PLACES, *WORDS]
    assert list(rows(made)[0]) == [*names_of(STEPS), *PLACES, *WORDS]


def test_numbers_are_those_of_the_ranking_and_unknown_is_empty(ranking):
    table = pd.read_csv(io.StringIO(to_csv(ranking)))
    for name in ("rank", "score", "length_m", "grade_pct"):
        assert table[name].tolist() == pytest.approx(ranking.stretches[name].tolist(), abs=6e-4, nan_ok=True)
    assert table["osm_name"].isna().sum() == ranking.stretches["osm_name"].isna().sum() > 0


def test_places_are_where_the_lines_start_and_end(ranking):
    line = ranking.stretches.to_crs("EPSG:4326").geometry.iloc[0]
    row = rows(ranking)[0]
    assert [float(row[p]) for p in PLACES] == pytest.approx([*line.coords[0][::-1], *line.coords[-1][::-1]], abs=1e-6)


def test_sources_and_caution_stand_once(made):
    first, *others = rows(made)
    assert OSM_ATTRIBUTION in first["attribution"]
    assert CAUTION in first["caution"]
    assert {row[name] for row in others for name in WORDS} == {""}


@pytest.mark.parametrize("locale", ["point", "comma"])
def test_spreadsheets_of_both_kinds_read_the_numbers(ranking, made, locale):
    table = ranking.stretches.assign(score=[0.774, 1.0, 0.25, *ranking.stretches["score"][3:]][: len(ranking)])
    ranking = dataclasses.replace(ranking, stretches=table)
    write, dialect = (to_csv, {}) if locale == "point" else (to_semicolon_csv, {"delimiter": ";"})
    point, other = (".", ",") if locale == "point" else (",", ".")
    for thing in (ranking, made):
        for row in rows(thing, write, **dialect):
            numbers = [cell for cell in row.values() if re.fullmatch(r"-?\d+[.,]\d+", cell)]
            assert numbers
            for number in numbers:
                assert other not in number
                assert not re.fullmatch(r"-?\d{1,3}[.,]\d{3}", number), "three digits look like thousands"
    read = rows(ranking, write, **dialect)
    scores = [float(row["score"].replace(point, ".")) for row in read]
    assert scores == pytest.approx(ranking.stretches["score"].tolist(), abs=6e-4)
    assert read[0]["score"] == f"0{point}7740"


def test_gdal_reads_it(made, tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(to_csv(made).encode())
    assert len(pyogrio.read_dataframe(path)) == len(made.steps)


def test_nothing_found_is_a_header(empty):
    assert rows(empty) == []
    assert to_csv(empty).startswith("\ufeffrank,")


@pytest.mark.parametrize("text", HOSTILE, ids=id_of)
def test_no_cell_is_a_formula(ranking, made, text):
    for thing, n in (
        (hostile_ranking(ranking, text), len(ranking.stretches)),
        (hostile_session(made, text), len(made.steps)),
    ):
        read = rows(thing)
        assert len(read) == n
        for row in read:
            assert None not in row
            for name, cell in row.items():
                if name not in PLACES and not cell.lstrip("-").replace(".", "").isdigit():
                    assert not cell.lstrip().startswith(tuple("=+-@\t\r＝＋－＠"))
