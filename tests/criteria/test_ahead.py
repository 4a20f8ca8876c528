"""What stands straight ahead of the ends, beside it at once, and where the way bends away."""

from __future__ import annotations

import numpy as np
import pytest
from surveys import judge

from saferoute.model import CRITERIA
from saferoute.report.sides import list_close_things
from saferoute.report.units import METRIC_UNITS
from saferoute.scoring import assign_ratings

BENCHES = "".join(f"n{100 + i} {12 * i} 60 amenity=bench\n" for i in range(20))
LINE_M = 120
"""Up to here the way is cut into whole samples; a metre is left over."""
WAY = f"n1 0 0\nn2 {LINE_M + 1} 0\nw1 n1,n2 highway=footway width=2\n" + BENCHES


def across(x: float, tags: str, *, half_m: float = 20.0) -> str:
    """Return a line across the prolonged way, at x."""
    return f"n20 {x} {-half_m}\nn21 {x} {half_m}\nw2 n20,n21 {tags}\n"


def square(x: float, y: float, tags: str) -> str:
    """Return an area of 12 m that begins at x and at y."""
    return f"n20 {x} {y}\nn21 {x + 12} {y}\nn22 {x + 12} {y + 12}\nn23 {x} {y + 12}\nw2 n20,n21,n22,n23,n20 {tags}\n"


def check_last(survey) -> list[str]:
    """Return what is to be checked of the last window, whose run-out ends where the way does."""
    return check(survey, -1)


def check(survey, window: int) -> list[str]:
    """Return what is to be checked of the things around a window."""
    windows = survey.windows
    gather = survey.measurements["obstacles"].gather_along
    assert gather is not None
    return list_close_things(gather(windows.first[[window]], np.array([windows.n_samples])), METRIC_UNITS)[0]


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (across(LINE_M + 3.4, "natural=tree_row"), "row of trees 13.4 m"),
        (across(LINE_M + 2.2, "barrier=fence"), "fence or the like 12.2 m"),
        (across(LINE_M + 4.1, "barrier=hedge"), "hedge 14.1 m"),
        (across(LINE_M + 7.5, "highway=residential width=6"), "kerb with traffic 14.5 m"),
        (square(LINE_M + 1.7, -6, "natural=scrub"), "wood 11.7 m"),
        (square(LINE_M + 2.6, -1.4, "landuse=forest"), "wood 12.6 m"),
        (f"n20 {LINE_M + 1.3} 0.9 natural=tree\n", "tree 11.3 m"),
        (f"n20 {LINE_M + 4.6} -1.1 amenity=bench\n", "post, bench or the like 14.6 m"),
    ],
)
def test_what_stands_ahead_is_named_as_ahead_and_not_as_beside(look, thing: str, words: str) -> None:
    told = check_last(look(WAY + thing))
    assert f"{words} ahead of the east end: stop before it" in told
    assert not [check for check in told if words.rstrip("0123456789. m") in check and " to the " in check]


@pytest.mark.parametrize(
    "thing",
    [
        square(LINE_M + 5.5, -6, "natural=scrub"),
        square(LINE_M + 1.0, 4.0, "natural=scrub"),
        f"n20 {LINE_M + 2} 1.8 natural=tree\n",
        across(LINE_M + 3, "barrier=fence layer=-1 tunnel=yes"),
        f"n20 20 1.2\nn21 {LINE_M + 12} 1.2\nw2 n20,n21 barrier=hedge\n",
    ],
)
def test_what_is_farther_or_goes_along_beside_is_not_ahead(look, thing: str) -> None:
    assert not [check for check in check_last(look(WAY + thing)) if "ahead" in check]


def test_who_is_in_the_wood_already_is_not_told_that_it_is_ahead(look) -> None:
    wood = f"n20 -50 -40\nn21 {LINE_M + 3} -40\nn22 {LINE_M + 3} 40\nn23 -50 40\nw2 n20,n21,n22,n23,n20 natural=wood\n"
    told = check_last(look(WAY + wood))
    assert not [check for check in told if "ahead" in check]
    assert [check for check in told if check.startswith("wood 1.0 m to the")]


