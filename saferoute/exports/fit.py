"""FIT for watches: the way as a course, and the steps as a workout.

A course (``run.fit``) is followed on the map; a workout (``run.workout.fit``)
counts the seconds. Both are copied to ``GARMIN/NewFiles``.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from saferoute.model import InvalidInput
from saferoute.report.text import sanitize_text
from saferoute.report.timetable import describe_step
from saferoute.sources import clock

if TYPE_CHECKING:
    import pandas as pd

    from saferoute.model import Session

START_MS = 1_577_836_800_000
"""1 January 2020, 00:00 UTC in ms: where no hour was asked for, times begin within a year of it."""
_NAME, _TEXT = 40, 200
"""Characters of names and of texts; a FIT string has at most 255 bytes."""
_PLACE = 18
"""Characters of the place in a name: behind them stand the week and the day, which tell courses apart."""
_YEAR_S = 365 * 24 * 3600


@dataclass(frozen=True)
class _Identity:
    """What tells a file from all others: some devices keep only one of those that share it.

    Attributes
    ----------
    name : str
    serial : int
        Of 32 bits, the same for the same session.
    start_ms : int
        When it begins, in ms since 1970: at the hour asked for, as if the local time were UTC.
    """

    name: str
    serial: int
    start_ms: int


def _identify(session: Session) -> _Identity:
    """Return name, serial number and time of a session."""
    ranking, steps = session.ranking, session.steps
    told = f"{ranking.place.lat:.6f},{ranking.place.lon:.6f};{ranking.profile.name};{session.wish};"
    told += steps[["kind", "stretch", "start_s", "start_m"]].round(1).to_csv(index=False)
    serial = zlib.crc32(told.encode(errors="backslashreplace"))
    place = to_ascii(ranking.place.name, _PLACE)
    parts = [place, f"w{session.wish.week}"]
    start_ms = START_MS + 1000 * (serial % _YEAR_S)
    if ranking.profile.at:
        local = clock.parse_moment(ranking.profile.at, ranking.place).local
        parts.append(f"{local:%Y-%m-%d}")
        start_ms = round(local.replace(tzinfo=dt.UTC).timestamp()) * 1000
    return _Identity(to_ascii(" ".join([*parts, ranking.profile.name]), _NAME), max(serial, 1), start_ms)


def to_course(session: Session) -> bytes:
    """Return the whole way as a FIT course, with a point at each section's start and end.

    Times go by whole seconds and always grow, so that points nearer than a
    second to the one before are left out. The file's product names the sources
    of the data: a course has no other place for them.
    """
    from fit_tool.profile.messages.course_message import CourseMessage
    from fit_tool.profile.profile_type import FileType, Sport

    _require_steps(session)
    course = CourseMessage()
    identity = _identify(session)
    course.course_name = identity.name
    course.sport = Sport.RUNNING
    kept = _thin_track(session.track, identity.start_ms)
    messages = [
        _build_file_id(session, identity, FileType.COURSE),
        course,
        _build_lap(session, kept),
        _build_timer_event(identity.start_ms, started=True),
    ]
    messages += [_build_record(row) for row in kept.itertuples()]
    messages += _build_course_points(session, identity.start_ms)
    messages.append(_build_timer_event(int(kept["time_ms"].iloc[-1]), started=False))
    return _build_file(messages)


def to_workout(session: Session) -> bytes:
    """Return the steps as a FIT workout: distances forwards, seconds backwards, a button after each look."""
    from fit_tool.profile.messages.workout_message import WorkoutMessage
    from fit_tool.profile.profile_type import FileType, Sport

    _require_steps(session)
    steps = _build_workout_steps(session)
    workout = WorkoutMessage()
    identity = _identify(session)
    workout.workout_name = identity.name
    workout.workout_description = to_ascii("; ".join(session.ranking.attribution), _TEXT)
    workout.sport = Sport.RUNNING
    workout.num_valid_steps = len(steps)
    for index, step in enumerate(steps):
        step.message_index = index
    return _build_file([_build_file_id(session, identity, FileType.WORKOUT), workout, *steps])


def to_ascii(text: str, longest: int) -> str:
    """Return text in the characters that every watch can show.

    Examples
    --------
    >>> to_ascii("© Töölön lahti – 東", 30)
    '(c) Toolon lahti -'
    """
    text = (
        sanitize_text(text, 10 * longest).replace("©", "(c)").replace("–", "-").replace("…", "...").replace("ß", "ss")
    )
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(letters.split())[:longest].strip()


def _require_steps(session: Session) -> None:
    if not len(session.steps):
        raise InvalidInput("a session without steps makes no FIT file; plan from another place")


def _build_file(messages: list[Any]) -> bytes:
    from fit_tool import FitFileBuilder

    builder = FitFileBuilder(auto_define=True)
    builder.add_all(messages)
    return bytes(builder.build().to_bytes())


def _build_file_id(session: Session, identity: _Identity, kind: Any) -> Any:
    from fit_tool.profile.messages.file_id_message import FileIdMessage
    from fit_tool.profile.profile_type import Manufacturer

    message = FileIdMessage()
    message.type = kind
    message.manufacturer = Manufacturer.DEVELOPMENT.value
    message.product = 1
    message.product_name = to_ascii(f"saferoute. {'; '.join(session.ranking.attribution)}", _TEXT)
    message.serial_number = identity.serial
    message.time_created = identity.start_ms
    return message


def _thin_track(track: pd.DataFrame, start_ms: int) -> pd.DataFrame:
    """Return the points a second apart, first and last of every step among them if they can be."""
    second = np.round(track["time_s"].to_numpy()).astype(np.int64)
    edge = (track["step"].diff().ne(0) | track["step"].diff(-1).ne(0)).to_numpy()
    # Of the points of one second an end of a step is kept, else the first.
    order = np.lexsort((np.arange(len(track)), ~edge, second))
    first = np.r_[True, np.diff(second[order]) > 0]
    rows = np.sort(order[first])
    return track.iloc[rows].assign(time_ms=start_ms + 1000 * second[rows]).reset_index(drop=True)


def _build_record(row: Any) -> Any:
    from fit_tool.profile.messages.record_message import RecordMessage

    message = RecordMessage()
    message.timestamp = int(row.time_ms)
    message.position_lat = float(row.lat)
    message.position_long = float(row.lon)
    message.distance = float(row.distance_m)
    if np.isfinite(row.elevation_m):
        message.altitude = float(row.elevation_m)
    return message


def _build_lap(session: Session, kept: pd.DataFrame) -> Any:
    from fit_tool.profile.messages.lap_message import LapMessage

    first, last = kept.iloc[0], kept.iloc[-1]
    message = LapMessage()
    message.timestamp = int(last.time_ms)
    message.start_time = int(first.time_ms)
    message.start_position_lat, message.start_position_long = float(first.lat), float(first.lon)
    message.end_position_lat, message.end_position_long = float(last.lat), float(last.lon)
    message.total_elapsed_time = message.total_timer_time = session.figures["duration_s"]
    message.total_distance = session.figures["length_m"]
    return message


def _build_timer_event(time_ms: int, *, started: bool) -> Any:
    from fit_tool.profile.messages.event_message import EventMessage
    from fit_tool.profile.profile_type import Event, EventType

    message = EventMessage()
    message.event = Event.TIMER
    message.event_type = EventType.START if started else EventType.STOP_DISABLE_ALL
    message.timestamp = time_ms
    return message


def _build_course_points(session: Session, start_ms: int) -> list[Any]:
    from fit_tool.profile.profile_type import CoursePoint

    steps, track = session.steps, session.track
    points: list[Any] = []
    for row in steps[steps["kind"] == "backward"].to_dict("records"):
        part = track[track["step"] == row["step"]]
        # Watches show the first 10 to 15 characters.
        start = f"BACK {row['section']} {row['duration_s']:.0f}s"
        points.append(_build_course_point(part.iloc[0], start, start_ms, CoursePoint.SEGMENT_START))
        points.append(_build_course_point(part.iloc[-1], f"END {row['section']}", start_ms, CoursePoint.SEGMENT_END))
    for index, point in enumerate(points):
        point.message_index = index
    return points


def _build_course_point(row: Any, name: str, start_ms: int, kind: Any) -> Any:
    from fit_tool.profile.messages.course_point_message import CoursePointMessage

    message = CoursePointMessage()
    message.timestamp = start_ms + 1000 * round(row.time_s)
    message.position_lat, message.position_long = float(row.lat), float(row.lon)
    message.distance = float(row.distance_m)
    message.course_point_name = name
    message.type = kind
    return message


def _build_workout_steps(session: Session) -> list[Any]:
    """Return the workout's steps; equal pairs of a section and the way back are one pair, repeated."""
    rows = session.steps.to_dict("records")
    steps: list[Any] = []
    i = 0
    while i < len(rows):
        times = 0
        while _is_section_with_return(rows, i + 2 * times) and rows[i + 2 * times]["stretch"] == rows[i]["stretch"]:
            times += 1
        if times > 1:
            first = len(steps)
            steps += [_build_workout_step(rows[i]), _build_workout_step(rows[i + 1]), _build_repeat_step(first, times)]
            i += 2 * times
        else:
            steps.append(_build_workout_step(rows[i]))
            i += 1
    return steps


