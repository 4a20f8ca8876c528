"""FIT files are read by Garmin's own decoder: a course that can be followed, a workout that counts."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from browser import plan_with_some_heights
from strangers import HOSTILE, hostile_session, id_of

from saferoute.exports.fit import to_course, to_workout
from saferoute.model import InvalidInput

sdk = pytest.importorskip("garmin_fit_sdk", reason="garmin-fit-sdk is not installed")

SEMICIRCLE = 180 / 2**31


def decoded(data):
    stream = sdk.Stream.from_byte_array(bytearray(data))
    decoder = sdk.Decoder(stream)
    assert decoder.is_fit()
    assert decoder.check_integrity()
    messages, errors = sdk.Decoder(sdk.Stream.from_byte_array(bytearray(data))).read()
    assert errors == []
    return messages


@pytest.fixture(scope="module")
def course(made):
    return decoded(to_course(made))


@pytest.fixture(scope="module")
def workout(made):
    return decoded(to_workout(made))


def test_course_follows_the_track(course, made):
    assert course["file_id_mesgs"][0]["type"] == "course"
    records = course["record_mesgs"]
    at = np.array([[r["position_long"], r["position_lat"]] for r in records]) * SEMICIRCLE
    track = made.track[["lon", "lat"]].to_numpy()
    nearest = np.abs(at[:, None] - track[None]).sum(axis=2).min(axis=1)
    assert nearest.max() < 1e-5
    assert records[-1]["distance"] == pytest.approx(made.figures["length_m"], abs=0.1)
    assert course["lap_mesgs"][0]["total_distance"] == pytest.approx(made.figures["length_m"], abs=0.1)


def test_times_and_distances_grow(course):
    times = [r["timestamp"] for r in course["record_mesgs"]]
    assert times == sorted(set(times))
    assert (np.diff([r["distance"] for r in course["record_mesgs"]]) >= 0).all()


def test_heights_are_left_out_where_unknown(course):
    known = ["altitude" in r or "enhanced_altitude" in r for r in course["record_mesgs"]]
    assert 0 < sum(known) < len(known)


def test_course_points_stand_at_starts_and_ends_of_sections(course, made):
    points = course["course_point_mesgs"]
    assert "OpenStreetMap contributors, ODbL" in course["file_id_mesgs"][0]["product_name"]
    assert [p["type"] for p in points] == ["segment_start", "segment_end"] * len(made.sections)
    ends = [m for row in made.sections.itertuples() for m in (row.start_m, row.start_m + row.length_m)]
    assert [p["distance"] for p in points] == pytest.approx(ends, abs=0.02)
    starts = [p["name"] for p in points[::2]]
    for name, row in zip(starts, made.sections.itertuples(), strict=True):
        assert name == f"BACK {row.section} {row.duration_s:.0f}s"
        assert len(name) <= 15
    lines = made.sections.to_crs("EPSG:4326").geometry
    at = np.array([[p["position_long"], p["position_lat"]] for p in points]) * SEMICIRCLE
    assert at == pytest.approx(np.array([c for g in lines for c in (g.coords[0], g.coords[-1])]), abs=1e-6)
    times = {r["timestamp"] for r in course["record_mesgs"]}
    assert {p["timestamp"] for p in points} <= times


def test_files_are_told_apart_by_name_number_and_time(made):
    before = dataclasses.replace(made, wish=dataclasses.replace(made.wish, week=made.wish.week - 1))
    others = [made, before, run_at(made, "2026-10-03T07:00"), run_at(made, "2026-10-04T07:00")]
    read = [decoded(to_course(other)) for other in others]
    ids = [(m["file_id_mesgs"][0]["serial_number"], m["file_id_mesgs"][0]["time_created"]) for m in read]
    assert len(set(ids)) == len(ids)
    names = [m["course_mesgs"][0]["name"] for m in read]
    assert len(set(names)) == len(names)
    assert f"w{made.wish.week} 2026-10-04" in names[-1]
    assert ids[-1][1].isoformat() == "2026-10-04T07:00:00+00:00"
    assert to_course(made) == to_course(made)


def run_at(made, hour):
    profile = dataclasses.replace(made.ranking.profile, at=hour)
    return dataclasses.replace(made, ranking=dataclasses.replace(made.ranking, profile=profile))


def unrolled(steps):
    """Return the steps as a watch goes through them."""
    out = []
    for step in steps:
        if step["duration_type"] == "repeat_until_steps_cmplt":
            out += out[step["duration_step"] - len(out) :] * (step["repeat_steps"] - 1)
        else:
            out.append(step)
    return out


def test_workout_counts_what_the_session_asks(workout, made):
    steps = workout["workout_step_mesgs"]
    assert workout["workout_mesgs"][0]["num_valid_steps"] == len(steps)
    assert "ODbL" in workout["workout_mesgs"][0]["wkt_description"]
    assert [s["message_index"] for s in steps] == list(range(len(steps)))
    todo = unrolled(steps)
    assert len(todo) == len(made.steps)
    for step, row in zip(todo, made.steps.itertuples(), strict=True):
        if row.kind == "look":
            assert step["duration_type"] == "open"
        elif row.kind in {"warm-up", "run on", "cool-down"}:
            assert step["duration_distance"] == pytest.approx(row.distance_m, abs=0.01)
        else:
            assert step["duration_time"] == pytest.approx(row.duration_s, abs=0.001)


def test_sections_on_one_stretch_are_repeated_and_named(ranking):
    made = plan_with_some_heights(dataclasses.replace(ranking, stretches=ranking.stretches.iloc[:1]))
    workout = decoded(to_workout(made))
    repeats = [s for s in workout["workout_step_mesgs"] if s["duration_type"] == "repeat_until_steps_cmplt"]
    assert len(made.sections) == 4
    assert [r["repeat_steps"] for r in repeats] == [3]
    backward = [s for s in unrolled(workout["workout_step_mesgs"]) if s["wkt_step_name"].startswith("BACKWARD")]
    assert [s["wkt_step_name"] for s in backward] == [f"BACKWARD {s:.0f} s" for s in made.sections["duration_s"]]


def test_a_session_without_steps_is_refused(made):
    nothing = dataclasses.replace(made, steps=made.steps.iloc[:0])
    for write in (to_course, to_workout):
        with pytest.raises(InvalidInput, match="no FIT file"):
            write(nothing)


@pytest.mark.parametrize("text", HOSTILE, ids=id_of)
def test_hostile_text_is_short_and_ascii(made, text):
    session = hostile_session(made, text)
    for messages in (decoded(to_course(session)), decoded(to_workout(session))):
        for kind in messages.values():
            for message in kind:
                for value in message.values():
                    if isinstance(value, str):
                        assert value.isascii()
                        assert value.isprintable()
                        assert len(value) <= 200
