"""Plausible heights, and the accuracy of heights by the size of a raster's cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray

LOWEST_M, HIGHEST_M = -500.0, 9000.0
"""Range of heights on earth in m; others are marks of missing data, such as the voids of SRTM over the sea."""

COARSEST_M = 400.0
"""Largest usable cell in m: a slope is fitted over up to 200 m, which would lie within a single larger one [J]."""

KINDS = (
    (3.0, 0.2, 1.0, False),  # lidar terrain models
    (22.0, 0.7, 10.0, False),  # national 10 and 20 m models
    (40.0, 0.8, 15.0, True),  # GLO-30, EU-DEM, SRTM at 1 second
    (150.0, 1.35, 45.0, True),  # SRTM at 3 seconds
    (COARSEST_M, 4.5, 125.0, True),  # GMTED2010 at 7.5 seconds: hills smaller than a cell are not in it
)
"""Rows of: largest cell in m, standard error in m, its correlation length in m, whether it is a surface model.

Chosen so that intervals of slopes cover measured slopes as often as they
should (docs/validation.md); [J] for cells of 10 m and for the last row.
"""


def estimate_quality(cell_m: float) -> tuple[float, float, bool]:
    """Return standard error in m, correlation length in m and surface model for a size of cells.

    A surface model shows roofs and treetops, where a terrain model shows the
    ground.

    Parameters
    ----------
    cell_m : float
        Side of a cell in m, at most `COARSEST_M`.

    Examples
    --------
    >>> estimate_quality(1.0), estimate_quality(30.9)
    ((0.2, 1.0, False), (0.8, 15.0, True))
    """
    return next(row[1:] for row in KINDS if cell_m <= row[0])


def is_void(grid: FloatArray) -> BoolArray:
    """Return a mask of heights that are missing or not possible on earth."""
    void: BoolArray = ~np.isfinite(grid) | (grid < LOWEST_M) | (grid > HIGHEST_M)
    return void
