"""Fragments: what a file holds of areas that it does not hold whole."""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from saferoute.osm import keys
from saferoute.osm.kinds import is_mere_border, name_kind
from saferoute.sources.osm.decoding import iterate_objects
from saferoute.sources.osm.objects import PER_DEGREE, RELATION, WAY

if TYPE_CHECKING:
    from pathlib import Path

    from saferoute.arrays import IntArray
    from saferoute.sources.osm._rows import Rows
    from saferoute.sources.osm.objects import PartialWay

_TYPES = frozenset({"multipolygon", "boundary"})
"""Values of ``type`` for relations that are areas. Any other, known or not, is one whose tags name a kind of ground."""


class _Lost(NamedTuple):
    """An area that a file does not hold whole."""

    kind: int
    osm_id: int
    tags: dict[str, str]
    is_hole: bool = False


def add_fragments(rows: Rows, blocks: Path, ways: IntArray, relations: IntArray) -> None:
    """Add the lines of areas that are not whole, and what those lines enclose, with the tags of their area.

    An area is not whole if the file lacks some of its members or nodes, or if
    its rings do not close or cross. Its edge is known: a shore, a fence, the
    border of closed ground. What it should enclose is known only where lines
    in hand close around it. Borders of countries and places are ignored.

    Parameters
    ----------
    rows : Rows
        What they are added to.
    blocks : Path
        A file of plain blocks.
    ways, relations : ndarray of int
        What `add_assembled` returned: ways that are no areas though their tags say so, and relations that are.
    """
    lost = _find_lost_relations(blocks, relations)
    wanted = np.union1d(ways, np.fromiter(lost, dtype=np.int64, count=len(lost)))
    edges: dict[tuple[int, int], list[tuple[_Lost, str]]] = {}
    no_areas = frozenset(ways.tolist())
    for objects in iterate_objects(blocks, WAY, wanted):
        for row in range(len(objects.osm_id)):
            way, tags = objects.read_way(row), objects.read_tags(row)
            areas = lost.get(way.osm_id, [])
            if way.osm_id in no_areas and _was_to_enclose(way, tags):
                areas = [*areas, _Lost(WAY, way.osm_id, tags)]
            for piece, area in product(way.iterate_pieces(), areas):
                line = shapely.to_wkb(shapely.LineString(np.array(piece.places) / PER_DEGREE), hex=True)
                _add_shape(rows, area, line)
                edges.setdefault((area.kind, area.osm_id), []).append((area, line))
    # Many relations along the same ways, one behind the other here, enclose the same.
    enclose = lru_cache(maxsize=1)(_enclose)
    for drawn in edges.values():
        for ground in enclose(tuple((line, area.is_hole) for area, line in drawn)):
            _add_shape(rows, drawn[0][0], ground)


def _find_lost_relations(blocks: Path, whole: IntArray) -> dict[int, list[_Lost]]:
    """Return the relations that are not whole areas, by the ids of their member ways."""
    owners: dict[int, list[_Lost]] = {}
    for objects in iterate_objects(blocks, RELATION):
        for row in np.flatnonzero(~np.isin(objects.osm_id, whole)).tolist():
            tags = objects.read_tags(row)
            if not tags.keys().isdisjoint(keys.AREA_KEYS) and _is_ground(tags):
                for member, role in objects.list_ways(row):
                    area = _Lost(RELATION, int(objects.osm_id[row]), tags, role == b"inner")
                    owners.setdefault(member, []).append(area)
    return owners


def _is_ground(tags: dict[str, str]) -> bool:
    """Return whether a relation with these tags is an area, or says of its members that they are edges of one."""
    named = tags.get("type") in _TYPES or name_kind(tags.get) is not None
    return named and keys.is_area(tags.get, relation=True) and not is_mere_border(keys.AREA_KEYS, tags.get)


def _was_to_enclose(way: PartialWay, tags: dict[str, str]) -> bool:
    """Return whether a way was meant to enclose an area."""
    if not keys.is_area(tags.get) or is_mere_border(keys.AREA_KEYS, tags.get):
        return False
    # An open way counts only if its tags cannot be those of a line: a lake, but not a fence.
    return way.is_closed or (name_kind(tags.get) is not None and not keys.is_line(tags.get))


def _add_shape(rows: Rows, area: _Lost, wkb: str) -> None:
    """Add a line or a polygon of an area."""
    rows.add_object(area.kind, area.osm_id, area.tags, wkb)


def _enclose(edges: tuple[tuple[str, bool], ...]) -> list[str]:
    """Return the polygons that lines, of holes or not, enclose, without the holes that lie wholly within."""
    outer, inner = (shapely.from_wkb([wkb for wkb, of_hole in edges if of_hole == hole]) for hole in (False, True))
    # Lines that cross only close around ground once they are cut where they do.
    cut = (shapely.get_parts(shapely.union_all(lines)) for lines in (outer, inner))
    ground, holes = (shapely.union_all(shapely.get_parts(shapely.polygonize(lines))) for lines in cut)
    within = [hole for hole in shapely.get_parts(holes) if shapely.contains_properly(ground, hole)]
    known = shapely.difference(ground, shapely.union_all(within))
    return [shapely.to_wkb(part, hex=True) for part in shapely.get_parts(known)]
