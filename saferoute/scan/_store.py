"""Storage of finished tiles, so that a scan that is killed loses nothing."""

from __future__ import annotations

import io
import json
import logging
import shutil
import struct
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from saferoute.kept import DamagedFile, read_sealed, seal, write_whole
from saferoute.model import WGS84, InvalidInput
from saferoute.scan._base import decode_base, encode_base
from saferoute.scan._columns import OF_TILES, empty_table
from saferoute.scan._ground import Ground

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from saferoute.exports.schema import Column
    from saferoute.scan._base import Piece
    from saferoute.scan.survey import Found
    from saferoute.scan.tiles import Tile

_LOG = logging.getLogger(__name__)

PARTITION = 4
"""Zooms between a tile and its partition: up to 16 × 16 tiles share a folder here and a file in the end."""
_METADATA = b"saferoute"
"""Key of the facts of a tile in the metadata of its rows."""
_LENGTH = struct.Struct("<Q")
"""Length of the rows, which come before the base map."""
_LINE = "line"
"""Column of a tile's file that holds its lines."""


def to_bytes(found: Found | None) -> bytes:
    """Return the stretches and facts of a tile as Parquet, with its lines as WKB, and its base map.

    Parameters
    ----------
    found : Found or None
        None for a tile without a map, which is stored without rows and facts.
    """
    return _nothing() if found is None else _encode_tile(found.table, found.facts, found.base)


@cache
def _nothing() -> bytes:
    """Return the file of a tile without a map; a region's sea and wilderness have many."""
    return _encode_tile(empty_table(), None, encode_base(()))


def _encode_tile(table: gpd.GeoDataFrame, facts: dict[str, Any] | None, base: bytes) -> bytes:
    from pyarrow import parquet

    arrow = _list_rows(table) if len(table) else _list_no_rows()
    words = json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()
    out = io.BytesIO()
    parquet.write_table(arrow.replace_schema_metadata({_METADATA: words}), out, compression="zstd")
    rows = out.getvalue()
    return _LENGTH.pack(len(rows)) + rows + base


def _list_rows(table: gpd.GeoDataFrame) -> pa.Table:
    return _to_plain_arrow(table, OF_TILES).append_column(_LINE, [shapely.to_wkb(table.geometry.to_numpy())])


@cache
def _list_no_rows() -> pa.Table:
    """Return the rows of a tile without stretches; most of the tiles of a country with mountains are."""
    return _list_rows(empty_table())


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


def _to_plain_arrow(table: gpd.GeoDataFrame, columns: Sequence[Column]) -> pa.Table:
    """Return columns of a table as an Arrow table without its geometry."""
    import pyarrow as pa

    arrow = pa.Table.from_pandas(pd.DataFrame(_type_columns(table, columns)), preserve_index=False)
    texts = {column.name for column in columns if column.is_text}
    fields = [f.with_type(pa.string()) if f.name in texts else f for f in arrow.schema]
    return arrow.cast(pa.schema(fields)).replace_schema_metadata(None)


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

    def read_tile(self, tile: Tile) -> tuple[gpd.GeoDataFrame, dict[str, Any] | None]:
        """Return the stretches of a finished tile and its facts, None without a map."""
        from pyarrow import parquet

        rows, _ = self._read_parts(tile)
        content = parquet.read_table(rows)
        table = content.to_pandas()
        lines = shapely.from_wkb(table.pop(_LINE).to_numpy())
        return gpd.GeoDataFrame(table, geometry=lines, crs=WGS84), json.loads(content.schema.metadata[_METADATA])

    def read_base(self, tile: Tile) -> Iterator[Piece]:
        """Return the parts of the base map of a finished tile."""
        _, base = self._read_parts(tile)
        return decode_base(base)

    def read_facts(self, tiles: Sequence[Tile]) -> Iterator[dict[str, Any]]:
        """Yield the facts of the tiles that have a map."""
        from pyarrow import parquet

        for tile in tiles:
            rows, _ = self._read_parts(tile)
            facts = json.loads(parquet.read_schema(rows).metadata[_METADATA])
            if facts is not None:
                yield facts

    def _read_parts(self, tile: Tile) -> tuple[io.BytesIO, bytes]:
        """Return the rows of a finished tile as a file of Parquet, and its base map as `encode_base` returned it."""
        content = self._read_content(tile)
        (length,) = _LENGTH.unpack_from(content)
        end = _LENGTH.size + length
        return io.BytesIO(content[_LENGTH.size : end]), content[end:]

    def _read_content(self, tile: Tile) -> bytes:
        """Return the content of a finished tile, as `to_bytes` wrote it."""
        try:
            return read_sealed(self.tile_path(tile))[1]
        except DamagedFile as damage:
            raise InvalidInput(f"{damage}; the same command surveys its tile again") from damage


def _read_notes(path: Path) -> Mapping[str, Any] | None:
    """Return the notes on the tile that a file is named by, None if it is not there or not whole."""
    with suppress(DamagedFile, OSError):
        about, _ = read_sealed(path)
        return about if about["tile"] == path.stem else None
    return None
