"""Writing files whole or not at all."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from saferoute.model import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write text or bytes so that the path holds either all of it or what it held before.

    Raises
    ------
    InvalidInput
        If the folder is missing or cannot be written to.
    """
    temporary: Path | None = None
    try:
        if path.is_dir():
            raise InvalidInput(f"{path}: is a folder; give the name of a file in it")
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_read_umask()
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
        temporary = None
    except OSError as error:
        raise InvalidInput(
            f"{path}: cannot be written ({error.strerror or error}); choose another file with -o"
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


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
