"""What lies beyond the reach of a stretch changes nothing of it, and a map that ends nearer is trusted less."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import pytest
import validation_cuts
from hypothesis import given, settings
from hypothesis import strategies as st
from town import lonlat, write_town
from validation_shared import Level

from saferoute.geometry import REACH_M
from saferoute.model import CRITERIA, Place
from saferoute.search import Query, area_around, find
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

FEW = settings(max_examples=3, deadline=None, derandomize=True)
SLACK = 0.005
"""What S₂₀ is known to from 300 draws."""
LENGTH_M = 302.5  # no multiple of the grain: nodes are known to a centimetre
TAUGHT = [
    "highway=footway surface=gravel width=3",
    "highway=path surface=asphalt width=1",
    "highway=footway surface=asphalt width=2.5",
    "highway=residential",
]
OF_RELIEF = ["highway=steps", "barrier=retaining_wall", "highway=path sac_scale=hiking"]
POINTS = ["natural=tree", "highway=street_lamp", "amenity=cafe", "shop=supermarket"]


@dataclass(frozen=True)
class Thing:
    """A way of 40 m, or a point, with some tags."""

    x: float
    y: float
    tags: str

    def write(self, number: int) -> str:
        """Return its lines in the plan of a town."""
        a, b = 10 * number, 10 * number + 1
        if self.tags in POINTS:
            return f"n{a} {self.x} {self.y} {self.tags}\n"
        return f"n{a} {self.x} {self.y}\nn{b} {self.x} {self.y + 40}\nw{a} n{a},n{b} {self.tags}\n"


def rank(things: list[Thing], edge_m: float, *, level: bool = True) -> gpd.GeoDataFrame:
    """Return the stretches of a silent way on level ground, or on ground of unknown slope.

    The map holds the things within a square around its middle.
    """
    middle = LENGTH_M / 2
    plan = f"n1 0 0\nn2 {LENGTH_M} 0\nw1 n1,n2 highway=footway\n"
    held = [thing for thing in things if max(abs(thing.x - middle), abs(thing.y + 20)) <= edge_m - 30]
    plan += "".join(thing.write(number) for number, thing in enumerate(held, start=10))
    corners = [lonlat(middle + side * edge_m, side * edge_m) for side in (-1, 1)]
    with TemporaryDirectory() as folder:
        source = ExtractSource([write_town(Path(folder) / "town.osm", plan)], extent=(*corners[0], *corners[1]))
        area, elevation = area_around(Place("here", *lonlat(middle, 0)), 100), Level() if level else None
        return find(Query(area, source, load_profile(), elevation=elevation, top=100)).stretches


def place_things(least_m: float, most_m: float):
    """Return lists of things between two distances from the stretch."""
    spots = st.tuples(st.floats(least_m, most_m), st.floats(0, 2 * np.pi), st.sampled_from(TAUGHT + POINTS))
    things = spots.map(lambda s: Thing(LENGTH_M / 2 + s[0] * np.cos(s[1]), s[0] * np.sin(s[1]), s[2]))
    return st.lists(things, min_size=10, max_size=30)


@FEW
@given(near=place_things(200, REACH_M - 300), far=place_things(REACH_M + 200, 3500))
def test_what_lies_beyond_the_reach_changes_nothing(near: list[Thing], far: list[Thing]) -> None:
    whole, cut = rank(near + far, 4000), rank(near, REACH_M + 200)
    for name in ["score", "score_low", "score_high", "data_quality", *(f"d_{c}" for c in CRITERIA)]:
        assert cut[name].to_numpy() == pytest.approx(whole[name].to_numpy(), abs=1e-6)


PAIRS = [(300.0, 700.0), (500.0, 1000.0), (800.0, 2200.0)]


@pytest.mark.parametrize(("near_m", "far_m"), PAIRS)
def test_a_map_that_ends_nearer_is_trusted_less(near_m: float, far_m: float) -> None:
    """The ground is alike everywhere, so that an edge takes nothing but knowledge."""
    spots = [(x, y) for x in range(-1500, 1800, 150) for y in range(-1500, 1600, 300) if abs(y) > 20]
    things = [Thing(x, y, (TAUGHT + POINTS)[k % 8]) for k, (x, y) in enumerate(spots)]
    nearer, farther = (rank(things, edge) for edge in (near_m, far_m))
    for name in ("score_low", "data_quality", "c_surface", "c_straightness", "c_obstacles", "c_crowding"):
        assert nearer[name].max() <= farther[name].max() + 1e-6
    assert nearer["data_quality"].max() < farther["data_quality"].max() - 0.01


@st.composite
def draw_towns(draw):
    """Return things in a cluster and spread around, of few kinds, so that an edge may cut off much of one kind."""
    kinds = draw(
        st.lists(
            st.sampled_from([*TAUGHT, *POINTS, "highway=steps", "barrier=retaining_wall"]),
            min_size=1,
            max_size=4,
            unique=True,
        )
    )
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    count = draw(st.integers(10, 80))
    spots = np.where(
        random.random((count, 1)) < draw(st.floats(0, 1)),
        random.uniform(-900, 900, 2) + random.normal(0, 150, (count, 2)),
        random.uniform(-1500, 1500, (count, 2)),
    )
    beside = (spots[:, 1] > -45) & (spots[:, 1] < 25)
    return [Thing(LENGTH_M / 2 + x, y, str(random.choice(kinds))) for x, y in spots[~beside]]


@settings(max_examples=4, deadline=None, derandomize=True)
@given(draw_towns(), st.floats(250, 1200), st.floats(1.2, 4), st.booleans())
def test_a_map_that_ends_nearer_never_raises_the_low_score_or_the_rating(
    things: list[Thing], near_m: float, factor: float, level: bool
) -> None:
    nearer, farther = (rank(things, edge, level=level) for edge in (near_m, near_m * factor))
    if len(nearer):
        assert nearer["score_low"].max() <= farther["score_low"].max() + SLACK
        assert nearer["rating"].min() >= farther["rating"].min()  # A comes first, none last


@pytest.mark.long
def test_a_cut_of_a_town_says_what_the_whole_country_says(shared_data: Path) -> None:
    agreement = validation_cuts.compare_cut(
        shared_data / "history/liechtenstein-2024-03.osm.pbf", validation_cuts.PLACES["Mauren"]
    )
    assert agreement.counted > 100
    assert agreement.lines >= 0.98
    assert agreement.rating >= 0.98
    assert agreement.moved <= 0.01


@pytest.mark.long
def test_a_real_town_cut_off_close_around_the_search_hardly_ever_looks_better(shared_data: Path) -> None:
    """Lines that the edge shortens, and relations that it breaks, may."""
    path, place = shared_data / "history/liechtenstein-2024-03.osm.pbf", validation_cuts.PLACES["Mauren"]
    nearer = validation_cuts.compare_cut(path, place, half_m=validation_cuts.SEARCHED_M + 100)
    assert nearer.counted > 100
    assert (nearer.low_change > 0.01).mean() <= 0.02
    assert nearer.low_change.mean() < 0
