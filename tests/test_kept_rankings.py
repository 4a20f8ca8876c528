"""Rankings kept on disk: whoever asks again is told what was told, in the words of the minute, and no map is read."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ranked_towns import LENGTH_M, town
from rasters import write, write_plane
from town import lonlat, write_town

from saferoute.exports import geojson, session_geojson
from saferoute.exports.gpx import to_gpx
from saferoute.model import CRITERIA, IMPERIAL, InvalidInput, LateFeatures, Place, Wish
from saferoute.page.payload import build_payload
from saferoute.search import Query, area_around, find, join_ways, plan
from saferoute.sources.cache import Cache
from saferoute.sources.elevation.raster import RasterSource
from saferoute.sources.osm.extract import ExtractSource, forget_last
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from pathlib import Path

    from saferoute.model import Ranking, Session

DAY = "2026-06-20"
PLAN = town(more="n9 20 5 amenity=bench\nn10 40 6 shop=bakery\nn11 80 -20 tourism=museum\n")
PLAN += "n12 0 30\nn13 90 30\nn14 90 80\nn15 0 80\nw2 n12,n13,n14,n15,n12 leisure=park opening_hours=08:00-19:40\n"
PLAIN = load_profile()
QUIET = replace(PLAIN, weights={**dict.fromkeys(CRITERIA, 0.0), "crowding": 1.0})


def ask(path: Path, cache: Path | None, at: str = f"{DAY}T10:07", profile=PLAIN, **options) -> Ranking:
    """Return the ranking of a town, with what is kept in a folder."""
    source = ExtractSource([path], join=join_ways, cache=cache and Cache(cache))
    area = area_around(Place("here", *lonlat(LENGTH_M / 2, 0)), options.pop("radius_m", 400))
    return find(Query(area, source, replace(profile, at=at), **{"top": 100, **options}))


def tell(ranking: Ranking) -> str:
    """Return all that is told of a ranking, but for the table of what is excluded."""
    return f"{geojson.to_geojson(ranking)} {ranking} {ranking.doubts} {ranking.data_date} {build_payload(ranking)}"


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    return write_town(tmp_path_factory.mktemp("town") / "town.osm", PLAN)


@pytest.fixture(scope="module")
def kept(path, tmp_path_factory) -> Path:
    """Return a cache in which everything of one search is kept, the drawn page included."""
    folder = tmp_path_factory.mktemp("cache")
    tell(ask(path, folder))
    return folder


QUESTIONS = {
    "the same": {},
    "no hour": {"at": ""},
    "another hour": {"at": f"{DAY}T11:07"},
    "another day": {"at": "2026-06-22T10:07"},
    "winter": {"at": "2026-01-20T10:07"},
    "dark": {"at": "2026-12-19T22:07"},
    "other weights": {"profile": QUIET},
    "longer": {"profile": load_profile(level="advanced")},
    "fewer": {"top": 1},
    "imperial": {"units": IMPERIAL},
    "smaller": {"radius_m": 130},
}


@pytest.mark.parametrize("asked", QUESTIONS)
def test_answers_are_those_of_a_search_from_nothing(path, kept, asked, tmp_path):
    cache = shutil.copytree(kept, tmp_path / "cache")
    alone = ask(path, None, **QUESTIONS[asked])
    for _ in range(2):
        again = ask(path, cache, **QUESTIONS[asked])
        assert tell(again) == tell(alone)
        assert again.excluded.to_csv() == alone.excluded.to_csv()
        assert again.stretches.dtypes.to_dict() == alone.stretches.dtypes.to_dict()
        assert again.stretches.equals(alone.stretches)


@given(minute=st.integers(0, 59), second=st.integers(0, 59))
@example(minute=39, second=59)
@example(minute=40, second=0)
@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_minutes_count_where_the_map_tells_hours_and_in_the_words(path, kept, minute, second):
    at = f"{DAY}T19:{minute:02}:{second:02}"
    told = tell(ask(path, kept, at))
    assert told == tell(ask(path, None, at))
    assert f"19:{minute:02}" in told
    # Until 19:40 the park is open.
    assert ("closed at that hour" in told) == (minute >= 40)


def refuse(*_, **__):
    raise AssertionError("the map is read")


def test_no_map_is_read_for_what_was_asked_before(path, kept, monkeypatch):
    monkeypatch.setattr(ExtractSource, "read_features", refuse)
    ranking = ask(path, kept, f"{DAY}T10:52")
    assert "10:52" in tell(ranking)
    assert isinstance(ranking.features, LateFeatures)
    with pytest.raises(AssertionError, match="the map is read"):
        assert len(ranking.excluded)


def test_what_was_not_read_is_there_for_who_asks(path, kept):
    ranking, alone = ask(path, kept), ask(path, None)
    for name in ("extent", "notes", "attribution", "data_date"):
        assert getattr(ranking.features, name) == getattr(alone.features, name)
    assert ranking.features.ways["osm_id"].tolist() == alone.features.ways["osm_id"].tolist()
    assert not isinstance(ranking.features, LateFeatures)


def test_heights_count_as_their_files_are(path, tmp_path, monkeypatch):
    def find_with(cache: Path | None, sigma_m: float | None = None) -> Ranking:
        return ask(path, cache, elevation=RasterSource([dem], sigma_m=sigma_m))

    dem = write_plane(tmp_path / "dem.tif", half_m=1500)
    rising = tell(find_with(None))
    assert "3.0 ± " in rising or "2.0 ± " in rising
    assert [tell(find_with(tmp_path / "cache")) for _ in range(2)] == [rising] * 2
    assert tell(find_with(tmp_path / "cache", 4.0)) == tell(find_with(None, 4.0)) != rising
    write(dem, np.full((300, 300), 7.0, dtype="float32"))
    level = tell(find_with(None))
    assert [tell(find_with(tmp_path / "cache")) for _ in range(2)] == [level] * 2
    assert level != rising
    monkeypatch.setattr(ExtractSource, "read_features", refuse)
    monkeypatch.setattr(RasterSource, "read_heights", refuse)
    assert tell(find_with(tmp_path / "cache")) == level


def test_nothing_is_made_late_of_a_map_that_has_changed(path, kept, tmp_path):
    here, cache = shutil.copy(path, tmp_path / "here.osm"), shutil.copytree(kept, tmp_path / "cache")
    found = [ask(here, cache) for _ in range(2)]
    found[0].excluded  # noqa: B018 - read before
    write_town(here, PLAN.replace("surface=asphalt", "surface=gravel"))
    shutil.rmtree(cache / "index")
    assert len(found[0].excluded) == len(ask(path, None).excluded)
    forget_last()
    for ask_late in (lambda one: one.excluded, lambda one: one.features.ways):
        with pytest.raises(InvalidInput, match=r"here\.osm: has changed since the search.*search again"):
            ask_late(found[1])


def test_nothing_is_made_late_of_rasters_that_have_changed(path, tmp_path):
    dem = write_plane(tmp_path / "dem.tif", half_m=1500)
    found = [ask(path, tmp_path / "cache", elevation=RasterSource([dem])) for _ in range(2)]
    write(dem, np.full((300, 300), 7.0, dtype="float32"))
    assert len(found[0].excluded)
    with pytest.raises(InvalidInput, match="the heights have changed since the search"):
        assert len(found[1].excluded)


LAWN = "".join(f"n{20 + k} {x} {y}\n" for k, (x, y) in enumerate([(0, 6), (300, 6), (300, 110), (0, 110)]))
LAWN = town(more=f"{LAWN}w9 n20,n21,n22,n23,n20 leisure=pitch sport=soccer surface=grass\n")


def plan_on_lawn(path: Path, cache: Path | None, at: str = "", profile=PLAIN, **wish) -> Session:
    """Return a session on a lawn beside a way, with what is kept in a folder."""
    source = ExtractSource([path], join=join_ways, cache=cache and Cache(cache))
    area = area_around(Place("here", *lonlat(5, 0)), 250)
    return plan(Query(area, source, replace(profile, at=at)), wish=Wish(**wish))


def tell_session(session: Session) -> str:
    """Return all that is told of a session, first what needs no tables of pandas."""
    told = f"{session} {to_gpx(session)} {len(session)}"
    tables = [f"{table.to_csv()} {dict(table.dtypes)}" for table in (session.steps, session.sections, session.track)]
    return f"{told} {tables} {session_geojson.to_geojson(session)} {session.figures} {session.notes}"


SESSIONS = {
    "the same": {"at": f"{DAY}T10:07"},
    "another minute": {"at": f"{DAY}T10:31"},
    "another hour": {"at": f"{DAY}T15:07"},
    "another week": {"at": f"{DAY}T10:07", "week": 6},
    "shorter": {"at": f"{DAY}T10:07", "time_s": 900.0},
    "slower": {"at": f"{DAY}T10:07", "profile": replace(PLAIN, training=replace(PLAIN.training, warm_up_s=120.0))},
}


@pytest.fixture(scope="module")
def lawn(tmp_path_factory) -> tuple[Path, Path]:
    """Return a town with a lawn, and a cache in which a session there is kept."""
    folder = tmp_path_factory.mktemp("lawn")
    path = write_town(folder / "lawn.osm", LAWN)
    assert "look" in set(plan_on_lawn(path, folder / "cache", f"{DAY}T10:07").steps["kind"]), "nothing is run there"
    return path, folder / "cache"


@pytest.mark.parametrize("asked", SESSIONS)
def test_sessions_are_those_of_a_plan_from_nothing(lawn, tmp_path, asked):
    path, kept = lawn
    cache = shutil.copytree(kept, tmp_path / "cache")
    alone = tell_session(plan_on_lawn(path, None, **SESSIONS[asked]))
    assert [tell_session(plan_on_lawn(path, cache, **SESSIONS[asked])) for _ in range(2)] == [alone] * 2


@pytest.mark.parametrize("lost", [[], ["session"], ["session", "connectors"]])
def test_a_session_is_planned_again_without_the_map(lawn, tmp_path, monkeypatch, lost):
    path, kept = lawn
    cache = shutil.copytree(kept, tmp_path / "cache")
    for name in lost:
        (file,) = cache.rglob(f"*-{name}.drawer")
        file.unlink()
    if "connectors" not in lost:
        monkeypatch.setattr(ExtractSource, "read_features", refuse)
    again = plan_on_lawn(path, cache, f"{DAY}T10:07")
    monkeypatch.undo()
    assert tell_session(again) == tell_session(plan_on_lawn(path, None, f"{DAY}T10:07"))


def test_a_changed_copy_is_counted_itself(path, kept):
    ranking = ask(path, kept)
    assert ranking.digest
    fewer = replace(ranking, excluded=ranking.excluded.iloc[:1])
    assert not fewer.digest
    assert [row["pieces"] for row in fewer.exclusions()] == [1]


def test_another_map_of_the_same_name_is_asked_anew(path, kept, tmp_path):
    other = write_town(tmp_path / path.name, PLAN.replace("surface=asphalt", "surface=gravel"))
    assert tell(ask(other, kept)) == tell(ask(other, None)) != tell(ask(path, kept))


@pytest.mark.parametrize("harm", [lambda held: held[:0], lambda held: held[:-9], lambda held: held[:-1] + b"!"])
def test_damaged_answers_are_found_again(path, kept, tmp_path, harm):
    cache = shutil.copytree(kept, tmp_path / "cache")
    files = [file for name in ("ranking", "conditions", "exclusions") for file in cache.rglob(f"*-{name}.drawer")]
    assert len(files) >= 3
    for file in files:
        file.write_bytes(harm(file.read_bytes()))
    assert tell(ask(path, cache)) == tell(ask(path, None))


def test_a_place_without_a_stretch_has_none_when_asked_again(path, tmp_path):
    asked = {"profile": replace(PLAIN, only_surfaces=frozenset({"sand"}))}
    found = [ask(path, tmp_path, **asked) for _ in range(2)]
    assert not any(found)
    assert len({tell(one) for one in found}) == 1
    assert [row["reason"] for row in found[1].exclusions()] == [row["reason"] for row in found[0].exclusions()]
    assert np.array_equal(found[0].stretches.columns, found[1].stretches.columns)
