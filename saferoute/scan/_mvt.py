"""Layers of a vector tile as MVT: the stretches, and the base map under them."""

from __future__ import annotations

import gzip
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from saferoute.scan._base import DRAWN, NAMES
from saferoute.scan.layers import LINE, Arcs, Feature, draw_features, encode_arcs, encode_layer
from saferoute.scan.tiles import EXTENT, project_to_steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from saferoute.scan.tiles import Tile

    Row = tuple[float, str, bytes, dict[str, Any]]
    """A stretch: S₂₀, its key, its line as WKB, what the tiles carry."""
    Part = tuple[str, str, str, bytes]
    """Of the base map: layer, text, kind, and WKB in steps of the tile."""

LAYER = "stretches"
"""Layer of the tiles that holds the stretches; the others are the base map."""


def encode_ground(parts: Sequence[Part]) -> bytes:
    """Return the layers of the base map in a tile, which follow each other: one feature each, and one for each name."""
    of: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        of[part[0]].append(part)
    layers = []
    for name in filter(of.__contains__, DRAWN):
        shapes = shapely.from_wkb([wkb for *_, wkb in of[name]])
        if name == NAMES:
            features = draw_features(shapes, [{"text": text, "kind": kind} for _, text, kind, _ in of[name]])
        else:
            features = draw_features(np.array([_collect(shapely.get_parts(shapes))]), [{}])
        layers.append(encode_layer(name, features))
    return b"".join(layers)


def encode_stretches(tile: Tile, rows: list[Row]) -> bytes:
    """Return the layer of stretches in a tile, the best last so that they are drawn on top."""
    rows = sorted(rows, key=lambda r: (r[0], r[1]))
    lonlat, owner = shapely.get_coordinates(shapely.from_wkb([wkb for _, _, wkb, _ in rows]), return_index=True)
    steps = np.rint(project_to_steps(lonlat, tile.zoom) - np.array([tile.x, tile.y]) * EXTENT).astype(np.int64)
    drawn = encode_arcs(Arcs(LINE, steps, owner, np.arange(len(rows))), len(rows))
    return encode_layer(LAYER, [Feature(LINE, line, of) for line, (*_, of) in zip(drawn, rows, strict=True)])


def pack_tile(*layers: bytes) -> bytes:
    """Return a tile of layers, compressed; without a time stamp equal ones give equal bytes."""
    return gzip.compress(b"".join(layers), mtime=0)


def _collect(parts: Any) -> Any:
    return shapely.multipolygons(parts) if parts[0].geom_type == "Polygon" else shapely.multilinestrings(parts)
