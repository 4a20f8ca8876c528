"""Joining of ways to strokes part by part, from west to east, as if all of them were at hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.candidates._strokes import build_in_order, concatenate_strokes, count_side_paths
from saferoute.model import WayLines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from saferoute.arrays import BoolArray, IntArray
    from saferoute.model import Strokes

_MOVED = 0.005
"""Degrees by which the node that two ways share may lie apart in them, if they are of files of different dates [J]."""
_HOPS = 2
"""Ways kept around those that go on: where neighbours are cut depends on theirs."""


@dataclass(frozen=True)
class Joining:
    """Ways that are to be joined to strokes.

    Attributes
    ----------
    on_foot, tracks : ndarray of shape (n,)
        Ways that are joined to strokes, and running tracks that are joined apart from them.
    counted : ndarray of shape (n,)
        Paths one may meet somebody from.
    """

    on_foot: BoolArray
    tracks: BoolArray
    counted: BoolArray

    def select_rows(self, rows: IntArray) -> Joining:
        """Return what is to be joined of n ways, each of which is one of these rows."""
        return Joining(self.on_foot[rows], self.tracks[rows], self.counted[rows])

    @property
    def taken(self) -> BoolArray:
        """Mask of the ways that matter, shape (n,)."""
        return self.on_foot | self.tracks | self.counted

    def join(self, lines: WayLines) -> Strokes:
        """Return the strokes of the lines of all ways, with the number of side paths at each vertex."""
        return self._join_in_order(lines)[0]

    def join_parts(self, parts: Iterable[tuple[WayLines, float]]) -> Iterator[tuple[Strokes, IntArray]]:
        """Yield the strokes of ways that come in parts from west to east, and what orders them.

        Memory holds one part, and of those before it the ways that may go on.

        Parameters
        ----------
        parts : iterable of (WayLines, float)
            Lines in degrees, and the longitude west of which no later line has a vertex.

        Yields
        ------
        strokes : Strokes
            In no order, each once.
        order : ndarray of shape (strokes, k)
            Sorted by its columns, the first before the others, the strokes of all parts are in the order of `join`.
        """
        held, settled = None, -np.inf
        for lines, west_of_later in parts:
            held = lines if held is None else _merge_lines(held, lines)
            before, settled = settled, west_of_later - _MOVED
            strokes, order = self._join_in_order(held)
            east = shapely.bounds(strokes.lines).reshape(-1, 4)[:, 2]
            # Those that lie west of what was settled before were yielded then: their ways are held for others' sake.
            done = (before <= east) & (east < settled)
            yield strokes.select_strokes(done), order[done]
            held = _keep_open(held, strokes, east >= settled, settled)

    def _join_in_order(self, lines: WayLines) -> tuple[Strokes, IntArray]:
        """Return the strokes of lines, and what orders them."""
        on_foot, order = build_in_order(lines, self.on_foot)
        on_foot = replace(on_foot, side_paths=count_side_paths(on_foot, lines, self.counted))
        tracks, order_of_tracks = build_in_order(lines, self.tracks)
        kind = np.repeat([0, 1], [len(order), len(order_of_tracks)])
        return concatenate_strokes([on_foot, tracks]), np.column_stack([kind, np.concatenate([order, order_of_tracks])])


def _merge_lines(one: WayLines, other: WayLines) -> WayLines:
    """Return the lines of both, sorted by way."""
    way = np.concatenate([one.way, other.way])
    order = np.argsort(way, kind="stable")
    xy, node = np.concatenate([one.xy, other.xy])[order], np.concatenate([one.node, other.node])[order]
    return WayLines(xy, node, way[order], one.in_degrees)


def _keep_open(lines: WayLines, strokes: Strokes, is_open: BoolArray, settled: float) -> WayLines:
    """Return the ways that later ones may go on from, or that decide how such ways are joined.

    Parameters
    ----------
    lines : WayLines
    strokes : Strokes
        What they were joined to.
    is_open : ndarray of shape (strokes,)
        Strokes that later ways may touch.
    settled : float
        Longitude that later ways lie east of.
    """
    rows, way = np.unique(lines.way, return_inverse=True)
    _, node = np.unique(lines.node, return_inverse=True)
    of_open = strokes.edge_ground[is_open[strokes.vertex_stroke]]
    kept = np.zeros(len(rows), dtype=bool)
    kept[np.searchsorted(rows, of_open[of_open >= 0])] = True
    kept[way[lines.xy[:, 0] >= settled]] = True
    for _ in range(_HOPS):
        met = np.zeros(len(node), dtype=bool)
        met[node[kept[way]]] = True
        kept[way[met[node]]] = True
    here = kept[way]
    return WayLines(lines.xy[here], lines.node[here], lines.way[here], lines.in_degrees)
