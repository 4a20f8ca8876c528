"""Lines: strips, headings, cells, slopes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]
    IntArray = NDArray[np.int64]
    ObjectArray = NDArray[np.object_]

_PER_M = 2.0**20
"""Steps of a metre to which lengths are rounded: a little less than a micrometre each."""


def indices_of_slices(starts: IntArray, counts: IntArray) -> IntArray:
    """Return the indices of n slices, one behind the other.

    Parameters
    ----------
    starts, counts : ndarray of shape (n,)
        First index and length of each slice.

    Returns
    -------
    ndarray of shape (sum of counts,)

    Examples
    --------
    >>> indices_of_slices(np.array([5, 1]), np.array([3, 2])).tolist()
    [5, 6, 7, 1, 2]
    """
    counts = np.asarray(counts, dtype=np.int64)
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(np.asarray(starts, dtype=np.int64) - (ends - counts), counts)


def strip_widths(lines: ObjectArray) -> FloatArray:
    """Return the width of the narrowest strip that holds each line.

    One side of the narrowest strip lies along an edge of the convex hull
    (rotating calipers), so the least over all hull edges is exact.

    Parameters
    ----------
    lines : ndarray of shape (n,)
        LineStrings or MultiPoints.

    Returns
    -------
    ndarray of shape (n,)
        Metres; 0 for a line that is exactly straight.

    Examples
    --------
    A bend of 2 m in the middle of 80 m:

    >>> line = shapely.LineString([(0, 0), (40, 2), (80, 0)])
    >>> strip_widths(np.array([line])).tolist()
    [2.0]
    """
    widths = np.zeros(len(lines))
    hulls = shapely.convex_hull(lines)
    flat = np.flatnonzero(shapely.get_type_id(hulls) == shapely.GeometryType.POLYGON)
    if not len(flat):
        return widths
    rings = shapely.get_exterior_ring(hulls[flat])
    xy, owner = shapely.get_coordinates(rings, return_index=True)
    sizes = np.bincount(owner) - 1  # the last vertex repeats the first
    starts = np.cumsum(sizes + 1) - (sizes + 1)
    # Every edge of a hull against every vertex of the same hull.
    edge = indices_of_slices(starts, sizes)
    edge_owner = np.repeat(np.arange(len(flat)), sizes)
    vertex = indices_of_slices(starts[edge_owner], sizes[edge_owner])
    base, ahead = xy[edge], xy[edge + 1] - xy[edge]
    length = np.hypot(*ahead.T)
    pair = np.repeat(np.arange(len(edge)), sizes[edge_owner])
    offset = xy[vertex] - base[pair]
    away = np.abs(ahead[pair, 0] * offset[:, 1] - ahead[pair, 1] * offset[:, 0]) / length[pair]
    first_of_edge = np.cumsum(sizes[edge_owner]) - sizes[edge_owner]
    by_edge = np.maximum.reduceat(away, first_of_edge)
    widths[flat] = np.minimum.reduceat(by_edge, np.cumsum(sizes) - sizes)
    return widths


_FEW = 12
"""Up to so many vertices every pair of them is tried as a strip's direction; beyond, hulls are faster."""
_CHUNK = 1_000_000
"""Distances of vertices from pairs looked at in one go: more leave the processor's cache."""
_STRAIGHT_M = 1e-6
"""A cut this near the line between its neighbours is no bend."""


class Strips:
    """The narrowest strips that hold runs of successive pieces of lines.

    Parameters
    ----------
    pieces : ndarray of n LineStrings
        Where a run goes on from one to the next, that starts where this ends.

    Examples
    --------
    >>> pieces = shapely.from_wkt(["LINESTRING (0 0, 40 2)", "LINESTRING (40 2, 60 1)", "LINESTRING (60 1, 80 0)"])
    >>> Strips(pieces).widths_of_runs(np.array([0, 1]), np.array([3, 2])).tolist()
    [2.0, 0.0]
    """

    def __init__(self, pieces: ObjectArray) -> None:
        xy, owner = shapely.get_coordinates(pieces, return_index=True)
        sizes = np.bincount(owner, minlength=len(pieces))
        last = np.cumsum(sizes) - 1
        first = last - sizes + 1
        self._start, self._end = xy[first], xy[last]
        bends = np.ones(len(xy), dtype=bool)
        bends[last] = False
        bends[first] = _is_bend(xy[last[:-1] - 1], xy[first[1:]], xy[first[1:] + 1])
        self._xy = xy[bends]
        self._until = np.concatenate([[0], np.cumsum(np.bincount(owner[bends], minlength=len(pieces)))])

    def widths_of_runs(self, first: IntArray, n: IntArray) -> FloatArray:
        """Return the width of the strip of each run of `n` pieces from `first` on, in metres.

        It is exact but for bends of a micrometre.
        """
        result = np.zeros(len(first))
        low, high = self._until[first], self._until[first + n]
        for k in np.flatnonzero(np.bincount(high - low)):
            rows = np.flatnonzero(high - low == k)
            between = self._xy[low[rows, None] + np.arange(k)]
            ends = self._start[first[rows], None], self._end[(first + n - 1)[rows], None]
            points = np.concatenate([ends[0], between, ends[1]], axis=1)
            result[rows] = _widths_of_few_points(points) if k + 2 <= _FEW else strip_widths(shapely.linestrings(points))
        return result


