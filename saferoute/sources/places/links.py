"""Parsing of addresses that people paste: ``geo:`` and those of maps on the web."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from saferoute.model import InvalidInput
from saferoute.sources.places.degrees import parse_degrees

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBER = r"[+-]?\d{1,3}(?:\.\d+)?"
_PAIR = re.compile(rf"(?:loc:)?\s*({_NUMBER})\s*[,~]\s*({_NUMBER})\s*(?:[,(].*)?", re.DOTALL)
_GEO = re.compile(rf"geo:({_NUMBER}),({_NUMBER})(?:,{_NUMBER})?((?:;[\w=.\-]*)*)(?:\?(.*))?", re.IGNORECASE)
_APPS = ("om", "cm", "ge0", "mapswithme")
"""Schemes of Organic Maps, CoMaps and their forerunners."""
_APP_HOSTS = ("omaps.app", "comaps.at", "ge0.me", "om.me")
_SITES = (
    r"(?:www\.)?(?:openstreetmap\.org|osm\.org|google\.[a-z.]{2,6}/maps|maps\.google\.[a-z.]{2,6}|maps\.apple\.com)"
)
_WEB = re.compile(
    rf"(?:https?|{'|'.join(_APPS)})://\S+|(?:{_SITES}|{'|'.join(map(re.escape, _APP_HOSTS))})[/?#]\S+", re.IGNORECASE
)
_SHORTENED = ("goo.gl", "maps.app.goo.gl", "g.co", "bit.ly", "tinyurl.com", "maps.apple")
"""Hosts whose addresses hold no place: only the site knows what they stand for."""

_OBJECT = re.compile(r"/(node|way|relation)/(\d+)(?:/|$)")
_MAP_HASH = re.compile(rf"(?:^|[#&])map=\d+(?:\.\d+)?/({_NUMBER})/({_NUMBER})")
_GOOGLE_PIN = re.compile(rf"!3d({_NUMBER})!4d({_NUMBER})")
_GOOGLE_VIEW = re.compile(rf"/@({_NUMBER}),({_NUMBER})[,/]")
_MARKED = ("coordinate", "q", "query", "destination", "daddr", "ll")
"""Parameters that hold the place itself, in the order in which they count."""
_CENTRE = ("center", "cbll", "sll", "near", "cp")
"""Parameters that hold the middle of the map."""
_WORDS = ("q", "query", "destination", "daddr", "address")
"""Parameters that may hold a name or an address in words."""
_PLUS_CODE = re.compile(r"(?<=[=/])([23456789CFGHJMPQRVWX]{4,8})\+([23456789CFGHJMPQRVWX]{2,3})(?=[+,&#/]|$)")
"""A plus code with its sign unquoted: Google's own addresses have it so."""

_OF_OSM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_~"
"""Letters of short addresses by value ("Shortlink", wiki.openstreetmap.org)."""
_OF_APPS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""Letters of Organic Maps' addresses by value (ge0/parser.cpp in its source)."""
_OSM_CODE = re.compile(rf"/go/([{_OF_OSM}@]{{3,}})[-=]*")
_APP_CODE = re.compile(rf"/?[{re.escape(_OF_APPS)}]([{re.escape(_OF_APPS)}]{{5,9}})(?:/.*)?")


class ObjectReference(NamedTuple):
    """An object of OpenStreetMap by its number.

    Attributes
    ----------
    kind : {"node", "way", "relation"}
    number : int
    view : (float, float) or None
        Latitude and longitude of the map that showed it.
    """

    kind: str
    number: int
    view: tuple[float, float] | None = None


def parse_reference(text: str) -> ObjectReference | None:
    """Return the object that ``way/123`` or the like names, or None for any other text.

    Examples
    --------
    >>> parse_reference("Way/123"), parse_reference("node #5"), parse_reference("way of the cross")
    (ObjectReference(kind='way', number=123, view=None), ObjectReference(kind='node', number=5, view=None), None)
    """
    match = re.fullmatch(r"\s*(node|way|relation)\s*[/:#]\s*(\d{1,18})\s*", text, re.IGNORECASE)
    return ObjectReference(match[1].lower(), int(match[2])) if match else None


def parse_geo(text: str) -> tuple[float, float] | str | None:
    """Return what a ``geo:`` address says, or None for any other text.

    Returns
    -------
    (float, float), str or None
        Latitude and longitude; or a text to be read in their place, where
        telephones write ``geo:0,0?q=…``. Height, uncertainty and zoom are ignored.

    Raises
    ------
    InvalidInput
        If it is malformed, or its coordinates are not of WGS 84 (RFC 5870).

    Examples
    --------
    >>> parse_geo("geo:60.17,24.94;u=35"), parse_geo("geo:0,0?q=Hyde+Park")
    ((60.17, 24.94), 'Hyde Park')
    """
    text = text.strip()
    if not text.lower().startswith("geo:"):
        return None
    match = _GEO.fullmatch(text)
    if match is None:
        raise InvalidInput(f"{text!r}: write geo:LAT,LON, as in geo:60.17,24.94")
    crs = re.search(r";crs=([\w.\-]+)", match[3], re.IGNORECASE)
    if crs and crs[1].lower() != "wgs84":
        raise InvalidInput(f"{text!r}: geo with crs={crs[1]} is not understood; give degrees of WGS 84")
    lat, lon = float(match[1]), float(match[2])
    asked = parse_qs(match[4] or "").get("q", [""])[0]
    if (lat, lon) == (0, 0) and asked:
        return _read_pair(asked) or asked
    return lat, lon


