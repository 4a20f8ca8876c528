"""Compact text encoding of coordinates and heights: a sixth of the size of GeoJSON."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Transformer

from saferoute.geometry import indices_of_slices
from saferoute.model import WGS84

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Place

    Geometries = NDArray[np.object_]

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""Digits of base 64; none needs an escape in JSON or HTML."""
_DIGITS = np.zeros(128, dtype=np.int64)
"""Digit of each character of `ALPHABET`, by its code."""
_DIGITS[np.frombuffer(ALPHABET.encode("ascii"), dtype=np.uint8)] = np.arange(len(ALPHABET))
_BITS = 5
"""Bits of a number in each of its digits."""
_MORE = 2**_BITS
"""Added to every digit of a number but its last."""
UNKNOWN_HEIGHT = 2**22
"""Step that stands for an unknown height: 42 km in cm, which no ground rises."""
_ROW = 200
"""Height of a row in steps of the grid, a few hundred metres; lines are written row by row."""


@dataclass(frozen=True)
class Grid:
    """A grid of 10^-decimals degrees around a point, on which lines are written as text.

    A line is the numbers ``x0, y0, dx1, dy1, …``: its first point, then the steps
    from point to point. As in encoded polylines, the sign of a number becomes its
    lowest bit, and the bits are written in fives, lowest first, each as a character
    of `ALPHABET`; 32 is added where more characters of the number follow. Longitudes
    count from the grid's point, so that nothing jumps at 180°.

    Attributes
    ----------
    lon, lat : float
        The point in degrees east and north, WGS 84.
    decimals : int
        Decimals of a degree: 5 are 1.1 m, 6 are 0.11 m.
    to_degrees : Transformer
        From the CRS of the geometries to longitude and latitude.
    """

    lon: float
    lat: float
    decimals: int
    to_degrees: Transformer

    @classmethod
    def around_place(cls, place: Place, crs: str, *, decimals: int) -> Grid:
        """Return the grid around a place, for geometries in `crs`."""
        transformer = Transformer.from_crs(crs, WGS84, always_xy=True)
        return cls(round(place.lon, decimals), round(place.lat, decimals), decimals, transformer)

    def to_json(self) -> dict[str, float]:
        """Return the numbers from which the page decodes lines."""
        return {"lon": self.lon, "lat": self.lat, "decimals": self.decimals}

    def encode_line(self, line: Any) -> str:
        """Return a line as text, ``""`` if it is shorter than a step."""
        xy, owner = shapely.get_coordinates(line, return_index=True)
        cells, _ = _drop_repeated_points(self._to_cells(xy), owner)
        return encode_numbers(_steps_between(cells)) if len(cells) > 1 else ""

    def encode_lines(self, lines: Geometries) -> str:
        """Return many lines as one text: for each the number of its points, then its numbers.

        The first point of a line counts from that of the line before. Lines come row
        by row, each a few hundred metres high, so that these steps are short, too.
        """
        xy, line = shapely.get_coordinates(lines, return_index=True)
        return _pack_lines(self._to_cells(xy), line, fewest=2)

    def encode_rings(self, polygons: Geometries) -> str:
        """Return the outlines and holes of polygons as one text, like `encode_lines`.

        Closing points are dropped. The page fills by the even-odd rule, which needs no
        mark of what is a hole.
        """
        xy, ring = shapely.get_coordinates(shapely.get_rings(polygons), return_index=True)
        closing = np.diff(ring, append=-1) != 0
        return _pack_lines(self._to_cells(xy[~closing]), ring[~closing], fewest=3)

    def encode_point(self, x: float, y: float) -> list[int]:
        """Return a point as steps of the grid to the east and to the north."""
        east, north = self._to_cells(np.array([[x, y]]))[0].tolist()
        return [east, north]

    def _to_cells(self, xy: FloatArray) -> IntArray:
        lon, lat = self.to_degrees.transform(xy[:, 0], xy[:, 1])
        # The short way round: a line may cross the 180th meridian.
        east = (lon - self.lon + 180) % 360 - 180
        cells: IntArray = np.rint(np.column_stack([east, lat - self.lat]) * 10**self.decimals).astype(np.int64)
        return cells


