"""Names of stretches: what each is and where it lies, as people would say it."""

from __future__ import annotations

from collections import defaultdict
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from saferoute.osm.surfaces import WORDS as SURFACES
from saferoute.report.landmarks import LONGEST_NAME, locate_lines
from saferoute.report.text import name_direction, sanitize_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Features
    from saferoute.report.units import Units

_WAYS = {
    "footway": "path", "path": "path", "track": "track", "cycleway": "cycle path", "bridleway": "bridleway",
    "pedestrian": "pedestrian street",
}  # fmt: skip
"""Words for ways by ``highway``."""
_GROUNDS = {
    "pitch": "pitch", "beach": "beach", "sand": "sand", "grass": "lawn", "village green": "green", "square": "square",
    "meadow": "meadow", "recreation ground": "open ground", "park": "open ground",
}  # fmt: skip
"""Words for open ground by its kind."""
_GRASS = frozenset({"grass", "turf"})
_BARE = frozenset({"beach", "sand", "grass", "meadow", "village green"})
"""Kinds whose word says the material, too; others stand behind it."""
_APART_M = 25.0
"""Distance from which two stretches are told apart by their sides [J]."""
_SIDE_M = 10.0
"""Least distance from the middle of a running track on which a straight has a side [J]."""


def describe_ground(ground: Mapping[str, Any], surface: object) -> str:
    """Return what a stretch is in a few words.

    Parameters
    ----------
    ground : mapping
        The tags, ``origin`` and ``kind`` of what most of it lies on.
    surface : object
        As tagged or as its kind implies; anything unknown is left out.

    Examples
    --------
    >>> describe_ground({"origin": "way", "kind": "way", "highway": "footway"}, "paving_stones")
    'paving stone path'
    >>> describe_ground({"origin": "area", "kind": "park"}, "likely grass")
    'open ground'
    """
    kind, material = ground["kind"], SURFACES.get(surface) if isinstance(surface, str) else None
    if ground["origin"] == "track":
        return "straight of the running track"
    if ground["origin"] == "way":
        word = "pavement" if ground.get("footway") == "sidewalk" else _WAYS.get(ground["highway"], "way")
    elif kind in {"park", "recreation ground"} and surface in _GRASS:
        word, material = "lawn", None
    elif kind == "beach" and surface == "sand":
        word, material = "sand", None
    else:
        word = _GROUNDS.get(kind, "open ground")
    if material is None or kind in _BARE:
        return word
    # In English the first of two nouns stands in the singular.
    plural = material.endswith("s") and not material.endswith("ss")
    return f"{material[:-1] if plural else material} {word}"


def name_stretches(
    lines: NDArray[np.object_],
    grounds: Sequence[Mapping[str, Any]],
    own: list[tuple[str, ...]],
    features: Features,
    units: Units,
) -> dict[str, list[Any]]:
    """Return the name of each stretch, and what else tells where it lies.

    Parameters
    ----------
    lines : ndarray of n LineStrings
    grounds : sequence of n mappings
        What most of each lies on: tags, ``origin``, ``kind`` and ``geometry``, and the ``surface`` of the stretch.
    own : list of n tuple of str
        The names on the map of the ground of each, which hold for most of it.
    features : Features
        With all within 2 km of the stretches.
    units : Units
        Units of the words.

    Returns
    -------
    lists of n values
        ``name``; ``nearby`` as in "by Mill Street", which `tell_apart` adds where names
        are alike, ``""`` = nothing; ``is_lost``: nothing named is near enough to tell where it lies.
    """
    own = [tuple(text for name in names if (text := sanitize_text(name, LONGEST_NAME))) for names in own]
    told = []
    rows = zip(grounds, lines, own, locate_lines(lines, own, features, units), strict=True)
    for ground, line, names, where in rows:
        if ground["origin"] == "way" and names:
            told.append((", ".join(names), where.nearby, False))
            continue
        what = describe_ground(ground, ground["surface"])
        if ground["origin"] == "track":
            what = " ".join(filter(None, (_name_side(line, ground["geometry"]), what)))
        if where.ground or names:
            told.append((what + (where.ground or f", {names[0]}"), where.nearby, False))
        elif where.nearby:
            told.append((f"{what} {where.nearby}", "", False))
        else:
            told.append((f"{what}, {where.far}" if where.far else what, "", not where.far))
    return {column: [row[k] for row in told] for k, column in enumerate(("name", "nearby", "is_lost"))}


