"""Vector tiles of a scan: its stretches over a base map, as one PMTiles archive."""

from __future__ import annotations

from array import array
from collections import defaultdict
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from saferoute.exports.schema import SCAN
from saferoute.model import CRITERIA
from saferoute.report.surfaces import describe_surface
from saferoute.scan._base import FROM_ZOOM, NAMES
from saferoute.scan._details import OF_PAGE
from saferoute.scan._encoding import Filed, encode_tiles, pickle_parts
from saferoute.scan._mvt import LAYER
from saferoute.scan.archive import Archive
from saferoute.scan.crews import call_in_order
from saferoute.scan.tiles import LEAST_ZOOM, MOST_ZOOM, Tile, tile_numbers
from saferoute.sources.spill import FileSpill

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from saferoute.arrays import FloatArray
    from saferoute.exports.schema import Column
    from saferoute.scan._base import Piece
    from saferoute.scan._kept import MapKey
    from saferoute.scan._mvt import Part, Row
    from saferoute.scan.crews import Crew


FINER, MOST_OF_CELL = 3, 8
"""Below `MOST_ZOOM` each of the 8 × 8 cells of a tile shows its best 8 stretches.

Neighbouring tiles are then thinned alike, and no line stops at an edge. At `MOST_ZOOM` all are shown.
"""
ENCODED_AT_ONCE = 1 << 20
"""Bytes of parts that one worker encodes at a time, in some seconds [J]."""
_NOTED_AT_ONCE = 1 << 16
"""Numbers that are noted of parts before they go into a file [J]."""
_THINNED = range(LEAST_ZOOM, MOST_ZOOM)
_SQUARE_ZOOM = LEAST_ZOOM + FINER
"""Zoom of the largest cells: no cell lies in two squares of it."""
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

    What tiles hold waits in a temporary file. For smaller zooms the best of each cell
    of the square at hand are kept. In the end a crew encodes the tiles, some at a time, and
    they are joined to one archive. Memory grows by 8 bytes for each part of a tile.

    Parameters
    ----------
    folder : Path
        Where temporary files lie.
    map_of : MapKey
        By which the base map in a tile is kept: it costs most of the encoding, and no runner changes it.
    crew : Crew
    """

    def __init__(self, folder: Path, map_of: MapKey, crew: Crew) -> None:
        self._folder, self._map_of, self._crew = folder, map_of, crew
        self._parts = FileSpill(np.uint8, folder)
        self._length = 0
        self._filed, self._latest = FileSpill(np.int64, folder), array("q")
        """Of each part the number of its tile, whether it is of the base map, its place and its length."""
        self._square = ""
        """Quadkey of the square at hand, of which no other holds a cell."""
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
            In WGS 84, in the order of the quadkeys, as partitions are among each other.
        """
        if not table["quadkey"].iloc[0].startswith(self._square):
            self._file_best()
        self._square = str(table["quadkey"].iloc[-1][:_SQUARE_ZOOM])
        west, south, east, north = table.total_bounds
        self._bounds = np.r_[np.fmin(self._bounds[:2], [west, south]), np.fmax(self._bounds[2:], [east, north])]
        self._longest_m = max(self._longest_m, float(table["length_m"].max()))
        self._surfaces |= {None if pd.isna(s) else describe_surface(s) for s in table["surface"].unique()}
        keys, wkb = _number_keys(table["quadkey"]), table.geometry.to_wkb()
        details = _tabulate_properties(table, keys)
        rows, cards = (
            list(zip(table["score_low"].tolist(), keys, wkb, properties, strict=True))
            for properties in (details, [_select_card(of) for of in details])
        )
        new: dict[Tile, list[Row]] = defaultdict(list)
        for at, tile in _touched_tiles(table.bounds.to_numpy(), MOST_ZOOM):
            new[tile].append(rows[at])
        for tile, part in new.items():
            self._file_part(tile, part)
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
            self._file_part(tile, parts, is_ground=True)

    def _file_best(self) -> None:
        """Put the best stretches of the square at hand into the file, by tiles below `MOST_ZOOM`."""
        for zoom, best in self._best.items():
            rows = [row for part in best.values() for row in part]
            best.clear()
            shown: dict[Tile, list[Row]] = defaultdict(list)
            for at, tile in _touched_tiles(shapely.bounds(shapely.from_wkb([wkb for _, _, wkb, _ in rows])), zoom):
                shown[tile].append(rows[at])
            for tile, part in shown.items():
                self._file_part(tile, part)

    def _file_part(self, tile: Tile, part: Sequence[Any], *, is_ground: bool = False) -> None:
        from pmtiles.tile import zxy_to_tileid

        told = pickle_parts(part)
        self._parts.append(np.frombuffer(told, np.uint8))
        self._latest.extend((zxy_to_tileid(tile.zoom, tile.x, tile.y), is_ground, self._length, len(told)))
        self._length += len(told)
        if len(self._latest) >= _NOTED_AT_ONCE:
            self._file_notes()

    def _file_notes(self) -> None:
        self._filed.append(np.array(self._latest, dtype=np.int64))
        del self._latest[:]

    def _iterate_tiles(self) -> Iterator[Filed]:
        """Yield what was filed of each tile, in the order of their numbers; one empty tile if that is nothing."""
        from pmtiles.tile import zxy_to_tileid

        self._file_notes()
        filed, parts = self._filed.read().reshape(-1, 4), self._parts.read()
        if not len(filed):
            yield Filed(zxy_to_tileid(LEAST_ZOOM, 0, 0), [], [])
            return
        order = np.argsort(filed[:, 0], kind="stable")
        for number, rows in groupby(order.tolist(), key=lambda row: int(filed[row, 0])):
            of: tuple[list[bytes], list[bytes]] = ([], [])
            for row in rows:
                _, is_ground, place, length = filed[row].tolist()
                of[is_ground].append(parts[place : place + length].tobytes())
            yield Filed(number, *of)

    def _iterate_batches(self) -> Iterator[list[Filed]]:
        """Yield tiles that are encoded at a time."""
        batch: list[Filed] = []
        size = 0
        for tile in self._iterate_tiles():
            batch.append(tile)
            size += sum(map(len, (*tile.stretches, *tile.ground)))
            if size >= ENCODED_AT_ONCE:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def write_pmtiles(self, path: Path, facts: Mapping[str, Any]) -> None:
        """Write the PMTiles archive, with one empty tile if there is nothing to show.

        Parameters
        ----------
        path : Path
        facts : mapping
            Title, attribution, licence, date of the data and caution.
        """
        from pmtiles.tile import Compression, TileType

        self._file_best()
        archive = Archive(self._folder)
        encode = partial(encode_tiles, map_of=self._map_of)
        # In the order of their numbers the archive is clustered: readers need fewer requests.
        for tiles in call_in_order(encode, self._iterate_batches(), self._crew):
            for tile in tiles:
                archive.add_tile(tile)
        west, south, east, north = self.bounds
        archive.write(
            path,
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

    @property
    def choices(self) -> dict[str, Any]:
        """Bounds of the page's filters: the longest length in metres, and the surfaces, the unknown one last."""
        known = sorted(surface for surface in self._surfaces if surface)
        return {"longest_m": self._longest_m, "surfaces": known + ["unknown"] * (None in self._surfaces)}

    @property
    def bounds(self) -> list[float]:
        """West, south, east and north of all stretches in degrees; most of the world if there are none."""
        return [round(float(b), 6) for b in self._bounds] if self._longest_m else [-180.0, -60.0, 180.0, 75.0]


def _number_keys(quadkeys: pd.Series) -> list[str]:
    """Return a key of each stretch: its square's, and a number where others lie in the same one."""
    numbers = quadkeys.groupby(quadkeys).cumcount()
    return [f"{key}-{number}" if number else key for key, number in zip(quadkeys, numbers, strict=True)]


def _tabulate_properties(table: gpd.GeoDataFrame, keys: list[str]) -> list[dict[str, Any]]:
    """Return the properties of each row; vector tiles have no null, so that an unknown value is absent."""
    names = ("key", *CARD, *DETAILS)
    columns = (keys, *(_list_values(table[name], _COLUMNS[name]) for name in names[1:]))
    return [
        {name: value for name, value in zip(names, row, strict=True) if value is not None}
        for row in zip(*columns, strict=True)
    ]


def _select_card(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the properties of a stretch that the tiles of every zoom carry."""
    return {name: properties[name] for name in ("key", *CARD) if name in properties}


def _list_values(values: pd.Series, column: Column) -> list[Any]:
    """Return the values of a column as the tiles tell them, None where one is unknown."""
    if column.type == "number":
        values = values.round(_DECIMALS.get(column.name, _USUAL_DECIMALS))
    told: list[Any] = values.astype(object).where(values.notna(), None).tolist()
    return [surface and describe_surface(surface) for surface in told] if column.name == "surface" else told


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
