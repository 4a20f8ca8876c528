"""Parsing of coordinates written as ``lat,lon`` or ``geo:lat,lon`` (RFC 5870)."""

from __future__ import annotations

import re

from saferoute.model import InvalidInput, Place

_FLOAT = r"[+-]?\d+(?:\.\d+)?"
_PAIR = re.compile(rf"^\s*({_FLOAT})\s*(?:,|;|\s)\s*({_FLOAT})\s*$")
_GEO = re.compile(rf"^\s*geo:({_FLOAT}),({_FLOAT})(?:,{_FLOAT})?(?:;[\w=.\-;]*)?(?:\?.*)?\s*$", re.IGNORECASE)


def parse_coordinates(text: str) -> Place | None:
    """Return the place that ``lat,lon`` or ``geo:lat,lon`` gives, or None for any other text.

    Coordinates are degrees in WGS 84. Parameters of geo URIs, such as an
    uncertainty or a zoom, are ignored.

    Raises
    ------
    InvalidInput
        If a coordinate is out of range, or a geo URI is malformed.

    Examples
    --------
    >>> parse_coordinates("geo:60.17,24.94;u=35").lat
    60.17
    >>> parse_coordinates("Kaisaniemi") is None
    True
    """
    match = _GEO.match(text) or _PAIR.match(text)
    if match is None:
        if text.lower().startswith("geo:"):
            raise InvalidInput(f"{text!r}: write geo:LAT,LON, as in geo:60.17,24.94")
        return None
    lat, lon = float(match[1]), float(match[2])
    if not -90 <= lat <= 90:
        # A latitude beyond 90 that would do as a longitude is the most common mistake: the order of GeoJSON.
        swapped = "; did you write lon,lat?" if -90 <= lon <= 90 and abs(lat) <= 180 else ""
        raise InvalidInput(f"latitude {lat:g} is outside -90 to 90; PLACE is lat,lon{swapped}")
    if not -180 <= lon <= 180:
        raise InvalidInput(f"longitude {lon:g} is outside -180 to 180; PLACE is lat,lon")
    return Place(f"{lat:g},{lon:g}", lon, lat)
