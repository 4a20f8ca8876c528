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
import pandas as pd
import shapely

from saferoute.criteria.crowding._attractors import Attractors, find_attractors
from saferoute.geometry import (
    Nearby,
    count_nearby,
    measure_coverage,
    pair_points,
    pair_points_in_parts,
    place_points_evenly,
)
from saferoute.osm import water
from saferoute.osm.access import is_private_on_foot
from saferoute.osm.people import SETTINGS
from saferoute.osm.tags import Tags, has_value, look_up_value
from saferoute.osm.ways import NOT_STREETS, is_street_to_live_in, is_walk
from saferoute.osm.widths import read_widths
from saferoute.products import recall_or_compute

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Features

NEAR_M, NEAR_REACH_M = 50.0, 200.0
FAR_M, FAR_REACH_M, FAR_SHARE = 300.0, 900.0, 0.1
"""Decay and reach of the near and the far kernel, and the weight of the far one [J].

With a shop every 25 m both kernels count alike."""
REACH_M = 950.0
"""Distance beyond which nothing affects a point: `FAR_REACH_M` and a cell of the grid, rounded up."""
EDGE_M = 300.0
"""Distance from the map's edge below which the order of places is not to be trusted.

What draws people beyond it is not on the map: with sites below 100 m the rank correlation with counters was .36,
without them .87. 300 m is the decay of the far kernel."""
_GRID_M, _MOST_CELLS = 25.0, 8_000_000
"""Spacing of the grid, and the most points of it held in memory at once."""
CENTRE, RESIDENTIAL, PARK = (SETTINGS.index(name) for name in ("centre", "residential", "park"))
DWELLERS_PER_UNIT = 45.0
"""Dwellers who make as many walks, at three a day each, as a small shop has visits [J]."""

ON_WAY_M = 30.0
"""Greatest distance of a point from the way it is on: sensors and sidewalks stand beside streets [J]."""
NOWHERE_M = 250.0
"""Distance from the nearest way beyond which activity is unknown [J]."""
WAYS = {
    "pedestrian": 3.0, "living_street": 1.5, "primary": 1.8, "secondary": 1.8, "tertiary": 1.5, "residential": 0.9,
    "unclassified": 0.9, "footway": 1.0, "path": 0.6, "steps": 0.8, "cycleway": 0.6, "track": 0.3, "service": 0.4,
    "bridleway": 0.2, "trunk": 0.8, "primary_link": 0.5, "secondary_link": 0.5, "tertiary_link": 0.5, "corridor": 0.5,
    "platform": 1.0, "road": 0.6,
}  # fmt: skip
"""Factor of people by class of way, all else equal; a residential pavement has .9 [J]. Main
streets carry more people than side streets, streets closed to cars most, alleys least."""
_ASIDE = {"alley": 0.5, "parking_aisle": 0.3, "driveway": 0.3, "drive-through": 0.3}
"""Further factors of ways by the tag ``service`` [J]."""
_LONG_M, _SHORT, _LONG = 600.0, 0.6, 1.5
"""Length of a long street to either side, and the factors of nameless ways and of long streets [J].

A street is as long as its name goes on. Continuous streets carry most of the movement (Jiang
2009, "Street hierarchies"); a lane beside the main street carries little of it."""
PROMENADE, _WATER_M = 0.8, 40.0
"""Strollers on a promenade for each passer-by, and the distance of its water [J].

A promenade is a foot way within 40 m of sea, lake or river. Strollers keep a park's hours."""
_WIDE_M = (3.0, 12.0)
_WIDE_MORE = 0.5
"""Share by which a foot way of 12 m carries more people than one of 3 m, as it was built to [J]."""
_UNITS_PER_M = 1 / 100.0
"""Passers-by that a metre of street brings, in units of a small shop [J]."""
_A_FEW_HOUSES = 0.1
"""Houses that count as mapped everywhere, so that a place without streets does not lack any [J]."""
_MARK_M = 25.0
"""Spacing of the points that stand for a street, the same as that of the grid."""
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
    ways: gpd.GeoDataFrame
    streets: Attractors


