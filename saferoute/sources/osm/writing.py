"""Writing of OpenStreetMap files by osmium, whose writer must not be destroyed after it has failed."""

from __future__ import annotations

import ctypes
import errno
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NOT_WRITTEN = ("Write failed", "Can not write to writer")
"""Words in osmium's errors where the disk is full or fails."""


@contextmanager
def open_writer(path: Path, *, form: str = "", kind: Any = None, **options: Any) -> Iterator[Any]:
    """Yield an osmium writer of a file.

    Parameters
    ----------
    path : Path
    form : str
        Format of the file with its options, as of `osmium.io.File`; by default that of the path's suffix.
    kind : type, optional
        Class of the writer; `osmium.SimpleWriter` by default.
    **options
        As of that class.

    Raises
    ------
    OSError
        If the disk is full or fails.
    """
    import osmium

    writer = (kind or osmium.SimpleWriter)(osmium.io.File(str(path), form) if form else str(path), **options)
    try:
        with closing(writer):
            yield writer
    except BaseException as error:
        # Its destructor would try to write the rest once more, fail, and end the whole process (SIGABRT).
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(writer))
        if isinstance(error, RuntimeError) and any(words in str(error) for words in _NOT_WRITTEN):
            raise OSError(errno.EIO, str(error), str(path)) from error
        raise
