"""Encoding of vector tiles: what was filed of each becomes its content in the archive, on whatever worker."""

from __future__ import annotations

import pickle
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from saferoute.scan._kept import KeptTile
from saferoute.scan._mvt import encode_ground, encode_stretches, pack_tile
from saferoute.scan.archive import Encoded
from saferoute.scan.tiles import Tile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from saferoute.scan._kept import MapKey


class Filed(NamedTuple):
    """What was filed of a tile, as `pickle_parts` returned it."""

    number: int
    """As PMTiles counts tiles."""
    stretches: Sequence[bytes]
    ground: Sequence[bytes]


def pickle_parts(parts: Sequence[Any]) -> bytes:
    """Return parts of a tile as bytes, for this scan's own processes alone."""
    return pickle.dumps(parts, pickle.HIGHEST_PROTOCOL)


def encode_tiles(tiles: Sequence[Filed], map_of: MapKey) -> list[Encoded]:
    """Return tiles as they stand in the archive, with what is kept of their ground."""
    return [_encode_tile(tile, map_of) for tile in tiles]


def _encode_tile(filed: Filed, map_of: MapKey) -> Encoded:
    from pmtiles.tile import tileid_to_zxy

    tile = Tile(*tileid_to_zxy(filed.number))
    stretches = encode_stretches(tile, _join_parts(filed.stretches))
    return Encoded.seal(filed.number, pack_tile(_recall_ground(tile, filed, map_of), stretches))


def _recall_ground(tile: Tile, filed: Filed, map_of: MapKey) -> bytes:
    """Return the layers of the base map in a tile, as an earlier scan of the same map wrote them if one did."""
    parts = _join_parts(filed.ground)
    if not parts:
        return b""
    told = blake2b(repr(parts).encode()).digest()
    return KeptTile(map_of, tile).recall_or_make("ground", told, partial(encode_ground, parts))


def _join_parts(filed: Sequence[bytes]) -> list[Any]:
    parts: list[Any] = []
    for one in filed:
        parts += pickle.loads(one)  # noqa: S301 - this scan has written it, and nobody else can
    return parts
