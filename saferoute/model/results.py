"""Rankings, explanations and training sessions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from saferoute.model.judgement import Formula

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from saferoute.model.features import Features
    from saferoute.model.places import Area, Place
    from saferoute.model.runner import Profile


CAUTION = (
    "Map data may be wrong or old. Walk the stretch forward first; check for holes, glass, "
    "nails, debris. Take a spotter; no headphones; stop if anyone approaches. Ask a doctor "
    "if unsure. Barefoot only on checked sand or grass."
)
"""What every page and every exported file says to whoever runs by it."""


@dataclass(frozen=True)
class Ranking:
    """Stretches near a place, best first, and all that was left out, with reasons.

    Attributes
    ----------
    stretches : GeoDataFrame
        One LineString a stretch, metric CRS, in order of rank; columns as in
        `saferoute.exports.schema.SCHEMA` plus what the map shows in words.
    excluded : GeoDataFrame
        Lines that were left out: ``reason`` (short name), ``rule`` (a
        sentence), ``length_m``, ``osm_ids``, ``name``.
    considered : mapping
        What was looked at: ``ways``, ``length_m``, ``windows``, ``stretches``.
    notes : tuple of str
        What the user must know of this run: coarse elevation, missing data.
    """

    area: Area
    profile: Profile
    stretches: gpd.GeoDataFrame
    excluded: gpd.GeoDataFrame
    features: Features
    considered: Mapping[str, float]
    attribution: tuple[str, ...]
    notes: tuple[str, ...] = ()
    data_date: str | None = None
    formula: Formula = field(default_factory=Formula)

    @property
    def place(self) -> Place:
        """The place in the middle."""
        return self.area.place

    def exclusions(self) -> list[dict[str, Any]]:
        """Count what was left out: reason, rule, pieces and length in m, longest first."""
        counted: dict[str, dict[str, Any]] = {}
        for reason, rule, length_m in zip(*(self.excluded[c] for c in ("reason", "rule", "length_m")), strict=True):
            of_reason = counted.setdefault(reason, {"reason": reason, "rule": rule, "pieces": 0, "length_m": 0.0})
            of_reason["pieces"] += 1
            of_reason["length_m"] += length_m
        return sorted(counted.values(), key=lambda row: (-row["length_m"], -row["pieces"], row["reason"]))


@dataclass(frozen=True)
class Explanation:
    """What is known of the way nearest to a place."""

    distance_m: float
    """From the place to the way."""
    recommended: bool
    """True: `row` is a row of `Ranking.stretches`, else of `Ranking.excluded`."""
    row: Mapping[str, Any]
    ranking: Ranking


@dataclass(frozen=True)
class Wish:
    """What a runner asks of a session besides the level: time or distance, not both."""

    week: int = 1
    """Week of training, from 1."""
    time_s: float | None = None
    distance_m: float | None = None
    return_by: str = "walk"
    """How to come back to a section's start for the next: ``walk`` or ``jog``."""


@dataclass(frozen=True)
class Session:
    """A run through some stretches and home again.

    Attributes
    ----------
    ranking : Ranking
        Where the stretches come from; its area's CRS holds here, too.
    steps : GeoDataFrame
        What to do, in order: ``step`` (from 1), ``kind`` (one of `STEP_KINDS`),
        ``section`` and ``stretch`` (its rank; 0 = none), ``start_s``,
        ``duration_s``, ``start_m``, ``distance_m``, ``speed_m_s`` (0 = standing),
        ``words``; the geometry is the line that is run, a point where one stands.
    sections : GeoDataFrame
        The backward sections, in order: ``section``, ``stretch``, ``start_s``,
        ``start_m``, ``duration_s``, ``length_m``, ``speed_m_s``,
        ``bearing_deg`` (where it goes, not where one looks), ``run_out_m`` (free
        beyond its end), and of its stretch ``score``, ``score_low``, ``rating``,
        ``data_quality``, ``surface``, ``grade_pct``, ``name``, ``osm_ids``,
        ``limiting_criterion``, ``checks``.
    track : DataFrame
        The whole way, a row a point: ``lon``, ``lat`` (degrees), ``x_m``,
        ``y_m``, ``distance_m``, ``time_s`` (when one is first there), ``elevation_m``
        (NaN = unknown) and ``step``.
    figures : mapping
        ``length_m`` and ``duration_s`` of all; ``forward_m`` between the
        stretches, ``shortest_m`` the least that visits them, ``doubled_m`` run
        twice, ``road_m`` on motor roads, ``crossings`` of them.
    notes : tuple of str
        What the runner must know of this session.
    """

    ranking: Ranking
    wish: Wish
    steps: gpd.GeoDataFrame
    sections: gpd.GeoDataFrame
    track: pd.DataFrame
    figures: Mapping[str, float]
    notes: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        """Where one wanted to start."""
        return self.ranking.area.place


STEP_KINDS = ("warm-up", "look", "backward", "back", "recover", "run on", "cool-down")
"""Kinds of steps of a session: `look` walks a stretch forward first, `back` returns
to a section's start."""
