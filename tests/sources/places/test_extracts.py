"""A name, an address or the number of an object becomes a point in the extract, or one line that says why not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from town import lonlat, write_town

from saferoute.model import InvalidInput, PlaceNotFound
from saferoute.search import Query
from saferoute.sources.places.extracts import ExtractFinder
from saferoute.sources.places.matching import Wanted
from saferoute.sources.places.resolve import find_place

TOWN = """
    n1 0 0
    n2 100 0
    n3 100 100
    n4 0 100
    n5 2000 0
    n6 2050 0
    n7 2000 50
    n8 3000 0 amenity=cafe name="Rose Garden"
    n9 40 90 amenity=bench name="Old Garden Bench"
    n11 0 3000 place=locality name="New Name" old_name=Kauppatori
    n10 500 500 place=square name="Kauppatori" name:sv="Salutorget" alt_name="Market Square"
    w1 n1,n2,n3,n4,n1 leisure=park name="Rose Garden"
    w2 n5,n6,n7,n5 leisure=park name="Rose Garden"
    w3 n1,n3 highway=footway name="Rose Garden"
    w4 n5,n6 highway=footway name="Rose Garden Path"
    w5 n1,n99 highway=footway name="Cut Lane"
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return [write_town(tmp_path_factory.mktemp("town") / "town.osm", TOWN)]


LONG = """
    n1 -2000 0
    n2 2000 0
    n3 2000 400
    n4 -2000 400
    n5 -3000 9000
    n6 3000 9000
    n7 3000 9400
    n8 -3000 9400
    n9 -1900 100
    n10 -1800 100
    w1 n1,n2,n3,n4,n1 leisure=park name="Long Park"
    w2 n1,n2,n3,n4,n1 boundary=administrative name="Long Town"
    w3 n5,n6,n7,n8,n5 leisure=park name="Too Long Park"
    w4 n9,n10 highway=footway name="Far Walk"
    r1 w1@outer type=multipolygon place=island name="Long Island"
    r2 w1@outer,w99@outer type=multipolygon place=island name="Cut Island"
"""


@pytest.mark.parametrize(
    ("name", "reach_m"),
    [("Long Park", 2010), ("Long Island", 2010), ("Long Town", 0), ("Too Long Park", 0), ("Cut Island", 0)],
)
def test_reach_of_ground_is_told_and_that_of_no_town_nor_of_a_part(tmp_path, name, reach_m):
    assert find_name(name, [write_town(tmp_path / "long.osm", LONG)]).reach_m == pytest.approx(reach_m, abs=25)


def test_large_park_is_searched_over_all_of_itself(tmp_path, logged):
    town = write_town(tmp_path / "long.osm", LONG)
    assert Query.open("Long Park", osm=town).area.radius_m == pytest.approx(2010, abs=25)
    assert "Long Park is searched over all of itself" in logged[-1]
    assert Query.open("Long Park", osm=town, radius_m=300).area.radius_m == 300
    assert Query.open("Long Town", osm=town).area.radius_m == 1500


def find_name(text, paths, pick=None):
    return ExtractFinder(paths).find_name(text, pick)


def test_whole_name_beats_its_beginning_and_areas_beat_points_and_lines(town):
    place = find_name("Rose Garden", town)
    assert place.name == "Rose Garden"
    west, south = lonlat(0, 0)
    east, north = lonlat(100, 100)
    assert west < place.lon < east
    assert south < place.lat < north


def test_case_and_spaces_do_not_matter(town):
    assert find_name("  rose   GARDEN ", town) == find_name("Rose Garden", town)


def test_beginning_of_a_name_beats_a_part_of_one(town):
    assert find_name("Old", town).name == "Old Garden Bench"
    assert find_name("Rose Garden P", town).name == "Rose Garden Path"
    assert find_name("Bench", town).name == "Old Garden Bench"


def test_matches_far_away_are_listed_and_near_ones_are_not(town):
    others = find_name("Rose Garden", town).others
    assert len(others) == 2
    lon, lat = lonlat(3000, 0)
    assert f"Rose Garden, cafe ({lat:.5f},{lon:.5f}), 3.0 km away" in others


def test_names_in_other_languages_are_known(town):
    assert find_name("Salutorget", town).name == "Kauppatori"
    assert find_name("market square", town).name == "Kauppatori"


def test_name_beats_an_old_name(town):
    place = find_name("Kauppatori", town)
    assert (place.name, place.others) == ("Kauppatori", ())


