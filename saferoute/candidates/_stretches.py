"""Windows merged into stretches, and which of two stretches on the same ground is kept."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import shapely

from saferoute.candidates._windows import select_windows
from saferoute.geometry import Strips, chord_headings, join_pieces

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Profile, Samples, Windows

    Run: TypeAlias = tuple[int, int]
    """First sample, and number of samples."""
    Growing: TypeAlias = Generator[Run, float, None]
    """A stroke whose windows grow: it asks for the widths of the strips of runs, and is sent them."""

TIE = 0.02
"""Windows this close in score are tied, and the longer stretch wins [J]."""
_HAIR = 0.001
"""Scores that differ by less than rounding and random draws move them [J]."""
_DIGITS = 6
"""Decimals to which scores are compared: what differs beyond them is rounding, which depends on the area's place."""
_SHARED = 0.2
"""Two stretches that share more of the smaller one's band than this are one."""
_SAME_LINE_M = 0.001
"""Vertices this near to the line between their neighbours are cuts between samples and no bends."""
_WIDER_M = 0.5
"""How much wider than its best window's strip a stretch may become as it grows:
the digitising noise of the vertices."""


@dataclass(frozen=True)
class Stretches:
    """Stretches: runs of windows.

    Attributes
    ----------
    worst : Windows
        Each stretch's window of least score, by which it is judged, with the
        strip and headings of the whole stretch.
    first, n_samples : ndarray of shape (s,)
        The samples of each stretch.
    """

    worst: Windows
    first: IntArray
    n_samples: IntArray

    def to_lines(self) -> NDArray[np.object_]:
        """Return the stretches as LineStrings, without the cuts between samples."""
        whole = join_pieces(self.worst.samples.lines, self.first, self.n_samples)
        return shapely.simplify(whole, _SAME_LINE_M, preserve_topology=False)


class Shapes:
    """How straight all is that windows may grow into; whoever grows windows of the same samples shares it.

    One window after the other asks for single headings, which lists give faster than arrays.
    """

    def __init__(self, samples: Samples) -> None:
        self.strips = Strips(samples.lines)
        self.stroke: list[int] = samples.stroke.tolist()
        self.heading: list[float] = chord_headings(samples.xy, samples.stroke)[1].tolist()


def merge_windows(windows: Windows, score: FloatArray, profile: Profile, shapes: Shapes | None = None) -> Stretches:
    """Merge windows into stretches that do not overlap, the best first.

    From the best window on, a stretch grows at both ends as long as the
    windows it takes in tie with it and the whole stays straight.
    """
    score = np.round(score, _DIGITS)
    shapes = shapes or Shapes(windows.samples)
    growth = _Growth(windows, score, profile, shapes)
    _measure_together(
        [growth.grow_stroke(best_first) for best_first in _order_by_stroke(windows, score)], shapes.strips
    )
    spans = np.array(sorted(growth.spans), dtype=np.int64).reshape(-1, 2)
    low, n = spans[:, 0], spans[:, 1] - spans[:, 0] + windows.n_samples
    judged = np.array([a + int(np.argmin(growth.score_at[a : b + 1])) for a, b in spans], dtype=np.int64)
    runs = list(zip(low.tolist(), n.tolist(), strict=True))
    turn = [growth.range_of_headings(a, a + k) for a, k in runs]
    worst = replace(
        windows,
        first=judged,
        strip_width_m=np.array(shapes.strips.measure_runs(runs), dtype=float),
        heading_range_deg=np.array(turn, dtype=float),
    )
    return Stretches(worst, low, n)


def _order_by_stroke(windows: Windows, score: FloatArray) -> list[list[int]]:
    """Return the first samples of the windows of each stroke, the best first."""
    stroke = windows.samples.stroke[windows.first]
    # Those that tie come as they lie on their stroke: which is best by a hair must not decide where stretches begin.
    best_first = np.lexsort((windows.first, -np.round(score / _HAIR), stroke))
    ends = np.flatnonzero(np.diff(stroke[best_first])) + 1
    return [of_stroke.tolist() for of_stroke in np.split(windows.first[best_first], ends)]


def _measure_together(growing: Iterable[Growing], strips: Strips) -> None:
    """Let strokes grow, and measure the strips that they ask for, one after the other, of all strokes at once."""
    answers: dict[Growing, Any] = dict.fromkeys(growing)  # None starts them
    while answers:
        asked: dict[Growing, Run] = {}
        for one, width in answers.items():
            with suppress(StopIteration):
                asked[one] = one.send(width)
        answers = dict(zip(asked, strips.measure_runs(list(asked.values())), strict=True))


