"""Strokes cut into samples, the pieces of ground in which everything is noted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.candidates._strokes import numbers_of_strokes
from saferoute.geometry import cut_lines, distances_along, indices_of_slices
from saferoute.model import Samples

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Strokes

STEP_M = 5.0
"""Grain of everything along a stroke."""


def cut_samples(
    joined_strokes: Strokes,
    ground: gpd.GeoDataFrame,
    side: FloatArray,
    *,
    shortest_m: float,
    here: Callable[[FloatArray], BoolArray] | None = None,
) -> Samples:
    """Cut the strokes that are long enough into samples.

    Parameters
    ----------
    side : ndarray of shape (v,)
        Side paths at each vertex.
    shortest_m : float
        Strokes shorter than this hold no window and are left out.
    here : callable, optional
        Says which of n points of shape (n, 2) are looked at: samples that start
        elsewhere are left out, and so are those on no row of `ground`.
    """
    long_enough = shapely.length(joined_strokes.lines) >= shortest_m
    number = np.cumsum(long_enough) - 1
    kept = long_enough[joined_strokes.vertex_stroke] if len(long_enough) else np.empty(0, dtype=bool)
    lines = joined_strokes.lines[long_enough]
    pieces, stroke, xy = cut_lines(lines, STEP_M)
    owner = number[joined_strokes.vertex_stroke[kept]] if len(number) else np.empty(0, dtype=np.int64)
    vertex_xy = shapely.get_coordinates(lines)
    along = distances_along(vertex_xy, owner)
    counts = np.bincount(stroke, minlength=len(lines))
    first = np.cumsum(counts) - counts
    last = np.r_[np.diff(owner) != 0, True] if len(owner) else np.empty(0, dtype=bool)
    edge = np.flatnonzero(~last)
    pair_sample, pair_edge = _match_samples_to_edges(
        along[edge], along[edge + 1], counts[owner[edge]], first[owner[edge]]
    )
    pair_ground = joined_strokes.edge_ground[kept][edge][pair_edge]
    span = len(ground) + 1
    key = np.unique(pair_sample * span + pair_ground + 1)  # −1 = on no row of ground
    pairs = np.stack([key // span, key % span - 1], axis=1)
    at = np.minimum(np.floor(along / STEP_M + 1e-9).astype(np.int64), counts[owner] - 1)
    sample_of_vertex = first[owner] + at
    on_cut = (np.abs(along / STEP_M - np.round(along / STEP_M)) < 1e-9) & (at > 0)
    node = joined_strokes.vertex_node[kept]
    side_of_sample = np.bincount(sample_of_vertex, weights=side[kept], minlength=len(pieces)).astype(float)
    of = Samples(
        step_m=STEP_M,
        stroke=stroke,
        lines=pieces,
        xy=xy,
        pair_sample=pairs[:, 0],
        pair_ground=pairs[:, 1],
        ground=ground,
        node_sample=np.concatenate([sample_of_vertex, sample_of_vertex[on_cut] - 1]),
        node_id=np.concatenate([node, node[on_cut]]),
        side_paths=side_of_sample,
        number=np.arange(len(pieces)) - first[stroke],
        source_stroke=numbers_of_strokes(joined_strokes)[long_enough][stroke],
    )
    present = np.ones(len(pieces), dtype=bool)
    if here is not None:
        present = here(xy[np.arange(len(pieces)) + stroke])
        present[pairs[pairs[:, 1] < 0, 0]] = False
    return of if present.all() else _select_samples(of, present)


def _select_samples(of: Samples, present: BoolArray) -> Samples:
    """Return some of the samples; each run of them becomes a stroke of its own."""
    kept = np.flatnonzero(present)
    begins = np.r_[True, (np.diff(kept) > 1) | (np.diff(of.stroke[kept]) != 0)][: len(kept)]
    stroke = np.cumsum(begins) - 1
    ends = np.r_[begins[1:], True][: len(kept)]
    # A run of n samples has n + 1 boundaries: where each sample starts, and where the last one ends.
    start = kept + of.stroke[kept]
    row = np.sort(np.concatenate([start, start[ends] + 1]))
    new = np.cumsum(present) - 1
    pair, node = present[of.pair_sample], present[of.node_sample]
    return replace(
        of,
        stroke=stroke,
        lines=of.lines[kept],
        xy=of.xy[row],
        pair_sample=new[of.pair_sample[pair]],
        pair_ground=of.pair_ground[pair],
        node_sample=new[of.node_sample[node]],
        node_id=of.node_id[node],
        side_paths=of.side_paths[kept],
        number=of.number[kept],
        source_stroke=of.source_stroke[kept],
    )


def _match_samples_to_edges(
    low: FloatArray, high: FloatArray, counts: IntArray, first: IntArray
) -> tuple[IntArray, IntArray]:
    """Return the pairs (sample, edge) of edges from `low` to `high` m along strokes of `counts` samples."""
    begin = np.floor(low / STEP_M + 1e-9).astype(np.int64)
    end = np.minimum(np.ceil(high / STEP_M - 1e-9).astype(np.int64), counts)
    n = np.maximum(end - begin, 0)
    return indices_of_slices(first + begin, n), np.repeat(np.arange(len(low)), n)


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


def place_points_every_metre(samples: Samples) -> FloatArray:
    """Return points in the middle of each metre of the samples, `Samples.step_m` a sample, shape (5 n, 2)."""
    n = int(samples.step_m)
    row = np.arange(len(samples)) + samples.stroke
    share = (np.arange(n) + 0.5)[None, :, None] / n
    xy: FloatArray = samples.xy[row][:, None] + share * (samples.xy[row + 1] - samples.xy[row])[:, None]
    return xy.reshape(-1, 2)
