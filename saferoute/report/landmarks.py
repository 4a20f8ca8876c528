"""Where stretches lie, in words: the named grounds that hold them, and the named things near them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from saferoute.osm import landmarks
from saferoute.osm.tags import is_tagged
from saferoute.osm.ways import may_be_off_ground
from saferoute.products import remember_or_make
from saferoute.report.text import name_direction, sanitize_text
from saferoute.table import Tags

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Features
    from saferoute.report.units import Units
    from saferoute.table import Table

LONGEST_NAME = 50
"""Most characters of a name on the map within the name of a stretch."""
NEAR_M = 150.0
"""Distance from a stretch within which a thing tells where it lies."""
BESIDE_M = 30.0
"""Distance within which a stretch lies "by" a thing [J]."""
BETWEEN_M = 100.0
"""Distance of the middle of a stretch from each of two things that it lies between [J]."""
OPPOSITE_DEG = 120.0
"""Least angle between the directions to two things on opposite sides [J]."""
HELD = 0.7
"""Least share of a stretch within the ground that holds it [J]."""
FAR_M = 2000.0
"""Distance from a place within which it tells where a stretch lies that has nothing named nearer."""


_WATER = "water"


class Where(NamedTuple):
    """Where a stretch lies, in words that follow what it is; ``""`` = not known."""

    ground: str
    """As in " in City Park": the smallest named ground that holds it."""
    nearby: str
    """As in "by Mill Street"."""
    far: str
    """As in "1.2 km north of Newton", where the others are not known."""


class _Seen(NamedTuple):
    """A named thing as seen from a stretch."""

    name: str
    from_line_m: float
    from_middle_m: float
    bearing_deg: float
    """From the thing's nearest point to the middle of the stretch."""


def locate_lines(
    lines: NDArray[np.object_], own: list[tuple[str, ...]], features: Features, units: Units
) -> list[Where]:
    """Return where lines lie.

    Parameters
    ----------
    lines : ndarray of n LineStrings
        In the CRS of the features.
    own : list of n tuple of str
        Names of the ground itself that each line runs on; a thing of the same name says nothing.
    features : Features
        With all that lies within `FAR_M` of the lines.
    units : Units
        Units of the words.
    """
    middles = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    areas = _pair_with_named(features, "areas", lines, _tell_areas)
    ways = _pair_with_named(features, "ways", lines, _tell_ways)
    held = _name_holding_grounds(lines, middles, areas.select_rows(areas.told != _WATER))
    seen = _look_around(lines, middles, areas.append(ways))
    nearby = [
        _relate([thing for thing in around if thing.name not in {*names, ground}])
        for around, names, (_, ground) in zip(seen, own, held, strict=True)
    ]
    lost = np.array([not (ground or near) for (_, ground), near in zip(held, nearby, strict=True)], dtype=bool)
    far = np.full(len(lines), "", dtype=object)
    if lost.any():
        far[lost] = _relate_to_places(middles[lost], features.points, units)
    return [
        Where(joiner + ground, near, away)
        for (joiner, ground), near, away in zip(held, nearby, far.tolist(), strict=True)
    ]


class _Named(NamedTuple):
    """Pairs of lines and the named things near them."""

    line: IntArray
    name: NDArray[np.object_]
    told: NDArray[np.object_]
    """What tells that a thing is a landmark, and of which kind."""
    shape: NDArray[np.object_]

    def select_rows(self, rows: BoolArray | IntArray) -> _Named:
        """Return some of the pairs."""
        return _Named(self.line[rows], self.name[rows], self.told[rows], self.shape[rows])

    def append(self, other: _Named) -> _Named:
        """Return these pairs, and others behind them."""
        columns: zip[Any] = zip(self, other, strict=True)
        return _Named(*map(np.concatenate, columns))


def _tell_areas(areas: Tags) -> NDArray[np.object_]:
    """Return the joiner of each ground, `_WATER` for water, ``""`` for what tells nothing."""
    joiners = landmarks.choose_joiners(areas)
    joiners[(joiners == "") & landmarks.is_water(areas)] = _WATER
    return joiners


def _tell_ways(ways: Tags) -> NDArray[np.object_]:
    """Return whether each way is a street or water."""
    return (landmarks.is_street(ways) | landmarks.is_water(ways)).astype(object)


def _find_named(features: Features, name: str) -> tuple[IntArray, shapely.STRtree]:
    """Return the rows of a table of features that have a name, and a tree of their shapes."""

    def find() -> tuple[IntArray, shapely.STRtree]:
        table = getattr(features, name)
        rows = np.flatnonzero(is_tagged(table, "name"))
        return rows, shapely.STRtree(table.geometry[rows])

    return remember_or_make(features, f"named {name}", b"", find)


