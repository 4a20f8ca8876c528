"""The table of recommended stretches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from saferoute import candidates, criteria, scoring
from saferoute.arrays import list_records
from saferoute.criteria import flatness
from saferoute.osm.sports import is_ball_ground
from saferoute.osm.unread import KIND_KEYS, list_unread_tags
from saferoute.osm.ways import is_lit
from saferoute.report import checks, verdicts
from saferoute.report.crowd import warn_of_routes
from saferoute.report.reasons import describe_evidence, gather_evidence
from saferoute.report.sides import UNDRAWN_DOORS, list_close_things
from saferoute.search._area import project_centre
from saferoute.search._names import add_names
from saferoute.search._observed import add_observed
from saferoute.search._rows import join_names, list_ground_of_runs, list_osm_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, Columns, FloatArray, IntArray
    from saferoute.model import Measurement, Samples
    from saferoute.search._survey import Survey
    from saferoute.table import Table, Tags


class Listed(NamedTuple):
    """The columns of stretches, and what those that name the hour are made of."""

    columns: dict[str, Any]
    crowding: Mapping[str, NDArray[Any]]
    """Evidence of the crowding of each stretch, and what is met along it."""
    doubted: list[list[str]]
    """Names of the serious doubts about each stretch."""


def list_stretches(survey: Survey, merged: candidates.Stretches, top: int | None) -> Listed:
    """Return the best stretches of a survey, `top` at most, in order of rank; None for `top` = all of them, unranked.

    Names may be alike: `settle_names` tells them apart, and scans do. What tells one from another stands in ``nearby``.
    """
    samples, profile, measured = survey.samples, survey.evidence.profile, _measure_stretches(survey, merged)
    drawn = scoring.draw_desirabilities(measured)
    scores = scoring.score_measurements(measured, profile, drawn=drawn)
    middle = samples.xy[candidates.middle_rows(samples, merged.first, merged.n_samples)]
    length = (merged.n_samples * samples.step_m).astype(float)
    doubts = criteria.gather_doubts(measured, merged.first, merged.n_samples)
    ratings = scoring.assign_ratings(
        scores.low, scores.quality, scores.desirability, scores.confidence, np.sum([*doubts.values()], axis=0)
    )
    places = _number_grounds(samples, merged.first)
    rows, intervals = np.arange(len(length)), None
    if top is not None:
        rows = scoring.rank_stretches(scores.low, ratings, length, middle, places, top=top)
        intervals = scoring.estimate_rank_intervals(scores, profile)[rows]
    first, n = merged.first[rows], merged.n_samples[rows]
    lines = candidates.select_stretches(merged, rows).to_lines()
    grounds = list_ground_of_runs(samples, first, n)
    quantiles = scoring.quantiles_of_draws(drawn[rows])
    along = {name: of.gather_along(first, n) for name, of in measured.items() if of.gather_along}
    columns = {
        **_judgements(scores, ratings, rows, intervals),
        **_places(survey, lines, first, middle[rows], grounds),
        # Not for readers but for who ranks anew under other weights, as the map's page does.
        "stroke": _number_strokes(samples, merged.first)[rows],
        "ground": places[rows],
        **{f"q_{c.name}": quantiles[:, k].tolist() for k, c in enumerate(criteria.ALL)},
        **_height_profiles(survey, first, n),
    }
    evidence = {name: gather_evidence(of, rows, along.get(name)) for name, of in measured.items()}
    for c in criteria.ALL:
        columns |= describe_evidence(c, evidence[c.name], measured[c.name].value[rows], survey.units)
    columns |= _turn_uphill(columns, lines)
    lines = columns.pop("geometry")
    columns["barefoot"] = [checks.advise_barefoot(surface) for surface in columns["surface"]]
    told = list_records(columns)
    columns["checks"] = _list_checks(survey, told, lines, along, grounds, first)
    doubted = [[name for name, of in doubts.items() if of[row]] for row in rows.tolist()]
    columns["doubts"] = [len(of) for of in doubted]
    columns["verdict"] = verdicts.write_verdicts(told, doubted, survey.evidence.moment)
    columns = add_observed(columns, survey, first, n)
    named = add_names({**columns, "geometry": lines}, survey, first, n)
    return Listed(named, evidence["crowding"], doubted)


def _number_strokes(samples: Samples, first: IntArray) -> IntArray:
    """Return the number of the stroke of each stretch, by its first sample; of corridors those behind all others."""
    stroke, row = samples.source_stroke[first], _first_ground(samples, first)
    on_ground = np.isfinite(samples.ground["clear_width_m"][row])
    numbers = np.unique(stroke[on_ground], return_inverse=True)[1]
    behind = stroke[~on_ground].max(initial=-1) + 1
    stroke[on_ground] = behind + numbers.ravel()
    return stroke


def _number_grounds(samples: Samples, first: IntArray) -> IntArray:
    """Return a number for each stretch, by its first sample: the same for those on one stroke or one open ground."""
    import pandas as pd

    row = _first_ground(samples, first)
    kind, number, width = (samples.ground[name][row] for name in ("osm_type", "osm_id", "clear_width_m"))
    polygon, _ = pd.factorize(kind + number.astype(str).astype(object))
    return np.where(np.isfinite(width), -1 - polygon, samples.source_stroke[first])


def _measure_stretches(survey: Survey, merged: candidates.Stretches) -> dict[str, Measurement]:
    """Return what each criterion measured of stretches, by its name.

    A stretch is judged by its worst window, which is measured already; only
    some criteria see the whole line.
    """
    judged = np.searchsorted(survey.windows.first, merged.worst.first)
    measured = {name: of.select_rows(judged) for name, of in survey.measurements.items()}
    grown = {c.name: c.of_lines(measured[c.name], merged.worst) for c in criteria.ALL if c.of_lines is not None}
    return {**measured, **grown}


def _judgements(
    scores: scoring.Scores, ratings: NDArray[np.object_], rows: IntArray, intervals: IntArray | None
) -> dict[str, Any]:
    """Return the scores of stretches, what they are made of, how sure they are, and their ranks if they have any."""
    return {
        **({} if intervals is None else {"rank": np.arange(1, len(rows) + 1)}),
        "score": scores.score[rows],
        "score_low": scores.low[rows],
        "score_high": scores.high[rows],
        "rating": ratings[rows],
        "data_quality": scores.quality[rows],
        "limiting_criterion": scores.limiting[rows],
        **({} if intervals is None else {"rank_low": intervals[:, 0], "rank_high": intervals[:, 1]}),
        **{f"d_{c.name}": scores.desirability[rows, k] for k, c in enumerate(criteria.ALL)},
        **{f"c_{c.name}": scores.confidence[rows, k] for k, c in enumerate(criteria.ALL)},
    }


def _places(
    survey: Survey, lines: NDArray[np.object_], first: IntArray, middle: FloatArray, rows_of: list[IntArray]
) -> dict[str, Any]:
    """Return where stretches lie, and on what of the map: lines, first samples, middles and rows of ground."""
    ground, offset = survey.samples.ground, middle - project_centre(survey.area)
    return {
        "length_m": shapely.length(lines),
        "origin": ground["origin"][_first_ground(survey.samples, first)],
        "osm_ids": list_osm_ids(ground, rows_of),
        "osm_name": join_names(ground, rows_of),
        "distance_m": np.hypot(*offset.T),
        "east_m": offset[:, 0],
        "north_m": offset[:, 1],
    }


def _list_checks(
    survey: Survey,
    rows: Sequence[Mapping[str, Any]],
    lines: NDArray[np.object_],
    along: Mapping[str, Columns],
    rows_of: list[IntArray],
    first: IntArray,
) -> list[list[str]]:
    """Return what to check on foot of stretches: lines, what is met along them, rows of ground, first samples."""
    ground, moment, tree = survey.samples.ground, survey.evidence.moment, shapely.STRtree(lines)
    own = ground.select_rows(_first_ground(survey.samples, first))
    return checks.list_checks(
        rows,
        list_records({**{name: own[name] for name in checks.OF_GROUND}, "is_ball_ground": is_ball_ground(own)}),
        unlit_in_the_dark=(moment is not None and moment.dark) & ~_is_lit(ground, rows_of),
        unread=_list_unread(survey, rows_of, tree),
        of_entry=_describe_entry(survey, rows_of, tree),
        close=_list_close(survey, along, rows_of, tree),
    )


def _turn_uphill(columns: Mapping[str, Any], lines: NDArray[np.object_]) -> dict[str, Any]:
    """Return the lines, turned uphill if the sign of the slope is sure, with all that turns with them.

    Backwards, uphill is the kinder direction. If the sign is not sure no direction is
    advised: the line stays as it is and the bearing is NaN.
    """
    grade = columns["grade_pct"]
    sure = np.abs(grade) > flatness.SURE * columns["grade_sigma_pct"]
    turn = sure & (grade < 0)
    lines = np.where(turn, shapely.reverse(lines), lines)
    ahead = shapely.get_coordinates(shapely.get_point(lines, -1)) - shapely.get_coordinates(shapely.get_point(lines, 0))
    bearing = np.degrees(np.arctan2(ahead[:, 0], ahead[:, 1])) % 360
    return {
        "grade_pct": np.where(turn, -grade, grade),
        "heights_m": [h[::-1] if t else h for h, t in zip(columns["heights_m"], turn, strict=True)],
        "advised_bearing_deg": np.where(sure, bearing, np.nan),
        "geometry": lines,
    }


def _height_profiles(survey: Survey, first: IntArray, n: IntArray) -> dict[str, Any]:
    """Return the heights along each stretch, their largest standard error and their source."""
    samples, elevation = survey.samples, survey.evidence.elevation
    start = first + samples.stroke[first]
    points = [slice(a, a + k + 1) for a, k in zip(start, n, strict=True)]
    if elevation is None:
        empty = [[np.nan] * (k + 1) for k in n.tolist()]
        none = np.full(len(n), None, dtype=object)
        return {"heights_m": empty, "height_sigma_m": np.full(len(n), np.nan), "height_source": none}
    names = np.array([*elevation.sources, None], dtype=object)  # -1, uncovered, is the last
    return {
        "heights_m": [elevation.elevation_m[of].tolist() for of in points],
        "height_sigma_m": [np.fmax.reduce(elevation.sigma_m[of]) for of in points],
        "height_source": [names[elevation.source[of].max()] for of in points],
    }


def _is_lit(ground: Table, rows_of: list[IntArray]) -> BoolArray:
    """Return a mask of stretches all of whose ground is known to be lit."""
    return np.array([all(of) for of in _ask_ground(ground, rows_of, lambda tags: is_lit(tags).yes)], dtype=bool)


def _collect_words(
    ground: Table, rows_of: list[IntArray], tell: Callable[[Tags], NDArray[np.object_]]
) -> list[list[str]]:
    """Return what `tell` says of each row of ground, tuples of words, for lists of rows, each word once."""
    told = _ask_ground(ground, rows_of, tell)
    return [list(dict.fromkeys(word for words in of_rows for word in words)) for of_rows in told]


def _ask_ground(ground: Table, rows_of: list[IntArray], ask: Callable[[Tags], NDArray[Any]]) -> list[list[Any]]:
    """Return for lists of rows of ground what `ask` answers of each row; only those rows are asked."""
    used = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *rows_of]))
    told = dict(zip(used.tolist(), ask(ground.tags.select_rows(used)).tolist(), strict=True))
    return [[told[row] for row in rows.tolist()] for rows in rows_of]


def _list_unread(survey: Survey, rows_of: list[IntArray], tree: shapely.STRtree) -> list[list[str]]:
    """Return the tags that are not understood, of the ground of stretches and of what stands on or beside them."""
    words = _collect_words(survey.samples.ground, rows_of, list_unread_tags)
    beside, line = criteria.pair_unread_beside(survey.features, tree, KIND_KEYS)
    for number, tags in zip(line.tolist(), beside, strict=True):
        words[number] += [tag for tag in tags if tag not in words[number]]
    return words


def _describe_entry(survey: Survey, rows_of: list[IntArray], tree: shapely.STRtree) -> list[list[str]]:
    """Return what is to be checked of the hours and fees of the ground that stretches lie on and in."""
    moment, around = survey.evidence.moment, survey.surroundings
    words = _collect_words(survey.samples.ground, rows_of, lambda ground: checks.describe_entry(ground, moment))
    of_grounds = checks.describe_surroundings(around.tags, moment)
    for ground, line in zip(*around.pair_with_lines(tree), strict=True):
        words[line] += of_grounds[ground]
    for line, names in enumerate(around.name_grounds(tree)):
        words[line] += checks.describe_grounds(names)
    return [list(dict.fromkeys(of_line)) for of_line in words]


def _list_close(
    survey: Survey, along: Mapping[str, Columns], rows_of: list[IntArray], tree: shapely.STRtree
) -> list[list[str]]:
    """Return what is to be looked at of what stands or comes close to stretches anywhere along them."""
    at_edge = survey.hazards.lines_beside_hazard(tree, "drop", checks.EDGE_M)
    return [
        [
            *([checks.describe_edge(survey.units)] if edge else []),
            *beside,
            *([UNDRAWN_DOORS] if has_doors else []),
            *([checks.PIPE] if has_pipe else []),
            *of_ways,
            *routes,
            *([checks.DRAWS_PEOPLE] if draws_people else []),
            *([checks.DRAWS_RUNNERS] if draws_runners else []),
        ]
        for edge, beside, has_doors, has_pipe, of_ways, routes, draws_people, draws_runners in zip(
            np.isin(np.arange(len(rows_of)), at_edge),
            list_close_things(along["obstacles"], survey.units),
            along["obstacles"]["has_undrawn_doors"],
            along["obstacles"]["has_pipe"],
            _collect_words(survey.samples.ground, rows_of, checks.describe_ways),
            warn_of_routes(along["crowding"], survey.units),
            along["crowding"]["draws_people"],
            along["crowding"]["draws_runners"],
            strict=True,
        )
    ]


def _first_ground(samples: Samples, sample: IntArray) -> IntArray:
    """Return one of the rows of ground that each sample touches."""
    return samples.pair_ground[samples.first_pair[sample]]
