"""What the data cannot tell is to be looked at on foot, the worst first."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from saferoute.model import Moment
from saferoute.osm import relief
from saferoute.osm.sports import is_ball_ground
from saferoute.report import checks
from saferoute.report.hints import describe_hints, describe_spot_heights
from saferoute.report.units import IMPERIAL_UNITS, METRIC_UNITS

KNOWN = {
    "surface": "asphalt",
    "grade_pct": 0.5,
    "grade_sigma_pct": 0.2,
    "is_contradicted": False,
    "falls_away_pct": 3.0,
    "steepest_pct": 1.5,
    "steepest_sigma_pct": 1.0,
    "cross_slope_pct": 2.0,
    "likely_falls_pct": np.nan,
    "hints": "",
    "spot_heights": "",
    "mountain_chance": 0.0,
    "is_on_way": True,
    "is_tilted": False,
    "is_on_hillside": False,
    "width_m": 3.0,
    "are_objects_mapped": True,
}
PLAIN = {"kind": "way", "dog": None, "beach_club": False, "is_tidal": False, "doubts": None}


def list_one(
    known: dict | None = None,
    tags: dict | None = None,
    *,
    edge: bool = False,
    dark: bool = False,
    unread: tuple[str, ...] = (),
) -> str:
    """Return the checks of one stretch as a text."""
    unlit = np.array([dark])
    listed = checks.list_checks(
        [KNOWN | (known or {})],
        [PLAIN | {"is_ball_ground": is_ball_ground(pd.DataFrame([PLAIN | (tags or {})]))[0]} | (tags or {})],
        unlit_in_the_dark=unlit,
        unread=[unread],
        of_entry=[()],
        close=[(checks.describe_edge(METRIC_UNITS),) if edge else ()],
    )
    return " | ".join(listed[0])


def test_a_stretch_of_which_all_is_known_is_checked_for_what_no_map_tells() -> None:
    assert list_one() == "holes, glass, nails and debris"


@pytest.mark.parametrize(
    ("known", "word"),
    [
        ({"surface": np.nan}, "the surface"),
        ({"grade_pct": np.nan, "grade_sigma_pct": np.nan}, "no elevation data"),
        ({"grade_sigma_pct": 1.4}, "± 1.4 %"),
        ({"is_contradicted": True, "grade_sigma_pct": 3.0}, "contradict each other"),
        ({"falls_away_pct": 22.4, "is_on_hillside": True}, "hillside: the ground falls away to the side (22 %)"),
        ({"steepest_pct": 8.6, "steepest_sigma_pct": 2.3}, "in a run-out: the heights tell 9 ± 2 % there"),
        ({"likely_falls_pct": 17.0, "falls_away_pct": np.nan}, "hillside likely: no heights are known here"),
        (
            {"hints": "rock 2 m, steps 31 m", "likely_falls_pct": 12.0},
            "hillside: the ground may slope along and across (rock 2 m, steps 31 m off)",
        ),
        (
            {"spot_heights": describe_spot_heights(90.0, 300.0, METRIC_UNITS), "likely_falls_pct": 12.0},
            "hillside: the ground may slope along and across (heights on the map, 300 m apart, differ by 90 m)",
        ),
        ({"mountain_chance": 0.43}, "mountain path likely (43%)"),
        ({"width_m": np.nan}, "the width"),
        ({"are_objects_mapped": False}, "posts"),
    ],
)
def test_what_is_unknown_is_to_be_checked(known: dict, word: str) -> None:
    assert word in list_one(known)


@pytest.mark.parametrize(
    ("kind", "on_way", "said"),
    [
        ("track", True, "is it a bank beside it?"),
        ("pitch", False, "is it a bank beside it?"),
        ("way", True, "is it a bank beside it?"),
        ("park", False, "the ground tilts to the side"),
    ],
)
def test_where_the_heights_tilt_what_was_built_level_there_may_be_a_bank_beside_it(
    kind: str, on_way: bool, said: str
) -> None:
    tilt = {"cross_slope_pct": -12.4, "is_on_way": on_way}
    assert f"the heights tell 12 % across: {said}" in list_one({**tilt, "is_tilted": True}, {"kind": kind})
    assert "across" not in list_one(tilt, {"kind": kind})


@pytest.mark.parametrize(
    ("tags", "word"),
    [
        ({"kind": "pitch"}, "goals"),
        ({"dog": "yes"}, "dogs"),
        ({"beach_club": True}, "club"),
        ({"kind": "beach", "is_tidal": True}, "high tide"),
        ({"kind": "village green", "doubts": ("school",)}, "a school's own ground"),
        ({"kind": "pitch", "leisure": "pitch", "sport": "softball"}, "outfield"),
        ({"kind": "pitch", "leisure": "pitch", "sport": "soccer;cricket"}, "outfield"),
    ],
)
def test_the_ground_has_checks_of_its_own(tags: dict, word: str) -> None:
    assert word in list_one(tags=tags)


def test_what_is_tagged_as_absent_is_no_check() -> None:
    assert list_one(tags={"dog": "no"}) == list_one()


def test_missing_lamps_and_edges_come_first() -> None:
    assert [text.split(":")[0] for text in list_one(edge=True, dark=True).split(" | ")[:2]] == ["lamps", "the edge"]


@pytest.mark.parametrize(("surface", "begin"), [("sand", "possible"), ("asphalt", "no"), (np.nan, "no")])
def test_bare_feet_want_sand_or_grass(surface: object, begin: str) -> None:
    assert checks.advise_barefoot(surface).startswith(begin)


def test_tags_that_nobody_understands_are_shown_with_their_text_and_are_not_missing() -> None:
    told = list_one({"width_m": np.nan}, unread=("width=as a cart", "lit=\x1b[31mmoonlight"))
    assert "width=as a cart" in told
    assert "the width: it is not tagged" not in told
    assert "lit=[31mmoonlight" in told


NIGHT = Moment(datetime.fromisoformat("2026-06-20T23:00"), "Europe/Helsinki", 24.9, 60.2, True, (), None, None)
NOON = replace(NIGHT, local=datetime.fromisoformat("2026-06-20T12:00"))
IN_BANGKOK = replace(NOON, zone="Asia/Bangkok", lon=100.5, lat=13.75, country="TH")


@pytest.mark.parametrize(
    ("tags", "moment", "words"),
    [
        ({"opening_hours": "24/7"}, NIGHT, ()),
        ({"fee": "no"}, NIGHT, ()),
        ({"charge": "0"}, NIGHT, ()),
        ({"fee": "no", "charge": "2 EUR"}, NIGHT, ("entry may cost: fee=no; charge=2 EUR",)),
        ({"fee": "Sa,Su"}, NIGHT, ("entry may cost: fee=Sa,Su",)),
        ({"opening_hours": "06:00-21:30"}, NOON, ("that it is open at that hour: opening_hours=06:00-21:30",)),
        ({"opening_hours": "06:00-21:30"}, None, ("when one may go in: opening_hours=06:00-21:30",)),
        (
            {"vehicle:conditional": "delivery @ (10:00-13:00)"},
            NOON,
            ("when vehicles may drive there: vehicle:conditional=delivery @ (10:00-13:00)",),
        ),
        ({"opening_hours": "by day\x1b"}, NOON, ("whether one may go in at that hour: opening_hours=by day",)),
        (
            {"access": "destination", "highway": "footway"},
            None,
            ("whether one may be there: it is for those who live there or visit (access=destination)",),
        ),
        ({"access": "destination", "foot": "yes"}, None, ()),
        ({"foot:conditional": "no @ wet"}, NOON, ("whether one may go in at that hour: foot:conditional=no @ wet",)),
        (
            {"opening_hours": "Mo-Su 05:00-20:00; PH off"},
            IN_BANGKOK,
            ("whether one may go in at that hour: opening_hours=Mo-Su 05:00-20:00; PH off",),
        ),
    ],
)
def test_hours_and_fees_are_to_be_checked_with_their_text(tags: dict, moment: Moment | None, words: tuple) -> None:
    assert checks.describe_entry(pd.DataFrame([tags]), moment).tolist() == [words]


@pytest.mark.parametrize(
    ("tags", "says"),
    [
        ({"highway": "path", "maxspeed": "25"}, "speed limit"),
        ({"highway": "track", "tracktype": "grade2"}, "whether cars or tractors use it: no tag tells"),
        ({"highway": "track", "tracktype": "grade1", "motorcar": "no"}, "whether tractors use it"),
        ({"highway": "path", "motorcar": "no"}, ""),
        ({"highway": "track", "motor_vehicle": "no", "maxspeed": "25"}, ""),
    ],
)
def test_where_vehicles_are_likely_or_possible_it_is_to_be_checked(tags: dict, says: str) -> None:
    columns = ["highway", "maxspeed", "tracktype", "motor_vehicle", "motorcar"]
    words = " ".join(checks.describe_ways(pd.DataFrame([tags], columns=columns, dtype="str"))[0])
    assert says in words
    assert bool(words) == bool(says)


def test_ground_for_guests_is_to_be_asked_about() -> None:
    grounds = pd.DataFrame(
        {"tourism": ["zoo", None, None], "landuse": [None, "allotments", "grass"], "fee": ["yes", None, None]}
    )
    zoo, plots, lawn = checks.describe_surroundings(grounds, NOON)
    assert zoo[0].startswith("whether one may go in, and when")
    assert zoo[1:] == ("entry may cost: fee=yes",)
    assert plots == zoo[:1]
    assert lawn == ()


def test_every_hint_of_a_hillside_has_words_in_the_readers_units() -> None:
    names = [hint.name for hint in relief.HINTS]
    for name in names:
        assert describe_hints([(name, 30.48)], IMPERIAL_UNITS).endswith(" 100 ft")
    assert len(describe_hints([(name, 5.0) for name in names], IMPERIAL_UNITS).split(", ")) < len(names)
