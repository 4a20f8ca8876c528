"""The command line does what its help says, and fails in one line."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rankings import ranking as made_ranking
from town import lonlat, write_town

from saferoute import __version__
from saferoute.cli import main
from saferoute.model import CAUTION

TOWN = """
    n1 -150 0
    n2 150 0
    n3 -150 200
    n4 150 200
    n5 -150 -200
    n6 150 -200
    n7 0 900
    n8 40 900
    n9 40 940
    w1 n1,n2 highway=footway surface=asphalt width=4 name="Long Walk"
    w2 n3,n4 highway=residential name="Main Street"
    w3 n5,n6 highway=footway surface=sand name="Sand [red]Walk[/red]"
    w4 n7,n8,n9,n7 leisure=park name="Far/Park"
"""
LON, LAT = lonlat(0, 0)
HERE = f"{LAT:.6f},{LON:.6f}"
PLACE_NAME = f"{LAT:g},{LON:g}"


@pytest.fixture(scope="module")
def extract(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town") / "town.osm.pbf", TOWN)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to work in."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


@pytest.fixture
def run(extract, folder, capsys):
    """Run find or explain on the town, and return exit code, stdout and stderr."""
    assert folder

    def run(command, *arguments, near=HERE, osm=None):
        argv = [command, "--near", near, "--osm", str(osm or extract), "--quiet", *map(str, arguments)]
        code = main(argv)
        return code, *capsys.readouterr()

    return run


def names(document):
    return [feature["properties"]["osm_name"] for feature in json.loads(document)["features"]]


@pytest.mark.parametrize("near", [HERE, f"geo:{HERE}", f"geo:{HERE};u=10", HERE.replace(",", " ")])
def test_find_takes_coordinates(run, near):
    code, out, err = run("find", "-o", "-", near=near)
    assert (code, err) == (0, "")
    assert "Long Walk" in names(out)


def test_find_takes_a_name_and_says_where_it_is(run):
    code, out, err = run("find", "-o", "-", near="long walk")
    assert code == 0
    assert err.startswith("Long Walk: 59.99")
    assert names(out)[0] == "Long Walk"


def test_place_in_the_south_needs_no_quoting(folder, capsys):
    code = main(["find", "--near", "-33.9,18.4", "--osm", str(folder / "none.osm.pbf")])
    assert (code, "none.osm.pbf: no such file" in capsys.readouterr().err) == (2, True)


def test_find_prints_a_table_and_draws_a_map_by_default(run, folder):
    code, out, err = run("find")
    assert code == 0
    assert f" within 1.5 km of {PLACE_NAME}" in out.splitlines()[0]
    assert " stretches; Beginner: " in out
    assert "Long Walk" in out
    assert "Excluded:" in out
    assert "motor road" in out
    assert " ".join(CAUTION.split()[:6]) in out
    path = f"maps/{PLACE_NAME.replace(',', '-')}.html"
    assert err == f"wrote {path}\n"
    assert [str(p.relative_to(folder)) for p in folder.rglob("*.*")] == [path]


def test_map_is_named_after_the_place_and_stays_in_its_folder(run, folder):
    assert run("find", near="far/park")[0] in {0, 5}
    assert [str(p.relative_to(folder)) for p in folder.rglob("*.html")] == ["maps/far-park.html"]


def test_named_outputs_are_written_and_no_default_map(run, folder):
    code, out, err = run("find", "-o", "a.geojson", "-o", "b.html", "-o", "c.json")
    assert code == 0
    assert "Long Walk" in out
    assert err.splitlines() == ["wrote a.geojson", "wrote b.html", "wrote c.json"]
    assert sorted(p.name for p in folder.iterdir()) == ["a.geojson", "b.html", "c.json"]
    assert (folder / "b.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert (folder / "a.geojson").read_bytes() == (folder / "c.json").read_bytes()


def test_file_and_stdout_get_the_same_geojson(run, folder):
    code, out, err = run("find", "-o", "x.geojson", "-o", "-")
    assert (code, err) == (0, "wrote x.geojson\n")
    assert out == (folder / "x.geojson").read_text(encoding="utf-8")


def test_same_question_gets_the_same_answer(run):
    assert run("find", "-o", "-") == run("find", "-o", "-")


def test_top_and_radius_bound_the_answer(run):
    assert len(names(run("find", "-o", "-", "--top", 1)[1])) == 1
    assert set(names(run("find", "-o", "-", "--radius", 150)[1])) == {"Long Walk"}


def test_barefoot_leaves_sand_alone(run):
    assert set(names(run("find", "-o", "-", "--barefoot")[1])) == {"Sand [red]Walk[/red]"}


@pytest.mark.parametrize("radius", ["0.15km", "150 m", "165yd", "490ft", "0,15 km", "0.0932mi"])
def test_lengths_have_units(run, radius):
    assert set(names(run("find", "-o", "-", "--radius", radius)[1])) == {"Long Walk"}


@pytest.mark.parametrize(
    "options", [["--level", "Beginner"], ["--level", "FIRST STEPS"], ["--surface", "Asphalt; SAND"]]
)
def test_levels_and_surfaces_are_read_in_any_case(run, options):
    assert "Long Walk" in names(run("find", "-o", "-", *options)[1])


def test_a_mistyped_surface_leaves_an_earlier_file_alone(run, tmp_path):
    path = tmp_path / "found.geojson"
    assert run("find", "-o", path)[0] == 0
    before = path.read_bytes()
    assert run("find", "-o", path, "--surface", "sandd")[0] == 2
    assert path.read_bytes() == before


def test_home_and_variables_stand_in_paths(extract, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("MAPS", str(extract.parent))
    (tmp_path / "$odd").mkdir()
    argv = [
        "find",
        HERE,
        "--osm",
        f"$MAPS/{extract.name}",
        "-q",
        "-o",
        "~/out.geojson",
        "-o",
        f"{tmp_path}/$odd/out.csv",
    ]
    assert main(argv) == 0
    assert capsys.readouterr().err.count("wrote") == 2
    assert (tmp_path / "out.geojson").exists()
    assert (tmp_path / "$odd" / "out.csv").exists()


def test_a_folder_is_a_region_by_either_name(folder, extract, tmp_path, capsys):
    assert folder
    (tmp_path / "town.osm.pbf").write_bytes(extract.read_bytes())
    told = []
    for option, path in (("--osm", tmp_path), ("--region", tmp_path), ("--region", tmp_path / "town.osm.pbf")):
        assert main(["find", HERE, option, str(path), "-q", "-o", "-"]) == 0
        told.append(names(capsys.readouterr().out))
    assert told[0] == told[1] == told[2]
    (tmp_path / "dem.tif").write_bytes(b"")
    for options, text in (
        (["--osm", str(tmp_path), str(extract)], "is a folder; give it alone"),
        (["--region", f"{tmp_path}/dem.tif"], "is a file, and none of a map"),
    ):
        assert_one_line((main(["find", HERE, *options, "-q"]), *capsys.readouterr()), 2, text)


def test_surface_leaves_what_was_asked_for(run):
    assert set(names(run("find", "-o", "-", "--surface", "Asphalt, gravel")[1])) == {"Long Walk"}


def test_markup_in_a_name_is_printed_as_text(run):
    assert "Sand [red]Walk[/red]" in run("find", "-o", "x.json")[1]


def test_heights_come_from_dem(run, tmp_path, write_plane):
    dem = write_plane(tmp_path / "dem.tif")
    out = run("find", "-o", "-", "--dem", dem)[1]
    grades = [abs(f["properties"]["grade_pct"]) for f in json.loads(out)["features"]]
    assert grades == pytest.approx([0.5] * len(grades), abs=0.01)


@pytest.mark.slow
def test_region_is_searched_for_extract_and_raster(sample, folder, capsys):
    argv = ["find", "--near", "60.175,24.945", "--radius", "300", "--region", str(sample), "-q", "-o", "-"]
    assert main(argv) == 0
    document = json.loads(capsys.readouterr().out)
    assert len(document["attribution"]) == 2
    assert any(f["properties"]["grade_pct"] is not None for f in document["features"])
    assert list(folder.iterdir()) == []


FEW_LIBRARIES = (
    "astral click filelock opening_hours platformdirs pygments rich saferoute tzdata tzfpy",
    "rasterio affine attr attrs",
)
"""With what else a map is found and written, and a raster read; each of them is imported in a blink."""


@pytest.mark.slow
def test_a_map_loads_no_library_that_other_options_need(sample, tmp_path):
    look = (
        "import sys, numpy, shapely, pyproj, folium\n"
        "before = set(sys.modules)\n"
        "from saferoute.cli import main\n"
        f"code = main(['find', '60.1725,24.9448', '--region', {str(sample)!r}, '-o', {str(tmp_path / 'map.html')!r}])\n"
        "new, old = ({name.split('.')[0] for name in names} for names in (sys.modules, before))\n"
        f"others = new - old - sys.stdlib_module_names - set({' '.join(FEW_LIBRARIES).split()!r})\n"
        "print(code, sorted(name for name in others if not name.startswith('_')))\n"
        "print(sorted({'saferoute.training', 'saferoute.scan'} & set(sys.modules)))"
    )
    empty = {**os.environ, "SAFEROUTE_CACHE_DIR": str(tmp_path / "cache")}
    for _ in range(2):  # a process apart reads the extract, the first time; then its index is there
        done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, env=empty)
        assert done.stdout.splitlines()[-2:] == ["0 []", "[]"]


def test_explain_says_how_a_stretch_scores(run, folder):
    code, out, err = run("explain")
    assert (code, err) == (0, "")
    assert out.startswith("Nearest: Long Walk (east) (way/1), ")
    for word in ("Rating", "Suitability", "surface ", "flatness ", "straightness ", "obstacles ", "crowding "):
        assert word in out
    assert CAUTION in out
    assert list(folder.iterdir()) == []


def test_explain_says_which_limit_excludes_a_way(run):
    lon, lat = lonlat(0, 199)
    code, out, _ = run("explain", near=f"{lat:.6f},{lon:.6f}")
    assert code == 5
    assert out.startswith("Nearest: Main Street (way/2), ")
    assert "\nExcluded: motor road.\nRule: roads for motor traffic are excluded" in out


def test_explain_where_no_way_is_finds_no_place(run):
    lon, lat = lonlat(0, 600)
    code, out, err = run("explain", near=f"{lat:.6f},{lon:.6f}")
    assert (code, out) == (3, "")
    assert err.startswith("saferoute: ")


@pytest.mark.parametrize("surface", ["gravl", "asphalt,sandd", ",", " , "])
def test_surfaces_that_are_none_are_refused_before_a_file_is_touched(run, folder, surface):
    (folder / "x.geojson").write_text("good")
    code, out, err = run("find", "-o", "x.geojson", "--surface", surface)
    assert (code, out) == (2, "")
    assert err.startswith("saferoute: surface ")
    assert [path.read_text() for path in folder.iterdir()] == ["good"]


def test_a_result_without_a_stretch_says_that_it_takes_the_place_of_a_file(run, folder):
    nothing = ("find", "-o", "x.geojson", "--surface", "gravel", "-q")
    assert run(*nothing)[2] == "wrote x.geojson, without a stretch\n"
    assert run("find", "-o", "x.geojson")[2] == "wrote x.geojson\n"
    assert run(*nothing)[2] == "wrote x.geojson, without a stretch in place of the earlier file\n"
    assert json.loads((folder / "x.geojson").read_text())["features"] == []


def test_nothing_qualifies_is_exit_5_with_the_exclusions(run):
    code, out, _ = run("find", "-o", "x.geojson", "--surface", "gravel")
    assert code == 5
    assert out.startswith("No stretch found near")
    assert "surface not asked for" in out
    assert "motor road" in out


@pytest.fixture
def broken(tmp_path, sample, write_plane):
    """A folder with broken files, beside the one to work in."""
    whole = (sample / "helsinki.osm.pbf").read_bytes()
    (tmp_path / "half.osm.pbf").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.osm.pbf").write_bytes(b"")
    (tmp_path / "text.osm.pbf").write_text("no extract\n" * 100)
    (tmp_path / "text.tif").write_text("no raster\n" * 100)
    (tmp_path / "bad.toml").write_text("speed_m_s = 1")
    (tmp_path / "folder.html").mkdir()
    write_plane(tmp_path / "far.tif", shift=200_000)
    return tmp_path


def assert_one_line(answer, code, text):
    """A broken input is told in one line, with its exit code, and leaves nothing."""
    assert answer[0] == code, answer
    assert answer[1] == ""
    assert answer[2].startswith("saferoute: ")
    assert answer[2].count("\n") == 1
    assert answer[2].endswith("\n")
    assert text in answer[2]
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("half.osm.pbf", "not a whole OpenStreetMap extract"),
        ("empty.osm.pbf", "the file is empty"),
        ("text.osm.pbf", "not a whole OpenStreetMap extract"),
        ("missing.osm.pbf", "no such file"),
        ("folder.html", "no OpenStreetMap extract in this folder"),
        ("x" * 300 + ".osm", "File name too long"),
    ],
)
@pytest.mark.parametrize("command", ["find", "explain"])
@pytest.mark.parametrize("near", [HERE, "Long Walk"], ids=["coordinates", "name"])
def test_broken_extract_is_told_in_one_line(run, broken, command, near, name, text):
    answer = run(command, near=near, osm=broken / name)
    assert_one_line(answer, 2, text)
    assert name[:20] in answer[2]


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--dem", "../far.tif"], 2, "no raster given with --dem covers"),
        (["--dem", "../text.tif"], 2, "not a raster"),
        (["--dem", "../none.tif"], 2, "no such file"),
        (["--radius", "0"], 2, "radius 0 m"),
        (["--radius", "1.5"], 2, "--radius: radius 1.5: 1.5 m? write 1.5km or 1.5mi; if you do mean metres, 1.5m"),
        (["--radius", "1,500 m"], 2, "does the comma part thousands? write it without"),
        (["--radius", "2 leagues"], 2, "length '2 leagues': write it as 200m, 1.5km, 1mi, 200yd or 200ft"),
        (["--surface", "sandd"], 2, "surface 'sandd': did you mean sand?"),
        (["--surface", "asphalt,cobblestone"], 2, "surface cobblestone: nobody should run backwards on it"),
        (["--level", "begginer"], 2, "level 'begginer': did you mean beginner?"),
        (["--at", "13pm"], 2, "time '13pm': write a day and an hour"),
        (["--dem", "~nobody-here/dem.tif"], 2, "~ must be followed by / or the name of a user"),
        (["--radius", "-1"], 2, "radius -1 m"),
        (["--radius", "nan"], 2, "radius nan m"),
        (["--radius", "nan", "--dem", "../far.tif"], 2, "radius nan m"),
        (["--radius", "1e9"], 2, "at most 100 km; write it as in 800, 1.5km"),
        (["--top", "0"], 2, "top 0"),
        (["-o", "none/x.html"], 2, "does not exist"),
        (["-o", "../folder.html"], 2, "is a folder"),
        (["-o", "x.shp"], 2, "the suffix must be one of"),
        (["-o", "x"], 2, "; did you mean x.html?"),
        (["-o", "x" * 300 + ".html"], 2, "cannot be written"),
    ],
    ids=lambda v: " ".join(v)[:30] if isinstance(v, list) else None,
)
def test_find_tells_what_is_wrong_in_one_line(run, broken, arguments, code, text):
    assert broken
    assert_one_line(run("find", *arguments), code, text)


@pytest.mark.parametrize("output", ["x.shp", "none/x.html"])
def test_output_that_cannot_be_is_refused_before_any_work(run, monkeypatch, output):
    monkeypatch.setattr("saferoute.search.Query.open", lambda *_, **__: pytest.fail("the data were opened"))
    assert run("find", "-o", output)[0] == 2


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--near", "95,24.9"], 2, "latitude 95 is outside -90 to 90"),
        (["--near", "60,200"], 2, "longitude 200 is outside"),
        (["--near", "geo:x"], 2, "write geo:LAT,LON"),
        (["--near", " "], 2, "no place is given"),
        (["--near", "89.9,24.9"], 2, "at a pole"),
        (["--near", f"{LON:.4f},{LAT:.4f}"], 3, "did you write lon,lat"),
        (["--near", "48.2,16.4"], 3, "outside the data"),
        (["--near", "Atlantis"], 3, "nothing on this map has this name; give coordinates"),
        (["--near", "Long Wallk"], 3, "did you mean Long Walk"),
        (["--near", "x\x1b[31m\ny"], 3, "nothing on this map"),
        (["--level", "expert"], 2, "choose one of first-steps"),
        (["--level", "none.toml"], 2, "no such file"),
        (["--level", "../bad.toml"], 2, "profile bad: key"),
        (["--barefoot", "--surface", "asphalt"], 2, "bare feet run on"),
        (["--min-length", "5"], 2, "a stretch is 20 to"),
        (["--min-length", "nan"], 2, "a stretch is 20 to"),
        (["--region", "nowhere"], 2, "no such folder"),
    ],
    ids=lambda v: ascii(" ".join(v))[:30] if isinstance(v, list) else None,
)
@pytest.mark.parametrize("command", ["find", "explain"])
def test_both_commands_tell_what_is_wrong_in_one_line(run, broken, command, arguments, code, text):
    assert broken
    assert_one_line(run(command, *arguments), code, text)


@pytest.mark.parametrize(
    "words",
    [
        lambda lat, lon: [f"{lat},{lon}"],
        lambda lat, lon: [f"{lat}".replace(".", ","), f"{lon}".replace(".", ",")],
        lambda lat, lon: ["(", f"{lat}", f"{lon})"],
        lambda _lat, _lon: ["Long", "Walk"],
        lambda _lat, _lon: ["way/1"],
    ],
)
def test_place_is_an_argument_that_needs_no_quotes(extract, capsys, words):
    code = main(["find", "--osm", str(extract), *words(*HERE.split(",")), "-q", "-o", "-"])
    assert code == 0
    assert "Long Walk" in names(capsys.readouterr().out)


def test_place_in_the_south_is_an_argument_too(folder, extract, capsys):
    assert folder
    code = main(["find", "-33.9,18.4", "--osm", str(extract), "-q"])
    assert_one_line((code, *capsys.readouterr()), 3, "-33.90000,18.40000 lies outside the data")


@pytest.mark.parametrize(
    ("argv", "text"),
    [
        (["find"], 'no place is given; write where, as in saferoute find "Hyde Park"'),
        (["find", "Here", "--near", "There"], "PLACE and --near both say where: 'Here' and 'There'; give one of them"),
        (["plan", "  "], "no place is given"),
    ],
)
def test_place_is_given_once(folder, extract, capsys, argv, text):
    assert folder
    code = main([*argv, "--osm", str(extract), "-q"])
    assert_one_line((code, *capsys.readouterr()), 2, text)


def test_files_end_where_the_place_begins(extract, tmp_path, capsys):
    other = tmp_path / "other.osm.pbf"
    other.write_bytes(extract.read_bytes())
    main(["explain", "--osm", str(extract), str(other), "Long", "Walk", "-q"])
    assert "Long Walk" in capsys.readouterr().out
    assert main(["explain", "--osm", str(extract), "missing.osm", "Long", "Walk", "-q"]) == 2
    assert "missing.osm: no such file" in capsys.readouterr().err


def test_no_map_data_is_told_with_the_way_out(folder, capsys):
    assert folder
    code = main(["find", "--near", HERE, "--offline", "-q"])
    assert_one_line((code, *capsys.readouterr()), 4, "or give an extract with --osm FILE or --region DIR")


def test_escape_sequences_of_an_argument_do_not_come_back(run):
    assert "\x1b" not in run("find", near="\x1b[31m\x1b]0;title\x07")[2]


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["--colour"],
        ["find"],
        ["find", "--near"],
        ["find", "--near", "1,2", "--radius", "far"],
        ["find", "--near", "1,2", "--top", "1.5"],
        ["find", "--near", "1,2", "--colour"],
        ["explain", "--near", "1,2", "--top", "3"],
    ],
    ids=" ".join,
)
def test_argument_that_is_none_is_exit_2_in_one_line(folder, capsys, argv):
    assert folder
    assert_one_line((main(argv), *capsys.readouterr()), 2, "")


def test_interruption_is_exit_130_in_one_line(run, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("saferoute.search.find", interrupt)
    assert run("find") == (130, "", "saferoute: interrupted\n")


def in_process_of_its_own(*arguments, **options):
    return subprocess.run([sys.executable, "-m", "saferoute", *arguments], capture_output=True, check=False, **options)


def test_module_can_be_run_and_knows_its_version():
    done = in_process_of_its_own("--version")
    lines = done.stdout.decode().splitlines()
    assert (done.returncode, lines[0], done.stderr) == (0, f"saferoute {__version__}", b"")
    assert {line.split()[0] for line in lines} >= {"Python", "GDAL", "GEOS", "PROJ", "libosmium", "geopandas"}


def test_exit_code_reaches_the_shell(folder):
    done = in_process_of_its_own("find", "--near", "1,2", "--osm", "none.osm", cwd=folder)
    assert done.returncode == 2
    assert done.stderr.startswith(b"saferoute: none.osm: no such file")


@pytest.mark.slow
def test_terminal_that_knows_ascii_alone_gets_its_answer(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    path = write_town(tmp_path / "town.osm", TOWN.replace("Long Walk", "Pitkä 道"))
    ask = ["find", "--near", HERE, "--osm", str(path)]
    table = in_process_of_its_own(*ask, "-o", str(tmp_path / "x.html"))
    assert (table.returncode, b"Traceback" in table.stderr) == (0, False)
    assert b"Pitk?" in table.stdout
    document = in_process_of_its_own(*ask, "-o", "-")
    assert "Pitkä 道" in names(document.stdout.decode("utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("command", [["find", "-o", "-"], ["explain"]], ids=["much", "little"])
def test_reader_that_goes_away_is_no_error(extract, folder, command, monkeypatch):
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)  # what is little waits for the end
    argv = [sys.executable, "-m", "saferoute", *command, "--near", HERE, "--osm", extract, "-q"]
    with subprocess.Popen(argv, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.fixture
def sample_map(tmp_path):
    from saferoute.search.formats import write_file

    write_file(made_ranking(), tmp_path / "map.html")
    return tmp_path / "map.html"


def test_view_serves_until_interrupted(sample_map):
    run = [sys.executable, "-m", "saferoute", "view", str(sample_map), "--no-browser"]
    with subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().strip()
            with urllib.request.urlopen(url, timeout=10) as answer:
                assert answer.read().decode() == sample_map.read_text(encoding="utf-8")
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=10) == 0
        finally:
            process.kill()
        assert process.stderr.read() == "Ctrl-C ends it\nended\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.html"], "none.html: No such file"),
        ([__file__], "is no map of saferoute"),
        (["MAP", "--tiles", "Nope"], "no such provider"),
        (["MAP", "--port", "70000"], "port 70000: cannot be used"),
    ],
)
def test_view_says_what_cannot_be_shown(sample_map, capsys, arguments, said):
    assert main(["view", "--no-browser", *(str(sample_map) if a == "MAP" else a for a in arguments)]) == 2
    assert said in capsys.readouterr().err


# --- when -------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", ["soon", "", "satt", "2026-02-30T07:00", "\x1b[31m"])
@pytest.mark.parametrize("command", ["find", "explain"])
def test_a_time_that_is_none_is_one_line_with_exit_code_2(run, folder, command, at):
    code, out, err = run(command, f"--at={at}")
    assert (code, out) == (2, "")
    assert err.startswith("saferoute: --at: time '")
    assert err.count("\n") == 1
    assert "\x1b" not in err
    assert list(folder.iterdir()) == []


def test_the_hour_is_said_and_lamps_are_asked_for_in_the_dark(run):
    day, night = (run("explain", "--at", at)[1] for at in ("2026-06-20T07:00", "2026-12-20T06:00"))
    assert "people, light and opening hours are those of Sat 2026-06-20 07:00 (Europe/Helsinki): it is light" in day
    assert "lamps: it is dark at that hour" not in day
    assert "Check on foot:\n- lamps: it is dark at that hour" in night


def test_the_hour_is_now_where_none_is_asked_for(run):
    assert (
        f"people, light and opening hours are those of {dt.datetime.now(ZoneInfo('Europe/Helsinki')):%a %Y-%m-%d}"
        in run("explain")[1]
    )


def test_counters_and_people_calibrate_crowding(run, tmp_path):
    with_cafe = write_town(tmp_path / "cafe.osm", TOWN + "n90 0 150 amenity=cafe\n")
    counts = tmp_path / "counts.csv"
    counts.write_text("lon,lat,count\n" + "".join(f"{lonlat(x, 0)[0]},{lonlat(x, 0)[1]},700\n" for x in (-100, 0, 100)))
    at = ("--at", "2026-06-20T07:00")
    plain, counted = (run("explain", "--notes", *at, *more, osm=with_cafe)[1] for more in ([], ["--counts", counts]))
    assert "guessed from the map" in plain
    assert "by 3 counters" in counted
    assert "crowding is calibrated by 3 of 3 counters" in counted
    assert "Best hours: Mon–Fri " in counted
    code, out, err = run("find", "--counts", tmp_path / "none.csv", "-o", "-")
    assert (code, out, err.count("\n")) == (2, "", 1)
    code, out, err = run("find", "--population", counts, "-o", "-")
    assert (code, out, err.count("\n")) == (2, "", 1)
