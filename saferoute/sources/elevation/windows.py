"""Which part of a raster is read around points, and how finely: no raster takes more memory than there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from saferoute.model import InvalidInput

if TYPE_CHECKING:
    from pathlib import Path

    from rasterio.windows import Window

    from saferoute.arrays import FloatArray

FINEST_M = 0.5
"""Finer cells are read in squares of about this size: samples of a stretch lie 5 m apart, and feet are as long [J]."""
MOST_CELLS = 30_000_000
"""Most cells that are held at a time: with their masks they take 30 bytes each, together below 1 GB."""
MOST_LOOKED_AT = 4_000_000_000
"""Cells of a raster without overviews that are gone through at most: half a minute's work [J]."""


def choose_window(path: Path, data: Any, columns: FloatArray, rows: FloatArray, cell_m: float) -> tuple[Window, int]:
    """Return the part of a raster around points, and the side in cells of the squares in which it is read.

    Parameters
    ----------
    path : Path
        For the error message.
    data : DatasetReader
        The open raster.
    columns, rows : ndarray of shape (n,)
        Positions in cells, counted from the middle of the first; all of them in the raster.
    cell_m : float
        Side of a cell in m.

    Raises
    ------
    InvalidInput
        If nothing but reading every one of too many cells would tell the heights.
    """
    from rasterio.windows import Window

    left, top = int(columns.min()), int(rows.min())
    right, bottom = int(np.ceil(columns.max())), int(np.ceil(rows.max()))
    cells = (right - left + 1) * (bottom - top + 1)
    step = max(int(FINEST_M / cell_m) if cell_m > 0 else 1, int(np.ceil(np.sqrt(cells / MOST_CELLS))), 1)
    if step == 1:
        return Window(left, top, right - left + 1, bottom - top + 1), 1
    if cells > MOST_LOOKED_AT and not data.overviews(1):
        raise InvalidInput(
            f"{path}: {cells / 1e9:.0f} billion cells of {100 * cell_m:.0f} cm are too many here; make overviews "
            "(gdaladdo), or give a coarser raster"
        )
    # Squares reach half their side beyond the outer points, so that these lie between the middles of two.
    left, top = max(left - step, 0), max(top - step, 0)
    right, bottom = min(right + step, data.width - 1), min(bottom + step, data.height - 1)
    wide, high = ((stop - start + 1) // step * step for start, stop in ((left, right), (top, bottom)))
    return Window(left, top, max(wide, step), max(high, step)), step
