"""What a scan costs: by km² and by way, with more ground, with two processes, again; and what the planet would cost.

Run from the repository's folder: ``python tests/benchmarks/bench_scan.py [FOLDER] [--part PART]``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from bench_again import LIBRARIES, tell
from bench_index import cost as cost_of_process

from saferoute import scan
from saferoute.osm.tags import is_tagged
from saferoute.scan import survey
from saferoute.sources.profiles import load_profile

PLACES = ("helgoland", "badwildbad", "helsinki", "liechtenstein", "heidelberg", "porto")
COPIES = (1, 2, 4)
"""Of Helgoland, along each side: 1, 4 and 16 times the area."""
ZOOM = 13


@dataclass(frozen=True)
class Cost:
    """What one region cost."""

    place: str
    km2: float
    ways: int
    tiles: int
    stretches: int
    cpu_s: float
    grown: int
    """Tiles whose margin had to grow."""


def cost(place: str, osm: Path, rasters: list[Path]) -> Cost:
    """Look at all tiles of an extract in this process, its reading not counted."""
    job = scan.create_job(osm, profile=load_profile(), dem=rasters)
    ways = job.open_data()[0].read_tables().ways
    tiles = scan.list_tiles(job)
    begun = time.process_time()
    found = [f for f in (survey.survey_tile(tile, job) for tile in tiles) if f is not None]
    cpu_s = time.process_time() - begun
    west, south, east, north = np.radians(job.data_box)
    km2 = float((east - west) * (np.sin(north) - np.sin(south)) * 6371.0072**2)
    stretches = sum(int((~f.columns["beyond"]).sum()) for f in found if len(f.lines))
    grown = sum(max(f.facts["margin_m"]) > survey.MARGIN_M for f in found)
    return Cost(place, km2, int(is_tagged(ways, "highway").sum()), len(found), stretches, cpu_s, grown)


def costs(folder: Path, places: list[str]) -> list[Cost]:
    """Measure the places and print a table."""
    print("| place | km² | highways | tiles | of them grown | stretches | CPU s | s/km² | ms/highway |")
    print("|---|---|---|---|---|---|---|---|---|")
    rows = []
    for place in places:
        osm = min((folder / place).glob("*.osm.pbf"), key=lambda p: p.name)
        row = cost(place, osm, sorted((folder / place).glob("*.tif")))
        rows.append(row)
        print(
            f"| {place} | {row.km2:.0f} | {row.ways} | {row.tiles} | {row.grown} | {row.stretches} | {row.cpu_s:.0f} "
            f"| {row.cpu_s / row.km2:.2f} | {1000 * row.cpu_s / row.ways:.1f} |",
            flush=True,
        )
    return rows


def run(osm: Path, workers: int, zoom: int = ZOOM) -> tuple[float, float]:
    """Return wall and CPU seconds of a scan."""
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "out.parquet")
        command = [sys.executable, "-m", "saferoute", "scan", str(osm), "-o", out, "-q", "--zoom", str(zoom)]
        begun = time.perf_counter()
        with Path(os.devnull).open("w") as nowhere:
            process = subprocess.Popen([*command, "--workers", str(workers)], stdout=nowhere, stderr=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(f"the scan of {osm} failed")
        return time.perf_counter() - begun, usage.ru_utime + usage.ru_stime


WORKER = """
import sys
from bench_again import LIBRARIES, tell
from bench_index import cost as cost_of_process

from saferoute import scan
from saferoute.scan import survey
from saferoute.sources.profiles import load_profile
job = scan.create_job(sys.argv[1], profile=load_profile(), zoom=int(sys.argv[2]))
for tile in scan.list_tiles(job):
    survey.survey_tile(tile, job)
