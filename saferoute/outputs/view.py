"""A map over HTTP on this machine alone: tile servers refuse pages that come from a file."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from saferoute.model import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOST = "127.0.0.1"
_LARGEST_BYTES = 50_000_000
_TIMEOUT_S = 30.0


class MapServer(ThreadingHTTPServer):
    """Serves one map at ``/`` on the loopback interface, and nothing else.

    Parameters
    ----------
    path : Path
        The map; read anew at every request, so that a new run shows on reload.
    change : callable
        Changes the page on its way, as `saferoute.outputs.map.with_tiles` does.
    port : int
        0 takes a free one.

    Raises
    ------
    InvalidInput
        If the file is no map of saferoute, or the port is taken.
    """

    daemon_threads = True

    def __init__(self, path: Path, *, change: Callable[[str], str] = lambda page: page, port: int = 0) -> None:
        self.path = path
        self.change = change
        self.page()  # what cannot be served is said before the browser opens
        try:
            super().__init__((HOST, port), _Handler)
        except (OSError, OverflowError) as error:
            raise InvalidInput(f"port {port}: cannot be used ({error}); leave --port out to get a free one") from error

    @property
    def url(self) -> str:
        """Where the map is."""
        return f"http://{HOST}:{self.server_port}/"

    def page(self) -> str:
        """Return the page as it is served."""
        return self.change(read_map(self.path))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about readers that hang up."""


def read_map(path: Path) -> str:
    """Return the text of a map.

    Raises
    ------
    InvalidInput
        If the file cannot be read, or saferoute has not written it.
    """
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise InvalidInput(f"{path}: {path.stat().st_size / 1e6:.0f} MB is more than any map of saferoute")
        page = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}; give a map that saferoute has written") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path}: is no HTML; give a map that saferoute has written") from error
    if 'id="saferoute-data"' not in page or "Content-Security-Policy" not in page:
        raise InvalidInput(f"{path}: is no map of saferoute; write one with saferoute find -o map.html")
    return page


class _Handler(BaseHTTPRequestHandler):
    """Answers ``GET /`` and ``HEAD /``; no other path leads to any file."""

    server: MapServer
    timeout = _TIMEOUT_S
    server_version = "saferoute"
    sys_version = ""

    def do_GET(self) -> None:
        """Send the map."""
        # A page elsewhere that lets its name point here must not read the map.
        if self.headers.get("Host", "") not in {f"{name}:{self.server.server_port}" for name in (HOST, "localhost")}:
            self.send_error(403, "This map is for this machine alone")
            return
        if self.path.partition("?")[0] != "/":
            self.send_error(404, "There is one map here, at /")
            return
        try:
            body = self.server.page().encode()
        except InvalidInput as error:
            self.send_error(404, "The map is gone", str(error))
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        # Tile servers ask who shows them; they learn the origin, not which segment is looked at.
        self.send_header("Referrer-Policy", "strict-origin-when-cross-origin")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - the name is http.server's

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - so it is called
        """Say nothing: the terminal belongs to the command."""
