"""What servers answer: data, or why there are none and when to ask again."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

    from saferoute.sources.settings import Patience

T = TypeVar("T")

logger = logging.getLogger(__name__)

_BUSY = frozenset({429, 500, 502, 503, 504})
"""Status codes that may be gone at the next try."""
_BUSY_PAGES = (b"rate_limited", b"too busy", b"timeout", b"try again", b"duplicate_query", b"protocol_error")
"""Words in the web pages that Overpass sends instead of data for a while.

It takes a question for a duplicate until the time-out of an earlier one with
the same text has passed, and its parts misunderstand each other under load.
"""
_PAGE = 65_536
"""Bytes of a web page that are searched for these words."""
_COUNT_S = 10.0
"""Seconds between two messages of a countdown."""


class Failed(Exception):
    """Raised when a request brings no usable answer.

    Parameters
    ----------
    reason : str
        What the service did, as the predicate of a sentence: "answered 504
        Gateway Timeout".
    again : bool
        True if another try may succeed.
    wait_s : float, optional
        Seconds that the service asks to wait; None = it names none.
    """

    def __init__(self, reason: str, *, again: bool = False, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.again = again
        self.wait_s = wait_s


def call_with_retries(ask: Callable[[], T], *, service: str, patience: Patience) -> T:
    """Call a function, again after a wait as long as the service is busy, and return its result.

    Parameters
    ----------
    ask : callable
        Sends one request, and raises `Failed` if it brings no answer.
    service : str
        Name of the service, for the log.
    patience : Patience
        Number and length of the waits.

    Raises
    ------
    Failed
        If the last try failed, another try cannot help, or the service asks
        for too long a wait.
    """
    # The None at the end stands for the last try, which no wait follows.
    for wait_s in (*patience.waits_s, None):
        try:
            return ask()
        except Failed as failure:
            if not failure.again or wait_s is None:
                raise
            pause = wait_s if failure.wait_s is None else max(failure.wait_s, patience.least_s)
            if pause > patience.most_s:
                raise Failed(f"{failure} and asks to wait {pause:.0f} s") from failure
            _count_down(pause, f"{service} {failure}", patience)
    raise AssertionError


def _count_down(seconds: float, reason: str, patience: Patience) -> None:
    """Wait, and log the time left every few seconds, so that the program does not seem to hang."""
    while seconds > 0:
        logger.info("%s; asking again in %.0f s", reason, seconds, extra={"seconds": 0.0})
        part = min(_COUNT_S, seconds)
        patience.sleep(part)
        seconds -= part


def check_status(response: Any) -> None:
    """Raise `Failed` unless the status of a response is a success."""
    status = f"answered {response.status_code} {str(response.reason or '')[:60]}".rstrip()
    if response.status_code in _BUSY:
        raise Failed(status, again=True, wait_s=_parse_retry_after(response.headers.get("Retry-After")))
    if response.is_redirect:
        target = urlsplit(urljoin(response.url, response.headers["Location"])).netloc
        raise Failed(f"redirects to {target[:80]}, where it is not followed")
    if not 200 <= response.status_code < 300:
        raise Failed(status)


def _parse_retry_after(text: str | None) -> float | None:
    """Return the seconds that a Retry-After header gives as a number or date, None if it gives neither."""
    if text is None:
        return None
    if text.strip().isdecimal():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max((at - datetime.now(UTC)).total_seconds(), 0.0)


def parse_json_answer(response: Any) -> Any:
    """Return the JSON in the body of a response.

    Raises
    ------
    Failed
        If the status is not a success, or the body is empty, a web page, or
        JSON that is cut off or nested too deeply.
    """
    check_status(response)
    body: bytes = response.content
    start = body[:4096].lstrip()
    if not start:
        raise Failed("answered nothing", again=True)
    if start.startswith(b"<"):
        page = body[:_PAGE].lower()
        raise Failed("answered with a web page, not data", again=any(words in page for words in _BUSY_PAGES))
    try:
        return json.loads(body)
    except ValueError as error:
        raise Failed("answered with broken data", again=True) from error
    except RecursionError as error:
        raise Failed("answered what is no data") from error