@pytest.mark.parametrize(
    ("x", "tags", "away_m"),
    [
        (LINE_M + 1.5, "highway=footway width=2", 13),
        (LINE_M + 2.5, "highway=footway width=2", 14),
        (LINE_M + 1.5, "highway=footway width=3.2", 14),
        (LINE_M + 1.5, "highway=pedestrian width=7", 14),
        (LINE_M + 1.5, "highway=path width=.6", 13),
    ],
)
def test_who_runs_straight_on_leaves_a_way_that_bends_at_its_edge(look, x: float, tags: str, away_m: int) -> None:
    survey = look(f"n1 0 0\nn2 {x} 0\nn3 {x} 400\nw1 n1,n2,n3 {tags}\n" + BENCHES)
    told = {words for row in range(len(survey.windows)) for words in check(survey, row)}
    assert f"the way bends or ends {away_m} m beyond the east end: stop before it" in told


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (f"n20 {LINE_M + 3.5} 1.7 natural=tree\n", "tree 1.7 m to the north: who veers runs into it"),
        (
            f"n20 {LINE_M + 4.2} -1.8 amenity=bench\n",
            "post, bench or the like 1.8 m to the south: who veers runs into it",
        ),
        (square(LINE_M + 3.0, 2.1, "building=house"), "house doors 2.1 m to the north: someone may step out"),
        (square(LINE_M + 2.0, -14.2, "building=house"), "house doors 2.2 m to the south: someone may step out"),
    ],
)
def test_what_stands_beside_who_runs_on_past_the_run_out_is_told_of_at_its_distance(look, thing, words) -> None:
    assert words in check_last(look(WAY + thing))


def test_beside_what_goes_on_before_the_first_end_left_is_left(look) -> None:
    told = check(look(WAY + "n20 -3.5 1.9 natural=tree\n"), 0)
    assert "tree 1.9 m to the north: who veers runs into it" in told


