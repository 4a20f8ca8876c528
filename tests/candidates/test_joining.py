"""Ways that come in parts become the strokes they become together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from saferoute.candidates import Joining
from saferoute.model import Strokes, WayLines

if TYPE_CHECKING:
    from collections.abc import Iterator

STEP_DEG = 0.002
"""Between nodes: what is held for nodes that moved (.005°) reaches over two of them."""
PLACES = st.integers(0, 11), st.integers(0, 2)
NODES = st.lists(st.tuples(*PLACES), min_size=2, max_size=5).filter(lambda nodes: len(set(nodes)) > 1)
WAYS = st.lists(NODES, min_size=1, max_size=40)
"""Ways between nodes of a grid that is longer than wide, some with doubled nodes, some closed."""


def make_lines(ways: list[list[tuple[int, int]]], seed: int) -> WayLines:
    """Return ways along nodes of a grid that is bent a little, so that no two turns are alike."""
    random = np.random.default_rng(seed)
    shift = random.uniform(-0.3, 0.3, (12, 3, 2))
    shift[random.random((12, 3)) < 0.3] = 0.0
    at = np.array([place for way in ways for place in way])
    xy = (10.0, 50.0) + STEP_DEG * (at + shift[at[:, 0], at[:, 1]])
    return WayLines(xy, 1000 - 3 * at[:, 0] - at[:, 1], np.repeat(np.arange(len(ways)), list(map(len, ways))), True)


def cut(lines: WayLines, n: int, size: int) -> Iterator[tuple[WayLines, float]]:
    """Yield parts of some ways each, from west to east."""
    west = np.array([lines.xy[lines.way == way, 0].min() for way in range(n)])
    rows = np.argsort(west, kind="stable")
    for start in range(0, n, size):
        part = np.zeros(n, dtype=bool)
        part[rows[start : start + size]] = True
        yield lines.select_ways(part), west[rows[start + size]] if start + size < n else np.inf


def tell(strokes: Strokes) -> list[tuple]:
    """Return all that is known of each stroke."""
    assert strokes.side_paths is not None
    of = [strokes.vertex_stroke == k for k in range(len(strokes.lines))]
    columns = (strokes.vertex_node, strokes.edge_ground, strokes.side_paths)
    return [
        (line.wkt, *(column[mask].tolist() for column in columns)) for line, mask in zip(strokes.lines, of, strict=True)
    ]


@settings(max_examples=60, deadline=None)
@given(ways=WAYS, seed=st.integers(0, 99), size=st.integers(1, 12))
def test_parts_give_what_all_ways_give_together(ways: list[list[tuple[int, int]]], seed: int, size: int) -> None:
    lines, kinds = make_lines(ways, seed), np.random.default_rng(seed).integers(0, 5, len(ways))
    # Most are on foot, some motor roads, tracks or other ways that one may meet somebody from.
    joining = Joining(on_foot=kinds < 3, tracks=kinds == 3, counted=kinds != 3)
    parts = list(joining.join_parts(cut(lines, len(ways), size)))
    told = [stroke for strokes, _ in parts for stroke in tell(strokes)]
    order = np.concatenate([order for _, order in parts])
    assert [told[k] for k in np.lexsort(order.T[::-1])] == tell(joining.join(lines))


def test_only_what_may_go_on_is_held() -> None:
    """Along a street of a thousand side streets each part is joined with few of those before it."""
    n = 1000
    joined = []

    class Counting(Joining):
        def _join_in_order(self, lines: WayLines):
            joined.append(len(np.unique(lines.way)))
            return super()._join_in_order(lines)

    x = np.repeat(np.arange(n) * STEP_DEG / 50, 2)
    lines = WayLines(np.stack([x, np.tile([0.0, 1.0], n)], axis=1), np.arange(2 * n), np.repeat(np.arange(n), 2), True)
    everything = np.ones(n, dtype=bool)
    strokes = [s for s, _ in Counting(everything, ~everything, everything).join_parts(cut(lines, n, 100))]
    assert sum(len(s.lines) for s in strokes) == n
    assert max(joined) < 100 + 0.005 / (STEP_DEG / 50) + 5


def test_a_mask_of_strokes_keeps_their_numbers() -> None:
    lines = make_lines([[(0, 0), (1, 0)], [(3, 0), (4, 2)], [(6, 1), (8, 1)]], seed=1)
    everything = np.ones(3, dtype=bool)
    whole = Joining(everything, ~everything, everything).join(lines)
    some = whole.select_strokes(np.array([True, False, True]))
    assert some.number is not None
    assert some.number.tolist() == [0, 2]
    assert shapely.equals(some.lines, whole.lines[[0, 2]]).all()
    assert some.vertex_stroke.tolist() == [0, 0, 1, 1]
    assert some.side_paths == pytest.approx(0.0)
