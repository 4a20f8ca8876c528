"""Areas of several lines, which osmium assembles, part by part: it holds all relations that it is shown in memory."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from saferoute.geometry import indices_of_slices
from saferoute.osm import keys
from saferoute.sources.osm._shared_ways import DropOfShared
from saferoute.sources.osm.decoding import MEMBER_KINDS, iterate_objects
from saferoute.sources.osm.objects import RELATION, WAY
from saferoute.sources.osm.plain import iterate_blocks, read_head

if TYPE_CHECKING:
    from saferoute.arrays import IntArray

MOST_MEMBERS = 1 << 18
"""Members of relations that are shown to osmium at a time: some 30 MB [J]."""

_PART_BITS = 20
"""Of a number that holds an id, too: the planet has some 4 000 parts."""


class AreaHandler(Protocol):
    """What osmium hands areas to."""

    def area(self, area: Any) -> None:
        """Take an area."""
        ...


def assemble_areas(blocks: Path, ways: IntArray, handler: AreaHandler) -> None:
    """Hand the areas of all relations and of some ways to a handler; it may get those of other ways, too.

    Parameters
    ----------
    blocks : Path
        A file of plain blocks, whose ways have their places, so that no table of nodes is needed.
    ways : ndarray of int
        Ids of ways.
    handler : AreaHandler
    """
    relations, members = _choose_parts(blocks)
    if not len(relations) and not len(ways):
        return
    members = np.concatenate([members, _mark_part(ways, 0)])
    dropped = DropOfShared()
    with TemporaryDirectory(dir=blocks.parent) as name:
        _write_parts(blocks, WAY, members, Path(name))
        _write_parts(blocks, RELATION, relations, Path(name))
        for part in sorted(Path(name).iterdir(), key=lambda path: int(path.name)):
            _assemble_part(part, dropped, handler)
            part.unlink()


def _mark_part(ids: IntArray, part: IntArray | int) -> IntArray:
    """Return numbers that hold an id and the number of a part, and sort by them."""
    return (ids << _PART_BITS) | part


def _choose_parts(blocks: Path) -> tuple[IntArray, IntArray]:
    """Return the ids of relations, and those of their ways, each with its part."""
    relations, members = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    before, is_way = 0, np.array([kind == WAY for kind in MEMBER_KINDS])
    for objects in iterate_objects(blocks, RELATION):
        rows = np.unique([row for key in keys.AREA_KEYS for row in objects.find_tagged(key)]).astype(np.int64)
        of_rows = objects.nodes.pick_rows(rows)
        part = (before + np.cumsum(of_rows.count) - of_rows.count) // MOST_MEMBERS
        before += int(of_rows.count.sum())
        relations.append(_mark_part(objects.osm_id[rows], part))
        at = indices_of_slices(of_rows.first, of_rows.count)
        marked = _mark_part(objects.nodes.flat[at], np.repeat(part, of_rows.count))
        members.append(np.unique(marked[is_way[objects.types[at]]]))
    return np.concatenate(relations), np.concatenate(members)


def _write_parts(blocks: Path, kind: int, marked: IntArray, folder: Path) -> None:
    """Append objects of a file to the files of their parts."""
    marked = np.unique(marked)
    head = read_head(blocks)
    for block in iterate_blocks(blocks, kind):
        ids = block.read_ids()
        first, stop = (np.searchsorted(marked, _mark_part(bound, 0)) for bound in (ids, ids + 1))
        row = np.repeat(np.arange(len(ids)), stop - first)
        part = marked[indices_of_slices(first, stop - first)] & ((1 << _PART_BITS) - 1)
        for number in np.unique(part).tolist():
            with (folder / str(number)).open("ab") as file:
                file.write(b"" if file.tell() else head)
                file.write(block.choose(row[part == number]).encode())


def _assemble_part(part: Path, dropped: DropOfShared, handler: AreaHandler) -> None:
    """Hand the areas of a part to a handler."""
    import osmium

    manager, file = osmium.area.AreaManager(), osmium.io.File(str(part), "pbf")
    with osmium.io.Reader(file, osmium.osm.RELATION) as reader:
        osmium.apply(reader, osmium.filter.KeyFilter(*keys.AREA_KEYS), dropped, manager.first_pass_handler())
    with osmium.io.Reader(file, osmium.osm.WAY | osmium.osm.RELATION) as reader:
        osmium.apply(reader, manager.second_pass_handler(handler))
