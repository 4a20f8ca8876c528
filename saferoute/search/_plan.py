"""The planning of a session from a query."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from saferoute.model import Wish
from saferoute.search._area import area_around
from saferoute.search._query import require_query
from saferoute.search._ranking import find

if TYPE_CHECKING:
    from typing import Unpack

    from saferoute.model import Session
    from saferoute.search._near import Near
    from saferoute.search._query import PlaceOptions, Query

START_RADIUS_M = 250.0
"""Radius around the start in metres that rasters must cover if they are named."""
TOP = 200
"""Number of stretches to choose from.

Nobody reads so many, but the best twenty of a city may all be far from the start.
"""


def plan(
    near: Near | Query, lon: float | None = None, *, wish: Wish | None = None, **options: Unpack[PlaceOptions]
) -> Session:
    """Return a session from a place through recommended stretches near it, and back.

    Parameters
    ----------
    near, lon, **options
        See `saferoute.find`; ``radius_m`` and ``top`` are fixed.
    wish : Wish, optional
        Week, time or distance; the first week and the level's own time by default.

    Returns
    -------
    Session
        If no stretch can be reached it has no steps, and a note that says why.

    Raises
    ------
    InvalidInput
        If the wish or an option breaks a rule.
    PlaceNotFound
        If the map does not reach the place, or no foot way comes near it.
    SourceUnavailable
        If a service on the network does not answer.

    Examples
    --------
    >>> session = plan("60.172,24.944", region="data/helsinki", wish=Wish(week=3, time_s=1500))
    >>> session.sections["duration_s"].max() <= 30
    np.True_
    """
    # The libraries for routing take half a second to import, and other searches do not need them.
    from saferoute.search._session import plan_through_stretches, search_radius_m
    from saferoute.training import check_wish

    wish = wish or Wish()
    check_wish(wish)
    query = require_query(near, lon, options, radius_m=START_RADIUS_M)
    area = area_around(query.area.place, search_radius_m(query.profile.training, wish))
    ranking = find(replace(query, area=area, top=TOP))
    return plan_through_stretches(ranking, wish=wish, elevation_of=query.elevation)
