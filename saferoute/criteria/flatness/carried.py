"""Tagged slopes carried on along strokes, from the ways that have the tag ``incline`` to those that continue them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.criteria.flatness.sloped import find_sloped_ways
from saferoute.table import Tags

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray
    from saferoute.model import Features, Samples

DECAY_M = 100.0
"""A slope d m on is exp(−d/100 m) of what it is here [M]: .8 of it 60 m on in Bad Wildbad, .4 in Porto."""
CHANGE_PCT = 5.0
"""Standard deviation of what slopes far apart differ by [M]: 4 to 6.5 % in Bad Wildbad and Porto, 2 to 3 on
Helgoland."""
_REACH_M = 2 * DECAY_M
"""Beyond, a slope says nothing any more [J]."""
_MOST_TURN_DEG = 30.0
"""A way goes on in line where it turns by no more [J]; one of the same name may turn farther."""
_MOST_TURN_OF_NAME_DEG = 90.0
_TOUCH_M = 6.0
"""Distance from the last sample within which a way continues a stroke: the rest of a stroke beyond is shorter."""


def carry_slopes(
    samples: Samples, features: Features, pct: FloatArray, sigma_pct: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the slopes of samples, where none is tagged those of the nearest tagged way before and behind.

    Parameters
    ----------
    samples : Samples
    features : Features
        Whose ways may continue the strokes, roads included.
    pct, sigma_pct : ndarray of shape (samples,)
        Tagged slopes in the direction of the strokes and their standard errors, NaN where none is tagged.

    Returns
    -------
    pct, sigma_pct : ndarray of shape (samples,)
        The error grows with the distance from the tagged way; NaN where none is near enough.
    """
    beyond = _find_slopes_beyond(samples, features)
    if not (np.isfinite(pct).any() or np.isfinite(beyond).any()):
        return pct, sigma_pct
    total, weight = np.zeros(len(samples)), np.zeros(len(samples))
    for backwards in (False, True):
        value, sigma, away = _reach_on(samples, pct, sigma_pct, beyond, backwards=backwards)
        share = np.exp(-away / DECAY_M)
        error = np.hypot(share * sigma, CHANGE_PCT * np.sqrt(1 - share**2))
        known = np.isfinite(value) & (away <= _REACH_M)
        total[known] += (share * value / error**2)[known]
        weight[known] += 1 / error[known] ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        carried, error = np.where(weight > 0, total / weight, np.nan), np.where(weight > 0, weight**-0.5, np.nan)
    told = np.isfinite(pct)
    return np.where(told, pct, carried), np.where(told, sigma_pct, error)


def _reach_on(
    samples: Samples, pct: FloatArray, sigma_pct: FloatArray, beyond: FloatArray, *, backwards: bool
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return of each sample the slope of the last tagged one before it (or behind), its error, and how far it is.

    `beyond` has the slopes beyond both ends of each stroke, and their errors: shape (strokes, 2, 2).
    """
    order = np.arange(len(samples))[::-1] if backwards else np.arange(len(samples))
    stroke = samples.stroke[order]
    begins = np.flatnonzero(np.r_[True, np.diff(stroke) != 0])
    # What lies beyond the end at which each stroke is entered stands before its first sample.
    outside = beyond[stroke[begins], int(backwards)]
    place = np.arange(len(order)) + np.searchsorted(begins, np.arange(len(order)), side="right")
    values, errors = (np.full(len(order) + len(begins), np.nan) for _ in range(2))
    values[place], errors[place] = pct[order], sigma_pct[order]
    entry = place[begins] - 1
    values[entry], errors[entry] = outside.T
    last = np.maximum.accumulate(np.where(np.isfinite(values), np.arange(len(values)), entry.min()))
    # A slope of another stroke does not count: the way into this one begins anew.
    last = np.fmax(last, np.repeat(entry, np.diff(np.r_[entry, len(values)])))
    found = last[place]
    result = np.empty((3, len(order)))
    result[:, order] = values[found], errors[found], (place - found) * samples.step_m
    return result[0], result[1], result[2]


def _find_slopes_beyond(samples: Samples, features: Features) -> FloatArray:
    """Return the tagged slope of the way that continues each stroke at its start and at its end, and its error.

    Returns
    -------
    ndarray of shape (strokes, 2, 2)
        By end, in the direction of the stroke; NaN where no such way is tagged.
    """
    strokes = int(samples.stroke.max()) + 1 if len(samples) else 0
    result = np.full((strokes, 2, 2), np.nan)
    sloped = find_sloped_ways(features.ways)
    if not len(sloped.row) or not strokes:
        return result
    lines = features.ways.geometry[sloped.row]
    names, own_names = (
        Tags.of(features.ways).select_rows(sloped.row).get_text("name"),
        Tags.of(samples.ground).get_text("name"),
    )
    first = np.searchsorted(samples.stroke, np.arange(strokes))
    last = np.r_[first[1:], len(samples)] - 1
    ends = ((first, first + np.arange(strokes), 1), (last, last + np.arange(strokes) + 1, -1))
    for end, (sample, row, inside) in enumerate(ends):
        here, out = samples.xy[row], samples.xy[row] - samples.xy[row + inside]
        own = own_names[samples.pair_ground[samples.first_pair[sample]]]
        for drawn_away in (False, True):
            points, ahead = _leave_end(lines, from_start=drawn_away)
            tree = shapely.STRtree(shapely.points(points))
            k, way = tree.query(shapely.points(here), predicate="dwithin", distance=_TOUCH_M)
            same_name = np.array([isinstance(name, str) for name in own[k]], dtype=bool) & (names[way] == own[k])
            most = np.where(same_name, _MOST_TURN_OF_NAME_DEG, _MOST_TURN_DEG)
            fits = _measure_turns(out[k], ahead[way]) <= most
            k, way = k[fits], way[fits]
            along = 1 if drawn_away == bool(end) else -1
            result[k, end] = np.stack([along * sloped.pct[way], sloped.sigma_pct[way]], axis=1)
    return result


def _leave_end(lines: NDArray[np.object_], *, from_start: bool) -> tuple[FloatArray, FloatArray]:
    """Return the first (or last) points of lines, and the vectors from there on into each line."""
    at, inside = (0, 1) if from_start else (-1, -2)
    here = shapely.get_coordinates(shapely.get_point(lines, at))
    return here, shapely.get_coordinates(shapely.get_point(lines, inside)) - here


def _measure_turns(one: FloatArray, other: FloatArray) -> FloatArray:
    """Return the angles between vectors in degrees, 0 to 180."""
    cross, dot = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0], (one * other).sum(axis=1)
    return np.degrees(np.abs(np.arctan2(cross, dot)))
