"""All that stands beside stretches, along their run-outs too, and straight ahead of their ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from saferoute.criteria import _ahead, _samples
from saferoute.criteria._lateral import SIGMA_M, pair_with_sides
from saferoute.criteria.things import NAMES, REACH_M, SAFE_M, Thing
from saferoute.model import Scale
from saferoute.osm.ways import is_highway

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, Columns, FloatArray, IntArray
    from saferoute.criteria._lateral import Sides
    from saferoute.model import Features, Samples, Windows


AT_ONCE = Scale(
    unit="places close at once: either side, and straight ahead beyond a run-out",
    curve=((1.0, 1.0), (2.0, 0.4), (3.0, 0.05)),
)
"""Who watches for one thing does not watch for a second [J]."""


class _Near(NamedTuple):
    """Things near m places of runs: beside which side, or ahead of which end."""

    run: IntArray
    end: IntArray
    """Beside which run-out it is, or ahead of which end: 0 the first, 1 the last, −1 neither."""
    is_last: BoolArray
    """Whether it is beside the last sample of a run-out, from which what lies beyond is seen, too."""
    right: BoolArray
    kind: IntArray
    distance_m: FloatArray
    bearing_deg: FloatArray
    spare_m: FloatArray
    is_ahead: BoolArray

    def select_rows(self, rows: IntArray | BoolArray) -> _Near:
        """Return some of them."""
        columns: tuple[Any, ...] = self
        return _Near(*(column[rows] for column in columns))

    def append(self, other: _Near) -> _Near:
        """Return these, and others behind them."""
        columns: zip[Any] = zip(self, other, strict=True)
        return _Near(*map(np.concatenate, columns))

    def is_told_by(self, others: _Near) -> BoolArray:
        """Return a mask of those that share run, end and kind with one of the others."""
        mine, theirs = ((3 * of.run + of.end + 1) * len(NAMES) + of.kind for of in (self, others))
        told: BoolArray = np.isin(mine, theirs)
        return told

    def select_worst(self, *, of_kinds: bool) -> _Near:
        """Return what leaves least room on each side of each run, of every kind if asked so, by the room it leaves."""
        place = 2 * self.run + self.right
        if of_kinds:
            place = place * len(NAMES) + self.kind
        order = np.argsort(self.spare_m, kind="stable")
        return self.select_rows(order[np.sort(np.unique(place[order], return_index=True)[1])])


def measure_room(sides: Sides, windows: Windows) -> FloatArray:
    """Return the least room to spare beside each window and its run-outs, on which runners stop, in m.

    Where a run-out bends, what stands beside its straight continuation leaves no more room than what stands beside it.
    """
    samples, out = windows.samples, windows.run_out_samples
    room = _samples.reduce_to_windows(windows, sides.spare_m.min(axis=1), "min", run_outs=True)
    ends = _ahead.find_ends(samples, windows.first, np.full(len(windows), windows.n_samples))
    straight = ends.xy + out * samples.step_m * ends.ahead
    start = windows.first + samples.stroke[windows.first]
    along = samples.xy[np.concatenate([start - out, start + windows.n_samples + out])]
    # A bend that is smaller than the error of the distances need not be measured.
    bent = np.flatnonzero(np.hypot(*(straight - along).T) > SIGMA_M)
    pairs = pair_with_sides(shapely.linestrings(np.stack([ends.xy[bent], straight[bent]], axis=1)), sides.things)
    window, is_last = bent[pairs.sample] % max(len(windows), 1), bent[pairs.sample] >= len(windows)
    last = windows.first[window] + is_last * (windows.n_samples - 1)
    before = ~sides.is_amid(last, pairs.kind)
    np.minimum.at(room, window[before], pairs.spare_m[before])
    return room


def count_at_once(sides: Sides, windows: Windows) -> FloatArray:
    """Return at how many places around each window something is close: on either side, and ahead of its ends.

    What stands within a run-out is beside it, and counts there.
    """
    samples, out = windows.samples, windows.run_out_samples
    places = np.zeros(len(windows))
    for of_side in sides.spare_m.T:
        places += _samples.reduce_to_windows(windows, of_side, "min", run_outs=True) < SAFE_M
    # One thing ahead alone bounds nothing, and most windows have nothing close.
    rows = np.flatnonzero(places)
    first, n_samples = windows.first[rows], np.full(len(rows), windows.n_samples)
    ahead = _list_ahead(sides, samples, (first, n_samples), out)
    places[rows[np.unique(ahead.run[ahead.spare_m > 0])]] += 1
    return places


def find_close_places(
    sides: Sides, samples: Samples, runs: tuple[IntArray, IntArray], out: int
) -> dict[str, BoolArray]:
    """Return where something is close to runs and their run-outs: on the left, on the right, and ahead of an end.

    Parameters
    ----------
    samples, runs, out
        As of `describe_runs`.

    Returns
    -------
    columns of r rows
        ``left``, ``right`` and ``ahead``; what stands within a run-out is beside it, and not ahead.
    """
    first, n_samples = runs
    ahead = _list_ahead(sides, samples, runs, out)
    is_ahead = np.zeros(len(first), dtype=bool)
    is_ahead[ahead.run[ahead.spare_m > 0]] = True
    left, right = (_samples.is_met_along(of < SAFE_M, first - out, n_samples + 2 * out) for of in sides.spare_m.T)
    return {"left": left, "right": right, "ahead": is_ahead}


def describe_runs(
    sides: Sides, features: Features, samples: Samples, runs: tuple[IntArray, IntArray], out: int
) -> Columns:
    """Return what stands beside some runs of samples and ahead of them.

    Parameters
    ----------
    samples : Samples
        Those that were measured.
    runs : pair of ndarray of shape (r,)
        First sample and number of samples of each run, which lies on one stroke.
    out : int
        Number of samples of the run-out at either end of each.

    Returns
    -------
    columns of r rows
        ``clearance_m`` and ``beside``, the name of the kind that leaves least room on the narrower side, or None,
        ``bearing_deg``, the direction in which it lies, and whether it ``is_close``; the same of the other side with
        ``other_``; ``things``, the nearest of every kind on each side, beside what goes straight on for `AHEAD_M`
        too, and ahead of each end as a tuple of `Thing`, what leaves least room first; ``bends``, a tuple of the
        distances beyond the ends at which the way leaves who runs straight on, and of the directions of these ends.
    """
    first, n_samples = runs
    ends = _ahead.find_ends(samples, first, n_samples)
    ahead = _list_ahead(sides, samples, runs, out)
    beside = _list_beside(sides, ends, runs, out)
    at_run_out = beside.select_rows(beside.distance_m <= _ahead.HALF_M)
    ahead = ahead.select_rows(~(ahead.is_told_by(at_run_out) & (ahead.spare_m <= 0)))
    # From the last sample what lies straight ahead is seen as well, and is not beside.
    beside = beside.select_rows(~(beside.is_told_by(ahead) & beside.is_last))
    farther = _list_beside_ahead(sides, ends, runs)
    farther = farther.select_rows(~farther.is_told_by(ahead))
    in_all = beside.select_worst(of_kinds=True).append(farther).select_worst(of_kinds=True)
    return {
        **_describe_both_sides(beside.select_worst(of_kinds=False), ends, len(first)),
        "things": _name_things(ahead.append(in_all), len(first)),
        "bends": _list_bends(features, samples, ends, first),
    }


def _name_things(found: _Near, count: int) -> NDArray[np.object_]:
    """Return the things near each run, what leaves least room first, as tuples of `Thing`."""
    found = found.select_rows(np.lexsort((found.spare_m, found.run)))
    things: list[list[Thing]] = [[] for _ in range(count)]
    told = (found.run, found.kind, found.distance_m, found.bearing_deg, found.spare_m, found.is_ahead)
    for run, kind, *where in zip(*(column.tolist() for column in told), strict=True):
        things[run].append(Thing(NAMES[kind], *where))
    return _as_objects([tuple(of_run) for of_run in things])


def _list_bends(features: Features, samples: Samples, ends: _ahead.Ends, first: IntArray) -> NDArray[np.object_]:
    """Return how far beyond which ends the way leaves who runs straight on, as tuples, a row a run."""
    on_ways = is_highway(samples.ground)[samples.pair_ground[samples.first_pair[first]]]
    leaves = _ahead.measure_bends(features, ends, np.tile(on_ways, 2))
    bearing, count = ends.bearing_deg, len(first)
    return _as_objects(
        [
            tuple((leaves[end], bearing[end]) for end in (run, run + count) if not np.isnan(leaves[end]))
            for run in range(count)
        ]
    )


def _as_objects(rows: list[tuple[Any, ...]]) -> NDArray[np.object_]:
    """Return tuples, each as one object."""
    column = np.empty(len(rows), dtype=object)
    column[:] = rows
    return column


def _list_ahead(sides: Sides, samples: Samples, runs: tuple[IntArray, IntArray], out: int) -> _Near:
    """Return the nearest thing of each kind ahead of each end of runs."""
    first, n_samples = runs
    ends = _ahead.find_ends(samples, first, n_samples)
    end, kind, distance = _ahead.find_ahead(sides.things, ends)
    last = np.concatenate([first, first + n_samples - 1])
    before = ~sides.is_amid(last[end], kind)
    end, kind, distance = end[before], kind[before], distance[before]
    of_end, run = np.divmod(end, max(len(first), 1))
    nowhere = np.zeros(len(end), dtype=bool)
    spare = distance - out * samples.step_m
    return _Near(run, of_end, nowhere, nowhere, kind, distance, ends.bearing_deg[end], spare, ~nowhere)


def _list_beside(sides: Sides, ends: _ahead.Ends, runs: tuple[IntArray, IntArray], out: int) -> _Near:
    """Return every pair of runs and their run-outs with things beside."""
    first, n_samples = runs
    run, pairs = sides.list_runs(first - out, n_samples + 2 * out)
    at, size = pairs.sample - first[run] + out, n_samples[run] + 2 * out
    return _Near(
        run=run,
        end=np.select([at < out, at >= size - out], [0, 1], -1),
        is_last=(at == 0) | (at == size - 1),
        right=pairs.right,
        kind=pairs.kind,
        distance_m=pairs.distance_m,
        bearing_deg=(_point_along(ends, len(first))[run] + np.where(pairs.right, 90, -90)) % 360,
        spare_m=pairs.spare_m,
        is_ahead=np.zeros(len(run), dtype=bool),
    )


def _list_beside_ahead(sides: Sides, ends: _ahead.Ends, runs: tuple[IntArray, IntArray]) -> _Near:
    """Return the things beside the straight continuation of runs up to `AHEAD_M`."""
    first, n_samples = runs
    straight = np.stack([ends.xy, ends.xy + _ahead.AHEAD_M * ends.ahead], axis=1)
    pairs = pair_with_sides(shapely.linestrings(straight), sides.things)
    last = np.concatenate([first, first + n_samples - 1])
    pairs = pairs.select_rows(~sides.is_amid(last[pairs.sample], pairs.kind))
    end, run = np.divmod(pairs.sample, max(len(first), 1))
    # Ahead of the first sample is backwards, and right is left.
    right = pairs.right ^ (end == 0)
    return _Near(
        run=run,
        end=end,
        is_last=np.ones(len(run), dtype=bool),
        right=right,
        kind=pairs.kind,
        distance_m=pairs.distance_m,
        bearing_deg=(_point_along(ends, len(first))[run] + np.where(right, 90, -90)) % 360,
        spare_m=pairs.spare_m,
        is_ahead=np.zeros(len(run), dtype=bool),
    )


def _point_along(ends: _ahead.Ends, count: int) -> FloatArray:
    """Return the directions from the first to the last end of runs, clockwise from north."""
    east, north = (ends.xy[count:] - ends.xy[:count]).T
    bearing: FloatArray = np.degrees(np.arctan2(east, north))
    return bearing


def _describe_both_sides(worst: _Near, ends: _ahead.Ends, count: int) -> dict[str, NDArray[Any]]:
    """Return what leaves least room on both sides of each run, the narrower side first."""
    run, right = worst.run, worst.right.astype(np.int64)
    spare, distance, kind = np.full((count, 2), REACH_M), np.full((count, 2), REACH_M), np.full((count, 2), -1)
    spare[run, right], distance[run, right], kind[run, right] = worst.spare_m, worst.distance_m, worst.kind
    names, rows, narrow = np.array([*NAMES, None], dtype=object), np.arange(count), spare.argmin(axis=1)
    columns: dict[str, NDArray[Any]] = {}
    for prefix, side in (("", narrow), ("other_", 1 - narrow)):
        columns[f"{prefix}clearance_m"] = distance[rows, side]
        columns[f"{prefix}beside"] = names[kind[rows, side]]
        columns[f"{prefix}bearing_deg"] = (_point_along(ends, count) + np.where(side == 0, -90, 90)) % 360
        columns[f"{prefix}is_close"] = spare[rows, side] < SAFE_M
    return columns