def _pack_lines(cells: IntArray, owner: IntArray, fewest: int) -> str:
    """Return lines as one text, from the cells of all points and the line that each belongs to."""
    cells, owner = _drop_repeated_points(cells, owner)
    _, number, count = np.unique(owner, return_inverse=True, return_counts=True)
    enough = count >= fewest
    cells, count = cells[enough[number]], count[enough]
    first = np.cumsum(count) - count
    # By row, then from west to east, so that neighbours follow each other.
    order = np.lexsort((cells[first, 1], cells[first, 0], cells[first, 1] // _ROW))
    first, count = first[order], count[order]
    steps = np.diff(cells, axis=0, prepend=0)
    # A line's first step leads from the start of the line before, and its number of points stands before it.
    steps[first] = np.diff(cells[first], axis=0, prepend=0)
    at = np.cumsum(2 * count + 1) - (2 * count + 1)
    return encode_numbers(np.insert(steps[indices_of_slices(first, count)].ravel(), at - np.arange(len(at)), count))


def _drop_repeated_points(cells: IntArray, owner: IntArray) -> tuple[IntArray, IntArray]:
    """Return cells and owners without points equal to the one before on the same line."""
    moved = np.ones(len(cells), dtype=bool)
    moved[1:] = (cells[1:] != cells[:-1]).any(axis=1) | (owner[1:] != owner[:-1])
    return cells[moved], owner[moved]


def _steps_between(cells: IntArray) -> IntArray:
    steps: IntArray = np.diff(cells, axis=0, prepend=[[0, 0]]).ravel()
    return steps


def encode_heights(metres: FloatArray) -> str | None:
    """Return the steps between heights in cm as text.

    Parameters
    ----------
    metres : ndarray of shape (n,)
        NaN where the height is unknown: that step is `UNKNOWN_HEIGHT`, and the
        next one counts from the last known height.

    Returns
    -------
    str or None
        None if no height is known.
    """
    if not np.isfinite(metres).any():
        return None
    cm = np.rint(metres * 100)
    known = np.isfinite(cm)
    steps = np.full(len(cm), UNKNOWN_HEIGHT, dtype=np.int64)
    steps[known] = np.diff(cm[known], prepend=0).astype(np.int64)
    return encode_numbers(steps)


def encode_numbers(numbers: IntArray) -> str:
    """Return whole numbers as one text (see `Grid`)."""
    return "".join(_encode_number(number) for number in numbers.tolist())


def encode_counts(counts: Iterable[int]) -> str:
    """Return whole numbers from 0 on as one text, in digits as of `encode_numbers` but without a sign."""
    return "".join(_encode_count(count) for count in counts)


@lru_cache(maxsize=4096)
def _encode_number(number: int) -> str:
    return _encode_count(number << 1 if number >= 0 else ~(number << 1))


def _encode_count(rest: int) -> str:
    word = ""
    while rest >= _MORE:
        word += ALPHABET[_MORE + rest % _MORE]
        rest //= _MORE
    return word + ALPHABET[rest]


def read_line(word: str, grid: Mapping[str, float]) -> FloatArray:
    """Return the points of a line that `Grid.encode_line` wrote.

    Parameters
    ----------
    word : str
    grid : mapping
        What `Grid.to_json` returned.

    Returns
    -------
    ndarray of shape (n, 2)
        Degrees east and north.
    """
    return _cells_to_degrees(np.array(_read_numbers(word), dtype=float).reshape(-1, 2).cumsum(axis=0), grid)


def read_lines(word: str, grid: Mapping[str, float]) -> list[FloatArray]:
    """Return the points of lines that `Grid.encode_lines` or `Grid.encode_rings` wrote.

    Parameters
    ----------
    word : str
    grid : mapping
        What `Grid.to_json` returned.

    Returns
    -------
    list of ndarray of shape (n, 2)
        Degrees east and north.
    """
    numbers = np.array(_read_numbers(word), dtype=float)
    ends = [0]
    while ends[-1] < len(numbers):
        ends.append(ends[-1] + 1 + 2 * int(numbers[ends[-1]]))
    if len(ends) == 1:
        return []
    steps = np.delete(numbers, ends[:-1]).reshape(-1, 2)
    count = np.diff(ends) // 2
    first = np.cumsum(count) - count
    cells = steps.cumsum(axis=0)
    # A line begins at a step from where the line before began, not from where it ended.
    cells += np.repeat(steps[first].cumsum(axis=0) - cells[first], count, axis=0)
    degrees = _cells_to_degrees(cells, grid)
    return [degrees[a : a + n] for a, n in zip(first.tolist(), count.tolist(), strict=True)]


def _cells_to_degrees(cells: FloatArray, grid: Mapping[str, float]) -> FloatArray:
    result: FloatArray = np.array([grid["lon"], grid["lat"]]) + cells * 10.0 ** -grid["decimals"]
    return result


def _read_numbers(word: str) -> list[int]:
    """Return the numbers that `encode_numbers` wrote."""
    return [~(count >> 1) if count & 1 else count >> 1 for count in read_counts(word)]


def read_counts(word: str) -> list[int]:
    """Return the numbers that `encode_counts` wrote.

    Examples
    --------
    >>> read_counts(encode_counts([0, 31, 32, 5000]))
    [0, 31, 32, 5000]
    """
    digits = _DIGITS[np.frombuffer(word.encode("ascii"), dtype=np.uint8)]
    last = np.flatnonzero(digits < _MORE)
    first = np.concatenate([[0], last + 1])[: len(last)]
    place = np.arange(len(digits)) - np.repeat(first, last + 1 - first)
    return np.add.reduceat(digits % _MORE << _BITS * place, first).tolist() if len(first) else []
