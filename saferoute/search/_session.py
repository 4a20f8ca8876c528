"""A session from a ranking: the footpaths around the place, and a route along them."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from saferoute import training
from saferoute.search._area import project_centre
from saferoute.search._kept_sessions import recall_or_plan

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray
    from saferoute.model import Ranking, Session, Training, Wish
    from saferoute.sources import ElevationSource

_LOG = logging.getLogger(__name__)

REACH_M = (500.0, 5000.0)
"""Least and largest radius in metres around the start in which stretches are searched [J]."""


def search_radius_m(level: Training, wish: Wish) -> float:
    """Return the radius around the start within which stretches are worth searching.

    Parameters
    ----------
    level : Training
    wish : Wish

    Returns
    -------
    float
        Metres.
    """
    low, high = REACH_M
    # Less than the reach, because paths wind: 0.8 of it as the crow flies [J].
    return float(np.clip(0.8 * training.estimate_reach_m(level, wish), low, high))


def plan_through_stretches(ranking: Ranking, *, wish: Wish, elevation_of: ElevationSource | None) -> Session:
    """Return a session through the stretches of a ranking, from the ranking's own place.

    Parameters
    ----------
    ranking : Ranking
    wish : Wish
    elevation_of : ElevationSource, optional
        That of the ranking. Without it the heights along the route are unknown.

    Returns
    -------
    Session
    """

    def plan() -> Session:
        _LOG.info("drawing the foot network", extra={"share": 0.85})
        footpaths = training.recall_or_build_footpaths(ranking.features, ranking.area.crs)
        _LOG.info("choosing among %d stretches", len(ranking.stretches), extra={"share": 0.87})
        start, ground = project_centre(ranking.area), training.Ground(footpaths, heights)
        return replace(
            training.plan_session(ranking, wish=wish, start=start, ground=ground), presenter=ranking.presenter
        )

    def heights(xy: FloatArray) -> FloatArray:
        if elevation_of is None:
            return np.full(len(xy), np.nan)
        return elevation_of.read_heights(xy, ranking.area.crs).elevation_m

    return recall_or_plan(ranking, wish, plan)
