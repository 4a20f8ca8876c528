"""The share of the slope across that is felt underfoot: ways may be cut into a hillside, open ground is as it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.osm.built import is_built

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray
    from saferoute.table import Table

OPEN_SHARE, PATH_SHARE, BUILT_SHARE = 1.0, 0.4, 0.1
"""Share on open ground, on other ways, and on ways that are paved, for pedestrians or wide [J].

A promenade of 4 m on a hillside is level across, a path of 1 m is not; pavements fall 2 to 2.5 % across by ordinary
building practice, which costs nothing."""
BENCH_ERROR = 0.5
"""Relative standard error of the share on ways [J]."""


def estimate_shares(ground: Table) -> FloatArray:
    """Return the share of the slope across that is felt on each row of the ground, 0..1."""
    origin = ground["origin"]
    built = is_built(ground) | (origin == "track")
    return np.select([origin == "area", built], [OPEN_SHARE, BUILT_SHARE], PATH_SHARE)
