"""The nouns every room speaks, and the error tree.

Nothing here reads, writes or computes on geometry; heavy libraries appear in
annotations only, so that importing this module costs milliseconds.

Errors
------
::

    SaferouteError            exit code 1
    ├── InvalidInput          2  a value, file or option breaks a stated rule
    │   ├── InvalidProfile    2  a profile does
    │   └── NoCoverage        2  a raster that was asked for covers nothing here
    ├── PlaceNotFound         3  no such place in the data at hand
    └── SourceUnavailable     4  a service did not answer

"Nothing qualifies" is no error but an empty `Ranking` whose exclusions are
counted (exit code 5).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    import geopandas as gpd
    import numpy as np
    import pandas as pd
    import shapely
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray


WGS84 = "EPSG:4326"

WEIGHTS = {
    "surface": 0.24,
    "flatness": 0.18,
    "straightness": 0.18,
    "obstacles": 0.20,
    "crowding": 0.20,
}
"""Default weights of the criteria, sum 1 (`scoring.md` §3) [J]; a profile may set others."""

CRITERIA = tuple(WEIGHTS)
"""Names of the criteria, in the order in which everything shows them."""

CAUTION = (
    "Map data may be wrong or old. Walk the stretch forward first; check for holes, glass, "
    "nails, debris. Take a spotter; no headphones; stop if anyone approaches. Ask a doctor "
    "if unsure. Barefoot only on checked sand or grass."
)
"""Stands on every export (`scoring.md` §6)."""

OSM_ATTRIBUTION = "Map data © OpenStreetMap contributors, ODbL 1.0"


class SaferouteError(Exception):
    """An error that a user can act on: it names the value, the rule and the way out."""

    exit_code = 1


class InvalidInput(SaferouteError):
    """A value, file or option breaks a stated rule."""

    exit_code = 2


class InvalidProfile(InvalidInput):
    """A profile file breaks the rules of profiles."""


class NoCoverage(InvalidInput):
    """A raster that was asked for covers nothing of the area."""


class PlaceNotFound(SaferouteError):
    """The place is not in the data at hand."""

    exit_code = 3


class SourceUnavailable(SaferouteError):
    """A service did not answer within its bounds."""

    exit_code = 4


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


@dataclass(frozen=True)
class Strokes:
    """Ways joined end to end.

    Attributes
    ----------
    lines : ndarray of n LineStrings
    vertex_chain, vertex_node : ndarray of shape (v,)
        Stroke and OSM node of every vertex, in order.
    edge_ground : ndarray of shape (v,)
        Row of the ways table of the edge from each vertex to the next; −1 at
        a stroke's last vertex, and where the table does not hold the way.
    side_paths : ndarray of shape (v,), optional
        Number of other ways that leave each vertex.
    number : ndarray of shape (n,), optional
        Number of each stroke among all of its source; by default its place here.
    """

    lines: NDArray[np.object_]
    vertex_stroke: IntArray
    vertex_node: IntArray
    edge_ground: IntArray
    side_paths: FloatArray | None = None
    number: IntArray | None = None


@dataclass(frozen=True)
class Features:
    """OpenStreetMap around an area as three tables in one metric CRS.

    Every table has ``osm_type`` (``node``, ``way``, ``relation``), ``osm_id``,
    a column per tag of `saferoute.osm.keys` (small letters, missing = NaN) and
    ``geometry``; `ways` has also ``nodes``, the node ids in order.
    """

    ways: gpd.GeoDataFrame
    """Every line: highways, railways, waterways, barriers, cliffs, coastline."""
    areas: gpd.GeoDataFrame
    """Polygons and multipolygons with their holes."""
    points: gpd.GeoDataFrame
    """Tagged nodes."""
    tagged: pd.DataFrame
    """Highways of the whole source, what silence is judged by: ``highway``, ``footway``,
    ``surface``, ``smoothness``, ``tracktype``, ``width``, ``est_width``, ``n`` (how many
    ways have these tags) and the middle ``x_m``, ``y_m``: NaN for rows that speak of the whole
    source. Rows of ``n`` 0 are counted in one of those, and are there for where they lie."""
    extent: shapely.Geometry | None
    """Where the source is whole: beyond, a missing wall only means a missing map.
    None where the source does not say."""
    strokes: Strokes | None = None
    """The foot ways and running tracks joined, as far as the whole source goes; None = not yet:
    who needs them joins those of the tables."""
    data_date: str | None = None
    """ISO date the data speaks of, or None where the file does not say."""
    attribution: tuple[str, ...] = (OSM_ATTRIBUTION,)
    notes: tuple[str, ...] = ()
    """What was repaired, skipped or missing, in words for the user."""
    counters: Counters | None = None
    """Counts of people on foot; None where nobody counted."""
    population: pd.DataFrame | None = None
    """People who live at points: ``x_m``, ``y_m``, ``people``, ``cell_m``; samples of nobody
    are there, too. None where it is not known."""


@dataclass(frozen=True)
class Counters:
    """Counts of people on foot, and the map around them."""

    table: pd.DataFrame
    """``x_m``, ``y_m``, ``count`` of people an hour and ``hour_of_week`` (0 = Monday 0:00, NaN = a mean hour)."""
    features: Features
    """The map as far as counters stand, in the same CRS."""


@dataclass(frozen=True)
class Heights:
    """Heights at n points, with what is known of their error.

    Attributes
    ----------
    elevation_m : ndarray of shape (n,)
        NaN where no raster covers the point.
    sigma_m, correlation_m, cell_m : ndarray of shape (n,)
        Standard error of a height, length over which that error is
        correlated, and ground size of a raster sample; NaN where uncovered.
    source : ndarray of shape (n,)
        Index into `sources`, −1 where uncovered.
    sources : tuple of str
        Names of the rasters.
    surface_model : ndarray of shape (n,)
        Whether the raster shows canopies and roofs where there are any.
    notes : tuple of str
        What went wrong on the way, in words for the user.
    """

    elevation_m: FloatArray
    sigma_m: FloatArray
    correlation_m: FloatArray
    cell_m: FloatArray
    source: IntArray
    sources: tuple[str, ...]
    surface_model: BoolArray
    attribution: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Samples:
    """Strokes of ways cut every `step_m`: the grain in which all is noted.

    Samples of a stroke are consecutive and in order, so that a window is a slice
    and everything along it a rolling minimum, maximum or sum.

    Attributes
    ----------
    step_m : float
        Length of a sample; what remains at a stroke's end (< step) is left out.
    stroke : ndarray of shape (n,)
        Number of the stroke a sample belongs to.
    lines : ndarray of shape (n,)
        The sample's own piece of the stroke (LineString, metres).
    xy : ndarray of shape (n + strokes, 2)
        The sample boundaries of all strokes: sample i of stroke c runs from row
        ``i + c`` to ``i + c + 1``.
    pair_cell, pair_ground : ndarray of shape (m,)
        Which rows of `ground` each sample touches; sorted by sample.
    ground : GeoDataFrame
        The ways (later areas) that the strokes are made of, with their tags,
        ``origin`` and ``width_m``/``width_tagged``.
    node_cell, node_id : ndarray of shape (k,)
        The OSM nodes on the line and the sample each lies in; a node on a
        boundary counts for both samples.
    side_paths : ndarray of shape (n,)
        Number of other foot ways, tracks or cycleways that join within a sample.
    number : ndarray of shape (n,)
        Place of each sample along the stroke it was cut from, of which only a part may be here.
    source_chain : ndarray of shape (n,)
        That stroke's number: runs of samples of one stroke that others part have the same.
    """

    step_m: float
    stroke: IntArray
    lines: NDArray[np.object_]
    xy: FloatArray
    pair_sample: IntArray
    pair_ground: IntArray
    ground: gpd.GeoDataFrame
    node_sample: IntArray
    node_id: IntArray
    side_paths: FloatArray
    number: IntArray
    source_stroke: IntArray

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.stroke)

    @cached_property
    def first_pair(self) -> IntArray:
        """The first of each sample's pairs in `pair_sample`, and behind the last their number; shape (n + 1,)."""
        import numpy as np

        return np.searchsorted(self.pair_sample, np.arange(len(self) + 1))


