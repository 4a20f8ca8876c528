"""What corridors over open ground keep clear of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray


@dataclass(frozen=True)
class Blockers:
    """Everything that open ground is cut by, and the ways that lead to it.

    Attributes
    ----------
    geometry : ndarray of n geometries
        Things to keep clear of.
    margin_m : ndarray of shape (n,)
        Distance to keep from each.
    yields : ndarray of shape (n,)
        True for a use of ground, on which smaller ground may lie.
    covers : ndarray of shape (n,)
        True for those uses that say what grows or lies there. They lie on parks
        and the like of any size, for a park may be a wood.
    walls : ndarray of geometries
        What nobody walks across on the way to open ground.
    gates : ndarray of Points
        Gaps in walls that are open to everybody, as far as is known.
    shore : ndarray of geometries
        Coastline and the edges of water, for the direction of beaches.
    coastline : ndarray of LineStrings
        With the sea on the right.
    walkable : ndarray of LineStrings
        Public ways by which one gets to open ground.
    carriageways : ndarray of LineStrings
        Roads on the ground, but for drives, alleys and living streets, and rails.
    private : ndarray of LineStrings
        Ways that are closed to strangers.
    footways : ndarray of LineStrings
        Those of them that are made for walking: they lead to lawns, not to fields.
    buildings : ndarray of Polygons
        Lawns among them are of those who live there.
    """

    geometry: NDArray[np.object_]
    margin_m: FloatArray
    yields: BoolArray
    covers: BoolArray
    walls: NDArray[np.object_]
    gates: NDArray[np.object_]
    shore: NDArray[np.object_]
    coastline: NDArray[np.object_]
    walkable: NDArray[np.object_]
    carriageways: NDArray[np.object_]
    private: NDArray[np.object_]
    footways: NDArray[np.object_]
    buildings: NDArray[np.object_]
