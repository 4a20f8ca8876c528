"""Corridors of an earlier search: the same as found anew, and found anew where anything near them differs."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from grounds import Town, town_with_a_walk
from town import lonlat, write_town

from saferoute import search
from saferoute.drawers import Drawers
from saferoute.model import Place
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from collections.abc import Callable

    from saferoute.candidates import OpenGround
    from saferoute.model import Area, Features, Profile


class Keeping:
    """A source of features that come with drawers."""

    def __init__(self, source: ExtractSource, drawers: Drawers | None) -> None:
        self._source, self._drawers = source, drawers

    def read_features(self, area: Area, *, margin_m: float) -> Features:
        return replace(self._source.read_features(area, margin_m=margin_m), drawers=self._drawers)


def draw_town() -> Town:
    """Return a town with two lawns, a meadow at the sea and things around, a footway south of them."""
    town = town_with_a_walk()
    town.box(0, 0, 120, 40, "landuse=grass")
    town.box(-45, 0, -10, 90, "leisure=park")
    town.box(200, 0, 300, 60, "natural=beach")
    town.line([(400, -40), (200, -30)], "natural=coastline")
    town.point(60, 25, "natural=tree")
    town.box(20, 60, 60, 80, "building=house")
    return town


def find_corridors(
    folder: Path, town: Town, drawers: Drawers | None, *, east_m: float = 0.0, profile: Profile | None = None
) -> OpenGround:
    """Return the corridors of a town, kept in drawers if there are some."""
    source = ExtractSource([write_town(folder / "town.osm", str(town))])
    return search.survey_map(
        search.area_around(Place("here", *lonlat(50 + east_m, 20)), 700),
        features_of=Keeping(source, drawers),
        profile=profile or load_profile(),
    ).open_ground


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> Path:
    """Return a folder with what the first search in the town kept."""
    folder = tmp_path_factory.mktemp("first")
    find_corridors(folder, draw_town(), Drawers(folder / "ground"))
    return folder / "ground"


@pytest.fixture
def ground(tmp_path: Path, first: Path) -> Path:
    """Return a folder of one's own with what the first search kept."""
    return Path(shutil.copytree(first, tmp_path / "ground"))


@pytest.fixture
def survey(tmp_path: Path, ground: Path) -> Callable[..., OpenGround]:
    """Return a function that finds corridors, beginning with what the first search kept if told so."""

    def find(town: Town, *, keep: bool, **options) -> OpenGround:
        return find_corridors(tmp_path, town, Drawers(ground) if keep else None, **options)

    return find


@pytest.fixture
def written(ground: Path) -> Callable[[], int]:
    """Return a function that tells how many bytes the drawers have grown by; what was found again adds none."""

    def measure() -> int:
        return sum(path.stat().st_size for path in ground.iterdir())

    before = measure()
    return lambda: measure() - before


def assert_same(one: OpenGround, other: OpenGround) -> None:
    """Assert that two surveys agree to the last byte."""
    assert shapely.to_wkb(one.lines).tolist() == shapely.to_wkb(other.lines).tolist()
    assert one.rows.to_geodataframe().to_csv() == other.rows.to_geodataframe().to_csv()
    assert one.excluded.to_geodataframe().to_csv() == other.excluded.to_geodataframe().to_csv()
    assert np.array_equal(one.bounds, other.bounds)


def test_the_second_search_finds_the_same_without_looking(survey, written):
    fresh = survey(draw_town(), keep=False)
    assert len(fresh.lines) > 2
    assert_same(fresh, survey(draw_town(), keep=True))
    assert written() == 0


def test_a_search_beside_it_looks_at_nothing_again(survey, written):
    kept = survey(draw_town(), keep=True, east_m=-230)
    assert written() == 0
    assert_same(survey(draw_town(), keep=False, east_m=-230), kept)


