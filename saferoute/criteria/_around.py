"""All that stands beside stretches, along their run-outs too, and straight ahead of their ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from saferoute.criteria import _ahead, _samples
from saferoute.criteria._lateral import REACH_M, SIGMA_M, pair_with_sides
from saferoute.criteria.things import NAMES, SAFE_M, Thing
from saferoute.model import Scale
from saferoute.osm.ways import is_highway

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.criteria._lateral import Sides
    from saferoute.model import Features, Samples, Windows


AT_ONCE = Scale(
    unit="places close at once: either side, and straight ahead beyond a run-out",
    curve=((1.0, 1.0), (2.0, 0.4), (3.0, 0.05)),
)
"""Who watches for one thing does not watch for a second [J]."""


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
    places[rows[ahead["run"][ahead["spare_m"] > 0].unique()]] += 1
    return places


def find_close_places(sides: Sides, samples: Samples, runs: tuple[IntArray, IntArray], out: int) -> pd.DataFrame:
    """Return where something is close to runs and their run-outs: on the left, on the right, and ahead of an end.

    Parameters
    ----------
    samples, runs, out
        As of `describe_runs`.

    Returns
    -------
    DataFrame of r rows
        ``left``, ``right`` and ``ahead``; what stands within a run-out is beside it, and not ahead.
    """
    first, n_samples = runs
    ahead = _list_ahead(sides, samples, runs, out)
    is_ahead = np.zeros(len(first), dtype=bool)
    is_ahead[ahead["run"][ahead["spare_m"] > 0]] = True
    left, right = (_samples.is_met_along(of < SAFE_M, first - out, n_samples + 2 * out) for of in sides.spare_m.T)
    return pd.DataFrame({"left": left, "right": right, "ahead": is_ahead})


def describe_runs(
    sides: Sides, features: Features, samples: Samples, runs: tuple[IntArray, IntArray], out: int
) -> pd.DataFrame:
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
    DataFrame of r rows
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
    at_run_out = beside[beside["distance_m"] <= _ahead.HALF_M]
    ahead = ahead[~(_is_told(ahead, at_run_out) & (ahead["spare_m"] <= 0))]
    # From the last sample what lies straight ahead is seen as well, and is not beside.
    beside = beside[~(_is_told(beside, ahead) & beside["is_last"])]
    farther = _list_beside_ahead(sides, ends, runs)
    farther = farther[~_is_told(farther, ahead)]
    beside, in_all = _select_worst(beside), _select_worst(pd.concat([beside, farther], ignore_index=True))
    found = pd.concat([ahead, in_all], ignore_index=True).sort_values(["run", "spare_m"], kind="stable")
    things: list[list[Thing]] = [[] for _ in first]
    columns = found[["kind", "distance_m", "bearing_deg", "spare_m", "is_ahead"]].itertuples(index=False, name=None)
    for run, (kind, *where) in zip(found["run"], columns, strict=True):
        things[run].append(Thing(NAMES[kind], *where))
    on_ways = is_highway(samples.ground)[samples.pair_ground[samples.first_pair[first]]]
    leaves = _ahead.measure_bends(features, ends, np.tile(on_ways, 2))
    bends = [
        tuple((leaves[end], ends.bearing_deg[end]) for end in (run, run + len(first)) if not np.isnan(leaves[end]))
        for run in range(len(first))
    ]
    narrower = _describe_both_sides(beside, ends, len(first))
    return narrower.assign(things=pd.Series([tuple(of) for of in things], dtype=object), bends=pd.Series(bends))


def _list_ahead(sides: Sides, samples: Samples, runs: tuple[IntArray, IntArray], out: int) -> pd.DataFrame:
    """Return the nearest thing of each kind ahead of each end of runs: run, end, kind and where."""
    first, n_samples = runs
    ends = _ahead.find_ends(samples, first, n_samples)
    end, kind, distance = _ahead.find_ahead(sides.things, ends)
    last = np.concatenate([first, first + n_samples - 1])
    before = ~sides.is_amid(last[end], kind)
    end, kind, distance = end[before], kind[before], distance[before]
    return pd.DataFrame(
        {
            "run": end % max(len(first), 1),
            "end": end // max(len(first), 1),
            "kind": kind,
            "distance_m": distance,
            "bearing_deg": ends.bearing_deg[end],
            "spare_m": distance - out * samples.step_m,
            "is_ahead": True,
        }
    )


def _list_beside(sides: Sides, ends: _ahead.Ends, runs: tuple[IntArray, IntArray], out: int) -> pd.DataFrame:
    """Return every pair of runs and their run-outs with things beside: run, side, kind and where.

    ``end`` tells beside which run-out it is, −1 beside none, and ``is_last`` whether it is beside its last sample,
    from which what lies beyond is seen, too.
    """
    first, n_samples = runs
    run, pairs = sides.list_runs(first - out, n_samples + 2 * out)
    at, size = pairs.sample - first[run] + out, n_samples[run] + 2 * out
    ahead = _point_along(ends, len(first))
    return pd.DataFrame(
        {
            "run": run,
            "end": np.select([at < out, at >= size - out], [0, 1], -1),
            "is_last": (at == 0) | (at == size - 1),
            "right": pairs.right,
            "kind": pairs.kind,
            "distance_m": pairs.distance_m,
            "bearing_deg": (ahead[run] + np.where(pairs.right, 90, -90)) % 360,
            "spare_m": pairs.spare_m,
            "is_ahead": False,
        }
    )


def _list_beside_ahead(sides: Sides, ends: _ahead.Ends, runs: tuple[IntArray, IntArray]) -> pd.DataFrame:
    """Return the things beside the straight continuation of runs up to `AHEAD_M`, in the columns of `_list_beside`."""
    first, n_samples = runs
    straight = np.stack([ends.xy, ends.xy + _ahead.AHEAD_M * ends.ahead], axis=1)
    pairs = pair_with_sides(shapely.linestrings(straight), sides.things)
    last = np.concatenate([first, first + n_samples - 1])
    pairs = pairs.select_rows(~sides.is_amid(last[pairs.sample], pairs.kind))
    end, run = np.divmod(pairs.sample, max(len(first), 1))
    # Ahead of the first sample is backwards, and right is left.
    right = pairs.right ^ (end == 0)
    return pd.DataFrame(
        {
            "run": run,
            "end": end,
            "is_last": True,
            "right": right,
            "kind": pairs.kind,
            "distance_m": pairs.distance_m,
            "bearing_deg": (_point_along(ends, len(first))[run] + np.where(right, 90, -90)) % 360,
            "spare_m": pairs.spare_m,
            "is_ahead": False,
        }
    )


def _select_worst(beside: pd.DataFrame) -> pd.DataFrame:
    """Return of each kind the worst place on each side of each run."""
    return beside.sort_values("spare_m", kind="stable").drop_duplicates(["run", "right", "kind"])


def _point_along(ends: _ahead.Ends, count: int) -> FloatArray:
    """Return the directions from the first to the last end of runs, clockwise from north."""
    east, north = (ends.xy[count:] - ends.xy[:count]).T
    bearing: FloatArray = np.degrees(np.arctan2(east, north))
    return bearing


def _is_told(things: pd.DataFrame, others: pd.DataFrame) -> BoolArray:
    """Return a mask of the things that share run, end and kind with one of the others."""
    end = ["run", "end", "kind"]
    told: BoolArray = pd.MultiIndex.from_frame(things[end]).isin(pd.MultiIndex.from_frame(others[end]))
    return told


def _describe_both_sides(beside: pd.DataFrame, ends: _ahead.Ends, count: int) -> pd.DataFrame:
    """Return what leaves least room on both sides of each run, the narrower side first."""
    worst = beside.drop_duplicates(["run", "right"])
    run, right = worst["run"].to_numpy(), worst["right"].to_numpy(dtype=bool).astype(np.int64)
    spare, distance, kind = np.full((count, 2), REACH_M), np.full((count, 2), REACH_M), np.full((count, 2), -1)
    for whole, name in ((spare, "spare_m"), (distance, "distance_m"), (kind, "kind")):
        whole[run, right] = worst[name]
    names, rows, narrow = np.array([*NAMES, None], dtype=object), np.arange(count), spare.argmin(axis=1)
    columns = {}
    for prefix, side in (("", narrow), ("other_", 1 - narrow)):
        columns[f"{prefix}clearance_m"] = distance[rows, side]
        columns[f"{prefix}beside"] = pd.Series(names[kind[rows, side]], dtype=object)
        columns[f"{prefix}bearing_deg"] = (_point_along(ends, count) + np.where(side == 0, -90, 90)) % 360
        columns[f"{prefix}is_close"] = spare[rows, side] < SAFE_M
    return pd.DataFrame(columns)
