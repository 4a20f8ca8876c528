"""Where an object of an extract lies, even if the extract holds only a part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import shapely

from saferoute.sources.osm._files import open_file
from saferoute.sources.places.extent import measure_reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    Members = tuple[tuple[str, int], ...]
    """Kinds (``n``, ``w``, ``r``) and ids of the members of a relation."""

AREA, POINT, LINE, GROUP = range(4)
"""What an object is, in the order in which equally good matches are taken."""


class Spot(NamedTuple):
    """The place of an object.

    Attributes
    ----------
    lon, lat : float
        Degrees; a point within an area, not its centre, which may lie outside of a bent lake.
    order : int
        `AREA`, `POINT`, `LINE` or `GROUP`, a relation that is no area.
    size : float
        Area in square degrees, or length in degrees.
    is_cut : bool
        Whether the extract holds only a part of it.
    reach_m : float
        How far a whole area reaches from the point; 0 for all else, and for a wide one.
    """

    lon: float
    lat: float
    order: int
    size: float
    is_cut: bool = False
    reach_m: float = 0.0


def locate_object(obj: Any) -> Spot | None:
    """Return the place of a node, a way with locations, or an area; None if the extract holds no point of it."""
    import osmium

    if obj.is_area():
        try:
            shape = shapely.from_wkb(osmium.geom.WKBFactory().create_multipolygon(obj))
        except RuntimeError:
            return None
        return _make_spot(shape, AREA, is_cut=False)
    if obj.is_node():
        return Spot(obj.lon, obj.lat, POINT, 0.0) if obj.location.valid() else None
    line = _read_line(obj)
    return None if line is None else _make_spot(line, LINE, is_cut=shapely.get_num_coordinates(line) < len(obj.nodes))


def locate_relations(path: Path, relations: Mapping[int, Members]) -> dict[int, Spot]:
    """Return the places of relations by what is in hand of their members, by id; those with nothing are missing.

    Members that are relations themselves count as missing.

    Parameters
    ----------
    path : Path
        A file with objects sorted by kind and id.
    relations : mapping
        Members by the id of the relation.
    """
    nodes = {ref for members in relations.values() for kind, ref in members if kind == "n"}
    ways = {ref for members in relations.values() for kind, ref in members if kind == "w"}
    shapes: dict[tuple[str, int], BaseGeometry] = {}
    whole: set[tuple[str, int]] = set()
    for obj in _read_objects(path, nodes, ways):
        member = ("n" if obj.is_node() else "w", obj.id)
        shape = shapely.Point(obj.lon, obj.lat) if obj.is_node() else _read_line(obj)
        if shape is not None:
            shapes[member] = shape
            if obj.is_node() or shapely.get_num_coordinates(shape) == len(obj.nodes):
                whole.add(member)
    spots = {}
    for number, members in relations.items():
        parts = shapely.GeometryCollection([shapes[member] for member in members if member in shapes])
        if not parts.is_empty:
            area = shapely.build_area(parts)
            shape, order = (parts, GROUP) if area.is_empty else (area, AREA)
            spots[number] = _make_spot(shape, order, is_cut=not whole.issuperset(members))
    return spots


def find_object(path: Path, kind: str, number: int) -> tuple[Spot, dict[str, str]] | None:
    """Return place and tags of an object by its kind and number, None if the file holds no point of it."""
    import osmium

    if kind == "relation":
        relations = osmium.FileProcessor(open_file(path), osmium.osm.RELATION)
        relation: Any
        for relation in relations.with_filter(osmium.filter.IdFilter([number])):
            tags = {tag.k: tag.v for tag in relation.tags}
            spot = locate_relations(path, {number: list_members(relation)}).get(number)
            return None if spot is None else (spot, tags)
        return None
    here = {number}
    for obj in _read_objects(path, here if kind == "node" else (), here if kind == "way" else ()):
        spot = locate_object(obj)
        return None if spot is None else (spot, {tag.k: tag.v for tag in obj.tags})
    return None


def list_members(relation: Any) -> Members:
    """Return the kinds and ids of the members of a relation."""
    return tuple((member.type, member.ref) for member in relation.members)


def _read_objects(path: Path, nodes: Iterable[int], ways: Iterable[int]) -> Iterable[Any]:
    """Return the nodes and the ways, with locations, of some ids."""
    import osmium

    in_osmium = osmium.osm
    processor = osmium.FileProcessor(open_file(path), in_osmium.NODE | in_osmium.WAY).with_locations()
    for kind, ids in ((in_osmium.NODE, nodes), (in_osmium.WAY, ways)):
        only = osmium.filter.IdFilter(ids)
        only.enable_for(kind)
        processor = processor.with_filter(only)
    return processor


def _read_line(way: Any) -> BaseGeometry | None:
    """Return the line, ring, or point that is in hand of a way, None if no node is."""
    points = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
    if len(points) < 2:
        return shapely.Point(points[0]) if points else None
    return shapely.LineString(points)


def _make_spot(shape: BaseGeometry, order: int, *, is_cut: bool) -> Spot:
    point = shapely.point_on_surface(shape) if order in (AREA, LINE) else shapely.centroid(shape)
    size = shapely.area(shape) if order == AREA else shapely.length(shape)
    lon, lat = float(point.x), float(point.y)
    reach_m = measure_reach(lon, lat, shapely.bounds(shape).tolist()) if order == AREA and not is_cut else 0.0
    return Spot(lon, lat, order, float(size), is_cut, reach_m)