"""


def worker_mb(osm: Path) -> float:
    """Return the peak memory of a process that looks at all tiles and keeps nothing; the index is there."""
    process = subprocess.Popen([sys.executable, "-c", WORKER, str(osm), str(ZOOM)])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"a worker of {osm} failed")
    return usage.ru_maxrss / 1024


def growth(folder: Path, copies: list[int]) -> None:
    """Print how CPU time and memory go with the area, and what a second process saves."""
    with tempfile.TemporaryDirectory() as name:
        regions = {}
        for n in copies:
            regions[n] = Path(name) / f"{n}.osm.pbf"
            source = folder / "helgoland" / "helgoland.osm.pbf"
            subprocess.run([sys.executable, folder / "replicate.py", source, regions[n], str(n), str(n)], check=True)
        one = run(regions[copies[0]], 1)
        least = worker_mb(regions[copies[0]])
        print("| area | CPU s | over linear | a worker's peak MB | over that of the first |")
        print("|---|---|---|---|---|")
        for n in copies:
            alone, cpu_s = one if n == copies[0] else run(regions[n], 1)
            peak = least if n == copies[0] else worker_mb(regions[n])
            area = (n / copies[0]) ** 2
            print(f"| × {area:.0f} | {cpu_s:.0f} | {cpu_s / (area * one[1]):.2f} | {peak:.0f} | {peak / least:.2f} |")
        both = run(regions[copies[-1]], 2)[0]
        load = os.getloadavg()[0]
        print(f"\ntwo processes: {alone / both:.2f} × one ({alone:.0f} s, {both:.0f} s of wall time; load {load:.1f})")


PLANET = {"highways": 240e6, "heights_tb": 1.03, "map_gb": 85.0, "usd_per_core_h": 0.04}
"""About: ways with a highway tag in 2025; 26 450 squares of GLO-30 of 39 MB each;
planet.osm.pbf; a core of a rented machine an hour."""


def planet(rows: list[Cost]) -> None:
    """Print what the planet would cost, from the cost of a highway in each place."""
    ms = sorted(1000 * r.cpu_s / r.ways for r in rows)
    per_way = np.array([r.stretches / r.ways for r in rows])
    print("\n| of the planet | lowest | median | highest |")
    print("|---|---|---|---|")
    hours = np.array([ms[0], np.median(ms), ms[-1]]) / 1000 * PLANET["highways"] / 3600
    print("| core-hours | " + " | ".join(f"{h:,.0f}" for h in hours) + " |")
    print("| days on 64 cores | " + " | ".join(f"{h / 64 / 24:.1f}" for h in hours) + " |")
    print("| USD | " + " | ".join(f"{h * PLANET['usd_per_core_h']:,.0f}" for h in hours) + " |")
    found = np.array([per_way.min(), np.median(per_way), per_way.max()]) * PLANET["highways"] / 1e6
    print("| stretches, million | " + " | ".join(f"{s:.1f}" for s in found) + " |")


OTHER_WEIGHTS = """title = "Beginner, by other weights"
speed_m_s = [1.7, 2.2]
longest_section_s = 30
clear_length_m = 60

[weights]
straightness = 0.15
flatness = 0.15
surface = 0.2
crowding = 0.3
obstacles = 0.2
"""
"""The profile of a beginner to whom other things matter; ground is the same to both."""


def again(osm: Path) -> None:
    """Print what the first scan of a region computes, and those after it by other weights and for other lengths."""
    imports = cost_of_process("-c", LIBRARIES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "other.toml").write_text(OTHER_WEIGHTS, encoding="utf-8")
        scans = {"first": "beginner", "other weights": str(folder / "other.toml"), "other lengths": "advanced"}
        for number, (what, level) in enumerate(scans.items()):
            out = str(folder / f"{number}.parquet")
            command = ("-m", "saferoute", "scan", str(osm), "-o", out, "-q", "--workers", "1", "--level", level)
            took = cost_of_process(*command, SAFEROUTE_CACHE_DIR=str(folder / "cache"))
            tell(f"{osm.name}, {what} / imports", took, imports)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--part", choices=("all", "cost", "growth", "again"), default="all")
    parser.add_argument("--places", nargs="+", default=list(PLACES))
    parser.add_argument("--copies", nargs="+", type=int, default=list(COPIES))
    arguments = parser.parse_args()
    folder = arguments.folder or Path(os.environ.get("SAFEROUTE_TEST_DATA") or "../shared/data")
    if arguments.part in ("all", "cost"):
        # What an earlier scan kept of a place would not be computed.
        with tempfile.TemporaryDirectory() as empty:
            os.environ["SAFEROUTE_CACHE_DIR"] = empty
            planet(costs(folder, arguments.places))
        del os.environ["SAFEROUTE_CACHE_DIR"]
    if arguments.part in ("all", "growth"):
        growth(folder, arguments.copies)
    if arguments.part in ("all", "again"):
        again(folder / "liechtenstein" / "liechtenstein.osm.pbf")


if __name__ == "__main__":
    main()
