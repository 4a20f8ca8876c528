"""From the tagged ground to cells, and from cells to windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.geometry import rolling

if TYPE_CHECKING:
    from saferoute.model import Cells, FloatArray, IntArray, Windows


def per_cell(cells: Cells, of_ground: FloatArray, how: str) -> FloatArray:
    """Return the least or greatest value of the ground each cell touches, shape (cells,)."""
    if not len(cells):
        return np.empty(0)
    values = of_ground[cells.pair_ground]
    starts = np.searchsorted(cells.pair_cell, np.arange(len(cells)))
    result: FloatArray = {"min": np.minimum, "max": np.maximum}[how].reduceat(values, starts)
    return result


def over_cells(windows: Windows, of_cells: FloatArray, how: str, *, run_outs: bool = False) -> FloatArray:
    """Return the minimum, maximum or sum over each window's cells, shape (windows,).

    With `run_outs` the cells before and behind a window count, too.
    """
    if not len(windows):
        return np.empty(0)
    beyond = windows.run_out_cells if run_outs else 0
    return rolling(of_cells, windows.n_cells + 2 * beyond, how)[windows.first - beyond]


def worst_ground(windows: Windows, of_ground: FloatArray) -> IntArray:
    """Return the row of `Cells.ground` with the least value that each window touches."""
    cells = windows.cells
    if not len(windows):
        return np.empty(0, dtype=np.int64)
    # Sorted by value within each cell, the first pair of a cell is its worst.
    order = np.lexsort((cells.pair_ground, of_ground[cells.pair_ground], cells.pair_cell))
    firsts = np.searchsorted(cells.pair_cell, np.arange(len(cells)))
    ground = cells.pair_ground[order][firsts]
    values = of_ground[ground]
    view = np.lib.stride_tricks.sliding_window_view(values, windows.n_cells)[windows.first]
    return ground[windows.first + view.argmin(axis=1)]
