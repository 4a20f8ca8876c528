"""The tiles of Copernicus GLO-30, and the cells and squares in which points lie.

The middles of cells lie on whole seconds of latitude. In longitude they lie
further apart towards the poles. A tile includes its north and west edges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray

Part = tuple[int, ...]
"""A square: south and west edges of its tile in degrees, then its row and column in the tile."""

ROWS = 3600
"""Rows per degree of latitude."""
COLUMNS = ((50, 3600), (60, 2400), (70, 1800), (80, 1200), (85, 720), (90, 360))
"""Latitude in degrees, and columns per degree of longitude below it (product handbook, table 6)."""
PART = 256
"""Side, in cells, of the squares that are read and cached: about 8 km."""


def tile_url(base: str, south: int, west: int) -> str:
    """Return the address of a tile.

    Parameters
    ----------
    base : str
        Address of the bucket.
    south, west : int
        Latitude and longitude of the south-west corner in degrees.

    Examples
    --------
    >>> tile_url("https://host", 48, -125)
    'https://host/Copernicus_DSM_COG_10_N48_00_W125_00_DEM/Copernicus_DSM_COG_10_N48_00_W125_00_DEM.tif'
    """
    at = f"{'N' if south >= 0 else 'S'}{abs(south):02d}_00_{'E' if west >= 0 else 'W'}{abs(west):03d}_00"
    name = f"Copernicus_DSM_COG_10_{at}_DEM"
    return f"{base.rstrip('/')}/{name}/{name}.tif"


def count_columns(south: int) -> int:
    """Return the number of columns of a tile with its south edge at some latitude in degrees.

    Examples
    --------
    >>> [count_columns(s) for s in (0, 49, 50, -50, -51, 84, 89)]
    [3600, 3600, 2400, 3600, 2400, 720, 360]
    """
    # The edge nearer the equator decides: the north one in the southern hemisphere.
    nearer = south if south >= 0 else -south - 1
    return next(n for limit, n in COLUMNS if nearer < limit)


def locate_cells(row: IntArray, lon: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the cells west and east of points, and the weight of the eastern one.

    Parameters
    ----------
    row : ndarray of shape (n,)
        Rows counted from the north pole.
    lon : ndarray of shape (n,)
        Degrees.

    Returns
    -------
    west, east : ndarray of shape (n, 4)
        South and west edges of the tile in degrees, then row and column in it.
    share : ndarray of shape (n,)
        0 to 1.
    """
    south = 89 - row // ROWS
    per_degree = np.array([count_columns(int(s)) for s in range(-90, 90)])[np.clip(south, -90, 89) + 90]
    position = (lon + 180) * per_degree
    west = np.floor(position).astype(np.int64)
    share = position - west

    def cell(column: IntArray) -> IntArray:
        column = column % (360 * per_degree)
        return np.column_stack([south, column // per_degree - 180, row % ROWS, column % per_degree])

    return cell(west), cell(np.where(share > 0, west + 1, west)), share


def parts_of_cells(cells: IntArray) -> IntArray:
    """Return the square in which each cell lies: south and west edges of its tile, then its row and column."""
    return np.column_stack([cells[:, :2], cells[:, 2:] // PART])


def is_on_tile(transform: Any, part: Part) -> bool:
    """Return whether a raster lies where its tile should, to a tenth of a cell."""
    south, west = part[:2]
    dx, dy = 1 / count_columns(south), 1 / ROWS
    # Half a cell west and north, since a transform counts from the corners of cells.
    expected = (dx, 0.0, west - dx / 2, 0.0, -dy, south + 1 + dy / 2)
    return bool(np.allclose(tuple(transform)[:6], expected, rtol=0.0, atol=dy / 10))
