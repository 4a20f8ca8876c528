"""Writing of what matters of an extract as plain blocks, by osmium alone: Python would take ten times as long."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from saferoute.osm import keys
from saferoute.sources.osm._files import open_file, sort_file
from saferoute.sources.osm.writing import open_writer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from saferoute.sources.osm._files import Box

_FORMAT = "pbf,pbf_compression=none,locations_on_ways=true,add_metadata=timestamp"
"""Nothing is packed, and ways have the places of their nodes."""
_ROOM = 8
"""Free bytes of disk for each byte of an extract before the places of nodes go there: they take some 2.5 [J]."""
IN_MEMORY_BYTES = 1 << 20
"""Bytes of an extract whose nodes' places stay in memory, as a file for them takes longer than reading it [J]."""


class NotSorted(Exception):
    """A file holds objects in another order than by kind and id, or one of them twice."""


@dataclass(frozen=True)
class Exported:
    """An extract of which a copy in plain blocks lies on disk.

    Attributes
    ----------
    source : Path
        The extract.
    blocks : Path
        All ways with the places of their nodes, all relations, and the nodes with a key that counts.
    boxes : sequence of (west, south, east, north)
        The boxes in degrees that the extract says it covers; empty = it does not say.
    timestamp : str or None
        Date in its header; None = it has none.
    unsorted : bool
        Whether it was sorted for the copy.
    """

    source: Path
    blocks: Path
    boxes: Sequence[Box] = ()
    timestamp: str | None = None
    unsorted: bool = False

    def check_missing(self, nodes: Sequence[int]) -> None:
        """Check that nodes which ways lack are in no part of the file.

        Raises
        ------
        NotSorted
            If one came behind the ways.
        """
        # All but PBF is sorted before it is copied.
        if not nodes or self.unsorted or not self.source.name.lower().endswith(".pbf"):
            return
        import osmium

        found: Any = osmium.FileProcessor(open_file(self.source), osmium.osm.NODE).with_filter(
            osmium.filter.IdFilter(nodes)
        )
        for node in found:
            if node.location.valid():
                raise NotSorted(f"node {node.id} stands out of order")


def export_extract(path: Path, folder: Path, *, unsorted: bool = False) -> Exported:
    """Return an extract of which a copy in plain blocks was written.

    Parameters
    ----------
    path : Path
        A file whose name ends with one of `SUFFIXES`.
    folder : Path
        Where there is room for some five times its size; the copy is ``blocks`` in it.
    unsorted : bool
        As of `saferoute.sources.osm._files.sort_file`.

    Raises
    ------
    InvalidInput
        If the file is not a complete OpenStreetMap extract.
    OSError
        If the disk is full or fails.
    """
    blocks = folder / "blocks"
    with sort_file(path, unsorted=unsorted) as file:
        _write_blocks(file.path, blocks)
        return Exported(path, blocks, file.boxes, file.timestamp, unsorted)


def _write_blocks(path: Path, blocks: Path) -> None:
    """Write plain blocks of a sorted file."""
    import osmium

    locations = _open_locations(path, blocks.parent)
    placed = osmium.NodeLocationsForWays(locations)
    placed.ignore_errors()
    tagged = osmium.filter.KeyFilter(*keys.POINT_KEYS)
    tagged.enable_for(osmium.osm.NODE)
    kinds = osmium.osm.NODE | osmium.osm.WAY | osmium.osm.RELATION
    with (
        open_writer(blocks, form=_FORMAT, overwrite=True) as writer,
        osmium.io.Reader(open_file(path), kinds) as reader,
    ):
        osmium.apply(reader, placed, tagged, writer)


def _open_locations(path: Path, folder: Path) -> Any:
    """Return what osmium keeps the places of a file's nodes in: a file that goes with its reader, or memory."""
    import osmium

    # osmium takes a comma for the end of a path. Where a disk fills that it writes to, the system ends the process.
    # Windows deletes no file that is open.
    size = path.stat().st_size
    unfit = os.name == "nt" or "," in str(folder) or shutil.disk_usage(folder).free < _ROOM * size
    if size < IN_MEMORY_BYTES or unfit:
        return osmium.index.create_map("flex_mem")
    name = folder / "nodes"
    try:
        return osmium.index.create_map(f"sparse_file_array,{name}")
    finally:
        name.unlink(missing_ok=True)
