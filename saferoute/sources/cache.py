"""A cache on disk for the answers of services.

An entry is one file: a line of JSON with its key, length and checksum, then
the answer itself. Entries are written whole or not at all, and checked when
they are read. A file that was cut off, or that another program wrote, counts
as missing, and its answer is fetched again.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from saferoute.model import SourceUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

logger = logging.getLogger(__name__)

KINDS = ("overpass", "nominatim", "mapterhorn", "glo30", "zones")
"""Folders of the cache: one for each service and one for time zones. Other files are never touched."""

SUFFIX = ".entry"
_PART = ".part"
_FORMAT = 1
"""Version of the format of entries; entries of other versions count as missing."""
_MOST_HEADER = 65_536
"""Longest first line in bytes; a file without line breaks must not be read whole."""
LOCK_WAIT_S = 900.0
"""Longest wait, in seconds, for another process that is asking the same service [J]."""


@dataclass(frozen=True)
class Entry:
    """One answer, when it was fetched, and notes on it."""

    payload: bytes
    fetched: datetime
    """In UTC."""
    about: Mapping[str, Any]
    """Notes of whoever stored it."""

    def age_days(self) -> float:
        """Return the age of the answer in days."""
        return (datetime.now(UTC) - self.fetched).total_seconds() / 86_400


@dataclass(frozen=True)
class Usage:
    """Number and size of the entries of one kind."""

    kind: str
    entries: int
    """All entries, damaged ones included."""
    bytes: int
    damaged: int
    oldest: datetime | None
    newest: datetime | None


def default_folder() -> Path:
    """Return the usual cache folder of this user's system."""
    import platformdirs

    return platformdirs.user_cache_path("saferoute", appauthor=False)


