"""A value that nobody understands makes each criterion that it concerns less sure, and is shown with its text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasters
from town import lonlat, write_town

import saferoute
from saferoute import search
from saferoute.criteria import ALL
from saferoute.model import Place
from saferoute.search import Survey, survey_area
from saferoute.sources.elevation.raster import RasterSource
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

PLAIN = "highway=footway surface=asphalt"
ODD = [
    ("smoothness=fluffy", {"surface"}),
    ("tracktype=grade77", {"surface"}),
    ("sac_scale=arduous", {"surface"}),
    ("mtb:scale=$", {"surface"}),
    ("incline=quite", {"flatness"}),
    ("est_width=broad", {"straightness"}),
    ("bicycle=sometimes", {"crowding"}),
    ("moped=perhaps", {"crowding"}),
    ("lit=moonlight", set()),
    ("natural=sasquatch", {"obstacles"}),
]
"""A tag of a way, and the criteria that it concerns."""
BESIDE = ["natural=sasquatch", "barrier=force_field", "man_made=portal", "amenity=time_machine", "highway=stargate"]
GAP_M = 40


def plan_ways(*tags: str) -> str:
    """Return a plan of ways side by side, with trees and shops around: without any no map is trusted."""
    plan = "".join(f"n{90 + k} {15 * k} -25 natural=tree\nn{80 + k} {15 * k} -70 shop=bakery\n" for k in range(8))
    for k, of_way in enumerate(tags):
        plan += (
            f"n{2 * k + 1} 0 {GAP_M * k}\nn{2 * k + 2} 80.4 {GAP_M * k}\nw{k + 1} n{2 * k + 1},n{2 * k + 2} {of_way}\n"
        )
    return plan


def survey_plan(folder: Path, plan: str) -> Survey:
    """Return a survey of a plan on level ground."""
    dem = rasters.write(folder / "dem.tif", np.zeros((200, 200), dtype="float32"))
    area = search.area_around(Place("here", *lonlat(40, GAP_M * len(ODD) / 2)), 900)
    town = ExtractSource([write_town(folder / "town.osm", plan)])
    return survey_area(area, features_of=town, profile=load_profile(), elevation_of=RasterSource([dem]))


def measure_confidence(survey: Survey) -> dict[int, dict[str, float]]:
    """Return the least confidence of each criterion on each way, by its number."""
    samples, first = survey.windows.samples, survey.windows.first
    way = samples.ground["osm_id"][samples.pair_ground[samples.first_pair[first]]]
    return {
        number: {c.name: survey.measurements[c.name].confidence[way == number].min() for c in ALL}
        for number in np.unique(way).tolist()
    }


@pytest.fixture(scope="module")
def confidence(tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict[str, float]]:
    plain = [PLAIN] * len(ODD)
    odd = [f"{PLAIN} {tag}" for tag, _ in ODD]
    folders = (tmp_path_factory.mktemp(name) for name in ("plain", "odd"))
    surveys = [survey_plan(folder, plan_ways(*tags)) for folder, tags in zip(folders, (plain, odd), strict=True)]
    before, after = map(measure_confidence, surveys)
    assert min(min(of.values()) for of in before.values()) > 0
    return {number: {name: after[number][name] / before[number][name] for name in before[number]} for number in before}


@pytest.mark.parametrize("k", range(len(ODD)), ids=[tag for tag, _ in ODD])
def test_a_tag_of_the_way_lowers_the_confidence_of_the_criteria_it_concerns(confidence, k: int) -> None:
    lower = {name for name, share in confidence[k + 1].items() if share < 0.99}
    assert lower == ODD[k][1]


def test_each_criterion_but_that_of_things_names_the_keys_that_tell_of_it() -> None:
    assert all(c.keys or c.keys_beside for c in ALL)
    named = [key for c in ALL for key in c.keys]
    assert len(set(named)) == len(named)


@pytest.mark.parametrize("kind", ["node", "line"])
def test_a_thing_beside_that_nobody_knows_lowers_the_trust_that_there_are_no_obstacles(
    tmp_path: Path, kind: str
) -> None:
    plan = plan_ways(*[PLAIN] * (len(BESIDE) + 1))
    for k, tag in enumerate(BESIDE):
        y, one, other = GAP_M * k + 2.5, 500 + k, 600 + k
        if kind == "node":
            plan += f"n{one} 40 {y} {tag}\n"
        else:
            plan += f"n{one} 20 {y}\nn{other} 60 {y}\nw{one} n{one},n{other} {tag}\n"
    of_ways = {way: of["obstacles"] for way, of in measure_confidence(survey_plan(tmp_path, plan)).items()}
    alone = of_ways.pop(len(BESIDE) + 1)
    assert of_ways
    # A line may leave nothing of the stretch beside it.
    assert max(of_ways.values()) < 0.8 * alone


def test_what_is_not_understood_is_to_be_checked_with_its_own_text(tmp_path: Path) -> None:
    plan = f"{plan_ways(f'{PLAIN} bicycle=sometimes width=2000')}n501 40 2 natural=sasquatch\nn502 40 30 natural=yeti\n"
    town = write_town(tmp_path / "town.osm", plan)
    found = saferoute.find(lonlat(40, 0)[::-1], osm=town, elevation="none", radius_m=300)
    checks = "\n".join(found.stretches["checks"].iloc[0])
    assert all(f"what {tag} means" in checks for tag in ("bicycle=sometimes", "width=2000", "natural=sasquatch"))
    assert "yeti" not in checks
    assert "the width: it is not tagged" not in checks
