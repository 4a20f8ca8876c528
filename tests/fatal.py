"""What kills its process: a module of its own, since processes are given functions by name, and one that is light."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def double_or_die(number: int, how: tuple[Path, int]) -> int:
    """Return twice a number, but die of one of them when it comes for the first time."""
    mark, deadly = how
    if number == deadly and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number
