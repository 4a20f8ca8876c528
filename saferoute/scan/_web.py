"""The web page of a scan: vector tiles in one PMTiles file, and HTML for any static host."""

from __future__ import annotations

import gzip
import json
import pickle
from collections import defaultdict
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from saferoute.model import InvalidInput
from saferoute.report.surfaces import describe_surface
from saferoute.scan.tiles import Tile, tile_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import geopandas as gpd

    from saferoute.arrays import FloatArray

    Row = tuple[float, str, bytes, dict[str, Any]]
    """A stretch: S₂₀, a key of its own, its line as WKB, what the tiles carry."""

TILES = "stretches.pmtiles"
LAYER = "stretches"
LEAST_ZOOM, MOST_ZOOM = 5, 13
"""Zooms of the vector tiles.

At 13 a step of the grid is 0.6 m at 60° and 1.2 m at the equator; maps look closer by enlarging.
"""
FINER, MOST_OF_CELL = 3, 8
"""Below `MOST_ZOOM` each of the 8 × 8 cells of a tile shows its best 8 stretches.

Neighbouring tiles are then thinned alike, and no line stops at an edge. At `MOST_ZOOM` all are shown.
"""
_THINNED = range(LEAST_ZOOM, MOST_ZOOM)
_EXTENT = 4096
SHOWN = (
    "score_low", "score", "rating", "data_quality", "length_m", "name", "surface", "grade_pct", "people_per_hour",
    "limiting_criterion", "osm_ids", "district", "park", "checks",
)  # fmt: skip
"""Columns that the tiles carry."""
_OF_FACTS = ("title", "attribution", "licence", "data_date", "caution", "notes", "stretches", "profile", "at")
_MOST_ROWS = 500
"""Most rows of the summary on the page; the CSV file has all of them."""
_PLAIN = ("LICENSE.protomaps-leaflet", "protomaps-leaflet.js", "scan.css", "scan.js")
_OF_MAP = ("LICENSE.leaflet", "leaflet.css", "leaflet.js")


class VectorTiles:
    """A collector of stretches, which writes them as vector tiles.

    Stretches of `MOST_ZOOM` wait in a temporary file; for smaller zooms only the
    best of each cell are kept. Memory grows with the region's cells, not with
    its stretches.
    """

    def __init__(self) -> None:
        from tempfile import TemporaryFile

        self._file = TemporaryFile()  # noqa: SIM115 - open as long as this object lives
        self._waiting: dict[Tile, list[int]] = defaultdict(list)
        """Tile of `MOST_ZOOM` -> positions of its parts in the file."""
        self._best: dict[int, dict[Tile, list[Row]]] = {zoom: defaultdict(list) for zoom in _THINNED}
        """Thinned zoom -> cell -> its best stretches."""
        self._bounds = np.array([180.0, 90.0, -180.0, -90.0])

    def add_stretches(self, table: gpd.GeoDataFrame) -> None:
        """Add a partition of stretches.

        Parameters
        ----------
        table : GeoDataFrame
            In WGS 84; no stretch may be in two partitions.
        """
        west, south, east, north = table.total_bounds
        self._bounds = np.r_[np.fmin(self._bounds[:2], [west, south]), np.fmax(self._bounds[2:], [east, north])]
        properties = [_known_properties(row) for row in pd.DataFrame(table[list(SHOWN)]).to_dict("records")]
        wkb = table.geometry.to_wkb()
        rows = list(zip(table["score_low"], table["quadkey"] + table["osm_ids"], wkb, properties, strict=True))
        new: dict[Tile, list[Row]] = defaultdict(list)
        for at, tile in _touched_tiles(table.bounds.to_numpy(), MOST_ZOOM):
            new[tile].append(rows[at])
        for tile, part in new.items():
            self._waiting[tile].append(self._file.tell())
            pickle.dump(part, self._file)
        middles = shapely.get_coordinates(
            shapely.line_interpolate_point(table.geometry.to_numpy(), 0.5, normalized=True)
        )
        for zoom, best in self._best.items():
            cells: dict[Tile, list[Row]] = defaultdict(list)
            for row, x, y in zip(rows, *tile_numbers(middles, zoom + FINER), strict=True):
                cells[Tile(zoom + FINER, int(x), int(y))].append(row)
            for cell, part in cells.items():
                best[cell] = sorted(best[cell] + part, key=lambda r: (-r[0], r[1]))[:MOST_OF_CELL]

    def _thin_tiles(self) -> dict[Tile, list[Row]]:
        """Return the rows of each tile of the zooms below `MOST_ZOOM`."""
        shown: dict[Tile, list[Row]] = defaultdict(list)
        for zoom, best in self._best.items():
            rows = [row for part in best.values() for row in part]
            for at, tile in _touched_tiles(shapely.bounds(shapely.from_wkb([wkb for _, _, wkb, _ in rows])), zoom):
                shown[tile].append(rows[at])
        return shown

    def _read_rows(self, tile: Tile) -> list[Row]:
        """Return the rows of a tile of `MOST_ZOOM`."""
        rows: list[Row] = []
        for at in self._waiting[tile]:
            self._file.seek(at)
            rows += pickle.load(self._file)  # noqa: S301 - this object has written it, and nobody else can
        return rows

    def write_pmtiles(self, path: Path, facts: Mapping[str, Any]) -> None:
        """Write the PMTiles file, with one empty tile if there is no stretch.

        Parameters
        ----------
        path : Path
        facts : mapping
            Title and attribution.
        """
        from pmtiles.tile import Compression, TileType, zxy_to_tileid
        from pmtiles.writer import write

        thinned = self._thin_tiles()
        tiles = [*thinned, *self._waiting] or [Tile(LEAST_ZOOM, 0, 0)]
        west, south, east, north = self._bounds if self._waiting else (-180.0, -85.0, 180.0, 85.0)
        with write(str(path)) as file:
            # In the order of their numbers the archive is clustered: readers need fewer requests.
            for number, tile in sorted((zxy_to_tileid(t.zoom, t.x, t.y), t) for t in tiles):
                rows = self._read_rows(tile) if tile in self._waiting else thinned.get(tile, [])
                file.write_tile(number, _encode_tile(tile, rows))
            file.finalize(
                {
                    "tile_type": TileType.MVT,
                    "tile_compression": Compression.GZIP,
                    "min_lon_e7": int(west * 1e7), "min_lat_e7": int(south * 1e7),
                    "max_lon_e7": int(east * 1e7), "max_lat_e7": int(north * 1e7),
                    "center_zoom": LEAST_ZOOM,
                    "center_lon_e7": int((west + east) / 2 * 1e7), "center_lat_e7": int((south + north) / 2 * 1e7),
                },
                {
                    "name": facts["title"],
                    "attribution": "; ".join(facts["attribution"]),
                    "vector_layers": [{"id": LAYER, "fields": dict.fromkeys(SHOWN, "")}],
                },
            )  # fmt: skip

    @property
    def bounds(self) -> list[float]:
        """West, south, east and north of all stretches in degrees; most of the world if there are none."""
        return [round(float(b), 6) for b in self._bounds] if self._waiting else [-180.0, -60.0, 180.0, 75.0]


