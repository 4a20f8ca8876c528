"""Running of functions in a process of their own: what crashes or hangs there ends that process alone.

Where it is safe the process is a copy of this one (`fork`), which takes some
ten milliseconds as every library is loaded. Elsewhere (Windows, macOS, and
programs with threads that may hold locks, as notebooks and Dask workers have)
an interpreter of its own waits for such calls. Either way the process is no
sandbox: it keeps damage from ending this program, not a burglar from the disk.
"""

from __future__ import annotations

import pickle
import signal
import sys
import tempfile
import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

from saferoute.sources._processes import Copy, Interpreter, find_idle
from saferoute.sources._tasks import Bounds, Task

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

__all__ = ["Bounds", "Ended", "may_copy", "run_apart"]

T = TypeVar("T")

QUIET_THREADS = {"MainThread", "signals", "progress", "parent"}
"""Names of the threads beside which a process may be copied: what they lock, no function that is run apart needs."""
PATIENCE = 10.0
"""Times that computing may take by the clock [J]."""


class Ended(Exception):
    """The process in which a function ran has ended without an answer."""


def run_apart(function: Callable[..., T], *arguments: Any, bounds: Bounds) -> T:
    """Return what a function returns that runs in a process of its own, or raise what it raises.

    What it changes but files is lost, and what it logs, too. If no process can be begun, it runs in this one.

    Parameters
    ----------
    function : callable
        One of a module, as another interpreter may have to find it.
    *arguments
        They, and what is returned or raised, must be such that `pickle` can pass them on.
    bounds : Bounds

    Raises
    ------
    Ended
        If the process crashed or was stopped at its bound of time; the message says which.
    MemoryError
        If its bound of memory is too little.
    """
    with _make_scratch() as scratch:
        task = Task(function, arguments, bounds, scratch)
        try:
            process = Copy(task) if may_copy() else find_idle(task)
        except OSError:
            return function(*arguments)
        has_ended_well = False
        try:
            has_value, answer = _await_answer(process, bounds)
            has_ended_well = True
        finally:
            # Also if a signal ends this program meanwhile.
            process.release(keep=has_ended_well)
    if has_value:
        value: T = answer
        return value
    raise answer


def _make_scratch() -> AbstractContextManager[str | None]:
    """Return a folder of temporary files, which is removed here, as a process that crashes cannot; None if none can."""
    try:
        return tempfile.TemporaryDirectory(prefix="saferoute-")
    except OSError:  # most functions need none
        return nullcontext()


def may_copy() -> bool:
    """Return whether this process may be copied: a lock that another thread holds would stay held in the copy."""
    return sys.platform == "linux" and all(thread.name in QUIET_THREADS for thread in threading.enumerate())


def _await_answer(process: Copy | Interpreter, bounds: Bounds) -> tuple[bool, Any]:
    """Return whether a process answers with a value, and the value or the exception that it answers with."""
    late = threading.Event()

    def stop() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(PATIENCE * bounds.seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        answer: tuple[bool, Any] = pickle.load(process.answers)  # noqa: S301 - written by this package
    except (EOFError, pickle.UnpicklingError) as error:
        raise Ended(_explain_end(process.wait(), bounds, late=late.is_set())) from error
    finally:
        timer.cancel()
    return answer


def _explain_end(code: int | None, bounds: Bounds, *, late: bool) -> str:
    """Return why a process ended, by its exit code and whether it was stopped by the clock."""
    if late:
        return f"took more than {PATIENCE * bounds.seconds:.0f} s and was stopped"
    if code is not None and code < 0:
        if -code == getattr(signal, "SIGXCPU", None):
            return f"took more than {bounds.seconds:.0f} s of computing and was stopped"
        if -code == getattr(signal, "SIGKILL", None):
            return "was ended by the system, perhaps for want of memory"
        return f"crashed a library ({signal.Signals(-code).name})"
    return "ended without an answer"
