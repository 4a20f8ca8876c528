"""Plain blocks: what numpy decodes of them is what osmium reads, whatever is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import osmium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from osmium.osm.mutable import Node, Relation, Way

from saferoute.model import InvalidInput
from saferoute.osm import keys
from saferoute.sources.osm.decoding import iterate_objects
from saferoute.sources.osm.exporting import export_extract
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.osm.objects import NODE, RELATION, WAY

if TYPE_CHECKING:
    from pathlib import Path

IDS = st.integers(1, 40) | st.integers(1, 1 << 35)
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=5)
TAGS = st.dictionaries(st.sampled_from(["highway", "natural", "name", "x"]), TEXT, max_size=3)
PLACES = st.tuples(st.integers(-1_800_000_000, 1_800_000_000), st.integers(-900_000_000, 900_000_000))
NODES = st.dictionaries(IDS, st.tuples(PLACES, TAGS), max_size=6)
WAYS = st.dictionaries(IDS, st.tuples(st.lists(IDS, max_size=5), TAGS), max_size=5)
MEMBERS = st.lists(st.tuples(st.sampled_from("nwr"), IDS, TEXT), max_size=5)
RELATIONS = st.dictionaries(IDS, st.tuples(MEMBERS, TAGS), max_size=4)


def write_extract(path: Path, nodes: dict[int, Any], ways: dict[int, Any], relations: dict[int, Any]) -> None:
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for number, ((x, y), tags) in sorted(nodes.items()):
            writer.add_node(Node(id=number, location=(x / 1e7, y / 1e7), tags=tags, version=1))
        for number, (refs, tags) in sorted(ways.items()):
            writer.add_way(Way(id=number, nodes=refs, tags=tags, version=1))
        for number, (members, tags) in sorted(relations.items()):
            writer.add_relation(Relation(id=number, members=members, tags=tags, version=1))


def read_all(blocks: Path, kind: int, wanted: Any = None) -> dict[int, Any]:
    """Return what is decoded of a kind by ids: tags, and place, nodes with places, or members."""
    found: dict[int, Any] = {}
    for objects in iterate_objects(blocks, kind, wanted):
        ends = np.cumsum(objects.nodes.count)
        for row, number in enumerate(objects.osm_id.tolist()):
            held: Any = tuple(objects.places[np.array([row])].flat[0].tolist()) if kind == NODE else None
            if kind == WAY:
                way = objects.read_way(row)
                held = list(zip(way.nodes, way.places, strict=True))
            if kind == RELATION:
                here = slice(ends[row] - objects.nodes.count[row], ends[row])
                kinds = ["nwr"[int(k)] for k in objects.types[here]]
                roles = [objects.strings[role].decode() for role in objects.roles[here]]
                held = list(zip(kinds, objects.nodes.flat[here].tolist(), roles, strict=True))
            found[number] = (held, objects.read_tags(row))
    return found


@settings(max_examples=20, deadline=None)
@given(NODES, WAYS, RELATIONS)
def test_what_osmium_writes_is_decoded(tmp_path_factory: pytest.TempPathFactory, nodes, ways, relations) -> None:
    folder = tmp_path_factory.mktemp("blocks")
    write_extract(folder / "a.osm.pbf", nodes, ways, relations)
    blocks = export_extract(folder / "a.osm.pbf", folder).blocks
    tagged = {number: of for number, of in nodes.items() if not of[1].keys().isdisjoint(keys.POINT_KEYS)}
    places = {number: place for number, (place, _) in nodes.items()}
    assert read_all(blocks, NODE) == tagged
    placed = {n: ([(ref, places.get(ref)) for ref in refs], tags) for n, (refs, tags) in ways.items()}
    assert read_all(blocks, WAY) == placed
    assert read_all(blocks, RELATION) == relations
    some = np.array(sorted(ways)[::2], dtype=np.int64)
    assert read_all(blocks, WAY, some) == {number: placed[number] for number in some.tolist()}


def test_blocks_of_thousands_are_decoded_one_by_one(tmp_path: Path) -> None:
    nodes = {3 * k + 1: ((9 * k, -5 * k), {"natural": f"tree {k % 7}"}) for k in range(8_100)}
    ways = {5 * k + 2: ([3 * k + 1, 3 * k + 4], {"highway": "path"}) for k in range(8_005)}
    write_extract(tmp_path / "a.osm.pbf", nodes, ways, {})
    blocks = export_extract(tmp_path / "a.osm.pbf", tmp_path).blocks
    assert sum(1 for _ in iterate_objects(blocks, NODE)) > 1
    assert read_all(blocks, NODE) == nodes
    assert sum(1 for _ in iterate_objects(blocks, WAY)) > 1
    last = np.array([5 * 8_004 + 2])
    assert read_all(blocks, WAY, last)[5 * 8_004 + 2][0] == [(24_013, (72_036, -40_020)), (24_016, (72_045, -40_025))]


@pytest.mark.parametrize("key", ["name", "highway", "route"])
def test_a_tag_that_is_no_text_is_damage(key: str, tmp_path: Path) -> None:
    path = tmp_path / "a.osm.pbf"
    tags = {"highway": "path", key: "éé"}
    with osmium.SimpleWriter(osmium.io.File(str(path), "pbf,pbf_compression=none")) as writer:
        for number in (1, 2):
            writer.add_node(Node(id=number, location=(number, number), version=1))
        writer.add_way(Way(id=1, nodes=[1, 2], tags={"highway": "path"} if key == "route" else tags, version=1))
        writer.add_relation(Relation(id=1, members=[("w", 1, "")], tags=tags, version=1))
    assert len(ExtractSource([path]).read_tables().ways) == 1
    path.write_bytes(path.read_bytes().replace("éé".encode(), b"\xff\xfe\xff\xfe"))
    with pytest.raises(InvalidInput, match="not a whole OpenStreetMap extract"):
        ExtractSource([path]).read_tables()
