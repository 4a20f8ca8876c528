"""A runner's diary: sessions that were planned, and what was run of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from saferoute.arrays import FloatArray

PLANNED, DONE = "planned", "done"


@dataclass(frozen=True)
class DiarySection:
    """A backward section, as planned or as run."""

    start: tuple[float, float]
    """Longitude and latitude in degrees."""
    end: tuple[float, float]
    seconds: float
    metres: float
    bearing_deg: float
    """Direction of travel from north."""
    at: str = ""
    """Time of day when it began, as HH:MM:SS in UTC; ``""`` = planned only."""


@dataclass(frozen=True)
class DiaryEntry:
    """A session that was planned or done."""

    kind: str
    """`PLANNED` or `DONE`."""
    day: dt.date
    level: str
    week: int
    sections: tuple[DiarySection, ...] = ()
    whole: bool = True
    """Whether all planned sections were run; of what is planned, True."""


@dataclass(frozen=True)
class Track:
    """A recorded run, in order of time.

    Attributes
    ----------
    time_s : ndarray of shape (n,)
        Seconds since 1970-01-01 UTC.
    lon, lat : ndarray of shape (n,)
        Degrees.
    """

    time_s: FloatArray
    lon: FloatArray
    lat: FloatArray
