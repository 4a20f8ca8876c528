"""Workers that survey tiles: this process, several processes, or a cluster."""

from __future__ import annotations

import multiprocessing
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, NamedTuple

from saferoute.memory import collect_garbage_rarely, give_back_memory
from saferoute.report.text import sanitize_text
from saferoute.scan.crews import AHEAD, connect, explain_lost, start_pool
from saferoute.sources.osm.extract import forget_last
from saferoute.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from saferoute.scan._ground import Ground
    from saferoute.scan._job import Job
    from saferoute.scan.tiles import Tile

_BATCH_ZOOMS = 1
"""Zooms between a tile and the square whose tiles are one task of a cluster: up to 2 × 2 tiles."""


class Work(NamedTuple):
    """A tile to survey."""

    tile: Tile
    earlier: Ground | None = None
    """The ground of which its content is there already; None = nothing is."""


class Done(NamedTuple):
    """A tile that was looked at."""

    tile: Tile
    content: bytes | None
    """As `saferoute.scan._store.to_bytes` writes it; None if something went wrong or the ground is as it was."""
    why: str
    """What went wrong, ``""`` if nothing did."""
    ground: Ground | None = None
    """What it was surveyed from, None if something went wrong."""


@collect_garbage_rarely()
def scan_tile(work: Work, job: Job) -> Done:
    """Return a tile with its content, unless the ground of what is there already is as it was.

    An error is returned, not raised, so that it does not stop the other tiles.
    """
    done = _look_at_tile(work, job)
    # No other tile reads the same ground: a full one would leave some 200 MB.
    forget_last()
    give_back_memory()
    return done


def _look_at_tile(work: Work, job: Job) -> Done:
    """Return a tile as of `scan_tile`."""
    from saferoute.scan._job import digest_code
    from saferoute.scan._store import to_bytes
    from saferoute.scan.survey import frame_ground, survey_tile

    tile, earlier = work
    # A worker with other code, though its version be the same, might find other stretches.
    if job.code != digest_code():
        return Done(
            tile,
            None,
            f"its worker has saferoute {__version__} with other code or libraries than the scan, which has "
            f"{job.version}: install the same there, and start the worker again",
        )
    try:
        if earlier is not None and earlier.digest and job.look_at_ground(tile, earlier.box) == earlier:
            return Done(tile, None, "", earlier)
        found = survey_tile(tile, job)
        return Done(tile, to_bytes(found), "", job.look_at_ground(tile, frame_ground(tile, job, found)))
    except Exception as error:  # noqa: BLE001 - no error of one tile may cost the others
        return Done(tile, None, _describe_error(error))


def _describe_error(error: BaseException) -> str:
    return f"{type(error).__name__}: {sanitize_text(str(error), 300)}"


def scan_serially(works: Iterable[Work], job: Job) -> Iterator[Done]:
    """Yield surveyed tiles one after the other, in this process."""
    for work in works:
        yield scan_tile(work, job)


def scan_in_processes(works: Iterable[Work], job: Job, n: int) -> Iterator[Done]:
    """Yield surveyed tiles from several processes; one that dies costs its own tile alone.

    Parameters
    ----------
    works : iterable of Work
        Asked for the next as others are finished.
    job : Job
    n : int
        Number of processes.
    """
    coming = iter(works)
    left = deque(islice(coming, 1))
    while left:
        running: dict[Future[Any], Work] = {}
        with start_pool(n) as pool:
            try:
                while left or running:
                    # Two for each process: the next tile is there already, and few are in doubt when one dies.
                    while left and len(running) < 2 * n:
                        running[pool.submit(scan_tile, left[0], job)] = left[0]
                        left.popleft()
                        left.extend(islice(coming, 1))
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        done: Done = future.result()
                        running.pop(future)
                        yield done
            except BrokenProcessPool:
                pass
            except BaseException:  # Ctrl-C, or the caller stopped reading: nobody needs these tiles
                for process in multiprocessing.active_children():
                    process.terminate()
                raise
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
        # The pool does not tell which tile killed a process, so each is surveyed again, alone.
        for work in running.values():
            yield _scan_alone(work, job)


def _scan_alone(work: Work, job: Job) -> Done:
    """Return a tile that a process of its own has surveyed."""
    with start_pool(1) as pool:
        try:
            done: Done = pool.submit(scan_tile, work, job).result()
        except BrokenProcessPool:
            return Done(work.tile, None, "its process died, perhaps for want of memory: take smaller tiles with --zoom")
        return done


def scan_tiles(batch: Sequence[Work], job: Job) -> list[Done]:
    """Return several tiles, each as of `scan_tile`."""
    return [scan_tile(work, job) for work in batch]


def _hold_job(job: Job) -> Job:
    """Return a job, which names every raster, for the tasks of a cluster."""
    return job


def scan_on_cluster(works: Iterable[Work], job: Job, address: str) -> Iterator[Done]:
    """Yield surveyed tiles from a Dask cluster; the tiles of a worker that dies go to others.

    Raises
    ------
    InvalidInput
        If Dask is not installed.
    SourceUnavailable
        If no scheduler answers at the address, or it goes away.
    """
    with connect(address) as client:
        import distributed

        batches, name = _pack_siblings(works), job.compute_fingerprint()
        # The result of a task, not data: each worker fetches it once, and a scheduler can have it made again.
        shared = client.submit(_hold_job, job, key=f"saferoute-{name}-job", pure=False)
        running: dict[str, list[Work]] = {}
        arriving: Any = distributed.as_completed([], loop=client.loop)  # type: ignore[no-untyped-call]

        # Tiles are sent as others come back: a country at once would flood the scheduler.
        def send() -> None:
            free = AHEAD * max(sum(client.nthreads().values()), 1) - len(running)
            for batch in islice(batches, max(free, 0)):
                key = f"saferoute-{name}-{batch[0].tile.quadkey}"
                future = client.submit(scan_tiles, batch, shared, key=key, pure=False)
                running[future.key] = batch
                arriving.add(future)

        send()
        while running:
            future = next(arriving)
            if future.status == "cancelled":
                raise explain_lost(address)
            batch = running.pop(future.key)
            failed = future.exception()
            done = [Done(work.tile, None, _describe_error(failed)) for work in batch] if failed else future.result()
            future.release()
            send()
            yield from done


def _pack_siblings(works: Iterable[Work]) -> Iterator[list[Work]]:
    """Yield tiles in batches of neighbours, which read much of the same ground."""
    for _, batch in groupby(works, key=lambda work: work.tile.quadkey[:-_BATCH_ZOOMS]):
        yield list(batch)
