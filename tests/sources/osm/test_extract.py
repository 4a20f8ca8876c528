"""Extracts of every format give the same tables; broken ones give one plain line."""

from __future__ import annotations

import bz2
import gzip

import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from pyproj import Transformer
from town import ORIGIN, lonlat, osm_xml, write_town

from saferoute.model import Area, InvalidInput, Place, PlaceNotFound
from saferoute.osm import keys
from saferoute.sources.osm.extract import SUFFIXES, ExtractSource, bounding_box, box_around

CRS = "EPSG:32635"
PLACE = Place("Town", *lonlat(0, 0))
AREA = Area(PLACE, 500.0, CRS)

TOWN = """
    n1 0 0
    n2 100 0
    n3 100 100
    n4 0 100
    n5 40 40
    n6 60 40
    n7 60 60
    n8 40 60
    n9 50 20 natural=tree
    n10 70 20 amenity=bench name=Ä<&>ö
    w1 n1,n2,n3,n4,n1
    w2 n5,n6,n7,n8,n5
    w3 n1,n2 highway=footway surface=sand;gravel name="A  b"
    w4 n2,n3,n4 waterway=stream
    w5 n5,n6,n7,n5 building=yes
    r1 w1@outer,w2@inner type=multipolygon natural=beach surface=sand
"""
SQUARE = """
    n1 0 0
    n2 100 0
    n3 100 100
    n4 0 100
    w1 n1,n2,n3,n4,n1
"""


def read(path, plan, **placed):
    return ExtractSource([write_town(path, plan, **placed)]).read_features(AREA, margin_m=100)


def write_bz2(path, plan):
    path.write_bytes(bz2.compress(osm_xml(plan).encode()))
    return path


@pytest.mark.parametrize("suffix", [".osm.gz", ".osm.bz2", ".osm.pbf", ".pbf", ".OSM.PBF"])
def test_every_format_gives_the_tables_of_plain_xml(tmp_path, suffix):
    path = tmp_path / f"town{suffix}"
    if suffix == ".osm.bz2":
        write_bz2(path, TOWN)
    elif suffix.isupper():
        write_town(tmp_path / "town.osm.pbf", TOWN).rename(path)
    else:
        write_town(path, TOWN)
    one, other = read(tmp_path / "plain.osm", TOWN), ExtractSource([path]).read_features(AREA, margin_m=100)
    assert (len(one.ways), len(one.areas), len(one.points)) == (2, 2, 2)
    for name in ("ways", "areas", "points"):
        assert_geodataframe_equal(getattr(one, name).to_geodataframe(), getattr(other, name).to_geodataframe())
    assert one.data_date == other.data_date == "2026-01-02"


def test_tags_arrive_as_they_were_written(tmp_path):
    features = read(tmp_path / "town.osm", TOWN)
    walk = features.ways.to_geodataframe().set_index("osm_id").loc[3]
    assert (walk["surface"], walk["name"]) == ("sand;gravel", "A  b")
    assert pd.isna(walk["width"])
    assert features.points.to_geodataframe().set_index("osm_id").loc[10, "name"] == "Ä<&>ö"


def test_tables_have_a_column_for_every_tag_they_promise(tmp_path):
    features = read(tmp_path / "town.osm", "n1 0 0\nn2 9 0\nw1 n1,n2 highway=path")
    assert {*keys.WAY_TAGS, "osm_type", "osm_id", "nodes", "geometry"} == set(features.ways.to_geodataframe())
    assert {*keys.AREA_TAGS, "osm_type", "osm_id", "geometry"} == set(features.areas.to_geodataframe())
    assert {*keys.POINT_TAGS, "osm_type", "osm_id", "geometry"} == set(features.points.to_geodataframe())


def test_multipolygon_keeps_its_hole(tmp_path):
    beach = read(tmp_path / "town.osm", TOWN).areas.to_geodataframe().query("natural == 'beach'").iloc[0]
    assert (beach["osm_type"], beach["osm_id"]) == ("relation", 1)
    assert beach.geometry.area == pytest.approx(100 * 100 - 20 * 20, rel=1e-3)
    assert not beach.geometry.contains(shapely.Point(*middle(50, 50)))


