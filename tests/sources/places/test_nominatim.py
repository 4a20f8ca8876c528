"""Places by name: found once, listed where several have it, a second apart."""

from __future__ import annotations

import json

import pytest
from fake_server import Answer

from saferoute.model import InvalidInput, PlaceNotFound, SourceUnavailable
from saferoute.sources.places.nominatim import Geocoder
from saferoute.sources.places.resolve import find_place
from saferoute.sources.settings import Online, Patience, RequestLimits
from saferoute.version import __version__

LONDON = {"lat": "51.5074889", "lon": "-0.1622360", "importance": 0.6, "name": "Hyde Park",
          "display_name": "Hyde Park, Westminster, London, England"}  # fmt: skip
STATION = {**LONDON, "lat": "51.5075", "lon": "-0.1650", "importance": 0.3, "display_name": "Hyde Park, a lawn of it"}
CHICAGO = {**LONDON, "lat": "41.794", "lon": "-87.594", "importance": 0.5, "display_name": "Hyde Park, Chicago"}
SYDNEY = {**LONDON, "lat": "-33.873", "lon": "151.211", "importance": 0.7, "display_name": "Hyde Park, Sydney"}


@pytest.fixture
def waits():
    return []


@pytest.fixture
def geocoder(server, tmp_path, waits):
    server.routes["/search"] = Answer(json.dumps([LONDON, STATION, CHICAGO, SYDNEY]))

    def make(**options):
        options.setdefault("nominatim_url", server.url)
        options.setdefault("cache_dir", tmp_path / "cache")
        online = Online(patience=Patience(sleep=waits.append), **options)
        return Geocoder(online, limits=RequestLimits(2.0, 100_000, 1.0))

    return make


def test_first_of_the_server_is_taken_and_the_others_are_told(geocoder, server):
    place = geocoder().find_name("Hyde Park")
    assert (place.name, place.lat, place.lon) == ("Hyde Park", 51.5074889, -0.162236)
    assert place.others == (
        "Hyde Park, Chicago (41.79400,-87.59400), 6373 km away",
        "Hyde Park, Sydney (-33.87300,151.21100), 16992 km away",
    )
    assert server.requests[0].query["q"] == "Hyde Park"


@pytest.mark.parametrize(("pick", "lat"), [(1, 51.5074889), (2, 41.794), (3, -33.873)])
def test_pick_takes_another(geocoder, pick, lat):
    place = geocoder().find_name("Hyde Park", pick)
    assert place.lat == lat
    assert len(place.others) == 2


def place_across(kind, south, north, west, east):
    return {**LONDON, "name": "Land", "addresstype": kind, "boundingbox": [str(d) for d in (south, north, west, east)]}


@pytest.mark.parametrize(
    ("kind", "box", "km"),
    [
        ("country", (59.4, 70.1, 19.1, 31.6), 1191),
        ("state", (-35.0, -34.0, 140.0, 144.5), 413),
        ("country", (41.2, 81.9, -180, 180), 4531),
    ],
)
def test_region_is_asked_to_be_narrowed(geocoder, server, kind, box, km):
    server.routes["/search"] = Answer(json.dumps([place_across(kind, *box), CHICAGO]))
    for _ in range(2):  # by the server, and from the cache
        with pytest.raises(InvalidInput, match=f"Land is {km} km across; name a town, a park or a street in it"):
            geocoder().find_name("Land")
    assert geocoder().find_name("Land", 2).lat == 41.794


@pytest.mark.parametrize(
    ("kind", "box", "km"),
    [
        ("city", (51.2, 51.7, -0.5, 0.3), 56),
        ("city", (20.2, 35.9, 135.8, 154.2), 1808),  # whose far islands are parts of it
        ("country", (1.13, 1.47, 103.6, 104.1), 56),
    ],
)
def test_wide_town_is_searched_around_its_middle_and_that_is_said(geocoder, server, logged, kind, box, km):
    server.routes["/search"] = Answer(json.dumps([place_across(kind, *box)]))
    assert geocoder().find_name("Land").lat == float(LONDON["lat"])
    assert f"Land is {km} km across, and is searched around its middle" in logged[-1]


