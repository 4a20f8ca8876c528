"""Lines cut into pieces, joined, and measured along their length."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.geometry._slices import indices_of_slices

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray, IntArray

_PER_DEGREE = 2.0**24
"""Steps of a degree to which headings are rounded: that of 100 m is no more than .1 µm wide."""
_PER_M = 2.0**20
"""Steps of a metre to which lengths are rounded: a little less than a micrometre each."""


def chord_headings(xy: FloatArray, stroke: IntArray, span: int = 2) -> tuple[IntArray, FloatArray]:
    """Return the headings of overlapping chords along strokes of samples.

    Parameters
    ----------
    xy : ndarray of shape (n + strokes, 2)
        Ends of samples, as in `saferoute.model.Samples`.
    stroke : ndarray of shape (n,)
        Stroke of each sample, 0, 0, …, 1, …
    span : int
        Samples a chord spans.

    Returns
    -------
    stroke_of_row : ndarray of shape (n + strokes,)
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
    # Of multiples of this step sums are exact, so that strokes before change no digit of what headings differ by.
    heading = np.round(heading * _PER_DEGREE) / _PER_DEGREE
    turns = np.cumsum(np.round(np.diff(heading, prepend=heading[:1]) / 360.0))
    # Unwrapping all strokes as one is right within each: only differences count.
    return of_row, heading - 360.0 * turns


def cut_lines(lines: NDArray[np.object_], step_m: float) -> tuple[NDArray[np.object_], IntArray, FloatArray]:
    """Cut every line into pieces of `step_m`, from its start.

    Parameters
    ----------
    lines : ndarray of n LineStrings
        Successive vertices differ.
    step_m : float
        What remains at a line's end and is shorter is dropped.

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


def find_midpoints(lines: NDArray[np.object_]) -> FloatArray:
    """Return the point halfway along each line, shape (n, 2)."""
    xy: FloatArray = shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.5, normalized=True))
    return xy


def place_points_evenly(lines: NDArray[np.object_], spacing_m: float) -> tuple[FloatArray, IntArray]:
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


def join_pieces(pieces: NDArray[np.object_], first: IntArray, n: IntArray) -> NDArray[np.object_]:
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
    xy, piece = shapely.get_coordinates(pieces[indices_of_slices(first, n)], return_index=True)
    run = np.repeat(np.arange(len(first)), n)[piece]
    # The first vertex of a piece repeats the last of the piece before it.
    begins_piece, begins_run = (np.diff(of, prepend=-1) != 0 for of in (piece, run))
    keep = ~begins_piece | begins_run
    return shapely.linestrings(xy[keep], indices=run[keep])
