"""Slopes by the tag ``incline``, turned the way of the strokes, and combined with those fitted to heights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.criteria.flatness.alongside import lend_slopes
from saferoute.criteria.flatness.carried import carry_slopes
from saferoute.geometry import take_slices
from saferoute.osm import slopes
from saferoute.table import Tags

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Features, Samples, Windows

USUAL_PCT = 10.0
"""Standard deviation of the slopes of ways with a tagged incline, percentage points [M].

49 ways of three extracts that are tagged up or down, steps not counted, rise by
16 % in Bad Wildbad, 8 % on Helgoland and 5 % in Porto (medians), while most of
the ways whose slope nobody tagged are flatter.
"""
_CONTRADICTION = 1.96
"""Standard errors apart from which a tag and heights contradict each other (95 %)."""


@dataclass(frozen=True)
class TaggedSlopes:
    """What the tag ``incline`` says of w windows, in the direction of their strokes.

    Attributes
    ----------
    grade_pct, sigma_pct : ndarray of shape (w,)
        Tagged slope and its standard error; NaN where no number is tagged.
    direction : ndarray of shape (w,)
        1 = rising, −1 = falling, 0 = not told in words, or both ways.
    least_pct : ndarray of shape (w,)
        Least steepness that words tell; 0 = they tell nothing.
    is_carried : ndarray of shape (w,)
        Whether the number is that of ways before, behind or alongside alone.
    """

    grade_pct: FloatArray
    sigma_pct: FloatArray
    direction: FloatArray
    least_pct: FloatArray
    is_carried: BoolArray


@dataclass(frozen=True)
class CombinedSlopes:
    """Slopes of w windows from all evidence, with their standard errors, and where the evidence contradicts itself."""

    grade_pct: FloatArray
    sigma_pct: FloatArray
    is_contradicted: BoolArray


def read_tagged_slopes(windows: Windows, features: Features) -> TaggedSlopes:
    """Return what the tags of the ways under, alongside, before and behind each window say of its slope."""
    samples = windows.samples
    said = slopes.read_inclines(Tags.of(samples.ground))
    told = np.isfinite(said.pct) | (said.direction != 0) | (said.least_pct > 0)
    pair = np.flatnonzero(told[samples.pair_ground])
    ground, sample = samples.pair_ground[pair], samples.pair_sample[pair]
    sign = _find_directions(samples, sample, ground)

    def average(values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the mean of known values over the ground of each sample, NaN without, and its share of a window."""
        known = np.isfinite(values)
        count = np.bincount(sample[known], minlength=len(samples))
        total = np.bincount(sample[known], weights=values[known], minlength=len(samples))
        share = take_slices((count > 0).astype(float), windows.first, windows.n_samples).mean(axis=1)
        return np.divide(total, count, out=np.full(len(samples), np.nan), where=count > 0), share

    # A slope of 0 needs no direction; another one whose way only touches the stroke says nothing of it.
    turned = np.where(said.pct[ground] == 0, 0.0, np.where(sign == 0, np.nan, sign * said.pct[ground]))
    of_samples, own = average(turned)
    errors, _ = average(np.where(np.isfinite(turned), said.sigma_pct[ground], np.nan))
    grade, sigma = (
        take_slices(of_sample, windows.first, windows.n_samples).mean(axis=1)
        for of_sample in carry_slopes(samples, features, *lend_slopes(samples, features, of_samples, errors))
    )
    direction = sign * said.direction[ground]
    up, down = (average(np.where(direction == way, 1.0, np.nan))[1] > 0 for way in (1, -1))
    steep = np.nan_to_num(average(said.least_pct[ground])[0])
    least = take_slices(steep, windows.first, windows.n_samples).mean(axis=1)
    return TaggedSlopes(grade, sigma, up.astype(float) - down, least, np.isfinite(grade) & (own == 0))


