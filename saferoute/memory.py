"""What Python does with memory: how often it looks for garbage, and when it gives back what is free."""

from __future__ import annotations

import gc
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

COLLECTED_AFTER = 200_000
"""Objects allocated and not freed before the collector runs again; Python's default is 700."""


@contextmanager
def collect_garbage_rarely() -> Iterator[None]:
    """Run the garbage collector once in `COLLECTED_AFTER` objects while the block runs.

    Reading and searching allocate hundreds of thousands of objects and hardly
    any reference cycles, yet every collection walks through everything that
    pandas and the other libraries hold. That took a quarter of the time of
    reading and a tenth of that of a search. The former thresholds are
    restored at the end, also after an error.

    Examples
    --------
    >>> before = gc.get_threshold()
    >>> with collect_garbage_rarely():
    ...     gc.get_threshold()[0]
    200000
    >>> gc.get_threshold() == before
    True
    """
    before = gc.get_threshold()
    # A caller who has switched the collector off (threshold 0), or made it rarer still, is obeyed.
    gc.set_threshold(max(COLLECTED_AFTER, before[0]) if before[0] else 0, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def give_back_memory() -> None:
    """Give memory that is free back to the system, where the C library keeps it otherwise (glibc)."""
    import ctypes

    # Pieces below 128 kB, of which arrays have thousands, stay with the process for as long as one behind is in use.
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
