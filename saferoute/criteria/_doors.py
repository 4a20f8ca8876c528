"""Doors of houses that the map does not draw.

Beside a street or pavement on a map without its houses nothing is mapped, and doors open all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.criteria import _samples
from saferoute.criteria.things import HOUSES, IS_BEFORE_NO_DOORS
from saferoute.osm import frontages, ways
from saferoute.osm.tags import has_value
from saferoute.table import Tags

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.criteria._lateral import Sides
    from saferoute.criteria.things import Things
    from saferoute.model import Features, Samples

IF_UNDRAWN = 0.6
"""Factor on the confidence that all is drawn where houses are not [J]."""
_ALONG_M = 12.0
"""A way this near to the middle of a street runs along it, as a pavement does [J]."""
_FRONT_M = 8.0
"""Ground this far beside the line tells whether houses can stand there [J]."""
_DRAWN_M = 30.0
"""Where a building is drawn within this distance on a side, the houses of that side are drawn [J]."""


def find_undrawn_doors(samples: Samples, asked: IntArray, sides: Sides, features: Features) -> BoolArray:
    """Return a mask of those of some samples beside which houses likely stand that are not drawn.

    They run on or along a street with houses, and on one side nothing is drawn: neither a house, nor what keeps doors
    away, nor ground on which no house stands.
    """
    found = np.zeros(len(samples), dtype=bool)
    bare = ~sides.find_sides_with(IS_BEFORE_NO_DOORS)
    rows = asked[bare[asked].any(axis=1)]
    rows = rows[~_is_on_lawn(samples)[rows]]
    rows = rows[_is_on_street(samples, rows, features)]
    bare = bare[rows] & ~_is_before_houses(samples, rows, sides.things)
    bare &= ~_is_before_open_ground(samples, rows, features)
    found[rows[bare.any(axis=1)]] = True
    return found[asked]


def _is_on_lawn(samples: Samples) -> BoolArray:
    """Return a mask of samples on open ground but squares: doors open onto pavements and squares, not onto a lawn."""
    is_area = samples.ground["origin"] == "area"
    on_lawn = is_area & ~has_value(samples.ground, "kind", {"square"})
    found: BoolArray = _samples.reduce_to_samples(samples, on_lawn.astype(float), "max") > 0
    return found


def _is_on_street(samples: Samples, rows: IntArray, features: Features) -> BoolArray:
    """Return a mask of some samples that run on or along streets with houses."""
    on_street = frontages.is_frontage(samples.ground).astype(float)
    hit = _samples.reduce_to_samples(samples, on_street, "max")[rows] > 0
    of_ways, lines = Tags.of(features.ways), features.ways.geometry
    here = ~ways.is_off_ground(of_ways)
    hit |= _runs_along(samples.lines[rows], lines[frontages.is_frontage(of_ways) & here])
    middle, _ = _measure_lefts(samples, rows)
    rest = np.flatnonzero(~hit)
    rest = rest[_lies_on(middle[rest], features, frontages.is_built_up)]
    hit[rest] = _runs_along(samples.lines[rows[rest]], lines[frontages.is_town_street(of_ways) & here])
    return hit


def _runs_along(lines: NDArray[np.object_], streets: NDArray[np.object_]) -> BoolArray:
    """Return a mask of short lines both ends of which, and what lies as far again beyond, are close to a street."""
    start, end = (shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1))
    reach = 2 * (end - start)
    tree = shapely.STRtree(shapely.points(np.concatenate([start - reach, end + reach])))
    near = np.zeros(2 * len(lines), dtype=bool)
    near[tree.query(streets, predicate="dwithin", distance=_ALONG_M)[1]] = True
    before, beyond = near.reshape(2, -1)
    return before & beyond


def _measure_lefts(samples: Samples, rows: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the middles of some samples, and the unit vectors to their left."""
    start = rows + samples.stroke[rows]
    begin, end = samples.xy[start], samples.xy[start + 1]
    ahead = (end - begin) / np.maximum(np.hypot(*(end - begin).T), 1e-9)[:, None]
    return (begin + end) / 2, np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)


def _is_before_houses(samples: Samples, rows: IntArray, things: Things) -> BoolArray:
    """Return a mask of the left and right sides of some samples on which a building is drawn nearby."""
    middle, left = _measure_lefts(samples, rows)
    walls, points = things.shapes[np.isin(things.kind, HOUSES)], shapely.points(middle)
    wall, row = shapely.STRtree(points).query(walls, predicate="dwithin", distance=_DRAWN_M)
    to_wall = shapely.get_coordinates(shapely.shortest_line(points[row], walls[wall])).reshape(-1, 2, 2)
    leftwards = ((to_wall[:, 1] - to_wall[:, 0]) * left[row]).sum(axis=1)
    found = np.zeros((len(rows), 2), dtype=bool)
    found[row[leftwards > 0], 0] = True
    found[row[leftwards < 0], 1] = True
    return found


def _is_before_open_ground(samples: Samples, rows: IntArray, features: Features) -> BoolArray:
    """Return a mask of the left and right sides of some samples that are ground on which no house stands."""
    middle, left = _measure_lefts(samples, rows)
    fronts = [middle + _FRONT_M * left, middle - _FRONT_M * left]
    return np.stack([_lies_on(front, features, frontages.is_without_houses) for front in fronts], axis=1)


def _lies_on(xy: FloatArray, features: Features, is_ground: Callable[[Tags], BoolArray]) -> BoolArray:
    """Return a mask of points that lie on ground of some kind."""
    shapes = features.outlines.geometry[is_ground(Tags.of(features.outlines))]
    found = np.zeros(len(xy), dtype=bool)
    found[shapely.STRtree(shapely.points(xy)).query(shapes, predicate="intersects")[1]] = True
    return found
