"""The circle that is searched, and its metric coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.model import Area, InvalidInput

if TYPE_CHECKING:
    from saferoute.model import Place

MAX_RADIUS_M = 100_000.0


def area_around(place: Place, radius_m: float) -> Area:
    """Return the circle around a place, in the metric CRS of its UTM zone.

    Raises
    ------
    InvalidInput
        If the radius is not above 0, or beyond `MAX_RADIUS_M`.
    """
    if not 0 < radius_m <= MAX_RADIUS_M:
        raise InvalidInput(f"radius {radius_m:g} m: it must be above 0 and at most {MAX_RADIUS_M:g} m")
    zone = min(int((place.lon + 180) // 6) + 1, 60)
    epsg = (32600 if place.lat >= 0 else 32700) + zone
    if abs(place.lat) > 84:
        epsg = 32661 if place.lat > 0 else 32761
    return Area(place, radius_m, f"EPSG:{epsg}")
