"""The clock of each setting: its week of hours, its season, and its quiet hours.

The week of the centre is learnt from counters (`_centre.py`). The others are
guesses, and outputs say so. Homes, offices and stops lie in the same streets,
and the hours learnt there carry theirs: the guess only bends them. How many
people come on a day is another matter, as offices are closed at weekends: there
guess and counters have the same say. Each has mean 1 over the week, so the
activity of an hour is that of a mean hour times the hour's share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.criteria.crowding._centre import WEEK
from saferoute.osm.people import SETTINGS

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.model import Moment

HOURS = 168
"""Hours of a week."""

_GUESSES = {
    # setting: Monday to Thursday, Friday, Saturday, Sunday; by hour from 0 to 23
    "evening": (
        "3 2 1 0 0 0 0 0 0 0 1 2 4 4 3 3 4 6 8 9 10 9 7 5",
        "4 2 1 0 0 0 0 0 0 0 1 2 4 4 3 4 6 9 11 13 14 15 15 13",
        "11 8 6 4 2 0 0 0 0 0 1 3 5 6 6 6 7 9 11 13 14 15 15 14",
        "12 9 6 4 2 0 0 0 0 0 1 3 5 6 6 6 6 7 7 7 6 4 3 2",
    ),
    "office": (
        "0 0 0 0 0 0 2 6 12 9 6 7 12 11 7 6 8 11 6 3 1 1 0 0",
        "0 0 0 0 0 0 2 6 11 8 6 7 12 11 7 7 9 9 4 2 1 1 0 0",
        "0 0 0 0 0 0 0 0 1 1 1 1 2 2 1 1 1 1 0 0 0 0 0 0",
        "0 0 0 0 0 0 0 0 0 1 1 1 1 1 1 1 1 0 0 0 0 0 0 0",
    ),
    "residential": (
        "1 0 0 0 0 1 3 7 9 6 5 5 6 6 6 7 8 9 8 6 4 3 2 1",
        "1 0 0 0 0 1 3 7 9 6 5 5 6 6 6 8 8 9 8 6 5 4 3 2",
        "2 1 1 0 0 0 1 2 4 6 8 8 8 7 7 7 7 7 6 5 4 4 3 3",
        "2 1 1 1 0 0 1 2 3 5 7 8 7 7 8 8 8 7 5 4 3 2 2 1",
    ),
    "school": (
        "0 0 0 0 0 0 0 6 13 4 4 4 7 7 6 11 9 6 3 2 1 0 0 0",
        "0 0 0 0 0 0 0 6 13 4 4 4 7 8 8 9 6 4 2 1 1 0 0 0",
        "0 0 0 0 0 0 0 0 0 1 1 1 1 1 1 1 1 0 0 0 0 0 0 0",
        "0 0 0 0 0 0 0 0 0 0 1 1 1 1 1 1 1 0 0 0 0 0 0 0",
    ),
    "transit": (
        "1 0 0 0 0 2 6 13 14 8 5 5 6 6 6 8 11 14 10 6 4 3 2 1",
        "1 0 0 0 0 2 6 12 13 7 5 5 6 7 8 9 11 12 9 6 5 4 4 3",
        "2 1 0 0 0 1 1 2 3 5 6 7 7 7 7 7 7 7 6 5 4 4 4 3",
        "2 1 0 0 0 0 1 1 2 3 5 5 6 6 6 6 7 7 6 5 4 3 2 1",
    ),
    "park": (
        "0 0 0 0 0 1 3 4 4 4 4 5 6 6 6 7 8 9 8 6 3 2 1 0",
        "0 0 0 0 0 1 3 4 4 4 4 5 6 6 7 8 9 9 8 6 4 2 1 1",
        "1 0 0 0 0 0 1 3 5 8 10 11 11 12 13 13 12 10 7 5 3 2 1 1",
        "1 0 0 0 0 0 1 2 5 8 11 12 12 13 14 14 12 9 6 4 2 1 1 0",
    ),
    "beach": (
        "0 0 0 0 0 1 1 2 2 3 5 7 9 10 11 11 10 9 7 5 3 2 1 0",
        "0 0 0 0 0 1 1 2 2 3 5 7 9 10 11 12 11 10 8 6 4 2 1 1",
        "1 0 0 0 0 1 1 2 3 6 10 13 15 17 18 18 16 13 9 6 4 2 1 1",
        "1 0 0 0 0 1 1 2 3 6 11 14 16 18 19 19 16 12 8 5 3 2 1 0",
    ),
}
"""Guessed shares of each setting's hours [J], shaped after published counts in working, shopping and
leisure streets: schools draw people on weekdays only, worship and leisure at weekends
(Singleton et al. 2021)."""

_BENT = ("office", "residential", "transit")
"""Settings whose guess only bends the learnt hours. Evenings, schools, parks and beaches keep hours of their own, of
which no counter tells anything yet."""
LEARNT_SHARE = 0.75
"""Share of the learnt hours of each day in the clocks of `_BENT`.