def middle(x, y):
    return ORIGIN[0] + x, ORIGIN[1] + y


def test_closed_highway_without_area_yes_is_a_line(tmp_path):
    features = read(tmp_path / "town.osm", SQUARE.rstrip() + " highway=pedestrian")
    assert shapely.length(features.ways.geometry).tolist() == pytest.approx([400], rel=1e-3)
    assert not len(features.areas)


def test_closed_highway_with_area_yes_is_an_area(tmp_path):
    walk = "\nn11 0 -50\nn12 9 -50\nw9 n11,n12 highway=path"
    features = read(tmp_path / "town.osm", SQUARE.rstrip() + " highway=pedestrian area=yes" + walk)
    assert features.ways["osm_id"].tolist() == [9]
    assert shapely.area(features.areas.geometry).tolist() == pytest.approx([10_000], rel=1e-3)


def test_running_track_is_both_a_line_and_an_area(tmp_path):
    features = read(tmp_path / "town.osm", SQUARE.rstrip() + " leisure=track")
    assert (len(features.ways), len(features.areas)) == (1, 1)


@pytest.mark.parametrize("suffix", [".osm", ".osm.pbf"])
def test_way_cut_by_a_missing_node_is_kept_in_pieces_with_their_own_nodes(tmp_path, suffix):
    plan = """
        n1 0 0
        n2 10 0
        n3 20 5
        n5 40 0
        n6 50 0
        n8 70 0
        w1 n1,n2,n3,n4,n5,n6,n7,n8 highway=footway
    """
    ways = read(tmp_path / f"town{suffix}", plan).ways.to_geodataframe().sort_values("nodes", key=lambda s: s.str[0])
    assert [nodes.tolist() for nodes in ways["nodes"]] == [[1, 2, 3], [5, 6]]
    for line, xs in zip(ways.geometry, ([0, 10, 20], [40, 50]), strict=True):
        assert [x - middle(0, 0)[0] for x, _ in line.coords] == pytest.approx(xs, abs=0.02)


def test_vertices_match_node_ids_even_where_a_node_stands_twice(tmp_path):
    ways = read(tmp_path / "town.osm", "n1 0 0\nn2 10 0\nn3 20 0\nw1 n1,n2,n2,n3,n1 highway=path").ways
    assert [nodes.tolist() for nodes in ways["nodes"]] == [[1, 2, 2, 3, 1]]
    assert shapely.get_num_coordinates(ways.geometry).tolist() == [5]


def test_lines_without_length_are_dropped(tmp_path):
    plan = "n1 0 0\nn2 10 0\nn3 0 0\nw1 n1,n2 highway=path\nw2 n1,n3 highway=path\nw3 n1 highway=path"
    assert read(tmp_path / "town.osm", plan).ways["osm_id"].tolist() == [1]


def test_files_that_overlap_hold_every_object_once(tmp_path):
    more = TOWN + "n11 200 0\nw6 n2,n11 highway=path"
    one = write_town(tmp_path / "one.osm", TOWN)
    two = write_town(tmp_path / "two.osm.pbf", more)
    both = ExtractSource([one, two]).read_features(AREA, margin_m=100)
    alone = ExtractSource([two]).read_features(AREA, margin_m=100)
    for name in ("ways", "areas", "points"):
        assert_geodataframe_equal(getattr(both, name).to_geodataframe(), getattr(alone, name).to_geodataframe())


def test_way_of_two_versions_is_taken_from_one_file_alone(tmp_path):
    nodes = [f"n{k} {10 * k} {k % 2}" for k in range(1, 7)]
    old = write_town(tmp_path / "old.osm", "\n".join([*nodes, "w1 n1,n3,n5 highway=footway"]))
    new = write_town(tmp_path / "new.osm", "\n".join([*nodes, "w1 n2,n3,n4,n6 highway=path"]))
    ways = ExtractSource([old, new]).read_features(AREA, margin_m=100).ways
    assert [nodes.tolist() for nodes in ways["nodes"]] == [[2, 3, 4, 6]]


