"""Files of editors and services are read as their makers mean them."""

from __future__ import annotations

import re

import numpy as np
import osmium
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from town import ORIGIN, lonlat, osm_xml, write_town

from saferoute.model import Area, InvalidInput, Place, PlaceNotFound
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.places.extracts import ExtractFinder

AREA = Area(Place("Town", *lonlat(0, 0)), 500.0, "EPSG:32635")
MANY = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
STREET = """
    n1 -100 0
    n2 0 0
    n3 100 0
    n4 0 80 natural=tree name=Oak
    w1 n1,n2,n3 highway=footway
    w2 n2,n4 barrier=fence
"""


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def read(*paths):
    return ExtractSource(paths).read_features(AREA, margin_m=100)


def refusal(*paths):
    with pytest.raises(InvalidInput) as error:
        read(*paths)
    assert "\n" not in str(error.value)
    return str(error.value)


def edited(plan, *, delete=(), mark='action="delete"', new=()):
    """Return a plan as XML in which some objects are marked as deleted and others have negative ids."""
    text = osm_xml(plan)
    kinds = {"n": "node", "w": "way", "r": "relation"}
    for name in delete:
        text = text.replace(f'<{kinds[name[0]]} id="{name[1:]}"', f'<{kinds[name[0]]} id="{name[1:]}" {mark}')
    for name in new:
        kind, number = kinds[name[0]], name[1:]
        text = text.replace(f'<{kind} id="{number}"', f'<{kind} id="-{number}"')
        text = text.replace(f'<member type="{kind}" ref="{number}"', f'<member type="{kind}" ref="-{number}"')
        if kind == "node":
            text = text.replace(f'<nd ref="{number}"', f'<nd ref="-{number}"')
    return text


def with_boxes(text, *boxes):
    """Return XML with boxes given in metres around the origin: west, south, east, north."""
    named = []
    for west, south, east, north in boxes:
        (left, bottom), (right, top) = lonlat(west, south), lonlat(east, north)
        named.append(f'<bounds minlat="{bottom}" minlon="{left}" maxlat="{top}" maxlon="{right}"/>')
    return re.sub(r"(<osm [^>]*>)", lambda start: start[1] + "".join(named), text)


# JOSM -------------------------------------------------------------------------


@MANY
@given(new=st.sets(st.sampled_from(["n1", "n2", "n3", "n4", "w1", "w2"])))
def test_new_objects_are_read_like_old_ones(tmp_path, new):
    plain, made = (
        read(write(tmp_path / "a.osm", osm_xml(STREET))),
        read(write(tmp_path / "b.osm", edited(STREET, new=sorted(new)))),
    )
    for name in ("ways", "points"):
        one, other = getattr(plain, name), getattr(made, name)
        expected = {-k if f"{name[0].replace('p', 'n')}{k}" in new else k for k in one["osm_id"]}
        assert set(other["osm_id"]) == expected
        assert shapely.union_all(one.geometry).equals_exact(shapely.union_all(other.geometry), 1e-6, normalize=True)
    assert set(np.concatenate(made.ways["nodes"].tolist())) == {-k if f"n{k}" in new else k for k in (1, 2, 3, 4)}


@pytest.mark.parametrize("turned", [False, True])
def test_new_objects_in_pbf_are_read_sorted_or_not(tmp_path, turned):
    source, path = write(tmp_path / "a.osm", edited(STREET, new=["n2", "w2"])), tmp_path / "a.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for kind in (osmium.osm.NODE, osmium.osm.WAY)[:: -1 if turned else 1]:
            for obj in osmium.FileProcessor(str(source), kind):
                writer.add(obj)
    ways = read(path).ways
    assert {k: list(nodes) for k, nodes in zip(ways["osm_id"], ways["nodes"], strict=True)} == {
        1: [1, -2, 3],
        -2: [-2, 4],
    }


def test_new_areas_are_read(tmp_path):
    plan = "n1 0 0\nn2 90 0\nn3 90 90\nn4 0 90\nw1 n1,n2,n3\nw2 n3,n4,n1\nw3 n1,n2 highway=path\n"
    plan += "r1 w1@outer,w2@outer type=multipolygon natural=water\n"
    areas = read(write(tmp_path / "a.osm", edited(plan, new=["n1", "n3", "w1", "r1"]))).areas
    assert areas["osm_id"].tolist() == [-1]
    assert shapely.area(areas.geometry[0]) == pytest.approx(8100, rel=0.01)


def test_new_objects_of_two_files_are_not_the_same(tmp_path):
    a = write(tmp_path / "a.osm", edited("n1 0 0\nn2 90 0\nw1 n1,n2 highway=path", new=["n1", "n2", "w1"]))
    b = write(tmp_path / "b.osm", edited("n1 0 50\nn2 90 50\nw1 n1,n2 highway=footway", new=["n1", "n2", "w1"]))
    ways = read(a, b).ways
    assert sorted(ways["highway"]) == ["footway", "path"]
    assert not set(ways["nodes"][0]) & set(ways["nodes"][1])


