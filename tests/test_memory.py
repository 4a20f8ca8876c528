"""Cycles are looked for rarely while something is read or searched; what is free goes back to the system."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import numpy as np
import pytest

from saferoute.memory import COLLECTED_AFTER, collect_garbage_rarely, give_back_memory


@pytest.fixture(autouse=True)
def _put_back():
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


@collect_garbage_rarely()
def broken(seen: list[tuple[int, int, int]]) -> None:
    seen.append(gc.get_threshold())
    raise ValueError("broken")


def test_a_failure_leaves_the_collector_as_it_was():
    gc.set_threshold(700, 10, 10)
    seen: list[tuple[int, int, int]] = []
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            broken(seen)
    assert seen == [(COLLECTED_AFTER, 10, 10)] * 2
    assert gc.get_threshold() == (700, 10, 10)


@pytest.mark.parametrize("chosen", [0, COLLECTED_AFTER + 1])
def test_who_collects_still_less_often_is_left_alone(chosen):
    gc.set_threshold(chosen, 10, 10)
    with collect_garbage_rarely():
        assert gc.get_threshold() == (chosen, 10, 10)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems tell memory otherwise")
def test_what_is_free_goes_back_to_the_system() -> None:
    held = [np.ones(5_000) for _ in range(3_000)]  # 120 MB in pieces of 40 kB
    full = read_anonymous_bytes()
    del held[:-1]
    give_back_memory()
    assert read_anonymous_bytes() < full - 80e6


def read_anonymous_bytes() -> int:
    (line,) = (line for line in Path("/proc/self/smaps_rollup").read_text().splitlines() if "Anonymous:" in line)
    return 1024 * int(line.split()[1])
