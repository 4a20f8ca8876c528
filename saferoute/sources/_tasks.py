"""Tasks: functions that run within bounds in a process of their own, and answer with a value or an error."""

from __future__ import annotations

import math
import pickle
import tempfile
import time
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from saferoute.model import SaferouteError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class Bounds:
    """What a function that runs apart may take.

    Attributes
    ----------
    seconds : float
        Of computing, where systems know such limits. By the clock it may take ten times as long: on a machine
        that does much else nothing good is refused.
    bytes : int
        Address space beyond what the process has to begin with, where systems know such limits.
    """

    seconds: float
    bytes: int


@dataclass(frozen=True)
class Task:
    """A function with its arguments, its bounds and the folder of its temporary files, None = the usual one."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    bounds: Bounds
    scratch: str | None


def run_task(task: Task, answers: IO[bytes]) -> None:
    """Run a task within its bounds, and write whether it returned, and what it returned or raised."""
    answer: tuple[bool, Any]
    try:
        with _limit(task.bounds), _put_files_into(task.scratch):
            answer = True, task.function(*task.arguments)
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is for the other process
        if not isinstance(error, SaferouteError | OSError):  # a fault of the program: where it was is lost otherwise
            error.add_note("".join(traceback.format_exception(error)))
        answer = False, error
    try:
        said = pickle.dumps(answer)
        if not answer[0]:
            pickle.loads(said)  # noqa: S301 - written here
    except Exception:  # noqa: BLE001 - errors of libraries need not be such that they can be passed on
        said = pickle.dumps((False, RuntimeError(repr(answer[1])[:2000])))
    answers.write(said)
    answers.flush()


@contextmanager
def _limit(bounds: Bounds) -> Iterator[None]:
    """Keep this process within bounds, counted from what it has taken so far, where systems know such limits."""
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - as early as can be
            taken = int(file.read().split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        yield
        return
    seconds = math.ceil(time.process_time() + bounds.seconds)
    wanted = {resource.RLIMIT_AS: taken + bounds.bytes, resource.RLIMIT_CPU: seconds}
    before = {limit: resource.getrlimit(limit) for limit in wanted}
    for limit, most in wanted.items():
        allowed = [most, *(known for known in before[limit] if known != resource.RLIM_INFINITY)]
        resource.setrlimit(limit, (min(allowed), before[limit][1]))
    try:
        yield
    finally:
        for limit, known in before.items():
            resource.setrlimit(limit, known)


@contextmanager
def _put_files_into(folder: str | None) -> Iterator[None]:
    """Make temporary files in a folder."""
    before, tempfile.tempdir = tempfile.tempdir, folder or tempfile.tempdir
    try:
        yield
    finally:
        tempfile.tempdir = before
