"""Flatness: the slopes along and across a stretch, from heights and from the tag ``incline``, with their errors.

Lines fitted to heights (`along`) and tagged slopes (`tagged`) are combined by
their errors; where they contradict each other, the error grows and it is said.
The steepest piece counts by itself (`steepest`).
Planes fitted to heights tell the slope across (`across`), of which ways that
are cut into a hillside show but a share underfoot (`underfoot`). Paths without a
grade may be for mountaineers (`mountain`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from saferoute.criteria import _samples
from saferoute.criteria.flatness.across import OFFSETS, choose_offsets
from saferoute.criteria.flatness.along import DENTS_CELL_M, Slopes, fit_window_slopes
from saferoute.criteria.flatness.errors import COARSE_CELL_M, grade_error_pct
from saferoute.criteria.flatness.mountain import estimate_chances
from saferoute.criteria.flatness.relief import SIGMA as RELIEF_SIGMA
from saferoute.criteria.flatness.relief import estimate_steepness
from saferoute.criteria.flatness.steepest import PIECE_M
from saferoute.criteria.flatness.tagged import combine_slopes, read_tagged_slopes
from saferoute.criteria.flatness.underfoot import BENCH_ERROR, OPEN_SHARE, estimate_shares
from saferoute.model import Criterion, Measurement, Scale, Unknown
from saferoute.osm.built import is_unpaved
from saferoute.osm.ground import KEPT_KINDS, is_built_up
from saferoute.osm.tags import has_value
from saferoute.quantities import Chance, Magnitude, Normal, UsualSize

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, Columns, FloatArray, IntArray
    from saferoute.criteria.flatness.across import CrossSlopes
    from saferoute.criteria.flatness.relief import Likely
    from saferoute.criteria.flatness.tagged import CombinedSlopes, TaggedSlopes
    from saferoute.model import Evidence, Heights, Windows

__all__ = [
    "ACROSS",
    "COARSE_CELL_M",
    "CRITERION",
    "CURVE",
    "DENTS_CELL_M",
    "HILLSIDE_PCT",
    "OFFSETS",
    "PIECE_M",
    "SURE",
    "UNKNOWN",
    "Slopes",
    "choose_offsets",
    "fit_window_slopes",
    "grade_error_pct",
    "measure_flatness",
]

CURVE = (
    (-4.0, 0.0), (-3.0, 0.2), (-2.0, 0.55), (-1.0, 1.0), (1.0, 1.0), (2.0, 0.75), (3.0, 0.4), (5.0, 0.0),
)  # fmt: skip
"""Desirability by grade in %; positive is running backwards uphill, the kinder direction [J]."""
STEEPNESS = CURVE[CURVE.index((1.0, 1.0)) :]
"""The same of slopes of which only the size is told."""
UNKNOWN = Unknown(estimate=0.5, draws=((0.0, 0.25), (1.0, 0.75)))
"""An unknown slope is drawn from .25 to .75, so that it is called neither flat nor steep [J]."""
SURE = 1.28
"""Least |grade|/σ at which uphill is advised: the sign is then right with P > .9."""
ACROSS = ((2.0, 1.0), (4.0, 0.7), (6.0, 0.4), (10.0, 0.1), (15.0, 0.0))
"""Desirability by the slope across in % [J]: a foot that lands on a tilted plane rolls.

