"""The tables of a ranking: recommended stretches and excluded ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from saferoute import candidates, criteria, geometry, limits, scoring
from saferoute.criteria import flatness
from saferoute.osm.unread import list_unread_tags
from saferoute.osm.ways import is_lit
from saferoute.report import checks
from saferoute.report.reasons import describe_measurement
from saferoute.search._area import is_touching, project_centre

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, IntArray
    from saferoute.model import Samples
    from saferoute.search._survey import Survey

LEFTOVER = "beside a better stretch"
"""Reason of samples that no limit excludes and that are in no stretch."""
_LEFTOVER_RULE = "run-outs, and what is left beside a better stretch and too short for one of its own"


def stretch_table(survey: Survey, merged: candidates.Stretches, top: int) -> gpd.GeoDataFrame:
    """Return the best stretches of a survey, `top` at most, as a table in order of rank."""
    profile, samples = survey.evidence.profile, survey.samples
    # A stretch is judged by its worst window, which is measured; only straightness sees the whole line.
    judged = np.searchsorted(survey.windows.first, merged.worst.first)
    measured = {
        c.name: c.measure(merged.worst, survey.evidence)
        if c.of_line
        else survey.measurements[c.name].select_rows(judged)
        for c in criteria.ALL
    }
    scores = scoring.score_measurements(measured, profile)
    lines = merged.to_lines()
    middle = samples.xy[candidates.middle_rows(samples, merged.first, merged.n_samples)]
    length = (merged.n_samples * samples.step_m).astype(float)
    rows = scoring.rank_stretches(scores.low, length, middle, samples.source_stroke[merged.first], top=top)
    best = {name: measurement.select_rows(rows) for name, measurement in measured.items()}
    intervals = scoring.estimate_rank_intervals(scores, profile)
    grounds = _ground_rows_of_runs(samples, merged.first[rows], merged.n_samples[rows])
    table = pd.DataFrame(
        {
            "rank": np.arange(1, len(rows) + 1),
            "score": scores.score[rows],
            "score_low": scores.low[rows],
            "score_high": scores.high[rows],
            "rating": scoring.assign_ratings(scores.low, scores.quality, scores.confidence.min(axis=1))[rows],
            "data_quality": scores.quality[rows],
            "length_m": shapely.length(lines[rows]),
            "origin": _origins_of_samples(samples, merged.first[rows]),
            "osm_ids": _osm_ids(samples.ground, grounds),
            "name": _join_names(samples.ground, grounds),
            "distance_m": np.hypot(*(middle[rows] - project_centre(survey.area)).T),
            "limiting_criterion": scores.limiting[rows],
            "rank_low": intervals[rows, 0],
            "rank_high": intervals[rows, 1],
            # Not for readers but for who ranks anew under other weights, as the map's page does.
            "stroke": samples.source_stroke[merged.first[rows]],
            "quantiles": list(scoring.quantiles_of_draws(best)),
            **dict(zip(("east_m", "north_m"), (middle[rows] - project_centre(survey.area)).T, strict=True)),
        }
    )
    table = pd.concat([table, _height_profiles(survey, merged.first[rows], merged.n_samples[rows])], axis=1)
    for k, criterion in enumerate(criteria.ALL):
        table[f"d_{criterion.name}"] = scores.desirability[rows, k]
        table[f"c_{criterion.name}"] = scores.confidence[rows, k]
        table = pd.concat([table, describe_measurement(criterion, measured[criterion.name], rows)], axis=1)
    lines = _turn_uphill(table, lines[rows])
    moment, tags = survey.evidence.moment, samples.ground.iloc[_first_ground(samples, merged.first[rows])]
    table["barefoot"] = [checks.advise_barefoot(surface) for surface in table["surface"]]
    table["checks"] = checks.list_checks(
        table,
        tags,
        beside_edge=survey.hazards.lines_beside_hazard(shapely.STRtree(lines), "drop", checks.EDGE_M),
        unlit_in_the_dark=(moment is not None and moment.dark) & ~_is_lit(samples.ground, grounds),
        unread=_list_unread(samples.ground, grounds),
        on_ground_by_leave=survey.hazards.lines_on_ground_by_leave(shapely.STRtree(lines)),
    )
    return gpd.GeoDataFrame(table, geometry=lines, crs=survey.area.crs)


def _turn_uphill(table: pd.DataFrame, lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the lines, turned uphill if the sign of the slope is sure, and note the bearing to run.

    Backwards, uphill is the kinder direction. If the sign is not sure no direction is
    advised: the line stays as it is and the bearing is NaN.
    """
    grade = table["grade_pct"].to_numpy(dtype=float)
    sure = np.abs(grade) > flatness.SURE * table["grade_sigma_pct"].to_numpy(dtype=float)
    turn = sure & (grade < 0)
    lines = np.where(turn, shapely.reverse(lines), lines)
    table["grade_pct"] = np.where(turn, -grade, grade)
    ahead = shapely.get_coordinates(shapely.get_point(lines, -1)) - shapely.get_coordinates(shapely.get_point(lines, 0))
    table["heights_m"] = [h[::-1] if t else h for h, t in zip(table["heights_m"], turn, strict=True)]
    bearing = np.degrees(np.arctan2(ahead[:, 0], ahead[:, 1])) % 360
    table["advised_bearing_deg"] = np.where(sure, bearing, np.nan)
    return lines