def _known_properties(row: Mapping[Any, Any]) -> dict[str, Any]:
    # Vector tiles have no null: an unknown value is absent.
    known = {str(k): v for k, v in row.items() if not pd.isna(v)}
    return {**known, "surface": describe_surface(known["surface"])} if "surface" in known else known


def _touched_tiles(bounds: FloatArray, zoom: int) -> Iterator[tuple[int, Tile]]:
    """Yield the number of each row with every tile that its box touches."""
    low, high = tile_numbers(bounds[:, [0, 3]], zoom), tile_numbers(bounds[:, [2, 1]], zoom)
    for row, (x0, y0, x1, y1) in enumerate(zip(*low, *high, strict=True)):
        for x in range(int(x0), int(x1) + 1):
            for y in range(int(y0), int(y1) + 1):
                yield row, Tile(zoom, x, y)


def _encode_tile(tile: Tile, rows: list[Row]) -> bytes:
    """Return a tile as compressed MVT, the best stretches last so that they are drawn on top."""
    import mapbox_vector_tile

    rows = sorted(rows, key=lambda r: (r[0], r[1]))
    lines = shapely.from_wkb([wkb for _, _, wkb, _ in rows])
    features = [
        {"geometry": line, "properties": properties}
        for line, (*_, properties) in zip(_snap_to_grid(np.asarray(lines, dtype=object), tile), rows, strict=True)
        if line is not None
    ]
    layer = {"name": LAYER, "features": features}
    data = mapbox_vector_tile.encode([layer], default_options={"extents": _EXTENT, "y_coord_down": True})
    # Without a time stamp equal stretches give equal bytes.
    return gzip.compress(data, mtime=0)


def _snap_to_grid(lines: Any, tile: Tile) -> list[shapely.LineString | None]:
    """Return lines in whole steps of a tile's grid, None for one that shrinks to a point."""
    if not len(lines):
        return []
    lonlat, owner = shapely.get_coordinates(lines, return_index=True)
    size = 2**tile.zoom
    x = (lonlat[:, 0] + 180) / 360 * size - tile.x
    y = (1 - np.arcsinh(np.tan(np.radians(lonlat[:, 1]))) / np.pi) / 2 * size - tile.y
    steps = np.rint(np.stack([x, y], axis=1) * _EXTENT).astype(np.int64)
    new = np.r_[True, (np.diff(steps, axis=0) != 0).any(axis=1) | (np.diff(owner) != 0)]
    steps, owner = steps[new], owner[new]
    count = np.bincount(owner, minlength=len(lines))
    starts = np.cumsum(count) - count
    return [shapely.LineString(steps[a : a + n]) if n > 1 else None for a, n in zip(starts, count, strict=True)]


def write_page(folder: Path, vector: VectorTiles, facts: Mapping[str, Any], summary: pd.DataFrame) -> None:
    """Write the page and everything it needs into a folder.

    Raises
    ------
    InvalidInput
        If the libraries that write tiles are not installed.
    """
    vector.write_pmtiles(folder / TILES, facts)
    for package, names in (("saferoute.scan", _PLAIN), ("saferoute.page", _OF_MAP)):
        for name in names:
            (folder / name).write_bytes((resources.files(package) / "assets" / name).read_bytes())
    shown = {name: facts[name] for name in _OF_FACTS}
    shown |= {"bounds": vector.bounds, "tiles": TILES, "layer": LAYER, "bad_tiles": len(facts["bad_tiles"])}
    shown["summary"] = json.loads(summary.head(_MOST_ROWS).to_json(orient="records"))
    (folder / "scan.json").write_text(json.dumps(shown, ensure_ascii=False) + "\n", encoding="utf-8")
    page = (resources.files("saferoute.scan") / "assets" / "scan.html").read_bytes()
    (folder / "index.html").write_bytes(page)


def require_libraries() -> None:
    """Raise an error unless the libraries that write a scan are installed.

    Raises
    ------
    InvalidInput
        With the command that installs them.
    """
    from importlib.util import find_spec

    missing = [lib for lib in ("pyarrow", "pmtiles", "mapbox_vector_tile") if find_spec(lib) is None]
    if missing:
        raise InvalidInput(f"a scan needs {', '.join(missing)}: pip install 'saferoute[scan]'")
