"""Ahead: what stands in the way of who runs straight on past an end, and where the way itself leaves him.

Who runs backwards does not see that the way bends: he goes on as before, until he has stopped.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from saferoute.osm import widths
from saferoute.osm.ways import is_foot_way, is_highway
from saferoute.products import remember_or_make
from saferoute.table import Tags

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.criteria.things import Things
    from saferoute.model import Features, Samples

AHEAD_M = 15.0
"""How far from an end things are looked for: a run-out and its half [J]."""
HALF_M = 1.5
"""Half the width of the strip straight ahead: a shoulder, and half of the veer over a run-out [J]."""
_AT_THE_END_M = 0.5
"""What begins nearer to the end than this, goes along beside it and is not ahead [J]."""
_OFF_THE_WAY_M = (1.0, 2.0)
"""Farther from the middle of every way than half its width who runs straight on has left it, but no nearer than lines
are drawn, and no farther than he veers before he notices [J]."""
_WIDEST_HALF_M = 10.0
"""No road is drawn whose edge is farther from its middle."""


_NOTHING = np.empty(0)


class Ends(NamedTuple):
    """Both ends of r stretches: first the ends at their first samples, then those at their last ones.

    Attributes
    ----------
    xy, ahead : ndarray of shape (2 r, 2)
        Points, and the unit vectors that lead out of the stretches there.
    """

    xy: FloatArray
    ahead: FloatArray

    @property
    def bearing_deg(self) -> FloatArray:
        """Directions that lead out of the stretches, clockwise from north; shape (2 r,)."""
        bearing: FloatArray = np.degrees(np.arctan2(*self.ahead.T)) % 360
        return bearing


def find_ends(samples: Samples, first: IntArray, n_samples: IntArray) -> Ends:
    """Return both ends of runs of at least two samples, by the direction of their last two."""
    start = first + samples.stroke[first]
    end = start + n_samples
    here, inside = np.concatenate([start, end]), np.concatenate([start + 2, end - 2])
    out = samples.xy[here] - samples.xy[inside]
    return Ends(samples.xy[here], out / np.maximum(np.hypot(*out.T), 1e-9)[:, None])


def find_ahead(things: Things, ends: Ends) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the nearest thing of each kind straight ahead of ends, looking at no end twice.

    Returns
    -------
    end, kind : ndarray of shape (m,)
        Rows in `ends` and in `KINDS`.
    distance_m : ndarray of shape (m,)
        From the end, up to `AHEAD_M`.
    """
    keys = [row.tobytes() for row in np.hstack([ends.xy, ends.ahead])]
    new = [row for row, key in enumerate(keys) if key not in things.known_ahead]
    if new:
        rows, kind, distance = _find_new_ahead(things, Ends(ends.xy[new], ends.ahead[new]))
        parts = pairwise(np.searchsorted(rows, np.arange(len(new) + 1)).tolist())
        of_new = [(kind[a:b], distance[a:b]) for a, b in parts]
        things.known_ahead.update(zip([keys[row] for row in new], of_new, strict=True))
    kinds, distances = zip(*(things.known_ahead[key] for key in keys), strict=True) if keys else ((), ())
    end = np.repeat(np.arange(len(keys)), [len(of_end) for of_end in kinds])
    return end, np.concatenate([_NOTHING, *kinds]).astype(np.int64), np.concatenate([_NOTHING, *distances])


def _find_new_ahead(things: Things, ends: Ends) -> tuple[IntArray, IntArray, FloatArray]:
    """Return what `find_ahead` does, by end."""
    strips = _lay_strips(ends, AHEAD_M + _WIDEST_HALF_M)
    end, thing = things.tree.query(strips, predicate="intersects")
    met, of = shapely.get_coordinates(shapely.intersection(strips[end], things.shapes[thing]), return_index=True)
    along = ((met - ends.xy[end[of]]) * ends.ahead[end[of]]).sum(axis=1) - things.half_m[thing[of]]
    pair = np.stack([end, things.kind[thing]], axis=1)[of]
    # By distance within each end and kind, the first is the nearest.
    order = np.lexsort((along, pair[:, 1], pair[:, 0]))
    pair, along = pair[order], along[order]
    nearest = np.r_[True, (np.diff(pair, axis=0) != 0).any(axis=1)][: len(order)]
    pair, along = pair[nearest], along[nearest]
    ahead = (along > _AT_THE_END_M) & (along <= AHEAD_M)
    return pair[ahead, 0], pair[ahead, 1], along[ahead]


def _lay_strips(ends: Ends, length_m: float) -> NDArray[np.object_]:
    """Return rectangles that lead straight on from ends."""
    side = HALF_M * np.stack([-ends.ahead[:, 1], ends.ahead[:, 0]], axis=1)
    far = ends.xy + length_m * ends.ahead
    corners = np.stack([ends.xy - side, far - side, far + side, ends.xy + side], axis=1)
    polygons: NDArray[np.object_] = shapely.polygons(corners)
    return polygons


def measure_bends(features: Features, ends: Ends, on_ways: BoolArray) -> FloatArray:
    """Return how far beyond each end who runs straight on leaves the ways, NaN where he does not within `AHEAD_M`.

    Parameters
    ----------
    on_ways : ndarray of shape (2 r,)
        Whether the stretch lies on a way there; open ground goes on beside its line.
    """
    leaves = np.full(len(ends.xy), np.nan)
    highways, half_m = remember_or_make(features, "highways", b"", lambda: _collect_highways(features))
    rows = np.flatnonzero(on_ways)
    straight = np.stack([ends.xy[rows] + step * ends.ahead[rows] for step in (1.0, AHEAD_M)], axis=1)
    end, way = highways.query(shapely.linestrings(straight), predicate="dwithin", distance=_OFF_THE_WAY_M[1])
    # Most ends are on a way all along, or leave the last one soon: each step is asked of those alone that are on one.
    for step in np.arange(1.0, AHEAD_M + 1):
        spots = shapely.points(ends.xy[rows] + step * ends.ahead[rows])
        near = np.zeros(len(rows), dtype=bool)
        near[end[shapely.dwithin(spots[end], highways.geometries[way], half_m[way])]] = True
        leaves[rows[~near]] = step
        rows, renumbered, stays = rows[near], np.cumsum(near) - 1, near[end]
        end, way = renumbered[end[stays]], way[stays]
    return leaves


def _collect_highways(features: Features) -> tuple[shapely.STRtree, FloatArray]:
    """Return all highways, and how far from the middle of each one is still on it, in m."""
    of_ways = Tags.of(features.ways)
    rows = np.flatnonzero(is_highway(of_ways))
    return shapely.STRtree(features.ways.geometry[rows]), _estimate_half_widths(of_ways.select_rows(rows))


def _estimate_half_widths(highways: Tags) -> FloatArray:
    """Return how far from the middle of each way one is still on it, in m."""
    of_foot_ways = widths.estimate_way_widths(highways)[0] / 2
    half = np.where(is_foot_way(highways), of_foot_ways, widths.estimate_half_widths(highways))
    return np.clip(half, *_OFF_THE_WAY_M)
