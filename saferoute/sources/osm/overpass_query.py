"""The question to an Overpass server for the map of a box."""

from __future__ import annotations

from math import cos, radians
from typing import TYPE_CHECKING, NamedTuple

from saferoute.geometry.geodesy import DEGREE_M
from saferoute.osm import keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LEAST_S, MOST_S, S_PER_KM2 = 30, 120, 1.5
"""Bounds of the seconds that the server is asked to reserve, and seconds for each km² of the box [J].

Its default is 180. It lets a question in while it takes at most half of the time that it has left to give away, so
that small questions wait less. It needs about 1 s for 10 km² of a city when it is not busy."""
LEAST_MB, MOST_MB, MB_PER_KM2 = 64, 512, 8
"""The same of its memory in MiB, of which 512 are its default.

1 km² of a dense centre makes 2 MB of text, and takes less while the server works on it."""

_REACHING = frozenset({"boundary", "place"})
"""Keys of relations that may be whole countries and islands, which no criterion needs."""
_AREAS = "multipolygon|boundary"
"""Types of relations whose members are edges of one area."""
_ON_GROUND = "protected_area|national_park|hazard"
"""Values of ``boundary`` that say something of the ground within."""
_COVERING = f"{_ON_GROUND}|nature_reserve|military"


class Question(NamedTuple):
    """A question to a server."""

    text: str
    """In Overpass QL."""
    server_s: int
    """Seconds that the server may work on it, for which it also remembers it."""


def compose_query(box: Sequence[float], *, enclosing: bool = True) -> Question:
    """Return the question for all objects in a box that become rows of tables.

    Protected and military areas and those of a hazard are included even if they
    enclose the box, so that none of their edges crosses it. Relations tagged as
    a boundary or place and nothing else are not included unless they are such
    areas or squares, since they may be whole countries. Of the routes of cyclists only
    the lists of their ways are asked for, since they may cross a continent; of
    relations of other types that are tagged as ground, such as buildings with
    parts and rivers, these and their ways in the box.

    Parameters
    ----------
    box : sequence of float
        West, south, east, north in degrees.
    enclosing : bool
        Ask for protected, military and hazard areas around the whole box, too, which
        only servers that keep areas know.
    """
    west, south, east, north = box
    within = f"({south:.3f},{west:.3f},{north:.3f},{east:.3f})"
    middle = f"{(south + north) / 2:.5f},{(west + east) / 2:.5f}"
    of_areas = [key for key in keys.AREA_KEYS if key not in _REACHING]
    covering = f'[~"^(boundary|leisure|landuse)$"~"^({_COVERING})$"]'
    ground = f'["type"!~"^({_AREAS})$"][{_filter_for_keys(of_areas)}]'
    around_middle = f"is_in({middle})->.middle;\n" if enclosing else ""
    of_middle = f"way(pivot.middle){covering};\nrelation(pivot.middle){covering};\n" if enclosing else ""
    server_s, server_mb = _fit_reservations(box)
    text = f"""[out:json][timeout:{server_s}][maxsize:{server_mb * 2**20}];
{around_middle}rel["route"~"(^|;) *({"|".join(sorted(keys.ROUTES))}) *(;|$)"]{within}->.routes;
relation{ground}{within}->.parted;
(
node[{_filter_for_keys(keys.POINT_KEYS)}]{within};
way[{_filter_for_keys((*keys.LINE_KEYS, *keys.AREA_KEYS))}]{within};
way(r.parted){within};
relation["type"~"^({_AREAS})$"][{_filter_for_keys(of_areas)}]{within};
relation["type"="multipolygon"]["place"="square"]{within};
relation["boundary"~"^({_ON_GROUND})$"]{within};
{of_middle});
(._;>;);
out qt;
(.routes; .parted;);
out qt;"""
    return Question(text, server_s)


def _fit_reservations(box: Sequence[float]) -> tuple[int, int]:
    """Return the seconds and the MiB that a server is asked to reserve for a box.

    Examples
    --------
    >>> _fit_reservations((24.9, 60.15, 24.99, 60.195)), _fit_reservations((24.0, 60.0, 25.0, 60.5))
    ((67, 264), (120, 512))
    """
    west, south, east, north = box
    km2 = (east - west) * cos(radians((south + north) / 2)) * (north - south) * (DEGREE_M / 1000) ** 2
    return min(round(LEAST_S + S_PER_KM2 * km2), MOST_S), min(round(LEAST_MB + MB_PER_KM2 * km2), MOST_MB)


def _filter_for_keys(keys: Iterable[str]) -> str:
    """Return a filter in Overpass QL for objects with any of some keys."""
    return f'~"^({"|".join(dict.fromkeys(keys))})$"~"."'
