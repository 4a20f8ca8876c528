"""Where people walk: additive causes, each with a finite reach below 1 km.

At a point the activity of a setting is

    Σ units · (exp(−d/50 m) + .1 · exp(−d/300 m))      over places, d ≤ 900 m
    + way factor · the same sum over floor area and streets (more on a promenade)

The near kernel is the frontage: one block explains most (Liu & Griswold 2009,
San Francisco); the far one the walk to and from it: a quarter to half a mile
(Singleton et al. 2021, Utah). Streets are the reach of the network at walking
radii, the best of the network measures in three cities (Karlsson 2020,
Amsterdam, London, Stockholm: r = .33), and grow with the class and length of
the street one is on, which stand for its betweenness.

Every term grows with what is mapped and none is shared out, so that one café
more never empties a street. The way's factor is not laid on places: a café
then adds as much to whatever lies as near, and what it stands beside keeps its
place among the ways around. Shops stand on the busy streets anyway.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from saferoute.criteria.crowding._attractors import Attractors, find_attractors
from saferoute.geometry import Nearby, place_points_evenly
from saferoute.osm import water
from saferoute.osm.access import is_private_on_foot
from saferoute.osm.people import SETTINGS
from saferoute.osm.tags import Tags, has_value, is_tagged, map_tag_values, read_metres
from saferoute.osm.ways import NOT_STREETS, is_street_to_live_in, is_walk

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Features

NEAR_M, NEAR_REACH_M = 50.0, 200.0
FAR_M, FAR_REACH_M, FAR_SHARE = 300.0, 900.0, 0.1
"""Decay, reach and weight of the kernels; with a shop every 25 m both count alike [J]."""
REACH_M = 950.0
"""What lies farther changes nothing: `FAR_REACH_M` and a cell of the grid."""
_GRID_M, _MOST_CELLS = 25.0, 8_000_000
CENTRE, RESIDENTIAL, PARK = (SETTINGS.index(name) for name in ("centre", "residential", "park"))
DWELLERS_PER_UNIT = 45.0
"""As many make three walks a day each, and a small shop has 150 visits [J]."""

ON_WAY_M = 30.0
"""A point is on the busiest way up to here: sensors and sidewalks stand beside streets [J]."""
NOWHERE_M = 250.0
"""Farther from every way nothing is known."""
WAYS = {
    "pedestrian": 3.0, "living_street": 1.5, "primary": 1.8, "secondary": 1.8, "tertiary": 1.5, "residential": 0.9,
    "unclassified": 0.9, "footway": 1.0, "path": 0.6, "steps": 0.8, "cycleway": 0.6, "track": 0.3, "service": 0.4,
    "bridleway": 0.2, "trunk": 0.8, "primary_link": 0.5, "secondary_link": 0.5, "tertiary_link": 0.5, "corridor": 0.5,
    "platform": 1.0, "road": 0.6,
}  # fmt: skip
"""People by class of way where all else is equal, residential pavement = .9 [J]: main
streets carry more than side streets, streets closed to cars most, alleys least."""
_ASIDE = {"alley": 0.5, "parking_aisle": 0.3, "driveway": 0.3, "drive-through": 0.3}
"""Factors of ``service``."""
_LONG_M, _SHORT, _LONG = 600.0, 0.6, 1.5
"""Factors of a way without a name or of a few metres, and of a street that goes on under
one name for 600 m to both sides: continuous streets carry most of the movement (Jiang
2009, "Street hierarchies"), a lane beside the main street little of it [J]."""
PROMENADE, _WATER_M = 0.8, 40.0
"""A foot way within 40 m of sea, lake or river is a promenade: to those who pass come
nearly as many who stroll, at a park's hours [J]."""
_WIDE_M = (3.0, 12.0)
_WIDE_MORE = 0.5
"""A foot way of 12 m was built for half as many again as one of 3 m [J]."""
_UNITS_PER_M = 1 / 100.0
"""Walking past per metre of street, in small shops a day [J]."""
_MARK_M = 25.0
HOUSES_PER_KM = 2.0
"""Fewer per km of residential street: nobody mapped them [M: Helsinki 61, Liechtenstein 64, Porto 168;
extracts without houses under .1]."""