def _find_directions(samples: Samples, sample: IntArray, ground: IntArray) -> FloatArray:
    """Return 1 where samples run as the way under them was drawn, −1 where against it, 0 where neither."""
    line = samples.ground.geometry[ground]
    # Outlines of areas have no direction that a slope could follow.
    drawn = np.flatnonzero(shapely.get_type_id(line) == shapely.GeometryType.LINESTRING)
    start = sample[drawn] + samples.stroke[sample[drawn]]
    begin, end = (shapely.line_locate_point(line[drawn], shapely.points(samples.xy[row])) for row in (start, start + 1))
    sign = np.zeros(len(line))
    sign[drawn] = np.sign(end - begin)
    return sign


def combine_slopes(grade_pct: FloatArray, sigma_pct: FloatArray, tagged: TaggedSlopes) -> CombinedSlopes:
    """Return slopes from heights and tags together.

    Two numbers are weighted by the inverse of their variances. Words only bound
    the slope: they cut off a part of its distribution. If heights and tags
    contradict each other, either may be wrong: the error is at least half of
    the difference of two numbers, or all that the bound is missed by.

    Parameters
    ----------
    grade_pct, sigma_pct : ndarray of shape (w,)
        Fitted slopes and their standard errors; NaN where heights are unknown.
    tagged : TaggedSlopes of w windows

    Returns
    -------
    CombinedSlopes
        NaN where neither tells a slope.
    """
    fitted, said = np.isfinite(grade_pct), np.isfinite(tagged.grade_pct)
    apart = np.abs(grade_pct - tagged.grade_pct)
    both = fitted & said
    contradicted = both & (apart > _CONTRADICTION * np.hypot(sigma_pct, tagged.sigma_pct))
    weights = [np.where(known, 1 / sigma**2, 0.0) for known, sigma in ((fitted, sigma_pct), (said, tagged.sigma_pct))]
    total = np.where(fitted | said, weights[0] + weights[1], np.nan)
    grade = (weights[0] * np.nan_to_num(grade_pct) + weights[1] * np.nan_to_num(tagged.grade_pct)) / total
    sigma = 1 / np.sqrt(total)
    sigma = np.where(contradicted, np.fmax(sigma, apart / 2), sigma)
    return _bound_slopes(CombinedSlopes(grade, sigma, contradicted), tagged)


def _bound_slopes(slope: CombinedSlopes, tagged: TaggedSlopes) -> CombinedSlopes:
    """Return slopes cut off by what words say: their direction, or that they are steep."""
    at = np.flatnonzero((tagged.direction != 0) | (tagged.least_pct > 0))
    if not len(at):
        return slope
    grade, sigma = slope.grade_pct[at], slope.sigma_pct[at]
    unknown = np.isnan(grade)
    grade, sigma = np.where(unknown, 0.0, grade), np.where(unknown, USUAL_PCT, sigma)
    # What is called steep, but neither up nor down, is steep the way that the heights say.
    sign = np.where(tagged.direction[at] != 0, tagged.direction[at], np.where(grade < 0, -1.0, 1.0))
    missed_by = tagged.least_pct[at] - sign * grade
    against = ~unknown & (missed_by > _CONTRADICTION * sigma)
    mean, spread = _truncate_normal(sign * grade, sigma, np.where(against, -np.inf, tagged.least_pct[at]))
    result = CombinedSlopes(slope.grade_pct.copy(), slope.sigma_pct.copy(), slope.is_contradicted.copy())
    result.grade_pct[at] = sign * mean
    result.sigma_pct[at] = np.where(against, np.fmax(sigma, missed_by), spread)
    result.is_contradicted[at] |= against
    return result


def _truncate_normal(mean: FloatArray, sigma: FloatArray, least: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation of normal distributions of which only what exceeds `least` is possible."""
    cut = np.fmax((least - mean) / sigma, -40.0)  # below, nothing is cut off, and infinity times 0 is NaN
    above = np.array([math.erfc(z) / 2 for z in (cut / np.sqrt(2)).tolist()])
    hazard = np.exp(-(cut**2) / 2) / np.sqrt(2 * np.pi) / above
    return mean + sigma * hazard, sigma * np.sqrt(np.fmax(1 + cut * hazard - hazard**2, 0.0))
