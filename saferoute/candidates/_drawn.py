"""How much is mapped around open ground: where nothing is, nobody has looked what stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray

DECAY_M = 40.0
"""A thing at distance d from a line counts exp(−d/40 m) [J]: about as far as half of a lawn is wide."""
_REACH_M = 5 * DECAY_M
"""What is farther counts less than 1 %."""


def measure_density(lines: NDArray[np.object_], things: NDArray[np.object_]) -> FloatArray:
    """Return how many things there are per hectare around lines, those near by counting more.

    Parameters
    ----------
    lines : ndarray of n LineStrings
    things : ndarray of Points

    Returns
    -------
    ndarray of shape (n,)
        Σ exp(−d / `DECAY_M`) by the hectares that weigh as much.

    Examples
    --------
    One thing on the middle of a line of 100 m, around which 1.8 ha count:

    >>> lines = shapely.from_wkt(["LINESTRING (0 0, 100 0)"])
    >>> measure_density(lines, shapely.points([[50, 0], [50, 900]])).round(2).tolist()
    [0.55]
    """
    line, thing = shapely.STRtree(things).query(lines, predicate="dwithin", distance=_REACH_M)
    # In the order of the things, whatever shape the tree has, on which the last digit of a sum would hang.
    order = np.lexsort((thing, line))
    line, thing = line[order], thing[order]
    weight = np.exp(-shapely.distance(lines[line], things[thing]) / DECAY_M)
    hectares = (2 * DECAY_M * shapely.length(lines) + 2 * np.pi * DECAY_M**2) / 10_000
    return np.bincount(line, weights=weight, minlength=len(lines)) / hectares
