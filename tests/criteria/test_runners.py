"""Runners on a way: what draws them, at which hours, what that costs, and that all of it is called a guess."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from surveys import judge

from saferoute.criteria import crowding
from saferoute.criteria.crowding import runners
from saferoute.model import Counters
from saferoute.osm.people import SETTINGS
from saferoute.report.checks import DRAWS_RUNNERS
from saferoute.scoring import rate_values
from saferoute.sources.profiles import load_profile

AFTER_LUNCH, AFTER_WORK = "2026-06-17T14:00", "2026-06-17T18:00"


HOUSES = "".join(
    f"n{i}0 {x} 30\nn{i}1 {x + 12} 30\nn{i}2 {x + 12} 42\nn{i}3 {x} 42\n"
    f"w{i} n{i}0,n{i}1,n{i}2,n{i}3,n{i}0 building=apartments building:levels=6\n"
    for i, x in enumerate(range(0, 80, 20), start=10)
)


def walk(tags: str = "highway=footway") -> str:
    return f"n1 0 0\nn2 80.4 0\nw1 n1,n2 {tags}\n{HOUSES}"


def canal(south_m: float) -> str:
    return f"n80 -100 {-south_m}\nn81 300 {-south_m}\nw80 n80,n81 waterway=canal\n"


def park(north_m: float) -> str:
    corners = f"n82 -100 -100\nn83 200 -100\nn84 200 {north_m}\nn85 -100 {north_m}\n"
    return corners + "w82 n82,n83,n84,n85,n82 leisure=park\n"


def apparatus(north_m: float) -> str:
    return f"n86 40 {north_m} leisure=fitness_station\n"


DRAWN = {
    "running route": walk("highway=path route=bicycle;running"),
    "promenade": walk() + canal(30),
    "running track": "n1 0 0\nn2 80.4 0\nw1 n1,n2 leisure=track sport=running\n" + HOUSES,
    "fitness trail": walk() + apparatus(25),
    "park path": walk() + park(60),
}


@pytest.fixture
def many_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a running route draw many, as in a large city."""
    monkeypatch.setitem(runners.RUNNERS, "running route", 200.0)


def look_at(look, plan: str, when: str = AFTER_WORK) -> tuple[float, pd.Series]:
    """Return the runners an hour, and what is told of the first window."""
    found = judge(look(plan, profile=load_profile(at=when)), "crowding")
    return float(found.measurement.bounds["runners"].value[0]), found.describe(np.array([0])).iloc[0]


@pytest.mark.parametrize("kind", DRAWN)
def test_what_draws_runners_is_told_as_a_guess_with_their_number(look, kind: str) -> None:
    number, said = look_at(look, DRAWN[kind])
    assert number > 0
    assert said["runners"].endswith(f"runners an hour by guess ({kind})")
    assert said["runners"] in said["why_crowding"]


@pytest.mark.parametrize(
    "plan",
    [
        walk(),
        walk("highway=footway route=hiking"),
        walk() + canal(90),
        walk() + park(-70),
        walk() + park(60).replace("200", "-80"),
        walk() + apparatus(90),
    ],
)
def test_nothing_is_said_where_nothing_draws_them(look, plan: str) -> None:
    number, said = look_at(look, plan)
    assert np.isnan(number)
    assert pd.isna(said["runners"])


def test_more_come_after_work_than_after_lunch_and_where_more_people_live(look) -> None:
    plan = DRAWN["running route"]
    after_lunch, after_work = (look_at(look, plan, when)[0] for when in (AFTER_LUNCH, AFTER_WORK))
    assert after_work > 2 * after_lunch
    assert look_at(look, plan.replace("levels=6", "levels=60"))[0] > after_work


def test_their_hours_are_those_that_were_recorded() -> None:
    workday, weekend = (100 * day / day.sum() for day in runners.WEEK[[1, 6]])
    recorded = [workday[6:9].sum(), workday[17:20].sum(), weekend[8:11].sum(), weekend[17:20].sum()]
    assert recorded == pytest.approx([18, 32, 32, 12], abs=0.5)
    assert runners.WEEK[:, crowding.WAKING].mean() == pytest.approx(1)


@given(st.floats(0, 1e4), st.floats(0, 1e4))
def test_more_runners_are_never_kinder(a: float, b: float) -> None:
    few, many = rate_values(crowding.CRITERION.bounds["runners"], np.sort([a, b]))
    assert many <= few


def test_counters_of_people_on_foot_make_nobody_surer_of_runners(look, many_run) -> None:  # noqa: ARG001
    survey = look(DRAWN["running route"], profile=load_profile(at=AFTER_WORK))
    features, xy = survey.evidence.features, survey.windows.samples.xy[::4]
    table = pd.DataFrame({"x_m": xy[:, 0], "y_m": xy[:, 1], "count": 50.0, "hour_of_week": 66.0})
    table["count"] *= crowding.estimate_people_per_hour(xy, features)
    counted = replace(survey.evidence, features=replace(features, counters=Counters(table, features)))
    at_night = replace(counted, moment=replace(counted.moment, local=counted.moment.local.replace(hour=2)))
    with_runners, without = (
        crowding.measure_crowding(survey.windows, evidence).confidence[0] for evidence in (counted, at_night)
    )
    assert with_runners <= crowding.calibrate.UNCALIBRATED < without


def test_who_may_come_from_behind_is_among_the_checks(look, many_run) -> None:  # noqa: ARG001
    survey = look(DRAWN["running route"], profile=load_profile(at=AFTER_WORK))
    measured = judge(survey, "crowding").measurement
    along = measured.gather_along(survey.windows.first[:1], np.array([survey.windows.n_samples]))
    assert along["draws_runners"].all()
    assert "guess" in DRAWS_RUNNERS


def test_hours_of_many_runners_are_not_called_quiet(look, request) -> None:
    def find_best_hours() -> str:
        found = judge(look(DRAWN["running route"], profile=load_profile(at=AFTER_WORK)), "crowding")
        return str(found.describe(np.array([0]))["best_hours"].iloc[0])

    assert "Sat 6–9" in find_best_hours()
    request.getfixturevalue("many_run")
    assert "Sat 6–7" in find_best_hours()


@settings(max_examples=25)
@given(st.lists(st.booleans(), min_size=72, max_size=72))
def test_a_busy_hour_is_quiet_only_where_all_hours_of_light_are_busy(is_busy: list[bool]) -> None:
    busy = np.array(is_busy).reshape(1, 3, 24)
    shop = np.eye(len(SETTINGS))[:1]
    quiet = crowding.find_quiet_hours(shop, None, busy)
    for named, runs in zip(quiet[0], busy[0], strict=True):
        assert named.any()
        assert not (named & runs).any() or runs[crowding.WAKING].all()
    assert not (quiet & ~busy & ~crowding.find_quiet_hours(shop, None)).sum(axis=2).max() > 1
