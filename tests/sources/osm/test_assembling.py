"""Areas of several lines: the same however few members of relations are shown to osmium at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import shapely
from town import write_town

from saferoute.sources.osm import assembling
from saferoute.sources.osm.extract import ExtractSource

if TYPE_CHECKING:
    from pathlib import Path

SQUARES = "\n".join(
    f"n{10 * k + number} {90 * (k + right)} {90 * up}"
    for k in range(1, 5)
    for number, right, up in ((1, 0, 0), (2, 1, 0), (3, 1, 1), (4, 0, 1))
)
"""Corners of four squares side by side."""
TOWN = f"""n1 0 -9
n2 900 -9
{SQUARES}
w1 n1,n2 highway=footway
w11 n11,n12,n13
w12 n13,n14,n11
w21 n21,n22,n23,n24,n21
w22 n21,n23,n22,n24,n21 natural=wood
w31 n31,n32,n33,n34,n31 landuse=grass
w41 n41,n42,n43
r1 w11@outer,w12@outer type=multipolygon natural=water
r2 w21@outer,w11@outer,w12@outer type=multipolygon landuse=forest
r3 w31@outer type=multipolygon leisure=park
r4 w41@outer,w99@outer type=multipolygon natural=water
r5 w21@outer,n1@admin_centre type=boundary boundary=protected_area leisure=nature_reserve"""


@pytest.mark.parametrize("most", [1, 2, 5])
def test_parts_hold_the_areas_of_the_whole(most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, found = write_town(tmp_path / "town.osm", TOWN), []
    for members in (assembling.MOST_MEMBERS, most):
        monkeypatch.setattr(assembling, "MOST_MEMBERS", members)
        tables = ExtractSource([path]).read_tables()
        found.append(
            [
                list(zip(table["osm_type"], table["osm_id"], shapely.to_wkb(table.geometry), strict=True))
                for table in (tables.areas, tables.fragments)
            ]
        )
    assert found[0] == found[1]
    areas, fragments = ([(kind, number) for kind, number, _ in table] for table in found[0])
    assert {("relation", 1), ("relation", 2), ("relation", 3), ("relation", 5), ("way", 31)} <= set(areas)
    assert ("relation", 4) in fragments
    assert ("way", 22) in areas + fragments
