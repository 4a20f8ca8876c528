"""The spine: place → features → stretches → measurements → scores → ranking → session.

The only room that composes the others.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from saferoute import candidates, scoring
from saferoute.memory import collect_garbage_rarely
from saferoute.model import Explanation, InvalidInput, PlaceNotFound, Ranking
from saferoute.search._area import (
    MAX_RADIUS_M,
    area_around,
    area_from_bounds,
    distance_outside_m,
    metric_crs,
    project_centre,
)
from saferoute.search._evaluation import Evaluation, crowding_at, evaluate_crowding
from saferoute.search._join import join_ways
from saferoute.search._survey import MARGIN_M, Seen, Survey, survey_area, survey_map
from saferoute.search._tables import count_considered, excluded_table, stretch_table

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray
    from saferoute.model import Area, Place, Profile, Session, Wish
    from saferoute.sources import ElevationSource, FeatureSource

__all__ = [
    "EXPLAIN_RADIUS_M",
    "MARGIN_M",
    "MAX_RADIUS_M",
    "Evaluation",
    "Seen",
    "Survey",
    "area_around",
    "area_from_bounds",
    "build_stretches",
    "crowding_at",
    "distance_outside_m",
    "evaluate_crowding",
    "explain",
    "find",
    "join_ways",
    "metric_crs",
    "plan",
    "project_centre",
    "stretch_table",
    "survey_area",
    "survey_map",
]

_LOG = logging.getLogger(__name__)

EXPLAIN_RADIUS_M = 250.0


@collect_garbage_rarely()
def find(
    area: Area,
    *,
    features_of: FeatureSource,
    profile: Profile,
    elevation_of: ElevationSource | None = None,
    top: int = 20,
) -> Ranking:
    """Find the stretches of an area, best first.

    Parameters
    ----------
    area : Area
        Stretches whose middle lies within are ranked.
    features_of : FeatureSource
    profile : Profile
    elevation_of : ElevationSource, optional
        Without it slopes are unknown, and said to be.
    top : int
        Most stretches to return.

    Returns
    -------
    Ranking
        Empty, with the exclusions counted, where nothing qualifies.

    Raises
    ------
    InvalidInput
        If `top` is below 1.
    PlaceNotFound
        If the features do not reach the area.
    """
    if top < 1:
        raise InvalidInput(f"top {top}: at least 1 stretch must be asked for")
    ground = survey_area(area, features_of=features_of, profile=profile, elevation_of=elevation_of)
    _LOG.info("scoring %d windows", len(ground.windows))
    merged, score = build_stretches(ground)
    merged = candidates.drop_overlapping_stretches(merged, score, profile.lane_m)
    elevation = ground.evidence.elevation
    return Ranking(
        area=area,
        profile=profile,
        stretches=stretch_table(ground, merged, top),
        excluded=excluded_table(ground, merged),
        features=ground.features,
        considered=count_considered(ground, merged),
        attribution=ground.features.attribution + (elevation.attribution if elevation else ()),
        notes=ground.notes,
        data_date=ground.features.data_date,
    )


def build_stretches(ground: Survey) -> tuple[candidates.Stretches, FloatArray]:
    """Return the stretches of a survey before those on the same ground are dropped, and the score of each."""
    score = scoring.score_best_estimates(ground.measurements, ground.evidence.profile)
    merged = candidates.merge_windows(ground.windows, score, ground.evidence.profile)
    return merged, score[np.searchsorted(ground.windows.first, merged.worst.first)]


def plan(
    place: Place,
    *,
    features_of: FeatureSource,
    profile: Profile,
    wish: Wish,
    elevation_of: ElevationSource | None = None,
) -> Session:
    """Plan a session from a place through recommended stretches near it, and home again.

    Parameters
    ----------
    place : Place
        Where to start and end.
    features_of, profile, elevation_of
        As of `find`.
    wish : Wish

    Returns
    -------
    Session
        Without steps, and with a note that says why, where no stretch can be reached.

    Raises
    ------
    InvalidInput
        If the wish breaks a rule.
    PlaceNotFound
        If the features do not reach the place, or no foot way comes near it.
    """
    from saferoute import training  # a search needs none
    from saferoute.search import _plan

    training.check_wish(wish)
    area = area_around(place, _plan.search_radius_m(profile.training, wish))
    ranking = find(area, features_of=features_of, profile=profile, elevation_of=elevation_of, top=_plan.TOP)
    return _plan.plan_through_stretches(ranking, wish=wish, elevation_of=elevation_of)


def explain(
    place: Place,
    *,
    features_of: FeatureSource,
    profile: Profile,
    elevation_of: ElevationSource | None = None,
) -> Explanation:
    """Say of the way nearest to a place how it scores, or which limit excludes it.

    Raises
    ------
    PlaceNotFound
        If there is no way within `EXPLAIN_RADIUS_M`.
    """
    ranking = find(
        area_around(place, EXPLAIN_RADIUS_M),
        features_of=features_of,
        profile=profile,
        elevation_of=elevation_of,
        top=10_000,
    )
    here = shapely.Point(project_centre(ranking.area))
    nearest: tuple[float, bool, dict[str, Any]] | None = None
    for table, recommended in ((ranking.stretches, True), (ranking.excluded, False)):
        if len(table):
            away = table.geometry.distance(here).to_numpy()
            row = int(away.argmin())
            if nearest is None or away[row] < nearest[0]:
                nearest = (float(away[row]), recommended, {str(k): v for k, v in table.iloc[row].items()})
    if nearest is None:
        raise PlaceNotFound(
            f"no way within {EXPLAIN_RADIUS_M:.0f} m of {place.lat:.5f},{place.lon:.5f}; give a point on or near one"
        )
    return Explanation(*nearest, ranking)
