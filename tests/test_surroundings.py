"""Closed and full streams, little memory, names in no encoding, signals: one line, the exit code, nothing left."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from saferoute.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

COMMAND = [sys.executable, "-m", "saferoute"]


def run(*words: str, before: Callable[[], Any] | None = None, **streams: Any) -> subprocess.CompletedProcess[str]:
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    return subprocess.run([*COMMAND, *words], text=True, check=False, timeout=60, preexec_fn=before, **streams)


def test_a_closed_stdout_is_said() -> None:
    done = run("profile", "list", stdout=None, before=lambda: os.close(1))
    assert (done.returncode, done.stderr) == (2, "saferoute: stdout: is closed; give another\n")


def test_a_full_stdout_is_said() -> None:
    with Path("/dev/full").open("w") as full:
        done = run("profile", "list", stdout=full)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "No space left on device" in done.stderr


def test_messages_do_not_go_to_stdout_where_stderr_is_closed() -> None:
    done = run("profile", "show", "none", stderr=None, before=lambda: os.close(2))
    assert (done.returncode, done.stdout) == (2, "")


def test_a_full_stderr_changes_no_exit_code() -> None:
    for words, code in ((("profile", "show", "none"), 2), (("profile", "list"), 0)):
        with Path("/dev/full").open("w") as full:
            assert run(*words, stderr=full).returncode == code


def test_all_streams_closed_end_as_one_closed() -> None:
    done = run("profile", "list", stdout=None, stderr=None, before=lambda: [os.close(n) for n in (0, 1, 2)])
    assert done.returncode == 2


@pytest.mark.parametrize("megabytes", [180, 500])
def test_little_memory_is_one_line(megabytes: int) -> None:
    limit = (megabytes << 20, megabytes << 20)
    done = run("find", "1,1", "--osm", "x.osm.pbf", before=lambda: resource.setrlimit(resource.RLIMIT_AS, limit))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f"memory is limited to {limit[0] / 1e6:.0f} MB" in done.stderr


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "too little memory"),
        (ImportError("x.so: failed to map segment from shared object"), "too little memory"),
        (OSError(28, "No space left on device", "a.bin"), "a.bin: No space left on device"),
    ],
    ids=repr,
)
def test_what_runs_out_is_one_line(
    error: Exception, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("saferoute.sources.profiles.to_toml", fail)
    assert main(["profile", "show", "beginner"]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert said in err


def test_another_missing_library_is_no_want_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ImportError("no module named x")

    monkeypatch.setattr("saferoute.sources.profiles.to_toml", fail)
    with pytest.raises(ImportError):
        main(["profile", "show", "beginner"])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_in_no_encoding_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/t\xff.osm.pbf"))
    path.write_bytes(b"x")
    assert main(["find", "1,1", "--osm", str(path), "-q"]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "is not UTF-8" in err


ENDLESS = """
import sys, tempfile, time
from saferoute import cli
def wait(*_, **__):
    with tempfile.TemporaryDirectory(dir=sys.argv[1]):
        print("there", flush=True)
        time.sleep(60)
cli.program.main = wait
cli.main([])
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_no_temporary_folder(number: int, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ENDLESS, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        assert len(list(tmp_path.iterdir())) == 1
        process.send_signal(number)
        assert process.wait(timeout=20) == -number
    assert list(tmp_path.iterdir()) == []


BUSY = """
import hashlib, tempfile
from saferoute import cli
from saferoute.cli import _surroundings
_surroundings.GRACE_S = 0.3
def work(*_, **__):
    print("there", flush=True)
    hashlib.pbkdf2_hmac("sha256", b"a", b"b", 2**31 - 1)
cli.program.main = work
cli.main([])
"""


def test_a_signal_ends_a_library_that_does_not_return() -> None:
    with subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        time.sleep(0.5)  # until it is in the library
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 128 + signal.SIGTERM


def test_a_signal_that_somebody_ignores_stays_ignored(tmp_path: Path) -> None:
    with subprocess.Popen(
        ["nohup", sys.executable, "-c", ENDLESS, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGHUP)
        time.sleep(0.2)
        assert process.poll() is None
        process.terminate()


def test_handlers_are_restored(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGTERM)
    assert main(["cache", "path"]) == 0
    assert capsys.readouterr().out
    assert signal.getsignal(signal.SIGTERM) == before
