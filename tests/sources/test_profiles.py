"""Profiles that come along load; others are refused in one line that names the rule."""

from __future__ import annotations

from dataclasses import fields

import pytest

from saferoute.model import (
    BEGINNER_LEVELS,
    BEGINNER_SECTION_S,
    BEGINNER_SECTIONS,
    CRITERIA,
    InvalidProfile,
    Profile,
    Training,
)
from saferoute.sources import profiles
from saferoute.sources.profiles import LEVELS, adjust_profile, load_profile

GOOD = "speed_m_s = [1.0, 2.0]\nlongest_section_s = 30\nclear_length_m = 60\n"


def write(folder, text):
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("barefoot", [False, True])
@pytest.mark.parametrize("level", LEVELS)
def test_every_bundled_level_loads(level, barefoot):
    profile = load_profile(level, barefoot=barefoot)
    assert profile.name == level
    assert set(profile.weights) == set(CRITERIA)
    assert sum(profile.weights.values()) == pytest.approx(1)
    assert profile.barefoot is barefoot


def test_harder_levels_are_faster_and_longer():
    levels = [load_profile(level) for level in LEVELS]
    assert [p.clear_length_m for p in levels] == sorted(p.clear_length_m for p in levels)
    assert [p.speed_m_s for p in levels] == sorted(p.speed_m_s for p in levels)


def test_bare_feet_change_the_ground_and_not_the_level():
    shod, bare = load_profile("advanced"), load_profile("advanced", barefoot=True)
    assert bare.only_surfaces == {"sand", "grass", "turf"}
    assert shod.only_surfaces == set()
    assert (bare.clear_length_m, bare.speed_m_s) == (shod.clear_length_m, shod.speed_m_s)
    assert "barefoot" in bare.title


def test_file_is_taken_over_with_what_it_names_and_defaults_for_the_rest(tmp_path):
    text = GOOD + 'title = "Mine"\nmax_grade_pct = 3\n[weights]\nsurface = 1\n[surface_desirability]\nsand = 0.9\n'
    profile = load_profile(write(tmp_path, text + '[surfaces]\nonly = ["sand"]\n'))
    assert (profile.name, profile.title, profile.max_grade_pct) == ("mine", "Mine", 3.0)
    assert profile.weights == {**profiles.WEIGHTS, "surface": 1}
    assert profile.surface_desirability == {"sand": 0.9}
    assert profile.only_surfaces == {"sand"}
    assert profile.run_out_m == Profile.run_out_m


@pytest.mark.parametrize("name", [f.name for f in fields(Profile) if f.type == "float"])
def test_every_number_of_a_profile_can_be_set(tmp_path, name):
    others = "".join(line + "\n" for line in GOOD.splitlines() if not line.startswith(name))
    assert getattr(load_profile(write(tmp_path, f"{others}{name} = 61.5\n")), name) == 61.5


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "clear_length_m, longest_section_s, speed_m_s is missing"),
        (GOOD.replace("longest_section_s = 30\n", ""), "longest_section_s is missing"),
        ("colour = 1\n" + GOOD, "unknown key colour"),
        (GOOD.replace("= 60", '= "60"'), "clear_length_m = '60'; it must be a number"),
        (GOOD.replace("= 60", "= true"), "clear_length_m = True; it must be a number"),
        (GOOD.replace("= 60", "= nan"), "clear_length_m = nan; it must be a number"),
        (GOOD.replace("= 60", "= 19"), "clear_length_m must be at least 20"),
        (GOOD.replace("= 60", "= 201"), "at most longest_m"),
        (GOOD.replace("= 30", "= 0"), "longest_section_s must be above 0"),
        (GOOD + "max_grade_pct = -1", "max_grade_pct = -1; it must be a number from 0"),
        (GOOD + "longest_m = 1e9", "longest_m = 1000000000.0; it must be a number"),
        (GOOD.replace("[1.0, 2.0]", "2"), "it must be two speeds"),
        (GOOD.replace("[1.0, 2.0]", "[2]"), "it must be two speeds"),
        (GOOD.replace("[1.0, 2.0]", "[2, 1]"), "the slower first"),
        (GOOD.replace("[1.0, 2.0]", "[0, 1]"), "above 0"),
        (GOOD.replace("[1.0, 2.0]", "[nan, 1]"), "it must be two speeds"),
        (GOOD.replace("[1.0, 2.0]", '["a", "b"]'), "it must be two speeds"),
        ("weights = 1\n" + GOOD, "weights must be numbers ≥ 0"),
        (GOOD + "[weights]\nbeauty = 1", "weights must be numbers ≥ 0 for surface"),
        (GOOD + "[weights]\nsurface = -0.1", "weights must be numbers ≥ 0"),
        (GOOD + "[weights]\nsurface = inf", "weights must be numbers ≥ 0"),
        (GOOD + "[weights]\nsurface = 'much'", "weights must be numbers ≥ 0"),
        (GOOD + "[weights]\n" + "".join(f"{c} = 0\n" for c in CRITERIA), "not all 0"),
        ("surface_desirability = 1\n" + GOOD, "surface_desirability must hold numbers from 0 to 1"),
        (GOOD + "[surface_desirability]\nsand = 1.1", "surface_desirability must hold numbers from 0 to 1"),
        (GOOD + "[surface_desirability]\nsand = 'good'", "surface_desirability must hold numbers from 0 to 1"),
        ("surfaces = 'sand'\n" + GOOD, "surfaces must be a table with a list"),
        (GOOD + "[surfaces]\nonly = 'sand'", "surfaces must be a table with a list"),
        (GOOD + "[surfaces]\nonly = [1]", "surfaces must be a table with a list"),
        (GOOD + "[surfaces]\nnever = ['sand']", "surfaces must be a table with a list"),
        ("barefoot = 'no'\n" + GOOD, "barefoot must be true or false"),
        ("a = = b", "not TOML"),
    ],
)
def test_every_broken_rule_is_told_in_one_line(tmp_path, text, rule):
    path = write(tmp_path, text)
    with pytest.raises(InvalidProfile) as error:
        load_profile(path)
    assert rule in str(error.value)
    assert "mine" in str(error.value)
    assert "\n" not in str(error.value)


