"""What one types in a notebook: results that show themselves, safely, and can be saved."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyarrow import parquet

import saferoute
from saferoute.cli import program
from saferoute.exports.schema import SECTIONS, STEPS, STRETCHES, names_of
from saferoute.model import CAUTION, CRITERIA, InvalidInput, PlaceNotFound
from saferoute.scan import ScanOptions
from saferoute.search import FindOptions
from saferoute.search.formats import FORMATS, SESSION_FORMATS


@pytest.fixture(scope="module")
def found(sample: Path) -> saferoute.Ranking:
    return saferoute.find("60.172,24.944", region=sample, radius_m=800, top=7)


@pytest.fixture(scope="module")
def planned(sample: Path) -> saferoute.Session:
    return saferoute.plan("60.172,24.944", region=sample, wish=saferoute.Wish(week=2, time_s=1500))


@pytest.fixture(scope="module")
def nothing(found: saferoute.Ranking) -> saferoute.Ranking:
    return dataclasses.replace(found, stretches=found.stretches.iloc[:0])


# --- the names ---------------------------------------------------------------------------------


def test_every_public_name_is_there_documented_and_listed() -> None:
    assert sorted(saferoute.__all__, key=str.lower) == sorted(set(saferoute.__all__), key=str.lower)
    assert dir(saferoute) == sorted(saferoute.__all__)
    for name in saferoute.__all__:
        thing = getattr(saferoute, name)
        assert name.startswith("__") or (thing.__doc__ and thing.__name__ == name)
    with pytest.raises(AttributeError, match="no attribute 'seek'"):
        _ = saferoute.seek


def test_what_type_checkers_read_is_what_is_imported() -> None:
    text = Path(saferoute.__file__).read_text(encoding="utf-8")
    checked = text.split("if TYPE_CHECKING:")[1].split("__version__")[0]
    said = {
        name.strip(): module
        for module, names in re.findall(r"from ([\w.]+) import (.*)", checked)
        for name in names.split(",")
    }
    for name, module in said.items():
        assert getattr(saferoute, name) is getattr(importlib.import_module(module), name)
    assert set(said) | {"__version__"} == set(saferoute.__all__)


PUBLIC = [
    *(saferoute.Ranking, saferoute.Session, saferoute.Explanation, saferoute.Query),
    *(saferoute.find, saferoute.plan, saferoute.explain),
]


@pytest.mark.parametrize("thing", PUBLIC)
def test_every_method_has_types_and_words(thing: Any) -> None:
    members = [getattr(thing, name) for name in dir(thing) if not name.startswith("_")]
    for function in filter(inspect.isroutine, members if isinstance(thing, type) else [thing]):
        assert function.__doc__
        assert "return" in function.__annotations__


def test_importing_the_package_loads_nothing_heavy() -> None:
    run = "import sys, saferoute; print(sorted({'numpy', 'pandas', 'folium', 'rich'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- a ranking -----------------------------------------------------------------------------------


def test_a_ranking_speaks_for_itself(found: saferoute.Ranking, nothing: saferoute.Ranking) -> None:
    assert len(found) == 7
    assert re.match(r"<Ranking: .* within .* of ", repr(found))
    assert "\n" not in repr(found)
    for word in ("rating", "Excluded:", CAUTION, "OpenStreetMap"):
        assert word in str(found)
    assert found
    assert not nothing
    assert "No stretch found" in repr(nothing)
    assert CAUTION in str(nothing)


def test_a_table_has_the_columns_of_readme_in_any_crs(found: saferoute.Ranking) -> None:
    table = found.to_geodataframe()
    assert list(table.columns) == [*names_of(STRETCHES), "geometry"]
    assert table.crs == "EPSG:4326"
    assert table["rank"].tolist() == list(range(1, 8))
    metres = found.to_geodataframe(crs=3067)
    assert metres.length.to_numpy() == pytest.approx(found.stretches.geometry.length.to_numpy(), rel=2e-3)
    assert table.attrs["caution"].endswith(CAUTION)
    assert "OpenStreetMap" in table.attrs["attribution"]


def test_unknown_stays_unknown_in_a_table(found: saferoute.Ranking) -> None:
    unknown = found.stretches["grade_pct"].isna()
    assert unknown.any()
    assert found.to_geodataframe()["grade_pct"].isna().tolist() == unknown.tolist()


def test_an_empty_table_has_all_columns(nothing: saferoute.Ranking) -> None:
    table = nothing.to_geodataframe()
    assert list(table.columns) == [*names_of(STRETCHES), "geometry"]
    assert len(table) == 0


@pytest.mark.parametrize("crs", ["nowhere", 1, "EPSG:99999999", None])
def test_what_is_no_coordinate_system_is_refused_in_a_line(found: saferoute.Ranking, crs: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^crs .* is no coordinate system; write one as in EPSG:3067$"):
        found.to_geodataframe(crs)


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_a_ranking_is_saved_by_suffix(found: saferoute.Ranking, tmp_path: Path, suffix: str) -> None:
    path = found.save(str(tmp_path / f"found{suffix}"))
    assert path.stat().st_size > 500


def test_what_nothing_writes_is_refused(found: saferoute.Ranking, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="suffix must be one of"):
        found.save(tmp_path / "found.doc")
    assert not list(tmp_path.iterdir())


def test_a_saved_table_reads_back(found: saferoute.Ranking, tmp_path: Path) -> None:
    back = gpd.read_parquet(found.save(tmp_path / "found.parquet"))
    assert back["score_low"].tolist() == found.to_geodataframe()["score_low"].tolist()


def test_the_stretches_themselves_leave_as_parquet_and_read_back(found: saferoute.Ranking, tmp_path: Path) -> None:
    rows, path = found.stretches, tmp_path / "rows.parquet"
    rows.to_parquet(path)
    back = gpd.read_parquet(path)
    assert list(back.columns) == list(rows.columns)
    for name in ("heights_m", "q_flatness", "osm_ids", "checks"):
        assert parquet.read_schema(path).field(name).type.num_fields == 1, "a list"
        # As texts, because nan is not nan.
        assert str([cell.tolist() for cell in back[name]]) == str(rows[name].to_list())
    assert back.geometry.equals(rows.geometry)


def test_every_column_is_told_and_of_the_type_that_is_told(found: saferoute.Ranking) -> None:
    told, rows = found.columns, found.stretches.drop(columns="geometry")
    assert set(told.index) == set(rows.columns)
    assert told.index[told["in_files"]].to_list() == names_of(STRETCHES)
    assert told.loc["score_low", ["unit", "missing"]].to_list() == ["0..1", ""]
    cells = {"integer": "i", "number": "f", "flag": "b"}
    for name, kind in told["type"].items():
        if kind in cells:
            assert rows[name].dtype.kind == cells[kind], name
        elif kind == "text":
            assert rows[name].dropna().map(lambda text: isinstance(text, str)).all(), name
        else:
            assert rows[name].map(lambda cell, of=float if kind == "numbers" else str: {*map(type, cell)} <= {of}).all()


def test_each_result_tells_what_to_do_next(found: saferoute.Ranking, nothing: saferoute.Ranking) -> None:
    assert repr(found).endswith(" Next: print(), .explain(1), .map(), .save('found.gpx'), .columns.>")
    assert "\nNext: .explain(1)" in str(found)
    assert "exclusions()" in repr(nothing)
    for call in re.findall(r"\.(\w+)", repr(found).partition("Next: ")[2].replace(".gpx", "")):
        assert hasattr(found, call)


def test_a_ranking_is_plotted_and_explored(found: saferoute.Ranking, monkeypatch: pytest.MonkeyPatch) -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("agg")
    assert found.plot().get_title().replace("\n", " ").startswith("Nothing within 800 m")
    pyplot.close("all")
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    assert "<iframe" in found.explore()._repr_html_()
    assert len(opened) == 1


# --- why -------------------------------------------------------------------------------------------


def test_an_explanation_tells_each_criterion_and_what_to_check(found: saferoute.Ranking) -> None:
    answer = found.explain(2)
    assert answer.row["rank"] == 2
    text = str(answer)
    assert text.startswith("Stretch 2: ")
    assert all(name in text for name in CRITERIA)
    assert "Check on foot:" in text
    assert repr(answer).startswith("<Explanation: Stretch 2: ")
    page = answer._repr_html_()
    assert page.count("<tr>") == 6
    assert CAUTION in page


@pytest.mark.parametrize("i", [0, 8, -1, 10**9])
def test_a_rank_that_is_not_there_is_refused(found: saferoute.Ranking, i: int) -> None:
    with pytest.raises(InvalidInput, match=f"no stretch has rank {i}: ranks are 1 to 7"):
        found.explain(i)


def test_of_nothing_nothing_is_explained(nothing: saferoute.Ranking) -> None:
    with pytest.raises(InvalidInput, match="nothing was found"):
        nothing.explain(1)


def test_a_place_is_explained_as_the_command_does(sample: Path) -> None:
    good = saferoute.explain("60.1757,24.9470", region=sample)
    assert good.recommended
    bad = saferoute.explain("60.1712,24.9415", region=sample)
    assert not bad.recommended
    assert f"Excluded: {bad.row['reason']}" in str(bad)
    assert "Rule: " in bad._repr_html_()
    with pytest.raises(PlaceNotFound):
        saferoute.explain("60.0,24.0", region=sample)


def test_a_level_may_be_named(sample: Path) -> None:
    named = saferoute.find("60.172,24.944", region=sample, radius_m=500, profile="advanced", top=1)
    assert named.profile == saferoute.load_profile("advanced")
    with pytest.raises(InvalidInput, match="level 'expert'"):
        saferoute.find("60.172,24.944", region=sample, profile="expert")


# --- a session -----------------------------------------------------------------------------------------


def test_a_session_speaks_for_itself(planned: saferoute.Session) -> None:
    assert planned
    assert len(planned) == len(planned.steps)
    assert isinstance(planned.ranking, saferoute.Ranking)
    assert repr(planned).startswith("<Session from ")
    assert "BACKWARD 1" in str(planned)
    assert list(planned.to_geodataframe().columns) == [*names_of(STEPS), "geometry"]
    assert list(planned.to_geodataframe("sections").columns) == [*names_of(SECTIONS), "geometry"]
    with pytest.raises(InvalidInput, match="layer 'stretches': choose one of steps, sections"):
        planned.to_geodataframe("stretches")


@pytest.mark.parametrize("suffix", sorted(SESSION_FORMATS))
def test_a_session_is_saved_by_suffix(planned: saferoute.Session, tmp_path: Path, suffix: str) -> None:
    assert planned.save(tmp_path / f"run{suffix}").stat().st_size > 100


def test_a_session_of_nothing_says_so(planned: saferoute.Session) -> None:
    empty = dataclasses.replace(
        planned, steps=planned.steps.iloc[:0], sections=planned.sections.iloc[:0], notes=("too far",)
    )
    assert not empty
    assert "too far" in str(empty)
    assert "no stretch can be reached" in repr(empty)
    assert "No session" in empty._repr_html_()


def test_a_result_made_by_hand_says_that_nothing_shows_it(found: saferoute.Ranking, tmp_path: Path) -> None:
    bare = dataclasses.replace(found, presenter=None)
    assert len(bare) == 7
    assert "Ranking" in repr(bare)
    for call in (bare.map, bare.to_geodataframe, bare._repr_html_, lambda: str(bare), lambda: bare.save(tmp_path)):
        with pytest.raises(InvalidInput, match=r"^this Ranking was not made by a search .* presenter=") as raised:
            call()
        assert "\n" not in str(raised.value)


# --- one front door ------------------------------------------------------------------------------------


_OF_RESULTS = {"output", "explain_data", "ids", "excluded", "notes", "quiet", "verbose", "settings", "help_all"}
"""Options of the shell for what in Python results, logging and ``help`` do: `Ranking.save`, `Ranking.excluded`."""


def test_python_has_every_option_of_the_shell_by_its_name() -> None:
    shell = {p.name for p in program.commands["find"].params} - {"place", "near", "radius", *_OF_RESULTS}
    online = {"offline", "refresh", "cache_dir", "contact", *(n for n in shell if n.endswith("_url"))}
    assert shell - online == FindOptions.__optional_keys__ - {"profile", "online", "radius_m"}
    assert online <= {field.name for field in dataclasses.fields(saferoute.Online)}
    of_scan = {p.name for p in program.commands["scan"].params} - {*_OF_RESULTS, "region", "workers", "scheduler"}
    assert of_scan == ScanOptions.__optional_keys__ - {"profile"}


POINTS = gpd.GeoSeries([shapely.Point(24.944, 60.172)], crs=4326)


@pytest.fixture(scope="module")
def close(sample: Path) -> saferoute.Ranking:
    """Few stretches around a place, which every way of naming it must find."""
    return saferoute.find("60.172,24.944", region=sample, radius_m=100)


@pytest.mark.parametrize(
    "near",
    [
        ((60.172, 24.944),), ([60.172, 24.944],), (60.172, 24.944), (np.array([60.172, 24.944]),),
        (shapely.Point(24.944, 60.172),), (POINTS,), (POINTS.to_crs(3067),), (POINTS.to_frame("geometry"),),
        ("60,172 24,944",),
    ],
)  # fmt: skip
def test_a_place_may_be_text_numbers_or_a_point(close: saferoute.Ranking, sample: Path, near: Any) -> None:
    again = saferoute.find(*near, region=sample, radius_m=100)
    assert len(again.stretches)
    assert again.to_geodataframe().equals(close.to_geodataframe())
    assert again.place.name == "60.172,24.944"


@pytest.mark.parametrize(
    "near",
    [
        (1,),
        (1, 2, 3),
        5,
        None,
        ("a", "b"),
        (float("nan"), 1.0),
        shapely.Point(),
        POINTS[:0],
        POINTS.set_crs(None, allow_override=True),
        gpd.GeoSeries([None], crs=4326),
    ],
)
def test_what_is_no_place_is_refused_in_a_line(sample: Path, near: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^near .*"):
        saferoute.find(near, region=sample)


def test_an_open_query_answers_several_questions(found: saferoute.Ranking, sample: Path) -> None:
    query = saferoute.Query.open((60.172, 24.944), radius_m=800, top=7, region=sample)
    assert repr(saferoute.find(query)) == repr(found)
    assert saferoute.explain(query).ranking.place == found.place
    with pytest.raises(InvalidInput, match=r"^level: a query says everything itself"):
        saferoute.find(query, level="advanced")


def test_the_runner_is_chosen_by_the_names_of_the_shell(sample: Path) -> None:
    chosen = saferoute.Query.open("60.172,24.944", region=sample, level="advanced", at="2026-06-20T07:00").profile
    assert chosen == saferoute.load_profile("advanced", at="2026-06-20T07:00")
    grass = saferoute.Query.open("60.172,24.944", region=sample, surface=["Grass", "sand"], min_length=45).profile
    assert (grass.only_surfaces, grass.clear_length_m) == ({"grass", "sand"}, 45)
    assert saferoute.Query.open("60.172,24.944", region=sample, barefoot=True).profile.barefoot
    with pytest.raises(InvalidInput, match="level and profile both name the runner"):
        saferoute.find("60.172,24.944", region=sample, level="advanced", profile="beginner")


def test_files_are_named_one_by_one_as_in_the_shell(sample: Path, tmp_path: Path, write_plane: Any) -> None:
    extract, near = sample / "helsinki.osm.pbf", saferoute.find("60.172,24.944", region=sample, radius_m=300)
    again = saferoute.find("60.172,24.944", osm=extract, dem=sample / "dem.tif", radius_m=300)
    assert again.to_geodataframe().equals(near.to_geodataframe())
    with pytest.raises(InvalidInput, match="no raster given with --dem covers"):
        saferoute.find("60.172,24.944", osm=extract, dem=write_plane(tmp_path / "far.tif", shift=900_000))
