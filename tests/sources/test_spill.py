"""Values that are spilt to a file are those that memory would hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saferoute.sources.spill import forget_pages, open_spill

if TYPE_CHECKING:
    from pathlib import Path

PARTS = st.lists(st.lists(st.integers(-(1 << 63), (1 << 63) - 1), max_size=5), max_size=6)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=PARTS)
def test_a_file_gives_back_what_memory_gives_back(parts: list[list[int]], tmp_path: Path) -> None:
    read = []
    for folder in (None, tmp_path):
        spill = open_spill(np.int64, folder)
        for part in parts:
            spill.append(np.array(part, dtype=np.int64))
        read.append(spill.read())
    assert [values.dtype for values in read] == [np.int64] * 2
    assert [values.tolist() for values in read] == [[value for part in parts for value in part]] * 2


def test_values_stay_when_their_memory_is_given_back(tmp_path: Path) -> None:
    spill = open_spill(np.uint8, tmp_path)
    written = np.random.default_rng(3).integers(0, 256, 50_000).astype(np.uint8)
    spill.append(written)
    values = spill.read()
    del spill
    for _ in range(2):
        forget_pages(values)
        assert (values == written).all()
    assert list(tmp_path.iterdir()) == [], "the file has no name that could stay"


@pytest.mark.parametrize("values", [np.arange(5), np.arange(9).reshape(3, 3)[1], np.empty(0)])
def test_memory_of_what_lies_in_no_file_is_kept(values: np.ndarray) -> None:
    before = values.tolist()
    forget_pages(values)
    assert values.tolist() == before
