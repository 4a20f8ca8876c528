"""Settings: flag before environment before file, and one line for what breaks a rule."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from saferoute.cli import _settings, main, program
from saferoute.model import InvalidInput
from saferoute.sources.profiles import LEVELS, load_profile, to_toml

KEYS = {"home": "", "output-folder": ""} | {
    key: option for command in program.commands.values() for key, option in _settings.settable_options(command).items()
}
"""Every setting, with its option where it has one."""
PAGE = (Path(__file__).resolve().parents[1] / "docs" / "settings.md").read_text(encoding="utf-8")


def variable(key: str) -> str:
    return f"SAFEROUTE_{key.replace('-', '_').upper()}"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, an empty configuration and environment."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for key in KEYS:
        monkeypatch.delenv(variable(key), raising=False)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def settled(*words: str) -> SimpleNamespace:
    """Return what a command would run with."""
    with program.make_context("saferoute", [words[0]]) as top:
        context = program.commands[words[0]].make_context(words[0], list(words[1:]), parent=top)
    return SimpleNamespace(**context.params, told=_settings.list_origins(context))


def find(*words: str) -> SimpleNamespace:
    return settled("find", "--near", "1,2", *words)


def write(text: str, path: Path = Path("saferoute.toml")) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


# --- who goes before whom -------------------------------------------------------------------------


def test_without_settings_all_is_as_the_options_say() -> None:
    got = find()
    assert (got.radius, got.top, got.level, got.at, got.offline, got.barefoot) == (
        None, 20, "beginner", "now", False, False,
    )  # fmt: skip
    assert (got.region, got.osm, got.dem, got.elevation, got.cache_dir, got.told) == (None, (), (), None, None, [])


def test_flag_before_environment_before_this_folder_before_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    write("radius = 100\ntop = 1\nlevel = 'advanced'\nmin-length = 90", _settings.user_settings_path())
    assert (find().radius, find().top) == (100, 1)
    write("radius = 200\ntop = 2\nlevel = 'first-steps'")
    assert (find().radius, find().top, find().min_length) == (200, 2, 90)
    monkeypatch.setenv("SAFEROUTE_RADIUS", "300")
    monkeypatch.setenv("SAFEROUTE_TOP", "3")
    assert (find().radius, find().top, find().level) == (300, 3, "first-steps")
    got = find("--radius", "400")
    assert (got.radius, got.top) == (400, 3)
    assert got.told == [
        "level from saferoute.toml",
        f"min-length from {_settings.user_settings_path()}",
    ]


def test_a_flag_that_is_off_goes_before_a_file_that_says_on() -> None:
    write("offline = true\nbarefoot = true")
    assert (find().offline, find().barefoot) == (True, True)
    got = find("--no-offline", "--no-barefoot")
    assert (got.offline, got.barefoot) == (False, False)


def test_lists_are_replaced_and_not_lengthened() -> None:
    write('osm = ["a.osm"]')
    Path("a.osm").touch()
    assert find().osm == (Path("a.osm"),)
    for words in (["--osm", "b.osm", "--osm", "c.osm"], ["--osm", "b.osm", "c.osm", "-q"]):
        assert find(*words).osm == (Path("b.osm"), Path("c.osm"))


def test_who_names_other_data_means_those_alone(folder: Path) -> None:
    for name in ("a.osm", "a.tif"):
        (folder / name).touch()
    write('osm = "a.osm"\ndem = "a.tif"')
    got = find("--region", "elsewhere")
    assert (got.region, got.osm, got.dem) == (Path("elsewhere"), (), ())
    got = find("--elevation", "none")
    assert (got.osm, got.dem) == ((Path("a.osm"),), ())


def test_a_time_puts_a_distance_aside() -> None:
    write('distance = "5km"')
    got = settled("plan", "--near", "1,2", "--time", "30min")
    assert (got.time, got.distance) == (1800, None)
    assert settled("plan", "--near", "1,2").distance == 5000


def test_paths_count_from_the_file_that_names_them(folder: Path) -> None:
    there = folder / "else"
    there.mkdir()
    (there / "data").mkdir()
    write('region = "data"\ncache-dir = "~/kept"\noutput-folder = "out"', there / "saferoute.toml")
    got = find("--settings", str(there / "saferoute.toml"))
    assert got.region == there / "data"
    assert got.cache_dir == Path("~/kept").expanduser()


def test_the_sample_is_no_folder_beside_the_file_unless_there_is_one(folder: Path) -> None:
    there = folder / "else"
    there.mkdir()
    write('region = "sample"', there / "saferoute.toml")
    ask = ("--settings", str(there / "saferoute.toml"))
    assert find(*ask).region == Path("sample")
    (there / "sample").mkdir()
    assert find(*ask).region == there / "sample"


def test_none_is_no_settings_file() -> None:
    write("radius = 'broken'")
    assert find("--settings", "none").radius is None


def test_a_key_counts_for_the_commands_that_have_the_option() -> None:
    write('week = 3\nreturn = "jog"\ncache-dir = "kept"')
    assert not hasattr(find(), "week")
    plan = settled("plan", "--near", "1,2")
    assert (plan.week, vars(plan)["return"]) == (3, "jog")
    assert settled("cache", "path").cache_dir == Path("kept")


# --- home ----------------------------------------------------------------------------------------------


def test_home_is_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    write('home = "-33.8,151.2"')
    assert settled("find", "--near", "home").near == "-33.8,151.2"
    assert settled("find", "--near", "Home").near == "Home"
    monkeypatch.setenv("SAFEROUTE_HOME", "Kaisaniemi")
    assert settled("explain", "--near", "home").near == "Kaisaniemi"


def test_without_a_home_it_is_said_where_to_write_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["find", "--near", "home"]) == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    for word in ("no home is set", "saferoute.toml", "SAFEROUTE_HOME", "a capital: Home"):
        assert word in line


def test_the_way_from_home_to_a_map(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        f'home = "60.1755,24.947"\nregion = "{sample}"\nradius = 400\ntop = 2\noutput-folder = "out"\nat = "sat 07:00"'
    )
    assert main(["find", "--near", "home"]) == 0
    said = capsys.readouterr()
    assert "2 of " in said.out
    assert "settings: home, region, radius, top, output-folder, at from saferoute.toml" in said.err
    assert [path.name for path in Path("out").iterdir()] == ["60.1755-24.947.html"]


# --- what breaks a rule ------------------------------------------------------------------------------------

BROKEN = {
    "radius = 'far'": "saferoute.toml: radius: length 'far': write it as 200m, 1.5km",
    "radius = true": "saferoute.toml: radius: length 'True'",
    "radius = nan": "radius nan m",
    "radius = -5": "radius -5 m",
    "top = 1.5": "saferoute.toml: top: '1.5': write a whole number",
    "offline = 'perhaps'": "saferoute.toml: offline: 'perhaps' is not a valid boolean",
    "region = 'nowhere'": "nowhere: no such folder",
    "osm = ['nowhere.osm']": "nowhere.osm: no such file",
    "at = 'noonish'": "saferoute.toml: at: time 'noonish'",
    "level = 'expert'": "saferoute.toml: level: level 'expert': choose one of",
    "overpass-url = 'ftp://x'": "saferoute.toml: overpass-url: 'ftp://x' is no address",
    "cache_dir = 'x'": "settings saferoute.toml: unknown key 'cache_dir'; did you mean cache-dir?",
    "password = 'x'": "settings saferoute.toml: unknown key 'password'; known are home, output-folder",
    "[find]\nradius = 1": "settings saferoute.toml: unknown key 'find'; known are",
    "radius": "settings saferoute.toml: not TOML",
    "\ufeff= 1": "settings saferoute.toml: not TOML",
}


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: ascii(text)[:24])
def test_what_breaks_a_rule_ends_in_one_line(text: str, sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(text)
    data = () if text.startswith(("region", "osm")) else ("--osm", str(sample / "helsinki.osm.pbf"))
    assert main(["find", "--near", "1,2", "-q", *data]) == 2
    line = capsys.readouterr().err
    assert line.startswith(f"saferoute: {BROKEN[text]}")
    assert line.count("\n") == 1


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("radius", "far", "SAFEROUTE_RADIUS: length 'far': write it as"),
        ("top", "2.5", "SAFEROUTE_TOP: '2.5': write a whole number"),
        ("offline", "perhaps", "SAFEROUTE_OFFLINE: 'perhaps' is not a valid boolean"),
        ("return", "swim", "SAFEROUTE_RETURN: 'swim': choose one of walk, jog"),
    ],
)
def test_the_environment_is_held_to_the_same_rules(
    key: str, text: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable(key), text)
    with pytest.raises(InvalidInput, match=re.escape(words)):
        settled("plan", "--near", "1,2") if key == "return" else find()


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFEROUTE_RADIUS", "")
    monkeypatch.setenv("SAFEROUTE_OFFLINE", "yes")
    assert (find().radius, find().offline) == (None, True)


def test_a_file_that_cannot_be_read_is_named(folder: Path) -> None:
    (folder / "saferoute.toml").mkdir()
    with pytest.raises(InvalidInput, match=r"settings saferoute\.toml: cannot be read"):
        find()
    with pytest.raises(InvalidInput, match=r"settings gone\.toml: cannot be read"):
        find("--settings", "gone.toml")


def test_a_broken_file_does_not_stand_in_the_way_of_help() -> None:
    write("radius")
    done = subprocess.run([sys.executable, "-m", "saferoute", "find", "--help"], capture_output=True, check=False)
    assert done.returncode == 0


# --- what there is -------------------------------------------------------------------------------------------


def test_what_is_no_setting_is_named_each_time() -> None:
    options = {p.name for name in ("find", "plan") for p in program.commands[name].params}
    assert options - {key.replace("-", "_") for key in KEYS} == {
        "place", "near", "pick", "quiet", "verbose", "refresh", "output", "settings", "qr", "explain_data", "help_all",
        "ids", "excluded", "notes", "there",
    }  # fmt: skip


def test_a_command_without_settings_heeds_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFEROUTE_LEVEL", "advanced")
    assert settled("scan", "region", "-o", "out.parquet").level == "beginner"
    assert find().level == "advanced"


def test_every_setting_stands_in_the_guide_with_an_example_that_works() -> None:
    table = PAGE.split("<!-- settings -->")[1].split("<!-- /settings -->")[0]
    rows = re.findall(r"^\| `([\w-]+)` \| `(.*?)` \|", table, flags=re.MULTILINE)
    assert {key for key, _ in rows} == set(KEYS)
    for key, example in rows:
        write(f"{key} = {example}")
        command = "find" if key in {"radius", "top"} else "plan"
        words = (command, "--near", "home") if key == "home" else (command, "--near", "1,2")
        assert settled(*words).told == [f"{key} from saferoute.toml"]


# --- profiles ---------------------------------------------------------------------------------------------------


def test_profiles_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", "list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(LEVELS)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("more", [[], ["--barefoot"], ["--surface", "sand"], ["--min-length", "70"]], ids=" ".join)
def test_a_profile_that_is_shown_can_be_given_again(
    level: str, more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["profile", "show", level, *more]) == 0
    shown = capsys.readouterr().out
    write(shown, Path("mine.toml"))
    again: Any = load_profile("mine.toml")
    assert main(["profile", "show", "mine.toml"]) == 0
    assert capsys.readouterr().out == shown
    if not more:
        assert replace(again, name=level) == load_profile(level)
    write(shown.replace("run_out_m = 10.0", "run_out_m = 12.5"), Path("mine.toml"))
    assert load_profile("mine.toml").run_out_m == 12.5


def test_a_title_of_a_stranger_is_a_text(capsys: pytest.CaptureFixture[str]) -> None:
    bad = replace(load_profile(), title='x"\n[session]\nminutes = 1 # ${x}')
    write(to_toml(bad), Path("bad.toml"))
    assert load_profile("bad.toml").title == bad.title
    assert load_profile("bad.toml").training == bad.training
    assert not capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show"], "profile show needs a name"),
        (["show", "expert"], "level 'expert'"),
        (["show", "gone.toml"], "gone.toml: no such file"),
        (["list", "beginner"], "profile list takes no name"),
    ],
)
def test_a_profile_that_is_not_there_ends_in_one_line(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["profile", *words]) == 2
    line = capsys.readouterr().err
    assert said in line
    assert line.count("\n") == 1
