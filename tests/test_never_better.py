"""What is missing, oddly written or unheard of never makes ground better than it is known to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ranked_towns import FEW, RATINGS, SCORES, best, rank, town

if TYPE_CHECKING:
    from saferoute.model import Ranking

CLOSE = 1e-6
FEWER = settings(FEW, max_examples=4)


def find_raised(after: Ranking, before: Ranking, tolerance: float = CLOSE) -> list[str]:
    """Return what is higher in one ranking than in another: scores, ratings, the length that is recommended."""
    new, old = best(after), best(before)
    raised = [name for name, value in new.items() if value > old.get(name, 0.0) + tolerance]
    high, low = ([RATINGS.index(rating) for rating in r.stretches["rating"]] for r in (after, before))
    if max(high, default=0) > max(low, default=0):
        raised.append("rating")
    if measure_total(after) > measure_total(before) + 1.0:
        raised.append("length")
    return raised


def measure_total(ranking: Ranking) -> float:
    """Return the length of all stretches in m."""
    return float(ranking.stretches.geometry.length.sum())


LAKE = {
    21: "n21 -40 {y}\nn22 140 {y}\nw21 n21,n22",
    22: "n23 340 {y}\nw22 n22,n23",
    23: "n24 340 -300\nw23 n23,n24",
    24: "n25 -40 -300\nw24 n24,n25,n21",
}
"""Shores around a lake, two of them along the way, `y` metres to its side."""


@FEWER
@given(
    in_hand=st.sets(st.sampled_from(sorted(LAKE)), min_size=1),
    y=st.sampled_from([-2, -4, -9, -30]),
    tags=st.sampled_from(["natural=water", "landuse=military", "leisure=golf_course", "building=yes"]),
)
def test_what_is_missing_of_a_hazard_never_makes_the_ground_beside_its_other_parts_better(in_hand, y, tags) -> None:
    members = "".join(f"{LAKE[way].format(y=y)}\n" for way in LAKE)
    lost = [f"w{way} " for way in LAKE if way not in in_hand]
    part = "\n".join(line for line in members.splitlines() if not line.startswith(tuple(lost)))
    relation = f"\nr1 {','.join(f'w{way}@outer' for way in LAKE)} type=multipolygon {tags}\n"
    whole, cut = rank(town(more=members + relation)), rank(town(more=part + relation))
    shore_is_there = {21, 22} <= in_hand
    without = rank(town())
    assert len(cut.stretches) <= len(without.stretches)
    for name, score in best(cut).items():
        assert score <= best(without)[name] + 1e-6
        assert not shore_is_there or score <= best(whole).get(name, 0.0) + 1e-6


SHORES = {21: (-40, 0), 22: (70, 0), 23: (140, 0), 24: (260, 0), 25: (340, 0), 26: (340, 1), 27: (150, 1), 28: (-40, 1)}
"""Corners of a hazard by the id of their node: x, and whether they lie on the far side."""
NEAR = (21, 22, 23, 24, 25)
RINGS = ["way", "members", "ring of a relation", "hole"]
HAZARDS = ["natural=water", "landuse=military", "building=yes", "landuse=grass barrier=fence", "natural=bay",
           "leisure=swimming_pool", "amenity=school", "leisure=golf_course", "waterway=riverbank"]  # fmt: skip


def draw_ring(kind: str, tags: str, y: float, lost: frozenset[int]) -> str:
    """Return a plan of a hazard from `y` m beside the footway on, without some of its nodes."""
    corners = "".join(f"n{n} {x} {y - 250 * far}\n" for n, (x, far) in SHORES.items() if n not in lost)
    ring = [*SHORES, next(iter(SHORES))]
    names = ",".join(f"n{n}" for n in ring)
    if kind == "way":
        return f"{corners}w20 {names} {tags}\n"
    if kind == "ring of a relation":
        return f"{corners}w20 {names}\nr1 w20@outer type=multipolygon {tags}\n"
    if kind == "members":
        halves = [",".join(f"n{n}" for n in part) for part in (ring[:5], ring[4:])]
        return f"{corners}w20 {halves[0]}\nw21 {halves[1]}\nr1 w20@outer,w21@outer type=multipolygon {tags}\n"
    around = "n31 -900 -900\nn32 900 -900\nn33 900 900\nn34 -900 900\nw21 n31,n32,n33,n34,n31\n"
    # The footway lies in the hole: its edge is drawn around it on both sides.
    hole = corners + f"n35 -40 60\nn36 340 60\nw20 n35,{','.join(f'n{n}' for n in NEAR)},n36,n35\n"
    return f"{around}{hole}r1 w21@outer,w20@inner type=multipolygon {tags}\n"


@FEWER
@given(
    kind=st.sampled_from(RINGS),
    tags=st.sampled_from(HAZARDS),
    y=st.sampled_from([-2, -4, -9]),
    lost=st.frozensets(st.sampled_from(sorted(SHORES)), min_size=1, max_size=6),
)
@example(kind="way", tags="natural=water", y=-3, lost=frozenset({26, 27}))
@example(kind="hole", tags="natural=water", y=-3, lost=frozenset({21}))
def test_a_hazard_of_which_nodes_are_missing_is_no_better_than_none_or_all_of_it(kind, tags, y, lost) -> None:
    cut = rank(town(more=draw_ring(kind, tags, y, lost)))
    assert not find_raised(cut, rank(town()))
    if not lost & set(NEAR):
        assert not find_raised(cut, rank(town(more=draw_ring(kind, tags, y, frozenset()))))


def write_oddly(value: str, style: int) -> str:
    """Return a value as somebody might type it."""
    words = value.replace("_", " ")
    return [
        value.upper(),
        value.title(),
        f" {value} ",
        words,
        words.capitalize(),
        words.replace(" ", "-"),
        f"{value};",
    ][style]


TAGGED = {
    "surface": ["asphalt", "fine_gravel", "cobblestone", "compacted", "grass_paver"],
    "smoothness": ["good", "bad", "very_bad", "intermediate"],
    "tracktype": ["grade1", "grade3", "grade5"],
    "sac_scale": ["hiking", "mountain_hiking"],
    "trail_visibility": ["good", "bad"],
    "mtb:scale": ["0", "3"],
    "access": ["yes", "private"],
    "motor_vehicle": ["no", "yes"],
    "lit": ["yes", "no"],
    "bicycle": ["designated", "no"],
    "incline": ["up", "steep", "12%"],
    "ford": ["yes", "no"],
    "tunnel": ["yes", "no"],
    "bridge": ["yes", "no"],
    "covered": ["yes", "no"],
    "indoor": ["yes", "no"],
    "footway": ["crossing", "sidewalk"],
    "conveying": ["yes"],
    "layer": ["0", "1"],
}


@st.composite
def tags_of_ways(draw: st.DrawFn) -> tuple[str, str]:
    """Return a tag of a way, and the same tag oddly written."""
    key = draw(st.sampled_from(sorted(TAGGED)))
    value = draw(st.sampled_from(TAGGED[key]))
    return f'{key}="{value}"', f'{key}="{write_oddly(value, draw(st.integers(0, 6)))}"'


@FEWER
@given(tag=tags_of_ways())
def test_a_value_in_odd_case_or_with_spaces_is_never_better(tag: tuple[str, str]) -> None:
    plain, odd = (rank(town(tags=f"highway=footway width=3 {one}")) for one in tag)
    assert not find_raised(odd, plain)


@FEWER
@given(key=st.sampled_from(["surface", "smoothness", "tracktype"]), number=st.integers(0, 2), style=st.integers(0, 6))
def test_materials_and_grades_in_odd_case_are_the_same(key: str, number: int, style: int) -> None:
    value = TAGGED[key][number]
    plain, odd = (rank(town(tags=f'highway=track {key}="{v}"')) for v in (value, write_oddly(value, style)))
    assert odd.stretches[SCORES].to_numpy() == pytest.approx(plain.stretches[SCORES].to_numpy(), abs=CLOSE)
    assert odd.stretches["rating"].tolist() == plain.stretches["rating"].tolist()
    assert odd.excluded["reason"].tolist() == plain.excluded["reason"].tolist()


UNITS = [
    ("width=1.8", "width=5'11\""), ("width=1.83", 'width="6 ft"'), ("width=3.5", 'width="3,5 m"'),
    ("width=2", 'width="200 cm"'), ("width=2", 'width="2m"'),
    ("incline=8.75%", "incline=5°"), ("incline=10%", 'incline="1:10"'),
    ("incline=4%", 'incline="4 %"'), ("incline=4%", "incline=4"), ("incline=-4%", 'incline="−4 %"'),
    ("est_width=1.5", 'est_width="1,5"'), ("incline=4%", 'incline="4,0%"'),
]  # fmt: skip


@pytest.mark.parametrize(("plain", "odd"), UNITS)
def test_a_value_in_other_units_is_never_better(plain: str, odd: str) -> None:
    before, after = (rank(town(tags=f"highway=footway surface=asphalt {tag}")) for tag in (plain, odd))
    assert not find_raised(after, before, 2e-3)


STREET = "highway=pedestrian surface=asphalt width=4"
BESIDE = "n81 -30 {y}\nn82 330 {y}\nn83 330 40\nn84 -30 40\nw81 n81,n82,n83,n84,n81 {tags}\n"
NOTHING_MORE = town(tags="highway=footway surface=asphalt width=4")


@pytest.mark.parametrize(
    ("y", "tags"),
    [
        (-30, "disused:landuse=quarry"),
        (-30, "historic=graveyard"),
        (-30, "building=roof layer=1"),
        (-30, "landuse=religious"),
        (-30, "landuse=residential"),
        (4, "landuse=landfill"),
        (3, "railway=platform"),
        (3, "landuse=grass athletics=triple_jump"),
        (3, "amenity=bench"),
    ],
)
def test_grounds_around_and_things_beside_that_are_to_be_looked_at_never_make_better(y, tags) -> None:
    plan = NOTHING_MORE + BESIDE.format(y=y, tags=tags)
    assert not find_raised(rank(plan), rank(NOTHING_MORE))


def test_a_street_without_houses_or_a_path_with_a_speed_limit_is_never_better_than_a_plain_path() -> None:
    for tags in (STREET, "highway=footway surface=asphalt width=4 maxspeed=30"):
        assert not find_raised(rank(town(tags=tags)), rank(NOTHING_MORE))


BARRIERS = ["gate", "fence", "bollard", "wall", "hedge", "chain", "kerb", "ditch", "retaining_wall", "block", "stile",
            "cycle_barrier", "guard_rail", "lift_gate", "yes"]  # fmt: skip
PLACES = {
    "a node of the way": "n2 150 0 {}",
    "a node beside": "n2 150 0\nn9 150 1.2 {}",
    "a line across": "n2 150 0\nn8 120 -9\nn9 121 9\nw2 n8,n9 {}",
    "a line that ends on it": "n2 150 0\nn9 150 9\nw2 n2,n9 {}",
    "a line beside": "n2 150 0\nn8 -20 {y}\nn9 320 {y}\nw2 n8,n9 {}",
    "an area across": "n2 150 0\nn6 100 -9\nn7 140 -9\nn8 140 9\nn9 100 9\nw2 n6,n7,n8,n9,n6 area=yes {}",
    "an area beside": "n2 150 0\nn6 10 {y}\nn7 290 {y}\nn8 290 20\nn9 10 20\nw2 n6,n7,n8,n9,n6 leisure=garden {}",
    "a fenced lawn": "n2 150 0\nn6 10 {y}\nn7 290 {y}\nn8 290 40\nn9 10 40\nw2 n6,n7,n8,n9,n6 landuse=grass {}",
    "a fenced pitch": "n2 150 0\nn6 10 {y}\nn7 290 {y}\nn8 290 40\nn9 10 40\nw2 n6,n7,n8,n9,n6 leisure=pitch {}",
    "between a road": "n2 150 0\nn8 -20 1.9\nn9 320 1.9\nw2 n8,n9 {}\nn6 -20 5\nn7 320 5\nw3 n6,n7 highway=residential",
}


@FEWER
@given(
    place=st.sampled_from(sorted(PLACES)),
    value=st.sampled_from(BARRIERS),
    y=st.sampled_from([1.8, 2.5, 4.0, 6.0]),
    word=st.sampled_from(["unheard_of", "Gait", "fence?", "yes;no", "x", "fixme", "b0llard", "no_entry"]),
)
def test_a_barrier_nobody_has_heard_of_is_no_better_than_one_that_is_known(place, value, y, word) -> None:
    known, unknown = (rank(town(PLACES[place].replace("{y}", str(y)).format(f'barrier="{v}"'))) for v in (value, word))
    assert not find_raised(unknown, known)
