"""CONTRIBUTING's examples, carried out word for word in a copy of the repository."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from saferoute.page.payload import unpack_json

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).resolve().parents[1]
CONTRIBUTING = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCK = re.compile(r'^```(\w+)(?: title="([\w/.]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
FOLDERS = ("saferoute", "tests", "docs", "data", "maps")
FILES = ("pyproject.toml", "CITATION.cff", *(path.name for path in REPOSITORY.glob("*.md")))
AS_IN = {".venv/bin/python": sys.executable, ".venv/bin/saferoute": f"{sys.executable} -m saferoute"}


def chapter(name: str) -> Iterator[tuple[str, str, str]]:
    """Yield language, file and text of the blocks of a chapter, in order."""
    text = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", CONTRIBUTING, re.MULTILINE | re.DOTALL)
    assert text is not None
    return ((m[1], m[2] or "", m[3]) for m in BLOCK.finditer(text[1]))


def changed(text: str, diff: str, where: str) -> str:
    """Return a text with a diff carried out: the lines it speaks of must stand there once; … is the rest of a line."""
    lines = diff.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] in " -")
    after = "".join(line[1:] for line in lines if line[0] in " +")
    found = re.findall(re.escape(before).replace("…", "(.*)"), text)
    assert len(found) == 1, f"{where}: {before!r} stands there {len(found)} times"
    rest = found[0] if "…" in before else ""
    return text.replace(before.replace("…", rest), after.replace("…", rest))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The repository as after a clone, with what Python has compiled of it."""
    for name in FOLDERS:
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    for name in FILES:
        shutil.copy(REPOSITORY / name, tmp_path / name)
    return tmp_path


def follow(name: str, tree: Path) -> None:
    """Write the files of a chapter, make its changes and run its commands."""
    commands = []
    for language, where, text in chapter(name):
        if language == "python" and where:
            assert not (tree / where).exists()
            (tree / where).write_text(text, encoding="utf-8")
        elif language == "diff":
            path = tree / where
            path.write_text(changed(path.read_text(encoding="utf-8"), text, where), encoding="utf-8")
        elif language == "sh":
            commands += text.splitlines()
    assert commands
    for command in commands:
        run(command, tree)


def run(command: str, tree: Path) -> None:
    for ours, here in AS_IN.items():
        command = command.replace(ours, here)
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    done = subprocess.run(command, shell=True, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-1000:]}"


@pytest.mark.slow
def test_the_new_criterion_counts_everywhere(copy: Path) -> None:
    follow("A criterion", copy)
    best = json.loads((copy / "lamps.geojson").read_text(encoding="utf-8"))["features"][0]["properties"]
    assert re.fullmatch(r"lamps \(0 = dark in parts, 1 = lit all along\): (0|1|unknown)", best["why_lamps"])
    assert 0 < best["d_lamps"] <= 1
    page = (copy / "lamps.html").read_text(encoding="utf-8")
    assert "lamps" in str(unpack_json(page.split('id="saferoute-data">')[1].split("<")[0]))


@pytest.mark.slow
def test_the_new_output_is_written(copy: Path) -> None:
    follow("An output", copy)
    lines = (copy / "found.geojsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["properties"]["rank"] for line in lines] == list(range(1, 21))


@pytest.mark.slow
def test_the_new_source_is_asked(copy: Path) -> None:
    follow("A source", copy)


def test_every_block_with_a_file_is_one_that_is_carried_out() -> None:
    followed = [b for name in ("A criterion", "An output", "A source") for b in chapter(name)]
    assert [m[2] for m in BLOCK.finditer(CONTRIBUTING) if m[2]] == [where for _, where, _ in followed if where]


@pytest.mark.parametrize(("text", "diff"), [("a\nb\n", " x\n+y\n"), ("a\na\n", " a\n+b\n")])
def test_a_change_that_does_not_fit_is_noticed(text: str, diff: str) -> None:
    with pytest.raises(AssertionError, match="stands there"):
        changed(text, diff, "a.py")


def test_code_of_the_examples_is_as_ruff_wants_it(copy: Path) -> None:
    files = []
    for language, where, text in (b for name in ("A criterion", "An output", "A source") for b in chapter(name)):
        if language == "python":
            (copy / where).write_text(text, encoding="utf-8")
            files.append(where)
    for how in (["check"], ["format", "--diff"]):
        ruff = [sys.executable, "-m", "ruff", *how, *files]
        done = subprocess.run(ruff, cwd=copy, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
