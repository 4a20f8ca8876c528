"""An answer of an Overpass server as an extract, and the features that are read from it again."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from saferoute.model import Features, PlaceNotFound, SourceUnavailable
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.osm.overpass_boxes import parse_box
from saferoute.sources.osm.writing import open_writer
from saferoute.sources.web import Failed

if TYPE_CHECKING:
    from saferoute.model import Area
    from saferoute.sources.cache import Entry
    from saferoute.sources.osm.overpass_boxes import Box

_FIRST_YEAR = 2004
"""OpenStreetMap's first."""


def make_extract(answer: dict[str, Any], box: Box) -> bytes:
    """Return an answer as the bytes of an extract.

    Raises
    ------
    Failed
        If its elements are not OpenStreetMap objects.
    SourceUnavailable
        If there is no room for temporary files.
    """
    stamp = str((answer.get("osm3s") or {}).get("timestamp_osm_base") or "")
    try:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "answer.osm.pbf"
            _write_extract(answer["elements"], path, box, stamp)
            return path.read_bytes()
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError, OverflowError) as error:
        raise Failed("answered with elements that are none of OpenStreetMap") from error
    except OSError as error:
        raise _no_room_error(error) from error


def _write_extract(elements: list[dict[str, Any]], path: Path, box: Box, stamp: str) -> None:
    """Write each element once, sorted by kind and id as the assembly of areas requires."""
    import osmium
    from osmium.osm.mutable import Node, Relation, Way

    header = osmium.io.Header()
    # Of any other time osmium would fail, when it is too late to say of what.
    if _is_time(stamp):
        header.set("osmosis_replication_timestamp", stamp)
    west, south, east, north = box
    header.add_box(osmium.osm.Box(west, south, east, north))
    sorted_by: dict[str, dict[int, dict[str, Any]]] = {"node": {}, "way": {}, "relation": {}}
    for element in elements:
        if element["type"] in sorted_by:
            sorted_by[element["type"]][int(element["id"])] = element
    with open_writer(path, header=header) as writer:
        for number, node in sorted(sorted_by["node"].items()):
            location = float(node["lon"]), float(node["lat"])
            writer.add_node(Node(id=number, location=location, tags=node.get("tags", {})))
        for number, way in sorted(sorted_by["way"].items()):
            writer.add_way(Way(id=number, nodes=way.get("nodes", []), tags=way.get("tags", {})))
        for number, relation in sorted(sorted_by["relation"].items()):
            members = [(m["type"][0], int(m["ref"]), m.get("role", "")) for m in relation.get("members", [])]
            writer.add_relation(Relation(id=number, members=members, tags=relation.get("tags", {})))


def _is_time(stamp: str) -> bool:
    """Return whether a text is a time as Overpass writes it."""
    with suppress(ValueError):
        return datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).year >= _FIRST_YEAR
    return False


def read_extract(entry: Entry, area: Area, margin_m: float) -> Features | None:
    """Return the features that a copy holds of an area, None if it has no way there."""
    if not entry.about["ways"]:
        return None
    try:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "map.osm.pbf"
            path.write_bytes(entry.payload)
            source = ExtractSource([path], extent=parse_box(list(entry.about["box"])))
            return source.read_features(area, margin_m=margin_m)
    except PlaceNotFound:
        return None
    except OSError as error:
        raise _no_room_error(error) from error


def _no_room_error(error: OSError) -> SourceUnavailable:
    """Return the error for a temporary file that cannot be written."""
    return SourceUnavailable(
        f"the map cannot be kept while it is read ({error.strerror or error}); make room in the folder of "
        "temporary files, or name another in TMPDIR"
    )
