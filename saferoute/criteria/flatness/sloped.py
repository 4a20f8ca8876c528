"""Roads and paths whose slope is tagged as a number, which others can be judged by."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from saferoute.osm import slopes
from saferoute.osm.tags import is_tagged
from saferoute.osm.ways import is_highway, is_steps
from saferoute.table import Tags

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray
    from saferoute.table import Tagged


class SlopedWays(NamedTuple):
    """The ways of a table whose slope is tagged as a number.

    Attributes
    ----------
    row : ndarray of shape (n,)
        Of the table.
    pct, sigma_pct : ndarray of shape (n,)
        Rise in % in the direction in which each was drawn, and its standard error.
    """

    row: IntArray
    pct: FloatArray
    sigma_pct: FloatArray


def find_sloped_ways(ways: Tagged) -> SlopedWays:
    """Return the roads and paths with a number for their slope; steps are steep wherever they are, and left out."""
    tags = Tags.of(ways)
    row = np.flatnonzero(is_highway(tags) & is_tagged(tags, "incline") & ~is_steps(tags))
    said = slopes.read_inclines(tags.select_rows(row))
    known = np.flatnonzero(np.isfinite(said.pct))
    return SlopedWays(row[known], said.pct[known], said.sigma_pct[known])