def _is_bend(before: FloatArray, at: FloatArray, after: FloatArray) -> BoolArray:
    """Say of the first piece and of all that follow whether the line bends where they start."""
    ahead, away = after - before, at - before
    across = np.abs(ahead[:, 0] * away[:, 1] - ahead[:, 1] * away[:, 0])
    return np.concatenate([[True], across > _STRAIGHT_M * np.hypot(*ahead.T)])


@cache
def _index_pairs(k: int) -> tuple[IntArray, IntArray]:
    """Return all pairs of k things, each once."""
    i, j = np.triu_indices(k, 1)
    return i, j


def _widths_of_few_points(points: FloatArray) -> FloatArray:
    """Return the width of the narrowest strip of some points, shape (n, k, 2); with a strip's edge lie two of them."""
    k = points.shape[1]
    i, j = _index_pairs(k)
    if len(i) == 1:
        return np.zeros(len(points))
    size = max(_CHUNK // (len(i) * k), 1)
    if len(points) > size:
        return np.concatenate([_widths_of_few_points(points[a : a + size]) for a in range(0, len(points), size)])
    x, y = points[..., 0] - points[:, :1, 0], points[..., 1] - points[:, :1, 1]
    east, north = x[:, j] - x[:, i], y[:, j] - y[:, i]
    length = np.hypot(east, north)
    across = east[:, :, None] * y[:, None] - north[:, :, None] * x[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        # Points that are the same have no direction.
        return np.fmin.reduce((across.max(axis=2) - across.min(axis=2)) / length, axis=1)


def chord_headings(xy: FloatArray, stroke: IntArray, span: int = 2) -> tuple[IntArray, FloatArray]:
    """Return the headings of overlapping chords along strokes of cells.

    Parameters
    ----------
    xy : ndarray of shape (n + strokes, 2)
        Ends of samples, as in `saferoute.model.Samples`.
    stroke : ndarray of shape (n,)
        Stroke of each cell, 0, 0, …, 1, …
    span : int
        Cells a chord spans.

    Returns
    -------
    chain_of_row : ndarray of shape (n + strokes,)
        Stroke of each row of `xy`.
    heading_deg : ndarray of shape (n + strokes,)
        Heading from row i to row i + span, unwrapped within a stroke; the last
        `span` rows of a stroke repeat its last chord.

    Examples
    --------
    >>> xy = np.array([[0, 0], [5, 0], [10, 0], [10, 5], [10, 10.0]])
    >>> chord_headings(xy, np.zeros(4, dtype=int))[1].round(1).tolist()
    [0.0, 45.0, 90.0, 90.0, 90.0]
    """
    sizes = np.bincount(stroke) + 1 if len(stroke) else np.empty(0, dtype=np.int64)
    of_row = np.repeat(np.arange(len(sizes)), sizes)
    last = np.cumsum(sizes)[of_row] - 1
    row = np.arange(len(xy))
    start = np.maximum(np.minimum(row, last - span), np.concatenate([[0], np.cumsum(sizes)[:-1]])[of_row])
    step = xy[np.minimum(start + span, last)] - xy[start]
    heading = np.degrees(np.arctan2(step[:, 1], step[:, 0]))
    # Unwrapping all strokes as one is right within each: only differences count.
    return of_row, np.unwrap(heading, period=360.0)


def cut_lines(lines: ObjectArray, step_m: float) -> tuple[ObjectArray, IntArray, FloatArray]:
    """Cut every line into pieces of `step_m`, from its start.

    Parameters
    ----------
    lines : ndarray of n LineStrings
        Successive vertices differ.
    step_m : float
        What remains at a line's end and is shorter is left out.

    Returns
    -------
    pieces : ndarray of m LineStrings
        They keep the vertices between the cuts.
    line_of_piece : ndarray of shape (m,)
    cuts : ndarray of shape (m + lines with pieces, 2)
        The ends of the pieces, line by line.

    Examples
    --------
    >>> line = shapely.LineString([(0, 0), (4, 0), (4, 7)])
    >>> pieces, owner, cuts = cut_lines(np.array([line]), 5)
    >>> [p.wkt for p in pieces]
    ['LINESTRING (0 0, 4 0, 4 1)', 'LINESTRING (4 1, 4 6)']
    >>> cuts.tolist()
    [[0.0, 0.0], [4.0, 1.0], [4.0, 6.0]]
    """
    counts = np.floor(shapely.length(lines) / step_m + 1e-9).astype(np.int64)
    lines, number = lines[counts > 0], np.flatnonzero(counts > 0)
    counts = counts[number]
    if not len(lines):
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int64), np.empty((0, 2))
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    along = distances_along(xy, owner)
    cut_owner = np.repeat(np.arange(len(lines)), counts + 1)
    cut_at: FloatArray = step_m * indices_of_slices(np.zeros_like(counts), counts + 1).astype(float)
    cuts = _points_at_distances(cut_at, cut_owner, xy, along, owner)
    # Vertices inside a piece; one that falls on a cut is the cut itself.
    inner = (along > 0) & (along < counts[owner] * step_m)
    inner &= np.abs(along / step_m - np.round(along / step_m)) * step_m > 1e-6
    first_piece = np.cumsum(counts) - counts
    inner_piece = first_piece[owner[inner]] + np.floor(along[inner] / step_m).astype(np.int64)
    pieces = int(counts.sum())
    first_cut = np.repeat(np.arange(len(lines)), counts) + np.arange(pieces)
    points = np.concatenate([cuts[first_cut], xy[inner], cuts[first_cut + 1]])
    of_piece = np.concatenate([np.arange(pieces), inner_piece, np.arange(pieces)])
    position = np.concatenate([np.full(pieces, -np.inf), along[inner], np.full(pieces, np.inf)])
    order = np.lexsort((position, of_piece))
    return shapely.linestrings(points[order], indices=of_piece[order]), np.repeat(number, counts), cuts


def distances_along(xy: FloatArray, owner: IntArray) -> FloatArray:
    """Return each vertex's distance from the start of its own line.

    Parameters
    ----------
    xy : ndarray of shape (n, 2)
    owner : ndarray of shape (n,)
        Number of the line of each vertex, ascending.

    Examples
    --------
    >>> distances_along(np.array([[0, 0], [3, 4], [9, 9], [9, 8]]), np.array([0, 0, 1, 1])).tolist()
    [0.0, 5.0, 0.0, 1.0]
    """
    step = np.concatenate([[0.0], np.hypot(*np.diff(xy, axis=0).T)])
    step = _round_to_micrometres(step)  # whatever lines stand before
    starts = np.concatenate([[True], np.diff(owner) != 0])
    step[starts] = 0.0
    total = np.cumsum(step)
    result: FloatArray = total - total[starts][np.cumsum(starts) - 1]
    return result


def place_points_evenly(lines: ObjectArray, spacing_m: float) -> tuple[FloatArray, IntArray]:
    """Return points along lines that stand for about as many metres each.

    Parameters
    ----------
    lines : ndarray of n LineStrings
    spacing_m : float

    Returns
    -------
    xy : ndarray of shape (m, 2)
        In the middles of the parts of each line; one at least.
    line : ndarray of shape (m,)

    Examples
    --------
    >>> xy, line = place_points_evenly(shapely.from_wkt(["LINESTRING (0 0, 60 0)", "LINESTRING (0 0, 0 9)"]), 25)
    >>> xy.tolist(), line.tolist()
    ([[15.0, 0.0], [45.0, 0.0], [0.0, 4.5]], [0, 0, 1])
    """
    if not len(lines):
        return np.empty((0, 2)), np.empty(0, dtype=np.int64)
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    along = distances_along(xy, owner)
    length = along[np.r_[np.diff(owner) != 0, True]]
    n = np.maximum(np.round(length / spacing_m), 1).astype(np.int64)
    line = np.repeat(np.arange(len(lines)), n)
    at = _round_to_micrometres((indices_of_slices(np.zeros_like(n), n) + 0.5) / n[line] * length[line])
    return _points_at_distances(at, line, xy, along, owner), line


def _points_at_distances(
    distance_m: FloatArray, line: IntArray, xy: FloatArray, along: FloatArray, owner: IntArray
) -> FloatArray:
    """Return the points some exact distances along some lines, given the vertices of all of them."""
    length = along[np.r_[np.diff(owner) != 0, True]]
    # Lines one behind the other on one axis, so that one look-up serves all. In whole metres:
    # sums with them are exact, and what is found on a line does not depend on what stands beside it.
    offset = np.concatenate([[0.0], np.cumsum(np.ceil(length) + 1.0)])[:-1]
    axis = offset[owner] + along
    wanted = offset[line] + np.fmin(distance_m, length[line])
    return np.column_stack([np.interp(wanted, axis, xy[:, i]) for i in (0, 1)])


def _round_to_micrometres(distance_m: FloatArray) -> FloatArray:
    """Round to micrometres as binary fractions, which add up exactly."""
    rounded: FloatArray = np.round(distance_m * _PER_M) / _PER_M
    return rounded


def join_pieces(pieces: ObjectArray, first: IntArray, n: IntArray) -> ObjectArray:
    """Join runs of successive pieces, each starting where the last one ended.

    Parameters
    ----------
    pieces : ndarray of LineStrings
    first, n : ndarray of shape (w,)
        First piece and number of pieces (≥ 1) of each run.

    Returns
    -------
    ndarray of w LineStrings

    Examples
    --------
    >>> pieces = shapely.from_wkt(["LINESTRING (0 0, 5 0)", "LINESTRING (5 0, 9 3)"])
    >>> join_pieces(pieces, np.array([0]), np.array([2]))[0].wkt
    'LINESTRING (0 0, 5 0, 9 3)'
    """
    if not len(first):
        return np.empty(0, dtype=object)
    xy, owner = shapely.get_coordinates(pieces, return_index=True)
    counts = np.bincount(owner, minlength=len(pieces))
    starts = np.cumsum(counts) - counts
    rows = indices_of_slices(starts[first], starts[first + n - 1] + counts[first + n - 1] - starts[first])
    sizes = starts[first + n - 1] + counts[first + n - 1] - starts[first]
    run = np.repeat(np.arange(len(first)), sizes)
    # The first vertex of a piece repeats the last of the piece before it.
    begins_piece = np.zeros(len(xy), dtype=bool)
    begins_piece[starts] = True
    begins_run = np.zeros(len(rows), dtype=bool)
    begins_run[np.cumsum(sizes) - sizes] = True
    keep = ~begins_piece[rows] | begins_run
    return shapely.linestrings(xy[rows[keep]], indices=run[keep])


def take_slices(values: FloatArray, first: IntArray, n: int) -> FloatArray:
    """Return slices of n successive values, shape (len(first), n).

    Examples
    --------
    >>> take_slices(np.array([1.0, 3.0, 2.0, 5.0]), np.array([0, 2]), 2).tolist()
    [[1.0, 3.0], [2.0, 5.0]]
    """
    result: FloatArray = values[np.asarray(first)[:, None] + np.arange(n)]
    return result


def fit_slopes(z: FloatArray, step_m: float, first: IntArray, n: IntArray) -> tuple[FloatArray, FloatArray]:
    """Fit a straight line (least squares) to runs of evenly spaced heights.

    Parameters
    ----------
    z : ndarray of shape (k,)
        Heights in metres, NaN = unknown.
    step_m : float
        Distance between successive heights.
    first, n : ndarray of shape (w,)
        First index and number of heights of each run.

    Returns
    -------
    grade_pct : ndarray of shape (w,)
        Rise per 100 m; NaN where any height of the run is unknown.
    rms_m : ndarray of shape (w,)
        Root mean square of the residuals.

    Examples
    --------
    >>> z = np.array([0.0, 0.1, 0.2, np.nan])
    >>> fit_slopes(z, 5.0, np.array([0, 1]), np.array([3, 3]))[0].round(9).tolist()
    [2.0, nan]
    """
    known = np.isfinite(z)
    level = float(np.mean(z[known])) if known.any() else 0.0
    filled = np.where(known, z - level, 0.0)  # near zero: running sums stay exact
    index = np.arange(len(z), dtype=float)

    def total(values: FloatArray) -> FloatArray:
        sums = np.concatenate([[0.0], np.cumsum(values)])
        return sums[first + n] - sums[first]

    middle = first + (n - 1) / 2
    s_z, s_iz, s_zz = total(filled), total(index * filled), total(filled**2)
    s_xx = n * (n**2 - 1.0) / 12
    s_xz = s_iz - middle * s_z
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = s_xz / s_xx
        rest = np.maximum(s_zz - s_z**2 / n - slope * s_xz, 0.0)
        whole = (total(known.astype(float)) == n) & (n >= 2)
        grade = np.where(whole, 100 * slope / step_m, np.nan)
        return grade, np.where(whole, np.sqrt(rest / n), np.nan)
