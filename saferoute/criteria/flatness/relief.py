"""Steepness that the map makes likely where no raster tells it: a hill shows in hairpins, steps and mountain paths.

The logarithm of the steepness is a weighted mean over the signs around, each as
steep as ground usually is there, and over ground of which nothing is known. So
little evidence says little, and without any nothing is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from saferoute.candidates import select_windows
from saferoute.criteria import _near
from saferoute.criteria.flatness import hillside
from saferoute.criteria.flatness.hairpins import HAIRPIN_M, recall_hairpins
from saferoute.criteria.flatness.spot_heights import choose_pairs, collect_spot_heights, fit_tilts
from saferoute.geometry import REACH_M, find_midpoints, find_squares, sum_nearby
from saferoute.osm import relief
from saferoute.osm.ways import is_highway
from saferoute.rows import recall_or_compute_rows
from saferoute.table import Tags

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Features, Windows

DECAY_M = 700.0
"""A sign at distance d counts exp(−d/700 m) [J]: the size of a hill."""
SILENCE_PER_KM = 0.05
"""What a km of ways around weighs on which nothing tells of relief [J]: where more is mapped, more signs are."""
_UNMAPPED_KM = 5.0
"""Silent km that are added everywhere, so that one sign alone says little where few ways are mapped [J]."""
_LEAST_COVERED = 0.1
"""Share of the surroundings that is taken as covered at least."""
_PLAIN_PCT = (0.8, 1.5)
"""Median steepness along and across ways where nothing tells of relief [J]."""
SIGMA = 0.9
"""Standard error of the logarithm of the steepness."""
FALLS_TO_ACROSS = 1.3
"""Steepest fall beside a line over the slope across it [M]: a quarter to a half more on four rasters."""
_ALONG_TO_TILT = 0.2
"""Slope along ways over that of the ground [M]: in the median of 1299 pieces of 60 m around Bad Wildbad .17, as ways
are led along hillsides; across them it is .99."""


class Likely(NamedTuple):
    """Steepness of w windows by the signs around them, and by those that could lie beyond the map's edge.

    Attributes
    ----------
    along_pct, across_pct : ndarray of shape (w,)
        Medians in %; NaN where there is no sign, and no edge near.
    is_told : ndarray of shape (w,)
        1.0 where signs are mapped, else 0.0.
    hints_m : ndarray of shape (w, hints)
        Distances of the hints of a hillside that are told of, as `hillside.name_hints` takes them.
    spots_m : ndarray of shape (w, 2)
        By how much two spot heights around differ and how far apart they are, in m, where they tell of a hillside; else
        NaN.
    """

    along_pct: FloatArray
    across_pct: FloatArray
    is_told: FloatArray
    hints_m: FloatArray
    spots_m: FloatArray

    @property
    def falls_pct(self) -> FloatArray:
        """Steepest fall of the ground beside each window."""
        return FALLS_TO_ACROSS * self.across_pct


def estimate_steepness(windows: Windows, features: Features, *, along: BoolArray, across: BoolArray) -> Likely:
    """Return how steep the ground of windows likely is, by what is mapped around and beside it.

    Parameters
    ----------
    windows : Windows
    features : Features
    along, across : ndarray of shape (w,)
        The windows of which it is wanted, as nothing else tells the slope; NaN for the others.
    """
    asked = along | across
    numbers, hints_m = np.full((3, len(windows)), np.nan), np.full((len(windows), len(relief.HINTS)), np.inf)
    spots_m = np.full((len(windows), 2), np.nan)
    if asked.any():
        found = _weigh_signs(select_windows(windows, asked), features)
        numbers[:, asked], hints_m[asked], spots_m[asked] = found[:3], found.hints_m, found.spots_m
    along_pct, across_pct, is_told = np.where([along, across, asked], numbers, np.nan)
    return Likely(along_pct, across_pct, is_told, hints_m, spots_m)


def _weigh_signs(windows: Windows, features: Features) -> Likely:
    """Return the steepness by the signs around windows and the ways that tell nothing, and by the hints close by."""
    xy, station = _near.find_middle_stations(windows)
    middle, square = find_squares(xy)
    around = recall_or_compute_rows(
        features, "relief", middle, lambda rows: _sum_signs(middle[rows], features), reach_m=REACH_M + HAIRPIN_M
    )
    told, *sums = around["signs"][square[station]].T
    silence = SILENCE_PER_KM * (_UNMAPPED_KM + around["km"][square[station]])
    # Beyond the map's edge there could be as many signs as there are silent ways before it.
    covered = np.fmax(_near.measure_coverage(windows, features, decay_m=DECAY_M), _LEAST_COVERED)
    beyond = silence * (1 - covered) / covered
    hints = hillside.find_hints(windows, features)
    # What is close tells of the very ground, however much is mapped around, and never that it is less steep.
    share = hints.weight / (1 + hints.weight)
    of_hill = _to_logarithms(relief.BESIDE.along_pct, relief.BESIDE.across_pct)[:, None]
    logarithms = (np.stack(sums) + beyond * of_hill) / (silence + beyond + told)
    here = logarithms + share * np.fmax(of_hill - logarithms, 0.0)
    by_spots = _tell_by_spots(xy, station, features, hints.is_kept)
    here += by_spots.weight * np.fmax(by_spots.logarithms - here, 0.0)
    is_told = told + hints.weight + by_spots.weight > 0
    along_pct, across_pct = np.where(is_told | (beyond > 0), np.array(_PLAIN_PCT)[:, None] * np.exp(here), np.nan)
    return Likely(along_pct, across_pct, is_told.astype(float), hints.told_m, by_spots.pairs_m)


class _BySpots(NamedTuple):
    """What spot heights tell of w windows: logarithms as of `_to_logarithms`, of shape (2, w), and how much they do."""

    logarithms: FloatArray
    weight: FloatArray
    pairs_m: FloatArray


def _tell_by_spots(xy: FloatArray, station: IntArray, features: Features, is_kept: BoolArray) -> _BySpots:
    """Return what spot heights tell of windows by their stations; of pitches and running tracks, nothing."""
    spots = collect_spot_heights(features)
    tilts = fit_tilts(xy, spots)
    is_hillside, pairs = tilts.is_hillside(), np.full((len(xy), 2), np.nan)
    pairs[is_hillside] = choose_pairs(xy[is_hillside], spots)
    steepness = np.nan_to_num(tilts.pct)
    logarithms = _to_logarithms(_ALONG_TO_TILT * steepness, steepness).T
    weight = np.where(is_kept, 0.0, tilts.weigh(SIGMA)[station])
    return _BySpots(logarithms[:, station], weight, np.where(is_kept[:, None], np.nan, pairs[station]))


def _sum_signs(xy: FloatArray, features: Features) -> dict[str, FloatArray]:
    """Return the signs around points, by weight and weighted logarithms, and the km of ways there."""
    points, amounts = _collect_signs(features, recall_hairpins(features))
    highways = features.ways.geometry[is_highway(Tags.of(features.ways))]
    km = shapely.length(highways)[:, None] / 1000
    return {
        "signs": sum_nearby(xy, points, amounts, decay_m=DECAY_M),
        "km": sum_nearby(xy, find_midpoints(highways), km, decay_m=DECAY_M)[:, 0],
    }


def _collect_signs(features: Features, hairpins: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return where there are signs of relief, shape (n, 2), and their weights and weighted logarithms, shape (n, 3)."""
    signs = relief.find_signs(features.ways)
    middles = find_midpoints(features.ways.geometry[signs.row])
    of_hairpins = np.tile(relief.HAIRPIN, (len(hairpins), 1)).T
    told = (signs.along_pct, signs.across_pct, signs.weight)
    along, across, weight = (np.concatenate(parts) for parts in zip(told, of_hairpins, strict=True))
    amounts = np.column_stack([weight, weight[:, None] * _to_logarithms(along, across)])
    return np.concatenate([middles, hairpins]), amounts


def _to_logarithms(*steepness_pct: FloatArray | float) -> FloatArray:
    """Return the logarithms of the steepness along and across over that of a plain, shape (…, 2)."""
    # What is level is no steeper than a plain, and its logarithm would have no end.
    pairs = zip(steepness_pct, _PLAIN_PCT, strict=True)
    return np.stack([np.log(np.fmax(np.asarray(pct) / plain, 1.0)) for pct, plain in pairs], axis=-1)
