"""Vector tiles of a scan: its stretches over a base map, as one PMTiles archive."""

from __future__ import annotations

import pickle
from collections import defaultdict
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from saferoute.exports.schema import SCAN
from saferoute.model import CRITERIA
from saferoute.report.surfaces import describe_surface
from saferoute.scan._base import FROM_ZOOM, NAMES
from saferoute.scan._details import OF_PAGE
from saferoute.scan._mvt import LAYER, encode_ground, encode_stretches, pack_tile
from saferoute.scan.tiles import LEAST_ZOOM, MOST_ZOOM, Tile, tile_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    import geopandas as gpd

    from saferoute.arrays import FloatArray
    from saferoute.scan._base import Piece
    from saferoute.scan._kept import KeptTile
    from saferoute.scan._mvt import Part, Row


FINER, MOST_OF_CELL = 3, 8
"""Below `MOST_ZOOM` each of the 8 × 8 cells of a tile shows its best 8 stretches.

Neighbouring tiles are then thinned alike, and no line stops at an edge. At `MOST_ZOOM` all are shown.
"""
_THINNED = range(LEAST_ZOOM, MOST_ZOOM)
CARD = ("rating", "score", "score_low", "length_m", "name", "surface", "verdict")
"""Columns that the tiles of every zoom carry: what the list says of a stretch, and its filters ask."""
DETAILS = (
    "score_high", "data_quality", "grade_pct", "grade_sigma_pct", "advised_bearing_deg", "people_per_hour",
    "limiting_criterion", "origin", "strip_width_m", "free_lane_m", "heading_range_deg", "best_hours", "osm_ids",
    "district", "park", "checks", "doubts", *(column.name for column in OF_PAGE),
    *(f"{kind}_{name}" for kind in ("d", "c", "why") for name in CRITERIA),
)  # fmt: skip
"""Columns that those of `MOST_ZOOM` carry besides: all that is known of one that is chosen."""
_COLUMNS = {column.name: column for column in (*SCAN, *OF_PAGE)}
_DECIMALS = {
    "length_m": 1, "advised_bearing_deg": 0, "people_per_hour": 0, "data_quality": 3,
    **{f"d_{name}": 4 for name in CRITERIA}, **{f"c_{name}": 3 for name in CRITERIA},
}  # fmt: skip
"""Decimals of numbers in the tiles, where not `_USUAL_DECIMALS`; the last ones are scored by other weights."""
_USUAL_DECIMALS = 2
_FIELD_TYPES = {"text": "String", "texts": "String", "number": "Number", "integer": "Number", "flag": "Boolean"}
"""Types of columns as TileJSON names them."""


