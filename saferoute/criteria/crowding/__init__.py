"""Crowding: the people, wheels, dogs and children to expect at a place and an hour.

*Where*: an index of activity is computed from the map alone (`where`): from
the attractors (`_attractors`), and from the reach and class of the streets.
*When*: each attractor keeps the clock of its setting (`when`). The product is
people an hour, to an order of magnitude: `calibrate` knows how many passers-by
counters of centres see for each unit of the index, and learns more from those
of the city at hand. *Wheels, dogs and children* are rated apart (`wheels`), and
so are *runners* (`runners`), whom no counter tells from walkers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.criteria.crowding import calibrate, when, where
from saferoute.criteria.crowding.calibrate import (
    average_sites,
    compute_pearsons,
    compute_spearman,
    compute_spearmans,
    fit_scale,
    index_at_hours,
    number_sites,
)
from saferoute.criteria.crowding.causes import NAMED_M
from saferoute.criteria.crowding.kernels import FAR_REACH_M
from saferoute.criteria.crowding.measure import AROUND_M, measure_crowding
from saferoute.criteria.crowding.routes import CLOSE_M
from saferoute.criteria.crowding.runners import LOG_ERROR as RUNNERS_LOG_ERROR
from saferoute.criteria.crowding.wheels import (
    BICYCLES,
    BICYCLES_SHARED,
    FOOT_BY_CLASS,
    FOOT_ONLY,
    ROUTE_BESIDE,
    WHEELS_ROUTE,
    may_be_driven,
    may_be_farmed,
)
from saferoute.criteria.crowding.wheels import NEAR_M as NEIGHBOURS_M
from saferoute.criteria.crowding.when import KINDS_OF_DAY, QUIET, WAKING, find_quiet_hours
from saferoute.criteria.crowding.where import EDGE_M, REACH_M, estimate_activity, is_near_edge
from saferoute.model import Criterion, Hedge, Scale, Unknown
from saferoute.osm.access import WHEELS_KEYS

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray
    from saferoute.model import Features, Moment

__all__ = [
    "AROUND_M",
    "BICYCLES",
    "BICYCLES_SHARED",
    "CLOSE_M",
    "CRITERION",
    "EDGE_M",
    "FAR_REACH_M",
    "FOOT_BY_CLASS",
    "FOOT_ONLY",
    "KINDS_OF_DAY",
    "NAMED_M",
    "NEIGHBOURS_M",
    "QUIET",
    "REACH_M",
    "ROUTE_BESIDE",
    "RUNNERS_LOG_ERROR",
    "WAKING",
    "WHEELS_ROUTE",
    "average_sites",
    "compute_pearsons",
    "compute_spearman",
    "compute_spearmans",
    "estimate_activity",
    "estimate_people_per_hour",
    "find_quiet_hours",
    "fit_scale",
    "index_at_hours",
    "is_near_edge",
    "may_be_driven",
    "may_be_farmed",
    "measure_crowding",
    "number_sites",
]

PERCENTILE_CURVE = ((0.3, 1.0), (0.5, 0.8), (0.8, 0.3), (1.0, 0.1))
"""Desirability by percentile of the index among the foot ways around [J]."""
PEOPLE_CURVE = ((10.0, 1.0), (60.0, 0.75), (200.0, 0.4), (600.0, 0.2), (1500.0, 0.1))
"""Desirability by people an hour, linear in the logarithm [J].

A run of 30 s over 80 m meets people·(30 + 80 / 1.4) / 3600 passers-by who walk
at 1.4 m/s. At 10 people an hour one run in four meets somebody, at 60 each run
meets 1.5 people, and at 600 fifteen."""
HEDGE = ((3.0, 0.0), (30.0, 0.5))
"""Share of the percentile in desirability, by people an hour [J].

The number of people is known to a factor of three only. Where there are many
everywhere, being the quietest way around tells as much as the number. Where
there is hardly anybody, as on a beach at seven in November, the busiest way is
as good as any."""
UNKNOWN = Unknown(estimate=0.8 - 0.1 * 0.5 / 0.3, draws=PERCENTILE_CURVE)
"""Where nothing is known, every percentile is equally likely; the estimate is the worth of the 60th [J]."""
RUNNERS_CURVE = ((5.0, 1.0), (20.0, 0.8), (60.0, 0.5), (200.0, 0.3))
"""Desirability by runners an hour, linear in the logarithm [J].

They come at 2.8 m/s, so that a run of 30 s over 80 m meets runners·(30 + 80 / 2.8) / 3600: at 60 an hour one. Each is
worse than a walker, as he comes fast and from behind."""
_AS_RATED = ((0.0, 0.0), (1.0, 1.0))
"""Identity: `wheels` already returns desirabilities."""


def estimate_people_per_hour(xy: FloatArray, features: Features, moment: Moment | None = None) -> FloatArray:
    """Return the people an hour to expect at points.

    Parameters
    ----------
    xy : ndarray of shape (n, 2)
        Points in the features' CRS.
    features : Features
        The map, which should reach `where.REACH_M` beyond the points.
    moment : Moment, optional
        The hour; by default a mean hour of the day.

    Returns
    -------
    ndarray of shape (n,)
        NaN where no way is near. Without `Features.counters` the numbers are
        right to an order of magnitude only.
    """
    seen = where.estimate_activity(xy, features)
    people = calibrate.learn_scale(features, moment).estimate_people(seen.activity @ when.shares_at_moment(moment))
    return np.where(seen.on_map, people, np.nan)


CRITERION = Criterion(
    name="crowding",
    unit="people an hour",
    curve=PEOPLE_CURVE,
    logarithmic=True,
    unknown=UNKNOWN,
    hedge=Hedge(
        scale=Scale(unit="share of the foot ways within 1 km that are less busy", curve=PERCENTILE_CURVE), share=HEDGE
    ),
    bounds={
        "wheels": Scale(unit="rating of bicycles and motors, 0..1", curve=_AS_RATED),
        "beside": Scale(unit="rating of what lies beside, 0..1", curve=_AS_RATED),
        "runners": Scale(unit="runners an hour", curve=RUNNERS_CURVE, logarithmic=True),
    },
    by_hour=True,
    measure=measure_crowding,
    keys=WHEELS_KEYS,
)
