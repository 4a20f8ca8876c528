"""An index of extracts in the user's cache: tables that are read by bounding box.

Extracts are read once and then opened from their index. An index is a folder
whose name depends on the contents of the files, and on the code and the
libraries that make it. It is written under another name and renamed when it is
complete, so that no process ever sees half of one. Whatever is read of it is
checked by its checksum, and a damaged index is made anew. Combinations of tags
are numbers into lists of values.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from saferoute.digests import digest_libraries, digest_modules
from saferoute.kept import PART, DamagedFile, read_sealed, seal, write_whole
from saferoute.model import SourceUnavailable
from saferoute.sources.damage import read_apart
from saferoute.sources.osm._indexed import Index, forget_index
from saferoute.sources.osm._reading import read_extracts
from saferoute.sources.osm._tables import build_tables
from saferoute.sources.osm.building import build_index

if TYPE_CHECKING:
    from collections.abc import Sequence

    from saferoute.sources.cache import Cache
    from saferoute.sources.osm._tables import Joiner, Tables

logger = logging.getLogger(__name__)

KIND = "index"
"""Folder of the cache that holds indexes."""
_START_BYTES = 4e8
_MEMORY = 0.3
"""Bytes of memory that making an index takes whatever it is of, and bytes per byte of extract on top: 29 MB took
368 MB, 98 MB 410, 501 MB 501. What lies in files of its folder is not counted, as the system takes it back."""
_START_S = 1.0
_BYTES_PER_S = 4e6
"""Seconds that making an index takes whatever it is of, and bytes of extract a second on top; 98 MB took 25.2 s."""
_BLOCK = 1 << 20
"""Bytes read at a time for a checksum."""


_LIBRARIES = ("osmium", "pyproj", "shapely")
"""Packages that read and write the tables."""


def make_index_key(paths: Sequence[Path], cache: Cache, join: Joiner | None) -> str:
    """Return the name of the index of some files: by what they hold, wherever they lie, and by what makes it.

    The code of this module and of the one that `join` comes from counts, with
    all that they import.

    A file's checksum is computed once, and again when its size or one of its
    times has changed. Writing always changes ``ctime``, which ``touch`` cannot
    set back.
    """
    # The tags that are kept are part of the name: a version that keeps others must not read old tables.
    held = [_hash_content(path.resolve(), cache.folder / KIND) for path in paths]
    code = digest_modules(__name__, *([join.__module__] if join else []))
    return sha256(json.dumps([held, code, digest_libraries(*_LIBRARIES)]).encode()).hexdigest()[:32]


def _hash_content(path: Path, folder: Path) -> str:
    """Return the checksum of a file, from the note of an earlier run if the file has not changed since."""
    stat = path.stat()
    seen = [str(path), stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
    note = folder / f"{sha256(str(path).encode()).hexdigest()[:32]}.seen"
    with suppress(OSError, DamagedFile):
        known, _ = read_sealed(note)
        if known["seen"] == seen:
            return str(known["sha256"])
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(note, seal(b"", seen=seen, sha256=digest.hexdigest()))
    return digest.hexdigest()


def open_index(paths: Sequence[Path], cache: Cache, *, join: Joiner | None) -> Index | Tables:
    """Return the index of some extracts, which is made first if there is none or it is damaged.

    If it cannot be written, or another process takes too long to make it, the
    extracts are read into memory instead, and `Cache.trouble` says why it could
    not be written.

    Parameters
    ----------
    paths : sequence of Path
        The extracts.
    cache : Cache
        The cache that holds indexes.
    join : callable or None
        Function that joins ways to strokes; without it the index has none.

    Raises
    ------
    InvalidInput
        If a file is not a complete OpenStreetMap extract.
    """
    # Raised if the lock is held for too long: the other process may hang, so this one goes on without an index.
    with suppress(SourceUnavailable):
        try:
            folder = cache.folder / KIND / make_index_key(paths, cache, join)
            with suppress(DamagedFile):
                return Index.load(folder)
            with cache.hold_lock(KIND):
                with suppress(DamagedFile):
                    return Index.load(folder)  # another process may have made it meanwhile
                _announce_reading(paths, anew=folder.exists())
                return build_index(paths, folder, join)
        except (OSError, DamagedFile) as error:
            reason = getattr(error, "strerror", None) or error
            cache.trouble = f"{cache.folder / KIND}: the index cannot be kept there ({reason})"
    return build_tables(read_apart(paths, read_extracts, paths), join)


def _announce_reading(paths: Sequence[Path], *, anew: bool) -> None:
    """Log a message that extracts are read, which takes a while, and whether they have been before."""
    names, why = ", ".join(p.name for p in paths), "anew, as their index is damaged" if anew else "for the first time"
    logger.info("reading %s %s", names, why, extra={"seconds": _estimate_seconds(paths)})
    _warn_of_memory(paths)


def _estimate_seconds(paths: Sequence[Path]) -> float:
    """Return about how long it takes to make an index, 0 where nobody knows."""
    if not all(path.name.lower().endswith(".pbf") for path in paths):
        return 0.0
    return _START_S + sum(path.stat().st_size for path in paths) / _BYTES_PER_S


def _warn_of_memory(paths: Sequence[Path]) -> None:
    """Log a message if reading may take more memory than is free."""
    # Linux kills a process that runs out of memory without a message, so it is given before.
    sizes = [path.stat().st_size for path in paths if path.name.lower().endswith(".pbf")]
    need = _START_BYTES * bool(sizes) + _MEMORY * sum(sizes)
    free = _free_bytes()
    if free is not None and need > free:
        logger.info(
            "it may take %.1f GB of memory, and %.1f GB are free: if it is killed, give an extract of a smaller region",
            need / 1e9,
            free / 1e9,
        )


def _free_bytes() -> int | None:
    """Return the available memory in bytes, None if the system does not say."""
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text().splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("MemAvailable:")).split()[1])
    return None


@dataclass(frozen=True)
class Kept:
    """Description of an index in the cache."""

    folder: Path
    of: tuple[str, ...]
    """Names of its extracts; empty = the index is damaged and will be made anew."""
    bytes: int
    """Size of all its files."""


def list_indexes(cache: Cache) -> list[Kept]:
    """Return a description of each index in a cache, after reading all of it."""
    found = []
    for folder in _list_folders(cache):
        size = sum(path.stat().st_size for path in folder.iterdir())
        try:
            index = Index.load(folder)
            index.check_files()
            found.append(Kept(folder, tuple(index.about["of"]), size))
        except DamagedFile:
            found.append(Kept(folder, (), size))
    return found


def forget_damaged_index(damage: DamagedFile, cache: Cache) -> None:
    """Have the index that a damaged file belongs to made anew, unless another process has done so meanwhile."""
    folder = damage.path.parent
    with suppress(OSError, SourceUnavailable), cache.hold_lock(KIND):
        try:
            Index.load(folder).check_files()
        except DamagedFile:
            forget_index(folder)


def delete_indexes(cache: Cache) -> int:
    """Delete all indexes, notes on files and remains of interrupted writes, and return the number of indexes."""
    folder = cache.folder / KIND
    if not folder.is_dir():
        return 0
    with cache.hold_lock(KIND):
        folders = _list_folders(cache)
        for path in (*folders, *folder.glob(f"*{PART}")):
            shutil.rmtree(path, ignore_errors=True)
            if path.is_file():
                path.unlink()
        for note in folder.glob("*.seen"):
            note.unlink(missing_ok=True)
    with suppress(OSError):  # files of others may lie in it
        folder.rmdir()
    return len(folders)


def _list_folders(cache: Cache) -> list[Path]:
    """Return the folders in a cache that have the name of an index, sorted."""
    folder = cache.folder / KIND
    named = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in named if path.is_dir() and re.fullmatch("[0-9a-f]{32}", path.name)]
