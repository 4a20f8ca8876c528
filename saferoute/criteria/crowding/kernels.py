"""The near and the far kernel: how much of what draws people counts at a distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.geometry import pair_points_in_parts
from saferoute.osm.people import SETTINGS

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray
    from saferoute.criteria.crowding._attractors import Attractors

NEAR_M, NEAR_REACH_M = 50.0, 200.0
FAR_M, FAR_REACH_M, FAR_SHARE = 300.0, 900.0, 0.1
"""Decay and reach of the near and the far kernel, and the weight of the far one [J].

With a shop every 25 m both kernels count alike."""
_GRID_M, _MOST_CELLS = 25.0, 8_000_000
"""Spacing of the grid, and the most points of it held in memory at once."""
_GRAIN = 1e-8
"""Units to which the far kernel is rounded: a visitor in 1 800 years."""


def sum_both_kernels(xy: FloatArray, of: Attractors) -> FloatArray:
    """Return the sum of the near and the far kernel, shape (n, len(SETTINGS))."""
    near, far = sum_near_kernel(xy, of), sum_kernel_on_grid(xy, of, FAR_M, FAR_REACH_M)
    return near + FAR_SHARE * far


def sum_near_kernel(xy: FloatArray, of: Attractors) -> FloatArray:
    """Return Σ units · exp(−d/50 m) at each point and setting, over all pairs within reach."""
    sums = np.zeros((len(xy), len(SETTINGS)))
    for pairs in pair_points_in_parts(xy, of.xy, NEAR_REACH_M):
        weight = np.exp(-pairs.distance_m / NEAR_M) * of.units[pairs.thing]
        np.add.at(sums.ravel(), pairs.point * len(SETTINGS) + of.setting[pairs.thing], weight)
    return sums


def sum_kernel_on_grid(xy: FloatArray, of: Attractors, decay_m: float, reach_m: float) -> FloatArray:
    """Return Σ units · exp(−d/`decay_m`) at each point and setting, computed on a grid.

    A grid of 25 m is precise enough for far attractors, and much faster. Its
    lines are the same for every search. Attractors and points are both shared
    among the four grid points around them, so that the sum is smooth.
    """
    result = np.zeros((len(xy), len(SETTINGS)))
    if not len(xy) or not len(of.xy):
        return result
    margin = int(reach_m // _GRID_M) + 2
    low = np.floor(xy.min(axis=0) / _GRID_M).astype(np.int64) - margin
    size = np.ceil(xy.max(axis=0) / _GRID_M).astype(np.int64) + margin - low + 1
    if size.prod() > _MOST_CELLS and len(xy) > 1:
        # Too large for memory: halved along the longer side, with margins of their own.
        axis = int(np.argmax(size))
        for part in np.array_split(np.argsort(xy[:, axis], kind="stable"), 2):
            result[part] = sum_kernel_on_grid(xy[part], of, decay_m, reach_m)
        return result
    inside = ((of.xy / _GRID_M >= low + 1) & (of.xy / _GRID_M < low + size - 2)).all(axis=1)
    of = of.select_rows(inside)
    step = np.arange(-margin + 1, margin) * _GRID_M
    distance = np.hypot(step[:, None], step[None, :])
    kernel = np.where(distance <= reach_m, np.exp(-distance / decay_m), 0.0)
    # The method of scipy.signal.fftconvolve, whose import takes longer than the sums; and the kernel, which
    # all settings share, is transformed only once. What goes round the edges stays within the margins.
    fast = [_round_up_to_smooth(int(n)) for n in size]
    spread = np.fft.rfft2(kernel, fast)
    here = tuple((np.arange(n) + margin - 1) % whole for n, whole in zip(size.tolist(), fast, strict=True))
    at, share = _share_among_corners(of.xy, low, size)
    look, weight = _share_among_corners(xy, low, size)
    asked, back = np.unique(look, return_inverse=True)
    for setting in np.unique(of.setting):
        mine = of.setting == setting
        units = (share[:, mine] * of.units[mine]).ravel()
        deposit = np.bincount(at[:, mine].ravel(), units, int(size.prod())).reshape(size)
        field = np.fft.irfft2(np.fft.rfft2(deposit, fast) * spread, fast)[np.ix_(*here)].ravel()
        around = np.lib.stride_tricks.sliding_window_view(np.pad(deposit, margin - 1), kernel.shape)
        told = _round_to_grain(field[asked], _bound_error(deposit, kernel, fast), asked, around, kernel)
        # Added one by one: a sum over an axis may go in another order for other numbers of points.
        for corner, part in zip(told[back.reshape(look.shape)], weight, strict=True):
            result[:, setting] += corner * part
    return result


def _bound_error(deposit: FloatArray, kernel: FloatArray, shape: list[int]) -> float:
    """Return by how much a convolution by Fourier transforms of some shape may be off.

    The error of a transform grows with the logarithm of its size (Higham 2002, Accuracy and Stability of Numerical
    Algorithms, theorem 24.2); 8 stands for the constants of three of them.
    """
    eps = float(np.finfo(float).eps)
    return float(8 * eps * np.log2(np.prod(shape)) * np.linalg.norm(deposit) * np.linalg.norm(kernel))


def _round_to_grain(
    field: FloatArray, error: float, cells: IntArray, around: FloatArray, kernel: FloatArray
) -> FloatArray:
    """Return the field of some cells of the grid, rounded so that it does not depend on how far the grid goes on.

    Fourier transforms leave an error in every cell that depends on all others, and residues where there is nothing,
    which would count as known. Rounding takes it away, but for the cells that the error may round the other way:
    these are summed up directly.

    Parameters
    ----------
    field : ndarray of shape (n,)
        Of n cells, off by at most `error`.
    cells : ndarray of shape (n,)
        Numbers of the cells in the grid.
    around : ndarray of shape (rows, columns, *kernel.shape)
        What is put down around each cell of the grid.
    """
    grains = field / _GRAIN
    doubtful = np.abs(grains - np.floor(grains) - 0.5) <= error / _GRAIN
    for row in np.flatnonzero(doubtful):
        grains[row] = (around[np.unravel_index(cells[row], around.shape[:2])] * kernel).sum() / _GRAIN
    return np.round(grains) * _GRAIN


def _round_up_to_smooth(n: int) -> int:
    """Return the least number from n on that has no prime factor above 5: Fourier transforms are fast at that size."""
    twos, threes, fives = (base ** np.arange(1 + np.ceil(np.log(n) / np.log(base))) for base in (2.0, 3.0, 5.0))
    smooth = np.multiply.outer(np.multiply.outer(twos, threes), fives)
    return int(smooth[smooth >= n].min())


def _share_among_corners(xy: FloatArray, low: IntArray, size: IntArray) -> tuple[IntArray, FloatArray]:
    """Return the four grid cells around each point and its share in each, both of shape (4, n)."""
    position = xy / _GRID_M - low
    cell = np.floor(position).astype(np.int64)
    part = position - cell
    cells, shares = [], []
    for dx in (0, 1):
        for dy in (0, 1):
            cells.append((cell[:, 0] + dx) * size[1] + cell[:, 1] + dy)
            shares.append(np.abs(1 - dx - part[:, 0]) * np.abs(1 - dy - part[:, 1]))
    return np.array(cells).reshape(4, -1), np.array(shares).reshape(4, -1)
