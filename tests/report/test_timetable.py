"""The timetable says when to do what; its GeoJSON holds steps and sections."""

from __future__ import annotations

import json

import pyogrio
import pytest
from rich.console import Console
from strangers import HOSTILE, hostile_session, id_of

from saferoute.exports.schema import SECTIONS, STEPS, names_of
from saferoute.exports.session_geojson import to_geojson
from saferoute.model import CAUTION, OSM_ATTRIBUTION
from saferoute.report import timetable


def printed(session):
    console = Console(width=300, record=True, file=open("/dev/null", "w"), markup=False, highlight=False)  # noqa: PTH123, SIM115
    console.print(timetable.steps_table(session))
    return console.export_text()


def test_every_step_is_a_row_with_its_time(made):
    lines = [line for line in printed(made).splitlines() if line.strip()][2:]
    assert len(lines) == len(made.steps)
    for line, row in zip(lines, made.steps.itertuples(), strict=True):
        assert line.split()[0] == timetable.format_time(row.start_s)
        assert ("BACKWARD" in line) == (row.kind == "backward")


def test_lines_around_it_say_how_long_what_to_check_and_the_caution(made):
    lines = "\n".join(timetable.session_parts(made).lines)
    assert f"{len(made.sections)} backward sections" in timetable.session_parts(made).heading
    assert "\nCheck stretch 1, " in lines
    assert "\n- holes, glass, nails and debris\n" in lines
    assert CAUTION in lines
    assert OSM_ATTRIBUTION in lines
    assert all(note in lines for note in made.notes)


def test_geojson_has_the_columns_of_its_tables(made):
    document = json.loads(to_geojson(made))
    by_kind = {"step": [], "section": []}
    for feature in document["features"]:
        by_kind[feature["properties"].pop("of")].append(feature)
    assert [list(f["properties"]) for f in by_kind["step"]] == [names_of(STEPS)] * len(made.steps)
    assert [list(f["properties"]) for f in by_kind["section"]] == [names_of(SECTIONS)] * len(made.sections)
    assert document["caution"] == CAUTION
    assert document["figures"]["length_m"] == pytest.approx(made.figures["length_m"], abs=0.06)


def test_gdal_reads_the_geojson(made, tmp_path):
    path = tmp_path / "x.geojson"
    path.write_text(to_geojson(made), encoding="utf-8")
    table = pyogrio.read_dataframe(path)
    assert len(table) == len(made.steps) + len(made.sections)
    lines = table[table["of"] == "section"].to_crs(made.ranking.area.crs).geometry.reset_index(drop=True)
    assert lines.hausdorff_distance(made.sections.geometry).max() < 0.05


def test_qr_code_holds_the_start(made, monkeypatch):
    import segno

    asked = []
    real = segno.make
    monkeypatch.setattr(segno, "make", lambda text, **more: asked.append(text) or real(text, **more))
    code = timetable.start_qr(made)
    first = made.track.iloc[0]
    assert asked == [f"geo:{first.lat:.6f},{first.lon:.6f}"]
    assert len({len(line) for line in code.splitlines() if line}) == 1


@pytest.mark.parametrize("text", HOSTILE, ids=id_of)
def test_hostile_text_is_only_text(made, text):
    session = hostile_session(made, text)
    document = json.loads(to_geojson(session))
    assert len(document["features"]) == len(made.steps) + len(made.sections)
    shown = printed(session) + "\n".join(timetable.session_parts(session).lines)
    assert not {"\x1b", "\x00", "\u202e", "\x9b"} & set(shown)
