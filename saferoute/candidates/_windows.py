"""Strokes cut into samples, samples gathered into windows, windows merged into stretches."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.candidates._strokes import numbers_of_strokes
from saferoute.geometry import (
    Strips,
    chord_headings,
    cut_lines,
    distances_along,
    indices_of_slices,
    join_pieces,
    take_slices,
)
from saferoute.model import Samples, Windows

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Profile, Strokes

STEP_M = 5.0
"""Grain of everything along a stroke."""
TIE = 0.02
"""Windows this close in score are tied, and the longer stretch wins [J]."""
_DIGITS = 6
"""Scores that agree this far are equal: what differs beyond is rounding, which depends on where one looks from."""
_SHARED = 0.2
"""Two stretches that share more of the smaller one's band than this are one."""
_SAME_LINE_M = 0.001
_WIDER_M = 0.5
"""How much wider than its best window's strip a stretch may become as it grows:
the digitising noise of the vertices."""


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


def find_windows(of: Samples, free: BoolArray, profile: Profile) -> tuple[Windows, NDArray[np.object_]]:
    """Find every window of the profile's length that is clear and straight.

    Clear and straight are asked of the run-outs, too: who overshoots a bend
    has left the path. Strip and headings are measured on the window alone.

    Returns
    -------
    windows : Windows
    reasons : ndarray of shape (samples,)
        Why a free sample is in no window: ``too short`` or ``bends``, else ``""``.
    """
    n = int(np.ceil(profile.clear_length_m / of.step_m - 1e-9))
    run_out = int(np.ceil(profile.run_out_m / of.step_m - 1e-9))
    whole = n + 2 * run_out
    reasons = np.full(len(of), "", dtype=object)
    reasons[free] = "too short"
    start = np.arange(max(len(of) - whole + 1, 0))
    fits = of.stroke[start] == of.stroke[start + whole - 1]
    closed = np.concatenate([[0], np.cumsum(~free)])
    fits &= closed[start] == closed[start + whole]
    start = start[fits]
    reasons[is_in_runs(start, whole, len(of))] = "bends"
    heading = chord_headings(of.xy, of.stroke)[1]
    row = start + of.stroke[start]
    straight = _heading_range(heading, row, whole) <= profile.max_heading_range_deg
    start, row = start[straight], row[straight]
    strips = Strips(of.lines)
    straight = strips.widths_of_runs(start, np.full(len(start), whole)) <= profile.max_strip_width_m
    start, row = start[straight], row[straight]
    first = start + run_out
    reasons[is_in_runs(start, whole, len(of))] = ""
    found = Windows(
        samples=of,
        first=first,
        n_samples=n,
        run_out_samples=run_out,
        strip_width_m=strips.widths_of_runs(first, np.full(len(first), n)),
        heading_range_deg=_heading_range(heading, row + run_out, n),
    )
    return found, reasons


def _heading_range(heading: FloatArray, row: IntArray, n_samples: int) -> FloatArray:
    """Return the range of the headings of the 10 m chords of runs of samples."""
    if not len(row):
        return np.empty(0)
    view = take_slices(heading, row, n_samples - 1)
    result: FloatArray = view.max(axis=1) - view.min(axis=1)
    return result


def is_in_runs(first: IntArray, n: int | IntArray, size: int) -> BoolArray:
    """Say which of `size` samples lie in a run of n samples from one of `first`."""
    hit = np.zeros(size, dtype=bool)
    hit[indices_of_slices(first, np.broadcast_to(n, np.shape(first)))] = True
    return hit


def select_windows(of: Windows, rows: IntArray | BoolArray) -> Windows:
    """Return some of the windows."""
    return replace(
        of,
        first=of.first[rows],
        strip_width_m=of.strip_width_m[rows],
        heading_range_deg=of.heading_range_deg[rows],
    )


@dataclass(frozen=True)
class Merged:
    """Stretches: runs of windows.

    Attributes
    ----------
    worst : Windows
        Each stretch's window of least score, by which it is judged, with the
        strip and headings of the whole stretch.
    first, n_cells : ndarray of shape (s,)
        The samples of each stretch.
    """

    worst: Windows
    first: IntArray
    n_samples: IntArray

    def to_lines(self) -> NDArray[np.object_]:
        """Return the stretches as LineStrings, without the cuts between samples."""
        whole = join_pieces(self.worst.samples.lines, self.first, self.n_samples)
        return shapely.simplify(whole, _SAME_LINE_M, preserve_topology=False)


def merge_windows(of: Windows, score: FloatArray, profile: Profile) -> Merged:
    """Merge windows into stretches that do not overlap, the best first.

    From the best window on, a stretch grows at both ends as long as the
    windows it takes in tie with it and the whole stays straight.
    """
    score = np.round(score, _DIGITS)
    growth = _Growth(of, score, profile)
    for first in of.first[np.lexsort((of.first, -score))]:
        growth.grow_stretch(int(first))
    spans = np.array(sorted(growth.spans), dtype=np.int64).reshape(-1, 2)
    low, n = spans[:, 0], spans[:, 1] - spans[:, 0] + of.n_samples
    judged = np.array([a + int(np.argmin(growth.score_at[a : b + 1])) for a, b in spans], dtype=np.int64)
    turn = [growth.range_of_headings(int(a), int(a + k)) for a, k in zip(low, n, strict=True)]
    worst = replace(
        of,
        first=judged,
        strip_width_m=growth.strips.widths_of_runs(low, n),
        heading_range_deg=np.array(turn, dtype=float),
    )
    return Merged(worst, low, n)


