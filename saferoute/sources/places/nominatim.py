"""Search for places by name on a Nominatim server."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import shapely

from saferoute.model import InvalidInput, Place, PlaceNotFound, SourceUnavailable
from saferoute.sources.client import BoundedClient
from saferoute.sources.places.extent import GROUNDS, ISLANDS, WIDE_M, measure_across, measure_reach
from saferoute.sources.places.matching import choose_match
from saferoute.sources.settings import RequestLimits
from saferoute.sources.traffic import add_traffic, name_server
from saferoute.sources.web import Failed, call_with_retries, parse_json_answer

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from saferoute.sources.places.links import ObjectReference
    from saferoute.sources.settings import Online

logger = logging.getLogger(__name__)

LIMITS = RequestLimits(total_s=30.0, most_bytes=2_000_000)
_PAUSE_S = 1.0
"""Pause before each request: Nominatim's usage policy allows one per second."""
_MOST_RESULTS = 20
_GAP_DEG = 0.003
"""Results are one place where their boxes, widened by this many degrees (at most 330 m), meet [J]."""
_REGIONS = frozenset({"continent", "country", "state", "region", "province"})
"""Kinds of places (`addresstype`) whose middle nobody means."""
_REGION_M = 100_000.0
"""Height or width in m from which these are refused; smaller ones are cities that are states [J]."""
_MOST_NAME = 300
"""Longest text, in characters, that is sent; no place has a longer name [J]."""


class Geocoder:
    """Finder of places by name, in the cache or on a Nominatim server.

    Parameters
    ----------
    online : Online
        Address of the server, cache, and waits between tries.
    limits : RequestLimits
        Limits of each request.
    """

    def __init__(self, online: Online, *, limits: RequestLimits = LIMITS) -> None:
        self._online = online
        self._limits = limits

    def find_name(self, text: str, pick: int | None = None) -> Place:
        """Return the place of a name or an address in words.

        Parameters
        ----------
        text : str
        pick : int, optional
            Number of the match to choose, from 1 on; by default the first.

        Raises
        ------
        InvalidInput
            If the text is too long, `pick` is not the number of a match, or
            the place is a region or a country.
        PlaceNotFound
            If no place has this name.
        SourceUnavailable
            If the server does not answer, or the cache lacks the name offline.
        """
        if len(text) > _MOST_NAME:
            raise InvalidInput(f"the place must be lat,lon, an address or a name of 1 to {_MOST_NAME} letters")
        found = self._find_matches(text)
        if not found:
            raise PlaceNotFound(f"{text!r}: Nominatim knows no such place; write it otherwise, or give lat,lon")
        place = choose_match([(result.described, result.place) for result in found], pick, text)
        next(result for result in found if result.is_at(place)).check_extent()
        return place

    def find_object(self, reference: ObjectReference) -> Place:
        """Return the middle of the map in the address that named an object.

        Raises
        ------
        PlaceNotFound
            If no address did: objects are looked up in local data alone.
        """
        called = f"{reference.kind}/{reference.number}"
        if reference.view is None:
            raise PlaceNotFound(f"{called}: objects are looked up in local data; give --osm FILE, or lat,lon")
        lat, lon = reference.view
        return Place(called, lon, lat)

    def _find_matches(self, wanted: str) -> list[_Result]:
        """Return the matches in the order of the server."""
        online = self._online
        cache = online.open_cache()
        key = f"{online.nominatim_url} {online.language} {wanted.casefold()}"
        entry = None if online.refresh else cache.read_entry("nominatim", key)
        if entry is not None:
            return _parse_places(json.loads(entry.payload))
        if online.offline:
            raise SourceUnavailable(
                f"the cache does not hold the place {wanted!r}, and --offline asks nobody; give lat,lon"
            )
        # The usage policy counts all requests of a user, so processes take turns.
        with cache.hold_lock("nominatim"):
            answer = self._fetch_matches(wanted)
        places = _parse_places(answer)
        if answer and not places:
            raise SourceUnavailable("Nominatim answered with what is no place; give lat,lon")
        # An empty answer is not kept: the place may be mapped tomorrow, or the name was mistyped.
        if places:
            cache.store_entry("nominatim", key, json.dumps(answer).encode())
        return places

    def _fetch_matches(self, wanted: str) -> list[dict[str, Any]]:
        """Return the server's answer, after retries while it is busy."""
        online = self._online
        host = urlsplit(online.nominatim_url).netloc
        logger.info("asking Nominatim at %s for the place", host, extra={"seconds": 0.0})
        try:
            return call_with_retries(
                lambda: self._ask_server(wanted), service=f"Nominatim at {host}", patience=online.patience
            )
        except Failed as failure:
            raise SourceUnavailable(
                f"Nominatim at {host} {failure}; give lat,lon, or local data with --osm FILE or --region DIR"
            ) from failure

    def _ask_server(self, wanted: str) -> list[dict[str, Any]]:
        """Return the server's answer to one request."""
        self._online.patience.sleep(_PAUSE_S)
        url = f"{self._online.nominatim_url.rstrip('/')}/search"
        parameters: dict[str, str | int] = {
            "format": "json",
            "addressdetails": 1,
            "namedetails": 1,
            "limit": _MOST_RESULTS,
            "q": wanted,
        }
        with BoundedClient(self._limits, self._online.agent) as client:
            client.headers["Accept-Language"] = self._accept_languages()
            try:
                response = client.get(url, params=parameters)
            finally:
                server = name_server("Nominatim", self._online.nominatim_url)
                add_traffic(self._online.open_cache(), server, client.received)
            answer = parse_json_answer(response)
        if not isinstance(answer, list):
            raise Failed("answered with broken data", again=True)
        return answer

    def _accept_languages(self) -> str:
        """Return the languages for names as a header: the user's, and English where a place has no name in it."""
        language = self._online.language
        return f"{language},{language.partition('-')[0]};q=0.9,en;q=0.5"


