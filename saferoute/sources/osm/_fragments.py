"""Fragments: what a file holds of areas that it does not hold whole."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from saferoute.osm import keys
from saferoute.osm.kinds import is_mere_border, name_kind
from saferoute.sources.osm._columns import NAME
from saferoute.sources.osm._files import open_file
from saferoute.sources.osm._objects import RELATION, WAY, read_lines, read_tags

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator
    from pathlib import Path

    from saferoute.sources.osm._rows import Rows

_WAY_KEYS = tuple(key for key in keys.AREA_KEYS if key != "highway")
"""Keys of ways that may be areas without ``area=yes``; roads, which are most ways, need that tag."""
_TYPES = frozenset({"multipolygon", "boundary"})
"""Values of ``type`` for relations that are areas. Any other, known or not, is one whose tags name a kind of ground."""


_BEYOND = 1 << 62
"""Above every id."""


class _Lost(NamedTuple):
    """An area that a file does not hold whole."""

    kind: int
    osm_id: int
    tags: dict[str, str]
    is_hole: bool = False


def add_fragments(rows: Rows, path: Path, assembled: array[int], locations: Any) -> None:
    """Add the lines of areas that are not whole, and what those lines enclose, with the tags of their area.

    An area is not whole if the file lacks some of its members or nodes, or if
    its rings do not close or cross. Its edge is known: a shore, a fence, the
    border of closed ground. What it should enclose is known only where lines
    in hand close around it. Borders of countries and places are ignored.

    Parameters
    ----------
    rows : Rows
        What they are added to.
    path : Path
        A file with objects sorted by kind and id.
    assembled : array of int
        The whole areas, in any order, by osmium's numbering: twice the id of a way, or twice
        the id of a relation plus 1.
    locations : osmium.index.LocationTable
        The places of the file's nodes.
    """
    import osmium

    ranked = _rank_ids(assembled)
    # The ways are known before the main pass: osmium then drops all others without making Python objects of them.
    lost = _find_lost_relations(path, ranked)
    for way_id, area in _find_lost_ways(path, ranked):
        lost.setdefault(way_id, []).append(area)
    placed = osmium.NodeLocationsForWays(locations)
    placed.ignore_errors()
    ways = osmium.FileProcessor(open_file(path), osmium.osm.WAY).with_filter(osmium.filter.IdFilter(lost))
    edges: dict[tuple[int, int], list[tuple[_Lost, str]]] = {}
    for way in ways.with_filter(placed):
        for line in _read_pieces(way):
            for area in lost[way.id]:
                _add_shape(rows, area, line)
                edges.setdefault((area.kind, area.osm_id), []).append((area, line))
    # Many relations along the same ways, one behind the other here, enclose the same.
    enclose = lru_cache(maxsize=1)(_enclose)
    for drawn in edges.values():
        for ground in enclose(tuple((line, area.is_hole) for area, line in drawn)):
            _add_shape(rows, drawn[0][0], ground)


class _Whole:
    """Areas that are whole, of which one asks in the order of the file: a set of millions takes much memory.

    Parameters
    ----------
    ranked : buffer of int
        What `_rank_ids` returned.
    """

    def __init__(self, ranked: memoryview[int]) -> None:
        self._rest, self._at = iter(ranked), -_BEYOND

    def __contains__(self, number: int) -> bool:
        rank = number if number >= 0 else -number - _BEYOND
        while self._at < rank:
            self._at = next(self._rest, _BEYOND)
        return self._at == rank


def _rank_ids(numbers: array[int]) -> memoryview[int]:
    """Return ids sorted as a file is: new ones (−1, −2, …) first, each as a number below 0."""
    ids = np.array(numbers, dtype=np.int64)
    return np.sort(np.where(ids < 0, -ids - _BEYOND, ids)).data


def _find_lost_relations(path: Path, ranked: memoryview[int]) -> dict[int, list[_Lost]]:
    """Return the relations that are not whole areas, by the ids of their member ways."""
    import osmium

    owners: dict[int, list[_Lost]] = {}
    assembled = _Whole(ranked)
    processor = osmium.FileProcessor(open_file(path), osmium.osm.RELATION)
    relation: Any
    for relation in processor.with_filter(osmium.filter.KeyFilter(*keys.AREA_KEYS)):
        if 2 * relation.id + 1 in assembled:
            continue
        tags = read_tags(relation)
        if _is_ground(tags):
            for member in relation.members:
                if member.type == "w":
                    is_hole = member.role == "inner"
                    owners.setdefault(member.ref, []).append(_Lost(RELATION, relation.id, tags, is_hole))
    return owners


def _is_ground(tags: dict[str, str]) -> bool:
    """Return whether a relation with these tags is an area, or says of its members that they are edges of one."""
    named = tags.get("type") in _TYPES or name_kind(tags.get) is not None
    return named and keys.is_area(tags.get, relation=True) and not is_mere_border(keys.AREA_KEYS, tags.get)


def _find_lost_ways(path: Path, ranked: memoryview[int]) -> Iterator[tuple[int, _Lost]]:
    """Yield the ids of ways that were meant to enclose an area but do not, each with that area."""
    import osmium

    seen: set[int] = set()
    way: Any
    for chosen in (osmium.filter.KeyFilter(*_WAY_KEYS), osmium.filter.TagFilter(("area", "yes"))):
        assembled = _Whole(ranked)
        for way in osmium.FileProcessor(open_file(path), osmium.osm.WAY).with_filter(chosen):
            if 2 * way.id in assembled or way.id in seen:
                continue
            seen.add(way.id)
            tags = read_tags(way)
            if _was_to_enclose(way, tags):
                yield way.id, _Lost(WAY, way.id, tags)


def _was_to_enclose(way: Any, tags: dict[str, str]) -> bool:
    """Return whether a way was meant to enclose an area."""
    if not keys.is_area(tags.get) or is_mere_border(keys.AREA_KEYS, tags.get):
        return False
    # An open way counts only if its tags cannot be those of a line: a lake, but not a fence.
    return bool(way.is_closed()) or (name_kind(tags.get) is not None and not keys.is_line(tags.get))


def _read_pieces(way: Any) -> list[str]:
    """Return the known lines of a way as WKB."""
    try:
        return [line for _, line in read_lines(way)]
    except RuntimeError:  # fewer than two nodes
        return []


def _add_shape(rows: Rows, area: _Lost, wkb: str) -> None:
    """Add a line or a polygon of an area."""
    rows.add_object(area.kind, area.osm_id, rows.number_combination(area.tags), area.tags.get(NAME), wkb)


def _enclose(edges: tuple[tuple[str, bool], ...]) -> list[str]:
    """Return the polygons that lines, of holes or not, enclose, without the holes that lie wholly within."""
    import shapely

    outer, inner = (shapely.from_wkb([wkb for wkb, of_hole in edges if of_hole == hole]) for hole in (False, True))
    # Lines that cross only close around ground once they are cut where they do.
    cut = (shapely.get_parts(shapely.union_all(lines)) for lines in (outer, inner))
    ground, holes = (shapely.union_all(shapely.get_parts(shapely.polygonize(lines))) for lines in cut)
    within = [hole for hole in shapely.get_parts(holes) if shapely.contains_properly(ground, hole)]
    known = shapely.difference(ground, shapely.union_all(within))
    return [shapely.to_wkb(part, hex=True) for part in shapely.get_parts(known)]