@pytest.mark.parametrize("order", [1, -1])
def test_way_that_one_file_cuts_is_taken_whole_from_the_other(tmp_path, order):
    nodes = [f"n{k} {10 * k} 0" for k in range(1, 7)]
    way = "w1 n1,n2,n3,n4,n5,n6 highway=footway"
    whole = write_town(tmp_path / "whole.osm", "\n".join([*nodes, way]))
    cut = write_town(tmp_path / "cut.osm", "\n".join([*nodes[:2], *nodes[3:], way]))
    ways = ExtractSource([whole, cut][::order]).read_features(AREA, margin_m=100).ways
    assert [nodes.tolist() for nodes in ways["nodes"]] == [[1, 2, 3, 4, 5, 6]]


def test_two_files_give_the_older_date(tmp_path):
    old = tmp_path / "old.osm"
    old.write_text(osm_xml(TOWN).replace("2026-01-02", "2019-07-08"), encoding="utf-8")
    source = ExtractSource([write_town(tmp_path / "new.osm", TOWN), old])
    assert source.read_features(AREA, margin_m=0).data_date == "2019-07-08"


def test_date_of_the_header_goes_before_that_of_objects(tmp_path):
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", "2026-05-06T20:00:00Z")
    plain, dated = write_town(tmp_path / "town.osm", TOWN), tmp_path / "dated.osm.pbf"
    with osmium.SimpleWriter(str(dated), header=header) as writer:
        for obj in osmium.FileProcessor(str(plain)):
            writer.add(obj)
    assert ExtractSource([dated]).read_features(AREA, margin_m=0).data_date == "2026-05-06"


def test_date_is_unknown_where_no_object_has_one(tmp_path):
    path = tmp_path / "undated.osm"
    path.write_text(osm_xml(TOWN).replace(' timestamp="2026-01-02T03:04:05Z"', ""), encoding="utf-8")
    assert ExtractSource([path]).read_features(AREA, margin_m=0).data_date is None


def with_bounds(path, plan, corners):
    """Write a town whose header says that it reaches from one corner to the other."""
    (west, south), (east, north) = (lonlat(*corner) for corner in corners)
    bounds = f"<bounds minlon='{west}' minlat='{south}' maxlon='{east}' maxlat='{north}'/>"
    path.write_text(osm_xml(plan).replace("generator='town'>", f"generator='town'>{bounds}"), encoding="utf-8")
    return path


def test_box_of_the_header_says_where_the_map_is_whole(tmp_path):
    path = with_bounds(tmp_path / "town.osm", TOWN, [(-10, -10), (150, 150)])
    features = ExtractSource([path]).read_features(AREA, margin_m=0)
    corners = np.array(features.extent.envelope.bounds).reshape(2, 2) - ORIGIN
    np.testing.assert_allclose(corners, [[-10, -10], [150, 150]], atol=5)  # meridians lean by 1.7°
    assert features.notes == ()


@pytest.mark.parametrize("corners", [None, [(-5000, -5000), (5000, 5000)]], ids=["none", "far too large"])
def test_header_without_a_likely_box_leaves_the_edge_unknown_and_says_so(tmp_path, corners):
    path = tmp_path / "town.osm"
    if corners:
        with_bounds(path, TOWN, corners)
    else:
        write_town(path, TOWN)
    features = ExtractSource([path]).read_features(AREA, margin_m=0)
    assert features.extent is None
    assert any("does not say where it was cut" in note for note in features.notes)


def test_margin_widens_what_is_read(tmp_path):
    plan = "n1 0 0\nn2 10 0\nn3 700 0\nn4 710 0\nw1 n1,n2 highway=path\nw2 n3,n4 highway=path"
    source = ExtractSource([write_town(tmp_path / "town.osm", plan)])
    assert source.read_features(AREA, margin_m=0).ways["osm_id"].tolist() == [1]
    assert source.read_features(AREA, margin_m=300).ways["osm_id"].tolist() == [1, 2]


