"""The making of an index of extracts: reading them, by two processes if they are large, and writing its tables."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from functools import partial
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from saferoute.kept import PART, sync_folder
from saferoute.sources import spill
from saferoute.sources.damage import read_apart
from saferoute.sources.osm._indexed import Index, write_about, write_strokes, write_table
from saferoute.sources.osm._reading import ALL, read_exported, read_sorted
from saferoute.sources.osm._tables import collect_facts, enclose_areas, merge_boxes
from saferoute.sources.osm.exporting import Exported
from saferoute.table import Tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from saferoute.arrays import IntArray
    from saferoute.model import Strokes
    from saferoute.sources.osm._columns import Columns
    from saferoute.sources.osm._reading import Read
    from saferoute.sources.osm._tables import Facts, Joiner

_AREAS = "areas.json"
"""Name of the file in which the second process passes on its results."""
SHARED_BYTES = 8 << 20
"""Size in bytes, as plain blocks, from which two processes read extracts: starting the second takes half a second."""


def build_index(paths: Sequence[Path], folder: Path, join: Joiner | None) -> Index:
    """Return the index of some extracts, written under another name and then renamed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    # As this process holds the lock, any part that lies there is from one that was killed.
    for left in folder.parent.glob(f"*{PART}"):
        shutil.rmtree(left, ignore_errors=True)
    part = Path(tempfile.mkdtemp(suffix=PART, dir=folder.parent))
    try:
        about = {"of": [p.name for p in paths], **read_apart(paths, _write_index, paths, part, join)}
        # Last, because the checksums of all other files are in it: by them a later run sees what is damaged.
        write_about(part, about)
        sync_folder(part)
        shutil.rmtree(folder, ignore_errors=True)  # a damaged one
        part.replace(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return Index.load(folder)


def _write_index(paths: Sequence[Path], part: Path, join: Joiner | None) -> dict[str, Any]:
    """Write the tables of extracts into a folder, and return the contents of ``index.json`` on them."""
    return read_sorted(paths, part, partial(_write_exported, part=part, join=join))


def _write_exported(extracts: Sequence[Exported], part: Path, join: Joiner | None) -> dict[str, Any]:
    """Write the tables of extracts of which there are copies, and return the contents of ``index.json`` on them."""
    beside = _start_areas_process(extracts, part) if _worth_two_processes(extracts) else None
    try:
        held = read_exported(extracts, ALL if beside is None else ("node", "way"), part)
        about = _write_tables(held, ("ways", "points"), part)
        areas = None if beside is not None else _write_areas(held, part)
        is_empty = not len(held.ways)
        facts = collect_facts(held)
        if join is not None:
            about["files"] |= write_strokes(_join_ways(held.ways, join), part)
        del held
        if beside is not None:
            areas = _await_areas(beside, extracts, part)
    finally:
        if beside is not None:
            beside.kill()
            beside.communicate()
    assert areas is not None
    if beside is not None and is_empty and isnan(areas["ground"][0]):
        # Neither process could tell that the files hold nothing at all; reading both kinds raises that error.
        read_exported(extracts)
    facts = replace(facts, ground=merge_boxes(facts.bounds, areas["ground"]))
    return {**{name: about[name] | areas[name] for name in about}, "facts": _serialize_facts(facts)}


def _join_ways(ways: Columns, join: Joiner) -> Iterator[tuple[Strokes, IntArray]]:
    """Yield the strokes of ways, which are read part by part from west to east, and what orders them."""
    by_combination = join(Tags.from_combinations(ways.vocabulary.known, ways.vocabulary.codes))
    joining = by_combination.select_rows(ways.combination)
    rows = np.flatnonzero(joining.taken)
    rows = rows[np.argsort(ways.bounds[rows, 0], kind="stable")]
    # Joining takes some 6 kB of memory a way.
    at_once = max(spill.AT_ONCE // 4, 1)
    west = np.append(ways.bounds[rows, 0], np.inf)
    yield from joining.join_parts(
        (ways.read_lines(np.sort(rows[start : start + at_once])), west[min(start + at_once, len(rows))])
        for start in range(0, max(len(rows), 1), at_once)
    )


def _worth_two_processes(extracts: Sequence[Exported]) -> bool:
    """Return whether reading by two processes is faster: for large files and with two cores or more."""
    return (os.cpu_count() or 1) > 1 and sum(extract.blocks.stat().st_size for extract in extracts) >= SHARED_BYTES


def _start_areas_process(extracts: Sequence[Exported], part: Path) -> subprocess.Popen[bytes]:
    """Start the process that reads the areas and writes their tables, which is half of the work."""
    # -P keeps the current folder, which may hold anybody's modules, off the path.
    code = f"import sys; from {__name__} import run_areas_process; run_areas_process(*sys.argv[1:])"
    files = json.dumps([[str(extract.source), str(extract.blocks)] for extract in extracts])
    return subprocess.Popen(  # noqa: S603  # this interpreter, this package
        [sys.executable, "-P", "-c", code, str(part), files],
        stdin=subprocess.PIPE,  # by which it sees that this process has ended
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )


def run_areas_process(part: str, files: str) -> None:
    """Read the areas of extracts and write their part of the index; the second process runs this."""
    end_with_parent()
    extracts = [Exported(Path(source), Path(blocks)) for source, blocks in json.loads(files)]
    about = _write_areas(read_exported(extracts, ("area",), Path(part)), Path(part))
    (Path(part) / _AREAS).write_text(json.dumps(about))


def end_with_parent() -> None:
    """Have this process end when its standard input is closed, as the system does for a parent that was killed."""

    def wait() -> None:
        os.read(0, 1)
        os._exit(1)

    threading.Thread(target=wait, name="parent", daemon=True).start()


def _await_areas(beside: subprocess.Popen[bytes], extracts: Sequence[Exported], part: Path) -> dict[str, Any]:
    """Return the results of the second process, once it has ended."""
    note = part / _AREAS
    # If it failed, its work is done again here: that either succeeds or raises the error with its message.
    if beside.wait() or not note.exists():
        return _write_areas(read_exported(extracts, ("area",), part), part)
    about: dict[str, Any] = json.loads(note.read_text())
    note.unlink()
    return about


def _write_areas(held: Read, part: Path) -> dict[str, Any]:
    """Write the tables of areas and fragments, and return their part of ``index.json``."""
    return {
        **_write_tables(held, ("areas", "fragments"), part),
        "ground": enclose_areas(held.areas),
    }


def _write_tables(held: Read, names: Sequence[str], part: Path) -> dict[str, dict[str, Any]]:
    """Write some tables, and return their part of ``index.json``: the values of tags and the files' checksums."""
    about: dict[str, dict[str, Any]] = {"values": {}, "files": {}}
    for name in names:
        about["values"][name], files = write_table(name, getattr(held, name), part)
        about["files"] |= files
    return about


def _serialize_facts(facts: Facts) -> dict[str, Any]:
    """Return facts in types that JSON has; `Index.facts` reads them."""
    return {
        "extent": None if facts.extent is None else facts.extent.wkt,
        "cuts": facts.cuts.tolist(),
        "data_date": facts.data_date,
        "skipped": facts.skipped,
        "bounds": facts.bounds,
        "ground": facts.ground,
    }
