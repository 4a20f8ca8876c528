"""The heights of a survey: along its samples, every metre where rasters are fine, and beside its windows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from saferoute import candidates
from saferoute.criteria import flatness
from saferoute.model import HeightsBeside
from saferoute.sources.elevation.samples import read_heights_where

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray
    from saferoute.model import Evidence, Heights, Windows
    from saferoute.sources import ElevationSource


def read_heights_along(
    windows: Windows, evidence: Evidence, source: ElevationSource, crs: str, *, here: BoolArray
) -> Evidence:
    """Return evidence with the heights of samples, and of the ground beside windows.

    If a raster is fine enough to show dents, heights are also read every metre.

    Parameters
    ----------
    windows : Windows
    evidence : Evidence
    source : ElevationSource
    crs : str
        Of the samples.
    here : ndarray of shape (n,)
        The rows of `Samples.xy` to ask for.
    """
    samples = windows.samples
    heights = read_heights_where(source, samples.xy, crs, where=here)
    fine = None
    if (heights.cell_m <= flatness.DENTS_CELL_M).any():
        points = candidates.place_points_every_metre(samples)
        start = np.arange(len(samples)) + samples.stroke
        of_sample = here[start] | here[start + 1]
        fine = read_heights_where(source, points, crs, where=np.repeat(of_sample, len(points) // len(samples)))
    return replace(evidence, elevation=heights, fine=fine, beside=_read_heights_beside(windows, heights, source, crs))


def _read_heights_beside(windows: Windows, heights: Heights, source: ElevationSource, crs: str) -> HeightsBeside:
    """Return heights to both sides of the rows of windows, from the raster of the row itself."""
    samples = windows.samples
    offset = flatness.choose_offsets(heights.cell_m)
    in_windows = candidates.is_in_runs(
        windows.first + samples.stroke[windows.first], windows.n_samples + 1, len(samples.xy)
    )
    # The points on the line are read again together with those beside it: two rasters may count from other
    # zeros, and a step between them is no slope.
    offset = np.column_stack([np.zeros(len(offset)), offset])
    asked = in_windows[:, None] & np.isfinite(offset)
    found = read_heights_where(
        source, candidates.place_points_beside(samples, offset).reshape(-1, 2), crs, where=asked.ravel()
    )
    elevation, number = found.elevation_m.reshape(offset.shape), found.source.reshape(offset.shape)
    same = number[:, 1:] == number[:, :1]
    return HeightsBeside(offset[:, 1:], np.where(same, elevation[:, 1:], np.nan))
