"""Changes of OpenStreetMap applied to an extract, which a newer one replaces, whole or not at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from saferoute.kept import sync_folder
from saferoute.model import InvalidInput
from saferoute.sources.osm._files import explain_damage, open_file, sort_file
from saferoute.sources.osm.writing import open_writer
from saferoute.sources.paths import explain_missing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

SUFFIXES = (".osc", ".osc.gz", ".osc.bz2")
"""Endings of the names of files of changes (OsmChange)."""
_FEWEST_INSIDE = 0.5
"""Least share of the nodes of changes inside the box that the extract names; with less they are of other ground [J]."""
_ORDER, _SORTED = "sorting", "Type_then_ID"
"""What the header of a PBF file says if it is sorted."""
_DATE = "osmosis_replication_timestamp"
"""Name of the date in the header of PBF files."""


def apply_changes(extract: Path, changes: Sequence[Path]) -> None:
    """Replace an extract by a newer one, with changes applied.

    To apply changes that it has already changes nothing. The new extract is written
    beside the old one and then takes its name, so that no other process sees half of it.

    Parameters
    ----------
    extract : Path
        Sorted by kind and id, as extracts to download are; its box stays.
    changes : sequence of Path
        Files of changes of the same region since, whose names end with one of `SUFFIXES`.

    Raises
    ------
    InvalidInput
        If a file cannot be read, the changes are mostly of other ground, or the extract cannot be replaced.
    """
    import osmium

    if not extract.name.lower().endswith(".pbf"):
        raise InvalidInput(f"{extract}: only PBF extracts are updated; download one that ends with .osm.pbf")
    with explain_damage(extract):
        header = osmium.io.Reader(open_file(extract)).header()
    newest = max(_date_changes(path, header.box()) for path in changes)
    header.set(_DATE, max(header.get(_DATE), f"{newest:%Y-%m-%dT%H:%M:%SZ}"))
    # A sorted copy of what does not say that it is sorted: of another nothing would be deleted.
    is_sorted = header.get(_ORDER) == _SORTED
    header.set(_ORDER, _SORTED)
    new = extract.with_name(f".new-{extract.name}")
    try:
        with sort_file(extract, unsorted=not is_sorted) as file:
            _write_newer(file.path, new, changes, header)
        new.chmod(extract.stat().st_mode)
        new.replace(extract)
        sync_folder(extract.parent)
    except OSError as error:
        raise InvalidInput(
            f"{extract}: a newer one cannot be written beside it ({error.strerror or error}); make room there, or "
            "copy it elsewhere"
        ) from error
    finally:
        new.unlink(missing_ok=True)


def _date_changes(path: Path, box: Any) -> datetime:
    """Return the date of the newest change of a file, after checking that most of them lie in a box, if it is known."""
    import osmium

    if not path.name.lower().endswith(SUFFIXES):
        raise InvalidInput(f"{path}: the name of a file of changes ends with one of {', '.join(SUFFIXES)}")
    if not path.is_file():
        raise InvalidInput(explain_missing(path, "give the path of a file of changes"))
    dates, inside, nodes = [], 0, 0
    try:
        change: Any
        for change in osmium.FileProcessor(_open_changes(path)):
            dates.append(change.timestamp)
            if change.is_node() and change.location.valid():
                nodes += 1
                inside += not box.valid() or box.contains(change.location)
    except (RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise InvalidInput(f"{path}: not a whole file of changes ({reason}); download it again") from error
    if not dates:
        raise InvalidInput(f"{path}: holds no change; leave it out")
    if inside < _FEWEST_INSIDE * nodes:
        raise InvalidInput(
            f"{path}: only {inside} of its {nodes} nodes lie in the box of the extract; give changes of the same region"
        )
    return max(dates)


def _open_changes(path: Path) -> Any:
    import osmium

    suffix = next(suffix for suffix in sorted(SUFFIXES, key=len, reverse=True) if path.name.lower().endswith(suffix))
    return osmium.io.File(str(path), suffix.removeprefix("."))


def _write_newer(extract: Path, new: Path, changes: Sequence[Path], header: Any) -> None:
    """Write an extract with changes applied."""
    import osmium

    merged = osmium.MergeInputReader()
    for path in changes:
        merged.add_file(str(path))
    with (
        open_writer(new, kind=osmium.io.Writer, header=header, overwrite=True) as writer,
        osmium.io.Reader(open_file(extract)) as reader,
    ):
        merged.apply_to_reader(reader, writer)
    with new.open("rb") as written:
        os.fsync(written.fileno())
