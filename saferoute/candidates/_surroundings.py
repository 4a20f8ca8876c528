"""Digests of all that decides where the corridors of a piece of open ground are."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from saferoute.candidates._corridors import SHORE_NEAR_M
from saferoute.candidates._islands import ISLAND_M
from saferoute.candidates._lawns import BUILDING_NEAR_M, LEADS_M
from saferoute.candidates._reach import WAY_NEAR_M
from saferoute.drawers import DIGEST_BYTES
from saferoute.osm.ground import SHORE_KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.candidates._blockers import Blockers
    from saferoute.candidates._neighbours import Neighbours

_MORE_M = 1.0
"""Things are taken from so much farther than anything is measured: what is just out of reach costs nothing."""


class _Layer(NamedTuple):
    """Things of one kind around open ground."""

    geometry: NDArray[np.object_]
    reach_m: float
    """What is farther from a piece of ground than this has no say in it."""
    more: tuple[NDArray[np.generic], ...] = ()
    """What else counts of each thing."""


class Surroundings:
    """All that lies on and around pieces of open ground, in the order of the map.

    Whoever lets a further thing have a say in `CorridorFinder` adds it here.

    Parameters
    ----------
    geometry : ndarray of n geometries
        All areas, in metres, as `CorridorFinder` takes them.
    is_open : ndarray of shape (n,)
        Which of them are open ground.
    blockers : Blockers
    neighbours : Neighbours
    """

    def __init__(
        self,
        geometry: NDArray[np.object_],
        is_open: NDArray[np.bool_],
        blockers: Blockers,
        neighbours: Neighbours,
    ) -> None:
        near_m = max(WAY_NEAR_M, LEADS_M, BUILDING_NEAR_M, ISLAND_M)
        margin_m = float(blockers.margin_m.max(initial=0.0))
        cut_by = (blockers.margin_m, blockers.yields, blockers.covers)
        lines = (
            blockers.walls, blockers.gates, blockers.walkable, blockers.private, blockers.footways,
            blockers.carriageways, blockers.buildings, neighbours.gardens, neighbours.fields,
        )  # fmt: skip
        self._geometry = geometry
        # Ground is cut within the greatest margin, which therefore tells as well.
        self._everywhere = np.float64(margin_m).tobytes()
        self._layers = [
            _Layer(geometry[is_open], 0.0),
            _Layer(blockers.geometry, margin_m, cut_by),
            *(_Layer(things, near_m) for things in lines),
            _Layer(blockers.coastline, SHORE_NEAR_M),
        ]
        self._shore = _Layer(blockers.shore, SHORE_NEAR_M)

    def digest_pieces(
        self, pieces: Sequence[IntArray], bounds: FloatArray, kinds: Sequence[str], marks: Sequence[bytes]
    ) -> list[bytes]:
        """Return a digest of each piece of ground with all that lies around it.

        Parameters
        ----------
        pieces : sequence of arrays of row numbers
            The areas of each piece.
        bounds : ndarray of shape (pieces, 4)
            West, south, east and north of each.
        kinds : sequence of str
            Kind of open ground of each.
        marks : sequence of bytes
            What else decides about each.
        """
        if not pieces:
            return []
        hashes = [
            blake2b(b"\0".join([self._everywhere, kind.encode(), mark]), digest_size=DIGEST_BYTES)
            for kind, mark in zip(kinds, marks, strict=True)
        ]
        members = np.concatenate(pieces)
        of = np.repeat(np.arange(len(pieces)), [len(rows) for rows in pieces])
        _update_hashes(hashes, of, members, _Layer(self._geometry, 0.0))
        for layer in self._layers:
            _update_hashes(hashes, *_pair_with_things(bounds, layer), layer)
        at_shore = np.flatnonzero(np.isin(kinds, list(SHORE_KINDS)))
        piece, thing = _pair_with_things(bounds[at_shore], self._shore)
        _update_hashes([hashes[k] for k in at_shore], piece, thing, self._shore)
        return [one.digest() for one in hashes]


def _pair_with_things(bounds: FloatArray, layer: _Layer) -> tuple[IntArray, IntArray]:
    """Return the pairs of boxes and things that may be within reach, by box and then in the order of the map."""
    reach_m = layer.reach_m + _MORE_M
    wide = bounds + np.array([-reach_m, -reach_m, reach_m, reach_m])
    piece, thing = shapely.STRtree(layer.geometry).query(shapely.box(*wide.T))
    order = np.lexsort((thing, piece))
    return piece[order], thing[order]


def _update_hashes(hashes: Sequence[blake2b], piece: IntArray, thing: IntArray, layer: _Layer) -> None:
    """Add the things around each piece to its hash; pairs are sorted by piece."""
    things, at = np.unique(thing, return_inverse=True)
    wkb = shapely.to_wkb(layer.geometry[things])
    digests = b"".join([blake2b(shape, digest_size=DIGEST_BYTES).digest() for shape in wkb])
    of_things = np.frombuffer(digests, dtype=np.uint8).reshape(-1, DIGEST_BYTES)
    columns = [of_things, *(column[things].reshape(-1, 1).view(np.uint8) for column in layer.more)]
    rows = np.concatenate(columns, axis=1)[at.ravel()]
    bounds = np.searchsorted(piece, np.arange(len(hashes) + 1)).tolist()
    for one, start, stop in zip(hashes, bounds, bounds[1:], strict=False):
        # The number tells where one layer ends and the next begins.
        one.update((stop - start).to_bytes(4, "little") + rows[start:stop].tobytes())
