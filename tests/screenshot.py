"""Take README's picture of the example map: ``python tests/screenshot.py`` renews ``maps/helsinki.webp``.

Needs Chromium, its driver and selenium, as the browser tests do.
"""

from __future__ import annotations

import base64
import shutil
import sys
import time
from pathlib import Path

MAPS = Path(__file__).resolve().parents[1] / "maps"
SIZE = (1280, 800)
QUALITY = 70


def main() -> int:
    """Open the map with a stretch in its middle chosen, and save what is seen."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        size = {"width": SIZE[0], "height": SIZE[1], "deviceScaleFactor": 1, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        driver.get(f"{(MAPS / 'helsinki.html').as_uri()}#s19")
        time.sleep(1)  # the map glides to the stretch
        driver.execute_script("window[document.querySelector('.folium-map').id].setZoom(16, {animate: false})")
        time.sleep(0.5)
        picture = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    finally:
        driver.quit()
    (MAPS / "helsinki.webp").write_bytes(base64.b64decode(picture["data"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
