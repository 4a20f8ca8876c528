"""A request ends: on plain connections, on encrypted ones, and through a proxy."""

from __future__ import annotations

import socket
import ssl
import threading
import time

import pytest
from fake_server import Answer, make_certificate, serve_ipv6

from saferoute.sources.client import BoundedClient, fetch_body
from saferoute.sources.settings import Patience, RequestLimits
from saferoute.sources.web import Failed, call_with_retries


@pytest.fixture
def client():
    with BoundedClient(RequestLimits(1.0, 1000, 0.5), "somebody/1") as running:
        yield running


def test_encrypted_byte_a_second_ends_at_the_deadline(tmp_path, client):
    cert, key = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            connection = context.wrap_socket(listening.accept()[0], server_side=True)
            with connection:
                connection.recv(10_000)
                for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n":
                    try:
                        connection.sendall(bytes([byte]))
                    except OSError:
                        return
                    time.sleep(0.2)

        threading.Thread(target=serve, daemon=True).start()
        client.trust_env = False  # whose certificates the environment trusts is of no matter here
        client.verify = str(cert)
        began = time.monotonic()
        with pytest.raises(Failed, match="did not answer within 1 s"):
            client.get(f"https://localhost:{listening.getsockname()[1]}/")
        assert time.monotonic() - began < 3


def test_handshake_that_never_comes_ends(client):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        began = time.monotonic()
        with pytest.raises(Failed):
            client.get(f"https://127.0.0.1:{listening.getsockname()[1]}/")
        assert time.monotonic() - began < 3


def test_name_with_an_ipv6_address_alone_is_reached(client, monkeypatch):
    asked = socket.getaddrinfo

    def resolve(host, port, family=0, *rest):
        if host == "only-six.test" and family == socket.AF_INET:
            raise socket.gaierror(socket.EAI_NONAME, "no address of this family")
        return asked("::1" if host == "only-six.test" else host, port, family, *rest)

    with serve_ipv6() as server:
        server.routes["/"] = Answer("here")
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        assert fetch_body(client, server.url.replace("[::1]", "only-six.test")) == b"here"
    assert server.requests[0].headers["User-Agent"] == "somebody/1"


def test_untrusted_certificate_is_told(server, client):
    with pytest.raises(Failed, match="certificate"):
        client.get(server.url.replace("http", "https"))


def test_proxy_that_is_not_there_is_told(server, client):
    client.trust_env = False
    client.proxies = {"http": "http://127.0.0.1:9"}
    with pytest.raises(Failed, match="through the proxy"):
        client.get(server.url)


def test_client_goes_on_after_a_failure(server, client):
    server.faults = [Answer("x" * 2000), Answer(trick="close"), Answer("fine")]
    for _ in range(2):
        with pytest.raises(Failed):
            client.get(server.url)
    assert fetch_body(client, server.url) == b"fine"
    assert not [t for t in threading.enumerate() if isinstance(t, threading.Timer) and not t.finished.is_set()]


def test_redirection_with_an_endless_body_is_not_read(server, client):
    server.faults = [Answer(status=302, headers={"Location": "/x", "Content-Length": "2000000000"})]
    with pytest.raises(Failed, match="sends more than"):
        client.get(server.url)


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:9/x", "http://localhost/x", "//other.invalid/x", "file:///etc/passwd"]
)
def test_no_way_leads_to_another_host(server, client, target):
    server.faults = [Answer(status=302, headers={"Location": target})]
    with pytest.raises(Failed, match="redirects to"):
        fetch_body(client, server.url)
    assert len(server.requests) == 1


def test_success_needs_no_wait():
    waits = []
    assert call_with_retries(lambda: 7, service="x", patience=Patience(sleep=waits.append)) == 7
    assert waits == []
