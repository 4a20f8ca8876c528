"""Columns of which each row holds any number of values, and their collecting in memory or in files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from saferoute.geometry import indices_of_slices
from saferoute.sources import spill

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import DTypeLike, NDArray

    from saferoute.arrays import BoolArray, IntArray


@dataclass(frozen=True)
class Ragged:
    """A column of n rows that hold any number of values each.

    Attributes
    ----------
    flat : ndarray
        The values of all rows; bytes as uint8.
    first, count : ndarray of shape (n,)
        Index of each row's first value, and the number of its values.
    """

    flat: NDArray[Any]
    first: IntArray
    count: IntArray

    @classmethod
    def from_counts(cls, flat: NDArray[Any], count: IntArray) -> Ragged:
        """Return a column whose rows follow each other."""
        return cls(flat, np.cumsum(count, dtype=np.int64) - count, count)

    @classmethod
    def from_bytes(cls, items: Sequence[bytes]) -> Ragged:
        """Return a column of bytes."""
        count: NDArray[Any] = np.fromiter((len(item) for item in items), dtype=np.int32, count=len(items))
        return cls.from_counts(np.frombuffer(b"".join(items), dtype=np.uint8), count)

    def to_bytes(self) -> list[bytes]:
        """Return the rows of a column of bytes."""
        data = self.flat.tobytes()
        return [data[a : a + n] for a, n in zip(self.first.tolist(), self.count.tolist(), strict=True)]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.count)

    def pick_rows(self, rows: IntArray | BoolArray) -> Ragged:
        """Return some rows that share the values of all, of which none is copied."""
        return Ragged(self.flat, self.first[rows], self.count[rows])

    def __getitem__(self, rows: IntArray | BoolArray) -> Ragged:
        """Return some rows, one after the other."""
        first, count = self.first[rows], self.count[rows]
        return Ragged.from_counts(self.flat[indices_of_slices(first, count)], count)


class RaggedSpill:
    """A column of any number of values a row, to which rows are appended until it is read.

    Parameters
    ----------
    dtype : dtype
    folder : Path, optional
        Where the rows lie; by default in memory.
    name : str, optional
        What the names of its files begin with, which then stay; `read_ragged` reads them.
    """

    def __init__(self, dtype: DTypeLike, folder: Path | None, name: str | None = None) -> None:
        self._flat, self._first, self._count = (
            spill.open_spill(of, folder, name and f"{name}.{part}") for part, of in _name_parts(dtype)
        )
        self._size = 0

    def append(self, rows: Ragged) -> None:
        """Append rows that follow each other.

        Raises
        ------
        OSError
            If the disk is full or fails.
        """
        self._flat.append(rows.flat)
        self._first.append(self._size + rows.first)
        self._count.append(rows.count)
        self._size += len(rows.flat)

    def read(self) -> Ragged:
        """Return all rows; none may be appended afterwards."""
        return Ragged(self._flat.read(), self._first.read(), self._count.read())


def read_ragged(dtype: DTypeLike, folder: Path, name: str) -> Ragged:
    """Return all rows of a spill that has a name.

    Raises
    ------
    OSError
        If it is not there.
    """
    return Ragged(*(spill.read_spill(of, folder, f"{name}.{part}") for part, of in _name_parts(dtype)))


def _name_parts(dtype: DTypeLike) -> list[tuple[str, DTypeLike]]:
    """Return the parts of a ragged column of values of a type, each with its own type."""
    return [("flat", dtype), ("first", np.int64), ("count", np.int32)]
