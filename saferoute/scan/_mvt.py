"""Layers of a vector tile as MVT: the stretches, and the base map under them."""

from __future__ import annotations

import gzip
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from saferoute.scan._base import DRAWN, NAMES
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
    """Return the layers of the base map in a tile."""
    return _encode_layers(_layers_of_ground(parts))


def encode_stretches(tile: Tile, rows: list[Row]) -> bytes:
    """Return the layer of stretches in a tile, the best last so that they are drawn on top."""
    rows = sorted(rows, key=lambda r: (r[0], r[1]))
    lines = shapely.from_wkb([wkb for _, _, wkb, _ in rows])
    features = [
        {"geometry": line, "properties": properties}
        for line, (*_, properties) in zip(_snap_to_grid(np.asarray(lines, dtype=object), tile), rows, strict=True)
        if line is not None
    ]
    return _encode_layers([{"name": LAYER, "features": features}])


def _encode_layers(layers: list[dict[str, Any]]) -> bytes:
    """Return layers as MVT; those of a tile may be encoded one by one, and follow each other."""
    import mapbox_vector_tile

    # The rings of the base map are turned already, and testing them again would take longer than all the rest.
    data: bytes = mapbox_vector_tile.encode(
        layers, default_options={"extents": EXTENT, "y_coord_down": True, "check_winding_order": False}
    )
    return data


def pack_tile(*layers: bytes) -> bytes:
    """Return a tile of layers, compressed; without a time stamp equal ones give equal bytes."""
    return gzip.compress(b"".join(layers), mtime=0)


def _layers_of_ground(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Return the layers of the base map in a tile: one feature each, and one for each name."""
    of: dict[str, list[Any]] = defaultdict(list)
    for name, text, kind, wkb in parts:
        of[name].append(((text, kind), shapely.from_wkb(wkb)))
    layers: list[dict[str, Any]] = []
    for name in DRAWN:
        if name == NAMES:
            features = [{"geometry": g, "properties": {"text": t, "kind": k}} for (t, k), g in of[name]]
        else:
            whole = [part for _, geometry in of[name] for part in geometry.geoms]
            features = [{"geometry": _collect(whole), "properties": {}}] if whole else []
        if features:
            layers.append({"name": name, "features": features})
    return layers


def _collect(parts: list[Any]) -> Any:
    return shapely.multipolygons(parts) if parts[0].geom_type == "Polygon" else shapely.multilinestrings(parts)


def _snap_to_grid(lines: Any, tile: Tile) -> list[shapely.LineString | None]:
    """Return lines in whole steps of a tile's grid, None for one that shrinks to a point."""
    if not len(lines):
        return []
    lonlat, owner = shapely.get_coordinates(lines, return_index=True)
    steps = np.rint(project_to_steps(lonlat, tile.zoom) - np.array([tile.x, tile.y]) * EXTENT).astype(np.int64)
    new = np.r_[True, (np.diff(steps, axis=0) != 0).any(axis=1) | (np.diff(owner) != 0)]
    steps, owner = steps[new], owner[new]
    count = np.bincount(owner, minlength=len(lines))
    starts = np.cumsum(count) - count
    return [shapely.LineString(steps[a : a + n]) if n > 1 else None for a, n in zip(starts, count, strict=True)]
