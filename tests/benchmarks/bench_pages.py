"""How large the pages are, when Chromium paints them first, when the list is there, and what a frame takes.

Run as ``python tests/benchmarks/bench_pages.py [--region SCAN-web]``; see README.md beside it.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy as np
from shapely.affinity import translate

from saferoute import search
from saferoute.model import Place, Ranking
from saferoute.page import to_html
from saferoute.page.view import FolderServer
from saferoute.sources.open import LocalFiles, open_local
from saferoute.sources.profiles import load_profile

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "helsinki"
CENTRE = Place("Helsinki", 24.944, 60.172)
RADIUS_M = 1500
MOST = 1000
SHIFT_M = 9
"""Metres to the east and north by which a stretch is shown again."""
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
SCRIPTED = "document.body.classList.contains('scripted')"
READ = "document.documentElement.dataset.ready === 'yes'"
REPEATS = 5
SLOWER = 4
"""How many times slower than this machine the processor is while the map is panned: a phone's."""
DRAGS = ((-300, 0), (0, -200), (300, 100), (-200, 150), (200, -50))
"""Pixels by which the map is dragged, one drag behind the other."""
STEPS = 40
"""Moves of the pointer in a drag, one each 16 ms."""
TRACED = ("devtools.timeline", "disabled-by-default-devtools.timeline")
FRAME = "BeginCommitCompositorFrame"
SCRIPT = ("EventDispatch", "FireAnimationFrame", "FunctionCall", "RunMicrotasks", "TimerFire")
"""Events of a trace that are a page's scripts at work, what they make the browser lay out at once among it.

EvaluateScript is left away: this is the driver's.
"""


@contextmanager
def start_chromium() -> Iterator[Any]:
    """Run Chromium without a window."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options.binary_location = shutil.which("chromium") or ""
        for flag in (
            "--headless",
            "--no-sandbox",
            "--disable-background-networking",
            f"--user-data-dir={profile}",
            "--window-size=1280,800",
        ):
            options.add_argument(flag)
        driver = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
        driver.set_script_timeout(60)
        yield driver
        driver.quit()


def rank_sample() -> Ranking:
    """Return all stretches of the bundled sample."""
    files = LocalFiles(osm=[SAMPLE / "helsinki.osm.pbf"], dem=[SAMPLE / "dem.tif"])
    features, elevation = open_local(files)
    return search.find(search.Query(search.area_around(CENTRE, RADIUS_M), features, load_profile(), elevation, MOST))


def write_map(ranking: Ranking, count: int, path: Path) -> None:
    """Write the page of that many stretches: those of the ranking again and again, each time shifted a little."""
    again = np.arange(count) // len(ranking.stretches)
    rows = ranking.stretches.iloc[np.arange(count) % len(ranking.stretches)].reset_index(drop=True)
    moved = [translate(line, SHIFT_M * k, SHIFT_M * k) for line, k in zip(rows.geometry, again, strict=True)]
    rows = rows.set_geometry(moved, crs=rows.crs).assign(rank=np.arange(count) + 1)
    path.write_text(to_html(dataclasses.replace(ranking, stretches=rows)), encoding="utf-8")


def first_paint_ms(driver: Any, url: str, ready: str) -> tuple[float, float]:
    """Return the medians of when something is painted, and of when the list is there, in milliseconds."""
    times = []
    for _ in range(REPEATS):
        driver.get("about:blank")
        driver.get(url)
        ready_ms = driver.execute_async_script(
            "const done = arguments[0];"
            f"const look = () => ({ready}) && {FIRST_PAINT} ? done(performance.now()) : setTimeout(look, 5); look()"
        )
        times.append((driver.execute_script(f"return {FIRST_PAINT}"), ready_ms))
    paint, listed = np.median(times, axis=0)
    return float(paint), float(listed)


def drag_map(driver: Any) -> None:
    """Drag the map about from its middle, as a finger would: at an even speed, and let go."""
    x, y = driver.execute_script(
        "const box = document.querySelector('.leaflet-container').getBoundingClientRect();"
        "return [box.x + box.width / 2, box.y + box.height / 2]"
    )
    mouse = {"button": "left", "buttons": 1, "clickCount": 1}
    for east, south in DRAGS:
        driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mousePressed", "x": x, "y": y, **mouse})
        for step in np.linspace(0, 1, STEPS):
            at = {"x": x + step * east, "y": y + step * south}
            driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", **at, **mouse})
            time.sleep(0.016)
        driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseReleased", **at, **mouse})
        time.sleep(0.7)


@contextmanager
def trace(driver: Any) -> Iterator[list[dict[str, Any]]]:
    """Trace what Chromium does meanwhile; the events are in the list at the end."""
    import websocket

    address = driver.capabilities["goog:chromeOptions"]["debuggerAddress"]
    with urlopen(f"http://{address}/json/version") as answer:
        browser = json.load(answer)["webSocketDebuggerUrl"]
    # Chromium turns away whoever names a page as the origin of a connection.
    with closing(websocket.create_connection(browser, timeout=60, suppress_origin=True)) as socket:
        wanted = {"traceConfig": {"includedCategories": TRACED}}
        socket.send(json.dumps({"id": 1, "method": "Tracing.start", "params": wanted}))
        socket.recv()
        events: list[dict[str, Any]] = []
        yield events
        socket.send(json.dumps({"id": 2, "method": "Tracing.end"}))
        while (message := json.loads(socket.recv())).get("method") != "Tracing.tracingComplete":
            events += message.get("params", {}).get("value", [])


def sum_scripts(events: list[dict[str, Any]]) -> np.ndarray:
    """Return the milliseconds of script in each frame of the page, of its thread's own time."""
    threads = [(event["pid"], event["tid"]) for event in events if event["name"] == "FunctionCall"]
    page = max(set(threads), key=threads.count)
    of_page = [event for event in events if (event["pid"], event["tid"]) == page]
    starts = np.sort([event["ts"] for event in of_page if event["name"] == FRAME])
    busy_us = np.zeros(len(starts) + 1)
    until = 0
    for event in sorted((e for e in of_page if e["name"] in SCRIPT and e["ph"] == "X"), key=lambda e: e["ts"]):
        if event["ts"] >= until:  # what runs within another is in its time already
            until = event["ts"] + event["dur"]
            busy_us[np.searchsorted(starts, event["ts"])] += event["tdur"]
    return busy_us[1:] / 1000


