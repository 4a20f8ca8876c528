"""Where the sea ends: beaches that are drawn down to low water, and bays that are drawn over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.osm import ground, water

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import IntArray
    from saferoute.table import Tags

_ALONG_M = 5.0
"""A coastline this near to a beach is its edge: both are drawn by eye [J]."""


def take_beaches_off_bays(areas: Tags, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the shapes of areas, those of bays and straits without the smaller beaches that lie on them.

    Parameters
    ----------
    areas : Tags of n rows
    shapes : ndarray of n geometries
    """
    bays, beaches = np.flatnonzero(water.is_bay(areas)), _find_beaches(areas)
    bay, beach = shapely.STRtree(shapes[beaches]).query(shapes[bays], predicate="intersects")
    smaller = shapely.area(shapes[beaches[beach]]) < shapely.area(shapes[bays[bay]])
    carved = shapes.copy()
    for one in np.unique(bay[smaller]):
        on_it = shapely.union_all(shapely.make_valid(shapes[beaches[beach[smaller & (bay == one)]]]))
        carved[bays[one]] = shapely.difference(shapely.make_valid(shapes[bays[one]]), on_it)
    return carved


def open_coast_at_beaches(coast: NDArray[np.object_], areas: Tags, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return coastlines without what runs over or along a beach: there one gets from one side to the other.

    Parameters
    ----------
    coast : ndarray of LineStrings
    areas : Tags of n rows
    shapes : ndarray of n geometries
    """
    beaches = shapely.buffer(shapes[_find_beaches(areas)], _ALONG_M)
    beaches = beaches[np.unique(shapely.STRtree(beaches).query(coast, predicate="intersects")[1])]
    return shapely.difference(coast, shapely.union_all(beaches)) if len(beaches) else coast


def _find_beaches(areas: Tags) -> IntArray:
    """Return the rows of beaches and sand by the shore."""
    return np.flatnonzero(np.isin(ground.find_kinds(areas), list(ground.SHORE_KINDS)))
