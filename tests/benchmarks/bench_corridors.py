"""How good and how fast the longest clear lines are on the open ground of five real extracts.

Run as ``python tests/benchmarks/bench_corridors.py [FOLDER]``; see README.md beside it.
"""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import shapely

from saferoute.geometry import find_longest_lines
from saferoute.geometry.rings import SLACK_M, clip_to_rings, list_ring_vertices
from saferoute.model import Place
from saferoute.search import area_around
from saferoute.sources.osm.extract import ExtractSource

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

EXTRACTS = (
    "helgoland/helgoland",
    "helsinki/helsinki-centre",
    "liechtenstein/liechtenstein",
    "heidelberg/heidelberg",
    "porto/porto-centre",
)
KINDS = {
    "leisure": ("park", "pitch", "track", "common"),
    "natural": ("beach", "sand"),
    "landuse": ("grass", "meadow", "recreation_ground", "village_green"),
}
HALF_LANE_M, SHORTEST_M = 1.5, 60.0
REFERENCE_UP_TO = 300
"""Vertices up to which all pairs are tried for the reference: 44 850 lines."""


def pieces(extract: Path) -> np.ndarray:
    """Return open ground less half a lane, in metres, where the bounding diagonal is long enough."""
    areas = ExtractSource([extract]).read_tables().areas
    kept = np.zeros(len(areas), dtype=bool)
    for key, values in KINDS.items():
        kept |= np.isin(areas[key], list(values))
    west, south, east, north = shapely.total_bounds(areas.geometry)
    crs = area_around(Place("middle", (west + east) / 2, (south + north) / 2), 1000).crs
    ground = shapely.make_valid(areas.select_rows(kept).to_geodataframe().to_crs(crs).geometry.to_numpy())
    parts = shapely.get_parts(shapely.buffer(ground, -HALF_LANE_M, quad_segs=4))
    west, south, east, north = shapely.bounds(parts).T
    return parts[np.hypot(east - west, north - south) >= SHORTEST_M]


def longest_of_all_pairs(polygon: shapely.Polygon) -> float:
    """Return the length of the longest line, by clipping the lines through every two vertices."""
    vertices = np.unique(shapely.get_coordinates(polygon), axis=0)
    rings = list_ring_vertices(shapely.buffer(polygon, SLACK_M, join_style="mitre"))
    i, j = np.triu_indices(len(vertices), 1)
    lines = clip_to_rings(rings, vertices[i], vertices[j] - vertices[i], 0.0)
    return float(np.hypot(*(lines[:, 1] - lines[:, 0]).T).max())


def timed(call: Callable[[], Result]) -> tuple[float, Result]:
    """Return the CPU milliseconds of the faster of two calls, and the result."""
    taken = []
    for _ in range(2):
        start = time.process_time()
        result = call()
        taken.append(1000 * (time.process_time() - start))
    return min(taken), result


def main(folder: Path) -> None:
    polygons = np.concatenate([pieces(folder / f"{name}.osm.pbf") for name in EXTRACTS])
    print(f"{len(polygons)} polygons, {np.median(shapely.get_num_coordinates(polygons)):.0f} vertices in the median")
    once, four, exact_ms, once_ms, ratio = [], [], [], [], []
    for polygon in polygons:
        ms, found = timed(partial(find_longest_lines, polygon, shortest_m=SHORTEST_M))
        once.append(ms)
        four.append(timed(partial(find_longest_lines, polygon, shortest_m=SHORTEST_M, most=4))[0])
        if len(np.unique(shapely.get_coordinates(polygon), axis=0)) > REFERENCE_UP_TO:
            continue
        reference_ms, reference = timed(partial(longest_of_all_pairs, polygon))
        exact_ms.append(reference_ms)
        once_ms.append(ms)
        if reference >= SHORTEST_M:
            length = np.hypot(*(found[0, 1] - found[0, 0])) if len(found) else 0.0
            ratio.append(length / reference)
    for title, taken in (("most=1", once), ("most=4", four)):
        print(f"{title}: median {np.median(taken):.2f} ms, mean {np.mean(taken):.2f} ms, worst {np.max(taken):.0f} ms")
    print(f"length of all pairs' ({len(ratio)} polygons): mean {np.mean(ratio):.4f}, worst {np.min(ratio):.3f}")
    print(f"time of all pairs' ({len(exact_ms)} polygons): {np.sum(once_ms) / np.sum(exact_ms):.3f}")


if __name__ == "__main__":
    usual = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    main(Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SAFEROUTE_TEST_DATA") or usual))
