"""Ways of cyclists and skaters beside a stretch: where they run, join or cross."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.candidates import recall_or_compute_samples
from saferoute.criteria import _samples
from saferoute.criteria.crowding.wheels import BICYCLES, ROUTE_BESIDE
from saferoute.geometry import indices_of_slices
from saferoute.osm import access, ways, widths
from saferoute.table import Tags

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, Columns, FloatArray, IntArray
    from saferoute.model import Features, Samples, Windows
    from saferoute.products import Arrays

CLOSE_M = 2.0
"""Distance of the line from the edge of a route below which it is close: the veer of a runner in 12 m [J]."""
_BESIDE_WAY_M, _BESIDE_OPEN_GROUND_M = 5.0, 10.0
"""Distance below which a way for bicycles is beside a way, and beside a line on open ground, where nothing leads either
those who run or those who ride [J]."""


@dataclass(frozen=True)
class Routes:
    """The nearest way of cyclists or skaters beside each of n samples; that on which one runs is none.

    Attributes
    ----------
    distance_m : ndarray of shape (n,)
        From the line to the edge of the way, infinite where none is near.
    bearing_deg : ndarray of shape (n,)
        Direction in which it lies, NaN where it meets the line or none is near.
    is_ahead : ndarray of bool, shape (n,)
        Whether it lies rather ahead or behind than beside.
    """

    distance_m: FloatArray
    bearing_deg: FloatArray
    is_ahead: BoolArray

    def rate_windows(self, windows: Windows) -> FloatArray:
        """Return the desirability of each window by what runs beside it and its run-outs, 1 where nothing does."""
        away = _samples.reduce_to_windows(windows, self.distance_m, "min", run_outs=True)
        return np.select([away <= CLOSE_M, np.isfinite(away)], [ROUTE_BESIDE, BICYCLES], 1.0)

    def describe_runs(self, samples: Samples, runs: tuple[IntArray, IntArray], out: int) -> Columns:
        """Return the nearest way along runs of samples and their run-outs.

        Parameters
        ----------
        runs : pair of ndarray of shape (r,)
            First sample and number of samples of each run.
        out : int
            Number of samples of the run-out at either end of each.

        Returns
        -------
        columns of r rows
            ``route_m``, from the line and its run-outs or, of what lies ahead, from the end of the line, NaN without
            any; ``route_bearing_deg``; ``is_route_ahead``.
        """
        first, n_samples = runs[0] - out, runs[1] + 2 * out
        owner, inside = np.repeat(np.arange(len(first)), n_samples), indices_of_slices(first, n_samples)
        begins = np.cumsum(n_samples) - n_samples
        nearest = inside[np.lexsort((self.distance_m[inside], owner))[begins]]
        away, is_last = self.distance_m[nearest], (nearest == first) | (nearest == first + n_samples - 1)
        ahead = self.is_ahead[nearest] & is_last & np.isfinite(self.bearing_deg[nearest])
        away = away + np.where(ahead, out * samples.step_m, 0.0)
        return {
            "route_m": np.where(np.isfinite(away), away, np.nan),
            "route_bearing_deg": self.bearing_deg[nearest],
            "is_route_ahead": ahead,
        }


def find_routes_beside(windows: Windows, features: Features) -> Routes:
    """Return the ways of cyclists and skaters that run beside samples, join them or cross.

    Only samples of windows and their run-outs are looked at. On roads they keep to the carriageway, so that a road
    counts where it is close.
    """
    samples, rows = windows.samples, np.flatnonzero(_samples.mark_used(windows, run_outs=True))
    found = Routes(np.full(len(samples), np.inf), np.full(len(samples), np.nan), np.zeros(len(samples), dtype=bool))
    near = recall_or_compute_samples(
        samples, features, "routes", rows, lambda new: _look_for_routes(samples, features, new)
    )
    found.distance_m[rows], found.bearing_deg[rows] = near["distance_m"], near["bearing_deg"]
    found.is_ahead[rows] = near["is_ahead"]
    return found


def _look_for_routes(samples: Samples, features: Features, rows: IntArray) -> Arrays:
    """Return what `Routes` tells of some samples, by name."""
    found = Routes(np.full(len(rows), np.inf), np.full(len(rows), np.nan), np.zeros(len(rows), dtype=bool))
    of_ways = Tags.of(features.ways)
    route = access.is_meant_for_wheels(of_ways) & ~ways.is_off_ground(of_ways)
    if not len(rows) or not route.any():
        return vars(found)
    of_routes, lines = of_ways.select_rows(route), features.ways.geometry[route]
    half_m = widths.estimate_way_widths(of_ways)[0][route] / 2
    road = ways.is_motor_road(of_routes)
    reach = half_m + np.where(road, CLOSE_M, _BESIDE_OPEN_GROUND_M)
    way, row = shapely.STRtree(samples.lines[rows]).query(lines, predicate="dwithin", distance=reach)
    sample = rows[row]
    link = shapely.get_coordinates(shapely.shortest_line(samples.lines[sample], lines[way])).reshape(-1, 2, 2)
    east, north = (link[:, 1] - link[:, 0]).T
    away = np.fmax(np.hypot(east, north) - half_m[way], 0.0)
    within = _find_reach(samples)[sample]
    counts = (away <= np.where(road[way], CLOSE_M, within)) & ~_is_on_route(samples)[sample]
    # The last of several is kept, which is the nearest.
    order = np.flatnonzero(counts)[np.argsort(-away[counts], kind="stable")]
    found.distance_m[row[order]] = away[order]
    bearing = np.where(np.hypot(east, north) > 0, np.degrees(np.arctan2(east, north)) % 360, np.nan)
    found.bearing_deg[row[order]] = bearing[order]
    start = sample + samples.stroke[sample]
    (dx, dy) = (samples.xy[start + 1] - samples.xy[start]).T
    along, across = np.abs(dx * east + dy * north), np.abs(dx * north - dy * east)
    found.is_ahead[row[order]] = (along > across)[order]
    return vars(found)


def _find_reach(samples: Samples) -> FloatArray:
    """Return the distance from each sample within which a way for bicycles is beside it."""
    on_way = (samples.ground["origin"] == "way").astype(float)
    return np.where(_samples.reduce_to_samples(samples, on_way, "max") > 0, _BESIDE_WAY_M, _BESIDE_OPEN_GROUND_M)


def _is_on_route(samples: Samples) -> BoolArray:
    """Return a mask of samples on ways of cyclists or skaters, which are told of by their own tags."""
    own = access.is_meant_for_wheels(samples.ground).astype(float)
    is_own: BoolArray = _samples.reduce_to_samples(samples, own, "max") > 0
    return is_own
