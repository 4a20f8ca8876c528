"""Lists of tiles: every tile that a box touches, once, in the order of their quadkeys, at a few bytes each."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from saferoute.scan.tiles import Tile, tile_numbers, tiles_covering

BOXES = st.lists(
    st.tuples(st.floats(-179, 178), st.floats(-80, 79), st.floats(0, 0.3), st.floats(0, 0.3)), min_size=1, max_size=6
)


def cover_one_by_one(box: tuple[float, float, float, float], zoom: int) -> set[Tile]:
    west, south, east, north = box
    x, y = tile_numbers(np.array([[west, north], [east, south]]), zoom)
    return {Tile(zoom, i, j) for i, j in itertools.product(range(x[0], x[1] + 1), range(y[0], y[1] + 1))}


@given(BOXES, st.integers(9, 12))
def test_boxes_are_covered_as_one_by_one(corners: list[tuple[float, float, float, float]], zoom: int) -> None:
    boxes = [(x, y, x + wide, y + high) for x, y, wide, high in corners]
    tiles = tiles_covering(np.array(boxes), zoom)
    assert set(tiles) == set().union(*(cover_one_by_one(box, zoom) for box in boxes))
    keys = [tile.quadkey for tile in tiles]
    assert keys == sorted(set(keys))
    assert tiles[0].quadkey == keys[0]
    assert [tile.quadkey for tile in tiles[1:3]] == keys[1:3]
    inside = set(tiles_covering(np.array(boxes), zoom, within=boxes[0]))
    assert inside == set(tiles) & cover_one_by_one(boxes[0], zoom)


@given(st.floats(-179, 179), st.floats(-84, 84), st.floats(0, 20_000), st.integers(9, 14))
def test_a_margin_holds_all_that_is_as_near(lon: float, lat: float, margin_m: float, zoom: int) -> None:
    tiles = set(tiles_covering(np.array([[lon, lat, lon, lat]]), zoom, margin_m=margin_m))
    for bearing in np.radians(np.arange(0, 360, 30)):
        north = lat + np.cos(bearing) * margin_m / 112_000
        east = lon + np.sin(bearing) * margin_m / 112_000 / np.cos(np.radians(lat))
        if abs(east) < 180:
            x, y = tile_numbers(np.array([[east, north]]), zoom)
            assert Tile(zoom, int(x[0]), int(y[0])) in tiles


def test_a_continent_of_tiles_is_a_list_of_numbers() -> None:
    tiles = tiles_covering(np.array([[-10.0, 36.0, 30.0, 70.0]]), 12)
    assert len(tiles) > 300_000
    assert tiles.codes.nbytes == 8 * len(tiles)
    assert len(tiles.select(lambda tile: tile.x % 2 == 0)) == len(tiles) // 2
