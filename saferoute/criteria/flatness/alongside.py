"""Tagged slopes lent to samples by the ways that run along them: ground a few metres beside a way rises as it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.criteria import _samples
from saferoute.criteria.flatness.sloped import find_sloped_ways
from saferoute.osm.ways import may_be_off_ground

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Features, Samples

REACH_M = 10.0
"""A way farther off says nothing of the slope here [J]."""
SIGMA_PCT = 2.0
"""Standard deviation of what the slopes of ground and of a way that runs along it differ by [J]."""
_MOST_ASKEW_DEG = 20.0
"""A way runs along a sample where their directions differ by no more [J]."""


def lend_slopes(
    samples: Samples, features: Features, pct: FloatArray, sigma_pct: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the slopes of samples, where none is tagged that of the nearest tagged way that runs along them.

    Parameters
    ----------
    samples : Samples
    features : Features
        Whose ways may run along the samples, roads included.
    pct, sigma_pct : ndarray of shape (samples,)
        Tagged slopes in the direction of the strokes and their standard errors, NaN where none is tagged.

    Returns
    -------
    pct, sigma_pct : ndarray of shape (samples,)
        NaN where no tagged way runs along.
    """
    segments, of_pct, of_sigma = _list_sloped_segments(features)
    lifted = _samples.reduce_to_samples(samples, may_be_off_ground(samples.ground).astype(float), "max") > 0
    silent = np.flatnonzero(np.isnan(pct) & ~lifted)
    if not len(segments) or not len(silent):
        return pct, sigma_pct
    sample, segment, sign = _pair_with_segments(samples, silent, segments)
    pct, sigma_pct = pct.copy(), sigma_pct.copy()
    pct[sample] = sign * of_pct[segment]
    sigma_pct[sample] = np.hypot(of_sigma[segment], SIGMA_PCT)
    return pct, sigma_pct


def _list_sloped_segments(features: Features) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the segments of ways on the ground with a number for their slope, of shape (s, 2, 2), slopes, errors."""
    sloped = find_sloped_ways(features.ways)
    on_ground = np.flatnonzero(~may_be_off_ground(features.ways)[sloped.row])
    lines = features.ways.geometry[sloped.row[on_ground]]
    points, line = shapely.get_coordinates(lines, return_index=True)
    begin = np.flatnonzero((line[1:] == line[:-1]) & (points[1:] != points[:-1]).any(axis=1))
    way = on_ground[line[begin]]
    return np.stack([points[begin], points[begin + 1]], axis=1), sloped.pct[way], sloped.sigma_pct[way]


def _pair_with_segments(
    samples: Samples, rows: IntArray, segments: FloatArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return samples, the nearest segment along each, and −1 where that was drawn against the stroke, else 1."""
    lines, drawn = samples.lines[rows], shapely.linestrings(segments)
    segment, at = shapely.STRtree(lines).query(drawn, predicate="dwithin", distance=REACH_M)
    start = rows[at] + samples.stroke[rows[at]]
    ahead, along = samples.xy[start + 1] - samples.xy[start], segments[segment, 1] - segments[segment, 0]
    lengths = np.hypot(*ahead.T) * np.hypot(*along.T)
    cosine = np.divide((ahead * along).sum(axis=1), lengths, out=np.zeros(len(at)), where=lengths > 0)
    fits = np.flatnonzero(np.abs(cosine) >= np.cos(np.radians(_MOST_ASKEW_DEG)))
    away = shapely.distance(lines[at[fits]], drawn[segment[fits]])
    order = fits[np.lexsort((segment[fits], away, at[fits]))]
    found, first = np.unique(at[order], return_index=True)
    nearest = order[first]
    return rows[found], segment[nearest], np.sign(cosine[nearest])
