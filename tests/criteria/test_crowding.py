"""Crowding: what draws people near, and whose wheels may come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from town import ORIGIN, lonlat, write_town

from saferoute import pipeline
from saferoute.criteria import crowding
from saferoute.model import Place
from saferoute.pipeline._survey import _middles
from saferoute.sources.extract import ExtractSource
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from pathlib import Path

BEGINNER = load_profile("beginner")


@pytest.fixture
def read(tmp_path: Path):
    """Return a function that reads the features of a plan."""

    def read_plan(plan: str):
        source = ExtractSource([write_town(tmp_path / "town.osm", plan)])
        return source.features(pipeline.area_around(Place("here", *lonlat(40, 0)), 1500), margin_m=500)

    return read_plan


def walks(count: int, tags: str = "highway=footway") -> str:
    """Return parallel walks of one window each, 200 m apart."""
    plan = ""
    for i in range(count):
        plan += f"n{2 * i + 1} 0 {200 * i}\nn{2 * i + 2} 80.4 {200 * i}\n"
    return plan + "".join(f"w{i + 1} n{2 * i + 1},n{2 * i + 2} {tags}\n" for i in range(count))


def percentiles(found) -> np.ndarray:
    """Return the percentile of each walk, from the south."""
    order = np.argsort(_middles(found.windows)[:, 1])
    return found.measurements["crowding"].value[order]


# --- people ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "index"), [(0.0, 1.0), (150.0, np.exp(-1)), (300.0, np.exp(-2)), (499.0, np.exp(-499 / 150)), (501.0, 0.0)]
)
def test_what_draws_people_counts_less_the_farther_it_is(read, x: float, index: float) -> None:
    features = read(walks(1) + f"n90 {x} 0 amenity=cafe")
    assert crowding.crowd_index(np.array([ORIGIN]), features) == pytest.approx([index], abs=1e-3)


def test_shops_and_stops_add_up(read) -> None:
    features = read(walks(1) + "n90 0 0 shop=bakery\nn91 0 0 highway=bus_stop\nn92 0 0 office=it\n")
    assert crowding.crowd_index(np.array([ORIGIN]), features) == pytest.approx([3], abs=1e-3)


@pytest.mark.parametrize(
    "tags",
    ["tourism=museum", "railway=station", "leisure=playground", "leisure=fitness_station", "leisure=sports_centre"],
)
def test_sights_and_sports_draw_people(read, tags: str) -> None:
    features = read(walks(1) + f"n90 0 0 {tags}\nn91 0 300 amenity=cafe")
    assert crowding.crowd_index(np.array([ORIGIN]), features) == pytest.approx([1 + np.exp(-2)], abs=1e-3)


@pytest.mark.parametrize("tags", ["amenity=bench", "natural=tree", "amenity=grave_yard", "highway=street_lamp"])
def test_what_draws_nobody_does_not_count(read, tags: str) -> None:
    features = read(walks(1) + f"n90 0 0 {tags}\nn91 0 300 amenity=cafe")
    assert crowding.crowd_index(np.array([ORIGIN]), features) == pytest.approx([np.exp(-2)], abs=1e-3)


def test_where_nothing_is_mapped_people_are_unknown(look) -> None:
    found = look(walks(3)).measurements["crowding"]
    assert np.isnan(found.value).all()
    assert found.confidence.tolist() == [0, 0, 0]
    assert found.desirability == pytest.approx(np.interp(0.6, *np.array(crowding.CURVE).T))


def test_the_walk_beside_the_cafe_is_the_busiest_and_the_farthest_the_quietest(look) -> None:
    value = percentiles(look(walks(5) + "n90 40 0 amenity=cafe\nn91 42 0 shop=kiosk"))
    assert (np.diff(value) <= 0).all()
    assert value[0] > 0.8
    assert value[4] < 0.35
    assert ((value >= 0) & (value <= 1)).all()


def test_known_people_are_a_guess_and_say_so(look) -> None:
    found = look(walks(2) + "n90 40 0 amenity=cafe").measurements["crowding"]
    assert found.confidence.tolist() == [0.3, 0.3]
    assert found.describe(np.arange(2))["why_crowding"].str.contains("a guess from the map").all()


@pytest.mark.parametrize("seed", range(2))
def test_one_cafe_more_at_a_walk_never_makes_it_quieter(look, seed: int) -> None:
    places = np.random.default_rng(seed).uniform((-200, -200), (300, 900), (6, 2)).round(1)
    town = walks(4) + "".join(f"n{90 + i} {x} {y} amenity=restaurant\n" for i, (x, y) in enumerate(places))
    before = percentiles(look(town))
    for walk in range(4):
        after = percentiles(look(town + f"n99 40 {200 * walk + 5} amenity=cafe\n"))
        assert after[walk] >= before[walk] - 1e-9


def test_busier_is_never_kinder(look) -> None:
    found = look(walks(5, "highway=footway bicycle=no") + "n90 40 0 amenity=cafe").measurements["crowding"]
    order = np.argsort(found.value)
    assert (np.diff(found.desirability[order]) <= 0).all()
    assert found.desirability.min() < found.desirability.max()


# --- wheels -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"highway": "footway"}, 0.85),
        ({"highway": "footway", "bicycle": "no"}, 1.0),
        ({"highway": "path", "bicycle": "use_sidepath"}, 1.0),
        ({"highway": "footway", "bicycle": "yes"}, 0.7),
        ({"highway": "path"}, 0.7),
        ({"highway": "pedestrian"}, 0.7),
        ({"highway": "path", "bicycle": "designated"}, 0.4),
        ({"highway": "path", "bicycle": "designated", "segregated": "no"}, 0.4),
        ({"highway": "path", "bicycle": "designated", "segregated": "yes"}, 0.7),
        ({"highway": "track"}, 0.3),
        ({"highway": "track", "bicycle": "no"}, 0.3),
        ({"highway": "track", "motor_vehicle": "no"}, 0.7),
        ({"highway": "track", "vehicle": "no"}, 0.7),
        ({"highway": "path", "motor_vehicle": "agricultural"}, 0.3),
        ({"highway": "footway", "motor_vehicle": "no"}, 0.85),
    ],
)
def test_wheels_are_read_from_the_tags(tags: dict[str, str], kind: float) -> None:
    columns = ["highway", "bicycle", "segregated", "motor_vehicle", "vehicle"]
    assert crowding.wheels(pd.DataFrame([tags], columns=columns, dtype="str")).tolist() == [kind]


def test_wheels_bound_how_kind_a_quiet_walk_is(look) -> None:
    plan = walks(5, "highway=path bicycle=designated") + "n90 40 0 amenity=cafe"
    assert (look(plan).measurements["crowding"].desirability <= 0.4).all()


def test_the_worst_wheels_of_a_window_decide(look) -> None:
    plan = "n1 0 0\nn2 60 0\nn3 80.4 0\nw1 n1,n2 highway=footway bicycle=no\nw2 n2,n3 highway=track\n"
    assert look(plan).measurements["crowding"].desirability.tolist() == [0.3]
