from __future__ import annotations

from pathlib import Path

import pytest
import shapely
from town import lonlat, write_town

from saferoute.candidates import Blockers
from saferoute.limits import clearance
from saferoute.model import Place
from saferoute.search import area_around
from saferoute.sources.osm.extract import ExtractSource

SQUARE = "n11 40 40\nn12 60 40\nn13 60 60\nn14 40 60\nw11 n11,n12,n13,n14,n11 {}\n"
LINE = "n21 40 50\nn22 90 50\nw21 n21,n22 {}\n"
FRAME = "n1 0 0\nn2 120 0\nw1 n1,n2 highway=path\n"


def blockers(folder: Path, plan: str) -> Blockers:
    path = write_town(folder / "town.osm", FRAME + plan)
    lon, lat = lonlat(50, 50)
    area = area_around(Place("here", lon, lat), 300)
    return clearance.collect_blockers(ExtractSource([path]).read_features(area, margin_m=100))


@pytest.mark.parametrize(
    ("plan", "margin"),
    [
        ("n9 50 50 natural=tree\n", clearance.TREE_M),
        ("n9 50 50 amenity=bench\n", clearance.OBJECT_M),
        (SQUARE.format("building=yes"), clearance.BUILDING_M),
        (SQUARE.format("natural=water"), 5.0),
        (SQUARE.format("leisure=playground"), clearance.PLAYGROUND_M),
        (SQUARE.format("landuse=playground"), clearance.PLAYGROUND_M),
        (LINE.format("barrier=hedge"), clearance.FENCE_M),
        (LINE.format("highway=footway width=2"), 1.0 + clearance.PATH_M),
        (LINE.format("highway=residential width=6"), 3.0 + 3.0),
        (LINE.format("highway=motorway width=10"), 5.0 + clearance.FAST_ROAD_M),
        (LINE.format("highway=secondary width=8"), 4.0 + clearance.BUSY_ROAD_M),
        (LINE.format("waterway=stream"), 5.0),
        (LINE.format("highway=elevator"), 2.0),
        ("n9 50 50 highway=elevator\n", 2.0),
        ("n9 50 50 aeroway=helipad\n", 10.0),
        (SQUARE.format("aeroway=heliport"), 10.0),
        (SQUARE.format("leisure=golf_course"), 20.0),
        (SQUARE.format("golf=fairway"), 20.0),
        (SQUARE.format("amenity=parking"), 2.5),
        (SQUARE.format("leisure=pitch sport=tennis"), 2.0),
        (SQUARE.format("leisure=pitch sport=basketball"), 2.0),
        (SQUARE.format("leisure=pitch sport=soccer barrier=fence"), 2.0),
        (LINE.format("barrier=city_wall"), 5.0),
        (LINE.format("barrier=wall historic=citywalls"), 5.0),
        (LINE.format("natural=tree_row"), clearance.TREE_ROW_M),
    ],
)
def test_each_thing_has_its_margin(tmp_path: Path, plan: str, margin: float) -> None:
    found = blockers(tmp_path, plan)
    frame = shapely.length(found.geometry) > 119
    assert found.margin_m[~frame].max() == pytest.approx(margin)


@pytest.mark.parametrize(
    "tags", ["highway=footway tunnel=yes", "waterway=stream tunnel=culvert", "barrier=wall layer=-1"]
)
def test_what_is_below_the_ground_cuts_nothing(tmp_path: Path, tags: str) -> None:
    assert len(blockers(tmp_path, LINE.format(tags)).geometry) == 1


@pytest.mark.parametrize("level", ["layer=-1", "location=underground", "layer=-2.0"])
def test_nor_does_a_building_below_it(tmp_path: Path, level: str) -> None:
    plan = SQUARE.format(f"building=garages {level}")
    assert len(blockers(tmp_path, plan).geometry) == len(blockers(tmp_path, SQUARE.format("note=nothing")).geometry)


def test_only_a_use_of_ground_gives_way_to_smaller_ground(tmp_path: Path) -> None:
    assert blockers(tmp_path, SQUARE.format("natural=wood")).yields.sum() == 1
    assert blockers(tmp_path, SQUARE.format("building=yes")).yields.sum() == 0


def test_the_coastline_is_shore_and_sea_side(tmp_path: Path) -> None:
    found = blockers(tmp_path, LINE.format("natural=coastline"))
    assert len(found.coastline) == 1
    assert len(found.shore) == 1
