"""Heights of 100 000 points, and the whole of an extract from its file to a ranking, against osmnx.

python tests/benchmarks/bench_osmnx.py EXTRACT

The raster is a made one whose true height is known everywhere, so that the
values can be judged, too. See the README beside this file.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import osmium
import osmnx as ox
import rasterio
from rasterio.transform import from_origin

from saferoute import search
from saferoute.model import Place
from saferoute.osm import keys
from saferoute.sources.elevation.raster import RasterSource
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from collections.abc import Callable

    from saferoute.arrays import FloatArray

POINTS = 100_000
CELL_DEG = 1 / 3600
"""Some 30 m, as GLO-30 has."""
_SEED = 20_190_418


def height(lon: FloatArray, lat: FloatArray) -> FloatArray:
    """Return the true height in m: hills of 400 m, some kilometres apart."""
    hills: FloatArray = 500 + 200 * np.sin(lon * 300) + 200 * np.cos(lat * 250)
    return hills


def made_raster(path: Path, box: tuple[float, float, float, float]) -> Path:
    """Write the heights in the middles of cells over a box of degrees."""
    west, south, east, north = box[0] - 0.01, box[1] - 0.01, box[2] + 0.01, box[3] + 0.01
    columns, rows = (int(np.ceil(size / CELL_DEG)) for size in (east - west, north - south))
    lon, lat = west + (np.arange(columns) + 0.5) * CELL_DEG, north - (np.arange(rows) + 0.5) * CELL_DEG
    profile = {"driver": "GTiff", "width": columns, "height": rows, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
    with rasterio.open(path, "w", transform=from_origin(west, north, CELL_DEG, CELL_DEG), **profile) as raster:
        raster.write(height(*np.meshgrid(lon, lat)).astype("float32"), 1)
    return path


def seconds(step: Callable[[], object]) -> float:
    """Return the computing seconds of this process that a step takes."""
    begun = time.process_time()
    step()
    return time.process_time() - begun


def elevation(folder: Path) -> None:
    """Look 100 000 points of a square of 3 km up, both ways, and compare with the truth."""
    lon, lat = np.random.default_rng(_SEED).uniform([[9.50], [47.12]], [[9.54], [47.147]], (2, POINTS))
    path = made_raster(folder / "square.tif", (9.50, 47.12, 9.54, 47.147))
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    graph.add_nodes_from((k, {"x": x, "y": y}) for k, (x, y) in enumerate(zip(lon, lat, strict=True)))
    theirs = seconds(lambda: ox.elevation.add_node_elevations_raster(graph, path, cpus=1))
    source, xy = RasterSource([path]), np.column_stack([lon, lat])
    source.read_heights(xy[:10], "EPSG:4326")
    ours = min(seconds(lambda: source.read_heights(xy, "EPSG:4326")) for _ in range(5))
    found = source.read_heights(xy, "EPSG:4326").elevation_m
    nearest = np.array([graph.nodes[k]["elevation"] for k in range(POINTS)])
    truth = height(lon, lat)
    print(
        f"heights of {POINTS} points: osmnx {theirs:.2f} s, saferoute {1000 * ours:.0f} ms: {theirs / ours:.0f} times"
    )
    for name, heights in (("osmnx", nearest), ("saferoute", found)):
        print(f"  {name}: root mean square error {np.sqrt(np.mean((heights - truth) ** 2)):.2f} m")


def whole(extract: Path, folder: Path) -> None:
    """Bring an extract to the same inputs with osmnx, and to a ranking with saferoute."""
    source = ExtractSource([extract])
    west, south, east, north = box = source.read_bounds()
    raster, xml = made_raster(folder / "whole.tif", box), folder / "whole.osm"
    with osmium.SimpleWriter(str(xml)) as writer:
        for thing in osmium.FileProcessor(str(extract)):
            writer.add(thing)
    graphs: list[nx.MultiDiGraph] = []
    wanted: dict[str, bool | str | list[str]] = dict.fromkeys(
        (*keys.LINE_KEYS, *keys.AREA_KEYS, *keys.POINT_KEYS), True
    )
    steps = {
        "features from XML": lambda: ox.features_from_xml(xml, tags=wanted),
        "graph from XML": lambda: graphs.append(ox.graph_from_xml(xml, simplify=True)),
        "node elevations": lambda: ox.elevation.add_node_elevations_raster(graphs[0], raster, cpus=1),
        "edge grades": lambda: ox.elevation.add_edge_grades(graphs[0]),
    }
    took = {name: seconds(step) for name, step in steps.items()}
    graphs.clear()  # or Python's collector goes on looking through it while saferoute is measured
    gc.collect()
    radius_m = 500 * np.hypot((east - west) * 111.3 * np.cos(np.radians(north)), (north - south) * 111.3)
    area = search.area_around(Place("whole", (west + east) / 2, (south + north) / 2), float(radius_m))
    ours = seconds(
        lambda: search.find(
            search.Query(
                area,
                features=ExtractSource([extract]),
                profile=load_profile(),
                elevation=RasterSource([raster]),
                top=200,
            )
        )
    )
    theirs = sum(took.values())
    print(f"{extract.name}: osmnx {theirs:.1f} s (" + ", ".join(f"{k} {v:.1f}" for k, v in took.items()) + ")")
    print(f"  saferoute, reading to ranking of everything within {radius_m / 1000:.0f} km: {ours:.1f} s")
    print(f"  {theirs / ours:.1f} times")


def main(extract: str) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        elevation(Path(folder))
        whole(Path(extract), Path(folder))


if __name__ == "__main__":
    main(sys.argv[1])
