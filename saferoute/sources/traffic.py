"""What servers were asked for, in this run and today, so that nobody passes the guideline of a public one unawares."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from saferoute.sources.settings import OVERPASS_URL

if TYPE_CHECKING:
    from saferoute.sources.cache import Cache

logger = logging.getLogger(__name__)

PUBLIC_SERVER = f"Overpass at {urlsplit(OVERPASS_URL).netloc}"
"""The server whose guideline this is."""
MOST_ANSWERS = 10_000
MOST_BYTES = 1_000_000_000
"""Answers and bytes a day that are still welcome (dev.overpass-api.de/overpass-doc/en/preface/commons.html)."""
WARNED_SHARE = 0.5
"""Share of either from which every further question is preceded by a warning [J]."""

_KIND = "today"
"""Folder of the cache for the sums; it is none of `cache.KINDS`, so that clearing the cache keeps them."""


@dataclass(frozen=True)
class Traffic:
    """What a server sent.

    Examples
    --------
    >>> print(Traffic(1, 4_400_000) + Traffic(2, 100_000)), print(Traffic(1))
    3 answers, 4.5 MB
    1 answer, 0.0 MB
    (None, None)
    """

    answers: int = 0
    bytes: int = 0
    """As they came over the network, packed."""

    def __add__(self, other: Traffic) -> Traffic:
        """Return the sum of two."""
        return Traffic(self.answers + other.answers, self.bytes + other.bytes)

    def __str__(self) -> str:
        """Return number and size in words."""
        return f"{self.answers} answer{'s' if self.answers != 1 else ''}, {self.bytes / 1e6:.1f} MB"


def name_server(service: str, url: str) -> str:
    """Return a server by its service and host, as in ``Overpass at overpass-api.de``."""
    return f"{service} at {urlsplit(url).netloc}"


def read_day(cache: Cache, server: str) -> Traffic:
    """Return what a server has sent today, as far as the cache knows."""
    entry = cache.read_entry(_KIND, server)
    if entry is None or entry.fetched.date() != datetime.now(UTC).date():
        return Traffic()
    return Traffic(**json.loads(entry.payload))


def add_traffic(cache: Cache, server: str, received: Traffic) -> None:
    """Add what a server has sent to the sum of today, and log both.

    Of two processes that do so at the same moment one may be forgotten, unless they take turns at the server.
    """
    if not received.answers:
        return
    today = read_day(cache, server) + received
    cache.store_entry(_KIND, server, json.dumps(asdict(today)).encode())
    logger.debug("%s has sent %s; today %s", server, received, today)


def list_days(cache: Cache) -> list[tuple[str, Traffic]]:
    """Return each server that has sent something today, and what."""
    servers = sorted(server for server, _ in cache.iterate_entries(_KIND))
    return [(server, today) for server in servers if (today := read_day(cache, server)).answers]


def warn_of_guideline(cache: Cache, server: str) -> None:
    """Log a warning if much of what the public server gives a user in a day has been used up."""
    today = read_day(cache, server)
    used = max(today.answers / MOST_ANSWERS, today.bytes / MOST_BYTES)
    if server == PUBLIC_SERVER and used >= WARNED_SHARE:
        logger.warning(
            "%s has sent %s today; it asks for at most %s a day: "
            "give an extract with --osm FILE or --region DIR, which asks nobody",
            server,
            today,
            Traffic(MOST_ANSWERS, MOST_BYTES),
        )
