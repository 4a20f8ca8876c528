"""Web-Mercator tiles: their keys, their boxes and their metric zones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

import mercantile
import numpy as np

from saferoute.geometry import indices_of_slices, project_to_square
from saferoute.geometry.geodesy import metric_crs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray, IntArray

    Box = tuple[float, float, float, float]

MOST_LAT = 85.0511287
"""Latitude in degrees where the square of Web Mercator ends."""

_WORLD = (-180.0, -90.0, 180.0, 90.0)
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

    def widen_box(self, margin_m: float) -> Box:
        """Return the box in degrees with at least a margin in metres on each side, cut off at the poles."""
        west, south, east, north = self.box
        # A degree of latitude has at least 110 574 m (WGS 84); one of longitude shrinks to the poles.
        high = margin_m / 110_574.0
        south, north = max(south - high, -90.0), min(north + high, 90.0)
        wide = high / max(math.cos(math.radians(max(-south, north))), 0.01)
        return west - wide, south, east + wide, north

    @property
    def crs(self) -> str:
        """UTM zone of the middle, in which all stretches of the tile are measured."""
        west, south, east, north = self.box
        return metric_crs((west + east) / 2, (south + north) / 2)

    @property
    def is_far_from_seams(self) -> bool:
        """True if the tile, those around it and all smaller ones in these lie in one metric zone."""
        boxes = (tile.box for tile in (self, *self.adjacent_tiles()))
        corners = (corner for west, south, east, north in boxes for corner in ((west, south), (east, north)))
        return len({metric_crs(lon, lat) for lon, lat in corners}) == 1

    @property
    def widest_m(self) -> float:
        """Width in metres at the edge nearer to the equator, on the sphere of Web Mercator."""
        _, south, _, north = self.box
        nearest = 0.0 if south <= 0 <= north else min(abs(south), abs(north))
        return 40_075_016.7 / 2**self.zoom * math.cos(math.radians(nearest))

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


def list_tiles_at(tile: Tile, zoom: int) -> list[Tile]:
    """Return the tiles of a zoom within a tile, or the one that holds it."""
    if zoom <= tile.zoom:
        up = tile.zoom - zoom
        return [Tile(zoom, tile.x >> up, tile.y >> up)]
    n = 2 ** (zoom - tile.zoom)
    return [Tile(zoom, tile.x * n + i, tile.y * n + j) for i in range(n) for j in range(n)]


def overlap_of(one: Box, other: Box) -> Box:
    """Return the part of a box that lies in another."""
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


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
    bits = np.arange(zoom)[::-1]
    digits = ord("0") + (x[:, None] >> bits & 1) + 2 * (y[:, None] >> bits & 1)
    text = digits.astype(np.uint8).tobytes().decode()
    return [text[at : at + zoom] for at in range(0, zoom * len(x), zoom)]


class Tiles(Sequence[Tile]):
    """Tiles that share no ground in the order of their quadkeys, nine bytes each.

    Parameters
    ----------
    zoom : int
        That of the smallest.
    codes : ndarray of shape (n,)
        The quadkeys as numbers to the base of 4, ascending: of a larger tile that of the first one of `zoom` in it.
    levels : ndarray of shape (n,), optional
        By how many zooms each is larger; by default none is.
    """

    def __init__(self, zoom: int, codes: IntArray, levels: NDArray[np.uint8] | None = None) -> None:
        self.zoom, self.codes = zoom, codes
        self.levels = np.zeros(len(codes), dtype=np.uint8) if levels is None else levels

    def __len__(self) -> int:
        """Return the number of tiles."""
        return len(self.codes)

    def __iter__(self) -> Iterator[Tile]:
        """Yield the tiles, each made when it is asked for."""
        for start in range(0, len(self.codes), _AT_ONCE):
            codes = self.codes[start : start + _AT_ONCE]
            levels = self.levels[start : start + _AT_ONCE].tolist()
            for x, y, up in zip(_pick_bits(codes, self.zoom), _pick_bits(codes >> 1, self.zoom), levels, strict=True):
                yield Tile(self.zoom - up, x >> up, y >> up)

    @overload
    def __getitem__(self, at: int) -> Tile: ...

    @overload
    def __getitem__(self, at: slice) -> Tiles: ...

    def __getitem__(self, at: int | slice) -> Tile | Tiles:
        """Return one tile, or several."""
        if isinstance(at, slice):
            return Tiles(self.zoom, self.codes[at], self.levels[at])
        return next(iter(Tiles(self.zoom, self.codes[[at]], self.levels[[at]])))

    def select(self, is_wanted: Callable[[Tile], bool]) -> Tiles:
        """Return the tiles for which a function holds."""
        wanted = np.fromiter(map(is_wanted, self), dtype=bool, count=len(self))
        return Tiles(self.zoom, self.codes[wanted], self.levels[wanted])


_AT_ONCE = 1 << 16
"""Tiles of which objects are made, or squares that are counted out, at a time."""


def _pick_bits(codes: IntArray, zoom: int) -> list[int]:
    """Return the numbers that every other bit of codes makes, beginning with the last."""
    bits = np.arange(zoom)
    numbers: list[int] = (((codes[:, None] >> (2 * bits)) & 1) << bits).sum(axis=1).tolist()
    return numbers


def _encode_tiles(x: IntArray, y: IntArray, zoom: int) -> IntArray:
    """Return the quadkeys of tiles as numbers."""
    bits = np.arange(zoom)
    of_x, of_y = ((number[:, None] >> bits) & 1 for number in (x, y))
    codes: IntArray = ((of_x | of_y << 1) << (2 * bits)).sum(axis=1)
    return codes


def tiles_covering(boxes: FloatArray, zoom: int, *, margin_m: float = 0.0, within: Box = _WORLD) -> Tiles:
    """Return the tiles that cover boxes.

    A tile that a box touches with its south or east edge alone is one of them, unlike with
    `mercantile.tiles`: points on that edge belong to it.

    Parameters
    ----------
    boxes : ndarray of shape (n, 4)
        West, south, east and north in degrees.
    zoom : int
    margin_m : float, optional
        Metres by which each box is wider.
    within : tuple of float, optional
        Box in degrees that all tiles touch.
    """
    # A degree of latitude has at least 110 574 m (WGS 84); one of longitude shrinks to the poles.
    high = margin_m / 110_574.0
    south, north = boxes[:, 1] - high, boxes[:, 3] + high
    wide = high / np.fmax(np.cos(np.radians(np.fmin(np.fmax(-south, north), MOST_LAT))), 0.01)
    x0, y0 = tile_numbers(np.c_[boxes[:, 0] - wide, north], zoom)
    x1, y1 = tile_numbers(np.c_[boxes[:, 2] + wide, south], zoom)
    first, last = np.transpose(tile_numbers(np.array([[within[0], within[3]], [within[2], within[1]]]), zoom))
    frames = np.c_[np.fmax(np.c_[x0, y0], first), np.fmin(np.c_[x1, y1], last)]
    found = np.empty(0, dtype=np.int64)
    for _, codes in _count_out(np.unique(frames[(frames[:, :2] <= frames[:, 2:]).all(axis=1)], axis=0), zoom):
        found = np.union1d(found, codes)
    return Tiles(zoom, found)


def sum_by_tile(boxes: FloatArray, amounts: IntArray, zoom: int) -> tuple[IntArray, IntArray]:
    """Return the tiles that boxes touch, and the sum of what all boxes hold that touch each of them.

    Parameters
    ----------
    boxes : ndarray of shape (n, 4)
        West, south, east and north in degrees.
    amounts : ndarray of shape (n,)
        What each box holds.
    zoom : int

    Returns
    -------
    codes, sums : ndarray of shape (tiles,)
        Quadkeys as numbers, ascending, and the sums.
    """
    frames = np.c_[(*tile_numbers(boxes[:, [0, 3]], zoom), *tile_numbers(boxes[:, [2, 1]], zoom))]
    frames, of = np.unique(frames, axis=0, return_inverse=True)
    held = _add_up(of, amounts, len(frames))
    codes, sums = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    for at, found in _count_out(frames, zoom):
        codes, of = np.unique(np.r_[codes, found], return_inverse=True)
        sums = _add_up(of, np.r_[sums, held[at]], len(codes))
    return codes, sums


def _add_up(numbers: IntArray, amounts: IntArray, size: int) -> IntArray:
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, numbers.reshape(-1), amounts)
    return sums


def _count_out(frames: IntArray, zoom: int) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield frames (first x, first y, last x, last y) and the tiles in each, by their quadkeys as numbers."""
    columns, rows = frames[:, 2] - frames[:, 0] + 1, frames[:, 3] - frames[:, 1] + 1
    # Few at a time, since a frame may hold many tiles and a tile lie in many frames.
    part = np.cumsum(columns * rows) // _AT_ONCE
    for of_part in np.split(np.arange(len(frames)), np.flatnonzero(np.diff(part)) + 1):
        held = (columns * rows)[of_part]
        at, number = np.repeat(of_part, held), indices_of_slices(np.zeros_like(held), held)
        x, y = frames[at, 0] + number % columns[at], frames[at, 1] + number // columns[at]
        yield at, _encode_tiles(x, y, zoom)


def zones_of_tiles(x: IntArray, y: IntArray, zoom: int) -> NDArray[np.object_]:
    """Return the metric zone of each tile as an EPSG code."""
    known = {(i, j): Tile(zoom, i, j).crs for i, j in set(zip(x.tolist(), y.tolist(), strict=True))}
    return np.array([known[pair] for pair in zip(x.tolist(), y.tolist(), strict=True)], dtype=object)
