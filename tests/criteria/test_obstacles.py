"""Obstacles: what stands in the band, what stands beside it, and what nobody mapped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from surveys import judge
from town import ORIGIN, lonlat, write_town

from saferoute import search
from saferoute.model import Place
from saferoute.search import survey_area
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    pass

BEGINNER = load_profile("beginner")


WAY = "n1 0 0\nn2 80.4 0\nw1 n1,n2 highway=footway width=2\n"
"""One window: from 10 to 70 m, its edge 1 m beside the line."""
TREE = 1 / 0.6
"""One object on 60 m, per 100 m."""


def trees(count: int, y: float = 60.0) -> str:
    """Return trees that nobody runs into: what tells that small things are mapped here."""
    return "".join(f"n{100 + i} {3 * i} {y} natural=tree\n" for i in range(count))


def way_with(node: str = "", more: str = "") -> str:
    """Return the way with a node in its middle, and a side way from there."""
    return f"n1 0 0\nn5 42 0 {node}\nn2 80.4 0\nn6 42 30\nw1 n1,n5,n2 highway=footway width=2\n{more}"


CASES = {
    **{
        f"a tree {beside_m} m beside the edge": (WAY + f"n9 42 {1 + beside_m} natural=tree", weight * TREE)
        for beside_m, weight in [(-1.0, 1), (-0.2, 1), (0.4, 0.5), (1.2, 0.15), (2.0, 0), (5.0, 0)]
    },
    **{f"a tree at {x} m, at the joint of two cells": (WAY + f"n9 {x} 0.5 natural=tree", TREE) for x in (39.99, 40.01)},
    **{f"a tree at {x} m beyond the run-outs": (WAY + f"n9 {x} 0 natural=tree", 0) for x in (-4, 84)},
    **{
        tags: (WAY + f"n9 42 0.8 {tags}", TREE)
        for tags in ("electrified=feeder", "traffic_sign=DE:237", "pipeline=marker", "man_made=what_is_this",
                     "natural=thingummy",
                     "amenity=bench", "highway=street_lamp", "amenity=waste_basket", "power=pole", "barrier=bollard",
                     "emergency=fire_hydrant", "tourism=information", "man_made=street_cabinet", "historic=memorial")
    },
    **{
        tags: (WAY + f"n9 42 0.8 {tags}", 0)
        for tags in ("amenity=cafe", "shop=bakery", "highway=bus_stop", "barrier=entrance", "office=it",
                     "traffic_sign=city_limit",
                     "electrified=no")
    },
    "a fence alongside, an object every ten metres": (
        WAY + "n8 -20 1.4\nn9 120 1.4\nw2 n8,n9 barrier=fence", 0.5 * 10),
    "a house alongside, in four cells": (
        WAY + "n5 32 2.2\nn6 48 2.2\nn7 48 20\nn8 32 20\nw2 n5,n6,n7,n8,n5 building=yes", 4 * 0.15 / 2 / 0.6),
    "a garage below the ground alongside": (
        WAY + "n5 32 2.2\nn6 48 2.2\nn7 48 20\nn8 32 20\nw2 n5,n6,n7,n8,n5 building=garages layer=-1", 0),
    "a side path": (way_with(more="w2 n5,n6 highway=path"), TREE),
    "a path that crosses": (way_with(more="n7 42 -30\nw2 n6,n5,n7 highway=path"), TREE),
    **{
        f"a side path that is only {highway}": (way_with(more=f"w2 n5,n6 highway={highway}"), 0)
        for highway in ("proposed", "construction", "abandoned")
    },
}  # fmt: skip
"""What lies on or beside the way, and how much that is per 100 m."""


def settled(plan: str, k: int) -> str:
    """Return a plan moved to the north, with ids of its own."""
    plan = re.sub(r"^(n\d+ \S+) (-?[\d.]+)", lambda m: f"{m[1]} {float(m[2]) + 80 * k}", plan, flags=re.MULTILINE)
    return re.sub(r"(?<![\w=])([nw])(\d+)(?=[\s,])", lambda m: f"{m[1]}{100 * (k + 1) + int(m[2])}", plan)


@pytest.fixture(scope="module")
def densities(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[float]]:
    """Return what is counted in each case; they lie side by side in one town."""
    plan = "\n".join(settled(plan, k) for k, (plan, _) in enumerate(CASES.values()))
    source = ExtractSource([write_town(tmp_path_factory.mktemp("obstacles") / "town.osm", plan)])
    area = search.area_around(Place("here", *lonlat(40, 1200)), 3000)
    found = survey_area(area, features_of=source, profile=BEGINNER)
    samples, first = found.windows.samples, found.windows.first
    row = ((samples.xy[first + samples.stroke[first], 1] - ORIGIN[1]) / 80).round().astype(int)
    value = judge(found, "obstacles").value
    return {name: value[row == k].tolist() for k, name in enumerate(CASES)}


@pytest.mark.parametrize("name", CASES)
def test_on_or_beside_the_way_counts(densities: dict[str, list[float]], name: str) -> None:
    assert densities[name] == [pytest.approx(CASES[name][1])]


def test_none_mapped_is_not_none(look) -> None:
    found = judge(look(WAY), "obstacles")
    assert found.confidence.tolist() == [0]
    assert found.desirability.tolist() == [0.6]


def test_confidence_grows_with_what_is_mapped_around_and_desirability_with_it(look) -> None:
    few, many = (judge(look(WAY + trees(n)), "obstacles") for n in (1, 8))
    assert 0 < few.confidence[0] < many.confidence[0] < 1
    assert few.desirability == pytest.approx(few.confidence + (1 - few.confidence) * 0.6)
    assert 0.6 < few.desirability[0] < many.desirability[0] < 1


@pytest.mark.parametrize("around", [0, 5])
def test_its_own_objects_do_not_raise_the_trust_in_a_stretch(look, around: int) -> None:
    own = "".join(f"n{9 + i} {30 + 5 * i} 0.9 natural=tree\n" for i in range(4))
    without, having = (judge(look(WAY + trees(around) + plan), "obstacles") for plan in ("", own))
    assert having.confidence == pytest.approx(without.confidence)


@pytest.mark.parametrize("around", [0, 20])
@pytest.mark.parametrize(("x", "beside_m"), [(42.0, -1.0), (11.0, 0.3), (69.0, 1.4)])
def test_a_bench_more_on_or_beside_the_stretch_never_raises_it(look, around: int, x: float, beside_m: float) -> None:
    before = judge(look(WAY + trees(around)), "obstacles")
    after = judge(look(WAY + trees(around) + f"n9 {x} {1 + beside_m} amenity=bench"), "obstacles")
    assert (after.desirability <= before.desirability + 1e-12).all()
    assert (after.confidence <= before.confidence + 1e-12).all()
    assert (after.value > before.value).all()


@pytest.mark.parametrize("x", [4.0, 77.0])
def test_a_bench_more_in_a_run_out_never_raises_the_stretch(look, x: float) -> None:
    before = judge(look(WAY), "obstacles")
    after = judge(look(WAY + f"n9 {x} 0.9 amenity=bench"), "obstacles")
    assert (after.desirability <= before.desirability + 1e-12).all()


def test_draws_lie_between_the_worst_and_what_is_seen(look) -> None:
    found = judge(look(WAY + trees(2)), "obstacles")
    random = np.random.default_rng(5)
    draws = found.draw(np.array([0]), random.random(2000), random.standard_normal(2000))
    assert draws.max() == 1
    assert 0.2 <= draws.min() < 0.5
    assert (draws == 1).mean() == pytest.approx(found.confidence[0], abs=0.04)
