"""Tables on disk of which only the rows within a box are read, each block of them checked by its checksum.

A file holds packed blocks of rows that lie near each other, then a directory with the
place, the checksum and the box of each block, then the place and the checksum
of the directory. To read a box is to read the directory and the blocks that
touch it. Nothing is believed before its checksum was found right.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from saferoute.kept import DamagedFile
from saferoute.sources.placing import iterate_by_place
from saferoute.sources.ragged import Ragged
from saferoute.sources.spill import forget_pages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import TypeAlias

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray

    Column: TypeAlias = "NDArray[Any] | Ragged"
    """A column of n rows: numbers of shape (n,) or (n, k), or any number of values a row."""

ROWS = 256
"""Rows of a block: some 60 kB of ways, which a disk reads about as fast as one row [J]."""
_EFFORT = 1
"""Of zlib: half the size at 70 MB/s, read at 240; more effort takes as much again and gains 1 % (Liechtenstein)."""
_FORGET_AFTER = 256
"""Blocks written before memory is given back: of ways some 15 MB, from all over a file [J]."""
_END = struct.Struct("<8sQQ32s")
"""End of a file: mark, place, length and checksum of the directory."""
_MARK = b"sfrblok2"
_BOX = "box"
"""Column with the boxes of the rows."""
ROW = "row"
"""Column with the numbers of rows that are stored by place."""


def write_blocks(path: Path, columns: Mapping[str, Column], boxes: FloatArray | None = None) -> str:
    """Write a table, and return the checksum of its directory, which differs from that of any other table.

    Parameters
    ----------
    path : Path
        A file in a folder that is found by its name only when all of it is written.
    columns : mapping of str to columns of n rows
    boxes : ndarray of shape (n, 4), optional
        West, south, east and north of each row in degrees. With them rows are stored by place, and their numbers
        as the column `ROW`.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    n = len(next(iter(columns.values())))
    places, checks, frames = [0], [], np.empty((-(-n // ROWS), 4))
    with path.open("wb") as file:
        for number, rows in enumerate(_iterate_blocks(n, boxes, path.parent)):
            of_block = _pick_rows(columns, boxes, rows)
            block = zlib.compress(b"".join(_encode_columns(of_block)), _EFFORT)
            file.write(block)
            places.append(places[-1] + len(block))
            checks.append(crc32(block, number))
            if number % _FORGET_AFTER == 0:
                _forget_values(columns)
            if boxes is not None:
                frames[number] = [*of_block[_BOX][:, :2].min(axis=0), *of_block[_BOX][:, 2:].max(axis=0)]
        described = _pick_rows(columns, boxes, np.empty(0, dtype=np.int64))
        about = json.dumps([n, boxes is not None, [_describe_column(*named) for named in described.items()]])
        directory = b"%b\n%b%b" % (about.encode(), np.array(places).tobytes(), np.array(checks, np.uint32).tobytes())
        directory += frames.tobytes() if boxes is not None else b""
        digest = sha256(directory)
        file.write(directory + _END.pack(_MARK, places[-1], len(directory), digest.digest()))
    return digest.hexdigest()


def _iterate_blocks(n: int, boxes: FloatArray | None, folder: Path) -> Iterator[IntArray]:
    """Yield the rows of each block: by place if there are boxes, else in their order."""
    if boxes is None:
        for start in range(0, n, ROWS):
            yield np.arange(start, min(start + ROWS, n))
        return
    held = np.empty(0, dtype=np.int64)
    for rows in iterate_by_place(boxes, ROWS, folder):
        held = np.concatenate([held, rows])
        *full, held = np.split(held, range(ROWS, len(held) + 1, ROWS))
        yield from full
    if len(held):
        yield held


def _describe_column(name: str, column: Column) -> tuple[str, str, int]:
    """Return a column's name, type and the number of values a row, 0 if it is ragged."""
    if isinstance(column, Ragged):
        return name, column.flat.dtype.str, 0
    return name, column.dtype.str, 1 if column.ndim == 1 else column.shape[1]


def _forget_values(columns: Mapping[str, Column]) -> None:
    """Give back the memory of values that lie in files."""
    for column in columns.values():
        for values in (column.flat, column.first, column.count) if isinstance(column, Ragged) else (column,):
            forget_pages(values)


def _pick_rows(columns: Mapping[str, Column], boxes: FloatArray | None, rows: IntArray) -> dict[str, Any]:
    """Return what is stored of some rows: with boxes these and the number of each, which restores their order."""
    placed = {} if boxes is None else {_BOX: boxes[rows], ROW: rows}
    return {**placed, **{name: column[rows] for name, column in columns.items()}}


def _encode_columns(columns: Mapping[str, Column]) -> Iterator[bytes]:
    """Yield the columns of a block."""
    for column in columns.values():
        values = column
        if isinstance(values, Ragged):
            yield values.count.astype(np.int64).tobytes()
            values = values.flat
        yield values.tobytes()


class Blocks:
    """A table that `write_blocks` has written.

    Parameters
    ----------
    path : Path
        Its file.
    digest : str
        Checksum of its directory, as `write_blocks` returned it.

    Raises
    ------
    DamagedFile
        If the file is missing, cut off, or has another directory.
    """

    def __init__(self, path: Path, digest: str) -> None:
        self._path = path
        directory = self._read_directory(digest)
        about, _, arrays = directory.partition(b"\n")
        self._n, boxed, self._columns = json.loads(about)
        k = -(-self._n // ROWS)
        self._places = np.frombuffer(arrays, np.int64, k + 1)
        self._checks = np.frombuffer(arrays, np.uint32, k, self._places.nbytes)
        behind = self._places.nbytes + self._checks.nbytes
        self._frames = np.frombuffer(arrays, np.float64, 4 * k, behind).reshape(k, 4) if boxed else None

    def _read_directory(self, digest: str) -> bytes:
        try:
            with self._path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(size - _END.size, 0))
                end = file.read()
                if len(end) != _END.size:
                    raise DamagedFile(self._path)
                mark, place, length, check = _END.unpack(end)
                if mark != _MARK or check.hex() != digest or place + length + _END.size != size:
                    raise DamagedFile(self._path)
                file.seek(place)
                directory = file.read(length)
        except OSError as error:
            raise DamagedFile(self._path) from error
        if sha256(directory).hexdigest() != digest:
            raise DamagedFile(self._path)
        return directory

    @property
    def frames(self) -> FloatArray:
        """West, south, east and north of each block in degrees, shape (blocks, 4)."""
        assert self._frames is not None
        return self._frames

    @property
    def sizes(self) -> IntArray:
        """Number of rows in each block, shape (blocks,)."""
        return np.diff(np.r_[np.arange(0, self._n, ROWS), self._n])

    def read_box(self, box: tuple[float, float, float, float]) -> dict[str, Column]:
        """Return the columns of the rows whose boxes touch a box in degrees, in no order.

        Raises
        ------
        DamagedFile
            If a block that touches the box is damaged.
        """
        assert self._frames is not None
        columns = self._read_blocks(np.flatnonzero(_touches(self._frames, box)))
        boxes = columns[_BOX]
        assert isinstance(boxes, np.ndarray)
        near = _touches(boxes, box)
        # Most rows of these blocks are near, and whoever reads them puts them in an order: copied once is enough.
        return {
            name: column.pick_rows(near) if isinstance(column, Ragged) else column[near]
            for name, column in columns.items()
        }

    def read_rows(self, rows: IntArray) -> dict[str, Column]:
        """Return the columns of some rows, in their order.

        Raises
        ------
        DamagedFile
            If a block that holds one of them is damaged.
        """
        numbers, block = np.unique(rows // ROWS, return_inverse=True)
        at = block * ROWS + rows % ROWS
        return {name: column[at] for name, column in self._read_blocks(numbers).items()}

    def check_blocks(self) -> None:
        """Read all blocks.

        Raises
        ------
        DamagedFile
            If one of them is damaged.
        """
        for number in range(len(self._checks)):
            self._read_blocks(np.array([number]))

    def _read_blocks(self, numbers: IntArray) -> dict[str, Column]:
        """Return the columns of some blocks, one block after the other."""
        parts: list[list[Column]] = [[] for _ in self._columns]
        try:
            with self._path.open("rb") as file:
                for number in numbers.tolist():
                    start, stop = self._places[number : number + 2].tolist()
                    file.seek(start)
                    block = file.read(stop - start)
                    if len(block) != stop - start or crc32(block, number) != self._checks[number]:
                        raise DamagedFile(self._path)
                    for part, column in zip(parts, self._decode_rows(zlib.decompress(block), number), strict=True):
                        part.append(column)
        except (OSError, zlib.error) as error:
            raise DamagedFile(self._path) from error
        return {
            name: _join_parts(part, dtype, width)
            for (name, dtype, width), part in zip(self._columns, parts, strict=True)
        }

    def _decode_rows(self, block: bytes, number: int) -> Iterator[Column]:
        """Yield the columns of a block."""
        n, at = min(ROWS, self._n - number * ROWS), 0
        for _, dtype, width in self._columns:
            values = n * width
            if not width:
                count = np.frombuffer(block, np.int64, n, at)
                at, values = at + count.nbytes, int(count.sum())
            flat = np.frombuffer(block, dtype, values, at)
            at += flat.nbytes
            if width:
                yield flat if width == 1 else flat.reshape(n, width)
            else:
                yield Ragged.from_counts(flat, count)


def _join_parts(parts: Sequence[Any], dtype: str, width: int) -> Column:
    """Return the parts of a column as one."""
    if width:
        shape = (0,) if width == 1 else (0, width)
        joined: NDArray[Any] = np.concatenate([np.empty(shape, dtype), *parts])
        return joined
    flat = np.concatenate([np.empty(0, dtype), *(part.flat for part in parts)])
    return Ragged.from_counts(flat, np.concatenate([np.empty(0, np.int64), *(part.count for part in parts)]))


def _touches(boxes: FloatArray, box: tuple[float, float, float, float]) -> BoolArray:
    """Return a mask of boxes, shape (n, 4), that touch a box."""
    west, south, east, north = box
    mask: BoolArray = (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
    return mask
