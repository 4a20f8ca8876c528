"""What the data cannot tell is to be looked at on foot, the worst first."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from saferoute.report import checks

KNOWN = {"surface": "asphalt", "grade_pct": 0.5, "grade_sigma_pct": 0.2, "width_m": 3.0, "c_obstacles": 0.9}
PLAIN = {"kind": "way", "dog": None, "fee": None, "beach_club": False}


def list_one(
    known: dict | None = None,
    tags: dict | None = None,
    *,
    edge: bool = False,
    dark: bool = False,
    unread: tuple[str, ...] = (),
    by_leave: bool = False,
) -> str:
    """Return the checks of one stretch as a text."""
    table, ground = pd.DataFrame([KNOWN | (known or {})]), pd.DataFrame([PLAIN | (tags or {})])
    beside_edge, unlit = np.flatnonzero([edge]), np.array([dark])
    listed = checks.list_checks(
        table,
        ground,
        beside_edge=beside_edge,
        unlit_in_the_dark=unlit,
        unread=[unread],
        on_ground_by_leave=np.flatnonzero([by_leave]),
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
        ({"width_m": np.nan}, "the width"),
        ({"c_obstacles": 0.3}, "posts"),
    ],
)
def test_what_is_unknown_is_to_be_checked(known: dict, word: str) -> None:
    assert word in list_one(known)


@pytest.mark.parametrize(
    ("tags", "word"),
    [
        ({"kind": "pitch"}, "goals"),
        ({"fee": "yes"}, "the fee"),
        ({"dog": "yes"}, "dogs"),
        ({"beach_club": True}, "club"),
    ],
)
def test_the_ground_has_checks_of_its_own(tags: dict, word: str) -> None:
    assert word in list_one(tags=tags)


@pytest.mark.parametrize("no", [{"fee": "no"}, {"dog": "no"}])
def test_what_is_tagged_as_absent_is_no_check(no: dict) -> None:
    assert list_one(tags=no) == list_one()


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


def test_ground_that_one_may_have_to_ask_or_pay_for_is_to_be_asked_about() -> None:
    assert "whether one may go in" in list_one(by_leave=True)
