"""The ways that people walk on: how many more one carries than another, by class, width, length and water beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.criteria.crowding._attractors import RESIDENTIAL, Attractors
from saferoute.geometry import Nearby, pair_points, place_points_evenly
from saferoute.osm import water
from saferoute.osm.access import is_private_on_foot
from saferoute.osm.tags import get_words, has_value, look_up_value
from saferoute.osm.ways import NOT_STREETS, is_walk
from saferoute.osm.widths import read_widths
from saferoute.table import Column, Table, Tags

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Features

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
MARK_M = 25.0
"""Spacing of the points that stand for a street, the same as that of the grid."""

_TOLD = ("highway", "service", "width", "foot", "access", "footway", "name")
"""Tags of an area that tell the number of walkers on a way, and the street it belongs to."""


def select_walked_ways(features: Features) -> Table:
    """Return the ways and pedestrian areas open to walkers, with their factor in the column ``people``."""
    areas = features.areas.tags
    square = has_value(areas, "highway", WAYS) | has_value(areas, "area:highway", {"pedestrian"})
    highway = Column.from_texts(
        ["pedestrian" if word is None else word for word in get_words(areas, "highway")[square]]
    )
    squares = areas.select_keys(_TOLD).select_rows(square).replace({"highway": highway})
    people, of_squares = _rate_walkers_on_ways(features.ways.tags), _rate_walkers_on_ways(squares)
    walked = people > 0
    return Table(
        np.concatenate([features.ways.geometry[walked], features.areas.geometry[square]]),
        Tags.concatenate([features.ways.tags.select_rows(walked), squares]),
        {
            "people": np.concatenate([people[walked], of_squares]),
            "square": np.arange(walked.sum() + len(squares)) >= walked.sum(),
        },
        features.ways.crs,
    )


def _rate_walkers_on_ways(tags: Tags) -> FloatArray:
    """Return the factor of each way by class, use and width, 0 where nobody may walk."""
    factor = look_up_value(tags, "highway", WAYS, other=0.0, missing=0.0)
    factor = factor * look_up_value(tags, "service", _ASIDE, other=1.0, missing=1.0)
    width = read_widths(tags)
    wide = np.interp(np.where(is_walk(tags) & np.isfinite(width), width, 0.0), _WIDE_M, (0.0, 1.0))
    return np.where(is_private_on_foot(tags), 0.0, factor * (1 + _WIDE_MORE * wide))


def rate_nearby_ways(xy: FloatArray, ways: Table) -> tuple[FloatArray, BoolArray]:
    """Return the factor of the busiest way at each point, and a mask of points near any way.

    Parameters
    ----------
    xy : ndarray of shape (n, 2)
        In the CRS of the ways.
    ways : Table
        Walked ways with their factor ``people``.

    Returns
    -------
    factor : ndarray of shape (n,)
        That of the busiest way within 30 m; .3 where there is none.
    near : ndarray of shape (n,)
        Whether a way lies within 250 m.
    """
    factor = np.full(len(xy), 0.3)
    shapes = ways.geometry
    if not len(xy) or not len(shapes):
        return factor, np.zeros(len(xy), dtype=bool)
    points = shapely.points(xy)
    people = ways["people"]
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


def is_by_water(xy: FloatArray, features: Features) -> BoolArray:
    """Return a mask of points on a foot way beside water."""
    # Of a lake or river of which a part is missing, the shores at hand are as good.
    ways, outlines = features.ways.geometry, features.outlines.geometry
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
                result[rows] = np.bincount(marks.point, minlength=len(spots))[back] * MARK_M
        return result


def _index_street_lengths(xy: FloatArray, ways: Table) -> _Lengths:
    """Return the index of the streets' lengths around some points."""
    # Squares have no length; like nameless ways they get −1.
    number = np.where(ways["square"], -1, ways.tags["name"].codes).astype(np.int64)
    marks, owner = _mark_lines(ways.geometry, number >= 0)
    of_name = number[owner]
    order = np.argsort(of_name, kind="stable")
    pieces = np.split(order, np.flatnonzero(np.diff(of_name[order])) + 1)
    return _Lengths(number, {int(of_name[p[0]]): marks[p] for p in pieces if len(p)}, xy)


def _mark_lines(shapes: NDArray[np.object_], use: BoolArray) -> tuple[FloatArray, IntArray]:
    """Return points every 25 m along the lines in use, and the row of the line of each point."""
    rows = np.flatnonzero(use & (shapely.get_dimensions(shapes) == 1))
    xy, line = place_points_evenly(shapes[rows], MARK_M)
    return xy, rows[line]


def make_street_attractors(ways: Table) -> Attractors:
    """Return the streets as attractors of passers-by, every 25 m, in the residential setting."""
    aside = has_value(ways, "footway", NOT_STREETS) | ways["square"]
    shapes = ways.geometry
    marks, owner = _mark_lines(shapes, ~aside)
    n = np.bincount(owner, minlength=len(ways))
    length = np.where(n > 0, shapely.length(shapes) / np.fmax(n, 1), 0.0)
    units = np.fmin(ways["people"], 1.0)[owner] * length[owner] * _UNITS_PER_M
    setting = np.full(len(owner), RESIDENTIAL, dtype=np.int64)
    return Attractors(marks, units, setting, np.full(len(owner), "", dtype=object), owner)
