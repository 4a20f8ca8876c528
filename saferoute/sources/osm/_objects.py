"""Reading of tags and lines from the objects that osmium yields."""

from __future__ import annotations

from functools import cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

from saferoute.sources.osm._columns import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

NODE, RELATION, WAY = range(len(KINDS))
"""Numbers of the kinds of objects, as indices into `KINDS`."""


@cache
def wkb_factory() -> Any:
    """Return osmium's writer of shapes as WKB in hexadecimal digits."""
    import osmium

    return osmium.geom.WKBFactory()


def read_tags(obj: Any) -> dict[str, str]:
    """Return the tags of an object by key."""
    # osmium ends an iteration by an exception that takes as long as six tags, so iteration stops before.
    return dict(islice(obj.tags, len(obj.tags)))


def read_lines(way: Any) -> Iterator[tuple[list[int], str]]:
    """Yield the node ids and the WKB of a way, in pieces if the file lacks some of its nodes.

    Raises
    ------
    RuntimeError
        If the way has fewer than two nodes.
    """
    import osmium

    try:
        # ALL keeps doubled nodes, so that vertices and node ids stay in step.
        line = wkb_factory().create_linestring(way, osmium.geom.use_nodes.ALL)
    except osmium.InvalidLocationError:
        yield from _located_runs(way)
    else:
        yield [node.ref for node in way.nodes], line


def _located_runs(way: Any) -> Iterator[tuple[list[int], str]]:
    """Yield the node ids and the WKB of each run of nodes whose location the file holds."""
    import shapely

    # The None at the end closes the last run.
    run: list[tuple[int, float, float]] = []
    for node in [*way.nodes, None]:
        if node is not None and node.location.valid():
            run.append((node.ref, node.location.lon, node.location.lat))
            continue
        if len({r[1:] for r in run}) >= 2:
            yield [r[0] for r in run], shapely.to_wkb(shapely.LineString([r[1:] for r in run]), hex=True)
        run = []


def locate_cuts(way: Any) -> Iterator[tuple[float, float, float]]:
    """Yield longitude, latitude and the way's longest segment in m, for each node next to a missing one."""
    from math import cos, hypot, radians

    places = [(n.location.lon, n.location.lat) if n.location.valid() else None for n in way.nodes]
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
