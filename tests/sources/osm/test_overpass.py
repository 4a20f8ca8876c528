"""The map from an Overpass server: the same tables, good manners, and an end to every trouble."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
from itertools import pairwise

import pytest
import shapely
from fake_overpass import Database, answer_from, box_of
from fake_server import Answer, FakeServer, overpass_json
from geopandas.testing import assert_geodataframe_equal
from town import ORIGIN, lonlat, write_town

from saferoute import __version__, search
from saferoute.model import Area, InvalidInput, Place, PlaceNotFound, SourceUnavailable
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.osm.overpass import OverpassSource
from saferoute.sources.osm.overpass_query import compose_query
from saferoute.sources.profiles import load_profile
from saferoute.sources.settings import Online, Patience, RequestLimits

PLACE = Place("Town", *lonlat(0, 0))
AREA = Area(PLACE, 500.0, "EPSG:32635")
TOWN = """
    n1 -300 0
    n2 300 0
    n3 -300 60
    n4 300 60 barrier=bollard
    n5 -200 100
    n6 200 100
    n7 200 300
    n8 -200 300
    n9 -60 160
    n10 60 160
    n11 60 240
    n12 -60 240
    n13 10 2 amenity=bench
    n14 -250 -40 natural=tree name="Ä<&>ö 😀"
    n15 0 -80
    n16 80 -80
    n17 80 -160
    n18 0 -160
    n19 -300 -300
    n20 300 -300
    w1 n1,n2 highway=footway surface="sand;gravel" width=4 name="Long Walk"
    w2 n3,n4 highway=residential name="Main Street"
    w3 n5,n6,n7,n8,n5
    w4 n9,n10,n11,n12,n9
    w5 n15,n16,n17,n18,n15 leisure=park name="A  park"
    w6 n19,n20 highway=path
    w7 n9,n10,n11,n9 building=yes
    w8 n15,n16,n17,n18,n15 highway=pedestrian
    r1 w3@outer,w4@inner type=multipolygon natural=beach surface=sand
    r2 w3@outer type=boundary boundary=protected_area
    r3 n13@stop,w1@ type=route route=foot
"""


class Waits(list):
    """Notes how long was waited, without waiting, and mends what was broken meanwhile."""

    meanwhile = staticmethod(lambda: None)

    def patience(self) -> Patience:
        def note(seconds):
            self.meanwhile()
            self.append(seconds)

        return Patience(sleep=note)


@pytest.fixture
def waits():
    return Waits()


@pytest.fixture
def town(tmp_path):
    return write_town(tmp_path / "town.osm", TOWN)


@pytest.fixture
def answering(server, town):
    """A server that has the town."""
    server.routes["/api/interpreter"] = Answer(overpass_json(town), headers={"Content-Type": "application/json"})
    return server


@pytest.fixture
def source(server, tmp_path, waits):
    """Return a function that makes sources which ask the server and keep its answers."""

    def make(*, total_s=5.0, most_bytes=1_000_000, **options):
        options.setdefault("overpass_url", f"{server.url}/api")
        online = Online(cache_dir=tmp_path / "cache", patience=waits.patience(), **options)
        return OverpassSource(online, limits=RequestLimits(total_s, most_bytes, connect_s=2.0))

    return make


def assert_same(one, other):
    for name in ("ways", "areas", "points", "fragments"):
        assert_geodataframe_equal(getattr(one, name).to_geodataframe(), getattr(other, name).to_geodataframe())


# --- the same tables -----------------------------------------------------------


def test_text_pbf_and_overpass_give_the_same_tables_and_ranking(tmp_path, answering, source, town):
    assert answering
    # As complete as what the service is asked for: where a map is cut, nobody knows whether ways are joined.
    whole = (AREA.place.lon - 0.5, AREA.place.lat - 0.5, AREA.place.lon + 0.5, AREA.place.lat + 0.5)
    text = ExtractSource([town], extent=whole)
    pbf = ExtractSource([write_town(tmp_path / "town.osm.pbf", TOWN)], extent=whole)
    online = source()
    tables = [s.read_features(AREA, margin_m=1600) for s in (text, pbf, online)]
    assert (len(tables[0].ways), len(tables[0].areas), len(tables[0].points)) == (4, 4, 3)
    assert_same(tables[0], tables[1])
    assert_same(tables[0], tables[2])
    rankings = [search.find(search.Query(AREA, features=s, profile=load_profile())) for s in (text, pbf, online)]
    assert len(rankings[0].stretches) >= 2
    for other in rankings[1:]:
        assert_geodataframe_equal(rankings[0].stretches, other.stretches)
        assert_geodataframe_equal(rankings[0].excluded, other.excluded)


PARTED = """
    r4 w4@outline,w7@part type=building building=school
    r5 w2@main_stream,w99@main_stream type=waterway waterway=river
    r6 w5@,r1@ type=site leisure=sports_centre
    r7 w3@outer type=collection place=archipelago
