"""A search in the world, through the command line: asked once, told plainly, ended always."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from fake_server import Answer, overpass_json, terrarium_webp
from town import lonlat, write_town

import saferoute
from saferoute.cli import main

PLAN = """
    n1 -150 0
    n2 150 0
    n3 -150 200
    n4 150 200
    w1 n1,n2 highway=footway surface=asphalt width=4 name="Long Walk"
    w2 n3,n4 highway=footway surface=sand name="Sand Walk"
"""
LON, LAT = lonlat(0, 0)
HERE = f"{LAT:.6f},{LON:.6f}"


def found(name, lat, lon, importance):
    return {
        "name": name,
        "display_name": f"{name}, somewhere",
        "lat": str(lat),
        "lon": str(lon),
        "importance": importance,
    }


@pytest.fixture
def extract(tmp_path):
    return write_town(tmp_path / "town.osm.pbf", PLAN)


@pytest.fixture
def world(server, extract, tmp_path, monkeypatch):
    """All services, on loopback and in the environment; waits cost nothing, and are noted."""
    server.routes["/api/interpreter"] = Answer(overpass_json(extract))
    town, far = found("Town", LAT, LON, 0.9), found("Town", 10, 10, 0.1)
    server.routes["/search"] = Answer(json.dumps([town, far]))
    plane = terrarium_webp(np.full((512, 512), 20.0))
    server.routes["/12/"] = Answer(plane)
    for name, path in (("OVERPASS", "/api"), ("NOMINATIM", ""), ("MAPTERHORN", ""), ("GLO30", "/glo30")):
        monkeypatch.setenv(f"SAFEROUTE_{name}_URL", f"{server.url}{path}")
    monkeypatch.setenv("SAFEROUTE_CACHE_DIR", str(tmp_path / "cache"))
    server.waits = []
    monkeypatch.setattr(time, "sleep", server.waits.append)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return server


@pytest.fixture
def run(capsys):
    def run(*arguments, near="Town"):
        # The people are those of one moment: a minute that passes between two searches is no difference.
        code = main(["find", "--near", near, "--at", "2026-06-20T07:00", *arguments])
        return code, *capsys.readouterr()

    return run


def names(document):
    return sorted({feature["properties"]["osm_name"] for feature in json.loads(document)["features"]})


def test_a_name_is_enough(world, run):
    code, out, err = run("-o", "-")
    assert code == 0
    assert names(out) == ["Long Walk", "Sand Walk"]
    document = json.loads(out)
    assert document["data_date"] == "2026-11-20"
    assert any("Mapterhorn" in line for line in document["attribution"])
    assert [f["properties"]["grade_pct"] for f in document["features"]] == pytest.approx([0.0] * 4, abs=1e-6)
    assert "Town: " in err
    assert "2: Town, somewhere (10.00000,10.00000)" in err
    assert [len(world.asked(p)) for p in ("/search", "/api", "/12/")] == [1, 1, 1]


def test_attribution_reaches_every_output(world, run, tmp_path):
    assert world
    code, out, _ = run("-o", "a.html", "-o", "a.geojson")
    assert code == 0
    for text in (out, *((tmp_path / "work" / f"a.{s}").read_text(encoding="utf-8") for s in ("html", "geojson"))):
        plain = re.sub(r"\s+", " ", text)
        assert "mapterhorn.com/attribution" in plain
        assert "Airbus Defence and Space" in plain


def test_second_search_makes_no_request(world, run):
    first = run("-o", "-")[1]
    asked = len(world.requests)
    code, out, err = run("-o", "-")
    assert (code, out) == (0, first)
    assert len(world.requests) == asked
    assert "the map is a copy fetched just now; --refresh asks again" in err
    assert run("-o", "-", "--offline", "-q")[:2] == (0, first)
    assert len(world.requests) == asked
    assert main(["explain", "--near", HERE, "-q"]) == 0
    assert not [r for r in world.requests[asked:] if "/api" in r.path or "/search" in r.path]


def test_python_needs_no_more(world):
    ranking = saferoute.find("Town")
    assert sorted(set(ranking.stretches["osm_name"])) == ["Long Walk", "Sand Walk"]
    asked = len(world.requests)
    again = saferoute.find("Town", elevation="none", online=saferoute.Online(offline=True))
    assert again.stretches["grade_pct"].isna().all()
    assert len(world.requests) == asked


def test_region_of_no_files_does_not_go_online(world):
    with pytest.raises(saferoute.SaferouteError, match="the region names no file"):
        saferoute.find(HERE, region=[])
    assert not world.requests


def test_region_may_be_extracts_one_by_one(world, extract):
    for region in (extract, str(extract), [extract]):
        assert len(saferoute.find(HERE, region=region).stretches)
    assert not world.requests


def test_pick_takes_the_second(world, run):
    world.routes["/api/interpreter"] = Answer('{"elements": []}')
    code, _, err = run("--pick", "2", "-q")
    assert (code, "OpenStreetMap holds no way within 1500 m of 10.00000,10.00000" in err) == (3, True)
    assert run("--pick", "3", "-q")[0] == 2


def test_elevation_that_fails_costs_confidence_and_is_said(world, run):
    good = json.loads(run("-o", "-")[1])
    world.routes["/12/"] = world.routes["/glo30"] = Answer(status=500)
    code, out, _ = run("-o", "-", "--refresh", "-q")
    document = json.loads(out)
    assert code == 0
    assert {f["properties"]["grade_pct"] for f in document["features"]} == {None}
    assert document["features"][0]["properties"]["c_flatness"] < good["features"][0]["properties"]["c_flatness"]
    for service in ("Mapterhorn", "GLO-30"):
        assert any(note.startswith(service) and "its heights are missing" in note for note in document["notes"])


@pytest.mark.parametrize("word", ["none", "glo30"])
def test_source_of_heights_can_be_named(world, run, word):
    code, out, _ = run("-o", "-", "-q", "--elevation", word)
    assert (code, {f["properties"]["grade_pct"] for f in json.loads(out)["features"]}) == (0, {None})
    assert not world.asked("/12/")
    assert bool(world.asked("/glo30")) == (word == "glo30")


def test_local_map_with_heights_from_the_network(world, run, extract):
    code, out, _ = run("-o", "-", "-q", "--osm", str(extract), "--elevation", "mapterhorn", near=HERE)
    assert (code, names(out)) == (0, ["Long Walk", "Sand Walk"])
    assert {r.path.split("/")[1] for r in world.requests} == {"12", "13", "14", "15", "16", "17"}


FAULTS = {
    "busy": (Answer(status=504), "answered 504 Gateway Timeout", 4),
    "partial": (Answer('{"elements": [], "remark": "runtime error: timed out"}'), "answered in part only", 3),
    "truncated": (Answer('{"elements": ['), "answered with broken data", 4),
    "page": (Answer("<html>Please log in</html>"), "answered with a web page, not data", 1),
    "nothing": (Answer(trick="close"), "ended the connection without a whole answer", 4),
    "elsewhere": (Answer(status=307, headers={"Location": "https://evil.example/"}), "redirects to evil.example", 1),
    "2 GB": (Answer(headers={"Content-Length": "2000000000"}), "sends more than 200 MB", 1),
}


@pytest.mark.parametrize(("fault", "words", "tries"), FAULTS.values(), ids=FAULTS)
def test_fault_ends_in_one_plain_line(world, run, fault, words, tries):
    world.routes["/api/interpreter"] = fault
    code, out, err = run("-q", near=HERE)
    assert (code, out) == (4, "")
    assert err.count("\n") == 1
    assert err.startswith(f"saferoute: Overpass at 127.0.0.1:{world.url.rsplit(':', 1)[1]} {words}")
    assert "--osm FILE or --region DIR" in err
    assert len(world.requests) == tries
    assert sum(world.waits) == (210 if tries == 4 else 0)


def test_wait_is_counted_down_in_sight(world, run):
    world.faults = [Answer(status=429, headers={"Retry-After": "31"})]
    code, _, err = run("-o", "-", near=HERE)
    assert code == 0
    counted = re.findall(r"answered 429 Too Many Requests; asking again in (\d+) s", err)
    assert counted == ["31", "21", "11", "1"]


def test_offline_and_nothing_kept(world, run):
    code, out, err = run("-q", "--offline", near=HERE)
    assert (code, out, err.count("\n")) == (4, "", 1)
    assert "--offline asks nobody" in err
    assert not world.requests


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--offline", "--refresh"), "exclude each other"),
        (("--overpass-url", "ftp://x"), "SAFEROUTE_OVERPASS_URL"),
        (("--elevation", "nosuchfile.tif"), "nosuchfile.tif: no such file"),
        (("--radius", "20000"), "online it may be at most 10000 m"),
    ],
)
def test_contradictions_are_refused(world, run, arguments, words):
    code, out, err = run("-q", *arguments, near=HERE)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err
    assert not world.requests


def test_cache_is_shown_and_cleared(world, run, capsys, tmp_path):
    assert world
    run("-o", "-", "-q")
    assert main(["cache", "path"]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'cache'}\n"
    assert main(["cache", "info"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == str(tmp_path / "cache")
    assert [line.split()[:3] for line in lines[1:]][:2] == [["overpass", "1", "answers"], ["nominatim", "1", "answers"]]
    assert main(["cache", "verify"]) == 0
    assert ", 0 damaged" in capsys.readouterr().err
    [answer] = (tmp_path / "cache" / "overpass").glob("*.entry")
    answer.write_bytes(bytes(answer.stat().st_size))
    assert main(["cache", "info"]) == 0
    assert "1 damaged: they will be fetched again" in capsys.readouterr().out
    assert main(["cache", "verify"]) == 2
    said = capsys.readouterr()
    assert said.out == f"{answer}: damaged: it will be fetched again\n"
    assert ", 1 damaged" in said.err
    assert main(["cache", "clear", "--cache-dir", str(tmp_path / "cache")]) == 0
    assert re.match(
        r"deleted \d+ answers, \d+ indexes of extracts and \d+ files of searched ground from ",
        capsys.readouterr().err,
    )
    assert {path.parent.name for path in (tmp_path / "cache").rglob("*.entry")} == {"today"}
    assert run("-q", "--offline")[0] == 4


def test_all_servers_are_counted_and_verbose_says_what_they_sent(world, run, capsys):
    _, _, err = run("-o", "-", "--verbose")
    said = re.findall(r"… (\w[\w-]*) at \S+ has sent (\d+) answers?, \d+\.\d MB; today (\d+) answers?", err)
    tiles = len([r for r in world.requests if r.path.endswith(".webp")])
    assert said[:2] == [("Nominatim", "1", "1"), ("Overpass", "1", "1")]
    assert {name for name, *_ in said[2:]} == {"Mapterhorn"}
    assert sum(int(now) for _, now, _ in said[2:]) == int(said[-1][2]) == tiles
    run("-o", "-", "--refresh", "--verbose")
    assert main(["cache", "info"]) == 0
    today = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("today")]
    assert [(words[6], words[1]) for words in today] == [
        ("Mapterhorn", str(2 * tiles)),
        ("Nominatim", "2"),
        ("Overpass", "2"),
    ]
    assert "has sent" not in run("-o", "-", "--refresh")[2]


def test_full_disk_still_answers(world, run, tmp_path):
    assert world
    (tmp_path / "file").write_text("x")
    code, out, _ = run("-o", "-", "-q", "--cache-dir", str(tmp_path / "file"), near=HERE)
    document = json.loads(out)
    assert (code, names(out)) == (0, ["Long Walk", "Sand Walk"])
    assert any("answers cannot be kept there" in note for note in document["notes"])


NO_SOCKET = """
import socket, sys
def refuse(*a, **k):
    raise AssertionError(f"a socket was opened: {a}")
