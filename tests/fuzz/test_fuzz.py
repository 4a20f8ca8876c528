"""A few damaged files of each format, at every run; `python tests/fuzz/fuzz.py` reads hundreds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fuzz.mutants import mutate

SCRIPT = Path(__file__).with_name("fuzz.py")


def test_damaged_files_are_survived() -> None:
    formats = ["gz", "tif", "settings", "index"]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--count", "2", "--seed", "ci", *formats],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    rows = [line.split("|")[1:-1] for line in done.stdout.splitlines()[2:]]
    assert [(row[0].strip(), row[1].strip(), row[5].strip()) for row in rows] == [(form, "2", "0") for form in formats]


@pytest.mark.long
def test_kills_do_no_harm() -> None:
    script = SCRIPT.with_name("kills.py")
    done = subprocess.run(
        [sys.executable, str(script), "--count", "3"], capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert done.stdout.count("| 3 | 0 |") == 7


def test_mutants_are_those_of_their_seed_and_other_than_the_file() -> None:
    for content in (b"<osm version='0.6'>" * 20, bytes(range(256)) * 4):
        mutants = [mutate(content, f"seed {k}") for k in range(50)]
        assert mutants == [mutate(content, f"seed {k}") for k in range(50)]
        assert sum(mutant != content for mutant in mutants) > 40
        assert all(mutants)
