"""Grounds that close, ask for leave or cost money, or are somebody's, and with them the ways and lawns within."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.geometry import find_entering
from saferoute.osm import access, entry, graves, ground, owners, ways
from saferoute.products import remember_or_make
from saferoute.table import Tags

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, IntArray
    from saferoute.model import Features, Moment


_WITHIN: dict[str, Callable[[Tags], BoolArray]] = {
    "hospital": owners.is_hospital,
    "institute": lambda areas: owners.is_ground_of_others(areas) & ~owners.is_hospital(areas),
    "graves": graves.is_old_burial_ground,
    "gone": ground.is_former_ground,
    "roof": ground.is_roof,
}
"""What a line may lie in or under that is to be looked at, by name."""
_BESIDE: dict[str, tuple[float, Callable[[Tags], BoolArray]]] = {
    "works": (15.0, ground.is_works),
    "yard": (5.0, lambda areas: owners.is_school(areas) | owners.is_ground_of_others(areas)),
}
"""What is told of that lies close to a line, and how close, in m: lorries and gates of works, and yards that a lawn or
path beside them may belong to [J]."""


_DRIVE_M = 15.0
"""A road that ends this near on a square is told of: who drives out of it does not expect a runner's back [J]."""
_AT_EDGE_M = 0.5
"""A road that ends this near to the edge of a square leads onto it: both are drawn by hand [J]."""


class Surroundings:
    """Grounds around, asked for what may be done within.

    Parameters
    ----------
    features : Features
    moment : Moment, optional
        Hour at which they are asked; without it hours that change close nothing.

    Attributes
    ----------
    tags : Tags of n grounds
        Those with hours, a fee, or where it is not known whether everybody may go in.
    """

    def __init__(self, features: Features, moment: Moment | None) -> None:
        self._moment = moment
        of_areas, shapes = Tags.of(features.outlines), features.outlines.geometry
        at_hour = entry.is_closed_at(of_areas, moment)
        around = of_areas.remember(entry.passes_on)
        self._shut = shapes[of_areas.remember(ground.is_closed_to_strangers) & ~at_hour.no]
        self._closed_at_hour = shapes[at_hour.yes & around]
        asked = of_areas.remember(_ask_before_entering)
        self.tags, self._asked = of_areas.select_rows(asked), shapes[asked]
        self._within = {name: shapes[of_areas.remember(find)] for name, find in _WITHIN.items()}
        self._beside = {name: (shapes[of_areas.remember(find)], away_m) for name, (away_m, find) in _BESIDE.items()}
        drives = remember_or_make(
            features, "drives", b"", lambda: _find_drives(features, shapes[ground.is_square(of_areas)])
        )
        self._beside["drive"] = (drives, _DRIVE_M)

    def find_lines_on_shut_ground(self, lines: shapely.STRtree) -> IntArray:
        """Return which lines enter ground that is closed to strangers by its own tags."""
        return np.unique(find_entering(self._shut, lines)[1])

    def find_lines_closed_at_hour(self, lines: shapely.STRtree) -> IntArray:
        """Return which lines enter ground that is closed at the hour."""
        return np.unique(find_entering(self._closed_at_hour, lines)[1])

    def is_open_at_hour(self, ground: Tags) -> BoolArray:
        """Return a mask of ground that its own hours leave open at the hour."""
        return entry.is_closed_at(ground, self._moment).no

    def pair_with_lines(self, lines: shapely.STRtree) -> tuple[IntArray, IntArray]:
        """Return the pairs of grounds, as rows of `tags`, and the lines that enter them."""
        return find_entering(self._asked, lines)

    def name_grounds(self, lines: shapely.STRtree) -> list[list[str]]:
        """Return for each line the names of what it lies in or under, or close to: ``hospital``, ``works`` and others.

        Returns
        -------
        list of lists of str
            Of ``hospital``, ``institute``, ``graves``, ``gone`` (what was there is no more), ``roof``, ``works``,
            ``yard``, the ground of a school, hospital or the like beside it, and ``drive``, by which motors get onto a
            square.
        """
        names: list[list[str]] = [[] for _ in lines.geometries]
        found = {name: find_entering(shapes, lines)[1] for name, shapes in self._within.items()}
        for name, (shapes, away_m) in self._beside.items():
            found[name] = lines.query(shapes, predicate="dwithin", distance=away_m)[1]
        # Who is on such ground need not ask whether it goes on beside it.
        found["yard"] = np.setdiff1d(found["yard"], np.concatenate([found["hospital"], found["institute"]]))
        for name, rows in found.items():
            for row in np.unique(rows):
                names[row].append(name)
        return names


def _ask_before_entering(areas: Tags) -> BoolArray:
    """Return a mask of grounds with hours, a fee, or where it is not known whether everybody may go in."""
    return ground.is_entered_by_leave(areas) | (areas.remember(entry.passes_on) & entry.has_conditions(areas))


def _find_drives(features: Features, squares: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return where motors get onto squares: ends of roads and drives, and foot ways that are open to them."""
    of_ways, lines = Tags.of(features.ways), features.ways.geometry
    here, roads = ~ways.is_off_ground(of_ways), ways.is_motor_road(of_ways)
    ends = np.concatenate([shapely.get_point(lines[roads & here], at) for at in (0, -1)])
    streets = lines[ways.is_foot_way(of_ways) & ~roads & access.is_open_to_motors(of_ways).yes & here]
    led = np.concatenate([ends, streets])
    found: NDArray[np.object_] = led[
        np.unique(shapely.STRtree(led).query(squares, predicate="dwithin", distance=_AT_EDGE_M)[1])
    ]
    return found
