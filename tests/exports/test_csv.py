"""CSV is read by Python, pandas and GDAL, and no cell of it is a formula."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pyogrio
import pytest
from strangers import HOSTILE, hostile_ranking, hostile_session, id_of

from saferoute.exports.csv import to_csv
from saferoute.exports.schema import STEPS, STRETCHES, names_of
from saferoute.model import CAUTION, OSM_ATTRIBUTION

PLACES = ["start_lat", "start_lon", "end_lat", "end_lon"]
WORDS = ["attribution", "licence", "data_date", "caution"]


def rows(thing):
    return list(csv.DictReader(io.StringIO(to_csv(thing), newline="")))


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


def test_every_row_names_sources_and_caution(made):
    for row in rows(made):
        assert OSM_ATTRIBUTION in row["attribution"]
        assert CAUTION in row["caution"]


def test_gdal_reads_it(made, tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(to_csv(made).encode())
    assert len(pyogrio.read_dataframe(path)) == len(made.steps)


def test_nothing_found_is_a_header(empty):
    assert rows(empty) == []
    assert to_csv(empty).startswith("rank,")


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
