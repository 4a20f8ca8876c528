"""GeoPackage is read by GDAL and SQLite, names its sources and brings the style that QGIS looks for."""

from __future__ import annotations

import dataclasses
import re
import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing

import numpy as np
import pyogrio
import pytest
from strangers import HOSTILE, hostile_ranking, hostile_session, id_of

from saferoute.exports.geopackage import build_qgis_style, to_geopackage
from saferoute.exports.layers import build_layers
from saferoute.exports.schema import SECTIONS, STEPS, STRETCHES, names_of
from saferoute.model import OSM_ATTRIBUTION
from saferoute.report.ratings import RATINGS


@pytest.fixture
def written(tmp_path):
    def write(thing):
        path = tmp_path / "x.gpkg"
        path.write_bytes(to_geopackage(thing))
        return path

    return write


def styles(path):
    with closing(sqlite3.connect(path)) as database:
        return dict(database.execute("SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault"))


def test_gdal_reads_every_stretch_with_its_columns(ranking, written):
    table = pyogrio.read_dataframe(written(ranking), layer="stretches")
    assert list(table.columns) == [*names_of(STRETCHES), "geometry"]
    assert table["score"].tolist() == pytest.approx(ranking.stretches["score"].tolist(), abs=6e-4)
    away = table.to_crs(ranking.area.crs).geometry.hausdorff_distance(ranking.stretches.reset_index().geometry)
    assert away.max() < 0.05
    assert table["osm_name"].isna().sum() == ranking.stretches["osm_name"].isna().sum() > 0


def test_gdal_reads_steps_and_sections(made, written):
    path = written(made)
    parts = [pyogrio.read_dataframe(path, layer=layer) for layer in ("steps", "stops")]
    for part, kind in zip(parts, ("LineString", "Point"), strict=True):
        assert list(part.columns) == [*names_of(STEPS), "geometry"]
        assert set(part.geom_type) <= {kind}
    assert sorted(step for part in parts for step in part["step"]) == made.steps["step"].tolist()
    assert list(pyogrio.read_dataframe(path, layer="sections").columns) == [*names_of(SECTIONS), "geometry"]


def test_metadata_name_sources_and_date(ranking, written):
    words = pyogrio.read_info(written(ranking), layer="stretches")["layer_metadata"]
    assert OSM_ATTRIBUTION in words["attribution"]
    assert words["data_date"] == "2026-01-02"
    assert OSM_ATTRIBUTION in words["DESCRIPTION"]


def test_every_layer_has_a_default_style_on_a_column_that_it_has(ranking, made, written):
    for thing, layers in ((ranking, {"stretches"}), (made, {"steps", "stops", "sections"})):
        path = written(thing)
        found = styles(path)
        assert set(found) == layers
        for layer, text in found.items():
            renderer = ET.fromstring(text.split("\n", 1)[1]).find("renderer-v2")
            columns = list(pyogrio.read_dataframe(path, layer=layer).columns)
            assert renderer.get("attr") in columns
            root = ET.fromstring(text.split("\n", 1)[1])
            assert [a.get("field") for a in root.iter("alias")] == columns[:-1]
            used = {root.find("labeling/settings/text-style").get("fieldName")}
            used |= set(re.findall('"(\\w+)"', root.findtext("mapTip") + root.findtext("previewExpression")))
            assert used <= set(columns)
            symbols = {s.get("name") for s in renderer.find("symbols")}
            assert {item.get("symbol") for item in renderer[0]} == symbols
            assert pyogrio.read_info(path, layer=layer)["geometry_name"] == "geom"


def test_types_are_the_declared_ones_whatever_the_values(ranking, written):
    nothing = ranking.stretches.assign(osm_name=None, surface=None, beside=None, grade_pct=np.nan)
    path = written(dataclasses.replace(ranking, stretches=nothing))
    types = {"integer": "INTEGER", "number": "REAL", "text": "TEXT", "texts": "TEXT"}
    with closing(sqlite3.connect(path)) as database:
        found = {row[1]: row[2] for row in database.execute("PRAGMA table_info(stretches)")}
    for column in STRETCHES:
        assert found[column.name].startswith(types[column.type]), column.name


def test_ratings_have_the_colours_and_words_of_the_map(ranking):
    (layer,) = build_layers(ranking)
    renderer = ET.fromstring(build_qgis_style(layer).split("\n", 1)[1]).find("renderer-v2")
    labels = {item.get("value"): item.get("label") for item in renderer.find("categories")}
    assert list(labels) == list(RATINGS)
    assert labels["A"] == "A: good by the map"
    lines = [o for o in renderer.findall("symbols/symbol/layer/Option/Option") if o.get("name") == "line_color"]
    assert [o.get("value") for o in lines] == [
        "{},{},{},255".format(*bytes.fromhex(rating.colour[1:])) for rating in RATINGS.values()
    ]


def test_sqlite_finds_it_whole(made, written):
    with closing(sqlite3.connect(written(made))) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA user_version").fetchone() == (10200,), "as older programs read it, too"
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("SELECT COUNT(*) FROM gpkg_contents WHERE table_name = 'layer_styles'").fetchone() == (
            1,
        )


def test_nothing_found_is_an_empty_layer(empty, written):
    assert len(pyogrio.read_dataframe(written(empty), layer="stretches")) == 0


@pytest.mark.parametrize("text", HOSTILE, ids=id_of)
def test_hostile_text_is_only_text(ranking, made, text, written):
    table = pyogrio.read_dataframe(written(hostile_ranking(ranking, text)), layer="stretches")
    assert len(table) == len(ranking.stretches)
    assert table["name"].nunique() == 1
    assert len(table["name"].iloc[0]) <= 400
    path = written(hostile_session(made, text))
    assert sum(len(pyogrio.read_dataframe(path, layer=layer)) for layer in ("steps", "stops")) == len(made.steps)
