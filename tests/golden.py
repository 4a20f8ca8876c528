"""Whether every command still says what it said, to the last byte: for changes that must change nothing.

    python tests/golden.py record       # after a change that is meant to be seen: the digests in tests/golden.json
    python tests/golden.py compare      # which outputs differ from the recorded ones, and 1 if any does
    python tests/golden.py keep FOLDER  # the outputs themselves, to look at two of them side by side

What is recorded covers the sample region and, where ``SAFEROUTE_TEST_DATA`` (``../shared/data``) is,
three real extracts. The map's page holds quantiles of all random draws, so their order is covered, too.
Digests hold for the versions of libraries they were made with; others may round otherwise, and are named.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
REAL = Path(os.environ.get("SAFEROUTE_TEST_DATA", ROOT.parent / "shared" / "data"))
RECORD = Path(__file__).with_suffix(".json")
LIBRARIES = ("numpy", "shapely", "pyproj", "pandas", "geopandas", "rasterio", "osmium", "folium", "scipy", "osmnx")

SAMPLE = str(ROOT / "data" / "helsinki")
HELGOLAND, BADWILDBAD = str(REAL / "helgoland"), str(REAL / "badwildbad")
LIECHTENSTEIN = str(REAL / "liechtenstein")
MAPS = "html geojson json gpx gpkg parquet fgb kml csv"
RUNS = "html geojson gpx gpkg parquet fgb kml csv fit workout.fit"


def _outputs(stem: str, suffixes: str) -> str:
    return " ".join(f"-o {stem}.{suffix}" for suffix in suffixes.split())


CASES = {
    "sample find": f"find --near 60.172,24.944 --region {SAMPLE} --at 2026-06-20T07:00 {_outputs('found', MAPS)}",
    "sample find dark": f"find --near 60.175,24.945 --region {SAMPLE} --at 2026-12-12T17:00 --level advanced -o - -q",
    "sample find barefoot": f"find --near Kaisaniemi --region {SAMPLE} --at 2026-06-20T15:00 --barefoot -o - -q",
    "sample plan": f"plan --near 60.172,24.944 --region {SAMPLE} --at 2026-06-20T07:00 --week 3 --time 30min "
    + _outputs("run", RUNS),
    "sample explain": f"explain --near 60.1757,24.9470 --region {SAMPLE} --at 2026-06-20T07:00",
    "sample explain excluded": f"explain --near 60.1711,24.9414 --region {SAMPLE} --at 2026-06-20T07:00",
    "sample scan": f"scan {SAMPLE} -o scanned.parquet --zoom 14 --workers 1 -q",
    "helgoland find": f"find --near 54.18,7.89 --region {HELGOLAND} --at 2026-07-11T07:00 {_outputs('found', MAPS)}",
    "helgoland sand": f"find --near 54.186,7.909 --region {HELGOLAND} --at 2026-07-11T15:00 --surface sand,grass "
    "-o - -q",
    "helgoland plan": f"plan --near 54.18,7.89 --region {HELGOLAND} --at 2026-07-11T07:00 --level first-steps "
    + _outputs("run", RUNS),
    "badwildbad find": f"find --near 48.7503,8.5506 --region {BADWILDBAD} --at 2026-05-05T18:00 "
    + _outputs("found", MAPS),
    "badwildbad explain": f"explain --near 48.7503,8.5506 --region {BADWILDBAD} --at 2026-05-05T18:00",
    "liechtenstein find": f"find --near 47.1393,9.5228 --region {LIECHTENSTEIN} --at 2026-05-05T18:00 --top 200 "
    + _outputs("found", "html geojson"),
    "liechtenstein plan": f"plan --near 47.1393,9.5228 --region {LIECHTENSTEIN} --at 2026-05-05T18:00 --distance 4km "
    + _outputs("run", "html gpx"),
    "profile": "profile show beginner",
    "profiles": "profile list",
}
"""Name of the case: arguments of ``saferoute``."""
_WRITTEN_AT = re.compile(r"2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")
"""What a GeoPackage notes of when it was written."""
_FINGERPRINT = re.compile(rb'"(fingerprint|version)": ?"[0-9a-f]{20}"')
"""What a scan, and its page, note of the code and of the times of files."""


def run(name: str, folder: Path) -> None:
    """Carry out one case in an empty folder: its files, and what it prints as ``stdout`` and ``stderr``."""
    folder.mkdir(parents=True)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "160",
        "SAFEROUTE_CACHE_DIR": str(folder.with_suffix(".cache")),
        "XDG_CONFIG_HOME": str(folder / "no-settings"),
        "NO_COLOR": "1",
        "SAFEROUTE_UNITS": "metric",
    }
    done = subprocess.run(
        [sys.executable, "-m", "saferoute", *CASES[name].split()],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=False,
    )
    (folder / "stdout").write_bytes(done.stdout)
    (folder / "stderr").write_bytes(done.stderr + f"exit {done.returncode}\n".encode())


def _content(path: Path) -> bytes:
    """Return what a file says, without paths of this machine and times of writing."""
    if path.suffix == ".gpkg":
        with sqlite3.connect(path) as held:
            text = "\n".join(held.iterdump())
        return _WRITTEN_AT.sub("", text).encode(errors="surrogateescape")
    content = _FINGERPRINT.sub(b"", path.read_bytes())
    for root in (ROOT, REAL.resolve(), REAL):
        content = content.replace(str(root).encode(), b".")
    return content


def digests(folder: Path) -> dict[str, str]:
    """Carry out all cases in a folder, two at a time, and return a digest of every output."""
    cases = [name for name in CASES if REAL.exists() or not name.startswith(("helgoland", "badwildbad", "liechten"))]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda name: run(name, folder / name.replace(" ", "-")), cases))
    found = {}
    for name in cases:
        here = folder / name.replace(" ", "-")
        for path in sorted(p for p in here.rglob("*") if p.is_file()):
            if path.relative_to(here).parts[0].startswith("."):  # the tiles that a scan keeps are named by its code
                continue
            found[f"{name}: {path.relative_to(here)}"] = hashlib.sha256(_content(path)).hexdigest()[:16]
    return found


def main() -> int:
    """Record, compare or keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("record", "compare", "keep"))
    parser.add_argument("folder", type=Path, nargs="?")
    arguments = parser.parse_args()
    versions = {name: version(name) for name in LIBRARIES}
    if arguments.what == "keep":
        digests(arguments.folder.resolve())
        return 0
    with tempfile.TemporaryDirectory() as folder:
        found = digests(Path(folder))
    if arguments.what == "record":
        RECORD.write_text(json.dumps({"libraries": versions, "outputs": found}, indent=1) + "\n")
        print(f"{len(found)} outputs recorded")
        return 0
    recorded = json.loads(RECORD.read_text())
    others = {
        n: f"{recorded['libraries'].get(n)} then, {v} now"
        for n, v in versions.items()
        if recorded["libraries"].get(n) != v
    }
    for name, words in others.items():
        print(f"{name}: {words}")
    wanted = {
        name: digest
        for name, digest in recorded["outputs"].items()
        if name.split(":")[0] in {n.split(":")[0] for n in found}
    }
    changed = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    for name in changed:
        print("differs:", name)
    print(f"{len(found)} outputs, {len(changed)} differ")
    return 1 if changed and not others else 0


if __name__ == "__main__":
    sys.exit(main())
