"""Tiles of several sizes: where ways are few, four tiles are one.

Each tile is surveyed with a margin, of which small tiles have more: the country
takes a third less time in tiles of 25 km than of 6. A worker holds as much then as
of a tile in the middle of a city. What is found is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.scan.tiles import Tiles, sum_by_tile

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray

MOST_WAYS = 12_000
"""Most ways of a tile that stands for several [J]."""
_LEVELS = 2
"""Most zooms by which a tile is larger than the smallest."""


def join_tiles(tiles: Tiles, boxes: FloatArray, counts: IntArray, *, most: int, coarsest: int) -> Tiles:
    """Return tiles of which those with few ways are joined to the larger tile that holds them.

    Tiles near a seam between metric zones stay as they are: of what lies there
    several tiles tell, each in its own zone.

    Parameters
    ----------
    tiles : Tiles
        All of one zoom. Of those that are not among them nothing is to be found.
    boxes : ndarray of shape (n, 4)
        West, south, east and north in degrees of boxes that together hold all ways.
    counts : ndarray of shape (n,)
        Number of ways in each box.
    most : int
        Most ways of a larger tile, counting all of every box that touches it; 0 = none is joined.
    coarsest : int
        Zoom of the largest tiles.
    """
    if not most:
        return tiles
    for level in range(1, min(_LEVELS, tiles.zoom - coarsest) + 1):
        codes, ways = sum_by_tile(boxes, counts, tiles.zoom - level)
        tiles = _join_level(tiles, level, full=codes[ways > most])
    return tiles


def _join_level(tiles: Tiles, level: int, *, full: IntArray) -> Tiles:
    """Return tiles with those joined that may be, to tiles larger by some zooms, of which some are too `full`."""
    parents, first, of = np.unique(tiles.codes >> (2 * level), return_index=True, return_inverse=True)
    is_whole = np.ones(len(parents), dtype=bool)
    # Where a smaller one could not be joined, the larger one would hold it.
    is_whole[of[tiles.levels != level - 1]] = False
    is_joined = is_whole & ~np.isin(parents, full)
    at = np.flatnonzero(is_joined)
    larger = Tiles(tiles.zoom - level, parents[at])
    is_joined[at] = np.fromiter((tile.is_far_from_seams for tile in larger), dtype=bool, count=len(larger))
    codes, levels = tiles.codes.copy(), tiles.levels.copy()
    codes[first[is_joined]] = parents[is_joined] << (2 * level)
    levels[first[is_joined]] = level
    stays = ~is_joined[of]
    stays[first] = True
    return Tiles(tiles.zoom, codes[stays], levels[stays])
