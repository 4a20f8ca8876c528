"""What a program may find itself in: streams that are closed or full, little memory, signals that end it."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
import threading
import time
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from saferoute.model import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Signals that end a program; Windows has no SIGHUP."""


GRACE_S = 10.0
"""Seconds after SIGTERM in which temporary files are removed [J]."""
_LEAST_BYTES = 900_000_000
"""Address space that the libraries take with a small map; measured: 600 MB are too little, 800 MB do."""
_NO_MEMORY = ("failed to map segment", "annot allocate memory")
"""Words of the loader of libraries where it has no memory."""


class _ClosedStdout(io.TextIOBase):
    """What stands for a stdout that is closed: nobody would read what is written there."""

    def write(self, _: str) -> NoReturn:
        raise OSError(errno.EBADF, "is closed", "stdout")


class _Ended(BaseException):
    """Raised where the program is when a signal ends it, so that it removes its temporary files."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def secure_streams() -> None:
    """Put something in the place of each standard stream that is closed, and let no letter fail on the others."""
    # Else the next file that is opened would take the closed one's number, and what C libraries print would go there.
    while (handle := os.open(os.devnull, os.O_RDWR)) < 3:
        pass
    os.close(handle)
    if sys.stdout is None:
        sys.stdout = _ClosedStdout()
    if sys.stderr is None:
        silence_stderr()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A place's name must not crash a terminal whose encoding lacks a letter of it.
            stream.reconfigure(errors="replace")


def silence_stderr() -> None:
    """Write no more to stderr, which is closed or full: there is nobody to tell that to."""
    sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as long as the program


def check_memory_limit() -> None:
    """Raise `InvalidInput` if this process may take less memory than loading the libraries does.

    They would end the process by themselves, in words of their own.
    """
    with suppress(ImportError):  # Windows has no such limits
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if 0 < limit < _LEAST_BYTES:
            raise InvalidInput(
                f"memory is limited to {limit / 1e6:.0f} MB, and {_LEAST_BYTES / 1e6:.0f} MB are needed to begin with; "
                "raise the limit (ulimit -v)"
            )


def describe_trouble(error: Exception) -> str | None:
    """Return in words what an error of the surroundings is and what helps, None if it is one of the program."""
    if isinstance(error, OSError):
        return f"{error.filename or 'stdout or a file'}: {error.strerror or error}; give another"
    if isinstance(error, UnicodeEncodeError):
        return f"{error.object[:200]}: is not UTF-8, and some library needs that; rename the file"
    if isinstance(error, MemoryError) or any(words in str(error) for words in _NO_MEMORY):
        return "there is too little memory; take a smaller --radius, or an extract of a smaller region"
    return None


@contextmanager
def clean_up_at_signals() -> Iterator[None]:
    """Leave the block in good order at SIGTERM and SIGHUP, without temporary files, and then end by that signal."""

    def end(number: int, _: Any) -> NoReturn:
        raise _Ended(number)

    # Only the main thread may; and what somebody else has set, as nohup does, stays.
    own = [n for n in _ENDING if signal.getsignal(n) == signal.SIG_DFL] if _is_main_thread() else []
    for number in own:
        signal.signal(number, end)
    try:
        with _end_late() if own else nullcontext():
            yield
    except _Ended as ended:
        signal.signal(ended.number, signal.SIG_DFL)
        os.kill(os.getpid(), ended.number)
        raise
    finally:
        for number in own:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def _end_late() -> Iterator[None]:
    """End the process `GRACE_S` after a signal, should a library keep the main thread busy in the block until then."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)

    def wait() -> None:
        while number := os.read(reader, 1):
            if number[0] in _ENDING:
                time.sleep(GRACE_S)
                os._exit(128 + number[0])
        os.close(reader)

    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    threading.Thread(target=wait, name="signals", daemon=True).start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(writer)


def _is_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