def estimate_activity(xy: FloatArray, features: Features, apart: BoolArray | None = None) -> Around:
    """Return the activity on foot at points.

    Parameters
    ----------
    xy : ndarray of shape (n, 2)
        In the CRS of the features.
    features : Features
        The map, which should reach `REACH_M` beyond the points.
    apart : ndarray of shape (n,), optional
        Points that the next search may not ask for, as those on lawns that close: they are computed by
        themselves, so that what is kept of all others is found again.

    Returns
    -------
    Around
    """
    causes = cache(partial(_collect_causes, features))
    places = recall_or_compute(features, "places", [], lambda: asdict(causes().places))
    parts = [np.arange(len(xy))] if apart is None else [np.flatnonzero(~apart), np.flatnonzero(apart)]
    found = [
        recall_or_compute(features, "activity", [part], partial(_sum_activity, part, features, causes))
        for part in (xy[rows] for rows in parts)
    ]
    back = np.argsort(np.concatenate(parts))
    at_points = {name: np.concatenate([one[name] for one in found])[back] for name in found[0]}
    return Around(xy, places=Attractors(**places), **at_points)


def _collect_causes(features: Features) -> _Causes:
    places, floor = find_attractors(features)
    ways = _select_walked_ways(features)
    counted = _insert_counted_dwellers(floor, features.population)
    return _Causes(places, counted, floor.xy, ways, _make_street_attractors(ways))


def _sum_activity(xy: FloatArray, features: Features, causes: Callable[[], _Causes]) -> dict[str, NDArray[Any]]:
    """Return the fields of `Around` but the points and the places."""
    of = causes()
    factor, on_map = rate_nearby_ways(xy, of.ways)
    of_places = _sum_near_kernel(xy, of.places) + FAR_SHARE * _sum_kernel_on_grid(xy, of.places, FAR_M, FAR_REACH_M)
    of_floor, streets = _sum_both_kernels(xy, of.floor), _sum_both_kernels(xy, of.streets)
    known = (of_places + of_floor).sum(axis=1) > 0
    # People who live and work around walk along the main streets rather than the lanes. What a street
    # has beyond the share of a plain pavement comes for the centre, and keeps the centre's hours.
    passing = streets[:, RESIDENTIAL]
    activity = of_places + factor[:, None] * of_floor
    activity[:, RESIDENTIAL] += np.fmin(factor, 1.0) * passing
    activity[:, CENTRE] += np.fmax(factor - 1.0, 0.0) * passing
    by_water = _is_by_water(xy, features)
    activity[:, PARK] += PROMENADE * passing * by_water
    return {
        "activity": activity,
        "known": known,
        "on_map": on_map,
        "houses": _rate_houses(xy, of.houses, features),
        "covered": _rate_coverage(xy, features.extent),
        "by_water": by_water,
    }


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
    homes = features.ways.geometry.to_numpy()[is_street_to_live_in(features.ways)]
    marks, _ = place_points_evenly(homes, _MARK_M)
    found = _A_FEW_HOUSES + count_nearby(xy, houses, decay_m=FAR_M)
    least = HOUSES_PER_KM * count_nearby(xy, marks, decay_m=FAR_M) * _MARK_M / 1000
    rated: FloatArray = found / (found + least)
    return rated


def _sum_both_kernels(xy: FloatArray, of: Attractors) -> FloatArray:
    """Return the sum of the near and the far kernel, shape (n, len(SETTINGS))."""
    near, far = _sum_near_kernel(xy, of), _sum_kernel_on_grid(xy, of, FAR_M, FAR_REACH_M)
    return near + FAR_SHARE * far


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