Chosen in three cities, each left out in turn, with the whole week bent alike: the correlation of hours at counters
rose from .65 to .76, and in every city."""
LEARNT_SHARE_OF_DAYS = 0.5
"""Exponent of the learnt day in the number of people that a day brings in the clocks of `_BENT` [J].

Streets of offices keep hours like those of shops, but not their weekends: in Auckland Shortland Street, Federal Street
and Commerce Street have .64 to .70 of a workday's people on Saturdays, the median counter .99 [M]. By hours alone
Sydney's Saturday had .84 of a Wednesday's people, with both .68, where .62 were counted [M]; neither share was chosen
there."""

_SEASONS = {"beach": (1, 1, 2, 4, 8, 14, 17, 17, 10, 4, 2, 1), "park": (7, 7, 8, 10, 12, 13, 13, 13, 12, 10, 8, 7)}
"""Guessed shares of the months, January to December, in the north [J]; shifted by half a year in the south.

Three counters on Auckland's waterfront, which had no say, keep the months of parks within a tenth on average [M]."""
_TROPIC_DEG, _SEASONAL_DEG = 15.0, 35.0
"""Latitudes below which there are no seasons, and from which on those of `_SEASONS` hold in full [J]."""

WAKING = np.arange(7, 21)
"""Hours of the day over which the mean is taken when no hour is asked for [J]."""
_RUNNABLE = range(6, 22)
"""Hours that may be named as quiet; at others runners sleep [J]."""
QUIET = 2 / 3
"""Share of the mean hour's people below which an hour is quiet [J]."""
_BUSIER = 24.0
"""Share of the mean hour's people that puts an hour behind all others: no clock has as much in an hour."""
KINDS_OF_DAY = {"Mon–Fri": slice(0, 5), "Sat": slice(5, 6), "Sun": slice(6, 7)}
"""Kinds of day with quiet hours of their own, and their days of the week."""


def _build_week_profiles() -> FloatArray:
    """Return the share of each setting's mean hour, by hour of the week."""
    learnt = np.array(WEEK, dtype=float)
    learnt /= learnt.mean()
    weeks = {"centre": learnt}
    for name, days in _GUESSES.items():
        workday, friday, saturday, sunday = (np.array(day.split(), dtype=float) for day in days)
        # A little is added to every hour, so that no place is ever called empty on a guess.
        guess = np.stack([workday] * 4 + [friday, saturday, sunday]) + 0.1
        guess /= guess.mean()
        weeks[name] = _bend_week(learnt, guess) if name in _BENT else guess
    return np.stack([weeks[name].ravel() for name in SETTINGS])


def _bend_week(learnt: FloatArray, guess: FloatArray) -> FloatArray:
    """Return a learnt week bent by a guessed one, mean 1; both of shape (7, 24)."""
    learnt_day, guessed_day = learnt.mean(axis=1, keepdims=True), guess.mean(axis=1, keepdims=True)
    hours = LEARNT_SHARE * learnt / learnt_day + (1 - LEARNT_SHARE) * guess / guessed_day
    week: FloatArray = hours * learnt_day**LEARNT_SHARE_OF_DAYS * guessed_day ** (1 - LEARNT_SHARE_OF_DAYS)
    return week / week.mean()


PROFILES = _build_week_profiles()
"""Share of each setting's mean hour, shape (len(SETTINGS), 168), Monday 0:00 first."""


