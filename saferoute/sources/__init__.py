"""Readers of all input: map features, heights, places, counts and profiles.

A feature source turns an area into `Features`, and an elevation source turns
points into `Heights`. The tables look the same whatever source they come
from. Modules here import heavy libraries inside functions, so that commands
that do not need them start at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray
    from saferoute.model import Area, Features, Heights

__all__ = ["ElevationSource", "FeatureSource"]


class FeatureSource(Protocol):
    """A reader of map features, from local files or from a service."""

    def read_features(self, area: Area, *, margin_m: float) -> Features:
        """Return all features within `area` widened by `margin_m` metres."""
        ...


class ElevationSource(Protocol):
    """A reader of heights, from local files or from a service."""

    def read_heights(self, xy: FloatArray, crs: str) -> Heights:
        """Return heights at points of shape (n, 2) given in `crs`; NaN where a height is not known."""
        ...
