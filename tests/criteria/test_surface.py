"""Surface: the table, the worst of what is said, and silence that never looks good."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from surveys import judge
from town import lonlat, write_town

from saferoute import search
from saferoute.criteria import surface
from saferoute.geometry import REACH_M
from saferoute.model import Place
from saferoute.osm.surfaces import ANY, EXCLUDED_SURFACES, GROUPS
from saferoute.search import survey_area
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    pass

BEGINNER = load_profile("beginner")


def straight(tags: str) -> str:
    return f"n1 0 0\nn2 80.4 0\nw1 n1,n2 highway=footway {tags}\n"


def others(first: int, count: int, tags: str, x: float = 0.0) -> str:
    """Return ways far from the straight, whose tags are all that is known of silent ones."""
    plan = ""
    for i in range(first, first + count):
        plan += f"n{1000 + 2 * i} {x} {200 + 10 * i}\nn{1001 + 2 * i} {x + 50} {200 + 10 * i}\n"
        plan += f"w{1000 + i} n{1000 + 2 * i},n{1001 + 2 * i} {tags}\n"
    return plan


TABLE = [
    ("surface=tartan", 1.0, 0.7),
    ("surface=asphalt", 0.85, 0.7),
    ("surface=concrete", 0.8, 0.7),
    ("surface=compacted", 0.7, 0.7),
    ("surface=fine_gravel", 0.7, 0.7),
    ("surface=grass", 0.65, 0.7),
    ("surface=paving_stones", 0.6, 0.7),
    ("surface=wood", 0.5, 0.7),
    ("surface=dirt", 0.45, 0.7),
    ("surface=sett", 0.25, 0.7),
    ("surface=asphalt smoothness=good", 0.85, 1.0),
    ("surface=asphalt smoothness=intermediate", 0.6, 1.0),
    ("surface=asphalt smoothness=bad", 0.2, 1.0),
    ("surface=gravel smoothness=excellent", 0.25, 1.0),
    ("surface=asphalt;gravel", 0.25, 0.7),
    ('surface="gravel; asphalt"', 0.25, 0.7),
    ("surface=Asphalt", 0.85, 0.7),
    ("tracktype=grade1", 0.9, 0.5),
    ("tracktype=grade2", 0.65, 0.5),
    ("tracktype=grade3", 0.4, 0.3),
    ("tracktype=grade4", 0.15, 0.3),
    ("surface=compacted tracktype=grade3", 0.4, 0.7),
]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory):
    """Return what is measured on the straights of the table, which lie side by side in one town."""
    plan = ""
    for k, (tags, _, _) in enumerate(TABLE):
        plan += f"n{2 * k + 1} 0 {40 * k}\nn{2 * k + 2} 80.4 {40 * k}\n"
        plan += f"w{k + 1} n{2 * k + 1},n{2 * k + 2} highway=footway {tags}\n"
    source = ExtractSource([write_town(tmp_path_factory.mktemp("surface") / "town.osm", plan)])
    area = search.area_around(Place("here", *lonlat(40, 0)), 1500)
    found = survey_area(area, features_of=source, profile=BEGINNER)
    assert len(found.windows) == len(TABLE)
    order = np.argsort(
        found.windows.samples.xy[found.windows.first + found.windows.samples.stroke[found.windows.first], 1]
    )
    of = judge(found, "surface")
    return of.desirability[order], of.value[order], of.confidence[order]


@pytest.mark.parametrize(("k", "row"), list(enumerate(TABLE)), ids=[row[0] for row in TABLE])
def test_tags_give_what_the_table_says(table, k: int, row: tuple[str, float, float]) -> None:
    desirability, value, confidence = (column[k] for column in table)
    assert desirability == value == pytest.approx(row[1])
    assert confidence == row[2]


@pytest.mark.parametrize("tags", ["", "surface=moon_dust", "smoothness=so_so"])
def test_what_is_not_said_or_not_understood_is_unknown(look, tags: str) -> None:
    found = judge(look(straight(tags) + others(0, 25, "highway=footway surface=asphalt")), "surface")
    assert np.isnan(found.value).tolist() == [True]
    assert 0 < found.confidence[0] <= 0.5
    assert "unknown" in found.describe(np.array([0]))["why_surface"].iloc[0]


def test_silence_is_worth_the_25th_percentile_of_what_is_likely(look) -> None:
    plan = straight("") + others(0, 12, "highway=footway surface=grass")
    plan += others(12, 20, "highway=footway surface=asphalt") + others(50, 30, "highway=path surface=gravel")
    assert judge(look(plan), "surface").desirability.tolist() == [0.65]
    plan = straight("") + others(0, 30, "highway=footway surface=asphalt")
    plan += others(30, 2, "highway=footway surface=grass") + others(50, 30, "highway=path surface=gravel")
    assert judge(look(plan), "surface").desirability.tolist() == [0.85]


def test_tagged_ways_near_by_tell_more_than_those_far_away(look) -> None:
    far = others(0, 30, "highway=footway surface=gravel") + others(30, 20, "highway=footway surface=asphalt")
    near = "".join(
        f"n{50 + 2 * i} {10 * i} 12\nn{51 + 2 * i} {10 * i + 9} 12\n"
        f"w{50 + i} n{50 + 2 * i},n{51 + 2 * i} highway=footway surface=asphalt\n"
        for i in range(9)
    )
    alone, beside = (judge(look(straight("") + plan), "surface") for plan in (far, far + near))
    assert alone.desirability.tolist() == [0.25]
    assert beside.desirability[0] > 0.25


def test_confidence_grows_with_how_sure_the_guess_is(look) -> None:
    one = others(0, 30, "highway=footway surface=asphalt")
    two = others(0, 15, "highway=footway surface=asphalt") + others(15, 15, "highway=footway surface=gravel")
    sure, torn = (judge(look(straight("") + plan), "surface").confidence[0] for plan in (one, two))
    assert torn < sure <= 0.5


def test_where_nothing_is_tagged_a_class_is_worth_what_it_is_anywhere(look) -> None:
    kinds = {}
    for name in ("footway", "path", "track"):
        found = judge(look(straight("").replace("footway", name)), "surface")
        assert np.isnan(found.value).all()
        assert 0 < found.confidence[0] < 0.35
        kinds[name] = found.desirability[0]
    assert kinds["path"] < kinds["footway"]
    assert kinds["track"] < kinds["footway"]


@pytest.mark.parametrize("number", [1, 2, 5, 19, 20])
def test_each_tagged_way_moves_the_guess_a_little(number: int) -> None:
    """One more tagged way moves no probability by more than its weight, however few there are."""
    nothing = np.array([ANY], dtype=object)
    here, far = np.zeros((1, 2)), np.column_stack([np.full(number + 1, 1000.0), np.arange(number + 1)])
    ways = pd.DataFrame({"highway": pd.array(["footway"] * (number + 1), dtype="str")})
    lines = shapely.linestrings(np.stack([far, far + 1.0], axis=1))
    table = gpd.GeoDataFrame(ways, geometry=lines)
    one, more = (
        surface.learn_surfaces(table[:n], np.full(n, 0.25), BEGINNER).predict_probabilities(ways[:1], here, nothing)
        for n in (number, number + 1)
    )
    assert one.sum() == pytest.approx(1.0)
    assert 0 < np.abs(more - one).max() < 0.1


def test_what_lies_beyond_the_reach_teaches_nothing(look) -> None:
    far = others(0, 30, "highway=footway surface=gravel", x=REACH_M + 100)
    alone, among = (judge(look(straight("") + plan), "surface") for plan in ("", far))
    assert among.confidence.tolist() == alone.confidence.tolist()
    assert among.desirability.tolist() == alone.desirability.tolist()


def test_a_long_way_is_judged_where_the_stretch_is(look) -> None:
    """A way of 3 km has gravel around one of its ends and asphalt around the other."""
    plan = "n1 0 0\nn2 3000 0\nw1 n1,n2 highway=footway\n"
    plan += others(0, 20, "highway=footway surface=gravel")
    plan += others(20, 20, "highway=footway surface=asphalt", x=1300)
    found = judge(look(plan), "surface")
    first, last = sorted([found.desirability[0], found.desirability[-1]])
    assert first == 0.25
    assert last >= 0.6


def test_draws_of_a_silent_way_come_from_its_class(look) -> None:
    plan = straight("") + others(0, 12, "highway=footway surface=gravel")
    plan += others(20, 12, "highway=footway surface=asphalt")
    draws = judge(look(plan), "surface").draw(np.array([0]), np.linspace(0.01, 0.99, 99), np.zeros(99))
    assert np.isclose(draws, 0.25).mean() > 0.2
    assert np.isclose(draws, 0.85).mean() > 0.2
    assert np.isclose(draws, surface.MATERIALS["tartan"]).mean() < 0.05


def test_the_worst_part_of_a_window_decides(look) -> None:
    plan = "n1 0 0\nn2 60 0\nn3 80.4 0\nw1 n1,n2 highway=footway surface=asphalt\n"
    plan += "w2 n2,n3 highway=footway surface=gravel\n"
    found = judge(look(plan), "surface")
    assert found.desirability.tolist() == [0.25]
    assert "gravel" in found.describe(np.array([0]))["why_surface"].iloc[0]


def test_a_partly_silent_window_is_as_little_known_as_its_least_known_part(look) -> None:
    plan = "n1 0 0\nn2 40 0\nn3 80.4 0\nw1 n1,n2 highway=footway surface=sett smoothness=good\n"
    found = judge(look(plan + "w2 n2,n3 highway=footway\n"), "surface")
    assert 0 < found.confidence[0] <= 0.5
    assert "partly untagged" in found.describe(np.array([0]))["why_surface"].iloc[0]


def test_losing_a_tag_never_raises_the_confidence(look) -> None:
    kept = judge(look(straight("surface=asphalt smoothness=good")), "surface").confidence
    for tags in ("surface=asphalt", "smoothness=good", ""):
        assert (judge(look(straight(tags)), "surface").confidence < kept).all()


@pytest.mark.parametrize("material", ["sand", "grass"])
def test_bare_feet_love_sand_and_grass(look, material: str) -> None:
    barefoot = load_profile("beginner", barefoot=True)
    found = judge(look(straight(f"surface={material}"), profile=barefoot), "surface")
    assert found.desirability.tolist() == [1.0]


def test_every_number_of_the_tables_lies_within_0_and_1() -> None:
    for table in (surface.MATERIALS, surface.SMOOTHNESS, surface.TRACKTYPES):
        assert all(0 <= value <= 1 for value in table.values())


def test_no_surface_is_both_excluded_and_rated() -> None:
    assert not set(surface.MATERIALS) & EXCLUDED_SURFACES


def test_columns_that_are_absent_are_unknown() -> None:
    rating, confidence = surface.rate_ground(
        pd.DataFrame({"surface": pd.array(["asphalt", None], dtype="str")}), BEGINNER
    )
    assert rating.tolist() == [0.85, pytest.approx(np.nan, nan_ok=True)]
    assert confidence.tolist() == [0.7, 0.0]


def draw_ratings(look, plan: str) -> np.ndarray:
    """Return draws of the rating of the straight in a plan."""
    random = np.random.default_rng(2)
    u, z = random.random(4000), random.standard_normal(4000)
    return judge(look(plan), "surface").draw(np.array([0]), u, z)[0]


@pytest.mark.parametrize(
    ("group", "inside", "outside"), [("paved", "asphalt", "compacted"), ("unpaved", "compacted", "asphalt")]
)
def test_a_group_of_materials_may_be_any_of_them_with_low_confidence(look, group, inside, outside) -> None:
    plan = straight(f"surface={group}")
    drawn = draw_ratings(look, plan)
    told = judge(look(straight(f"surface={inside}")), "surface")
    assert judge(look(plan), "surface").confidence[0] < told.confidence[0]
    likely = {name: np.isclose(drawn, surface.MATERIALS[name]).mean() for name in (inside, outside)}
    assert likely[inside] > 0.15
    assert likely[outside] < 0.05


@pytest.mark.parametrize(("material", "rating"), [("sett", 0.25), ("concrete", 0.8)])
def test_paved_is_what_is_paved_around(look, material, rating) -> None:
    alone, among = (
        np.isclose(draw_ratings(look, straight("surface=paved") + plan), rating).mean()
        for plan in ("", others(0, 40, f"highway=footway surface={material}"))
    )
    assert among > alone + 0.2


def test_a_group_around_teaches_its_materials(look) -> None:
    alone, among = (
        np.isclose(draw_ratings(look, straight("") + plan), surface.MATERIALS["compacted"]).mean()
        for plan in ("", others(0, 40, "highway=footway surface=unpaved"))
    )
    assert among > alone + 0.03


def test_a_tagged_material_may_be_another_one(look) -> None:
    drawn = draw_ratings(look, straight("surface=wood"))
    assert 0.85 < np.isclose(drawn, surface.MATERIALS["wood"]).mean() < 0.95


def test_every_material_of_a_group_is_known() -> None:
    for materials in GROUPS.values():
        assert materials <= set(surface.MATERIALS) | EXCLUDED_SURFACES
