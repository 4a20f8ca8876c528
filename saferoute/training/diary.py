"""What a diary tells: which planned sections a track ran, and which week comes next."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from saferoute.model import WGS84
from saferoute.model.diary import DONE, PLANNED, DiaryEntry, DiarySection
from saferoute.training._levels import LAST_WEEK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.model import Session
    from saferoute.model.diary import Track

BESIDE_M = 15.0
"""A track this near to a section's line may have run it [J]: twice what a watch errs by."""
LEAST_SHARE = 0.6
"""Less of a section's length is no section [J]: it was broken off, or somebody passed by."""
_SPEED = (0.5, 1.35)
"""Shares of the planned speed: who is slower walks about, who is faster runs forwards [J]."""
_WALK_M_S, _BEFORE_S, _WARM_UP_S = 1.8, 10, 60
"""A section begins from a brisk walk or less, on the mean of so many seconds, and not
in the first seconds of a recording: one warms up first [J]."""
_SMOOTH_S, _GAP_S, _LOST_S = 2, 3, 10.0
"""Seconds to either side over which speed is measured, that a section may hold without
motion, and without a point [J]."""
WEEK_DAYS, PAUSE_DAYS = 7, 21
"""A week is that long, and a pause after which one begins a week lower [J]."""
MATCH_DAYS = 14
"""A plan is run within so many days [J]."""
_EARTH_M = 6_371_000.0


def record_plan(session: Session, day: dt.date) -> DiaryEntry:
    """Return the entry of a session that is planned."""
    lines = session.sections.to_crs(WGS84).geometry
    sections = [
        DiarySection(
            start=_round_position(line.coords[0]),
            end=_round_position(line.coords[-1]),
            seconds=round(float(row["duration_s"]), 1),
            metres=round(float(row["length_m"]), 1),
            bearing_deg=round(float(row["bearing_deg"]), 1),
        )
        for line, row in zip(lines, session.sections.to_dict("records"), strict=True)
    ]
    return DiaryEntry(PLANNED, day, session.ranking.profile.name, session.wish.week, tuple(sections))


def record_run(track: Track, entries: Sequence[DiaryEntry]) -> DiaryEntry | None:
    """Return what a track ran of the plan that fits it best, None where no planned section was run.

    Parameters
    ----------
    track : Track
    entries : sequence of DiaryEntry
        Plans of the last `MATCH_DAYS` before the run count.
    """
    day = dt.datetime.fromtimestamp(track.time_s[0], dt.UTC).date()
    best: DiaryEntry | None = None
    for plan in entries:
        if plan.kind != PLANNED or not -1 <= (day - plan.day).days <= MATCH_DAYS:
            continue
        run = find_sections_run(track, plan.sections)
        if run and (best is None or len(run) >= len(best.sections)):
            whole = len(run) >= len(plan.sections)
            best = DiaryEntry(DONE, day, plan.level, plan.week, tuple(run), whole)
    return best


def find_sections_run(track: Track, planned: Sequence[DiarySection]) -> list[DiarySection]:
    """Return the backward sections that a track ran: by place, direction and speed, in order of time.

    Position alone cannot tell who runs backwards. It tells who begins at a walk
    or a stand, and then goes along a planned section in its direction and not
    much faster than planned; who runs forwards comes running.
    """
    found = {}
    for section in {(one.start, one.end): one for one in planned}.values():
        for run in _find_passes(track, section):
            found[run.at] = run
    return [found[at] for at in sorted(found)]


