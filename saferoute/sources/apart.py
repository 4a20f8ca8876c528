"""Running of functions in a process of their own: what crashes or hangs there ends that process alone.

Where it is safe the process is a copy of this one (`fork`), which takes some
ten milliseconds as every library is loaded. Elsewhere (Windows, macOS, and
programs with threads that may hold locks, as notebooks and Dask workers have)
an interpreter of its own waits for such calls. Either way the process is no
sandbox: it keeps damage from ending this program, not a burglar from the disk.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
import warnings
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Any, NoReturn, TypeVar

from saferoute.model import SaferouteError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

T = TypeVar("T")

QUIET_THREADS = {"MainThread", "signals", "progress", "parent"}
"""Names of the threads beside which a process may be copied: what they lock, no function that is run apart needs."""
_PR_SET_PDEATHSIG = 1
"""Option of Linux's `prctl` that ends a process with the one that began it."""


class Ended(Exception):
    """The process in which a function ran has ended without an answer."""


@dataclass(frozen=True)
class Bounds:
    """What a function that runs apart may take.

    Attributes
    ----------
    seconds : float
    bytes : int
        Address space beyond what the process has to begin with; systems without such limits ignore it.
    """

    seconds: float
    bytes: int


@dataclass(frozen=True)
class _Task:
    """A function with its arguments, its bounds and the folder of its temporary files, None = the usual one."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    bounds: Bounds
    scratch: str | None


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
        task = _Task(function, arguments, bounds, scratch)
        try:
            process = _Copy(task) if may_copy() else _find_idle(task)
        except OSError:
            return function(*arguments)
        has_ended_well = False
        try:
            has_value, answer = _await_answer(process, bounds.seconds)
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


def _await_answer(process: _Copy | _Interpreter, seconds: float) -> tuple[bool, Any]:
    """Return whether a process answers with a value, and the value or the exception that it answers with."""
    late = threading.Event()

    def stop() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        answer: tuple[bool, Any] = pickle.load(process.answers)  # noqa: S301 - written by this package
    except (EOFError, pickle.UnpicklingError) as error:
        raise Ended(_explain_end(process.wait(), seconds if late.is_set() else None)) from error
    finally:
        timer.cancel()
    return answer


def _explain_end(code: int | None, seconds: float | None) -> str:
    """Return why a process ended, by its exit code and the seconds after which it was stopped."""
    if seconds is not None:
        return f"took more than {seconds:.0f} s and was stopped"
    if code is not None and code < 0:
        if -code == getattr(signal, "SIGKILL", None):
            return "was ended by the system, perhaps for want of memory"
        return f"crashed a library ({signal.Signals(-code).name})"
    return "ended without an answer"


class _Copy:
    """A copy of this process that runs one task.

    Attributes
    ----------
    answers : binary file
        What it says.
    """

    def __init__(self, task: _Task) -> None:
        reader, writer = os.pipe()
        try:
            with warnings.catch_warnings():
                # Python 3.12 warns of any other thread; `may_copy` has looked at them.
                warnings.simplefilter("ignore", DeprecationWarning)
                self._pid = os.fork()
        except OSError:
            os.close(reader)
            os.close(writer)
            raise
        if not self._pid:
            _run_in_copy(task, writer)
        self._code: int | None = None
        os.close(writer)
        self.answers: IO[bytes] = os.fdopen(reader, "rb")

    def kill(self) -> None:
        """End the process, and those that it began."""
        pid = self._pid
        # 0 would mean this process and its group.
        for end in (os.killpg, os.kill) if pid else ():  # it may not lead a group yet
            with suppress(ProcessLookupError, PermissionError):
                end(pid, signal.SIGKILL)

    def wait(self) -> int | None:
        """Return the exit code once the process has ended, minus the signal that ended it; None if nobody knows."""
        if self._pid:
            with suppress(ChildProcessError):  # a program that ignores its children's ends
                self._code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
            self._pid = 0
        return self._code

    def release(self, *, keep: bool) -> None:
        """End the process unless it has answered and ends by itself."""
        if not keep:
            self.kill()
        self.wait()
        self.answers.close()


def _run_in_copy(task: _Task, writer: int) -> NoReturn:
    """Run a task in a copied process, and end that without anything that is for the first to do."""
    try:
        # The first process is told of its own signals alone, and its handlers do not know this one.
        signal.set_wakeup_fd(-1)
        for name in ("SIGTERM", "SIGHUP", "SIGINT"):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        os.setpgid(0, 0)
        _end_with_parent()
        # What a library says of its end would stand beside the one line that tells of it.
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
            os.dup2(nowhere.fileno(), 2)
        # Handlers of logs have locks that another thread may have held.
        logging.disable(logging.CRITICAL)
        with os.fdopen(writer, "wb") as answers:
            _answer(task, answers)
    finally:
        os._exit(0)


def _end_with_parent() -> None:
    """Have Linux end this process with the one that began it."""
    with suppress(ImportError, OSError, AttributeError):
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _answer(task: _Task, answers: IO[bytes]) -> None:
    """Run a task within its bounds, and write whether it returned, and what it returned or raised."""
    answer: tuple[bool, Any]
    try:
        with _limit_memory(task.bounds.bytes), _put_files_into(task.scratch):
            answer = True, task.function(*task.arguments)
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is for the other process
        if not isinstance(error, SaferouteError | OSError):  # a fault of the program: where it was is lost otherwise
            error.add_note("".join(traceback.format_exception(error)))
        answer = False, error
    try:
        said = pickle.dumps(answer)
    except Exception:  # noqa: BLE001 - errors of libraries need not be such that they can be passed on
        said = pickle.dumps((False, RuntimeError(repr(answer[1])[:2000])))
    answers.write(said)
    answers.flush()


@contextmanager
def _limit_memory(most: int) -> Iterator[None]:
    """Let this process take so many bytes more than it has now, where systems know such limits."""
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - as early as can be
            now = int(file.read().split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        yield
        return
    before = soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limits = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min([now + most, *limits]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@contextmanager
def _put_files_into(folder: str | None) -> Iterator[None]:
    """Make temporary files in a folder."""
    before, tempfile.tempdir = tempfile.tempdir, folder or tempfile.tempdir
    try:
        yield
    finally:
        tempfile.tempdir = before


class _Interpreter:
    """A Python of its own that runs one task after the other.

    Attributes
    ----------
    answers : binary file
        What it says.
    """

    def __init__(self) -> None:
        if not sys.executable:
            raise FileNotFoundError("this program is no interpreter")
        # -P keeps the current folder, which may hold anybody's modules, off the path.
        self._process = subprocess.Popen(  # noqa: S603  # this interpreter, this package
            [sys.executable, "-P", "-c", f"from {__name__} import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._tasks: IO[bytes] = self._process.stdin
        self.answers: IO[bytes] = self._process.stdout
        if self.answers.read(len(_READY)) != _READY:
            raise ChildProcessError("no other interpreter can be begun here")

    def ask(self, said: bytes) -> None:
        """Have a pickled task run."""
        self._tasks.write(said)
        self._tasks.flush()

    def kill(self) -> None:
        """End the process."""
        self._process.kill()

    def wait(self) -> int | None:
        """Return the exit code once the process has ended, minus the signal that ended it."""
        return self._process.wait()

    def release(self, *, keep: bool) -> None:
        """Keep the process for other tasks, or end it."""
        if keep:
            _idle.append(self)
            return
        self.kill()
        self.wait()
        for pipe in (self._tasks, self.answers):
            with suppress(OSError):
                pipe.close()


_READY = b"ready\n"
"""What an interpreter says once it has loaded this module."""
_idle: list[_Interpreter] = []
"""Interpreters that wait for a task; they end when this process does, as nobody holds the other end of their pipe."""
if hasattr(os, "register_at_fork"):
    # Two processes that write to one interpreter would read each other's answers.
    os.register_at_fork(after_in_child=_idle.clear)


def _find_idle(task: _Task) -> _Interpreter:
    """Return an interpreter that has been given a task, one that waits or a new one."""
    within = pickle.dumps((task.function, task.arguments))
    said = pickle.dumps(replace(task, function=_call_pickled, arguments=(within,)))
    while True:
        try:
            waiting = _idle.pop()
        except IndexError:
            break
        try:
            waiting.ask(said)
        except OSError:  # somebody has ended it
            waiting.release(keep=False)
        else:
            return waiting
    new = _Interpreter()
    new.ask(said)
    return new


def serve() -> None:
    """Run the tasks that come on stdin, and write their answers to stdout; what libraries print goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    answers.write(_READY)
    answers.flush()
    while True:
        try:
            task: _Task = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by this package
        except EOFError:
            return
        _answer(task, answers)


def _call_pickled(said: bytes) -> Any:
    """Return what a pickled function returns for its arguments; that it cannot be found is an answer, too."""
    function, arguments = pickle.loads(said)  # noqa: S301 - written by this package
    return function(*arguments)
