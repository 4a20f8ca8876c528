"""A map over HTTP: on this machine, that one file, and nothing else."""

from __future__ import annotations

import http.client
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest
from rankings import ranking

from saferoute.model import InvalidInput
from saferoute.page import to_html
from saferoute.page.view import HOST, FolderServer, MapServer, read_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def page() -> str:
    return to_html(ranking())


@pytest.fixture
def served(tmp_path: Path, page: str) -> Iterator[MapServer]:
    (tmp_path / "map.html").write_text(page, encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret")
    with MapServer(tmp_path / "map.html") as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(
    server: MapServer | FolderServer,
    path: str = "/",
    *,
    method: str = "GET",
    host: str | None = None,
    headers: dict[str, str] | None = None,
) -> Any:
    connection = http.client.HTTPConnection(HOST, server.server_port, timeout=5)
    connection.putrequest(method, path, skip_host=host is not None)
    if host is not None:
        connection.putheader("Host", host)
    for name, value in (headers or {}).items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    answer.body = answer.read()
    connection.close()
    return answer


def test_the_map_is_at_the_root(served: MapServer, page: str) -> None:
    answer = ask(served)
    assert answer.status == 200
    assert answer.body.decode() == page
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert ask(served, method="HEAD").body == b""
    assert ask(served, "/?v=2").status == 200


@pytest.mark.parametrize(
    "path",
    ["/secret.txt", "/map.html", "/../secret.txt", "//etc/passwd", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "*"],
)
def test_no_other_path_leads_anywhere(served: MapServer, path: str) -> None:
    answer = ask(served, path)
    assert answer.status == 404
    assert b"secret" not in answer.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_it_only_answers_questions(served: MapServer, method: str) -> None:
    assert ask(served, method=method).status == 501


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", ""])
def test_pages_elsewhere_cannot_read_it(served: MapServer, host: str) -> None:
    assert ask(served, host=host).status == 403


def test_it_listens_on_this_machine_alone(served: MapServer) -> None:
    assert served.server_address[0] == "127.0.0.1"
    assert served.url == f"http://127.0.0.1:{served.server_port}/"


def test_a_new_run_shows_on_reload_and_a_lost_file_is_said(served: MapServer, page: str) -> None:
    served.path.write_text(page.replace("Hietaranta", "Eira"), encoding="utf-8")
    assert "Eira" in ask(served).body.decode()
    served.path.unlink()
    assert ask(served).status == 404
    served.path.write_text(page, encoding="utf-8")
    assert ask(served).status == 200


def test_who_hangs_up_disturbs_nobody(served: MapServer, capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_connection((HOST, served.server_port)) as half:
        half.sendall(b"GET / HTTP/1.1\r\n")
    assert ask(served).status == 200
    assert capfd.readouterr().err == ""


def test_the_page_is_changed_on_its_way_only(tmp_path: Path, page: str) -> None:
    path = tmp_path / "map.html"
    path.write_text(page, encoding="utf-8")
    with MapServer(path, tiles="OpenTopoMap") as server:
        changed = server.read_page()
        assert "opentopomap" in changed
        images = server.write_policy(changed).partition("img-src ")[2].partition(";")[0]
        assert images.startswith("data: https://")
        assert images.count("tile.opentopomap.org") == 3
    assert path.read_text(encoding="utf-8") == page


@pytest.mark.parametrize("content", [b"<html></html>", b"\xff\xfe\x00", b""])
def test_only_maps_of_saferoute(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.html"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match="saferoute"):
        read_map(path)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.html", tmp_path):
        with pytest.raises(InvalidInput, match="give a map"):
            MapServer(path)


def test_a_taken_port_is_said(served: MapServer) -> None:
    with pytest.raises(InvalidInput, match="cannot be used"):
        MapServer(served.path, port=served.server_port)


def test_its_scripts_run_and_no_others(served: MapServer, page: str) -> None:
    policy = ask(served).headers["Content-Security-Policy"]
    assert policy.partition("script-src ")[2].partition(";")[0] in page, "by the hashes that the page itself names"
    assert "unsafe" not in policy.replace("style-src 'unsafe-inline'", "")
    assert "frame-ancestors 'none'" in policy
    served.path.write_text(page.replace("default-src 'none'; script-src", "default-src *; script-src *"), "utf-8")
    assert ask(served).headers["Content-Security-Policy"] == policy


@pytest.mark.parametrize(
    "harm",
    [
        lambda page: page.replace("</body>", "<script>alert(1)</script></body>"),
        lambda page: page.replace("L_DISABLE_3D = false;", "L_DISABLE_3D = false; alert(1);"),
        lambda page: page.replace('"zoom": ', '"zoom": alert(1), "x": '),
        lambda page: page.replace("center: [", "center: [alert(1), "),
    ],
)
def test_a_map_with_other_scripts_is_refused(tmp_path: Path, page: str, harm: Callable[[str], str]) -> None:
    path = tmp_path / "map.html"
    path.write_text(harm(page), encoding="utf-8")
    with pytest.raises(InvalidInput, match="holds scripts that this version of saferoute has not written"):
        MapServer(path)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[FolderServer]:
    page = tmp_path / "scan-web"
    page.mkdir()
    for name in ("index.html", "scan.json", ".hidden"):
        (page / name).write_text(name)
    (page / "tiles-00000.part").write_bytes(bytes(range(100)))
    (page / "deeper").mkdir()
    (page / "deeper" / "secret.txt").write_text("secret")
    (tmp_path / "secret.txt").write_text("secret")
    (page / "link.txt").symlink_to(tmp_path / "secret.txt")
    with FolderServer(page) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_folder_is_served_flat(folder: FolderServer) -> None:
    assert ask(folder).body == b"index.html"
    assert ask(folder, "/scan.json").headers["Content-Type"] == "application/json"
    assert ask(folder, "/scan.json", method="HEAD").body == b""
    assert ask(folder, "/tiles-00000.part?v=3").body == bytes(range(100))


@pytest.mark.parametrize(
    "path",
    [
        "/.hidden",
        "/link.txt",
        "/deeper/secret.txt",
        "/deeper",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "//etc",
        "/none",
    ],
)
def test_nothing_else_of_a_folder_is_served(folder: FolderServer, path: str) -> None:
    answer = ask(folder, path)
    assert answer.status == 404
    assert b"secret" not in answer.body


def test_a_folder_runs_its_own_files_alone(folder: FolderServer) -> None:
    headers = ask(folder).headers
    assert "script-src 'self';" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_pages_elsewhere_cannot_read_a_folder(folder: FolderServer) -> None:
    assert ask(folder, "/scan.json", host="evil.example").status == 403


def test_a_folder_that_is_no_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no page of a scan"):
        FolderServer(tmp_path)
