"""Places, the areas around them, and moments in local time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import datetime as dt


WGS84 = "EPSG:4326"
"""Longitude and latitude in degrees."""


@dataclass(frozen=True)
class Place:
    """A named point on the earth."""

    name: str
    lon: float
    """Degrees east, WGS 84."""
    lat: float
    """Degrees north, WGS 84."""
    others: tuple[str, ...] = ()
    """Other places that match the name, which the user is told of."""
    zone: str | None = None
    """Name of the time zone, as in ``Europe/Vaduz``; None until it is looked up."""
    reach_m: float = 0.0
    """How far the ground that has this name reaches, such as that of a park; 0 for points, streets and towns."""


@dataclass(frozen=True)
class Area:
    """A circle around a place, or a rectangle within it, with the metric CRS for all lengths."""

    place: Place
    radius_m: float
    crs: str
    """A UTM zone (near the poles a stereographic projection) as ``EPSG:…``; lengths are right to 0.1 %."""
    half_m: tuple[float, float] | None = None
    """Half the width and half the height of the rectangle, along the axes of `crs`; None for the circle."""


@dataclass(frozen=True)
class Moment:
    """An hour at a place, and the light of that day."""

    local: dt.datetime
    """Local time at the place, without a zone."""
    zone: str
    """Name of the time zone, as in ``Europe/Helsinki``."""
    lon: float
    """Degrees east, WGS 84."""
    lat: float
    """Degrees north, WGS 84, from which the season follows."""
    dark: bool
    """Whether the sun is more than 6° below the horizon, where civil twilight ends."""
    light: tuple[bool, ...]
    """For each hour of the date, from 0 to 23, whether all of it is light."""
    sunrise: dt.datetime | None
    """Local time; None if the sun does not rise on the date."""
    sunset: dt.datetime | None
    """Local time; None if the sun does not set on the date."""
    country: str | None = None
    """ISO 3166 code of the country whose holidays are kept; None = to be found from the coordinates."""

    @property
    def aware(self) -> dt.datetime:
        """The time with its zone."""
        return self.local.replace(tzinfo=ZoneInfo(self.zone))

    @property
    def hour_of_week(self) -> int:
        """Whole hours since Monday 0:00, 0 to 167."""
        return self.local.weekday() * 24 + self.local.hour

    def __str__(self) -> str:
        """Return weekday, date, time and zone as text."""
        return f"{self.local:%a %Y-%m-%d %H:%M} ({self.zone})"