@dataclass(frozen=True)
class Around:
    """Activity at n points.

    Attributes
    ----------
    xy : ndarray of shape (n, 2)
    activity : ndarray of shape (n, len(SETTINGS))
        In small shops (150 visits a day) at the doorstep, over a mean hour.
    known : ndarray of shape (n,)
        Whether anything that draws people, or floor area, is mapped within reach.
    on_map : ndarray of shape (n,)
        Whether a way is near enough to speak of.
    places : Attractors
        What has a name of its own.
    houses : bool
        Whether houses are mapped where there are streets to live in; else the
        map says little of how many people there are.
    """

    xy: FloatArray
    activity: FloatArray
    known: BoolArray
    on_map: BoolArray
    places: Attractors
    houses: bool


def estimate_activity(xy: FloatArray, features: Features) -> Around:
    """Return the activity at points of shape (n, 2) in the features' CRS."""
    places, floor = find_attractors(features)
    floor = _insert_counted_dwellers(floor, features.population)
    ways = _select_walked_ways(features)
    factor, on_map = rate_nearby_ways(xy, ways)
    of_places = _sum_near_kernel(xy, places) + FAR_SHARE * _sum_kernel_on_grid(xy, places, FAR_M, FAR_REACH_M)
    of_floor, streets = _sum_both_kernels(xy, floor), _sum_both_kernels(xy, _make_street_attractors(ways))
    known = (of_places + of_floor).sum(axis=1) > 0
    # Who lives and works around passes along the main streets, not along lanes.
    # Whom a street has beyond a plain pavement's share is there for what the centre is.
    passing = streets[:, RESIDENTIAL]
    activity = of_places + factor[:, None] * of_floor
    activity[:, RESIDENTIAL] += np.fmin(factor, 1.0) * passing
    activity[:, CENTRE] += np.fmax(factor - 1.0, 0.0) * passing
    activity[:, PARK] += PROMENADE * passing * _is_by_water(xy, features)
    return Around(xy, activity, known, on_map, places, _has_houses(features))


def _has_houses(features: Features) -> bool:
    homes = is_street_to_live_in(features.ways)
    km = float(shapely.length(features.ways.geometry.to_numpy()[homes]).sum()) / 1000
    houses = int(is_tagged(features.areas, "building").sum())
    return houses >= HOUSES_PER_KM * km


def _sum_both_kernels(xy: FloatArray, of: Attractors) -> FloatArray:
    """Return the sum with both kernels."""
    near, far = _sum_near_kernel(xy, of), _sum_kernel_on_grid(xy, of, FAR_M, FAR_REACH_M)
    return near + FAR_SHARE * far


def _insert_counted_dwellers(floor: Attractors, population: pd.DataFrame | None) -> Attractors:
    """Put counted dwellers in the place of those that homes make likely, where they are counted."""
    from scipy.spatial import cKDTree

    if population is None or not len(population):
        return floor
    xy = population[["x_m", "y_m"]].to_numpy(dtype=float)
    reach = float(population["cell_m"].max())
    away, _ = cKDTree(xy).query(floor.xy, distance_upper_bound=reach) if len(floor.xy) else (np.empty(0), None)
    left = floor.select_rows((floor.setting != RESIDENTIAL) | ~np.isfinite(away))
    n = len(xy)
    return Attractors(
        xy=np.concatenate([left.xy, xy]),
        units=np.concatenate([left.units, population["people"].to_numpy(dtype=float) / DWELLERS_PER_UNIT]),
        setting=np.concatenate([left.setting, np.full(n, RESIDENTIAL)]),
        word=np.concatenate([left.word, np.full(n, "", dtype=object)]),
        thing=np.concatenate([left.thing, np.arange(n)]),
    )


def _sum_near_kernel(xy: FloatArray, of: Attractors) -> FloatArray:
    """Return Σ units · exp(−d/50 m) per setting, exact."""
    from scipy.spatial import cKDTree

    result = np.zeros((len(xy), len(SETTINGS)))
    if not len(xy) or not len(of.xy):
        return result
    pairs = cKDTree(xy).sparse_distance_matrix(cKDTree(of.xy), NEAR_REACH_M, output_type="coo_matrix")
    weight = np.exp(-pairs.data / NEAR_M) * of.units[pairs.col]
    cell = pairs.row.astype(np.int64) * len(SETTINGS) + of.setting[pairs.col]
    np.add.at(result.ravel(), cell, weight)
    return result


