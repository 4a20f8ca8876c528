"""What a height can be, and how good heights are, by the size of a raster's cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray

LOWEST_M, HIGHEST_M = -500.0, 9000.0
"""Heights outside are garbage, whatever the nodata tag says (voids of SRTM over the sea)."""

COARSEST_M = 400.0
"""Larger cells tell nothing of a stretch: a slope fitted over 200 m would lie within a single one [J]."""

KINDS = (
    (3.0, 0.2, 1.0, False),  # lidar terrain models
    (22.0, 0.7, 10.0, False),  # national 10 and 20 m models
    (40.0, 0.8, 15.0, True),  # GLO-30, EU-DEM, SRTM at 1 second
    (150.0, 1.35, 45.0, True),  # SRTM at 3 seconds
    (COARSEST_M, 4.5, 125.0, True),  # GMTED2010 at 7.5 seconds: hills smaller than a cell are not in it
)
"""Largest cell in m, σ in m, correlation length in m, surface model: chosen so that
intervals of slopes hold as docs/validation.md measures; [J] for 10 m and for the last."""


def estimate_quality(cell_m: float) -> tuple[float, float, bool]:
    """Return σ and correlation length in m of rasters with cells of this size, and whether they show surfaces.

    Parameters
    ----------
    cell_m : float
        At most `COARSEST_M`.

    Examples
    --------
    >>> estimate_quality(1.0), estimate_quality(30.9)
    ((0.2, 1.0, False), (0.8, 15.0, True))
    """
    return next(row[1:] for row in KINDS if cell_m <= row[0])


def is_void(grid: FloatArray) -> BoolArray:
    """Return a mask of heights that are none: missing, or beyond what the earth has."""
    void: BoolArray = ~np.isfinite(grid) | (grid < LOWEST_M) | (grid > HIGHEST_M)
    return void
