"""Products: recalled as they were computed, and computed where anything differs."""

from __future__ import annotations

import pickle
import shutil
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from ranked_towns import LENGTH_M, town
from town import lonlat, write_town

from saferoute import criteria, search
from saferoute.criteria import obstacles
from saferoute.drawers import Drawers
from saferoute.model import CRITERIA, Evidence, Place
from saferoute.page.payload import build_payload
from saferoute.products import Memory, recall_or_compute, remember_or_make
from saferoute.search import area_around, find, survey_area
from saferoute.sources.cache import Cache
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from pathlib import Path

    from saferoute.model import Profile

NUMBERS = npst.arrays(
    st.sampled_from([np.float64, np.int64, np.bool_, np.int8]), npst.array_shapes(min_dims=0, max_dims=2, min_side=0)
)
TEXTS = st.lists(st.one_of(st.text(max_size=5), st.none()), max_size=4)


@dataclass(frozen=True)
class Map:
    """A map that is known by its key."""

    drawers: Drawers | None
    key: str = "a map"
    memory: Memory | None = None


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


@pytest.mark.parametrize("count", [0, 1, 5])
def test_shapes_are_recalled_to_the_last_bit(tmp_path, count):
    lines = np.array([shapely.LineString([(0.1, k / 3), (k, 2), (7, k)]) for k in range(count)], dtype=object)
    areas = np.array([[shapely.Point(1 / 3, 2).buffer(k + 1), shapely.Polygon()] for k in range(count)], dtype=object)
    of, compute = Map(Drawers(tmp_path)), Computing(lines=lines, areas=areas.reshape(count, 2))
    first, again = (recall_or_compute(of, "all", [], compute) for _ in range(2))
    assert compute.asked == 1
    for name, shapes in first.items():
        assert again[name].shape == shapes.shape
        assert shapely.equals_identical(again[name], shapes).all()


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


def rank(path: Path, cache: Path | None, profile: Profile, east_m: float = 0.0) -> str:
    """Return all that a search and its page tell of a town."""
    source = ExtractSource([path], join=search.join_ways, cache=cache and Cache(cache))
    place = Place("here", *lonlat(LENGTH_M / 2 + east_m, 0))
    ranking = find(search.Query(area_around(place, 400), source, profile, top=100))
    tables = f"{ranking.stretches.to_csv()} {ranking.excluded.to_csv()}"
    return f"{tables} {ranking.notes} {ranking.considered} {build_payload(ranking)}"


ASKED = {
    "mean hour": (load_profile(), 0.0),
    "park closed": (load_profile(at="2026-06-20T21:30"), 0.0),
    "dark": (load_profile(at="2026-12-16T18:30"), 0.0),
    "quiet alone": (replace(load_profile(), weights={**dict.fromkeys(CRITERIA, 0.0), "crowding": 1.0}), 0.0),
    "straight alone in the dark": (
        replace(load_profile(at="2026-12-16T18:30"), weights={**dict.fromkeys(CRITERIA, 0.0), "straightness": 1.0}),
        0.0,
    ),
    "longer": (load_profile(level="advanced"), 0.0),
    "only asphalt": (replace(load_profile(), only_surfaces=frozenset({"asphalt"})), 0.0),
    "moved": (load_profile(), 70.0),
    "the same": (load_profile(), 0.0),
}


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> tuple[Path, dict[str, str]]:
    """Return a town and what each search in it tells where nothing is kept."""
    path = write_town(tmp_path_factory.mktemp("town") / "town.osm", PLAN)
    return path, {name: rank(path, None, *asked) for name, asked in ASKED.items()}


def test_searches_find_the_same_with_and_without_what_was_kept(tmp_path, alone):
    path, told = alone
    assert len(set(told.values())) == len(ASKED) - 1
    cache = tmp_path / "cache"
    assert {name: rank(path, cache, *asked) for name, asked in ASKED.items()} == told
    assert list((cache / "ground").iterdir())
    # Of files in another folder this process remembers nothing: they are all that another process has.
    other = shutil.copytree(cache, tmp_path / "other")
    before = {file: file.stat().st_size for file in (other / "ground").iterdir()}
    for name in ("park closed", "longer"):
        assert rank(path, other, *ASKED[name]) == told[name]
    assert {file: file.stat().st_size for file in (other / "ground").iterdir()} == before, "something was not recalled"


def test_nothing_is_recalled_for_windows_on_another_map(tmp_path, alone):
    path, _ = alone
    source = ExtractSource([path], join=search.join_ways, cache=Cache(tmp_path / "cache"))
    area = area_around(Place("here", *lonlat(LENGTH_M / 2, 0)), 400)
    windows = survey_area(area, features_of=source, profile=load_profile()).windows
    features = source.read_features(area, margin_m=500)
    no_points = features.points.select_rows(np.empty(0, dtype=np.int64))
    bare = replace(features, points=no_points, key="another map", drawers=Drawers(tmp_path / "drawers"))
    for of in (bare, replace(bare, key="")):
        found, anew = (
            obstacles.measure_obstacles(windows, Evidence(one, None, None, load_profile())).value
            for one in (of, replace(of, drawers=None))
        )
        assert np.array_equal(found, anew)
    assert obstacles.measure_obstacles(windows, Evidence(features, None, None, load_profile())).value.sum() > anew.sum()


