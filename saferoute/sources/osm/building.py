"""The making of an index of extracts: reading them, by two processes if they are large, and writing its tables."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from saferoute.kept import PART, sync_folder
from saferoute.sources import spill
from saferoute.sources.damage import read_apart
from saferoute.sources.osm._indexed import Index, write_about, write_strokes, write_table
from saferoute.sources.osm._layers import Source
from saferoute.sources.osm._reading import read_layers, read_sorted
from saferoute.sources.osm._tables import collect_facts, enclose_areas, merge_boxes
from saferoute.sources.osm.making import Making
from saferoute.table import Tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from saferoute.arrays import IntArray
    from saferoute.model import Strokes
    from saferoute.sources.osm._columns import Columns
    from saferoute.sources.osm._reading import Read
    from saferoute.sources.osm._tables import Facts, Joiner

_MAKING = "making"
"""Folder with what is not of the index itself, which goes when that is whole."""
SHARED_BYTES = 8 << 20
"""Size in bytes, as plain blocks, from which two processes read extracts: starting the second takes half a second."""


def build_index(paths: Sequence[Path], folder: Path, join: Joiner | None) -> Index:
    """Return the index of some extracts, written under another name and then renamed.

    What a process had finished of it that was killed is not done again.
    """
    part = open_part(folder)
    try:
        about = {"of": [p.name for p in paths], **read_apart(paths, _write_index, paths, part, join)}
        for made in part.glob(f"{_MAKING}*"):
            shutil.rmtree(made)
        # Last, because the checksums of all other files are in it: by them a later run sees what is damaged.
        write_about(part, about)
        sync_folder(part)
        shutil.rmtree(folder, ignore_errors=True)  # a damaged one
        part.replace(folder)
    except Exception:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return Index.load(folder)


def open_part(folder: Path) -> Path:
    """Return the folder in which an index is made, which may hold what a process made of it that was killed."""
    part = folder.with_name(f"{folder.name}{PART}")
    # As this process holds the lock, all parts that lie there are from others that were killed.
    for left in folder.parent.glob(f"*{PART}"):
        if left != part:
            shutil.rmtree(left, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True, exist_ok=True)
    return part


def list_sources(paths: Sequence[Path], part: Path, *, unsorted: bool) -> list[Source]:
    """Return the extracts of an index as they are read, after a look at what is damaged of what was made of it."""
    making = part / f"{_MAKING}{'-sorted' * unsorted}"
    making.mkdir(exist_ok=True)
    Making(making).sweep()
    return [Source(number, path, unsorted, making, part) for number, path in enumerate(paths)]


def choose_steps(sources: Sequence[Source]) -> list[Source]:
    """Return extracts with whether their steps are noted, by the size of their copies."""
    if all(source.has_read() for source in sources):
        return [source._replace(has_steps=True) for source in sources]
    size = sum(source.copy_blocks().blocks.stat().st_size for source in sources)
    return [source._replace(has_steps=size >= SHARED_BYTES) for source in sources]


def _write_index(paths: Sequence[Path], part: Path, join: Joiner | None) -> dict[str, Any]:
    """Write the tables of extracts into a folder, and return the contents of ``index.json`` on them."""

    def write(*, unsorted: bool) -> dict[str, Any]:
        return _write_sources(choose_steps(list_sources(paths, part, unsorted=unsorted)), part, join)

    return read_sorted(write)


def _write_sources(sources: Sequence[Source], part: Path, join: Joiner | None) -> dict[str, Any]:
    """Write the tables of extracts, and return the contents of ``index.json`` on them."""
    beside = _start_areas_process(sources, part) if _worth_two_processes(sources) else None
    try:
        about = _write_ways(sources, part, join)
        areas = _write_areas(sources, part) if beside is None else _await_areas(beside, sources, part)
    finally:
        if beside is not None:
            beside.kill()
            beside.communicate()
    facts = about.pop("facts")
    if about.pop("is_empty") and isnan(areas["ground"][0]):
        # Neither kind could tell that the files hold nothing at all; reading both raises that error.
        read_layers(sources)
    facts["ground"] = merge_boxes(facts["bounds"], areas["ground"])
    return {**{name: about[name] | areas[name] for name in about}, "facts": facts}


def _write_ways(sources: Sequence[Source], part: Path, join: Joiner | None) -> dict[str, Any]:
    """Write the tables of ways, points and strokes, and return their part of ``index.json`` with facts on all."""
    held = read_layers(sources, ("node", "way"))

    def write() -> tuple[dict[str, Any], list[Path]]:
        about: dict[str, Any] = _write_tables(held, ("ways", "points"), part)
        about |= {"facts": _serialize_facts(collect_facts(held)), "is_empty": not len(held.ways)}
        return about, [part / name for name in about["files"]]

    def write_joined() -> tuple[dict[str, str], list[Path]]:
        files = {} if join is None else write_strokes(_join_ways(held.ways, join), part)
        return files, [part / name for name in files]

    about: dict[str, Any] = _do(sources, "tables of ways", write)
    about["files"] |= _do(sources, "strokes", write_joined)
    return about


def _do(sources: Sequence[Source], step: str, take: Callable[[], tuple[Any, list[Path]]]) -> Any:
    """Return what a step of making an index found out, which is noted if the extracts are large."""
    return Making(sources[0].folder).do(step, take) if sources[0].has_steps else take()[0]


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


def _worth_two_processes(sources: Sequence[Source]) -> bool:
    """Return whether reading by two processes is faster: for large files and with two cores or more."""
    return (os.cpu_count() or 1) > 1 and sources[0].has_steps


def _start_areas_process(sources: Sequence[Source], part: Path) -> subprocess.Popen[bytes]:
    """Start the process that reads the areas and writes their tables, which is half of the work."""
    # -P keeps the current folder, which may hold anybody's modules, off the path.
    code = f"import sys; from {__name__} import run_areas_process; run_areas_process(*sys.argv[1:])"
    files = json.dumps([[str(source.path), source.unsorted, str(source.folder)] for source in sources])
    return subprocess.Popen(  # noqa: S603  # this interpreter, this package
        [sys.executable, "-P", "-c", code, str(part), files],
        stdin=subprocess.PIPE,  # by which it sees that this process has ended
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )


def run_areas_process(part: str, files: str) -> None:
    """Write the tables of the areas of extracts; the second process runs this, and leaves a note of that step."""
    end_with_parent()
    told = enumerate(json.loads(files))
    sources = [Source(k, Path(path), unsorted, Path(at), Path(part), True) for k, (path, unsorted, at) in told]
    _write_areas(sources, Path(part))


def end_with_parent() -> None:
    """Have this process end when its standard input is closed, as the system does for a parent that was killed."""

    def wait() -> None:
        os.read(0, 1)
        os._exit(1)

    threading.Thread(target=wait, name="parent", daemon=True).start()


def _await_areas(beside: subprocess.Popen[bytes], sources: Sequence[Source], part: Path) -> dict[str, Any]:
    """Return the results of the second process, once it has ended."""
    beside.wait()
    # What it failed to do is done here: that either succeeds or raises the error with its message.
    return _write_areas(sources, part)


def _write_areas(sources: Sequence[Source], part: Path) -> dict[str, Any]:
    """Write the tables of areas and fragments, and return their part of ``index.json``."""

    def write() -> tuple[dict[str, Any], list[Path]]:
        held = read_layers(sources, ("area",))
        about: dict[str, Any] = _write_tables(held, ("areas", "fragments"), part)
        return {**about, "ground": enclose_areas(held.areas)}, [part / name for name in about["files"]]

    about: dict[str, Any] = _do(sources, "tables of areas", write)
    return about


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
