"""Runners to expect on a way, by what draws them there and by their hours.

They are few in a count of people on foot, keep hours of their own, and come fast and
from behind. No counter tells of them apart: all numbers here are guesses, and
outputs say so. Only their hours are counted, in runs that an app recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.candidates import remember_of_samples
from saferoute.criteria import _samples
from saferoute.criteria.crowding._attractors import RESIDENTIAL
from saferoute.criteria.crowding.when import KINDS_OF_DAY, WAKING
from saferoute.osm import runners
from saferoute.osm.tags import has_value

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, Columns, FloatArray, IntArray
    from saferoute.criteria.crowding.where import Around
    from saferoute.model import Evidence, Features, Moment, Samples, Windows

RUNNERS = {"running route": 10.0, "promenade": 10.0, "running track": 8.0, "fitness trail": 5.0, "park path": 4.0}
"""Runners in a mean hour from 7 to 21 in a town, by what draws them to a way [J]. Promenades are foot ways beside sea,
lake, river or canal, towpaths among them. What is named first is told where several draw alike."""
_TOWN = 40.0
"""Units of homes and streets around, as the index of activity sums them, for which `RUNNERS` holds: the median foot way
of central Helsinki and Porto has 41 [M]. Runners come from farther than walkers, so their number grows with the root of
what lives around [J]."""
LOG_ERROR = 1.1
"""Standard error of the logarithm of these numbers, a factor of 3 [J]."""
_LEAST_PARK_M2 = 20_000.0
"""Area from which on a park is large enough for a loop [J]."""
_TRAIL_M = 50.0
"""Greatest distance of a fitness trail's apparatus from its way [J]."""
MANY = 20.0
"""Runners an hour from which an hour is not called quiet: one run of 60 s in three meets one [J]."""
FEW = 5.0
"""Runners an hour below which none is met in eleven of twelve runs of 60 s [J]: they are not to be checked."""

_WEEK = (
    "0 0 0 0 0 3 5 7 6 5 4.5 4 4.5 3.5 3 3.5 6 11 12 9 6 4 2 1",
    "0 0 0 0 0 1.5 5 8.5 10 11.5 10.5 9 6.5 4.5 4.5 5 5.5 4.5 4 3.5 3 2 1 0.5",
)
"""Per cent of the runs of a day that begin in each hour, on workdays and at weekends. Of 177 million recorded by an app
in 30 countries 18 % began from 6 to 9 and 32 % from 17 to 20 on workdays, 32 % from 8 to 11 and 12 % from 17 to 20 at
weekends [F Runner's World with RunKeeper 2014]. Within these hours and in all others the shares are guessed [J]."""


def _build_week() -> FloatArray:
    workday, weekend = (np.array(day.split(), dtype=float) for day in _WEEK)
    week = np.stack([workday] * 5 + [weekend] * 2)
    return week / week[:, WAKING].mean()


WEEK = _build_week()
"""Share of the mean hour's runners from 7 to 21, shape (7, 24), Monday first."""


@dataclass(frozen=True)
class Runners:
    """The runners to expect at each of n samples.

    Attributes
    ----------
    mean_hour : ndarray of shape (n,)
        In a mean hour from 7 to 21; 0 where nothing is known to draw them.
    kind : ndarray of shape (n,)
        Number in `RUNNERS` of what draws most there.
    share : float
        Share of the mean hour's runners that come at the hour asked for.
    """

    mean_hour: FloatArray
    kind: IntArray
    share: float

    def has_more_than_few(self) -> BoolArray:
        """Return a mask of samples at which `FEW` or more come in the hour asked for."""
        return self.mean_hour * self.share >= FEW

    def count_in_windows(self, windows: Windows) -> FloatArray:
        """Return the most runners at a sample of each window in the hour asked for, NaN where nothing draws them."""
        most = _samples.reduce_to_windows(windows, self.mean_hour, "max")
        return np.where(most > 0, most * self.share, np.nan)

    def spread_over_days(self, windows: Windows, rows: IntArray) -> FloatArray:
        """Return the runners in some windows by kind of day and hour, shape (len(rows), 3, 24)."""
        days = np.stack([WEEK[days].mean(axis=0) for days in KINDS_OF_DAY.values()])
        return self.mean_hour[self._find_most(windows, rows)][:, None, None] * days

    def describe_windows(self, windows: Windows, rows: IntArray) -> Columns:
        """Return ``runners_per_hour`` of some windows and what draws them, ``runners_at``; missing without any."""
        most = self._find_most(windows, rows)
        drawn = self.mean_hour[most] > 0
        words = np.array([*RUNNERS, None], dtype=object)[np.where(drawn, self.kind[most], len(RUNNERS))]
        number = np.where(drawn, self.mean_hour[most] * self.share, np.nan)
        return {"runners_per_hour": number, "runners_at": words}

    def _find_most(self, windows: Windows, rows: IntArray) -> IntArray:
        """Return the sample of some windows with the most runners."""
        inside = windows.first[rows, None] + np.arange(windows.n_samples)
        found: IntArray = inside[np.arange(len(rows)), self.mean_hour[inside].argmax(axis=1)]
        return found


