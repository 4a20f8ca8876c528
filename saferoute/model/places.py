"""Places, the areas around them, and hours there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt


WGS84 = "EPSG:4326"


@dataclass(frozen=True)
class Place:
    """A named point."""

    name: str
    lon: float
    """Degrees east, WGS 84."""
    lat: float
    """Degrees north, WGS 84."""
    others: tuple[str, ...] = ()
    """Further matches of the same name, for the user to be told of."""
    zone: str | None = None
    """Its time zone, as in ``Europe/Vaduz``; None = nobody has looked yet."""


@dataclass(frozen=True)
class Area:
    """A circle around a place or a rectangle within it, and the metric CRS in which all lengths are taken."""

    place: Place
    radius_m: float
    crs: str
    """A UTM zone (or a polar stereographic), as ``EPSG:…``: metres to 0.1 %."""
    half_m: tuple[float, float] | None = None
    """Half the width and half the height of the rectangle, along the axes of `crs`; None = the circle itself."""


@dataclass(frozen=True)
class Moment:
    """An hour at a place, and the light of that day."""

    local: dt.datetime
    """Wall time of the place, without a zone."""
    zone: str
    """Name of the time zone, as in ``Europe/Helsinki``."""
    lat: float
    """Degrees north, WGS 84: the seasons' side."""
    dark: bool
    """The sun is more than 6° below the horizon: the end of civil twilight."""
    light: tuple[bool, ...]
    """Of each hour of that date, from 0 to 23, whether it is light all through."""
    sunrise: dt.datetime | None
    """Wall time; None where the sun does not rise on that date."""
    sunset: dt.datetime | None

    @property
    def hour_of_week(self) -> int:
        """Hours since Monday 0:00."""
        return self.local.weekday() * 24 + self.local.hour

    def __str__(self) -> str:
        """Return the moment as people write it."""
        return f"{self.local:%a %Y-%m-%d %H:%M} ({self.zone})"