@dataclass(frozen=True)
class Windows:
    """Straight, clear windows of one length: all places where a section could start.

    Attributes
    ----------
    first : ndarray of shape (w,)
        First sample of each window; a window never leaves its stroke.
    n_cells : int
        Number of samples of a window, the run-outs at its ends not counted.
    strip_width_m, heading_range_deg : ndarray of shape (w,)
        Narrowest strip that holds the centre line, and the range of headings
        of its 10 m chords, both with the run-outs.
    """

    samples: Samples
    first: IntArray
    n_samples: int
    run_out_samples: int
    strip_width_m: FloatArray
    heading_range_deg: FloatArray

    def __len__(self) -> int:
        """Return the number of windows."""
        return len(self.first)


@dataclass(frozen=True)
class Evidence:
    """What criteria may look at besides the windows themselves."""

    features: Features
    elevation: Heights | None
    """Heights at the rows of `Samples.xy`, or None where no elevation was given."""
    fine: Heights | None
    """Heights every metre, five a sample, where some raster is fine enough, else None."""
    profile: Profile
    moment: Moment | None = None
    """The hour that was asked for; None = a mean hour of the day."""


@dataclass(frozen=True)
class Measurement:
    """What one criterion says of w windows.

    Attributes
    ----------
    value : ndarray of shape (w,)
        In the criterion's unit; NaN = unknown.
    desirability : ndarray of shape (w,)
        0..1, best estimate with what is unknown taken into account.
    confidence : ndarray of shape (w,)
        0..1; 0 = nothing is known.
    draw : callable
        ``draw(rows, u, z)`` gives d plausible desirabilities of each row,
        shape (len(rows), d), from d uniform and d normal numbers.
    describe : callable
        ``describe(rows)`` gives a DataFrame of those rows for outputs: raw
        values with their unit in the name, and ``why_<criterion>`` in words.
    """

    value: FloatArray
    desirability: FloatArray
    confidence: FloatArray
    draw: Callable[[IntArray, FloatArray, FloatArray], FloatArray]
    describe: Callable[[IntArray], pd.DataFrame]

    def select_rows(self, rows: IntArray) -> Measurement:
        """Return what is said of some of the windows."""
        return Measurement(
            value=self.value[rows],
            desirability=self.desirability[rows],
            confidence=self.confidence[rows],
            draw=lambda chosen, u, z: self.draw(rows[chosen], u, z),
            describe=lambda chosen: self.describe(rows[chosen]),
        )


