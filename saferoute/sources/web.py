"""HTTP within bounds: a deadline on a whole request, a limit on its bytes, no way to another host.

Time-outs of sockets start anew with every byte, so that a server which sends
one a second holds a client for ever; here a timer cuts the connection.
"""

from __future__ import annotations

import json
import logging
import socket
import threading
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NameResolutionError

from saferoute.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from saferoute.sources.settings import Patience, RequestLimits

T = TypeVar("T")

logger = logging.getLogger(__name__)

HOME = "https://saferoute.example"
"""Where operators of services find whom to write to."""
USER_AGENT = f"saferoute/{__version__} (+{HOME})"
OSM_HEADERS = {"Referer": HOME, "Accept-Language": "en"}
"""What the usage policies of OpenStreetMap's services ask for besides the user agent, and the language of names."""

_BUSY = frozenset({429, 500, 502, 503, 504})
_BUSY_PAGES = (b"rate_limited", b"too busy", b"timeout", b"try again")
"""What Overpass writes in the pages it sends instead of data while it is busy."""
_PAGE = 65_536
"""Bytes of a web page that are searched for these words."""
_CHUNK = 65_536
_MOST_REDIRECTS = 3
_COUNT_S = 10.0
"""Seconds between two lines of a countdown."""


class Failed(Exception):
    """A request that brought no answer.

    Parameters
    ----------
    reason : str
        What the service did, as in "answered 504 Gateway Timeout".
    again : bool
        Whether it is worth asking once more.
    wait_s : float, optional
        How long the service asks to wait.
    """

    def __init__(self, reason: str, *, again: bool = False, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.again = again
        self.wait_s = wait_s


def call_with_retries(ask: Callable[[], T], *, service: str, patience: Patience) -> T:
    """Return what `ask` returns, called again after a logged wait while the service is busy.

    Raises
    ------
    Failed
        If the last try failed, asking again is of no use, or the service asks for too long a wait.
    """
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
    """Wait, and log every few seconds how long is left: nobody is to take the program for dead."""
    while seconds > 0:
        logger.info("%s; asking again in %.0f s", reason, seconds)
        part = min(_COUNT_S, seconds)
        patience.sleep(part)
        seconds -= part


class BoundedClient(requests.Session):
    """An HTTP client whose every request ends within its limits; for one thread at a time.

    Bodies are read at once, redirects are not followed. Whatever goes wrong
    is raised as `Failed`.
    """

    def __init__(self, limits: RequestLimits) -> None:
        super().__init__()
        self.headers["User-Agent"] = USER_AGENT
        self._limits = limits
        self._opened: list[socket.socket] = []
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter(self._opened))

    def send(self, request: Any, **kwargs: Any) -> Any:
        """Send a request, and read its answer whole."""
        late = threading.Event()

        def cut_late_request() -> None:
            late.set()
            self.cut_connection()

        timer = threading.Timer(self._limits.total_s, cut_late_request)
        timer.daemon = True
        timer.start()
        too_slow = f"did not answer within {self._limits.total_s:g} s"
        try:
            kwargs |= {"stream": True, "allow_redirects": False, "timeout": self._connection_timeouts()}
            response = super().send(request, **kwargs)
            if request.method != "HEAD":
                response._content = self._read_body(response)  # noqa: SLF001 - as its own `content` does
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            self.close()
            raise (Failed(too_slow) if late.is_set() else _failure_from_error(error)) from error
        except Failed:
            self.close()
            raise
        finally:
            timer.cancel()
        if late.is_set():  # a body without a length ends where the connection does
            self.close()
            raise Failed(too_slow)
        return response

    def get_redirect_target(self, resp: Any) -> None:
        """Return None: requests would read the body of a redirection without bounds."""

    def cut_connection(self) -> None:
        """End the connection, whatever it is doing; may be called from another thread."""
        for sock in list(self._opened):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        super().close()
        while self._opened:
            self._opened.pop().close()

    def _connection_timeouts(self) -> tuple[float, float]:
        return self._limits.connect_s, self._limits.total_s

    def _read_body(self, response: Any) -> bytes:
        most = self._limits.most_bytes
        too_long = f"sends more than {most / 1e6:.0f} MB"
        length = response.headers.get("Content-Length", "")
        if length.isdigit() and int(length) > most:
            raise Failed(too_long)
        body = bytearray()
        for chunk in response.raw.stream(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > most:
                raise Failed(too_long)
        return bytes(body)


class _Adapter(HTTPAdapter):
    """Connects so that the client holds a handle of the connection from its first packet on."""

    def __init__(self, opened: list[socket.socket]) -> None:
        self._pools = {
            "http": _make_pool_class(urllib3.HTTPConnectionPool, HTTPConnection, opened),
            "https": _make_pool_class(urllib3.HTTPSConnectionPool, HTTPSConnection, opened),
        }
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _make_pool_class(pool: Any, connection: Any, opened: list[socket.socket]) -> Any:
    class Watched(connection):  # type: ignore[misc]
        def _new_conn(self) -> socket.socket:
            new: socket.socket = super()._new_conn()
            while opened:  # a client has one connection at a time
                opened.pop().close()
            opened.append(new.dup())  # TLS takes the socket itself away
            return new

    return type("WatchedPool", (pool,), {"ConnectionCls": Watched})


def _failure_from_error(error: Exception) -> Failed:
    """Say what went wrong with a connection."""
    cause: Any = error
    while cause is not None:
        for kinds, reason in _FINAL:
            if isinstance(cause, kinds):
                return Failed(reason)
        inner = getattr(cause, "reason", None) or next((a for a in cause.args if isinstance(a, Exception)), None)
        cause = inner if isinstance(inner, Exception) else cause.__cause__ or cause.__context__
    return Failed("ended the connection without a whole answer", again=True)


_FINAL: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((urllib3.exceptions.ProxyError,), "cannot be reached through the proxy that the environment names"),
    ((NameResolutionError, socket.gaierror), "cannot be found: its name does not resolve"),
    ((ConnectionRefusedError,), "refuses connections"),
    ((urllib3.exceptions.SSLError,), "has no valid certificate, or does not speak TLS"),
    ((requests.ConnectTimeout,), "cannot be reached"),
    ((requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema), "has no valid address"),
)
"""What asking again does not mend."""


