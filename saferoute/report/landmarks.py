"""Where stretches lie, in words: the named grounds that hold them, and the named things near them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from saferoute.osm import landmarks
from saferoute.osm.ways import may_be_off_ground
from saferoute.report.text import name_direction, sanitize_text

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.model import Features
    from saferoute.report.units import Units

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
    tree = shapely.STRtree(lines)
    areas = _pair_with_named(features.areas, tree, _tell_areas)
    ways = _pair_with_named(features.ways, tree, lambda ways: landmarks.is_street(ways) | landmarks.is_water(ways))
    held = _name_holding_grounds(lines, middles, areas[areas["told"] != _WATER])
    seen = _look_around(lines, middles, pd.concat([areas, ways], ignore_index=True))
    nearby = [
        _relate([thing for thing in around if thing.name not in {*names, ground}])
        for around, names, (_, ground) in zip(seen, own, held, strict=True)
    ]
    lost = np.array([not (ground or near) for (_, ground), near in zip(held, nearby, strict=True)], dtype=bool)
    far = np.full(len(lines), "", dtype=object)
    far[lost] = _relate_to_places(middles[lost], features.points, units)
    return [
        Where(joiner + ground, near, away)
        for (joiner, ground), near, away in zip(held, nearby, far.tolist(), strict=True)
    ]


def _tell_areas(areas: pd.DataFrame) -> NDArray[np.object_]:
    """Return the joiner of each ground, `_WATER` for water, ``""`` for what tells nothing."""
    joiners = landmarks.choose_joiners(areas)
    joiners[(joiners == "") & landmarks.is_water(areas)] = _WATER
    return joiners


def _pair_with_named(
    table: gpd.GeoDataFrame, tree: shapely.STRtree, tell: Callable[[pd.DataFrame], NDArray[np.object_] | BoolArray]
) -> pd.DataFrame:
    """Return pairs of lines and the named things within `NEAR_M` of them.

    `tell` returns for each thing whether it is a landmark; what it returns is the column
    ``told``, beside ``line``, ``name`` and ``shape``.
    """
    named = np.flatnonzero(table["name"].notna().to_numpy(dtype=bool))
    shapes = table.geometry.to_numpy()[named]
    thing, line = tree.query(shapes, predicate="dwithin", distance=NEAR_M)
    rows, back = np.unique(thing, return_inverse=True)
    near = table.iloc[named[rows]]
    told = tell(near)[back]
    text = np.array([sanitize_text(name, LONGEST_NAME) for name in near["name"]], dtype=object)[back]
    pairs = pd.DataFrame({"line": line, "name": text, "told": told, "shape": shapes[thing]})
    overhead = _find_overhead(tree, pairs, may_be_off_ground(near)[back])
    return pairs[told.astype(bool) & (text != "") & ~overhead]


def _find_overhead(tree: shapely.STRtree, pairs: pd.DataFrame, off_ground: BoolArray) -> BoolArray:
    """Return a mask of pairs of lines and what leads over or under them: nobody below a bridge is "by" the road on it.

    With it go other things of that name, as the ends of the bridge.
    """
    rows = np.flatnonzero(off_ground)
    shapes, lines = pairs["shape"].to_numpy()[rows], tree.geometries[pairs["line"].to_numpy()[rows]]
    of_name = pd.MultiIndex.from_frame(pairs[["line", "name"]])
    overhead: BoolArray = of_name.isin(of_name[rows[shapely.crosses(lines, shapes)]])
    return overhead


def _name_holding_grounds(
    lines: NDArray[np.object_], middles: NDArray[np.object_], grounds: pd.DataFrame
) -> list[tuple[str, str]]:
    """Return joiner and name of the smallest ground that holds each line, ``("", "")`` without one."""
    line, shapes = grounds["line"].to_numpy(), grounds["shape"].to_numpy(dtype=object)
    around = shapely.intersects(shapes, middles[line])
    grounds, line, shapes = grounds[around], line[around], shapely.make_valid(shapes[around])
    inside = shapely.length(shapely.intersection(lines[line], shapes)) >= HELD * shapely.length(lines[line])
    held = grounds[inside].assign(size=shapely.area(shapes[inside]))
    smallest = held.sort_values(["line", "size", "name"]).drop_duplicates("line").set_index("line")
    told = dict(zip(smallest.index, zip(smallest["told"], smallest["name"], strict=True), strict=True))
    return [told.get(number, ("", "")) for number in range(len(lines))]


def _look_around(lines: NDArray[np.object_], middles: NDArray[np.object_], things: pd.DataFrame) -> list[list[_Seen]]:
    """Return what is seen from each line, nearest to its middle first, each name once."""
    line, shapes = things["line"].to_numpy(dtype=np.int64), things["shape"].to_numpy(dtype=object)
    away, bearing = _measure_from(shapes, middles[line])
    things = things.assign(from_line=shapely.distance(lines[line], shapes), from_middle=away, bearing=bearing)
    things["from_line"] = things.groupby(["line", "name"])["from_line"].transform("min")
    things = things.sort_values(["line", "from_middle", "name", "bearing"]).drop_duplicates(["line", "name"])
    seen: list[list[_Seen]] = [[] for _ in lines]
    for row in things.itertuples(index=False):
        seen[row.line].append(_Seen(row.name, row.from_line, row.from_middle, row.bearing))
    return seen


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


def _relate_to_places(middles: NDArray[np.object_], points: gpd.GeoDataFrame, units: Units) -> list[str]:
    """Return how points lie to the nearest place within `FAR_M`, ``""`` where there is none."""
    named = points[points["name"].notna().to_numpy(dtype=bool)]
    places = named[landmarks.is_settlement(named)]
    names = [sanitize_text(name, LONGEST_NAME) for name in places["name"]]
    told = [""] * len(middles)
    found = shapely.STRtree(places.geometry.to_numpy()).query_nearest(middles, max_distance=FAR_M, all_matches=False)
    away, bearing = _measure_from(places.geometry.to_numpy()[found[1]], middles[found[0]])
    for line, place, metres, degrees in zip(*found, away, bearing, strict=True):
        if names[place]:
            told[line] = f"{units.format_distance(metres)} {name_direction(degrees)} of {names[place]}"
    return told
