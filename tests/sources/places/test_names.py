"""What a person writes becomes a point, or one line that says why not."""

from __future__ import annotations

import pytest
from town import lonlat, write_town

from saferoute.model import InvalidInput, PlaceNotFound
from saferoute.sources.places.coordinates import parse_coordinates
from saferoute.sources.places.names import find_name, find_place

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


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("60.17,24.94", 60.17, 24.94),
        (" 60.17 , 24.94 ", 60.17, 24.94),
        ("60.17 24.94", 60.17, 24.94),
        ("60.17;24.94", 60.17, 24.94),
        ("-33.9,18.4", -33.9, 18.4),
        ("+1,-2", 1, -2),
        ("90,180", 90, 180),
        ("-90,-180", -90, -180),
        ("geo:60.17,24.94", 60.17, 24.94),
        ("GEO:-33.9,18.4", -33.9, 18.4),
        ("geo:60.17,24.94,12", 60.17, 24.94),
        ("geo:60.17,24.94;u=35", 60.17, 24.94),
        ("geo:60.17,24.94;crs=wgs84;u=35?z=17", 60.17, 24.94),
    ],
)
def test_coordinates_are_read_latitude_first(text, lat, lon):
    place = parse_coordinates(text)
    assert (place.lat, place.lon) == (lat, lon)


@pytest.mark.parametrize("text", ["Kaisaniemi", "", "60.17", "60.17,24.94,3", "60,17,24,94", "1e1,2", "nan,nan"])
def test_other_text_is_no_coordinate(text):
    assert parse_coordinates(text) is None


@pytest.mark.parametrize("text", ["geo:", "geo:Helsinki", "geo:60.17", "geo:60.17;24.94"])
def test_broken_geo_uri_is_told_how_to_write_one(text):
    with pytest.raises(InvalidInput, match="write geo:LAT,LON"):
        parse_coordinates(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("95,24.94", "latitude 95 is outside -90 to 90"),
        ("-90.01,0", r"latitude -90\.01 is outside"),
        ("60,181", "longitude 181 is outside -180 to 180"),
        ("geo:60,-180.5", r"longitude -180\.5 is outside"),
    ],
)
def test_coordinates_out_of_range_are_refused(text, message):
    with pytest.raises(InvalidInput, match=message):
        parse_coordinates(text)


def test_swapped_order_is_noticed_where_it_cannot_be_meant():
    with pytest.raises(InvalidInput, match="did you write lon,lat"):
        parse_coordinates("139.7,35.7")


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
    assert f"Rose Garden ({lat:.5f},{lon:.5f})" in others


def test_names_in_other_languages_are_known(town):
    assert find_name("Salutorget", town).name == "Kauppatori"
    assert find_name("market square", town).name == "Kauppatori"


def test_name_beats_an_old_name(town):
    place = find_name("Kauppatori", town)
    assert (place.name, place.others) == ("Kauppatori", ())


def test_misspelt_name_is_offered_the_right_one(town):
    with pytest.raises(PlaceNotFound, match=r"'Kaupatori': no object .* did you mean kauppatori"):
        find_name("Kaupatori", town)


def test_unheard_of_name_is_sent_to_coordinates(town):
    with pytest.raises(PlaceNotFound, match="give lat,lon"):
        find_name("Xyzzy", town)


def test_line_that_the_extract_cuts_is_not_found(town):
    with pytest.raises(PlaceNotFound):
        find_name("Cut Lane", town)


def test_empty_name_is_refused(town):
    with pytest.raises(InvalidInput, match="the place is empty"):
        find_name("   ", town)


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


def test_either_way_of_writing_a_place_is_taken(town):
    assert find_place("60.17,24.94", town) == parse_coordinates("60.17,24.94")
    assert find_place("Old", town) == find_name("Old", town)
