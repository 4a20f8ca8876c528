"""Processes that run tasks: copies of this one, and interpreters of their own."""

from __future__ import annotations

import logging
import os
import pickle
import signal
import subprocess
import sys
import warnings
from contextlib import suppress
from dataclasses import replace
from typing import IO, Any, NoReturn

from saferoute.sources._tasks import Task, run_task

_PR_SET_PDEATHSIG = 1
"""Option of Linux's `prctl` that ends a process with the one that began it."""


class Copy:
    """A copy of this process that runs one task.

    Attributes
    ----------
    answers : binary file
        What it says.
    """

    def __init__(self, task: Task) -> None:
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


def _run_in_copy(task: Task, writer: int) -> NoReturn:
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
            run_task(task, answers)
    finally:
        os._exit(0)


def _end_with_parent() -> None:
    """Have Linux end this process with the one that began it."""
    with suppress(ImportError, OSError, AttributeError):
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Interpreter:
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
_idle: list[Interpreter] = []
"""Interpreters that wait for a task; they end when this process does, as nobody holds the other end of their pipe."""
if hasattr(os, "register_at_fork"):
    # Two processes that write to one interpreter would read each other's answers.
    os.register_at_fork(after_in_child=_idle.clear)


def find_idle(task: Task) -> Interpreter:
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
    new = Interpreter()
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
            task: Task = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by this package
        except EOFError:
            return
        run_task(task, answers)


def _call_pickled(said: bytes) -> Any:
    """Return what a pickled function returns for its arguments; that it cannot be found is an answer, too."""
    function, arguments = pickle.loads(said)  # noqa: S301 - written by this package
    return function(*arguments)
