"""Scans of a whole region, tile by tile, for maps and analysts.

A scan finds every stretch that a search would find. Tiles are independent of each
other, so that processes or a cluster can share them. Each is kept as soon as it is
finished: a scan that was killed goes on where it stopped and ends with the same files.
"""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from saferoute.memory import collect_garbage_rarely
from saferoute.model import InvalidInput
from saferoute.report.text import format_wait
from saferoute.scan import _web
from saferoute.scan._job import DEFAULT_ZOOM, ZOOMS, Job, ScanOptions, create_job
from saferoute.scan._store import Store
from saferoute.scan._write import Outputs, assemble_outputs
from saferoute.scan.crews import Crew
from saferoute.scan.survey import list_tiles
from saferoute.scan.tiles import Tile
from saferoute.scan.workers import Done, Work, scan_in_processes, scan_on_cluster, scan_serially
from saferoute.sources.paths import expand_path
from saferoute.sources.runner import choose_profile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Unpack

    from saferoute.scan.tiles import Tiles


__all__ = [
    "DEFAULT_ZOOM",
    "ZOOMS",
    "Job",
    "Result",
    "ScanOptions",
    "Tile",
    "check_output",
    "create_job",
    "list_tiles",
    "run_job",
    "scan_region",
]

_LOG = logging.getLogger(__name__)

_APART = {"seconds": 0.0}
"""Marks a record as one of a step that takes nobody knows how long."""
_SAY_EVERY_S = 5.0
"""Least time between two lines of progress, in seconds."""
_LAST_TILES = 32
_LAST_SHARE = 0.1
"""Share of the tiles, at least `_LAST_TILES`, from which the remaining time is estimated.

Towns and empty valleys take turns: from 32 tiles alone the estimate swung between 3 and 25 minutes.
"""


@dataclass(frozen=True)
class Result:
    """The outcome of a scan.

    Attributes
    ----------
    stretches, tiles : int
        Number of stretches, and of tiles that have a map.
    bad : mapping
        Why each failed tile failed, by its quadkey.
    files : tuple of Path
        The outputs: stretches, summary and page.
    unchanged : int
        Number of tiles that an earlier scan has surveyed and whose ground is as it was.
    """

    stretches: int
    tiles: int
    bad: dict[str, str]
    files: tuple[Path, ...]
    unchanged: int = 0


def scan_region(
    region: Path | str,
    output: Path | str,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    **options: Unpack[ScanOptions],
) -> Result:
    """Find every stretch of a region, tile by tile, and write the results.

    Parameters
    ----------
    region : path
        A folder with extracts and rasters, or an extract.
    output : path
        As of `run_job`.
    workers, scheduler
        As of `run_job`.
    **options
        `ScanOptions`, by the names of the command line.

    Returns
    -------
    Result

    Raises
    ------
    InvalidInput, NoCoverage
        As of `create_job`.
    InvalidInput, SourceUnavailable
        As of `run_job`.
    """
    profile = choose_profile(options)
    output = expand_path(output)
    check_output(output, workers=workers)
    if not profile.at:
        _LOG.info("no --at: people are those of a mean hour of the day, and nothing is said of light")
    _LOG.info("reading the map; an extract that is new here is read whole, which takes a while", extra=_APART)
    job = create_job(region, crew=Crew(workers or os.cpu_count() or 1, scheduler), **options)
    if job.profile.at != profile.at:
        _LOG.info("%s is %s; to go on another day, give that with --at", profile.at, job.profile.at)
    return run_job(job, output, workers=workers, scheduler=scheduler)


def check_output(output: Path, *, workers: int | None = None) -> Outputs:
    """Return where a scan writes, after checking that it can.

    Call it before a country is read, not after.

    Parameters
    ----------
    output : Path
    workers : int, optional
        Number of processes.

    Returns
    -------
    Outputs

    Raises
    ------
    InvalidInput
        If a library is missing, `workers` is below 1, or another thing than a scan stands there.
    """
    _web.require_libraries()
    if workers is not None and workers < 1:
        raise InvalidInput(f"workers {workers}: at least 1 process must look at the tiles")
    return Outputs(output)


