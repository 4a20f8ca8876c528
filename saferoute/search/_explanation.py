"""The explanation of the way nearest to a place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import shapely

from saferoute.model import Explanation, PlaceNotFound
from saferoute.search._area import area_around, project_centre
from saferoute.search._query import require_query
from saferoute.search._ranking import find

if TYPE_CHECKING:
    from typing import Unpack

    from saferoute.search._near import Near
    from saferoute.search._query import PlaceOptions, Query

RADIUS_M = 250.0
"""Radius around a place in metres within which a way is looked for [J]."""
_ALL = 10_000
"""Number of stretches that no circle of `RADIUS_M` holds."""


def explain(near: Near | Query, lon: float | None = None, **options: Unpack[PlaceOptions]) -> Explanation:
    """Return how the way nearest to a place scores, or which limit excludes it.

    Parameters
    ----------
    near, lon, **options
        See `saferoute.find`; ``radius_m`` and ``top`` are fixed.

    Returns
    -------
    Explanation

    Raises
    ------
    PlaceNotFound
        If there is no way within 250 m.
    InvalidInput, SourceUnavailable
        See `saferoute.find`.

    Examples
    --------
    >>> print(explain("60.1757,24.9470", region="data/helsinki").row["surface"])
    unpaved
    """
    query = require_query(near, lon, options, radius_m=RADIUS_M)
    place = query.area.place
    ranking = find(replace(query, area=area_around(place, RADIUS_M), top=_ALL))
    here = shapely.Point(project_centre(ranking.area))
    nearest: tuple[float, bool, dict[str, Any]] | None = None
    # The nearest way counts, be it recommended or excluded: that is the one the reader asks about.
    for table, recommended in ((ranking.stretches, True), (ranking.excluded, False)):
        if len(table):
            away = table.geometry.distance(here).to_numpy()
            row = int(away.argmin())
            if nearest is None or away[row] < nearest[0]:
                nearest = (float(away[row]), recommended, {str(k): v for k, v in table.iloc[row].items()})
    if nearest is None:
        raise PlaceNotFound(
            f"no way within {RADIUS_M:.0f} m of {place.lat:.5f},{place.lon:.5f}; give a point on or near one"
        )
    return Explanation(*nearest, ranking, presenter=ranking.presenter)
