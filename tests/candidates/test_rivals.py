"""Stretches that run on the same ground are rivals, those that merely cross or touch are not."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from saferoute.candidates import find_rivals

POINT = st.tuples(st.integers(-40, 40), st.integers(-40, 40))
LINE = st.lists(POINT, min_size=2, max_size=4, unique=True).map(shapely.LineString)
LANE_M = 3.0


@settings(max_examples=60, deadline=None)
@given(st.lists(LINE, min_size=2, max_size=12))
def test_rivals_share_a_fifth_of_the_smaller_ground_and_no_others_do(lines: list[shapely.LineString]) -> None:
    bands = shapely.buffer(np.array(lines), LANE_M / 2, cap_style="flat")
    share = [
        (one, other, shapely.intersection(bands[one], bands[other]).area / min(bands[one].area, bands[other].area))
        for one in range(len(bands))
        for other in range(one + 1, len(bands))
    ]
    rivals = set(map(tuple, find_rivals(np.array(lines), LANE_M).tolist()))
    assert {(one, other) for one, other, shared in share if shared > 0.2 + 1e-9} <= rivals
    assert rivals <= {(one, other) for one, other, shared in share if shared > 0.2 - 1e-9}


def test_lines_from_one_point_are_no_rivals_and_one_upon_another_is() -> None:
    turns = np.radians(np.arange(0, 360, 5))
    star = shapely.linestrings([[(0, 0), (150 * np.cos(turn), 150 * np.sin(turn))] for turn in turns])
    upon = shapely.LineString([(20, 0.5), (150, 0.5)])
    assert find_rivals(np.append(star, upon), LANE_M).tolist() == [[0, len(star)]]