@pytest.mark.parametrize("box", [(51.50, 51.51, -0.18, -0.15), (-16.99, -16.96, -180, 180)])
def test_of_a_small_place_no_extent_is_said(geocoder, server, logged, box):
    server.routes["/search"] = Answer(json.dumps([place_across("island", *box)]))
    geocoder().find_name("Land")
    assert not any("across" in line for line in logged)


WORLD = (-16.99, -16.96, -180, 180)


@pytest.mark.parametrize(
    ("of", "kind", "box", "reach_m"),
    [
        ("leisure", "park", (51.495, 51.520, -0.190, -0.150), 2373),
        ("natural", "beach", (51.507, 51.508, -0.164, -0.160), 164),
        ("place", "island", (51.495, 51.520, -0.190, -0.150), 2373),
        ("place", "suburb", (51.495, 51.520, -0.190, -0.150), 0),
        ("highway", "road", (51.495, 51.520, -0.190, -0.150), 0),
        ("leisure", "park", (51.40, 51.55, -0.190, -0.150), 0),
        ("natural", "wood", (51.495, 51.520, 30.0, 30.01), 0),
        ("place", "island", WORLD, 0),
        ("leisure", "park", ("nan",) * 4, 0),
    ],
)
def test_reach_of_ground_is_told_and_that_of_no_town_or_street(geocoder, server, of, kind, box, reach_m):
    server.routes["/search"] = Answer(json.dumps([{**place_across(kind, *box), "class": of}]))
    assert geocoder().find_name("Land").reach_m == pytest.approx(reach_m, abs=3)


@pytest.mark.parametrize("pick", [0, -1, 4, 10**9])
def test_pick_beyond_the_matches_is_refused(geocoder, pick):
    with pytest.raises(InvalidInput, match=rf"pick {pick}: the places called 'Hyde Park' are 3; choose 1 to 3"):
        geocoder().find_name("Hyde Park", pick)


@pytest.mark.parametrize(
    "text",
    [
        "51.5,-0.16", " 51.5 -0.16", "geo:51.5,-0.16", "51,5 -0,16", "51.5N 0.16W", "(51°30'N, 0°9'36\"W)",
        "lat 51.5 lon -0.16", "POINT(-0.16 51.5)", "https://www.openstreetmap.org/way/1#map=15/51.5/-0.16",
        "https://www.google.com/maps/place/Hyde+Park/@51.5,-0.16,15z", "https://maps.apple.com/?ll=51.5,-0.16&q=Hyde+Park",
        "https://omaps.app/51.5,-0.16/Hyde_Park",
    ],
)  # fmt: skip
def test_coordinates_in_any_spelling_are_nobodys_business(geocoder, server, text):
    assert find_place(text, geocoder()).lat == 51.5
    assert not server.requests


@pytest.mark.parametrize("text", ["51,5,-0,16", "51.5", "95.2, 0.16", "https://goo.gl/x", "2222+22", "way/123"])
def test_what_is_no_name_but_cannot_be_read_is_not_asked_for(geocoder, server, text):
    with pytest.raises((InvalidInput, PlaceNotFound)):
        find_place(text, geocoder())
    assert not server.requests


def test_only_the_place_beside_a_short_plus_code_is_asked_for(geocoder, server):
    place = find_place("9C3R+XX Hyde Park", geocoder(), 1)
    assert (place.lat, place.lon) == (pytest.approx(51.5, abs=0.6), pytest.approx(-0.16, abs=0.6))
    assert [request.query["q"] for request in server.requests] == ["Hyde Park"]


def answer_with(server, *results):
    """Let the server answer as Nominatim 5 does when it is asked for names and addresses."""
    kept = {"licence": "Data © OpenStreetMap contributors", "class": "place", "type": "house", "importance": 0.1}
    server.routes["/search"] = Answer(json.dumps([{**kept, "lat": "60.1", "lon": "24.9", **r} for r in results]))


