"""What a server was asked for today, so that nobody passes the guideline of a public one unawares."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from saferoute.sources.settings import OVERPASS_URL

if TYPE_CHECKING:
    from saferoute.sources.cache import Cache

logger = logging.getLogger(__name__)

PUBLIC_HOST = urlsplit(OVERPASS_URL).netloc
"""The server whose guideline this is."""
MOST_ANSWERS = 10_000
MOST_BYTES = 1_000_000_000
"""Answers and bytes a day that are still welcome (dev.overpass-api.de/overpass-doc/en/preface/commons.html)."""
WARNED_SHARE = 0.5
"""Share of either from which every further question is preceded by a warning [J]."""

_KIND = "today"
"""Folder of the cache for the sums; it is none of `cache.KINDS`, so that clearing the cache keeps them."""


class DayTotal(NamedTuple):
    """What a server sent on one day, by UTC."""

    answers: int = 0
    bytes: int = 0
    """As they came over the network, packed."""


def read_day(cache: Cache, host: str) -> DayTotal:
    """Return what a server has sent today, as far as the cache knows."""
    entry = cache.read_entry(_KIND, host)
    if entry is None or entry.fetched.date() != datetime.now(UTC).date():
        return DayTotal()
    return DayTotal(**json.loads(entry.payload))


def add_answer(cache: Cache, host: str, size: int) -> None:
    """Add an answer of `size` bytes to what a server has sent today; one process at a time may do so."""
    total = read_day(cache, host)
    new = DayTotal(total.answers + 1, total.bytes + size)
    cache.store_entry(_KIND, host, json.dumps(new._asdict()).encode(), host=host)


def list_days(cache: Cache) -> list[tuple[str, DayTotal]]:
    """Return each server that has sent something today, and what."""
    hosts = sorted(str(about["host"]) for _, about in cache.iterate_entries(_KIND))
    return [(host, total) for host in hosts if (total := read_day(cache, host)).answers]


def warn_of_guideline(cache: Cache, host: str) -> None:
    """Log a warning if much of what the public server gives a user in a day has been used up."""
    total = read_day(cache, host)
    used = max(total.answers / MOST_ANSWERS, total.bytes / MOST_BYTES)
    if host == PUBLIC_HOST and used >= WARNED_SHARE:
        logger.warning(
            "Overpass at %s has sent %.0f MB in %d answers today; it asks for at most %.0f MB and %d a day: "
            "give an extract with --osm FILE or --region DIR, which asks nobody",
            host,
            total.bytes / 1e6,
            total.answers,
            MOST_BYTES / 1e6,
            MOST_ANSWERS,
        )