@pytest.mark.parametrize("turn_deg", [0, 37, 200])
def test_lengths_are_metres_whatever_the_direction(tmp_path, turn_deg):
    ways = read(tmp_path / "town.osm", "n1 0 0\nn2 300 0\nw1 n1,n2 highway=path", turn_deg=turn_deg).ways
    assert shapely.length(ways.geometry).tolist() == pytest.approx([300], abs=0.05)


def bad_files(folder, sample):
    whole = (sample / "helsinki.osm.pbf").read_bytes()
    xml = osm_xml(TOWN).encode()
    contents = {
        "empty.osm.pbf": b"",
        "half.osm.pbf": whole[: len(whole) // 2],
        "text.osm.pbf": b"This is no extract.\n" * 50,
        "text.osm": b"This is no extract.\n" * 50,
        "half.osm": xml[: len(xml) // 2],
        "half.osm.gz": gzip.compress(xml)[:-200],
        "half.osm.bz2": bz2.compress(xml)[:-200],
        "page.osm.gz": b"<html>Too many requests</html>",
        "list.geojson": b"{}",
        "nodes.osm": osm_xml("n1 0 0 natural=tree").encode(),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    (folder / "folder.osm").mkdir()


@pytest.mark.parametrize(
    "name",
    [
        "missing.osm.pbf", "empty.osm.pbf", "half.osm.pbf", "text.osm.pbf", "text.osm", "half.osm", "half.osm.gz",
        "half.osm.bz2", "page.osm.gz", "list.geojson", "nodes.osm", "folder.osm",
    ],
)  # fmt: skip
def test_bad_file_is_refused_in_one_line_that_names_it(tmp_path, sample, name):
    bad_files(tmp_path, sample)
    with pytest.raises(InvalidInput) as error:
        ExtractSource([tmp_path / name]).read_tables()
    assert str(tmp_path / name) in str(error.value)
    assert "\n" not in str(error.value)


def test_every_suffix_that_is_offered_is_taken(tmp_path):
    for suffix in SUFFIXES:
        (tmp_path / f"x{suffix}").write_bytes(b"x")
        assert ExtractSource([tmp_path / f"x{suffix}"]).paths


def test_place_outside_is_not_found_and_told_where_the_data_are(tmp_path):
    source = ExtractSource([write_town(tmp_path / "town.osm", TOWN)])
    with pytest.raises(PlaceNotFound, match=r"10\.00000,20\.00000 lies outside the data.*latitude 59\.999 to 60\.000"):
        source.read_features(Area(Place("far", 20.0, 10.0), 500, "EPSG:32634"), margin_m=100)


def test_swapped_order_is_noticed(tmp_path):
    source = ExtractSource([write_town(tmp_path / "town.osm", TOWN)])
    with pytest.raises(PlaceNotFound, match="did you write lon,lat"):
        source.read_features(Area(Place("swapped", *lonlat(50, 50)[::-1]), 500, "EPSG:32638"), margin_m=100)


def test_a_box_at_a_pole_is_refused():
    with pytest.raises(InvalidInput, match="pole"):
        bounding_box(Place("pole", 0.0, -89.5), 100)


def test_a_box_is_as_wide_as_it_is_high():
    west, south, east, north = bounding_box(PLACE, 1000)
    assert (east - west) * 111_320 * np.cos(np.radians(PLACE.lat)) == pytest.approx(2000, rel=0.01)
    assert (north - south) * 111_320 == pytest.approx(2000, rel=0.01)


@pytest.mark.parametrize("lon", [24.0, 29.9, 180.0])
def test_a_box_around_a_rectangle_holds_its_corners_and_little_more(lon):
    area = Area(Place("", lon, 60.0), 1001.0, "EPSG:32635" if lon < 100 else "EPSG:32660", (1000.0, 40.0))
    to_metres = Transformer.from_crs("EPSG:4326", area.crs, always_xy=True)
    x, y = to_metres.transform(lon, 60.0)
    west, south, east, north = box_around(area, 60.0)
    for dx, dy in [(-1060, -100), (-1060, 100), (1060, -100), (1060, 100)]:
        corner = to_metres.transform(x + dx, y + dy, direction="INVERSE")
        assert west - 1e-12 <= (corner[0] if lon < 100 else corner[0] % 360) <= east + 1e-12
        assert south - 1e-12 <= corner[1] <= north + 1e-12
    if lon < 100:  # UTM is turned by up to 2.6° here; at the antimeridian the circle's box does
        assert (north - south) * 111_320 < 2 * (100 + 1060 * np.sin(np.radians(2.7)))


def test_sample_has_every_highway_that_a_plain_reader_counts(sample):
    path = sample / "helsinki.osm.pbf"
    ids = {
        obj.id
        for obj in osmium.FileProcessor(str(path)).with_locations()
        if obj.is_way()
        and "highway" in obj.tags
        and obj.tags.get("area") != "yes"
        and len({(node.lon, node.lat) for node in obj.nodes if node.location.valid()}) > 1
    }
    ways = ExtractSource([path]).read_tables().ways.to_geodataframe()
    highways = ways[ways["highway"].notna()]
    assert set(highways["osm_id"]) == ids
    assert (ways["nodes"].map(len) == ways.geometry.count_coordinates()).all()


def test_sample_as_second_file_changes_nothing(sample):
    path = sample / "helsinki.osm.pbf"
    one, twice = ExtractSource([path]).read_tables(), ExtractSource([path, path]).read_tables()
    assert_geodataframe_equal(one.ways.to_geodataframe(), twice.ways.to_geodataframe())
    assert_geodataframe_equal(one.areas.to_geodataframe(), twice.areas.to_geodataframe())


@pytest.mark.slow
def test_extract_compressed_by_somebody_else_opens(shared_data):
    tables = ExtractSource([shared_data / "hostile" / "West-Oakland.osm.bz2"]).read_tables()
    assert len(tables.ways) > 0
    assert shapely.total_bounds(tables.ways.geometry)[:2] == pytest.approx([-122.3, 37.8], abs=0.1)


@pytest.mark.slow
def test_overlapping_extracts_of_one_city_hold_every_way_once(shared_data, sample):
    centre, small = shared_data / "helsinki" / "helsinki-centre.osm.pbf", sample / "helsinki.osm.pbf"
    both, new, old = (
        ExtractSource(paths).read_tables().ways.to_geodataframe() for paths in ([centre, small], [centre], [small])
    )
    assert set(both["osm_id"]) == set(new["osm_id"]) | set(old["osm_id"])
    pieces = both["osm_id"].value_counts()
    alone = new["osm_id"].value_counts().combine(old["osm_id"].value_counts(), max, 0)
    assert (pieces <= alone[pieces.index]).all()


UNSORTED = {
    "ids that do not rise": "n2 9 0\nn1 0 0\nw2 n1,n2 highway=path\nw1 n1,n2 highway=footway",
    "an object twice": "n1 0 0\nn2 9 0\nw1 n1,n2 highway=footway\nw1 n1,n2 highway=footway\nw2 n1,n2 highway=path",
}


@pytest.mark.parametrize("plan", UNSORTED.values(), ids=UNSORTED)
@pytest.mark.parametrize("suffix", [".osm", ".osm.gz", ".osm.bz2", ".OSM"])
def test_unsorted_xml_gives_the_same_ways(tmp_path, plan, suffix):
    text = osm_xml(plan).encode()
    packed = {".osm.gz": gzip.compress, ".osm.bz2": bz2.compress}.get(suffix, bytes)(text)
    path = tmp_path / f"town{suffix}"
    path.write_bytes(packed)
    ways = ExtractSource([path]).read_tables().ways
    assert list(zip(ways["osm_id"], ways["highway"], strict=True)) == [(1, "footway"), (2, "path")]


def test_ways_before_their_nodes_keep_their_place(tmp_path):
    lines = osm_xml("n1 0 0\nn2 90 0\nw1 n1,n2 highway=path").splitlines()
    nodes, ways = ([line for line in lines if line.startswith(f"<{kind}")] for kind in ("node", "way"))
    path = tmp_path / "town.osm"
    path.write_text("\n".join([*lines[:2], *ways, *nodes, "</osm>"]))
    assert shapely.get_num_coordinates(ExtractSource([path]).read_tables().ways.geometry).tolist() == [2]
