"""The index of an extract and the search that opens it, against what each is set beside.

python tests/benchmarks/bench_index.py EXTRACT LAT,LON

Every figure is of a process of its own: user and system seconds, seconds by
the clock, greatest memory with the processes it started. See the README beside this file.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

GDAL = """
import pyogrio, sys
for layer in ("points", "lines", "multipolygons"):
    pyogrio.read_dataframe(sys.argv[1], layer=layer)
"""
BUILD = """
import sys
from pathlib import Path
from saferoute import search
from saferoute.sources.cache import Cache
from saferoute.sources.osm.extract import ExtractSource
ExtractSource([sys.argv[1]], join=search.join_ways, cache=Cache(Path(sys.argv[2]))).read_bounds()
"""
NEEDED = """
import sys
from pathlib import Path
from saferoute.cli import main
main(sys.argv[2:])
Path(sys.argv[1]).write_text(" ".join(name for name in sys.modules if not name.startswith("__")))
"""
"""Runs a command and writes down what it has imported."""
IMPORT = """
import importlib, sys
from contextlib import suppress
from pathlib import Path
for name in Path(sys.argv[1]).read_text().split():
    with suppress(ImportError):
        importlib.import_module(name)
"""
INSIDE = """
import logging, sys, time
from pathlib import Path
from saferoute import search
from saferoute.model import Place
from saferoute.sources.cache import Cache
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile
lat, lon = (float(v) for v in sys.argv[3].split(","))
source = ExtractSource([sys.argv[1]], join=search.join_ways, cache=Cache(Path(sys.argv[2])))
area = search.area_around(Place("here", lon, lat), 1500)
profile = load_profile(at="2026-06-20T07:00")
class Steps(logging.Handler):
    def emit(self, record):
        steps.append((record.getMessage(), time.process_time()))
logging.getLogger("saferoute").addHandler(Steps())
logging.getLogger("saferoute").setLevel("INFO")
for turn in range(3):
    steps = [("", time.process_time())]
    search.find(search.Query(area, features=source, profile=profile))
    steps.append(("", time.process_time()))
print(f"{steps[-1][1] - steps[0][1]:.2f} s of computing, the third time: " + "; ".join(
    f"{text} {after - before:.2f}" for (text, before), (_, after) in zip(steps[1:-1], steps[2:])
))
"""


_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""As on a machine in use, where nothing is compiled a second time."""
_EVERY_S = 0.1
"""Between two looks at memory."""


@dataclass(frozen=True)
class Cost:
    """What a process took."""

    computing_s: float
    clock_s: float
    peak_mb: float
    """Of the process and those it started, together; what they share counts once."""
    kept_mb: float
    """Of that, at its own peak, what lies in no file, so that the system cannot take it back."""

    def __str__(self) -> str:
        return (
            f"{self.computing_s:6.1f} s computing {self.clock_s:6.1f} s clock {self.peak_mb:6.0f} MB, "
            f"{self.kept_mb:.0f} in no file"
        )


def cost(*command: str, **variables: str) -> Cost:
    """Run a Python process with some variables of its environment and say what it took."""
    start, peak, kept = time.perf_counter(), 0.0, 0.0
    with subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_ENVIRONMENT | variables
    ) as process:
        while True:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            held = measure_memory(process.pid)
            peak, kept = max(peak, held[0]), max(kept, held[1])
            time.sleep(_EVERY_S)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[:2]} ended with {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - start, peak, kept)


def measure_memory(pid: int) -> tuple[float, float]:
    """Return the memory in MB of a process and its children (Linux), and how much of it lies in no file.

    Each page is shared out among those who hold it.
    """
    held = [0.0, 0.0]
    with suppress(OSError):  # ended meanwhile
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        for k, name in enumerate(("Pss:", "Pss_Anon:")):
            held[k] = int(next(line for line in rollup if line.startswith(name)).split()[1]) / 1024
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                held = [one + other for one, other in zip(held, measure_memory(int(child)), strict=True)]
    return held[0], held[1]


def main(extract: str, near: str) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as cache:
        gdal, build = cost("-c", GDAL, extract), cost("-c", BUILD, extract, cache)
        print(f"GDAL through pyogrio, three layers  {gdal}")
        print(f"index, reading included             {build}")
        print(f"  ratio                             {build.computing_s / gdal.computing_s:6.2f} computing, ", end="")
        print(f"{build.clock_s / gdal.clock_s:.2f} clock: two processes share the work from 8 MiB on")
        hour_and_map = ("--at", "2026-06-20T07:00", "-o", str(Path(cache) / "map.html"))
        search = ("find", "-q", "--near", near, "--osm", extract, "--cache-dir", cache, *hour_and_map)
        needed = str(Path(cache) / "needed.txt")
        cost("-c", NEEDED, needed, *search)
        imports, find = [
            min((cost(*c) for _ in range(5)), key=lambda c: c.computing_s)
            for c in (("-c", IMPORT, needed), ("-m", "saferoute", *search))
        ]
        print(f"import of what a search needs       {imports}")
        print(f"a second search, map written        {find}")
        print(f"  ratio                             {find.computing_s / imports.computing_s:6.2f} computing, ", end="")
        print(f"{find.clock_s / imports.clock_s:.2f} clock")
        subprocess.run([sys.executable, "-c", INSIDE, extract, cache, near], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:3])
