"""Help fits a screen and begins with examples, and a slip of typing is answered with what was meant."""

from __future__ import annotations

import re
import shlex
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path

import click
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from saferoute.cli import main, program
from saferoute.model import Place
from saferoute.search import Query
from saferoute.sources.places.coordinates import Name, read_place

COMMANDS = program.commands
ROOT = Path(__file__).resolve().parents[1]
LINES, COLUMNS = 30, 80
"""A screen."""


@pytest.fixture
def say(monkeypatch, capsys):
    """Run a command line in a terminal of 80 columns, and return its exit code and lines of stdout and stderr."""
    monkeypatch.setenv("COLUMNS", str(COLUMNS))

    def say(*words):
        code = main(words)
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines()

    return say


def parses(line):
    """Return whether saferoute takes a command line."""
    words = shlex.split(line)
    assert words[0] == "saferoute"
    words = words[1:]
    words = words[: words.index(">")] if ">" in words else words
    with program.make_context("saferoute", words[:1]) as top:
        return COMMANDS[words[0]].make_context(words[0], words[1:], parent=top, resilient_parsing=True).args == []


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_fits_a_screen_and_begins_with_examples(say, name):
    code, lines, err = say(*name.split(), "--help")
    assert (code, err) == (0, [])
    assert len(lines) <= LINES
    assert max(map(len, lines)) <= COLUMNS
    examples = [line.strip() for line in lines if line.startswith("  saferoute ")]
    assert name == "completion" or 1 <= len(examples) <= 4
    assert all(parses(line) for line in examples)
    begin = [line.rstrip(":") for line in lines if line.endswith(":") and not line.startswith(" ")]
    assert name == "completion" or begin[0] == "Examples"
    assert len(begin) == len(set(begin))
    assert not any(line.startswith("  0  ") for line in lines)


def test_places_of_examples_are_found_in_the_sample_where_it_is_named():
    words = [shlex.split(line) for command in COMMANDS.values() for line in getattr(command, "examples", ())]
    places = {line[1] for line in words if "--region" in line and line[line.index("--region") + 1] == "sample"}
    assert len(places) >= 4
    for place in places:
        assert Query.open(place, region="sample").area.place


@pytest.mark.parametrize("name", COMMANDS)
def test_all_options_are_shown_on_demand_and_the_rare_ones_only_then(say, name):
    options = [p for p in COMMANDS[name].params if isinstance(p, click.Option)]
    rare = {p.opts[-1] for p in options if getattr(p, "rare", False)}
    shown = re.findall(r"--[a-z0-9-]+(?=[ /\n])", "\n".join(say(name, "-h")[1]) + "\n")
    assert not rare & set(shown)
    if rare:
        everything = "\n".join(say(name, "--help-all")[1])
        assert {p.opts[-1] for p in options} <= set(re.findall(r"--[a-z0-9-]+", everything))
    else:
        assert "--help-all" not in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_is_what_the_command_says(say, name):
    assert say("help", name) == say(name, "--help")


def test_help_of_nothing_is_that_of_the_program(say):
    assert say("help") == say("--help")


def test_every_exit_code_is_told_as_in_the_guide(say):
    told = [line.split(maxsplit=1) for line in say("help", "exit-codes")[1]]
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    written = [re.findall(r"^\| (\d+) \| (.*) \|$", page.read_text(encoding="utf-8"), re.MULTILINE) for page in pages]
    assert sorted(map(tuple, told)) == sorted(row for rows in written for row in rows)
    assert {int(code) for code, _ in told} == {*range(7), 130}