class VectorTiles:
    """A collector of stretches, which writes them as vector tiles.

    Stretches of `MOST_ZOOM` wait in a temporary file; for smaller zooms only the
    best of each cell are kept. Memory grows with the region's cells, not with
    its stretches.

    Parameters
    ----------
    kept_of : callable
        Returns what is kept of a tile (`saferoute.scan._kept.KeptTile`): the base map costs
        most of the writing, and no runner changes it.
    """

    def __init__(self, kept_of: Callable[[Tile], KeptTile]) -> None:
        from tempfile import TemporaryFile

        self._kept_of = kept_of
        self._file = TemporaryFile()  # noqa: SIM115 - open as long as this object lives
        self._waiting: dict[Tile, list[int]] = defaultdict(list)
        """Tile of `MOST_ZOOM` -> positions of its parts in the file."""
        self._ground: dict[Tile, list[int]] = defaultdict(list)
        """Tile -> positions of the parts of its base map in the file."""
        self._best: dict[int, dict[Tile, list[Row]]] = {zoom: defaultdict(list) for zoom in _THINNED}
        """Thinned zoom -> cell -> its best stretches."""
        self._bounds = np.array([180.0, 90.0, -180.0, -90.0])
        self._surfaces: set[str | None] = set()
        self._longest_m = 0.0

    def add_stretches(self, table: gpd.GeoDataFrame) -> None:
        """Add a partition of stretches.

        Parameters
        ----------
        table : GeoDataFrame
            In WGS 84; no stretch may be in two partitions.
        """
        west, south, east, north = table.total_bounds
        self._bounds = np.r_[np.fmin(self._bounds[:2], [west, south]), np.fmax(self._bounds[2:], [east, north])]
        self._longest_m = max(self._longest_m, float(table["length_m"].max()))
        self._surfaces |= {None if pd.isna(s) else describe_surface(s) for s in table["surface"].unique()}
        keys, wkb = _number_keys(table["quadkey"]), table.geometry.to_wkb()
        rows, cards = (
            list(zip(table["score_low"], keys, wkb, _tabulate_properties(table, keys, columns), strict=True))
            for columns in ((*CARD, *DETAILS), CARD)
        )
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
            for row, x, y in zip(cards, *tile_numbers(middles, zoom + FINER), strict=True):
                cells[Tile(zoom + FINER, int(x), int(y))].append(row)
            for cell, part in cells.items():
                best[cell] = sorted(best[cell] + part, key=lambda r: (-r[0], r[1]))[:MOST_OF_CELL]

    def add_base(self, pieces: Iterable[Piece]) -> None:
        """Add parts of the base map, as `saferoute.scan._base.draw_base` returns them."""
        new: dict[Tile, list[Part]] = defaultdict(list)
        for zoom, x, y, layer, text, kind, wkb in pieces:
            new[Tile(zoom, x, y)].append((layer, text, kind, wkb))
        for tile, parts in new.items():
            self._ground[tile].append(self._file.tell())
            pickle.dump(parts, self._file)

    def _thin_tiles(self) -> dict[Tile, list[Row]]:
        """Return the rows of each tile of the zooms below `MOST_ZOOM`."""
        shown: dict[Tile, list[Row]] = defaultdict(list)
        for zoom, best in self._best.items():
            rows = [row for part in best.values() for row in part]
            for at, tile in _touched_tiles(shapely.bounds(shapely.from_wkb([wkb for _, _, wkb, _ in rows])), zoom):
                shown[tile].append(rows[at])
        return shown

    def _read_parts(self, positions: Iterable[int]) -> list[Any]:
        """Return what was put into the file at some positions."""
        parts: list[Any] = []
        for at in positions:
            self._file.seek(at)
            parts += pickle.load(self._file)  # noqa: S301 - this object has written it, and nobody else can
        return parts

    def write_pmtiles(self, path: Path, facts: Mapping[str, Any]) -> None:
        """Write the PMTiles archive, with one empty tile if there is nothing to show.

        Parameters
        ----------
        path : Path
        facts : mapping
            Title, attribution, licence, date of the data and caution.
        """
        from pmtiles.tile import Compression, TileType, zxy_to_tileid
        from pmtiles.writer import write

        thinned = self._thin_tiles()
        tiles = {*thinned, *self._waiting, *self._ground} or {Tile(LEAST_ZOOM, 0, 0)}
        west, south, east, north = self.bounds
        with write(str(path)) as file:
            # In the order of their numbers the archive is clustered: readers need fewer requests.
            for number, tile in sorted((zxy_to_tileid(t.zoom, t.x, t.y), t) for t in tiles):
                rows = thinned[tile] if tile in thinned else self._read_parts(self._waiting.get(tile, ()))
                file.write_tile(number, pack_tile(self._recall_ground(tile), encode_stretches(tile, rows)))
            file.finalize(
                {
                    "tile_type": TileType.MVT,
                    "tile_compression": Compression.GZIP,
                    "min_lon_e7": int(west * 1e7), "min_lat_e7": int(south * 1e7),
                    "max_lon_e7": int(east * 1e7), "max_lat_e7": int(north * 1e7),
                    "center_zoom": LEAST_ZOOM,
                    "center_lon_e7": int((west + east) / 2 * 1e7), "center_lat_e7": int((south + north) / 2 * 1e7),
                },
                _describe_archive(facts),
            )  # fmt: skip

    def _recall_ground(self, tile: Tile) -> bytes:
        """Return the layers of the base map in a tile, as an earlier scan of the same map wrote them if one did."""
        parts = self._read_parts(self._ground.get(tile, ()))
        if not parts:
            return b""
        told = blake2b(repr(parts).encode()).digest()
        return self._kept_of(tile).recall_or_make("ground", told, partial(encode_ground, parts))

    @property
    def choices(self) -> dict[str, Any]:
        """Bounds of the page's filters: the longest length in metres, and the surfaces, the unknown one last."""
        known = sorted(surface for surface in self._surfaces if surface)
        return {"longest_m": self._longest_m, "surfaces": known + ["unknown"] * (None in self._surfaces)}

    @property
    def bounds(self) -> list[float]:
        """West, south, east and north of all stretches in degrees; most of the world if there are none."""
        return [round(float(b), 6) for b in self._bounds] if self._waiting else [-180.0, -60.0, 180.0, 75.0]