def test_a_way_that_goes_straight_on_does_not_bend(look) -> None:
    survey = look(WAY)
    assert not [words for words in check(survey, len(survey.windows) // 2) if "bends" in words]


def test_a_pitch_does_not_bend(look) -> None:
    pitch = "n20 0 -80\nn21 150 -80\nn22 150 -9\nn23 0 -9\nw2 n20,n21,n22,n23,n20 leisure=pitch sport=soccer\n"
    survey = look(WAY + pitch)
    samples, first = survey.windows.samples, survey.windows.first
    is_area = samples.ground["origin"] == "area"
    on_pitch = np.flatnonzero(is_area[samples.pair_ground[samples.first_pair[first]]])
    assert not [words for words in check(survey, on_pitch[0]) if "bends" in words]


def test_every_kind_that_is_close_is_told_what_leaves_least_room_first(look) -> None:
    north = f"n20 0 3.1\nn21 {LINE_M} 3.1\nw2 n20,n21 highway=steps\nn30 55 3.6\nn31 60 3.6\nn32 60 9\nn33 55 9\n"
    told = check(look(WAY + north + "w3 n30,n31,n32,n33,n30 amenity=parking\nn40 50 1.7 natural=tree\n"), 5)
    kinds = [words.split(" m to the ")[0] for words in told]
    assert kinds == ["parked cars 3.6", "tree 1.7"]


def test_the_nearest_thing_is_named_beside_what_leaves_least_room(look) -> None:
    worse = "".join(f"n{20 + y} 0 {y}\nn{30 + y} {LINE_M} {y}\nw{y} n{20 + y},n{30 + y} {tags}\n" for y, tags in (
        (6, "waterway=river"), (7, "natural=cliff"), (8, "highway=service width=4"),
    ))  # fmt: skip
    survey = look(WAY + worse + "n80 60 -4.9 amenity=bench\n")
    row = judge(survey, "obstacles").describe(np.array([5])).iloc[0]
    assert "at 6.0 m: water to the north" in row["why_obstacles"]
    assert "at 4.9 m: post, bench or the like to the south" in row["why_obstacles"]
    assert "0 objects and 0 side paths mapped on it or within 1.5 m beside it" in row["why_obstacles"]


HEDGE, DOORS = "n30 -9 {y}\nn31 200 {y}\nw3 n30,n31 barrier=hedge\n", "n40 50 {y}\nn41 62 {y}\nn42 62 {z}\nn43 50 {z}\n"


@pytest.mark.parametrize(
    ("things", "at_once"),
    [
        ("", 0),
        (HEDGE.format(y=2.1), 1),
        (HEDGE.format(y=3.1), 0),
        (HEDGE.format(y=2.1) + "n50 60 1.6 natural=tree\n", 1),
        (HEDGE.format(y=2.1) + DOORS.format(y=-3.2, z=-15) + "w4 n40,n41,n42,n43,n40 building=house\n", 2),
        (HEDGE.format(y=2.1) + across(LINE_M + 4.2, "natural=tree_row"), 2),
        (across(LINE_M + 4.2, "natural=tree_row"), 0),
        (HEDGE.format(y=2.1) + "n50 60 -1.6 natural=tree\n" + across(LINE_M + 4.2, "natural=tree_row"), 3),
    ],
)
def test_places_at_which_something_is_close_at_once_are_counted(look, things: str, at_once: int) -> None:
    survey = look(WAY + things)
    row = len(survey.windows) - 1
    judged = judge(survey, "obstacles")
    assert judged.measurement.bounds["at once"].value[row] == at_once
    words = judged.describe(np.array([row])).iloc[0]["why_obstacles"]
    assert ("at once" in words) == (at_once > 1)
    assert judged.desirability[row] <= {2: 0.4, 3: 0.05}.get(at_once, 1.0)


def test_little_room_earns_no_better_rating_than_c() -> None:
    confidence, worth = np.ones((2, 5)), np.ones((2, 5))
    worth[1, CRITERIA.index("obstacles")] = 0.4
    good = np.array([0.9, 0.9])
    assert assign_ratings(good, good, worth, confidence, np.zeros(2, dtype=int)).tolist() == ["A", "C"]


BEND_M = 1.7
"""So far from the straight line a run-out may end."""


def bent(tags: str) -> str:
    """Return a way whose last run-out turns aside, and a thing straight ahead within that run-out."""
    corner = f"n1 0 0\nn2 {LINE_M - 10} 0\nn3 {LINE_M + 1} {BEND_M}\nw1 n1,n2,n3 highway=footway width=2\n"
    return corner + BENCHES + tags


@pytest.mark.parametrize(
    ("thing", "room_m"),
    [
        (f"n20 {LINE_M - 1.5} -0.2 natural=tree\n", 0.2),
        (f"n20 {LINE_M - 2.4} -0.7 amenity=bench\n", 0.7),
        (f"n20 {LINE_M - 3} -0.9\nn21 {LINE_M - 1} -0.9\nw2 n20,n21 barrier=wall\n", 0.4),
        (f"n20 {LINE_M + 3.0} 0.2 natural=tree\n", None),
    ],
)
def test_who_runs_straight_on_where_the_run_out_bends_has_no_more_room_than_there(look, thing: str, room_m) -> None:
    survey = look(bent(thing))
    room = judge(survey, "obstacles").measurement.bounds["beside"].value
    assert room[-1] == pytest.approx(10.0 if room_m is None else room_m, abs=0.11)


def test_what_is_around_a_stretch_is_told_alike_whatever_was_asked_before(look) -> None:
    plan = WAY + across(LINE_M + 6, "barrier=wall") + "n50 40 3 natural=tree\nn51 -5 0 barrier=bollard\n"
    (at_once, windows), (one_by_one, _) = ((look(plan).measurements["obstacles"], look(plan).windows) for _ in range(2))
    n = np.full(len(windows), windows.n_samples)
    whole = at_once.gather_along(windows.first, n)
    for row in [len(n) - 1, *range(len(n))]:
        alone = one_by_one.gather_along(windows.first[[row]], n[[row]])
        assert {name: column[0] for name, column in alone.items()} == {
            name: column[row] for name, column in whole.items()
        }
    assert {thing.name for things in whole["things"] for thing in things} >= {"tree"}
