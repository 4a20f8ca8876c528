"""Answers of services, kept on disk: written whole or not at all, and checked when they are read.

An entry is one file: a line of JSON that says what it is, how long and with
which checksum, then the answer itself. A file that was cut off, or that
something else wrote, is as good as none and is fetched again.
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
"""Folders of the cache, one a service, and one for time zones; nothing else in it is ever touched."""

SUFFIX = ".entry"
_PART = ".part"
_FORMAT = 1
_MOST_HEADER = 65_536
LOCK_WAIT_S = 900.0
"""How long is waited for another process that asks the same service."""


@dataclass(frozen=True)
class Entry:
    """One answer and what is known of it."""

    payload: bytes
    fetched: datetime
    about: Mapping[str, Any]
    """What the writer noted."""

    def age_days(self) -> float:
        """Return how old the answer is."""
        return (datetime.now(UTC) - self.fetched).total_seconds() / 86_400


@dataclass(frozen=True)
class Usage:
    """What one kind takes up."""

    kind: str
    entries: int
    bytes: int
    damaged: int
    oldest: datetime | None
    newest: datetime | None


def default_folder() -> Path:
    """Return the folder of this user's cache."""
    import platformdirs

    return platformdirs.user_cache_path("saferoute", appauthor=False)


@dataclass
class Cache:
    """A folder of answers.

    Parameters
    ----------
    folder : Path, optional
        By default ``saferoute`` in the user's cache folder.
    """

    folder: Path = field(default_factory=default_folder)
    trouble: str | None = None
    """Why the last answer could not be kept; None = it was."""

    def read_entry(self, kind: str, key: str) -> Entry | None:
        """Return an answer, None where there is no whole one."""
        path = self._entry_path(kind, key)
        try:
            with path.open("rb") as file:
                header = _parse_header(file.readline(_MOST_HEADER))
                if header is None or header["key"] != key:
                    return None
                payload = file.read(header["bytes"] + 1)
        except OSError:
            return None
        if len(payload) != header["bytes"] or sha256(payload).hexdigest() != header["sha256"]:
            return None
        return Entry(payload, datetime.fromisoformat(header["fetched"]), header["about"])

    def store_entry(self, kind: str, key: str, payload: bytes, **about: Any) -> Entry:
        """Keep an answer; where the disk does not take it, note so in `trouble`, and go on."""
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
        """Yield the keys of the whole-looking entries of a kind, and what was noted of each."""
        for path in self._list_files(kind, SUFFIX):
            header = _read_header(path)
            if header is not None:
                yield header["key"], header["about"]

    @contextmanager
    def hold_lock(self, kind: str, *, most_s: float = LOCK_WAIT_S) -> Iterator[None]:
        """Hold what one process at a time may: asking a service.

        Raises
        ------
        SourceUnavailable
            If another process holds it for longer than `most_s`.
        """
        with self._acquire_lock(kind, most_s):
            yield

    def _acquire_lock(self, kind: str, most_s: float) -> Any:
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
        except (OSError, NotImplementedError):  # a disk that takes no file takes no lock
            return nullcontext()

    def measure_usage(self) -> list[Usage]:
        """Return what each kind takes up."""
        found = []
        for kind in KINDS:
            times, size, damaged = [], 0, 0
            for path in self._list_files(kind, SUFFIX):
                with suppress(OSError):
                    size += path.stat().st_size
                    header = _read_header(path)
                    damaged += header is None
                    times += [datetime.fromisoformat(header["fetched"])] if header else []
            count = len(times) + damaged
            found.append(Usage(kind, count, size, damaged, min(times, default=None), max(times, default=None)))
        return found

    def delete_entries(self) -> int:
        """Delete all entries, and what broken-off writes left; return how many entries there were."""
        count = 0
        for kind in KINDS:
            for path in (*self._list_files(kind, SUFFIX), *self._list_files(kind, _PART)):
                path.unlink(missing_ok=True)
                count += path.name.endswith(SUFFIX)
            with suppress(OSError):  # something else may lie in it
                (self.folder / kind).rmdir()
        return count

    def _entry_path(self, kind: str, key: str) -> Path:
        return self.folder / kind / f"{sha256(key.encode()).hexdigest()[:40]}{SUFFIX}"

    def _list_files(self, kind: str, suffix: str) -> list[Path]:
        folder = self.folder / kind
        return sorted(folder.glob(f"*{suffix}")) if folder.is_dir() else []


def _parse_header(line: bytes) -> dict[str, Any] | None:
    """Return the first line of an entry, None where it is none of this format."""
    try:
        header = json.loads(line)
        whole = header["saferoute"] == _FORMAT and isinstance(header["about"], dict) and header["bytes"] >= 0
        datetime.fromisoformat(header["fetched"]).astimezone(UTC)
    except (ValueError, TypeError, KeyError):
        return None
    return header if whole and {"key", "sha256"} <= header.keys() else None


def _read_header(path: Path) -> dict[str, Any] | None:
    """Return the header of an entry that is as long as it says."""
    try:
        with path.open("rb") as file:
            line = file.readline(_MOST_HEADER)
            size = os.fstat(file.fileno()).st_size
    except OSError:
        return None
    header = _parse_header(line)
    return header if header and size == len(line) + header["bytes"] else None


def _write_atomically(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(suffix=_PART, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
