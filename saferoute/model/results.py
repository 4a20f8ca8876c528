"""The results of searches: rankings, explanations and training sessions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from saferoute.model.exclusions import list_exclusions
from saferoute.model.judgement import Formula
from saferoute.model.late_shapes import count_rows, get_rows, shape_when_asked
from saferoute.model.places import WGS84
from saferoute.model.presenting import MappedResult, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes

    from saferoute.model.features import Features
    from saferoute.model.places import Area, Place
    from saferoute.model.runner import Profile


CAUTION = (
    "Map data may be wrong or old. Walk the stretch forward first; check for holes, glass, "
    "nails, debris. Take a spotter; no headphones; stop if anyone approaches. Ask a doctor "
    "if unsure. Barefoot only on checked sand or grass."
)
"""Warning to runners on every page and in every exported file."""
METRIC, IMPERIAL = "metric", "imperial"
"""Systems of units in which results are shown."""


@shape_when_asked("stretches", "excluded")
@dataclass(frozen=True, repr=False)
class Ranking(MappedResult):
    """The stretches near a place, best first, and all excluded ground with reasons.

    ``len(ranking)`` is the number of stretches; a ranking without stretches is false.

    Attributes
    ----------
    stretches : GeoDataFrame
        One LineString per stretch in a metric CRS, in order of rank; `columns` tells
        what its columns mean. Cells are numbers, texts or lists of these.
    excluded : GeoDataFrame
        Excluded lines and areas: ``reason`` (short name), ``rule`` (a sentence),
        ``length_m``, ``osm_ids``, ``name``.
    considered : mapping
        Numbers considered: ``ways``, their ``length_m``, ``windows``, ``stretches``.
    attribution, notes, data_date : tuple of str, tuple of str, str
        Credits of the data, warnings about this search such as coarse elevation
        or missing data, and the ISO date of the map (None = unknown).
    doubts : tuple of str
        Those of the notes that tell what of the map and the heights is missing or not understood.
    area, profile, features, formula
        The area searched, the runner, the map, and the constants of the score.
    units : str
        Units of texts: `METRIC` or `IMPERIAL`. Columns are always metric.
    digest : bytes
        Digest of all that the tables follow from besides the map, ``b""`` if it is not known, as after replacing some.

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
    doubts: tuple[str, ...] = ()
    formula: Formula = field(default_factory=Formula)
    units: str = METRIC
    digest: bytes = field(default=b"", init=False)

    def note_digest(self, digest: bytes) -> Ranking:
        """Return the ranking itself, after noting what it is found by; no copy has that."""
        vars(self)["digest"] = digest
        return self

    @property
    def place(self) -> Place:
        """The place at the centre of the area."""
        return self.area.place

    def __len__(self) -> int:
        """Return the number of stretches."""
        return count_rows(self, "stretches")

    def __bool__(self) -> bool:
        """Return whether there is any stretch."""
        return len(self) > 0

    @property
    def columns(self) -> pd.DataFrame:
        """Meaning of each column of `stretches`.

        By name: ``type``, ``unit``, ``meaning``, ``missing`` (what a missing value means)
        and ``in_files``, whether `to_geodataframe` and files have it, too.
        """
        return self._require_presenter().list_columns()

    def plot(self, ax: Axes | None = None) -> Axes:
        """Return axes of matplotlib with a still map: stretches in the colour of their rating, with their ranks.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure. Coordinates are metres in
            ``ranking.area.crs``.

        Returns
        -------
        matplotlib Axes

        Raises
        ------
        InvalidInput
            If matplotlib is not installed (``pip install 'saferoute[plot]'``), or the
            ranking was not made by a search.
        """
        return self._require_presenter().plot_map(self, ax)

    def to_geodataframe(self, crs: Any = WGS84) -> gpd.GeoDataFrame:
        """Return the stretches as a table of plain values, the same as in exported files.

        Parameters
        ----------
        crs : object
            A coordinate system as pyproj takes it; by default longitude and
            latitude. ``ranking.area.crs`` gives metres.

        Returns
        -------
        GeoDataFrame
            One row per stretch, best first, with the columns of
            `saferoute.exports.schema.STRETCHES`; lists are joined by "; ",
            unknown values are NaN. ``attrs`` holds attribution, licence, date of the
            data, caution and notes.

        Raises
        ------
        InvalidInput
            If `crs` is not a coordinate system.
        """
        return self._build_table("stretches", crs)

    def explain(self, i: int) -> Explanation:
        """Return the explanation of a stretch: its scores and the reasons for them.

        Parameters
        ----------
        i : int
            Rank of the stretch, from 1.

        Returns
        -------
        Explanation

        Raises
        ------
        InvalidInput
            If no stretch has this rank.
        """
        return self._require_presenter().explain_stretch(self, i)

    def exclusions(self) -> list[dict[str, Any]]:
        """Return the exclusions counted by reason, longest first.

        Returns
        -------
        list of dict
            ``reason``, ``rule``, ``pieces`` and ``length_m``, which is 0 for
            open ground.
        """
        return list_exclusions(lambda: get_rows(self, "excluded"), self.features, self.digest)


