"""How long the first search in a place takes, and how long every search after it.

python tests/benchmarks/bench_again.py EXTRACT LAT,LON [EXTRACT LAT,LON …]

The measures that depend on what is kept from one search to the next, each beside what it cannot do without, all in
one run; the medians of `RUNS`. See the README beside this file.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench_index import Cost, cost

RUNS = 3
LIBRARIES = "import numpy, shapely, pyproj, folium"
"""What no search with a map can do without."""
GDAL = """
import pyogrio.raw, sys
for layer in ("points", "lines", "multipolygons"):
    pyogrio.raw.read(sys.argv[1], layer=layer)
"""
"""Reads shapes as they are: of a city some are broken, at which shapely stops."""
INSIDE = """
import json, sys, time
from dataclasses import replace
from saferoute import find, load_profile
from saferoute.sources.settings import Online
extract, near, cache = sys.argv[1:]
lat, lon = (float(v) for v in near.split(","))
plain = load_profile()
hours = [load_profile(at=at) for at in ("sat 07:00", "sun 11:00", "wed 18:00")]
def weigh(profile, turn):
    even = {name: 1 / len(plain.weights) for name in plain.weights}
    return replace(profile, weights={**even, "surface": even["surface"] + turn / 100})
searches = {
    "again": lambda turn: dict(),
    "other weights": lambda turn: dict(profile=weigh(plain, turn)),
    "other hour and weights": lambda turn: dict(profile=weigh(hours[turn], turn)),
    "moved by 400 m": lambda turn: dict(),
}
online = Online(cache_dir=cache)
find(lat, lon, osm=extract, online=online)
taken = {name: [] for name in searches}
for name, choose in searches.items():  # none asks for one thing twice but "again"; moved comes last: it forgets
    for turn in range(4 if name.startswith("moved") else 3):
        moved = 400 / 111_200 * (turn + 1) if name.startswith("moved") else 0.0
        start = time.process_time()
        find(lat + moved, lon, osm=extract, online=online, **choose(turn))
        taken[name].append(time.process_time() - start)
# The second move surveys more ground than it is asked for, and those after it are parts of that.
moves = taken.pop("moved by 400 m")
named = {"first": moves[:1], "again": moves[1:2], "then": moves[2:]}
print(json.dumps({**taken, **{f"moved by 400 m, {name}": times for name, times in named.items()}}))
"""


def middle(costs: list[Cost]) -> Cost:
    """Return the median of computing, of the clock and of memory."""
    names = ("computing_s", "clock_s", "peak_mb", "kept_mb")
    return Cost(*(statistics.median(getattr(c, name) for c in costs) for name in names))


def tell(what: str, took: Cost, beside: Cost) -> None:
    """Print what something took, and its ratios to what it is set beside."""
    ratios = f"{took.computing_s / beside.computing_s:5.2f} computing {took.clock_s / beside.clock_s:5.2f} clock"
    print(f"{what:44} {took}   ratio {ratios}", flush=True)


def weigh(path: Path, turn: int) -> Path:
    """Write a profile with weights that no other turn has, and return its path."""
    weights = dict.fromkeys(("surface", "flatness", "straightness", "obstacles", "crowding"), 0.2)
    weights |= {"surface": 0.2 + turn / 100, "crowding": 0.2 - turn / 100}
    limits = "speed_m_s = [1.7, 2.2]\nlongest_section_s = 30\nclear_length_m = 60\n[weights]\n"  # a beginner's
    path.write_text(limits + "".join(f"{name} = {weight:.2f}\n" for name, weight in weights.items()), encoding="utf-8")
    return path


def measure_place(extract: str, near: str, imports: Cost) -> None:
    """Measure and print all of one place."""
    print(f"{Path(extract).name}, {near}")
    with tempfile.TemporaryDirectory() as folder:
        where = ("--near", near, "--osm", extract, "--cache-dir", folder)
        find = ("-m", "saferoute", "find", "-q", *where, "-o", f"{folder}/map.html")
        gdal = middle([cost("-c", GDAL, extract) for _ in range(RUNS)])
        tell("  first find, map / GDAL reading the layers", cost(*find), gdal)
        tell("  second find, map / imports", middle([cost(*find) for _ in range(RUNS)]), imports)
        others = [[*find, "--level", str(weigh(Path(folder) / f"{turn}.toml", turn))] for turn in range(RUNS)]
        tell("  second find by other weights / imports", middle([cost(*other) for other in others]), imports)
        plan = ("-m", "saferoute", "plan", "-q", *where, "-o", f"{folder}/session.gpx")
        cost(*plan)
        tell("  plan after a find / imports", middle([cost(*plan) for _ in range(RUNS)]), imports)
        inside = subprocess.run(
            [sys.executable, "-c", INSIDE, extract, near, folder], check=True, capture_output=True, text=True
        )
    for name, seconds in json.loads(inside.stdout).items():
        took = statistics.median(seconds)
        print(f"  inside Python, {name:27} {took:6.2f} s computing   ratio {took / imports.computing_s:5.2f}")


def main(places: list[str]) -> None:
    """Measure and print."""
    imports = middle([cost("-c", LIBRARIES) for _ in range(2 * RUNS)])
    print(f"{LIBRARIES}: {imports}", flush=True)
    for extract, near in zip(places[::2], places[1::2], strict=True):
        measure_place(extract, near, imports)


if __name__ == "__main__":
    main(sys.argv[1:])
