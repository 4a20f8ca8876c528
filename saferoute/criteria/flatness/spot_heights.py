"""Slopes of the ground by spot heights: what the map tells of the height of stops, guideposts and tops of hills.

A plane is fitted to the spot heights around. Each is off by what mappers round
and copy, and the more the farther away it is, as ground bends. So spot heights
that do not agree tell little, and one alone tells nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from saferoute.osm import relief

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Features

REACH_M = 1000.0
"""Distance within which spot heights are looked for [J]: from the foot of a hill to its top."""
_SQUARE_M = 100.0
"""Spot heights in one square of this grid are one, their median: two stops of one name are no two witnesses [J]."""
_SIGMA_M = 10.0
"""Standard error of a spot height [J]: of a stop's own ground, of rounding, and of where the node stands."""
_BEND_M = 4000.0
"""Ground leaves its tangent plane by d² over this at a distance d [J]: by 22 m at 300 m, by 250 m at 1 km."""
_COPIED_SIGMA_M = 30.0
"""Further error of a height that stands elsewhere within `REACH_M`, too [J].

Where mappers do not know it, they copy that of the village: stops around Triesen all have 463 m, up to 60 m off."""
_USUAL_SLOPE = 0.3
"""Standard deviation of slopes of ground anywhere, in each direction [J], where heights tell none of their own."""
_LEAST_PLACES = 2
_LOCAL_SIGMA = 0.7
"""Standard deviation of the logarithm of the steepness of a piece of ground over that of a plane around it [M].

Around Bad Wildbad the tenth and ninetieth percentile are −1.3 and .8 by the guideposts and stops there."""
_FLOOR_M = 40.0
"""Height above the lowest place around from which ground is surely on no valley floor [M].

Around Bad Wildbad the steepness alone does not tell the valley's floor from its sides (area under the curve .5 to .7),
but the height above the lowest place does (.7 to .85)."""
_SURE, _LEAST_PCT, _LEAST_RISE_M = 1.28, 6.0, 20.0
"""What is called a hillside in words: such a steepness, but for one time in ten, so far above the foot [M].

Around Bad Wildbad 91 % of what this calls so by 19 guideposts is steeper than 8 %, and 96 % by 71 stops; of the ground
below 5 % it calls 16 and 4 % so, of that above 15 % two fifths and a third."""
_LEVEL = 1e-9
"""Stands for the steepness of a level plane, which has no direction up."""


class SpotHeights(NamedTuple):
    """Heights of n places.

    Attributes
    ----------
    xy : ndarray of shape (n, 2)
        Metres.
    height_m, sigma_m : ndarray of shape (n,)
        Height of each place above the sea, and its standard error.
    """

    xy: FloatArray
    height_m: FloatArray
    sigma_m: FloatArray


