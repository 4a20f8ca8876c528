"""How far a place reaches: whether it is searched over all of itself, or around its middle."""

from __future__ import annotations

from math import cos, hypot, radians

from saferoute.geometry.geodesy import DEGREE_M

GROUNDS = frozenset({"leisure", "natural", "landuse", "tourism"})
"""Keys of places that people mean as a whole: parks, beaches, woods and zoos, and no towns and streets."""
ISLANDS = frozenset({"island", "islet"})
"""Values of ``place`` that people mean as a whole, too."""
WIDE_M = 5_000.0
"""Height or width in m from which a place is searched around its middle alone [J]."""


def measure_across(west: float, south: float, east: float, north: float) -> float:
    """Return the height or the width of a box of degrees in m, whichever is larger.

    Examples
    --------
    >>> round(measure_across(24.0, 60.0, 24.2, 60.01)), round(measure_across(-180.0, -17.0, 180.0, -16.9))
    (11130, 11132)
    """
    # Of a place on the date line servers give a box around the whole world.
    width = (east - west) * cos(radians((south + north) / 2)) if east - west < 180 else 0.0
    return max(width, north - south) * DEGREE_M


def measure_reach(lon: float, lat: float, box: tuple[float, float, float, float]) -> float:
    """Return how far a box reaches from a point in it, in m; 0 where it is too wide to be searched as a whole.

    Parameters
    ----------
    lon, lat : float
    box : (west, south, east, north)
        Degrees.

    Examples
    --------
    >>> round(measure_reach(24.0, 60.0, (23.98, 59.99, 24.02, 60.02)))
    2489
    >>> measure_reach(24.0, 60.0, (23.0, 59.9, 25.0, 60.1))
    0.0
    """
    west, south, east, north = box
    wide = max(lon - west, east - lon) * cos(radians(lat))
    reach_m = DEGREE_M * hypot(wide, max(lat - south, north - lat))
    # A server's box may be that of the whole world, lie elsewhere, or be no number.
    return reach_m if measure_across(west, south, east, north) < WIDE_M and reach_m < WIDE_M else 0.0