def test_every_place_of_the_help_is_one(say):
    spellings = [re.split(r"  +", line.strip())[0] for line in say("help", "places")[1] if re.match(r"  \S", line)]
    read = {text: read_place(text) for text in spellings}
    assert len(read) > 10
    where = [place for place in read.values() if isinstance(place, Place)]
    assert all(abs(place.lat - 60.172) < 3e-4 and abs(place.lon - 24.944) < 3e-4 for place in where)
    words = {text for text, place in read.items() if isinstance(place, Name)}
    assert words == {"Hyde Park, London", "Vilhonkatu 4", "home"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("fnd 'Old Town'", "saferoute find 'Old Town'"),
        ("expalin 1,2", "saferoute explain 1,2"),
        ("PLAN home", "saferoute plan home"),
        ("find x --levl advanced", "saferoute find x --level advanced"),
        ("find x --radios=700", "saferoute find x --radius=700"),
        ("plan x --retrun jog", "saferoute plan x --return jog"),
        ("scan x --out x.parquet", "saferoute scan x --output x.parquet"),
        ("cache info --hepl", "saferoute cache info --help"),
        ("--near x", "saferoute find --near x"),
        ("Old Town", "saferoute find Old Town"),
    ],
)
def test_a_slip_is_answered_with_the_line_that_was_meant(say, typed, meant):
    code, out, err = say(*shlex.split(typed))
    assert (code, out) == (2, [])
    assert err[0].startswith("saferoute: ")
    assert err[1:] == [meant]
    assert parses(meant)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "no command is given, as in saferoute find"),
        ("find x --colour", "saferoute find has no option --colour; see saferoute find --help"),
        (
            "explain x --radius 3",
            "saferoute explain has no option --radius, but find has; see",
        ),
        ("cache claer", "ACTION: 'claer': did you mean clear?"),
        ("cache delete", "ACTION: 'delete': did you mean clear?"),
        ("cache LS", "ACTION: 'LS': did you mean info?"),
        ("profile advanced", "ACTION: 'advanced': did you mean show advanced?"),
        ("profile mine.toml", "ACTION: 'mine.toml': did you mean show mine.toml?"),
        ("profile x", "ACTION: 'x': choose one of list, show"),
        ("cache x", "ACTION: 'x': choose one of info, path, verify, clear"),
        ("plan x --return jogg", "--return: 'jogg': did you mean jog?"),
        ("completion bsh", "SHELL: 'bsh': did you mean bash?"),
        ("help exitcodes", "SUBJECT: 'exitcodes': did you mean exit-codes?"),
        ("scan", "REGION is missing: folder with extracts"),
        ("scan x", "-o FILE.parquet is missing: folder of GeoParquet"),
        ("find --surface", "--surface needs a value: --surface LIST; see saferoute find --help"),
        ("find x --qr=1", "saferoute find has no option --qr, but plan has"),
        ("plan x --qr=1", "Option '--qr' does not take a value; see saferoute plan --help"),
    ],
)
def test_other_slips_are_answered_in_one_line(say, typed, said):
    code, out, err = say(*shlex.split(typed))
    assert (code, out, len(err)) == (2, [], 1)
    assert err[0].startswith(f"saferoute: {said}")


@pytest.mark.parametrize("word", ["JOG", "Jog"])
def test_case_of_a_choice_does_not_matter(word):
    words = ["x", "--return", word, "--settings", "none"]
    with program.make_context("saferoute", ["plan"]) as top:
        context = COMMANDS["plan"].make_context("plan", words, parent=top)
        assert context.params["return"] == "jog"


LONG = sorted({flag for p in COMMANDS["find"].params for flag in p.opts if len(flag) > 7})


@settings(max_examples=30)
@given(st.sampled_from(LONG), st.data())
def test_two_letters_swapped_are_a_slip_of_the_option(flag, data):
    i = data.draw(st.integers(2, len(flag) - 2))
    typed = flag[:i] + flag[i + 1] + flag[i] + flag[i + 2 :]
    assume(typed != flag)
    with redirect_stderr(StringIO()) as err:
        assert main(["find", "x", typed, "1", "--settings", "none"]) == 2
    wrong, meant = err.getvalue().splitlines()
    assert f"did you mean {flag}?" in wrong
    assert meant == f"saferoute find x {flag} 1 --settings none"


# --- files that are not there, or not what they should be ---------------------------------------


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of a newcomer: a city's folder with an extract, a raster, a picture and a map."""
    for name in ("cities/porto/porto.osm.pbf", "cities/porto/heights.tif", "empty/notes.txt", "saferoute-mine.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--region cities", f"did you mean {Path('cities/porto')}?"),
        ("--region cities/prto", f"did you mean {Path('cities/porto')}?"),
        ("--region empty", "download one, as from Geofabrik"),
        ("--osm cities/porto/port.osm.pbf", f"did you mean {Path('cities/porto/porto.osm.pbf')}?"),
        ("--osm cities/porto/heights.tif", "a raster is given with --dem"),
        ("--elevation cities/porto/height.tif", f"did you mean {Path('cities/porto/heights.tif')}?"),
        ("--level safroute-mine.toml", "did you mean saferoute-mine.toml?"),
        ("--level my.toml", "saferoute profile show beginner > my.toml makes one"),
        ("--elevation mapterhron", "did you mean mapterhorn?"),
        ("--surface 'sand grass'", "did you mean sand,grass?"),
        ("--top ten", "write a whole number"),
        ("-o map.htm", "did you mean map.html?"),
        ("-o found.geojsn", "did you mean found.geojson?"),
        ("-o empty", f"did you mean {Path('empty/map.html')}?"),
        ("-level beginner", "did you mean --level?"),
        ("--lat 60 --lon 24", "a place needs none, as in saferoute find 60.17,24.94"),
    ],
)
def test_a_mistake_is_answered_with_what_to_type(say, folder, options, said):
    assert folder
    code, out, err = say("find", "60.17,24.94", "--offline", *shlex.split(options))
    assert (code, out) == (2, [])
    assert len(err) == 1 + ("level?" in said)
    assert said in err[0]
