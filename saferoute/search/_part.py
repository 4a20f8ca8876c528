"""The survey of an area as a part of one of more ground: a start that moved a little needs no new one.

Who has searched twice near the place of the search before is likely to go on. Then
this process surveys some more ground than is asked for, once, and the searches
after it take their windows, with all that was measured of them, from there. Not
at the first move: most searches that move do so once, and more ground takes longer.
Whatever is said of a stretch follows from the ground within its reach, so that
a part says the very same as a survey of its area alone; where something is
larger than the reach, that one is made.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute import candidates, limits
from saferoute.search._area import distance_outside_m, is_touching, project_centre, widen_area
from saferoute.search._at_hour import digest_parts
from saferoute.search._measure import measure_part, survey_area
from saferoute.search._survey import MARGIN_M, find_cut_off, is_within_reach, survey_map
from saferoute.search._windows import find_windows
from saferoute.sources.osm.extract import ExtractSource

if TYPE_CHECKING:
    from pathlib import Path

    from saferoute.arrays import BoolArray
    from saferoute.model import Area, Features, Moment
    from saferoute.search._query import Query
    from saferoute.search._survey import Survey

_MORE_M, _MORE_SHARE = 1000.0, 2 / 3
"""How much farther than a start that moved is surveyed, at most, and as a share of the radius: two or three such moves
on, with not three times the ground [J]."""
_GROUND_REACH_M = 400.0
"""What lies farther from a piece of open ground has no say in what is found on it."""
_ODDS_REACH_M = 1300.0
"""The same of the middle of a piece of which nobody tells what it is made of."""

_ASKED: dict[tuple[Path, str], tuple[Area, bool]] = {}
"""The area that this process was asked for last, or the ground around it, by where things are kept and the source.

With it whether that was near the one before.
"""


def choose_ground(query: Query) -> Area:
    """Return the area to be surveyed for a query: more than its own where it is near the one before."""
    area, source = query.area, query.features
    drawers = source.drawers if isinstance(source, ExtractSource) else None
    # The size of a raster's cells is measured in the middle of the points that are asked for.
    told = query.elevation or query.observations
    if not isinstance(source, ExtractSource) or drawers is None or not source.key or told:
        return area
    known = drawers.folder, source.key
    last, has_moved = _ASKED.get(known, (None, False))
    if last is None or not _is_near(last, area):
        ground, has_moved = area, False
    elif _holds(last, area):
        ground = last
    else:
        ground = widen_area(area, min(_MORE_M, _MORE_SHARE * area.radius_m)) if has_moved else area
        has_moved = True
    _ASKED.clear()
    _ASKED[known] = ground, has_moved
    return ground


def survey_part(query: Query, moment: Moment | None, ground: Area) -> Survey:
    """Return the survey of a query with its measurements, a part of that of some ground if that is more.

    Raises
    ------
    PlaceNotFound
        If the map has no way in the area.
    SourceUnavailable
        If a service on the network does not answer.
    """
    area, source = query.area, query.features
    if ground != area:
        assert isinstance(source, ExtractSource)
        whole = survey_map(ground, features_of=source, profile=query.profile, moment=moment)
        part = _cut_survey(whole, area)
        if part is not None:
            return measure_part(part, source.describe_box(area, margin_m=MARGIN_M))
    return survey_area(
        area,
        features_of=source,
        profile=query.profile,
        elevation_of=query.elevation,
        observations=query.observations,
        moment=moment,
    )


def name_features(query: Query) -> Features:
    """Return the features of the area of a query, which are read when somebody asks for more than their names."""
    assert isinstance(query.features, ExtractSource)
    return query.features.name_features(query.area, margin_m=MARGIN_M)


def _is_near(last: Area, area: Area) -> bool:
    """Return whether two circles may share much ground; of the very same one the name and time zone may differ."""
    if last.crs != area.crs or last.half_m or area.half_m or area.radius_m > last.radius_m:
        return False
    away_m = _away_m(last, area)
    return away_m <= last.radius_m and not (away_m == 0.0 and area.radius_m == last.radius_m)


def _holds(last: Area, area: Area) -> bool:
    """Return whether a circle lies within the last one."""
    return _away_m(last, area) + area.radius_m <= last.radius_m


def _away_m(last: Area, area: Area) -> float:
    return float(np.hypot(*(project_centre(area) - project_centre(last))))


def _cut_survey(whole: Survey, area: Area) -> Survey | None:
    """Return the part of a survey, not measured yet, in an area, None where that alone may be another one."""
    samples, profile = whole.samples, whole.evidence.profile
    asked = is_within_reach(samples, area, whole.features, profile, whole.way_reasons)
    free = asked & np.isin(whole.sample_reasons, ["", *candidates.UNFIT])
    windows, unfit = find_windows(samples, free, profile, area)
    if not len(windows) or _reaches_too_far(whole, area):
        return None
    beside = windows.run_out_samples
    used = candidates.is_in_runs(windows.first - beside, windows.n_samples + 2 * beside, len(samples))
    if not _is_joined_alike(whole, area, used):
        return None
    told = repr((area.place.lon, area.place.lat, area.radius_m)).encode()
    return replace(
        whole,
        area=area,
        sample_reasons=np.where(free, unfit, np.where(asked, whole.sample_reasons, limits.UNASKED)),
        windows=windows,
        whole=whole,
        key=digest_parts(whole.key, told),
        key_of_windows=digest_parts(whole.key_of_windows, told),
    )


def _reaches_too_far(whole: Survey, area: Area) -> bool:
    """Return whether open ground at an area follows from what a map of the area alone may not hold."""
    ground = whole.open_ground
    low, high = project_centre(area) - area.radius_m, project_centre(area) + area.radius_m
    at = ground.bounds[(ground.bounds[:, :2] <= high).all(axis=1) & (ground.bounds[:, 2:] >= low).all(axis=1)]
    room_m = MARGIN_M - _GROUND_REACH_M
    if (at[:, :2] < low - room_m).any() or (at[:, 2:] > high + room_m).any():
        return True
    rows = ground.rows.select_rows(is_touching(area, ground.lines))
    guessed = np.array([odds is not None for odds in rows["surface_odds"]], dtype=bool)
    middles = shapely.get_coordinates(shapely.centroid(rows.geometry[guessed]))
    return bool((distance_outside_m(area, middles) > MARGIN_M - _ODDS_REACH_M).any())


def _is_joined_alike(whole: Survey, area: Area, used: BoolArray) -> bool:
    """Return whether the same of the ground under some samples is cut off from both places, if the map is whole."""
    samples = whole.samples
    rows = np.unique(samples.pair_ground[used[samples.pair_sample]])
    doubts = samples.ground["doubts"][rows]
    before = np.array([candidates.CUT_OFF in (names or ()) for names in doubts], dtype=bool)
    return bool((find_cut_off(whole.features, samples.ground.geometry[rows], area) == before).all())
