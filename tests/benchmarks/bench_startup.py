"""How long the command line takes to start, next to what it cannot do without.

Run as ``python tests/benchmarks/bench_startup.py``; see README.md beside it.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

RUNS = 7
SAMPLE = Path(__file__).resolve().parents[2] / "data" / "helsinki"
LIBRARIES = "geopandas, osmium, shapely, rasterio, scipy.spatial, folium, pyproj, rich"


def commands(folder: str) -> dict[str, list[str]]:
    """Return what is timed."""
    saferoute = [sys.executable, "-m", "saferoute"]
    found = ["--near", "60.1720,24.9450", "--osm", str(SAMPLE / "helsinki.osm.pbf"), "--dem", str(SAMPLE / "dem.tif")]
    return {
        "python -c pass": [sys.executable, "-c", "pass"],
        "saferoute --help": [*saferoute, "--help"],
        "import of the libraries": [sys.executable, "-c", f"import {LIBRARIES}"],
        "saferoute find": [*saferoute, "find", *found, "-o", f"{folder}/map.html"],
    }


def user_s(command: list[str]) -> float:
    """Return the user CPU seconds of a child process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run(command, check=True, capture_output=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def main() -> None:
    taken: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        of = commands(folder)
        for command in of.values():
            user_s(command)  # compiles and warms what a first run does
        for _ in range(RUNS):
            for name, command in of.items():
                taken.setdefault(name, []).append(user_s(command))
    median = {name: statistics.median(seconds) for name, seconds in taken.items()}
    for name, seconds in median.items():
        print(f"{name}: {seconds:.3f} s")
    print(f"saferoute --help / python -c pass: {median['saferoute --help'] / median['python -c pass']:.2f}")
    print(
        f"saferoute find / import of the libraries: {median['saferoute find'] / median['import of the libraries']:.2f}"
    )


if __name__ == "__main__":
    main()