def _height_profiles(survey: Survey, first: IntArray, n: IntArray) -> pd.DataFrame:
    """Return the heights along each stretch, their largest standard error and their source."""
    samples, elevation = survey.samples, survey.evidence.elevation
    start = first + samples.stroke[first]
    points = [slice(a, a + k + 1) for a, k in zip(start, n, strict=True)]
    if elevation is None:
        empty = [np.full(k + 1, np.nan) for k in n]
        return pd.DataFrame({"heights_m": empty, "height_sigma_m": np.nan, "height_source": None})
    names = np.array([*elevation.sources, None], dtype=object)  # -1, uncovered, is the last
    return pd.DataFrame(
        {
            "heights_m": [elevation.elevation_m[of] for of in points],
            "height_sigma_m": [np.fmax.reduce(elevation.sigma_m[of]) for of in points],
            "height_source": [names[elevation.source[of].max()] for of in points],
        }
    )


def _is_lit(ground: pd.DataFrame, rows_of: list[IntArray]) -> BoolArray:
    """Return a mask of stretches all of whose ground is known to be lit."""
    lit = is_lit(ground).yes
    return np.array([lit[rows].all() for rows in rows_of], dtype=bool)


def _list_unread(ground: pd.DataFrame, rows_of: list[IntArray]) -> list[list[str]]:
    """Return the tags that are not understood of each list of rows of ground."""
    used = np.unique(np.concatenate([*rows_of, np.empty(0, dtype=np.int64)]).astype(np.int64))
    unread = dict(zip(used.tolist(), list_unread_tags(ground.iloc[used]), strict=True))
    return [list(dict.fromkeys(tag for row in rows.tolist() for tag in unread[row])) for rows in rows_of]


def _first_ground(samples: Samples, sample: IntArray) -> IntArray:
    """Return one of the rows of ground that each sample touches."""
    return samples.pair_ground[samples.first_pair[sample]]


def _origins_of_samples(samples: Samples, first: IntArray) -> NDArray[np.object_]:
    return samples.ground["origin"].to_numpy(dtype=object)[_first_ground(samples, first)]


def count_considered(survey: Survey, merged: candidates.Stretches) -> Mapping[str, float]:
    """Return how much a survey considered, by name.

    Numbers of ways, areas, corridors, windows and stretches, and the length of the
    stretches in metres.
    """
    polygons, corridors = np.array(list(survey.open_ground.counts.values())).reshape(-1, 2).sum(axis=0)
    return {
        "ways": int(pd.notna(survey.way_reasons).sum()),
        "areas": int(polygons),
        "corridors": int(corridors),
        "windows": len(survey.windows),
        "stretches": len(merged.first),
        "length_m": float(merged.n_samples.sum() * candidates.STEP_M),
    }


def _ground_rows_of_runs(samples: Samples, first: IntArray, n: IntArray) -> list[IntArray]:
    """Return the rows of ground that each run of samples touches, in ascending order."""
    low = samples.first_pair[first]
    return _unique_of_slices(samples.pair_ground, low, samples.first_pair[first + n] - low)


def _unique_of_slices(values: IntArray, first: IntArray, n: IntArray) -> list[IntArray]:
    """Return the distinct row numbers in each slice of an array, sorted and without negative ones."""
    size = int(values.max(initial=0)) + 1
    found, owner = values[geometry.indices_of_slices(first, n)], np.repeat(np.arange(len(n)), n)
    # One sort for all slices: the key of a value begins with its slice.
    key = np.unique(owner[found >= 0] * size + found[found >= 0])
    ends = np.searchsorted(key, np.arange(1, len(n)) * size)
    return np.split(key % size, ends) if len(n) else []


def _osm_ids(ground: pd.DataFrame, rows_of: list[IntArray]) -> list[list[str]]:
    """Return the OSM objects of each list of rows of ground."""
    kind, number = ground["osm_type"].to_numpy(), ground["osm_id"].to_numpy()
    return [sorted({f"{kind[g]}/{number[g]}" for g in rows}) for rows in rows_of]