class Closed(socket.socket):
    def __init__(self, *a, **k): refuse(*a)
socket.socket = Closed
for name in ("getaddrinfo", "gethostbyname", "create_connection", "socketpair", "create_server"):
    setattr(socket, name, refuse)
from saferoute.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("local", "code"), [(False, 0), (True, 0), ("missing", 4), ("name", 4)], ids=["cache", "local", "missing", "name"]
)
def test_offline_opens_no_socket(world, run, extract, local, code):
    if local is False:
        run("-o", "-", "-q", "--elevation", "mapterhorn")
    asked = len(world.requests)
    arguments = {
        False: ["--near", "Town", "--offline", "--elevation", "mapterhorn"],
        True: ["--near", "Long Walk", "--osm", str(extract)],
        "missing": ["--near", HERE, "--offline"],
        "name": ["--near", "Elsewhere", "--offline"],
    }[local]
    done = subprocess.run(
        [sys.executable, "-c", NO_SOCKET, "find", *arguments, "-o", "-", "-q"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert len(world.requests) == asked
    assert code or names(done.stdout) == ["Long Walk", "Sand Walk"]


@pytest.mark.slow
def test_plain_local_search_loads_nothing_for_the_network(extract):
    look = (
        "import sys\nfrom saferoute.cli import main\n"
        f"main(['find', '--near', '{HERE}', '--osm', {str(extract)!r}, '-o', '-', '-q'])\n"
        "print(sorted({'osmnx', 'requests', 'urllib3'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stderr.strip().endswith("[]")


@pytest.mark.slow
def test_interrupted_countdown_exits_130(world):
    world.routes["/api/interpreter"] = Answer(status=504)
    run = subprocess.Popen(
        [sys.executable, "-m", "saferoute", "find", "--near", HERE],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
    )
    lines = []
    for line in run.stderr:
        lines.append(line)
        if "asking again in 30 s" in line:
            break
    run.send_signal(signal.SIGINT)
    _, rest = run.communicate(timeout=20)
    assert run.returncode == 130, rest
    assert rest.splitlines()[-1] == "saferoute: interrupted"
    assert "Traceback" not in "".join(lines) + rest
