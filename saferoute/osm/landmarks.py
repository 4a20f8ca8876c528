"""Landmarks: by the names of which objects people say where something is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.osm import ways
from saferoute.osm.tags import has_any_value, has_value, is_tagged
from saferoute.table import Tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray
    from saferoute.table import Tagged

GROUNDS: Mapping[str, Mapping[str, frozenset[str]]] = {
    " in ": {
        "leisure": frozenset({"park", "garden", "common", "nature_reserve", "dog_park", "golf_course"}),
        "landuse": frozenset({"recreation_ground", "village_green", "forest", "cemetery", "meadow", "grass"}),
        "natural": frozenset({"wood", "heath", "grassland", "scrub"}),
    },
    ", ": {
        "leisure": frozenset({"pitch", "track", "stadium", "sports_centre", "beach_resort", "playground"}),
        "natural": frozenset({"beach", "sand", "dune"}),
        "amenity": frozenset({"school", "college", "university"}),
        "tourism": frozenset({"attraction", "camp_site", "zoo"}),
    },
    " on ": {"place": frozenset({"square"}), "highway": frozenset({"pedestrian"}), "man_made": frozenset({"pier"})},
}
"""Grounds by whose name people find something, under the words that lead from it to the name [J]."""
_WATERS = {
    "natural": frozenset({"water", "bay"}),
    "waterway": frozenset({"river", "stream", "canal", "riverbank", "dock"}),
    "landuse": frozenset({"reservoir", "basin"}),
}
_SETTLEMENTS = frozenset({
    "village", "hamlet", "isolated_dwelling", "farm", "suburb", "quarter", "neighbourhood", "locality", "square",
    "town", "city_block", "islet",
})  # fmt: skip
"""Places so small that "north of" their middle means something [J]."""


def choose_joiners(areas: Tagged) -> NDArray[np.object_]:
    """Return the words of `GROUNDS` that lead to the name of each area, ``""`` where it is no such ground."""
    areas = Tags.of(areas)
    joiners = np.full(len(areas), "", dtype=object)
    for joiner, values in GROUNDS.items():
        joiners[has_any_value(areas, values) & (joiners == "")] = joiner
    return joiners


def is_street(lines: Tagged) -> BoolArray:
    """Return a mask of streets and paths in the open, by whose name people find something."""
    lines = Tags.of(lines)
    built = is_tagged(lines, "highway") & ~has_value(lines, "highway", ways.NOT_BUILT)
    return built & ~ways.is_in_tunnel(lines)


def is_water(things: Tagged) -> BoolArray:
    """Return a mask of lakes, bays and running water in the open."""
    things = Tags.of(things)
    return has_any_value(things, _WATERS) & ~ways.is_in_tunnel(things)


def is_settlement(points: Tagged) -> BoolArray:
    """Return a mask of villages, parts of towns and other places of their size."""
    return has_value(points, "place", _SETTLEMENTS)
