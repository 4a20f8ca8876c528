"""Web-Mercator tiles: their keys, their boxes and their metric zones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import mercantile
import numpy as np

from saferoute.geometry import project_to_square
from saferoute.geometry.geodesy import metric_crs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray, IntArray

    Box = tuple[float, float, float, float]

MOST_LAT = 85.0511287
"""Latitude in degrees where the square of Web Mercator ends."""

LEAST_ZOOM, MOST_ZOOM = 5, 13
"""Zooms of the vector tiles on a scan's page.

At 13 a step of the grid is 0.6 m at 60° and 1.2 m at the equator; maps look closer by enlarging.
"""
EXTENT = 4096
"""Steps of the grid of a vector tile along each side."""


@dataclass(frozen=True, order=True)
class Tile:
    """A tile of the usual scheme of web maps.

    Attributes
    ----------
    zoom : int
    x, y : int
        Number of the tile from 180° W to the east, and from the north to the south.
    """

    zoom: int
    x: int
    y: int

    @property
    def quadkey(self) -> str:
        """Quadkey of the tile; it begins with the quadkey of every tile that holds it."""
        return mercantile.quadkey(self.x, self.y, self.zoom)

    @property
    def box(self) -> Box:
        """West, south, east and north in degrees; points on the west and north edges belong to the tile."""
        west, south, east, north = mercantile.bounds(self.x, self.y, self.zoom)
        return west, south, east, north

    @property
    def crs(self) -> str:
        """UTM zone of the middle, in which all stretches of the tile are measured."""
        west, south, east, north = self.box
        return metric_crs((west + east) / 2, (south + north) / 2)

    @property
    def area_km2(self) -> float:
        """Area on the ground in km²."""
        west, south, east, north = np.radians(self.box)
        # Radius in km of the sphere that has the surface of the Earth (authalic).
        return float((east - west) * (np.sin(north) - np.sin(south)) * 6371.0072**2)

    def adjacent_tiles(self) -> list[Tile]:
        """Return the tiles around this one, eight at most."""
        size = 2**self.zoom
        around = [(self.x + i, self.y + j) for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]
        # Tiles go around the Earth at 180°, and end at the poles.
        return [Tile(self.zoom, x % size, y) for x, y in around if 0 <= y < size]


def tile_numbers(lonlat: FloatArray, zoom: int) -> tuple[IntArray, IntArray]:
    """Return the numbers of the tiles that hold points.

    Parameters
    ----------
    lonlat : ndarray of shape (n, 2)
        Degrees east and north. Latitudes beyond `MOST_LAT` count as on the edge.
    zoom : int

    Returns
    -------
    x, y : ndarray of shape (n,)
    """
    size = 2**zoom
    square = project_to_square(lonlat[:, 0], np.clip(lonlat[:, 1], -MOST_LAT, MOST_LAT))
    # Longitude 180 would lie one tile beyond the last.
    x, y = np.clip(np.floor(square * size), 0, size - 1).astype(np.int64).T
    return x, y


def project_to_steps(lonlat: FloatArray, zoom: int) -> FloatArray:
    """Return points on the grid of the vector tiles of a zoom, `EXTENT` steps a tile, east and south.

    Parameters
    ----------
    lonlat : ndarray of shape (n, 2)
        Degrees east and north.
    zoom : int
    """
    return project_to_square(lonlat[:, 0], lonlat[:, 1]) * (2.0**zoom * EXTENT)


def format_quadkeys(x: IntArray, y: IntArray, zoom: int) -> list[str]:
    """Return the quadkeys of tiles.

    Examples
    --------
    >>> format_quadkeys(np.array([3]), np.array([5]), 3)
    ['213']
    """
    return [mercantile.quadkey(i, j, zoom) for i, j in zip(x.tolist(), y.tolist(), strict=True)]


def tiles_covering(box: Box, zoom: int) -> list[Tile]:
    """Return the tiles that cover a box of degrees, in the order of their quadkeys.

    A tile that the box touches with its south or east edge alone is one of them, unlike with
    `mercantile.tiles`: points on that edge belong to it.
    """
    west, south, east, north = box
    x, y = tile_numbers(np.array([[west, north], [east, south]]), zoom)
    tiles = [Tile(zoom, i, j) for i in range(int(x[0]), int(x[1]) + 1) for j in range(int(y[0]), int(y[1]) + 1)]
    return sorted(tiles, key=lambda tile: tile.quadkey)


def zones_of_tiles(x: IntArray, y: IntArray, zoom: int) -> NDArray[np.object_]:
    """Return the metric zone of each tile as an EPSG code."""
    known = {(i, j): Tile(zoom, i, j).crs for i, j in set(zip(x.tolist(), y.tolist(), strict=True))}
    return np.array([known[pair] for pair in zip(x.tolist(), y.tolist(), strict=True)], dtype=object)
