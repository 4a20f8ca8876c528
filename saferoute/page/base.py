"""The base map: the surroundings of the stretches, drawn from the map data already read.

Tile servers need a network and a referring page; a saved file on a phone has
neither. A dozen classes in plain colours are enough to find one's way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from saferoute.osm import barriers, ground, water, ways
from saferoute.osm.tags import has_tag
from saferoute.page.grid import Grid
from saferoute.page.sea import find_sea
from saferoute.table import Tags

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from saferoute.arrays import BoolArray, IntArray
    from saferoute.model import Area, Features
    from saferoute.table import Table, Tagged

    Geometries = NDArray[np.object_]

LARGEST_BASE = 120_000
"""Most characters of the base map; a page with 200 stretches then stays under 450 KB."""

_TOLERANCE_M = 1.5
"""Largest error of simplified outlines in metres [J]."""


@dataclass(frozen=True)
class _Layer:
    """A class of objects that the base map draws in one colour."""

    name: str
    """Name of the layer, and of its colour in the page's style sheet."""
    title: str
    shows: Callable[[Tags], BoolArray]
    """Function from tags to a mask of the objects in the layer."""
    smallest: float = 0.0
    """Smallest area in m² or length in m that is drawn; anything smaller is invisible on a screen."""


def _is_in_the_open(tags: Tags) -> BoolArray:
    return ~ways.is_in_tunnel(tags) & ~has_tag(tags, "indoor")


_AREAS = (
    _Layer("green", "parks and woods", ground.is_green, smallest=150),
    _Layer("water", "water", water.is_drawn_area, smallest=40),
    _Layer("sand", "beaches", ground.is_sandy, smallest=40),
    _Layer("sport", "sports grounds", ground.is_sports_ground, smallest=100),
    _Layer("building", "buildings", ground.is_building, smallest=40),
)
_WAYS = (
    _Layer("coast", "coastline", water.is_coast),
    _Layer("stream", "streams", lambda tags: water.is_drawn_line(tags) & _is_in_the_open(tags), smallest=20),
    _Layer("rail", "railways", lambda tags: barriers.is_drawn_rail(tags) & _is_in_the_open(tags), smallest=20),
    _Layer("path", "paths", lambda tags: ways.is_path(tags) & _is_in_the_open(tags), smallest=15),
    _Layer("lane", "lanes", lambda tags: ways.is_lane(tags) & _is_in_the_open(tags), smallest=15),
    _Layer("street", "streets", lambda tags: ways.is_street(tags) & _is_in_the_open(tags)),
    _Layer("road", "main roads", lambda tags: ways.is_main_road(tags) & _is_in_the_open(tags)),
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
"""Names of the layers from the lowest to the topmost."""
_DISPENSABLE = ("building", "path", "lane", "rail", "sport", "green")
"""Layers that are dropped, in this order, until the base map fits into `LARGEST_BASE`."""


def base_layers(features: Features, frame: BaseGeometry, area: Area) -> tuple[dict[str, Any], list[str]]:
    """Return the base map, and the titles of the layers that did not fit.

    Parameters
    ----------
    features : Features
        The map data; any tag and any row may be missing.
    frame : Polygon
        The ground to draw, in the metric CRS of the features.
    area : Area
        Gives the CRS and the origin of the coordinates.

    Returns
    -------
    base : dict
        ``grid`` (see `Grid`) and ``layers``, lowest first: ``name``, ``kind``
        (``fill`` or ``line``) and ``parts`` (see `Grid.encode_rings` and `Grid.encode_lines`).
    dropped : list of str
        Titles of the layers that would have made the file too large.
    """
    grid = Grid.around_place(area.place, area.crs, decimals=5)
    layers = [
        {"name": name, "kind": kind, "parts": encoded}
        for name, kind, parts in draw_layers(features, frame)
        if (encoded := grid.encode_rings(parts) if kind == "fill" else grid.encode_lines(parts))
    ]
    kept, dropped = _drop_over_budget(layers)
    return {"grid": grid.to_json(), "layers": kept}, dropped


def draw_layers(features: Features, frame: BaseGeometry) -> list[tuple[str, str, Geometries]]:
    """Return name, kind (``fill`` or ``line``) and geometries of each layer of the base map, the lowest first.

    Parameters
    ----------
    features : Features
        The map data; any tag and any row may be missing.
    frame : Polygon
        The ground to draw, in the metric CRS of the features.

    Returns
    -------
    list of (str, str, ndarray)
        Polygons of fills and LineStrings of lines in the CRS of the features, at most 1.5 m off.
    """
    areas, of_ways = _Shapes(features.areas), _Shapes(features.ways)
    fills = {layer.name: _draw_fills(areas.select(layer), frame, layer) for layer in _AREAS}
    wet, known = find_sea(features, frame)
    fills["land"], fills["sea"] = _simplify_polygons(known), _simplify_polygons(wet)
    lines = {layer.name: _draw_lines(of_ways.select(layer), frame, layer) for layer in _WAYS}
    return [(name, "fill", fills[name]) if name in fills else (name, "line", lines[name]) for name in _DRAWN]


def is_in_layers(lines: Tagged, names: Collection[str]) -> BoolArray:
    """Return a mask of the ways that belong to any of the named layers.

    Parameters
    ----------
    lines : table or Tags of n rows
        Ways with their tags.
    names : collection of str
        Names of layers of lines, such as ``street``.

    Returns
    -------
    ndarray of shape (n,)
    """
    tags = Tags.of(lines)
    return np.any([layer.shows(tags) for layer in _WAYS if layer.name in names], axis=0)


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


class _Shapes:
    """The geometries of a table, to be selected by their tags."""

    def __init__(self, table: Table) -> None:
        self._tags = Tags.of(table)
        self._geometries: Geometries = table.geometry

    def select(self, layer: _Layer) -> Geometries:
        """Return the geometries that belong to a layer."""
        selected: Geometries = self._geometries[layer.shows(self._tags)]
        return selected


def _draw_fills(geometries: Geometries, frame: BaseGeometry, layer: _Layer) -> Geometries:
    # Bounding boxes first: repairing geometries that are not drawn would take longer than all the rest.
    near = shapely.make_valid(geometries[shapely.intersects(frame, shapely.box(*shapely.bounds(geometries).T))])
    large = near[shapely.area(near) >= layer.smallest]
    # Areas are united because a canvas fills by the even-odd rule: an overlap of two would be a hole.
    return _simplify_polygons(shapely.disjoint_subset_union_all(clip_geometries(large, frame)))


def _simplify_polygons(geometry: BaseGeometry | None) -> Geometries:
    if geometry is None:
        return np.empty(0, dtype=object)
    parts = shapely.get_parts(shapely.simplify(geometry, _TOLERANCE_M))
    # Clipping leaves points and lines where an area only touches the frame.
    return parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]


