"""How large the pages are, when Chromium paints them first, and when the list is there.

Run as ``python tests/benchmarks/bench_pages.py [--region SCAN-web]``; see README.md beside it.
"""

from __future__ import annotations

import argparse
import dataclasses
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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
REPEATS = 5


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


def measure_maps(driver: Any, folder: Path) -> None:
    """Print the figures of the page of a search with 200 stretches and with 1 000."""
    scripted = "document.body.classList.contains('scripted')"
    ranking = rank_sample()
    for count in (200, MOST):
        path = folder / f"{count}.html"
        write_map(ranking, count, path)
        paint, listed = first_paint_ms(driver, path.as_uri(), scripted)
        print(f"| {count} stretches | {path.stat().st_size / 1000:.0f} | {paint:.0f} | {listed:.0f} |")


def measure_region(driver: Any, folder: Path) -> None:
    """Print the figures of the page of a region, served from this machine."""
    server = FolderServer(folder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ready = "document.documentElement.dataset.ready === 'yes'"
    paint, listed = first_paint_ms(driver, server.url, ready)
    sizes = driver.execute_script(
        "return performance.getEntries().filter((e) => 'encodedBodySize' in e).map((e) => [e.name, e.encodedBodySize])"
    )
    server.shutdown()
    shell = sum(size for name, size in sizes if "tiles" not in name)
    print(f"| region | {shell / 1000:.0f} | {paint:.0f} | {listed:.0f} |")


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
