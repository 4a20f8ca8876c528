"""Crews: who does what can be done side by side, this process, several processes, or a cluster."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from itertools import chain, islice
from multiprocessing.connection import wait as wait_for
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from saferoute.model import InvalidInput, SourceUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_LOG = logging.getLogger(__name__)

Given = TypeVar("Given")
Made = TypeVar("Made")

CONNECT_S = 30
AHEAD = 2
"""Pieces of work sent in advance for each process, or thread of a cluster."""
_WORTH_PROCESSES = 8
"""Pieces of work from which processes are started for them: each of them imports for half a second [J]."""


class Crew(NamedTuple):
    """Who works."""

    processes: int = 1
    scheduler: str | None = None
    """Address of a Dask cluster, which works instead of processes."""


def call_in_order(function: Callable[[Given], Made], given: Iterable[Given], crew: Crew) -> Iterator[Made]:
    """Yield what a function returns of each of some things, in their order, whoever works it out.

    Parameters
    ----------
    function : callable
        One of a module, or a `functools.partial` of one.
    given : iterable
        Asked for the next as others are finished, so that few of them are held at a time.
    crew : Crew

    Raises
    ------
    InvalidInput, SourceUnavailable
        As of `connect`.
    """
    coming = iter(given)
    if crew.scheduler is not None:
        yield from _call_on_cluster(function, coming, crew.scheduler)
        return
    first = list(islice(coming, _WORTH_PROCESSES))
    if crew.processes > 1 and len(first) == _WORTH_PROCESSES:
        yield from _call_in_processes(function, chain(first, coming), crew.processes)
    else:
        yield from (function(each) for each in chain(first, coming))


def _call_in_processes(function: Callable[[Given], Made], coming: Iterable[Given], n: int) -> Iterator[Made]:
    """Yield what processes return; what one that is killed had to do is done here."""
    with start_pool(n) as pool:

        def send(each: Given) -> Any:
            with suppress(BrokenProcessPool):
                return pool.submit(function, each)
            return None

        try:
            for each, future in _send_ahead(send, coming, AHEAD * n):
                try:
                    made = function(each) if future is None else future.result()
                except BrokenProcessPool:
                    made = function(each)
                yield made
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _call_on_cluster(function: Callable[[Given], Made], coming: Iterable[Given], address: str) -> Iterator[Made]:
    """Yield what workers of a cluster return."""
    with connect(address) as client:
        from distributed import CancelledError

        ahead = AHEAD * max(sum(client.nthreads().values()), 1)
        for _, future in _send_ahead(lambda each: client.submit(function, each, pure=False), coming, ahead):
            try:
                yield future.result()
            except CancelledError as error:
                raise explain_lost(address) from error


def _send_ahead(send: Callable[[Given], Any], coming: Iterable[Given], n: int) -> Iterator[tuple[Given, Any]]:
    """Yield things in their order with what sending them returned, n of them after each has been sent."""
    sent: deque[tuple[Given, Any]] = deque()
    for each in coming:
        sent.append((each, send(each)))
        if len(sent) > n:
            yield sent.popleft()
    while sent:
        yield sent.popleft()


@contextmanager
def connect(address: str) -> Iterator[Any]:
    """Yield a client of a Dask cluster.

    Raises
    ------
    InvalidInput
        If Dask is not installed.
    SourceUnavailable
        If no scheduler answers at the address.
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
        yield client


def explain_lost(address: str) -> SourceUnavailable:
    """Return the error of a scheduler that went away."""
    return SourceUnavailable(f"{address}: the scheduler has gone; run the same command again to go on")


def start_pool(n: int) -> ProcessPoolExecutor:
    """Return some processes, which end with this one."""
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
