"""Storage of finished tiles, so that a scan that is killed loses nothing."""

from __future__ import annotations

import io
import json
import logging
import shutil
import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from saferoute.kept import DamagedFile, read_sealed, seal, write_whole
from saferoute.model import WGS84, InvalidInput
from saferoute.scan._base import decode_base
from saferoute.scan._columns import OF_TILES, empty_table
from saferoute.scan._ground import Ground

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa

    from saferoute.exports.schema import Column
    from saferoute.scan._base import Piece
    from saferoute.scan.survey import Found
    from saferoute.scan.tiles import Tile

_LOG = logging.getLogger(__name__)

PARTITION = 4
"""Zooms between a tile and its partition: up to 16 × 16 tiles share a folder here and a file in the end."""
_LENGTHS = struct.Struct("<QQ")
"""Lengths of the facts and the rows of a tile, which come before its base map."""
_LINE = "line"
"""Column of a tile's file that holds its lines."""


def to_bytes(found: Found | None) -> bytes:
    """Return the facts of a tile as JSON, its stretches as Parquet with lines as WKB, and its base map.

    Parameters
    ----------
    found : Found or None
        None for a tile without a map, which is stored without facts.
    """
    if found is None:
        return _join_parts(None, b"", b"")
    # Most of the tiles of a country with mountains have no stretch: nothing of Parquet is written or read for them.
    rows = _encode_rows(found) if len(found.lines) else b""
    return _join_parts(found.facts, rows, found.base)


def _join_parts(facts: dict[str, Any] | None, rows: bytes, base: bytes) -> bytes:
    words = json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()
    return _LENGTHS.pack(len(words), len(rows)) + words + rows + base


def _encode_rows(found: Found) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    columns: dict[str, Any] = {
        # Rounding leaves zeros of either sign, and equal results must give equal bytes.
        of.name: found.columns[of.name] + 0.0 if of.type == "number" else found.columns[of.name]
        for of in OF_TILES
    }
    # All of a column of text may be missing, which says nothing of its type.
    types = {of.name: pa.string() for of in OF_TILES if of.is_text}
    arrays = {name: pa.array(of, type=types.get(name), from_pandas=True) for name, of in columns.items()}
    out = io.BytesIO()
    parquet.write_table(pa.table({**arrays, _LINE: shapely.to_wkb(found.lines)}), out, compression="zstd")
    return out.getvalue()


_WGS84 = {
    "$schema": "https://proj.org/schemas/v0.7/projjson.schema.json",
    "type": "GeographicCRS",
    "name": "WGS 84",
    "datum_ensemble": {
        "name": "World Geodetic System 1984 ensemble",
        "members": [
            {"name": f"World Geodetic System 1984 ({name})"}
            for name in ["Transit", "G730", "G873", "G1150", "G1674", "G1762", "G2139", "G2296"]
        ],
        "ellipsoid": {"name": "WGS 84", "semi_major_axis": 6378137, "inverse_flattening": 298.257223563},
        "accuracy": "2.0",
        "id": {"authority": "EPSG", "code": 6326},
    },
    "coordinate_system": {
        "subtype": "ellipsoidal",
        "axis": [
            {"name": "Geodetic latitude", "abbreviation": "Lat", "direction": "north", "unit": "degree"},
            {"name": "Geodetic longitude", "abbreviation": "Lon", "direction": "east", "unit": "degree"},
        ],
    },
    "id": {"authority": "EPSG", "code": 4326},
}
"""EPSG:4326 as PROJ 9 describes it, fixed because the databases of other libraries word it differently."""


def _type_columns(table: gpd.GeoDataFrame, columns: Sequence[Column]) -> dict[str, pd.Series]:
    """Return columns of a table in the types that they are declared in."""
    typed = {column.name: table[column.name].astype(column.dtype) for column in columns}
    # Rounding leaves zeros of either sign, and equal results must give equal bytes.
    typed |= {column.name: typed[column.name] + 0.0 for column in columns if column.type == "number"}
    return typed


def to_arrow(table: gpd.GeoDataFrame, columns: Sequence[Column]) -> pa.Table:
    """Return columns of a table as an Arrow table with GeoParquet's metadata.

    Parameters
    ----------
    table : GeoDataFrame
        In WGS 84.
    columns : sequence of Column
        Columns to keep, besides the geometry.

    Returns
    -------
    pyarrow.Table
        Its types follow from `columns`, not from the values.
    """
    import pyarrow as pa
    from pyarrow import parquet

    typed = _type_columns(table, columns)
    frame = gpd.GeoDataFrame(typed, geometry=table.geometry.to_numpy(), crs=WGS84)
    written = io.BytesIO()
    frame.to_parquet(written, index=False, schema_version="1.1.0", write_covering_bbox=True)
    arrow = parquet.read_table(io.BytesIO(written.getvalue()))
    # Other libraries that happen to be loaded add metadata of their own to fields.
    plain = [f.remove_metadata() for f in arrow.schema]
    texts = {column.name for column in columns if column.is_text}
    fields = [f.with_type(pa.string()) if f.name in texts else f for f in plain]
    geo = json.loads(arrow.schema.metadata[b"geo"])
    geo["columns"][geo["primary_column"]]["crs"] = _WGS84
    return arrow.cast(pa.schema(fields, metadata={b"geo": json.dumps(geo).encode()}))