@dataclass(frozen=True, repr=False)
class Explanation(Result):
    """The explanation of one way: its scores and their reasons, or the limit that excludes it."""

    distance_m: float
    """Distance from the place to the way."""
    recommended: bool
    """Whether the way is a stretch; otherwise it is excluded."""
    row: Mapping[str, Any]
    """Its row of `Ranking.stretches`, or of `Ranking.excluded`."""
    ranking: Ranking
    subject: str = "Nearest"
    """Word that introduces the way where it is shown."""


@dataclass(frozen=True)
class Wish:
    """A runner's wishes for a session besides the level; time or distance, not both."""

    week: int = 1
    """Week of training, from 1."""
    time_s: float | None = None
    distance_m: float | None = None
    return_by: str = "walk"
    """Way of returning to a section's start for the next one: ``walk`` or ``jog``."""
    there: bool = False
    """Whether one goes to the best stretch by other means, and the session begins and ends there."""
    abreast: int = 1
    """Number of runners in a group."""


@shape_when_asked("steps", "sections", without_shapes=("track",))
@dataclass(frozen=True, repr=False)
class Session(MappedResult):
    """A training session: a run through some stretches and home again.

    ``len(session)`` is the number of steps; a session that reaches no stretch has none and is false.

    Attributes
    ----------
    ranking : Ranking
        Source of the stretches; geometries here use the CRS of its area.
    wish : Wish
        The runner's wishes.
    steps : GeoDataFrame
        Things to do, in order: ``step`` (from 1), ``kind`` (one of `STEP_KINDS`),
        ``section`` and ``stretch`` (its rank; 0 = none), ``start_s``,
        ``duration_s``, ``start_m``, ``distance_m``, ``speed_m_s`` (0 = standing),
        ``words`` (what to do) and ``cue`` (how, ``""`` = nothing to add); the geometry is the
        line to run, or a point when standing.
    sections : GeoDataFrame
        The backward sections, in order: ``section``, ``stretch``, ``start_s``,
        ``start_m``, ``duration_s``, ``length_m``, ``speed_m_s``,
        ``bearing_deg`` (direction of travel, opposite to the view), ``run_out_m``
        (free length beyond its end), and from its stretch ``score``, ``score_low``, ``rating``,
        ``data_quality``, ``surface``, ``grade_pct``, ``name``, ``osm_ids``,
        ``limiting_criterion``, ``checks``.
    track : DataFrame
        The whole route, one row per point: ``lon``, ``lat`` (degrees), ``x_m``,
        ``y_m``, ``distance_m``, ``time_s`` (first arrival), ``elevation_m``
        (NaN = unknown) and ``step``.
    figures : mapping
        ``length_m`` and ``duration_s`` of the whole; ``forward_m`` between the
        stretches, ``shortest_m`` of the shortest route through them, ``doubled_m``
        run twice, ``road_m`` on motor roads, and ``crossings`` of roads.
    notes : tuple of str
        Sentences that the runner must know about this session.
    """

    ranking: Ranking
    wish: Wish
    steps: gpd.GeoDataFrame
    sections: gpd.GeoDataFrame
    track: pd.DataFrame
    figures: Mapping[str, float]
    notes: tuple[str, ...] = ()

    @property
    def area(self) -> Area:
        """The area around the start in which stretches were searched."""
        return self.ranking.area

    @property
    def place(self) -> Place:
        """The place where the runner wants to start."""
        return self.ranking.area.place

    def __len__(self) -> int:
        """Return the number of steps."""
        return count_rows(self, "steps")

    def __bool__(self) -> bool:
        """Return whether there is anything to run."""
        return len(self) > 0

    def to_geodataframe(self, layer: str = "steps", *, crs: Any = WGS84) -> gpd.GeoDataFrame:
        """Return the steps or the sections as a table of plain values, the same as in exported files.

        Parameters
        ----------
        layer : str
            ``steps`` or ``sections``.
        crs : object
            As in `Ranking.to_geodataframe`.

        Returns
        -------
        GeoDataFrame
            One row per step or section, in order.

        Raises
        ------
        InvalidInput
            If there is no such layer, or `crs` is not a coordinate system.
        """
        return self._build_table(layer, crs)


STEP_KINDS = ("warm-up", "look", "backward", "back", "recover", "run on", "cool-down")
"""Kinds of steps in a session: `look` walks a stretch forward for inspection, `back` returns to a
section's start."""
