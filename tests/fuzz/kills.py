"""Kill commands at moments spread over their run, and count whether the next run tells the same.

python tests/fuzz/kills.py [--count N] [find | scan | session …]

Each command runs with an empty cache and is killed (SIGKILL) after a part of the time that it takes; then nothing may
stand under the name of its output but a whole file, and the same command must write what it writes undisturbed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]

from formats import AT, LAT, LON, read_visible, write_files  # noqa: E402

_NEAR = ["--near", f"{LAT:.6f},{LON:.6f}", "--at", AT, "--osm", "town.osm.pbf", "-q"]
COMMANDS = {
    "find": ["find", *_NEAR, "--radius", "400", "-o", "out/found.geojson", "-o", "out/found.gpx"],
    "session": ["plan", *_NEAR, "-o", "out/run.geojson"],
    "scan": ["scan", "town.osm.pbf", "-o", "out/town.parquet", "--zoom", "14", "--workers", "2", "-q"],
}


def run(name: str, folder: Path, seconds: float | None = None) -> float:
    """Run a command, kill it after some seconds if it is not done by then, and return how long it took."""
    begun = time.monotonic()
    words = [sys.executable, "-m", "saferoute", *COMMANDS[name], "--cache-dir", "cache"]
    words = words[:-2] if name == "scan" else words
    with subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        process.kill()
    return time.monotonic() - begun


def kill_often(name: str, count: int, folder: Path) -> int:
    """Return at how many of some moments a kill changed what the next run wrote, or left half a file."""
    (folder / "out").mkdir()
    took = run(name, folder)
    whole, failed = read_visible(folder / "out"), 0
    assert whole
    for number in range(count):
        for left in ("out", "cache"):
            shutil.rmtree(folder / left, ignore_errors=True)
        (folder / "out").mkdir()
        run(name, folder, took * (number + 0.5) / count)
        half = [
            path for path, content in read_visible(folder / "out").items() if name != "scan" and content != whole[path]
        ]
        run(name, folder)
        failed += bool(half) or read_visible(folder / "out") != whole
    return failed


def main() -> int:
    """Kill commands and print a table; return 1 if a kill did harm."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("commands", nargs="*", default=list(COMMANDS), metavar="COMMAND")
    parser.add_argument("--count", type=int, default=30, help="moments (default 30)")
    options = parser.parse_args()
    print("| command | moments | failed |\n|---|---|---|")
    failed = 0
    for name in options.commands:
        with tempfile.TemporaryDirectory() as folder:
            write_files(Path(folder))
            harmed = kill_often(name, options.count, Path(folder))
        failed += harmed
        print(f"| {name} | {options.count} | {harmed} |", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
