"""From a ranking to a session: the foot network around the place, and a way through both."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from saferoute import training
from saferoute.limits import clearance
from saferoute.search._area import project_centre

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray
    from saferoute.model import Ranking, Session, Training, Wish
    from saferoute.sources import ElevationSource

_LOG = logging.getLogger(__name__)

REACH_M = (500.0, 5000.0)
"""Stretches are looked for so far from the start, at least and at most."""


def search_radius_m(level: Training, wish: Wish) -> float:
    """Return how far around the start stretches are worth looking for."""
    low, high = REACH_M
    return float(np.clip(0.8 * training.estimate_reach_m(level, wish), low, high))


def plan_through_stretches(ranking: Ranking, *, wish: Wish, elevation_of: ElevationSource | None) -> Session:
    """Return the session through a ranking's stretches, from the ranking's own place."""

    def heights(xy: FloatArray) -> FloatArray:
        if elevation_of is None:
            return np.full(len(xy), np.nan)
        return elevation_of.read_heights(xy, ranking.area.crs).elevation_m

    features = ranking.features
    _LOG.info("drawing the foot network")
    walls = clearance.collect_walls(features)
    footpaths = training.add_square_edges(training.build_footpaths(features), features, walls=walls)
    _LOG.info("choosing among %d stretches", len(ranking.stretches))
    session = training.plan_session(
        ranking, wish=wish, start=project_centre(ranking.area), ground=training.Ground(footpaths, walls, heights)
    )
    return replace(session, presenter=ranking.presenter)