@dataclass(frozen=True)
class Criterion:
    """One thing that makes ground good or bad to run backwards on."""

    name: str
    unit: str
    curve: tuple[tuple[float, float], ...]
    """Breakpoints (raw value, desirability), piecewise linear, flat outside."""
    unknown: float
    """Desirability where nothing is known."""
    measure: Callable[[Windows, Evidence], Measurement]
    of_line: bool = False
    """Whether it looks at a line as a whole, and must be asked anew when windows have become a stretch."""


@dataclass(frozen=True)
class Training:
    """How a level builds a session: the `[session]` table of its profile.

    Pairs are the first week's value and the last one's, between which a
    runner goes in equal steps. All defaults are the beginner's [J], from
    "2–4 sections of at most 30 s inside a normal run" (`scoring.md` §1).
    """

    sections: tuple[int, int] = (2, 4)
    section_s: tuple[float, float] = (20.0, 30.0)
    weeks: int = 8
    """Weeks until the last value is reached."""
    recovery_s: float = 60.0
    """Least time between two sections."""
    warm_up_s: float = 300.0
    """Least time of running forwards before the first section."""
    cool_down_s: float = 300.0
    """Least time of running forwards after the last section."""
    forward_speed_m_s: float = 2.4
    """An easy run, 7 min/km."""
    walk_speed_m_s: float = 1.4
    """The usual speed of pedestrians."""
    minutes: float = 30.0
    """Length of a session where none is asked for."""


BEGINNER_LEVELS = ("first-steps", "beginner")
"""Levels for which `BEGINNER_SECTIONS` and `BEGINNER_SECTION_S` hold, whatever else is asked."""

BEGINNER_SECTIONS = (2, 4)
"""Fewest and most backward sections of a beginner's session (`scoring.md`)."""

BEGINNER_SECTION_S = 30.0
"""Longest backward section of a beginner, s (`scoring.md`)."""


@dataclass(frozen=True)
class Profile:
    """What a runner chooses: level, weights and limits."""

    name: str
    title: str
    speed_m_s: tuple[float, float]
    longest_section_s: float
    clear_length_m: float
    """Length of one backward section; windows have this length."""
    weights: Mapping[str, float]
    """Weight by criterion name, sum 1."""
    run_out_m: float = 10.0
    """Free length beyond each end [J]."""
    lane_m: float = 3.0
    """Free width of a corridor on open ground: where desirability reaches 1 [J]."""
    longest_m: float = 200.0
    """A longer straight is reported up to this length."""
    max_grade_pct: float = 5.0
    max_heading_range_deg: float = 20.0
    max_strip_width_m: float = 6.0
    surface_desirability: Mapping[str, float] = field(default_factory=dict)
    """Overrides of a surface's desirability (0..1)."""
    only_surfaces: frozenset[str] = frozenset()
    """If not empty: the surfaces the runner asked for; unknown is left out too."""
    barefoot: bool = False
    training: Training = Training()
    at: str = ""
    """When to run, as `saferoute.sources.clock` reads it, in the local time of the place;
    empty = no hour: crowding is that of a mean hour of the day, and nothing is said of light."""


@dataclass(frozen=True)
class Formula:
    """The numbers of the score, for all who compute it: `saferoute.scoring` and the map's page.

    S = (∏ dᵢ^wᵢ)^mean_share · (min dᵢ)^least_share with every dᵢ at least `floor`.
    """

    floor: float = 0.01
    """Least desirability, so that one zero leaves an order among the rest."""
    mean_share: float = 0.7
    least_share: float = 0.3
    low_pct: float = 20
    """Percentile of S by which stretches are ranked; the upper end of its interval is 100 less it."""
    ratings: tuple[tuple[str, float, float], ...] = (("A", 0.75, 0.60), ("B", 0.55, 0.45), ("C", 0.40, 0.0))
    """Rating, least S₂₀, least data quality."""
    near_m: float = 150.0
    repeat: float = 0.25
    """A stretch beside one already ranked loses up to this share in the order,
    halved every `near_m`·ln 2: a list of ten slices of one path helps nobody [J]."""
    same_line_share: float = 0.5
    """Stretches of one stroke count as this much of their distance apart [J]."""


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
    formula: Formula = Formula()

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
