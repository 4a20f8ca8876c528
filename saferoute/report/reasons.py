"""Reasons for the desirabilities of a stretch: the evidence of each criterion in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from saferoute.arrays import list_records
from saferoute.criteria import flatness
from saferoute.criteria.flatness.hillside import name_hints
from saferoute.criteria.obstacles import ZONES
from saferoute.report import crowd, surfaces
from saferoute.report.hints import describe_hints, describe_spot_heights
from saferoute.report.sides import describe_sides
from saferoute.report.units import METRIC_UNITS, Units

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from saferoute.arrays import Columns, FloatArray, IntArray
    from saferoute.model import Criterion, Measurement

    Row = Mapping[Any, Any]

_COMPLETE = 0.5
"""Probability that all small objects are mapped below which readers are told that some may be missing [J]."""
_STEEP_PCT = 4.0
"""Likely slope from which it is told [J]: half a slope that is hard to run, and what is less would only reassure."""


def gather_evidence(measurement: Measurement, rows: IntArray, along: Columns | None = None) -> Columns:
    """Return the evidence of rows of a measurement, and what is met along the stretches that are judged by these rows.

    Parameters
    ----------
    measurement : Measurement
        What a criterion measured.
    rows : ndarray of int
    along : columns of len(rows) rows, optional
        What `Measurement.gather_along` tells of the stretches, so that reasons and checks tell of the same things.
    """
    of_windows = {} if measurement.gather_evidence is None else measurement.gather_evidence(rows)
    return {**of_windows, **(along or {})}


def describe_evidence(
    criterion: Criterion, evidence: Columns, values: FloatArray, units: Units = METRIC_UNITS
) -> dict[str, Any]:
    """Return the columns in which a ranking shows the findings of a criterion.

    Parameters
    ----------
    criterion : Criterion
    evidence : columns of n rows
        As `gather_evidence` returns them.
    values : ndarray of shape (n,)
        What was measured, in the criterion's unit.
    units : Units
        Units of the words; numbers are metric.

    Returns
    -------
    columns of n rows
        Raw values, and ``why_<criterion>`` in words. For a criterion without
        words of its own these are its value and unit.
    """
    describe = _DESCRIBERS.get(criterion.name)
    if describe is not None:
        return describe(evidence, units)
    words = [_describe_value(value, criterion.unit) for value in values]
    return {**(evidence or {criterion.name: values}), f"why_{criterion.name}": words}


def _describe_value(value: float, unit: str) -> str:
    return f"{unit}: unknown" if np.isnan(value) else f"{unit}: {value:.3g}"


_SLOPES = (
    "grade_pct", "grade_sigma_pct", "steepest_pct", "steepest_sigma_pct", "cross_slope_pct", "cross_slope_sigma_pct",
    "falls_away_pct", "likely_falls_pct", "mountain_chance", "roughness_m", "is_contradicted", "is_on_way", "is_tilted",
    "is_on_hillside",
)  # fmt: skip
"""Columns of evidence of slopes that a ranking shows as they are."""


def _describe_flatness(evidence: Columns, units: Units) -> dict[str, Any]:
    rows = list_records(evidence)
    return {
        **{name: evidence[name] for name in _SLOPES},
        "hints": [describe_hints(hints, units) for hints in name_hints(evidence["hints_m"])],
        "spot_heights": [describe_spot_heights(row["spot_rise_m"], row["spot_apart_m"], units) for row in rows],
        "why_flatness": [_describe_slope(row, units) for row in rows],
    }


def _describe_slope(row: Row, units: Units) -> str:
    grade, sigma = abs(row["grade_pct"]), row["grade_sigma_pct"]
    if np.isnan(grade):
        text = "slope unknown: no elevation here, and no tag tells it"
        likely = "likely steep, by what the map shows around"
        return f"{text}; {likely}" if row["likely_grade_pct"] >= _STEEP_PCT else text
    sources = []
    if np.isfinite(row["fit_m"]):
        sources.append(f"fitted over {units.format_length(row['fit_m'])} of {row['height_source']}")
    tagged = _describe_incline(row)
    if tagged:
        sources.append(f"tagged as {tagged}")
    if row["is_carried"]:
        sources.append("taken from the tagged slope of a way before, behind or alongside")
    text = f"{grade:.1f} ± {sigma:.1f} %, {' and '.join(sources)}"
    if row["is_contradicted"]:
        said = row["tagged_up"] if np.isnan(row["tagged_pct"]) else row["tagged_pct"]
        text += " the other way" if said * row["fitted_pct"] < 0 else ""
        text += ", which contradict each other"
    text += "; best run uphill" if grade > flatness.SURE * sigma else "; which way is up is not sure"
    steepest = row["steepest_pct"]
    if steepest >= max(_STEEP_PCT, grade + 1):
        text += f"; {steepest:.1f} ± {row['steepest_sigma_pct']:.1f} % on its steepest {_describe_piece(units)}"
    text += f"; {_describe_cross_slope(row)}"
    if np.isfinite(row["roughness_m"]):
        return f"{text}; uneven by {units.format_unevenness(row['roughness_m'])} around that line"
    return f"{text}; dents cannot be seen in this data"


def _describe_piece(units: Units) -> str:
    return f"{units.format_length(flatness.PIECE_M)}, run-outs included"


def _describe_cross_slope(row: Row) -> str:
    if np.isnan(row["cross_slope_pct"]):
        return "slope across unknown"
    text = f"{row['cross_slope_pct']:.1f} ± {row['cross_slope_sigma_pct']:.1f} % across"
    return f"{text}, less where the way is cut into the ground" if row["is_on_way"] else text


def _describe_incline(row: Row) -> str:
    """Return what the tag ``incline`` says, "" where there is none."""
    if np.isfinite(row["tagged_pct"]) and not row["is_carried"]:
        return f"{abs(row['tagged_pct']):.2g} %"
    steep = ["steep"] if row["tagged_least_pct"] > 0 else []
    return " and ".join([*steep, *(["a slope"] if row["tagged_up"] else [])])


def _describe_straightness(evidence: Columns, units: Units) -> dict[str, Any]:
    tagged, width = evidence["is_tagged"], evidence["width_m"]
    return {
        "strip_width_m": evidence["strip_width_m"],
        "free_lane_m": np.where(tagged, np.maximum(width - evidence["strip_width_m"], 0.0), np.nan),
        "heading_range_deg": evidence["heading_range_deg"],
        "width_m": np.where(tagged, width, np.nan),
        "why_straightness": [_describe_strip(row, units) for row in list_records(evidence)],
    }


def _describe_strip(row: Row, units: Units) -> str:
    source = "measured to the edge of the free ground" if row["is_measured_to_the_edge"] else "tagged"
    if not row["is_tagged"]:
        source = "width unknown, taken from the kind of way"
    return (
        f"its line stays within a width of {units.format_length(row['strip_width_m'], 1)}, its direction within "
        f"{row['heading_range_deg']:.0f}°; "
        f"{units.format_length(row['width_m'], 1)} wide ({source})"
    )


def _describe_obstacles(evidence: Columns, units: Units) -> dict[str, Any]:
    is_mapped = evidence["mapped"] >= _COMPLETE
    beside = describe_sides(evidence, is_mapped=is_mapped, units=units)
    objects = (_describe_objects(row, units) for row in list_records(evidence))
    words = zip(objects, beside.pop("around"), strict=True)
    return {
        **beside,
        "obstacles_per_100m": evidence["obstacles_per_100m"],
        "are_objects_mapped": is_mapped,
        "why_obstacles": ["; ".join(both) for both in words],
    }


def _describe_objects(row: Row, units: Units) -> str:
    missing = "" if row["mapped"] >= _COMPLETE else ", so obstacles may well be missing"
    return (
        f"{_count(row['objects'], 'object')} and {_count(row['side_paths'], 'side path')} mapped on it or within "
        f"{units.format_length(ZONES[-1][0], 1)} beside it, run-outs included "
        f"({units.format_frequency(row['obstacles_per_100m'])}, weighted); "
        f"{row['mapped_per_km'] * units.long_m / 1000:.1f} small objects mapped per {units.long} of way "
        f"around{missing}"
    )


def _count(number: float, noun: str) -> str:
    return f"{number:.0f} {noun}" + ("" if round(number) == 1 else "s")


_DESCRIBERS: Mapping[str, Callable[[Columns, Units], dict[str, Any]]] = {
    "surface": lambda evidence, _: surfaces.describe_surfaces(evidence),
    "flatness": _describe_flatness,
    "straightness": _describe_straightness,
    "obstacles": _describe_obstacles,
    "crowding": crowd.describe_crowding,
}
"""Functions that turn the evidence of a criterion into columns, by its name."""
