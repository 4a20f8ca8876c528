"""A cache on disk for the answers of services.

An entry is one sealed file (`saferoute.kept`): it is written whole or not at
all, and checked when it is read. A file that was damaged or cut off, or that
another program wrote, counts as missing, and its answer is fetched again.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from saferoute.drawers import Drawers
from saferoute.kept import PART, DamagedFile, read_header, read_sealed, seal, write_whole
from saferoute.model import SourceUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

logger = logging.getLogger(__name__)

KINDS = ("overpass", "nominatim", "mapterhorn", "glo30", "zones")
"""Folders of the cache: one for each service and one for time zones. Other files are never touched."""

DRAWERS = "ground"
"""Folder of the cache for what searches derive from maps."""
SUFFIX = ".entry"
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
    damaged: tuple[Path, ...]
    """Files of entries that will be fetched again."""
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

    @property
    def drawers(self) -> Drawers:
        """Where what searches derive from maps is kept."""
        return Drawers(self.folder / DRAWERS)

    def read_entry(self, kind: str, key: str) -> Entry | None:
        """Return the answer to a key, or None if it is missing, damaged or cut off."""
        try:
            noted, payload = read_sealed(self._entry_path(kind, key))
        except (OSError, DamagedFile):
            return None
        # File names are shortened hashes, which two keys may share.
        if noted["key"] != key:
            return None
        return Entry(payload, datetime.fromisoformat(noted["fetched"]), noted["about"])

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
        path = self._entry_path(kind, key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, seal(payload, key=key, fetched=fetched.isoformat(), about=about))
            self.trouble = None
        except OSError as error:
            self.trouble = f"{self.folder}: answers cannot be kept there ({error.strerror or error})"
        return Entry(payload, fetched, about)

    def iterate_entries(self, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the key and the notes of each entry of a kind that has its full length."""
        for path in self._list_files(kind, SUFFIX):
            header = read_header(path)
            if header is not None:
                yield header.about["key"], header.about["about"]

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
        """Return number, size and age of the entries of each kind, after reading all of them."""
        found = []
        for kind in KINDS:
            times, size, damaged = [], 0, []
            for path in self._list_files(kind, SUFFIX):
                # Another process may delete a file between the listing and the look at it.
                with suppress(OSError):
                    size += path.stat().st_size
                    try:
                        times.append(datetime.fromisoformat(read_sealed(path)[0]["fetched"]))
                    except DamagedFile:
                        damaged.append(path)
            span = (min(times, default=None), max(times, default=None))
            found.append(Usage(kind, len(times) + len(damaged), size, tuple(damaged), *span))
        return found

    def delete_entries(self) -> int:
        """Delete all entries and the remains of interrupted writes, and return the number of entries."""
        count = 0
        for kind in KINDS:
            for path in (*self._list_files(kind, SUFFIX), *self._list_files(kind, PART)):
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
