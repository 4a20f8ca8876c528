"""Samples of strokes, and the straight windows made of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import shapely
    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.table import Table


@dataclass(frozen=True)
class Samples:
    """Strokes cut into n samples of equal length, on which everything along them is recorded.

    Samples of a stroke are consecutive and in order. So a window is a slice, and
    values along it are rolling minima, maxima or sums.

    Attributes
    ----------
    step_m : float
        Length of a sample; a shorter remainder at the end of a stroke is dropped.
    stroke : ndarray of shape (n,)
        Number of the stroke of each sample, ascending from 0.
    lines : ndarray of shape (n,)
        Piece of the stroke that each sample covers (LineString, metres).
    xy : ndarray of shape (n + strokes, 2)
        Boundaries of the samples of all strokes: sample i, on stroke c, runs from row
        ``i + c`` to ``i + c + 1``.
    pair_sample, pair_ground : ndarray of shape (m,)
        Pairs of samples and the rows of `ground` they touch, sorted by sample.
    ground : Table
        Ways and areas that the strokes run on, with their tags, ``origin`` (``way``,
        ``track``, ``area``) and ``kind``, and what `saferoute.candidates.OpenGround` tells of its rows.
    node_sample, node_id : ndarray of shape (k,)
        OSM nodes on the strokes and the sample each lies in; a node on a
        boundary is listed for both samples.
    side_paths : ndarray of shape (n,)
        Number of other foot ways, tracks or cycleways that join within a sample.
    number : ndarray of shape (n,)
        Index of each sample along its source stroke, only a part of which may be here.
    source_stroke : ndarray of shape (n,)
        Number of the source stroke; the pieces of a stroke that was cut share it.
    map_key : str
        `Features.key` of the map whose ways and areas the ground is, ``""`` if it is not known.
    """

    step_m: float
    stroke: IntArray
    lines: NDArray[np.object_]
    xy: FloatArray
    pair_sample: IntArray
    pair_ground: IntArray
    ground: Table
    node_sample: IntArray
    node_id: IntArray
    side_paths: FloatArray
    number: IntArray
    source_stroke: IntArray
    map_key: str = ""

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.stroke)

    @cached_property
    def first_pair(self) -> IntArray:
        """Index of the first pair of each sample, followed by the number of pairs; shape (n + 1,)."""
        # Imported late, so that importing the model stays fast.
        import numpy as np

        return np.searchsorted(self.pair_sample, np.arange(len(self) + 1))

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Tree of the lines, which several criteria ask what is near."""
        import shapely

        return shapely.STRtree(self.lines)

    @cached_property
    def digest(self) -> bytes:
        """Digest of where the samples lie, and on which ways and areas of their map."""
        import numpy as np
        import shapely

        digest = blake2b(self.map_key.encode(), digest_size=20)
        for array in (
            *(self.stroke, self.number, self.xy, self.pair_sample, self.pair_ground, self.side_paths),
            *(shapely.get_coordinates(self.lines), shapely.get_num_coordinates(self.lines)),
            # Of a row of the ground the map tells all but how wide a corridor is.
            *(self.ground[name] for name in ("osm_id", "clear_width_m")),
        ):
            digest.update(f"{array.dtype.str} {array.shape} ".encode() + np.ascontiguousarray(array).tobytes())
        digest.update(" ".join(self.ground["osm_type"]).encode())
        return digest.digest()


@dataclass(frozen=True)
class Windows:
    """Straight, clear windows of one length, one for each place where a section could start; w in number.

    Attributes
    ----------
    first : ndarray of shape (w,)
        First sample of each window; a window never leaves its stroke.
    n_samples : int
        Number of samples in a window, without its run-outs.
    run_out_samples : int
        Number of samples in the run-out at either end.
    strip_width_m, heading_range_deg : ndarray of shape (w,)
        Width of the narrowest strip that holds the centre line, and range of
        the headings of its 10 m chords, both including the run-outs.
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