def test_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidProfile, match="not TOML"):
        load_profile(str(tmp_path / "mine.toml"))


def test_missing_file_is_named(tmp_path):
    with pytest.raises(InvalidProfile, match=r"none\.toml: no such file"):
        load_profile(str(tmp_path / "none.toml"))


def test_unknown_level_is_told_the_known_ones():
    with pytest.raises(InvalidProfile, match="'expert': choose one of first-steps, beginner, intermediate, advanced"):
        load_profile("expert")


def test_surfaces_can_be_chosen():
    assert adjust_profile(load_profile(), surfaces=frozenset({"asphalt"})).only_surfaces == {"asphalt"}


def test_bare_feet_keep_of_the_chosen_surfaces_what_suits_them():
    barefoot = load_profile(barefoot=True)
    assert adjust_profile(barefoot, surfaces=frozenset({"sand", "asphalt"})).only_surfaces == {"sand"}


def test_bare_feet_are_not_sent_onto_asphalt():
    with pytest.raises(InvalidProfile, match="surface asphalt: bare feet run on grass, sand, turf only"):
        adjust_profile(load_profile(barefoot=True), surfaces=frozenset({"asphalt"}))


@pytest.mark.parametrize("length_m", [20, 200])
def test_length_can_be_chosen_between_20_m_and_the_longest(length_m):
    assert adjust_profile(load_profile(), min_length_m=length_m).clear_length_m == length_m


@pytest.mark.parametrize("length_m", [-1, 19.9, 201, float("nan"), float("inf")])
def test_other_lengths_are_refused(length_m):
    with pytest.raises(InvalidProfile, match="a stretch is 20 to 200 m long"):
        adjust_profile(load_profile(), min_length_m=length_m)


def test_nothing_chosen_changes_nothing():
    profile = load_profile()
    assert adjust_profile(profile) == profile


SESSION = GOOD + "[session]\n"


def test_session_table_is_taken_over_and_the_rest_is_the_beginners(tmp_path):
    profile = load_profile(write(tmp_path, SESSION + "sections = [3, 12]\nrecovery_s = 45\n"))
    assert (profile.training.sections, profile.training.recovery_s) == ((3, 12), 45)
    assert profile.training.weeks == Training.weeks


def test_sections_are_never_longer_than_the_profile_allows(tmp_path):
    profile = load_profile(write(tmp_path, GOOD.replace("= 30", "= 15")))
    assert profile.training.section_s == (15, 15)


@pytest.mark.parametrize("level", BEGINNER_LEVELS)
def test_beginners_levels_keep_their_limits(level):
    training = load_profile(level).training
    assert BEGINNER_SECTIONS[0] <= training.sections[0] <= training.sections[1] <= BEGINNER_SECTIONS[1]
    assert training.section_s[1] <= BEGINNER_SECTION_S


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("session = 3\n" + GOOD, "session must be a table"),
        (SESSION + "colour = 1", r"unknown key colour in \[session\]"),
        (SESSION + "sections = 3", "it must be a pair"),
        (SESSION + "sections = [3]", "it must be a pair"),
        (SESSION + "sections = [4, 3]", "must not be above the last"),
        (SESSION + "sections = [2.5, 3]", "it must be a whole number from 1 to 20"),
        (SESSION + "sections = [2, 21]", "it must be a whole number from 1 to 20"),
        (SESSION + 'sections = ["a", "b"]', "it must be a whole number from 1 to 20"),
        (SESSION + "section_s = [20, 31]", "goes beyond longest_section_s = 30"),
        (SESSION + "section_s = [nan, 30]", "it must be a number from 5 to 120"),
        (SESSION + "weeks = 0", "it must be a whole number from 1 to 52"),
        (SESSION + "weeks = true", "it must be a whole number from 1 to 52"),
        (SESSION + "forward_speed_m_s = inf", "it must be a number from 1 to 6"),
        (SESSION + "minutes = 5", "it must be a number from 10 to 300"),
    ],
)
def test_session_table_that_breaks_a_rule_is_refused(tmp_path, text, rule):
    with pytest.raises(InvalidProfile, match=rule):
        load_profile(write(tmp_path, text))


@pytest.mark.parametrize(
    "text",
    [
        SESSION + "sections = [2, 5]",
        SESSION + "sections = [1, 4]",
        GOOD.replace("= 30", "= 31"),
    ],
)
def test_no_file_named_beginner_goes_beyond_its_limits(tmp_path, text):
    path = tmp_path / "beginner.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidProfile, match="level beginner has 2 to 4 sections of at most 30 s"):
        load_profile(str(path))