def check_status(response: Any) -> None:
    """Raise `Failed` unless the answer is a success."""
    status = f"answered {response.status_code} {str(response.reason or '')[:60]}".rstrip()
    if response.status_code in _BUSY:
        raise Failed(status, again=True, wait_s=_parse_retry_after(response.headers.get("Retry-After")))
    if response.is_redirect:
        target = urlsplit(urljoin(response.url, response.headers["Location"])).netloc
        raise Failed(f"redirects to {target[:80]}, where it is not followed")
    if not 200 <= response.status_code < 300:
        raise Failed(status)


def _parse_retry_after(text: str | None) -> float | None:
    """Return the seconds that a Retry-After header names, as a number or as a date."""
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
    """Return the JSON of an answer.

    Raises
    ------
    Failed
        If the answer is no success, empty, a web page, or JSON that is cut off or too deep.
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


def fetch_body(client: BoundedClient, url: str, *, absent: frozenset[int] = frozenset()) -> bytes | None:
    """Return a body, None where the status is one of `absent`; redirects within the host are followed."""
    for _ in range(_MOST_REDIRECTS + 1):
        response = client.get(url)
        if response.status_code in absent:
            return None
        if response.is_redirect:
            target = urljoin(url, response.headers["Location"])
            if urlsplit(target).hostname == urlsplit(url).hostname and _is_safe_redirect(url, target):
                url = target
                continue
        check_status(response)
        body: bytes = response.content
        return body
    raise Failed("redirects in a circle")


def _is_safe_redirect(url: str, target: str) -> bool:
    old, new = urlsplit(url), urlsplit(target)
    if old.scheme == "http" and new.scheme == "https":
        return True
    return (old.scheme, old.port) == (new.scheme, new.port)