@pytest.mark.parametrize(
    "change",
    [
        lambda town: town.point(80, 15, "natural=tree"),
        lambda town: town.point(100, -4, "barrier=gate"),
        lambda town: town.box(50, 43, 80, 55, "building=house"),
        lambda town: town.box(90, 10, 110, 30, "leisure=pitch"),
        lambda town: town.box(60, 40, 100, 70, "landuse=farmland"),
        lambda town: town.box(0, 42, 119, 60, "leisure=garden access=private"),
        lambda town: town.line([(-5, -2), (130, -2)], "barrier=fence"),
        lambda town: town.line([(-60, 45), (200, 45)], "highway=residential"),
        lambda town: town.line([(-60, 65), (200, 65)], "highway=primary"),
        lambda town: town.line([(0, 20), (120, 20)], "highway=footway access=private"),
        lambda town: town.line([(125, -10), (125, 60)], "highway=footway"),
        lambda town: town.line([(180, 90), (330, 90)], "waterway=stream"),
        lambda town: town.box(190, 100, 310, 300, "natural=water"),
        lambda town: town.line([(330, 200), (180, 200)], "natural=coastline"),
        lambda town: town.box(119, 0, 160, 40, "landuse=grass"),
        lambda town: town.line([(-70, 100), (300, 100)], "railway=rail"),
    ],
)
def test_whatever_comes_near_is_looked_at(survey, change):
    changed = draw_town()
    change(changed)
    assert_same(survey(changed, keep=False), survey(changed, keep=True))


def draw_strip(footway_y: float = 188.0) -> Town:
    """Return a town with a narrow lawn, from y = 200 to 212, and a footway that leads to it."""
    town = Town()
    town.box(0, 200, 120, 212, "landuse=grass")
    town.line([(-50, footway_y), (200, footway_y)], "highway=footway")
    # Far off, so that the greatest margin of all stays what it is when one of them comes near.
    for y, tags in ((600, "highway=residential"), (650, "barrier=wall"), (900, "natural=coastline")):
        town.line([(-60, y), (200, y)], tags)
    return town


@pytest.fixture(scope="module")
def strip(tmp_path_factory) -> tuple[Path, OpenGround]:
    """Return what the first search kept of the lawn, and what it found."""
    folder = tmp_path_factory.mktemp("strip")
    return folder / "ground", find_corridors(folder, draw_strip(), Drawers(folder / "ground"))


def draw_on_both_sides(tags: str, north: tuple[float, float], south: tuple[float, float]) -> Town:
    town = draw_strip()
    for low, high in (north, south):
        town.box(-10, low, 130, high, tags)
    return town


def draw_lines(tags: str, *lines: list[tuple[float, float]]) -> Town:
    town = draw_strip()
    for line in lines:
        town.line(line, tags)
    return town


FENCE = [(-8, 193), (128, 193), (128, 220), (-8, 220), (-8, 193)]


@pytest.mark.parametrize(
    "changed",
    [
        draw_strip(footway_y=160),
        draw_lines("barrier=wall", FENCE),
        draw_lines("highway=residential", [(-60, 193), (200, 193)], [(-60, 219), (200, 219)]),
        draw_lines("natural=coastline", [(-60, 300), (200, 300)]),
        draw_on_both_sides("building=house", (230, 240), (165, 182)),
        draw_on_both_sides("leisure=garden access=private", (230, 240), (165, 182)),
        draw_on_both_sides("landuse=farmland", (215, 260), (150, 197)),
    ],
    ids=["way", "wall", "roads", "coast", "houses", "gardens", "fields"],
)
def test_what_stands_off_and_decides_is_looked_at(strip, tmp_path, changed):
    kept, before = strip
    ground = Drawers(Path(shutil.copytree(kept, tmp_path / "ground")))
    fresh = find_corridors(tmp_path, changed, None)
    told = [one.rows["is_tidal"].tolist() + one.excluded["reason"].tolist() for one in (before, fresh)]
    assert told[0] != told[1]
    assert_same(fresh, find_corridors(tmp_path, changed, ground))


def test_only_the_ground_around_a_new_thing_is_searched_again(survey, written, first):
    changed = draw_town()
    changed.point(-30, 40, "natural=tree")
    of_all = sum(path.stat().st_size for path in first.iterdir())
    survey(changed, keep=True)
    assert 0 < written() < of_all / 2


@pytest.mark.parametrize("level", ["advanced", "first-steps"])
def test_another_runner_gets_corridors_of_their_own(survey, level):
    profile = load_profile(level)
    assert_same(survey(draw_town(), keep=False, profile=profile), survey(draw_town(), keep=True, profile=profile))


def test_ground_that_is_closed_to_this_runner_is_not_recalled(survey):
    closed = draw_town()
    closed.box(0, 0, 120, 40, "landuse=grass access=private")
    assert_same(survey(closed, keep=False), survey(closed, keep=True))
