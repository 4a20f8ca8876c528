"""The index of activity on foot: a sum of causes, each with a reach below 1 km.

At a point the activity of a setting is

    Σ units · (exp(−d/50 m) + .1 · exp(−d/300 m))      over places, d ≤ 900 m
    + way factor · the same sum over floor area and streets (more on a promenade)

The near kernel stands for the frontage: one block explains most (Liu & Griswold
2009, San Francisco). The far kernel stands for the walk to and from a place: a
quarter to half a mile (Singleton et al. 2021, Utah). The streets around stand
for the reach of the street network at walking radii, the best network measure
in three cities (Karlsson 2020, Amsterdam, London, Stockholm: r = .33). They
count more with the class and length of the street at the point, which stand for
its betweenness.

Every term grows with what is mapped, and no total is shared out, so one more
café never empties a street. The way factor does not apply to places: a café
adds as much to every way at the same distance, and the ways around it keep
their order. Shops stand on the busy streets anyway.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from saferoute.criteria.crowding._attractors import CENTRE, PARK, RESIDENTIAL, Attractors, find_attractors
from saferoute.criteria.crowding.kernels import (
    FAR_M,
    FAR_REACH_M,
    FAR_SHARE,
    NEAR_M,
    sum_both_kernels,
    sum_kernel_on_grid,
    sum_near_kernel,
)
from saferoute.criteria.crowding.walked import (
    MARK_M,
    PROMENADE,
    is_by_water,
    make_street_attractors,
    rate_nearby_ways,
    select_walked_ways,
)
from saferoute.geometry import count_nearby, measure_coverage, pair_points, place_points_evenly
from saferoute.osm.ways import is_street_to_live_in
from saferoute.products import recall_or_compute
from saferoute.rows import recall_or_compute_rows

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.model import Features
    from saferoute.table import Table

REACH_M = 950.0
"""Distance beyond which nothing affects a point: `FAR_REACH_M` and a cell of the grid, rounded up."""
_ALL_M = 1000.0
"""`REACH_M`, and what the grid adds to it at worst: the diagonals of the cells of a point and of what draws people."""
EDGE_M = 300.0
"""Distance from the map's edge below which the order of places is not to be trusted.

What draws people beyond it is not on the map: with sites below 100 m the rank correlation with counters was .36,
without them .87. 300 m is the decay of the far kernel."""
DWELLERS_PER_UNIT = 45.0
"""Dwellers who make as many walks, at three a day each, as a small shop has visits [J]."""

_A_FEW_HOUSES = 0.1
"""Houses that count as mapped everywhere, so that a place without streets does not lack any [J]."""
HOUSES_PER_KM = 2.0
"""Houses per km of residential street where houses are as likely to be mapped as not [J].

