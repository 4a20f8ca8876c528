"""The base map of a scan's page: its part of each vector tile, drawn where the map is read anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Transformer

from saferoute.model import WGS84
from saferoute.page.base import clip_geometries, draw_layers
from saferoute.page.labels import find_labels
from saferoute.products import decode_arrays, encode_arrays
from saferoute.scan.tiles import EXTENT, MOST_ZOOM, Tile, list_tiles_at, project_to_steps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray
    from saferoute.model import Features

    Geometries = NDArray[np.object_]
    Piece = tuple[int, int, int, str, str, str, bytes]
    """Zoom, column and row of a vector tile; layer, text and kind of what is drawn; its WKB in steps of the tile."""

NAMES = "names"
"""Layer of the base map that holds names; its features have a ``text`` and a ``kind``."""
FROM_ZOOM = {
    "land": 5, "sea": 5, "green": 9, "sand": 12, "sport": 13, "water": 7, "stream": 12, "coast": 12,
    "building": 13, "rail": 11, "path": 13, "lane": 13, "street": 12, "road": 8,
}  # fmt: skip
"""First zoom at which each layer is drawn [J]."""
DRAWN = (*FROM_ZOOM, NAMES)
"""Layers of the base map, the lowest first."""
_GROUND = ("land", "sea")
"""Layers that cover all ground of which there is a map."""
_NAMED_FROM = ((3.5, 8), (3.0, 10), (1.5, 12), (0.0, 13))
"""Least weight of a name, and the first zoom that shows it [J]; names of roads need the last."""
_MOST_NAMES = 300
"""Most names of a tile of the scan, which is 5 to 10 km wide; a larger one has more [J]."""
_TOLERANCE = 6.0
"""Largest error of outlines below `MOST_ZOOM` in steps; a pixel has 8 on a usual screen."""
_SMALLEST = 16.0
"""Least size in steps of what is drawn below `MOST_ZOOM`: two pixels."""
_SLACK = 64.0
"""Steps by which a part reaches over the edge of its tile, so that no edge shows."""
_OVERLAP_M = 5.0
"""Metres by which neighbouring tiles of the scan overlap, for the same reason."""
_SIGN_M = 300.0
"""Longest line along which the name of a road is written, in metres [J]."""


def draw_base(features: Features, tile: Tile, squares: Sequence[Tile], zoom: int) -> list[Piece]:
    """Return what a tile of the scan adds to the base map of each vector tile.

    Parameters
    ----------
    features : Features
        The map data of the tile and around it, in its metric CRS.
    tile : Tile
    squares : sequence of Tile
        Tiles of `zoom` in the tile on which land and sea are drawn; elsewhere the page tells that no map is known.
    zoom : int
        That of the smallest tiles of the scan.
    """
    to_degrees = Transformer.from_crs(tile.crs, WGS84, always_xy=True)

    def to_steps(xy: FloatArray) -> FloatArray:
        return project_to_steps(np.stack(to_degrees.transform(xy[:, 0], xy[:, 1]), axis=1), MOST_ZOOM)

    frame = _frame_in_metres(tile)
    known = shapely.union_all([_frame_in_metres(square) for square in squares])
    pieces: list[Piece] = []
    for name, kind, parts in draw_layers(features, frame):
        of = squares if name in _GROUND else [tile]
        # Frames overlap a little, and would show as slivers in tiles of which no map is known.
        finest = shapely.transform(parts if of == [tile] else clip_geometries(parts, known), to_steps)
        for at_zoom in range(FROM_ZOOM[name], MOST_ZOOM + 1):
            held = dict.fromkeys(vector for part in of for vector in list_tiles_at(part, at_zoom))
            pieces += _cut_layer(name, kind, _coarsen(finest, kind, at_zoom), list(held))
    labels = find_labels(features, frame, _MOST_NAMES * 4 ** (zoom - tile.zoom))
    return pieces if labels.empty else pieces + list(_place_names(labels, to_steps))


def _frame_in_metres(tile: Tile) -> shapely.Polygon:
    """Return the box of a tile in its metric CRS, whose edges are slightly bent there."""
    to_metres = Transformer.from_crs(WGS84, tile.crs, always_xy=True)
    west, south, east, north = tile.box
    outline = shapely.segmentize(shapely.box(west, south, east, north), (east - west) / 8)
    frame: shapely.Polygon = shapely.transform(
        outline, lambda xy: np.stack(to_metres.transform(xy[:, 0], xy[:, 1]), axis=1)
    ).buffer(_OVERLAP_M, join_style="mitre")
    return frame


def _coarsen(finest: Geometries, kind: str, zoom: int) -> Geometries:
    """Return geometries in steps of a zoom, without what cannot be seen there."""
    if zoom == MOST_ZOOM or not len(finest):
        return finest
    scaled = shapely.transform(finest, lambda xy: xy * 0.5 ** (MOST_ZOOM - zoom))
    large = shapely.area(scaled) >= _SMALLEST**2 if kind == "fill" else shapely.length(scaled) >= _SMALLEST
    coarse: Geometries = shapely.simplify(scaled[large], _TOLERANCE)
    return coarse


def _cut_layer(name: str, kind: str, geometries: Geometries, tiles: list[Tile]) -> Iterator[Piece]:
    """Yield the part of a layer in each tile, in whole steps from its corner."""
    collect = shapely.multipolygons if kind == "fill" else shapely.multilinestrings
    of_kind = shapely.GeometryType.POLYGON if kind == "fill" else shapely.GeometryType.LINESTRING
    for tile in tiles:
        corner = np.array([tile.x, tile.y]) * EXTENT
        box = shapely.box(*(corner - _SLACK), *(corner + EXTENT + _SLACK))
        parts = shapely.get_parts(clip_geometries(geometries, box))
        parts = parts[shapely.get_type_id(parts) == of_kind]
        whole = shapely.transform(parts, lambda xy, corner=corner: np.rint(xy - corner))
        whole = whole[(shapely.area(whole) if kind == "fill" else shapely.length(whole)) > 0]
        if len(whole):
            whole = shapely.orient_polygons(whole) if kind == "fill" else shapely.remove_repeated_points(whole)
            yield tile.zoom, tile.x, tile.y, name, "", "", shapely.to_wkb(collect(whole))


def _place_names(labels: pd.DataFrame, to_steps: Any) -> Iterator[Piece]:
    """Yield each name at every zoom that shows it, that of a road as a line to write along."""
    middle = labels[["x", "y"]].to_numpy(float)
    angle, half = np.radians(labels["angle"].to_numpy(float)), np.fmin(labels["length_m"], _SIGN_M).to_numpy(float) / 2
    aside = np.column_stack([np.cos(angle), np.sin(angle)]) * half[:, None]
    ends = np.stack([to_steps(middle - aside), to_steps(middle + aside)], axis=1)
    for label, (start, end) in zip(labels.to_dict("records"), ends, strict=True):
        first = next(zoom for weight, zoom in _NAMED_FROM if label["weight"] >= weight)
        for zoom in range(MOST_ZOOM if label["kind"] == "road" else first, MOST_ZOOM + 1):
            line = np.array([start, end]) * 0.5 ** (MOST_ZOOM - zoom)
            x, y = (line.mean(axis=0) // EXTENT).astype(int).tolist()
            steps = np.rint(line - np.array([x, y]) * EXTENT)
            where = shapely.LineString(steps) if label["kind"] == "road" else shapely.Point(steps[0])
            yield zoom, x, y, NAMES, label["text"], label["kind"], shapely.to_wkb(where)


def encode_base(pieces: Sequence[Piece]) -> bytes:
    """Return parts of the base map as bytes, for `decode_base`; ``b""`` for none."""
    if not pieces:
        return b""
    wkb = [piece[-1] for piece in pieces]
    return encode_arrays(
        {
            "tile": np.array([piece[:3] for piece in pieces], dtype=np.int32),
            "words": np.array([piece[3:6] for piece in pieces], dtype=object),
            "length": np.array([len(one) for one in wkb]),
            "wkb": np.frombuffer(b"".join(wkb), dtype=np.uint8),
        }
    )


def decode_base(content: bytes) -> Iterator[Piece]:
    """Yield the parts of the base map that `encode_base` was given."""
    if not content:
        return
    parts = decode_arrays(content)
    wkb, ends = parts["wkb"].tobytes(), np.cumsum(parts["length"]).tolist()
    for tile, words, a, b in zip(parts["tile"].tolist(), parts["words"].tolist(), [0, *ends], ends, strict=False):
        yield (*tile, *words, wkb[a:b])
