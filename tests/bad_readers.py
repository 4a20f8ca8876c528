"""Functions that do what a library may do to a damaged file; another interpreter finds them in this module."""

from __future__ import annotations

import faulthandler
import os
import signal
import tempfile
import time
from pathlib import Path

from saferoute.model import InvalidInput


def add(a: int, b: int) -> tuple[int, int]:
    return a + b, os.getpid()


def crash() -> None:
    faulthandler.disable()  # pytest would print a page on it
    os.kill(os.getpid(), signal.SIGSEGV)


def leave() -> None:
    os._exit(3)


def hang(note: Path) -> None:
    (Path(tempfile.mkdtemp()) / "left").touch()
    note.write_text(tempfile.gettempdir())
    time.sleep(60)


def compute() -> None:
    faulthandler.disable()
    while True:
        pass


def take_memory(count: int) -> int:
    return len(bytearray(count))


def refuse(path: str) -> None:
    raise InvalidInput(f"{path}: no")


class OddError(Exception):
    """One that cannot be made of its own words."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} and {other}")


def fail_oddly() -> None:
    raise OddError(1, 2)


def write_to_stdout() -> str:
    os.write(1, b"a library prints this")
    return "written"
