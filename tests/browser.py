"""A headless browser for the tests of what people see."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from saferoute.model import Ranking, Session

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP club.test 127.0.0.1",
)


PAPERS = {"A4": (8.27, 11.69), "Letter": (8.5, 11)}
"""Width and height of a sheet in inches."""

PHONE_WIDTH = 720
"""Pages narrower than this, in CSS pixels, are laid out for phones."""


class Browser:
    """A page in Chromium, and what it said and fetched."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, page: Path | str, fragment: str = "") -> None:
        """Load a file or an address anew, and forget what was logged before."""
        self.driver.get("about:blank")
        for log in ("browser", "performance"):
            self.driver.get_log(log)
        self.driver.get((page if isinstance(page, str) else page.as_uri()) + fragment)
        # The page's script unpacks its data before it takes the place of the still map.
        self.driver.execute_async_script(
            "const done = arguments[0];"
            "const waits = () => document.getElementById('still') && !document.body.classList.contains('scripted');"
            "const look = () => waits() ? setTimeout(look, 5) : done();"
            "look()"
        )

    def js(self, expression: str) -> Any:
        """Return the value of a JavaScript expression."""
        return self.driver.execute_script(f"return {expression}")

    def texts(self, selector: str) -> list[str]:
        """Return the text of all elements that match."""
        found: list[str] = self.js(f"[...document.querySelectorAll({json.dumps(selector)})].map((e) => e.textContent)")
        return found

    def click(self, selector: str) -> None:
        """Press and let go the mouse over the middle of the first element that matches."""
        self.driver.find_element("css selector", selector).click()

    def resize(self, width: int, height: int) -> None:
        """Give the page this many CSS pixels."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < PHONE_WIDTH}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    @contextlib.contextmanager
    def colours(self, scheme: str) -> Iterator[None]:
        """Show pages in dark or light colours; sizes and colours are as before at the end."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        yield
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})

    @contextlib.contextmanager
    def online(self) -> Iterator[None]:
        """Give the browser a network: of loopback, since there is no other server in a test."""
        self._connect(offline=False)
        try:
            yield
        finally:
            self._connect(offline=True)

    def _connect(self, *, offline: bool) -> None:
        conditions = {"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self.driver.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)

    def count_pages(self, paper: str) -> int:
        """Return how many sheets of a paper the page takes."""
        width, height = PAPERS[paper]
        sheet = {"paperWidth": width, "paperHeight": height, "printBackground": True}
        pdf = base64.b64decode(self.driver.execute_cdp_cmd("Page.printToPDF", sheet)["data"])
        return len(re.findall(rb"/Type\s*/Page\b", pdf))

    @contextlib.contextmanager
    def frame(self) -> Iterator[None]:
        """Look into the first frame of the page."""
        self.driver.switch_to.frame(0)
        try:
            yield
        finally:
            self.driver.switch_to.default_content()

    def settle(self, milliseconds: int = 50) -> None:
        """Let the page handle events, such as a changed address."""
        self.driver.execute_async_script("setTimeout(arguments[1], arguments[0])", milliseconds)

    def errors(self) -> list[str]:
        """Return what the console shows as an error, violations of the content policy among them."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def violations(self) -> list[Any]:
        """Return what axe-core says against the page as it is."""
        axe = pytest.importorskip("axe_core_python.base", reason="axe-core-python is not installed")
        self.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": axe.AXE_FILE_PATH.read_text()})
        result = self.driver.execute_async_script("axe.run().then(arguments[0])")
        assert len(result["passes"]) > 20
        return [(v["id"], [node["html"] for node in v["nodes"]]) for v in result["violations"]]

    def requests(self) -> list[str]:
        """Return the addresses which the page asked for, itself and data addresses aside."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        urls = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
        return [url for url in urls if not url.startswith(("data:", "about:")) and url.split("#")[0] != self._page()]

    def _page(self) -> str:
        return str(self.driver.current_url).split("#")[0]


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium without a window; skipped where it or its driver is not installed."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    chromedriver = shutil.which("chromedriver")
    if not chromium or not chromedriver:
        pytest.skip("chromium and chromedriver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}", "--window-size=1280,800"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(chromedriver))
    driver.execute_cdp_cmd("Network.enable", {})
    started = Browser(driver)
    with started.online():
        pass
    yield started
    driver.quit()


FONTS = {"wide": "DejaVu Sans", "narrow": "Liberation Sans Narrow"}
"""The widest and the narrowest of the fonts without serifs that Debian installs beside Chromium."""


@pytest.fixture(params=FONTS)
def fonts(browser: Browser, request: pytest.FixtureRequest) -> Iterator[str]:
    """Every page is set in the widest font, then in the narrowest; skipped where they are not installed."""
    family = FONTS[request.param]
    if not shutil.which("fc-match"):
        pytest.skip("fontconfig, which tells what fonts are installed, is not installed")
    found = subprocess.run(["fc-match", "--format=%{family}", family], capture_output=True, text=True, check=True)
    if family not in found.stdout.split(","):
        pytest.skip(f"the font {family} is not installed")
    # A sheet made by a script is no inline style, which the pages' content policy forbids.
    script = (
        "const sheet = new CSSStyleSheet();"
        f"sheet.replaceSync('body {{ font-family: \"{family}\" !important }}');"
        "document.adoptedStyleSheets = [sheet]"
    )
    added = browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})
    yield family
    browser.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


@pytest.fixture(scope="session")
def made(ranking: Ranking) -> Session:
    """A session in the hostile town, with heights in a part of it."""
    return plan_with_some_heights(ranking)


def plan_with_some_heights(ranking: Ranking) -> Session:
    """Plan a session from the start of the best stretch, with heights near it alone."""
    import numpy as np

    from saferoute import training
    from saferoute.model import Wish

    features = ranking.features
    start = np.array(ranking.stretches.geometry.iloc[0].coords[0])
    ground = training.Ground(
        training.build_footpaths(features),
        lambda xy: np.where(xy[:, 0] < start[0] + 60, 20.0, np.nan),
    )
    return training.plan_session(ranking, wish=Wish(week=8), start=start, ground=ground)


@pytest.fixture(scope="session")
def empty(ranking: Ranking) -> Ranking:
    """A ranking of nothing."""
    import dataclasses

    return dataclasses.replace(ranking, stretches=ranking.stretches.iloc[:0])
