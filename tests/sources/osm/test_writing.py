"""A disk that is full while a map is read ends in one line, and not in an abort of the library."""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from saferoute.sources.osm.writing import open_writer

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = 65_536


def test_what_is_written_is_a_file(tmp_path: Path) -> None:
    from osmium import FileProcessor
    from osmium.osm.mutable import Node

    with open_writer(tmp_path / "a.osm.pbf") as writer:
        writer.add_node(Node(id=1, location=(1.0, 2.0)))
    assert [node.id for node in FileProcessor(str(tmp_path / "a.osm.pbf"))] == [1]


@pytest.mark.skipif(os.name != "posix", reason="other systems have no limits of files")
def test_a_full_folder_of_temporary_files_is_one_line(tmp_path: Path) -> None:
    dice = random.Random(4)
    nodes = "\n".join(
        f'<node id="{k}" lat="60.{k}" lon="24.{k}"><tag k="name" v="{dice.randbytes(30).hex()}"/></node>'
        for k in range(1, 6000)
    )
    path = tmp_path / "large.osm"
    path.write_text(f"<osm version='0.6'>\n{nodes}\n</osm>")
    done = subprocess.run(
        [sys.executable, "-m", "saferoute", "find", "60.1,24.1", "--osm", str(path), "-q"],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT)),
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "make room in the folder of temporary files, or name another in TMPDIR" in done.stderr
