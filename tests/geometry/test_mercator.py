"""Positions on the square of Web Mercator are those of the library that names tiles one by one."""

from __future__ import annotations

import mercantile
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saferoute.geometry import project_to_square


@given(st.floats(-180, 179.999), st.floats(-85, 85), st.integers(0, 20))
def test_tiles_are_those_of_the_library(lon, lat, zoom):
    x, y = project_to_square(np.array([lon]), np.array([lat]))[0] * 2**zoom
    tile = mercantile.tile(lon, lat, zoom)
    # On an edge either side is right: rounding differs.
    assert tile.x in {int(np.floor(x - 1e-6)), int(np.floor(x + 1e-6))}
    assert tile.y in {int(np.floor(y - 1e-6)), int(np.floor(y + 1e-6))}


@pytest.mark.parametrize(
    ("lon", "lat", "expected"), [(-180, 0, (0, 0.5)), (0, 85.0511287798066, (0.5, 0)), (180, 0, (1, 0.5))]
)
def test_edges_and_middle_of_the_world(lon, lat, expected):
    assert project_to_square(np.array([lon]), np.array([lat]))[0] == pytest.approx(expected, abs=1e-12)
