"""Paths of which nobody says how hard they are, on plains and in the mountains."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from surveys import judge

from saferoute import scoring
from saferoute.criteria.flatness.mountain import lacks_grade

PATH = "n1 0 0\nn2 90.4 0\nw1 n1,n2 {tags}\n"
SURFACE = "surface=fine_gravel width=2"


def grade(sac_scale: str, count: int = 4, y: int = 150) -> str:
    """Return graded paths beside."""
    return "".join(
        f"n{i} {90 * i - 90 * y - 200} {y}\nn{i + 50} {90 * i - 90 * y - 140} {y + 80}\n"
        f"w{i} n{i},n{i + 50} highway=path sac_scale={sac_scale}\n"
        for i in range(y, y + count)
    )


HARDER, EASIER = grade("demanding_mountain_hiking"), grade("hiking", y=300)


def find(look, around: str = "", tags: str = f"highway=path {SURFACE}"):
    return look(PATH.format(tags=tags) + around)


def chance_of(found) -> float:
    return float(judge(found, "flatness").describe(np.array([0])).iloc[0]["mountain_chance"])


def low_of(found) -> float:
    return float(scoring.score_measurements(found.measurements, found.evidence.profile).low.max())


def test_a_path_among_mountain_paths_is_likely_one_and_not_rated(look) -> None:
    found = find(look, HARDER)
    assert chance_of(found) > 0.2
    assert low_of(found) < scoring.FORMULA.ratings[-1].least_low
    assert low_of(found) < low_of(find(look))


def test_easier_paths_around_make_it_less_likely(look) -> None:
    assert chance_of(find(look, HARDER + EASIER)) < chance_of(find(look, HARDER))
    assert chance_of(find(look, grade("hiking"))) < 0.1


@pytest.mark.parametrize(
    "tags",
    [
        "highway=path surface=asphalt",
        f"highway=footway {SURFACE}",
        f"highway=path {SURFACE} sac_scale=hiking",
        f"highway=path {SURFACE} mtb:scale=0",
    ],
)
def test_paved_ways_footways_and_graded_paths_are_none(look, tags: str) -> None:
    assert chance_of(find(look, HARDER, tags)) == 0


def test_one_mountain_path_more_never_makes_it_less_likely(look) -> None:
    chances = [chance_of(find(look, grade("alpine_hiking", count))) for count in (1, 2, 3, 5)]
    assert chances == sorted(chances)


def test_a_grade_that_is_not_understood_tells_nothing() -> None:
    ways = pd.DataFrame({"highway": "path", "sac_scale": ["wobbly", None, "t1", "t3"]})
    assert lacks_grade(ways).tolist() == [True, True, False, False]