class Store:
    """A folder with one file per finished tile, in folders of at most 256.

    A file is named by its tile, sealed (`saferoute.kept`) and says what it was surveyed
    from; a tile written twice gives the same file. A damaged one counts as absent.

    Parameters
    ----------
    folder : Path
        Named by the rules of the scan; made if missing.
    fingerprint : str
        Of the job.
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self.folder, self._fingerprint = folder, fingerprint
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InvalidInput(f"{folder}: cannot be made ({error.strerror}); choose another output with -o") from error

    def tile_path(self, tile: Tile) -> Path:
        """Return the path of the file of a tile."""
        return self.folder / f"q{tile.quadkey[:-PARTITION]}" / f"{tile.quadkey}.tile"

    def save_tile(self, tile: Tile, content: bytes, ground: Ground) -> None:
        """Write the file of a finished tile."""
        path = self.tile_path(tile)
        try:
            path.parent.mkdir(exist_ok=True)
            write_whole(path, seal(content, tile=tile.quadkey, of=self._fingerprint, ground=ground))
        except OSError as error:
            raise InvalidInput(
                f"{self.folder}: cannot be written ({error.strerror or error}); choose another output with -o"
            ) from error

    def confirm_tile(self, tile: Tile, ground: Ground) -> None:
        """Note that a tile of an earlier scan is one of this scan, too."""
        self.save_tile(tile, self._read_content(tile), ground)

    def is_finished(self, tile: Tile) -> bool:
        """Return whether a tile of this scan is stored and whole; a damaged one is logged."""
        path = self.tile_path(tile)
        about = _read_notes(path)
        if about is None and path.exists():
            _LOG.info("%s: is damaged; the tile is surveyed again", path)
        return about is not None and about["of"] == self._fingerprint

    def find_ground(self, tile: Tile) -> Ground | None:
        """Return what a stored tile was surveyed from, None if there is no whole one."""
        about = _read_notes(self.tile_path(tile))
        return None if about is None else Ground(tuple(about["ground"][0]), about["ground"][1])

    def forget_others(self, tiles: Iterable[Tile]) -> None:
        """Delete all stored tiles but some, and those of other rules."""
        kept = {self.tile_path(tile) for tile in tiles}
        for path in self.folder.glob("*/*"):
            if path not in kept:
                path.unlink(missing_ok=True)
        for folder in self.folder.parent.glob(f"{self.folder.stem}.tiles-*"):
            if folder != self.folder:
                shutil.rmtree(folder, ignore_errors=True)

    def read_stretches(self, tiles: Iterable[Tile]) -> gpd.GeoDataFrame:
        """Return the stretches of finished tiles in one table, those of one tile after those of another."""
        rows = [of_rows for tile in tiles if (of_rows := self._read_parts(tile)[1])]
        return _decode_rows(rows) if rows else empty_table()

    def read_base(self, tile: Tile) -> Iterator[Piece]:
        """Return the parts of the base map of a finished tile."""
        _, _, base = self._read_parts(tile)
        return decode_base(base)

    def read_facts(self, tiles: Sequence[Tile]) -> Iterator[dict[str, Any]]:
        """Yield the facts of the tiles that have a map."""
        for tile in tiles:
            facts, _, _ = self._read_parts(tile)
            if facts is not None:
                yield facts

    def _read_parts(self, tile: Tile) -> tuple[dict[str, Any] | None, bytes, bytes]:
        """Return the facts of a finished tile, its rows as Parquet, and its base map as `encode_base` returned it."""
        content = self._read_content(tile)
        of_facts, of_rows = _LENGTHS.unpack_from(content)
        facts_end = _LENGTHS.size + of_facts
        rows_end = facts_end + of_rows
        return json.loads(content[_LENGTHS.size : facts_end]), content[facts_end:rows_end], content[rows_end:]

    def _read_content(self, tile: Tile) -> bytes:
        """Return the content of a finished tile, as `to_bytes` wrote it."""
        try:
            return read_sealed(self.tile_path(tile))[1]
        except DamagedFile as damage:
            raise InvalidInput(f"{damage}; the same command surveys its tile again") from damage


def _decode_rows(rows: Sequence[bytes]) -> gpd.GeoDataFrame:
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.concat_tables([parquet.read_table(io.BytesIO(of_rows)) for of_rows in rows]).to_pandas()
    lines = shapely.from_wkb(table.pop(_LINE).to_numpy())
    return gpd.GeoDataFrame(table, geometry=lines, crs=WGS84)


def _read_notes(path: Path) -> Mapping[str, Any] | None:
    """Return the notes on the tile that a file is named by, None if it is not there or not whole."""
    with suppress(DamagedFile, OSError):
        about, _ = read_sealed(path)
        return about if about["tile"] == path.stem else None
    return None
