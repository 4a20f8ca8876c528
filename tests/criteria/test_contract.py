"""What holds for every criterion, whatever it measures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from surveys import Judged
from town import ORIGIN, lonlat, write_town

from saferoute import candidates, criteria, search
from saferoute.model import CRITERIA, WEIGHTS, Criterion, Place, Scale
from saferoute.quantities import Normal
from saferoute.search import survey_area
from saferoute.sources.elevation.raster import RasterSource
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from pathlib import Path

BEGINNER = load_profile("beginner")

TOWN = """
n1 0 0
n2 150 0.5
n3 300 0
n4 0 100
n5 120.3 100
n6 0 200
n7 140 202
n8 290 200
n9 150 40
n20 60 1.2 natural=tree
n21 200 0.3 amenity=bench
n22 100 30 amenity=cafe
n23 80 190 shop=bakery
w1 n1,n2,n3 highway=footway surface=asphalt smoothness=good width=3
w2 n4,n5 highway=path
w3 n6,n7,n8 highway=track tracktype=grade2 surface=gravel
w4 n2,n9 highway=path
"""
"""Three walks, the last half off the raster."""


def look_at(area, source, dem):
    return survey_area(area, features_of=source, profile=BEGINNER, elevation_of=dem)


each = pytest.mark.parametrize("criterion", criteria.ALL, ids=[c.name for c in criteria.ALL])


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("contract")
    heights = np.broadcast_to(10 + 0.01 * np.arange(300), (400, 300)).astype("float32")
    kind = {"driver": "GTiff", "width": 300, "height": 400, "count": 1, "dtype": "float32", "crs": 32635}
    corner = from_origin(ORIGIN[0] - 100, ORIGIN[1] + 300, 1, 1)
    with rasterio.open(folder / "dem.tif", "w", transform=corner, **kind) as raster:
        raster.write(heights, 1)
    source = ExtractSource([write_town(folder / "town.osm", TOWN)])
    area = search.area_around(Place("here", *lonlat(100, 100)), 1500)
    found = look_at(area, source, RasterSource([folder / "dem.tif"]))
    assert len(found.windows) > 20
    return found


@pytest.fixture(params=["heights", "no heights"])
def measured(request: pytest.FixtureRequest, survey):
    """Return a function that measures all windows of the town by a criterion."""
    evidence = survey.evidence if request.param == "heights" else replace(survey.evidence, elevation=None)
    return lambda criterion: Judged(criterion, criterion.measure(survey.windows, evidence), survey.windows)


def test_the_criteria_stand_in_the_order_in_which_everything_shows_them() -> None:
    assert tuple(c.name for c in criteria.ALL) == CRITERIA


def test_the_default_weights_sum_to_one_and_are_those_of_the_profile() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(1)
    assert dict(BEGINNER.weights) == WEIGHTS


def list_scales(criterion: Criterion) -> list[Scale]:
    """Return all scales on which a criterion is judged."""
    return [criterion, *criterion.bounds.values(), *([criterion.hedge.scale] if criterion.hedge else [])]


@each
def test_a_criterion_names_its_units_and_curves_that_rise_fall_or_have_one_top(criterion: Criterion) -> None:
    for scale in list_scales(criterion):
        raw, worth = np.array(scale.curve).T
        assert scale.unit
        assert len(raw) >= 2
        assert (np.diff(raw) > 0).all()
        assert ((worth >= 0) & (worth <= 1)).all()
        top = worth.argmax()
        assert (np.diff(worth[: top + 1]) >= 0).all()
        assert (np.diff(worth[top:]) <= 0).all()


@each
def test_desirability_and_confidence_lie_within_0_and_1(measured, survey, criterion: Criterion) -> None:
    found = measured(criterion)
    for values in (found.desirability, found.confidence):
        assert values.shape == (len(survey.windows),)
        assert ((values >= 0) & (values <= 1)).all()


@each
def test_what_is_unknown_is_neither_good_nor_certain(measured, criterion: Criterion) -> None:
    found = measured(criterion)
    unknown = np.isnan(found.value)
    assert (found.confidence[unknown] <= 0.5).all()
    assert (found.desirability[unknown] < 0.9).all()
    assert (found.desirability[unknown] > 0).all()


@each
def test_draws_lie_within_0_and_1_and_have_a_row_each(measured, criterion: Criterion) -> None:
    found, random = measured(criterion), np.random.default_rng(1)
    rows = np.array([5, 0, len(found.value) - 1])
    draws = found.draw(rows, random.random(70), random.standard_normal(70))
    assert draws.shape == (3, 70)
    assert ((draws >= 0) & (draws <= 1)).all()


@each
def test_draws_of_a_row_do_not_depend_on_the_other_rows(measured, criterion: Criterion) -> None:
    found, random = measured(criterion), np.random.default_rng(1)
    u, z = random.random(30), random.standard_normal(30)
    whole = found.draw(np.arange(len(found.value)), u, z)
    for row in range(0, len(found.value), 7):
        assert found.draw(np.array([row]), u, z)[0].tolist() == whole[row].tolist()


@each
def test_every_row_is_explained_in_words(measured, criterion: Criterion) -> None:
    found = measured(criterion)
    rows = np.array([3, 1, len(found.value) - 1, 0])
    table = found.describe(rows)
    assert len(table) == 4
    words = table[f"why_{criterion.name}"]
    assert all(isinstance(text, str) and len(text) > 5 for text in words)
    assert found.describe(rows[::-1])[f"why_{criterion.name}"].tolist() == words.tolist()[::-1]


@each
def test_no_windows_are_measured_without_an_error(survey, criterion: Criterion) -> None:
    nothing = candidates.select_windows(survey.windows, np.zeros(len(survey.windows), bool))
    found = Judged(criterion, criterion.measure(nothing, survey.evidence), nothing)
    rows = np.empty(0, dtype=int)
    assert found.value.shape == found.desirability.shape == found.confidence.shape == (0,)
    assert found.draw(rows, np.full(9, 0.5), np.zeros(9)).shape == (0, 9)
    assert list(found.describe(rows)[f"why_{criterion.name}"]) == []


@each
def test_an_area_without_foot_ways_is_measured_without_an_error(tmp_path: Path, criterion: Criterion) -> None:
    plan = "n1 0 0\nn2 300 0\nn3 100 30 amenity=cafe\nw1 n1,n2 highway=primary"
    source = ExtractSource([write_town(tmp_path / "town.osm", plan)])
    area = search.area_around(Place("here", *lonlat(100, 0)), 1500)
    found = look_at(area, source, None)
    assert len(criterion.measure(found.windows, found.evidence).value) == 0


@each
def test_windows_measured_alone_give_what_they_give_among_others(survey, criterion: Criterion) -> None:
    rows = np.arange(0, len(survey.windows), 5)
    chosen = candidates.select_windows(survey.windows, rows)
    alone, among = (Judged(criterion, criterion.measure(w, survey.evidence), w) for w in (chosen, survey.windows))
    assert alone.desirability.tolist() == pytest.approx(among.desirability[rows].tolist())
    assert alone.confidence.tolist() == pytest.approx(among.confidence[rows].tolist())


@each
def test_all_that_is_declared_is_measured(measured, criterion: Criterion) -> None:
    found = measured(criterion).measurement
    assert found.bounds.keys() == criterion.bounds.keys()
    assert (found.hedge is None) == (criterion.hedge is None)
    assert isinstance(found.quantity, Normal) or not criterion.averaged
    assert found.completeness is None or criterion.unknown is not None
