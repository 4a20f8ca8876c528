"""Attractors: the points at which places and buildings draw people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.osm import access, people
from saferoute.osm.tags import look_up_value, read_numbers
from saferoute.osm.values import parse_number
from saferoute.table import Tags

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Features
    from saferoute.table import Table

_BY_AREA = {"leisure": {"park": 5000.0, "garden": 5000.0}, "natural": {"beach": 400.0}, "amenity": {"parking": 2000.0}}
"""Areas that count once per so many m²; a hectare of park has some 7 visits a day, one of beach 90 [J]."""
_FLOOR_M2 = 2000.0
"""Floor area whose 45 dwellers, at three walks a day each, equal the visits to a small shop [J]."""
_LEVELS = {"apartments": 4.0, "residential": 3.0, "office": 4.0, "commercial": 3.0, "hotel": 5.0, "dormitory": 4.0}
"""Usual levels of buildings by the tag ``building`` [J]."""
_LEVELS_ELSE, _MOST_LEVELS = 2.0, 60.0
"""Levels of all other buildings, and the most that are believed when tagged [J]."""
_MOST_UNITS = 40.0
"""Greatest pull of a single point, so that a slip of mapping makes no hot spot [J]."""
_SPACING_M = 40.0
"""Spacing of the points of a large area, which draws people all over and not in its middle [J]."""

CENTRE, RESIDENTIAL, PARK = (people.SETTINGS.index(name) for name in ("centre", "residential", "park"))
CROWD_M = 30.0
"""So far from a station, a landing stage or a market its crowd stands and walks [J]."""


@dataclass(frozen=True)
class Attractors:
    """Points that draw people, m in number.

    Attributes
    ----------
    xy : ndarray of shape (m, 2)
        In the CRS of the features, metres.
    units : ndarray of shape (m,)
        Strength, in small shops of 150 visits a day.
    setting : ndarray of shape (m,)
        Index into `saferoute.osm.people.SETTINGS`.
    word : ndarray of m str
        Name of its kind; ``""`` for floor area, which is never named.
    thing : ndarray of shape (m,)
        Number of the mapped object; a large one has many points.
    """

    xy: FloatArray
    units: FloatArray
    setting: IntArray
    word: NDArray[np.object_]
    thing: IntArray

    def select_rows(self, rows: NDArray[np.bool_] | IntArray) -> Attractors:
        """Return the attractors in some rows."""
        return Attractors(self.xy[rows], self.units[rows], self.setting[rows], self.word[rows], self.thing[rows])


def find_attractors(features: Features) -> tuple[Attractors, Attractors]:
    """Return the attractors of a map: first its places, then the floor area of its buildings."""
    at_points, in_areas = _rate_attractors(features.points, areal=False), _rate_attractors(features.areas, areal=True)
    of_points, of_areas = at_points[at_points["units"] > 0], in_areas[in_areas["units"] > 0]
    points, areas = (
        features.points.geometry[of_points.index],
        features.areas.geometry[of_areas.index],
    )
    spots, owner = _place_spots(areas, of_areas["building"].to_numpy(dtype=bool))
    # The points of an area share its units, so that the grid's spacing does not change what it draws.
    share = 1 / np.bincount(owner, minlength=len(areas))[owner] if len(owner) else np.empty(0)
    spread = of_areas.iloc[owner]
    whole = Attractors(
        xy=np.concatenate([shapely.get_coordinates(points), spots]),
        units=np.fmin(np.concatenate([of_points["units"].to_numpy(), spread["units"].to_numpy() * share]), _MOST_UNITS),
        setting=np.concatenate([of_points["setting"], spread["setting"]]).astype(np.int64),
        word=np.concatenate([of_points["word"], spread["word"]]).astype(object),
        thing=np.concatenate([np.arange(len(points)), len(points) + owner]),
    )
    floor = np.concatenate([np.zeros(len(of_points), bool), spread["building"].to_numpy(dtype=bool)])
    return whole.select_rows(~floor), whole.select_rows(floor)


def find_crowded(tree: shapely.STRtree, features: Features) -> BoolArray:
    """Return a mask of the lines of a tree within `CROWD_M` of a station, a landing stage of ferries or a market."""
    crowded = np.zeros(len(tree), dtype=bool)
    for table in (features.points, features.outlines):
        places = table.geometry[people.brings_crowds(table)]
        crowded[tree.query(places, predicate="dwithin", distance=CROWD_M)[1]] = True
    return crowded


def _rate_attractors(table: Table, *, areal: bool) -> pd.DataFrame:
    """Return units, setting, word and whether it is floor area for each row, by the tag that draws most."""
    import pandas as pd

    tags, n = Tags.of(table), len(table)
    units, setting, building = np.zeros(n), np.zeros(n, dtype=np.int64), np.zeros(n, dtype=bool)
    word = np.full(n, "", dtype=object)
    area = shapely.area(table.geometry) if areal and n else np.zeros(n)
    private = access.is_private(tags)
    for key in people.KEYS:
        code, values = tags[key]
        floor = key == people.HOMES_KEY
        # A point has no area, hence no floor area.
        if not len(values) or (floor and not areal):
            continue
        rated = [people.rate_attraction(key, value) for value in values]
        of_key = np.array([attraction.units for attraction in rated] + [0.0])[code]
        if floor:
            of_key = of_key * area * _read_levels(tags) / _FLOOR_M2
        elif areal and key in _BY_AREA:
            of_key = of_key * np.fmax(area / _read_area_per_unit(tags, key), 1.0)
        # Gardens and pools behind houses are mapped as leisure and draw nobody from the street.
        if key == "leisure":
            of_key = np.where(private, 0.0, of_key)
        # Tags of one object are not added up: they mostly describe the same visits.
        more = of_key > units
        units[more], building[more] = of_key[more], floor
        setting[more] = np.array([attraction.setting for attraction in rated] + [0])[code[more]]
        word[more] = np.array(["" if floor else a.word for a in rated] + [""], dtype=object)[code[more]]
    return pd.DataFrame({"units": units, "setting": setting, "word": word, "building": building})


def _read_area_per_unit(tags: Tags, key: str) -> FloatArray:
    """Return the m² for which each area counts once, infinite where it counts once as a whole."""
    return look_up_value(tags, key, _BY_AREA[key], other=np.inf, missing=np.inf)


def _read_levels(tags: Tags) -> FloatArray:
    """Return the levels of buildings as tagged, or as usual for their kind where the tag is missing or absurd."""
    tagged = read_numbers(tags, "building:levels", parse_number)
    usual = look_up_value(tags, "building", _LEVELS, other=_LEVELS_ELSE, missing=0.0)
    return np.where((tagged > 0) & (tagged <= _MOST_LEVELS), tagged, usual)


def _place_spots(shapes: NDArray[np.object_], building: NDArray[np.bool_]) -> tuple[FloatArray, IntArray]:
    """Return a grid of points in each large area and one point in every other, with the row of each point."""
    rows = np.arange(len(shapes))
    if not len(shapes):
        return np.empty((0, 2)), rows
    large = rows[~building & (shapely.area(shapes) > 4 * _SPACING_M**2)]
    grid, owner = _find_grid_points(shapes[large])
    owner = large[owner]
    # A narrow area may miss every point of the grid: it gets one point like the small ones.
    alone = np.setdiff1d(rows, owner)
    middles = shapely.get_coordinates(shapely.point_on_surface(shapes[alone]))
    return np.concatenate([middles, grid]), np.concatenate([alone, owner])


def _find_grid_points(shapes: NDArray[np.object_]) -> tuple[FloatArray, IntArray]:
    """Return the points of a grid that lie in each shape, with their row; the grid is the same for every search."""
    found, owner = [np.empty((0, 2))], [np.empty(0, dtype=np.int64)]
    for row, shape in enumerate(shapes):
        low, high = np.array(shape.bounds).reshape(2, 2) / _SPACING_M
        x, y = (np.arange(np.ceil(a), np.floor(b) + 1) * _SPACING_M for a, b in zip(low, high, strict=True))
        if not len(x) * len(y) or len(x) * len(y) > _MOST_SPOTS:
            continue
        xx, yy = (v.ravel() for v in np.meshgrid(x, y))
        shapely.prepare(shape)
        inside = shapely.contains_xy(shape, xx, yy)
        found.append(np.column_stack([xx, yy])[inside])
        owner.append(np.full(int(inside.sum()), row))
    return np.concatenate(found), np.concatenate(owner)


_MOST_SPOTS = 250_000
"""Most points in an area's bounding box (20 km to a side); larger areas are no places that people visit [J]."""
