"""Lateral clearance: how far from the line something stands on either side, and what it is.

Who runs backwards sees neither a kerb nor a wall beside, and veers: blindfolded walkers
by 2.5 m in 15 m ("Veering in human locomotion"). Distances are measured from the line, so that
they do not depend on the width of the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from saferoute.criteria import _samples
from saferoute.geometry import find_entering, indices_of_slices, split_long_lines, take_edges
from saferoute.model import Scale
from saferoute.osm import sides, widths
from saferoute.osm.tags import Tags
from saferoute.quantities import Normal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Features, Samples, Windows

SAFE_M = 2.0
"""Room to spare beside the line below which a thing is close: most of a veer of 2.5 m [J]."""
SCALE = Scale(unit="m to spare beside the line", curve=((-1.0, 0.1), (0.0, 0.4), (1.0, 0.75), (SAFE_M, 1.0)))
"""Desirability by the room that is left beyond what is needed beside a thing [J]."""
SIGMA_M = 1.0
"""Standard error of the distance between two lines of a map [J]."""
REACH_M = 10.0
"""What is farther from the line is not beside it [J]."""
_HALF_GAUGE_M = 0.75


class Kind(NamedTuple):
    """What may stand beside, and the distance from the line that is needed to it at least [J]."""

    name: str
    need_m: float


KINDS = (
    Kind("road", 3.0), Kind("rail", 3.0), Kind("water", 5.0), Kind("drop", 5.0), Kind("site", 3.0),
    Kind("parking", 2.5), Kind("doors", 1.5), Kind("steps", 1.0),
    Kind("pitch", 0.0), Kind("tree", 0.0), Kind("post", 0.0),
    Kind("building", 0.5), Kind("wall", 0.5), Kind("hedge", 0.5), Kind("trees", 0.5), Kind("barrier", 0.5),
    Kind("wood", 1.0),
)  # fmt: skip
"""A kerb needs the 2.5 m of a pavement's verge and half a runner's lane; a door opens 1 m, and so does a parked car's,
which may be backed out; around a building site lies what fell off; beside steps the ground drops; balls roll off a
pitch; a wall wants a shoulder, and what is no longer than a tree is soon passed; a wood's branches and roots reach out
as far as an arm."""
_NAMES = [kind.name for kind in KINDS]
_WOOD, _PITCH = _NAMES.index("wood"), _NAMES.index("pitch")
_NOTHING = -1
_NO_SHAPES: NDArray[np.object_] = np.empty(0, dtype=object)


@dataclass(frozen=True)
class Sides:
    """What leaves least room to spare on each side of n samples; columns are left and right.

    Attributes
    ----------
    spare_m : ndarray of shape (n, 2)
        Distance less what the thing needs; `REACH_M` where nothing is near.
    distance_m : ndarray of shape (n, 2)
        From the line to the thing's edge; `REACH_M` where nothing is near.
    kind : ndarray of shape (n, 2)
        Row in `KINDS`, −1 = nothing.
    """

    spare_m: FloatArray
    distance_m: FloatArray
    kind: IntArray

    def reduce_to_windows(self, windows: Windows) -> Normal:
        """Return the least room to spare on either side of each window and its run-outs, on which runners stop."""
        return Normal(_samples.reduce_to_windows(windows, self.spare_m.min(axis=1), "min", run_outs=True), SIGMA_M)

    def describe_runs(self, samples: Samples, first: IntArray, n_samples: IntArray) -> pd.DataFrame:
        """Return the worst place on either side of some runs of samples, the narrower side first.

        Parameters
        ----------
        samples : Samples
            Those that were measured.
        first, n_samples : ndarray of shape (r,)
            First sample and number of samples of each run, which lies on one stroke.

        Returns
        -------
        DataFrame of r rows
            For that side and, with ``other_``, for the other one: ``clearance_m`` and ``beside``, the name of a
            kind or None, ``bearing_deg``, the direction in which it lies, and whether it ``is_close``.
        """
        owner = np.repeat(np.arange(len(first)), n_samples)
        inside = indices_of_slices(first, n_samples)
        begins = np.cumsum(n_samples) - n_samples
        # Sorted by room within each run, the first sample of a run is its worst.
        worst = np.stack([inside[np.lexsort((of_side[inside], owner))[begins]] for of_side in self.spare_m.T], axis=1)
        least = self.spare_m[worst, np.arange(2)]
        start = first + samples.stroke[first]
        east, north = (samples.xy[start + n_samples] - samples.xy[start]).T
        ahead = np.degrees(np.arctan2(east, north))
        narrow = least.argmin(axis=1)
        names = np.array([*_NAMES, None], dtype=object)
        runs, columns = np.arange(len(first)), {}
        for prefix, side in (("", narrow), ("other_", 1 - narrow)):
            sample = worst[runs, side]
            columns[f"{prefix}clearance_m"] = self.distance_m[sample, side]
            columns[f"{prefix}beside"] = pd.Series(names[self.kind[sample, side]], dtype=object)
            columns[f"{prefix}bearing_deg"] = (ahead + np.where(side == 0, -90, 90)) % 360
            columns[f"{prefix}is_close"] = least[runs, side] < SAFE_M
        return pd.DataFrame(columns)


def measure_sides(windows: Windows, features: Features) -> Sides:
    """Return what stands beside the samples of windows and their run-outs; of other samples nothing is looked for."""
    samples, rows = windows.samples, np.flatnonzero(_samples.mark_used(windows, run_outs=True))
    outlines = features.outlines.geometry.to_numpy()
    areas = {name: outlines[mask] for name, mask in sides.find_area_kinds(features.outlines).items()}
    beside = _pair_with_sides(samples, rows, *_collect_things(features, areas))
    amid = _surround_with_wood(_find_within(samples, rows, areas["wood"]))
    sample, right, distance, kind = (np.concatenate(parts) for parts in zip(beside, amid, strict=True))
    # Who runs on a pitch has its edge about, and not beside.
    on_pitch = np.zeros(len(samples), dtype=bool)
    on_pitch[_find_within(samples, rows, areas["pitch"])] = True
    counts = (kind != _PITCH) | ~on_pitch[sample]
    sample, right, distance, kind = sample[counts], right[counts], distance[counts], kind[counts]
    # Nothing grows on the lane itself, wherever the edge of a wood is drawn.
    half = _samples.reduce_to_samples(samples, widths.estimate_widths(samples.ground)[0] / 2, "min")
    distance = np.where(kind == _WOOD, np.fmax(distance, half[sample]), distance)
    spare = distance - np.array([each.need_m for each in KINDS])[kind]
    slot = 2 * sample + right
    order = np.lexsort((spare, slot))
    found, at = np.unique(slot[order], return_index=True)
    best = order[at]
    worst = Sides(
        spare_m=np.full((len(samples), 2), REACH_M),
        distance_m=np.full((len(samples), 2), REACH_M),
        kind=np.full((len(samples), 2), _NOTHING),
    )
    for whole, part in ((worst.spare_m, spare), (worst.distance_m, distance), (worst.kind, kind)):
        whole.reshape(-1)[found] = part[best]
    return worst


def _pair_with_sides(
    samples: Samples, rows: IntArray, things: NDArray[np.object_], half_m: FloatArray, kind: IntArray
) -> tuple[IntArray, BoolArray, FloatArray, IntArray]:
    """Return pairs of samples and things beside them: sample, whether on the right, distance to the edge, and kind."""
    west, south, east, north = shapely.bounds(things).T
    reach = half_m + REACH_M
    lines = samples.lines[rows]
    around = shapely.box(west - reach, south - reach, east + reach, north + reach)
    thing, line = shapely.STRtree(lines).query(around)
    link = shapely.get_coordinates(shapely.shortest_line(lines[line], things[thing])).reshape(-1, 2, 2)
    to_thing = link[:, 1] - link[:, 0]
    start = rows + samples.stroke[rows]
    ahead = samples.xy[start + 1] - samples.xy[start]
    (dx, dy), (east, north) = ahead[line].T, to_thing.T
    along, across = dx * east + dy * north, dx * north - dy * east
    distance = np.maximum(np.hypot(east, north) - half_m[thing], 0.0)
    # What lies ahead rather than beside is beside the next sample, or beyond an end.
    beside = (np.abs(along) <= np.abs(across)) & (distance < REACH_M)
    return rows[line[beside]], (across < 0)[beside], distance[beside], kind[thing[beside]]


def _surround_with_wood(amid: IntArray) -> tuple[IntArray, BoolArray, FloatArray, IntArray]:
    """Return both sides of samples that lie in a wood, as of `_pair_with_sides`, with no distance."""
    right = np.repeat([False, True], len(amid))
    return np.tile(amid, 2), right, np.zeros(len(right)), np.full(len(right), _WOOD)


def _find_within(samples: Samples, rows: IntArray, areas: NDArray[np.object_]) -> IntArray:
    """Return those of some samples that lie in areas."""
    return rows[np.unique(find_entering(areas, shapely.STRtree(samples.lines[rows]))[1])]


def _collect_things(
    features: Features, areas: Mapping[str, NDArray[np.object_]]
) -> tuple[NDArray[np.object_], FloatArray, IntArray]:
    """Return short pieces of all that may stand beside, half the width of each, and its row in `KINDS`.

    `areas` has the polygons of each kind.
    """
    lines, of_ways = features.ways.geometry.to_numpy(), Tags.of(features.ways)
    on_lines = sides.find_line_kinds(of_ways)
    half_of = {"road": widths.estimate_half_widths(of_ways), "rail": np.full(len(lines), _HALF_GAUGE_M)}
    shapes, halves, kinds = [], [], []
    for number, name in enumerate(_NAMES):
        line, edges = np.flatnonzero(on_lines.get(name, [])), take_edges(areas.get(name, _NO_SHAPES))
        shapes += [lines[line], edges]
        halves += [half_of[name][line] if name in half_of else np.zeros(len(line)), np.zeros(len(edges))]
        kinds.append(np.full(len(line) + len(edges), number))
    for name, mask in sides.find_point_kinds(features.points).items():
        point = features.points.geometry.to_numpy()[mask]
        shapes.append(point)
        halves.append(np.zeros(len(point)))
        kinds.append(np.full(len(point), _NAMES.index(name)))
    parts, of = shapely.get_parts(np.concatenate(shapes), return_index=True)
    pieces, part = split_long_lines(parts)
    return pieces, np.concatenate(halves)[of[part]], np.concatenate(kinds)[of[part]]
