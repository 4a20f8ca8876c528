"""Sections laid onto stretches: in which direction, how long, and in how many groups."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely
from shapely import ops

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray
    from saferoute.model import Ranking
    from saferoute.training._levels import Load

LANE_M = 1.5
"""Width that each of several runners side by side needs: shoulders, arms, and a step aside [J]."""
APART_S = 10.0
"""The next group starts so long after the one before has stopped [J]: it has left the ground by then."""
_SHORTER, _WAITING = 0.3, 0.02
"""What a section cut to nothing, and another group that waits, lose a stretch, in points of score [J]."""


@dataclass(frozen=True)
class Option:
    """One stretch, run in one direction.

    Attributes
    ----------
    row : int
        Of the ranking's table.
    line : LineString
        The section's ground in the direction of running, from its start to its end.
    section_s : float
    value : float
        The stretch's `score_low`, less what a section that is cut short loses.
    waves : int
        How many groups run the section one after another.
    node : int
        Where the section ends; one comes here, walks the section forwards
        to its start, runs back, and leaves from here.
    """

    row: int
    line: shapely.LineString
    section_s: float
    value: float
    waves: int
    node: int

    @property
    def section_m(self) -> float:
        """Length of the section."""
        return float(self.line.length)

    @property
    def waiting_s(self) -> float:
        """Time that the other groups take for a section."""
        return (self.waves - 1) * (self.section_s + APART_S)


def count_waves(width_m: float, abreast: int) -> int:
    """Return in how many groups so many runners run a stretch; where its width is unknown, each runs alone.

    Examples
    --------
    >>> count_waves(3.0, 4), count_waves(1.0, 3), count_waves(float("nan"), 3)
    (2, 3, 3)
    """
    lanes = 1 if math.isnan(width_m) else max(int((width_m + 0.01) / LANE_M), 1)
    return math.ceil(abreast / lanes)


def lay_sections(ranking: Ranking, load: Load, abreast: int) -> list[Option]:
    """Return each stretch with a section on it, in both directions where none is advised."""
    import pandas as pd

    found = []
    width: FloatArray = ranking.stretches["width_m"].to_numpy(dtype=float)
    for row, stretch in enumerate(ranking.stretches.itertuples()):
        line = stretch.geometry
        metres = min(load.section_m, line.length)
        section_s = min(metres / load.speed_m_s, load.section_s)
        waves = count_waves(width[row], abreast)
        value = float(stretch.score_low) - _SHORTER * (1 - section_s / load.section_s) - _WAITING * (waves - 1)
        ways = [line] if pd.notna(stretch.advised_bearing_deg) else [line, shapely.reverse(line)]
        found += [Option(row, ops.substring(way, 0, metres), section_s, value, waves, -1) for way in ways]
    return found
