"""Parsing of PLACE: what a text means, before any map is read.

A text is read as the first of these that it can be:

1. ``geo:`` (RFC 5870), and the address of a map on the web (`links`);
2. an object by its number, ``way/123`` (`links`);
3. a point in well-known text, ``POINT (lon lat)``;
4. a plus code, whole or short with a place beside it, UTM, MGRS (`grids`);
5. two coordinates in degrees (`degrees`);
6. a name or an address in words.

Only the last is ever looked up by a service on the network.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from saferoute.model import InvalidInput, Place
from saferoute.sources.places.degrees import parse_degrees
from saferoute.sources.places.grids import ShortCode, parse_full_code, parse_mgrs, parse_short_code, parse_utm
from saferoute.sources.places.links import ObjectReference, parse_geo, parse_link, parse_reference

if TYPE_CHECKING:
    Point: TypeAlias = tuple[float, float]


class Name(NamedTuple):
    """A name or an address in words, without spaces around it."""

    text: str


_WKT = re.compile(
    r"(?:SRID=(\d+);)?\s*POINT\s*(?:Z|M|ZM)?\s*\(\s*([+-]?\d+(?:\.\d+)?)\s+([+-]?\d+(?:\.\d+)?)(?:\s+[^\s()]+)*\s*\)",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"\s*(?:geo:)?[+-]?\d+(?:\.\d+)?\s*[,;\s]\s*[+-]?\d+(?:\.\d+)?(?:;[\w=.;-]*)?\s*", re.IGNORECASE)
_LONGEST = 4000
"""Most characters of a text that is read as a place: addresses of maps have some hundred [J]."""


def read_place(text: str) -> Place | ObjectReference | ShortCode | Name:
    r"""Return what a text means as a place; the order of the readings is that of this module's docstring.

    Parameters
    ----------
    text : str
        As people write or paste it.

    Returns
    -------
    Place, ObjectReference, ShortCode or Name
        A place where the text alone says where it is. The others need a map: an
        object by its number, a short plus code with the place near it, or a name.

    Raises
    ------
    InvalidInput
        If the text is empty, or has the form of coordinates and breaks their rules.

    Examples
    --------
    >>> read_place("geo:60.17,24.94;u=35").lat, read_place('24°56.4\'E 60°10.2\'N').lat
    (60.17, 60.17)
    >>> read_place("way/123"), read_place(" Hyde  Park ")
    (ObjectReference(kind='way', number=123, view=None), Name(text='Hyde Park'))
    """
    # What is cut out of a list or a sentence often ends with its comma.
    text = text.rstrip(" \t\r\n,;")
    if not text.strip() or len(text) > _LONGEST:
        raise InvalidInput(f"the place must be lat,lon, an address or a name of 1 to {_LONGEST} letters")
    said = parse_geo(text)
    linked = parse_link(text) if said is None else said
    if linked is None or isinstance(linked, str):
        # The words of an address may be anything but an address again.
        return _read_words(text if linked is None else linked)
    return linked if isinstance(linked, ObjectReference) else _check_point(linked)


def is_plain(text: str) -> bool:
    """Return whether a text is two decimal numbers, which say where they are at a glance.

    Examples
    --------
    >>> is_plain("60.17, 24.94"), is_plain("9GG65WFV+2X")
    (True, False)
    """
    return _PLAIN.fullmatch(text) is not None


def _read_words(text: str) -> Place | ObjectReference | ShortCode | Name:
    """Return what a text that is no address means."""
    reference = parse_reference(text)
    if reference is not None:
        return reference
    for parse in (_parse_wkt, parse_full_code, parse_utm, parse_mgrs, parse_degrees):
        point = parse(text)
        if point is not None:
            return _check_point(point)
    return parse_short_code(text) or Name(" ".join(text.split()))


def _parse_wkt(text: str) -> Point | None:
    """Return latitude and longitude of a point in well-known text, or None for any other text."""
    match = _WKT.fullmatch(text.strip())
    if match is None:
        return None
    if match[1] not in (None, "4326"):
        raise InvalidInput(f"{text!r}: SRID {match[1]} is not understood; give degrees, SRID 4326: POINT (lon lat)")
    return float(match[3]), float(match[2])


def _check_point(point: Point) -> Place:
    """Return the place at a latitude and longitude.

    Raises
    ------
    InvalidInput
        If one is out of range.
    """
    lat, lon = point
    if not -90 <= lat <= 90:
        # A latitude beyond 90 that would do as a longitude is the most common mistake: the order of GeoJSON.
        swapped = "; did you write lon,lat?" if -90 <= lon <= 90 and abs(lat) <= 180 else ""
        raise InvalidInput(f"latitude {lat:g} is outside -90 to 90; PLACE is lat,lon{swapped}")
    if not -180 <= lon <= 180:
        raise InvalidInput(f"longitude {lon:g} is outside -180 to 180; PLACE is lat,lon")
    return Place(f"{lat:g},{lon:g}", lon, lat)
