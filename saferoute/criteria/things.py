"""What may stand beside a line or ahead of it: the kinds, the room each needs, and where all of them are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from saferoute.geometry import split_long_lines, take_edges
from saferoute.osm import sides, widths
from saferoute.table import Tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Features

SAFE_M = 2.0
"""Room to spare beside the line below which a thing is close: most of a veer of 2.5 m [J]."""
_HALF_GAUGE_M = 0.75
_NO_SHAPES: NDArray[np.object_] = np.empty(0, dtype=object)


class Kind(NamedTuple):
    """What may stand beside, and the distance from the line that is needed to it at least [J]."""

    name: str
    need_m: float


KINDS = (
    Kind("road", 3.0), Kind("rail", 3.0), Kind("water", 5.0), Kind("drop", 5.0), Kind("site", 3.0),
    Kind("parking", 2.5), Kind("doors", 1.5), Kind("steps", 1.0),
    Kind("pitch", 0.0), Kind("tree", 0.0), Kind("post", 0.0),
    Kind("building", 0.5), Kind("wall", 0.5), Kind("hedge", 0.5), Kind("trees", 0.5), Kind("barrier", 0.5),
    Kind("wood", 1.0), Kind("rock", 0.5), Kind("platform", 1.0), Kind("pit", 1.0), Kind("bench", 0.5),
    Kind("old rails", 0.5),
)  # fmt: skip
"""A kerb needs the 2.5 m of a pavement's verge and half a runner's lane; a door opens 1 m, and so does a parked car's,
which may be backed out; around a building site lies what fell off; beside steps the ground drops; balls roll off a
pitch; a wall wants a shoulder, and what is no longer than a tree is soon passed; a wood's branches and roots reach out
as far as an arm; rock, boulders and long benches want a shoulder, too; the edge of a platform or pit is a step."""
NAMES = [kind.name for kind in KINDS]
NEED_M = np.array([kind.need_m for kind in KINDS])
_DOORS_BEHIND = frozenset({"steps", "tree", "trees", "post", "bench"})
IS_BEFORE_NO_DOORS = np.array([kind.name not in _DOORS_BEHIND for kind in KINDS])
"""By kind, whether no door opens onto a way from behind it; steps lead up to doors, and trees stand before them."""
HOUSES = [NAMES.index("doors"), NAMES.index("building")]
WOOD, PITCH = NAMES.index("wood"), NAMES.index("pitch")
REACH_M = 10.0
"""What is farther from the line is not beside it [J]."""


@dataclass(frozen=True)
class Things:
    """Short pieces of all that may stand beside or ahead.

    Attributes
    ----------
    shapes : ndarray of m points and lines
        Areas are there by their edges.
    half_m : ndarray of shape (m,)
        Half the width of each.
    kind : ndarray of shape (m,)
        Row in `KINDS`.
    """

    shapes: NDArray[np.object_]
    half_m: FloatArray
    kind: IntArray

    @cached_property
    def known_ahead(self) -> dict[bytes, tuple[IntArray, FloatArray]]:
        """Kinds ahead of ends of stretches and how far each is, by place and direction, as far as anybody asked."""
        return {}

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Tree of the shapes."""
        return shapely.STRtree(self.shapes)

    @cached_property
    def tree_of_reaches(self) -> shapely.STRtree:
        """Tree of the boxes beyond which each is beside nothing."""
        west, south, east, north = shapely.bounds(self.shapes).T
        reach = self.half_m + REACH_M
        return shapely.STRtree(shapely.box(west - reach, south - reach, east + reach, north + reach))


class Thing(NamedTuple):
    """What stands beside a stretch or ahead of one of its ends, and where."""

    name: str
    """Of its kind."""
    distance_m: float
    """From the line; of what is ahead from the end of the stretch."""
    bearing_deg: float
    """Direction in which it lies, clockwise from north."""
    spare_m: float
    """Distance less what it needs; of what is ahead less the run-out."""
    is_ahead: bool


def collect_things(features: Features, areas: Mapping[str, NDArray[np.object_]]) -> Things:
    """Return all that may stand beside or ahead.

    Parameters
    ----------
    areas : mapping of str to ndarray of polygons
        By name of a kind.
    """
    lines, of_ways = features.ways.geometry, Tags.of(features.ways)
    on_lines = sides.find_line_kinds(of_ways)
    half_of = {"road": widths.estimate_half_widths(of_ways), "rail": np.full(len(lines), _HALF_GAUGE_M)}
    shapes, halves, kinds = [], [], []
    for number, name in enumerate(NAMES):
        line, edges = np.flatnonzero(on_lines.get(name, [])), take_edges(areas.get(name, _NO_SHAPES))
        shapes += [lines[line], edges]
        halves += [half_of[name][line] if name in half_of else np.zeros(len(line)), np.zeros(len(edges))]
        kinds.append(np.full(len(line) + len(edges), number))
    for name, mask in sides.find_point_kinds(features.points).items():
        point = features.points.geometry[mask]
        shapes.append(point)
        halves.append(np.zeros(len(point)))
        kinds.append(np.full(len(point), NAMES.index(name)))
    parts, of = shapely.get_parts(np.concatenate(shapes), return_index=True)
    pieces, part = split_long_lines(parts)
    return Things(pieces, np.concatenate(halves)[of[part]], np.concatenate(kinds)[of[part]])