def test_searches_find_the_same_where_what_was_kept_is_damaged(tmp_path, alone):
    path, told = alone
    asked = ASKED["mean hour"]
    rank(path, tmp_path / "cache", *asked)
    damaged = shutil.copytree(tmp_path / "cache", tmp_path / "damaged")
    for number, file in enumerate(sorted((damaged / "ground").iterdir())):
        content = file.read_bytes()
        file.write_bytes([b"", content[:-7], content[:-1] + bytes([content[-1] ^ 1])][number % 3])
    assert rank(path, damaged, *asked) == told["mean hour"]


class Remembering(Memory):
    """A memory that counts what is made, by name."""

    def __init__(self):
        super().__init__()
        self.made = Counter()

    def recall_or_make(self, name, key, make):
        def count():
            self.made[name] += 1
            return make()

        return super().recall_or_make(name, key, count)


def test_hours_at_which_the_same_is_closed_share_a_survey(tmp_path, alone):
    path, _ = alone
    memory = Remembering()
    source = ExtractSource([path], join=search.join_ways, cache=Cache(tmp_path))
    area = area_around(Place("here", *lonlat(LENGTH_M / 2, 0)), 400)

    class Kept:
        def read_features(self, area, *, margin_m):
            return replace(source.read_features(area, margin_m=margin_m), memory=memory)

    made = []
    for at in ("2026-06-20T10:00", "2026-06-20T15:00", "2026-06-20T21:30", "2026-06-20T10:00"):
        survey_area(area, features_of=Kept(), profile=load_profile(at=at))
        made.append(dict(memory.made))
    assert {by_name["things"] for by_name in made} == {1}
    for name in ("survey", "measured"):
        assert [by_name[name] for by_name in made] == [1, 1, 2, 2]
    # Each hour is judged once, and so is all that asks for it.
    for name in ("at hour", "measured at hour"):
        assert [by_name[name] for by_name in made] == [1, 2, 3, 3]


TWO_WAYS = "n1 0 0\nn2 300 0\nw1 n1,n2 highway=footway surface=asphalt\n"
TWO_WAYS += "n3 0 60\nn4 300 60\nw2 n3,n4 highway=footway surface=asphalt opening_hours=08:00-20:00\n"
TWO_WAYS += "n5 40 3\nn6 240 3\nw3 n5,n6 highway=cycleway bicycle=designated\n"


def test_an_hour_that_closes_a_way_measures_no_window_anew(tmp_path, monkeypatch):
    path = write_town(tmp_path / "town.osm", TWO_WAYS)
    asked = [(load_profile(at=f"2026-06-20T{hour}"), 0.0) for hour in ("10:00", "21:30", "22:30")]
    alone = [rank(path, None, *of) for of in asked]
    measured, measure = [], criteria.measure_at_any_hour

    def note(criterion, windows, evidence):
        measured.append(len(windows))
        return measure(criterion, windows, evidence)

    monkeypatch.setattr(criteria, "measure_at_any_hour", note)
    assert rank(path, tmp_path / "cache", *asked[0]) == alone[0]
    assert len(measured) > 0
    before = len(measured)
    assert [rank(path, tmp_path / "cache", *of) for of in asked[1:]] == alone[1:]
    assert alone[0].count("closed at that hour") < alone[1].count("closed at that hour")
    assert len(measured) == before


def test_an_hour_that_opens_a_way_measures_its_windows(tmp_path):
    path = write_town(tmp_path / "town.osm", TWO_WAYS)
    asked = [(load_profile(at=f"2026-06-20T{hour}"), 0.0) for hour in ("21:30", "10:00", "22:30")]
    assert [rank(path, tmp_path / "cache", *of) for of in asked] == [rank(path, None, *of) for of in asked]


def test_what_no_hour_changes_is_made_once(tmp_path):
    path, memory = write_town(tmp_path / "town.osm", TWO_WAYS), Remembering()
    source = ExtractSource([path], join=search.join_ways, cache=Cache(tmp_path / "cache"))

    class Kept:
        def read_features(self, area, *, margin_m):
            return replace(source.read_features(area, margin_m=margin_m), memory=memory)

    area = area_around(Place("here", *lonlat(LENGTH_M / 2, 0)), 400)
    for at in ("2026-06-20T10:00", "2026-06-20T21:30", "2026-06-20T12:00"):
        survey_area(area, features_of=Kept(), profile=load_profile(at=at))
    names = ("open ground", "within reach", "doubts about entry", "measured windows")
    assert [memory.made[name] for name in names] == [1] * len(names)
    # The way that is shut and what lies beside it are not looked at.
    for at in ("2026-06-20T12:00", "2026-06-20T22:30"):
        find(search.Query(area, Kept(), load_profile(at=at)))
    assert memory.made["shapes"] == 1
    assert [memory.made[name] for name in ("at hour", "asked", "limits", "routes beside")] == [4, 2, 2, 2]


def test_a_memory_lets_the_oldest_go_and_its_copy_is_empty():
    memory = Remembering()
    for number in (*range(30), 29, 0):
        assert memory.recall_or_make("square", bytes([number]), lambda number=number: number**2) == number**2
    assert memory.made == {"square": 31}
    other = pickle.loads(pickle.dumps(memory))
    assert other.recall_or_make("square", bytes([29]), lambda: "made") == "made"
    memory.clear()
    assert memory.recall_or_make("square", bytes([29]), lambda: "made") == "made"


@pytest.mark.parametrize("of", [{"key": ""}, {"memory": None}])
def test_of_a_map_that_nobody_knows_nothing_is_remembered(of):
    here = replace(Map(None, memory=Memory()), **of)
    assert [remember_or_make(here, "number", b"", lambda n=n: n) for n in range(2)] == [0, 1]
    assert remember_or_make(replace(here, key="a", memory=Memory()), "number", b"", lambda: 2) == 2
