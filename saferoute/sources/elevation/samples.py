"""Heights of several sources put together, and grids of tiles read as if they were one."""

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
    """Return n heights of which none is known."""
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
    """Return the samples with those of another source put in at some of the points.

    Parameters
    ----------
    samples : ElevationSamples
        At n points.
    more : ElevationSamples
        At the m points that `where` marks.
    where : ndarray of shape (n,), bool
    """

    def put(old: FloatArray, new: FloatArray) -> FloatArray:
        result = old.copy()
        result[where] = new
        return result

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
    """Return `base` (by default nothing known) with heights of a source at the points that `where` marks."""
    base = unknown_heights(len(xy)) if base is None else base
    return merge_heights(base, source.read_heights(xy[where], crs), where) if where.any() else base


class InTurn:
    """Heights of the first source that knows a point.

    Parameters
    ----------
    sources : sequence of ElevationSource
        A later one is asked only for what those before it do not know.
    """

    def __init__(self, sources: Sequence[ElevationSource]) -> None:
        self._sources = tuple(sources)

    def read_heights(self, xy: FloatArray, crs: str) -> Heights:
        """Return heights at points of shape (n, 2) given in `crs`."""
        result = unknown_heights(len(xy))
        for source in self._sources:
            result = read_heights_where(source, xy, crs, where=~np.isfinite(result.elevation_m), base=result)
        if not np.isfinite(result.elevation_m).any():
            return replace(result, attribution=())
        known = [np.where(result.source == k, result.elevation_m, np.nan) for k in range(len(result.sources))]
        return widen_at_seams(result, xy, known)


def gather_heights(keys: IntArray, at: IntArray, tile: Callable[[tuple[int, ...]], FloatArray | None]) -> FloatArray:
    """Return the heights of n cells of a grid that is cut into tiles, NaN where a tile is absent.

    Parameters
    ----------
    keys : ndarray of shape (n, k)
        Tile of each cell.
    at : ndarray of shape (n, 2)
        Row and column within the tile.
    tile : callable
        Returns the heights of a tile by its key.
    """
    heights = np.full(len(at), np.nan)
    for key, rows in _group_rows(keys):
        grid = tile(key)
        if grid is not None:
            heights[rows] = grid[at[rows, 0], at[rows, 1]]
    return heights


def distinct_keys(keys: IntArray) -> list[tuple[int, ...]]:
    """Return each row of an array of shape (n, k) once, in order."""
    return [key for key, _ in _group_rows(keys)]


def _group_rows(keys: IntArray) -> list[tuple[tuple[int, ...], IntArray]]:
    """Return each distinct row, and where it stands."""
    if not len(keys):
        return []
    low = keys.min(axis=0)
    number = np.ravel_multi_index(tuple((keys - low).T), tuple(keys.max(axis=0) - low + 1))
    order = np.argsort(number, kind="stable")
    starts = np.flatnonzero(np.diff(number[order])) + 1
    return [(tuple(keys[rows[0]].tolist()), rows) for rows in np.split(order, starts)]


def interpolate_between(low: FloatArray, high: FloatArray, share: FloatArray) -> FloatArray:
    """Return what lies between two heights; one of no weight may be unknown."""
    part = np.where(share > 0, share * high, 0.0)
    result: FloatArray = np.where(share < 1, (1 - share) * low, 0.0) + part
    return result
