"""The one door to osmnx: its requests to Overpass and Nominatim, within our bounds.

osmnx 2.1 sleeps and asks again without end when a server is busy, takes a
partial answer for a whole one, knows no deadline, leaves `socket.getaddrinfo`
patched, and keeps its settings in a module. So it composes the requests and
reads the answers, while the connection, the waits and the cache are ours, and
everything is put back afterwards.
"""

from __future__ import annotations

import socket
import threading
from collections import OrderedDict
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import osmnx
import requests
from osmnx import _nominatim, _overpass
from osmnx._errors import InsufficientResponseError, ResponseStatusCodeError

from saferoute.sources.web import HOME, USER_AGENT, BoundedSession, Failed, check_status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from saferoute.sources.online import Limits

_ALONE = threading.Lock()
_BUSY_PAGES = (b"rate_limited", b"too busy", b"timeout", b"try again")
"""What Overpass writes in the pages it sends instead of data while it is busy."""


def ask_overpass(query: str, *, url: str, limits: Limits, sleep: Callable[[float], None]) -> dict[str, Any]:
    """Return the answer to a query in Overpass QL.

    Raises
    ------
    Failed
        If the server did not answer whole.
    """
    with _lend_client(limits, sleep, overpass_url=url):
        answer = _call_osmnx(lambda: _overpass._overpass_request(OrderedDict(data=query)))  # noqa: SLF001
    remark = answer.get("remark")
    if remark:
        too_large = "out of memory" in str(remark)
        said = " ".join(str(remark).split())[:120]
        raise Failed(f"answered in part only ({said})", again=not too_large)
    if not isinstance(answer.get("elements"), list):
        raise Failed("answered without elements")
    return answer


def ask_nominatim(
    text: str, *, most: int, url: str, limits: Limits, sleep: Callable[[float], None]
) -> list[dict[str, Any]]:
    """Return what Nominatim finds, after the second's pause that it asks for.

    Raises
    ------
    Failed
        If the server did not answer whole.
    """
    with _lend_client(limits, sleep, nominatim_url=url):
        return _call_osmnx(
            lambda: _nominatim._download_nominatim_element(text, limit=most, polygon_geojson=False)  # noqa: SLF001
        )


def _call_osmnx(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except (InsufficientResponseError, ResponseStatusCodeError) as error:
        raise Failed("answered with broken data", again=True) from error
    except (ValueError, RecursionError) as error:
        raise Failed("answered what is no data") from error


@contextmanager
def _lend_client(limits: Limits, sleep: Callable[[float], None], **settings: str) -> Iterator[None]:
    """Lend osmnx our session, settings and clock, and put everything back."""
    session = BoundedSession(limits)

    def pause(seconds: float) -> None:
        if seconds > 0:
            sleep(seconds)

    def checked(send: Callable[..., Any]) -> Callable[..., Any]:
        def checking(*args: Any, **kwargs: Any) -> Any:
            response = send(*args, **kwargs)
            check_status(response)
            _check_data(response.content)
            return response

        return checking

    ours = SimpleNamespace(Request=requests.Request, get=checked(session.get), post=checked(session.post))
    with _ALONE:
        kept = dict(vars(osmnx.settings))
        resolve = socket.getaddrinfo
        theirs = [(module, module.requests, module.time) for module in (_overpass, _nominatim)]
        try:
            vars(osmnx.settings).update(
                settings,
                use_cache=False,
                doh_url_template=None,
                http_user_agent=USER_AGENT,
                http_referer=HOME,
                overpass_rate_limit=False,  # a 429 says the same, and is waited out in sight
                requests_kwargs={},
                log_file=False,
            )
            for module, _, _ in theirs:
                vars(module).update(requests=ours, time=SimpleNamespace(sleep=pause))
            yield
        finally:
            vars(osmnx.settings).update(kept)
            for module, its_requests, its_time in theirs:
                vars(module).update(requests=its_requests, time=its_time)
            socket.getaddrinfo = resolve
            session.close()


def _check_data(body: bytes) -> None:
    start = body[:4096].lstrip()
    if not start:
        raise Failed("answered nothing", again=True)
    if start.startswith(b"<"):
        page = body[:_PAGE].lower()
        raise Failed("answered with a web page, not data", again=any(words in page for words in _BUSY_PAGES))


_PAGE = 65_536
