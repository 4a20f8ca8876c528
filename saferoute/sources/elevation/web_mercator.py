"""Positions in Web Mercator, and the tiles in which they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.geometry import project_to_square

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray

_MOST_LATITUDE = 85.05  # degrees, where the Web Mercator square ends


def locate_on_square(lon: FloatArray, lat: FloatArray) -> FloatArray:
    """Return positions on the Web Mercator square, 0..1 to the east and south; NaN beyond its ends."""
    reached = np.isfinite(lat) & (np.abs(np.nan_to_num(lat)) < _MOST_LATITUDE)
    world = project_to_square(lon, np.where(reached, lat, 0.0))
    world[:, 0] %= 1
    return np.where(reached[:, None], world, np.nan)


def locate_tiles(world: FloatArray, level: int) -> IntArray:
    """Return the key of the tile in which each position lies: zoom, column and row."""
    return make_tile_keys(np.floor(world * (1 << level)).astype(np.int64), level)


def make_tile_keys(tile: IntArray, level: int) -> IntArray:
    """Return keys of tiles by column and row, with columns counted around the world."""
    return np.column_stack([np.full(len(tile), level), tile[:, 0] % (1 << level), tile[:, 1]])