class _Growth:
    """Windows growing into stretches.

    One window after the other asks for single values, which lists give faster than arrays.
    """

    def __init__(self, of: Windows, score: FloatArray, profile: Profile) -> None:
        size = len(of.samples)
        self.score_at = np.full(size + 1, -np.inf)  # the last stands for what lies before the first and behind the last
        self.score_at[of.first] = score
        self.strips = Strips(of.samples.lines)
        self.spans: list[tuple[int, int]] = []
        self._n = of.n_samples
        self._strip_width = dict(zip(of.first.tolist(), of.strip_width_m.tolist(), strict=True))
        self._score: list[float] = self.score_at.tolist()
        self._stroke: list[int] = of.samples.stroke.tolist()
        self._heading: list[float] = chord_headings(of.samples.xy, of.samples.stroke)[1].tolist()
        self._taken = bytearray(size + 1)
        """Windows that have samples of a stretch."""
        self._longest = int(profile.longest_m / of.samples.step_m)
        self._max_turn = profile.max_heading_range_deg

    def range_of_headings(self, first: int, end: int) -> float:
        """Return the range of headings of the samples from `first` up to `end`."""
        stroke = self._stroke[first]
        headings = self._heading[first + stroke : end - 1 + stroke]
        return max(headings) - min(headings)

    def grow_stretch(self, first: int) -> None:
        """Grow the window at a sample into a stretch, unless a better one took its ground."""
        if self._taken[first]:
            return
        low, high = self._extend_window(first)
        widest = self._strip_width[first] + _WIDER_M
        if high > low and self._measure_strip(low, high) > widest:
            low, high = self._trim_to_width(first, low, high, widest)
        begin, end = max(low - self._n + 1, 0), min(high + self._n, len(self._taken))
        self._taken[begin:end] = b"\1" * (end - begin)
        self.spans.append((low, high))

    def _extend_window(self, first: int) -> tuple[int, int]:
        """Return the first and the last window that tie with one, and make a straight stretch with it."""
        stroke, n, heading = self._stroke[first], self._n, self._heading
        low = high = first
        headings = heading[first + stroke : first + n - 1 + stroke]
        least, most = min(headings), max(headings)
        growing = True
        while growing:
            growing = False
            for at in (high + 1, low - 1):
                if high - low + 1 + n > self._longest or not self._is_tied(first, at):
                    continue
                new = heading[at + n - 2 + stroke if at > high else at + stroke]
                if max(most, new) - min(least, new) <= self._max_turn:
                    least, most, growing = min(least, new), max(most, new), True
                    low, high = min(low, at), max(high, at)
        return low, high

    def _is_tied(self, first: int, at: int) -> bool:
        """Say whether there is a window at a sample that is as good, on the same stroke, on ground nobody took."""
        if self._score[at] < self._score[first] - TIE:
            return False
        return self._stroke[at] == self._stroke[first] and not self._taken[at]

    def _trim_to_width(self, first: int, low: int, high: int, widest: float) -> tuple[int, int]:
        """Return the longest part around `first` that is narrow enough, cut where it reaches farther."""
        parts = []
        while high > low:
            low, high = (low, high - 1) if high - first >= first - low else (low + 1, high)
            parts.append((low, high))
        # A part is never wider than the whole, so halving finds the first that will do.
        return parts[bisect_left(parts[:-1], -widest, key=lambda part: -self._measure_strip(*part))]

    def _measure_strip(self, low: int, high: int) -> float:
        return float(self.strips.widths_of_runs(np.array([low]), np.array([high - low + self._n]))[0])


def drop_overlapping_stretches(of: Merged, score: FloatArray, lane_m: float) -> Merged:
    """Drop stretches that run on the ground of better ones, in the free lane of each.

    Strokes do not overlap, but corridors over one lawn do, and so may a path
    and the lawn it is drawn on. Two that merely cross are both kept.
    """
    kept = is_best_of_rivals(find_rivals(of.to_lines(), lane_m), order_by_score(of, score))
    return select_stretches(of, kept)


def order_by_score(of: Merged, score: FloatArray) -> IntArray:
    """Return the rows of stretches from the best to the worst, the longer first where scores are equal."""
    return np.lexsort((np.arange(len(score)), -of.n_samples, -np.round(score, _DIGITS)))


def find_rivals(lines: NDArray[np.object_], lane_m: float) -> IntArray:
    """Return the pairs of lines that run on the same ground, shape (p, 2), the smaller row first."""
    bands = shapely.buffer(lines, lane_m / 2, cap_style="flat")
    a, b = shapely.STRtree(bands).query(bands, predicate="intersects")
    a, b = a[a < b], b[a < b]
    shared = shapely.area(shapely.intersection(bands[a], bands[b]))
    same = shared > _SHARED * np.fmin(shapely.area(bands[a]), shapely.area(bands[b]))
    return np.stack([a[same], b[same]], axis=1)


def is_best_of_rivals(pairs: IntArray, order: IntArray) -> BoolArray:
    """Say of each row whether it is kept when each, in this order, drops its rivals."""
    against: dict[int, list[int]] = {}
    for one, other in pairs.tolist():
        against.setdefault(one, []).append(other)
        against.setdefault(other, []).append(one)
    kept = np.ones(len(order), dtype=bool)
    for row in order.tolist():
        if kept[row]:
            kept[against.get(row, [])] = False
    return kept


def select_stretches(of: Merged, rows: IntArray | BoolArray) -> Merged:
    """Return some of the stretches."""
    return Merged(select_windows(of.worst, rows), of.first[rows], of.n_samples[rows])
