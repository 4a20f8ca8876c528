"""The making of an index by many: workers that share its folder copy extracts and decode their parts.

What they leave are steps that are noted (`saferoute.sources.osm.making`), so that
the process which then makes the index goes on from there as after a kill.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from saferoute.digests import digest_libraries, digest_modules
from saferoute.kept import DamagedFile
from saferoute.sources.damage import read_apart
from saferoute.sources.osm._files import explain_damage
from saferoute.sources.osm._indexed import Index
from saferoute.sources.osm._layers import PARTS
from saferoute.sources.osm.building import choose_steps, list_sources, open_part
from saferoute.sources.osm.exporting import NotSorted
from saferoute.sources.osm.index import KIND, make_index_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from saferoute.sources.cache import Cache
    from saferoute.sources.osm._layers import Source
    from saferoute.sources.osm._tables import Joiner


class Caller(Protocol):
    """What has a function called with each of some things by others, in order."""

    def __call__(self, function: Callable[[Any], Any], given: Iterable[Any]) -> Iterator[Any]:
        """Yield what the function returns."""
        ...


class Task(NamedTuple):
    """What one worker does: a copy of an extract, or a part of one that it decodes."""

    source: Source
    code: str
    """Digest of the code and the libraries of whoever makes the index."""
    kind: str = ""
    """Of the part; ``""`` = the copy."""
    number: int = 0
    span: tuple[int, int] | None = None


def share_index(paths: Sequence[Path], cache: Cache, join: Joiner, call: Caller) -> None:
    """Have others do of an index what can be done side by side, unless it is there.

    They must find the extracts and the folder of the cache under the same paths.

    Parameters
    ----------
    paths, cache, join
        As of `saferoute.sources.osm.index.open_index`.
    call : Caller

    Raises
    ------
    InvalidInput
        If a file is not a complete OpenStreetMap extract.
    OSError
        If the index cannot be written.
    """
    folder = cache.folder / KIND / make_index_key(paths, cache, join)
    with suppress(DamagedFile):
        Index.load(folder)
        return
    with cache.hold_lock(KIND):
        sources = list_sources(paths, open_part(folder), unsorted=False)
        if all(source.has_read() for source in sources):
            return
        code = _digest_code()
        for _ in call(do_task, [Task(source, code) for source in sources]):
            pass
        large = [source for source in choose_steps(sources) if source.has_steps]
        for _ in call(do_task, [task for source in large for task in _list_parts(source, code)]):
            pass


def _digest_code() -> str:
    return digest_modules(__name__) + digest_libraries("osmium", "shapely")


def _list_parts(source: Source, code: str) -> Iterator[Task]:
    """Yield what there is to decode of an extract that has been copied."""
    spans = source.list_parts(source.copy_blocks().blocks)
    for kind in PARTS:
        for number, span in enumerate(spans):
            yield Task(source, code, kind, number, span)


def do_task(task: Task) -> None:
    """Do what is asked, apart; what is left undone the process does that makes the index.

    That is all where a worker has other code, and what cannot be done as the extract is not sorted, which is found
    out again.
    """
    if task.code == _digest_code():
        read_apart([task.source.path], _do_task, task)


def _do_task(task: Task) -> None:
    blocks = task.source.copy_blocks().blocks
    if task.kind:
        with suppress(NotSorted), explain_damage(task.source.path):
            task.source.read_part(task.kind, task.number, lambda: (blocks, task.span))
