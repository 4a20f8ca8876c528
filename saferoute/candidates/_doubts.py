"""Whether a corridor lies on ground that may not be everybody's, or that is poor ground though nothing stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.candidates._islands import ISLAND_M, is_beside_road, is_between_roads
from saferoute.candidates._lawns import Lawns
from saferoute.osm.ground import FARMED_KINDS, KEPT_KINDS, SHORE_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.candidates._blockers import Blockers
    from saferoute.candidates._neighbours import Neighbours

DOUBTS = (
    "school", "private", "infield", "plot", "traffic", "court", "stadium", "hospital", "institute", "memorial",
    "graves", "gone",
)  # fmt: skip
"""What may be wrong with open ground: it belongs to a school, private ways alone lead there, it lies within a running
track, among gardens, beside or between roads, in the court of a castle or a block, in a stadium, or on the ground of
a hospital, of an institute, a church, offices or a works, or of a memorial, it is or was a burial ground, or a
building, works or pit was there that is gone."""
_SCHOOL_NEAR_M = 30.0
"""A school this near to a line has it on its ground, where that is not mapped [J]."""
_ALONG_M = 5.0
"""A way this near to ground runs along it [J]."""
_ROAD_M, _VERGE_M, _VERGE_WIDTH_M = 25.0, 15.0, 12.0
"""Ground is doubted with roads within the first on both sides, or within the second beside a strip no wider than
the third [J]."""
_LOOK_M, _LOOKS, _ENCLOSED = 60.0, 24, 0.8
"""Ground from which one sees walls within this distance in more than this share of all directions is a court [J]."""
_CLEARED_KINDS = SHORE_KINDS | {"square"}
"""Of these everybody knows whose they are."""


class DoubtFinder:
    """Finds what may be wrong with corridors.

    Parameters
    ----------
    blockers : Blockers
    neighbours : Neighbours
    """

    def __init__(self, blockers: Blockers, neighbours: Neighbours) -> None:
        self._blockers, self._neighbours = blockers, neighbours
        self._lawns = Lawns(blockers, neighbours)

    def find_doubts(
        self,
        lines: NDArray[np.object_],
        ground: NDArray[np.object_],
        kinds: NDArray[np.object_],
    ) -> NDArray[np.object_]:
        """Return the names of `DOUBTS` that hold for each corridor, as tuples.

        Parameters
        ----------
        lines, ground : ndarray of n geometries
            Corridors, and the polygon that each lies on.
        kinds : ndarray of n str
        """
        kept, cleared = np.isin(kinds, list(KEPT_KINDS)), np.isin(kinds, list(_CLEARED_KINDS))
        is_park_or_farm = np.isin(kinds, ["park", "common", *FARMED_KINDS])
        of_school = _is_near(lines, self._neighbours.schools, _SCHOOL_NEAR_M)
        holds = {
            "school": of_school & ~cleared & (kinds != "park"),
            "private": _ask_once(self._is_among_private_ways, ground, ~cleared),
            "infield": _is_near(lines, self._neighbours.infields, 0.0) & ~kept,
            "plot": _ask_once(self._are_plots, ground, ~(kept | cleared | is_park_or_farm)),
            "traffic": self._is_beside_traffic(lines, ground) & ~(kept | cleared),
            "court": self._is_enclosed(lines),
            "stadium": _is_within(lines, self._neighbours.stadiums),
            "hospital": _is_within(lines, self._neighbours.hospitals) & ~cleared,
            "institute": _is_within(lines, self._neighbours.institutes) & ~cleared,
            "memorial": _is_within(lines, self._neighbours.memorials) & ~cleared,
            "graves": _is_within(lines, self._neighbours.graves),
            "gone": _is_near(lines, self._neighbours.gone, 0.0),
        }
        table = np.stack([holds[name] for name in DOUBTS], axis=1)
        found = np.empty(len(lines), dtype=object)
        found[:] = [tuple(name for name, hit in zip(DOUBTS, row, strict=True) if hit) for row in table.tolist()]
        return found

    def _is_among_private_ways(self, ground: NDArray[np.object_]) -> BoolArray:
        """Return a mask of ground on or along which more private ways run than public ones."""
        near = shapely.buffer(ground, _ALONG_M, quad_segs=2)
        private = _measure_within(near, self._blockers.private)
        # Most ground has no private way, and need not be asked for the many public ones.
        among = private > 0
        among[among] = private[among] > _measure_within(near[among], self._blockers.walkable)
        return among

    def _are_plots(self, ground: NDArray[np.object_]) -> BoolArray:
        """Return a mask of ground that lies among houses and gardens."""
        return np.array([self._lawns.is_plot(one) for one in ground], dtype=bool)

    def _is_beside_traffic(self, lines: NDArray[np.object_], ground: NDArray[np.object_]) -> BoolArray:
        """Return a mask of lines between roads, and of those on the verge of one."""
        roads, carriageways = shapely.STRtree(self._neighbours.roads), shapely.STRtree(self._blockers.carriageways)
        between = is_between_roads(lines, carriageways, _ROAD_M) | is_between_roads(lines, roads, ISLAND_M)
        # A line may lie askew in a strip, so that its own clear width tells nothing of the strip's.
        narrow = shapely.area(ground) < _VERGE_WIDTH_M * shapely.length(lines)
        return between | (is_beside_road(lines, carriageways, _VERGE_M) & narrow)

    def _is_enclosed(self, lines: NDArray[np.object_]) -> BoolArray:
        """Return a mask of lines in castles, and of those whose middle has buildings nearly all around."""
        middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
        x, y = shapely.get_x(middle), shapely.get_y(middle)
        turn = 2 * np.pi * np.arange(_LOOKS) / _LOOKS
        ends = np.stack([x[:, None] + _LOOK_M * np.cos(turn), y[:, None] + _LOOK_M * np.sin(turn)], axis=2)
        starts = np.broadcast_to(np.stack([x, y], axis=1)[:, None], ends.shape)
        looks = shapely.linestrings(np.stack([starts, ends], axis=2).reshape(-1, 2, 2))
        met = np.zeros(len(looks), dtype=bool)
        met[shapely.STRtree(self._blockers.buildings).query(looks, predicate="intersects")[0]] = True
        enclosed = met.reshape(len(lines), _LOOKS).mean(axis=1) > _ENCLOSED
        return enclosed | _is_within(lines, self._neighbours.castles)


def _ask_once(
    ask: Callable[[NDArray[np.object_]], BoolArray], ground: NDArray[np.object_], asked: BoolArray
) -> BoolArray:
    """Return a mask of those of the asked grounds of which `ask` is true; many corridors lie on the same ground."""
    hit = np.zeros(len(ground), dtype=bool)
    _, first, of = np.unique(shapely.to_wkb(ground[asked]), return_index=True, return_inverse=True)
    hit[asked] = ask(ground[asked][first])[of]
    return hit


def _is_near(lines: NDArray[np.object_], things: NDArray[np.object_], distance_m: float) -> BoolArray:
    """Return a mask of the lines within a distance of a thing."""
    near = np.zeros(len(lines), dtype=bool)
    near[shapely.STRtree(things).query(lines, predicate="dwithin", distance=distance_m)[0]] = True
    return near


def _is_within(lines: NDArray[np.object_], grounds: NDArray[np.object_]) -> BoolArray:
    """Return a mask of the lines whose middle lies on one of some grounds."""
    within = np.zeros(len(lines), dtype=bool)
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    within[shapely.STRtree(grounds).query(middle, predicate="within")[0]] = True
    return within


def _measure_within(grounds: NDArray[np.object_], ways: NDArray[np.object_]) -> FloatArray:
    """Return the metres of ways within each ground."""
    ground, way = shapely.STRtree(ways).query(grounds, predicate="intersects")
    metres = shapely.length(shapely.intersection(ways[way], grounds[ground]))
    sums: FloatArray = np.bincount(ground, weights=metres, minlength=len(grounds)).astype(float)
    return sums
