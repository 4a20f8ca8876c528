"""Overpass, Nominatim, Mapterhorn and GLO-30 on loopback, polite or not.

A `FakeServer` notes every request and answers from its `routes`; `faults` are
answered first, one a request. It asserts nothing: tests do.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import subprocess
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, urlsplit

import osmium
import pytest

KINDS = {"n": "node", "w": "way", "r": "relation"}


@dataclass
class Request:
    """What somebody asked."""

    at: float
    method: str
    path: str
    headers: dict
    body: str
    ended: float = 0.0

    @property
    def query(self) -> dict:
        """The fields of the query string, or of the form that was posted."""
        return {k: v[0] for k, v in parse_qs(urlsplit(self.path).query or self.body).items()}


@dataclass
class Answer:
    """One answer: a status, a body, headers, or something that no server should do."""

    body: bytes | str = b""
    status: int = 200
    headers: dict = field(default_factory=dict)
    trick: str = ""
    """``close``: nothing at all; ``drip``: a byte a second; ``drip-head``: so from the first one on;
    ``cut``: half of what the header promises."""
    after_s: float = 0.0


class FakeServer:
    """A server of services on a free port of loopback: IPv4, IPv6 for the host ``::1``, https with a certificate."""

    def __init__(self, host: str = "127.0.0.1", certificate: tuple[Path, Path] | None = None) -> None:
        self.requests: list[Request] = []
        self.faults: list[Answer] = []
        self.routes: dict[str, object] = {}
        self.stop = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                request = Request(
                    time.monotonic(), self.command, self.path, dict(self.headers), self.rfile.read(length).decode()
                )
                server.requests.append(request)
                try:
                    server.send(self, request)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True
                finally:
                    request.ended = time.monotonic()

            do_GET = do_POST = do_HEAD = answer  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        class Listener(ThreadingHTTPServer):
            address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
            daemon_threads = True

        self._http = Listener((host, 0), Handler)
        port = self._http.server_port
        self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
            self.url = f"https://localhost:{port}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._http.shutdown()
        self._http.server_close()

    def asked(self, part: str) -> list[Request]:
        """Return the requests whose path holds a text, oldest first."""
        return [r for r in self.requests if part in r.path]

    def send(self, handler: BaseHTTPRequestHandler, request: Request) -> None:
        """Answer a request: with the next fault, else by the first route that matches."""
        answer = self.faults.pop(0) if self.faults else self._routed(request)
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        if answer.after_s:
            self.stop.wait(answer.after_s)
        if answer.trick == "close":
            handler.close_connection = True
            return
        if answer.trick == "drip-head":
            handler.close_connection = True
            self._drip(handler, b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + b"X: " + b"y" * 1000)
            return
        headers = dict(answer.headers)
        bounds = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
        status = answer.status
        if bounds and status == 200:
            first, last = int(bounds[1]), min(int(bounds[2] or len(body)), len(body) - 1)
            headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
            status, body = 206, body[first : last + 1]
        handler.send_response(status)
        if "Content-Length" not in headers and status != 204:
            headers["Content-Length"] = str(len(body))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        if request.method == "HEAD":
            return
        if answer.trick == "drip":
            self._drip(handler, body)
        elif answer.trick == "cut":
            handler.wfile.write(body[: len(body) // 2])
            handler.close_connection = True
        else:
            handler.wfile.write(body)

    def _drip(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        for i in range(len(body)):
            handler.wfile.write(body[i : i + 1])
            handler.wfile.flush()
            if self.stop.wait(1):
                return

    def _routed(self, request: Request) -> Answer:
        for part, answer in self.routes.items():
            if part in request.path:
                return answer(request) if callable(answer) else answer
        return Answer("not here", 404)


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Return a certificate of localhost that nobody trusts, and its key."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    make += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    try:
        subprocess.run(make, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no openssl to make a certificate with")
    return certificate, key


def serve_ipv6() -> FakeServer:
    """Return a server that IPv4 does not reach."""
    try:
        return FakeServer("::1")
    except OSError:
        pytest.skip("this machine has no IPv6")


def overpass_json(path, stamp: str = "2026-11-20T10:00:00Z") -> str:
    """Return an extract as an Overpass server would send it; relations first, as none does."""
    elements = []
    for obj in osmium.FileProcessor(str(path)):
        if obj.is_node():
            element = {
                "type": "node",
                "id": obj.id,
                "lat": round(obj.location.lat, 7),
                "lon": round(obj.location.lon, 7),
            }
        elif obj.is_way():
            element = {"type": "way", "id": obj.id, "nodes": [n.ref for n in obj.nodes]}
        else:
            members = [{"type": KINDS[m.type], "ref": m.ref, "role": m.role} for m in obj.members]
            element = {"type": "relation", "id": obj.id, "members": members}
        tags = {tag.k: tag.v for tag in obj.tags}
        elements.append({**element, "tags": tags} if tags else element)
    return json.dumps(
        {
            "version": 0.6,
            "generator": "Overpass API",
            "osm3s": {"timestamp_osm_base": stamp, "copyright": "OpenStreetMap contributors, ODbL"},
            "elements": elements[::-1],
        }
    )


def terrarium_webp(heights) -> bytes:
    """Return heights in m, shape (512, 512), as a lossless WebP in the colours of terrarium."""
    import numpy as np
    import rasterio.shutil
    from rasterio.io import MemoryFile

    value = np.rint((np.asarray(heights) + 32768) * 256).astype("int64")
    colours = np.stack([value >> 16, (value >> 8) & 255, value & 255]).astype("uint8")
    size = dict(zip(("count", "height", "width"), colours.shape, strict=True))
    with MemoryFile(ext="webp") as file, MemoryFile(ext="tif") as source:
        with source.open(driver="GTiff", dtype="uint8", **size) as picture:
            picture.write(colours)
        with source.open() as picture:  # of a lossless picture, quality is the time that packing may take
            rasterio.shutil.copy(picture, file.name, driver="WEBP", LOSSLESS="YES", QUALITY="1")
        return file.read()