def seasonal_factors(month: int, lat: float) -> FloatArray:
    """Return the seasonal factor of each setting, which has mean 1 over a year.

    Parameters
    ----------
    month : int
        1 to 12.
    lat : float
        Degrees north.

    Returns
    -------
    ndarray of shape (len(SETTINGS),)
        1 for settings without a season.
    """
    strength = np.clip((abs(lat) - _TROPIC_DEG) / (_SEASONAL_DEG - _TROPIC_DEG), 0, 1)
    factor = np.ones(len(SETTINGS))
    for name, year in _SEASONS.items():
        there = np.array(year)[(month - 1 + (6 if lat < 0 else 0)) % 12] / np.mean(year)
        factor[SETTINGS.index(name)] = 1 + strength * (there - 1)
    return factor


def shares_at_moment(moment: Moment | None) -> FloatArray:
    """Return the share of each setting at a moment, or its mean from 7 to 21 without one; shape (len(SETTINGS),)."""
    if moment is None:
        return PROFILES.reshape(len(SETTINGS), 7, 24)[:, :, WAKING].mean(axis=(1, 2))
    here: FloatArray = PROFILES[:, moment.hour_of_week] * seasonal_factors(moment.local.month, moment.lat)
    return here


def find_quiet_hours(activity: FloatArray, moment: Moment | None, busy: BoolArray | None = None) -> BoolArray:
    """Return a mask of quiet hours for each row of activity, by kind of day.

    An hour is quiet if it has less than two thirds of the people of that day's
    mean hour from 7 to 21, both by the clocks of the settings and by the learnt
    one alone: no guess makes an hour quiet that the counters call busy. The hour
    that is quietest by the worse of the two always counts. Only light hours from
    6 to 22 are considered: those of the moment's date, or 7 to 21 without a
    moment.

    Parameters
    ----------
    activity : ndarray of shape (n, len(SETTINGS))
    moment : Moment, optional
    busy : ndarray of shape (n, 3, 24), optional
        Hours that are busy all the same, as with runners. One of them is named
        only where all light hours are busy.

    Returns
    -------
    ndarray of shape (n, 3, 24)
        By `KINDS_OF_DAY` and hour; all False if no hour is light.

    Examples
    --------
    Shops are quiet from 7 to 8 and from 20 to 21 on weekdays:

    >>> quiet = find_quiet_hours(np.eye(len(SETTINGS))[:1], None)
    >>> np.flatnonzero(quiet[0, 0]).tolist()
    [7, 20]
    """
    light = np.zeros(24, dtype=bool)
    light[WAKING] = True
    if moment is not None:
        light = np.array(moment.light)
        activity = activity * seasonal_factors(moment.local.month, moment.lat)
    light[[h for h in range(24) if h not in _RUNNABLE]] = False
    quiet = np.zeros((len(activity), len(KINDS_OF_DAY), 24), dtype=bool)
    if not light.any():
        return quiet
    by_clocks = (activity @ PROFILES).reshape(-1, 7, 24)
    learnt = PROFILES[SETTINGS.index("centre")].reshape(7, 24)
    for kind, days in enumerate(KINDS_OF_DAY.values()):
        share = np.fmax(_divide_by_mean(by_clocks[:, days].mean(axis=1)), _divide_by_mean(learnt[days].mean(axis=0)))
        if busy is not None:
            share = share + _BUSIER * busy[:, kind]
        # Hours in the dark are infinitely busy here, so that the quietest hour is a light one.
        quietest = np.where(light, share, np.inf).argmin(axis=1)
        quiet[:, kind] = light & (share < QUIET)
        quiet[np.arange(len(quiet)), kind, quietest] = True
    return quiet


def _divide_by_mean(people: FloatArray) -> FloatArray:
    """Return the people of each hour of a day as a share of that day's mean hour from 7 to 21, 0 where nobody is."""
    mean = people[..., WAKING].mean(axis=-1, keepdims=True)
    return np.divide(people, mean, out=np.zeros_like(people), where=mean > 0)


def share_with_guessed_clock(activity: FloatArray, moment: Moment | None) -> FloatArray:
    """Return the share of people in each row whose clock is a guess, 0..1; 1 where there are none."""
    people = activity * shares_at_moment(moment)
    total = people.sum(axis=1)
    learnt = people[:, SETTINGS.index("centre")]
    return 1 - np.divide(learnt, total, out=np.zeros(len(total)), where=total > 0)
