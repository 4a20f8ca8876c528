"""From the tagged ground to cells, and from cells to windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.geometry import take_slices

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Cells, Windows


def reduce_to_samples(cells: Cells, of_ground: FloatArray, how: str) -> FloatArray:
    """Return the least or greatest value of the ground each cell touches, shape (cells,)."""
    if not len(cells):
        return np.empty(0)
    values = of_ground[cells.pair_ground]
    result: FloatArray = {"min": np.minimum, "max": np.maximum}[how].reduceat(values, cells.first_pair[:-1])
    return result


def reduce_to_windows(windows: Windows, of_cells: FloatArray, how: str, *, run_outs: bool = False) -> FloatArray:
    """Return the minimum, maximum or sum over each window's cells, shape (windows,).

    With `run_outs` the cells before and behind a window count, too.
    """
    if not len(windows):
        return np.empty(0)
    beyond = windows.run_out_cells if run_outs else 0
    values = take_slices(of_cells, windows.first - beyond, windows.n_cells + 2 * beyond)
    result: FloatArray = {"min": np.minimum, "max": np.maximum, "sum": np.add}[how].reduce(values, axis=1)
    return result


def find_worst_ground(windows: Windows, of_ground: FloatArray) -> IntArray:
    """Return the row of `Cells.ground` with the least value that each window touches."""
    cells = windows.cells
    if not len(windows):
        return np.empty(0, dtype=np.int64)
    # Sorted by value within each cell, the first pair of a cell is its worst.
    order = np.lexsort((cells.pair_ground, of_ground[cells.pair_ground], cells.pair_cell))
    ground = cells.pair_ground[order][cells.first_pair[:-1]]
    return ground[windows.first + take_slices(of_ground[ground], windows.first, windows.n_cells).argmin(axis=1)]
