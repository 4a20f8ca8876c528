"""The question to an Overpass server for the map of a box."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.osm import keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SERVER_S = 120
"""Seconds that the server may work on a query; its own default is 180."""

_REACHING = frozenset({"boundary", "place"})
"""Keys of relations that may be whole countries and islands, which no criterion needs."""
_PROTECTED = "protected_area|national_park"
_COVERING = f"{_PROTECTED}|nature_reserve|military"


def compose_query(box: Sequence[float], *, enclosing: bool = True) -> str:
    """Return a query in Overpass QL for all objects in a box that become rows of tables.

    Protected and military areas are included even if they enclose the box, so
    that none of their edges crosses it. Relations tagged as a boundary or place
    and nothing else are not included unless they are protected areas or
    squares, since they may be whole countries. Of the routes of cyclists only
    the lists of their ways are asked for, since they may cross a continent.

    Parameters
    ----------
    box : sequence of float
        West, south, east, north in degrees.
    enclosing : bool
        Ask for protected and military areas around the whole box, too, which
        only servers that keep areas know.
    """
    west, south, east, north = box
    within = f"({south:.3f},{west:.3f},{north:.3f},{east:.3f})"
    middle = f"{(south + north) / 2:.5f},{(west + east) / 2:.5f}"
    of_areas = [key for key in keys.AREA_KEYS if key not in _REACHING]
    covering = f'[~"^(boundary|leisure|landuse)$"~"^({_COVERING})$"]'
    around_middle = f"is_in({middle})->.middle;\n" if enclosing else ""
    of_middle = f"way(pivot.middle){covering};\nrelation(pivot.middle){covering};\n" if enclosing else ""
    return f"""[out:json][timeout:{SERVER_S}];
{around_middle}rel["route"~"(^|;) *({"|".join(sorted(keys.ROUTES_OF_WHEELS))}) *(;|$)"]{within}->.routes;
(
node[{_filter_for_keys(keys.POINT_KEYS)}]{within};
way[{_filter_for_keys((*keys.LINE_KEYS, *keys.AREA_KEYS))}]{within};
relation["type"~"^(multipolygon|boundary)$"][{_filter_for_keys(of_areas)}]{within};
relation["type"="multipolygon"]["place"="square"]{within};
relation["boundary"~"^({_PROTECTED})$"]{within};
{of_middle});
(._;>;);
out;
.routes out;"""


def _filter_for_keys(keys: Iterable[str]) -> str:
    """Return a filter in Overpass QL for objects with any of some keys."""
    return f'~"^({"|".join(dict.fromkeys(keys))})$"~"."'
