"""Runners: the ways that they are led along, and the ground that they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.osm import keys
from saferoute.osm.tags import has_value
from saferoute.osm.ways import is_highway
from saferoute.table import Tags

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray
    from saferoute.table import Tagged

_SPORTS = frozenset({"running", "jogging"})


def leads_runners(ways: Tagged) -> BoolArray:
    """Return a mask of ways along which runners are led: running routes, fitness trails and paths made to run on."""
    ways = Tags.of(ways)
    return has_value(ways, "route", keys.ROUTES_OF_RUNNERS) | (is_highway(ways) & has_value(ways, "sport", _SPORTS))


def is_fitness_station(things: Tagged) -> BoolArray:
    """Return a mask of the apparatus that stands along fitness trails."""
    return has_value(things, "leisure", {"fitness_station"})


def is_park(areas: Tagged) -> BoolArray:
    """Return a mask of parks."""
    return has_value(areas, "leisure", {"park"})
