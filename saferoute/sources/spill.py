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
    name : str, optional
        Name of the file, which then stays; `read_spill` reads it.
    """

    def __init__(self, dtype: DTypeLike, folder: Path, name: str | None = None) -> None:
        self._dtype = np.dtype(dtype)
        # It lives as long as the spill.
        self._file: Any = TemporaryFile(dir=folder) if name is None else (folder / name).open("w+b")  # noqa: SIM115

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
        return _map_file(self._file, self._dtype)


def _map_file(file: Any, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return the values in an open file."""
    if not file.seek(0, 2):
        return np.empty(0, dtype=dtype)
    return np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), dtype=dtype)


def read_spill(dtype: DTypeLike, folder: Path, name: str) -> NDArray[Any]:
    """Return all values of a spill that has a name, as `FileSpill.read` does.

    Raises
    ------
    OSError
        If it is not there.
    """
    with (folder / name).open("rb") as file:
        return _map_file(file, np.dtype(dtype))


def open_spill(dtype: DTypeLike, folder: Path | None, name: str | None = None) -> Spill:
    """Return an empty spill, in memory if there is no folder for its file."""
    return MemorySpill(dtype) if folder is None else FileSpill(dtype, folder, name)


def forget_pages(values: NDArray[Any]) -> None:
    """Let the system take back the memory of an array that lies in a file; what is asked again is read again."""
    base = values.base
    while base is not None and not isinstance(base, mmap.mmap):
        base = base.obj if isinstance(base, memoryview) else getattr(base, "base", None)
    if base is not None and hasattr(mmap, "MADV_DONTNEED"):
        with suppress(OSError):  # advice only
            base.madvise(mmap.MADV_DONTNEED)
