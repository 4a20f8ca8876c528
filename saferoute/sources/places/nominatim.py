"""Search for places by name on a Nominatim server."""

from __future__ import annotations

import json
import logging
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from saferoute.model import InvalidInput, Place, PlaceNotFound, SourceUnavailable
from saferoute.sources.places.matching import choose_match
from saferoute.sources.settings import RequestLimits
from saferoute.sources.web import BoundedClient, Failed, call_with_retries, parse_json_answer

if TYPE_CHECKING:
    from saferoute.sources.places.links import ObjectReference
    from saferoute.sources.settings import Online

logger = logging.getLogger(__name__)

LIMITS = RequestLimits(total_s=30.0, most_bytes=2_000_000)
_PAUSE_S = 1.0
"""Pause before each request: Nominatim's usage policy allows one per second."""
_MOST_RESULTS = 20
_HOUSE = re.compile(r"\d+\s?\w?(?:[-–/;]\d+\w?)*")
"""The number of a house."""
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
            If the text is too long, or `pick` is not the number of a match.
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
        return choose_match(found, pick, text)

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

    def _find_matches(self, wanted: str) -> list[tuple[str, Place]]:
        """Return description and place of each match, the most important first."""
        online = self._online
        cache = online.open_cache()
        key = f"{online.nominatim_url} {wanted.casefold()}"
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
        # With dedupe=1 the server drops duplicates after applying the limit, so fewer matches would be left;
        # `choose_match` drops them by distance instead.
        parameters: dict[str, str | int] = {
            "format": "json",
            "polygon_geojson": 0,
            "dedupe": 0,
            "limit": _MOST_RESULTS,
            "q": wanted,
        }
        with BoundedClient(self._limits, self._online.agent) as client:
            answer = parse_json_answer(client.get(url, params=parameters, headers={"Accept-Language": "en"}))
        if not isinstance(answer, list):
            raise Failed("answered with broken data", again=True)
        return answer


def _parse_places(answer: list[dict[str, Any]]) -> list[tuple[str, Place]]:
    """Return description and place of each well-formed result, the most important first."""
    found = []
    for result in answer:
        try:
            lat, lon = float(result["lat"]), float(result["lon"])
            described = str(result.get("display_name") or result.get("name") or "")
            weight = float(result.get("importance") or 0)
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
        if described and -90 <= lat <= 90 and -180 <= lon <= 180:
            found.append((weight, described, Place(_name_result(str(result.get("name") or ""), described), lon, lat)))
    found.sort(key=lambda row: -row[0])
    return [(described, place) for _, described, place in found]


def _name_result(name: str, described: str) -> str:
    """Return what a result is called: its name, else the beginning of its description.

    A house has its number for a name, which says nothing without the street.

    Examples
    --------
    >>> _name_result("", "13, Mannerheimintie, Helsinki"), _name_result("Hyde Park", "Hyde Park, London")
    ('Mannerheimintie 13', 'Hyde Park')
    """
    first, *rest = described.split(",")
    if not _HOUSE.fullmatch(name or first):
        return name or first
    return f"{rest[0].strip()} {first}" if rest and first == (name or first) else name or first
