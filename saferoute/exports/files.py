"""Writing files whole or not at all."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from saferoute.kept import write_whole
from saferoute.model import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write text or bytes so that the path holds either all of it or what it held before.

    Where the path is a link, the file that it leads to is written, and the link stays.

    Raises
    ------
    InvalidInput
        If the path is a folder or a device, or its folder is missing or cannot be written to.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    file = Path(os.path.realpath(path))
    try:
        if file.is_dir():
            raise InvalidInput(f"{path}: is a folder; give the name of a file in it")
        if file.exists() and not file.is_file():
            raise InvalidInput(f"{path}: is a device and no file; choose another file with -o")
        write_whole(file, data, mode=file.stat().st_mode & 0o777 if file.exists() else 0o666 & ~_read_umask())
    except OSError as error:
        raise InvalidInput(
            f"{path}: cannot be written ({error.strerror or error}); choose another file with -o"
        ) from error


def write_to_bytes(name: str, write: Callable[[Path], None]) -> bytes:
    """Return what a library that writes to paths alone has written, from a folder that is gone after.

    Raises
    ------
    InvalidInput
        If the library fails, as on a full disk.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="saferoute-") as folder:
            write(Path(folder) / name)
            return (Path(folder) / name).read_bytes()
    except (OSError, RuntimeError, sqlite3.Error) as error:  # GDAL's errors are RuntimeErrors
        raise InvalidInput(f"{name}: cannot be made in {tempfile.gettempdir()} ({error}); set TMPDIR") from error


def _read_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
