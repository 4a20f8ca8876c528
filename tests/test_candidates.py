"""Stretches do not depend on how ground was drawn, only on how it lies."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from town import ORIGIN, lonlat, write_town

from saferoute import candidates, search
from saferoute.candidates import STEP_M
from saferoute.model import Place, Profile, Ranking, Samples, WayLines, Windows
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import adjust_profile, load_profile

if TYPE_CHECKING:
    from pathlib import Path

    from saferoute.model import Area, Features

BEGINNER = load_profile("beginner")

TOWN = """
n1 0 0
n2 122 1
n3 263 0
n4 400 3
n5 522 0
n6 641 20
n10 263 92
n20 400 -60
n21 400 60
n30 0 150
n31 183 150.5
n32 301 190
n40 50 300
n41 172 300
n42 172 422
n43 50 422
n50 62 1.8 natural=tree
n51 500 2.2 amenity=bench
n52 100 30 amenity=cafe
n53 300 60 amenity=restaurant
n54 340 8 highway=bus_stop
n55 192 0.9 highway=street_lamp
n60 80 152
n61 80 170
n62 100 170
n63 100 152
w1 n1,n2,n3 highway=footway surface=asphalt width=3
w2 n3,n4,n5 highway=footway surface=asphalt width=3
w3 n5,n6 highway=path surface=gravel
w4 n3,n10 highway=path surface=ground
w5 n20,n4,n21 highway=residential
w6 n30,n31,n32 highway=track tracktype=grade2
w7 n40,n41,n42,n43,n40 highway=footway surface=grass
w8 n60,n61,n62,n63,n60 natural=water
"""
LENGTHWISE = [(0, 0), (70, 0.4), (131, -0.2), (190, 0.3), (262, 0.1), (330.3, -0.4)]


@dataclass(frozen=True)
class Walk:
    """What becomes of the foot ways of a plan, no limit applied."""

    strokes: candidates.Strokes
    samples: Samples
    windows: Windows
    reasons: np.ndarray
    merged: candidates.Stretches

    @property
    def lines(self) -> list[shapely.LineString]:
        """The stretches in the coordinates of the plan."""
        return [shapely.transform(line, lambda xy: xy - ORIGIN) for line in self.merged.to_lines()]


@pytest.fixture
def walk(tmp_path: Path):
    def look(plan: str, profile: Profile = BEGINNER) -> Walk:
        source = ExtractSource([write_town(tmp_path / "walk.osm", plan)])
        area = search.area_around(Place("here", *lonlat(100, 0)), 1500)
        ways = source.read_features(area, margin_m=0).ways
        foot = np.isin(ways["highway"], ["footway", "path"])
        lines = WayLines.from_table(ways)
        strokes = candidates.build_strokes(lines, foot)
        side = candidates.count_side_paths(strokes, lines, foot)
        shortest = profile.clear_length_m + 2 * profile.run_out_m
        samples = candidates.cut_samples(strokes, ways, side, shortest_m=shortest)
        windows, reasons = candidates.find_windows(samples, np.ones(len(samples), bool), profile)
        merged = candidates.merge_windows(windows, np.ones(len(windows)), profile)
        return Walk(strokes, samples, windows, reasons, merged)

    return look


class Shuffled:
    """A feature source that hands its tables over in another order."""

    def __init__(self, source: ExtractSource, seed: int) -> None:
        self._source, self._seed = source, seed

    def read_features(self, area: Area, *, margin_m: float) -> Features:
        read = self._source.read_features(area, margin_m=margin_m)
        order, tables = np.random.default_rng(self._seed), {}
        for name in ("ways", "areas", "points"):
            table = getattr(read, name)
            tables[name] = table.select_rows(order.permutation(len(table)))
        return replace(read, **tables)


@pytest.fixture
def find(tmp_path: Path):
    def look(plan: str, *, seed: int | None = None, **placed) -> Ranking:
        source = ExtractSource([write_town(tmp_path / "town.osm", plan, **placed)])
        area = search.area_around(Place("here", *lonlat(200, 100, **placed)), 1500)
        shuffled = source if seed is None else Shuffled(source, seed)
        return search.find(search.Query(area, features=shuffled, profile=BEGINNER, top=10_000))

    return look


def nodes(*xy: tuple[float, float], first: int = 1) -> str:
    return "\n".join(f"n{first + i} {x} {y}" for i, (x, y) in enumerate(xy)) + "\n"


def coordinates(lines) -> list[list[tuple[float, float]]]:
    return [shapely.get_coordinates(line).round(3).tolist() for line in lines]


def rows(ranking: Ranking) -> list[tuple]:
    table = ranking.stretches
    return sorted(
        (line, round(score, 9), round(low, 9), rating)
        for line, score, low, rating in zip(
            map(str, coordinates(table.geometry)), table["score"], table["score_low"], table["rating"], strict=True
        )
    )


# --- how ground was drawn ------------------------------------------------------------


SPLITS = {
    "five ways": "w1 n1,n2 {t}\nw2 n2,n3 {t}\nw3 n3,n4 {t}\nw4 n4,n5 {t}\nw5 n5,n6 {t}",
    "some of them reversed": "w1 n2,n1 {t}\nw2 n2,n3 {t}\nw3 n4,n3 {t}\nw4 n4,n5 {t}\nw5 n6,n5 {t}",
    "ids in another order": "w1 n2,n3 {t}\nw2 n4,n5 {t}\nw3 n5,n6 {t}\nw4 n3,n4 {t}\nw5 n1,n2 {t}",
}


@pytest.mark.parametrize("split", SPLITS.values(), ids=SPLITS)
def test_a_way_split_into_five_gives_what_the_one_way_gives(walk, split: str) -> None:
    one = walk(nodes(*LENGTHWISE) + "w1 n1,n2,n3,n4,n5,n6 highway=footway")
    five = walk(nodes(*LENGTHWISE) + split.format(t="highway=footway"))
    assert len(five.strokes.lines) == len(one.strokes.lines) == 1
    assert coordinates(five.strokes.lines) == coordinates(one.strokes.lines)
    assert five.samples.xy.tolist() == one.samples.xy.tolist()
    assert coordinates(five.samples.lines) == coordinates(one.samples.lines)
    assert five.windows.first.tolist() == one.windows.first.tolist()
    assert coordinates(five.lines) == coordinates(one.lines)
    assert len(one.lines) > 0


def test_every_sample_of_a_split_way_knows_the_way_it_lies_on(walk) -> None:
    split = walk(nodes(*LENGTHWISE) + SPLITS["five ways"].format(t="highway=footway"))
    ids = split.samples.ground["osm_id"]
    ends = [70, 131.1, 190.2, 262.2, 330.5]
    for sample in range(len(split.samples)):
        middle = 5 * sample + 2.5
        touched = set(ids[split.samples.pair_ground[split.samples.pair_sample == sample]])
        assert int(np.searchsorted(ends, middle)) + 1 in touched
        assert len(touched) <= 2


def test_a_way_drawn_in_the_other_direction_gives_the_same(walk) -> None:
    there = walk(nodes(*LENGTHWISE) + "w1 n1,n2,n3,n4,n5,n6 highway=footway")
    back = walk(nodes(*LENGTHWISE) + "w1 n6,n5,n4,n3,n2,n1 highway=footway")
    assert back.samples.xy.tolist() == there.samples.xy.tolist()
    assert coordinates(back.lines) == coordinates(there.lines)


def test_a_doubled_node_changes_nothing(walk) -> None:
    once = walk(nodes(*LENGTHWISE) + "w1 n1,n2,n3,n4,n5,n6 highway=footway")
    twice = walk(nodes(*LENGTHWISE) + "w1 n1,n2,n2,n3,n4,n5,n6,n6 highway=footway")
    assert coordinates(twice.lines) == coordinates(once.lines)


@pytest.fixture
def plain_town(find) -> Ranking:
    ranking = find(TOWN)
    assert len(ranking.stretches) >= 5
    return ranking


@pytest.mark.parametrize("seed", range(2))
def test_objects_in_another_order_give_the_same_stretches(find, plain_town, seed: int) -> None:
    assert rows(find(TOWN, seed=seed)) == rows(plain_town)


@pytest.mark.parametrize("seed", range(2))
def test_ways_of_other_ids_give_the_same_stretches(find, plain_town, seed: int) -> None:
    ids = random.Random(seed).sample(range(100, 200), 9)
    plan = re.sub(r"^w(\d)", lambda m: f"w{ids[int(m[1])]}", TOWN, flags=re.MULTILINE)
    assert rows(find("\n".join(sorted(plan.splitlines())))) == rows(plain_town)


def test_ways_drawn_the_other_way_round_give_the_same_town(find, plain_town) -> None:
    plan = re.sub(r"(?<= )n\d+(,n\d+)+", lambda m: ",".join(reversed(m[0].split(","))), TOWN)
    assert plan != TOWN
    assert rows(find(plan)) == rows(plain_town)


@pytest.mark.parametrize(("turn_deg", "shift"), [(0, (4000, -2500)), (37, (0, 0)), (-101.5, (900, 700))])
def test_a_turned_and_moved_town_keeps_its_lengths_and_scores(find, plain_town, turn_deg: float, shift) -> None:
    before, after = plain_town.stretches, find(TOWN, turn_deg=turn_deg, shift=shift).stretches
    assert len(after) == len(before)
    # A stretch ends where the score falls by a tie's width: there one sample more or less is a matter of rounding.
    tolerances = {"length_m": STEP_M + 0.1, "score": 0.01, "score_low": 0.01, "data_quality": 0.01}
    for column, tolerance in tolerances.items():
        assert sorted(after[column]) == pytest.approx(sorted(before[column]), abs=tolerance)


# --- junctions -----------------------------------------------------------------------


def test_two_ways_that_meet_end_to_end_are_one_stroke_even_at_a_bend(walk) -> None:
    bent = walk(nodes((0, 0), (100, 0), (100, 100)) + "w1 n1,n2 highway=footway\nw2 n3,n2 highway=path")
    assert len(bent.strokes.lines) == 1
    assert bent.strokes.lines[0].length == pytest.approx(200, abs=0.05)


@pytest.mark.parametrize(
    "ways",
    [
        "w1 n1,n2,n3 highway=footway\nw2 n2,n4 highway=footway",
        "w1 n1,n2 highway=footway\nw2 n2,n3 highway=footway\nw3 n4,n2 highway=footway",
        "w1 n1,n2,n4 highway=footway\nw2 n2,n3 highway=footway",
    ],
    ids=["side way ends on it", "split there", "drawn round the corner"],
)
def test_at_a_junction_the_stroke_goes_straight_on_and_the_side_path_counts_once(walk, ways: str) -> None:
    junction = walk(nodes((0, 0), (102, 0), (204, 0), (102, 70)) + ways)
    assert sorted(round(line.length) for line in junction.strokes.lines) == [70, 204]
    assert junction.samples.side_paths.sum() == 1
    assert junction.samples.side_paths[102 // 5] == 1
    assert max(line.length for line in junction.lines) == pytest.approx(180, abs=0.05)


def test_a_path_that_crosses_counts_once(walk) -> None:
    crossed = walk(
        nodes((0, 0), (102, 0), (204, 0), (102, 50), (102, -50))
        + "w1 n1,n2,n3 highway=footway\nw2 n4,n2,n5 highway=footway"
    )
    long_stroke = crossed.samples.stroke == np.bincount(crossed.samples.stroke).argmax()
    assert crossed.samples.side_paths[long_stroke].sum() == 1


def test_of_two_ways_on_the_straighter_one_goes_on(walk) -> None:
    fork = walk(
        nodes((0, 0), (100, 0), (199, 5), (195, 25))
        + "w1 n1,n2 highway=footway\nw2 n2,n4 highway=footway\nw3 n2,n3 highway=footway"
    )
    longest = max(fork.strokes.lines, key=lambda line: line.length)
    ends = shapely.get_coordinates(longest)[[0, -1]] - ORIGIN
    assert ends == pytest.approx(np.array([(0, 0), (199, 5)]), abs=0.02)


def test_where_two_side_paths_but_no_straight_one_meet_the_stroke_ends(walk) -> None:
    tee = walk(
        nodes((0, 0), (100, 0), (100, 100), (100, -100))
        + "w1 n1,n2 highway=footway\nw2 n2,n3 highway=footway\nw3 n2,n4 highway=footway"
    )
    assert sorted(round(line.length) for line in tee.strokes.lines) == [100, 200]


def test_a_junction_with_a_residential_road_cuts(find) -> None:
    ranking = find(
        nodes((0, 0), (150, 0), (300, 0), (150, 60), (150, -60))
        + "w1 n1,n2,n3 highway=footway\nw2 n4,n2,n5 highway=residential"
    )
    junction = shapely.Point(np.add(ORIGIN, (150, 0)))
    assert len(ranking.stretches) == 2
    assert (ranking.stretches.geometry.distance(junction) >= 3 + 3 + 10 - 5).all()
    cut = ranking.excluded[ranking.excluded["reason"] == "junction with a road"]
    assert cut.geometry.distance(junction).min() == pytest.approx(0, abs=0.02)


# --- bends and strips --------------------------------------------------------------------


def test_a_bend_of_30_degrees_leaves_stretches_on_its_two_sides_only(walk) -> None:
    corner = (152, 0)
    end = (152 + 152 * np.cos(np.radians(30)), 152 * np.sin(np.radians(30)))
    bend = walk(nodes((0, 0), corner, end) + "w1 n1,n2,n3 highway=footway")
    assert len(bend.lines) == 2
    assert sorted(line.centroid.x > corner[0] for line in bend.lines) == [False, True]
    for line in bend.lines:
        assert line.distance(shapely.Point(corner)) >= 5
        assert len(line.coords) == 2
    assert "bends" not in bend.reasons[: int(100 / 5)]


def test_bends_are_the_reason_where_only_they_stand_against_a_window(walk) -> None:
    zigzag = [(40 * i, 15 * (i % 2)) for i in range(8)]
    bends = walk(nodes(*zigzag) + "w1 n1,n2,n3,n4,n5,n6,n7,n8 highway=footway")
    assert len(bends.windows) == 0
    assert set(bends.reasons) == {"bends"}


@pytest.mark.parametrize("out_m", [1.0, 2.0, 4.0])
def test_an_excursion_on_80_m_is_measured_as_a_strip_of_its_size(walk, out_m: float) -> None:
    profile = adjust_profile(BEGINNER, min_length_m=80)
    plan = nodes((0, 0), (10, 0), (50, out_m), (90, 0), (100.4, 0)) + "w1 n1,n2,n3,n4,n5 highway=footway"
    strips = walk(plan, profile).windows.strip_width_m
    assert len(strips) == 1
    assert strips[0] == pytest.approx(out_m, abs=0.1)


def test_an_excursion_of_7_m_is_wider_than_any_strip(walk) -> None:
    profile = adjust_profile(BEGINNER, min_length_m=80)
    plan = nodes((0, 0), (10, 0), (50, 7), (90, 0), (100.4, 0)) + "w1 n1,n2,n3,n4,n5 highway=footway"
    assert len(walk(plan, profile).windows) == 0


# --- lengths -------------------------------------------------------------------------------


def straight(length_m: float) -> str:
    return nodes((0, 0), (length_m, 0)) + "w1 n1,n2 highway=footway"


def test_a_straight_of_90_m_gives_one_stretch_of_70_m_with_run_outs_of_10_m(walk) -> None:
    (line,) = walk(straight(90.2)).lines
    assert line.length == pytest.approx(70, abs=0.01)
    assert line.bounds == pytest.approx((10, 0, 80, 0), abs=0.02)


def test_a_straight_of_79_m_gives_none(walk) -> None:
    short = walk(straight(79))
    assert len(short.lines) == 0
    assert len(short.samples) == 0


def test_a_straight_of_500_m_gives_stretches_of_at_most_200_m_that_do_not_overlap(walk) -> None:
    lines = walk(straight(500.2)).lines
    assert all(60 <= line.length <= 200 + 1e-6 for line in lines)
    assert sum(line.length for line in lines) >= 400
    assert all(a.intersection(b).length < 1e-6 for a, b in combinations(lines, 2))


@pytest.mark.parametrize("level", ["first-steps", "beginner", "intermediate", "advanced"])
def test_no_stretch_is_shorter_than_the_level_asks(walk, level: str) -> None:
    profile = load_profile(level)
    lines = walk(straight(331.2), profile).lines
    assert lines
    assert all(profile.clear_length_m - 1e-6 <= line.length <= profile.longest_m + 1e-6 for line in lines)


def test_a_limit_in_the_middle_keeps_windows_and_run_outs_away(walk) -> None:
    whole = walk(straight(400.2))
    free = np.ones(len(whole.samples), bool)
    free[40] = False  # from 200 to 205 m
    windows, reasons = candidates.find_windows(whole.samples, free, BEGINNER)
    first, end = windows.first * 5.0, (windows.first + windows.n_samples) * 5.0
    assert ((end <= 190) | (first >= 215)).all()
    assert {bool(x) for x in end <= 190} == {True, False}
    assert reasons[40] == ""


# --- rings ---------------------------------------------------------------------------------


def ring(order: list[int]) -> str:
    """Return a square of 121 m with nodes at its corners and middles; `order` gives their ids."""
    xy = [(0, 0), (60.5, 0), (121, 0), (121, 60.5), (121, 121), (60.5, 121), (0, 121), (0, 60.5)]
    plan = "\n".join(f"n{number} {x} {y}" for number, (x, y) in zip(order, xy, strict=True))
    return f"{plan}\nw1 {','.join(f'n{number}' for number in [*order, order[0]])} highway=footway"


def without_direction(found: Walk) -> list:
    return sorted(coordinates(shapely.normalize(line) for line in found.lines))


def test_a_ring_gives_a_stretch_on_each_of_its_sides(walk) -> None:
    found = walk(ring([1, 2, 3, 4, 5, 6, 7, 8]))
    corners = [shapely.Point(xy) for xy in ((0, 0), (121, 0), (121, 121), (0, 121))]
    assert len(found.lines) == 4
    assert all(line.distance(corner) >= 4 for line in found.lines for corner in corners)


def test_a_ring_drawn_from_another_node_gives_the_same(walk) -> None:
    plan = ring([1, 2, 3, 4, 5, 6, 7, 8])
    turned = plan.replace("w1 n1,n2,n3,n4,n5,n6,n7,n8,n1", "w1 n3,n4,n5,n6,n7,n8,n1,n2,n3")
    assert turned != plan
    assert without_direction(walk(turned)) == without_direction(walk(plan))


def test_a_ring_drawn_in_two_halves_gives_the_same(walk) -> None:
    plan = ring([1, 2, 3, 4, 5, 6, 7, 8])
    halves = plan.replace("w1 n1,n2,n3,n4,n5,n6,n7,n8,n1 ", "w1 n4,n5,n6,n7,n8 highway=footway\nw2 n8,n1,n2,n3,n4 ")
    assert halves != plan
    assert without_direction(walk(halves)) == without_direction(walk(plan))


@pytest.mark.parametrize("order", [[2, 1, 3, 4, 5, 6, 7, 8], [3, 4, 5, 6, 7, 8, 2, 1]])
def test_a_ring_that_begins_on_a_straight_loses_no_stretch(walk, order: list[int]) -> None:
    plan = ring(order)
    ids = [*order[1:], order[0], order[1]]
    drawn = f"{plan.rsplit(chr(10), 1)[0]}\nw1 {','.join(f'n{i}' for i in ids)} highway=footway"
    assert len(walk(drawn).lines) == 4


def test_no_ways_give_nothing(walk) -> None:
    nothing = walk(nodes((0, 0), (300, 0)) + "w1 n1,n2 highway=residential")
    assert len(nothing.strokes.lines) == len(nothing.samples) == len(nothing.windows) == len(nothing.lines) == 0