def _find_passes(track: Track, section: DiarySection) -> list[DiarySection]:
    """Return each time that a track goes along a section, in its direction and at its speed."""
    time_s = np.arange(np.ceil(track.time_s[0]), track.time_s[-1], 1.0)
    if len(time_s) <= 2 * _SMOOTH_S:
        return []
    lon, lat = (np.interp(time_s, track.time_s, values) for values in (track.lon, track.lat))
    after = np.searchsorted(track.time_s, time_s)
    lost = np.diff(track.time_s)[np.clip(after - 1, 0, len(track.time_s) - 2)] > _LOST_S
    along, across, length = _measure_along(lon, lat, section)
    speed, aside = _measure_speed(along), _measure_speed(across)
    pace = np.hypot(speed, aside)
    near = (np.abs(across) <= BESIDE_M) & (along >= -BESIDE_M) & (along <= length + BESIDE_M) & ~lost
    low, high = (share * section.metres / section.seconds for share in _SPEED)
    passes = []
    for first, last in _list_spells(near & (speed > low) & (speed <= high)):
        metres = float(along[last] - along[first])
        begins = first >= _WARM_UP_S and pace[first - _BEFORE_S : first].mean() <= _WALK_M_S
        if begins and metres >= LEAST_SHARE * length:
            moment = dt.datetime.fromtimestamp(time_s[first], dt.UTC)
            start, end = ((round(float(lon[i]), 6), round(float(lat[i]), 6)) for i in (first, last))
            seconds = float(time_s[last] - time_s[first])
            at = f"{moment:%H:%M:%S}"
            passes.append(DiarySection(start, end, seconds, round(metres, 1), section.bearing_deg, at))
    return passes


def _measure_speed(metres: FloatArray) -> FloatArray:
    """Return the speed at each second, in m/s, over some seconds to either side; 0 at both ends."""
    speed = np.zeros(len(metres))
    speed[_SMOOTH_S:-_SMOOTH_S] = (metres[2 * _SMOOTH_S :] - metres[: -2 * _SMOOTH_S]) / (2 * _SMOOTH_S)
    return speed


def _measure_along(lon: FloatArray, lat: FloatArray, section: DiarySection) -> tuple[FloatArray, FloatArray, float]:
    """Return how far along and beside a section's line points lie, and its length, in m.

    On a plane around its start: over some hundred metres that errs by millimetres.
    """
    lon0, lat0 = section.start
    x_m, y_m = _EARTH_M * np.radians(1) * np.cos(np.radians(lat0)), _EARTH_M * np.radians(1)
    dx, dy = (section.end[0] - lon0) * x_m, (section.end[1] - lat0) * y_m
    length = max(float(np.hypot(dx, dy)), 1.0)
    x, y = (lon - lon0) * x_m, (lat - lat0) * y_m
    return (x * dx + y * dy) / length, (y * dx - x * dy) / length, length


def _list_spells(mask: BoolArray) -> list[tuple[int, int]]:
    """Return first and last place of each spell of True; gaps of `_GAP_S` do not part one."""
    at = np.flatnonzero(mask)
    if not len(at):
        return []
    cut = np.flatnonzero(np.diff(at) > _GAP_S + 1)
    return list(zip(at[np.r_[0, cut + 1]].tolist(), at[np.r_[cut, len(at) - 1]].tolist(), strict=True))


def choose_next_week(entries: Sequence[DiaryEntry], level: str, today: dt.date) -> int:
    """Return the week of training that comes next at a level: one more only where the last was done in full.

    A week lasts at least seven days, and each pause of three weeks goes back by one.

    Examples
    --------
    >>> done = DiaryEntry(DONE, dt.date(2026, 10, 1), "beginner", 2)
    >>> [choose_next_week([done], "beginner", dt.date(2026, 10, day)) for day in (3, 8)]
    [2, 3]
    """
    done = [e for e in entries if e.kind == DONE and e.level == level and e.day <= today]
    if not done:
        return 1
    last = max(done, key=lambda e: (e.day, e.week))
    pause = (today - last.day).days // PAUSE_DAYS
    if pause:
        return max(last.week - pause, 1)
    whole = [e.day for e in done if e.week == last.week and e.whole]
    is_over = bool(whole) and (today - min(whole)).days >= WEEK_DAYS
    return min(last.week + is_over, LAST_WEEK)


def _round_position(point: Sequence[float]) -> tuple[float, float]:
    """Return longitude and latitude to the decimetre."""
    return round(float(point[0]), 6), round(float(point[1]), 6)
