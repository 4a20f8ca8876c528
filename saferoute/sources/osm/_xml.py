"""Facts from OSM XML files that osmium does not read, and plain copies that it does.

JOSM gives new objects negative ids, marks objects that are to be deleted, and
names a box for every download. Overpass adds a remark if an answer is cut
short. Histories hold deleted versions. osmium ignores or rejects all of this.
"""

from __future__ import annotations

import bz2
import gzip
import zlib
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from saferoute.model import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Box = tuple[float, float, float, float]

NEW_ID = 1 << 36
"""In a plain copy the new object −n has the id `NEW_ID` + n, far above all ids of OpenStreetMap."""

_OBJECTS = frozenset({"node", "way", "relation"})
_MOST_SHOWN = 120
"""Most characters of a remark that an error message quotes."""


@dataclass
class XmlFacts:
    """Boxes, deleted objects and new objects of an OSM XML file."""

    boxes: list[Box] = field(default_factory=list)
    """West, south, east and north, in degrees, of each download."""
    has_wrong_box: bool = False
    """True if the file names a box that is not one on earth."""
    deleted: dict[tuple[str, str], int] = field(default_factory=dict)
    """Version in which each object was deleted, by kind and id."""
    has_new: bool = False
    """True if there are objects with negative ids."""

    @property
    def is_plain(self) -> bool:
        """True if osmium can read the file as it is."""
        return not (self.deleted or self.has_new or self.has_wrong_box)


def read_xml_facts(path: Path) -> XmlFacts:
    """Return the facts about an OSM XML file that osmium does not read.

    Raises
    ------
    InvalidInput
        If a remark says that the answer is cut short.
    ValueError
        If the file is not XML, or declares entities.
    """
    facts = XmlFacts()
    depth, remark = 0, []
    in_remark = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, in_remark
        depth += 1
        # Objects, boxes and remarks are children of the root; a tag or member deeper down is not one.
        if depth != 2:
            return
        if name in _OBJECTS:
            _note_object(facts, name, attributes)
        elif name == "bounds":
            box = _parse_box(attributes)
            if box is None:
                facts.has_wrong_box = True
            else:
                facts.boxes.append(box)
        in_remark = name == "remark"

    def end(_: str) -> None:
        nonlocal depth, in_remark
        depth -= 1
        in_remark = in_remark and depth > 1

    def text(content: str) -> None:
        if in_remark:
            remark.append(content)

    _parse(path, start, end, text)
    # A remark is a stranger's text: control characters would reach the terminal.
    said = " ".join("".join(c for c in "".join(remark) if c.isprintable() or c.isspace()).split())
    if said:
        raise InvalidInput(f"{path}: the answer is cut short, it says: {said[:_MOST_SHOWN]}; ask for a smaller area")
    return facts


def _note_object(facts: XmlFacts, kind: str, attributes: dict[str, str]) -> None:
    """Note whether an object is new or deleted; a later version that is visible revives it."""
    number = attributes.get("id", "")
    facts.has_new = facts.has_new or number.startswith("-")
    version = int(attributes.get("version", 0))
    if attributes.get("action") == "delete" or attributes.get("visible") == "false":
        facts.deleted[kind, number] = version
    elif facts.deleted and facts.deleted.get((kind, number), version) < version:
        del facts.deleted[kind, number]


def _parse_box(attributes: dict[str, str]) -> Box | None:
    """Return the box of a ``bounds`` element, None if it is not one on earth."""
    try:
        west, south, east, north = (float(attributes[key]) for key in ("minlon", "minlat", "maxlon", "maxlat"))
    except (KeyError, ValueError):
        return None
    good = -180 <= west < east <= 180 and -90 <= south < north <= 90
    return (west, south, east, north) if good else None


def write_plain_copy(path: Path, copy: Path, facts: XmlFacts) -> None:
    """Write a copy of an OSM XML file that osmium can read.

    Deleted objects and references to them are dropped, and negative ids are
    replaced (`NEW_ID`).
    """
    with copy.open("w", encoding="utf-8") as out:
        # While an element is dropped, `skipped_until` is its depth: nothing below is written. 0 = none is.
        skipped_until, depth = 0, 0

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal skipped_until, depth
            depth += 1
            if skipped_until:
                return
            used = _name_object(name, attributes)
            if used in facts.deleted or name in {"bounds", "bound"}:
                skipped_until = depth
                return
            id_key = "id" if name in _OBJECTS else "ref"
            if used is not None and used[1].startswith("-"):
                attributes = {**attributes, id_key: str(NEW_ID + int(used[1][1:]))}
            out.write(f"<{name}{''.join(f' {key}={quoteattr(value)}' for key, value in attributes.items())}>")

        def end(name: str) -> None:
            nonlocal skipped_until, depth
            if not skipped_until:
                out.write(f"</{name}>\n")
            elif skipped_until == depth:
                skipped_until = 0
            depth -= 1

        _parse(path, start, end)


def _name_object(element: str, attributes: dict[str, str]) -> tuple[str, str] | None:
    """Return the kind and id of the object that an element describes or refers to."""
    if element in _OBJECTS:
        return element, attributes.get("id", "")
    if element == "nd":
        return "node", attributes.get("ref", "")
    if element == "member":
        return attributes.get("type", ""), attributes.get("ref", "")
    return None


def _parse(
    path: Path,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None] | None = None,
) -> None:
    """Feed a file to handlers of elements and text, or raise `ValueError` if it is not XML."""
    # An event parser, because a tree of a large file would not fit into memory.
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    if text is not None:
        parser.CharacterDataHandler = text
    parser.EntityDeclHandler = _refuse_entity
    try:
        with _open_unpacked(path) as file:
            parser.ParseFile(file)
    except (expat.ExpatError, zlib.error, OSError, EOFError, LookupError) as error:  # LookupError: an unknown encoding
        raise ValueError(str(error)) from error


def _refuse_entity(*_: object) -> None:
    """Raise `ValueError`: nested entities can blow up a small file to gigabytes."""
    raise ValueError("it declares entities")


def _open_unpacked(path: Path) -> IO[bytes]:
    """Return a file opened for reading, unpacked if its suffix is .gz or .bz2."""
    kinds: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open}
    opened: IO[bytes] = kinds.get(path.suffix.lower(), open)(path, "rb")
    return opened
