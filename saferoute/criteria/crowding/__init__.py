"""Crowding: the people, wheels, dogs and children to expect at a place and an hour.

*Where*: an index of activity is computed from the map alone (`where`): from
the attractors (`_attractors`), and from the reach and class of the streets.
*When*: each attractor keeps the clock of its setting (`when`). The product is
people an hour, to an order of magnitude: `calibrate` knows how many passers-by
counters of centres see for each unit of the index, and learns more from those
of the city at hand. *Wheels, dogs and children* are rated apart (`wheels`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from saferoute.criteria import _near, _samples
from saferoute.criteria.crowding import _attractors, calibrate, causes, routes, wheels, when, where
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
from saferoute.criteria.crowding.routes import CLOSE_M
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
from saferoute.criteria.crowding.where import EDGE_M, FAR_REACH_M, REACH_M, estimate_activity, is_near_edge
from saferoute.geometry import take_slices
from saferoute.model import Criterion, Hedge, Measurement, Scale, Unknown
from saferoute.osm.access import WHEELS_KEYS
from saferoute.quantities import Exact, LogNormal, Normal

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Evidence, Features, Moment, Samples, Windows

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
_AS_RATED = ((0.0, 0.0), (1.0, 1.0))
"""Identity: `wheels` already returns desirabilities."""
_PERCENTILE_ERROR = 0.2
"""Standard error of a percentile; the index has a rank correlation with counts of about .5 [J]."""
AROUND_M = 1000.0
"""Radius of the surroundings that a station is compared with [J]."""
_SURE = 0.5
"""Factor on the confidence below which users are told of what draws people to a square [J]."""
_WITHOUT_HOUSES = 0.5
"""Share by which the confidence falls where no houses are mapped [J]."""


@dataclass(frozen=True)
class _Looked:
    """Activity and scale at the stations of some samples."""

    around: where.Around
    of_sample: IntArray
    scale: calibrate.Scale
    moment: Moment | None

    @property
    def people(self) -> FloatArray:
        """People an hour at each station, shape (stations,)."""
        return self.scale.estimate_people(self.around.activity @ when.shares_at_moment(self.moment))

    @property
    def confidence(self) -> FloatArray:
        """Confidence in `people`, 0..1; shape (stations,)."""
        calibrated = self.scale.counters > 0 or self.scale.population
        lacking = 0.0 if calibrated else 1 - self.around.houses
        sure: FloatArray = self.scale.confidence * (1 - _WITHOUT_HOUSES * lacking) * self.around.covered
        return sure


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


def _compute_local_percentiles(people: FloatArray, xy: FloatArray, size: FloatArray, used: IntArray) -> FloatArray:
    """Return the share of the ways within 1 km that are less busy, for the stations used; NaN for the others.

    The surroundings are a fixed circle, so that a stretch's score does not
    depend on the radius of the search. All stations in a square of 1 km are
    compared with their surroundings at once.
    """
    percentile: FloatArray = np.full(len(xy), np.nan)
    # The last digits of a sum depend on the extent searched, so values equal to a millionth are ties.
    people = np.log(np.fmax(people, 1e-6)).round(6)
    tile = np.floor(xy[used] / AROUND_M).astype(np.int64)
    for square in np.unique(tile, axis=0):
        mine = used[(tile == square).all(axis=1)]
        low = square * AROUND_M - AROUND_M
        near = np.flatnonzero(((xy >= low) & (xy <= low + 3 * AROUND_M)).all(axis=1) & (size > 0))
        apart = (xy[mine, None, 0] - xy[None, near, 0]) ** 2 + (xy[mine, None, 1] - xy[None, near, 1]) ** 2
        weight = np.where(apart <= AROUND_M**2, size[near], 0.0)
        less = people[near] < people[mine][:, None]
        same = people[near] == people[mine][:, None]
        # Ties count half, as in a midrank: square all ways are alike, each is at the 50th percentile.
        share = (weight * (less + 0.5 * same)).sum(axis=1)
        percentile[mine] = share / np.fmax(weight.sum(axis=1), 1.0)
    return percentile


def _is_on_way(samples: Samples) -> BoolArray:
    """Return a mask of samples on ways; the others are on open ground."""
    return (samples.ground["origin"] == "way").to_numpy()[samples.pair_ground[samples.first_pair[:-1]]]


def _survey_stations(windows: Windows, evidence: Evidence) -> _Looked:
    """Return the activity and the scale at stations along all strokes."""
    xy, of_sample = _near.place_stations(windows.samples)
    scale = calibrate.learn_scale(evidence.features, evidence.moment)
    apart = np.zeros(len(xy), dtype=bool)
    apart[of_sample[_samples.is_apart_from_ways(windows.samples)]] = True
    return _Looked(where.estimate_activity(xy, evidence.features, apart), of_sample, scale, evidence.moment)


def measure_crowding(windows: Windows, evidence: Evidence) -> Measurement:
    """Measure the crowding of each window: its busiest sample, its worst wheels and what lies beside it."""
    looked, samples = _survey_stations(windows, evidence), windows.samples
    busiest = _find_busiest_stations(windows, looked)
    known = looked.around.known[busiest]
    people = np.where(known, looked.people[busiest], np.nan)
    percentile = _rank_among_ways_around(samples, looked, busiest)
    beside = _find_window_neighbours(windows, looked, evidence)
    rated = wheels.rate_wheels(samples.ground)
    worst_wheels = _samples.reduce_ground(windows, np.fmin(rated.bicycle, rated.motor), "min")
    beside_it = routes.find_routes_beside(windows, evidence.features)
    worst_wheels = np.fmin(worst_wheels, beside_it.rate_windows(windows))
    uncounted = _trust_squares(samples, looked)
    trust = _samples.reduce_ground(windows, rated.trust, "min") * _samples.reduce_to_windows(windows, uncounted, "min")

    out = windows.run_out_samples
    own_wheels = _samples.reduce_ground(windows, rated.bicycle, "min")

    def gather(rows: IntArray) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "people_per_hour": people[rows],
                "people_log_error": looked.scale.error,
                "crowd_percentile": percentile[rows],
                **causes.list_causes(looked.around, busiest[rows], looked.moment),
                "counters": looked.scale.counters,
                "bicycles": rated.bicycle[_samples.find_worst_ground(windows, rated.bicycle)[rows]],
                "motors": rated.motor_words[_samples.find_worst_ground(windows, rated.motor)[rows]],
                **{name: beside[name].to_numpy()[rows] for name in beside.columns},
            }
        )

    @cache
    def draws_people() -> BoolArray:
        return (uncounted < 0.5) | _attractors.find_crowded(samples.lines, evidence.features)

    def gather_along(first: IntArray, n_samples: IntArray) -> pd.DataFrame:
        near = beside_it.describe_runs(samples, (first, n_samples), out)
        return near.assign(draws_people=_samples.is_met_along(draws_people(), first, n_samples))

    def gather_doubts(rows: IntArray, first: IntArray, n_samples: IntArray) -> pd.DataFrame:
        along = gather_along(first, n_samples)
        wheels_beside = along["route_m"].notna().to_numpy()
        return pd.DataFrame(
            {"wheels": wheels_beside | (own_wheels[rows] <= ROUTE_BESIDE), "crowd": along["draws_people"].to_numpy()}
        )

    return Measurement(
        quantity=LogNormal(people, looked.scale.error),
        confidence=np.where(known, looked.confidence[busiest], 0.0) * trust,
        completeness=looked.around.covered[busiest],
        gather_evidence=gather,
        gather_doubts=gather_doubts,
        gather_along=gather_along,
        # All ways that may lie beyond the map's edge could be quieter than this one.
        hedge=Normal(1 - looked.around.covered[busiest] * (1 - percentile), _PERCENTILE_ERROR),
        bounds={"wheels": Exact(worst_wheels), "beside": Exact(wheels.rate_neighbours(beside, evidence.moment))},
    )


def _rank_among_ways_around(samples: Samples, looked: _Looked, station: IntArray) -> FloatArray:
    """Return the share of the ways around each station that are less busy, NaN where people are unknown."""
    known = looked.around.known[station]
    if not known.any():
        return np.full(len(station), np.nan)
    # Only ways count as surroundings, so that the number of corridors on a lawn changes nothing.
    size = np.zeros(len(looked.around.xy))
    np.add.at(size, looked.of_sample, _is_on_way(samples).astype(float))
    ranked = _compute_local_percentiles(looked.people, looked.around.xy, size, np.unique(station))
    return np.where(known, ranked[station], np.nan)


def _trust_squares(samples: Samples, looked: _Looked) -> FloatArray:
    """Return by sample a factor on the confidence in the number of people, below 1 on squares that draw them.

    Where shops, stops or sights stand around a square or in a street without cars, people cross it in every
    direction and stand about, which no index of passers-by tells.

    Returns
    -------
    ndarray of shape (samples,)
    """
    trust = np.ones(len(samples))
    on_square = _samples.reduce_to_samples(samples, causes.is_square(samples.ground).astype(float), "max") > 0
    if looked.scale.counters == 0 and on_square.any():
        stations, back = np.unique(looked.of_sample[on_square], return_inverse=True)
        drawn = causes.sum_gathering_places(looked.around, stations, when.shares_at_moment(looked.moment))
        trust[on_square] = 1 - np.fmin(drawn / causes.GATHERING, 1.0)[back]
    return trust


def _find_busiest_stations(windows: Windows, looked: _Looked) -> IntArray:
    """Return the busiest station of each window, shape (windows,)."""
    if not len(windows):
        return np.empty(0, dtype=np.int64)
    of_samples = looked.people[looked.of_sample]
    return looked.of_sample[windows.first + take_slices(of_samples, windows.first, windows.n_samples).argmax(axis=1)]


def _find_window_neighbours(windows: Windows, looked: _Looked, evidence: Evidence) -> pd.DataFrame:
    """Return masks of the windows beside a dog park, playground, school gate or scooter hire, a column each."""
    near = wheels.find_point_neighbours(
        looked.around.xy, _near.SPACING_CELLS * windows.samples.step_m, evidence.features
    )
    return pd.DataFrame(
        {
            name: _samples.reduce_to_windows(windows, near[name].to_numpy(dtype=float)[looked.of_sample], "max") > 0
            for name in near.columns
        }
    )


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
    },
    by_hour=True,
    measure=measure_crowding,
    keys=WHEELS_KEYS,
)
