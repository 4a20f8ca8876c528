"""Features around a place from an Overpass server.

One query fetches all layers of a box. The answer is turned into an extract,
which the cache keeps and `saferoute.sources.osm.extract` reads, so that tables
are the same as those from a local file.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from math import floor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from saferoute.model import Features, InvalidInput, PlaceNotFound, SourceUnavailable
from saferoute.sources.osm.extract import box_around
from saferoute.sources.osm.overpass_answers import NoAreas, TooLarge, ask_server
from saferoute.sources.osm.overpass_boxes import contains_box, halve_box, parse_box, round_box
from saferoute.sources.osm.overpass_extract import make_extract, read_extract
from saferoute.sources.osm.overpass_query import compose_query
from saferoute.sources.settings import RequestLimits
from saferoute.sources.web import Failed, call_with_retries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from saferoute.model import Area
    from saferoute.sources.cache import Cache, Entry
    from saferoute.sources.osm.overpass_boxes import Box
    from saferoute.sources.settings import Online

logger = logging.getLogger(__name__)

LIMITS = RequestLimits(total_s=240.0, most_bytes=200_000_000)
"""Limits of a request: a 6 km square of a city is about 80 MB, and an answer takes five times its size in memory."""
MOST_RADIUS_M = 10_000.0
"""Largest radius in m; a larger area of a city would exceed `LIMITS` and needs an extract."""
OLD_DAYS = 30.0
"""Age in days from which outputs say when the copy of the map was fetched [J]."""
_AHEAD_DAYS = 1.0
"""Days by which a copy may be ahead of the clock, which may be set in another zone, before that is said [J]."""
NO_AREAS = (
    "the Overpass server keeps no areas: protected or military ground that encloses the whole map is not known; "
    "ask another server, or give an extract"
)
"""Note where a server could not say what the map lies in."""

_MOST_HALVINGS = 2
"""How often a box is halved that is too much for a server: quarters are the least that it is asked for [J]."""


class OverpassSource:
    """A feature source that asks an Overpass server, or its copy in the cache.

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
        self._areas_known = True

    def read_features(self, area: Area, *, margin_m: float) -> Features:
        """Return the features in the bounding box of an area widened by `margin_m` metres.

        Raises
        ------
        InvalidInput
            If the radius is above `MOST_RADIUS_M`.
        PlaceNotFound
            If OpenStreetMap has no way in the area.
        SourceUnavailable
            If the cache has no copy, and the server does not answer or must
            not be asked.
        """
        if area.radius_m > MOST_RADIUS_M:
            raise InvalidInput(
                f"radius {area.radius_m:g} m: online it may be at most {MOST_RADIUS_M:g} m; "
                "take a smaller one, or an extract with --osm FILE"
            )
        cache = self._online.open_cache()
        box = round_box(box_around(area, margin_m))
        try:
            entry = self._find_or_fetch_entry(cache, box)
        except TooLarge as failure:
            host = urlsplit(self._online.overpass_url).netloc
            raise SourceUnavailable(
                f"Overpass at {host} {failure}, even for a part of this map; "
                f"{_advise_radius(area.radius_m, margin_m)} an extract with --osm FILE or --region DIR"
            ) from failure
        features = read_extract(entry, area, margin_m)
        if features is None:
            raise PlaceNotFound(
                f"OpenStreetMap holds no way within {area.radius_m:.0f} m of {area.place.lat:.5f},"
                f"{area.place.lon:.5f}; give a place on land as lat,lon"
            )
        notes = [*features.notes, *([cache.trouble] if cache.trouble else [])]
        if not entry.about.get("areas", True):
            notes.append(NO_AREAS)
        if entry.age_days() > OLD_DAYS:
            notes.append(f"the map is a copy fetched {entry.fetched:%Y-%m-%d}; --refresh asks again")
        elif entry.age_days() < -_AHEAD_DAYS:
            notes.append(
                f"the map is a copy fetched {entry.fetched:%Y-%m-%d}, and this machine's clock shows an earlier day: "
                "its age is not known; set the clock, or ask again with --refresh"
            )
        return replace(features, notes=tuple(notes), drawers=cache.drawers)

    def _find_or_fetch_entry(self, cache: Cache, box: Box) -> Entry:
        """Return a cached copy of a box, or else fetch one."""
        online = self._online
        entry = None if online.refresh else _find_cached_entry(cache, online.overpass_url, box)
        if entry is not None:
            logger.info("the map is a copy fetched %s; --refresh asks again", _describe_age(entry.age_days()))
            return entry
        if online.offline:
            raise SourceUnavailable(
                "the cache holds no map of this place, and --offline asks nobody; ask once without it, "
                "or give an extract with --osm FILE or --region DIR"
            )
        with cache.hold_lock("overpass"):
            # Another process may have asked for the same meanwhile.
            entry = None if online.refresh else _find_cached_entry(cache, online.overpass_url, box)
            return entry or self._fetch_entry(cache, box)

    def _fetch_entry(self, cache: Cache, box: Box) -> Entry:
        """Return an answer of the server as an extract, which is stored in the cache."""
        online = self._online
        host = urlsplit(online.overpass_url).netloc
        logger.info("asking Overpass at %s for the map", host, extra={"seconds": 0.0})
        try:
            answer = self._fetch_answer(box)
            payload = make_extract(answer, box)
        except TooLarge:
            raise
        except Failed as failure:
            raise SourceUnavailable(
                f"Overpass at {host} {failure}; try later or with a smaller --radius, "
                "or give an extract with --osm FILE or --region DIR"
            ) from failure
        ways = sum(element["type"] == "way" for element in answer["elements"])
        key = _make_cache_key(online.overpass_url, box)
        about = {"url": online.overpass_url, "box": box, "ways": ways, "areas": self._areas_known}
        return cache.store_entry("overpass", key, payload, **about)

    def _fetch_answer(self, box: Box, halvings: int = _MOST_HALVINGS) -> dict[str, Any]:
        """Return the answer for a box, after retries while the server is busy, in halves where it is too much."""
        online = self._online
        service = f"Overpass at {urlsplit(online.overpass_url).netloc}"
        query = compose_query(box, enclosing=self._areas_known)
        try:
            return call_with_retries(
                lambda: ask_server(online, query, self._limits), service=service, patience=online.patience
            )
        except NoAreas as failure:
            if not self._areas_known:
                raise
            self._areas_known = False
            logger.info("%s %s; asking without them", service, failure, extra={"seconds": 0.0})
            return self._fetch_answer(box, halvings)
        except TooLarge as failure:
            if not halvings:
                raise
            logger.info("%s %s; asking for halves", service, failure, extra={"seconds": 0.0})
        # Objects on the cut come twice; the extract holds each once.
        first, second = (self._fetch_answer(half, halvings - 1) for half in halve_box(box))
        return {**first, "elements": [*first["elements"], *second["elements"]]}


