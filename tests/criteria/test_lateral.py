"""What stands beside the line: on which side, how near, and what that costs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from surveys import judge

BENCHES = "".join(f"n{100 + i} {12 * i} 60 amenity=bench\n" for i in range(20))
WAY = "n1 0 0\nn2 120 0\nw1 n1,n2 highway=footway width={width}\n" + BENCHES


def beside(tags: str, y: float, *, number: int = 2, width: float = 2.0) -> str:
    """Return the way and a line along it, `y` m to its north."""
    first = 10 * number
    return WAY.format(width=width) + f"n{first} -30 {y}\nn{first + 1} 150 {y}\nw{number} n{first},n{first + 1} {tags}\n"


def house(y: float, kind: str = "house") -> str:
    """Return the way and a building along a part of it, `y` m to its north."""
    return area(y, f"building={kind}")


def area(y: float, tags: str) -> str:
    """Return the way and an area along a part of it, `y` m to its north."""
    return WAY.format(width=2.0) + (
        f"n20 50 {y}\nn21 65 {y}\nn22 65 {y + 9}\nn23 50 {y + 9}\nw2 n20,n21,n22,n23,n20 {tags}\n"
    )


def thing(y: float, tags: str) -> str:
    """Return the way and a thing in the middle of it, `y` m to its north."""
    return WAY.format(width=2.0) + f"n20 60 {y} {tags}\n"


def describe(survey, *, window: int | None = None) -> dict:
    """Return the columns of a window, by default the one in the middle."""
    judged = judge(survey, "obstacles")
    window = len(judged.value) // 2 if window is None else window
    row = judged.describe(np.array([window])).iloc[0]
    return {**row, "d": judged.desirability[window]}


@pytest.mark.parametrize(
    ("plan", "clearance_m", "what"),
    [
        (beside("highway=unclassified width=6", 6.5), 3.5, "kerb with traffic"),
        (beside("highway=service width=3 service=driveway", 5.0), 3.5, "kerb with traffic"),
        (beside("railway=tram", 5.0), 4.25, "rails"),
        (beside("barrier=wall", 1.3), 1.3, "wall"),
        (beside("barrier=hedge", 2.0), 2.0, "hedge"),
        (beside("railway=disused", 3.2), 3.2, "rails out of use"),
        (beside("railway=disused barrier=fence", 3.2), 3.2, "fence or the like"),
        (beside("barrier=chain", 2.4), 2.4, "fence or the like"),
        (beside("natural=tree_row", 2.0), 2.0, "row of trees"),
        (beside("waterway=river", 6.0), 6.0, "water"),
        (beside("natural=cliff", 7.0), 7.0, "drop"),
        (house(2.2), 2.2, "house doors"),
        (house(2.2, "yes"), 2.2, "house doors"),
        (house(2.2, "garage"), 2.2, "wall of a building"),
        (house(2.7, "transformer_tower"), 2.7, "wall of a building"),
        (house(2.4, "service"), 2.4, "wall of a building"),
        (area(2.9, "building=yes power=substation"), 2.9, "wall of a building"),
        (area(3.1, "building=yes man_made=pumping_station"), 3.1, "wall of a building"),
        (house(4.2, "construction"), 4.2, "building site"),
        (beside("highway=steps", 2.6), 2.6, "steps"),
        (area(1.8, "leisure=pitch sport=basketball"), 1.8, "sports pitch"),
        (thing(3.4, "natural=tree"), 3.4, "tree"),
        (thing(2.9, "amenity=bicycle_parking"), 2.9, "post, bench or the like"),
        (area(2.2, "building:part=yes"), 2.2, "house doors"),
        (beside("fence_type=chain_link", 2.4), 2.4, "fence or the like"),
        (area(2.4, "landuse=meadow fence_type=barbed_wire"), 2.4, "fence or the like"),
        (area(2.3, "leisure=pitch sport=tennis fenced=yes"), 2.3, "fence or the like"),
        (area(2.6, "landuse=grass fenced=partly"), 2.6, "fence or the like"),
        (area(6.0, "natural=water area=no"), 6.0, "water"),
        (area(4.2, "landuse=construction"), 4.2, "building site"),
        (area(3.7, "amenity=parking"), 3.7, "parked cars"),
        (area(6.0, "man_made=embankment area=yes"), 6.0, "drop"),
        (beside("man_made=pipeline location=overground", 2.0), 2.0, "fence or the like"),
        (area(2.3, "natural=wood"), 2.3, "wood"),
        (area(1.7, "natural=scrub"), 1.7, "wood"),
        (area(3.6, "landuse=forest"), 3.6, "wood"),
        (area(0.4, "landuse=forest"), 1.0, "wood"),
        (area(2.7, "leisure=pitch sport=shot_put"), 2.7, "sand pit or throwing circle"),
        (area(2.2, "leisure=pitch sport=athletics surface=sand"), 2.2, "sand pit or throwing circle"),
        (area(1.7, "leisure=pitch sport=athletics athletics=high_jump"), 1.7, "sand pit or throwing circle"),
        (area(2.3, "railway=platform"), 2.3, "platform of a stop"),
        (beside("highway=platform", 2.6), 2.6, "platform of a stop"),
        (beside("amenity=bench", 1.9), 1.9, "bench, table or the like"),
        (area(1.6, "leisure=pitch sport=table_tennis"), 1.6, "bench, table or the like"),
        (thing(2.1, "leisure=pitch sport=table_tennis"), 2.1, "post, bench or the like"),
        (beside("amenity=bench barrier=wall", 2.2), 2.2, "wall"),
    ],
)
def test_what_stands_beside_is_named_with_its_distance_and_side(look, plan: str, clearance_m: float, what: str) -> None:
    told = describe(look(plan))
    assert told["clearance_m"] == pytest.approx(clearance_m, abs=0.1)
    assert told["beside"] == f"{what} to the north"
    assert (told["clearance_other_m"], told["beside_other"]) == (10.0, pytest.approx(np.nan, nan_ok=True))
    assert f"{clearance_m:.1f} m: {what} to the north" in told["why_obstacles"]


def test_both_sides_are_told_and_the_narrower_one_comes_first(look) -> None:
    plan = beside("barrier=wall", 3.0) + "n30 150 -1.5\nn31 -30 -1.5\nw3 n30,n31 barrier=hedge\n"
    told = describe(look(plan))
    assert (told["beside"], told["beside_other"]) == ("hedge to the south", "wall to the north")


@pytest.mark.parametrize("wood", ["natural=wood", "landuse=forest", "natural=shrubbery"])
def test_who_runs_through_a_wood_has_it_on_both_sides_from_the_edge_of_the_way(look, wood: str) -> None:
    corners = "n20 -300 -200\nn21 400 -200\nn22 400 300\nn23 -300 300\n"
    told = describe(look(WAY.format(width=3.0) + corners + f"w2 n20,n21,n22,n23,n20 {wood}\n"))
    assert (told["clearance_m"], told["clearance_other_m"]) == (pytest.approx(1.5), pytest.approx(1.5))
    assert {told["beside"], told["beside_other"]} == {"wood to the north", "wood to the south"}


def test_a_kerb_needs_more_room_than_a_wall(look) -> None:
    plan = beside("barrier=wall", 2.5) + "n30 150 -6.5\nn31 -30 -6.5\nw3 n30,n31 highway=residential width=6\n"
    told = describe(look(plan))
    assert told["beside"] == "kerb with traffic to the south"
    assert "close beside" in told["why_obstacles"]


@pytest.mark.parametrize(
    "plan",
    [
        beside("highway=residential layer=-1 tunnel=yes", 6.5),
        beside("barrier=wall", 10.5),
        beside("barrier=entrance", 1.5),
        beside("man_made=pipeline location=underground", 1.5),
        area(3.0, "amenity=parking parking=underground"),
        area(3.0, "building:part=yes building:min_level=2"),
        beside("fence_type=none", 1.5),
        area(1.5, "landuse=grass fenced=no"),
        beside("highway=footway", 1.5),
        house(10.4),
    ],
)
def test_what_is_far_below_or_harmless_is_not_beside(look, plan: str) -> None:
    told = describe(look(plan))
    assert told["clearance_m"] == 10.0
    assert "nothing mapped within 10 m beside it" in told["why_obstacles"]


@pytest.mark.parametrize("x", [2.0, 6.0])
@pytest.mark.parametrize(("tags", "what"), [("barrier=wall", "wall"), ("barrier=hedge", "hedge")])
def test_what_stands_beside_a_run_out_alone_counts(look, x: float, tags: str, what: str) -> None:
    way = WAY.format(width=2.0)
    told = describe(look(way + f"n20 {x} 1.4\nn21 {x + 2} 1.4\nw2 n20,n21 {tags}\n"), window=0)
    assert told["beside"].split(" to the ")[0] == what
    assert told["clearance_m"] == pytest.approx(1.4, abs=0.1)
    assert told["d"] < describe(look(way), window=0)["d"]


def test_a_pitch_is_not_beside_who_runs_on_it(look) -> None:
    plan = WAY.format(width=2.0) + "n20 -20 -6\nn21 140 -6\nn22 140 60\nn23 -20 60\n"
    told = describe(look(plan + "w2 n20,n21,n22,n23,n20 leisure=pitch sport=soccer\n"))
    assert not isinstance(told["beside"], str)


def test_a_jump_pit_within_the_pitch_that_one_runs_on_is_told_and_leaves_no_room(look) -> None:
    pitch = WAY.format(width=2.0) + "n40 -20 -6\nn41 140 -6\nn42 140 60\nn43 -20 60\n"
    pitch += "w4 n40,n41,n42,n43,n40 leisure=pitch sport=soccer\n"
    pit = area(1.4, "leisure=pitch athletics=long_jump").removeprefix(WAY.format(width=2.0))
    without, with_pit = (judge(look(plan), "obstacles") for plan in (pitch, pitch + pit))
    told = with_pit.describe(np.arange(len(with_pit.value)))["why_obstacles"]
    assert told.str.contains("sand pit or throwing circle to the north").any()
    assert with_pit.desirability.min() < without.desirability.min()


def test_where_little_is_mapped_the_sides_are_unknown_and_not_free(look) -> None:
    told = describe(look(WAY.format(width=2.0).replace(BENCHES, "")))
    assert np.isnan(told["clearance_m"])
    assert np.isnan(told["clearance_other_m"])
    assert "what stands beside it is unknown" in told["why_obstacles"]


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["highway=residential width=6", "barrier=wall", "barrier=chain", "waterway=canal", "railway=tram"]),
    st.floats(8.0, 9.5),
    st.floats(0.2, 1.5),
    st.floats(0.5, 4.0),
)
def test_nearer_and_narrower_never_score_better(look, tags: str, far: float, nearer: float, narrower: float) -> None:
    away, near = (describe(look(beside(tags, y))) for y in (far, far - nearer))
    assert near["d"] <= away["d"] + 1e-9
    assert near["clearance_m"] < away["clearance_m"]
    narrow = describe(look(beside(tags, far, width=max(2.0 - narrower, 1.1))))
    assert narrow["clearance_m"] == away["clearance_m"]


@pytest.mark.parametrize("tags", ["highway=service width=3", "barrier=fence", "landuse=basin", "railway=rail"])
def test_one_more_thing_beside_never_scores_better(look, tags: str) -> None:
    alone = describe(look(beside("highway=residential width=6", 6.2)))
    both = describe(look(beside("highway=residential width=6", 6.2) + "n30 150 -7\nn31 -30 -7\nw3 n30,n31 " + tags))
    wall = "n30 150 2\nn31 -30 2\nw3 n30,n31 barrier=wall"
    between = describe(look(beside("highway=residential width=6", 6.2) + wall))
    assert both["d"] <= alone["d"]
    assert between["d"] <= alone["d"]


@pytest.mark.parametrize(
    "plan", ["n1 0 0\nn2 30 0\nw1 n1,n2 highway=footway\n", "n1 0 0\nn2 99 0\nw1 n1,n2 highway=path\n"]
)
def test_nothing_around_and_no_window_are_no_trouble(look, plan: str) -> None:
    judged = judge(look(plan), "obstacles")
    table = judged.describe(np.arange(len(judged.value)))
    assert len(table) == len(judged.value)
    assert table["clearance_m"].isna().all()
