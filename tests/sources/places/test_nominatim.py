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


def test_most_important_is_taken_and_the_others_are_told(geocoder, server):
    place = geocoder().find_name("Hyde Park")
    assert (place.name, place.lat, place.lon) == ("Hyde Park", -33.873, 151.211)
    assert place.others == (
        "Hyde Park, Westminster, London, England (51.50749,-0.16224), 16992 km away",
        "Hyde Park, Chicago (41.79400,-87.59400), 14873 km away",
    )
    assert server.requests[0].query["q"] == "Hyde Park"


@pytest.mark.parametrize(("pick", "lat"), [(1, -33.873), (2, 51.5074889), (3, 41.794)])
def test_pick_takes_another(geocoder, pick, lat):
    place = geocoder().find_name("Hyde Park", pick)
    assert place.lat == lat
    assert len(place.others) == 2


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
    place = find_place("9C3R+XX Hyde Park", geocoder(), 2)
    assert (place.lat, place.lon) == (pytest.approx(51.5, abs=0.6), pytest.approx(-0.16, abs=0.6))
    assert [request.query["q"] for request in server.requests] == ["Hyde Park"]


@pytest.mark.parametrize(
    ("name", "described", "called"),
    [
        ("", "13, Mannerheimintie, Helsinki", "Mannerheimintie 13"),
        ("12a-14", "12a-14, Rue Haute, Bruxelles", "Rue Haute 12a-14"),
        ("7-Eleven", "7-Eleven, Main Street", "7-Eleven"),
        ("1. FC Club", "1. FC Club, 4, Hill", "1. FC Club"),
        ("1901", "Bar 1901, Hill", "1901"),
        ("", "Hill, Town", "Hill"),
    ],
)
def test_a_house_is_called_by_its_street_too(geocoder, server, name, described, called):
    found = [{"lat": "60.1", "lon": "24.9", "importance": 0.1, "name": name, "display_name": described}]
    server.routes["/search"] = Answer(json.dumps(found))
    assert geocoder().find_name("somewhere").name == called


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
    assert geocoder().find_name("Hyde Park").lat == -33.873
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
