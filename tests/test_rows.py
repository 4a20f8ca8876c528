"""Rows: each recalled as it was computed, whatever was asked for before, and none that the map may lack a part of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from saferoute import rows
from saferoute.drawers import Drawers
from saferoute.rows import recall_or_compute_rows

if TYPE_CHECKING:
    from pathlib import Path

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.products import Memory

REACH_M = 100.0
POINTS = np.random.default_rng(7).uniform(-3000, 3000, (60, 2)).round(1)


@dataclass(frozen=True)
class Map:
    """A map that is whole on a square."""

    drawers: Drawers | None
    whole: shapely.Geometry | None = field(default_factory=lambda: shapely.box(-9000, -9000, 9000, 9000))
    key: str = "a map"
    source_key: str = "a source"
    memory: Memory | None = None


class Doubling:
    """A function of rows that notes which places it was asked for."""

    def __init__(self, asked: FloatArray) -> None:
        self.asked, self.places = asked, []

    def __call__(self, wanted: IntArray) -> dict[str, np.ndarray]:
        self.places += self.asked[wanted, 0].tolist()
        return {"double": 2 * self.asked[wanted], "east": self.asked[wanted, 0] > 0}


def ask(of: Map, asked: FloatArray) -> list[float]:
    """Return for which places a function was asked, and check what it is said to return."""
    compute = Doubling(asked)
    found = recall_or_compute_rows(of, "doubles", asked, compute, reach_m=REACH_M)
    assert found["double"].tolist() == (2 * asked).tolist()
    assert found["east"].tolist() == (asked[:, 0] > 0).tolist()
    return compute.places


@pytest.fixture(autouse=True)
def _forget() -> None:
    """Let every test begin as a process does."""
    rows.forget_rows()


@settings(max_examples=25, deadline=None)
@given(searches=st.lists(st.tuples(st.sets(st.integers(0, len(POINTS) - 1)), st.booleans()), max_size=5))
def test_each_row_is_computed_once(tmp_path_factory: pytest.TempPathFactory, searches: list) -> None:
    of = Map(Drawers(tmp_path_factory.mktemp("ground")))
    known: set[int] = set()
    for wanted, in_another_process in searches:
        if in_another_process:
            rows.forget_rows()
        asked = POINTS[sorted(wanted)]
        assert ask(of, asked) == POINTS[sorted(wanted - known), 0].tolist()
        known |= wanted


def test_rows_that_reach_beyond_the_map_are_kept_for_the_same_ones_of_that_map_alone(tmp_path: Path) -> None:
    asked = np.array([[0.0, 0.0], [450.0, 0.0], [460.0, 0.0]])
    of = Map(Drawers(tmp_path), shapely.box(-500, -500, 500, 500))
    assert [ask(of, asked) for _ in range(2)] == [[0.0, 450.0, 460.0], []]
    assert ask(of, asked[1:2]) == [450.0]
    assert ask(replace(of, key="farther on"), asked) == [450.0, 460.0]
    # What was found where the map was whole is nothing that a smaller one tells.
    assert ask(replace(of, whole=shapely.box(-50, -50, 50, 50)), asked) == [0.0, 450.0, 460.0]


@pytest.mark.parametrize(
    "change", [{"key": ""}, {"source_key": ""}, {"whole": None}, {"drawers": None}, {"source_key": "another"}]
)
def test_nothing_is_recalled_of_what_is_not_known_to_be_the_same(tmp_path: Path, change: dict) -> None:
    of = Map(Drawers(tmp_path))
    ask(of, POINTS)
    assert ask(replace(of, **change), POINTS) == POINTS[:, 0].tolist()


def test_rows_that_count_nothing_cut_nothing_of_those_that_are_known(tmp_path: Path) -> None:
    of, asked = Map(Drawers(tmp_path)), np.array([[1.0, 2.0], [3.0, 4.0]])
    first = recall_or_compute_rows(of, "n", asked[:1], lambda _: {"of": np.array([0.25])}, reach_m=10.0)
    both = recall_or_compute_rows(of, "n", asked, lambda _: {"of": np.zeros(1, dtype=np.int64)}, reach_m=10.0)
    assert first["of"].tolist() == [0.25]
    assert both["of"].tolist() == [0.25, 0.0]


def test_all_arguments_of_a_row_count(tmp_path: Path) -> None:
    of, asked = Map(Drawers(tmp_path)), np.array([[1.0, 2.0, 3.0]])
    assert [ask(of, asked), ask(of, asked + np.array([0.0, 0.0, 1.0]))] == [[1.0], [1.0]]
    assert ask(of, np.concatenate([asked, asked])) == []


def test_a_damaged_square_costs_time_alone(tmp_path: Path) -> None:
    of = Map(Drawers(tmp_path))
    ask(of, POINTS)
    damaged, *_ = Drawers(tmp_path).list_files()
    damaged.write_bytes(damaged.read_bytes()[:-9])
    rows.forget_rows()
    assert 0 < len(ask(of, POINTS)) < len(POINTS)


def test_a_process_remembers_rows_of_a_bounded_number_of_squares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawers = Drawers(tmp_path)
    ask(Map(drawers), POINTS)
    drawers.delete_files()
    assert ask(Map(drawers), POINTS) == []
    monkeypatch.setattr(rows, "MOST_HELD", 1)
    rows.forget_rows()
    ask(Map(drawers), POINTS)
    drawers.delete_files()
    assert 0 < len(ask(Map(drawers), POINTS[-1:])) + len(ask(Map(drawers), POINTS)) - 1 < len(POINTS)


def test_rows_that_share_a_mark_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MIXER", np.uint64(0))
    of = Map(Drawers(tmp_path))
    ask(of, POINTS)
    rows.forget_rows()
    assert set(ask(of, POINTS[::-1])) < set(POINTS[:, 0].tolist())


def test_rows_are_found_in_any_order(tmp_path: Path) -> None:
    of = Map(Drawers(tmp_path))
    ask(of, POINTS)
    rows.forget_rows()
    assert ask(of, POINTS[::-1]) == []


def test_a_row_with_an_argument_that_is_not_known_is_found_again(tmp_path: Path) -> None:
    of, asked, places = Map(Drawers(tmp_path)), np.array([[1.0, 2.0, np.nan]]), []

    def compute(wanted: IntArray) -> dict[str, np.ndarray]:
        places.extend(wanted.tolist())
        return {"one": np.ones(len(wanted))}

    for _ in range(2):
        recall_or_compute_rows(of, "doubtful", asked, compute, reach_m=REACH_M)
        rows.forget_rows()
    assert places == [0]
