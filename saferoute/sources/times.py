"""Parsing of times as people write them: a day, an hour, or both."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from saferoute.model import InvalidInput

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NOON = dt.time(12)
"""Hour of a day that is named alone: light, and busier than most, so that nothing looks quieter than it is [J]."""

_NOW = "now"
_AHEAD = {"today": 0, "tomorrow": 1}
_SHORT = {"thurs": 3, "tues": 1}
"""Shortened names of weekdays that are not their beginnings."""
_CLOCK = r"(?:(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2}))?\s*(?P<half>[ap]\.?m\.?)?|(?P<noon>noon))"
_DAY = r"(?P<day>[a-z]{2,9}|\d{4}-\d{2}-\d{2})"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE | re.ASCII)
    # The hour first: noon is no day.
    for form in (_CLOCK, _DAY, rf"{_DAY}[\s,]+(?:at\s+)?{_CLOCK}", rf"(?:at\s+)?{_CLOCK}[\s,]+(?:on\s+)?{_DAY}")
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE)
_YEARS = range(1970, 2101)
_LONGEST = 60


@dataclass(frozen=True)
class SaidTime:
    """What a text says of a time; what it does not say is None.

    Attributes
    ----------
    moment : datetime or None
        Date and hour of ISO 8601, with an offset if one is written. The rest is None then.
    is_now : bool
    weekday : int or None
        0 = Monday.
    date : date or None
    days_ahead : int or None
        0 = today, 1 = tomorrow.
    clock : time or None
    """

    moment: dt.datetime | None = None
    is_now: bool = False
    weekday: int | None = None
    date: dt.date | None = None
    days_ahead: int | None = None
    clock: dt.time | None = None

    def to_local(self, here: dt.datetime) -> dt.datetime:
        """Return the local time, without a zone, that is meant if it is now `here`.

        An hour that has passed today means the next day, or the next week if a weekday
        is named. A day alone means its noon.
        """
        now = here.replace(tzinfo=None, second=0, microsecond=0)
        if self.is_now:
            return here.replace(tzinfo=None, microsecond=0)
        if self.moment is not None:
            has_offset = self.moment.tzinfo is not None
            return self.moment.astimezone(here.tzinfo).replace(tzinfo=None) if has_offset else self.moment
        date = now.date() if self.date is None else self.date
        if self.weekday is not None:
            date += dt.timedelta(days=(self.weekday - date.weekday()) % 7)
        at = dt.datetime.combine(date + dt.timedelta(days=self.days_ahead or 0), self.clock or NOON)
        if self.clock is not None and self.date is None and self.days_ahead is None and at < now:
            at += dt.timedelta(days=1 if self.weekday is None else 7)
        return at


def read_time(text: str) -> SaidTime:
    """Return what a text says of a time.

    Parameters
    ----------
    text : str
        ``now``; an hour, ``07:00``, ``7am``, ``7:00 PM`` or ``noon``; a day, ``sat``,
        ``tomorrow`` or ``2026-06-20``; both, in either order; or ISO 8601,
        ``2026-06-20T07:00``, with an offset or not. A number alone is no hour.

    Raises
    ------
    InvalidInput
        If the text is none of these, or names no day or hour that there is.

    Examples
    --------
    >>> read_time("Sat 7pm").weekday, read_time("Sat 7pm").clock, read_time("tomorrow").days_ahead
    (5, datetime.time(19, 0), 1)
    """
    words = text.strip()
    if words.lower() == _NOW:
        return SaidTime(is_now=True)
    if _ISO.fullmatch(words):
        return SaidTime(moment=_read_iso(words, text))
    match = next((m for form in _FORMS if len(words) <= _LONGEST and (m := form.fullmatch(words))), None)
    if match is None:
        raise _unreadable(text)
    parts = match.groupdict()
    said = _read_day(parts["day"], text) if parts.get("day") else SaidTime()
    if "hour" not in parts:
        return said
    clock = _read_clock(parts)
    is_number_alone = said == SaidTime() and not (parts["minute"] or parts["half"] or parts["noon"])
    if clock is None or is_number_alone:
        raise _unreadable(text)
    return SaidTime(weekday=said.weekday, date=said.date, days_ahead=said.days_ahead, clock=clock)


def _read_iso(words: str, text: str) -> dt.datetime:
    try:
        at = dt.datetime.fromisoformat(words)
    except ValueError as error:
        raise _unreadable(text) from error
    _check_year(at.date(), text)
    return at


def _check_year(date: dt.date, text: str) -> None:
    if date.year not in _YEARS:
        raise InvalidInput(f"time {text!r}: the year must lie within {_YEARS[0]} to {_YEARS[-1]}")


def _read_day(word: str, text: str) -> SaidTime:
    """Return the day that a word or a date names."""
    lower = word.lower()
    if lower in _AHEAD:
        return SaidTime(days_ahead=_AHEAD[lower])
    if word[0].isdigit():
        try:
            date = dt.date.fromisoformat(word)
        except ValueError as error:
            raise _unreadable(text) from error
        _check_year(date, text)
        return SaidTime(date=date)
    named = [number for number, name in enumerate(DAYS) if name.startswith(lower)]
    weekday = named[0] if len(named) == 1 else _SHORT.get(lower)
    if weekday is None:
        raise _unreadable(text)
    return SaidTime(weekday=weekday)


def _read_clock(parts: dict[str, str | None]) -> dt.time | None:
    """Return the time of day, None if there is none such."""
    if parts["noon"]:
        return NOON
    hour, minute, half = int(parts["hour"] or 0), int(parts["minute"] or 0), (parts["half"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    return dt.time(hour, minute) if hour <= 23 and minute <= 59 else None


def _unreadable(text: str) -> InvalidInput:
    return InvalidInput(
        f"time {text[:40]!r}: write a day and an hour as in 'sat 07:00' or 'tomorrow 7pm', an hour as in 07:00 or 7am, "
        "a date as in 2026-06-20T07:00, a day alone (its noon), or now"
    )