def _draw_lines(geometries: Geometries, frame: BaseGeometry, layer: _Layer) -> Geometries:
    parts = shapely.get_parts(clip_geometries(geometries, frame))
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]
    joined = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts)))
    # Only joined lines are measured: a long path may be mapped in many short pieces.
    joined = joined[shapely.length(joined) >= layer.smallest]
    return shapely.simplify(joined, _TOLERANCE_M)


def merge_lines(lines: Geometries, of: IntArray) -> tuple[Geometries, IntArray]:
    """Return lines joined end to end within groups.

    Parameters
    ----------
    lines : ndarray of shape (n,)
        LineStrings.
    of : ndarray of shape (n,)
        Number of the group of each line; only lines of one group are joined.

    Returns
    -------
    joined : ndarray of shape (m,)
        LineStrings, ordered by group.
    of_joined : ndarray of shape (m,)
        Group of each joined line.
    """
    order = np.argsort(of, kind="stable")
    numbers, group = np.unique(of[order], return_inverse=True)
    joined, of_joined = shapely.get_parts(
        shapely.line_merge(shapely.multilinestrings(lines[order], indices=group)), return_index=True
    )
    return joined, numbers[of_joined]


def clip_geometries(geometries: Geometries, frame: BaseGeometry) -> Geometries:
    """Return the parts of geometries inside a frame.

    Parameters
    ----------
    geometries : ndarray of shape (n,)
    frame : Polygon
        In the CRS of the geometries.

    Returns
    -------
    ndarray of shape (m,)
        Geometries that lie outside the frame are dropped.
    """
    shapely.prepare(frame)
    near: Geometries = geometries[shapely.intersects(frame, geometries)]
    # Most geometries lie wholly inside, and that is far cheaper to find out than to cut them.
    inside = shapely.contains_properly(frame, near)
    near[~inside] = shapely.intersection(near[~inside], frame)
    return near
