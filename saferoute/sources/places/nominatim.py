"""A place by its name, from a Nominatim server, through osmnx."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from saferoute.model import InvalidInput, Place, PlaceNotFound, SourceUnavailable
from saferoute.sources.places.coordinates import parse_coordinates
from saferoute.sources.places.names import choose_match
from saferoute.sources.settings import RequestLimits
from saferoute.sources.web import OSM_HEADERS, BoundedClient, Failed, call_with_retries, parse_json_answer

if TYPE_CHECKING:
    from saferoute.sources.settings import Online

logger = logging.getLogger(__name__)

LIMITS = RequestLimits(total_s=30.0, most_bytes=2_000_000)
_PAUSE_S = 1.0
"""Wait before each request (Nominatim usage policy: at most one a second)."""
_MOST_RESULTS = 20
_MOST_NAME = 300
"""Longest name that is asked for; no place has one."""


class Geocoder:
    """Places by name, from the cache or from a Nominatim server.

    Parameters
    ----------
    online : Online
        Address, cache and patience.
    limits : RequestLimits
        Bounds of a request.
    """

    def __init__(self, online: Online, *, limits: RequestLimits = LIMITS) -> None:
        self._online = online
        self._limits = limits

    def find_place(self, text: str, pick: int | None = None) -> Place:
        """Return the place that coordinates or a name mean; coordinates are nobody's business.

        Parameters
        ----------
        text : str
        pick : int, optional
            Which of several matches is meant, from 1 on; the first by default.

        Raises
        ------
        InvalidInput
            If the text is empty, or `pick` beyond the matches.
        PlaceNotFound
            If no place has this name.
        SourceUnavailable
            If the server did not answer.
        """
        place = parse_coordinates(text)
        if place is not None:
            return place
        wanted = " ".join(text.split())
        if not wanted or len(wanted) > _MOST_NAME:
            raise InvalidInput(f"the place must be lat,lon, geo:lat,lon or a name of 1 to {_MOST_NAME} letters")
        found = self._find_matches(wanted)
        if not found:
            raise PlaceNotFound(f"{text!r}: Nominatim knows no such place; write it otherwise, or give lat,lon")
        return choose_match(found, pick, text)

    def _find_matches(self, wanted: str) -> list[tuple[str, Place]]:
        """Return what is known under a name, with a description each, most important first."""
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
        with cache.hold_lock("nominatim"):
            answer = self._fetch_matches(wanted)
        places = _parse_places(answer)
        if answer and not places:
            raise SourceUnavailable("Nominatim answered with what is no place; give lat,lon")
        if places:
            cache.store_entry("nominatim", key, json.dumps(answer).encode())
        return places

    def _fetch_matches(self, wanted: str) -> list[dict[str, Any]]:
        online = self._online
        host = urlsplit(online.nominatim_url).netloc
        logger.info("asking Nominatim at %s for the place", host)
        try:
            return call_with_retries(
                lambda: self._ask_server(wanted), service=f"Nominatim at {host}", patience=online.patience
            )
        except Failed as failure:
            raise SourceUnavailable(
                f"Nominatim at {host} {failure}; give lat,lon, or local data with --osm FILE or --region DIR"
            ) from failure

    def _ask_server(self, wanted: str) -> list[dict[str, Any]]:
        self._online.patience.sleep(_PAUSE_S)
        url = f"{self._online.nominatim_url.rstrip('/')}/search"
        # Duplicates are dropped here, by distance: the service would drop them after it has counted.
        parameters: dict[str, str | int] = {
            "format": "json",
            "polygon_geojson": 0,
            "dedupe": 0,
            "limit": _MOST_RESULTS,
            "q": wanted,
        }
        with BoundedClient(self._limits) as client:
            answer = parse_json_answer(client.get(url, params=parameters, headers=OSM_HEADERS))
        if not isinstance(answer, list):
            raise Failed("answered with broken data", again=True)
        return answer


def _parse_places(answer: list[dict[str, Any]]) -> list[tuple[str, Place]]:
    """Return the results that name a point on earth, most important first."""
    found = []
    for result in answer:
        try:
            lat, lon = float(result["lat"]), float(result["lon"])
            described = str(result.get("display_name") or result.get("name") or "")
            weight = float(result.get("importance") or 0)
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
        if described and -90 <= lat <= 90 and -180 <= lon <= 180:
            name = str(result.get("name") or described.partition(",")[0])
            found.append((weight, described, Place(name, lon, lat)))
    found.sort(key=lambda row: -row[0])
    return [(described, place) for _, described, place in found]
