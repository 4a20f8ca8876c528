"""Firefox without a window for the tests of what people see, driven by WebDriver BiDi and no driver beside it."""

from __future__ import annotations

import contextlib
import itertools
import json
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOBODY = "127.0.0.1"
"""Whatever is asked for over a network goes to a port here that nobody listens to."""

PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.proxy.type": 1,
    "network.proxy.http": NOBODY,
    "network.proxy.http_port": 9,
    "network.proxy.ssl": NOBODY,
    "network.proxy.ssl_port": 9,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}
SCHEMES = {"dark": 0, "light": 1}
"""What Firefox calls the colours that a page is asked to have."""

WAIT = 60.0
"""Seconds until Firefox must have answered. [J]"""


class Firefox:
    """A page in Firefox, and what it said and fetched."""

    def __init__(self, address: str) -> None:
        import websocket

        # Firefox turns away whoever names a page as the origin of a connection.
        self._socket = websocket.create_connection(address, timeout=WAIT, suppress_origin=True)
        self._numbers = itertools.count(1)
        self._events: list[dict[str, Any]] = []
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self._page: str = self.send("browsingContext.getTree")["contexts"][0]["context"]
        self._looked_at = self._page

    def send(self, method: str, **parameters: Any) -> Any:
        """Return the answer to a command; what is told meanwhile is kept."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv())
            if message["type"] == "event":
                self._events.append(message)
            elif message["id"] == number:
                assert message["type"] == "success", message
                return message["result"]

    def resize(self, width: int, height: int) -> None:
        """Give the page this many CSS pixels."""
        self.send("browsingContext.setViewport", context=self._page, viewport={"width": width, "height": height})

    def open(self, page: Path | str, fragment: str = "") -> None:
        """Load a file or an address anew, and forget what was said before."""
        self._looked_at = self._page
        self.send("browsingContext.navigate", context=self._page, url="about:blank", wait="complete")
        self._events.clear()
        url = (page if isinstance(page, str) else page.as_uri()) + fragment
        self.send("browsingContext.navigate", context=self._page, url=url, wait="complete")

    @contextlib.contextmanager
    def online(self) -> Iterator[None]:
        """Leave the network as it is: loopback is asked without the proxy that nobody is."""
        yield

    @contextlib.contextmanager
    def frame(self) -> Iterator[None]:
        """Look into the first frame of the page."""
        tree = self.send("browsingContext.getTree", root=self._page)["contexts"]
        self._looked_at = tree[0]["children"][0]["context"]
        try:
            yield
        finally:
            self._looked_at = self._page

    def js(self, expression: str) -> Any:
        """Return the value of a JavaScript expression."""
        said = self.send(
            "script.evaluate",
            expression=f"Promise.resolve({expression}).then((value) => JSON.stringify(value ?? null))",
            target={"context": self._looked_at},
            awaitPromise=True,
        )
        assert said["type"] == "success", said
        return json.loads(said["result"]["value"])

    def click(self, selector: str) -> None:
        """Press and let go the mouse over the middle of the first element that matches."""
        found = self.send(
            "browsingContext.locateNodes",
            context=self._looked_at,
            locator={"type": "css", "value": selector},
            maxNodeCount=1,
        )
        node = {"type": "element", "element": {"sharedId": found["nodes"][0]["sharedId"]}}
        move = {"type": "pointerMove", "x": 0, "y": 0, "origin": node}
        press = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        actions = [{"type": "pointer", "id": "mouse", "actions": [move, *press]}]
        self.send("input.performActions", context=self._looked_at, actions=actions)

    def errors(self) -> list[str]:
        """Return what the console shows as an error."""
        said = [event["params"] for event in self._events if event["method"] == "log.entryAdded"]
        return [entry["text"] for entry in said if entry["level"] == "error"]

    def requests(self) -> list[str]:
        """Return the addresses which the page asked a network for."""
        sent = [event["params"] for event in self._events if event["method"] == "network.beforeRequestSent"]
        urls = [event["request"]["url"] for event in sent]
        return [url for url in urls if not url.startswith(("file:", "data:", "about:", "blob:"))]

    def close(self) -> None:
        """Let Firefox end."""
        self.send("browser.close")
        self._socket.close()


@contextlib.contextmanager
def start_firefox(profile: Path, scheme: str) -> Iterator[Firefox]:
    """Run Firefox with a profile of its own in a colour scheme; skip the test where it is not installed."""
    pytest.importorskip("websocket", reason="websocket-client, which comes with selenium, is not installed")
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        pytest.skip("firefox is not installed")
    wanted = {**PREFERENCES, "layout.css.prefers-color-scheme.content-override": SCHEMES[scheme]}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in wanted.items()]
    (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
    command = [program, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        firefox = Firefox(_wait_for_address(profile / "WebDriverBiDiServer.json"))
        yield firefox
        firefox.close()
        process.wait(WAIT)
    finally:
        process.kill()
        process.wait(WAIT)


def _wait_for_address(written: Path) -> str:
    """Return where Firefox listens, as soon as it has written that into its profile."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
            told = json.loads(written.read_text())
            return f"ws://{told['ws_host']}:{told['ws_port']}/session"
        time.sleep(0.05)
    raise TimeoutError("Firefox did not say where it listens")
