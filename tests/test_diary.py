"""A diary finds in a recorded run what was planned, and goes on only where that was done."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from town import lonlat, write_town

from saferoute.cli import main
from saferoute.exports.fit import to_course
from saferoute.model import InvalidInput
from saferoute.model.diary import DONE, PLANNED, DiaryEntry, DiarySection, Track
from saferoute.sources.diary import append_entry, read_diary
from saferoute.sources.tracks import read_track
from saferoute.training.diary import choose_next_week, find_sections_run, record_plan, record_run

DAY = dt.date(2026, 10, 1)
MORNING_S = dt.datetime(2026, 10, 2, 7, tzinfo=dt.UTC).timestamp()


@pytest.fixture(scope="module")
def plan(made):
    return record_plan(made, DAY)


def recorded(made, *, error_m=0.0, faster=1.0, seed=1):
    """Return the track of somebody who does a session as planned, a point a second."""
    at = made.track["time_s"].to_numpy(dtype=float)
    time_s = np.arange(0, at[-1], 1.0)
    noise = np.random.default_rng(seed).normal(0, error_m, (2, len(time_s)))
    lat = np.interp(time_s, at, made.track["lat"]) + noise[0] / 111_000
    lon = np.interp(time_s, at, made.track["lon"]) + noise[1] / 111_000 / np.cos(np.radians(lat))
    return Track(MORNING_S + time_s / faster, lon, lat)


def write_gpx(path, track):
    points = "".join(
        f'<trkpt lat="{lat:.7f}" lon="{lon:.7f}"><time>{dt.datetime.fromtimestamp(at, dt.UTC)}</time></trkpt>'
        for at, lon, lat in zip(track.time_s, track.lon, track.lat, strict=True)
    )
    path.write_text(
        '<gpx version="1.1" creator="watch" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
        f"{points}</trkseg></trk></gpx>"
    )
    return path


# What was run


@pytest.mark.parametrize("error_m", [0.0, 1.5])
def test_all_sections_are_found_where_and_when_they_were_run(made, plan, error_m):
    run = record_run(recorded(made, error_m=error_m), [plan])
    assert (run.kind, run.week, run.whole) == (DONE, plan.week, True)
    assert len(run.sections) == len(plan.sections)
    for found, section, at in zip(run.sections, plan.sections, made.sections["start_s"], strict=True):
        assert found.seconds == pytest.approx(section.seconds, abs=5)
        assert found.metres == pytest.approx(section.metres, rel=0.25)
        assert found.bearing_deg == section.bearing_deg
        began = dt.datetime.fromisoformat(f"2026-10-02T{found.at}+00:00").timestamp()
        assert began == pytest.approx(MORNING_S + at, abs=5)


def test_who_breaks_off_has_not_done_it_all(made, plan):
    track, half = recorded(made), int(made.sections["start_s"].iloc[-1]) - 20
    run = record_run(Track(track.time_s[:half], track.lon[:half], track.lat[:half]), [plan])
    assert 0 < len(run.sections) < len(plan.sections)
    assert not run.whole


def test_who_runs_as_fast_as_forwards_has_run_no_section(made, plan):
    assert find_sections_run(recorded(made, faster=3.0), plan.sections) == []


def test_a_run_elsewhere_or_weeks_later_is_of_no_plan(made, plan):
    track = recorded(made)
    assert record_run(Track(track.time_s, track.lon + 1, track.lat), [plan]) is None
    assert record_run(Track(track.time_s + 20 * 86_400, track.lon, track.lat), [plan]) is None


def test_a_track_that_lost_its_position_ran_nothing_there(made, plan):
    track = recorded(made)
    begin, end = (float(made.sections[c].iloc[0]) for c in ("start_s", "duration_s"))
    gone = (track.time_s < MORNING_S + begin - 10) | (track.time_s > MORNING_S + begin + end + 10)
    run = find_sections_run(Track(track.time_s[gone], track.lon[gone], track.lat[gone]), plan.sections)
    assert len(run) == len(plan.sections) - 1


# Which week comes next

ENTRIES = st.lists(
    st.builds(
        DiaryEntry,
        st.sampled_from([PLANNED, DONE]),
        st.dates(dt.date(2026, 1, 1), dt.date(2026, 3, 31)),
        st.sampled_from(["beginner", "advanced"]),
        st.integers(1, 52),
        st.just(()),
        st.booleans(),
    ),
    max_size=12,
)


@given(entries=ENTRIES, today=st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)))
def test_a_week_more_takes_the_last_one_done_in_full(entries, today):
    done = [e for e in entries if e.kind == DONE and e.level == "beginner" and e.day <= today]
    week = choose_next_week(entries, "beginner", today)
    assert 1 <= week <= 52
    if not done:
        assert week == 1
        return
    newest = max(e.day for e in done)
    last = max(e.week for e in done if e.day == newest)
    assert week <= last + 1
    if week == last + 1:
        assert any(e.week == last and e.whole and (today - e.day).days >= 7 for e in done)
    if (today - newest).days >= 21:
        assert week < max(last, 2)


# Files


def test_entries_come_back_as_they_were_written(plan, tmp_path):
    path = tmp_path / "deep" / "diary.jsonl"
    assert read_diary(path) == ()
    done = dataclasses.replace(plan, kind=DONE, day=DAY + dt.timedelta(1), whole=False)
    for entry in (done, plan):
        append_entry(path, entry)
    assert read_diary(path) == (plan, done)


def test_a_line_that_was_cut_off_does_not_swallow_the_next(plan, tmp_path):
    path = tmp_path / "diary.jsonl"
    append_entry(path, plan)
    path.write_bytes(path.read_bytes()[:-1])
    append_entry(path, plan)
    assert len(read_diary(path)) == 2


GOOD = {"saferoute_diary": 1, "kind": "done", "day": "2026-10-01", "level": "beginner", "week": 1, "whole": True}


@pytest.mark.parametrize(
    "change",
    [
        {"saferoute_diary": 2},
        {"kind": "dreamt"},
        {"day": "yesterday"},
        {"week": 0},
        {"week": True},
        {"whole": "yes"},
        {"level": ""},
        {"sections": {}},
        {"sections": [{"start": [0, 0]}]},
        {"sections": [{"start": [0, 91], "end": [0, 0], "seconds": 1, "metres": 1, "bearing_deg": 1, "at": ""}]},
        {"sections": [{"start": [0, 0], "end": [0, 0], "seconds": 1e999, "metres": 1, "bearing_deg": 1, "at": ""}]},
    ],
    ids=str,
)
def test_a_line_that_is_no_entry_is_named(tmp_path, change):
    path = tmp_path / "diary.jsonl"
    path.write_text(json.dumps(GOOD | {"sections": []}) + "\n" + json.dumps(GOOD | {"sections": []} | change) + "\n")
    with pytest.raises(InvalidInput, match="line 2"):
        read_diary(path)


@pytest.mark.parametrize("content", [b"{", b"[" * 100_000, b"\xff\xfe", b"7"])
def test_what_is_no_diary_is_refused(tmp_path, content):
    path = tmp_path / "diary.jsonl"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match="diary"):
        read_diary(path)


def test_gpx_and_fit_give_the_same_track(made, tmp_path):
    track = recorded(made)
    read = read_track(write_gpx(tmp_path / "run.gpx", track))
    assert read.time_s == pytest.approx(track.time_s, abs=1e-3)
    assert read.lon == pytest.approx(track.lon, abs=1e-6)
    (tmp_path / "run.fit").write_bytes(to_course(made))
    course = read_track(tmp_path / "run.fit")
    assert course.lat[[0, -1]] == pytest.approx(made.track["lat"].iloc[[0, -1]].to_numpy(), abs=1e-5)
    assert course.time_s[-1] - course.time_s[0] == pytest.approx(made.figures["duration_s"], rel=0.05)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("run.gpx", b"<gpx", "no GPX"),
        ("run.gpx", b'<!DOCTYPE gpx [<!ENTITY a "b">]><gpx version="1.1"/>', "document type"),
        ("run.gpx", b'<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"/>', "no two points"),
        ("run.fit", b"\x0e\x10\xd9\x07\xff\xff\xff\xff.FIT", "FIT"),
        ("run.tcx", b"", "export it as one"),
    ],
)
def test_a_file_that_is_no_run_is_refused_in_a_line(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInput, match=said) as error:
        read_track(tmp_path / name)
    assert "\n" not in str(error.value)


# The command

TOWN = 'n1 0 0\nn2 300 0\nw1 n1,n2 highway=footway surface=asphalt width=4 name="The Walk"\n'


def test_a_plan_is_run_and_the_next_plan_knows_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    extract = write_town(tmp_path / "town.osm", TOWN)
    lon, lat = lonlat(0, 0)
    plan = ["plan", "-q", f"{lat:.7f},{lon:.7f}", "--osm", str(extract), "--diary", "runs.jsonl", "-o", "run.geojson"]
    assert main([*plan, "--week", "2"]) == 0
    (planned,) = read_diary(tmp_path / "runs.jsonl")
    track = run_through(planned.sections)
    write_gpx(tmp_path / "run.gpx", track)
    assert main(["log", "run.gpx", "--diary", "runs.jsonl"]) == 0
    assert "done in full" in capsys.readouterr().out
    assert main(["log", "run.gpx", "--diary", "runs.jsonl"]) == 2
    assert "in the diary already" in capsys.readouterr().err
    assert main(["log", "--diary", "runs.jsonl"]) == 0
    assert "Next of beginner: week 2." in capsys.readouterr().out
    assert main(plan) == 0
    assert read_diary(tmp_path / "runs.jsonl")[-1].week == 2


def run_through(sections: tuple[DiarySection, ...]) -> Track:
    """Return a track of today that walks to the start of each section and runs it."""
    now = dt.datetime.now(dt.UTC).timestamp()
    at, points = 0.0, []
    for section in sections:
        for place, seconds in ((section.end, 60.0), (section.start, 60.0), (section.end, section.seconds)):
            at += seconds
            points.append((at, *place))
    knots = np.array(points)
    time_s = np.arange(knots[0, 0], knots[-1, 0] + 1)
    return Track(now + time_s, *(np.interp(time_s, knots[:, 0], knots[:, i]) for i in (1, 2)))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "no diary is named"),
        (["--done", "--diary", "none.jsonl"], "nothing is planned"),
        (["a.gpx", "--done", "--diary", "none.jsonl"], "leave out one"),
    ],
)
def test_log_says_in_a_line_what_is_missing(tmp_path, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(tmp_path)
    assert main(["log", *arguments]) == 2
    assert said in capsys.readouterr().err
