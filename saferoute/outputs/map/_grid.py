"""Coordinates as short words: a sixth of the size of GeoJSON."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Transformer

from saferoute.model import WGS84

if TYPE_CHECKING:
    from saferoute.model import FloatArray, IntArray, Place

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""Needs no escape in JSON or HTML."""
_MORE = 32


@dataclass(frozen=True)
class Grid:
    """Steps of 10^-decimals degrees from a point.

    A line is the numbers ``x0, y0, dx1, dy1, …`` (first point, then steps from
    point to point) in one word: of each number the sign becomes the lowest bit,
    and the bits are written in fives, lowest first, as a character of
    `ALPHABET`; 32 is added where more characters of the number follow.
    Longitudes count from the point on, so that nothing jumps at 180°.
    """

    lon: float
    lat: float
    decimals: int
    to_degrees: Transformer

    @classmethod
    def at(cls, place: Place, crs: str, *, decimals: int) -> Grid:
        """Return the grid around a place, for geometries in `crs`."""
        transformer = Transformer.from_crs(crs, WGS84, always_xy=True)
        return cls(round(place.lon, decimals), round(place.lat, decimals), decimals, transformer)

    def to_json(self) -> dict[str, float]:
        """Return what the page needs to undo this."""
        return {"lon": self.lon, "lat": self.lat, "decimals": self.decimals}

    def line(self, line: Any) -> str:
        """Return a line, '' where it is shorter than a step."""
        return _steps(self._cells(shapely.get_coordinates(line)), fewest=2)

    def polygon(self, polygon: Any) -> list[str]:
        """Return the outer ring and the holes without their closing points, [] where too small."""
        rings = [_steps(self._cells(shapely.get_coordinates(ring))[:-1], fewest=3) for ring in _rings(polygon)]
        return [rings[0], *(ring for ring in rings[1:] if ring)] if rings and rings[0] else []

    def _cells(self, xy: FloatArray) -> IntArray:
        lon, lat = self.to_degrees.transform(xy[:, 0], xy[:, 1])
        east = (lon - self.lon + 180) % 360 - 180
        cells: IntArray = np.rint(np.column_stack([east, lat - self.lat]) * 10**self.decimals).astype(np.int64)
        return cells


def _rings(polygon: Any) -> list[Any]:
    return [polygon.exterior, *polygon.interiors]


def _steps(cells: IntArray, fewest: int) -> str:
    moved = np.ones(len(cells), dtype=bool)
    moved[1:] = (cells[1:] != cells[:-1]).any(axis=1)
    cells = cells[moved]
    if len(cells) < fewest:
        return ""
    return "".join(_word(step) for step in np.diff(cells, axis=0, prepend=[[0, 0]]).ravel().tolist())


@lru_cache(maxsize=4096)
def _word(number: int) -> str:
    rest = number << 1 if number >= 0 else ~(number << 1)
    word = ""
    while rest >= _MORE:
        word += ALPHABET[_MORE + rest % _MORE]
        rest //= _MORE
    return word + ALPHABET[rest]
