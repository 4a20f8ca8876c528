"""Hours, conditions and fees of a way, and of the ground around it, are judged at the hour asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from town import lonlat, write_town

from saferoute import limits
from saferoute.limits.ground import CLOSED_AT_HOUR
from saferoute.model import Place, Ranking
from saferoute.search import Query, area_around, find
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

SATURDAY_NOON, SATURDAY_NIGHT = "2026-03-14T12:00", "2026-03-14T23:30"
WAY = "n1 0 0\nn2 150 0\nn3 300 0\nw1 n1,n2,n3 highway=footway surface=asphalt width=3 {}\n"
AROUND = "n11 -50 -50\nn12 350 -50\nn13 350 50\nn14 -50 50\nw11 n11,n12,n13,n14,n11 {}\n"
LAWN = "n21 50 10\nn22 250 10\nn23 250 40\nn24 50 40\nw21 n21,n22,n23,n24,n21 landuse=grass\n"


def look(folder: Path, plan: str, at: str | None) -> Ranking:
    """Return what is found at an hour."""
    source = ExtractSource([write_town(folder / "town.osm", plan)])
    area = area_around(Place("here", *lonlat(100, 0)), 800)
    return find(Query(area, source, profile=replace(load_profile(), at=at)))


def told(ranking: Ranking) -> tuple[str, str]:
    """Return what closes the ground at the hour, and what is to be checked."""
    shut = ranking.excluded[ranking.excluded["reason"] == CLOSED_AT_HOUR[0]]
    return "; ".join(sorted(set(shut["hours"]))), "; ".join(
        check for checks in ranking.stretches["checks"] for check in checks
    )


@pytest.mark.parametrize(
    ("way", "around", "says"),
    [
        ("opening_hours=07:00-21:00", "", "opening_hours=07:00-21:00"),
        ("foot:conditional='no @ (22:00-06:00)'", "", "foot:conditional=no @ (22:00-06:00)"),
        ("access:conditional='private @ (dusk-dawn)'", "", "access:conditional=private @ (dusk-dawn)"),
        ("", "tourism=zoo opening_hours='Mo-Su 09:00-18:00'", "opening_hours=Mo-Su 09:00-18:00"),
        (
            "",
            "leisure=pitch sport=soccer opening_hours='Mo-Fr 08:00-22:00; Sa 08:00-18:00'",
            "opening_hours=Mo-Fr 08:00-22:00; Sa 08:00-18:00",
        ),
        ("foot=yes", "leisure=park opening_hours=sunrise-sunset", "opening_hours=sunrise-sunset"),
        ("", "leisure=stadium access:conditional='no @ (20:00-08:00)'", "access:conditional=no @ (20:00-08:00)"),
    ],
)
def test_what_is_shut_at_the_hour_is_left_out_and_its_hours_are_named(
    way: str, around: str, says: str, tmp_path: Path
) -> None:
    plan = (WAY.format(way) + (AROUND.format(around) + LAWN if around else "")).replace("'", '"')
    by_night, by_day = (look(tmp_path, plan, at) for at in (SATURDAY_NIGHT, SATURDAY_NOON))
    assert told(by_night)[0] == says
    assert not len(by_night)
    assert told(by_day)[0] == ""
    assert f"that it is open at that hour: {says}" in told(by_day)[1]


@pytest.mark.parametrize(
    ("way", "around", "at", "check"),
    [
        ("opening_hours=summer", "", SATURDAY_NOON, "whether one may go in at that hour: opening_hours=summer"),
        ("opening_hours=Mo-Fr", "", None, "when one may go in: opening_hours=Mo-Fr"),
        ("", "leisure=park opening_hours='by day'", SATURDAY_NOON, "at that hour: opening_hours=by day"),
        ("", "leisure=water_park fee=yes charge='7 EUR'", SATURDAY_NOON, "entry may cost: fee=yes; charge=7 EUR"),
        ("", "amenity=marketplace opening_hours='Sa 06:00-10:00'", SATURDAY_NOON, "opening_hours=Sa 06:00-10:00"),
    ],
)
def test_what_cannot_be_judged_is_to_be_checked(
    way: str, around: str, at: str | None, check: str, tmp_path: Path
) -> None:
    plan = (WAY.format(way) + (AROUND.format(around) if around else "")).replace("'", '"')
    found = look(tmp_path, plan, at)
    assert len(found)
    assert check in told(found)[1]


def test_doubt_about_the_hour_lowers_the_trust_in_what_is_mapped(tmp_path: Path) -> None:
    benches = "".join(f"n{100 + i} {20 * i} 60 amenity=bench\n" for i in range(12))
    known, doubtful = (
        look(tmp_path, WAY.format(tags) + benches, SATURDAY_NOON).stretches.iloc[0]
        for tags in ("opening_hours=24/7", "opening_hours=mostly")
    )
    assert doubtful["c_obstacles"] < known["c_obstacles"]
    assert doubtful["d_obstacles"] == known["d_obstacles"]


@pytest.mark.parametrize(
    ("way", "around"),
    [
        ("opening_hours=24/7", "leisure=park opening_hours=08:00-18:00"),
        ("", "building=retail location=overhead shop=mall opening_hours=08:00-18:00"),
        ("access=no access:conditional='yes @ (18:00-08:00)'", "leisure=park opening_hours=24/7"),
        ("", "leisure=garden access=private access:conditional='yes @ (Sa)'"),
    ],
)
def test_what_is_open_at_the_hour_is_found(way: str, around: str, tmp_path: Path) -> None:
    found = look(tmp_path, (WAY.format(way) + AROUND.format(around)).replace("'", '"'), SATURDAY_NIGHT)
    assert len(found)


def test_a_way_that_motors_may_use_at_the_hour_is_a_road(tmp_path: Path) -> None:
    plan = WAY.format('motor_vehicle:conditional="yes @ (20:00-08:00)"')
    by_night, by_day = (look(tmp_path, plan, at) for at in (SATURDAY_NIGHT, SATURDAY_NOON))
    assert "motor road" in set(by_night.excluded["reason"])
    assert not len(by_night)
    assert len(by_day)


def test_a_gate_bars_the_way_whenever_it_is_open(tmp_path: Path) -> None:
    gate = WAY.format("").replace("n2 150 0", "n2 150 0 barrier=gate opening_hours=24/7")
    found = look(tmp_path, gate, SATURDAY_NOON)
    assert "obstacle on the line" in set(found.excluded["reason"])
    assert CLOSED_AT_HOUR[0] in limits.RULES


GROUNDS = {
    "amenity=clinic": "ground of a hospital",
    "amenity=monastery": "ground of an institute",
    "landuse=education": "ground of an institute",
    'leisure=park name="Waldfriedhof"': "burial ground",
    "razed:landuse=depot": "is gone",
    "building=carport layer=1": "posts of a roof",
    "landuse=quarry": "lorries",
    "amenity=kindergarten": "whose it is",
}


@pytest.mark.parametrize("around", GROUNDS)
def test_a_way_on_the_ground_of_others_is_to_be_looked_at_and_never_surer(around: str, tmp_path: Path) -> None:
    where = {
        "amenity=kindergarten": AROUND.replace(" -50\n", " 4\n"),  # north of the way alone
        "landuse=quarry": AROUND.replace(" -50\n", " 4\n"),
        "building=carport layer=1": AROUND.replace("-50 ", "140 ").replace("350 ", "160 "),
    }
    way = WAY.format("covered=yes")  # so that it may lead below a roof
    plan = way + where.get(around, AROUND).format(around)
    alone, within = look(tmp_path, way, None), look(tmp_path, plan, None)
    assert GROUNDS[around] in told(within)[1]
    assert GROUNDS[around] not in told(alone)[1]
    assert within.stretches["c_obstacles"].max() <= alone.stretches["c_obstacles"].max()


SQUARE = "n61 -30 -30\nn62 330 -30\nn63 330 30\nn64 -30 30\nw61 n61,n62,n63,n64,n61 {}\n"
DRIVE = "n71 150 {0}\nn72 150 90\nw71 n71,n72 highway=service service=driveway\n"


@pytest.mark.parametrize(
    ("square", "end", "says"),
    [
        ("highway=pedestrian area=yes", 12, True),
        ("highway=pedestrian area=yes", 60, False),
        ("leisure=park", 12, False),
    ],
)
def test_a_drive_that_ends_on_a_square_is_told(square: str, end: int, says: bool, tmp_path: Path) -> None:
    found = look(tmp_path, WAY.format("") + SQUARE.format(square) + DRIVE.format(end), None)
    assert ("ends on the square" in told(found)[1]) is says


@pytest.mark.parametrize(
    ("street", "says"),
    [
        ("highway=pedestrian motor_vehicle=destination", True),
        ("highway=pedestrian vehicle=yes", True),
        ("highway=pedestrian motor_vehicle=no", False),
        ("highway=pedestrian motor_vehicle=permissive bridge=yes layer=1", False),
        ("highway=pedestrian", False),
    ],
)
def test_a_pedestrian_street_open_to_motors_at_a_square_is_told(street: str, says: bool, tmp_path: Path) -> None:
    across = f"n71 150 -120\nn72 150 120\nw71 n71,n72 {street}\n"
    found = look(tmp_path, WAY.format("") + SQUARE.format("highway=pedestrian area=yes") + across, None)
    assert ("a street open to them" in told(found)[1]) is says


def test_a_way_that_is_tagged_as_open_is_as_sure_in_a_hospital_as_elsewhere(tmp_path: Path) -> None:
    benches = "".join(f"n{50 + i} {12 * i} 70 amenity=bench\n" for i in range(20))
    around = AROUND.format("amenity=hospital")
    sure = {
        tags: look(tmp_path, WAY.format(tags) + benches + around, None).stretches["c_obstacles"].max()
        for tags in ("", "foot=designated")
    }
    assert sure[""] < sure["foot=designated"]
