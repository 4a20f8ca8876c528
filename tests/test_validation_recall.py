"""The judge of recall: what is obvious, and that a stretch on it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from obvious_grounds import list_grounds
from town import lonlat, write_town
from validation_recall import mark_found

from saferoute import search
from saferoute.model import Place
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from pathlib import Path

CORNERS = "n1 -900 -900 place=farm\nn2 900 -900 place=farm\nn3 900 900 place=farm\nn4 -900 900 place=farm\n"
"""Far points, so that nothing lies at the edge of the map."""
PATH = "n11 0 0\nn12 130 0\nw1 n11,n12 highway=footway surface=asphalt"


def box(number: int, west: float, south: float, wide: float, high: float, tags: str) -> str:
    a, b, c, d = (f"n{number * 10 + k}" for k in range(4))
    east, north = west + wide, south + high
    corners = f"\n{a} {west} {south}\n{b} {east} {south}\n{c} {east} {north}\n{d} {west} {north}"
    return f"{corners}\nw{number} {a},{b},{c},{d},{a} {tags}"


@pytest.mark.parametrize(
    ("plan", "kinds"),
    [
        (PATH, ["path"]),
        (PATH + " access=private", []),
        (PATH.replace("130", "95"), []),
        (PATH + "\nn13 60 -20\nn14 60 20\nw2 n13,n14 barrier=fence", []),
        (PATH + "\nn13 60 -20\nn14 60 20\nw2 n13,n14 highway=path", ["path"]),
        (PATH + box(9, -50, -50, 300, 100, "amenity=school"), []),
        (box(9, 0, 0, 105, 68, "leisure=pitch sport=soccer"), ["pitch"]),
        (box(9, 0, 0, 105, 68, "leisure=pitch sport=tennis"), []),
        (box(9, 0, 0, 130, 25, "natural=beach surface=sand"), ["beach"]),
        (box(9, 0, 0, 150, 120, "leisure=park"), ["park"]),
        (box(8, 0, 0, 150, 120, "leisure=park") + box(9, 60, 50, 10, 10, "building=yes"), []),
    ],
)
def test_grounds_are_obvious_where_nothing_speaks_against_them(tmp_path: Path, plan: str, kinds: list[str]) -> None:
    found = list_grounds(write_town(tmp_path / "town.osm", CORNERS + plan))
    assert [ground.kind for ground in found] == kinds


def test_a_ground_is_found_where_a_stretch_lies_on_it(tmp_path: Path) -> None:
    path = write_town(tmp_path / "town.osm", CORNERS + PATH + box(9, 0, 300, 105, 68, "leisure=pitch sport=soccer"))
    area = search.area_around(Place("here", *lonlat(50, 0)), 250)
    query = search.Query(area, features=ExtractSource([path]), profile=load_profile(), top=100)
    grounds = list_grounds(path)
    # No way leads to the pitch, so that it is excluded.
    assert {g.kind: bool(hit) for g, hit in zip(grounds, mark_found(grounds, search.find(query)), strict=True)} == {
        "path": True,
        "pitch": False,
    }
