"""What is finished of an index that is being made, so that after a kill it goes on, and other machines can help.

An index is made in steps. Each leaves files in one folder, and then a note with
what it found out and with the files' checksums. A step whose note is there is
not taken again, whoever has taken it: a process that was killed, or a worker of
a cluster that shares the folder. What a note tells is believed once its files
are as it says.
"""

from __future__ import annotations

import json
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from saferoute.kept import DamagedFile, read_sealed, seal, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_NOTE = ".done"
_AT_ONCE = 1 << 22
"""Bytes of a file that are read at a time for its checksum."""


class Making(NamedTuple):
    """The folder in which an index is made.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     making = Making(Path(name))
    ...     [making.do("sum", lambda: (1 + 1, ())) for _ in range(2)], making.has("sum"), making.has("product")
    ([2, 2], True, False)
    """

    folder: Path

    def has(self, step: str) -> bool:
        """Return whether a step has been taken."""
        return self._note(step).exists()

    def do(self, step: str, take: Callable[[], tuple[Any, Iterable[Path]]]) -> Any:
        """Return what a step found out, which is taken now unless it has been.

        Parameters
        ----------
        step : str
        take : callable
            Returns what it found out, of types that JSON has, and the files that it has written.

        Raises
        ------
        OSError
            If the disk is full or fails.
        """
        with suppress(OSError, DamagedFile):
            return json.loads(read_sealed(self._note(step))[1])
        told, files = take()
        sums = {str(path): _sum_file(path) for path in files}
        content = json.dumps(told).encode()
        write_whole(self._note(step), seal(content, files=sums))
        result: Any = json.loads(content)
        return result

    def sweep(self) -> None:
        """Remove the notes of steps whose files are no longer what they wrote, so that those are taken again."""
        for note in self.folder.glob(f"*{_NOTE}"):
            try:
                about, _ = read_sealed(note)
                whole = all(_sum_file(Path(name)) == told for name, told in about["files"].items())
            except (OSError, DamagedFile):
                whole = False
            if not whole:
                note.unlink()

    def _note(self, step: str) -> Path:
        return self.folder / f"{step}{_NOTE}"


def _sum_file(path: Path) -> list[int]:
    """Return the size and the checksum of a file."""
    check = size = 0
    with path.open("rb") as file:
        while block := file.read(_AT_ONCE):
            check, size = zlib.crc32(block, check), size + len(block)
    return [size, check]