@pytest.mark.parametrize("mark", ['action="delete"', "action='delete' visible='true'", 'visible="false"'])
def test_deleted_ways_are_gone(tmp_path, mark):
    features = read(write(tmp_path / "a.osm", edited(STREET, delete=["w2"], mark=mark)))
    assert features.ways["osm_id"].tolist() == [1]


def test_the_use_of_deleted_objects_is_gone_too(tmp_path):
    features = read(write(tmp_path / "a.osm", edited(STREET, delete=["n2", "n4"])))
    assert [list(nodes) for nodes in features.ways["nodes"]] == [[1, 3]]
    assert not len(features.points)


def test_a_deleted_member_is_not_a_missing_one(tmp_path):
    plan = "n1 0 0\nn2 90 0\nn3 90 90\nn4 0 90\nn5 40 40\nn6 50 40\nn7 50 50\nw1 n1,n2,n3,n4,n1\nw2 n5,n6,n7,n5\n"
    plan += "w3 n1,n2 highway=path\nr1 w1@outer,w2@inner type=multipolygon natural=water\n"
    features = read(write(tmp_path / "a.osm", edited(plan, delete=["w2"])))
    assert not len(features.fragments)
    assert shapely.area(features.areas.geometry[0]) == pytest.approx(8100, rel=0.01)


def test_names_of_deleted_objects_are_not_found(tmp_path):
    path = write(tmp_path / "a.osm", edited(STREET.replace("name=Oak", ""), new=["n1"]))
    with pytest.raises(PlaceNotFound, match="nothing on this map has this name"):
        ExtractFinder([path]).find_name("Oak")
    path = write(tmp_path / "b.osm", edited(STREET, new=["n4"]))
    assert ExtractFinder([path]).find_name("Oak").lat == pytest.approx(lonlat(0, 80)[1], abs=1e-6)


def test_several_downloads_are_whole_inside_each_of_them_alone(tmp_path):
    text = with_boxes(osm_xml(STREET), (-200, -100, -40, 100), (40, -100, 200, 100))
    extent = read(write(tmp_path / "a.osm", text)).extent
    covered = [extent.covers(shapely.Point(ORIGIN[0] + x, ORIGIN[1])) for x in (-100, 0, 100)]
    assert covered == [True, False, True]


@pytest.mark.parametrize(
    "box",
    [
        '<bounds minlat="91" minlon="-200" maxlat="95" maxlon="-190"/>',
        '<bounds minlat="north" minlon="1" maxlat="2" maxlon="2"/>',
        '<bounds minlat="50" minlon="8"/>',
        '<bounds minlat="60" minlon="25" maxlat="59" maxlon="24"/>',
        '<bounds minlat="10" minlon="10" maxlat="10.01" maxlon="10.01"/>',
        '<bounds minlat="nan" minlon="nan" maxlat="nan" maxlon="nan"/>',
    ],
)
def test_boxes_that_are_none_of_this_file_are_not_trusted(tmp_path, box):
    text = re.sub(r"(<osm [^>]*>)", lambda start: start[1] + box, osm_xml(STREET))
    features = read(write(tmp_path / "a.osm", text))
    assert features.extent is None
    assert any("does not say where it was cut" in note for note in features.notes)


# Overpass and histories -------------------------------------------------------


@pytest.mark.parametrize(
    "remark", ['runtime error: Query timed out in "query" at line 3 after 26 seconds.', "  cut\n\u009b31m short "]
)
def test_answers_that_are_cut_short_are_refused(tmp_path, remark):
    path = write(tmp_path / "a.osm", osm_xml(STREET).replace("</osm>", f"<remark>{remark}</remark></osm>"))
    said = refusal(path)
    assert "cut short" in said
    assert said.isprintable()


def test_boxes_of_single_objects_are_not_those_of_the_file(tmp_path):
    text = osm_xml(STREET).replace(
        '<nd ref="1"/>', '<bounds minlat="1" minlon="1" maxlat="2" maxlon="2"/><nd ref="1"/>'
    )
    assert read(write(tmp_path / "a.osm", text)).extent is None


def history(*versions):
    """Return a footway, and a fence across it in several versions: True = it is there, False = deleted."""
    rows = []
    for number, there in enumerate(versions, start=1):
        body = '<nd ref="2"/><nd ref="4"/><tag k="barrier" v="fence"/>' if there else ""
        meta = f'version="{number}" visible="{str(there).lower()}" timestamp="2026-01-0{number}T00:00:00Z"'
        rows.append(f'<way id="2" {meta}>{body}</way>')
    return osm_xml(STREET.replace("w2 n2,n4 barrier=fence", "")).replace("</osm>", "".join(rows) + "</osm>")