"""
"""Relations that are no multipolygons: what of them names ground is read from extracts, too."""


def test_server_that_selects_gives_the_same_tables_and_ranking(server, source, tmp_path):
    """A server sends nothing that the query does not name, so the query names all that the tables hold."""
    town = write_town(tmp_path / "parted.osm", TOWN + PARTED)
    server.routes["/api/interpreter"] = answer_from(Database(town))
    whole = (AREA.place.lon - 0.5, AREA.place.lat - 0.5, AREA.place.lon + 0.5, AREA.place.lat + 0.5)
    local, online = ExtractSource([town], extent=whole), source()
    tables = [of.read_features(AREA, margin_m=search.MARGIN_M) for of in (local, online)]
    assert_same(*tables)
    assert 4 in set(tables[0].fragments["osm_id"])
    rankings = [search.find(search.Query(AREA, features=of, profile=load_profile())) for of in (local, online)]
    assert_geodataframe_equal(rankings[0].stretches, rankings[1].stretches)
    assert_geodataframe_equal(rankings[0].excluded, rankings[1].excluded)


def test_real_region_comes_out_the_same(sample, server, source):
    server.routes["/api/interpreter"] = answer_from(Database(sample / "helsinki.osm.pbf"))
    area = Area(Place("Helsinki", 24.944, 60.172), 600.0, "EPSG:32635")
    local = ExtractSource([sample / "helsinki.osm.pbf"]).read_features(area, margin_m=200)
    assert_same(local, source(most_bytes=100_000_000, total_s=60).read_features(area, margin_m=200))


def test_date_and_extent_are_those_of_the_answer(answering, source):
    assert answering
    features = source().read_features(AREA, margin_m=100)
    assert features.data_date == "2026-11-20"
    middle = shapely.Point(ORIGIN)
    assert features.extent.covers(middle.buffer(580))
    assert not features.extent.covers(middle.buffer(900))
    assert not any("does not say where it was cut" in note for note in features.notes)


def test_element_that_comes_twice_counts_once(server, source, town):
    answer = json.loads(overpass_json(town))
    answer["elements"] += answer["elements"]
    server.routes["/api"] = Answer(json.dumps(answer))
    assert len(source().read_features(AREA, margin_m=100).ways) == 4


# --- what is asked --------------------------------------------------------------


def test_one_query_asks_for_everything(answering, source):
    source().read_features(AREA, margin_m=1600)
    assert [(r.method, r.path) for r in answering.requests] == [("POST", "/api/interpreter")]
    asked = answering.requests[0].query["data"]
    for layer in ("[out:json][timeout:", "node[~", "way[~", "relation[", "(._;>;);"):
        assert layer in asked


def test_box_holds_area_and_margin():
    place = Place("x", 25.0, 60.0)
    asked = compose_query((24.9, 59.95, 25.1, 60.05)).text
    assert "(59.950,24.900,60.050,25.100)" in asked
    assert f"is_in({place.lat:.5f},{place.lon:.5f})" in asked


def test_server_reserves_what_a_box_needs():
    def reserved(*box):
        text = compose_query(box).text
        return [int(re.search(rf"\[{of}:(\d+)\]", text)[1]) for of in ("timeout", "maxsize")]

    small, large, vast = (
        reserved(24.9, 60.15, 24.95, 60.17),
        reserved(24.9, 60.15, 25.0, 60.2),
        reserved(24, 60, 25, 61),
    )
    assert 30 < small[0] < large[0] < vast[0] == 120
    assert 64 * 2**20 < small[1] < large[1] < vast[1] == 512 * 2**20


def test_every_key_of_the_tables_is_asked_for():
    from saferoute.osm import keys

    asked = {
        line.split("[")[0]: set(re.findall(r"[a-z_:]+", line))
        for line in compose_query((0, 0, 1, 1)).text.splitlines()[::-1]
    }
    assert set(keys.POINT_KEYS) <= asked["node"]
    assert {*keys.LINE_KEYS, *keys.AREA_KEYS} <= asked["way"]
    assert set(keys.AREA_KEYS) - asked["relation"] == {"place"}
    assert 'relation["type"="multipolygon"]["place"="square"]' in compose_query((0, 0, 1, 1)).text
    assert asked["rel"] >= keys.ROUTES


@pytest.mark.parametrize(("value", "asked"), [("hazard", True), ("protected_area", True), ("administrative", False)])
def test_boundaries_that_say_something_of_the_ground_are_asked_for(value, asked):
    text = compose_query((0, 0, 1, 1)).text
    patterns = re.findall(r'^relation\["boundary"~"(.+)"\]', text, re.MULTILINE)
    assert any(re.search(pattern, value) for pattern in patterns) == asked


def test_of_the_routes_of_cyclists_no_far_member_is_asked_for():
    *_, recursion, of_areas, lists, of_lists = compose_query((0, 0, 1, 1)).text.splitlines()
    assert (recursion, of_areas, lists, of_lists) == ("(._;>;);", "out qt;", "(.routes; .parted;);", "out qt;")


def test_server_learns_who_asks(answering, source):
    source().read_features(AREA, margin_m=100)
    agent = answering.requests[0].headers["User-Agent"]
    assert agent == f"saferoute/{__version__}"


def test_server_learns_the_contact_of_who_asks(answering, source):
    source(contact="me@club.test").read_features(AREA, margin_m=100)
    headers = answering.requests[0].headers
    assert headers["User-Agent"] == f"saferoute/{__version__} (me@club.test)"
    assert "Referer" not in headers


# --- the cache ------------------------------------------------------------------


def test_second_search_asks_nobody_and_says_how_old_the_map_is(answering, source, logged):
    one = source().read_features(AREA, margin_m=1600)
    other = source(offline=True).read_features(AREA, margin_m=1600)
    assert len(answering.requests) == 1
    assert_same(one, other)
    assert (one.data_date, one.extent) == (other.data_date, other.extent)
    assert logged[-1] == "the map is a copy fetched just now; --refresh asks again"


def test_smaller_box_is_taken_from_a_larger_one(answering, source):
    source().read_features(AREA, margin_m=1600)
    source().read_features(Area(PLACE, 250.0, AREA.crs), margin_m=1600)
    assert len(answering.requests) == 1
    source().read_features(Area(PLACE, 700.0, AREA.crs), margin_m=1600)
    assert len(answering.requests) == 2


def test_refresh_asks_again(answering, source):
    for _ in range(2):
        source(refresh=True).read_features(AREA, margin_m=100)
    assert len(answering.requests) == 2


def test_other_server_is_another_answer(answering, source, server):
    source().read_features(AREA, margin_m=100)
    source(overpass_url=f"{server.url}/other/api").read_features(AREA, margin_m=100)
    assert len(answering.requests) == 2


def test_old_copy_is_said_in_every_output(answering, source, monkeypatch):
    source().read_features(AREA, margin_m=100)
    monkeypatch.setattr("saferoute.sources.cache.Entry.age_days", lambda _: 31.0)
    assert "the map is a copy fetched 20" in source().read_features(AREA, margin_m=100).notes[-1]
    monkeypatch.setattr("saferoute.sources.cache.Entry.age_days", lambda _: -9000.0)
    assert "this machine's clock shows an earlier day" in source().read_features(AREA, margin_m=100).notes[-1]
    assert len(answering.requests) == 1


@pytest.mark.parametrize("keep", [0, 1, 100, 0.5, 0.999])
def test_copy_cut_in_half_is_fetched_again(answering, source, tmp_path, keep):
    whole = source().read_features(AREA, margin_m=100)
    [entry] = (tmp_path / "cache" / "overpass").glob("*.entry")
    content = entry.read_bytes()
    entry.write_bytes(content[: int(keep * len(content)) if keep < 1 else keep])
    assert_same(whole, source().read_features(AREA, margin_m=100))
    assert len(answering.requests) == 2
    assert entry.read_bytes().partition(b"\n")[2] == content.partition(b"\n")[2]


def test_offline_without_a_copy_names_the_way_out(answering, source):
    with pytest.raises(SourceUnavailable, match="ask once without it, or give an extract with --osm FILE"):
        source(offline=True).read_features(AREA, margin_m=100)
    assert not answering.requests


def test_full_disk_costs_the_copy_and_nothing_else(answering, source, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("saferoute.kept.tempfile.mkstemp", full)
    features = source().read_features(AREA, margin_m=100)
    assert len(features.ways) == 4
    assert any("cache: answers cannot be kept there (No space left on device)" in note for note in features.notes)
    assert len(answering.requests) == 1


def test_no_room_to_read_the_map_is_told(answering, source, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    assert answering
    monkeypatch.setattr("saferoute.sources.osm.overpass_extract.TemporaryDirectory", full)
    with pytest.raises(SourceUnavailable, match=r"No space left on device.*TMPDIR"):
        source().read_features(AREA, margin_m=100)


ASK = """
import sys
from saferoute.model import Area, Place
from saferoute.sources.settings import Online
from saferoute.sources.osm.overpass import OverpassSource
lon, lat, url, folder = float(sys.argv[1]), float(sys.argv[2]), sys.argv[3], sys.argv[4]
import logging
from pathlib import Path
logging.basicConfig(level=logging.INFO)
source = OverpassSource(Online(overpass_url=url, cache_dir=Path(folder)))
print(len(source.read_features(Area(Place("x", lon, lat), 500.0, "EPSG:32635"), margin_m=100).ways))
"""


@pytest.mark.slow
def test_two_processes_on_one_cache_ask_once(answering, tmp_path):
    answering.routes["/api/interpreter"].after_s = 2.0
    run = [sys.executable, "-c", ASK, str(PLACE.lon), str(PLACE.lat), f"{answering.url}/api", str(tmp_path / "c")]
    both = [subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    told = [p.communicate(timeout=60) for p in both]
    assert [out for out, _ in told] == ["4\n", "4\n"]
    assert len(answering.requests) == 1
    assert sum("another saferoute is asking overpass" in err for _, err in told) == 1


def test_threads_ask_one_after_the_other(answering, source):
    answering.routes["/api/interpreter"].after_s = 0.2
    areas = [Area(Place("x", PLACE.lon + k * 1e-3, PLACE.lat), 500.0, AREA.crs) for k in range(3)]
    threads = [threading.Thread(target=source().read_features, args=(a,), kwargs={"margin_m": 100}) for a in areas]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times = sorted((r.at, r.ended) for r in answering.requests)
    assert len(times) == 3
    assert all(later[0] >= earlier[1] - 0.05 for earlier, later in pairwise(times))


# --- trouble --------------------------------------------------------------------


def error_page(said, status=200):
    """Return the page that Overpass 0.7.62 sends instead of data."""
    body = f"""<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
