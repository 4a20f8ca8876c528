"""Many ways at one node cost no more than as many elsewhere."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from tables import to_table

from saferoute.candidates import build_strokes
from saferoute.model import WayLines


def join_star(n: int) -> int:
    """Return how many strokes n ways become that leave one node in all directions."""
    turn = np.arange(n) * (2 * np.pi / n)
    tips = 100 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    lines = shapely.linestrings(np.stack([np.zeros_like(tips), tips], axis=1))
    nodes = [[0, k + 1] for k in range(n)]
    ways = to_table(gpd.GeoDataFrame({"nodes": nodes}, geometry=lines, crs="EPSG:32635"))
    return len(build_strokes(WayLines.from_table(ways), np.ones(n, dtype=bool)).lines)


@pytest.mark.parametrize("n", [4, 6, 64])
def test_ways_go_straight_on_through_a_junction(n: int) -> None:
    assert join_star(n) == n / 2


@pytest.mark.parametrize("n", [66, 20_000])
def test_nothing_goes_on_through_what_is_no_junction(n: int) -> None:
    assert join_star(n) == n
