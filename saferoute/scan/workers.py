"""Workers that survey tiles: this process, several processes, or a cluster."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from typing import TYPE_CHECKING, Any

from saferoute.model import InvalidInput, SourceUnavailable
from saferoute.report.text import sanitize_text
from saferoute.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from saferoute.scan._job import Job
    from saferoute.scan.tiles import Tile

    Done = tuple[Tile, bytes | None, str]
    """A tile with what it says, or with None and why it says nothing."""

_LOG = logging.getLogger(__name__)

_AHEAD = 3
"""Tiles sent in advance for each thread of a cluster."""
CONNECT_S = 30


def scan_tile(tile: Tile, job: Job) -> tuple[bytes | None, str]:
    """Return the content of a surveyed tile, or None and the error in words.

    An error is returned, not raised, so that it does not stop the other tiles.

    Parameters
    ----------
    tile : Tile
    job : Job

    Returns
    -------
    content : bytes or None
        As `saferoute.scan._store.to_bytes` writes it.
    why : str
        What went wrong, ``""`` if nothing did.
    """
    from saferoute.scan._job import digest_code
    from saferoute.scan._store import to_bytes
    from saferoute.scan.survey import survey_tile

    # A worker with other code, though its version be the same, might find other stretches.
    if job.code != digest_code():
        return None, (
            f"its worker has saferoute {__version__} with other code or libraries than the scan, which has "
            f"{job.version}: install the same there, and start the worker again"
        )
    try:
        return to_bytes(survey_tile(tile, job)), ""
    except Exception as error:  # noqa: BLE001 - no error of one tile may cost the others
        return None, _describe_error(error)


def _describe_error(error: BaseException) -> str:
    return f"{type(error).__name__}: {sanitize_text(str(error), 300)}"


def scan_serially(tiles: Sequence[Tile], job: Job) -> Iterator[Done]:
    """Yield surveyed tiles one after the other, in this process."""
    for tile in tiles:
        yield tile, *scan_tile(tile, job)


def scan_in_processes(tiles: Sequence[Tile], job: Job, n: int) -> Iterator[Done]:
    """Yield surveyed tiles from several processes; one that dies costs its own tile alone.

    Parameters
    ----------
    tiles : sequence of Tile
    job : Job
    n : int
        Number of processes.
    """
    left = deque(tiles)
    while left:
        running: dict[Future[Any], Tile] = {}
        with _start_pool(n) as pool:
            try:
                while left or running:
                    # Two for each process: the next tile is there already, and few are in doubt when one dies.
                    while left and len(running) < 2 * n:
                        running[pool.submit(scan_tile, left[0], job)] = left[0]
                        left.popleft()
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        content, why = future.result()
                        yield running.pop(future), content, why
            except BrokenProcessPool:
                pass
            except BaseException:  # Ctrl-C, or the caller stopped reading: nobody needs these tiles
                for process in multiprocessing.active_children():
                    process.terminate()
                raise
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
        # The pool does not tell which tile killed a process, so each is surveyed again, alone.
        for tile in running.values():
            yield tile, *_scan_alone(tile, job)


def _scan_alone(tile: Tile, job: Job) -> tuple[bytes | None, str]:
    """Return a tile that a process of its own has surveyed."""
    with _start_pool(1) as pool:
        try:
            answer: tuple[bytes | None, str] = pool.submit(scan_tile, tile, job).result()
        except BrokenProcessPool:
            return None, "its process died, perhaps for want of memory: take smaller tiles with --zoom"
        return answer


def _start_pool(n: int) -> ProcessPoolExecutor:
    # Spawned, as a forked process inherits the locks that other threads hold at that moment.
    return ProcessPoolExecutor(n, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    """Make this process end with its parent, even if that is killed; a pool alone would wait for ever."""
    parent = multiprocessing.parent_process()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, too, and that decides

    def exit_after_parent() -> None:
        if parent is not None:
            wait_for([parent.sentinel])
            os._exit(1)

    threading.Thread(target=exit_after_parent, name="parent", daemon=True).start()


def scan_on_cluster(tiles: Sequence[Tile], job: Job, address: str) -> Iterator[Done]:
    """Yield surveyed tiles from a Dask cluster; the tiles of a worker that dies go to others.

    Raises
    ------
    InvalidInput
        If Dask is not installed.
    SourceUnavailable
        If no scheduler answers at the address, or it goes away.
    """
    try:
        import distributed
    except ImportError as error:
        raise InvalidInput("--scheduler needs Dask: pip install 'saferoute[scan]'") from error
    try:
        # Not as the default: a program that embeds saferoute may have a client of its own.
        client: Any = distributed.Client(address, timeout=CONNECT_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        raise SourceUnavailable(f"{address}: no Dask scheduler answers there; start one with dask scheduler") from error
    with client:
        if not client.nthreads():
            _LOG.info("no worker is there yet: start some with dask worker")
        left, name = deque(tiles), job.compute_fingerprint()
        running: dict[str, Tile] = {}
        arriving: Any = distributed.as_completed([], loop=client.loop)  # type: ignore[no-untyped-call]

        # Tiles are sent as others come back: a country at once would flood the scheduler.
        def send() -> None:
            while left and len(running) < _AHEAD * max(sum(client.nthreads().values()), 1):
                tile = left.popleft()
                future = client.submit(scan_tile, tile, job, key=f"saferoute-{name}-{tile.quadkey}", pure=False)
                running[future.key] = tile
                arriving.add(future)

        send()
        while running:
            future = next(arriving)
            if future.status == "cancelled":
                raise SourceUnavailable(f"{address}: the scheduler has gone; run the same command again to go on")
            tile = running.pop(future.key)
            failed = future.exception()
            content, why = (None, _describe_error(failed)) if failed else future.result()
            future.release()
            send()
            yield tile, content, why
