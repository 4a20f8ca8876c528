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
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd
    import numpy as np
    import pandas as pd
    import shapely
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    BoolArray = NDArray[np.bool_]

WGS84 = "EPSG:4326"

CRITERIA = ("surface", "flatness", "straightness", "obstacles", "crowding")
"""Names of the five criteria, in the order in which everything shows them."""

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


@dataclass(frozen=True)
class Area:
    """A circle around a place, and the metric CRS in which all lengths are taken."""

    place: Place
    radius_m: float
    crs: str
    """A UTM zone (or a polar stereographic), as ``EPSG:…``: metres to 0.1 %."""


@dataclass(frozen=True)
class Features:
    """OpenStreetMap around an area as three tables in one metric CRS.

    Every table has ``osm_type`` (``node``, ``way``, ``relation``), ``osm_id``,
    a column per tag of `saferoute.sources.tags` (small letters, missing = NaN) and
    ``geometry``; `ways` has also ``nodes``, the node ids in order.
    """

    ways: gpd.GeoDataFrame
    """Every line: highways, railways, waterways, barriers, cliffs, coastline."""
    areas: gpd.GeoDataFrame
    """Polygons and multipolygons with their holes."""
    points: gpd.GeoDataFrame
    """Tagged nodes."""
    tagged: pd.DataFrame
    """Highways of the whole source, wherever they lie: ``highway``, ``footway``,
    ``surface``, ``smoothness``, ``tracktype``, ``width``, ``est_width``, ``length_m``
    and the middle ``x_m``, ``y_m``: what silence is judged by."""
    extent: shapely.Geometry | None
    """Where the source is whole: beyond, a missing wall only means a missing map.
    None where the source does not say."""
    data_date: str | None = None
    """ISO date the data speaks of, or None where the file does not say."""
    attribution: tuple[str, ...] = (OSM_ATTRIBUTION,)
    notes: tuple[str, ...] = ()
    """What was repaired, skipped or missing, in words for the user."""


@dataclass(frozen=True)
class ElevationSamples:
    """Heights at n points, with what is known of their error.

    Attributes
    ----------
    elevation_m : ndarray of shape (n,)
        NaN where no raster covers the point.
    sigma_m, correlation_m, cell_m : ndarray of shape (n,)
        Standard error of a height, length over which that error is
        correlated, and ground size of a raster cell; NaN where uncovered.
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
class Cells:
    """Chains of ways cut every `step_m`: the grain in which all is noted.

    Cells of a chain are consecutive and in order, so that a window is a slice
    and everything along it a rolling minimum, maximum or sum.

    Attributes
    ----------
    step_m : float
        Length of a cell; what remains at a chain's end (< step) is left out.
    chain : ndarray of shape (n,)
        Number of the chain a cell belongs to.
    lines : ndarray of shape (n,)
        The cell's own piece of the chain (LineString, metres).
    xy : ndarray of shape (n + chains, 2)
        The cell boundaries of all chains: cell i of chain c runs from row
        ``i + c`` to ``i + c + 1``.
    pair_cell, pair_ground : ndarray of shape (m,)
        Which rows of `ground` each cell touches; sorted by cell.
    ground : GeoDataFrame
        The ways (later areas) that the chains are made of, with their tags,
        ``origin`` and ``width_m``/``width_tagged``.
    node_cell, node_id : ndarray of shape (k,)
        The OSM nodes on the line and the cell each lies in; a node on a
        boundary counts for both cells.
    side_paths : ndarray of shape (n,)
        Number of other foot ways, tracks or cycleways that join within a cell.
    """

    step_m: float
    chain: IntArray
    lines: NDArray[np.object_]
    xy: FloatArray
    pair_cell: IntArray
    pair_ground: IntArray
    ground: gpd.GeoDataFrame
    node_cell: IntArray
    node_id: IntArray
    side_paths: FloatArray

    def __len__(self) -> int:
        """Return the number of cells."""
        return len(self.chain)


@dataclass(frozen=True)
class Windows:
    """Straight, clear windows of one length: all places where a section could start.

    Attributes
    ----------
    first : ndarray of shape (w,)
        First cell of each window; a window never leaves its chain.
    n_cells : int
        Number of cells of a window, the run-outs at its ends not counted.
    strip_width_m, heading_range_deg : ndarray of shape (w,)
        Narrowest strip that holds the centre line, and the range of headings
        of its 10 m chords, both with the run-outs.
    """

    cells: Cells
    first: IntArray
    n_cells: int
    run_out_cells: int
    strip_width_m: FloatArray
    heading_range_deg: FloatArray

    def __len__(self) -> int:
        """Return the number of windows."""
        return len(self.first)


@dataclass(frozen=True)
class Evidence:
    """What criteria may look at besides the windows themselves."""

    features: Features
    elevation: ElevationSamples | None
    """Heights at the rows of `Cells.xy`, or None where no elevation was given."""
    fine: ElevationSamples | None
    """Heights every metre, five a cell, where some raster is fine enough, else None."""
    profile: Profile


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


@dataclass(frozen=True)
class Criterion:
    """One thing that makes ground good or bad to run backwards on."""

    name: str
    unit: str
    curve: tuple[tuple[float, float], ...]
    """Breakpoints (raw value, desirability), piecewise linear, flat outside."""
    weight: float
    """Default weight; a profile may set another."""
    unknown: float
    """Desirability where nothing is known."""
    measure: Callable[[Windows, Evidence], Measurement]


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


@dataclass(frozen=True)
class Ranking:
    """Stretches near a place, best first, and all that was left out, with reasons.

    Attributes
    ----------
    stretches : GeoDataFrame
        One LineString a stretch, metric CRS, in order of rank; columns as in
        `saferoute.outputs.vector.SCHEMA` plus what the map shows in words.
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

    @property
    def place(self) -> Place:
        """The place in the middle."""
        return self.area.place

    def exclusions(self) -> list[dict[str, Any]]:
        """Count what was left out: reason, rule, pieces and length in m, longest first."""
        if self.excluded.empty:
            return []
        table = self.excluded.groupby("reason", sort=True).agg(
            rule=("rule", "first"), pieces=("reason", "size"), length_m=("length_m", "sum")
        )
        table = table.sort_values(["length_m", "pieces"], ascending=False, kind="stable")
        return [{str(k): v for k, v in row.items()} for row in table.reset_index().to_dict("records")]


@dataclass(frozen=True)
class Explanation:
    """What is known of the way nearest to a place."""

    distance_m: float
    """From the place to the way."""
    recommended: bool
    """True: `row` is a row of `Ranking.stretches`, else of `Ranking.excluded`."""
    row: Mapping[str, Any]
    ranking: Ranking
