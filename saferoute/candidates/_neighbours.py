"""What lies around open ground and tells whose it is, and how completely it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Neighbours:
    """What lies around open ground.

    Attributes
    ----------
    schools : ndarray of Polygons
        Buildings of schools whose ground is not mapped.
    infields : ndarray of Polygons
        Ground within closed running tracks.
    gardens : ndarray of Polygons
        Private gardens.
    fields : ndarray of Polygons
        Fields, hay meadows and the like.
    castles : ndarray of Polygons
        Castles and forts with their courts; not all of their walls and steps may be drawn.
    stadiums, hospitals, institutes, memorials, graves : ndarray of Polygons
        With all that lies within; graves are burial grounds by their name or past.
    gone : ndarray of Polygons
        Where buildings, works or pits were that are no more.
    roads : ndarray of LineStrings
        Roads of every class on the ground, drives among them.
    drawn : ndarray of Points
        Where something is drawn: small objects, trees, and every 25 m of a path or a row of trees.
    """

    schools: NDArray[np.object_]
    infields: NDArray[np.object_]
    gardens: NDArray[np.object_]
    fields: NDArray[np.object_]
    castles: NDArray[np.object_]
    stadiums: NDArray[np.object_]
    hospitals: NDArray[np.object_]
    institutes: NDArray[np.object_]
    memorials: NDArray[np.object_]
    graves: NDArray[np.object_]
    gone: NDArray[np.object_]
    roads: NDArray[np.object_]
    drawn: NDArray[np.object_]
