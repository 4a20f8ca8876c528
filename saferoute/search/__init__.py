"""Searches: from a query to a ranking, an explanation or a session.

This package alone combines the others, in this order: place, features, strokes,
windows, measurements, scores, stretches. The command line, Python and scans all
start from a `Query`.
"""

from __future__ import annotations

from saferoute.search._agreement import Estimate
from saferoute.search._area import (
    MAX_RADIUS_M,
    area_around,
    area_from_bounds,
    distance_outside_m,
    project_centre,
)
from saferoute.search._evaluation import Evaluation, crowding_at, evaluate_crowding
from saferoute.search._explanation import RADIUS_M as EXPLAIN_RADIUS_M
from saferoute.search._explanation import explain
from saferoute.search._heights import read_heights_along
from saferoute.search._join import join_ways
from saferoute.search._measure import look_up_heights, measure_survey, survey_area
from saferoute.search._plan import START_RADIUS_M, plan
from saferoute.search._presenter import PRESENTER, list_parts
from saferoute.search._query import FindOptions, PlaceOptions
from saferoute.search._query import Query as Query
from saferoute.search._ranking import build_stretches, find
from saferoute.search._survey import MARGIN_M, Survey, select_windows, survey_map
from saferoute.search._tables import list_stretches

__all__ = [
    "EXPLAIN_RADIUS_M",
    "MARGIN_M",
    "MAX_RADIUS_M",
    "PRESENTER",
    "START_RADIUS_M",
    "Estimate",
    "Evaluation",
    "FindOptions",
    "PlaceOptions",
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
    "list_parts",
    "list_stretches",
    "look_up_heights",
    "measure_survey",
    "plan",
    "project_centre",
    "read_heights_along",
    "select_windows",
    "survey_area",
    "survey_map",
]
