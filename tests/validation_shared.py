"""What the validation programs share: the data, ground cut into windows, and the row of a table."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from tables import to_table

from saferoute import candidates, search
from saferoute.model import Area, Evidence, Features, Heights, Place, Windows
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.model import Samples
    from saferoute.sources import ElevationSource

REPOSITORY = Path(__file__).resolve().parents[1]
SHORTEST_M = 30.0
"""Shorter lines have too few samples for a fit worth checking."""


@dataclass(frozen=True)
class Row:
    """One thing that was measured, and the bound it should keep."""

    name: str
    against: str
    figures: str
    bound: str
    ok: bool
    note: str
    """Why it is missed, or what else to know."""


def data_folder() -> Path:
    """Return where the real data should be."""
    return Path(os.environ.get("SAFEROUTE_TEST_DATA") or REPOSITORY.parent / "shared" / "data")


def area_of(source: ExtractSource) -> Area:
    """Return an area that holds all ways of some extracts."""
    return area_around_bounds(shapely.total_bounds(source.read_tables().ways.geometry))


def area_around_bounds(bounds: FloatArray) -> Area:
    """Return an area that holds a box of west, south, east and north in degrees."""
    west, south, east, north = map(float, bounds)
    middle = Place("", (west + east) / 2, (south + north) / 2)
    high, wide = (north - south) * 110_574, (east - west) * 111_320 * math.cos(math.radians(middle.lat))
    return search.area_around(middle, max(high, wide) / 2)


@cache
def extract(*paths: Path) -> ExtractSource:
    """Open extracts; rows that look at the same ones read them once."""
    return ExtractSource(paths)


def along(
    lines: NDArray[np.object_], ground: gpd.GeoDataFrame, features: Features, source: ElevationSource
) -> tuple[Samples, Evidence]:
    """Cut lines of `SHORTEST_M` and more into samples, a stroke each, and look up their heights."""
    lines = shapely.remove_repeated_points(lines)
    owner = shapely.get_coordinates(lines, return_index=True)[1]
    last = np.r_[np.diff(owner) != 0, True]
    strokes = candidates.Strokes(lines, owner, np.arange(len(owner)), np.where(last, -1, owner))
    samples = candidates.cut_samples(strokes, to_table(ground), np.zeros(len(owner)), shortest_m=SHORTEST_M)
    everywhere = windows_at(samples, np.arange(len(samples)), 1)
    evidence, here = Evidence(features, None, None, load_profile()), np.ones(len(samples.xy), dtype=bool)
    return samples, search.read_heights_along(everywhere, evidence, source, str(ground.crs), here=here)


def windows_at(samples: Samples, first: NDArray[np.int64], n: int) -> Windows:
    """Return windows of n samples, straight or not."""
    return Windows(samples, first, n, 0, np.zeros(len(first)), np.zeros(len(first)))


class Level:
    """Lidar heights of a plain: with slopes unknown, nothing is rated A whatever the hazards."""

    def read_heights(self, xy: FloatArray, crs: str) -> Heights:
        """Return heights of 0 m."""
        del crs
        zero, one = np.zeros(len(xy)), np.ones(len(xy))
        return Heights(
            elevation_m=zero,
            sigma_m=0.2 * one,
            correlation_m=one,
            cell_m=one,
            source=zero.astype(np.int64),
            sources=("plain",),
            surface_model=zero.astype(bool),
        )


def mode_losses(
    truth: NDArray[np.int64], of: NDArray[Any], value: NDArray[np.int64], classes: NDArray[Any]
) -> FloatArray:
    """Return log-losses of guessing a class's most frequent value by its share, the rest alike."""
    size = max(int(value.max()), int(truth.max())) + 1
    losses = np.empty(len(truth))
    for name in set(of):
        counts = np.bincount(value[classes == name], minlength=size) + 1.0
        mode, share = counts.argmax(), counts.max() / counts.sum()
        here = of == name
        losses[here] = -np.log(np.where(truth[here] == mode, share, (1 - share) / (size - 1)))
    return losses


def calibration_error(sure: FloatArray, right: BoolArray) -> float:
    """Return the expected calibration error over ten bins."""
    bins = np.minimum((sure * 10).astype(np.int64), 9)
    return float(sum(abs(right[bins == b].mean() - sure[bins == b].mean()) * (bins == b).mean() for b in set(bins)))
