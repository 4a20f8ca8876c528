"""Opening of OpenStreetMap files in any format, sorted by kind and id."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

from saferoute.model import InvalidInput
from saferoute.sources.osm._xml import read_xml_facts, write_plain_copy
from saferoute.sources.osm.writing import open_writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from saferoute.sources.osm._xml import XmlFacts

    Box = tuple[float, float, float, float]

T = TypeVar("T")

SUFFIXES = (".osm.pbf", ".osm.gz", ".osm.bz2", ".osm", ".pbf")
"""Endings of the names of extracts."""


_UNSORTED = ("out of order", "twice")
"""Words in osmium's errors for files that are not sorted, or hold several versions of an object."""


@dataclass(frozen=True)
class SortedFile:
    """A file that holds each object once, sorted by kind and id.

    Attributes
    ----------
    path : Path
    boxes : sequence of (west, south, east, north)
        The boxes in degrees that the file says it covers; empty = it does not say.
    """

    path: Path
    boxes: Sequence[Box]
    timestamp: str | None
    """Date in the header; None = it has none."""


def open_file(path: Path) -> Any:
    """Return a file for osmium to read, with its format."""
    import osmium

    # osmium would guess the format itself, but knows suffixes in lower case only.
    return osmium.io.File(str(path), _suffix(path).removeprefix("."))


def _suffix(path: Path) -> str:
    """Return the suffix of an extract in lower case, such as ".osm.gz"."""
    return next(suffix for suffix in SUFFIXES if path.name.lower().endswith(suffix))


@contextmanager
def sort_file(path: Path, *, unsorted: bool = False) -> Iterator[SortedFile]:
    """Yield a sorted version of a file, which may be gone afterwards.

    Areas can only be assembled from sorted files. PBF files are nearly always
    sorted. Those that are not, those with new objects (negative ids) and all
    XML files are sorted into a temporary copy. The copy has no deleted objects
    and only the newest version of each object, and its new objects have ids
    above `saferoute.sources.osm._xml.NEW_ID`.

    Parameters
    ----------
    path : Path
        An extract whose name ends with one of `SUFFIXES`.
    unsorted : bool
        Whether a PBF file is known not to be sorted: only reading shows that, and a pass for it would cost too much.

    Raises
    ------
    InvalidInput
        If the file is not a complete OpenStreetMap extract.
    """
    is_pbf = path.name.lower().endswith(".pbf")
    with explain_damage(path), TemporaryDirectory() as name:
        boxes, timestamp = _read_header(path) if is_pbf else ((), None)
        if is_pbf and not unsorted and not _has_new_nodes(path):
            copy = path
        else:
            try:
                if is_pbf:
                    copy = _sort_pbf(path, Path(name))
                else:
                    facts = read_xml_facts(path)
                    copy, boxes = _sort_xml(path, Path(name), facts), facts.boxes
            except OSError as error:  # of the copy: of the file itself osmium and `read_xml_facts` raise others
                raise InvalidInput(
                    f"{path}: its sorted copy cannot be kept while it is read ({error.strerror or error}); make room "
                    "in the folder of temporary files, or name another in TMPDIR"
                ) from error
        yield SortedFile(copy, boxes, timestamp)


def read_in_order(path: Path, read: Callable[[SortedFile], T]) -> T:
    """Call a function with a sorted version of a file, and return its result.

    Parameters
    ----------
    path : Path
        As of `sort_file`.
    read : callable
        Function of the sorted file. It is called a second time if osmium finds that the file is not sorted.

    Raises
    ------
    InvalidInput
        If the file is not a complete OpenStreetMap extract.
    """
    for unsorted in (False, True):
        with sort_file(path, unsorted=unsorted) as file:
            try:
                return read(file)
            except RuntimeError as error:
                if unsorted or not any(word in str(error) for word in _UNSORTED):
                    raise
    raise AssertionError("osmium sorts files")


@contextmanager
def explain_damage(path: Path) -> Iterator[None]:
    """Make one line of the errors that a damaged extract causes."""
    import osmium

    try:
        yield
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        reason = " ".join(str(error).split()) or "cannot be decoded"
        raise InvalidInput(f"{path}: not a whole OpenStreetMap extract ({reason}); download it again") from error


def _read_header(path: Path) -> tuple[list[Box], str | None]:
    """Return the boxes and the date in the header of a PBF file."""
    import osmium

    header = osmium.FileProcessor(open_file(path)).header
    box = header.box()
    boxes = []
    if box.valid():
        boxes.append((box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat))
    return boxes, header.get("osmosis_replication_timestamp") or None


def _has_new_nodes(path: Path) -> bool:
    """Return whether a sorted file has nodes with negative ids, whose locations osmium does not keep."""
    import osmium

    nodes = osmium.FileProcessor(open_file(path), osmium.osm.NODE)
    # Negative ids come first, so that one node is enough to know.
    return next((node.id < 0 for node in nodes), False)


def _sort_pbf(path: Path, folder: Path) -> Path:
    """Return the path of a sorted copy of a PBF file, by way of XML if it holds new objects."""
    source = _link_source(path, folder)
    copy = _write_sorted_copy(source, folder / "sorted.osm.pbf")
    if not _has_new_nodes(copy):
        return copy
    text = _write_sorted_copy(source, folder / "new.osm")
    return _sort_xml(text, folder, read_xml_facts(text))


def _sort_xml(path: Path, folder: Path, facts: XmlFacts) -> Path:
    """Return the path of a sorted copy of an XML file, made plain first if osmium cannot read it as it is."""
    if facts.is_plain:
        source = _link_source(path, folder)
    else:
        source = folder / "plain.osm"
        write_plain_copy(path, source, facts)
    return _write_sorted_copy(source, folder / "plain-sorted.osm.pbf")


def _link_source(path: Path, folder: Path) -> Path:
    """Return a link to a file with its suffix in lower case, since osmium knows no other."""
    source = folder / f"source{_suffix(path)}"
    source.symlink_to(path.resolve())
    return source


def _write_sorted_copy(source: Path, copy: Path) -> Path:
    """Write a sorted copy of a file, and return its path."""
    import osmium

    # `simplify` keeps only the newest version of each object.
    reader = osmium.MergeInputReader()
    reader.add_file(str(source))
    with open_writer(copy) as writer:
        reader.apply(writer, simplify=True)
    return copy
