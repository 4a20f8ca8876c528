"""Corridors that an earlier search found on the same ground, with the same things around it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.candidates._corridors import Corridor
from saferoute.digests import digest_libraries, digest_modules
from saferoute.drawers import Key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.candidates._corridors import CorridorFinder
    from saferoute.candidates._surroundings import Surroundings
    from saferoute.drawers import Drawers

_SQUARE_M = 2000.0
"""Side of the square of ground that shares a drawer: a search of 1.5 km opens some nine."""


def recall_or_find_corridors(
    finder: CorridorFinder,
    surroundings: Surroundings,
    pieces: Sequence[tuple[IntArray, str]],
    bounds: FloatArray,
    drawers: Drawers,
) -> list[tuple[list[Corridor], str]]:
    """Return what `CorridorFinder.find_corridors` does of each piece of ground, asked only where nobody asked before.

    Parameters
    ----------
    finder : CorridorFinder
    surroundings : Surroundings
        Of the same areas, blockers and neighbours.
    pieces : sequence of (row numbers, kind)
        Touching areas of one kind.
    bounds : ndarray of shape (pieces, 4)
        West, south, east and north of each piece.
    drawers : Drawers
    """
    # Most ground is too small, which is told faster than a digest is made.
    large = np.flatnonzero(finder.have_room(bounds)).tolist()
    keys = dict(zip(large, _name_pieces(finder, surroundings, [pieces[k] for k in large], bounds[large]), strict=True))
    recalled = dict(zip(large, drawers.recall(list(keys.values())), strict=True))
    found, new = [], {}
    for k, (members, kind) in enumerate(pieces):
        known = recalled.get(k)
        if known is not None:
            found.append(_decode(known, members))
            continue
        found.append(finder.find_corridors(members, kind))
        if k in keys:
            new[keys[k]] = _encode(*found[-1], members)
    if new:
        drawers.keep(new)
    return found


def _name_pieces(
    finder: CorridorFinder, surroundings: Surroundings, pieces: Sequence[tuple[IntArray, str]], bounds: FloatArray
) -> list[Key]:
    """Return where the corridors of each piece are kept: by its place, and by all that decides about them."""
    made_by = digest_modules(__name__)[:16] + digest_libraries("shapely")[:8]
    members = [rows for rows, _ in pieces]
    digests = surroundings.digest_pieces(
        members, bounds, [kind for _, kind in pieces], [finder.mark(m) for m in members]
    )
    squares = np.floor(bounds[:, :2] / _SQUARE_M).astype(int).tolist()
    return [Key(f"{made_by}{x:+d}{y:+d}", digest) for (x, y), digest in zip(squares, digests, strict=True)]


def _encode(corridors: Sequence[Corridor], reason: str, members: IntArray) -> bytes:
    """Return corridors as JSON, which keeps every digit of a number; rows are counted within the piece."""
    rows = [
        [
            shapely.get_coordinates(one.line).tolist(),
            int(np.searchsorted(members, one.row)),
            one.clear_width_m,
            one.is_tidal,
        ]
        for one in corridors
    ]
    return json.dumps([rows, reason], separators=(",", ":")).encode()


def _decode(answer: bytes, members: IntArray) -> tuple[list[Corridor], str]:
    """Return what `_encode` was given."""
    rows, reason = json.loads(answer)
    return [Corridor(shapely.LineString(xy), int(members[at]), width, tidal) for xy, at, width, tidal in rows], reason
