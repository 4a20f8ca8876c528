"""Densities around places along the chains, computed once per 50 m."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Cells

SPACING_CELLS = 10


def place_stations(cells: Cells) -> tuple[FloatArray, IntArray]:
    """Return one point every ten cells of each chain, and the station of each cell.

    Returns
    -------
    xy : ndarray of shape (s, 2)
    of_cell : ndarray of shape (cells,)
    """
    if not len(cells):
        return np.empty((0, 2)), np.empty(0, dtype=np.int64)
    block = cells.number // SPACING_CELLS
    begins = np.flatnonzero(np.r_[True, (np.diff(cells.chain) != 0) | (np.diff(block) != 0)])
    of_cell = np.searchsorted(begins, np.arange(len(cells)), side="right") - 1
    sizes = np.diff(np.r_[begins, len(cells)])
    middle = begins + sizes // 2
    return cells.xy[middle + cells.chain[middle]], of_cell
