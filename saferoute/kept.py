"""Files of derived data: written whole, sealed by checksums, and checked before they are believed.

What a program computes and keeps for the next run (answers of services, the
tiles of a scan, the contents of an index) may be damaged meanwhile: by a disk
that loses power, a copy that breaks off, a failing memory. A damaged file
must cost a second reading, never another result.

A sealed file is one line, then the content. The line holds its own checksum
and, as JSON, the length and checksum of the content and some notes on it.
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

PART = ".part"
"""End of the names of files and folders that are not complete yet."""
_MAGIC = b"saferoute kept 2"
"""First words of a sealed file, with the version of its format; other versions count as damaged."""
_MOST_HEADER = 65_536
"""Longest first line in bytes; a file without line breaks must not be read whole."""


class DamagedFile(Exception):
    """A kept file does not hold what was written.

    Parameters
    ----------
    path : Path
        The file, or the folder it belongs to.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: is damaged")
        self.path = path


@dataclass(frozen=True)
class Header:
    """First line of a sealed file.

    Attributes
    ----------
    about : mapping
        Notes of whoever wrote it, of types that JSON has.
    length : int
        Length of the content in bytes.
    sha256 : str
        Checksum of the content.
    """

    about: Mapping[str, Any]
    length: int
    sha256: str

    def covers(self, content: bytes) -> bool:
        """Return whether the content is what was sealed."""
        return len(content) == self.length and sha256(content).hexdigest() == self.sha256


def seal(content: bytes, **about: Any) -> bytes:
    """Return a sealed file with some content and notes on it.

    Examples
    --------
    >>> seal(b"an answer", key="a question").splitlines()[-1]
    b'an answer'
    """
    noted = json.dumps([about, len(content), sha256(content).hexdigest()]).encode()
    return b"%b %b %b\n%b" % (_MAGIC, sha256(noted).hexdigest().encode(), noted, content)


def read_sealed(path: Path) -> tuple[Mapping[str, Any], bytes]:
    """Return the notes and the content of a sealed file.

    Raises
    ------
    DamagedFile
        If anything in the file is other than what was sealed.
    OSError
        If the file is missing or cannot be opened.
    """
    with path.open("rb") as file:
        header = _parse_header(file.readline(_MOST_HEADER))
        # One byte more than it should have shows a file that is too long.
        content = b"" if header is None else file.read(header.length + 1)
    if header is None or not header.covers(content):
        raise DamagedFile(path)
    return header.about, content


def read_header(path: Path) -> Header | None:
    """Return the first line of a sealed file, None if it is damaged or the file has another length than it says."""
    try:
        with path.open("rb") as file:
            line = file.readline(_MOST_HEADER)
            size = os.fstat(file.fileno()).st_size
    except OSError:
        return None
    header = _parse_header(line)
    return header if header and size == len(line) + header.length else None


def _parse_header(line: bytes) -> Header | None:
    """Return what the first line of a sealed file says, None if it is damaged or of another format."""
    magic, _, rest = line.partition(_MAGIC + b" ")
    digest, _, noted = rest.removesuffix(b"\n").partition(b" ")
    # With its checksum right, the JSON is what this module wrote.
    if magic or sha256(noted).hexdigest().encode() != digest:
        return None
    return Header(*json.loads(noted))


def write_whole(path: Path, content: bytes, *, mode: int = 0o600, sync: bool = True) -> None:
    """Write a file in such a way that it holds all of the content or what it held before, even if power fails.

    Parameters
    ----------
    path : Path
        In a folder that exists.
    content : bytes
    mode : int
        Permissions of the file; by default nobody else may read it.
    sync : bool
        Without it the disk need not have stored the file yet, and it may be damaged if power fails.

    Raises
    ------
    OSError
        If it cannot be written; no part of it is left then.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=PART, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        Path(name).chmod(mode)
        # Renaming is atomic within a file system: readers see the old file or the new one, never half of one.
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def sync_folder(folder: Path) -> None:
    """Have the disk store all files of a folder, before the folder is renamed to what it is found by.

    Raises
    ------
    OSError
        If the disk fails.
    """
    for path in (*folder.iterdir(), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