@pytest.mark.parametrize("suffix", [".osm", ".osm.pbf"])
@pytest.mark.parametrize("versions", [(True,), (True, True), (True, False), (False, True), (True, False, True, False)])
def test_of_a_history_the_latest_version_counts(tmp_path, versions, suffix):
    path = write(tmp_path / "a.osm", history(*versions))
    if suffix == ".osm.pbf":
        source, path = path, tmp_path / "a.osm.pbf"
        with osmium.SimpleWriter(osmium.io.File(str(path), "osh.pbf")) as writer:
            for obj in osmium.FileProcessor(osmium.io.File(str(source), "osh")):
                writer.add(obj)
    assert (2 in read(path).ways["osm_id"].tolist()) == versions[-1]


def test_entities_are_refused(tmp_path):
    text = osm_xml(STREET).replace("<osm ", '<!DOCTYPE osm [<!ENTITY a "b">]><osm ', 1)
    assert "entities" in refusal(write(tmp_path / "a.osm", text))


# Where the map is whole -------------------------------------------------------


def grid_plan(holds):
    """Return footways 100 m apart over 2 km, without the nodes for which `holds(x, y)` is false."""
    places = [(x, y) for y in range(-1000, 1001, 100) for x in range(-1000, 1001, 100)]
    number = {place: k + 1 for k, place in enumerate(places)}
    nodes = [f"n{number[x, y]} {x} {y}" for x, y in places if holds(x, y)]
    rows = [[number[x, y] for x in range(-1000, 1001, 100)] for y in range(-1000, 1001, 100)]
    columns = [[number[x, y] for y in range(-1000, 1001, 100)] for x in range(-1000, 1001, 100)]
    ways = [f"w{k} {','.join(f'n{n}' for n in line)} highway=footway" for k, line in enumerate([*rows, *columns], 1)]
    return "\n".join([*nodes, *ways])


def extent_of(path, holds, *boxes):
    source = write(path, with_boxes(osm_xml(grid_plan(holds)), *boxes))
    return ExtractSource([source]).read_features(Area(AREA.place, 1500.0, AREA.crs), margin_m=0)


@pytest.mark.parametrize("boxes", [[(-1000, -1000, 1000, 1000)], []])
def test_beside_a_slanted_edge_the_map_is_not_whole(tmp_path, boxes):
    features = extent_of(tmp_path / "a.osm", lambda x, y: x + y <= 50, *boxes)
    for x in range(-700, 701, 100):
        beside, inside = (shapely.Point(ORIGIN[0] + x + d, ORIGIN[1] - x + d) for d in (0, -150))
        assert not features.extent.covers(beside)
        assert features.extent.covers(inside)
    assert any("break off" in note for note in features.notes)


def test_edges_of_the_named_box_explain_why_ways_break_off(tmp_path):
    box = (-650, -1000, 650, 1000)
    features = extent_of(tmp_path / "a.osm", lambda x, _: abs(x) < 650, box)
    assert not any("break off" in note for note in features.notes)
    assert features.extent.equals(extent_of(tmp_path / "b.osm", lambda *_: True, box).extent)


def test_another_file_that_is_whole_there_settles_it(tmp_path):
    box = (-1000, -1000, 1000, 1000)
    part = write(tmp_path / "part.osm", with_boxes(osm_xml(grid_plan(lambda x, y: x + y <= 50)), box))
    whole = write(tmp_path / "whole.osm", with_boxes(osm_xml(grid_plan(lambda *_: True)), box))
    assert read(part, whole).extent.equals(read(whole).extent)


@pytest.mark.parametrize("suffix", [".osm", ".osm.pbf"])
def test_ways_without_two_nodes_in_hand_are_counted(tmp_path, suffix):
    plan = STREET + "w7 n1,n99 highway=path\nw8 n98,n97 highway=path\nw9 n3 highway=path\n"
    notes = read(write_town(tmp_path / f"a{suffix}", plan)).notes
    assert any(note.startswith("3 ways of the extract are not read") for note in notes)


@pytest.mark.parametrize("encoding", ["UTF-9", "hex", "utf1e44", "undefined", "utf-7"])
def test_an_encoding_that_nobody_knows_is_refused_in_one_line(tmp_path, encoding):
    whole = osm_xml("n1 0 0\nn2 90 0\nw1 n1,n2 highway=path")
    path = tmp_path / "town.osm"
    path.write_text(whole.replace("encoding='UTF-8'", f"encoding='{encoding}'"))
    with pytest.raises(InvalidInput, match="not a whole OpenStreetMap extract"):
        ExtractSource([path]).read_tables()