def _join_names(ground: pd.DataFrame, rows_of: list[IntArray]) -> pd.api.extensions.ExtensionArray:
    """Return the joined names of each list of rows of ground, NaN if none has a name."""
    names = ground["name"].to_numpy(dtype=object, na_value=None)
    words = (", ".join(name for name in dict.fromkeys(names[rows]) if name) for rows in rows_of)
    return pd.array([text or np.nan for text in words], dtype="str")


def _reasons_of_samples(survey: Survey, merged: candidates.Stretches) -> NDArray[np.object_]:
    """Return why each sample is in no stretch, ``""`` where it is in one."""
    status = survey.sample_reasons.copy()
    status[status == ""] = LEFTOVER
    status[candidates.is_in_runs(merged.first, merged.n_samples, len(survey.samples))] = ""
    return status


def _excluded_runs(survey: Survey, merged: candidates.Stretches) -> pd.DataFrame:
    """Return the runs of samples that are in no stretch, each with its one reason."""
    status, samples = _reasons_of_samples(survey, merged), survey.samples
    change = (
        np.r_[True, (np.diff(samples.stroke) != 0) | (status[1:] != status[:-1])] if len(samples) else np.empty(0, bool)
    )
    first = np.flatnonzero(change)
    n = np.diff(np.r_[first, len(samples)])
    # Samples that were never checked lie too far from the area to count as excluded.
    left_out = (status[first] != "") & (status[first] != limits.UNASKED)
    first, n = first[left_out], n[left_out]
    grounds = _ground_rows_of_runs(samples, first, n)
    return pd.DataFrame(
        {
            "reason": status[first],
            "osm_ids": _osm_ids(samples.ground, grounds),
            "name": _join_names(samples.ground, grounds),
            "geometry": geometry.join_pieces(samples.lines, first, n),
        }
    )


def excluded_table(survey: Survey, merged: candidates.Stretches) -> gpd.GeoDataFrame:
    """Return all ground of the area that is in no stretch, with the reason.

    Parameters
    ----------
    survey : Survey
    merged : Stretches

    Returns
    -------
    GeoDataFrame
        Lines and areas in the survey's CRS with ``reason``, ``rule``, ``osm_ids``,
        ``name`` and ``length_m``, which is 0 for areas.
    """
    ways, refused = survey.features.ways, survey.open_ground.excluded
    limited = np.array([isinstance(r, str) and r != "" for r in survey.way_reasons], dtype=bool)
    parts = [
        _excluded_runs(survey, merged),
        _excluded_objects(ways[limited], survey.way_reasons[limited]),
        _short_strokes(survey),
        _excluded_objects(refused, refused["reason"].to_numpy(dtype=object)),
    ]
    parts = [p[is_touching(survey.area, p["geometry"].to_numpy(dtype=object))] for p in parts]
    # pandas warns about empty parts; if all are empty, the first still gives the columns.
    table = pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)
    frame = gpd.GeoDataFrame(table, geometry="geometry", crs=survey.area.crs)
    frame["rule"] = frame["reason"].map({**limits.RULES, LEFTOVER: _LEFTOVER_RULE})
    polygon = frame.geometry.geom_type.str.endswith("Polygon")
    # The outline of an area is no length to run.
    frame["length_m"] = frame.geometry.length.where(~polygon, 0.0)
    return frame


def _excluded_objects(objects: gpd.GeoDataFrame, reasons: NDArray[np.object_]) -> pd.DataFrame:
    ids = [[f"{kind}/{number}"] for kind, number in zip(objects["osm_type"], objects["osm_id"], strict=True)]
    return pd.DataFrame(
        {
            "reason": reasons,
            "osm_ids": ids,
            "name": objects["name"].to_numpy(),
            "geometry": objects.geometry.to_numpy(),
        }
    )


def _short_strokes(survey: Survey) -> pd.DataFrame:
    """Return the strokes that are too short to be cut into samples."""
    profile, strokes, ground = survey.evidence.profile, survey.strokes, survey.samples.ground
    short = np.flatnonzero(shapely.length(strokes.lines) < profile.clear_length_m + 2 * profile.run_out_m)
    low, high = (np.searchsorted(strokes.vertex_stroke, short, side=side) for side in ("left", "right"))
    grounds = _unique_of_slices(strokes.edge_ground, low, high - 1 - low)
    return pd.DataFrame(
        {
            "reason": np.full(len(short), "too short", dtype=object),
            "osm_ids": _osm_ids(ground, grounds),
            "name": _join_names(ground, grounds),
            "geometry": strokes.lines[short],
        }
    )
