"""Heights of the ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Heights:
    """Heights at n points, with what is known of their error.

    Attributes
    ----------
    elevation_m : ndarray of shape (n,)
        NaN where no raster covers the point.
    sigma_m, correlation_m, cell_m : ndarray of shape (n,)
        Standard error of a height, length over which that error is
        correlated, and ground size of a raster cell; NaN where uncovered.
    source : ndarray of shape (n,)
        Index into `sources`, −1 where uncovered.
    sources : tuple of str
        Names of the rasters.
    surface_model : ndarray of shape (n,)
        Whether the raster shows canopies and roofs where there are any.
    notes : tuple of str
        What went wrong on the way, in words for the user.
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
