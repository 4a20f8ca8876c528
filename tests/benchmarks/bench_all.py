"""Every measure of the table at the head of the README, one behind the other.

python tests/benchmarks/bench_all.py LARGE_EXTRACT LAT,LON [FOLDER]

`LARGE_EXTRACT` is one of 45 to 100 MB with `LAT,LON` in its middle, as
`replicate.py` in `FOLDER` makes it of Liechtenstein.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(extract: str, near: str, folder: str = "") -> None:
    """Run the scripts."""
    data = folder or os.environ.get("SAFEROUTE_TEST_DATA") or "../shared/data"
    liechtenstein = str(Path(data) / "liechtenstein" / "liechtenstein.osm.pbf")
    helsinki = str(Path(data) / "helsinki" / "helsinki-centre.osm.pbf")
    for script, *arguments in (
        ("bench_again.py", helsinki, "60.1699,24.9384", extract, near),
        ("bench_index.py", extract, near),
        ("bench_osmnx.py", liechtenstein),
        ("bench_scan.py", data, "--part", "growth"),
    ):
        print(f"\n== {script} {' '.join(arguments)}", flush=True)
        subprocess.run([sys.executable, str(HERE / script), *arguments], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:4])