def parse_link(text: str) -> tuple[float, float] | ObjectReference | str | None:
    """Return what the address of a map on the web says, or None for any other text.

    A marked place counts more than the middle of the map, and coordinates count more
    than words.

    Returns
    -------
    (float, float), ObjectReference, str or None
        Latitude and longitude; an object; or a text to be read in its place, such as
        the words that a map was searched for.

    Raises
    ------
    InvalidInput
        If the address holds no place.

    Examples
    --------
    >>> parse_link("https://www.openstreetmap.org/?mlat=60.17&mlon=24.94#map=15/60.2/25.0")
    (60.17, 24.94)
    >>> parse_link("https://www.google.com/maps/place/Park/@60.2,25.0,17z/data=!8m2!3d60.17!4d24.94")
    (60.17, 24.94)
    >>> parse_link("https://maps.apple.com/?q=Hyde+Park")
    'Hyde Park'
    """
    text = text.strip()
    if _WEB.fullmatch(text) is None:
        return None
    parts = urlsplit(_PLUS_CODE.sub(r"\1%2B\2", text if "://" in text else f"https://{text}"))
    found = next(_read_parts(parts), None)
    if found is not None:
        return found
    if parts.netloc.lower() in _SHORTENED:
        raise InvalidInput(
            f"{text[:80]!r}: a shortened address holds no place; open it in a browser and paste the long one"
        )
    raise InvalidInput(f"{text[:80]!r}: no coordinates in this address; share the place itself, or give lat,lon")


def _read_parts(parts: SplitResult) -> Iterator[tuple[float, float] | ObjectReference | str]:
    """Yield what each part of an address says, the one that counts most first."""
    asked = {key.lower(): values[0] for key, values in parse_qs(parts.query).items()}
    path = unquote(parts.path)
    views = [*_read_views(parts, path, asked)]
    if "mlat" in asked and "mlon" in asked:
        yield from _read_pairs([f"{asked['mlat']},{asked['mlon']}"])
    if named := _OBJECT.search(path):
        yield ObjectReference(named[1], int(named[2][:18]), views[0] if views else None)
    if pin := _GOOGLE_PIN.search(path):
        yield float(pin[1]), float(pin[2])
    yield from _read_codes(parts, path)
    yield from _read_pairs(asked[key] for key in _MARKED if key in asked)
    # Google has the place searched for in the path, as decimals or as degrees and minutes.
    steps = [step.replace("+", " ") for step in path.split("/")]
    yield from _read_pairs(steps)
    yield from views
    yield from (asked[key] for key in _WORDS if asked.get(key, "").strip())
    yield from (steps[i + 1] for i, step in enumerate(steps[:-1]) if step in ("place", "search") and steps[i + 1])


def _read_views(parts: SplitResult, path: str, asked: dict[str, str]) -> Iterator[tuple[float, float]]:
    """Yield the middles of the map that an address shows."""
    for match in (_MAP_HASH.search(parts.fragment), _GOOGLE_VIEW.search(f"{path}/")):
        if match:
            yield float(match[1]), float(match[2])
    yield from _read_pairs(asked[key] for key in _CENTRE if key in asked)
    for lon in ("lon", "lng"):
        if "lat" in asked and lon in asked:
            yield from _read_pairs([f"{asked['lat']},{asked[lon]}"])


def _read_codes(parts: SplitResult, path: str) -> Iterator[tuple[float, float]]:
    """Yield the place that a coded address of OpenStreetMap or of Organic Maps stands for."""
    if match := _OSM_CODE.fullmatch(path):
        yield _decode_osm(match[1])
    is_of_app = parts.scheme.lower() in _APPS
    # In om://CODE/Name the code stands where others have the host, whose capitals urlsplit keeps in netloc.
    coded = f"{parts.netloc}{path}" if is_of_app else path
    if (is_of_app or parts.netloc.lower() in _APP_HOSTS) and (match := _APP_CODE.fullmatch(coded)):
        yield _decode_app(match[1])


def _decode_osm(code: str) -> tuple[float, float]:
    """Return latitude and longitude of an OpenStreetMap short code: bits of both in turn, longitude first."""
    lon, lat = _part_bits([_OF_OSM.index(c) for c in code.replace("@", "~")])
    size = 1 << 3 * len(code)
    return round((lat + 0.5) / size * 180 - 90, 7), round((lon + 0.5) / size * 360 - 180, 7)


def _decode_app(code: str) -> tuple[float, float]:
    """Return latitude and longitude of a code of Organic Maps, without its first letter, the zoom.

    Bits of latitude and longitude in turn; the latitude's highest value is 90° itself.
    """
    lat, lon = _part_bits([_OF_APPS.index(c) for c in code])
    # Each half of a code has 30 bits; a shorter code means the middle of its square.
    missing = 30 - 3 * len(code)
    middle = 1 << missing - 1
    top = (1 << 30) - 1
    return (
        round(((lat << missing) + middle) / top * 180 - 90, 6),
        round(((lon << missing) + middle) / (top + 1) * 360 - 180, 6),
    )


def _part_bits(values: list[int]) -> tuple[int, int]:
    """Return two numbers from values of six bits, whose bits take turns, the first number's first."""
    first = second = 0
    for value in values:
        for bit in (5, 3, 1):
            first, second = first << 1 | value >> bit & 1, second << 1 | value >> bit - 1 & 1
    return first, second


def _read_pairs(texts: Iterator[str] | list[str]) -> Iterator[tuple[float, float]]:
    """Yield the coordinates among some texts."""
    for text in texts:
        pair = _read_pair(text)
        if pair is not None:
            yield pair


def _read_pair(text: str) -> tuple[float, float] | None:
    """Return the coordinates that a part of an address holds, None for any other text."""
    match = _PAIR.fullmatch(text)
    if match:
        return float(match[1]), float(match[2])
    try:
        return parse_degrees(text)
    except InvalidInput:
        return None
