"""Cues suit the level's week, and every step that moves backwards or rests has one."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saferoute.model import STEP_KINDS
from saferoute.sources.profiles import LEVELS, load_profile
from saferoute.training import weekly_load
from saferoute.training.technique import teach_technique

SPOKEN = 90
"""Letters that are said in about five seconds."""


@given(
    level=st.sampled_from(LEVELS), week=st.integers(1, 52), kind=st.sampled_from(STEP_KINDS), section=st.integers(1, 9)
)
def test_every_section_and_every_rest_has_a_short_cue(level: str, week: int, kind: str, section: int) -> None:
    cue = teach_technique(load_profile(level), week).cue_step(kind, section)
    assert len(cue) <= SPOKEN
    assert cue or kind == "run on"


@given(level=st.sampled_from(LEVELS), week=st.integers(1, 51))
def test_skill_never_falls_back_from_week_to_week(level: str, week: int) -> None:
    stages = ("first", "steady", "quick")
    profile = load_profile(level)
    now, then = (stages.index(teach_technique(profile, w).stage) for w in (week, week + 1))
    assert now <= then


def test_longer_steps_are_said_to_nobody_who_is_asked_to_be_slow() -> None:
    for level in LEVELS:
        profile = load_profile(level)
        for week in range(1, 20):
            cues = " ".join(teach_technique(profile, week).sections)
            assert ("longer" in cues) == (weekly_load(profile, week).speed_m_s >= 2.3), (level, week)


def test_first_cue_of_a_first_week_is_small_slow_steps() -> None:
    assert teach_technique(load_profile("first-steps"), 1).cue_step("backward", 1).startswith("small, slow steps")


@pytest.mark.parametrize("barefoot", [True, False])
def test_shoes_come_off_only_where_that_was_asked(barefoot: bool) -> None:
    profile = dataclasses.replace(load_profile("beginner"), barefoot=barefoot)
    assert ("glass" in teach_technique(profile, 1).look) == barefoot