def part_of_street(name, km_east, suburb, lat=60.17):
    """Return a piece of a street, 200 m long."""
    west = 24.9 + km_east / 55.4
    box = [str(lat), str(lat), f"{west:.7f}", f"{west + 0.2 / 55.4:.7f}"]
    return {"class": "highway", "type": "residential", "name": name, "display_name": f"{name}, {suburb}, Town",
            "lat": str(lat), "lon": f"{west + 0.1 / 55.4:.7f}", "boundingbox": box}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "number", "described", "called"),
    [
        ("", "13", "13, Mannerheimintie, Helsinki", "Mannerheimintie 13"),
        ("13", "13", "13, Mannerheimintie, Helsinki", "Mannerheimintie 13"),
        ("", "12a-14", "12a-14, Rue Haute, Bruxelles", "Rue Haute 12a-14"),
        ("", "Villa 3 bis", "Villa 3 bis, Hill", "Hill Villa 3 bis"),
        ("7-Eleven", "4", "7-Eleven, 4, Main Street", "7-Eleven"),
        ("1901", "4", "1901, 4, Hill", "1901"),
        ("1770", None, "1770, Gladstone Regional, Queensland", "1770"),
        ("", None, "Hill, Town", "Hill"),
        ("", "13", "13", "13"),
    ],
)
def test_a_house_is_called_by_its_street_too(geocoder, server, name, number, described, called):
    address = {"house_number": number} if number else {}
    answer_with(server, {"name": name, "display_name": described, "address": address})
    assert geocoder().find_name("somewhere").name == called


def test_less_important_place_that_fits_better_stays_first(geocoder, server):
    quarter = {"name": "Skansen", "display_name": "Skansen, Near", "importance": 0.2}
    answer_with(server, quarter, {**quarter, "display_name": "Skansen, Far", "lat": "5", "importance": 0.9})
    assert geocoder().find_name("Skansen").others[0].startswith("Skansen, Far")


def test_parts_of_a_street_are_one_place_and_another_street_of_its_name_is_another(geocoder, server):
    parts = [part_of_street("High Street", km, f"Suburb {km}") for km in (0, 1.0, 0.5, 9)]
    answer_with(server, *parts, part_of_street("Low Street", 0.9, "Suburb"))
    place = geocoder().find_name("High Street")
    assert [other.split(" (")[0] for other in place.others] == [
        "High Street, Suburb 9, Town",
        "Low Street, Suburb, Town",
    ]
    assert place.lon == pytest.approx(24.9 + 0.1 / 55.4)


def test_what_is_described_alike_and_lies_together_is_one_place(geocoder, server):
    town = {"class": "place", "type": "town", "name": "Hill", "display_name": "Hill, County"}
    boundary = {**town, "class": "boundary", "type": "administrative", "lat": "60.15"}
    boundary["boundingbox"] = ["60.0", "60.3", "24.8", "25.1"]
    answer_with(server, town, boundary, {**town, "lat": "61"})
    assert [other.split(",")[1] for other in geocoder().find_name("Hill").others] == [" County (61.00000"]


def test_two_parks_of_one_name_in_a_town_stay_two(geocoder, server):
    park = {"class": "leisure", "type": "park", "name": "Lawn", "display_name": "Lawn, North, Town"}
    answer_with(server, park, {**park, "display_name": "Lawn, South, Town", "lat": "60.09"})
    assert len(geocoder().find_name("Lawn").others) == 1


@pytest.mark.parametrize(
    ("name", "local", "called", "described"),
    [
        ("Kööpenhamina", "København", "Kööpenhamina (København)", "Kööpenhamina (København), Tanska"),
        ("København", "København", "København", "København, Tanska"),
        ("Ruoholahti", None, "Ruoholahti", "Ruoholahti, Tanska"),
    ],
)
def test_name_in_the_users_language_has_the_local_one_beside_it(geocoder, server, name, local, called, described):
    there = {"name": name, "display_name": f"{name}, Tanska", "namedetails": local and {"name": local, "name:fi": name}}
    answer_with(server, {"display_name": "Elsewhere", "name": "Elsewhere", "lat": "1"}, there)
    assert geocoder(language="fi").find_name("x", 2).name == called
    assert geocoder(language="fi").find_name("x").others[0].startswith(f"{described} (60")
    assert server.requests[0].headers["Accept-Language"] == "fi,fi;q=0.9,en;q=0.5"
    assert server.requests[0].query.items() >= {"namedetails": "1", "addressdetails": "1"}.items()