class _Growth:
    """Windows growing into stretches; those of one stroke take ground from each other, and from no other's."""

    def __init__(self, windows: Windows, score: FloatArray, profile: Profile, shapes: Shapes) -> None:
        size = len(windows.samples)
        self.score_at = np.full(size + 1, -np.inf)  # the last stands for what lies before the first and behind the last
        self.score_at[windows.first] = score
        self.spans: list[tuple[int, int]] = []
        self._n = windows.n_samples
        self._score: list[float] = self.score_at.tolist()
        self._strip_width = np.full(size, np.nan)
        self._strip_width[windows.first] = windows.strip_width_m
        self._stroke, self._heading = shapes.stroke, shapes.heading
        self._taken = bytearray(size + 1)
        """Windows that have samples of a stretch."""
        self._longest = int(profile.longest_m / windows.samples.step_m)
        self._max_turn = profile.max_heading_range_deg

    def range_of_headings(self, first: int, end: int) -> float:
        """Return the range of headings of the samples from `first` up to `end`."""
        stroke = self._stroke[first]
        headings = self._heading[first + stroke : end - 1 + stroke]
        return max(headings) - min(headings)

    def grow_stroke(self, best_first: Iterable[int]) -> Growing:
        """Grow the windows at samples of a stroke into stretches, but those whose ground a better one took.

        Yields runs of samples, and is sent the width of the strip of each.
        """
        for first in best_first:
            if self._taken[first]:
                continue
            low, high = self._extend_window(first)
            if high > low:
                low, high = yield from self._trim_to_width(first, low, high)
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
        """Return whether a window starts at a sample that is as good, on the same stroke and on free ground."""
        if self._score[at] < self._score[first] - TIE:
            return False
        return self._stroke[at] == self._stroke[first] and not self._taken[at]

    def _trim_to_width(self, first: int, low: int, high: int) -> Generator[Run, float, tuple[int, int]]:
        """Return the longest part around `first` that is narrow enough, cut where it reaches farther."""
        widest = float(self._strip_width[first]) + _WIDER_M
        if (yield self._run_of(low, high)) <= widest:
            return low, high
        parts = []
        while high > low:
            low, high = (low, high - 1) if high - first >= first - low else (low + 1, high)
            parts.append((low, high))
        # A part is never wider than the whole, so halving finds the first that will do; the window itself always does.
        at, end = 0, len(parts) - 1
        while at < end:
            middle = (at + end) // 2
            if (yield self._run_of(*parts[middle])) > widest:
                at = middle + 1
            else:
                end = middle
        return parts[at]

    def _run_of(self, low: int, high: int) -> Run:
        """Return the first sample of the windows at some samples, and the number of samples that they have."""
        return low, high - low + self._n


def drop_overlapping_stretches(stretches: Stretches, score: FloatArray, lane_m: float) -> Stretches:
    """Drop stretches that run on the ground of better ones, in the free lane of each.

    Strokes do not overlap, but corridors over one lawn do, and so may a path
    and the lawn it is drawn on. Two that merely cross are both kept.
    """
    kept = is_best_of_rivals(find_rivals(stretches.to_lines(), lane_m), order_by_score(stretches, score))
    return select_stretches(stretches, kept)


def order_by_score(stretches: Stretches, score: FloatArray) -> IntArray:
    """Return the rows of stretches from the best to the worst, the longer first where scores are equal."""
    return np.lexsort((np.arange(len(score)), -stretches.n_samples, -np.round(score, _DIGITS)))


def find_rivals(lines: NDArray[np.object_], lane_m: float) -> IntArray:
    """Return the pairs of lines that run on the same ground, shape (p, 2), the smaller row first."""
    bands = shapely.buffer(lines, lane_m / 2, cap_style="flat")
    a, b = shapely.STRtree(bands).query(bands, predicate="intersects")
    a, b = a[a < b], b[a < b]
    area, (west, south, east, north) = shapely.area(bands), shapely.bounds(bands).T
    least = _SHARED * np.fmin(area[a], area[b])
    # Bands share no more than their boxes do, which is soon told; the last digits of both may differ.
    wide = np.fmin(east[a], east[b]) - np.fmax(west[a], west[b])
    high = np.fmin(north[a], north[b]) - np.fmax(south[a], south[b])
    near = wide * high > 0.99 * least
    a, b, least = a[near], b[near], least[near]
    same = shapely.area(shapely.intersection(bands[a], bands[b])) > least
    return np.stack([a[same], b[same]], axis=1)


def is_best_of_rivals(pairs: IntArray, order: IntArray) -> BoolArray:
    """Return a mask of rows that are kept when each, in this order, drops its rivals."""
    against: dict[int, list[int]] = {}
    for one, other in pairs.tolist():
        against.setdefault(one, []).append(other)
        against.setdefault(other, []).append(one)
    kept = np.ones(len(order), dtype=bool)
    for row in order.tolist():
        if kept[row]:
            kept[against.get(row, [])] = False
    return kept


def select_stretches(stretches: Stretches, rows: IntArray | BoolArray) -> Stretches:
    """Return some of the stretches."""
    return Stretches(select_windows(stretches.worst, rows), stretches.first[rows], stretches.n_samples[rows])