def find_runners(samples: Samples, around: Around, of_sample: IntArray, evidence: Evidence) -> Runners:
    """Return the runners to expect at samples.

    Parameters
    ----------
    samples : Samples
    around : Around
        Activity at stations along the samples.
    of_sample : ndarray of shape (samples,)
        Station of each sample.
    evidence : Evidence
    """
    features = evidence.features
    draws = remember_of_samples(samples, features, "runners", lambda: _find_draws(samples, around, of_sample, features))
    rates = draws * np.array(list(RUNNERS.values()))
    kind = rates.argmax(axis=1) if len(samples) else np.empty(0, dtype=np.int64)
    lives_around = np.sqrt(around.activity[:, RESIDENTIAL] / _TOWN)[of_sample]
    return Runners(rates.max(axis=1, initial=0.0) * lives_around, kind, share_at_moment(evidence.moment))


def share_at_moment(moment: Moment | None) -> float:
    """Return the runners of an hour as a share of the mean hour's from 7 to 21; 1 without an hour."""
    return 1.0 if moment is None else float(WEEK.ravel()[moment.hour_of_week])


def _find_draws(samples: Samples, around: Around, of_sample: IntArray, features: Features) -> BoolArray:
    """Return which of `RUNNERS` each sample is or lies in, shape (samples, len(RUNNERS))."""
    ground = samples.ground
    on_way = _touches(samples, ground["origin"] == "way")
    draws = {
        "running route": _touches(samples, runners.leads_runners(ground)),
        "promenade": on_way & around.by_water[of_sample],
        "running track": _touches(samples, has_value(ground, "kind", {"track"})),
        "fitness trail": on_way & _is_on_trail(around.xy, features)[of_sample],
        "park path": on_way & _is_in_park(around.xy, features)[of_sample],
    }
    return np.column_stack([draws[name] for name in RUNNERS])


def _touches(samples: Samples, of_ground: BoolArray) -> BoolArray:
    touched: BoolArray = _samples.reduce_to_samples(samples, of_ground.astype(float), "max") > 0
    return touched


def _is_on_trail(xy: FloatArray, features: Features) -> BoolArray:
    """Return a mask of points beside the apparatus of a fitness trail."""
    stations = [table.geometry[runners.is_fitness_station(table)] for table in (features.points, features.areas)]
    return _is_near(xy, np.concatenate(stations), _TRAIL_M)


def _is_in_park(xy: FloatArray, features: Features) -> BoolArray:
    """Return a mask of points in parks that are large enough for a loop."""
    parks = features.areas.geometry[runners.is_park(features.areas)]
    return _is_near(xy, parks[shapely.area(parks) >= _LEAST_PARK_M2], 0.0)


def _is_near(xy: FloatArray, shapes: NDArray[np.object_], distance_m: float) -> BoolArray:
    near = np.zeros(len(xy), dtype=bool)
    if len(xy) and len(shapes):
        near[shapely.STRtree(shapely.points(xy)).query(shapes, predicate="dwithin", distance=distance_m)[1]] = True
    return near
