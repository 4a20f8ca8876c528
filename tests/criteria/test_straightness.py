"""Straightness: the strip of the line, and the room that the way leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from surveys import judge
from town import lonlat, write_town

from saferoute import scoring, search
from saferoute.criteria import straightness
from saferoute.geometry import REACH_M
from saferoute.model import Measurement, Place
from saferoute.osm.widths import BY_CLASS_M
from saferoute.quantities import Exact, Remainder
from saferoute.search import survey_area
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import adjust_profile, load_profile

if TYPE_CHECKING:
    pass

BEGINNER = load_profile("beginner")


def straight(tags: str) -> str:
    return f"n1 0 0\nn2 80.4 0\nw1 n1,n2 {tags}\n"


TABLE = [
    ("highway=footway", np.nan, 0.775, 0.4),
    ("highway=path", np.nan, 0.55, 0.4),
    ("highway=track", np.nan, 0.925, 0.4),
    ("highway=pedestrian", np.nan, 1.0, 0.4),
    ("highway=footway width=3", 3.0, 1.0, 1.0),
    ("highway=footway width=2", 2.0, 0.85, 1.0),
    ("highway=pedestrian width=1", 1.0, 0.45, 1.0),
    ('highway=path width="2,0 m"', 2.0, 0.85, 1.0),
    ("highway=path est_width=2", 2.0, 0.85, 1.0),
    ("highway=path width=narrow", np.nan, 0.55, 0.28),
    ("highway=path width=0", np.nan, 0.55, 0.28),
    ("highway=path width=2000", np.nan, 0.55, 0.28),
]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory):
    """Return what is measured on the straights of the table, which lie side by side in one town."""
    plan = ""
    for k, (tags, *_) in enumerate(TABLE):
        plan += f"n{2 * k + 1} 0 {40 * k}\nn{2 * k + 2} 80.4 {40 * k}\nw{k + 1} n{2 * k + 1},n{2 * k + 2} {tags}\n"
    source = ExtractSource([write_town(tmp_path_factory.mktemp("straightness") / "town.osm", plan)])
    area = search.area_around(Place("here", *lonlat(40, 0)), 1500)
    found = survey_area(area, features_of=source, profile=BEGINNER)
    assert len(found.windows) == len(TABLE)
    samples, first = found.windows.samples, found.windows.first
    of = judge(found, "straightness")
    rows = np.argsort(samples.xy[first + samples.stroke[first], 1])
    return of.describe(rows).assign(value=of.value[rows], d=of.desirability[rows], c=of.confidence[rows])


@pytest.mark.parametrize("k", range(len(TABLE)), ids=[row[0] for row in TABLE])
def test_a_straight_way_is_as_kind_as_it_is_wide(table, k: int) -> None:
    said, (_, lane_m, kind, confidence) = table.iloc[k], TABLE[k]
    assert said["value"] == pytest.approx(0, abs=0.02)
    assert said["d"] == pytest.approx(kind, abs=0.01)
    assert said["c"] == pytest.approx(confidence)
    assert said["free_lane_m"] == pytest.approx(lane_m, abs=0.02, nan_ok=True)
    assert said["width_m"] == pytest.approx(lane_m, abs=0.02, nan_ok=True)


@pytest.mark.parametrize(("out_m", "kind"), [(1.0, 1.0), (2.0, 0.8), (4.0, 0.3)])
def test_a_stray_line_on_a_wide_way_is_judged_by_its_strip(look, out_m: float, kind: float) -> None:
    plan = f"n1 0 0\nn2 10 0\nn3 50 {out_m}\nn4 90 0\nn5 100.4 0\nw1 n1,n2,n3,n4,n5 highway=footway width=12\n"
    found = judge(look(plan, profile=adjust_profile(BEGINNER, min_length_m=80)), "straightness")
    assert found.value == pytest.approx([out_m], abs=0.1)
    assert found.desirability == pytest.approx([kind], abs=0.03)


def test_a_stray_line_leaves_less_of_a_narrow_way(look) -> None:
    plan = "n1 0 0\nn2 10 0\nn3 50 1\nn4 90 0\nn5 100.4 0\nw1 n1,n2,n3,n4,n5 highway=footway width=2.2\n"
    found = judge(look(plan, profile=adjust_profile(BEGINNER, min_length_m=80)), "straightness")
    assert found.describe(np.array([0]))["free_lane_m"].iloc[0] == pytest.approx(1.2, abs=0.1)
    assert found.desirability == pytest.approx([0.55], abs=0.05)


def test_the_narrowest_part_of_a_window_decides(look) -> None:
    plan = "n1 0 0\nn2 60 0\nn3 80.4 0\nw1 n1,n2 highway=footway width=3\nw2 n2,n3 highway=footway width=1.2\n"
    assert judge(look(plan), "straightness").desirability == pytest.approx([0.55], abs=0.01)


def test_a_partly_silent_way_is_not_taken_for_tagged(look) -> None:
    plan = "n1 0 0\nn2 60 0\nn3 80.4 0\nw1 n1,n2 highway=footway width=3\nw2 n2,n3 highway=footway\n"
    assert judge(look(plan), "straightness").confidence.tolist() == [0.4]


def rate_strip(strip_m: np.ndarray, width_m: np.ndarray) -> np.ndarray:
    strip = Exact(strip_m)
    found = Measurement(strip, np.ones(len(strip_m)), bounds={"lane": Remainder(Exact(width_m), strip)})
    return scoring.judge_best_estimates(straightness.CRITERION, found)


@settings(max_examples=100, deadline=None)
@given(st.floats(0, 10), st.floats(0, 10), st.floats(0.3, 12))
def test_a_wider_strip_is_never_kinder(a: float, b: float, width_m: float) -> None:
    narrow, wide = sorted((a, b))
    kind = rate_strip(np.array([narrow, wide]), np.full(2, width_m))
    assert kind[1] <= kind[0] + 1e-12


@settings(max_examples=100, deadline=None)
@given(st.floats(0, 10), st.floats(0.3, 12), st.floats(0.3, 12))
def test_a_wider_way_is_never_less_kind(strip_m: float, a: float, b: float) -> None:
    narrow, wide = sorted((a, b))
    kind = rate_strip(np.full(2, strip_m), np.array([narrow, wide]))
    assert kind[0] <= kind[1] + 1e-12


def test_draws_of_a_tagged_width_stray_less(look) -> None:
    random = np.random.default_rng(4)
    u, z = random.random(300), random.standard_normal(300)
    tagged, silent = (
        judge(look(straight(f"highway=footway{width}")), "straightness").draw(np.array([0]), u, z)
        for width in (" width=1.8", "")
    )
    assert tagged.std() < silent.std()


def test_what_is_drawn_straight_may_be_less_so_and_open_ground_is_as_it_was_laid(look) -> None:
    random = np.random.default_rng(6)
    u, z = random.random(3000), np.zeros(3000)
    lawn = "n1 0 0\nn2 140 0\nn3 140 30\nn4 0 30\nw1 n1,n2,n3,n4,n1 leisure=pitch sport=soccer surface=grass\n"
    gate = "n9 -20 -2\nn10 160 -2\nw9 n9,n10 highway=footway\n"
    way, pitch = (look(plan) for plan in (straight("highway=footway width=6"), lawn + gate))
    on_area = pitch.windows.samples.ground["origin"] == "area"
    of_window = on_area[pitch.windows.samples.pair_ground[pitch.windows.samples.first_pair[pitch.windows.first]]]
    drawn = judge(way, "straightness").draw(np.array([0]), u, z)
    laid = judge(pitch, "straightness").draw(np.flatnonzero(of_window)[:1], u, z)
    assert drawn.max() == 1.0
    assert 0.1 < (drawn < 0.9).mean() < 0.3
    assert laid.min() > 0.8 > drawn.min()


def width_among(look, others: int, tags: str, *, way: str = "highway=footway", away_m: float = 300.0) -> float:
    """Return the width taken for a silent way with some tagged ways at a distance."""
    plan = straight(way)
    for k in range(others):
        a, b, y = 1000 + 2 * k, 1001 + 2 * k, away_m + k / 100
        plan += f"n{a} 0 {y}\nn{b} 80 {y}\nw{a} n{a},n{b} {tags}\n"
    (width,) = look(plan).measurements["straightness"].bounds["lane"].whole.value
    return float(width)


def test_each_tagged_width_around_moves_the_usual_one_a_little(look) -> None:
    widths = [width_among(look, n, "highway=footway access=no width=4") for n in (0, 1, 2, 18, 19, 20, 21, 60)]
    assert widths == sorted(set(widths))
    assert widths[0] == BY_CLASS_M["footway"] < widths[-1] < 4
    per_tag = np.diff(widths) / [1, 1, 16, 1, 1, 1, 39]
    assert per_tag.max() < 0.02 * widths[0]


@pytest.mark.parametrize(
    ("way", "tags"),
    [
        ("highway=footway", "highway=path width=4"),
        ("highway=footway", "highway=footway footway=sidewalk width=4"),
        ("highway=footway footway=sidewalk", "highway=footway width=4"),
    ],
)
def test_other_classes_teach_nothing(look, way: str, tags: str) -> None:
    assert width_among(look, 30, f"{tags} access=no", way=way) == width_among(look, 0, tags, way=way)


def test_what_is_tagged_farther_away_teaches_less_and_beyond_the_reach_nothing(look) -> None:
    near, far, beyond, none = (
        width_among(look, n, "highway=footway access=no width=4", away_m=away)
        for n, away in ((30, 100), (30, 1000), (30, REACH_M + 50), (0, 100))
    )
    assert near > far > beyond == none
