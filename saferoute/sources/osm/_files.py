"""OpenStreetMap files of any format, made readable in one order: by kind, then by id."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

from saferoute.model import InvalidInput
from saferoute.sources.osm._xml import read_xml_facts, write_plain_copy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from saferoute.sources.osm._xml import XmlFacts

    Box = tuple[float, float, float, float]

T = TypeVar("T")

SUFFIXES = (".osm.pbf", ".osm.gz", ".osm.bz2", ".osm", ".pbf")
"""Names an extract may end with."""

_UNSORTED = ("out of order", "twice")
"""What osmium says of a file whose objects are not sorted, or in several versions."""


@dataclass(frozen=True)
class SortedFile:
    """A file that holds each object once, sorted by kind and id.

    Attributes
    ----------
    boxes : sequence of (west, south, east, north)
        What its source says that it holds, in degrees; empty = it does not say.
    """

    path: Path
    boxes: Sequence[Box]
    timestamp: str | None
    """Date that its header names."""


def open_file(path: Path) -> Any:
    """Return what osmium opens: it knows formats by suffixes in small letters alone."""
    import osmium

    return osmium.io.File(str(path), _suffix(path).removeprefix("."))


def _suffix(path: Path) -> str:
    return next(suffix for suffix in SUFFIXES if path.name.lower().endswith(suffix))


def read_in_order(path: Path, read: Callable[[SortedFile], T]) -> T:
    """Return what `read` makes of a file whose objects are sorted by kind and id.

    Areas can only be put together from sorted files. PBF files nearly always
    are; XML written by hand, by an editor or by a service may be not, and is
    sorted into a temporary copy first: older versions of an object and deleted
    ones dropped, new ones with ids above `saferoute.sources.osm._xml.NEW_ID`.

    Raises
    ------
    InvalidInput
        If the file is no whole OpenStreetMap extract.
    """
    import osmium

    is_pbf = path.name.lower().endswith(".pbf")
    try:
        if is_pbf:
            boxes, timestamp = _read_header(path)
            if not _has_new_nodes(path):
                try:
                    return read(SortedFile(path, boxes, timestamp))
                except RuntimeError as error:
                    if not any(word in str(error) for word in _UNSORTED):
                        raise
        with TemporaryDirectory() as name:
            folder = Path(name)
            if is_pbf:
                return read(SortedFile(_sort_pbf(path, folder), boxes, timestamp))
            facts = read_xml_facts(path)
            return read(SortedFile(_sort_xml(path, folder, facts), facts.boxes, None))
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        reason = " ".join(str(error).split()) or "cannot be decoded"
        raise InvalidInput(f"{path}: not a whole OpenStreetMap extract ({reason}); download it again") from error


def _read_header(path: Path) -> tuple[list[Box], str | None]:
    """Return the box and the date that the header of a PBF file names."""
    import osmium

    header = osmium.FileProcessor(open_file(path)).header
    box = header.box()
    boxes = []
    if box.valid():
        boxes.append((box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat))
    return boxes, header.get("osmosis_replication_timestamp") or None


def _has_new_nodes(path: Path) -> bool:
    """Return whether a sorted file begins with nodes of negative ids, whose places osmium does not keep."""
    import osmium

    nodes = osmium.FileProcessor(open_file(path), osmium.osm.NODE)
    return next((node.id < 0 for node in nodes), False)


def _sort_pbf(path: Path, folder: Path) -> Path:
    source = _link_source(path, folder)
    copy = _write_sorted_copy(source, folder / "sorted.osm.pbf")
    if not _has_new_nodes(copy):
        return copy
    text = _write_sorted_copy(source, folder / "new.osm")
    return _sort_xml(text, folder, read_xml_facts(text))


def _sort_xml(path: Path, folder: Path, facts: XmlFacts) -> Path:
    if facts.is_plain:
        source = _link_source(path, folder)
    else:
        source = folder / "plain.osm"
        write_plain_copy(path, source, facts)
    return _write_sorted_copy(source, folder / "plain-sorted.osm.pbf")


def _link_source(path: Path, folder: Path) -> Path:
    """Return another name of a file: osmium knows suffixes in small letters alone."""
    source = folder / f"source{_suffix(path)}"
    source.symlink_to(path.resolve())
    return source


def _write_sorted_copy(source: Path, copy: Path) -> Path:
    import osmium

    reader = osmium.MergeInputReader()
    reader.add_file(str(source))
    with osmium.SimpleWriter(str(copy)) as writer:
        reader.apply(writer, simplify=True)
    return copy