def test_misspelt_name_is_offered_the_right_one(town):
    with pytest.raises(PlaceNotFound, match=r"'Kaupatori': nothing on this map has this name; did you mean Kauppatori"):
        find_name("Kaupatori", town)


def test_unheard_of_name_is_sent_to_coordinates(town):
    with pytest.raises(PlaceNotFound, match="give coordinates, as in"):
        find_name("Xyzzy", town)


def test_line_that_the_extract_cuts_is_where_what_is_left_of_it_lies(town, caplog):
    place = find_name("Cut Lane", town)
    assert (place.lon, place.lat) == pytest.approx(lonlat(0, 0), abs=1e-6)
    assert "Cut Lane is in the extract only in part" in caplog.text


def test_empty_name_is_refused(town):
    with pytest.raises(InvalidInput, match="no letter or digit"):
        find_name(" – ", town)


def test_multipolygon_is_found_by_its_name_inside_of_it(tmp_path):
    plan = """
        n1 0 0
        n2 100 0
        n3 100 100
        n4 0 100
        n5 10 10
        n6 90 10
        n7 90 90
        n8 10 90
        w1 n1,n2,n3,n4,n1
        w2 n5,n6,n7,n8,n5
        r1 w1@outer,w2@inner type=multipolygon leisure=park name=Ring
    """
    place = find_name("Ring", [write_town(tmp_path / "town.osm.pbf", plan)])
    west, south = lonlat(10, 10)
    east, north = lonlat(90, 90)
    assert not (west < place.lon < east and south < place.lat < north)


def test_several_extracts_are_searched(tmp_path, town):
    other = write_town(tmp_path / "other.osm", "n1 0 0 place=square name=Elsewhere")
    assert find_name("Elsewhere", [*town, other]).name == "Elsewhere"


def test_broken_extract_is_named(tmp_path):
    (tmp_path / "text.osm.pbf").write_bytes(b"This is no extract.\n" * 50)
    with pytest.raises(InvalidInput, match=r"text\.osm\.pbf: not a whole OpenStreetMap extract"):
        find_name("Ring", [tmp_path / "text.osm.pbf"])


def test_park_of_the_bundled_region_is_found(sample):
    place = find_name("kaisaniemi", [sample / "helsinki.osm.pbf"])
    assert place.name.startswith("Kaisaniem")
    assert (place.lat, place.lon) == (pytest.approx(60.174, abs=0.004), pytest.approx(24.945, abs=0.006))


PARTS = """
    n1 0 0
    n2 100 0
    n3 100 100
    n4 0 100
    n5 800 0
    n6 800 40
    w1 n1,n2,n3
    w2 n3,n4,n1
    w3 n5,n6
    r1 w1@outer,w9@outer type=multipolygon leisure=park name="Half Park"
    r2 w1@outer,w2@outer type=multipolygon leisure=park name="Whole Park"
    r3 w3@,n4@ type=route route=hiking name="Long Trail"
    r4 w98@,w99@ type=boundary boundary=administrative name="Far County"
"""


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    return [write_town(tmp_path_factory.mktemp("parts") / "parts.osm.pbf", PARTS)]


def test_relation_of_which_members_are_missing_is_found_by_the_rest(parts, caplog):
    place = find_name("half park", parts)
    west, south = lonlat(0, 0)
    east, north = lonlat(100, 100)
    assert west < place.lon < east
    assert south < place.lat < north
    assert "Half Park is in the extract only in part" in caplog.text


def test_relation_that_is_no_area_is_found_and_not_called_cut(parts, caplog):
    assert find_name("Long Trail", parts).name == "Long Trail"
    assert not caplog.text


def test_object_without_any_point_says_so_and_is_not_offered_itself(parts):
    with pytest.raises(PlaceNotFound, match="holds its name, but no point of it") as raised:
        find_name("Far County", parts)
    assert "did you mean" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "x", "y", "name"),
    [
        ("node/5", 800, 0, "node/5"),
        ("way/3", 800, 20, "way/3"),
        ("https://www.openstreetmap.org/relation/2#map=15/1.0/2.0", 50, 50, "Whole Park"),
    ],
)
def test_object_is_found_by_its_number(parts, text, x, y, name):
    place = find_place(text, ExtractFinder(parts))
    assert place.name == name
    assert (place.lon, place.lat) == pytest.approx(lonlat(x, y), abs=7e-4)


