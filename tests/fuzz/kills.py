"""Kill commands at moments spread over their run, and count whether the next run tells the same.

python tests/fuzz/kills.py [--count N] [find | index | …]

Each command is killed (SIGKILL) after a part of the time that it takes. Then nothing may stand under the name of an
output but a whole file, what it was before or what it is to be; the same command must print and write what it does
undisturbed; and ``saferoute cache verify`` must find nothing damaged.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]

from formats import AT, LAT, LON, read_visible, write_files  # noqa: E402
from fuzz import begin, load_libraries, run_bounded  # noqa: E402

AFTER_S = 0.3
"""Time over which moments are spread for a command that runs until it is ended, from when it answers."""
_HERE = f"{LAT:.6f},{LON:.6f}"
_FIND = ["find", "--near", _HERE, "--radius", "250", "--osm", "town.osm.pbf", "-q"]
_FILES = [word for ending in ("geojson", "gpx", "html", "csv") for word in ("-o", f"files/found.{ending}")]
_SCAN = ["scan", "town.osm.pbf", "-o", "files/town.parquet", "--zoom", "16", "--workers", "1", "-q"]


@dataclass(frozen=True)
class Killed:
    """A command that is killed.

    Attributes
    ----------
    words : list of str
    before : list of str
        Another command whose cache and outputs are there each time.
    stopped : bool
        Whether that is stopped before its end.
    serves : bool
        Whether it serves a page until it is ended.
    """

    words: list[str]
    before: tuple[str, ...] = ()
    stopped: bool = False
    serves: bool = False


COMMANDS = {
    "find": Killed([*_FIND, "--at", AT, "-o", "files/found.geojson"]),
    "index": Killed(["explain", _HERE, "--osm", "town.osm.pbf", "--at", AT, "-q"]),
    "outputs": Killed([*_FIND, "--at", AT, *_FILES], (*_FIND, "--at", "2026-12-05T13:00", *_FILES)),
    "plan": Killed(["plan", *_FIND[1:3], *_FIND[5:], "--at", AT, "-o", "files/run.geojson"]),
    "scan": Killed(_SCAN),
    "resume": Killed(_SCAN, tuple(_SCAN), stopped=True),
    "view": Killed(["view", "files/found.html", "--no-browser"], (*_FIND, "--at", AT, *_FILES), serves=True),
}


def do_whole(killed: Killed, folder: Path) -> tuple[float, str, dict[str, bytes]]:
    """Run a command undisturbed, and return how long it took, what it said and the files that it left."""
    if killed.serves:
        begun = time.monotonic()
        child = begin(killed.words, folder)
        said = await_page(folder)
        end(child)
        took = time.monotonic() - begun + AFTER_S
    else:
        outcome = run_bounded(killed.words, folder)
        assert outcome.code == 0, outcome.err
        took, said = outcome.seconds, (folder / "out").read_text()
    return took, said, read_visible(folder / "files")


def await_page(folder: Path) -> str:
    """Return the page that a server sends whose address is printed into a folder."""
    while True:
        address = (folder / "out").read_text() if (folder / "out").exists() else ""
        if address.endswith("\n"):
            with urlopen(address.strip()) as answer:
                return answer.read().decode()
        time.sleep(0.01)


def end(child: int) -> None:
    """Kill a process."""
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def kill_often(killed: Killed, count: int, folder: Path) -> int:
    """Return at how many of some moments a kill did harm."""
    put_back(killed, folder, anew=True)
    before = read_visible(folder / "files")
    took, said, whole = do_whole(killed, folder)
    harmed = 0
    for number in range(count):
        put_back(killed, folder, anew=False)
        child = begin(killed.words, folder)
        time.sleep(took * (number + 0.5) / count)
        end(child)
        # A scan's folder of tiles for the page is written file by file, and is no page before the last is there.
        left = {} if killed.words[0] == "scan" else read_visible(folder / "files")
        half = any(content not in (before.get(name), whole.get(name)) for name, content in left.items())
        again = do_whole(killed, folder)[1:]
        damaged = run_bounded(["cache", "verify"], folder).code
        harmed += half or again != (said, whole) or damaged != 0
    return harmed


def put_back(killed: Killed, folder: Path, *, anew: bool) -> None:
    """Make cache and outputs what they are before the command, which is found out anew or known."""
    for name in ("cache", "files"):
        shutil.rmtree(folder / name, ignore_errors=True)
        if not anew:
            shutil.copytree(folder / "before" / name, folder / name)
    if anew:
        (folder / "files").mkdir()
        if killed.before:
            run_bounded(list(killed.before), folder, stopped=killed.stopped)
        (folder / "cache").mkdir(exist_ok=True)
        for name in ("cache", "files"):
            shutil.copytree(folder / name, folder / "before" / name)


def main() -> int:
    """Kill commands and print a table; return 1 if a kill did harm."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("commands", nargs="*", default=list(COMMANDS), metavar="COMMAND")
    parser.add_argument("--count", type=int, default=30, help="moments (default 30)")
    options = parser.parse_args()
    load_libraries()
    print("| command | moments | failed |\n|---|---|---|")
    failed = 0
    for name in options.commands:
        with tempfile.TemporaryDirectory() as found:
            folder = Path(found).resolve()
            write_files(folder)
            os.chdir(folder)
            os.environ["SAFEROUTE_CACHE_DIR"] = str(folder / "cache")
            harmed = kill_often(COMMANDS[name], options.count, folder)
            os.chdir("/")
        failed += harmed
        print(f"| {name} | {options.count} | {harmed} |", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
