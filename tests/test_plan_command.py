"""``saferoute plan`` does what its help says, and fails in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from town import lonlat, write_town

from saferoute.cli import main
from saferoute.model import CAUTION

TOWN = """
    n1 0 0
    n2 300 0
    n3 300 400
    n4 0 400
    n5 2000 0
    n6 2600 0
    w1 n1,n2 highway=footway surface=asphalt width=4 name="[red]South[/red] Walk"
    w2 n2,n3 highway=residential
    w3 n3,n4 highway=footway surface=asphalt width=4 name="=North Walk"
    w4 n4,n1 highway=path
    w5 n2,n5 highway=residential
    w6 n5,n6 highway=residential
"""
ROAD = "n1 0 0\nn2 3000 0\nw1 n1,n2 highway=residential\n"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run plan in a town from a point in it, and return exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, town=TOWN, at=(0, 0)):
        extract = write_town(tmp_path / "town.osm", town)
        lon, lat = lonlat(*at)
        code = main(["plan", "-q", "--near", f"{lat:.7f},{lon:.7f}", "--osm", str(extract), *arguments])
        return code, *capsys.readouterr()

    return run


def test_a_timetable_is_printed_and_a_map_written(run, tmp_path):
    code, out, err = run()
    (page,) = (tmp_path / "maps").iterdir()
    assert page.name.endswith("-session.html")
    assert (code, err) == (0, f"wrote maps/{page.name}\n")
    assert "BACKWARD 1" in out
    assert "BACKWARD 2" in out
    assert "[red]South[/red] Walk" in out
    assert " ".join(CAUTION.split()[:6]) in out


SLOW_LIBRARIES = (
    "PIL folium fiona geopandas jinja2 matplotlib networkx osmium osmnx pandas pyarrow pyogrio rasterio requests scipy"
)


@pytest.mark.slow
def test_a_session_planned_before_is_told_and_saved_without_any_slow_library(tmp_path):
    extract = write_town(tmp_path / "town.osm", TOWN)
    lon, lat = lonlat(0, 0)
    asked = ["plan", "-q", f"{lat:.7f},{lon:.7f}", "--osm", str(extract), "--at", "sat 07:00", "-o", "run.gpx"]
    look = (
        "import sys\nfrom saferoute.cli import main\n"
        f"code = main({asked!r})\n"
        f"print(code, sorted(set({SLOW_LIBRARIES!r}.split()) & set(sys.modules)))"
    )
    empty = {**os.environ, "SAFEROUTE_CACHE_DIR": str(tmp_path / "cache")}
    told, written = [], []
    for _ in range(3):  # the first makes the index, the second keeps the session
        done = subprocess.run(
            [sys.executable, "-c", look], capture_output=True, text=True, check=True, env=empty, cwd=tmp_path
        )
        told.append(done.stdout.splitlines())
        written.append((tmp_path / "run.gpx").read_bytes())
    assert "pandas" in told[0][-1]
    assert told[2][-1] == "0 []"
    assert told[2][:-1] == told[0][:-1]
    assert len(set(written)) == 1


def test_named_files_are_written(run, tmp_path):
    names = [
        f"run{s}"
        for s in (".html", ".gpx", ".fit", ".workout.fit", ".geojson", ".gpkg", ".parquet", ".fgb", ".kml", ".csv")
    ]
    code, _, err = run(*(word for name in names for word in ("-o", name)))
    assert code == 0
    assert err.splitlines() == [f"wrote {name}" for name in names]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([*names, "town.osm"])


def test_geojson_goes_to_stdout(run):
    code, out, err = run("-o", "-", "--week", "8", "--return", "jog")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert document["week"] == 8
    assert [f["properties"]["of"] for f in document["features"]].count("section") == 4


def test_qr_code_stands_under_the_timetable_or_beside_the_json(run):
    assert "█" in run("--qr")[1]
    _, out, err = run("--qr", "-o", "-")
    json.loads(out)
    assert "█" in err


@pytest.mark.parametrize(
    ("length", "figure", "wanted"),
    [(["--time", "25min"], "duration_s", 1500), (["--distance", "3km"], "length_m", 3000)],
    ids=["time", "distance"],
)
def test_length_is_as_asked(run, length, figure, wanted):
    figures = json.loads(run(*length, "-o", "-")[1])["figures"]
    assert figures[figure] == pytest.approx(wanted, rel=0.1)


def test_nothing_to_run_on_is_exit_5_and_no_file(run, tmp_path):
    code, out, err = run("-o", "run.gpx", town=ROAD)
    assert (code, out) == (5, "")
    assert err == (
        "saferoute: no recommended stretch can be reached from the start; plan from elsewhere, or with another level\n"
    )
    assert [p.name for p in tmp_path.iterdir()] == ["town.osm"]


def test_a_start_in_the_sea_is_exit_3_and_names_the_distance(run):
    code, out, err = run(at=(0, -800))
    assert (code, out) == (3, "")
    assert err == "saferoute: the start is 800 m from the nearest foot way; give a place within 500 m of one\n"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--time", "soon"], "time 'soon': write it as 30min"),
        (["--time", ""], "time '': write it as 30min"),
        (["--time", "5min"], "time 5 min: a session takes 10 min to 5 h"),
        (["--distance", "5"], "distance '5': write it as 5km"),
        (["--distance", "0km"], "distance 0 km: a session is 1 to"),
        (["--week", "0"], "week 0: weeks of training are 1 to 52"),
        (["--week", "60"], "for minutes write a time, as in 60min"),
        (["-o", "run.pdf"], "run.pdf: the suffix must be one of"),
        (["-o", "run.PNG"], "write run.html, and print it from the browser"),
        (["-o", "none/run.gpx"], "the folder none does not exist"),
    ],
)
def test_what_is_wrong_is_told_in_one_line_before_any_work(run, monkeypatch, arguments, text):
    monkeypatch.setattr(
        "saferoute.sources.osm.extract.ExtractSource.read_features", lambda *_, **__: pytest.fail("work was done")
    )
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert text in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("text", ["min", "30", "-30min", "1e3min", "nanmin", "30min30", "٣٠min"[:2] + "x"])
def test_no_other_text_is_a_time(run, text):
    code, out, err = run("--time", text)
    assert (code, out) == (2, "")
    assert "--time" in err


def test_a_group_goes_there_by_other_means(run):
    code, out, _ = run("--there", "--abreast", "3", "--notes")
    assert code == 0
    assert "groups of up to 2" in " ".join(out.split())
    assert "go there by other means" in " ".join(out.split())


def test_a_group_too_large_is_refused_in_a_line(run):
    code, out, err = run("--abreast", "31")
    assert (code, out) == (2, "")
    assert "a group has 1 to 30 runners" in err
