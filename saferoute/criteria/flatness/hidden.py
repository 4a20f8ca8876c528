"""Where heights do not show the ground that is run on: on bridges, and below canopies and roofs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.criteria import _samples
from saferoute.osm.ground import is_wooded
from saferoute.osm.tags import is_tagged
from saferoute.osm.ways import is_bridge

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Evidence, Heights, Samples, Windows

APPROACH_M = 20.0
"""Length on either side of a bridge where the gap below it blurs the heights."""


def find_bridge_rows(samples: Samples) -> BoolArray:
    """Return a mask of the rows of `Samples.xy` on bridges and their approaches.

    A terrain model shows the valley below a bridge, and blurs its approaches
    (ProjectSidewalk #5442: an approach of 18 m reads 17.9 %).
    """
    hidden = np.zeros(len(samples.xy), dtype=bool)
    on_bridge = is_bridge(samples.ground)
    if not on_bridge.any() or not len(samples):
        return hidden
    sample = _samples.reduce_to_samples(samples, on_bridge.astype(float), "max") > 0
    row = np.flatnonzero(sample) + samples.stroke[sample]
    span = int(np.ceil(APPROACH_M / samples.step_m))
    stroke = number_rows(samples)
    # A sample ends at the next row, so the far side reaches one row further.
    for shift in range(-span, span + 2):
        beside = np.clip(row + shift, 0, len(hidden) - 1)
        hidden[beside[stroke[beside] == stroke[row]]] = True
    return hidden


def number_rows(samples: Samples) -> IntArray:
    """Return the stroke of each row of `Samples.xy`."""
    return np.repeat(np.arange(samples.stroke.max() + 1), np.bincount(samples.stroke) + 1)


def interpolate_bridges(samples: Samples, z: FloatArray, hidden: BoolArray) -> FloatArray:
    """Return heights in which each bridge and its approaches, the rows `hidden`, are a line from bank to bank."""
    if not hidden.any():
        return z
    stroke_of_row = number_rows(samples)
    bridged = z.copy()
    for stroke in np.unique(stroke_of_row[hidden]):
        rows = np.flatnonzero(stroke_of_row == stroke)
        banks = rows[~hidden[rows] & np.isfinite(z[rows])]
        inside = rows[hidden[rows]]
        # A bridge at the end of a stroke has one bank only: its heights stay unknown.
        bridged[inside] = np.nan
        between = inside[(inside > banks.min()) & (inside < banks.max())] if len(banks) else inside[:0]
        if len(between):
            bridged[between] = np.interp(between, banks, z[banks])
    return bridged


def is_under_roof(windows: Windows, heights: Heights, evidence: Evidence) -> BoolArray:
    """Return a mask of windows where a surface model may show a canopy or roof instead of the ground."""
    start = windows.first + windows.samples.stroke[windows.first]
    roofed = heights.surface_model[start]
    if not roofed.any():
        return roofed
    areas = evidence.features.areas
    high = is_wooded(areas) | is_tagged(areas, "building")
    middle = shapely.points(windows.samples.xy[start + windows.n_samples // 2])
    reach = windows.n_samples * windows.samples.step_m / 2 + np.nan_to_num(heights.cell_m[start])
    shapes, below = areas.geometry[high], np.zeros(len(windows), dtype=bool)
    # Prepared polygons are fast only as the query's input, with the points in the tree. The query takes
    # one distance, so it runs once for each reach; there are few of them.
    shapely.prepare(shapes)
    for metres in np.unique(reach[roofed]):
        at = np.flatnonzero(roofed & (reach == metres))
        below[at[shapely.STRtree(middle[at]).query(shapes, predicate="dwithin", distance=metres)[1]]] = True
    return below
