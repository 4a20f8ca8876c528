"""Heights of the ground at points, with their errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Heights:
    """Heights at n points, with their errors and sources.

    Attributes
    ----------
    elevation_m : ndarray of shape (n,)
        Metres above the zero of the raster; NaN where no raster covers the point.
    sigma_m, correlation_m, cell_m : ndarray of shape (n,)
        Standard error of a height, length over which that error is
        correlated, and size of a raster cell on the ground; NaN where no raster
        covers the point.
    source : ndarray of shape (n,)
        Index into `sources`, −1 where no raster covers the point.
    sources : tuple of str
        Names of the rasters.
    surface_model : ndarray of shape (n,)
        Whether the raster shows canopies and roofs instead of the ground below.
    attribution : tuple of str
        Credits that the sources ask for.
    notes : tuple of str
        Sentences for the user on everything that went wrong.
    """

    elevation_m: FloatArray
    sigma_m: FloatArray
    correlation_m: FloatArray
    cell_m: FloatArray
    source: IntArray
    sources: tuple[str, ...]
    surface_model: BoolArray
    attribution: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class HeightsBeside:
    """Heights of the ground to both sides of n points of a line.

    Attributes
    ----------
    offset_m : ndarray of shape (n, k)
        Distance of each point from the line, positive to the left of its direction.
    elevation_m : ndarray of shape (n, k)
        Metres above the zero of the raster; NaN where the raster that gave the
        height on the line has none, and where nobody asked.
    """

    offset_m: FloatArray
    elevation_m: FloatArray
