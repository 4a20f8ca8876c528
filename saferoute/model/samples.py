"""Strokes cut into samples, and the straight windows made of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray, IntArray


@dataclass(frozen=True)
class Samples:
    """Strokes of ways cut every `step_m`: the grain in which all is noted.

    Samples of a stroke are consecutive and in order, so that a window is a slice
    and everything along it a rolling minimum, maximum or sum.

    Attributes
    ----------
    step_m : float
        Length of a sample; what remains at a stroke's end (< step) is dropped.
    stroke : ndarray of shape (n,)
        Number of the stroke a sample belongs to.
    lines : ndarray of shape (n,)
        The sample's own piece of the stroke (LineString, metres).
    xy : ndarray of shape (n + strokes, 2)
        The sample boundaries of all strokes: sample i of stroke c runs from row
        ``i + c`` to ``i + c + 1``.
    pair_sample, pair_ground : ndarray of shape (m,)
        Which rows of `ground` each sample touches; sorted by sample.
    ground : GeoDataFrame
        The ways (later areas) that the strokes are made of, with their tags,
        ``origin`` and ``width_m``/``width_tagged``.
    node_sample, node_id : ndarray of shape (k,)
        The OSM nodes on the line and the sample each lies in; a node on a
        boundary counts for both samples.
    side_paths : ndarray of shape (n,)
        Number of other foot ways, tracks or cycleways that join within a sample.
    number : ndarray of shape (n,)
        Place of each sample along the stroke it was cut from, of which only a part may be here.
    source_stroke : ndarray of shape (n,)
        That stroke's number: runs of samples of one stroke that others part have the same.
    """

    step_m: float
    stroke: IntArray
    lines: NDArray[np.object_]
    xy: FloatArray
    pair_sample: IntArray
    pair_ground: IntArray
    ground: gpd.GeoDataFrame
    node_sample: IntArray
    node_id: IntArray
    side_paths: FloatArray
    number: IntArray
    source_stroke: IntArray

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.stroke)

    @cached_property
    def first_pair(self) -> IntArray:
        """The first of each sample's pairs in `pair_sample`, and behind the last their number; shape (n + 1,)."""
        import numpy as np

        return np.searchsorted(self.pair_sample, np.arange(len(self) + 1))


@dataclass(frozen=True)
class Windows:
    """Straight, clear windows of one length: all places where a section could start.

    Attributes
    ----------
    first : ndarray of shape (w,)
        First sample of each window; a window never leaves its stroke.
    n_samples : int
        Number of samples of a window, the run-outs at its ends not counted.
    strip_width_m, heading_range_deg : ndarray of shape (w,)
        Narrowest strip that holds the centre line, and the range of headings
        of its 10 m chords, both with the run-outs.
    """

    samples: Samples
    first: IntArray
    n_samples: int
    run_out_samples: int
    strip_width_m: FloatArray
    heading_range_deg: FloatArray

    def __len__(self) -> int:
        """Return the number of windows."""
        return len(self.first)
