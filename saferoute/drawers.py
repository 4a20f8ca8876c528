"""Drawers: what searches derive from the map, kept on disk by place for the searches after them.

A drawer is one sealed file (`saferoute.kept`) with answers that were found in
one square of the ground. Each is found by a digest of all that it was derived
from, the code included: what is recalled is the answer to the very same
question, or there is none. So nothing in a drawer is ever out of date, only of
no more use, and a drawer that is damaged, missing or thrown away costs time alone.
"""

from __future__ import annotations

import struct
from contextlib import suppress
from dataclasses import dataclass
from time import time
from typing import TYPE_CHECKING, NamedTuple

from saferoute.kept import PART, DamagedFile, read_sealed, seal, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

SUFFIX = ".drawer"
DIGEST_BYTES = 20
"""Length of the digests by which answers are found."""
MOST_BYTES = 256 << 20
"""Usual size of all drawers of a folder above which the oldest are deleted; a city takes some 2 MB [J]."""
MOST_IN_DRAWER = 8 << 20
"""Size of the answers in a drawer above which its oldest are dropped; one runner's take a twentieth of it [J]."""
_LOOK_EVERY = 1 / 64
"""Share of the most that drawers may take that a process writes between two looks at what all drawers take [J]."""
_LEFT_S = 3600.0
"""Age of a file that is not complete from which whoever wrote it was killed [J]."""
_ITEM = struct.Struct(f"<{DIGEST_BYTES}sI")
_WRITTEN: dict[Path, int] = {}
"""Bytes that this process wrote to each folder since it looked at what is there; absent = it never looked."""


class Key(NamedTuple):
    """Where an answer is kept."""

    drawer: str
    """Name of the drawer: of code and place, in characters that every file system takes."""
    digest: bytes
    """Digest of all that the answer was derived from, of `DIGEST_BYTES` bytes."""


@dataclass(frozen=True)
class Drawers:
    """A folder of drawers, which several processes may use at once.

    Parameters
    ----------
    folder : Path
        It is made when something is kept there for the first time.
    most_bytes : int
        Size of all drawers of the folder above which the oldest are deleted.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     drawers, key = Drawers(Path(folder)), Key("place", bytes(DIGEST_BYTES))
    ...     drawers.keep({key: b"an answer"})
    ...     drawers.recall([key, Key("elsewhere", bytes(DIGEST_BYTES))])
    [b'an answer', None]
    """

    folder: Path
    most_bytes: int = MOST_BYTES

    def recall(self, keys: Sequence[Key]) -> list[bytes | None]:
        """Return the answers that are kept under some keys, None where there is none."""
        held = {name: self._read_drawer(name) for name in {key.drawer for key in keys}}
        return [held[key.drawer].get(key.digest) for key in keys]

    def recall_all(self, drawer: str) -> list[bytes]:
        """Return all answers in a drawer, those kept first at the beginning."""
        return list(self._read_drawer(drawer).values())

    def keep(self, answers: Mapping[Key, bytes]) -> None:
        """Keep answers beside those in their drawers, as far as the disk allows.

        Two processes that write to a drawer at the same time may lose what one of them found.
        """
        by_drawer: dict[str, dict[bytes, bytes]] = {}
        for key, answer in answers.items():
            by_drawer.setdefault(key.drawer, {})[key.digest] = answer
        # On a disk that is full or cannot be written every search is like the first.
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            written = _WRITTEN.get(self.folder, self.most_bytes)
            for name, new in by_drawer.items():
                content = b"".join(_encode_newest({**self._read_drawer(name), **new}))
                # A drawer that a power failure damaged is as good as none.
                write_whole(self._path(name), seal(content, drawer=name), sync=False)
                written += len(content)
            # Looking at every file takes longer than writing one.
            if written >= _LOOK_EVERY * self.most_bytes:
                self._delete_oldest()
                written = 0
            _WRITTEN[self.folder] = written

    def list_damaged(self) -> list[Path]:
        """Return the files of drawers that are not what was written, after reading all of them."""
        return [path for path in self.list_files() if not _is_whole(path)]

    def delete_files(self) -> int:
        """Delete all drawers and the remains of interrupted writes, and return the number of drawers."""
        files = self.list_files()
        for path in (*files, *self.folder.glob(f".*{PART}")):
            path.unlink(missing_ok=True)
        with suppress(OSError):  # files of others may lie in it
            self.folder.rmdir()
        return len(files)

    def list_files(self) -> list[Path]:
        """Return the files of all drawers, sorted."""
        return sorted(self.folder.glob(f"*{SUFFIX}")) if self.folder.is_dir() else []

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{SUFFIX}"

    def _read_drawer(self, name: str) -> dict[bytes, bytes]:
        """Return what is in a drawer by digest, the oldest first; nothing if it is missing or damaged."""
        try:
            about, content = read_sealed(self._path(name))
        except (OSError, DamagedFile):
            return {}
        # A file that was renamed is whole, but another drawer.
        return dict(_decode(content)) if about.get("drawer") == name else {}

    def _delete_oldest(self) -> None:
        """Delete the drawers that were written longest ago, down to the most that all may take."""
        stats = []
        for path in self.list_files():
            with suppress(FileNotFoundError):  # deleted by another process meanwhile
                stats.append((path.stat(), path))
        total = 0
        for stat, path in sorted(stats, key=lambda one: one[0].st_mtime, reverse=True):
            total += stat.st_size
            if total > self.most_bytes:
                path.unlink(missing_ok=True)
        for path in self.folder.glob(f".*{PART}"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < time() - _LEFT_S:
                    path.unlink()


def _is_whole(path: Path) -> bool:
    with suppress(DamagedFile, OSError):
        read_sealed(path)
        return True
    return False


def _encode_newest(items: Mapping[bytes, bytes]) -> Iterator[bytes]:
    """Yield items as bytes, without the first ones where all are more than a drawer holds."""
    over = sum(_ITEM.size + len(answer) for answer in items.values()) - MOST_IN_DRAWER
    for digest, answer in items.items():
        if over > 0:
            over -= _ITEM.size + len(answer)
        else:
            yield _ITEM.pack(digest, len(answer)) + answer


def _decode(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(content):
        digest, length = _ITEM.unpack_from(content, at)
        at += _ITEM.size + length
        yield digest, content[at - length : at]
