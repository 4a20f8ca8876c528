"""What an Overpass server answers: a map, or why not, and when to ask again.

The pages and remarks are those of version 0.7.62. It has few status codes:
many a refusal comes as a web page or a remark with status 200.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from saferoute.sources.client import BoundedClient
from saferoute.sources.settings import RequestLimits
from saferoute.sources.traffic import add_traffic, name_server, warn_of_guideline
from saferoute.sources.web import Failed, check_status, parse_json_answer

if TYPE_CHECKING:
    from saferoute.sources.osm.overpass_query import Question
    from saferoute.sources.settings import Online

STATUS_LIMITS = RequestLimits(total_s=10.0, most_bytes=100_000)
"""Limits of the question when the server has time again; the answer has some lines [J]."""

_TOO_LARGE = re.compile(r"timed out|out of memory")
"""Words of the remark with which Overpass gives up a query that needs more than it may take."""
_NO_AREAS = re.compile(r"No such file or directory \S*/(?:osm3s[\w.]*_areas|areas?(?:_\w+)?(?:\.\w+)*)(?![\w.])")
"""What a server says that keeps no areas, or whose part for areas does not run: their socket or files are missing."""
_SLOT_NOW = re.compile(r"^[1-9]\d* slots? available now", re.MULTILINE)
_SLOT_LATER = re.compile(r"^Slot available after: .{,40}, in (-?\d{1,6}) seconds?", re.MULTILINE)
"""Lines of ``/status`` on the queries that a user may ask at a time."""
_TOO_MANY = 429
"""Status code for more queries than a user may ask at a time; Overpass names no wait with it."""
_PAGE = 65_536
"""Bytes of a web page that are searched for these words."""


class TooLarge(Failed):
    """Raised when a query needs more time or memory than the server gives: the same one would fail again."""


class NoAreas(Failed):
    """Raised when a query asks for areas and the server keeps none: it may be asked without them."""


def ask_server(online: Online, question: Question, limits: RequestLimits) -> dict[str, Any]:
    """Return the complete answer of an Overpass server to a question, and count it.

    Raises
    ------
    NoAreas
        If the server keeps no areas.
    TooLarge
        If the query needs more than the server gives.
    Failed
        If there is no answer for another reason; where it passes, with the
        wait that the server needs, if that is known.
    """
    cache, server = online.open_cache(), name_server("Overpass", online.overpass_url)
    warn_of_guideline(cache, server)
    with BoundedClient(limits, online.agent) as client:
        try:
            response = client.post(f"{online.overpass_url.rstrip('/')}/interpreter", data={"data": question.text})
        finally:
            add_traffic(cache, server, client.received)
    try:
        answer = parse_json_answer(response)
    except Failed as failure:
        raise _explain_refusal(failure, response, online, question) from failure
    _check_completeness(answer)
    return answer


def _explain_refusal(failure: Failed, response: Any, online: Online, question: Question) -> Failed:
    """Return why there is no answer, with the wait that the server needs."""
    page = response.content[:_PAGE].decode(errors="replace")
    if _NO_AREAS.search(page):
        return NoAreas("keeps no areas")
    # It forgets a question when that question's time-out has passed; asked sooner, it refuses again.
    if "duplicate_query" in page:
        return Failed("takes this for a question that it has just been asked", again=True, wait_s=question.server_s)
    if failure.wait_s is None and (response.status_code == _TOO_MANY or "rate_limited" in page):
        return Failed(str(failure), again=True, wait_s=_ask_for_slot(online))
    return failure


def _ask_for_slot(online: Online) -> float | None:
    """Return the seconds until the server takes another query of this user, None if it does not say."""
    try:
        with BoundedClient(STATUS_LIMITS, online.agent) as client:
            response = client.get(f"{online.overpass_url.rstrip('/')}/status")
        check_status(response)
    except Failed:
        return None
    return parse_status(response.content.decode(errors="replace"))


def parse_status(text: str) -> float | None:
    r"""Return the seconds until a query may be asked by the text of ``/status``, None if it names none.

    Examples
    --------
    >>> parse_status("Rate limit: 2\nSlot available after: 2026-11-20T10:00:45Z, in 45 seconds.\n")
    45.0
    >>> parse_status("Rate limit: 2\n1 slots available now.\n"), parse_status("Rate limit: 0\n")
    (0.0, None)
    """
    if _SLOT_NOW.search(text):
        return 0.0
    return min((max(float(seconds), 0.0) for seconds in _SLOT_LATER.findall(text)), default=None)


def _check_completeness(answer: Any) -> None:
    """Raise `Failed` unless an answer is complete."""
    # Overpass sends what it has found with status 200 when it runs out of time, and adds a remark.
    if not isinstance(answer, dict):
        raise Failed("answered with broken data", again=True)
    remark = answer.get("remark")
    if remark:
        if _NO_AREAS.search(str(remark)):
            raise NoAreas("keeps no areas")
        said = f"answered in part only ({' '.join(str(remark).split())[:120]})"
        raise TooLarge(said) if _TOO_LARGE.search(said) else Failed(said, again=True)
    if not isinstance(answer.get("elements"), list):
        raise Failed("answered without elements")
