"""Surfaces are told in words that no mapper's tag is needed for, and what is unread is said to be so."""

from __future__ import annotations

import numpy as np
import pytest

from saferoute.report.surfaces import describe_surface, describe_surfaces

ROW = {
    "highway": "footway", "kind": "way", "surface": None, "smoothness": None, "tracktype": None,
    "surface_implied": None, "likely_surface": None, "surface_odds": None, "is_tagged": True,
    "is_partly_untagged": False,
}  # fmt: skip


def tell(**facts: object) -> str:
    """Return the words for one stretch."""
    evidence = {key: np.empty(1, dtype=object) for key in ROW}
    for key, value in (ROW | facts).items():
        evidence[key][0] = value
    return str(describe_surfaces(evidence)["why_surface"][0])


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"surface": "concrete:plates"}, "concrete slabs, smoothness unknown"),
        ({"surface": "fine_gravel", "smoothness": "very_good"}, "fine gravel, smoothness very good"),
        (
            {"surface": "ground", "smoothness": "bad", "tracktype": "grade3"},
            "bare earth, smoothness bad, a track half solid and half soft",
        ),
        ({"surface": "unpaved"}, "unpaved (of which material is not tagged), smoothness unknown"),
        (
            {"surface": "sand", "kind": "beach", "surface_implied": True},
            "sand (not tagged, but it is mapped as beach), smoothness unknown",
        ),
        ({"tracktype": "grade1"}, "surface unknown, smoothness unknown, a solid track"),
        ({"surface": "asphalt", "smoothness": "so-so"}, "asphalt, smoothness “so-so” (not understood)"),
    ],
)
def test_what_is_tagged_is_told_in_words(facts: dict[str, object], words: str) -> None:
    assert tell(**facts) == words


@pytest.mark.parametrize(
    ("highway", "ways"),
    [("path", "paths"), ("pedestrian", "pedestrian streets"), ("cycleway", "cycle paths"), (None, "foot ways")],
)
def test_a_guess_says_from_which_ways_it_is(highway: str | None, ways: str) -> None:
    assert tell(highway=highway, is_tagged=False) == (
        f"unknown; judged as the poorer quarter of the tagged {ways} and ways near by"
    )


def test_what_is_unread_stands_before_the_guess() -> None:
    words = tell(is_tagged=False, surface="moss", kind="park", likely_surface="paving_stones", surface_odds=(0.6, 0.4))
    assert words.startswith("likely paving stones (60%); surface “moss” (not understood); not tagged: guessed from")


def test_several_materials_are_told_one_by_one_and_strangers_text_is_kept_short() -> None:
    assert describe_surface("asphalt; sett") == "asphalt and setts"
    assert describe_surface("\x1b[31m" + "x" * 400).count("x") < 20
