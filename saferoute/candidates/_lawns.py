"""Whose a lawn is: everybody's, a farmer's, or of those who live around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.candidates._blockers import Blockers
    from saferoute.candidates._neighbours import Neighbours

_LARGEST_LAWN_M2 = 15_000.0
"""Grass larger than this, outside parks and sports grounds, is taken for a farmer's [J],
and so is grass that only roads, tracks and paths lead to: in Liechtenstein's valley nearly all
of it is, while Helsinki's lawns have footways beside them."""
LEADS_M = 30.0
"""A footway this near leads to a lawn [J]."""
BUILDING_NEAR_M = 25.0
"""A lawn's edge this near to a building belongs to it, as far as one can tell [J]."""
_FOOTWAY_ALONG_M = 5.0
"""A footway this near to a lawn's edge runs along it [J]."""
_MOST_BUILT, _LEAST_WALKED = 0.5, 0.25
"""Shares of a lawn's edge near buildings and along footways, above and below which it is no
ground for everybody. Of 35 lawns between the houses of Schaan, Eschen and Triesenberg 34 have
over .55 near buildings and all under .21 along footways; the public lawns of Helsinki and
Prague, also those between blocks of flats, have .42 to 1 along footways."""
_FIELD_ALONG_M = 5.0
"""A field this near to a lawn's edge borders on it [J]."""
_MOST_FARMED = 0.5
"""Share of a lawn's edge along fields above which it is a strip between fields, which is mown for hay [J]."""
_PIECE_M = 5.0
"""Shares of an edge are counted by pieces no longer than this."""


class Lawns:
    """Tells whose lawns are, given the buildings, gardens, fields and footways around.

    Parameters
    ----------
    blockers : Blockers
    neighbours : Neighbours
    """

    def __init__(self, blockers: Blockers, neighbours: Neighbours) -> None:
        self._footways = shapely.STRtree(blockers.footways)
        self._homes = shapely.STRtree(np.concatenate([blockers.buildings, neighbours.gardens]))
        self._fields = shapely.STRtree(neighbours.fields)

    def find_reason(self, lawn: shapely.Geometry, kind: str) -> str:
        """Return why grass outside parks and sports grounds is not everybody's, ``""`` where nothing says so."""
        if kind == "meadow" or shapely.area(lawn) > _LARGEST_LAWN_M2:
            return "farmland"
        if not len(self._footways.query(lawn, predicate="dwithin", distance=LEADS_M)):
            return "farmland"
        if self._is_unwalked_among(lawn, self._fields, _FIELD_ALONG_M, _MOST_FARMED):
            return "farmland"
        return "garden or yard" if self.is_plot(lawn) else ""

    def is_plot(self, lawn: shapely.Geometry) -> bool:
        """Return whether a lawn lies among houses and gardens, and no footway runs along it."""
        return self._is_unwalked_among(lawn, self._homes, BUILDING_NEAR_M, _MOST_BUILT)

    def _is_unwalked_among(self, lawn: shapely.Geometry, things: shapely.STRtree, near_m: float, most: float) -> bool:
        edge = _cut_edge(lawn)
        beside = _share_near(things, edge, near_m) > most
        return beside and _share_near(self._footways, edge, _FOOTWAY_ALONG_M) < _LEAST_WALKED


def _cut_edge(ground: shapely.Geometry) -> NDArray[np.object_]:
    """Return the edge of ground as LineStrings of two points, none longer than `_PIECE_M`."""
    rings = shapely.get_parts(shapely.segmentize(shapely.boundary(ground), _PIECE_M))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    joined = np.diff(ring) == 0
    return shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1)[joined])


def _share_near(tree: shapely.STRtree, edge: NDArray[np.object_], distance_m: float) -> float:
    """Return the share, by length, of pieces of an edge whose middle has something within a distance."""
    length = shapely.length(edge)
    middles = shapely.line_interpolate_point(edge, 0.5, normalized=True)
    near = np.unique(tree.query(middles, predicate="dwithin", distance=distance_m)[0])
    return float(length[near].sum() / length.sum())
