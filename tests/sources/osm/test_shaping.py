"""Areas of closed ways: those that are shaped here are those that osmium assembles, to the byte."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import osmium
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from osmium.osm.mutable import Node, Way

from saferoute.sources.osm.shaping import shape_lines, shape_points, shape_rings
from saferoute.sources.ragged import Ragged

if TYPE_CHECKING:
    from pathlib import Path

NEAR = st.tuples(st.integers(95_000_000, 95_000_004), st.integers(470_000_000, 470_000_004))
ANYWHERE = st.tuples(st.integers(-1_800_000_000, 1_800_000_000), st.integers(-900_000_000, 900_000_000))
RINGS = st.lists(NEAR, min_size=2, max_size=7) | st.lists(ANYWHERE, min_size=2, max_size=5)


def list_places(lines: list[list[tuple[int, int]]]) -> Ragged:
    flat = np.array([place for line in lines for place in line], dtype=np.int64).reshape(-1, 2)
    return Ragged.from_counts(flat, np.array([len(line) for line in lines], dtype=np.int64))


def assemble(path: Path, lines: list[list[tuple[int, int]]]) -> dict[int, bytes]:
    """Return the areas that osmium makes of ways, by their numbers."""
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for k, place in enumerate(list_places(lines).flat.tolist()):
            writer.add_node(Node(id=k + 1, location=(place[0] / 1e7, place[1] / 1e7)))
        start = 1
        for k, line in enumerate(lines):
            # It ends at the place where it begins, by another node or the same one.
            writer.add_way(Way(id=k + 1, nodes=range(start, start + len(line)), tags={"natural": "wood"}))
            start += len(line)
    factory, found = osmium.geom.WKBFactory(), {}
    for area in osmium.FileProcessor(str(path)).with_areas():
        with suppress(RuntimeError):  # no area, though closed
            if area.is_area():
                found[area.orig_id() - 1] = bytes.fromhex(factory.create_multipolygon(area))
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(RINGS, min_size=1, max_size=12))
def test_rings_are_those_of_osmium(
    tmp_path_factory: pytest.TempPathFactory, rings: list[list[tuple[int, int]]]
) -> None:
    lines = [[*ring, ring[0]] for ring in rings]
    whole = assemble(tmp_path_factory.mktemp("rings") / "a.osm.pbf", lines)
    simple, shapes = shape_rings(list_places(lines))
    shaped = dict(zip(np.flatnonzero(simple).tolist(), shapes.wkb.to_bytes(), strict=True))
    assert shaped == {k: whole.get(k) for k in shaped}, "nothing is an area that osmium takes for none"
    for k in whole.keys() - shaped.keys():
        # What is left to osmium touches itself, or is wider than a third of the Earth.
        places = np.array(lines[k])
        wide = np.ptp(places, axis=0).max() >= 1 << 30
        assert wide or not shapely.is_valid(shapely.Polygon(places)), lines[k]
    assert (shapes.bounds == shapely.bounds(shapely.from_wkb(shapes.wkb.to_bytes())).reshape(-1, 4)).all()


def test_what_does_not_close_or_lacks_a_place_is_no_ring() -> None:
    square = [(0, 0), (9, 0), (9, 9), (0, 9)]
    missing = (2**31 - 1, 2**31 - 1)
    lines = [square, [*square, (0, 0)], [(0, 0), missing, (9, 9), (0, 9), (0, 0)], [(0, 0), (9, 0), (0, 0)]]
    assert shape_rings(list_places(lines))[0].tolist() == [False, True, False, False]
    assert shape_rings(list_places([]))[0].tolist() == []


def test_points_and_lines_are_as_shapely_writes_them() -> None:
    lines = [[(-1, 5), (7, 450_000_000)], [(1_800_000_000, 0), (3, 3), (3, 3)]]
    shapes = shape_lines(list_places(lines))
    expected = [shapely.LineString(np.array(line) / 1e7) for line in lines]
    assert shapes.wkb.to_bytes() == shapely.to_wkb(expected).tolist()
    assert shapes.bounds.tolist() == [list(line.bounds) for line in expected]
    points = shape_points(np.array([(1, 2), (-3, 900_000_000)]))
    assert points.wkb.to_bytes() == shapely.to_wkb(shapely.points([[1e-7, 2e-7], [-3e-7, 90.0]])).tolist()
