"""A local server for maps and scans' pages, because tile servers refuse pages opened from a file."""

from __future__ import annotations

import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from saferoute.model import InvalidInput
from saferoute.page._policy import COMMON, check_scripts, write_policy
from saferoute.page._tiles import add_tiles, list_tile_origins

if TYPE_CHECKING:
    from pathlib import Path

HOST = "127.0.0.1"
_LARGEST_BYTES = 50_000_000
_TIMEOUT_S = 30.0


class _LocalServer(ThreadingHTTPServer):
    """A server on the loopback interface, whose threads end with the program.

    Raises
    ------
    InvalidInput
        If the port is taken.
    """

    # Browsers keep connections open, and the program must not wait for them.
    daemon_threads = True

    def __init__(self, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        try:
            super().__init__((HOST, port), handler)
        except (OSError, OverflowError) as error:
            raise InvalidInput(f"port {port}: cannot be used ({error}); leave --port out to get a free one") from error

    @property
    def url(self) -> str:
        """Address of the page."""
        return f"http://{HOST}:{self.server_port}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore readers that hang up; the base class would print a traceback."""


class MapServer(_LocalServer):
    """A server of one map at ``/`` on the loopback interface, and of nothing else.

    Parameters
    ----------
    path : Path
        The map; read anew at every request, so that a new run shows on reload.
    tiles : str, optional
        Name of the provider of tiles under the map (`saferoute.page.add_tiles`); None = no tiles.
    port : int
        Port to listen on; 0 takes a free one.

    Raises
    ------
    InvalidInput
        If the file is no map of this version of saferoute, there is no such provider, or the port is taken.
    """

    def __init__(self, path: Path, *, tiles: str | None = None, port: int = 0) -> None:
        self.path, self._tiles = path, tiles
        self._images = " ".join(["data:", *([] if tiles is None else list_tile_origins(tiles))])
        self.read_page()  # raises before the browser opens if the file cannot be served
        super().__init__(port, _Handler)

    def read_page(self) -> str:
        """Return the page as it is served."""
        page = read_map(self.path)
        return page if self._tiles is None else add_tiles(page, self._tiles)

    def write_policy(self, page: str) -> str:
        """Return the content policy that is sent with the page."""
        return write_policy(page, self._images)


class FolderServer(_LocalServer):
    """A server of a scan's page on the loopback interface: the files of one folder.

    Parameters
    ----------
    folder : Path
        Holds ``index.html`` and ``scan.json``; what lies deeper or is hidden is not served.
    port : int
        Port to listen on; 0 takes a free one.

    Raises
    ------
    InvalidInput
        If the folder is no page of a scan, or the port is taken.
    """

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        if not all((folder / name).is_file() for name in ("index.html", "scan.json")):
            raise InvalidInput(f"{folder}: is no page of a scan; give the folder …-web that saferoute scan has written")
        self.folder = folder
        super().__init__(port, _FolderHandler)


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
    check_scripts(str(path), page)
    return page


class _LocalHandler(BaseHTTPRequestHandler):
    """A handler of ``GET`` and ``HEAD`` requests from this machine."""

    server: _LocalServer
    timeout = _TIMEOUT_S
    server_version = "saferoute"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer a request that names this host, and refuse any other."""
        # A page elsewhere could point its own name at 127.0.0.1 and read the answer (DNS rebinding).
        if self.headers.get("Host", "") in {f"{name}:{self.server.server_port}" for name in (HOST, "localhost")}:
            self.answer_request()
        else:
            self.send_error(403, "This map is for this machine alone")

    def do_HEAD(self) -> None:
        """Answer like ``GET``, without a body."""
        self.do_GET()

    def answer_request(self) -> None:
        """Send what the request asks for."""
        raise NotImplementedError

    def send_head(self, status: int, kind: str, length: int, policy: str) -> None:
        """Send the status and the headers."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        # Also in the page itself, but there it could have been changed, and cannot keep the page out of frames.
        self.send_header("Content-Security-Policy", policy)
        # Tile servers want a referrer; they get the origin, not the chosen stretch.
        self.send_header("Referrer-Policy", "strict-origin-when-cross-origin")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Log nothing: the terminal belongs to the command."""


class _Handler(_LocalHandler):
    """A handler that sends the map at ``/``; no other path leads to a file."""

    server: MapServer

    def answer_request(self) -> None:
        """Send the map."""
        if self.path.partition("?")[0] != "/":
            self.send_error(404, "There is one map here, at /")
            return
        try:
            page = self.server.read_page()
        except InvalidInput as error:
            self.send_error(404, "The map is gone", str(error))
            return
        body = page.encode()
        self.send_head(200, "text/html; charset=utf-8", len(body), self.server.write_policy(page))
        if self.command == "GET":
            self.wfile.write(body)


_FOLDER_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; manifest-src 'self'; "
    f"worker-src 'self'; img-src 'self' data:; {COMMON}"
)
"""Policy of a scan's page: its own files and nothing else."""
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".part": "application/octet-stream",
}


class _FolderHandler(_LocalHandler):
    """A handler that sends the files of one folder."""

    server: FolderServer

    def answer_request(self) -> None:
        """Send a file."""
        name = self.path.partition("?")[0].removeprefix("/") or "index.html"
        path = self.server.folder / name
        # A plain name cannot lead to a hidden file, but a link of that name out of the folder.
        plain = re.fullmatch(r"\w[\w.-]*", name, flags=re.ASCII)
        if not plain or not path.is_file() or path.resolve().parent != self.server.folder.resolve():
            self.send_error(404, "There is no such file here")
            return
        body = path.read_bytes()
        self.send_head(200, _KINDS.get(path.suffix, "text/plain; charset=utf-8"), len(body), _FOLDER_POLICY)
        if self.command == "GET":
            self.wfile.write(body)
