"""Merging of heights from several sources, and lookups in grids that are cut into tiles."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from saferoute.model import Heights
from saferoute.sources.elevation.seams import widen_at_seams

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.sources import ElevationSource


def unknown_heights(n: int) -> Heights:
    """Return n heights, none of which is known."""
    unknown = np.full(n, np.nan)
    return Heights(
        elevation_m=unknown,
        sigma_m=unknown,
        correlation_m=unknown,
        cell_m=unknown,
        source=np.full(n, -1),
        sources=(),
        surface_model=np.zeros(n, dtype=bool),
    )


def merge_heights(samples: Heights, more: Heights, where: BoolArray) -> Heights:
    """Return heights in which those at some points are replaced by another source's.

    Parameters
    ----------
    samples : Heights
        Heights at n points.
    more : Heights
        Heights at the m points that `where` marks.
    where : ndarray of shape (n,), bool
        The points to replace.

    Returns
    -------
    Heights
        Heights at n points, with the sources, attributions and notes of both.
    """

    def put(old: FloatArray, new: FloatArray) -> FloatArray:
        result = old.copy()
        result[where] = new
        return result

    # Numbers of sources index `sources`: those of the other one come behind ours, and −1 stays "none".
    source = samples.source.copy()
    source[where] = np.where(more.source < 0, -1, more.source + len(samples.sources))
    surface = samples.surface_model.copy()
    surface[where] = more.surface_model
    return Heights(
        elevation_m=put(samples.elevation_m, more.elevation_m),
        sigma_m=put(samples.sigma_m, more.sigma_m),
        correlation_m=put(samples.correlation_m, more.correlation_m),
        cell_m=put(samples.cell_m, more.cell_m),
        source=source,
        sources=samples.sources + more.sources,
        surface_model=surface,
        attribution=tuple(dict.fromkeys(samples.attribution + more.attribution)),
        notes=tuple(dict.fromkeys(samples.notes + more.notes)),
    )


def read_heights_where(
    source: ElevationSource, xy: FloatArray, crs: str, *, where: BoolArray, base: Heights | None = None
) -> Heights:
    """Return heights in which a source has been asked for some of the points.

    Parameters
    ----------
    source : ElevationSource
        The source to ask; it is not asked if `where` marks no point.
    xy : ndarray of shape (n, 2)
        Points in `crs`.
    crs : str
    where : ndarray of shape (n,), bool
        The points to ask for.
    base : Heights, optional
        Heights at the other points; by default they are not known.
    """
    base = unknown_heights(len(xy)) if base is None else base
    return merge_heights(base, source.read_heights(xy[where], crs), where) if where.any() else base


class InTurn:
    """An elevation source that asks several sources in turn for each point.

    Parameters
    ----------
    sources : sequence of ElevationSource
        Each one is asked only for points at which those before it know no height.
    """

    def __init__(self, sources: Sequence[ElevationSource]) -> None:
        self._sources = tuple(sources)

    def read_heights(self, xy: FloatArray, crs: str) -> Heights:
        """Return heights at points of shape (n, 2) given in `crs`; NaN where no source has one."""
        result = unknown_heights(len(xy))
        for source in self._sources:
            result = read_heights_where(source, xy, crs, where=~np.isfinite(result.elevation_m), base=result)
        if not np.isfinite(result.elevation_m).any():
            # Sources are credited only for heights that are used; their notes stay, as they say what failed.
            return replace(result, attribution=())
        known = [np.where(result.source == k, result.elevation_m, np.nan) for k in range(len(result.sources))]
        return widen_at_seams(result, xy, known)


def gather_heights(keys: IntArray, at: IntArray, tile: Callable[[tuple[int, ...]], FloatArray | None]) -> FloatArray:
    """Return the heights of n cells of a grid that is cut into tiles.

    Parameters
    ----------
    keys : ndarray of shape (n, k)
        Key of the tile of each cell: k whole numbers.
    at : ndarray of shape (n, 2)
        Row and column of each cell within its tile.
    tile : callable
        Function from a key to the heights of its tile, or None if it is absent.

    Returns
    -------
    ndarray of shape (n,)
        NaN where the tile is absent.
    """
    heights = np.full(len(at), np.nan)
    for key, rows in _group_rows(keys):
        grid = tile(key)
        if grid is not None:
            heights[rows] = grid[at[rows, 0], at[rows, 1]]
    return heights


def distinct_keys(keys: IntArray) -> list[tuple[int, ...]]:
    """Return each distinct row of an array of shape (n, k), in ascending order."""
    return [key for key, _ in _group_rows(keys)]


def _group_rows(keys: IntArray) -> list[tuple[tuple[int, ...], IntArray]]:
    """Return each distinct row with the indices at which it occurs."""
    if not len(keys):
        return []
    low = keys.min(axis=0)
    # One number per row: sorting numbers is many times faster than np.unique along an axis.
    number = np.ravel_multi_index(tuple((keys - low).T), tuple(keys.max(axis=0) - low + 1))
    order = np.argsort(number, kind="stable")
    starts = np.flatnonzero(np.diff(number[order])) + 1
    return [(tuple(keys[rows[0]].tolist()), rows) for rows in np.split(order, starts)]


def interpolate_between(low: FloatArray, high: FloatArray, share: FloatArray) -> FloatArray:
    """Return heights interpolated between two; one without weight may be NaN.

    Parameters
    ----------
    low, high : ndarray of shape (n,)
        Heights in m.
    share : ndarray of shape (n,)
        Weight of `high`, 0 to 1.
    """
    # 0 times NaN is NaN, so that a term without weight is replaced, not multiplied.
    part = np.where(share > 0, share * high, 0.0)
    result: FloatArray = np.where(share < 1, (1 - share) * low, 0.0) + part
    return result
