"""Products: recalled as they were computed, and computed where anything differs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from ranked_towns import LENGTH_M, town
from town import lonlat, write_town

from saferoute import search
from saferoute.drawers import Drawers
from saferoute.model import Place
from saferoute.products import recall_or_compute
from saferoute.search import area_around, find
from saferoute.sources.cache import Cache
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from pathlib import Path

NUMBERS = npst.arrays(
    st.sampled_from([np.float64, np.int64, np.bool_, np.int8]), npst.array_shapes(min_dims=0, max_dims=2, min_side=0)
)
TEXTS = st.lists(st.one_of(st.text(max_size=5), st.none()), max_size=4)


@dataclass(frozen=True)
class Map:
    """A map that is known by its key."""

    drawers: Drawers | None
    key: str = "a map"


class Computing:
    """A function that counts how often it is asked."""

    def __init__(self, **arrays: np.ndarray) -> None:
        self.arrays, self.asked = arrays, 0

    def __call__(self) -> dict[str, np.ndarray]:
        self.asked += 1
        return self.arrays


@given(numbers=st.dictionaries(st.text(max_size=3), NUMBERS, max_size=3), texts=TEXTS)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_arrays_are_recalled_to_the_last_bit(tmp_path_factory, numbers, texts):
    of = Map(Drawers(tmp_path_factory.mktemp("ground")))
    compute = Computing(**numbers, words=np.array([*texts, None], dtype=object)[:-1])
    first, again = (recall_or_compute(of, "all", [], compute) for _ in range(2))
    assert compute.asked == 1
    assert list(again) == list(first)
    for name, array in first.items():
        assert again[name].dtype == array.dtype
        assert again[name].shape == array.shape
        assert again[name].tolist() == array.tolist() or again[name].tobytes() == array.tobytes()
        assert again[name].flags.writeable


XY = np.array([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    ("of", "name", "arguments"),
    [
        ({}, "sum", [XY + 1e-12]),
        ({}, "sum", [XY.T]),
        ({}, "sum", [XY.ravel()]),
        ({}, "sum", [XY.astype(np.int64)]),
        ({}, "sum", [XY, XY]),
        ({}, "sum", []),
        ({}, "mean", [XY]),
        ({"key": "another map"}, "sum", [XY]),
    ],
)
def test_another_question_is_computed(tmp_path, of, name, arguments):
    here, compute = Map(Drawers(tmp_path)), Computing(found=np.arange(3))
    recall_or_compute(here, "sum", [XY], compute)
    recall_or_compute(replace(here, **of), name, arguments, compute)
    assert compute.asked == 2
    recall_or_compute(here, "sum", [XY.copy()], compute)
    assert compute.asked == 2


@pytest.mark.parametrize("of", [{"key": ""}, {"drawers": None}])
def test_of_a_map_that_nobody_knows_nothing_is_kept(tmp_path, of):
    here, compute = replace(Map(Drawers(tmp_path)), **of), Computing(found=np.arange(3))
    for _ in range(2):
        recall_or_compute(here, "sum", [XY], compute)
    assert compute.asked == 2
    assert not list(tmp_path.iterdir())


def test_a_damaged_product_is_computed_again(tmp_path):
    here, compute = Map(Drawers(tmp_path)), Computing(found=np.arange(3))
    recall_or_compute(here, "sum", [XY], compute)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert recall_or_compute(here, "sum", [XY], compute)["found"].tolist() == [0, 1, 2]
    assert compute.asked == 2


PLAN = town(more="n9 20 5 amenity=bench\nn10 40 6 shop=bakery\nn11 80 -20 tourism=museum\n")
PLAN += "n12 0 30\nn13 90 30\nn14 90 80\nn15 0 80\nw2 n12,n13,n14,n15,n12 leisure=park opening_hours=08:00-20:00\n"


def rank(path: Path, cache: Path | None, at: str, east_m: float = 0.0) -> str:
    """Return all that a search tells of a town."""
    source = ExtractSource([path], join=search.join_ways, cache=cache and Cache(cache))
    place = Place("here", *lonlat(LENGTH_M / 2 + east_m, 0))
    ranking = find(search.Query(area_around(place, 400), source, load_profile(at=at), top=100))
    return f"{ranking.stretches.to_csv()} {ranking.excluded.to_csv()} {ranking.notes} {ranking.considered}"


def test_searches_find_the_same_with_and_without_what_was_kept(tmp_path):
    path = write_town(tmp_path / "town.osm", PLAN)
    asked = [("", 0.0), ("2026-06-20T21:30", 0.0), ("", 70.0)]
    alone = [rank(path, None, *one) for one in asked]
    assert len(set(alone)) == len(alone)
    assert [rank(path, tmp_path / "cache", *one) for one in (*asked, asked[0])] == [*alone, alone[0]]
    assert list((tmp_path / "cache" / "ground").iterdir())
