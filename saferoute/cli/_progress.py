"""Progress on stderr: what is being done and about how long it will take, in one line that is erased afterwards.

The rooms below log what they begin. A record with ``share`` begins an ordinary step of
a search, and says which share of the search's time is typically spent by then. A record
with ``seconds`` begins a step that not every search has, such as reading an extract for
the first time, and says about how long it takes (0 = nobody knows). Records with neither
are messages, which stay.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
import threading
import time
import unicodedata
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from saferoute.report.text import format_wait, sanitize_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PATIENCE_S = 1.0
"""What takes no longer is not told [J]."""
_REDRAW_S = 0.25
"""How often the line is drawn [J]."""
_AT_LEAST_S = 1.0
"""Less than this is no time to announce: what is said to be left then is nothing [J]."""


class Estimate:
    """The time that is left of a command, from the steps that it has begun.

    Parameters
    ----------
    clock : callable
        Function that returns the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = self._step_began = clock()
        self._apart_s = 0.0  # spent in steps that no share counts
        self._whole_s: float | None = None  # of the ordinary steps together
        self._expected_s: float | None = None  # of this step, where it stands apart

    def begin_step(self, *, share: float | None, seconds: float | None) -> None:
        """Begin a step: an ordinary one with its `share`, or one that takes about so many `seconds`."""
        now = self._clock()
        if self._expected_s is not None:
            self._apart_s += now - self._step_began
        self._step_began, self._expected_s = now, seconds
        if share:
            self._whole_s = (now - self._began - self._apart_s) / share

    @property
    def elapsed_s(self) -> float:
        """Seconds since the command began."""
        return self._clock() - self._began

    @property
    def left_s(self) -> float | None:
        """Seconds that are left, None if nobody knows or if it takes longer than was thought."""
        now = self._clock()
        if self._expected_s is not None:
            left = self._expected_s - (now - self._step_began)
        elif self._whole_s is not None:
            left = self._whole_s - (now - self._began - self._apart_s)
        else:
            return None
        return left if left >= _AT_LEAST_S else None


class _Line:
    """One line of a terminal that a thread draws again and again, until it is erased.

    It is erased with blanks, which every terminal knows, and never wider than the terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.RLock()
        self._estimate = Estimate()
        self._text, self._drawn = "starting", 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._draw_often, name="progress", daemon=True)
        self._thread.start()

    def begin_step(self, text: str, *, share: float | None, seconds: float | None) -> None:
        """Show another step from now on."""
        with self._lock:
            self._estimate.begin_step(share=share, seconds=seconds)
            self._text = text

    def erase(self) -> None:
        """Erase the line, and draw none until another step begins."""
        with self._lock:
            self._text = ""
            self._write("")

    def end(self) -> None:
        """Erase the line for good."""
        self._ended.set()
        self._thread.join()
        self.erase()

    def _draw_often(self) -> None:
        while not self._ended.wait(_REDRAW_S):
            with self._lock:
                if self._text and self._estimate.elapsed_s > _PATIENCE_S:
                    self._write(describe_step(self._text, self._estimate.elapsed_s, self._estimate.left_s))

    def _write(self, text: str) -> None:
        text, width = cut_to_width(text, shutil.get_terminal_size().columns - 1)
        blanks = " " * (self._drawn - width)
        if text or self._drawn:
            self._stream.write(f"\r{text}{blanks}" + ("" if text else "\r"))
            self._stream.flush()
        self._drawn = width


class _Progress(logging.Handler):
    """A log handler that shows steps in a line of their own, and prints messages."""

    def __init__(self, print_line: Callable[[str], None]) -> None:
        super().__init__()
        self._print = print_line
        self._is_terminal = sys.stderr.isatty()
        # A dumb terminal cannot go back to the beginning of a line.
        self.line = _Line(sys.stderr) if self._is_terminal and os.environ.get("TERM", "") != "dumb" else None

    def emit(self, record: logging.LogRecord) -> None:
        """Show a step, or print a message."""
        share, seconds = getattr(record, "share", None), getattr(record, "seconds", None)
        is_step = share is not None or seconds is not None
        if is_step and self.line:
            self.line.begin_step(sanitize_text(record.getMessage()), share=share, seconds=seconds)
        elif share is None or self._is_terminal:
            # Ordinary steps do not go into a pipe.
            left = f", {format_wait(seconds)} left" if seconds else ""
            self._print(f"… {record.getMessage()}{left}")


_shown: list[_Progress] = []
"""The handler that shows progress at present; none, or one."""


def erase_progress() -> None:
    """Erase the line of progress, before something else is printed."""
    for handler in _shown:
        if handler.line:
            handler.line.erase()


@contextmanager
def show_progress(print_line: Callable[[str], None], *, quiet: bool, verbose: bool = False) -> Iterator[None]:
    """Show the package's log records on stderr within the block.

    Parameters
    ----------
    print_line : callable
        Function that prints a message.
    quiet : bool
        Show none of them.
    verbose : bool
        Show also what servers have sent.
    """
    logger = logging.getLogger("saferoute")
    # Without any handler logging itself prints warnings to stderr, hence the NullHandler.
    handler: logging.Handler = logging.NullHandler() if quiet else _Progress(print_line)
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG if verbose else logging.INFO)
    # A program that embeds saferoute may have a root handler, which would print each line again.
    logger.propagate = False
    if isinstance(handler, _Progress):
        _shown.append(handler)
    try:
        yield
    finally:
        if isinstance(handler, _Progress):
            _shown.remove(handler)
            if handler.line:
                handler.line.end()
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]


def describe_step(text: str, elapsed_s: float, left_s: float | None) -> str:
    """Return a step behind the time that has passed, and what is left where it is known.

    Examples
    --------
    >>> describe_step("looking up heights", 4.2, 7.6), describe_step("asking a server", 75, None)
    ('4 s, about 8 s left: looking up heights', '75 s: asking a server')
    """
    left = f", about {format_wait(left_s)} left" if left_s else ""
    return f"{format_wait(elapsed_s)}{left}: {text}"


def cut_to_width(text: str, most: int) -> tuple[str, int]:
    """Return the beginning of a text that fits some columns of a terminal, and its width.

    Examples
    --------
    >>> cut_to_width("abc", 5), cut_to_width("道道道", 5)
    (('abc', 3), ('道道', 4))
    """
    kept, width = "", 0
    for character in text:
        wide = 0 if unicodedata.combining(character) else 1 + (unicodedata.east_asian_width(character) in "WF")
        if width + wide > most:
            break
        kept, width = kept + character, width + wide
    return kept, width
