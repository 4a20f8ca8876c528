"""A PMTiles archive that is put together from parts of any size in bounded memory.

The format is version 3 of https://github.com/protomaps/PMTiles: a header, a
directory, metadata, further directories, and the contents of tiles. The library
of its makers holds some 300 bytes of each tile in memory until the end; here
what is noted of a tile waits in files, and 24 bytes of each content that differs
from all others in memory, by which repeated ones are found.
"""

from __future__ import annotations

import gzip
import json
import shutil
from array import array
from hashlib import blake2b
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from saferoute.sources.spill import FileSpill

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from saferoute.arrays import IntArray

HEADER_BYTES, ROOT_BYTES = 127, 16384 - 127
"""Length of the header, and the most of the first directory: readers fetch both at once (sections 3.2 and 4)."""
LEAF_TILES = 4096
"""Entries of a further directory; twice as many until the first one is short enough, as the library does."""
MOST_ALONE = 1 << 16
"""Entries from which there are further directories without a trial [J]."""
RECENT = 1 << 16
"""Contents that are looked up in a dictionary before they are put in order [J]."""
_FIELDS = 4


class Encoded(NamedTuple):
    """A tile as it stands in an archive."""

    number: int
    """As the format counts tiles."""
    content: bytes
    digest: bytes
    """By which equal contents are found, of 16 bytes."""

    @classmethod
    def seal(cls, number: int, content: bytes) -> Encoded:
        """Return a tile with its digest."""
        return cls(number, content, blake2b(content, digest_size=16).digest())


class Archive:
    """An archive to which tiles are added in the order of their numbers.

    Parameters
    ----------
    folder : Path
        Where contents wait in a file without a name.
    """

    def __init__(self, folder: Path) -> None:
        self._contents = TemporaryFile(dir=folder)  # noqa: SIM115 - open as long as this object lives
        self._entries = FileSpill(np.int64, folder)
        """Number, place, length and count of tiles that have one content and follow each other."""
        self._waiting = array("q")
        self._known = _Places()
        self._size = self._tiles = self._n_entries = 0

    def add_tile(self, tile: Encoded) -> None:
        """Add a tile; a content that came before is not stored again."""
        place = self._known.find(tile.digest)
        if place < 0:
            place = self._size
            self._known.add(tile.digest, place)
            self._contents.write(tile.content)
            self._size += len(tile.content)
        elif self._waiting:
            number, last, _, count = self._waiting[-_FIELDS:]
            if (number + count, last) == (tile.number, place):
                self._waiting[-1] += 1
                self._tiles += 1
                return
        if len(self._waiting) >= _FIELDS * LEAF_TILES:
            # The last one stays, as the next tile may follow it.
            self._entries.append(np.array(self._waiting[:-_FIELDS]))
            del self._waiting[:-_FIELDS]
        self._waiting.extend((tile.number, place, len(tile.content), 1))
        self._n_entries += 1
        self._tiles += 1

    def write(self, path: Path, header: Mapping[str, Any], metadata: Mapping[str, Any]) -> None:
        """Write the archive; at least one tile must have been added.

        Parameters
        ----------
        path : Path
        header : mapping
            What the library's header tells but numbers of tiles and places.
        metadata : mapping
        """
        from pmtiles.tile import Compression, serialize_header, tileid_to_zxy

        self._entries.append(np.array(self._waiting))
        entries = self._entries.read().reshape(-1, _FIELDS)
        root, leaves = _write_directories(entries)
        told = gzip.compress(json.dumps(metadata).encode(), mtime=0)
        leaves_at = HEADER_BYTES + len(root) + len(told)
        leaves_length = sum(map(len, leaves))
        whole: Any = {
            **header,
            "addressed_tiles_count": self._tiles,
            "tile_entries_count": self._n_entries,
            "tile_contents_count": len(self._known),
            "min_zoom": tileid_to_zxy(int(entries[0, 0]))[0],
            "max_zoom": tileid_to_zxy(int(entries[-1, 0]))[0],
            "clustered": True,
            "internal_compression": Compression.GZIP,
            "root_offset": HEADER_BYTES,
            "root_length": len(root),
            "metadata_offset": HEADER_BYTES + len(root),
            "metadata_length": len(told),
            "leaf_directory_offset": leaves_at,
            "leaf_directory_length": leaves_length,
            "tile_data_offset": leaves_at + leaves_length,
            "tile_data_length": self._size,
        }
        with path.open("wb") as file:
            file.writelines([serialize_header(whole), root, told, *leaves])
            self._contents.seek(0)
            shutil.copyfileobj(self._contents, file)


def _write_directories(entries: IntArray) -> tuple[bytes, list[bytes]]:
    """Return the first directory, which lists all entries or else the further ones, and these."""
    if len(entries) <= MOST_ALONE:
        alone = _write_directory(entries)
        if len(alone) < ROOT_BYTES:
            return alone, []
    size = LEAF_TILES
    while True:
        leaves = [_write_directory(entries[at : at + size]) for at in range(0, len(entries), size)]
        lengths = np.array([len(leaf) for leaf in leaves])
        first = entries[::size, 0]
        places = np.cumsum(lengths) - lengths
        root = _write_directory(np.column_stack([first, places, lengths, np.zeros_like(first)]))
        if len(root) < ROOT_BYTES:
            return root, leaves
        size *= 2


def _write_directory(entries: IntArray) -> bytes:
    """Return a directory of entries, packed."""
    from pmtiles.tile import Entry, serialize_directory

    directory: bytes = serialize_directory([Entry(*entry) for entry in entries.tolist()])
    return directory


class _Places:
    """Places by digests, some of them in a dictionary and the others as arrays in their order."""

    def __init__(self) -> None:
        self._recent: dict[bytes, int] = {}
        self._first, self._rest = np.empty(0, np.uint64), np.empty(0, np.uint64)
        """Both halves of the digests."""
        self._place = np.empty(0, np.int64)

    def __len__(self) -> int:
        """Return the number of digests."""
        return len(self._recent) + len(self._place)

    def find(self, digest: bytes) -> int:
        """Return the place of a digest, −1 if it has none."""
        place = self._recent.get(digest, -1)
        if place < 0 and len(self._place):
            first, rest = np.frombuffer(digest, np.uint64)
            at = int(np.searchsorted(self._first, first))
            if at < len(self._place) and self._first[at] == first and self._rest[at] == rest:
                place = int(self._place[at])
        return place

    def add(self, digest: bytes, place: int) -> None:
        """Add the place of a digest that has none."""
        self._recent[digest] = place
        if len(self._recent) >= RECENT:
            halves = np.frombuffer(b"".join(self._recent), np.uint64).reshape(-1, 2)
            first = np.concatenate([self._first, halves[:, 0]])
            order = np.argsort(first, kind="stable")
            self._first = first[order]
            self._rest = np.concatenate([self._rest, halves[:, 1]])[order]
            self._place = np.concatenate([self._place, np.array(list(self._recent.values()))])[order]
            self._recent.clear()
