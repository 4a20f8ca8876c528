"""Areas: closed ways, which are shaped many at a time, and what osmium assembles from several lines."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import numpy as np

from saferoute.osm import keys
from saferoute.sources.osm._combinations import Verdicts, read_names
from saferoute.sources.osm.assembling import assemble_areas
from saferoute.sources.osm.objects import RELATION, WAY, read_tags, wkb_factory
from saferoute.sources.osm.shaping import shape_rings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from saferoute.arrays import IntArray
    from saferoute.sources.osm._rows import Rows
    from saferoute.sources.osm.decoding import Objects


def add_assembled(rows: Rows, blocks: Path, left: IntArray) -> tuple[IntArray, IntArray]:
    """Add the areas of a file of plain blocks that osmium assembles.

    Parameters
    ----------
    rows : Rows
    blocks : Path
    left : ndarray of int
        What `add_closed_ways` returned.

    Returns
    -------
    ways : ndarray of int
        Ids of ways with the tags of an area that are none, as they do not close, touch or cross themselves or lack
        nodes.
    relations : ndarray of int
        Ids of the relations that are areas.
    """
    handler = _Assembled(rows, left)
    assemble_areas(blocks, left, handler)
    return np.setdiff1d(left, handler.ways), np.array(handler.relations, dtype=np.int64)


def add_closed_ways(rows: Rows, blocks: Iterable[Objects]) -> IntArray:
    """Add the ways that are areas by themselves, and return the ids of those with such tags that may not be."""
    is_area = Verdicts(rows.combinations, keys.AREA_KEYS, keys.is_area)
    left = [np.empty(0, dtype=np.int64)]
    for objects in blocks:
        combination = rows.combinations.number_objects(objects)
        held = is_area.hold_for(combination)
        left.append(objects.osm_id[held & (objects.nodes.count == 0)])
        taken = np.flatnonzero(held & (objects.nodes.count > 0))
        simple, shapes = shape_rings(objects.places[taken])
        left.append(objects.osm_id[taken[~simple]])
        taken = taken[simple]
        kind, names = np.full(len(taken), WAY), read_names(objects, taken)
        rows.add_objects(kind, objects.osm_id[taken], combination[taken], names, shapes, None)
    return np.concatenate(left)


class _Assembled:
    """Handler of the areas that osmium assembles, which adds them."""

    def __init__(self, rows: Rows, wanted: IntArray) -> None:
        self._rows, self._wanted = rows, set(wanted.tolist())
        self.ways, self.relations = array("q"), array("q")
        """Ids of those that were added."""

    def area(self, area: Any) -> None:
        """Add an area if its tags are those of an area and its rings are valid."""
        number, from_way = area.orig_id(), area.from_way()
        if from_way:
            # A way may be in several parts.
            if number not in self._wanted:
                return
            self._wanted.discard(number)
        tags = read_tags(area)
        if not keys.is_area(tags.get, relation=not from_way):
            return
        try:
            shape = wkb_factory().create_multipolygon(area)
        except RuntimeError:  # its rings do not close, or cross
            return
        (self.ways if from_way else self.relations).append(number)
        self._rows.add_object(WAY if from_way else RELATION, number, tags, shape)
