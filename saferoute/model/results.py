"""Rankings, explanations and training sessions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from saferoute.model.judgement import Formula
from saferoute.model.places import WGS84
from saferoute.model.presenting import MappedResult, Result

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


@dataclass(frozen=True, repr=False)
class Ranking(MappedResult):
    """Stretches near a place, best first, and all that was excluded, with reasons.

    ``len(ranking)`` is the number of stretches; a ranking without any is false.

    Attributes
    ----------
    stretches : GeoDataFrame
        One LineString a stretch, metric CRS, in order of rank; columns as in
        `saferoute.exports.schema.STRETCHES` plus what the map shows in words.
    excluded : GeoDataFrame
        Lines and areas that were excluded: ``reason`` (short name), ``rule`` (a
        sentence), ``length_m``, ``osm_ids``, ``name``.
    considered : mapping
        What was looked at: ``ways``, ``length_m``, ``windows``, ``stretches``.
    attribution, notes, data_date : tuple of str, tuple of str, str
        Whom the data are from, what the user must know of this run, such as coarse
        elevation or missing data, and the day of the map data.
    area, profile, features, formula
        Where was searched, for whom, in which data, and the numbers of the score.

    Examples
    --------
    >>> from saferoute import find
    >>> ranking = find("60.172,24.944", region="data/helsinki", radius_m=600)
    >>> ranking.to_geodataframe()[["length_m", "surface"]].shape[1]
    2
    >>> ranking.explain(1).recommended
    True
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

    def __len__(self) -> int:
        """Return the number of stretches."""
        return len(self.stretches)

    def __bool__(self) -> bool:
        """Return whether there is any stretch."""
        return len(self) > 0

    def to_geodataframe(self, crs: Any = WGS84) -> gpd.GeoDataFrame:
        """Return the stretches as a table of plain values, as files have it.

        Parameters
        ----------
        crs : object
            What pyproj takes for a coordinate system; longitude and latitude
            by default, ``ranking.area.crs`` for metres.

        Returns
        -------
        GeoDataFrame
            A row a stretch, best first, with the columns of
            `saferoute.exports.schema.STRETCHES`; lists are joined by "; ",
            unknown is NaN. ``attrs`` holds attribution, licence, date of the
            data, caution and notes.

        Raises
        ------
        InvalidInput
            If `crs` is none.
        """
        return self._build_table("stretches", crs)

    def explain(self, i: int) -> Explanation:
        """Return how a stretch scores, and why.

        Parameters
        ----------
        i : int
            Its rank, from 1.

        Raises
        ------
        InvalidInput
            If no stretch has this rank.
        """
        return self._require_presenter().explain_stretch(self, i)

    def exclusions(self) -> list[dict[str, Any]]:
        """Count what was excluded: reason, rule, pieces and length in m, longest first."""
        counted: dict[str, dict[str, Any]] = {}
        for reason, rule, length_m in zip(*(self.excluded[c] for c in ("reason", "rule", "length_m")), strict=True):
            of_reason = counted.setdefault(reason, {"reason": reason, "rule": rule, "pieces": 0, "length_m": 0.0})
            of_reason["pieces"] += 1
            of_reason["length_m"] += length_m
        return sorted(counted.values(), key=lambda row: (-row["length_m"], -row["pieces"], row["reason"]))


@dataclass(frozen=True, repr=False)
class Explanation(Result):
    """What is known of one way: how it scores and why, or which limit leaves it out."""

    distance_m: float
    """From the place to the way."""
    recommended: bool
    """True: `row` is a row of `Ranking.stretches`, else of `Ranking.excluded`."""
    row: Mapping[str, Any]
    ranking: Ranking
    subject: str = "Nearest"
    """What the way is called where it is shown."""


@dataclass(frozen=True)
class Wish:
    """A runner's wish for a session besides the level: time or distance, not both."""

    week: int = 1
    """Week of training, from 1."""
    time_s: float | None = None
    distance_m: float | None = None
    return_by: str = "walk"
    """How to come back to a section's start for the next: ``walk`` or ``jog``."""


@dataclass(frozen=True, repr=False)
class Session(MappedResult):
    """A run through some stretches and home again.

    ``len(session)`` is the number of steps; a session that reaches no stretch is false.

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

    def __len__(self) -> int:
        """Return the number of steps."""
        return len(self.steps)

    def __bool__(self) -> bool:
        """Return whether there is anything to run."""
        return len(self) > 0

    def to_geodataframe(self, layer: str = "steps", *, crs: Any = WGS84) -> gpd.GeoDataFrame:
        """Return the steps or the sections as a table of plain values, as files have it.

        Parameters
        ----------
        layer : str
            ``steps`` or ``sections``.
        crs : object
            As of `Ranking.to_geodataframe`.

        Raises
        ------
        InvalidInput
            If there is no such layer, or `crs` is none.
        """
        return self._build_table(layer, crs)


STEP_KINDS = ("warm-up", "look", "backward", "back", "recover", "run on", "cool-down")
"""Kinds of steps of a session: `look` walks a stretch forward first, `back` returns
to a section's start."""