def test_other_language_is_another_answer(geocoder, server):
    for language in ("fi", "de-AT", "fi"):
        geocoder(language=language).find_name("Hyde Park")
    assert [r.headers["Accept-Language"] for r in server.requests] == [
        "fi,fi;q=0.9,en;q=0.5",
        "de-AT,de;q=0.9,en;q=0.5",
    ]


def test_name_is_asked_for_once(geocoder, server):
    one = geocoder().find_name("Hyde Park")
    assert geocoder().find_name("hyde park") == one
    assert geocoder(offline=True).find_name("HYDE PARK", 1) == one
    assert len(server.requests) == 1
    geocoder(refresh=True).find_name("Hyde Park")
    assert len(server.requests) == 2


def test_manners(geocoder, server, waits):
    geocoder().find_name("Hyde Park")
    geocoder(contact="https://club.test/runs").find_name("Another")
    assert waits == [1, 1]  # before each request
    agents = [r.headers["User-Agent"] for r in server.requests]
    assert agents == [f"saferoute/{__version__}", f"saferoute/{__version__} (https://club.test/runs)"]


def test_unknown_name_is_told_and_asked_for_again(geocoder, server):
    server.routes["/search"] = Answer("[]")
    for _ in range(2):
        with pytest.raises(PlaceNotFound, match="Nominatim knows no such place"):
            geocoder().find_name("Qwrtz")
    assert len(server.requests) == 2


@pytest.mark.parametrize("text", ["", "   ", "x" * 301, "x" * 5000])
def test_what_is_no_name_is_not_asked_for(geocoder, server, text):
    with pytest.raises(InvalidInput):
        find_place(text, geocoder())
    assert not server.requests


def test_offline_without_a_copy_names_the_way_out(geocoder, server):
    with pytest.raises(SourceUnavailable, match="give lat,lon"):
        geocoder(offline=True).find_name("Hyde Park")
    assert not server.requests


def test_busy_server_is_asked_again(geocoder, server, waits):
    server.faults = [Answer(status=429), Answer(status=503, headers={"Retry-After": "40"})]
    assert geocoder().find_name("Hyde Park").lat == 51.5074889
    assert sum(waits) == 3 + 30 + 40
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    "body",
    [
        '{"error": "x"}',
        '[{"lat": "nan", "lon": "1", "display_name": "x"}]',
        '[{"lat": "91", "lon": "1"}]',
        "[1]",
        "[null]",
    ],
)
def test_answer_that_is_no_place_is_the_servers_fault(geocoder, server, body):
    server.routes["/search"] = Answer(body)
    with pytest.raises(SourceUnavailable) as error:
        geocoder().find_name("Hyde Park")
    assert "give lat,lon" in str(error.value)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Answer(status=403), "answered 403"),
        (Answer("<html>blocked</html>"), "a web page, not data"),
        (Answer(status=301, headers={"Location": "https://elsewhere.invalid/"}), "redirects to elsewhere.invalid"),
        (Answer(headers={"Content-Length": "2000000000"}), "sends more than 0 MB"),
        (Answer("[" + " " * 100, trick="drip"), "did not answer within 2 s"),
    ],
)
def test_fault_ends_in_one_line(geocoder, server, fault, words):
    server.faults = [fault]
    with pytest.raises(SourceUnavailable) as error:
        geocoder().find_name("Hyde Park")
    assert words in str(error.value)
    assert "lat,lon" in str(error.value)


def test_broken_copy_is_asked_for_again(geocoder, server, tmp_path):
    geocoder().find_name("Hyde Park")
    [entry] = (tmp_path / "cache" / "nominatim").iterdir()
    entry.write_bytes(entry.read_bytes()[:-10])
    geocoder().find_name("Hyde Park")
    assert len(server.requests) == 2
