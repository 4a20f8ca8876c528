"""Kinds of objects, and ways one by one, which few need: those that the file holds in part."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import islice, pairwise
from math import cos, hypot, radians
from typing import TYPE_CHECKING, Any, NamedTuple

from saferoute.sources.osm._columns import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NODE, RELATION, WAY = range(len(KINDS))
"""Numbers of the kinds of objects, as indices into `KINDS`."""
PER_DEGREE = 1e7
"""Units per degree, in which OpenStreetMap stores places."""


@cache
def wkb_factory() -> Any:
    """Return osmium's writer of shapes as WKB in hexadecimal digits."""
    import osmium

    return osmium.geom.WKBFactory()


def read_tags(obj: Any) -> dict[str, str]:
    """Return the tags of an object of osmium's by key."""
    # osmium ends an iteration by an exception that takes as long as six tags, so iteration stops before.
    return dict(islice(obj.tags, len(obj.tags)))


class Piece(NamedTuple):
    """A run of nodes of a way whose places the file holds."""

    nodes: list[int]
    places: list[tuple[int, int]]
    """In units of 1e-7 degrees."""


@dataclass(frozen=True)
class PartialWay:
    """A way of which the file may lack nodes.

    Attributes
    ----------
    osm_id : int
    nodes : sequence of int
        Ids of its nodes.
    places : sequence of (int, int) or None
        Longitude and latitude of each in units of 1e-7 degrees; None = the file lacks it.
    """

    osm_id: int
    nodes: Sequence[int]
    places: Sequence[tuple[int, int] | None]

    @property
    def is_closed(self) -> bool:
        """True if it ends at the node at which it begins."""
        return len(self.nodes) > 0 and self.nodes[0] == self.nodes[-1]

    def iterate_pieces(self) -> Iterator[Piece]:
        """Yield the lines that the file holds: the whole way, or its runs of nodes at two places or more."""
        if None not in self.places:
            if len(self.nodes) > 1:
                yield Piece(list(self.nodes), [place for place in self.places if place is not None])
            return
        # The None at the end closes the last run.
        run = Piece([], [])
        for node, place in [*zip(self.nodes, self.places, strict=True), (0, None)]:
            if place is not None:
                run.nodes.append(node)
                run.places.append(place)
                continue
            if len(set(run.places)) >= 2:
                yield run
            run = Piece([], [])

    def locate_cuts(self) -> Iterator[tuple[float, float, float]]:
        """Yield longitude, latitude and the way's longest segment in m, for each node next to a missing one."""
        places = [place and (place[0] / PER_DEGREE, place[1] / PER_DEGREE) for place in self.places]
        longest_m = max(
            (
                111_320 * hypot((b[0] - a[0]) * cos(radians(a[1])), b[1] - a[1])
                for a, b in pairwise(places)
                if a is not None and b is not None
            ),
            default=0.0,
        )
        # Padded with its own ends, so that the ends of the way do not pass for breaks.
        padded = [*places[:1], *places, *places[-1:]]
        for before, place, after in zip(padded, places, padded[2:], strict=False):
            if place is not None and (before is None or after is None):
                yield *place, longest_m
