"""Columns are declared once: files hold what is declared, and the guide says so."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from saferoute.exports import schema
from saferoute.exports.layers import flatten_table
from saferoute.exports.schema import Column
from saferoute.model import CRITERIA

REPOSITORY = Path(__file__).resolve().parents[2]


def test_tables_of_the_guide_are_those_of_the_schema():
    spec = importlib.util.spec_from_file_location("columns", REPOSITORY / "docs/columns.py")
    columns = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(columns)
    page = columns.PAGE.read_text(encoding="utf-8")
    assert columns.fill_tables(page) == page, "python docs/columns.py writes them"
    assert all(f"<!-- columns: {name} -->" in page for name in schema.ALL)


@pytest.mark.parametrize("columns", schema.ALL.values(), ids=schema.ALL)
def test_no_name_stands_twice_in_a_table_and_all_have_a_meaning(columns):
    names = schema.names_of(columns)
    assert len(set(names)) == len(names)
    assert all(column.meaning and "|" not in column.meaning for column in columns)


@pytest.mark.parametrize(
    ("suffix", "unit"),
    [("_m", "m"), ("_km", "km"), ("_s", "s"), ("_m_s", "m/s"), ("_deg", "degrees"), ("_pct", ("%", "percentage"))],
)
def test_the_unit_in_a_name_is_the_unit_declared(suffix, unit):
    endings = ("_m_s", "_km", "_deg", "_pct", "_m", "_s")
    for column in (c for columns in schema.ALL.values() for c in columns):
        if next((e for e in endings if column.name.endswith(e)), None) == suffix:
            assert column.unit.startswith(unit), column.name


@pytest.mark.parametrize("prefix", ["d_", "c_", "why_"])
def test_every_criterion_has_its_columns_in_order(prefix):
    found = [name.removeprefix(prefix) for name in schema.names_of(schema.STRETCHES) if name.startswith(prefix)]
    assert found == list(CRITERIA)


def test_types_are_the_declared_ones_whatever_the_values():
    columns = [
        Column("n", "integer", "", "a count"),
        Column("width_m", "number", "m", "a width", "no tag"),
        Column("name", "text", "", "a name", "none"),
        Column("ids", "texts", "", "objects"),
        Column("gone", "number", "", "is in no table"),
    ]
    table = gpd.GeoDataFrame(
        {"n": [3.0, 4.0], "width_m": [None, None], "name": [float("nan")] * 2, "ids": [["way/1", "way/2"], []]},
        geometry=shapely.points([(0, 0), (1, 1)]),
        crs="EPSG:4326",
    )
    for rows in (table, table.iloc[:0]):
        found = flatten_table(rows, columns)
        assert [str(found[c.name].dtype) for c in columns] == ["int64", "float64", "str", "str", "float64"]
    found = flatten_table(table, columns)
    assert found["n"].tolist() == [3, 4]
    assert found["ids"].tolist() == ["way/1; way/2", ""]
    assert pd.isna(found[["width_m", "name", "gone"]]).all(axis=None)


def test_a_description_holds_meaning_unit_and_what_missing_means():
    assert Column("width_m", "number", "m", "tagged width", "no tag").description == "tagged width, m; null = no tag"
    assert Column("kind", "text", "", "what it is").description == "what it is"
