"""Values that are collected until all are there: in memory, or in a file that nobody else sees."""

from __future__ import annotations

import mmap
from contextlib import suppress
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import DTypeLike, NDArray


AT_ONCE = 50_000
"""Objects that are held in memory at a time, decoded or not yet stored: some 30 MB [J]."""


class Spill(Protocol):
    """A place for values of one type, to which they are appended until they are read."""

    def append(self, values: NDArray[Any]) -> None:
        """Append values."""
        ...

    def read(self) -> NDArray[Any]:
        """Return all values; none may be appended afterwards."""
        ...


class MemorySpill:
    """A spill in memory."""

    def __init__(self, dtype: DTypeLike) -> None:
        self._parts = [np.empty(0, dtype=dtype)]

    def append(self, values: NDArray[Any]) -> None:
        """Append values."""
        self._parts.append(values)

    def read(self) -> NDArray[Any]:
        """Return all values."""
        self._parts = [np.concatenate(self._parts)]
        return self._parts[0]


class FileSpill:
    """A spill in a file that has no name, so that it goes when its last reader goes, even if that is killed.

    Parameters
    ----------
    dtype : dtype
    folder : Path
        A folder on the disk that has room for it.
    """

    def __init__(self, dtype: DTypeLike, folder: Path) -> None:
        self._dtype = np.dtype(dtype)
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115  # it lives as long as the spill

    def append(self, values: NDArray[Any]) -> None:
        """Append values.

        Raises
        ------
        OSError
            If the disk is full or fails.
        """
        self._file.write(np.ascontiguousarray(values, dtype=self._dtype).data.cast("B"))
        forget_pages(values)

    def read(self) -> NDArray[Any]:
        """Return all values as an array that the system reads from the file where it is looked at."""
        self._file.flush()
        if not self._file.tell():
            return np.empty(0, dtype=self._dtype)
        return np.frombuffer(mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ), dtype=self._dtype)


def open_spill(dtype: DTypeLike, folder: Path | None) -> Spill:
    """Return an empty spill, in memory if there is no folder for its file."""
    return MemorySpill(dtype) if folder is None else FileSpill(dtype, folder)


def forget_pages(values: NDArray[Any]) -> None:
    """Let the system take back the memory of an array that lies in a file; what is asked again is read again."""
    base = values.base
    while base is not None and not isinstance(base, mmap.mmap):
        base = base.obj if isinstance(base, memoryview) else getattr(base, "base", None)
    if base is not None and hasattr(mmap, "MADV_DONTNEED"):
        with suppress(OSError):  # advice only
            base.madvise(mmap.MADV_DONTNEED)
