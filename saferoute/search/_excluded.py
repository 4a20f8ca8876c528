"""The table of ground that is in no stretch, each piece with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from saferoute import candidates, geometry, limits
from saferoute.limits.ground import CLOSED_AT_HOUR
from saferoute.osm import entry
from saferoute.search._area import is_touching
from saferoute.search._observed import tell_excluding
from saferoute.search._rows import join_names, list_distinct, list_ground_of_runs, list_osm_ids

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.search._survey import Survey

LEFTOVER = "beside a better stretch"
"""Reason of samples that no limit excludes and that are in no stretch."""
_LEFTOVER_RULE = "this is the run-out of a better stretch, or too short for one of its own beside it"


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
    grounds = list_ground_of_runs(samples, first, n)
    return pd.DataFrame(
        {
            "reason": status[first],
            "osm_ids": list_osm_ids(samples.ground, grounds),
            "name": join_names(samples.ground, grounds),
            "hours": "",
            "seen": tell_excluding(survey, first, n, status[first].tolist()),
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
        ``name``, ``hours``, ``seen`` (what was seen on foot) and ``length_m``, which is 0 for areas.
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
    frame["hours"] = _list_hours(survey, frame)
    frame["rule"] = frame["reason"].map({**limits.RULES, LEFTOVER: _LEFTOVER_RULE})
    polygon = frame.geometry.geom_type.str.endswith("Polygon")
    # The outline of an area is no length to run.
    frame["length_m"] = frame.geometry.length.where(~polygon, 0.0)
    return frame


def _list_hours(survey: Survey, frame: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the tags that close excluded ground at the hour, ``""`` where it is excluded for another reason."""
    shut = frame["reason"].eq(CLOSED_AT_HOUR[0]).to_numpy()
    hours = frame["hours"].where(shut).fillna("").to_numpy(dtype=object)
    around, row = survey.surroundings, np.flatnonzero(shut & (hours == ""))
    pairs = around.pair_with_lines(shapely.STRtree(frame.geometry.to_numpy()[row]))
    told = entry.list_hours(around.tags)
    for ground, line in zip(*pairs, strict=True):
        hours[row[line]] = hours[row[line]] or told[ground]
    return hours


def _excluded_objects(objects: gpd.GeoDataFrame, reasons: NDArray[np.object_]) -> pd.DataFrame:
    ids = [[f"{kind}/{number}"] for kind, number in zip(objects["osm_type"], objects["osm_id"], strict=True)]
    return pd.DataFrame(
        {
            "reason": reasons,
            "osm_ids": ids,
            "name": objects["name"].to_numpy(),
            "hours": entry.list_hours(objects),
            "seen": "",
            "geometry": objects.geometry.to_numpy(),
        }
    )


def _short_strokes(survey: Survey) -> pd.DataFrame:
    """Return the strokes that are too short to be cut into samples."""
    profile, strokes, ground = survey.evidence.profile, survey.strokes, survey.samples.ground
    short = np.flatnonzero(shapely.length(strokes.lines) < profile.clear_length_m + 2 * profile.run_out_m)
    low, high = (np.searchsorted(strokes.vertex_stroke, short, side=side) for side in ("left", "right"))
    grounds = list_distinct(strokes.edge_ground, low, high - 1 - low)
    return pd.DataFrame(
        {
            "reason": np.full(len(short), "too short", dtype=object),
            "osm_ids": list_osm_ids(ground, grounds),
            "name": join_names(ground, grounds),
            "hours": "",
            "seen": "",
            "geometry": strokes.lines[short],
        }
    )
