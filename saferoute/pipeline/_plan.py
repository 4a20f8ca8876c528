"""From a place to a session: a ranking, the foot network around it, and a way through both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute import session
from saferoute.criteria import clearance, limits
from saferoute.pipeline._area import centre

if TYPE_CHECKING:
    from collections.abc import Callable

    from saferoute.model import FloatArray, Ranking, Session, Training, Wish
    from saferoute.sources import ElevationSource

REACH_M = (500.0, 5000.0)
"""Stretches are looked for so far from the start, at least and at most."""
TOP = 200
"""Stretches to choose from: more than anyone reads, for among the best twenty of a
city there may be none near the start."""


def radius_m(training: Training, wish: Wish) -> float:
    """Return how far around the start stretches are worth looking for."""
    low, high = REACH_M
    return float(np.clip(0.8 * session.reach_m(training, wish), low, high))


def through(
    ranking: Ranking, *, wish: Wish, elevation_of: ElevationSource | None, say: Callable[[str], None]
) -> Session:
    """Return the session through a ranking's stretches, from the ranking's own place."""

    def heights(xy: FloatArray) -> FloatArray:
        if elevation_of is None:
            return np.full(len(xy), np.nan)
        return elevation_of.sample(xy, ranking.area.crs).elevation_m

    features = ranking.features
    say("drawing the foot network")
    walls = clearance.walls(features)
    net = session.network(features, limits.walkable(features.ways))
    net = session.with_squares(net, features, walkable=~limits.closed_on_foot(features.areas), walls=walls)
    say(f"choosing among {len(ranking.stretches)} stretches")
    return session.plan(ranking, wish=wish, start=centre(ranking.area), ground=session.Ground(net, walls, heights))
