"""How many bytes a search asks of an Overpass server, and whether it ranks as a search in the extract does.

python tests/benchmarks/bench_overpass.py EXTRACT LAT,LON [EXTRACT LAT,LON …]

The server is that of the tests (`fake_overpass`), which answers from the extract as version 0.7.62 writes. For each
place and radius it prints the bytes of the answer, plain and packed, the computing seconds of a first search in it,
the server's not included, and of one in the extract without an index, and by how much their scores differ at most.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fake_overpass import Database, Run  # type: ignore[import-not-found]
from fake_server import Answer, FakeServer, Request  # type: ignore[import-not-found]

from saferoute import search
from saferoute.model import Area, Place
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.osm.overpass import OverpassSource
from saferoute.sources.profiles import load_profile
from saferoute.sources.settings import Online

RADII_M = (300.0, 800.0)
TOP = 100


def rank(source: Any, area: Area) -> tuple[Any, float]:
    """Return the stretches in an area, and the computing seconds it took to rank them."""
    began = time.process_time()
    stretches = search.find(search.Query(area, source, load_profile(), top=TOP)).stretches
    return stretches, time.process_time() - began


def measure(database: Database, extract: str, area: Area) -> str:
    """Return what a search in an area costs and finds, in words."""
    sent: list[bytes] = []

    def answer(request: Request) -> Answer:
        sent.append(Run(database).answer(request.query["data"]).encode())
        return Answer(gzip.compress(sent[-1]), headers={"Content-Encoding": "gzip"})

    with tempfile.TemporaryDirectory() as folder, FakeServer() as server:
        server.routes["/api/interpreter"] = answer
        asked = Online(overpass_url=f"{server.url}/api", cache_dir=Path(folder))
        OverpassSource(asked).read_features(area, margin_m=search.MARGIN_M)
        online, online_s = rank(OverpassSource(asked), area)
    local, local_s = rank(ExtractSource([extract]), area)
    plain, packed = (sum(map(len, parts)) / 1e6 for parts in (sent, map(gzip.compress, sent)))
    told = f"{plain:.1f} MB, packed {packed:.2f}; {online_s:.1f} s, from the extract {local_s:.1f}"
    if sorted(online.geometry.to_wkt()) != sorted(local.geometry.to_wkt()):
        return f"{told}; {len(online)} stretches, not those of the extract ({len(local)})"
    scores = [of.assign(key=of.geometry.to_wkt()).set_index("key")["score"].sort_index() for of in (online, local)]
    return f"{told}; the same {len(online)} stretches, scores up to {(scores[0] - scores[1]).abs().max():.1e} apart"


def main(extract: str, near: str) -> None:
    """Print a line for each radius."""
    lat, lon = map(float, near.split(","))
    database = Database(extract)
    for radius_m in RADII_M:
        area = search.area_around(Place("place", lon, lat), radius_m)
        print(f"{near}, {radius_m:.0f} m: {measure(database, extract, area)}", flush=True)


if __name__ == "__main__":
    for extract, near in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        main(extract, near)
