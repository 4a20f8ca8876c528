"""Strokes cut into samples, the pieces of ground in which everything is noted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.candidates._strokes import numbers_of_strokes
from saferoute.geometry import chord_headings, cut_lines, distances_along, indices_of_slices
from saferoute.model import Samples

if TYPE_CHECKING:
    from collections.abc import Callable

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Strokes
    from saferoute.table import Table

STEP_M = 5.0
"""Grain of everything along a stroke."""
_ROUNDING = 1e-9
"""Share of a sample by which a place on a cut may miss it."""


def cut_samples(
    strokes: Strokes,
    ground: Table,
    side_paths: FloatArray,
    *,
    shortest_m: float,
    here: Callable[[FloatArray], BoolArray] | None = None,
) -> Samples:
    """Cut the strokes that are long enough into samples.

    Parameters
    ----------
    strokes : Strokes
    ground : Table
        What the strokes' edges are rows of.
    side_paths : ndarray of shape (v,)
        Side paths at each vertex.
    shortest_m : float
        Shorter strokes hold no window and are not cut.
    here : callable, optional
        Returns which of n points of shape (n, 2) are looked at: samples that start
        elsewhere are dropped, and so are those on no row of `ground`.
    """
    long_enough = shapely.length(strokes.lines) >= shortest_m
    lines = strokes.lines[long_enough]
    pieces, stroke, xy = cut_lines(lines, STEP_M)
    kept = long_enough[strokes.vertex_stroke]
    owner = (np.cumsum(long_enough) - 1)[strokes.vertex_stroke[kept]]
    along = distances_along(shapely.get_coordinates(lines), owner)
    counts = np.bincount(stroke, minlength=len(lines))
    first = np.cumsum(counts) - counts
    pair_sample, pair_ground = _pair_with_ground(along, owner, counts, strokes.edge_ground[kept], len(ground))
    sample = first[owner] + np.minimum(np.floor(along / STEP_M + _ROUNDING).astype(np.int64), counts[owner] - 1)
    on_cut = (np.abs(along / STEP_M - np.round(along / STEP_M)) < _ROUNDING) & (sample > first[owner])
    node = strokes.vertex_node[kept]
    samples = Samples(
        step_m=STEP_M,
        stroke=stroke,
        lines=pieces,
        xy=xy,
        pair_sample=pair_sample,
        pair_ground=pair_ground,
        ground=ground,
        node_sample=np.concatenate([sample, sample[on_cut] - 1]),
        node_id=np.concatenate([node, node[on_cut]]),
        side_paths=np.bincount(sample, weights=side_paths[kept], minlength=len(pieces)).astype(float),
        number=np.arange(len(pieces)) - first[stroke],
        source_stroke=numbers_of_strokes(strokes)[long_enough][stroke],
    )
    return samples if here is None else _select_present(samples, here)


def _select_present(samples: Samples, here: Callable[[FloatArray], BoolArray]) -> Samples:
    """Return the samples that start in the area looked at and lie on known ground."""
    present = here(samples.xy[np.arange(len(samples)) + samples.stroke])
    present[samples.pair_sample[samples.pair_ground < 0]] = False
    return samples if present.all() else _select_samples(samples, present)


def _select_samples(samples: Samples, present: BoolArray) -> Samples:
    """Return some of the samples; each run of them becomes a stroke of its own."""
    kept = np.flatnonzero(present)
    begins = np.r_[True, (np.diff(kept) > 1) | (np.diff(samples.stroke[kept]) != 0)][: len(kept)]
    stroke = np.cumsum(begins) - 1
    ends = np.r_[begins[1:], True][: len(kept)]
    # A run of n samples has n + 1 boundaries: where each sample starts, and where the last one ends.
    start = kept + samples.stroke[kept]
    row = np.sort(np.concatenate([start, start[ends] + 1]))
    new = np.cumsum(present) - 1
    pair, node = present[samples.pair_sample], present[samples.node_sample]
    return replace(
        samples,
        stroke=stroke,
        lines=samples.lines[kept],
        xy=samples.xy[row],
        pair_sample=new[samples.pair_sample[pair]],
        pair_ground=samples.pair_ground[pair],
        node_sample=new[samples.node_sample[node]],
        node_id=samples.node_id[node],
        side_paths=samples.side_paths[kept],
        number=samples.number[kept],
        source_stroke=samples.source_stroke[kept],
    )


def _pair_with_ground(
    along: FloatArray, owner: IntArray, counts: IntArray, edge_ground: IntArray, n_ground: int
) -> tuple[IntArray, IntArray]:
    """Return the pairs (sample, row of ground) that lie on each other, each once and sorted by sample.

    Parameters
    ----------
    along, owner, edge_ground : ndarray of shape (v,)
        Metres along the stroke, stroke, and row of ground ahead (−1 = none) of each vertex.
    counts : ndarray of shape (strokes,)
        Samples of each stroke.
    n_ground : int
        Rows of ground.
    """
    edge = np.flatnonzero(np.diff(owner) == 0)
    stroke, first = owner[edge], np.cumsum(counts) - counts
    begin = np.floor(along[edge] / STEP_M + _ROUNDING).astype(np.int64)
    end = np.minimum(np.ceil(along[edge + 1] / STEP_M - _ROUNDING).astype(np.int64), counts[stroke])
    n = np.maximum(end - begin, 0)
    sample = indices_of_slices(first[stroke] + begin, n)
    row = np.repeat(edge_ground[edge], n)
    key = np.unique(sample * (n_ground + 1) + row + 1)
    return key // (n_ground + 1), key % (n_ground + 1) - 1


def middle_rows(samples: Samples, first: IntArray, n_samples: int | IntArray) -> IntArray:
    """Return the row of `Samples.xy` in the middle of each run of samples, shape (r,).

    Parameters
    ----------
    first : ndarray of shape (r,)
        First sample of each run, which lies on one stroke.
    n_samples : int or ndarray of shape (r,)
    """
    rows: IntArray = first + samples.stroke[first] + n_samples // 2
    return rows


def place_points_beside(samples: Samples, offset_m: FloatArray) -> FloatArray:
    """Return points beside the ends of samples, square to the stroke.

    Parameters
    ----------
    samples : Samples
    offset_m : ndarray of shape (n, k)
        Distances from each row of `Samples.xy` in metres, positive to the left
        of its stroke's direction.

    Returns
    -------
    ndarray of shape (n, k, 2)
    """
    of_row, heading = chord_headings(samples.xy, samples.stroke)
    row = np.arange(len(of_row))
    # The chord from the row before to the row behind; at the start of a stroke the first one.
    before = np.maximum(row - 1, 0)
    # Without whole turns, as a stroke that is cut elsewhere has made fewer of them.
    turn = np.radians(heading[np.where(of_row[before] == of_row, before, row)] % 360.0)
    left = np.column_stack([-np.sin(turn), np.cos(turn)])
    points: FloatArray = samples.xy[:, None] + offset_m[:, :, None] * left[:, None]
    return points


def place_points_every_metre(samples: Samples) -> FloatArray:
    """Return points in the middle of each metre of the samples, `Samples.step_m` a sample, shape (5 n, 2)."""
    n = int(samples.step_m)
    row = np.arange(len(samples)) + samples.stroke
    share = (np.arange(n) + 0.5)[None, :, None] / n
    xy: FloatArray = samples.xy[row][:, None] + share * (samples.xy[row + 1] - samples.xy[row])[:, None]
    return xy.reshape(-1, 2)