@dataclass
class Cache:
    """A folder with answers of services.

    Parameters
    ----------
    folder : Path, optional
        By default ``saferoute`` in the user's cache folder.
    """

    folder: Path = field(default_factory=default_folder)
    trouble: str | None = None
    """Why the last answer could not be stored; None = it was stored."""

    def read_entry(self, kind: str, key: str) -> Entry | None:
        """Return the answer to a key, or None if it is missing, damaged or cut off."""
        path = self._entry_path(kind, key)
        try:
            with path.open("rb") as file:
                header = _parse_header(file.readline(_MOST_HEADER))
                # File names are shortened hashes, which two keys may share.
                if header is None or header["key"] != key:
                    return None
                # One byte more than it should have shows a file that is too long.
                payload = file.read(header["bytes"] + 1)
        except OSError:
            return None
        if len(payload) != header["bytes"] or sha256(payload).hexdigest() != header["sha256"]:
            return None
        return Entry(payload, datetime.fromisoformat(header["fetched"]), header["about"])

    def store_entry(self, kind: str, key: str, payload: bytes, **about: Any) -> Entry:
        """Store an answer and return it as an entry.

        An error of the disk does not raise: the answer at hand is still good.
        It is noted in `trouble`, for the outputs to mention.

        Parameters
        ----------
        kind : str
            One of `KINDS`.
        key : str
            The question, such as an address; any length.
        payload : bytes
            The answer.
        **about
            Notes to be stored with it, of types that JSON has.
        """
        fetched = datetime.now(UTC).replace(microsecond=0)
        header = {
            "saferoute": _FORMAT,
            "key": key,
            "bytes": len(payload),
            "sha256": sha256(payload).hexdigest(),
            "fetched": fetched.isoformat(),
            "about": about,
        }
        try:
            _write_atomically(self._entry_path(kind, key), json.dumps(header).encode() + b"\n" + payload)
            self.trouble = None
        except OSError as error:
            self.trouble = f"{self.folder}: answers cannot be kept there ({error.strerror or error})"
        return Entry(payload, fetched, about)

    def iterate_entries(self, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the key and the notes of each entry of a kind that has its full length."""
        for path in self._list_files(kind, SUFFIX):
            header = _read_header(path)
            if header is not None:
                yield header["key"], header["about"]

    @contextmanager
    def hold_lock(self, kind: str, *, most_s: float = LOCK_WAIT_S) -> Iterator[None]:
        """Hold the lock of a service, so that one process at a time asks it.

        Services limit the requests of each user, and a second process often
        finds its answer in the cache once the first one is done.

        Raises
        ------
        SourceUnavailable
            If another process holds the lock for longer than `most_s` seconds.
        """
        with self._acquire_lock(kind, most_s):
            yield

    def _acquire_lock(self, kind: str, most_s: float) -> Any:
        """Return a context in which the lock of a kind is held."""
        from filelock import FileLock, Timeout

        path = self.folder / f"{kind}.lock"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(path)
            try:
                return lock.acquire(timeout=0)
            except Timeout:
                logger.info("another saferoute is asking %s; waiting for it, at most %.0f s", kind, most_s)
                return lock.acquire(timeout=most_s)
        except Timeout as error:
            raise SourceUnavailable(
                f"another saferoute has been asking {kind} for {most_s:.0f} s; try again when it has ended"
            ) from error
        # On a disk that cannot be written, or has no locks, nothing is stored that needs guarding.
        except (OSError, NotImplementedError):
            return nullcontext()

    def measure_usage(self) -> list[Usage]:
        """Return number, size and age of the entries of each kind."""
        found = []
        for kind in KINDS:
            times, size, damaged = [], 0, 0
            for path in self._list_files(kind, SUFFIX):
                # Another process may delete a file between the listing and the look at it.
                with suppress(OSError):
                    size += path.stat().st_size
                    header = _read_header(path)
                    damaged += header is None
                    times += [datetime.fromisoformat(header["fetched"])] if header else []
            count = len(times) + damaged
            found.append(Usage(kind, count, size, damaged, min(times, default=None), max(times, default=None)))
        return found

    def delete_entries(self) -> int:
        """Delete all entries and the remains of interrupted writes, and return the number of entries."""
        count = 0
        for kind in KINDS:
            for path in (*self._list_files(kind, SUFFIX), *self._list_files(kind, _PART)):
                path.unlink(missing_ok=True)
                count += path.name.endswith(SUFFIX)
            # Files that are not of this cache may lie in the folder, which then stays.
            with suppress(OSError):
                (self.folder / kind).rmdir()
        return count

    def _entry_path(self, kind: str, key: str) -> Path:
        return self.folder / kind / f"{sha256(key.encode()).hexdigest()[:40]}{SUFFIX}"

    def _list_files(self, kind: str, suffix: str) -> list[Path]:
        folder = self.folder / kind
        return sorted(folder.glob(f"*{suffix}")) if folder.is_dir() else []


def _parse_header(line: bytes) -> dict[str, Any] | None:
    """Return the header in the first line of an entry, or None if it is not of this format."""
    try:
        header = json.loads(line)
        whole = header["saferoute"] == _FORMAT and isinstance(header["about"], dict) and header["bytes"] >= 0
        datetime.fromisoformat(header["fetched"]).astimezone(UTC)
    except (ValueError, TypeError, KeyError):
        return None
    return header if whole and {"key", "sha256"} <= header.keys() else None


def _read_header(path: Path) -> dict[str, Any] | None:
    """Return the header of an entry, or None if it is damaged or the file has another length than it says."""
    try:
        with path.open("rb") as file:
            line = file.readline(_MOST_HEADER)
            size = os.fstat(file.fileno()).st_size
    except OSError:
        return None
    header = _parse_header(line)
    return header if header and size == len(line) + header["bytes"] else None


def _write_atomically(path: Path, content: bytes) -> None:
    """Write a file in such a way that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(suffix=_PART, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        # Renaming is atomic within a file system: readers see the old file or the new one, never half of one.
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