def _is_section_with_return(rows: list[dict[Any, Any]], i: int) -> bool:
    return i + 1 < len(rows) and rows[i]["kind"] == "backward" and rows[i + 1]["kind"] == "back"


def _build_workout_step(row: dict[Any, Any]) -> Any:
    from fit_tool.profile.messages.workout_step_message import WorkoutStepMessage
    from fit_tool.profile.profile_type import Intensity, WorkoutStepDuration, WorkoutStepTarget

    kind = row["kind"]
    names = {"look": "LOOK, then LAP", "back": "Back to start", "backward": f"BACKWARD {row['duration_s']:.0f} s"}
    message = WorkoutStepMessage()
    message.workout_step_name = names.get(kind, kind.capitalize())
    message.notes = to_ascii(describe_step(row), _TEXT)
    message.target_type = WorkoutStepTarget.OPEN
    message.target_value = 0
    message.intensity = {
        "warm-up": Intensity.WARMUP, "cool-down": Intensity.COOLDOWN, "back": Intensity.RECOVERY,
        "recover": Intensity.REST, "look": Intensity.RECOVERY,
    }.get(kind, Intensity.ACTIVE)  # fmt: skip
    if kind == "look":
        message.duration_type = WorkoutStepDuration.OPEN
        message.duration_value = 0
    elif kind in ("warm-up", "run on", "cool-down"):
        message.duration_type = WorkoutStepDuration.DISTANCE
        message.duration_distance = float(row["distance_m"])
    else:
        message.duration_type = WorkoutStepDuration.TIME
        message.duration_time = float(row["duration_s"])
    return message


def _build_repeat_step(first: int, times: int) -> Any:
    from fit_tool.profile.messages.workout_step_message import WorkoutStepMessage
    from fit_tool.profile.profile_type import WorkoutStepDuration

    message = WorkoutStepMessage()
    message.workout_step_name = "Repeat"
    message.duration_type = WorkoutStepDuration.REPEAT_UNTIL_STEPS_CMPLT
    message.duration_step = first
    message.target_repeat_steps = times
    return message
