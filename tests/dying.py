"""A worker that dies: a module of its own, since processes are given functions by name."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from saferoute.scan import list_tiles
from saferoute.scan.workers import Done, Work, scan_tile

if TYPE_CHECKING:
    from saferoute.scan import Job


def one_tile(work: Work, job: Job) -> Done:
    """Look at a tile, but die of the first of all."""
    if work.tile == list_tiles(job)[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return scan_tile(work, job)