def _make_cache_key(url: str, box: Sequence[float]) -> str:
    """Return the key of a box's copy; it holds the query, so that a changed query is asked anew."""
    return f"{url} {compose_query(box).text}"


def _find_cached_entry(cache: Cache, url: str, box: Box) -> Entry | None:
    """Return the copy of the smallest cached box that contains a box, None if there is none."""
    boxes = [
        of
        for _, about in cache.iterate_entries("overpass")
        if about.get("url") == url and (of := parse_box(about.get("box"))) and contains_box(of, box)
    ]
    for candidate in sorted(boxes, key=lambda b: ((b[2] - b[0]) * (b[3] - b[1]), b)):
        entry = cache.read_entry("overpass", _make_cache_key(url, candidate))
        if entry is not None:
            return entry
    return None


def _describe_age(days: float) -> str:
    """Return an age in words, such as "5 hours ago".

    Examples
    --------
    >>> _describe_age(0.001), _describe_age(0.2), _describe_age(1.2), _describe_age(40.0)
    ('just now', '5 hours ago', '1 day ago', '40 days ago')
    >>> _describe_age(-400.0)
    "on a later day than this machine's clock shows"
    """
    if days < -_AHEAD_DAYS:
        return "on a later day than this machine's clock shows"
    hours = round(days * 24)
    if hours < 1:
        return "just now"
    number, unit = (hours, "hour") if days < 1 else (int(days), "day")
    return f"{number} {unit}{'s' if number != 1 else ''} ago"


def _advise_radius(radius_m: float, margin_m: float) -> str:
    """Return the beginning of the advice for a map whose quarter was too much: a radius to take, if any.

    Examples
    --------
    >>> _advise_radius(8000.0, 2000.0), _advise_radius(800.0, 2000.0)
    ('take --radius 3000 or less, or', 'a smaller --radius would hardly help: give')
    """
    # The margin around the radius is asked for, too; half of both is the side of a quarter.
    radius_m = floor(((radius_m + margin_m) / 2 - margin_m) / 100) * 100
    return f"take --radius {radius_m} or less, or" if radius_m > 0 else "a smaller --radius would hardly help: give"
