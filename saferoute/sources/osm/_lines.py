"""Collecting of ways into a table of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from saferoute.osm import keys
from saferoute.sources.osm._combinations import Verdicts, read_names
from saferoute.sources.osm.objects import WAY
from saferoute.sources.osm.shaping import is_everywhere, is_located, shape_lines
from saferoute.sources.ragged import Ragged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from saferoute.arrays import IntArray
    from saferoute.sources.osm._rows import Store
    from saferoute.sources.osm.decoding import Objects
    from saferoute.sources.osm.objects import Piece


class Lines:
    """Builder of a table of lines from ways, with notes on those that are incomplete.

    Parameters
    ----------
    routes : mapping of int to str
        By the ids of ways, the ``route`` of a relation that leads along them, which becomes a tag of theirs.
    store : Store
    """

    def __init__(self, routes: Mapping[int, str], store: Store) -> None:
        self._routes, self._on_routes = routes, np.fromiter(routes, dtype=np.int64, count=len(routes))
        self.rows = store.open_rows(keys.WAY_TAGS, (*keys.LINE_KEYS, "area", "building"), with_nodes=True)
        self._is_line = Verdicts(self.rows.combinations, keys.LINE_KEYS, keys.is_line)
        self._is_line_if_open = Verdicts(self.rows.combinations, keys.LINE_KEYS, keys.is_line_if_open)
        self.cuts: list[tuple[float, float, float]] = []
        self.skipped = self.newest = 0
        self.missing: set[int] = set()
        """Ids of nodes that ways have and the file lacks."""

    def add_ways(self, objects: Objects) -> None:
        """Add the ways whose tags are those of a line; missing nodes split them."""
        nodes, combination = objects.nodes, self._number_ways(objects)
        one = nodes.first[nodes.count > 0]
        is_closed = np.zeros(len(combination), dtype=bool)
        is_closed[nodes.count > 0] = nodes.flat[one] == nodes.flat[one + nodes.count[nodes.count > 0] - 1]
        taken = np.where(is_closed, self._is_line.hold_for(combination), self._is_line_if_open.hold_for(combination))
        located = is_located(objects.places.flat)
        self.missing.update(np.unique(nodes.flat[~located]).tolist())
        whole = is_everywhere(located, objects.places)
        self.newest = max(self.newest, objects.second[taken].max(initial=0))
        pieces = self._split_ways(objects, np.flatnonzero(taken & ~whole))
        plain = np.flatnonzero(taken & whole & (nodes.count > 1))
        rows = np.concatenate([plain, np.array([row for row, _ in pieces], dtype=np.int64)])
        self.skipped += int(taken.sum()) - len(np.unique(rows))
        order = np.argsort(rows, kind="stable")
        rows = rows[order]
        self.rows.add_objects(
            np.full(len(rows), WAY),
            objects.osm_id[rows],
            combination[rows],
            read_names(objects, rows),
            shape_lines(_append_rows(objects.places.pick_rows(plain), [piece.places for _, piece in pieces])[order]),
            _append_rows(nodes.pick_rows(plain), [piece.nodes for _, piece in pieces])[order],
        )

    def _number_ways(self, objects: Objects) -> IntArray:
        """Return the numbers of the combinations of ways, those of routes among them."""
        combinations = self.rows.combinations
        numbers = combinations.number_objects(objects)
        for row in np.flatnonzero(np.isin(objects.osm_id, self._on_routes)).tolist():
            tags = combinations.tags[numbers[row]] | {"route": self._routes[int(objects.osm_id[row])]}
            numbers[row] = combinations.number_tags(tags)
        return numbers

    def _split_ways(self, objects: Objects, rows: IntArray) -> list[tuple[int, Piece]]:
        """Return what the file holds of ways, each with the way's row, and note where they break off."""
        pieces = []
        for row in rows.tolist():
            way = objects.read_way(row)
            pieces += [(row, piece) for piece in way.iterate_pieces()]
            self.cuts.extend(way.locate_cuts())
        return pieces


def _append_rows(column: Ragged, more: Sequence[Sequence[Any]]) -> Ragged:
    """Return a column with further rows."""
    if not more:
        return column
    count = np.array([len(values) for values in more])
    flat = np.concatenate([column.flat, *(np.array(values, dtype=column.flat.dtype) for values in more)])
    first = len(column.flat) + np.cumsum(count) - count
    return Ragged(flat, np.concatenate([column.first, first]), np.concatenate([column.count, count]))