def _pair_with_named(
    features: Features, name: str, lines: NDArray[np.object_], tell: Callable[[Tags], NDArray[np.object_]]
) -> _Named:
    """Return pairs of lines and the landmarks of a table of features within `NEAR_M` of them, by thing and line.

    `tell` returns for each thing what tells that it is a landmark, nothing if it is none.
    """
    named, tree = _find_named(features, name)
    # The tree that is asked is that of the lines: things of thousands of corners are prepared, and not gone through.
    boxes = shapely.box(*(shapely.bounds(lines) + NEAR_M * np.array([-1, -1, 1, 1])).T)
    around = np.unique(tree.query(boxes)[1])
    of_around, line = shapely.STRtree(lines).query(tree.geometries[around], predicate="dwithin", distance=NEAR_M)
    thing = around[of_around]
    order = np.lexsort((line, thing))
    line, thing = line[order], thing[order]
    rows, back = np.unique(thing, return_inverse=True)
    near = Tags.of(getattr(features, name)).select_rows(named[rows])
    codes, values = near["name"].drop_unused()
    text = np.array([sanitize_text(value, LONGEST_NAME) for value in values], dtype=object)[codes]
    pairs = _Named(line, text[back], tell(near)[back], tree.geometries[thing])
    overhead = _find_overhead(lines, pairs, may_be_off_ground(near)[back])
    return pairs.select_rows(pairs.told.astype(bool) & (pairs.name != "") & ~overhead)


def _find_overhead(lines: NDArray[np.object_], pairs: _Named, off_ground: BoolArray) -> BoolArray:
    """Return a mask of pairs of lines and what leads over or under them: nobody below a bridge is "by" the road on it.

    With it go other things of that name, as the ends of the bridge.
    """
    rows = np.flatnonzero(off_ground)
    crossing = rows[shapely.crosses(lines[pairs.line[rows]], pairs.shape[rows])]
    of_name = list(zip(pairs.line.tolist(), pairs.name.tolist(), strict=True))
    crossed = {of_name[row] for row in crossing.tolist()}
    return np.array([pair in crossed for pair in of_name], dtype=bool)


def _name_holding_grounds(
    lines: NDArray[np.object_], middles: NDArray[np.object_], grounds: _Named
) -> list[tuple[str, str]]:
    """Return joiner and name of the smallest ground that holds each line, ``("", "")`` without one."""
    grounds = grounds.select_rows(shapely.intersects(grounds.shape, middles[grounds.line]))
    line, shapes = grounds.line, shapely.make_valid(grounds.shape)
    inside = shapely.length(shapely.intersection(lines[line], shapes)) >= HELD * shapely.length(lines[line])
    held = zip(line[inside], shapely.area(shapes[inside]), grounds.name[inside], grounds.told[inside], strict=True)
    smallest: dict[int, tuple[str, str]] = {}
    for number, _, name, joiner in sorted(held, key=lambda pair: pair[:3]):
        smallest.setdefault(number, (joiner, name))
    return [smallest.get(number, ("", "")) for number in range(len(lines))]


def _look_around(lines: NDArray[np.object_], middles: NDArray[np.object_], things: _Named) -> list[list[_Seen]]:
    """Return what is seen from each line, nearest to its middle first, each name once."""
    away, bearing = _measure_from(things.shape, middles[things.line])
    from_line = shapely.distance(lines[things.line], things.shape)
    told = [column.tolist() for column in (things.line, away, things.name, bearing, from_line)]
    nearest: dict[tuple[int, str], float] = {}
    for line, _, name, _, distance in zip(*told, strict=True):
        nearest[line, name] = min(distance, nearest.get((line, name), distance))
    seen: list[dict[str, _Seen]] = [{} for _ in lines]
    for line, middle, name, direction, _ in sorted(zip(*told, strict=True)):
        seen[line].setdefault(name, _Seen(name, nearest[line, name], middle, direction))
    return [list(of_line.values()) for of_line in seen]


def _measure_from(shapes: NDArray[np.object_], points: NDArray[np.object_]) -> tuple[FloatArray, FloatArray]:
    """Return how far each point is from a shape, in metres, and in which direction from its nearest point."""
    ends = shapely.get_coordinates(shapely.shortest_line(shapes, points)).reshape(-1, 2, 2)
    east, north = (ends[:, 1] - ends[:, 0]).T
    return np.hypot(east, north), np.degrees(np.arctan2(east, north)) % 360


def _relate(seen: list[_Seen]) -> str:
    """Return how a stretch lies to what is seen from it, nearest to its middle first, ``""`` to nothing."""
    if not seen:
        return ""
    first = seen[0]
    if first.from_middle_m <= BESIDE_M:
        return f"by {first.name}"
    for other in seen[1:]:
        turn = abs((first.bearing_deg - other.bearing_deg + 180) % 360 - 180)
        if other.from_middle_m <= BETWEEN_M and turn >= OPPOSITE_DEG:
            return "between {} and {}".format(*sorted((first.name, other.name)))
    beside = min(seen, key=lambda thing: thing.from_line_m)
    if beside.from_line_m <= BESIDE_M:
        return f"by {beside.name}"
    return f"{name_direction(first.bearing_deg)} of {first.name}"


def _relate_to_places(middles: NDArray[np.object_], points: Table, units: Units) -> list[str]:
    """Return how points lie to the nearest place within `FAR_M`, ``""`` where there is none."""
    places = points.select_rows(is_tagged(points, "name") & landmarks.is_settlement(points))
    names = [sanitize_text(name, LONGEST_NAME) for name in places.tags.get_text("name")]
    told = [""] * len(middles)
    found = shapely.STRtree(places.geometry).query_nearest(middles, max_distance=FAR_M, all_matches=False)
    away, bearing = _measure_from(places.geometry[found[1]], middles[found[0]])
    for line, place, metres, degrees in zip(*found, away, bearing, strict=True):
        if names[place]:
            told[line] = f"{units.format_distance(metres)} {name_direction(degrees)} of {names[place]}"
    return told
