"""The table of ground that is in no stretch, each piece with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from saferoute import candidates, geometry, limits
from saferoute.arrays import as_objects
from saferoute.limits.ground import CLOSED_AT_HOUR
from saferoute.osm import entry
from saferoute.products import remember_or_make
from saferoute.search._area import distance_outside_m, is_touching
from saferoute.search._at_hour import digest_parts
from saferoute.search._observed import tell_excluding
from saferoute.search._rows import join_names, list_distinct, list_ground_of_runs, list_osm_ids

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from saferoute.arrays import IntArray
    from saferoute.search._survey import Survey
    from saferoute.table import Table

LEFTOVER = "beside a better stretch"
"""Reason of samples that no limit excludes and that are in no stretch."""
_LEFTOVER_RULE = "this is the run-out of a better stretch, or too short for one of its own beside it"
_AREAS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def excluded_table(survey: Survey, merged: candidates.Stretches) -> pd.DataFrame:
    """Return all ground of the area that is in no stretch, with the reason.

    Parameters
    ----------
    survey : Survey
        With its measurements.
    merged : Stretches

    Returns
    -------
    DataFrame
        Lines and areas (``geometry``, in the survey's CRS) with ``reason``, ``osm_ids``, ``name``, ``hours``,
        ``seen`` (what was seen on foot), ``rule`` and ``length_m``, which is 0 for areas.
    """
    import pandas as pd

    limited, at = remember_or_make(survey.features, "excluded", survey.key, lambda: _tabulate_limited(survey))
    of_runs, first = _join_runs(survey, *_find_leftovers(survey, merged))
    # The pieces of a stroke stand in the order in which they lie on it.
    order = np.argsort(np.concatenate([at, first]), kind="stable")
    return pd.concat([limited, of_runs.to_table()]).iloc[order].reset_index(drop=True)


class _Pieces(NamedTuple):
    """Pieces of ground with the reason for which each is excluded."""

    reason: NDArray[np.object_]
    osm_ids: NDArray[np.object_]
    name: NDArray[np.object_]
    hours: NDArray[np.object_]
    seen: NDArray[np.object_]
    shape: NDArray[np.object_]

    def to_table(self) -> pd.DataFrame:
        """Return a row a piece, with the rule behind its reason and its length."""
        import pandas as pd

        rules = {**limits.RULES, LEFTOVER: _LEFTOVER_RULE}
        # The outline of an area is no length to run.
        is_area = np.isin(shapely.get_type_id(self.shape), _AREAS)
        return pd.DataFrame(
            {
                "reason": pd.array(self.reason, dtype="str"),
                "osm_ids": self.osm_ids,
                **{name: pd.array(getattr(self, name), dtype="str") for name in ("name", "hours", "seen")},
                "geometry": self.shape,
                "rule": pd.array([rules[reason] for reason in self.reason], dtype="str"),
                "length_m": np.where(is_area, 0.0, shapely.length(self.shape)),
            }
        )


def _tabulate_limited(survey: Survey) -> tuple[pd.DataFrame, IntArray]:
    """Return all that a limit excludes, whatever the weights: a row a piece, and where each stands among all others.

    Runs of samples stand by their first one, and the others behind them.
    """
    import pandas as pd

    # Most hours close open ground alone.
    told = repr((survey.sample_reasons.tolist(), survey.way_reasons.tolist())).encode()
    key = digest_parts(survey.key_of_windows, told)
    of_ways, at = remember_or_make(survey.features, "excluded ways", key, lambda: _tabulate_ways(survey))
    refused = survey.open_ground.excluded
    near = is_touching(survey.area, refused.geometry)
    of_areas = _tabulate(survey, _list_objects(refused.select_rows(near), refused["reason"][near]))
    return pd.concat([of_ways, of_areas]), np.concatenate([at, np.full(len(of_areas), len(survey.samples))])


def _tabulate_ways(survey: Survey) -> tuple[pd.DataFrame, IntArray]:
    """Return the part of `_tabulate_limited` that is no polygon of open ground."""
    ways = survey.features.ways
    limited = np.flatnonzero([isinstance(r, str) and r != "" for r in survey.way_reasons])
    limited = limited[is_touching(survey.area, ways.geometry[limited])]
    of_runs, first = _join_runs(survey, *_find_runs(survey, survey.sample_reasons))
    parts = [
        of_runs,
        _list_objects(ways.select_rows(limited), survey.way_reasons[limited]),
        remember_or_make(survey.features, "short strokes", survey.key_of_windows, lambda: _list_short_strokes(survey)),
    ]
    table = _tabulate(survey, _Pieces(*(np.concatenate(columns) for columns in zip(*parts, strict=True))))
    return table, np.concatenate([first, np.full(len(table) - len(first), len(survey.samples))])


def _tabulate(survey: Survey, pieces: _Pieces) -> pd.DataFrame:
    """Return a row for each piece, with the hours that close it."""
    return pieces._replace(hours=_list_hours(survey, pieces)).to_table()


def _find_leftovers(survey: Survey, merged: candidates.Stretches) -> tuple[IntArray, IntArray]:
    """Return the first sample and the number of samples of the runs that no limit excludes and that no stretch took."""
    taken = candidates.is_in_runs(merged.first, merged.n_samples, len(survey.samples))
    return _find_runs(survey, np.where((survey.sample_reasons == "") & ~taken, LEFTOVER, ""))


def _find_runs(survey: Survey, reasons: NDArray[Any]) -> tuple[IntArray, IntArray]:
    """Return the first sample and the number of samples of each run of one reason on one stroke, ``""`` left out."""
    stroke = survey.samples.stroke
    change = np.ones(len(stroke), dtype=bool)
    change[1:] = (np.diff(stroke) != 0) | (reasons[1:] != reasons[:-1])
    first = np.flatnonzero(change)
    n = np.diff(np.append(first, len(stroke)))
    # Samples that were never checked lie too far from the area to count as excluded.
    told = (reasons[first] != "") & (reasons[first] != limits.UNASKED)
    return first[told], n[told]


def _join_runs(survey: Survey, first: IntArray, n: IntArray) -> tuple[_Pieces, IntArray]:
    """Return those runs of samples that touch the area, each with its one reason, and their first samples."""
    samples = survey.samples
    # No point of a sample is farther from where it starts than it is long.
    near = distance_outside_m(survey.area, samples.xy[np.arange(len(samples)) + samples.stroke]) <= samples.step_m
    count = np.concatenate([[0], np.cumsum(near)])
    may_touch = count[first + n] > count[first]
    first, n = first[may_touch], n[may_touch]
    shape = geometry.join_pieces(samples.lines, first, n)
    touching = is_touching(survey.area, shape)
    first, n, shape = first[touching], n[touching], shape[touching]
    reasons = survey.sample_reasons[first]
    grounds = list_ground_of_runs(samples, first, n)
    pieces = _Pieces(
        reason=np.where(reasons == "", LEFTOVER, reasons),
        osm_ids=as_objects(list_osm_ids(samples.ground, grounds)),
        name=as_objects(join_names(samples.ground, grounds)),
        hours=np.full(len(first), "", dtype=object),
        seen=as_objects(tell_excluding(survey, first, n, reasons.tolist())),
        shape=shape,
    )
    return pieces, first


def _list_objects(objects: Table, reasons: NDArray[np.object_]) -> _Pieces:
    """Return objects of the map that are excluded whole."""
    return _Pieces(
        reason=reasons,
        osm_ids=as_objects(list_osm_ids(objects, list(np.arange(len(objects))[:, None]))),
        name=objects["name"],
        hours=entry.list_hours(objects),
        seen=np.full(len(objects), "", dtype=object),
        shape=objects.geometry,
    )


def _list_short_strokes(survey: Survey) -> _Pieces:
    """Return the strokes at the area that are too short to be cut into samples."""
    profile, strokes, ground = survey.evidence.profile, survey.strokes, survey.samples.ground
    short = np.flatnonzero(shapely.length(strokes.lines) < profile.clear_length_m + 2 * profile.run_out_m)
    short = short[is_touching(survey.area, strokes.lines[short])]
    low, high = (np.searchsorted(strokes.vertex_stroke, short, side=side) for side in ("left", "right"))
    grounds = list_distinct(strokes.edge_ground, low, high - 1 - low)
    nothing = np.full(len(short), "", dtype=object)
    return _Pieces(
        reason=np.full(len(short), "too short", dtype=object),
        osm_ids=as_objects(list_osm_ids(ground, grounds)),
        name=as_objects(join_names(ground, grounds)),
        hours=nothing,
        seen=nothing,
        shape=strokes.lines[short],
    )


def _list_hours(survey: Survey, pieces: _Pieces) -> NDArray[np.object_]:
    """Return the tags that close excluded ground at the hour, ``""`` where it is excluded for another reason."""
    shut = pieces.reason == CLOSED_AT_HOUR[0]
    hours = np.where(shut, pieces.hours, "")
    around, row = survey.surroundings, np.flatnonzero(shut & (hours == ""))
    pairs = around.pair_with_lines(shapely.STRtree(pieces.shape[row]))
    told = entry.list_hours(around.tags)
    for ground, line in zip(*pairs, strict=True):
        hours[row[line]] = hours[row[line]] or told[ground]
    return hours
