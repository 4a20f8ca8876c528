"""How long a find takes in a town of one footway, which is what most tests wait for.

python tests/benchmarks/bench_tiny.py

Seconds of computing, the median of `RUNS` finds in as many towns after one that is not counted.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from ranked_towns import LENGTH_M, town  # type: ignore[import-not-found]
from town import lonlat, write_town  # type: ignore[import-not-found]

from saferoute.model import Place
from saferoute.search import Query, area_around, find
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

RUNS = 20


def measure(folder: Path, number: int) -> float:
    """Return the seconds of computing of a find in a town that differs from all others by a tree."""
    path = write_town(folder / f"{number}.osm", town(more=f"n900 {number} 20 natural=tree\n"))
    area = area_around(Place("here", *lonlat(LENGTH_M / 2, 0)), 400)
    begun = time.process_time()
    find(Query(area, ExtractSource([path]), load_profile(), top=100))
    return time.process_time() - begun


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as where:
        taken = [measure(Path(where), number) for number in range(RUNS + 1)]
    print(f"{statistics.median(taken[1:]):.3f} s")
