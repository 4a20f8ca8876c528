"""Owners of ground: schools, hospitals, institutes, castles and others whose lawns look like anybody's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.osm import access
from saferoute.osm.ground import SCHOOLS
from saferoute.osm.tags import has_any_value, has_tag, has_value
from saferoute.table import Tags

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray
    from saferoute.table import Tagged

_HOSPITALS = frozenset({"hospital", "clinic", "nursing_home"})
_INSTITUTES = {
    "amenity": frozenset(
        "university college research_institute monastery place_of_worship courthouse townhall police fire_station "
        "social_facility conference_centre".split()
    ),
    "landuse": frozenset("institutional religious commercial industrial education".split()),
}
"""Grounds of somebody's, often open by day and shut at night and at weekends."""
_CROSSED = frozenset({"commercial", "industrial"})
_MEMORIALS = {"historic": frozenset({"memorial", "monument", "battlefield"})}
_CASTLES = {"historic": frozenset({"castle", "fort", "fortress", "citadel"})}


def is_school(areas: Tagged) -> BoolArray:
    """Return a mask of schools and kindergartens, their grounds and their buildings."""
    return has_any_value(areas, {"amenity": SCHOOLS, "building": SCHOOLS})


def is_castle(areas: Tagged) -> BoolArray:
    """Return a mask of castles, forts and the like, with their courts."""
    return has_any_value(areas, _CASTLES)


def is_stadium(areas: Tagged) -> BoolArray:
    """Return a mask of stadiums, with their stands and gates."""
    return has_any_value(areas, {"leisure": {"stadium"}, "building": {"stadium"}})


def is_hospital(areas: Tagged) -> BoolArray:
    """Return a mask of hospitals and the like, their grounds and their buildings."""
    return has_any_value(areas, {"amenity": _HOSPITALS, "building": {"hospital"}})


def is_institute(areas: Tagged) -> BoolArray:
    """Return a mask of grounds of universities, institutes, offices, churches and works, with all that lies there."""
    areas = Tags.of(areas)
    return has_any_value(areas, _INSTITUTES) | has_tag(areas, "office")


def is_ground_of_others(areas: Tagged) -> BoolArray:
    """Return a mask of grounds through which ways lead that may be shut: hospitals, campuses, monasteries and the like.

    Offices and works are none: streets lead through them.
    """
    areas = Tags.of(areas)
    return is_hospital(areas) | has_any_value(areas, {**_INSTITUTES, "landuse": _INSTITUTES["landuse"] - _CROSSED})


def is_memorial(areas: Tagged) -> BoolArray:
    """Return a mask of grounds of memorials and monuments, on which people mourn."""
    return has_any_value(areas, _MEMORIALS)


def is_private_garden(areas: Tagged) -> BoolArray:
    """Return a mask of gardens that no tag opens to everybody."""
    areas = Tags.of(areas)
    return has_value(areas, "leisure", {"garden"}) & ~access.is_open_on_foot(areas)
