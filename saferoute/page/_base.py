"""The base map: what is around the stretches, from the data already in hand.

Tile servers want a network and a referring page; a saved file on a phone has
neither. A dozen classes in plain colours are enough to find one's way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from saferoute.page._grid import Grid
from saferoute.page._sea import find_sea

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from saferoute.arrays import BoolArray, IntArray
    from saferoute.model import Area, Features

    Geometries = NDArray[np.object_]

LARGEST_BASE = 120_000
"""Characters. With 200 segments the whole file stays under 450 KB."""

_TOLERANCE_M = 1.5
_ANY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Layer:
    name: str
    """The page has a colour of this name."""
    title: str
    tags: Mapping[str, frozenset[str]]
    """Values by key; no values means any but ``no``."""
    without: Mapping[str, frozenset[str]] = field(default_factory=dict)
    smallest: float = 0.0
    """Area in m² or length in m below which nothing can be seen."""


def _split_values(values: str) -> frozenset[str]:
    return frozenset(values.split())


_HIDDEN = {"tunnel": _ANY, "indoor": _ANY}

_AREAS = (
    _Layer(
        "green",
        "parks and woods",
        {
            "leisure": _split_values("park garden golf_course dog_park common"),
            "landuse": _split_values(
                "grass forest meadow village_green recreation_ground cemetery allotments orchard vineyard"
            ),
            "natural": _split_values("wood scrub grassland heath fell tundra"),
        },
        smallest=150,
    ),
    _Layer(
        "water",
        "water",
        {
            "natural": _split_values("water"),
            "waterway": _split_values("riverbank dock"),
            "landuse": _split_values("reservoir basin"),
        },
        smallest=40,
    ),
    _Layer("sand", "beaches", {"natural": _split_values("beach sand shingle dune")}, smallest=40),
    _Layer("sport", "sports grounds", {"leisure": _split_values("pitch track stadium")}, smallest=100),
    _Layer("building", "buildings", {"building": _ANY}, smallest=40),
)
_WAYS = (
    _Layer("coast", "coastline", {"natural": _split_values("coastline")}),
    _Layer("stream", "streams", {"waterway": _split_values("river stream canal ditch drain")}, _HIDDEN, smallest=20),
    _Layer("rail", "railways", {"railway": _split_values("rail light_rail tram narrow_gauge")}, _HIDDEN, smallest=20),
    _Layer(
        "path",
        "paths",
        {"highway": _split_values("footway path cycleway track pedestrian steps bridleway")},
        {**_HIDDEN, "footway": _split_values("crossing sidewalk")},
        smallest=15,
    ),
    _Layer("lane", "lanes", {"highway": _split_values("service living_street")}, _HIDDEN, smallest=15),
    _Layer(
        "street", "streets", {"highway": _split_values("residential unclassified road tertiary tertiary_link")}, _HIDDEN
    ),
    _Layer(
        "road",
        "main roads",
        {
            "highway": _split_values(
                "motorway motorway_link trunk trunk_link primary primary_link secondary secondary_link"
            )
        },
        _HIDDEN,
    ),
)
_DRAWN = (
    "land",
    "sea",
    "green",
    "sand",
    "sport",
    "water",
    "stream",
    "coast",
    "building",
    "rail",
    "path",
    "lane",
    "street",
    "road",
)
_DISPENSABLE = ("building", "path", "lane", "rail", "sport", "green")
"""Left out in this order where all would be too much."""


def base_layers(features: Features, frame: BaseGeometry, area: Area) -> tuple[dict[str, Any], list[str]]:
    """Return the base map, and the titles of what it had to leave out.

    Parameters
    ----------
    features : Features
        Any column and any row may be missing.
    frame : Polygon
        What to draw, in the metric CRS of the features.
    area : Area
        Gives the CRS and the origin of the coordinates.

    Returns
    -------
    base : dict
        ``grid`` (see `Grid`) and ``layers``, lowest first: ``name``, ``kind``
        (``fill`` or ``line``) and ``parts`` (`Grid.rings` or `Grid.lines`).
    left_out : list of str
        Titles of layers that would have made the file too large.
    """
    grid = Grid.around_place(area.place, area.crs, decimals=5)
    fills = {
        layer.name: _encode_fills(_select_geometries(features.areas, layer), frame, grid, layer) for layer in _AREAS
    }
    wet, known = find_sea(features, frame)
    fills["land"], fills["sea"] = _encode_polygons(known, grid), _encode_polygons(wet, grid)
    lines = {layer.name: _encode_lines(_select_geometries(features.ways, layer), frame, grid, layer) for layer in _WAYS}
    layers = [
        {"name": name, "kind": "fill" if name in fills else "line", "parts": parts}
        for name in _DRAWN
        if (parts := fills.get(name) or lines.get(name))
    ]
    kept, left_out = _drop_over_budget(layers)
    return {"grid": grid.to_json(), "layers": kept}, left_out


def is_in_layers(ways: gpd.GeoDataFrame, names: Collection[str]) -> BoolArray:
    """Return which ways belong to layers of these names."""
    chosen = [_has_tags(ways, layer.tags) & ~_has_tags(ways, layer.without) for layer in _WAYS if layer.name in names]
    return np.any(chosen, axis=0)


def _drop_over_budget(layers: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    sizes = {layer["name"]: len(layer["parts"]) for layer in layers}
    gone: list[str] = []
    for name in _DISPENSABLE:
        if sum(sizes.values()) <= LARGEST_BASE:
            break
        if sizes.pop(name, 0):
            gone.append(name)
    titles = {layer.name: layer.title for layer in (*_AREAS, *_WAYS)}
    return [layer for layer in layers if layer["name"] in sizes], [titles[name] for name in gone]


def _select_geometries(table: gpd.GeoDataFrame, layer: _Layer) -> Geometries:
    geometries: Geometries = table.geometry.to_numpy(dtype=object)
    return geometries[_has_tags(table, layer.tags) & ~_has_tags(table, layer.without)]


def _has_tags(table: gpd.GeoDataFrame, tags: Mapping[str, frozenset[str]]) -> BoolArray:
    found = np.zeros(len(table), dtype=bool)
    for key, values in tags.items():
        if key in table.columns:
            column = table[key]
            hit = column.isin(values) if values else ~column.isin(["no"]) & column.notna()
            found |= hit.to_numpy(dtype=bool)
    return found


def _encode_fills(geometries: Geometries, frame: BaseGeometry, grid: Grid, layer: _Layer) -> str:
    # Boxes first: to mend what is not drawn would take longer than all else.
    near = shapely.make_valid(geometries[shapely.intersects(frame, shapely.box(*shapely.bounds(geometries).T))])
    large = near[shapely.area(near) >= layer.smallest]
    # A canvas fills by the even-odd rule: where two areas of a class overlap there would be a hole.
    return _encode_polygons(shapely.disjoint_subset_union_all(clip_geometries(large, frame)), grid)


def _encode_polygons(geometry: BaseGeometry | None, grid: Grid) -> str:
    if geometry is None:
        return ""
    parts = shapely.get_parts(shapely.simplify(geometry, _TOLERANCE_M))
    return grid.encode_rings(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])


def _encode_lines(geometries: Geometries, frame: BaseGeometry, grid: Grid, layer: _Layer) -> str:
    parts = shapely.get_parts(clip_geometries(geometries, frame))
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]
    joined = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts)))
    joined = joined[shapely.length(joined) >= layer.smallest]
    return grid.encode_lines(shapely.simplify(joined, _TOLERANCE_M))


def merge_lines(lines: Geometries, of: IntArray) -> tuple[Geometries, IntArray]:
    """Join the lines of each number where they go on into each other, and return them with their numbers."""
    order = np.argsort(of, kind="stable")
    numbers, group = np.unique(of[order], return_inverse=True)
    joined, of_joined = shapely.get_parts(
        shapely.line_merge(shapely.multilinestrings(lines[order], indices=group)), return_index=True
    )
    return joined, numbers[of_joined]


def clip_geometries(geometries: Geometries, frame: BaseGeometry) -> Geometries:
    """Return the parts of geometries within the frame, without those that have none."""
    shapely.prepare(frame)
    near: Geometries = geometries[shapely.intersects(frame, geometries)]
    inside = shapely.contains_properly(frame, near)
    near[~inside] = shapely.intersection(near[~inside], frame)
    return near
