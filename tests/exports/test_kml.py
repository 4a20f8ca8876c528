"""KML is read by GDAL, and shows strangers' text as text even where texts are HTML."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pyogrio
import pytest
from strangers import HOSTILE, hostile_ranking, hostile_session, id_of

from saferoute.exports.kml import to_kml
from saferoute.model import CAUTION, OSM_ATTRIBUTION

KML = "{http://www.opengis.net/kml/2.2}"


READ = {"string": str, "double": float, "int": int, "bool": {"0": False, "1": True}.__getitem__}
"""Reads a value of each type of KML; not all versions of GDAL read them."""


def read(thing, folder, layer):
    path = folder / "x.kml"
    path.write_text(to_kml(thing), encoding="utf-8")
    return pyogrio.read_dataframe(path, layer=layer)


def test_gdal_reads_every_stretch_where_it_is(ranking, tmp_path):
    table = read(ranking, tmp_path, "stretches")
    assert len(table) == len(ranking.stretches)
    away = table.to_crs(ranking.area.crs).geometry.hausdorff_distance(ranking.stretches.reset_index().geometry)
    assert away.max() < 0.05


def test_gdal_reads_every_step_and_section(made, tmp_path):
    assert len(read(made, tmp_path, "sections")) == len(made.sections)
    assert [name.split()[0] for name in read(made, tmp_path, "steps")["Name"]] == [str(s) for s in made.steps["step"]]


def test_numbers_stand_beside_the_lines(ranking):
    root = ET.fromstring(to_kml(ranking))
    marks = list(root.iter(f"{KML}Placemark"))
    for mark, score in zip(marks, ranking.stretches["score"], strict=True):
        data = {d.get("name"): d.text for d in mark.iter(f"{KML}SimpleData")}
        assert float(data["score"]) == pytest.approx(score, abs=5e-4)
        assert "nan" not in data.values()


def test_every_value_has_its_declared_type_and_every_line_a_description(ranking, made):
    for thing in (ranking, made):
        root = ET.fromstring(to_kml(thing))
        types = {s.get("id"): {f.get("name"): f.get("type") for f in s} for s in root.iter(f"{KML}Schema")}
        if thing is ranking:
            assert types["stretches"].items() >= {"score": "double", "rank": "int"}.items()
        for data in root.iter(f"{KML}SchemaData"):
            for value in data:
                READ[types[data.get("schemaUrl")[1:]][value.get("name")]](value.text)
        assert all(mark.find(f"{KML}description").text for mark in root.iter(f"{KML}Placemark"))


def test_sources_and_caution_stand_in_the_document(made):
    words = ET.fromstring(to_kml(made)).find(f"{KML}Document/{KML}description").text
    assert OSM_ATTRIBUTION in words
    assert CAUTION in words


def test_every_line_has_a_style_that_is_there(made, ranking):
    for thing in (made, ranking):
        root = ET.fromstring(to_kml(thing))
        styles = {f"#{s.get('id')}" for s in root.iter(f"{KML}Style")}
        assert {u.text for u in root.iter(f"{KML}styleUrl")} <= styles


def test_nothing_found_is_a_document_without_placemarks(empty):
    assert not list(ET.fromstring(to_kml(empty)).iter(f"{KML}Placemark"))


@pytest.mark.parametrize("text", HOSTILE, ids=id_of)
def test_hostile_text_is_only_text(ranking, made, text):
    for thing in (hostile_ranking(ranking, text), hostile_session(made, text)):
        root = ET.fromstring(to_kml(thing))
        for element in root.iter():
            # A viewer takes these for HTML and for entities of its own.
            assert not set("<>$") & set(element.text or "")
        rows = len(thing.stretches) if thing.__class__.__name__ == "Ranking" else len(thing.steps) + len(thing.sections)
        assert len(list(root.iter(f"{KML}Placemark"))) == rows
