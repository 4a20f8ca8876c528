"""Quantities in words, in the units that a reader knows: metric or imperial.

Every length, height, distance and pace that a person reads is formatted here; the
columns of files stay metric.
"""

from __future__ import annotations

import locale
import os
from dataclasses import dataclass

from saferoute.model import IMPERIAL, METRIC, InvalidInput

AUTO = "auto"
CHOICES = (METRIC, IMPERIAL, AUTO)
"""Words for units; ``auto`` is what the locale uses."""
_IMPERIAL_COUNTRIES = frozenset({"US", "LR", "MM", "GB"})
"""Countries that give distances on foot in miles (Unicode CLDR, ``measurementSystem`` US and UK)."""
_ROUND = (10, 20, 50, 100, 200, 500, 1000)
_MILE_M, _FOOT_M = 1609.344, 0.3048


@dataclass(frozen=True)
class Units:
    """A system of units, and how quantities read in it.

    Attributes
    ----------
    short_m, long_m : float
        Metres of the unit for lengths on the spot, and of that for ways.
    short, long : str
        Their signs.
    step : float
        Distances are rounded to so many short units.
    most_short : float
        From so many short units on, distances are told in the long one.
    small_m, small : float, str
        Metres of the unit for unevenness, and its sign.
    hundred_m, hundred : float, str
        Metres of the length for which numbers of things are told, and its words.
    """

    short_m: float
    long_m: float
    short: str
    long: str
    step: float
    most_short: float
    small_m: float
    small: str
    hundred_m: float
    hundred: str

    def format_length(self, metres: float, digits: int = 0) -> str:
        """Return a length on the spot, such as that of a stretch or the width of a path.

        Examples
        --------
        >>> METRIC_UNITS.format_length(84.4), IMPERIAL_UNITS.format_length(84.4), METRIC_UNITS.format_length(1.55, 1)
        ('84 m', '277 ft', '1.6 m')
        """
        return f"{metres / self.short_m:.{digits}f} {self.short}"

    def format_distance(self, metres: float) -> str:
        """Return a distance, rounded as far as it matters on foot.

        Examples
        --------
        >>> METRIC_UNITS.format_distance(84.0), METRIC_UNITS.format_distance(1234.0)
        ('80 m', '1.2 km')
        >>> IMPERIAL_UNITS.format_distance(84.0), IMPERIAL_UNITS.format_distance(1234.0)
        ('300 ft', '0.8 mi')
        """
        short = self.step * round(metres / self.short_m / self.step)
        return f"{short:.0f} {self.short}" if short < self.most_short else self.format_way(metres, 1)

    def format_way(self, metres: float, digits: int) -> str:
        """Return the length of a way in kilometres or miles."""
        return f"{metres / self.long_m:.{digits}f} {self.long}"

    def format_reach(self, metres: float) -> str:
        """Return the limit of what is looked at, as in "within 150 m", not rounded as distances are.

        Examples
        --------
        >>> [METRIC_UNITS.format_reach(metres) for metres in (15.0, 950.0, 1000.0)]
        ['15 m', '950 m', '1 km']
        >>> [IMPERIAL_UNITS.format_reach(metres) for metres in (15.0, 950.0, 1000.0)]
        ['49 ft', '0.59 mi', '0.62 mi']
        """
        short = metres / self.short_m
        return f"{short:.0f} {self.short}" if short < self.most_short else f"{metres / self.long_m:.2g} {self.long}"

    def format_unevenness(self, metres: float) -> str:
        """Return a height that one may stumble over.

        Examples
        --------
        >>> METRIC_UNITS.format_unevenness(0.031), IMPERIAL_UNITS.format_unevenness(0.031)
        ('3 cm', '1 in')
        """
        return f"{metres / self.small_m:.0f} {self.small}"

    def format_frequency(self, per_100m: float) -> str:
        """Return how often things stand along a way, given how many there are in 100 m.

        Examples
        --------
        >>> METRIC_UNITS.format_frequency(1.75), IMPERIAL_UNITS.format_frequency(1.75)
        ('1.8 per 100 m', '1.6 per 100 yd')
        """
        return f"{per_100m * self.hundred_m / 100:.1f} per {self.hundred}"

    def list_scales(self) -> list[tuple[float, str]]:
        """Return round lengths for the bar of a map in metres, each with its words, the shortest first.

        Examples
        --------
        >>> [words for _, words in IMPERIAL_UNITS.list_scales()][5:9]
        ['500 ft', '1000 ft', '0.5 mi', '1 mi']
        """
        short = [n for n in _ROUND if n < self.most_short]
        long = [n for n in (0.5, 1, 2, 5, 10, 20, 50) if n * self.long_m >= self.most_short * self.short_m]
        return [
            *((n * self.short_m, f"{n} {self.short}") for n in short),
            *((n * self.long_m, f"{n:g} {self.long}") for n in long),
        ]

    def format_pace(self, speed_m_s: float) -> str:
        """Return a speed as the time that a kilometre or a mile takes.

        Examples
        --------
        >>> METRIC_UNITS.format_pace(2.0), IMPERIAL_UNITS.format_pace(2.0)
        ('8:20 min/km', '13:25 min/mi')
        """
        # Rounded before it is split, so that 59.6 s become 1:00 and not 0:60.
        minutes, seconds = divmod(round(self.long_m / speed_m_s), 60)
        return f"{minutes}:{seconds:02} min/{self.long}"


METRIC_UNITS = Units(
    1.0, 1000.0, "m", "km", step=10.0, most_short=1000.0, small_m=0.01, small="cm", hundred_m=100.0, hundred="100 m"
)
IMPERIAL_UNITS = Units(
    _FOOT_M, _MILE_M, "ft", "mi", step=50.0, most_short=1500.0, small_m=_FOOT_M / 12, small="in",
    hundred_m=300 * _FOOT_M, hundred="100 yd",
)  # fmt: skip


def units_of(system: str) -> Units:
    """Return the units of a system, ``metric`` or ``imperial``."""
    return IMPERIAL_UNITS if system == IMPERIAL else METRIC_UNITS


def choose_system(word: str) -> str:
    """Return the system, ``metric`` or ``imperial``, that a word of `CHOICES` means here.

    Raises
    ------
    InvalidInput
        If the word is none of them.
    """
    chosen = word.strip().lower()
    if chosen not in CHOICES:
        raise InvalidInput(f"units {word!r}: choose one of {', '.join(CHOICES)}")
    if chosen != AUTO:
        return chosen
    return IMPERIAL if _country() in _IMPERIAL_COUNTRIES else METRIC


def _country() -> str:
    """Return the country of the locale, in capitals; empty where none is set."""
    # Measurement has a category of its own in POSIX, which Python's locale module does not read.
    names = (os.environ.get(key) for key in ("LC_ALL", "LC_MEASUREMENT", "LANG"))
    name = next((name for name in names if name), None) or locale.getlocale()[0] or ""
    return name.partition(".")[0].partition("_")[2].upper()
