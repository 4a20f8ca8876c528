"""The diary's file: JSON lines, an entry each, which are only ever added to."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
from typing import TYPE_CHECKING, Any

from saferoute.model import InvalidInput
from saferoute.model.diary import DONE, PLANNED, DiaryEntry, DiarySection

if TYPE_CHECKING:
    from pathlib import Path

MARK, VERSION = "saferoute_diary", 1
"""Member of each line that tells what it is, and the version that is read."""
LARGEST_BYTES = 20_000_000
"""Of a file; three sessions a week write some 300 kB a year."""
_MOST_SECTIONS, _LAST_WEEK = 100, 52
_LONGEST_NAME = 80


def read_diary(path: Path) -> tuple[DiaryEntry, ...]:
    """Return the entries of a diary in the order of their days; none where there is no file yet.

    Raises
    ------
    InvalidInput
        If the file cannot be read, or a line is no entry. The message names the line.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise InvalidInput(f"diary {path}: larger than {LARGEST_BYTES // 1_000_000} MB; name another file")
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"diary {path}: cannot be read ({error}); name a file of JSON lines") from error
    entries = [_read_line(line, f"diary {path}, line {n}") for n, line in enumerate(lines, 1) if line.strip()]
    return tuple(sorted(entries, key=lambda entry: entry.day))


def append_entry(path: Path, entry: DiaryEntry) -> None:
    """Add an entry at the end of a diary; what stands in it stays as it is.

    Raises
    ------
    InvalidInput
        If the file cannot be written.
    """
    content = {MARK: VERSION, **dataclasses.asdict(entry), "day": entry.day.isoformat()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+") as file:
            # A line that a crash cut off must not swallow the next one.
            size = file.seek(0, 2)
            file.seek(max(size - 1, 0))
            break_first = b"\n" if size and file.read(1) != b"\n" else b""
            file.write(break_first + json.dumps(content, ensure_ascii=False).encode() + b"\n")
    except OSError as error:
        raise InvalidInput(f"diary {path}: cannot be written ({error}); name another file") from error


def _read_line(line: str, where: str) -> DiaryEntry:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{where}: no JSON; mend the line or delete it") from error
    try:
        return _parse_entry(content)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise InvalidInput(f"{where}: no entry of a diary ({error}); mend the line or delete it") from error


def _parse_entry(content: Any) -> DiaryEntry:
    """Return an entry; everything that is not as it should be raises."""
    if content[MARK] != VERSION:
        raise ValueError(f"version {content[MARK]!r}, {VERSION} is read")
    kind, week, level, whole = (content[name] for name in ("kind", "week", "level", "whole"))
    if kind not in (PLANNED, DONE):
        raise ValueError(f"kind {kind!r}: {PLANNED} or {DONE}")
    if type(week) is not int or not 1 <= week <= _LAST_WEEK:
        raise ValueError(f"week {week!r}: 1 to {_LAST_WEEK}")
    if not isinstance(level, str) or not 0 < len(level) <= _LONGEST_NAME or type(whole) is not bool:
        raise ValueError("level is a name, whole is true or false")
    sections = content["sections"]
    if not isinstance(sections, list) or len(sections) > _MOST_SECTIONS:
        raise ValueError(f"sections: a list of at most {_MOST_SECTIONS}")
    day = dt.date.fromisoformat(content["day"])
    return DiaryEntry(kind, day, level, week, tuple(_parse_section(section) for section in sections), whole)


def _parse_section(section: Any) -> DiarySection:
    start, end = (_parse_position(section[name]) for name in ("start", "end"))
    seconds, metres, bearing = (float(section[name]) for name in ("seconds", "metres", "bearing_deg"))
    at = section["at"]
    if not all(map(math.isfinite, (seconds, metres, bearing))) or not 0 < seconds < 86_400 or metres <= 0:
        raise ValueError("seconds, metres and bearing_deg are positive numbers")
    if not isinstance(at, str) or (at and dt.time.fromisoformat(at) is None):
        raise ValueError("at is a time of day")
    return DiarySection(start, end, seconds, metres, bearing, at)


def _parse_position(value: Any) -> tuple[float, float]:
    lon, lat = map(float, value)
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        raise ValueError(f"position {value!r}: longitude and latitude in degrees")
    return lon, lat
