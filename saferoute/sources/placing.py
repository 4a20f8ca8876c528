"""An order of rows by place, however many they are: numbers lie on disk until they are in order."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import TYPE_CHECKING

import numpy as np

from saferoute.sources import spill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from saferoute.arrays import FloatArray, IntArray

_LARGE_DEG = 0.05
"""Height or width of a row's box from which it is placed apart, so that the boxes of the others stay small [J]."""
_BINS = 1 << 20
"""Around the Earth, some 40 m at the equator: what lies in one of them is not told apart by longitude [J]."""


def iterate_by_place(boxes: FloatArray, per_block: int, folder: Path) -> Iterator[IntArray]:
    """Yield the numbers of rows, some at a time, in an order in which rows near each other follow each other.

    The order is one of strips from west to east, each by latitude, as many as
    each has blocks (Leutenegger et al. 1997, "STR: a simple and efficient
    algorithm for R-tree packing"). Memory holds one strip.

    Parameters
    ----------
    boxes : ndarray of shape (n, 4)
        West, south, east and north of each row in degrees.
    per_block : int
        Rows of a block.
    folder : Path
        Where 8 bytes lie for each row meanwhile.

    Raises
    ------
    OSError
        If the disk is full or fails.
    """
    n = len(boxes)
    starts = range(0, n, spill.AT_ONCE)
    within = np.zeros((2, _BINS), dtype=np.int64)
    for start in starts:
        is_large, bins = _bin_boxes(boxes[start : start + spill.AT_ONCE])
        np.add.at(within, (is_large, bins), 1)
    rank = np.cumsum(within.sum(axis=0))
    strip_of_bin = np.maximum(rank - 1, 0) // (per_block * max(int(np.sqrt(n / per_block)), 1))
    n_strips = int(strip_of_bin[-1]) + 1
    sizes = np.concatenate([np.bincount(strip_of_bin, of_size, n_strips) for of_size in within]).astype(np.int64)
    first = np.cumsum(sizes) - sizes
    with TemporaryFile(dir=folder) as file:
        written = first.copy()
        for start in starts:
            is_large, bins = _bin_boxes(boxes[start : start + spill.AT_ONCE])
            strip = strip_of_bin[bins] + n_strips * is_large
            order = np.argsort(strip, kind="stable")
            ends = np.flatnonzero(np.diff(strip[order], append=2 * n_strips)) + 1
            for rows in np.split(order, ends[:-1]):
                here = strip[rows[0]]
                file.seek(8 * written[here])
                file.write((start + rows).tobytes())
                written[here] += len(rows)
        file.seek(0)
        for size in sizes.tolist():
            rows = np.frombuffer(file.read(8 * size), dtype=np.int64)
            latitude = boxes[rows, 1] + boxes[rows, 3]
            yield rows[np.argsort(latitude, kind="stable")]
            spill.forget_pages(boxes)


def _bin_boxes(boxes: FloatArray) -> tuple[IntArray, IntArray]:
    """Return for each box whether it is large, 0 or 1, and the bin of its longitude."""
    west, south, east, north = boxes.T
    is_large = np.maximum(east - west, north - south) > _LARGE_DEG
    bins = np.clip(((west + east) / 720 + 0.5) * _BINS, 0, _BINS - 1).astype(np.int64)
    spill.forget_pages(boxes)
    return is_large.astype(np.int64), bins
