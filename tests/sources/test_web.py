"""A request ends: on plain connections, on encrypted ones, and through a proxy."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time

import pytest
from fake_server import Answer

from saferoute.sources.online import Limits, Patience
from saferoute.sources.web import BoundedSession, Failed, call_with_retries, fetch_body


@pytest.fixture
def session():
    with BoundedSession(Limits(1.0, 1000, 0.5)) as running:
        yield running


def test_encrypted_byte_a_second_ends_at_the_deadline(tmp_path, session):
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    make += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(cert)]
    try:
        subprocess.run(make, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no openssl to make a certificate with")
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
        session.trust_env = False  # whose certificates the environment trusts is of no matter here
        session.verify = str(cert)
        began = time.monotonic()
        with pytest.raises(Failed, match="did not answer within 1 s"):
            session.get(f"https://localhost:{listening.getsockname()[1]}/")
        assert time.monotonic() - began < 3


def test_handshake_that_never_comes_ends(session):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        began = time.monotonic()
        with pytest.raises(Failed):
            session.get(f"https://127.0.0.1:{listening.getsockname()[1]}/")
        assert time.monotonic() - began < 3


def test_untrusted_certificate_is_told(server, session):
    with pytest.raises(Failed, match="certificate"):
        session.get(server.url.replace("http", "https"))


def test_proxy_that_is_not_there_is_told(server, session):
    session.trust_env = False
    session.proxies = {"http": "http://127.0.0.1:9"}
    with pytest.raises(Failed, match="through the proxy"):
        session.get(server.url)


def test_session_goes_on_after_a_failure(server, session):
    server.faults = [Answer("x" * 2000), Answer(trick="close"), Answer("fine")]
    for _ in range(2):
        with pytest.raises(Failed):
            session.get(server.url)
    assert fetch_body(session, server.url) == b"fine"
    assert not [t for t in threading.enumerate() if isinstance(t, threading.Timer) and not t.finished.is_set()]


def test_redirection_with_an_endless_body_is_not_read(server, session):
    server.faults = [Answer(status=302, headers={"Location": "/x", "Content-Length": "2000000000"})]
    with pytest.raises(Failed, match="sends more than"):
        session.get(server.url)


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:9/x", "http://localhost/x", "//other.invalid/x", "file:///etc/passwd"]
)
def test_no_way_leads_to_another_host(server, session, target):
    server.faults = [Answer(status=302, headers={"Location": target})]
    with pytest.raises(Failed, match="redirects to"):
        fetch_body(session, server.url)
    assert len(server.requests) == 1


def test_success_needs_no_wait():
    waits = []
    assert call_with_retries(lambda: 7, service="x", patience=Patience(sleep=waits.append), say=print) == 7
    assert waits == []