def _sum_near_kernel(xy: FloatArray, of: Attractors) -> FloatArray:
    """Return Σ units · exp(−d/50 m) at each point and setting, over all pairs within reach."""
    sums = np.zeros((len(xy), len(SETTINGS)))
    for pairs in pair_points_in_parts(xy, of.xy, NEAR_REACH_M):
        weight = np.exp(-pairs.distance_m / NEAR_M) * of.units[pairs.thing]
        np.add.at(sums.ravel(), pairs.point * len(SETTINGS) + of.setting[pairs.thing], weight)
    return sums


def _sum_kernel_on_grid(xy: FloatArray, of: Attractors, decay_m: float, reach_m: float) -> FloatArray:
    """Return Σ units · exp(−d/`decay_m`) at each point and setting, computed on a grid.

    A grid of 25 m is precise enough for far attractors, and much faster. Its
    lines are the same for every search. Attractors and points are both shared
    among the four grid points around them, so that the sum is smooth.
    """
    result = np.zeros((len(xy), len(SETTINGS)))
    if not len(xy) or not len(of.xy):
        return result
    margin = int(reach_m // _GRID_M) + 2
    low = np.floor(xy.min(axis=0) / _GRID_M).astype(np.int64) - margin
    size = np.ceil(xy.max(axis=0) / _GRID_M).astype(np.int64) + margin - low + 1
    if size.prod() > _MOST_CELLS and len(xy) > 1:
        # Too large for memory: halved along the longer side, with margins of their own.
        axis = int(np.argmax(size))
        for part in np.array_split(np.argsort(xy[:, axis], kind="stable"), 2):
            result[part] = _sum_kernel_on_grid(xy[part], of, decay_m, reach_m)
        return result
    inside = ((of.xy / _GRID_M >= low + 1) & (of.xy / _GRID_M < low + size - 2)).all(axis=1)
    of = of.select_rows(inside)
    step = np.arange(-margin + 1, margin) * _GRID_M
    distance = np.hypot(step[:, None], step[None, :])
    kernel = np.where(distance <= reach_m, np.exp(-distance / decay_m), 0.0)
    # The method of scipy.signal.fftconvolve, whose import takes longer than the sums; and the kernel, which
    # all settings share, is transformed only once.
    fast = [_round_up_to_smooth(int(n)) for n in size + len(step) - 1]
    spread = np.fft.rfft2(kernel, fast)
    here = tuple(slice(margin - 1, margin - 1 + int(n)) for n in size)
    at, share = _share_among_corners(of.xy, low, size)
    look, weight = _share_among_corners(xy, low, size)
    for setting in np.unique(of.setting):
        mine = of.setting == setting
        deposit = np.bincount(
            at[:, mine].ravel(), weights=(share[:, mine] * of.units[mine]).ravel(), minlength=int(size.prod())
        )
        spread_out = np.fft.irfft2(np.fft.rfft2(deposit.reshape(size), fast) * spread, fast)
        # The transform leaves residues of 1e-13 where there is nothing, which would count as known.
        field = np.round(np.fmax(spread_out[here].ravel(), 0.0), 9).astype(float)
        result[:, setting] = (field[look] * weight).sum(axis=0)
    return result


def _round_up_to_smooth(n: int) -> int:
    """Return the least number from n on that has no prime factor above 5: Fourier transforms are fast at that size."""
    twos, threes, fives = (base ** np.arange(1 + np.ceil(np.log(n) / np.log(base))) for base in (2.0, 3.0, 5.0))
    smooth = np.multiply.outer(np.multiply.outer(twos, threes), fives)
    return int(smooth[smooth >= n].min())


def _share_among_corners(xy: FloatArray, low: IntArray, size: IntArray) -> tuple[IntArray, FloatArray]:
    """Return the four grid cells around each point and its share in each, both of shape (4, n)."""
    position = xy / _GRID_M - low
    cell = np.floor(position).astype(np.int64)
    part = position - cell
    cells, shares = [], []
    for dx in (0, 1):
        for dy in (0, 1):
            cells.append((cell[:, 0] + dx) * size[1] + cell[:, 1] + dy)
            shares.append(np.abs(1 - dx - part[:, 0]) * np.abs(1 - dy - part[:, 1]))
    return np.array(cells).reshape(4, -1), np.array(shares).reshape(4, -1)


_TOLD = ("highway", "service", "width", "foot", "access", "footway", "name", "geometry")
"""Columns that tell the number of walkers on a way, and the street it belongs to."""


def _select_walked_ways(features: Features) -> gpd.GeoDataFrame:
    """Return the ways and pedestrian areas open to walkers, with their factor in the column ``people``."""
    ways, areas = ([t for t in _TOLD if t in table] for table in (features.ways, features.areas))
    people = _rate_walkers_on_ways(features.ways)
    here = features.ways[ways].assign(people=people)[people > 0]
    of_areas = Tags.of(features.areas)
    square = has_value(of_areas, "highway", WAYS) | has_value(of_areas, "area:highway", {"pedestrian"})
    highway = of_areas.get_words("highway")
    squares = features.areas[areas].assign(highway=np.where(pd.isna(highway), "pedestrian", highway))[square]
    squares = squares.assign(people=_rate_walkers_on_ways(squares))
    return pd.concat([here.assign(square=False), squares.assign(square=True)], ignore_index=True)


def _rate_walkers_on_ways(ways: pd.DataFrame) -> FloatArray:
    """Return the factor of each way by class, use and width, 0 where nobody may walk."""
    tags = Tags.of(ways)
    factor = look_up_value(tags, "highway", WAYS, other=0.0, missing=0.0)
    factor = factor * look_up_value(tags, "service", _ASIDE, other=1.0, missing=1.0)
    width = read_widths(tags)
    wide = np.interp(np.where(is_walk(tags) & np.isfinite(width), width, 0.0), _WIDE_M, (0.0, 1.0))
    return np.where(is_private_on_foot(tags), 0.0, factor * (1 + _WIDE_MORE * wide))


def rate_nearby_ways(xy: FloatArray, ways: gpd.GeoDataFrame) -> tuple[FloatArray, BoolArray]:
    """Return the factor of the busiest way at each point, and a mask of points near any way.

    Parameters
    ----------
    xy : ndarray of shape (n, 2)
        In the CRS of the ways.
    ways : GeoDataFrame
        Walked ways with their factor ``people``.

    Returns
    -------
    factor : ndarray of shape (n,)
        That of the busiest way within 30 m; .3 where there is none.
    near : ndarray of shape (n,)
        Whether a way lies within 250 m.
    """
    factor = np.full(len(xy), 0.3)
    shapes = ways.geometry.to_numpy()
    if not len(xy) or not len(shapes):
        return factor, np.zeros(len(xy), dtype=bool)
    points = shapely.points(xy)
    people = ways["people"].to_numpy()
    lengths = _index_street_lengths(xy, ways)
    near = np.zeros(len(xy), dtype=bool)
    for way, point in Nearby(shapes).pairs_within_in_parts(points, ON_WAY_M):
        # A way counts less with the distance from it, down to half at 30 m.
        away = shapely.distance(points[point], shapes[way])
        longer = np.interp(lengths.measure_streets(point, way), (0.0, 2 * _LONG_M), (_SHORT, _LONG))
        np.maximum.at(factor, point, people[way] * longer * (1 - 0.5 * away / ON_WAY_M))
        near[point] = True
    # Only the points that are on no way need the wider, slower search.
    left = np.flatnonzero(~near)
    near[left[shapely.STRtree(shapes).query(points[left], predicate="dwithin", distance=NOWHERE_M)[0]]] = True
    return factor, near


def _is_by_water(xy: FloatArray, features: Features) -> BoolArray:
    """Return a mask of points on a foot way beside water."""
    # Of a lake or river of which a part is missing, the shores at hand are as good.
    ways, outlines = features.ways.geometry.to_numpy(), features.outlines.geometry.to_numpy()
    shores, lakes = water.is_strolled_line(features.ways), water.is_strolled_area(features.outlines)
    wet, paths = np.concatenate([ways[shores], outlines[lakes]]), ways[is_walk(features.ways)]
    points = shapely.points(xy)
    beside = np.zeros(len(xy), dtype=bool)
    if not len(wet) or not len(paths):
        return beside
    # Water comes first: few points are near it, and only those are compared with paths.
    beside[Nearby(wet).pairs_within(shapely.STRtree(points), _WATER_M)[1]] = True
    near = np.flatnonzero(beside)
    on_foot = Nearby(paths).pairs_within(shapely.STRtree(points[near]), ON_WAY_M)[1]
    beside[np.setdiff1d(near, near[on_foot])] = False
    return beside


@dataclass(frozen=True)
class _Lengths:
    """An index of streets by name, which measures the street of a way around a point."""

    name_of_way: IntArray
    marks: dict[int, NDArray[np.float64]]
    xy: FloatArray

    def measure_streets(self, point: IntArray, way: IntArray) -> FloatArray:
        """Return the metres of each way's street within 600 m of a point, 0 for ways without a name."""
        name = self.name_of_way[way]
        result = np.zeros(len(point))
        order = np.argsort(name, kind="stable")
        order = order[name[order] >= 0]
        # Name by name, so that the marks of that street alone are counted.
        for rows in np.split(order, np.flatnonzero(np.diff(name[order])) + 1):
            if len(rows):
                spots, back = np.unique(point[rows], return_inverse=True)
                marks = pair_points(self.xy[spots], self.marks[int(name[rows[0]])], _LONG_M)
                result[rows] = np.bincount(marks.point, minlength=len(spots))[back] * _MARK_M
        return result


def _index_street_lengths(xy: FloatArray, ways: gpd.GeoDataFrame) -> _Lengths:
    """Return the index of the streets' lengths around some points."""
    # Squares have no length; like nameless ways they get −1.
    number = np.where(ways["square"].to_numpy(dtype=bool), -1, Tags.of(ways)["name"].codes).astype(np.int64)
    marks, owner = _mark_lines(ways.geometry.to_numpy(), number >= 0)
    of_name = number[owner]
    order = np.argsort(of_name, kind="stable")
    pieces = np.split(order, np.flatnonzero(np.diff(of_name[order])) + 1)
    return _Lengths(number, {int(of_name[p[0]]): marks[p] for p in pieces if len(p)}, xy)


def _mark_lines(shapes: NDArray[np.object_], use: BoolArray) -> tuple[FloatArray, IntArray]:
    """Return points every 25 m along the lines in use, and the row of the line of each point."""
    rows = np.flatnonzero(use & (shapely.get_dimensions(shapes) == 1))
    xy, line = place_points_evenly(shapes[rows], _MARK_M)
    return xy, rows[line]


def _make_street_attractors(ways: gpd.GeoDataFrame) -> Attractors:
    """Return the streets as attractors of passers-by, every 25 m, in the residential setting."""
    aside = has_value(ways, "footway", NOT_STREETS) | ways["square"].to_numpy(dtype=bool)
    shapes = ways.geometry.to_numpy()
    marks, owner = _mark_lines(shapes, ~aside)
    n = np.bincount(owner, minlength=len(ways))
    length = np.where(n > 0, shapely.length(shapes) / np.fmax(n, 1), 0.0)
    units = np.fmin(ways["people"].to_numpy(), 1.0)[owner] * length[owner] * _UNITS_PER_M
    setting = np.full(len(owner), RESIDENTIAL, dtype=np.int64)
    return Attractors(marks, units, setting, np.full(len(owner), "", dtype=object), owner)
