"""Layers of vector tiles, against the library of Mapbox' format."""

from __future__ import annotations

from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from saferoute.scan.layers import LINE, Arcs, draw_features, encode_arcs, encode_layer
from saferoute.scan.tiles import EXTENT

STEPS = st.integers(-70, EXTENT + 70)
VALUES = st.one_of(
    st.text(max_size=40), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, width=64)
)
PROPERTIES = st.dictionaries(st.text(max_size=9), VALUES, max_size=6)


@st.composite
def polygons(draw: st.DrawFn) -> shapely.Polygon:
    """A ring around a corner, of up to three sizes of numbers, with a hole or without."""
    x, y, size = draw(STEPS), draw(STEPS), draw(st.integers(9, 3000))
    outer = [(x, y), (x + size, y), (x + size, y + size), (x, y + size)]
    inner = [(x + 2, y + 2), (x + 2, y + size // 2), (x + size // 2, y + 2)]
    return shapely.orient_polygons(shapely.Polygon(outer, [inner] if draw(st.booleans()) else []))


LINES = st.lists(st.tuples(STEPS, STEPS), min_size=2, max_size=9).map(shapely.LineString)
GEOMETRIES = st.one_of(
    st.tuples(STEPS, STEPS).map(shapely.Point),
    LINES,
    polygons(),
    st.lists(LINES, min_size=1, max_size=3).map(shapely.MultiLineString),
    st.lists(polygons(), min_size=1, max_size=3).map(shapely.MultiPolygon),
)


@given(st.lists(st.tuples(GEOMETRIES, PROPERTIES), max_size=6))
def test_a_layer_has_the_bytes_that_the_library_of_the_format_writes(drawn: list[tuple[Any, dict[str, Any]]]) -> None:
    geometries = np.array([geometry for geometry, _ in drawn], dtype=object)
    layer = encode_layer("ground", draw_features(geometries, [properties for _, properties in drawn]))
    expected = mapbox_vector_tile.encode(
        {"name": "ground", "features": [{"geometry": g, "properties": p} for g, p in drawn]},
        default_options={"extents": EXTENT, "y_coord_down": True, "check_winding_order": False},
    )
    assert layer == expected


def test_what_shrinks_to_a_point_is_not_drawn() -> None:
    steps = np.array([[5, 5], [5, 5], [7, 9], [7, 9], [8, 9]])
    drawn = encode_arcs(Arcs(LINE, steps, np.array([0, 0, 2, 2, 2]), np.arange(3)), 3)
    assert drawn[:2] == [b"", b""]
    # MoveTo 1, +7, +9; LineTo 1, +1, 0; numbers of either sign are told by twice their size.
    assert list(drawn[2]) == [9, 14, 18, 10, 2, 0]


@pytest.mark.parametrize("steps", [0, 1, 63, 64, 8191, 8192, 2**20, 2**34])
def test_numbers_take_as_many_bytes_as_they_need(steps: int) -> None:
    (drawn,) = encode_arcs(Arcs(LINE, np.array([[0, 0], [steps, 1]]), np.zeros(2, int), np.zeros(1, int)), 1)
    assert len(drawn) == 5 + max((2 * steps).bit_length() + 6, 7) // 7