<body><p><strong style="color:#FF0000">Error</strong>: {said}</p></body></html>"""
    return Answer(body, status, headers={"Content-Type": "text/html; charset=utf-8"})


def page_of_the_dispatcher(cause, status=200):
    """Return the page of a server whose parts do not get together."""
    said = f"runtime error: open64: 0 Success /osm3s_osm_base Dispatcher_Client::request_read_and_idx::{cause} "
    return error_page(said, status)


BUSY = {
    "429": Answer(status=429),
    "502": Answer("<html>bad gateway</html>", status=502),
    "504": Answer("<html>The server is probably too busy</html>", status=504),
    "remark": Answer(
        json.dumps({"elements": [], "remark": "runtime error: open64: 2 No such file or directory /db/nodes.bin"})
    ),
    "off": error_page("runtime error: The dispatcher (i.e. the database management system) is turned off. ", 504),
    "protocol": page_of_the_dispatcher("protocol_error"),
    "limit": page_of_the_dispatcher("rate_limited"),
    "limit as 429": page_of_the_dispatcher("rate_limited", 429),
    "truncated": Answer('{"version": 0.6, "elements": [{"type": "node", "id": 1, "la'),
    "busy page": Answer("<?xml version='1.0'?><html><p>Dispatcher_Client: timeout. Please try again.</p></html>"),
    "empty": Answer(""),
    "nothing": Answer(trick="close"),
    "half of its length": Answer("x" * 1000, trick="cut"),
}


@pytest.mark.parametrize("fault", BUSY.values(), ids=BUSY)
def test_busy_server_is_asked_again_after_a_visible_wait(answering, source, waits, logged, fault):
    answering.faults = [fault]
    assert len(source().read_features(AREA, margin_m=100).ways) == 4
    assert len(answering.asked("interpreter")) == 2
    assert waits == [10, 10, 10]
    countdown = [line for line in logged if "asking again in" in line]
    assert [line.rsplit(" in ", 1)[1] for line in countdown] == ["30 s", "20 s", "10 s"]


@pytest.mark.parametrize("fault", BUSY.values(), ids=BUSY)
def test_server_that_stays_busy_is_given_up_after_four_tries(answering, source, waits, fault):
    answering.routes["/api/interpreter"] = fault
    with pytest.raises(SourceUnavailable, match=r"--osm FILE or --region DIR") as error:
        source().read_features(AREA, margin_m=100)
    assert "\n" not in str(error.value)
    assert error.value.exit_code == 4
    assert len(answering.asked("interpreter")) == 4
    assert sum(waits) == 30 + 60 + 120
    assert source(offline=True)._online.open_cache().read_entry("overpass", "x") is None


@pytest.mark.parametrize(
    ("header", "waited"),
    [
        ("45", 45),
        ("5", 30),
        ("0", 30),
        ("-3", 30),
        ("soon", 30),
        ("nan", 30),
        ("1e9", 30),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 30),
    ],
)
def test_wait_is_what_the_server_asks_for_and_never_under_30_s(answering, source, waits, header, waited):
    answering.faults = [Answer(status=429, headers={"Retry-After": header})]
    source().read_features(AREA, margin_m=100)
    assert sum(waits) == waited


def test_server_that_asks_for_an_hour_is_given_up_at_once(answering, source, waits):
    answering.faults = [Answer(status=429, headers={"Retry-After": "3600"})]
    with pytest.raises(SourceUnavailable, match=r"429 Too Many Requests and asks to wait 3600 s"):
        source().read_features(AREA, margin_m=100)
    assert (len(answering.requests), waits) == (1, [])


STATUS = """Connected as: 2130706433
Current time: 2026-11-20T10:00:00Z
Announced endpoint: none
Rate limit: 2
{slots}
Currently running queries (pid, space limit, time limit, start time):
"""


def status(*slots):
    return Answer(STATUS.format(slots="\n".join(slots)), headers={"Content-Type": "text/plain"})


SLOTS = {
    "one": (status("Slot available after: 2026-11-20T10:01:25Z, in 85 seconds."), 85),
    "two": (status("Slot available after: x, in 200 seconds.", "Slot available after: y, in 51 seconds."), 51),
    "soon": (status("Slot available after: 2026-11-20T10:00:04Z, in 4 seconds."), 30),
    "past": (status("Slot available after: 2026-11-20T09:59:57Z, in -3 seconds."), 30),
    "now": (status("1 slots available now.", "Slot available after: x, in 90 seconds."), 30),
    "no limit": (status(), 30),
    "none": (Answer("not here", 404), 30),
    "noise": (Answer("Slot available after: , in 99999999999999 seconds." * 99), 30),
    "silent": (Answer(trick="close"), 30),
}


@pytest.mark.parametrize(("answer", "waited"), SLOTS.values(), ids=SLOTS)
def test_limited_user_waits_for_the_next_slot(answering, source, waits, answer, waited):
    answering.routes["/api/status"] = answer
    answering.routes["/api/interpreter"], whole = Answer(status=429), answering.routes["/api/interpreter"]
    waits.meanwhile = lambda: answering.routes.update({"/api/interpreter": whole})
    source().read_features(AREA, margin_m=100)
    assert sum(waits) == waited
    assert [r.path for r in answering.requests] == ["/api/interpreter", "/api/status", "/api/interpreter"]


def test_slot_too_far_ahead_is_not_waited_for(answering, source, waits):
    answering.routes["/api/status"] = status("Slot available after: x, in 3000 seconds.")
    answering.routes["/api/interpreter"] = Answer(status=429)
    with pytest.raises(SourceUnavailable, match="asks to wait 3000 s"):
        source().read_features(AREA, margin_m=100)
    assert (len(answering.asked("interpreter")), waits) == (1, [])


def test_time_in_which_a_server_knows_a_question_is_waited_out(answering, source, waits, logged):
    answering.faults = [page_of_the_dispatcher("duplicate_query")]
    source().read_features(AREA, margin_m=100)
    told_s = int(re.search(r"\[timeout:(\d+)\]", answering.requests[0].query["data"])[1])
    assert (len(answering.requests), sum(waits)) == (2, told_s)
    assert any(f"has just been asked; asking again in {told_s} s" in line for line in logged)


WITHOUT_AREAS = {
    "socket": error_page("runtime error: open64: 2 No such file or directory /db/db//osm3s_areas Unix_Socket::7 ", 504),
    "older": error_page("runtime error: open64: 2 No such file or directory /db//osm3s_v0.7.55_areas Unix_Socket::7"),
    "files": Answer(
        json.dumps({"elements": [], "remark": "runtime error: open64: 2 No such file or directory /db/area_blocks.bin"})
    ),
}


def without_areas(refusal, whole):
    """Return a route of a server that refuses whatever asks for areas."""
    return lambda request: refusal if "is_in" in request.query["data"] else whole


@pytest.mark.parametrize("refusal", WITHOUT_AREAS.values(), ids=WITHOUT_AREAS)
def test_server_without_areas_is_asked_without_them_and_that_is_said(answering, source, waits, refusal):
    whole = answering.routes["/api/interpreter"]
    answering.routes["/api/interpreter"] = without_areas(refusal, whole)
    features = source().read_features(AREA, margin_m=100)
    first, second = (r.query["data"] for r in answering.requests)
    assert waits == []
    assert set(first.splitlines()) > set(second.splitlines())
    assert "middle" not in second
    assert len(features.ways) == 4
    kept = source(offline=True).read_features(AREA, margin_m=100)
    for of in (features, kept):
        assert any("the Overpass server keeps no areas: protected or military ground" in note for note in of.notes)
    answering.routes["/api/interpreter"] = whole
    assert not any("keeps no areas" in note for note in source(refresh=True).read_features(AREA, margin_m=100).notes)


def test_server_without_areas_that_refuses_every_question_is_given_up(answering, source):
    answering.routes["/api/interpreter"] = WITHOUT_AREAS["socket"]
    with pytest.raises(SourceUnavailable, match="keeps no areas; try later"):
        source().read_features(AREA, margin_m=100)
    assert len(answering.requests) == 2


FINAL = {
    "page": (Answer("<!doctype html><h1>Log in to this network</h1>"), "a web page, not data"),
    "not welcome": (Answer(status=406), "answered 406"),
    "other elements": (Answer('{"elements": [{"type": "node", "id": "x"}]}'), "none of OpenStreetMap"),
    "elements of no kind": (Answer('{"elements": [1]}'), "none of OpenStreetMap"),
    "no elements": (Answer('{"a": 1}'), "without elements"),
    "list": (Answer("[]"), "broken data"),
    "bytes": (Answer(b"\xff\xfe\x00\x01" * 100), "broken data"),
    "deep": (Answer("[" * 100_000), "data"),
    "elsewhere": (Answer(status=302, headers={"Location": "http://localhost:1/api"}), "redirects to localhost:1"),
    "2 GB": (Answer(headers={"Content-Length": "2000000000"}), "sends more than 1 MB"),
    "too long": (Answer("x" * 1_100_000), "sends more than 1 MB"),
}


@pytest.mark.parametrize(("fault", "words"), FINAL.values(), ids=FINAL)
def test_what_a_second_try_cannot_mend_ends_at_once(answering, source, waits, fault, words):
    answering.faults = [fault] * (4 if words == "broken data" else 1)
    with pytest.raises(SourceUnavailable) as error:
        source().read_features(AREA, margin_m=100)
    assert words in str(error.value)
    assert len(str(error.value)) < 400
    assert words == "broken data" or (len(answering.requests), waits) == (1, [])


TOO_LARGE = [
    'runtime error: Query timed out in "query" at line 5 after 121 seconds.',
    'runtime error: Query run out of memory in "recurse" at line 13 using about 512 MB of RAM.',
]


def answer_up_to(database, most_deg2, remark):
    """Return a route of a server that gives up on larger boxes, having sent some of what it found."""

    def route(request):
        west, south, east, north = box_of(request.query["data"])
        answer = answer_from(database)(request)
        if (east - west) * (north - south) <= most_deg2:
            return answer
        part = json.loads(answer.body)
        return Answer(json.dumps({**part, "elements": part["elements"][:3], "remark": remark}))

    return route


@pytest.mark.parametrize("remark", TOO_LARGE)
@pytest.mark.parametrize("most_and_asked", [(1.0, 1), (1.8e-4, 3), (0.9e-4, 7)])
def test_what_is_too_much_for_a_server_is_asked_for_in_parts(answering, source, town, waits, remark, most_and_asked):
    most_deg2, asked = most_and_asked
    whole = answering.routes["/api/interpreter"]
    answering.routes["/api/interpreter"] = answer_up_to(Database(town), most_deg2, remark)
    features = source().read_features(AREA, margin_m=100)
    assert (len(answering.requests), waits) == (asked, [])
    assert len({r.body for r in answering.requests}) == asked
    source(offline=True).read_features(AREA, margin_m=100)
    answering.routes["/api/interpreter"] = whole
    assert_same(features, source(refresh=True).read_features(AREA, margin_m=100))


@pytest.mark.parametrize("remark", TOO_LARGE)
@pytest.mark.parametrize("advised", [(500.0, "take --radius 200 or less, or an extract"), (99.0, "hardly help")])
def test_what_is_too_much_even_in_parts_is_refused_with_a_radius(answering, source, town, waits, remark, advised):
    radius_m, advice = advised
    answering.routes["/api/interpreter"] = answer_up_to(Database(town), 0.0, remark)
    with pytest.raises(SourceUnavailable, match=r"answered in part only .*--osm FILE or --region DIR") as error:
        source().read_features(Area(PLACE, radius_m, "EPSG:32635"), margin_m=100)
    assert advice in str(error.value)
    assert (len({r.body for r in answering.requests}), len(answering.requests), waits) == (3, 3, [])


@pytest.mark.parametrize("trick", ["drip", "drip-head"])
def test_byte_a_second_ends_at_the_deadline(answering, source, trick):
    answering.faults = [Answer("{" + " " * 1000, trick=trick)]
    began = time.monotonic()
    with pytest.raises(SourceUnavailable, match=r"did not answer within 1.5 s"):
        source(total_s=1.5).read_features(AREA, margin_m=100)
    assert time.monotonic() - began < 4


def test_body_without_an_end_is_cut_at_the_deadline(answering, source):
    answering.faults = [
        Answer("{" + " " * 1000, trick="drip", headers={"Content-Length": "1000", "Connection": "close"})
    ]
    with pytest.raises(SourceUnavailable, match=r"did not answer within 1 s"):
        source(total_s=1).read_features(AREA, margin_m=100)


def test_memory_stays_bounded(answering, source):
    import gzip

    bomb = gzip.compress(b" " * 50_000_000)
    answering.faults = [Answer(bomb, headers={"Content-Encoding": "gzip"})]
    source_ = source()
    tracemalloc.start()
    try:
        with pytest.raises(SourceUnavailable, match="sends more than 1 MB"):
            source_.read_features(AREA, margin_m=100)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://nowhere.invalid/api", "cannot be found: its name does not resolve"),
        ("http://127.0.0.1:9/api", "refuses connections"),
    ],
)
def test_server_that_is_not_there_is_told_at_once(source, waits, url, words):
    with pytest.raises(SourceUnavailable, match=words):
        source(overpass_url=url).read_features(AREA, margin_m=100)
    assert waits == []


def test_nothing_broken_is_kept(answering, source, tmp_path):
    answering.faults = [FINAL["other elements"][0]]
    with pytest.raises(SourceUnavailable):
        source().read_features(AREA, margin_m=100)
    assert not list((tmp_path / "cache" / "overpass").glob("*"))
    assert len(source().read_features(AREA, margin_m=100).ways) == 4


def test_ocean_is_no_place(server, source):
    server.routes["/api"] = Answer('{"osm3s": {"timestamp_osm_base": "2026-11-20T10:00:00Z"}, "elements": []}')
    for _ in range(2):
        with pytest.raises(PlaceNotFound, match="OpenStreetMap holds no way within 500 m"):
            source().read_features(AREA, margin_m=100)
    assert len(server.requests) == 1


def test_large_radius_is_refused_before_anybody_is_asked(answering, source):
    with pytest.raises(InvalidInput, match=r"online it may be at most 10000 m; take a smaller one, or an extract"):
        source().read_features(Area(PLACE, 10_001.0, AREA.crs), margin_m=100)
    assert not answering.requests


def test_interrupted_wait_ends(answering, source, tmp_path):
    def interrupt(_):
        raise KeyboardInterrupt

    answering.faults = [BUSY["504"]]
    online = Online(overpass_url=f"{answering.url}/api", cache_dir=tmp_path, patience=Patience(sleep=interrupt))
    with pytest.raises(KeyboardInterrupt):
        OverpassSource(online).read_features(AREA, margin_m=100)
    assert len(source().read_features(AREA, margin_m=100).ways) == 4  # the lock is free again


def test_fake_server_can_be_rude():
    with FakeServer() as server, socket.create_connection(("127.0.0.1", int(server.url.rsplit(":", 1)[1]))) as sock:
        server.faults = [Answer(trick="close")]
        sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert sock.recv(100) == b""