@collect_garbage_rarely()
def run_job(job: Job, output: Path, *, workers: int | None = None, scheduler: str | None = None) -> Result:
    """Survey every tile of a job and write what was found.

    Parameters
    ----------
    job : Job
    output : Path
        Folder of GeoParquet to write, which ends with ``.parquet``; beside it come
        ``…-summary.csv`` and the folder ``…-web``.
    workers : int, optional
        Processes on this machine; as many as it has cores by default.
    scheduler : str, optional
        Address of a Dask cluster that is to look at the tiles instead. Its workers
        must find the data under the same paths.

    Returns
    -------
    Result

    Raises
    ------
    InvalidInput
        If the output cannot be written, or another scan is writing it.
    SourceUnavailable
        If no scheduler answers.
    """
    from filelock import FileLock, Timeout

    outputs = check_output(output, workers=workers)
    # Two scans of one output would remove the folders that each is writing.
    lock = FileLock(output.with_name(f".{output.name}.lock"))
    try:
        with lock.acquire(timeout=0):
            result = _run_scan(job, outputs, workers=workers, scheduler=scheduler)
            Path(lock.lock_file).unlink(missing_ok=True)
    except Timeout as error:
        raise InvalidInput(f"{output}: another scan is writing it; wait for it, or choose another with -o") from error
    except OSError as error:
        raise InvalidInput(
            f"{output}: cannot be written ({error.strerror or error}); choose another with -o"
        ) from error
    return result


def _run_scan(job: Job, outputs: Outputs, *, workers: int | None, scheduler: str | None) -> Result:
    files = (outputs.stretches, outputs.summary, outputs.page)
    there, name = outputs.read_facts(), job.compute_fingerprint()
    if there.get("fingerprint") == name and not there["bad_tiles"] and all(path.exists() for path in files):
        _LOG.info("%s is whole already: nothing to do", outputs.stretches)
        return Result(there["stretches"], there["tiles"], {}, files)
    # The rules are in the name, so that tiles of other profiles are never mixed in; each tile says of which data it is.
    store = Store(outputs.stretches.with_name(f".{outputs.stretches.name}.tiles-{job.compute_rules()}"), name)
    tiles = list_tiles(job)
    left = tiles.select(lambda tile: not store.is_finished(tile))
    if len(left) < len(tiles):
        _LOG.info("%d of %d tiles are there already", len(tiles) - len(left), len(tiles))
    bad: dict[str, str] = {}
    unchanged = 0
    progress = _Progress(left)
    for tile, content, why, ground in _scan_tiles(store, left, job, workers=workers, scheduler=scheduler):
        if ground is None:
            bad[tile.quadkey] = f"{_describe_box(tile)}: {why}"
        elif content is None:
            unchanged += 1
            store.confirm_tile(tile, ground)
        else:
            store.save_tile(tile, content, ground)
        progress.count_tile(tile)
    if unchanged:
        _LOG.info("%d of %d tiles are as before: the map and the heights there are the same", unchanged, len(tiles))
    _LOG.info("putting the tiles together", extra=_APART)
    crew = Crew(workers or os.cpu_count() or 1, scheduler)
    whole = tiles.select(lambda tile: tile.quadkey not in bad)
    facts = assemble_outputs(store, whole, outputs, job=job, bad=bad, crew=crew)
    # The tiles stay: a scan of a newer extract surveys those alone whose ground has changed.
    store.forget_others(tiles)
    return Result(facts["stretches"], facts["tiles"], bad, files, unchanged)


def _scan_tiles(store: Store, tiles: Tiles, job: Job, *, workers: int | None, scheduler: str | None) -> Iterator[Done]:
    works = (Work(tile, store.find_ground(tile)) for tile in tiles)
    if scheduler is not None:
        return scan_on_cluster(works, job, scheduler)
    n = min(workers or os.cpu_count() or 1, len(tiles))
    return scan_in_processes(works, job, n) if n > 1 else scan_serially(works, job)


def _describe_box(tile: Tile) -> str:
    west, south, east, north = tile.box
    return f"latitude {south:.3f} to {north:.3f}, longitude {west:.3f} to {east:.3f}"


class _Progress:
    """The progress of a scan: how far it is, how fast it goes and how long it will take."""

    def __init__(self, tiles: Sequence[Tile]) -> None:
        self._tiles = len(tiles)
        self._km2 = sum(tile.area_km2 for tile in tiles)
        self._begun = self._said = time.monotonic()
        self._done, self._done_km2 = 0, 0.0
        # The remaining time is estimated from the last tiles: a region may begin with the empty sea.
        self._last = deque([(self._begun, 0.0)], maxlen=max(_LAST_TILES, int(_LAST_SHARE * len(tiles))))

    def count_tile(self, tile: Tile) -> None:
        """Count a finished tile, and log the progress every few seconds."""
        self._done += 1
        self._done_km2 += tile.area_km2
        now = time.monotonic()
        self._last.append((now, self._done_km2))
        if now - self._said < _SAY_EVERY_S and self._done < self._tiles:
            return
        self._said = now
        took = max(now - self._begun, 1e-3)
        since, before = self._last[0]
        left = (now - since) * (self._km2 - self._done_km2) / max(self._done_km2 - before, 1e-9)
        _LOG.info(
            "%d of %d tiles, %.1f tiles/min, %.2f km²/s, %s left",
            *(self._done, self._tiles, 60 * self._done / took, self._done_km2 / took, format_wait(left)),
            extra=_APART,
        )
