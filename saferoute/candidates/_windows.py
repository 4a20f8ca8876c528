"""Windows of one length that are clear and straight."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from saferoute.candidates._samples import middle_rows
from saferoute.geometry import Strips, chord_headings, indices_of_slices, reduce_slices
from saferoute.model import Windows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Profile, Samples

UNFIT = TOO_SHORT, BENDS = "too short", "bends"
"""Why free samples are in no window."""


def find_windows(samples: Samples, free: BoolArray, profile: Profile) -> tuple[Windows, NDArray[np.object_]]:
    """Find every window of the profile's length that is clear and straight.

    Clear and straight are asked of the run-outs, too: who overshoots a bend
    has left the path. Strip and headings are measured on the window alone.

    Returns
    -------
    windows : Windows
    reasons : ndarray of shape (samples,)
        Why a free sample is in no window: ``too short`` or ``bends``, else ``""``.
    """
    n = int(np.ceil(profile.clear_length_m / samples.step_m - 1e-9))
    run_out = int(np.ceil(profile.run_out_m / samples.step_m - 1e-9))
    whole = n + 2 * run_out
    reasons = np.full(len(samples), "", dtype=object)
    reasons[free] = TOO_SHORT
    start = np.arange(max(len(samples) - whole + 1, 0))
    fits = samples.stroke[start] == samples.stroke[start + whole - 1]
    closed = np.concatenate([[0], np.cumsum(~free)])
    fits &= closed[start] == closed[start + whole]
    start = start[fits]
    reasons[is_in_runs(start, whole, len(samples))] = BENDS
    heading = chord_headings(samples.xy, samples.stroke)[1]
    row = start + samples.stroke[start]
    straight = _heading_range(heading, row, whole) <= profile.max_heading_range_deg
    start, row = start[straight], row[straight]
    strips = Strips(samples.lines)
    straight = strips.widths_of_runs(start, np.full(len(start), whole)) <= profile.max_strip_width_m
    start, row = start[straight], row[straight]
    first = start + run_out
    reasons[is_in_runs(start, whole, len(samples))] = ""
    found = Windows(
        samples=samples,
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
    return reduce_slices(heading, row, n_samples - 1, "max") - reduce_slices(heading, row, n_samples - 1, "min")


def is_in_runs(first: IntArray, n: int | IntArray, size: int) -> BoolArray:
    """Return a mask of the `size` samples that lie in a run of n samples from one of `first`."""
    hit = np.zeros(size, dtype=bool)
    hit[indices_of_slices(first, np.broadcast_to(n, np.shape(first)))] = True
    return hit


def select_windows(windows: Windows, rows: IntArray | BoolArray) -> Windows:
    """Return some of the windows."""
    return replace(
        windows,
        first=windows.first[rows],
        strip_width_m=windows.strip_width_m[rows],
        heading_range_deg=windows.heading_range_deg[rows],
    )


def middles_of_windows(windows: Windows) -> FloatArray:
    """Return the point in the middle of each window, shape (w, 2)."""
    return windows.samples.xy[middle_rows(windows.samples, windows.first, windows.n_samples)]
