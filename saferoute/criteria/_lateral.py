"""Lateral clearance: how far from the line something stands on either side, and what it is.

Who runs backwards sees neither a kerb nor a wall beside, and veers: blindfolded walkers
by 2.5 m in 15 m ("Veering in human locomotion"). Distances are measured from the line, so that
they do not depend on the width of the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from saferoute.criteria import _samples
from saferoute.criteria.things import NAMES, NEED_M, PITCH, REACH_M, SAFE_M, WOOD, Things, collect_things
from saferoute.geometry import find_entering, indices_of_slices
from saferoute.model import Scale
from saferoute.osm import sides, widths
from saferoute.products import remember_or_make

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Features, Samples
    from saferoute.products import Arrays

SCALE = Scale(unit="m to spare beside the line", curve=((-1.0, 0.1), (0.0, 0.4), (1.0, 0.75), (SAFE_M, 1.0)))
"""Desirability by the room that is left beyond what is needed beside a thing [J]."""
SIGMA_M = 1.0
"""Standard error of the distance between two lines of a map [J]."""


class _Pairs(NamedTuple):
    """Pairs of m samples and kinds of things beside them: whether on the right, and the distance to the edge."""

    sample: IntArray
    right: BoolArray
    distance_m: FloatArray
    kind: IntArray

    @property
    def spare_m(self) -> FloatArray:
        """Distance less what the thing needs; shape (m,)."""
        spare: FloatArray = self.distance_m - NEED_M[self.kind]
        return spare

    def select_rows(self, rows: IntArray | BoolArray) -> _Pairs:
        """Return some of the pairs."""
        return _Pairs(self.sample[rows], self.right[rows], self.distance_m[rows], self.kind[rows])


@dataclass(frozen=True)
class Sides:
    """What stands on either side of n samples.

    Attributes
    ----------
    spare_m : ndarray of shape (n, 2)
        Least room to spare on the left and right; `REACH_M` where nothing is near.
    """

    spare_m: FloatArray
    _features: Features
    _pairs: _Pairs
    """The nearest of each kind on each side of each sample, by sample."""
    _amid: tuple[BoolArray, BoolArray]
    """Which samples lie in a wood, and on a pitch."""

    @classmethod
    def from_rows(cls, found: Arrays, rows: IntArray, count: int, features: Features) -> Sides:
        """Return what stands beside some of `count` samples, as `measure_sides` returns it; beside others, nothing."""
        row, right, kind = np.nonzero(np.isfinite(found["beside_m"]))
        pairs = _Pairs(rows[row], right.astype(bool), found["beside_m"][row, right, kind], kind)
        spare, amid = np.full((count, 2), REACH_M), np.zeros((2, count), dtype=bool)
        np.minimum.at(spare, (pairs.sample, right), pairs.spare_m)
        amid[:, rows] = found["in_wood"], found["on_pitch"]
        return cls(spare, features, pairs, (amid[0], amid[1]))

    @property
    def things(self) -> Things:
        """All that was looked for."""
        return _recall_things(self._features)

    def list_runs(self, first: IntArray, n_samples: IntArray) -> tuple[IntArray, _Pairs]:
        """Return the run of each pair of some runs of samples, and the pairs.

        Parameters
        ----------
        first, n_samples : ndarray of shape (r,)
            First sample and number of samples of each run.
        """
        begin, end = (np.searchsorted(self._pairs.sample, at) for at in (first, first + n_samples))
        run = np.repeat(np.arange(len(first)), end - begin)
        return run, self._pairs.select_rows(indices_of_slices(begin, end - begin))

    def find_sides_with(self, is_kind: BoolArray) -> BoolArray:
        """Return a mask of the left and right sides of samples on which something of some kinds stands; shape (n, 2).

        Parameters
        ----------
        is_kind : ndarray of bool, shape (kinds,)
            In the order of `NAMES`.
        """
        found = np.zeros(self.spare_m.shape, dtype=bool)
        pairs = self._pairs.select_rows(is_kind[self._pairs.kind])
        found[pairs.sample, pairs.right.astype(np.int64)] = True
        return found

    def is_amid(self, sample: IntArray, kind: IntArray) -> BoolArray:
        """Return a mask of samples that lie in a wood or on a pitch, if that is the kind, and not before it."""
        in_wood, on_pitch = self._amid
        return (in_wood[sample] & (kind == WOOD)) | (on_pitch[sample] & (kind == PITCH))


def measure_sides(samples: Samples, rows: IntArray, features: Features) -> Arrays:
    """Return what stands beside r samples.

    Returns
    -------
    mapping of str to arrays
        ``beside_m``, the distance of the nearest of each kind on the left and right, of shape (r, 2, kinds), infinite
        where there is none; and ``in_wood`` and ``on_pitch``, which of the samples lie there.
    """
    areas = _list_areas(features)
    lines = samples.lines[rows]
    in_wood, on_pitch = (_mark_within(lines, areas[name]) for name in ("wood", "pitch"))
    parts = (pair_with_sides(lines, _recall_things(features)), _surround_with_wood(np.flatnonzero(in_wood)))
    pairs = _Pairs(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    # Who runs on a pitch has its edge about, and not beside.
    pairs = pairs.select_rows((pairs.kind != PITCH) | ~on_pitch[pairs.sample])
    # Nothing grows on the lane itself, wherever the edge of a wood is drawn.
    half = _samples.reduce_to_samples(samples, widths.estimate_widths(samples.ground)[0] / 2, "min")[rows]
    off_lane = np.where(pairs.kind == WOOD, np.fmax(pairs.distance_m, half[pairs.sample]), pairs.distance_m)
    beside = np.full((len(rows), 2, len(NAMES)), np.inf)
    np.minimum.at(beside, (pairs.sample, pairs.right.astype(np.int64), pairs.kind), off_lane)
    return {"beside_m": beside, "in_wood": in_wood, "on_pitch": on_pitch}


def _list_areas(features: Features) -> dict[str, NDArray[np.object_]]:
    """Return the areas that may stand beside, by name of their kind."""
    outlines = features.outlines.geometry
    return {name: outlines[mask] for name, mask in sides.find_area_kinds(features.outlines).items()}


def _recall_things(features: Features) -> Things:
    """Return all that may stand beside, as this process collected it if it did."""
    return remember_or_make(features, "things", b"", lambda: collect_things(features, _list_areas(features)))


def pair_with_sides(lines: NDArray[np.object_], things: Things) -> _Pairs:
    """Return pairs of lines, all but straight and in place of samples, and the things beside them within `REACH_M`."""
    line, thing = things.tree_of_reaches.query(lines)
    order = np.lexsort((line, thing))
    line, thing = line[order], thing[order]
    link = shapely.get_coordinates(shapely.shortest_line(lines[line], things.shapes[thing])).reshape(-1, 2, 2)
    to_thing = link[:, 1] - link[:, 0]
    start, end = (shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1))
    (dx, dy), (east, north) = (end - start)[line].T, to_thing.T
    along, across = dx * east + dy * north, dx * north - dy * east
    distance = np.maximum(np.hypot(east, north) - things.half_m[thing], 0.0)
    # What lies ahead rather than beside is beside the next line, or beyond an end.
    beside = (np.abs(along) <= np.abs(across)) & (distance < REACH_M)
    return _Pairs(line[beside], (across < 0)[beside], distance[beside], things.kind[thing[beside]])


def _surround_with_wood(amid: IntArray) -> _Pairs:
    """Return both sides of samples that lie in a wood, with no distance."""
    right = np.repeat([False, True], len(amid))
    return _Pairs(np.tile(amid, 2), right, np.zeros(len(right)), np.full(len(right), WOOD))


def _mark_within(lines: NDArray[np.object_], areas: NDArray[np.object_]) -> BoolArray:
    """Return a mask of the lines that lie in areas."""
    within = np.zeros(len(lines), dtype=bool)
    within[find_entering(areas, shapely.STRtree(lines))[1]] = True
    return within