class _Result(NamedTuple):
    """A place that the server found."""

    described: str
    place: Place
    street: str | None
    """Its name if it is a street."""
    box: BaseGeometry
    kind: str
    """As the server calls it, such as ``city``."""
    across_m: float
    """Height or width of its box, whichever is larger; of a box around the whole world the height alone."""

    def is_at(self, place: Place) -> bool:
        """Return whether this place stands where another one does."""
        return (self.place.lon, self.place.lat) == (place.lon, place.lat)

    def check_extent(self) -> None:
        """Raise `InvalidInput` if it is a region; of a wide place log that only its middle is searched."""
        if self.across_m < WIDE_M:
            return
        wide = f"{self.place.name} is {self.across_m / 1000:.0f} km across"
        if self.kind in _REGIONS and self.across_m >= _REGION_M:
            raise InvalidInput(f"{wide}; name a town, a park or a street in it, or give lat,lon")
        logger.info(
            "%s, and is searched around its middle; name a district, park or street for another part",
            wide,
            extra={"seconds": 0.0},
        )

    def is_same(self, other: _Result) -> bool:
        """Return whether both are one place, or parts of one street."""
        alike = self.described == other.described or (self.street is not None and self.street == other.street)
        return alike and bool(shapely.intersects(self.box, other.box))


def _parse_places(answer: list[dict[str, Any]]) -> list[_Result]:
    """Return the well-formed results in the order of the server, each place once."""
    # The server ranks by how well a place fits what was asked; its importance alone does not.
    groups: list[list[_Result]] = []
    for result in filter(None, map(_parse_result, answer)):
        same = [group for group in groups if any(result.is_same(member) for member in group)]
        if not same:
            groups.append([result])
            continue
        # A result between two parts of a street joins them.
        same[0] += [result, *(member for group in same[1:] for member in group)]
        groups = [group for group in groups if not any(group is joined for joined in same[1:])]
    return [first for first, *_ in groups]


def _parse_result(result: Any) -> _Result | None:
    """Return a result of the server, None if it is no place."""
    try:
        lat, lon = float(result["lat"]), float(result["lon"])
        name, described = _name_result(result)
        south, north, west, east = map(float, result.get("boundingbox") or (lat, lat, lon, lon))
        of, kind = result.get("class"), str(result.get("addresstype"))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    if not (described and -90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    box = shapely.box(west - _GAP_DEG, south - _GAP_DEG, east + _GAP_DEG, north + _GAP_DEG)
    reach_m = measure_reach(lon, lat, (west, south, east, north)) if of in GROUNDS or kind in ISLANDS else 0.0
    return _Result(
        described=described,
        place=Place(name, lon, lat, reach_m=reach_m),
        street=name if of == "highway" else None,
        box=box,
        kind=kind,
        across_m=measure_across(west, south, east, north),
    )


def _name_result(result: dict[str, Any]) -> tuple[str, str]:
    """Return what a result is called, and its description.

    A house is called by its street and number, since the number alone says
    nothing. Behind a translated name stands the one on the signs there.

    Examples
    --------
    >>> _name_result({"display_name": "13, Hill, Town", "address": {"house_number": "13"}})
    ('Hill 13', 'Hill 13, Town')
    >>> _name_result({"name": "Turku", "display_name": "Turku, Finland", "namedetails": {"name": "Åbo"}})
    ('Turku (Åbo)', 'Turku (Åbo), Finland')
    """
    head, *rest = (part.strip() for part in str(result.get("display_name") or result.get("name") or "").split(","))
    name = str(result.get("name") or head)
    if rest and name == head == (result.get("address") or {}).get("house_number"):
        street, *rest = rest
        name = head = f"{street} {name}"
    local = (result.get("namedetails") or {}).get("name") or name
    if result.get("name") and local != result["name"] and name == result["name"]:
        shown = f"{name} ({local})"
        head, name = (shown if head == name else head), shown
    return name, ", ".join([head, *rest])
