"""Measurement of crowding: people, wheels, runners and neighbours in windows, with the evidence for each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from saferoute.candidates import remember_of_samples
from saferoute.criteria import _near, _samples
from saferoute.criteria.crowding import _attractors, calibrate, causes, wheels, when, where
from saferoute.criteria.crowding.routes import find_routes_beside
from saferoute.criteria.crowding.runners import FEW, LOG_ERROR, MANY, find_runners
from saferoute.geometry import take_slices
from saferoute.model import Measurement
from saferoute.quantities import Exact, LogNormal, Normal

if TYPE_CHECKING:
    import pandas as pd

    from saferoute.arrays import BoolArray, Columns, FloatArray, IntArray
    from saferoute.criteria.crowding.routes import Routes
    from saferoute.criteria.crowding.runners import Runners
    from saferoute.model import Evidence, Moment, Samples, Windows

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


def compute_local_percentiles(people: FloatArray, xy: FloatArray, size: FloatArray, used: IntArray) -> FloatArray:
    """Return the share of the ways within 1 km that are less busy, for the stations used; NaN for the others.

    The surroundings are a fixed circle, so that a stretch's score does not
    depend on the radius of the search. All stations in a square of 1 km are
    compared with their surroundings at once, which are sorted by how busy they are:
    those that are less busy than a station come first.
    """
    percentile: FloatArray = np.full(len(xy), np.nan)
    # The last digits of a sum depend on the extent searched, so values equal to a millionth are ties.
    people = np.log(np.fmax(people, 1e-6)).round(6)
    tile = np.floor(xy[used] / AROUND_M).astype(np.int64)
    for square in np.unique(tile, axis=0):
        mine = used[(tile == square).all(axis=1)]
        low = square * AROUND_M - AROUND_M
        near = np.flatnonzero(((xy >= low) & (xy <= low + 3 * AROUND_M)).all(axis=1) & (size > 0))
        near = near[np.argsort(people[near])]
        apart = (xy[mine, None, 0] - xy[None, near, 0]) ** 2
        apart += (xy[mine, None, 1] - xy[None, near, 1]) ** 2
        up_to = np.zeros((len(mine), len(near) + 1))
        # Sizes are counts, whose sums are the same to the last digit in any order.
        np.cumsum((apart <= AROUND_M**2) * size[near], axis=1, out=up_to[:, 1:])
        below, through = (
            up_to[np.arange(len(mine)), np.searchsorted(people[near], people[mine], side=side)]
            for side in ("left", "right")
        )
        # Ties count half, as in a midrank: where all ways are alike, each is at the 50th percentile.
        percentile[mine] = (below + through) / 2 / np.fmax(up_to[:, -1], 1.0)
    return percentile


def _is_on_way(samples: Samples) -> BoolArray:
    """Return a mask of samples on ways; the others are on open ground."""
    return (samples.ground["origin"] == "way")[samples.pair_ground[samples.first_pair[:-1]]]


def _survey_stations(windows: Windows, evidence: Evidence) -> _Looked:
    """Return the activity and the scale at stations along all strokes."""
    samples, features = windows.samples, evidence.features

    def look() -> tuple[where.Around, IntArray]:
        xy, of_sample = _near.place_stations(samples)
        return where.estimate_activity(xy, features), of_sample

    around, of_sample = remember_of_samples(samples, features, "stations", look)
    return _Looked(around, of_sample, calibrate.learn_scale(features, evidence.moment), evidence.moment)


@dataclass(frozen=True)
class _Found:
    """What was found of people, wheels, neighbours and runners along the samples of windows."""

    windows: Windows
    evidence: Evidence
    looked: _Looked
    busiest: IntArray
    """Busiest station of each window."""
    percentile: FloatArray
    beside: pd.DataFrame
    rated: wheels.Wheels
    routes: Routes
    running: Runners
    uncounted: FloatArray

    @cached_property
    def people(self) -> FloatArray:
        """People an hour at the busiest station of each window, NaN where nothing that draws them is mapped."""
        return np.where(self.looked.around.known[self.busiest], self.looked.people[self.busiest], np.nan)

    @cached_property
    def runners(self) -> FloatArray:
        """Runners an hour in each window, NaN where nothing draws them."""
        return self.running.count_in_windows(self.windows)

    @cached_property
    def draws_people(self) -> BoolArray:
        """Mask of samples on squares with things that draw people, or close to stations, ferries and markets."""
        samples, features = self.windows.samples, self.evidence.features
        crowded = remember_of_samples(
            samples, features, "crowded", lambda: _attractors.find_crowded(samples.tree, features)
        )
        return (self.uncounted < _SURE) | crowded

    def rate_confidence(self) -> FloatArray:
        """Return the confidence in the people and runners of each window, 0..1."""
        sure = np.where(np.isnan(self.people), 0.0, self.looked.confidence[self.busiest])
        # Counters tell of people on foot: how many run there stays a guess.
        sure = np.where(self.runners >= FEW, np.fmin(sure, calibrate.UNCALIBRATED), sure)
        trust = _samples.reduce_ground(self.windows, self.rated.trust, "min")
        return sure * trust * _samples.reduce_to_windows(self.windows, self.uncounted, "min")

    def rate_wheels(self) -> FloatArray:
        """Return the desirability of each window by the worst wheels on it and beside it."""
        own = _samples.reduce_ground(self.windows, np.fmin(self.rated.bicycle, self.rated.motor), "min")
        return np.fmin(own, self.routes.rate_windows(self.windows))

    def gather_evidence(self, rows: IntArray) -> Columns:
        """Return what explains the crowding of some windows."""
        windows, rated, looked = self.windows, self.rated, self.looked
        many_run = self.running.spread_over_days(windows, rows) >= MANY
        bicycle, motor = self._worst_wheels
        return {
            "people_per_hour": self.people[rows],
            "people_log_error": np.full(len(rows), looked.scale.error),
            "crowd_percentile": self.percentile[rows],
            **causes.list_causes(looked.around, self.busiest[rows], looked.moment, many_run),
            "counters": np.full(len(rows), looked.scale.counters),
            "bicycles": rated.bicycle[bicycle[rows]],
            "motors": rated.motor_words[motor[rows]],
            **{name: self.beside[name].to_numpy()[rows] for name in self.beside.columns},
            **self.running.describe_windows(windows, rows),
        }

    @cached_property
    def _worst_wheels(self) -> tuple[IntArray, IntArray]:
        """Rows of ground under each window with the worst bicycles, and with the worst motors."""
        windows, of = self.windows, self.rated

        def find() -> tuple[IntArray, IntArray]:
            return _samples.find_worst_ground(windows, of.bicycle), _samples.find_worst_ground(windows, of.motor)

        return _samples.remember_of_windows(windows, self.evidence.features, "worst wheels", find)

    def gather_along(self, first: IntArray, n_samples: IntArray) -> Columns:
        """Return what is met along runs of samples."""
        near = self.routes.describe_runs(self.windows.samples, (first, n_samples), self.windows.run_out_samples)
        met = {"draws_people": self.draws_people, "draws_runners": self.running.has_more_than_few()}
        return {**near, **{name: _samples.is_met_along(there, first, n_samples) for name, there in met.items()}}

    def gather_doubts(self, rows: IntArray, first: IntArray, n_samples: IntArray) -> dict[str, BoolArray]:
        """Return the serious doubts about runs of samples that some windows judge."""
        along = self.gather_along(first, n_samples)
        wheels_come = ~np.isnan(along["route_m"]) | (self._own_wheels[rows] <= wheels.ROUTE_BESIDE)
        return {"wheels": wheels_come, "crowd": along["draws_people"]}

    @cached_property
    def _own_wheels(self) -> FloatArray:
        """Desirability of each window by the bicycles on it."""
        return _samples.reduce_ground(self.windows, self.rated.bicycle, "min")


def measure_crowding(windows: Windows, evidence: Evidence) -> Measurement:
    """Measure the crowding of each window: its busiest sample, its worst wheels, runners and what lies beside it."""
    looked, samples, features = _survey_stations(windows, evidence), windows.samples, evidence.features
    busiest = _find_busiest_stations(windows, looked)
    found = _Found(
        windows=windows,
        evidence=evidence,
        looked=looked,
        busiest=busiest,
        percentile=_rank_among_ways_around(samples, looked, busiest),
        beside=_find_window_neighbours(windows, looked, evidence),
        rated=remember_of_samples(samples, features, "wheels", lambda: wheels.rate_wheels(samples.ground)),
        routes=_samples.remember_of_windows(
            windows, features, "routes beside", lambda: find_routes_beside(windows, features)
        ),
        running=find_runners(samples, looked.around, looked.of_sample, evidence),
        uncounted=_trust_squares(samples, looked),
    )
    covered = looked.around.covered[busiest]
    return Measurement(
        quantity=LogNormal(found.people, looked.scale.error),
        confidence=found.rate_confidence(),
        completeness=covered,
        gather_evidence=found.gather_evidence,
        gather_doubts=found.gather_doubts,
        gather_along=found.gather_along,
        # All ways that may lie beyond the map's edge could be quieter than this one.
        hedge=Normal(1 - covered * (1 - found.percentile), _PERCENTILE_ERROR),
        bounds={
            "wheels": Exact(found.rate_wheels()),
            "beside": Exact(wheels.rate_neighbours(found.beside, evidence.moment)),
            "runners": LogNormal(found.runners, LOG_ERROR, independent=True),
        },
    )


def _rank_among_ways_around(samples: Samples, looked: _Looked, station: IntArray) -> FloatArray:
    """Return the share of the ways around each station that are less busy, NaN where people are unknown."""
    known = looked.around.known[station]
    if not known.any():
        return np.full(len(station), np.nan)
    # Only ways count as surroundings, so that the number of corridors on a lawn changes nothing.
    size = np.zeros(len(looked.around.xy))
    np.add.at(size, looked.of_sample, _is_on_way(samples).astype(float))
    ranked = compute_local_percentiles(looked.people, looked.around.xy, size, np.unique(station))
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
    import pandas as pd

    samples, spacing_m = windows.samples, _near.SPACING_CELLS * windows.samples.step_m
    near = remember_of_samples(
        samples,
        evidence.features,
        "neighbours",
        lambda: wheels.find_point_neighbours(looked.around.xy, spacing_m, evidence.features),
    )
    return pd.DataFrame(
        {
            name: _samples.reduce_to_windows(windows, near[name].to_numpy(dtype=float)[looked.of_sample], "max") > 0
            for name in near.columns
        }
    )
