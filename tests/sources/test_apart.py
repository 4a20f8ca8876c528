"""Functions that run apart: what crashes, hangs or takes all memory ends its own process, and says so."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from bad_readers import add, compute, crash, fail_oddly, hang, leave, refuse, take_memory, write_to_stdout

from saferoute.model import InvalidInput
from saferoute.sources import apart
from saferoute.sources.apart import Bounds, Ended, may_copy, run_apart

ENOUGH = Bounds(30, 1 << 30)
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends signals")


@pytest.fixture(params=["a copy of this process", "another interpreter"])
def start(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let functions run in each of the two kinds of processes."""
    if request.param == "another interpreter":
        monkeypatch.setattr(apart, "may_copy", lambda: False)
    elif sys.platform != "linux":
        pytest.skip("copied on Linux alone")


def test_processes_are_copied_beside_threads_alone_that_hold_no_locks() -> None:
    names = {thread.name for thread in threading.enumerate()}
    assert may_copy() == (sys.platform == "linux" and names <= apart.QUIET_THREADS)
    done = threading.Event()
    thread = threading.Thread(target=done.wait, name="unknown")
    thread.start()
    try:
        assert not may_copy()
    finally:
        done.set()
        thread.join()


@pytest.mark.usefixtures("start")
def test_values_and_errors_come_back() -> None:
    value, pid = run_apart(add, 2, 3, bounds=ENOUGH)
    assert (value, pid != os.getpid()) == (5, True)
    with pytest.raises(InvalidInput, match=r"^here: no$"):
        run_apart(refuse, "here", bounds=ENOUGH)
    assert run_apart(write_to_stdout, bounds=ENOUGH) == "written"


@pytest.mark.usefixtures("start")
def test_errors_that_cannot_be_passed_on_are_told_by_name() -> None:
    with pytest.raises(RuntimeError, match="OddError"):
        run_apart(fail_oddly, bounds=ENOUGH)


@pytest.mark.usefixtures("start")
def test_a_crash_ends_its_own_process_and_is_told() -> None:
    with pytest.raises(Ended, match="SIGSEGV"):
        run_apart(crash, bounds=ENOUGH)
    with pytest.raises(Ended, match="without an answer"):
        run_apart(leave, bounds=ENOUGH)
    assert run_apart(add, 1, 1, bounds=ENOUGH)[0] == 2


@pytest.mark.usefixtures("start")
def test_what_takes_too_long_is_stopped_and_leaves_no_files(tmp_path: Path) -> None:
    note = tmp_path / "note"
    begun = time.monotonic()
    with pytest.raises(Ended, match="more than 1 s and was stopped"):
        run_apart(hang, note, bounds=Bounds(0.06, 1 << 30))
    assert time.monotonic() - begun < 10
    used = Path(note.read_text())
    assert used != Path(tempfile.gettempdir())
    assert not used.exists()


@pytest.mark.usefixtures("start")
def test_computing_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "PATIENCE", 100.0)
    with pytest.raises(Ended, match="more than 1 s of computing and was stopped"):
        run_apart(compute, bounds=Bounds(0.6, 1 << 30))


@pytest.mark.usefixtures("start")
def test_memory_is_bounded() -> None:
    if sys.platform != "linux":
        pytest.skip("the system has no such limit")
    assert run_apart(take_memory, 50 << 20, bounds=Bounds(30, 500 << 20)) == 50 << 20
    with pytest.raises(MemoryError):
        run_apart(take_memory, 800 << 20, bounds=Bounds(30, 500 << 20))


def test_an_interpreter_serves_again_and_one_that_was_ended_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "may_copy", lambda: False)
    first, second = (run_apart(add, 0, k, bounds=ENOUGH)[1] for k in range(2))
    assert first == second
    with pytest.raises(Ended):
        run_apart(crash, bounds=ENOUGH)
    assert run_apart(add, 0, 0, bounds=ENOUGH)[1] != first


def test_without_another_process_functions_run_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(os, "fork", fail)
    assert run_apart(add, 4, 4, bounds=ENOUGH) == (8, os.getpid())
    monkeypatch.setattr(sys, "executable", "")
    monkeypatch.setattr(apart, "may_copy", lambda: False)
    assert run_apart(add, 4, 5, bounds=ENOUGH)[0] == 9


def test_it_works_in_programs_without_a_main_guard_and_in_threads() -> None:
    code = (
        "from concurrent.futures import ThreadPoolExecutor as Pool\n"
        "from operator import add\n"
        "from saferoute.sources.apart import Bounds, run_apart\n"
        "with Pool(2) as pool:\n"
        "    print(list(pool.map(lambda k: run_apart(add, k, 1, bounds=Bounds(30, 1 << 30)), range(4))))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("[1, 2, 3, 4]\n", "")