Pavements fall 2 to 2.5 % across by ordinary building practice. From 15 % on, the limit on open ground, no rating is
left, however little is known."""
STEEPEST = ((3.0, 1.0), (6.0, 0.4), (8.0, 0.1), (10.0, 0.0))
"""Desirability by the slope of the steepest 30 m, run-outs included, in % [J]: one is on it for 15 s at most, or only
where one goes on by mistake."""
FALLS = ((8.0, 1.0), (15.0, 0.1), (30.0, 0.0))
"""Desirability by the fall of the ground beside unpaved ways in % [J]: such ways tilt outwards, stones lie loose on
them, and nothing stops who leaves them."""
MOUNTAIN = ((0.0, 1.0), (1.0, 0.0))
"""Paths that are harder than hiking are excluded where they are tagged so: nobody runs backwards on them."""
HILLSIDE_PCT = 15.0
"""Fall of the ground beside a line from which it is a hillside [J]."""
TILTED_PCT, _SURELY = 8.0, 1.64
"""Slope across the ground from which it is worth a look, and the standard errors by which it exceeds nothing (95 %)."""
_CONFIDENCE_PCT, _CONFIDENCE_ACROSS_PCT = 1.5, 5.0
"""Standard errors along and across at which the confidence has fallen to 1/e [J]."""
_UNKNOWN_ACROSS = 0.5
"""Factor of the confidence where the slope across is unknown [J]."""


def measure_flatness(windows: Windows, evidence: Evidence) -> Measurement:
    """Measure the slopes of each window along, as it is when run uphill, and across; NaN where nothing tells them."""
    fitted = fit_window_slopes(windows, evidence)
    tagged = read_tagged_slopes(windows, evidence.features)
    slope = combine_slopes(fitted.grade_pct, fitted.sigma_pct, tagged)
    across = fitted.across
    share = _samples.reduce_ground(windows, estimate_shares(windows.samples.ground), "max")
    underfoot = _estimate_underfoot(across, share)
    unpaved = _samples.reduce_ground(windows, is_unpaved(windows.samples.ground).astype(float), "max") > 0
    unknown = np.isnan(slope.grade_pct), np.isnan(across.across_pct)
    likely = estimate_steepness(windows, evidence.features, along=unknown[0], across=unknown[1])
    steepness = np.where(unknown[1], likely.across_pct, across.across_pct)
    mountain = estimate_chances(windows, evidence.features, steepness)

    kept = _samples.reduce_ground(windows, has_value(windows.samples.ground, "kind", KEPT_KINDS).astype(float), "min")
    untold = (unknown[0] | slope.is_contradicted) & (kept == 0)
    tilted = _is_tilted(across)
    on_hillside = _is_on_hillside(windows, across)
    evidence_of = {
        **_list_slopes(slope, fitted, tagged),
        **_list_likely(likely),
        "mountain_chance": mountain,
        "is_on_way": share < OPEN_SHARE,
        "is_tilted": tilted,
        "is_on_hillside": on_hillside,
    }

    def gather(rows: IntArray) -> Columns:
        return {
            **{name: values[rows] for name, values in evidence_of.items()},
            "height_source": _list_height_sources(windows, evidence.elevation, rows),
        }

    def gather_doubts(rows: IntArray, *_: IntArray) -> dict[str, BoolArray]:
        return {"slope": untold[rows], "tilt": tilted[rows], "hillside": on_hillside[rows]}

    return Measurement(
        # The runner may choose the direction, so only the steepness counts, and it is judged as uphill.
        quantity=Normal(np.abs(slope.grade_pct), slope.sigma_pct),
        confidence=_estimate_confidence(slope, across, underfoot),
        gather_evidence=gather,
        gather_doubts=gather_doubts,
        bounds={
            "across": underfoot,
            "steepest": Magnitude(*fitted.steepest),
            "falls": Magnitude(np.where(unpaved, across.falls_pct, np.nan), across.sigma_pct),
            "likely_along": UsualSize(likely.along_pct, RELIEF_SIGMA),
            "likely_across": UsualSize(share * likely.across_pct, RELIEF_SIGMA),
            "likely_falls": UsualSize(np.where(unpaved, likely.falls_pct, np.nan), RELIEF_SIGMA),
            "mountain": Chance(mountain),
        },
    )


def _list_slopes(slope: CombinedSlopes, fitted: Slopes, tagged: TaggedSlopes) -> dict[str, NDArray[Any]]:
    """Return what is measured and tagged of the slopes of windows, by column."""
    return {
        "grade_pct": slope.grade_pct,
        "grade_sigma_pct": slope.sigma_pct,
        "fit_sigma_pct": np.fmin(fitted.fit_sigma_pct, slope.sigma_pct),
        "steepest_pct": np.abs(fitted.steepest.pct),
        "steepest_sigma_pct": fitted.steepest.sigma_pct,
        "cross_slope_pct": np.abs(fitted.across.across_pct),
        "cross_slope_sigma_pct": fitted.across.sigma_pct,
        "falls_away_pct": fitted.across.falls_pct,
        "roughness_m": fitted.roughness_m,
        "fit_m": fitted.fit_m,
        "fitted_pct": fitted.grade_pct,
        "tagged_pct": tagged.grade_pct,
        "is_carried": tagged.is_carried,
        "tagged_up": tagged.direction,
        "tagged_least_pct": tagged.least_pct,
        "is_contradicted": slope.is_contradicted,
    }


def _list_likely(likely: Likely) -> dict[str, NDArray[Any]]:
    """Return what the map hints of the slopes of windows, by column."""
    return {
        "likely_grade_pct": np.where(likely.is_told > 0, likely.along_pct, np.nan),
        "likely_falls_pct": np.where(likely.is_told > 0, likely.falls_pct, np.nan),
        "hints_m": likely.hints_m,
        "spot_rise_m": likely.spots_m[:, 0],
        "spot_apart_m": likely.spots_m[:, 1],
    }


def _is_tilted(across: CrossSlopes) -> BoolArray:
    """Return a mask of windows across which the heights surely tell a slope that is worth a look."""
    tilt = np.abs(across.across_pct)
    with np.errstate(invalid="ignore"):
        tilted: BoolArray = (tilt > TILTED_PCT) & (tilt > _SURELY * across.sigma_pct)
    return tilted


def _is_on_hillside(windows: Windows, across: CrossSlopes) -> BoolArray:
    """Return a mask of windows beside which the ground falls away, but not as piers and bridges are built."""
    built_up = _samples.reduce_ground(windows, is_built_up(windows.samples.ground).astype(float), "max") > 0
    with np.errstate(invalid="ignore"):
        falls: BoolArray = across.falls_pct > HILLSIDE_PCT
    return falls & ~built_up


def _estimate_underfoot(across: CrossSlopes, share: FloatArray) -> Magnitude:
    """Return the slope across that is felt where a share of that of the ground is."""
    felt = share * np.abs(across.across_pct)
    of_share = np.where(share < OPEN_SHARE, BENCH_ERROR * felt, 0.0)
    return Magnitude(felt, np.hypot(share * across.sigma_pct, of_share))


def _estimate_confidence(slope: CombinedSlopes, across: CrossSlopes, underfoot: Magnitude) -> FloatArray:
    """Return the confidence: less by the errors along and across, on hillsides, and where one slope is unknown."""
    of_along = np.where(np.isfinite(slope.grade_pct), np.exp(-np.nan_to_num(slope.sigma_pct) / _CONFIDENCE_PCT), 0.0)
    of_across = np.exp(-underfoot.sigma / _CONFIDENCE_ACROSS_PCT)
    on_hillside = np.fmin(HILLSIDE_PCT / np.fmax(across.falls_pct, 1.0), 1.0)
    return of_along * np.where(np.isfinite(underfoot.value), of_across, _UNKNOWN_ACROSS) * on_hillside


def _list_height_sources(windows: Windows, heights: Heights | None, rows: IntArray) -> NDArray[np.object_]:
    """Return the name of the raster under the middle of each window, or None where there is none."""
    if heights is None or not len(rows):
        return np.full(len(rows), None, dtype=object)
    middle = windows.first[rows] + windows.samples.stroke[windows.first[rows]] + windows.n_samples // 2
    return np.array([*heights.sources, None], dtype=object)[
        heights.source[middle]
    ]  # −1, uncovered, picks the None at the end


CRITERION = Criterion(
    name="flatness",
    unit="% grade uphill",
    curve=CURVE,
    unknown=UNKNOWN,
    bounds={
        "across": Scale(unit="% across, underfoot", curve=ACROSS),
        "steepest": Scale(unit="% along, steepest 30 m", curve=STEEPEST),
        "falls": Scale(unit="% that the ground falls beside an unpaved way", curve=FALLS),
        "likely_along": Scale(unit="% along, likely", curve=STEEPNESS),
        "likely_across": Scale(unit="% across, underfoot, likely", curve=ACROSS),
        "likely_falls": Scale(unit="% that the ground likely falls beside an unpaved way", curve=FALLS),
        "mountain": Scale(unit="chance of a path harder than hiking, 0..1", curve=MOUNTAIN),
    },
    measure=measure_flatness,
    averaged=True,
    keys=("incline",),
)
"""Lines and planes fitted to heights, and tagged slopes."""