class Tilts(NamedTuple):
    """How the ground lies around n points by the spot heights there; NaN where too few are told.

    Attributes
    ----------
    pct, sigma_pct : ndarray of shape (n,)
        Steepness up the slope in %, and its standard error.
    rise_m, rise_sigma_m : ndarray of shape (n,)
        How far the ground at each point lies above the lowest place around, and its standard error.
    """

    pct: FloatArray
    sigma_pct: FloatArray
    rise_m: FloatArray
    rise_sigma_m: FloatArray

    def weigh(self, other_sigma: float) -> FloatArray:
        """Return how much these tell of the steepness at each point, 0..1, against what else is known of it.

        Both are known as logarithms, and are weighed by their errors; `other_sigma` is that of the other. On
        the floor of a valley these tell nothing: the heights on its sides are not its own.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = (self.sigma_pct / self.pct) ** 2 + _LOCAL_SIGMA**2
            above = np.clip((self.rise_m - self.rise_sigma_m) / _FLOOR_M, 0.0, 1.0)
        return np.nan_to_num(above * other_sigma**2 / (other_sigma**2 + variance))

    def is_hillside(self) -> BoolArray:
        """Return a mask of points of which the heights around tell that they lie on a slope, well above its foot."""
        steep = self.pct - _SURE * self.sigma_pct > _LEAST_PCT
        above: BoolArray = steep & (self.rise_m - self.rise_sigma_m > _LEAST_RISE_M)
        return above


def collect_spot_heights(features: Features) -> SpotHeights:
    """Return the heights that points of the map tell, one for each square of 100 m."""
    told = relief.read_heights(features.points)
    known = np.flatnonzero(np.isfinite(told))
    xy = shapely.get_coordinates(features.points.geometry[known])
    square, of_square = np.unique(np.floor(xy / _SQUARE_M), axis=0, return_inverse=True)
    of_square, count = of_square.ravel(), len(square)
    order = np.lexsort((told[known], of_square))
    middle = np.searchsorted(of_square[order], np.arange(count)) + np.bincount(of_square, minlength=count) // 2
    chosen = order[middle]
    height = told[known][chosen]
    sigma = np.where(_is_copied(xy[chosen], height), np.hypot(_SIGMA_M, _COPIED_SIGMA_M), _SIGMA_M)
    return SpotHeights(xy[chosen], height, sigma)


def _is_copied(xy: FloatArray, height_m: FloatArray) -> BoolArray:
    """Return a mask of places of which another one, no neighbour of theirs, tells the same height."""
    points = shapely.points(xy)
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=REACH_M)
    same = (height_m[one] == height_m[other]) & (np.hypot(*(xy[one] - xy[other]).T) > 2 * _SQUARE_M)
    copied = np.zeros(len(xy), dtype=bool)
    copied[one[same]] = True
    return copied


def fit_tilts(xy: FloatArray, spots: SpotHeights) -> Tilts:
    """Return how the ground lies around points, by planes fitted to the spot heights within `REACH_M`.

    Parameters
    ----------
    xy : ndarray of shape (n, 2)
        Metres.
    spots : SpotHeights

    Examples
    --------
    Between three places on a slope of 20 %, and between two of one height:

    >>> xy, sigma = np.array([[0.0, 300.0], [-200.0, -300.0], [250.0, 0.0]]), np.full(3, 10.0)
    >>> slope = fit_tilts(np.zeros((1, 2)), SpotHeights(xy, 500 + 0.2 * xy[:, 1], sigma))
    >>> slope.pct.round().tolist(), slope.sigma_pct.round().tolist(), slope.rise_m.round().tolist()
    ([19.0], [7.0], [60.0])
    >>> fit_tilts(np.zeros((1, 2)), SpotHeights(xy[:2], np.full(2, 500.0), sigma[:2])).pct.tolist()
    [0.0]
    """
    n = len(xy)
    point, spot, away = _pair_with_spots(xy, spots)
    lowest = np.full(n, np.inf)
    np.minimum.at(lowest, point, spots.height_m[spot])
    x, y = (spots.xy[spot] - xy[point]).T
    sigma = np.hypot(spots.sigma_m[spot], away**2 / _BEND_M)
    columns = np.stack([np.ones(len(point)), x, y, spots.height_m[spot] - lowest[point]], axis=1) / sigma[:, None]
    products = (columns[:, :, None] * columns[:, None, :]).reshape(len(point), 16)
    sums = np.stack([np.bincount(point, one, n) for one in products.T], axis=1).reshape(n, 4, 4).astype(float)
    count = np.bincount(point, minlength=n)
    result = np.full((4, n), np.nan)
    enough = np.flatnonzero(count >= _LEAST_PLACES)
    result[:, enough] = _solve_planes(sums[enough], count[enough])
    return Tilts(*result)


def choose_pairs(xy: FloatArray, spots: SpotHeights) -> FloatArray:
    """Return by how much two spot heights around each point differ, and how far apart they are, in m, shape (n, 2).

    One is the nearest, the other that to which the ground rises or falls most for its distance. Around each point there
    are to be two or more.
    """
    point, spot, away = _pair_with_spots(xy, spots)
    nearest = _choose_least(point, away)[point]
    rise = np.abs(spots.height_m[spot] - spots.height_m[spot[nearest]])
    # On the very spot of a height both distances are 0.
    pair = _choose_least(point, -rise / np.fmax(away + away[nearest], 1.0))
    apart = np.hypot(*(spots.xy[spot[pair]] - spots.xy[spot[nearest[pair]]]).T)
    return np.column_stack([rise[pair], apart])


def _pair_with_spots(xy: FloatArray, spots: SpotHeights) -> tuple[IntArray, IntArray, FloatArray]:
    """Return pairs of points and spot heights within `REACH_M`, and their distances."""
    tree = shapely.STRtree(shapely.points(spots.xy))
    point, spot = tree.query(shapely.points(xy), predicate="dwithin", distance=REACH_M)
    # As the map has them, whatever shape the tree has: sums depend on the order in their last digit.
    order = np.lexsort((spot, point))
    point, spot = point[order], spot[order]
    return point, spot, np.hypot(*(spots.xy[spot] - xy[point]).T)


def _choose_least(point: IntArray, amount: FloatArray) -> IntArray:
    """Return the row of the least amount of each point."""
    order = np.lexsort((amount, point))
    return order[np.unique(point[order], return_index=True)[1]]


def _solve_planes(sums: FloatArray, count: IntArray) -> FloatArray:
    """Return the rows of `Tilts` of planes, of which the weighted products of 1, x, y and the rise are told."""
    covariance = np.linalg.inv(sums[:, :3, :3] + np.diag([0.0, _USUAL_SLOPE**-2, _USUAL_SLOPE**-2]))
    plane = (covariance @ sums[:, :3, 3:])[:, :, 0]
    steepness = np.hypot(*plane[:, 1:].T)
    # Heights that are no plane, by more than their errors, make all of it less sure.
    misfit = (sums[:, 3, 3] - (plane * sums[:, :3, 3]).sum(axis=1)) / np.fmax(count - 3, 1)
    inflation = np.sqrt(np.fmax(misfit, 1.0))
    up = plane[:, 1:] / np.fmax(steepness, _LEVEL)[:, None]
    sigma = np.sqrt(np.einsum("ni,nij,nj->n", up, covariance[:, 1:, 1:], up))
    return np.stack([100 * steepness, 100 * inflation * sigma, plane[:, 0], inflation * np.sqrt(covariance[:, 0, 0])])
