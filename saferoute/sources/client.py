"""An HTTP client that limits the time, size and redirects of each request, and counts what it receives.

A socket's timeout starts anew with every byte, so a server that sends one
byte a second could hold a client for ever. Here a timer cuts the connection
when the whole request has taken too long.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NameResolutionError

from saferoute.sources.traffic import Traffic
from saferoute.sources.trust import find_trusted
from saferoute.sources.web import Failed, check_status

if TYPE_CHECKING:
    from saferoute.sources.settings import RequestLimits

_CHUNK = 65_536
"""Bytes read at a time."""
_MOST_REDIRECTS = 3


class BoundedClient(requests.Session):
    """An HTTP client whose requests all end within some limits.

    Bodies are read whole at once, and redirects are not followed. Every error
    is raised as `Failed`. One thread at a time may use a client.

    Parameters
    ----------
    limits : RequestLimits
        Limits of each request.
    agent : str
        Who asks, as servers are told (`Online.agent`).

    Attributes
    ----------
    received : Traffic
        Number and size of the answers so far, those included that were of no use.

    Raises
    ------
    InvalidInput
        If the environment names trusted certificates that do not exist.
    """

    def __init__(self, limits: RequestLimits, agent: str) -> None:
        super().__init__()
        self.headers["User-Agent"] = agent
        self.verify = str(find_trusted())
        self.received = Traffic()
        self._limits = limits
        self._opened: list[socket.socket] = []
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter(self._opened))

    def send(self, request: Any, **kwargs: Any) -> Any:
        """Send a request and return the response with its body read.

        Raises
        ------
        Failed
            If the connection fails, or the answer takes too long or is too large.
        """
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
            self.received += Traffic(1)
            # Read here and not by requests, whose `content` knows no limit on the unpacked size.
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
        if late.is_set():  # cut by the timer, a body without a length looks complete
            self.close()
            raise Failed(too_slow)
        return response

    def get_redirect_target(self, resp: Any) -> None:
        """Return None, since requests would read the body of a redirect without a limit."""

    def cut_connection(self) -> None:
        """End the connection at once, from any thread."""
        # shutdown wakes a thread that waits in recv; close would leave it waiting.
        for sock in list(self._opened):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection and its duplicate handle."""
        super().close()
        while self._opened:
            self._opened.pop().close()

    def _connection_timeouts(self) -> tuple[float, float]:
        return self._limits.connect_s, self._limits.total_s

    def _read_body(self, response: Any) -> bytes:
        """Return the unpacked body of a response, or raise `Failed` once it is larger than allowed."""
        most = self._limits.most_bytes
        too_long = f"sends more than {most / 1e6:.0f} MB"
        length = response.headers.get("Content-Length", "")
        if length.isdigit() and int(length) > most:
            raise Failed(too_long)
        # The header may be missing, and counts packed bytes: a small packed body may unpack to gigabytes.
        body = bytearray()
        try:
            for chunk in response.raw.stream(_CHUNK, decode_content=True):
                body += chunk
                if len(body) > most:
                    raise Failed(too_long)
        finally:
            self.received += Traffic(0, response.raw.tell())
        return bytes(body)


class _Adapter(HTTPAdapter):
    """An adapter for requests that notes each socket from its first packet on, for the client to cut."""

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
    """Return a class of connection pools that puts a duplicate of each new socket into `opened`."""

    # Hooked in here because urllib3 shows the socket to nobody before the first answer has come.
    class Watched(connection):  # type: ignore[misc]
        def _new_conn(self) -> socket.socket:
            new: socket.socket = super()._new_conn()
            while opened:  # a client has one connection at a time
                opened.pop().close()
            opened.append(new.dup())  # TLS takes the socket itself away
            return new

    return type("WatchedPool", (pool,), {"ConnectionCls": Watched})


def _failure_from_error(error: Exception) -> Failed:
    """Return the failure that the errors of requests and urllib3 stand for."""
    # The cause lies some layers down: as `reason`, as an argument, or chained by `raise from`.
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
"""Errors that another try cannot mend, and their wording; the first that fits is used."""


def fetch_body(client: BoundedClient, url: str, *, absent: frozenset[int] = frozenset()) -> bytes | None:
    """Return the body at an address, following redirects within its host.

    Parameters
    ----------
    client : BoundedClient
    url : str
    absent : frozenset of int
        Status codes that mean that there is nothing at the address.

    Returns
    -------
    bytes or None
        None if the status is one of `absent`.

    Raises
    ------
    Failed
        If the request fails, or redirects leave the host or do not end.
    """
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
    """Return whether a redirect within a host leads to the same service, or from http to https."""
    # Another port may be another, internal service; https to http would give up the protection.
    old, new = urlsplit(url), urlsplit(target)
    if old.scheme == "http" and new.scheme == "https":
        return True
    return (old.scheme, old.port) == (new.scheme, new.port)
