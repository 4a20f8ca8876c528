"""Cycles are looked for rarely while something is read or searched, and as often as before afterwards."""

from __future__ import annotations

import gc

import pytest

from saferoute.memory import COLLECTED_AFTER, collect_garbage_rarely


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
