"""The order of rows by place: each once, near ones near each other, however few are looked at at a time."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from saferoute.sources import spill
from saferoute.sources.placing import iterate_by_place

if TYPE_CHECKING:
    from pathlib import Path


def make_boxes(n: int) -> np.ndarray:
    random = np.random.default_rng(4)
    corner = random.uniform((-179.0, -80.0), (179.0, 80.0), (n, 2))
    size = random.exponential(0.01, (n, 2))
    return np.hstack([corner, corner + size])


@pytest.mark.parametrize("n", [0, 1, 7, 5000])
@pytest.mark.parametrize("at_once", [3, 500, 50_000])
def test_every_row_comes_once_in_the_same_order(
    n: int, at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes = make_boxes(n)
    whole = [rows.tolist() for rows in iterate_by_place(boxes, 16, tmp_path)]
    assert sorted(row for rows in whole for row in rows) == list(range(n))
    monkeypatch.setattr(spill, "AT_ONCE", at_once)
    assert [rows.tolist() for rows in iterate_by_place(boxes, 16, tmp_path)] == whole
    assert not list(tmp_path.iterdir())


def test_strips_go_from_west_to_east_and_each_north_and_large_ones_come_last(tmp_path: Path) -> None:
    boxes = make_boxes(5000)
    large = np.arange(0, 5000, 61)
    boxes[large, 2:] += 0.06
    strips = [rows for rows in iterate_by_place(boxes, 16, tmp_path) if len(rows)]
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    small = [rows for rows in strips if not np.isin(rows, large).any()]
    assert [np.isin(rows, large).any() for rows in strips] == sorted(np.isin(rows, large).any() for rows in strips)
    for west, east in pairwise(small):
        assert middle[west, 0].max() <= middle[east, 0].min() + 360 / (1 << 20)
    assert all((np.diff(middle[rows, 1]) >= 0).all() for rows in strips)
    assert max(map(len, small)) <= 16 * int(np.sqrt(5000 / 16))