def measure_panning(driver: Any, name: str, url: str, ready: str) -> None:
    """Print the script of a frame while the map is dragged on a slow phone."""
    driver.get("about:blank")
    driver.get(url)
    driver.execute_async_script(
        f"const done = arguments[0]; const look = () => setTimeout(...({ready} ? [done, 1000] : [look, 5])); look()"
    )
    driver.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    with trace(driver) as events:
        drag_map(driver)
    driver.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": 1})
    frames = sum_scripts(events)
    median, most, worst = np.percentile(frames, [50, 99, 100])
    print(f"script of a frame, {name}: median {median:.1f}, 99 % {most:.1f}, worst {worst:.1f} ms of {len(frames)}")


def measure_maps(driver: Any, folder: Path) -> None:
    """Print the figures of the page of a search with 200 stretches and with 1 000."""
    ranking = rank_sample()
    for count in (200, MOST):
        path = folder / f"{count}.html"
        write_map(ranking, count, path)
        paint, listed = first_paint_ms(driver, path.as_uri(), SCRIPTED)
        print(f"| {count} stretches | {path.stat().st_size / 1000:.0f} | {paint:.0f} | {listed:.0f} |")
    measure_panning(driver, f"{MOST} stretches", path.as_uri(), SCRIPTED)


def measure_region(driver: Any, folder: Path) -> None:
    """Print the figures of the page of a region, served from this machine."""
    server = FolderServer(folder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    paint, listed = first_paint_ms(driver, server.url, READ)
    sizes = driver.execute_script(
        "return performance.getEntries().filter((e) => 'encodedBodySize' in e).map((e) => [e.name, e.encodedBodySize])"
    )
    shell = sum(size for name, size in sizes if "tiles" not in name)
    print(f"| region | {shell / 1000:.0f} | {paint:.0f} | {listed:.0f} |")
    measure_panning(driver, "region", server.url, READ)
    server.shutdown()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--region", type=Path, help="folder of a scan's page")
    asked = parser.parse_args()
    print("| page | kB | first paint ms | list ms |")
    print("|---|---|---|---|")
    with start_chromium() as driver, tempfile.TemporaryDirectory() as folder:
        measure_maps(driver, Path(folder))
        if asked.region:
            measure_region(driver, asked.region)


if __name__ == "__main__":
    main()
