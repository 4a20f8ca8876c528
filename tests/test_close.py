"""What stands or comes close is told among the checks, and never makes a stretch better."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from ranked_towns import FEW, LENGTH_M, RATINGS, best, rank, town

from saferoute.report.checks import describe_ways
from saferoute.table import Tags

if TYPE_CHECKING:
    from saferoute.model import Ranking

ALONG = f"n21 -40 {{y}}\nn22 {LENGTH_M + 40} {{y}}\nw21 n21,n22 {{tags}}\n"
GROUND = "n21 -40 {y}\nn22 340 {y}\nn23 340 {far}\nn24 -40 {far}\nw21 n21,n22,n23,n24,n21 {tags}\n"
LINES = {
    "highway=residential width=6": (6.1, 9.0), "highway=service": (4.8, 8.0), "railway=tram": (3.8, 8.0),
    "barrier=wall": (1.6, 8.0), "barrier=hedge": (1.6, 8.0), "barrier=fence": (1.6, 8.0),
    "natural=tree_row": (1.6, 8.0),
    "waterway=canal": (5.1, 9.0), "natural=cliff": (5.1, 9.0), "highway=cycleway": (1.6, 9.0),
    "man_made=pipeline location=overground": (1.6, 8.0), "highway=construction": (1.6, 9.0),
    "highway=path route=bicycle": (1.6, 9.0),
}  # fmt: skip
GROUNDS = {
    "building=house": (1.6, 9.0), "building=garage": (1.6, 9.0), "building=construction": (1.6, 9.0),
    "landuse=construction": (1.6, 9.0), "amenity=parking": (1.6, 9.0), "natural=water": (5.1, 9.0),
    "man_made=embankment area=yes": (5.1, 9.0), "amenity=school": (1.6, 9.0), "leisure=swimming_pool": (5.1, 9.0),
}  # fmt: skip
"""Things that may stand beside a way 3 m wide, and the distances of their edges, or middles, that are tried."""


PEOPLE = "n71 150 150 amenity=cafe\n"
"""Who comes by is known, so that what is tested does not tell it."""


def place(tags: str, y: float) -> str:
    """Return the plan of a thing from `y` m beside the footway on."""
    return (GROUND if tags in GROUNDS else ALONG).format(tags=tags, y=y, far=y + 12)


def list_checks(more: str = "", tags: str = "highway=footway surface=asphalt width=3") -> str:
    """Return the checks of all stretches of a town as one text."""
    return " | ".join(
        check for checks in rank(town(tags=tags, more=PEOPLE + more)).stretches["checks"] for check in checks
    )


@pytest.mark.parametrize(
    ("tags", "y", "words"),
    [
        ("building=terrace", 2.1, "house doors 2.1 m to the north: someone may step out"),
        ("building=barn", 1.9, "wall of a building 1.9 m to the north: who veers runs into it"),
        ("highway=tertiary width=6", 6.5, "kerb with traffic 3.5 m to the north: vehicles pass"),
        ("railway=light_rail", 4.9, "rails 4.2 m to the north: trains or trams pass"),
        ("barrier=guard_rail", 1.7, "fence or the like 1.7 m to the north"),
        ("barrier=hedge_bank", 1.8, "hedge 1.8 m to the north"),
        ("waterway=canal", 6.2, "water 6.2 m to the north: who veers falls in"),
        ("barrier=retaining_wall", 6.4, "drop 6.4 m to the north: who veers falls"),
        ("amenity=parking", 3.9, "parked cars 3.9 m to the north: doors open and cars back out"),
        ("landuse=construction", 4.4, "building site 4.4 m to the north"),
    ],
)
def test_what_stands_close_is_to_be_looked_at(tags: str, y: float, words: str) -> None:
    plan = GROUND if tags.startswith(("building", "amenity", "landuse")) else ALONG
    assert words in list_checks(plan.format(tags=tags, y=y, far=y + 12))


@pytest.mark.parametrize(("tags", "y"), [("building=terrace", 3.8), ("barrier=hedge", 2.8), ("amenity=parking", 4.8)])
def test_what_is_safely_away_is_no_check(tags: str, y: float) -> None:
    assert " to the north" not in list_checks(place(tags, y))


def test_reasons_and_checks_tell_one_thing_at_one_distance() -> None:
    # A lamp makes another window the worst than the one that has least room.
    parking = "n31 60 4.3\nn32 90 4.3\nn33 90 20\nn34 60 20\nw31 n31,n32,n33,n34,n31 amenity=parking\n"
    lamp = "n41 190 2.9 highway=street_lamp\n"
    stretches = rank(town(more=PEOPLE + parking + lamp)).stretches
    told = [
        row["why_obstacles"]
        for _, row in stretches.iterrows()
        if any(check.startswith("parked cars 4.3 m to the north") for check in row["checks"])
    ]
    assert told
    assert all("at 4.3 m: parked cars to the north" in why for why in told)


def test_things_alike_on_both_sides_are_one_check() -> None:
    south = "n31 -40 -1.9\nn32 340 -1.9\nn33 340 -9\nn34 -40 -9\nw31 n31,n32,n33,n34,n31 building=house\n"
    told = list_checks(place("building=house", 2.4) + south)
    assert "house doors 1.9 m to the south and 2.4 m to the north: someone may step out" in told


@pytest.mark.parametrize(
    ("tags", "is_possible"),
    [
        ("highway=track tracktype=grade3", True),
        ("highway=track tracktype=grade4", True),
        ("highway=track tracktype=grade5", False),
        ("highway=track tracktype=grade3 motor_vehicle=agricultural", False),
        ("highway=path tracktype=grade3", False),
    ],
)
def test_farm_traffic_that_is_possible_is_among_the_checks_as_in_the_column(tags: str, *, is_possible: bool) -> None:
    tags = Tags.of(pd.DataFrame([dict(tag.split("=") for tag in tags.split())]))
    assert any("farm traffic is possible" in check for check in describe_ways(tags)[0]) == is_possible


@pytest.mark.parametrize(
    ("tags", "is_doubted"),
    [
        ("highway=track tracktype=grade1", True),
        ("highway=track", True),
        ("highway=track tracktype=grade4", False),
        ("highway=track tracktype=grade1 motor_vehicle=no", False),
        ("highway=track motor_vehicle=forestry", False),
        ("highway=footway", False),
    ],
)
def test_a_track_on_which_motors_are_likely_or_unknown_is_neither_a_nor_b(tags: str, *, is_doubted: bool) -> None:
    tags = f"{tags} surface=asphalt width=3 bicycle=no"
    assert ("whether cars or tractors use it" in list_checks(tags=tags)) == is_doubted
    found = rank(town(tags=tags, more=PEOPLE)).stretches
    assert (found["c_crowding"] == 0).all() == is_doubted
    assert not is_doubted or set(found["rating"]) <= {"C", "none"}


@pytest.mark.parametrize("service", ["driveway", "drive-through"])
def test_a_drive_is_private_until_it_is_tagged_otherwise(service: str) -> None:
    drive = f"highway=track service={service} width=3 surface=asphalt motor_vehicle=no"
    assert not len(rank(town(tags=drive)).stretches)
    assert len(rank(town(tags=f"{drive} foot=yes")).stretches)


ROUTES = ["type=route route=bicycle", "type=route route=mtb", "type=route route=inline_skates"]


@pytest.mark.parametrize("tags", ROUTES)
def test_a_relation_that_leads_bicycles_along_a_way_is_told_and_costs(tags: str) -> None:
    alone, led = rank(town(more=PEOPLE)), rank(town(more=f"{PEOPLE}r1 w1@ {tags}\n"))
    assert "a route of theirs leads along it" in list_checks(f"r1 w1@ {tags}\n")
    assert best(led)["score_low"] < best(alone)["score_low"] - 0.01
    other = rank(town(more=f"{PEOPLE}r1 w1@ type=route route=hiking\n"))
    assert best(other) == pytest.approx(best(alone))


@pytest.mark.parametrize("tag", ["lcn=yes", "ncn=yes", "inline_skates=designated", "route=bicycle"])
def test_a_tag_that_leads_bicycles_along_a_way_is_told(tag: str) -> None:
    assert "a route of theirs leads along it" in list_checks(tags=f"highway=footway surface=asphalt width=3 {tag}")


ACROSS = "".join(f"n2{i} {60 * i} -60\nn3{i} {60 * i} {{end}}\nw2{i} n2{i},n3{i} {{tags}}\n" for i in range(1, 5))


@pytest.mark.parametrize("plan", [
    ACROSS.format(end=-0.5, tags="highway=path") + "r1 w21@,w22@,w23@,w24@ type=route route=bicycle\n",
    ACROSS.format(end=60, tags="highway=cycleway"),
    ALONG.format(y=2.9, tags="highway=cycleway"),
])  # fmt: skip
def test_a_route_that_joins_crosses_or_runs_close_is_told(plan: str) -> None:
    assert "runs close beside it, joins or crosses" in list_checks(plan)


@pytest.mark.parametrize(
    ("tags", "y", "words"),
    [
        ("highway=cycleway width=2", -5.4, "bicycles or skaters beside: a way of theirs 4.4 m to the south"),
        (
            "highway=path bicycle=designated width=3",
            6.1,
            "bicycles or skaters beside: a way of theirs 4.6 m to the north",
        ),
        ("highway=footway lcn=yes width=2", 3.8, "bicycles or skaters beside: a way of theirs 2.8 m to the north"),
        ("highway=cycleway width=2", 6.4, ""),
        ("highway=tertiary lcn=yes width=6", 7.2, ""),
        ("highway=path bicycle=yes width=2", 4.4, ""),
        ("highway=cycleway width=2 layer=1 bridge=yes", 4.4, ""),
    ],
)
def test_a_way_for_bicycles_beside_is_told_with_its_distance_and_costs(tags: str, y: float, words: str) -> None:
    alone, beside = (rank(town(more=PEOPLE + more)).stretches for more in ("", ALONG.format(tags=tags, y=y)))
    on_footway = beside[beside["osm_ids"].map(lambda ids: ids == ["way/1"])]
    told = " | ".join(check for checks in on_footway["checks"] for check in checks)
    assert words in told
    assert ("bicycles or skaters" in told) == bool(words)
    assert set(on_footway["bicycles"]) == ({words.split(": ")[1]} if words else set(alone["bicycles"]))
    assert not words or on_footway["score_low"].max() < alone["score_low"].max()


LAWN = "n31 20 2\nn32 280 2\nn33 280 30\nn34 20 30\nw31 n31,n32,n33,n34,n31 leisure=pitch surface=grass\n"


@pytest.mark.parametrize(("y", "is_told"), [(38, True), (50, False)])
def test_nothing_leads_bicycles_on_open_ground_where_they_are_told_from_farther_off(y: float, *, is_told: bool) -> None:
    found = rank(town(more=PEOPLE + LAWN + ALONG.format(tags="highway=cycleway width=2", y=y))).stretches
    on_lawn = found[found["origin"] == "area"]
    assert len(on_lawn)
    assert on_lawn["checks"].map(lambda checks: "a way of theirs" in " ".join(checks)).any() == is_told


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("bicycle=designated", "the way is meant for them, too"),
        ("bicycle=official segregated=yes", "the way is meant for them, too"),
        ("bicycle=yes", ""),
    ],
)
def test_a_way_that_is_meant_for_bicycles_too_is_told(tag: str, words: str) -> None:
    told = list_checks(tags=f"highway=path surface=asphalt width=3 {tag}")
    assert words in told
    assert ("bicycles" in told) == bool(words)


def test_a_net_of_trails_leads_no_bicycles_where_they_are_pushed() -> None:
    tags = "highway=footway surface=asphalt width=3 bicycle={}"
    both = (["mtb", "bicycle"], ["bicycle", "mtb"], ["mtb;bicycle"])
    for routes, told in ((["mtb"], False), *((routes, True) for routes in both)):
        led = "".join(f"r{n} w1@ type=route route={route}\n" for n, route in enumerate(routes, 1))
        found = rank(town(tags=tags.format("no"), more=PEOPLE + led)).stretches
        assert found["checks"].map(lambda checks: "leads along it" in " ".join(checks)).all() == told
        assert (set(found["bicycles"]) == {"not allowed"}) != told


def test_a_pipeline_that_may_lie_on_the_ground_is_told_and_lowers_the_confidence_in_obstacles() -> None:
    plan = ALONG.format(y=2.5, tags="man_made=pipeline{}")
    unknown, buried = (rank(town(more=plan.format(tag))).stretches for tag in ("", " location=underground"))
    assert "the pipeline: whether it lies on the ground or in it is not tagged" in list_checks(plan.format(""))
    assert unknown["c_obstacles"].max() == pytest.approx(0.7 * buried["c_obstacles"].max())
    lying = rank(town(more=plan.replace("2.5", "1.6").format(" location=overground"))).stretches
    assert lying["score_low"].max() < buried["score_low"].max()


SHOPS = "".join(f"n8{i} {60 * i} 8 shop=books\nn9{i} {60 * i} -8 amenity=restaurant\n" for i in range(6))


@pytest.mark.parametrize(
    ("tags", "around", "is_drawn"),
    [
        ("highway=pedestrian", SHOPS, True),
        ("highway=pedestrian", "n81 75 9 railway=tram_stop\nn82 225 9 railway=tram_stop\n", True),
        ("highway=pedestrian", "", False),
        ("highway=footway", SHOPS, False),
    ],
)
def test_a_square_that_draws_people_is_unrated_where_nobody_counted(tags: str, around: str, *, is_drawn: bool) -> None:
    found = rank(town(tags=f"{tags} surface=asphalt width=4", more=PEOPLE + around)).stretches
    told = ["how busy it is: shops, stops or sights stand around" in " ".join(checks) for checks in found["checks"]]
    assert all(told) == is_drawn
    assert (found["rating"] == "none").all() or not is_drawn


@pytest.mark.parametrize(
    ("place", "y", "is_told"),
    [
        ("amenity=ferry_terminal", 28, True),
        ("amenity=ferry_terminal", 33, False),
        ("railway=halt", -22, True),
        ("amenity=marketplace", 17, True),
        ("amenity=fountain", 17, False),
    ],
)
def test_where_many_people_come_at_once_it_is_told_to_look_how_busy_it_is(place: str, y: int, *, is_told: bool) -> None:
    checks = rank(town(more=f"{PEOPLE}n81 150 {y} {place}\n")).stretches["checks"]
    assert any("how busy it is" in " ".join(of_row) for of_row in checks) == is_told


@settings(FEW, max_examples=8, phases=[Phase.generate])
@given(
    thing=st.sampled_from(sorted(LINES | GROUNDS)), share=st.floats(0, 1), nearer=st.floats(0, 1), other=st.booleans()
)
def test_a_thing_beside_never_makes_it_better_and_nearer_neither(thing, share, nearer, *, other: bool) -> None:
    near, far = (LINES | GROUNDS)[thing]
    y = near + share * (far - near)
    wall = "n41 90 -2.2\nn42 140 -2.2\nw41 n41,n42 barrier=wall\n" if other else ""
    plans = [wall, wall + place(thing, y), wall + place(thing, near + nearer * (y - near))]
    without, there, closer = (rank(town(more=PEOPLE + plan)) for plan in plans)
    assert not find_raised(there, without)
    assert not find_raised(closer, there)


def find_raised(after: Ranking, before: Ranking) -> list[str]:
    """Return whether S₂₀ or the rating is higher in one ranking than in another."""
    new, old = (best(of).get("score_low", 0.0) for of in (after, before))
    high, low = (max((RATINGS.index(r) for r in of.stretches["rating"]), default=0) for of in (after, before))
    return [*(["score"] if new > old + 1e-6 else []), *(["rating"] if high > low else [])]


@pytest.mark.parametrize(("grade", "is_told"), [("1", True), ("1-", True), ("?!", True), ("0", False)])
def test_a_trail_that_mountain_bikers_do_not_call_even_is_to_be_looked_at(grade: str, is_told: bool) -> None:
    told = list_checks(tags=f"highway=path surface=compacted width=3 mtb:scale={grade}")
    assert ("stones, roots and loose ground" in told) == is_told