def _name_side(line: shapely.LineString, track: shapely.Geometry) -> str:
    """Return on which side of a running track a straight lies, ``""`` where the track is not mapped whole."""
    if track.geom_type == "LineString":
        if not track.is_closed:
            return ""
        track = shapely.Polygon(track)
    (x, y), (x0, y0), (x1, y1) = (point.coords[0] for point in (track.centroid, *shapely.get_parts(line.boundary)))
    along = np.array([x1 - x0, y1 - y0]) / np.hypot(x1 - x0, y1 - y0)
    away = np.array([(x0 + x1) / 2 - x, (y0 + y1) / 2 - y])
    across = away - (away @ along) * along
    if np.hypot(*across) < _SIDE_M:
        return ""
    return name_direction(float(np.degrees(np.arctan2(*across))))


def tell_apart(names: Sequence[str], nearby: Sequence[str], middle_m: FloatArray) -> list[str]:
    """Return the names of stretches, of which no two are alike.

    Where some are, what is near them is added; where some still are, the side on
    which each lies among them, or a letter in the order of their places.

    Parameters
    ----------
    names, nearby : sequence of n str
        As `name_stretches` returns them.
    middle_m : ndarray of shape (n, 2)
        Metres east and north.

    Examples
    --------
    >>> tell_apart(["path in A", "path in A", "sand"], ["by B", "", ""], np.zeros((3, 2)))
    ['path in A, by B', 'path in A', 'sand']
    """
    told = list(names)
    for rows in _list_alike(told):
        for row in rows:
            told[row] = ", ".join(filter(None, (told[row], nearby[row])))
    for rows in _list_alike(told):
        for row, mark in zip(rows, _mark_sides(middle_m[rows]), strict=True):
            told[row] += f" ({mark})"
    # Where a name on the map ends as one of these marks does, letters go on until all differ.
    used: set[str] = set()
    for row, name in enumerate(told):
        free = (name if number == 0 else f"{name} ({_make_letters(number - 1)})" for number in count())
        told[row] = next(text for text in free if text.casefold() not in used)
        used.add(told[row].casefold())
    return told


def _list_alike(names: list[str]) -> Iterator[IntArray]:
    """Yield the rows of each name that more than one has, capitals aside."""
    rows = defaultdict(list)
    for row, name in enumerate(names):
        rows[name.casefold()].append(row)
    yield from (np.array(alike) for alike in rows.values() if len(alike) > 1)


def _mark_sides(middle_m: FloatArray) -> list[str]:
    """Return a word or letter for each of some points, by their order from north to south or west to east."""
    spread = np.ptp(middle_m, axis=0)
    upright = spread[1] >= spread[0]
    along = -middle_m[:, 1] if upright else middle_m[:, 0]
    order = np.argsort(along, kind="stable")
    ends = ["north", "south"] if upright else ["west", "east"]
    words = {2: ends, 3: [ends[0], "middle", ends[1]]}.get(len(along))
    if words is None or np.diff(along[order]).min() < _APART_M:
        words = [_make_letters(number) for number in range(len(along))]
    marks = np.empty(len(along), dtype=object)
    marks[order] = words
    return [str(mark) for mark in marks]


def _make_letters(number: int) -> str:
    """Return A, B … Z, AA, AB … for 0, 1, ….

    Examples
    --------
    >>> [_make_letters(number) for number in (0, 25, 26, 702)]
    ['A', 'Z', 'AA', 'AAA']
    """
    first, last = divmod(number, 26)
    return (_make_letters(first - 1) if first else "") + chr(ord("A") + last)


def locate_from_start(away_m: FloatArray, units: Units) -> str:
    """Return how a point lies to the start, in words.

    Parameters
    ----------
    away_m : ndarray of shape (2,)
        Metres east and north of the start.
    units : Units
        Units of the words.

    Examples
    --------
    >>> from saferoute.report.units import METRIC_UNITS
    >>> locate_from_start(np.array([226.0, 226.0]), METRIC_UNITS)
    '320 m north-east of the start'
    """
    direction = name_direction(float(np.degrees(np.arctan2(*away_m))))
    return f"{units.format_distance(float(np.hypot(*away_m)))} {direction} of the start"