def _sum_kernel_on_grid(xy: FloatArray, of: Attractors, decay_m: float, reach_m: float) -> FloatArray:
    """Return the same sum with another kernel, by way of a grid: what is far needs no metre.

    The grid's lines are the same wherever one looks, and both ends are shared
    among the four cells around, so that the sum is smooth.
    """
    from scipy import fft

    result = np.zeros((len(xy), len(SETTINGS)))
    if not len(xy) or not len(of.xy):
        return result
    margin = int(reach_m // _GRID_M) + 2
    low = np.floor(xy.min(axis=0) / _GRID_M).astype(np.int64) - margin
    size = np.ceil(xy.max(axis=0) / _GRID_M).astype(np.int64) + margin - low + 1
    if size.prod() > _MOST_CELLS and len(xy) > 1:
        axis = int(np.argmax(size))
        for part in np.array_split(np.argsort(xy[:, axis], kind="stable"), 2):
            result[part] = _sum_kernel_on_grid(xy[part], of, decay_m, reach_m)
        return result
    inside = ((of.xy / _GRID_M >= low + 1) & (of.xy / _GRID_M < low + size - 2)).all(axis=1)
    of = of.select_rows(inside)
    step = np.arange(-margin + 1, margin) * _GRID_M
    distance = np.hypot(step[:, None], step[None, :])
    kernel = np.where(distance <= reach_m, np.exp(-distance / decay_m), 0.0)
    # As scipy.signal.fftconvolve does it, whose import takes longer than the sums; the kernel is transformed once.
    fast = [fft.next_fast_len(int(n), real=True) for n in size + len(step) - 1]
    spread = fft.rfft2(kernel, fast)
    here = tuple(slice(margin - 1, margin - 1 + int(n)) for n in size)
    at, share = _share_among_corners(of.xy, low, size)
    look, weight = _share_among_corners(xy, low, size)
    for setting in np.unique(of.setting):
        mine = of.setting == setting
        deposit = np.bincount(
            at[:, mine].ravel(), weights=(share[:, mine] * of.units[mine]).ravel(), minlength=int(size.prod())
        )
        field = fft.irfft2(fft.rfft2(deposit.reshape(size), fast) * spread, fast)[here].ravel()
        # What the transform leaves where nothing is (1e-13) is nothing.
        field = np.round(np.fmax(field, 0.0), 9)
        result[:, setting] = (field[look] * weight).sum(axis=0)
    return result


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
"""Columns that tell how many people walk on a way, and which street it is."""


def _select_walked_ways(features: Features) -> gpd.GeoDataFrame:
    """Return the ways and pedestrian areas on which somebody may walk, with their factor ``people``."""
    ways, areas = ([t for t in _TOLD if t in table] for table in (features.ways, features.areas))
    people = _rate_walkers_on_ways(features.ways)
    here = features.ways[ways].assign(people=people)[people > 0]
    of_areas = Tags.of(features.areas)
    square = has_value(of_areas, "highway", WAYS) | has_value(of_areas, "area:highway", {"pedestrian"})
    highway = of_areas.get_text("highway")
    squares = features.areas[areas].assign(highway=np.where(pd.isna(highway), "pedestrian", highway))[square]
    squares = squares.assign(people=_rate_walkers_on_ways(squares))
    return pd.concat([here.assign(square=False), squares.assign(square=True)], ignore_index=True)


def _rate_walkers_on_ways(ways: pd.DataFrame) -> FloatArray:
    """Return the factor of each way by class, use and width, 0 where nobody walks."""
    tags = Tags.of(ways)
    factor = map_tag_values(tags, "highway", lambda kind: WAYS.get(kind, 0.0), missing=0.0)
    factor = factor * map_tag_values(tags, "service", lambda kind: _ASIDE.get(kind, 1.0), missing=1.0)
    width = read_metres(tags, "width")
    wide = np.interp(np.where(is_walk(tags) & np.isfinite(width), width, 0.0), _WIDE_M, (0.0, 1.0))
    return np.where(is_private_on_foot(tags), 0.0, factor * (1 + _WIDE_MORE * wide))


def rate_nearby_ways(xy: FloatArray, ways: gpd.GeoDataFrame) -> tuple[FloatArray, BoolArray]:
    """Return the factor of the busiest way within 30 m of each point, and whether any is within 250 m."""
    factor = np.full(len(xy), 0.3)
    shapes = ways.geometry.to_numpy()
    if not len(xy) or not len(shapes):
        return factor, np.zeros(len(xy), dtype=bool)
    points = shapely.points(xy)
    people = ways["people"].to_numpy()
    way, point = Nearby(shapes).pairs_within(shapely.STRtree(points), ON_WAY_M)
    # Beside a street one is less on it than on it; nothing jumps at 30 m.
    away = shapely.distance(points[point], shapes[way])
    lengths = _index_street_lengths(xy, ways)
    longer = np.interp(lengths.measure_streets(point, way), (0.0, 2 * _LONG_M), (_SHORT, _LONG))
    np.maximum.at(factor, point, people[way] * longer * (1 - 0.5 * away / ON_WAY_M))
    near = np.zeros(len(xy), dtype=bool)
    near[point] = True
    left = np.flatnonzero(~near)
    near[left[shapely.STRtree(shapes).query(points[left], predicate="dwithin", distance=NOWHERE_M)[0]]] = True
    return factor, near


def _is_by_water(xy: FloatArray, features: Features) -> BoolArray:
    """Return a mask of points on a foot way beside water."""
    ways, areas = features.ways.geometry.to_numpy(), features.areas.geometry.to_numpy()
    shores, lakes = water.is_strolled_line(features.ways), water.is_strolled_area(features.areas)
    wet, paths = np.concatenate([ways[shores], areas[lakes]]), ways[is_walk(features.ways)]
    points = shapely.points(xy)
    beside = np.zeros(len(xy), dtype=bool)
    if not len(wet) or not len(paths):
        return beside
    beside[Nearby(wet).pairs_within(shapely.STRtree(points), _WATER_M)[1]] = True
    near = np.flatnonzero(beside)
    on_foot = Nearby(paths).pairs_within(shapely.STRtree(points[near]), ON_WAY_M)[1]
    beside[np.setdiff1d(near, near[on_foot])] = False
    return beside


@dataclass(frozen=True)
class _Lengths:
    """Length of the street of one name around points, looked up by point and way."""

    name_of_way: IntArray
    marks: dict[int, NDArray[np.float64]]
    xy: FloatArray

    def measure_streets(self, point: IntArray, way: IntArray) -> FloatArray:
        """Return metres of the way's street within 600 m of the point; 0 where it has no name."""
        from scipy.spatial import cKDTree

        name = self.name_of_way[way]
        result = np.zeros(len(point))
        order = np.argsort(name, kind="stable")
        order = order[name[order] >= 0]
        for rows in np.split(order, np.flatnonzero(np.diff(name[order])) + 1):
            if len(rows):
                tree = cKDTree(self.marks[int(name[rows[0]])])
                spots, back = np.unique(point[rows], return_inverse=True)
                count = tree.query_ball_point(self.xy[spots], _LONG_M, return_length=True)
                result[rows] = count[back] * _MARK_M
        return result


def _index_street_lengths(xy: FloatArray, ways: gpd.GeoDataFrame) -> _Lengths:
    number = np.where(ways["square"].to_numpy(dtype=bool), -1, Tags.of(ways)["name"].codes).astype(np.int64)
    marks, owner = _mark_lines(ways.geometry.to_numpy(), number >= 0)
    of_name = number[owner]
    order = np.argsort(of_name, kind="stable")
    pieces = np.split(order, np.flatnonzero(np.diff(of_name[order])) + 1)
    return _Lengths(number, {int(of_name[p[0]]): marks[p] for p in pieces if len(p)}, xy)


def _mark_lines(shapes: NDArray[np.object_], use: BoolArray) -> tuple[FloatArray, IntArray]:
    """Return points every 25 m of the lines in use, and the row each lies on."""
    rows = np.flatnonzero(use & (shapely.get_dimensions(shapes) == 1))
    xy, line = place_points_evenly(shapes[rows], _MARK_M)
    return xy, rows[line]


def _make_street_attractors(ways: gpd.GeoDataFrame) -> Attractors:
    """Return the streets as points that bring walkers past, in the setting of dwellings."""
    aside = has_value(ways, "footway", NOT_STREETS) | ways["square"].to_numpy(dtype=bool)
    shapes = ways.geometry.to_numpy()
    marks, owner = _mark_lines(shapes, ~aside)
    n = np.bincount(owner, minlength=len(ways))
    length = np.where(n > 0, shapely.length(shapes) / np.fmax(n, 1), 0.0)
    units = np.fmin(ways["people"].to_numpy(), 1.0)[owner] * length[owner] * _UNITS_PER_M
    setting = np.full(len(owner), RESIDENTIAL, dtype=np.int64)
    return Attractors(marks, units, setting, np.full(len(owner), "", dtype=object), owner)