def test_object_that_is_not_there_is_told_or_its_map_is_taken(parts, caplog):
    with pytest.raises(PlaceNotFound, match="way/77 is not in the extract; give lat,lon"):
        find_place("way/77", ExtractFinder(parts))
    place = find_place("osm.org/way/77#map=15/60.5/24.5", ExtractFinder(parts))
    assert (place.lat, place.lon) == (60.5, 24.5)
    assert "the middle of the map in the address is taken" in caplog.text


STREETS = """
    n1 0 0 addr:street="Große Hauptstraße" addr:housenumber=12 addr:city=Alt-Weiler
    n2 0 50 addr:street="Große Hauptstraße" addr:housenumber="12 a"
    n3 9000 0 addr:street="Große Hauptstraße" addr:housenumber=12 addr:city=Neustadt addr:postcode=99123
    n4 0 900 addr:place=Sägemühle addr:housenumber="5;7"
    n5 300 0
    n6 340 0
    n7 340 40
    n8 0 1500 amenity=cafe name="Café Łódź" addr:street="Rue de l'Église" addr:housenumber=3bis
    n9 0 2500 place=square name="Cafe Lodz"
    w1 n5,n6,n7,n5 building=yes addr:street="Straße des 17. Juni" addr:housenumber=135
"""


@pytest.fixture(scope="module")
def streets(tmp_path_factory):
    return [write_town(tmp_path_factory.mktemp("streets") / "streets.osm.pbf", STREETS)]


@pytest.mark.parametrize(
    ("text", "name", "x", "y"),
    [
        ("Große Hauptstraße 12", "Große Hauptstraße 12", 0, 0),
        ("grosse hauptstrasse 12, Alt-Weiler", "Große Hauptstraße 12", 0, 0),
        ("12 Große Hauptstr., Neustadt", "Große Hauptstraße 12", 9000, 0),
        ("Große Hauptstraße 12, 99123 Neustadt", "Große Hauptstraße 12", 9000, 0),
        ("Große Hauptstraße 12a", "Große Hauptstraße 12 a", 0, 50),
        ("Sagemuhle 7", "Sägemühle 5;7", 0, 900),
        ("Straße des 17. Juni 135, Berlin", "Straße des 17. Juni 135", 326, 13),
        ("3bis rue de l’eglise", "Rue de l'Église 3bis", 0, 1500),
    ],
)
def test_house_is_found_by_its_address(streets, text, name, x, y):
    place = find_name(text, streets)
    assert place.name == name
    assert (place.lon, place.lat) == pytest.approx(lonlat(x, y), abs=2e-4)


def test_house_in_another_town_is_not_taken_for_it(streets):
    with pytest.raises(PlaceNotFound):
        find_name("Große Hauptstraße 135, Neustadt", streets)
    assert find_name("Große Hauptstraße 12, Neustadt", streets).lon > lonlat(8000, 0)[0]


def test_number_with_a_letter_stands_for_the_number_alone_but_not_for_another_letter(streets):
    assert find_name("Rue de l'Église 3", streets).name == "Rue de l'Église 3bis"
    with pytest.raises(PlaceNotFound):
        find_name("Rue de l'Église 3a", streets)


def test_missing_house_is_offered_others_of_its_street(streets):
    with pytest.raises(PlaceNotFound, match="did you mean Große Hauptstraße 12"):
        find_name("Grosse Hauptstrasse 14", streets)


def test_accents_are_folded_and_right_ones_count_more(streets):
    assert find_name("Café Łódź", streets).name == "Café Łódź"
    assert find_name("CAFE LODZ", streets).name == "Cafe Lodz"
    assert find_name("lodz café", streets).name in {"Café Łódź", "Cafe Lodz"}


def test_town_behind_a_comma_does_not_hide_a_name(town):
    assert find_name("Kauppatori, Helsinki", town).name == "Kauppatori"


def test_short_plus_code_is_sought_near_its_place(town):
    place = find_place("2222+22 Kauppatori", ExtractFinder(town))
    near = find_name("Kauppatori", town)
    assert place.name == "2222+22 Kauppatori"
    assert (place.lat, place.lon) == (pytest.approx(near.lat, abs=0.5), pytest.approx(near.lon, abs=0.5))


def test_place_that_says_itself_where_it_is_needs_no_extract(town):
    assert find_place("60,17 24,94", ExtractFinder([])) == find_place("60.17,24.94", ExtractFinder(town))
    assert find_place("Old", ExtractFinder(town)) == find_name("Old", town)


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=5))
def test_hostile_names_are_compared_without_error(text, street, number):
    wanted = Wanted(text)
    if not wanted.is_empty:
        assert wanted.rank_names({"name": text}) == 0
        assert wanted.rank_address(street, number, [text]) >= 0
