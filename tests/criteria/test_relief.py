"""Steepness that the map makes likely where no raster tells it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from surveys import judge

from saferoute import scoring
from saferoute.criteria.flatness.hairpins import find_hairpins
from saferoute.criteria.flatness.hillside import name_hints
from saferoute.quantities import RandomNumbers, UsualSize

PATH = "n1 0 0\nn2 90.4 0\nw1 n1,n2 {tags}\n"
_ZIGZAG = [(120 * ((k + 1) // 2 % 2), 60 + 9 * k) for k in range(16)]
HAIRPINS = (
    "".join(f"n{100 + k} {x} {y}\n" for k, (x, y) in enumerate(_ZIGZAG))
    + f"w50 {','.join(f'n{100 + k}' for k in range(len(_ZIGZAG)))} highway=path\n"
)
"""A path that zigzags up beside."""
CLIMBS = (
    "n30 -200 100\nn31 100 180\nw30 n30,n31 highway=path sac_scale=demanding_mountain_hiking\n"
    "n32 -150 -200\nn33 20 -260\nw31 n32,n33 railway=funicular\nn34 40 -300\nn35 90 -340\nw32 n34,n35 natural=ridge\n"
)
GARDEN = "n40 10 8\nn41 80 9\nw40 n40,n41 barrier=retaining_wall\nn42 30 -9\nn43 42 -20\nw41 n42,n43 highway=steps\n"


def look_at(look, around: str = "", tags: str = "highway=footway"):
    return look(PATH.format(tags=tags) + around)


def tell(found, rows: int = 1) -> dict:
    return judge(found, "flatness").describe(np.arange(rows)).iloc[0].to_dict()


def low_of(found) -> float:
    return float(scoring.score_measurements(found.measurements, found.evidence.profile).low.max())


def test_where_the_map_tells_nothing_the_slope_is_as_unknown_as_ever(look) -> None:
    found = look_at(look)
    told = tell(found)
    assert np.isnan(told["likely_falls_pct"])
    assert told["why_flatness"] == "slope unknown: no elevation here, and no tag tells it"
    assert judge(found, "flatness").desirability[0] == 0.5


@pytest.mark.parametrize("around", [HAIRPINS, CLIMBS, GARDEN])
def test_signs_of_relief_make_ground_of_unknown_slope_likely_steep(look, around: str) -> None:
    plain, hill = look_at(look), look_at(look, around)
    assert tell(hill)["likely_falls_pct"] > 2
    # What is likely less steep would only reassure.
    assert ("likely steep" in tell(hill)["why_flatness"]) is (around == CLIMBS)
    assert "likely some" not in tell(hill)["why_flatness"]
    assert low_of(hill) < low_of(plain)


def test_walls_and_steps_beside_tell_more_on_a_hillside_than_on_a_plain(look) -> None:
    falls = [tell(look_at(look, around))["likely_falls_pct"] for around in (HAIRPINS, GARDEN, HAIRPINS + GARDEN)]
    assert falls[2] > max(falls[:2])


def test_a_track_in_the_hills_is_not_rated_and_to_be_looked_at(look) -> None:
    track = "highway=track surface=gravel"
    plain, hill = look_at(look, tags=track), look_at(look, CLIMBS + HAIRPINS, tags=track)
    assert low_of(hill) < scoring.FORMULA.ratings[-1][1]
    assert low_of(hill) < 0.8 * low_of(plain)


@pytest.mark.parametrize("incline", ["2%", "0%"])
def test_a_known_slope_along_is_bounded_by_none(look, incline: str) -> None:
    plain, hill = (look_at(look, around, f"highway=footway incline={incline}") for around in ("", CLIMBS))
    assert [judge(found, "flatness").value[0] for found in (plain, hill)] == pytest.approx([float(incline[0])] * 2)
    assert "likely steep" not in tell(hill)["why_flatness"]


def test_what_is_mapped_beyond_the_reach_changes_nothing(look) -> None:
    far = "n60 2300 0\nn61 2400 0\nw60 n60,n61 highway=path sac_scale=alpine_hiking\n"
    near, farther = (tell(look_at(look, around))["likely_falls_pct"] for around in (GARDEN, GARDEN + far))
    assert near == farther


TRODDEN = PATH.format(tags="highway=path surface=fine_gravel width=2")
THINGS = {
    "natural=bare_rock": "rock", "natural=scree": "rock", "natural=cliff": "cliff", "barrier=retaining_wall": "wall",
    "man_made=embankment": "bank", "highway=steps step_count=40": "steps", "highway=footway incline=up": "climb",
    "highway=track incline=7%": "climb", "highway=path incline=-13%": "steep", "landuse=vineyard": "vineyard",
}  # fmt: skip
PLAIN_THINGS = ["natural=scrub", "barrier=fence", "highway=footway incline=1%", "highway=steps layer=-1"]


def lay(tags: str, south: float, number: int = 90) -> str:
    """Return a thing along the north of the path: an area, or its outline."""
    xy = [(20, south), (70, south), (70, south + 8), (20, south + 8)]
    nodes = "".join(f"n{number + k} {x} {y}\n" for k, (x, y) in enumerate(xy))
    return f"{nodes}w{number} {','.join(f'n{number + k}' for k in range(4))},n{number} {tags}\n"


def hints_of(found) -> set[str]:
    told = judge(found, "flatness").measurement.gather_evidence(np.arange(len(found.windows)))["hints_m"]
    return {name for of_window in name_hints(told) for name, _ in of_window}


@pytest.mark.parametrize(("tags", "name"), THINGS.items())
def test_rock_steps_walls_and_the_like_close_by_hint_at_a_hillside(look, tags: str, name: str) -> None:
    assert name in hints_of(look(TRODDEN + lay(tags, 26)))


@pytest.mark.parametrize("tags", PLAIN_THINGS)
def test_what_stands_on_plains_is_no_hint(look, tags: str) -> None:
    assert hints_of(look(TRODDEN + lay(tags, 26))) == set()


def test_a_hint_lowers_the_score_more_the_nearer_it_is_and_two_more_than_one(look) -> None:
    plans = ["", lay("natural=bare_rock", 58), lay("natural=bare_rock", 22)]
    plans.append(plans[-1] + lay("natural=cliff", -40, 100))
    steepness = [tell(look(TRODDEN + plan))["likely_falls_pct"] for plan in plans]
    assert np.isnan(steepness[0])
    assert steepness[1:] == sorted(steepness[1:])
    low = [low_of(look(TRODDEN + plan)) for plan in plans]
    assert low == sorted(low, reverse=True)
    assert low[-1] < low[0]


def test_of_what_lies_beside_paved_ways_nothing_is_told(look) -> None:
    assert hints_of(look(PATH.format(tags="highway=footway surface=asphalt") + lay("natural=bare_rock", 26))) == set()


@pytest.mark.parametrize(
    ("tags", "hints"), [("incline=12%", {"steep"}), ("incline=-14 %", {"steep"}), ("incline=8%", set())]
)
def test_a_steep_way_hints_at_a_hillside_on_paved_ways_too_and_farther_off(look, tags: str, hints: set[str]) -> None:
    paved = PATH.format(tags="highway=track surface=asphalt")
    assert hints_of(look(paved + lay(f"highway=path {tags}", 92))) == hints
    assert hints_of(look(paved + lay(f"highway=path {tags}", 108))) == set()


@pytest.mark.parametrize(("y", "hints"), [(24, {"climb"}), (92, set())])
def test_a_short_steep_ramp_hints_no_farther_than_a_way_that_climbs(look, y: int, hints: set[str]) -> None:
    ramp = f"n60 40 {y}\nn61 40 {y + 7}\nw60 n60,n61 highway=footway incline=12%\n"
    assert hints_of(look(TRODDEN + ramp)) == hints


def test_the_top_of_a_hill_is_a_hint_farther_off(look) -> None:
    assert hints_of(look(TRODDEN + "n99 50 130 natural=peak\n")) == {"peak"}
    assert hints_of(look(TRODDEN + "n99 50 190 natural=peak\n")) == set()


BACK = [(0, 0), (60, 0), (60, 8), (0, 9)]


@pytest.mark.parametrize(
    ("bends", "tags", "count"),
    [
        (BACK, "highway=track", 1),
        ([(0, 0), (60, 0), (120, 40)], "highway=track", 0),
        ([(0, 0), (60, 0), (60, 70), (0, 75)], "highway=track", 0),
        ([(45, 0), *BACK[1:]], "highway=footway", 0),
        (BACK, "highway=service service=parking_aisle", 0),
        (BACK, "highway=service", 1),
        (BACK, "highway=footway bridge=yes", 0),
        (BACK, "highway=path\nn76 390 104\nw71 n72,n76 highway=residential", 0),
        (BACK, "highway=path\nn76 390 104\nw71 n70,n76 highway=residential", 1),
    ],
)
def test_a_hairpin_is_where_a_way_turns_back_at_once_and_nothing_joins_it(
    look, bends: list[tuple[float, float]], tags: str, count: int
) -> None:
    nodes = "".join(f"n{70 + k} {300 + x} {100 + y}\n" for k, (x, y) in enumerate(bends))
    way = f"w70 {','.join(f'n{70 + k}' for k in range(len(bends)))} {tags}\n"
    assert len(find_hairpins(look_at(look, nodes + way).features)) == count


FLIGHT = "n60 40 12\nn61 40 21\nw60 n60,n61 {}\n"
LEADS_TO = {
    "n62 90 21\nw61 n61,n62 highway=footway bridge=yes\n": False,
    "n62 40 60\nw61 n61,n62 highway=footway tunnel=yes\n": False,
    "n62 40 26\nn63 40 60\nw61 n62,n63 highway=cycleway layer=1\n": False,
    "n62 60 21\nn63 60 40\nn64 20 40\nn65 20 21\nw61 n61,n62,n63,n64,n65,n61 building=church\n": False,
    "n62 40 60\nw61 n61,n62 man_made=pier\n": False,
    "n62 90 21\nw61 n61,n62 highway=footway\n": True,
    "n62 40 40\nn63 40 60\nw61 n62,n63 highway=footway bridge=yes\n": True,
}


@pytest.mark.parametrize("kind", ["highway=steps", "highway=footway incline=up"])
@pytest.mark.parametrize(("leads_to", "is_hint"), LEADS_TO.items())
def test_steps_and_ramps_to_what_is_built_are_no_hint(look, kind: str, leads_to: str, is_hint: bool) -> None:
    found = hints_of(look(TRODDEN + FLIGHT.format(kind) + leads_to))
    assert found == ({"climb" if "incline" in kind else "steps"} if is_hint else set())


@given(st.floats(0.1, 30), st.floats(0.0, 1.5))
def test_usual_sizes_are_as_large_as_they_say(median: float, sigma: float) -> None:
    even = (np.arange(4001) + 0.5) / 4001
    other = even * (np.sqrt(5) - 1) * 2000 % 1
    random = RandomNumbers(np.clip(other, 1e-4, 1 - 1e-4), RandomNumbers(even, even).second_normal)
    drawn = UsualSize(np.array([median]), sigma).draw(random)[0]
    assert (drawn >= 0).all()
    # Twice uncertain, the middle is a little less than the usual size.
    assert 0.75 * median < np.median(drawn) < 1.05 * median