def _number_keys(quadkeys: pd.Series) -> list[str]:
    """Return a key of each stretch: its square's, and a number where others lie in the same one."""
    numbers = quadkeys.groupby(quadkeys).cumcount()
    return [f"{key}-{number}" if number else key for key, number in zip(quadkeys, numbers, strict=True)]


def _tabulate_properties(table: gpd.GeoDataFrame, keys: list[str], columns: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the properties of each row; vector tiles have no null, so that an unknown value is absent."""
    data = pd.DataFrame(table[list(columns)])
    data["surface"] = [describe_surface(s) if isinstance(s, str) else None for s in data["surface"]]
    for name in columns:
        if _COLUMNS[name].type == "number":
            data[name] = data[name].round(_DECIMALS.get(name, _USUAL_DECIMALS))
    return [
        {"key": key, **{str(k): v for k, v in row.items() if not pd.isna(v)}}
        for key, row in zip(keys, data.to_dict("records"), strict=True)
    ]


def _touched_tiles(bounds: FloatArray, zoom: int) -> Iterator[tuple[int, Tile]]:
    """Yield the number of each row with every tile that its box touches."""
    low, high = tile_numbers(bounds[:, [0, 3]], zoom), tile_numbers(bounds[:, [2, 1]], zoom)
    for row, (x0, y0, x1, y1) in enumerate(zip(*low, *high, strict=True)):
        for x in range(int(x0), int(x1) + 1):
            for y in range(int(y0), int(y1) + 1):
                yield row, Tile(zoom, x, y)


def _describe_archive(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metadata of the archive, as PMTiles 3 and TileJSON 3 name them."""
    fields = {"key": "String"} | {name: _FIELD_TYPES[_COLUMNS[name].type] for name in (*CARD, *DETAILS)}
    names = {"id": NAMES, "fields": {"text": "String", "kind": "String"}, "minzoom": LEAST_ZOOM, "maxzoom": MOST_ZOOM}
    ground = [{"id": name, "fields": {}, "minzoom": first, "maxzoom": MOST_ZOOM} for name, first in FROM_ZOOM.items()]
    return {
        "name": facts["title"],
        "description": facts["caution"],
        "attribution": "; ".join(facts["attribution"]),
        "licence": facts["licence"],
        "data_date": facts["data_date"],
        "caution": facts["caution"],
        "type": "overlay",
        "generator": f"saferoute {facts['saferoute']}",
        "vector_layers": [
            *ground,
            names,
            {
                "id": LAYER, "description": "stretches for running backwards", "fields": fields,
                "minzoom": LEAST_ZOOM, "maxzoom": MOST_ZOOM,
            },
        ],
    }  # fmt: skip
