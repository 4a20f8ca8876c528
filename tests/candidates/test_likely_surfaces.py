"""What open ground without a surface tag is taken for."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import to_table

from saferoute.candidates import GROUND_MATERIALS, fill_likely_surfaces
from saferoute.limits import exclude_areas
from saferoute.osm.surfaces import USUAL_GROUND
from saferoute.sources.profiles import adjust_profile, load_profile
from saferoute.table import Table

KEYS = ("highway", "natural", "leisure", "landuse", "sport", "surface", "area", "osm_type")


def areas(*rows: dict[str, object]) -> Table:
    """Return squares of 50 m, each with its tags and its place ``x`` in metres."""
    squares = [shapely.box(float(row["x"]), 0, float(row["x"]) + 50, 50) for row in rows]
    text = {key: pd.array([row.get(key) for row in rows], dtype="str") for key in KEYS}
    return to_table(gpd.GeoDataFrame(text, geometry=squares, crs="EPSG:32635"))


def odds_of(table: Table, row: int = 0) -> dict[str, float]:
    return dict(zip(GROUND_MATERIALS, fill_likely_surfaces(table)["surface_odds"][row], strict=True))


BEACH = {"natural": "beach", "x": 0}


def test_shares_of_what_ground_is_made_of_sum_to_one() -> None:
    sums = {kind: sum(usual.values()) for kind, usual in USUAL_GROUND.items()}
    assert sums == pytest.approx(dict.fromkeys(USUAL_GROUND, 1.0))


@pytest.mark.parametrize(
    ("tags", "likely"),
    [
        ({"natural": "beach"}, "sand"),
        ({"leisure": "park"}, "grass"),
        ({"leisure": "common"}, None),
        ({"landuse": "village_green"}, "grass"),
        ({"landuse": "recreation_ground"}, "grass"),
        ({"leisure": "pitch"}, None),
    ],
)
def test_ground_without_a_tag_is_likely_what_its_kind_is(tags: dict, likely: str | None) -> None:
    found = fill_likely_surfaces(areas({**tags, "x": 0}))
    assert (None if pd.isna(found["likely_surface"][0]) else found["likely_surface"][0]) == likely
    assert pd.isna(found["surface"][0])
    assert sum(found["surface_odds"][0]) == pytest.approx(1)


def test_the_vaguer_a_word_for_ground_the_less_likely_it_is_grass() -> None:
    grass = [
        odds_of(areas({key: value, "x": 0}))["grass"]
        for key, value in (("landuse", "village_green"), ("leisure", "park"), ("leisure", "common"))
    ]
    assert grass == sorted(grass, reverse=True)
    assert grass[2] < 0.5


def test_what_is_tagged_or_said_by_the_kind_has_no_odds() -> None:
    found = fill_likely_surfaces(areas({**BEACH, "surface": "gravel"}, {"landuse": "grass", "x": 90}, {"x": 200}))
    assert pd.isna(found["surface_odds"]).all()
    assert found["surface"][:2].tolist() == ["gravel", "grass"]
    assert found["surface_implied"].tolist() == [None, "yes", None]


def test_beaches_tagged_around_say_what_a_beach_is_and_paths_do_not() -> None:
    stony = [{"natural": "beach", "surface": "gravel", "x": 100 + 60 * k} for k in range(8)]
    assert fill_likely_surfaces(areas(BEACH, *stony))["likely_surface"][0] == "gravel"
    paths = [{"highway": "footway", "surface": "gravel", "x": 100 + 60 * k} for k in range(8)]
    assert odds_of(areas(BEACH, *paths)) == odds_of(areas(BEACH))


@settings(max_examples=8, deadline=None)
@given(st.sampled_from(["grass", "tartan", "gravel", "asphalt"]), st.floats(55, 90))
def test_twin_pitches_are_alike(surface: str, away: float) -> None:
    twin = {"leisure": "pitch", "sport": "soccer", "x": 0}
    found = fill_likely_surfaces(areas(twin, {**twin, "surface": surface, "x": away}))
    assert found["likely_surface"][0] == surface
    assert odds_of(areas(twin, {**twin, "surface": surface, "x": away}))[surface] > odds_of(areas(twin))[surface] + 0.15


def test_a_pitch_without_a_sport_is_what_its_twin_is() -> None:
    twin, silent = {"leisure": "pitch", "sport": "soccer", "surface": "tartan"}, {"leisure": "pitch", "x": 0}
    alone = odds_of(areas(silent))["tartan"]
    beside, far = (odds_of(areas(silent, {**twin, "x": away}))["tartan"] for away in (70, 400))
    assert beside > alone + 0.15
    assert far == alone
    large = areas(silent, {**twin, "x": 70})
    large.geometry[1] = shapely.box(70, 0, 170, 50)
    assert odds_of(large)["tartan"] == alone


def test_a_court_says_nothing_of_a_football_pitch() -> None:
    soccer = {"leisure": "pitch", "sport": "soccer", "x": 0}
    court = {"leisure": "pitch", "sport": "basketball", "surface": "asphalt", "x": 60}
    assert odds_of(areas(soccer, court)) == odds_of(areas(soccer))


def test_nothing_is_learnt_from_beyond_the_reach() -> None:
    far = {"natural": "beach", "surface": "rock", "x": 1201}
    near = {"natural": "beach", "surface": "rock", "x": 1199}
    assert odds_of(areas(BEACH, far)) == pytest.approx(odds_of(areas(BEACH)))
    assert odds_of(areas(BEACH, near))["rock"] > odds_of(areas(BEACH))["rock"]


def test_who_asks_for_sand_is_shown_beaches_that_likely_are() -> None:
    sand = adjust_profile(load_profile("beginner"), surfaces=frozenset({"sand"}))
    table = areas(BEACH, {**BEACH, "surface": "gravel"}, {"leisure": "park", "x": 0}, {**BEACH, "surface": "sand"})
    reasons = exclude_areas(fill_likely_surfaces(table), sand)
    assert reasons.tolist() == ["", "surface not asked for", "surface not asked for", ""]


def test_bare_feet_are_shown_what_is_known() -> None:
    barefoot = load_profile("beginner", barefoot=True)
    reasons = exclude_areas(fill_likely_surfaces(areas(BEACH, {**BEACH, "surface": "sand"})), barefoot)
    assert np.array_equal(reasons != "", [True, False])
