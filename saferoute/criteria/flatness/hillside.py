"""Hints of a hillside close by: rock, steps, walls that hold ground and the like beside a line and beyond its ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.candidates import recall_or_compute_samples
from saferoute.criteria import _samples
from saferoute.criteria.flatness.hairpins import recall_hairpins
from saferoute.osm import relief
from saferoute.osm.built import is_unpaved
from saferoute.osm.ground import KEPT_KINDS
from saferoute.osm.tags import has_value
from saferoute.products import remember_or_make

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Features, Windows
    from saferoute.table import Table

_CLIMBING = ("steps", "climb", "steep")
"""Hints that need no hill where they lead to something built: of the steps on Helgoland those at houses lie on
ground of 1 % in the median, others on 13 %; in flat Milan half of all lead to bridges and tunnels, in Porto a tenth
[M]."""
_LANDING_M, _DOORSTEP_M = 10.0, 1.0
"""Steps and ramps lead to bridges and tunnels so near, and to buildings, piers and platforms that they touch [J]."""
_RAMP_M = 20.0
"""What is steep for no longer may be a ramp, which tells but of the ground close by [J]."""
REACH = 2.0
"""A hint is looked for, and told of, within so many times the distance over which it loses weight [J]."""


class Hints:
    """The hints around w windows and their run-outs.

    Attributes
    ----------
    away_m : ndarray of shape (w, hints)
        Distance of the nearest of each of `saferoute.osm.relief.HINTS`; inf beyond their reach.
    weight : ndarray of shape (w,)
        Sum of the weights of the hints, each less by its distance.
    lies_open : ndarray of shape (w,)
        Whether a part of the window is ground as it lies.
    is_kept : ndarray of shape (w,)
        Whether all of the window is a pitch or running track.

    Notes
    -----
    Around pitches and running tracks nothing is a hint: they are built level, into hillsides by banks and walls.
    """

    def __init__(self, windows: Windows, away_m: FloatArray) -> None:
        ground = windows.samples.ground
        lies_open = _samples.reduce_ground(windows, _is_as_it_lies(ground).astype(float), "max") > 0
        is_kept = _samples.reduce_ground(windows, has_value(ground, "kind", KEPT_KINDS).astype(float), "min") > 0
        decay, made = (np.array([getattr(hint, of) for hint in relief.HINTS]) for of in ("decay_m", "made_share"))
        decay = decay * np.where(lies_open[:, None], 1.0, made)
        self.lies_open: BoolArray = lies_open
        self.is_kept: BoolArray = is_kept
        self.away_m: FloatArray = np.where((away_m <= REACH * decay) & ~is_kept[:, None], away_m, np.inf)
        self.weight: FloatArray = np.exp(-self.away_m / decay) @ np.array([hint.weight for hint in relief.HINTS])

    @property
    def told_m(self) -> FloatArray:
        """Distances of the hints that are told of around each window, inf for the others; shape (w, hints).

        On ground as it lies all are, on ways that were built those that tell as much there.
        """
        on_made = np.array([hint.is_told_on_made_ways for hint in relief.HINTS])
        told_m: FloatArray = np.where(self.lies_open[:, None] | on_made, self.away_m, np.inf)
        return told_m


def name_hints(told_m: FloatArray) -> list[list[tuple[str, float]]]:
    """Return names and distances of the hints that are told of each window, nearest first.

    Parameters
    ----------
    told_m : ndarray of shape (w, hints)
        As `Hints.told_m` is.
    """
    row, hint = np.nonzero(np.isfinite(told_m))
    away_m = told_m[row, hint]
    order = np.lexsort((hint, away_m, row))
    told: list[list[tuple[str, float]]] = [[] for _ in told_m]
    for of_row, k, away in zip(row[order].tolist(), hint[order].tolist(), away_m[order].tolist(), strict=True):
        told[of_row].append((relief.HINTS[k].name, away))
    return told


def find_hints(windows: Windows, features: Features) -> Hints:
    """Return the hints of a hillside around windows."""
    samples, rows = windows.samples, np.flatnonzero(_samples.mark_used(windows, run_outs=True))
    found = recall_or_compute_samples(
        samples, features, "hillside", rows, lambda new: {"away_m": _measure_nearest(samples.lines[new], features)}
    )
    of_samples = np.full((len(samples), len(relief.HINTS)), np.inf)
    of_samples[rows] = found["away_m"]
    nearest = [_samples.reduce_to_windows(windows, of_hint, "min", run_outs=True) for of_hint in of_samples.T]
    return Hints(windows, np.stack(nearest, axis=1))


def _measure_nearest(lines: NDArray[np.object_], features: Features) -> FloatArray:
    """Return the distance of the nearest of each hint to each line, inf beyond its reach; shape (lines, hints)."""
    tree = shapely.STRtree(lines)
    things = remember_or_make(features, "hillside", b"", lambda: _collect_things(features))
    away = np.full((len(relief.HINTS), len(lines)), np.inf)
    for of_hint, hint in zip(away, relief.HINTS, strict=True):
        shapes = things[hint.name]
        thing, line = tree.query(shapes, predicate="dwithin", distance=REACH * hint.decay_m)
        np.minimum.at(of_hint, line, shapely.distance(shapes[thing], lines[line]))
    return away.T


def _collect_things(features: Features) -> dict[str, NDArray[np.object_]]:
    """Return the shapes of the lines, areas and points that are hints, by the name of the hint."""
    of_lines = relief.find_line_hints(features.ways)
    ramp = of_lines["steep"] & (shapely.length(features.ways.geometry) < _RAMP_M)
    of_lines["climb"], of_lines["steep"] = of_lines["climb"] | ramp, of_lines["steep"] & ~ramp
    climbing = np.flatnonzero(np.logical_or.reduce([of_lines[name] for name in _CLIMBING]))
    for name in _CLIMBING:
        of_lines[name][climbing[_lead_off_ground(features, climbing)]] = False
    found: dict[str, list[NDArray[np.object_]]] = {}
    for table, masks in (
        (features.ways, of_lines),
        (features.areas, relief.find_area_hints(features.areas)),
        (features.points, relief.find_point_hints(features.points)),
    ):
        shapes = table.geometry
        for name, mask in masks.items():
            found.setdefault(name, []).append(shapes[mask])
    of_hairpins = {relief.OF_HAIRPINS: shapely.points(recall_hairpins(features))}
    return {name: np.concatenate(shapes) for name, shapes in found.items()} | of_hairpins


def _lead_off_ground(features: Features, climbing: IntArray) -> BoolArray:
    """Return a mask of ways, given by their rows, that lead up to a bridge or building, or down to a tunnel."""
    lines, polygons = features.ways.geometry, features.areas.geometry
    leads = np.zeros(len(climbing), dtype=bool)
    for shapes, away_m in (
        (lines[relief.is_way_off_ground(features.ways)], _LANDING_M),
        (lines[relief.is_raised_ground(features.ways)], _DOORSTEP_M),
        (polygons[relief.is_raised_ground(features.areas)], _DOORSTEP_M),
    ):
        leads[shapely.STRtree(lines[climbing]).query(shapes, predicate="dwithin", distance=away_m)[1]] = True
    return leads


def _is_as_it_lies(ground: Table) -> BoolArray:
    """Return a mask of ground that nobody levelled: open ground and unpaved ways."""
    is_area: BoolArray = ground["origin"] == "area"
    return is_area | is_unpaved(ground)