Helsinki has 61, Liechtenstein 64, Porto 168; extracts without houses have under .1 [M]."""


@dataclass(frozen=True)
class Around:
    """Activity on foot at n points.

    Attributes
    ----------
    xy : ndarray of shape (n, 2)
        In the CRS of the features.
    activity : ndarray of shape (n, len(SETTINGS))
        Over a mean hour; 1 is a small shop (150 visits a day) at the doorstep.
    known : ndarray of shape (n,)
        Whether any attractor is mapped within reach.
    on_map : ndarray of shape (n,)
        Whether a way lies within `NOWHERE_M`.
    places : Attractors
        The attractors that have names.
    houses : ndarray of shape (n,)
        How sure it is that houses are mapped along the residential streets
        around, 0..1; where they are not, the map tells little about people.
    covered : ndarray of shape (n,)
        Share of the surroundings that the map covers, 0..1.
    by_water : ndarray of shape (n,)
        Whether a point is on a foot way beside water.
    """

    xy: FloatArray
    activity: FloatArray
    known: BoolArray
    on_map: BoolArray
    places: Attractors
    houses: FloatArray
    covered: FloatArray
    by_water: BoolArray


@dataclass(frozen=True)
class _Causes:
    """What draws people, and the ways they walk on, of a whole map."""

    places: Attractors
    floor: Attractors
    houses: FloatArray
    """Where there is floor area, shape (k, 2), whoever counted dwellers."""
    ways: Table
    streets: Attractors


def estimate_activity(xy: FloatArray, features: Features) -> Around:
    """Return the activity on foot at points.

    Parameters
    ----------
    xy : ndarray of shape (n, 2)
        In the CRS of the features.
    features : Features
        The map, which should reach `REACH_M` beyond the points.

    Returns
    -------
    Around
    """
    causes = cache(partial(_collect_causes, features))
    places = recall_or_compute(features, "places", [], lambda: asdict(causes().places))
    activity = recall_or_compute_rows(
        features, "activity", xy, lambda rows: _sum_activity(xy[rows], features, causes()), reach_m=_ALL_M
    )
    # What is known of the surroundings hangs on how far the map goes on, too.
    known = recall_or_compute(features, "known", [xy], lambda: _rate_knowledge(xy, features, causes()))
    return Around(xy, places=Attractors(**places), **activity, **known)


def _collect_causes(features: Features) -> _Causes:
    places, floor = find_attractors(features)
    ways = select_walked_ways(features)
    counted = _insert_counted_dwellers(floor, features.population)
    return _Causes(places, counted, floor.xy, ways, make_street_attractors(ways))


def _sum_activity(xy: FloatArray, features: Features, of: _Causes) -> dict[str, NDArray[Any]]:
    """Return the activity at points, and what of the ways there tells of it: fields of `Around`."""
    factor, on_map = rate_nearby_ways(xy, of.ways)
    of_places = sum_near_kernel(xy, of.places) + FAR_SHARE * sum_kernel_on_grid(xy, of.places, FAR_M, FAR_REACH_M)
    of_floor, streets = sum_both_kernels(xy, of.floor), sum_both_kernels(xy, of.streets)
    known = (of_places + of_floor).max(axis=1) > 0
    # People who live and work around walk along the main streets rather than the lanes. What a street
    # has beyond the share of a plain pavement comes for the centre, and keeps the centre's hours.
    passing = streets[:, RESIDENTIAL]
    activity = of_places + factor[:, None] * of_floor
    activity[:, RESIDENTIAL] += np.fmin(factor, 1.0) * passing
    activity[:, CENTRE] += np.fmax(factor - 1.0, 0.0) * passing
    by_water = is_by_water(xy, features)
    activity[:, PARK] += PROMENADE * passing * by_water
    return {
        "activity": activity,
        "known": known,
        "on_map": on_map,
        "by_water": by_water,
    }


def _rate_knowledge(xy: FloatArray, features: Features, of: _Causes) -> dict[str, NDArray[Any]]:
    """Return how much the map tells around points: fields of `Around`."""
    return {"houses": _rate_houses(xy, of.houses, features), "covered": _rate_coverage(xy, features.extent)}


def is_near_edge(xy: FloatArray, extent: shapely.Geometry | None) -> BoolArray:
    """Return a mask of points within `EDGE_M` of the edge of a map or beyond it."""
    if extent is None or not len(xy):
        return np.zeros(len(xy), dtype=bool)
    points = shapely.points(xy)
    near: BoolArray = ~shapely.contains(extent, points)
    near |= shapely.distance(points, shapely.boundary(extent)) < EDGE_M
    return near


def _rate_coverage(xy: FloatArray, extent: shapely.Geometry | None) -> FloatArray:
    """Return the share of what the two kernels sum up around points that a map of some extent can hold."""
    # The integral of exp(−d / decay) over the plane grows with the decay's square.
    near, far = NEAR_M**2, FAR_SHARE * FAR_M**2
    of_near, of_far = (measure_coverage(xy, extent, decay_m=decay) for decay in (NEAR_M, FAR_M))
    covered: FloatArray = (near * of_near + far * of_far) / (near + far)
    return covered


def _rate_houses(xy: FloatArray, houses: FloatArray, features: Features) -> FloatArray:
    """Return how sure it is that houses are mapped along the residential streets around points; 1 without streets."""
    homes = features.ways.geometry[is_street_to_live_in(features.ways)]
    marks, _ = place_points_evenly(homes, MARK_M)
    found = _A_FEW_HOUSES + count_nearby(xy, houses, decay_m=FAR_M)
    least = HOUSES_PER_KM * count_nearby(xy, marks, decay_m=FAR_M) * MARK_M / 1000
    rated: FloatArray = found / (found + least)
    return rated


def _insert_counted_dwellers(floor: Attractors, population: pd.DataFrame | None) -> Attractors:
    """Return the floor area with counted dwellers in place of homes, wherever dwellers are counted."""
    if population is None or not len(population):
        return floor
    xy = population[["x_m", "y_m"]].to_numpy(dtype=float)
    counted = np.zeros(len(floor.xy), dtype=bool)
    counted[pair_points(floor.xy, xy, float(population["cell_m"].max())).point] = True
    # Homes beyond the counted cells keep their guess; offices and the like are not dwellers.
    left = floor.select_rows((floor.setting != RESIDENTIAL) | ~counted)
    n = len(xy)
    return Attractors(
        xy=np.concatenate([left.xy, xy]),
        units=np.concatenate([left.units, population["people"].to_numpy(dtype=float) / DWELLERS_PER_UNIT]),
        setting=np.concatenate([left.setting, np.full(n, RESIDENTIAL)]),
        word=np.concatenate([left.word, np.full(n, "", dtype=object)]),
        thing=np.concatenate([left.thing, np.arange(n)]),
    )
