"""How time and memory of a search grow with one odd thing of the map: n, 2n and 4n of it.

python tests/fuzz/growth.py [KIND…] [--largest N]

The table of a run stands in ``tests/benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from town import lonlat, write_town

MOST_BYTES = 6_000_000_000
"""Address space that a search may take."""
WALK = "highway=footway surface=asphalt width=4"


def plan_star(n: int) -> str:
    """Return the plan of n walks that meet at one node."""
    turns = [2 * math.pi * k / n for k in range(n)]
    tips = [f"n{k + 1} {150 * math.cos(turn):.2f} {150 * math.sin(turn):.2f}" for k, turn in enumerate(turns)]
    return "\n".join(["n0 0 0", *tips, *(f"w{k + 1} n0,n{k + 1} {WALK}" for k in range(n))])


def plan_long_way(n: int) -> str:
    """Return the plan of one walk of n nodes, which leads back and forth over 600 by 600 m."""
    step, x, y, rows = 60_000 / n, -300.0, -300.0, []
    for k in range(n):
        rows.append(f"n{k + 1} {x:.2f} {y:.2f}")
        x += step
        if abs(x) > 300:
            step, y = -step, y + 6
            x += step
    return "\n".join([*rows, f"w1 {','.join(f'n{k + 1}' for k in range(n))} {WALK}"])


def plan_tags(n: int) -> str:
    """Return the plan of a walk with n tags."""
    return f"n1 -150 0\nn2 150 0\nw1 n1,n2 {WALK} " + " ".join(f"note:{k}={k}" for k in range(n))


def plan_relations(n: int) -> str:
    """Return the plan of a walk within n boundaries along the same way."""
    square = "n3 -200 -200\nn4 200 -200\nn5 200 200\nn6 -200 200"
    rows = [f"r{k + 1} w2@outer type=boundary boundary=administrative admin_level=9" for k in range(n)]
    return "\n".join([f"n1 -150 0\nn2 150 0\n{square}\nw1 n1,n2 {WALK}", "w2 n3,n4,n5,n6,n3 barrier=hedge", *rows])


KINDS = {
    "ways at one node": (plan_star, 4_000),
    "nodes of a way": (plan_long_way, 1_000_000),
    "tags of a way": (plan_tags, 1_000_000),
    "boundaries along a way": (plan_relations, 100_000),
}
"""What grows, and how many of it there are in the end."""


_MEASURE = f"""
import re, resource, sys
from pathlib import Path
from saferoute.cli import main
resource.setrlimit(resource.RLIMIT_AS, ({MOST_BYTES}, {MOST_BYTES}))
code = main(sys.argv[1:])
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
# The peak that Linux tells by `getrusage` is that of whoever began this process, if that was larger.
peak = int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])
print(code, sum(u.ru_utime + u.ru_stime for u in used), max(peak, used[1].ru_maxrss) / 1024)
"""


def measure_search(plan: str) -> tuple[int, float, float]:
    """Return the exit code of a first search, and what it took: seconds of computing and megabytes."""
    with tempfile.TemporaryDirectory() as name:
        extract = write_town(Path(name) / "town.osm.pbf", plan)
        lon, lat = lonlat(0, 0)
        words = ["find", "--near", f"{lat:.6f},{lon:.6f}", "--radius", "400", "--osm", str(extract), "-q"]
        words += ["--at", "2026-06-20T07:00", "--cache-dir", f"{name}/cache", "-o", f"{name}/found.geojson"]
        # In a process that measures the search with all its own.
        done = subprocess.run([sys.executable, "-c", _MEASURE, *words], stdout=subprocess.PIPE, text=True, check=False)
        code, seconds, megabytes = done.stdout.split()[-3:]
    return int(code), float(seconds), float(megabytes)


def main() -> None:
    """Print a row for each kind and number."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kinds", nargs="*", default=list(KINDS), metavar="KIND")
    parser.add_argument("--largest", type=int, help="as many in the end, not the numbers of the table")
    options = parser.parse_args()
    print("| what grows | number | exit code | seconds | MB |\n|---|---|---|---|---|")
    for kind in options.kinds:
        plan, most = KINDS[kind]
        for n in [(options.largest or most) // k for k in (4, 2, 1)]:
            code, seconds, megabytes = measure_search(plan(n))
            print(f"| {kind} | {n} | {code} | {seconds:.1f} | {megabytes:.0f} |", flush=True)


if __name__ == "__main__":
    main()
