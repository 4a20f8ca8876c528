"""What was seen on foot changes a search as the guide says: never for the better by a hazard, never for the worse by a
walk, and less every day."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from town import lonlat, write_town

from saferoute import candidates, criteria, explain, find, limits, scan, scoring
from saferoute.model import Place
from saferoute.model.observations import FINE, HAZARDS, Observation, Observations
from saferoute.report.observations import describe_observation
from saferoute.search import area_around, survey_area
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

TODAY = dt.date.today()  # noqa: DTZ011 - as searches take it
TOWN = """
n1 0 0
n2 300 0
n3 150 -150
n4 150 150
w1 n1,n2 highway=footway surface=asphalt width=4 name="Long Walk"
w2 n3,n4 highway=footway surface=fine_gravel width=3 name="Cross Path"
"""
ALONG = ((20, 1), (280, -1))


FEW = settings(max_examples=12, deadline=None, derandomize=True)


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Path:
    return write_town(tmp_path_factory.mktemp("observed") / "town.osm", TOWN)


@pytest.fixture(scope="module")
def survey(town):
    area = area_around(Place("here", *lonlat(150, 0)), 500)
    return survey_area(area, features_of=ExtractSource([town]), profile=load_profile())


def see(*hazards, ago=0, line=ALONG, **told) -> Observation:
    where = shapely.LineString([lonlat(*point) for point in line])
    return Observation(TODAY - dt.timedelta(ago), where, hazards, **told)


def judge(survey, *observations):
    """Return why each window is excluded, and worth and confidence by criterion."""
    order = sorted(observations, key=lambda one: -one.day.toordinal())
    seen = candidates.match_observations(survey.samples, Observations(tuple(order), TODAY), survey.area.crs)
    evidence = replace(survey.evidence, seen=seen)
    unknown = np.full(len(survey.windows), np.nan)
    slopes = limits.WindowSlopes(unknown, unknown, unknown, unknown)
    reasons = limits.exclude_windows(survey.windows, survey.hazards, slopes, evidence)
    # Measured once: what is measured of the map does not hang on what was seen.
    found = [
        criteria.measure_windows(replace(c, measure=lambda *_, of=of: of), survey.windows, evidence)
        for c, of in zip(criteria.ALL, survey.measurements.values(), strict=True)
    ]
    worth = np.stack([scoring.judge_best_estimates(c, of) for c, of in zip(criteria.ALL, found, strict=True)])
    return reasons, worth, np.stack([of.confidence for of in found])


OBSERVATIONS = st.builds(
    lambda hazard, ago, start, length: see(hazard, ago=ago, line=((start, 2), (start + length, 2))),
    st.sampled_from(sorted(HAZARDS)), st.integers(0, 4000), st.integers(-20, 250), st.integers(20, 200),
)  # fmt: skip
FINES = st.builds(lambda ago, length: see(ago=ago, line=((0, 0), (length, 0)), is_fine=True),
                  st.integers(0, 2000), st.integers(40, 300))  # fmt: skip


@FEW
@given(before=st.lists(OBSERVATIONS | FINES, max_size=2), hazard=OBSERVATIONS)
def test_a_hazard_never_raises(survey, before, hazard):
    (reasons, worth, sure), (later, worse, as_sure) = judge(survey, *before), judge(survey, *before, hazard)
    assert (worse <= worth).all()
    assert (as_sure == sure).all()
    assert (later[reasons != ""] != "").all()


@FEW
@given(before=st.lists(OBSERVATIONS | FINES, max_size=2), fine=FINES)
def test_fine_lowers_nothing_and_undoes_no_limit(survey, before, fine):
    (reasons, worth, sure), (later, same, surer) = judge(survey, *before), judge(survey, *before, fine)
    assert (same == worth).all()
    assert (surer >= sure).all()
    assert (later == reasons).all()


@FEW
@given(one=OBSERVATIONS | FINES, more=st.integers(1, 3000))
def test_with_age_all_goes_towards_no_effect(survey, one, more):
    without, young = judge(survey), judge(survey, one)
    old = judge(survey, replace(one, day=one.day - dt.timedelta(more)))
    assert (np.abs(old[1] - without[1]) <= np.abs(young[1] - without[1]) + 1e-12).all()
    assert (np.abs(old[2] - without[2]) <= np.abs(young[2] - without[2]) + 1e-12).all()
    assert set(np.flatnonzero(old[0] != without[0])) <= set(np.flatnonzero(young[0] != without[0]))


def test_after_many_years_nothing_is_left(survey):
    old = judge(survey, *(see(name, ago=60_000) for name in HAZARDS), see(ago=60_000, is_fine=True))
    without = judge(survey)
    assert (old[0] == without[0]).all()
    assert np.allclose(old[1], without[1], atol=1e-6)
    assert np.allclose(old[2], without[2], atol=1e-6)


@pytest.mark.parametrize("name", sorted(name for name, of in HAZARDS.items() if of.is_limit))
def test_what_is_fresh_excludes_the_ground_along_it_alone(survey, name):
    half_life = int(HAZARDS[name].half_life_days)
    reasons, *_ = judge(survey, see(name, ago=half_life))
    assert (reasons != "").any()
    assert set(reasons) - {""} == {limits.SEEN_RULES[name].reason}
    samples, excluded = survey.samples, survey.windows.first[reasons != ""]
    names = samples.ground["name"][samples.pair_ground[samples.first_pair[excluded]]]
    assert set(names) == {"Long Walk"}
    assert (judge(survey, see(name, ago=half_life + 1))[0] == "").all()


def test_a_surface_that_was_seen_bounds_and_never_raises(survey):
    surface = 0
    _, worth, _ = judge(survey)
    for seen in ("gravel", "mud", "tartan"):
        worse = judge(survey, see(surface=seen))[1]
        assert (worse <= worth).all()
        assert (worse[surface] < worth[surface] - 0.3).any() == (seen != "tartan")


def write(path: Path, *observations: Observation) -> Path:
    features = [
        {
            "type": "Feature",
            "geometry": one.where.__geo_interface__,
            "properties": {
                "date": one.day.isoformat(), "seen": list(one.hazards), "fine": one.is_fine, "surface": one.surface,
                "note": one.note, "by": one.by,
            },
        }
        for one in observations
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "saferoute_observations": 1, "features": features}))
    return path


HERE = lonlat(100, 0)[::-1]


def test_a_search_says_what_was_seen_and_what_it_changed(town, tmp_path):
    fine = write(tmp_path / "fine.geojson", see(ago=3, is_fine=True, by="Ann\u202ea\x1b[31m"))
    glass = write(tmp_path / "glass.geojson", see("wet", ago=1, note="<b>=1+1</b>"), see(surface="gravel", ago=90))
    before = find(HERE, osm=town, radius_m=500).stretches.set_index("osm_name").loc[["Long Walk"]].iloc[0]
    ranking = find(HERE, osm=town, radius_m=500, observations=[fine, glass])
    row = ranking.stretches.set_index("osm_name").loc[["Long Walk"]].iloc[0]
    yesterday = TODAY - dt.timedelta(1)
    assert row["observed"] == [
        f"{yesterday}: wet or slippery; “<b>=1+1</b>”",
        "walked 3 days ago: fine (by Anna[31m)",
        "walked 12 weeks ago: gravel",
    ]
    assert row["verdict"].endswith(f"; seen {yesterday}: wet or slippery; “<b>=1+1</b>”")
    assert row["checks"][:3] == [
        f"wet or slippery: seen on {yesterday}, yesterday",
        f"which holds: wet or slippery on {yesterday}, and fine on {TODAY - dt.timedelta(3)}",
        f"the surface: the map says asphalt, and gravel was seen on {TODAY - dt.timedelta(90)}",
    ]
    assert row["score_low"] < before["score_low"]
    assert row["c_surface"] > before["c_surface"]
    assert ranking.notes[0].startswith("3 observations made on foot here, 1 of them of something bad; the newest, ")


def test_what_excludes_is_explained_with_its_day(town, tmp_path):
    paths = [write(tmp_path / "glass.geojson", see("glass", ago=5))]
    answer = explain(HERE, osm=town, observations=paths)
    text = str(answer)
    assert not answer.recommended
    assert f"Excluded: broken glass seen ({TODAY - dt.timedelta(5)}: broken glass)." in text
    assert "within 14 days" in text
    assert len(find(HERE, osm=town, radius_m=500, observations=paths).exclusions())


def test_what_was_seen_elsewhere_changes_nothing(town, tmp_path):
    far = Observation(TODAY, shapely.LineString([(-70.0, -33.0), (-70.001, -33.0)]), ("glass",))
    one = find(HERE, osm=town, radius_m=500)
    other = find(HERE, osm=town, radius_m=500, observations=write(tmp_path / "far.geojson", far))
    assert one.notes == other.notes
    assert one.stretches.equals(other.stretches)


def test_the_guide_tells_every_hazard_as_it_is_judged():
    page = Path(__file__).parents[1].joinpath("docs", "observations.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (\w+) \| (\d+) \| (.+?) \|$", page, re.MULTILINE)
    of = Observations((), TODAY)
    assert rows == [
        (
            name,
            describe_observation(see(name), of).split(": ")[1],
            hazard.criterion,
            f"{hazard.half_life_days:.0f}",
            "excluded" if hazard.is_limit else f"worth {1 - hazard.most:.1f} at most".replace("0.", "."),
        )
        for name, hazard in HAZARDS.items()
    ]
    for sure, half_life in FINE.values():
        assert f"{sure:.1f}".removeprefix("0") in page
        assert f"{half_life:.0f}" in page


def test_what_was_seen_at_another_point_is_another_search(town, tmp_path):
    # Within one process what is measured is remembered: by all that decides it.
    places = []
    for x in (100, 110, 120):
        path = write(tmp_path / f"{x}.geojson", see("glass", line=((x, 0), (x + 60, 0))))
        excluded = find(HERE, osm=town, radius_m=500, observations=path).excluded
        places.append(excluded[excluded["seen"] != ""].total_bounds[0])
    assert np.allclose(np.diff(places), 10, atol=0.1)


def test_a_scan_heeds_what_was_seen(town, tmp_path):
    path = write(tmp_path / "glass.geojson", see("glass"))
    jobs = [scan.create_job(town, **options) for options in ({}, {"observations": [path]})]
    assert len({job.compute_fingerprint() for job in jobs}) == 2
    scan.run_job(jobs[1], tmp_path / "town.parquet", workers=1)
    assert set(gpd.read_parquet(tmp_path / "town.parquet")["osm_name"]) == {"Cross Path"}
