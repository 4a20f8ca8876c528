"""Web-Mercator tiles: which there are, where they lie, and in which metric zone each is surveyed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from saferoute.geometry.geodesy import metric_crs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray, IntArray

    Box = tuple[float, float, float, float]

MOST_LAT = 85.0511287
"""Where the square of Web Mercator ends, degrees."""
EARTH_M = 40_075_016.68
"""Around the equator (WGS 84)."""


@dataclass(frozen=True, order=True)
class Tile:
    """A tile of the usual scheme: x from 180° W to the east, y from the north to the south."""

    zoom: int
    x: int
    y: int

    @property
    def quadkey(self) -> str:
        """Return the key whose beginnings are the keys of the tiles that hold this one."""
        return format_quadkeys(np.array([self.x]), np.array([self.y]), self.zoom)[0]

    @property
    def box(self) -> Box:
        """West, south, east, north in degrees; points on the west and north edges belong to it."""
        edge_x = np.array([self.x, self.x + 1]) / 2**self.zoom
        edge_y = np.array([self.y + 1, self.y]) / 2**self.zoom
        west, east = edge_x * 360 - 180
        south, north = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * edge_y))))
        return float(west), float(south), float(east), float(north)

    @property
    def crs(self) -> str:
        """The UTM zone of its middle: one for all its stretches, and for all tiles of a zone."""
        west, south, east, north = self.box
        return metric_crs((west + east) / 2, (south + north) / 2)

    @property
    def area_km2(self) -> float:
        """Its area on the ground, km²."""
        west, south, east, north = np.radians(self.box)
        return float((east - west) * (np.sin(north) - np.sin(south)) * 6371.0072**2)

    def adjacent_tiles(self) -> list[Tile]:
        """Return the tiles around it, up to eight."""
        size = 2**self.zoom
        around = [(self.x + i, self.y + j) for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]
        return [Tile(self.zoom, x % size, y) for x, y in around if 0 <= y < size]


def parse_quadkey(quadkey: str) -> Tile:
    """Return the tile of a key.

    Examples
    --------
    >>> parse_quadkey("120223").quadkey
    '120223'
    """
    x = int("".join(str(int(digit) & 1) for digit in quadkey) or "0", 2)
    y = int("".join(str(int(digit) >> 1) for digit in quadkey) or "0", 2)
    return Tile(len(quadkey), x, y)


def tile_numbers(lonlat: FloatArray, zoom: int) -> tuple[IntArray, IntArray]:
    """Return x and y of the tiles that hold points of shape (n, 2)."""
    size = 2**zoom
    lat = np.radians(np.clip(lonlat[:, 1], -MOST_LAT, MOST_LAT))
    x = np.floor((lonlat[:, 0] + 180) / 360 * size)
    y = np.floor((1 - np.arcsinh(np.tan(lat)) / np.pi) / 2 * size)
    return np.clip(x, 0, size - 1).astype(np.int64), np.clip(y, 0, size - 1).astype(np.int64)


def format_quadkeys(x: IntArray, y: IntArray, zoom: int) -> list[str]:
    """Return the keys of tiles.

    Examples
    --------
    >>> format_quadkeys(np.array([3]), np.array([5]), 3)
    ['213']
    """
    digits = np.zeros((len(x), zoom), dtype=np.int64)
    for level in range(zoom):
        bit = zoom - 1 - level
        digits[:, level] = ((x >> bit) & 1) + 2 * ((y >> bit) & 1)
    return ["".join(map(str, row)) for row in digits.tolist()]


def tiles_covering(box: Box, zoom: int) -> list[Tile]:
    """Return the tiles that hold a box of degrees, in the order of their keys."""
    west, south, east, north = box
    x, y = tile_numbers(np.array([[west, north], [east, south]]), zoom)
    tiles = [Tile(zoom, i, j) for i in range(int(x[0]), int(x[1]) + 1) for j in range(int(y[0]), int(y[1]) + 1)]
    return sorted(tiles, key=lambda tile: tile.quadkey)


def zones_of_tiles(x: IntArray, y: IntArray, zoom: int) -> NDArray[np.object_]:
    """Return the metric zone of each tile."""
    known = {(i, j): Tile(zoom, i, j).crs for i, j in set(zip(x.tolist(), y.tolist(), strict=True))}
    return np.array([known[pair] for pair in zip(x.tolist(), y.tolist(), strict=True)], dtype=object)
